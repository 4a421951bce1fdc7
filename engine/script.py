"""A stand-alone training script: the generated module and a plain loop over it, for people who go on without Lamina."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from engine.codegen import Source, generate
from engine.codetext import fitted
from engine.errors import UserError
from engine.graph import make
from engine.layer import literal
from engine.project import Project
from engine.saving import write_atomically

_LOOP = '''

DATA = Path(__file__).with_name({data})
WEIGHTS = Path(__file__).with_name({weights})


def train(epochs: int = {epochs}, batch_size: int = {batch_size}, seed: int = {seed}) -> Model:
    """The training loop, from top to bottom. Reads DATA, writes WEIGHTS."""
    torch.manual_seed(seed)
    data = {{name: torch.from_numpy(array) for name, array in numpy.load(DATA).items()}}
    parts = {{part: data[part] for part in ("train", "validation", "test")}}
    if not len(parts["validation"]):
        parts["validation"] = parts["train"]
    inputs = [data[name] for name in {inputs}]
    targets = {{name: data["target." + name] for name in {targets}}}
{scales}    model = Model()
    fitted = {{name: value for name, value in data.items() if name.startswith("preparation.")}}
    model.preparation.load_state_dict({{name.removeprefix("preparation."): value for name, value in fitted.items()}})
    optimizer = {optimizer}
{scheduler}    best, kept = float("inf"), model.state_dict()
    for epoch in range(epochs):
        model.train()
        order = parts["train"][torch.randperm(len(parts["train"]))]
        for batch in order.split(batch_size):
{skip}            prepared = model.preparation(*(values[batch] for values in inputs))
            outputs = model.network({call})
            outputs = outputs if isinstance(outputs, tuple) else (outputs,)
            terms = objectives(outputs, {{name: values[batch] for name, values in targets.items()}})
            loss = {total}
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
{clip}            optimizer.step()
{each_step}        measured = measure(model, inputs, targets, parts["validation"])
{each_epoch}        if epoch == 0 or measured < best:
            best, kept = measured, {{name: value.clone() for name, value in model.state_dict().items()}}
        print(f"epoch {{epoch + 1}} of {{epochs}}: validation loss {{measured:.4f}}")
{keep}    if len(parts["test"]):
        print(f"test loss {{measure(model, inputs, targets, parts['test']):.4f}}")
    torch.save({saved}, WEIGHTS)
    return model


@torch.inference_mode()
def measure(model: Model, inputs: list[Tensor], targets: dict[str, Tensor], part: Tensor) -> float:
    """The loss over one part of the data."""
    model.eval()
    total = 0.0
    for batch in part.split(512):
        prepared = model.preparation(*(values[batch] for values in inputs))
        outputs = model.network({call})
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        terms = objectives(outputs, {{name: values[batch] for name, values in targets.items()}})
        total += float({total}) * len(batch)
    return total / len(part)


if __name__ == "__main__":
    train()
'''

_SCALES = """    for name in SCALES:  # learned on a standard scale, measured on the training part
        known = targets[name][parts["train"]].double()
        spread = float(known.std(correction=0))
        SCALES[name] = (float(known.mean()), spread) if spread > 0 else (float(known.mean()), 1.0)
        targets[name] = (targets[name] - SCALES[name][0]) / SCALES[name][1]
"""

_SKIP = """            if len(batch) < 2:
                continue  # batch norm needs two items
