"""Whether an exported program reads a text or a recording as Lamina does: it is handed one and must answer the same."""

from __future__ import annotations

import json
import wave
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from engine.data.dataset import Dataset
from engine.data.vocabulary import decode
from engine.errors import UserError
from engine.exporters.signature import ModelInput
from engine.run.items import read_items
from engine.run.opened import Array, Opened
from engine.run.proof import LIMIT

NAME = "handed"
SEED = 7


def handed(model: Opened, dataset: Dataset, folder: Path) -> Path | None:
    """A file as a person would hand it in: a text of the data, or a made-up recording; None where the model reads
    neither."""
    inputs = model.signature.inputs
    kinds = {(one.reads or {}).get("how") for one in inputs}
    if kinds == {"sound"} and len(inputs) == 1 and inputs[0].reads:
        return _recording(folder / f"{NAME}.wav", inputs[0].reads)
    if kinds != {"text"}:
        return None
    arrays = model.raw(dataset, np.array([0]))
    texts = {one.name: _text(one, array[0]) for one, array in zip(inputs, arrays, strict=True)}
    path = folder / (f"{NAME}.txt" if len(inputs) == 1 else f"{NAME}.json")
    path.write_bytes((texts[inputs[0].name] if len(inputs) == 1 else json.dumps(texts)).encode())
    return path


def _text(one: ModelInput, ids: Array) -> str:
    classes = one.fields[0].classes
    return decode(ids.tolist(), classes) or next((word for word in classes if not word.startswith("<")), "a")


def _recording(path: Path, plan: Mapping[str, Any]) -> Path:
    """Noise that swells, a little shorter than the network reads."""
    count = max(1, round(0.8 * plan["length"]))
    samples = np.random.default_rng(SEED).normal(0, 0.1, count) * np.linspace(0.2, 1, count)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(plan["rate"])
        file.writeframes((samples.clip(-1, 1) * 32767).astype("<i2").tobytes())
    return path


def compared(model: Opened, path: Path, told: Sequence[Array]) -> float:
    """The largest difference between the program's answers and ours.

    Raises:
        UserError: it is larger than an exported model may differ.
    """
    worst = 0.0
    for mine, theirs in zip(model.answers(read_items(model, str(path)).arrays), told, strict=True):
        off = np.abs(mine - theirs)
        worst = max(worst, float(off.max(initial=0)))
        if mine.shape != theirs.shape or not np.all(off <= LIMIT + LIMIT * np.abs(mine)):
            what = "recording" if path.suffix == ".wav" else "text"
            raise UserError(
                f"The exported program answers a {what} otherwise than Lamina, by {worst:.3g}. Nothing was written."
            )
    return worst
