"""The drawing half of a variational autoencoder as a file of its own: random numbers in, new pictures out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from engine.decoder import decoder_of
from engine.errors import UserError
from engine.exporters.signature import signature
from engine.run import onnx_file
from engine.run.model import Built, build
from engine.run.onnx_export import Session, checked, converted
from engine.run.opened import Opened
from engine.run.proof import BATCHES, LIMIT, Gap

FILE = "decoder.onnx"
SEED = 11

Made = Callable[[Path, Any, str], tuple[float, str]]


def half_of(whole: Built, model: Opened) -> Opened | None:
    """The network behind the random sample with its trained weights; None where there is no such half."""
    project = decoder_of(whole.project)
    if project is None:
        return None
    half = build(project, whole.statistics)
    weights = whole.network.state_dict()
    half.network.load_state_dict({name: weights[name] for name in half.network.state_dict()})
    module = half.model().cpu().eval()
    module.requires_grad_(False)
    return Opened(model.run, project, half.source, signature(project, half.source), module)


def described(half: Opened, folder: Path, made: Made, tried: int, seed: int) -> Any:
    """Writes the file into the folder, proved equal to PyTorch, and gives kind, facts and trial of the program that
    draws with it.

    Args:
        made: runs the program and compares its pictures with ours.
        tried: how many pictures the trial makes, with this seed.

    Raises:
        UserError: it has no ONNX form, or draws other pictures.
    """
    [noise], shown = half.signature.inputs, half.signature.outputs[0]
    (folder / FILE).write_bytes(_file(half))
    about = {
        "kind": "generator", "model": FILE, "picture": shown.name, "stretch": not (shown.objective and shown.target),
        "inputs": [{"name": noise.name, "role": "noise", "shape": list(noise.dims)}],
    }  # fmt: skip

    def trial(where: Path) -> tuple[float, str]:
        points = np.random.default_rng(seed).standard_normal((tried, *map(int, noise.dims)), np.float32)
        return made(where, half.answers([points])[0], "from the same random points")

    return "generator", about, trial


def _file(half: Opened) -> bytes:
    """The content of the file: checked by ONNX, and compared with PyTorch in batches of several sizes."""
    [noise] = half.signature.inputs
    random = np.random.default_rng(SEED)

    def points(count: int) -> Any:
        return random.standard_normal((count, *map(int, noise.dims)), np.float32)

    proto = converted(half, [points(2)], any_batch=True)
    onnx_file.finish(proto, half.project, half.signature, half.source.class_name, True)
    content = checked(proto)
    session, gap = Session(content), Gap(half.signature.outputs)
    for batch in BATCHES:
        given = [points(batch)]
        gap.add(half.answers(given), session(given), f"{batch} random points")
    if gap.over:
        raise UserError(
            f"The exported decoder draws other pictures than PyTorch, so nothing was written: the largest difference "
            f"is {gap.largest:.3g}, allowed is {LIMIT:g}."
        )
    return content
