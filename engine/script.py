"""A stand-alone training script: the generated module and a plain loop over it, for people who go on without Lamina."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from engine.codegen import Source, generate
from engine.project import Project
from engine.saving import write_atomically

_LOOP = '''

def train(epochs: int = {epochs}, batch_size: int = {batch_size}, seed: int = {seed}) -> Model:
    """The training loop, from top to bottom. Reads `{data}`, writes `{weights}`."""
    torch.manual_seed(seed)
    data = {{name: torch.from_numpy(array) for name, array in numpy.load(Path(__file__).with_name("{data}")).items()}}
    parts = {{part: data[part] for part in ("train", "validation", "test")}}
    model = Model()
    model.preparation.load_state_dict({{name.removeprefix("preparation."): value for name, value in data.items() if name.startswith("preparation.")}})
    inputs = [data[name] for name in {inputs}]
    targets = {{name: data["target." + name] for name in {targets}}}
    optimizer = {optimizer}
{scheduler}    best, kept = float("inf"), {{}}
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
{step}        measured = measure(model, inputs, targets, parts["validation"])
        if measured < best:
            best, kept = measured, {{name: value.clone() for name, value in model.state_dict().items()}}
        print(f"epoch {{epoch + 1}} of {{epochs}}: validation loss {{measured:.4f}}")
    model.load_state_dict(kept)
    print(f"test loss {{measure(model, inputs, targets, parts['test']):.4f}}")
    torch.save(model.state_dict(), Path(__file__).with_name("{weights}"))
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


def script(project: Project, stem: str = "model") -> str:
    """The source of a script that trains the project on arrays from `STEM.npz`, with nothing but torch and numpy.

    The optimizer is the project's; its schedule and gradient clipping too where torch has them ready-made.
    """
    from engine.recipes import recipes

    source = generate(project)
    recipe: Any = recipes.make(project.recipe)
    objectives = [one for one in source.outputs if one.objective and one.exported]
    total = " + ".join(
        f'terms["{one.node}"]' if one.weight == 1 else f'{one.weight!r} * terms["{one.node}"]' for one in objectives
    )
    text = source.text.replace("import torch\n", "from pathlib import Path\n\nimport numpy\nimport torch\n", 1)
    has_norm = "BatchNorm" in source.text
    loop = _LOOP.format(
        epochs=recipe.epochs,
        batch_size=recipe.batch_size,
        seed=recipe.seed,
        data=f"{stem}.npz",
        weights=f"{stem}.pt",
        inputs=[f"input.{one.name}" for one in source.inputs],
        targets=list(dict.fromkeys(one.target for one in objectives if one.target)),
        optimizer=_optimizer(recipe),
        scheduler="",
        skip="            if len(batch) < 2:\n                continue  # batch norm needs two items\n"
        if has_norm
        else "",
        call="prepared" if len(source.inputs) == 1 else "*prepared",
        total=total,
        clip=(
            f"            nn.utils.clip_grad_norm_(model.parameters(), {recipe.clip_norm})\n"
            if recipe.clip_norm
            else ""
        ),
        step="",
    )
    return text + loop


def _optimizer(recipe: Any) -> str:
    made = recipe.optimizer
    names = {
        "lr": "lr",
        "weight_decay": "weight_decay",
        "momentum": "momentum",
        "nesterov": "nesterov",
        "alpha": "alpha",
    }
    inside = ", ".join(f"{names[name]}={getattr(made, name)!r}" for name in made.params() if name in names)
    return f"torch.optim.{type(made).__name__}(model.parameters(), {inside})"


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
    from engine.layer import layers

    nodes = [project.graph.nodes[one.node] for one in source.inputs]
    return [(node, layers[node.layer](**node.params)) for node in nodes]
