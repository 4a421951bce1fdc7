"""Answers for items that a person hands in: from PyTorch, and beside it from an exported ONNX file."""

from __future__ import annotations

import base64
import io
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.codeends import OutputSpec
from engine.data.sources import read_bytes, regular_file
from engine.data.vocabulary import END, decode
from engine.errors import UserError
from engine.exporters import Progress, silent
from engine.run.items import read_items
from engine.run.opened import Array, Opened, opened
from engine.run.reports import are_probabilities, class_probabilities

if TYPE_CHECKING:
    from engine.runs import Run

TOP = 5
MOST_NUMBERS = 64
MOST_ONNX = 2 * 2**30


def predict(
    run: Run, values: Any, onnx: str | Path | None = None, which: str = "best", progress: Progress = silent
) -> dict[str, Any]:
    """Answer items of any form that `read_items` knows.

    Args:
        onnx: an exported file to ask as well.

    Returns:
        `items`: per item its name, its place in the data (None for others) and its answers by output name;
        `milliseconds` per item; with an exported file the same under `onnx`, with the largest `difference`.

    Raises:
        UserError: the items do not fit the model, or the exported file is another model's.
    """
    progress(0.0, "Loading the model")
    return answer(opened(run, which), values, onnx, progress)


def answer(model: Opened, values: Any, onnx: str | Path | None, progress: Progress = silent) -> dict[str, Any]:
    """`predict` with a model that is open already."""
    given = read_items(model, values)
    begun = time.perf_counter()
    found = model.answers(given.arrays, lambda share, text: progress(share, text), "Answering")
    spent = time.perf_counter() - begun
    count = len(given.names)
    places: Sequence[int | None] = given.places or [None] * count
    result: dict[str, Any] = {
        "items": [
            {"name": given.names[row], "item": places[row], "answers": _answers(model.signature.outputs, found, row)}
            for row in range(count)
        ],
        "outputs": [
            {"name": one.name, "target": one.target, "classes": list(one.classes)} for one in model.signature.outputs
        ],
        "milliseconds": 1000 * spent / count,
    }
    if onnx is not None:
        result["onnx"] = _beside(model, given.arrays, found, onnx)
    return result


def _beside(model: Opened, arrays: list[Array], ours: list[Array], path: str | Path) -> dict[str, Any]:
    """The same items asked of an exported file."""
    from engine.run.onnx_export import Session
    from engine.run.proof import Gap

    file = regular_file(str(path), "an exported .onnx file")
    session = _session(Session, read_bytes(file, MOST_ONNX), file.name)
    wanted = [one.name for one in model.signature.inputs]
    if [one["name"] for one in session.inputs()] != wanted or len(session.outputs()) != len(ours):
        raise UserError(f"{file.name} is of another model: it has other inputs or outputs. Export it again.")
    fixed = session.inputs()[0]["shape"][0]
    size = fixed if isinstance(fixed, int) else len(arrays[0])
    begun = time.perf_counter()
    starts = range(0, len(arrays[0]), size)
    try:
        parts = [session([array[start : start + size] for array in arrays]) for start in starts]
    except Exception as error:  # onnxruntime has its own classes for wrong shapes and types
        raise UserError(f"{file.name} does not take this model's inputs. Export it again.", str(error)) from error
    spent = time.perf_counter() - begun
    theirs = [np.concatenate(columns) for columns in zip(*parts, strict=True)]
    gap = Gap(model.signature.outputs)
    gap.add(ours, theirs, file.name)
    count = len(arrays[0])
    return {
        "file": str(file),
        "answers": [_answers(model.signature.outputs, theirs, row) for row in range(count)],
        "milliseconds": 1000 * spent / count,
        "difference": gap.largest if np.isfinite(gap.largest) else None,
        "within": gap.over == 0,
        "same_class": gap.same_class == gap.class_items,
    }


def _session(kind: Any, content: bytes, name: str) -> Any:
    import onnx

    try:
        onnx.checker.check_model(content, full_check=True)  # some damaged files crash onnxruntime itself
        return kind(content)
    except Exception as error:
        raise UserError(f"{name} is no ONNX file that can be run. Export it again.", str(error)) from error


def _answers(outputs: Sequence[OutputSpec], found: Sequence[Array], row: int) -> dict[str, Any]:
    """One item's answers by output name, in words."""
    return {spec.name: _one(spec, answers[row : row + 1]) for spec, answers in zip(outputs, found, strict=True)}


def _one(spec: OutputSpec, answer: Array) -> dict[str, Any]:
    if spec.classes and answer.ndim == 3:
        return _steps(spec, answer[0])
    if spec.classes:
        rows = class_probabilities(answer, len(spec.classes))
        order = np.argsort(-rows[0], kind="stable")[:TOP]
        best = int(order[0])
        return {
            "class": spec.classes[best],
            "index": best,
            "probability": float(rows[0, best]) if are_probabilities(rows) else None,
            "top": [[spec.classes[one], float(rows[0, one])] for one in order],
        }
    if answer[0].size == 1:
        value = float(answer.reshape(()))
        return {"value": value if np.isfinite(value) else None}
    found: dict[str, Any] = {"shape": list(answer.shape[1:])}
    if answer[0].size <= MOST_NUMBERS:
        found["values"] = answer[0].astype(float).tolist()
    if answer.ndim == 4 and answer.shape[1] in (1, 3):
        found["png"] = _png(answer[0])
    return found


def _steps(spec: OutputSpec, answer: Array) -> dict[str, Any]:
    """A token at every step (steps, classes): as text, and what may come at the last step."""
    answer = answer[:, : len(spec.classes)]  # the network may have scores for more words
    order = np.argsort(-answer[-1], kind="stable")[:TOP]
    likely = answer.argmax(axis=1)
    ended: Array = np.flatnonzero(likely == spec.classes.index(END)) if END in spec.classes else likely[:0]
    told = likely[: int(ended[0])] if len(ended) else likely
    return {
        "text": decode(told.tolist(), spec.classes),
        "tokens": [spec.classes[one] for one in likely.tolist()],
        "next": [[spec.classes[one], float(answer[-1, one])] for one in order],
    }


def _png(picture: Array) -> str:
    """An answer that is a picture, values from 0 to 1, as PNG in base64."""
    from PIL import Image

    pixels = (np.clip(np.nan_to_num(picture), 0, 1) * 255).round().astype(np.uint8)
    made = Image.fromarray(pixels[0] if len(pixels) == 1 else pixels.transpose(1, 2, 0))
    file = io.BytesIO()
    made.save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()
