"""Writes a model as a folder that runs by itself, after its program was run once and did what PyTorch does."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from engine.data.dataset import Dataset
from engine.data.raw import bound
from engine.errors import UserError
from engine.exporters import Progress
from engine.exporters.onnx import Onnx
from engine.recipes import recipe_of
from engine.recipes.diffusion import Diffusion
from engine.recipes.dqn import Dqn
from engine.recipes.gan import Gan
from engine.recipes.language import LanguageModel, SequenceToSequence
from engine.recipes.ppo import Ppo
from engine.run import bundle_decoder, bundle_translator, bundle_writer, reading_trial
from engine.run.generating import CategoryInput, NoiseInput, input_layers, places
from engine.run.inlining import with_reading
from engine.run.onnx_export import Session
from engine.run.onnx_export import export as export_onnx
from engine.run.opened import Opened, opened
from engine.run.python_export import ALONE
from engine.saving import write_atomically

if TYPE_CHECKING:
    from engine.run.model import Built
    from engine.runs import Run

Array = np.ndarray[Any, Any]
TRIED, SEED = 10, 5
LIMIT = 1e-3
"""Pixels from 0 to 1 may differ so much after all steps: each step carries the differences of those before on."""
MOST_SECONDS = 600
FILES = ("model.onnx", bundle_decoder.FILE, "about.json", "README.md", "run.py")
"""What a folder may hold; the decoder only where there is one."""


def export(run: Run, path: Path, progress: Progress) -> dict[str, Any]:
    """Export the best epoch of a run as a folder; the proof is stored as its result `export:bundle`.

    Raises:
        UserError: the model cannot leave as ONNX, the program fails or does something else, or the folder cannot be
            written. Then it is as it was before.
    """
    started = time.perf_counter()
    _check_folder(path)
    before = run.result("export:onnx")
    with tempfile.TemporaryDirectory(prefix="lamina-") as kept:
        folder = Path(kept)
        proof = export_onnx(run, folder / "model.onnx", Onnx(), lambda share, text: progress(0.7 * share, text))
        run.set_result("export:onnx", before)  # the file it tells of is not where it was written
        model = opened(run)
        kind, about, tried = _described(run, model, folder)
        program = resources.files("engine.run.bundles").joinpath(f"{kind}.py").read_text(encoding="utf-8")
        if kind == "answers":
            program = with_reading(program, about["inputs"])
        (folder / "run.py").write_text(program, encoding="utf-8")
        (folder / "about.json").write_text(json.dumps(about, ensure_ascii=False, indent=1), encoding="utf-8")
        (folder / "README.md").write_text(_readme(model, program, about.get("model", "model.onnx")), encoding="utf-8")
        progress(0.8, "Running the program")
        off, words = tried(folder)
        inside = _hand_over(folder, path)
    proof |= {
        "format": "bundle",
        "file": str(path.resolve()),
        "files": [path.name],
        "inside": inside,
        "bytes": sum((path / name).stat().st_size for name in inside),
        "program": {"kind": kind, "checked": words, "largest": off},
        "seconds": time.perf_counter() - started,
        "made": time.time(),
    }
    run.set_result("export:bundle", proof)
    progress(1.0, "Exported")
    return proof


def _check_folder(path: Path) -> None:
    if not path.parent.is_dir():
        raise UserError(f"There is no folder {path.parent}. Choose another place for {path.name}.")
    if path.is_file():
        raise UserError(f"{path} is a file. Choose the name of a folder.")
    if path.is_dir() and (odd := sorted(one.name for one in path.iterdir() if one.name not in FILES)):
        raise UserError(f"{path} holds other files, such as {odd[0]}. Choose an empty folder or a new one.")


def _hand_over(folder: Path, path: Path) -> list[str]:
    """Put the files in their place; gives their names."""
    try:
        path.mkdir(exist_ok=True)
    except OSError as error:
        raise UserError(f"The folder {path} cannot be made: {error.strerror}. Choose another place.") from error
    inside = [name for name in FILES if (folder / name).exists()]
    for name in inside:
        write_atomically(path / name, (folder / name).read_bytes())
    for name in set(FILES) - set(inside):
        (path / name).unlink(missing_ok=True)  # of a model that was exported there before
    return inside


def _readme(model: Opened, program: str, model_file: str) -> str:
    usage = program.split('"""')[1].strip()
    about = model.project.about.get("description") or ""
    facts = "`about.json` says what goes in and what comes out."
    if model_file == bundle_decoder.FILE:
        facts += f" `{model_file}` turns random numbers into pictures; `model.onnx` is the whole network."
    return f"# {model.project.name}\n\n{about}\n\n```\n{usage}\n```\n\n{facts}\n"