"""


def script(project: Project, stem: str = "model") -> str:
    """The source of a script that trains the project on arrays from `STEM.npz`, with nothing but torch and numpy.

    Optimizer, schedule and gradient clipping are the project's; its warm-up, its early stop, augmentation and the start
    from another run are left out.
    """
    from engine.recipes import recipes

    recipe: Any = recipes.make(project.recipe)
    if recipe.loop != "supervised":
        advice = "Export a trained run instead, or choose “Learn from examples”."
        raise UserError(f"“{recipe.label}” has no stand-alone script. {advice}")
    source = generate(project)
    objectives = [one for one in source.outputs if one.objective and one.exported]
    total = " + ".join(
        f'terms["{one.node}"]' if one.weight == 1 else f'{one.weight!r} * terms["{one.node}"]' for one in objectives
    )
    text = source.text.replace("import torch\n", "from pathlib import Path\n\nimport numpy\nimport torch\n", 1)
    scheduler, each_step, each_epoch = _schedule(recipe)
    scaled = "\nSCALES = {" in source.text
    clip = f"            nn.utils.clip_grad_norm_(model.parameters(), {recipe.clip_norm!r})\n"
    loop = _LOOP.format(
        epochs=recipe.epochs,
        batch_size=recipe.batch_size,
        seed=recipe.seed,
        data=literal(f"{stem}.npz"),
        weights=literal(f"{stem}.pt"),
        inputs=_list(f"input.{one.name}" for one in source.inputs),
        targets=_list(dict.fromkeys(one.target for one in objectives if one.target)),
        scales=_SCALES if scaled else "",
        optimizer=_optimizer(recipe.optimizer),
        scheduler=_warm_up(recipe) + scheduler,
        skip=_SKIP if "BatchNorm" in source.text else "",
        call="prepared" if len(source.inputs) == 1 else "*prepared",
        total=total,
        clip=clip if recipe.clip_norm else "",
        each_step=each_step,
        each_epoch=each_epoch,
        keep="    model.load_state_dict(kept)  # the best epoch\n" if recipe.keep_best else "",
        saved='{"model": model.state_dict(), "scales": SCALES}' if scaled else "model.state_dict()",
    )
    return text + "\n".join(line for line, _ in fitted([(line, "") for line in loop.split("\n")]))


def _list(names: Any) -> str:
    return f"[{', '.join(literal(name) for name in names)}]"


def _optimizer(made: Any) -> str:
    values = {name: getattr(made, name) for name in made.params()}
    if "beta1" in values:
        values["betas"] = (values.pop("beta1"), values.pop("beta2"))
    inside = ", ".join(f"{name}={literal(value)}" for name, value in values.items())
    return f"torch.optim.{type(made).__name__}(model.parameters(), {inside})"


def _warm_up(recipe: Any) -> str:
    if not recipe.warmup_epochs:
        return ""
    return f"    # the project warms up over {recipe.warmup_epochs:g} epochs; this loop starts at the full rate\n"


def _schedule(recipe: Any) -> tuple[str, str, str]:
    """The project's schedule as torch has it: how it is made, what each step and what each epoch does."""
    made, lr = recipe.schedule, recipe.optimizer.lr
    steps = '    steps = -(-len(parts["train"]) // batch_size)  # per epoch\n'
    after_step = ("            scheduler.step()\n", "")
    kind = type(made).__name__
    if kind == "Step":
        setup = f"StepLR(optimizer, step_size={made.every} * steps, gamma={made.gamma!r})"
    elif kind == "Cosine":
        setup = f"CosineAnnealingLR(optimizer, T_max=epochs * steps, eta_min={made.least * lr!r})"
    elif kind == "OneCycle":
        start, end = made.start_at, max(made.end_at, 1e-12)
        setup = (
            f"OneCycleLR(\n        optimizer, max_lr={lr!r}, total_steps=epochs * steps, pct_start={made.rise!r},\n"
            f"        div_factor={1 / start!r}, final_div_factor={start / end!r}, cycle_momentum=False,\n    )"
        )
    elif kind == "Plateau":
        setup = (
            f"ReduceLROnPlateau(\n        optimizer, factor={made.gamma!r}, patience={made.patience}, "
            f"threshold={made.threshold!r}, min_lr={made.least * lr!r}\n    )"
        )
        steps, after_step = "", ("", "        scheduler.step(measured)\n")
    else:
        return "", "", ""
    return f"{steps}    scheduler = torch.optim.lr_scheduler.{setup}\n", *after_step


def write_data(project: Project, path: Path) -> Path:
    """Write what a script reads beside it: raw inputs, targets, the three parts and the preparation's figures."""
    import numpy as np

    from engine.data.dataset import open_dataset
    from engine.data.preparation import Preparation, preparation_state, raw_inputs, raw_targets
    from engine.data.split import split
    from engine.data.statistics import fit

    source = generate(project)
    dataset = open_dataset(project.data)
    parts = split(dataset, project.data)
    preparation = Preparation(**{name: value for name, value in project.data.preparation.items() if name != "type"})
    statistics = fit(dataset, parts.train, preparation)
    everything = np.arange(dataset.count)
    bindings = _bindings(project, source)
    arrays: dict[str, Any] = {"train": parts.train, "validation": parts.validation, "test": parts.test}
    for one, values in zip(source.inputs, raw_inputs(dataset, bindings, everything), strict=True):
        arrays[f"input.{one.name}"] = values
    wanted = list(dict.fromkeys(one.target for one in source.outputs if one.target))
    for name, values in raw_targets(dataset, wanted, everything).items():
        arrays[f"target.{name}"] = values
    for name, values in preparation_state(statistics, bindings, project.data.schema, preparation).items():
        arrays[f"preparation.{name}"] = values
    out = path.with_suffix(".npz")
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    write_atomically(out, buffer.getvalue())
    return out


def _bindings(project: Project, source: Source) -> Any:
    nodes = [project.graph.nodes[one.node] for one in source.inputs]
    return [(node, make(node)) for node in nodes]