# ---- what the programs need to know, and how they are tried ----------------------------------------------------------

Tried = Callable[[Path], tuple[float, str]]


def _described(run: Run, model: Opened, folder: Path) -> tuple[str, dict[str, Any], Tried]:
    from engine.run.model import load

    recipe = recipe_of(run.project().recipe)
    if isinstance(recipe, Gan):
        return _generator(load(run), model)
    if isinstance(recipe, Diffusion):
        return _denoiser(load(run), model, recipe)
    if isinstance(recipe, Dqn | Ppo):
        return _agent(load(run), model)
    if isinstance(recipe, LanguageModel):
        return bundle_writer.described(load(run), model, recipe, _run)
    if isinstance(recipe, SequenceToSequence):
        return bundle_translator.described(load(run), model, recipe, _run)
    if (half := bundle_decoder.half_of(load(run), model)) is not None:
        found: tuple[str, dict[str, Any], Tried] = bundle_decoder.described(half, folder, _made, TRIED, SEED)
        return found
    return _answers(model)


def _classes(built: Built, place: int) -> list[str]:
    _, fields = bound(input_layers(built)[place], built.project.data.schema)
    return list(fields[0].classes)


def _run(folder: Path, *args: str) -> None:
    call = [sys.executable, "-I", "-c", ALONE, str(folder / "run.py"), *args]
    done = subprocess.run(
        call, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=MOST_SECONDS, check=False
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise UserError(f"The program of the folder failed, so nothing was written: {last[:300]}", done.stderr[-9000:])


def _made(folder: Path, ours: Array, what: str) -> tuple[float, str]:
    """The largest difference between the program's pictures and PyTorch's."""
    out = folder / "tried.npy"
    _run(folder, "--count", str(len(ours)), "--seed", str(SEED), "--out", str(out))
    off = float(np.abs(np.load(out) - ours).max())
    if not off <= LIMIT:
        raise UserError(
            f"The program of the folder makes other pictures than PyTorch, so nothing was written: the largest "
            f"difference is {off:.3g}, allowed is {LIMIT:g}."
        )
    return off, f"{len(ours)} pictures {what}"


def _generator(built: Built, model: Opened) -> tuple[str, dict[str, Any], Tried]:
    inputs = []
    noises, labels = set(places(built, NoiseInput)), set(places(built, CategoryInput))
    for place, one in enumerate(model.signature.inputs):
        about: dict[str, Any] = {"name": one.name, "role": "noise" if place in noises else "class"}
        about |= {"classes": _classes(built, place)} if place in labels else {"shape": list(one.dims)}
        inputs.append(about)
    about = {"kind": "generator", "inputs": inputs, "picture": model.signature.outputs[0].name}

    def tried(folder: Path) -> tuple[float, str]:
        random = np.random.default_rng(SEED)
        given = [
            random.standard_normal((TRIED, *one["shape"]), np.float32)
            if one["role"] == "noise"
            else np.arange(TRIED, dtype=np.int64) % len(one["classes"])
            for one in inputs
        ]
        return _made(folder, model.answers(given)[0], "from the same noise")

    return "generator", about, tried


def _denoiser(built: Built, model: Opened, recipe: Diffusion) -> tuple[str, dict[str, Any], Tried]:
    from engine.run.sampling import Denoiser

    parts, path = Denoiser.of(built, recipe), Denoiser.of(built, recipe).path
    names = [one.name for one in model.signature.inputs]
    steps: list[dict[str, Any]] = []
    for now, then in pairwise(path.way(recipe.sample_steps)):
        here, there = round(float(now) * path.steps), round(float(then) * path.steps)
        step: dict[str, Any] = {"code": int(path.code(now))}
        if recipe.predicts == "flow":
            step |= {"now": float(now), "then": float(then)}
        else:
            step |= {"share": float(path.shares[here]), "earlier": float(path.shares[there])}
        steps.append(step)
    labels = [
        {"name": names[place], "classes": _classes(built, place), "nothing": count}
        for place, count in zip(parts.labels, parts.classes, strict=True)
    ]
    dims = [dim for dim in model.signature.inputs[parts.image].dims if isinstance(dim, int)]
    about = {
        "kind": "denoiser", "image": names[parts.image], "time": names[parts.time], "labels": labels,
        "picture": model.signature.outputs[0].name, "shape": dims, "low": parts.low.flatten().tolist(),
        "high": parts.high.flatten().tolist(), "guides": parts.chooses, "guidance": recipe.guidance,
        "fresh": 1.0 if recipe.sampler == "ddpm" else 0.0, "steps": steps,
    }  # fmt: skip

    def tried(folder: Path) -> tuple[float, str]:
        chosen = [torch.arange(TRIED) % count for count in parts.classes]
        noise = np.random.default_rng(SEED).standard_normal((TRIED, *dims), np.float32)
        quiet = recipe.with_(sampler="ddim")  # fresh noise comes from another source of random numbers
        ours = Denoiser.of(built, quiet).make(built.network, chosen, TRIED, noise=torch.from_numpy(noise)).numpy()
        kept = (folder / "about.json").read_text(encoding="utf-8")
        (folder / "about.json").write_text(json.dumps({**about, "fresh": 0.0}), encoding="utf-8")
        found = _made(folder, ours, f"from the same noise in {len(steps)} steps")
        (folder / "about.json").write_text(kept, encoding="utf-8")
        return found

    return "denoiser", about, tried


def _agent(built: Built, model: Opened) -> tuple[str, dict[str, Any], Tried]:
    from engine.run.environment import Player

    player = Player(built)
    place = player.output(player.actions, "one per action")
    world = player.source.world
    about = {
        "kind": "agent", "environment": player.source.environment, "seen": list(world.seen),
        "actions": list(world.actions), "columns": player.columns, "input": model.signature.inputs[0].name,
        "output": model.signature.outputs[place].name,
    }  # fmt: skip

    def tried(folder: Path) -> tuple[float, str]:
        dataset = model.dataset()
        seen = np.stack([dataset.take(name) for name in world.seen], axis=1)[:500]
        np.save(folder / "tried.npy", seen)
        _run(folder, str(folder / "tried.npy"), "--out", str(folder / "told.npy"))
        ours = model.answers([seen[:, player.columns].astype(np.float32)])[place]
        clear = np.sort(ours, axis=1)[:, -1] - np.sort(ours, axis=1)[:, -2] > 1e-4  # ties may fall either way
        other = int((np.load(folder / "told.npy")[clear] != ours.argmax(1)[clear]).sum())
        if other:
            raise UserError(f"The program of the folder acts otherwise in {other} of {len(seen)} situations.")
        return 0.0, f"the same action in {int(clear.sum())} situations"

    return "agent", about, tried


def _answers(model: Opened) -> tuple[str, dict[str, Any], Tried]:
    outputs = [{"name": one.name, "classes": list(one.classes)} for one in model.signature.outputs]
    about = {"kind": "answers", "inputs": [one.to_json() for one in model.signature.inputs], "outputs": outputs}

    def tried(folder: Path) -> tuple[float, str]:
        dataset = model.dataset()
        arrays = model.raw(dataset, np.arange(min(TRIED, dataset.count)))
        names = [one.name for one in model.signature.inputs]
        given: dict[str, Any] = dict(zip(names, arrays, strict=True))
        np.savez(folder / "tried.npz", **given)
        _run(folder, str(folder / "tried.npz"), "--out", str(folder / "told.npz"))
        ours = Session((folder / "model.onnx").read_bytes())(arrays)
        with np.load(folder / "told.npz") as told:
            off = max(float(np.abs(told[one["name"]] - mine).max()) for one, mine in zip(outputs, ours, strict=True))
        if not off <= 1e-5:
            raise UserError(f"The program of the folder answers otherwise, by {off:.3g}. Nothing was written.")
        return off, f"{len(arrays[0])} answers{_handed(model, dataset, folder)}"

    return "answers", about, tried


def _handed(model: Opened, dataset: Dataset, folder: Path) -> str:
    """Hand the program a text or a recording, where the model reads such; what was tried, in words."""
    file = reading_trial.handed(model, dataset, folder)
    if file is None:
        return ""
    _run(folder, str(file), "--out", str(folder / "handed.npz"))
    with np.load(folder / "handed.npz") as told:
        reading_trial.compared(model, file, [told[one.name] for one in model.signature.outputs])
    return " and one recording" if file.suffix == ".wav" else " and one text"
