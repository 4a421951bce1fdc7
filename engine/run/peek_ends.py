"""What comes out at the objectives when one item flows through: shares of classes, the right answer, the loss."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from engine.codeends import OutputSpec
from engine.errors import UserError
from engine.run import peek_view
from engine.run.model import Built
from engine.run.peek_item import Item
from engine.run.tensors import load_part
from engine.shapes import Tensor as Shape

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.data.split import Split

TOP = 6
"""Classes that are shown, the likeliest first."""
STEPS = 48


def answers(
    built: Built,
    outputs: tuple[Tensor, ...],
    item: Item,
    nodes: Collection[str] | None,
    data: tuple[Dataset, Split | None] | None,
) -> dict[str, dict[str, Any]]:
    """What each objective asked for shows: the prediction as people read it, and its loss where it is known."""
    specs = [one for one in built.source.outputs if one.exported]
    wanted = [one for one in specs if one.objective and (nodes is None or one.objective in nodes)]
    if not wanted:
        return {}
    with torch.inference_mode():
        said = dict(zip([one.name for one in specs], built.predictions(outputs), strict=True))
    truths, losses = _truths(built, outputs, item, data)
    found = {}
    for one in wanted:
        told = _told(built, one, said[one.name], truths.get(one.target))
        loss = losses.get(one.objective)
        if loss is not None:
            told["loss"] = loss
        found[one.objective] = told
    return found


def prediction(built: Built, outputs: tuple[Tensor, ...], node: str) -> tuple[Tensor, Shape | None, tuple[str, ...]]:
    """The whole prediction of an objective, its shape where that is still what inference said, and its classes."""
    specs = [one for one in built.source.outputs if one.exported]
    with torch.inference_mode():
        said = dict(zip([one.objective for one in specs], built.predictions(outputs), strict=True))
    spec = next(one for one in specs if one.objective == node)
    value, classes = said[node], spec.classes or _classes(built, spec.target)
    fits = value.ndim == 2 and value.shape[1] == len(classes)
    return value, spec.tensor if value.shape[1:] == _dims(spec) else None, classes if fits else ()


def _told(built: Built, spec: OutputSpec, said: Tensor, truth: Any) -> dict[str, Any]:
    classes = spec.classes or _classes(built, spec.target)
    view = peek_view.view(said, spec.tensor if said.shape[1:] == _dims(spec) else None)
    told: dict[str, Any] = {"ports": {"prediction": view}, "port": "prediction", "weights": "", "answer": True}
    one = said[0]
    if classes and one.ndim == 1 and len(one) == len(classes):
        told["shares"] = _top(one, classes)
        told["truth"] = classes[int(truth)] if truth is not None and np.ndim(truth) == 0 and truth >= 0 else ""
    elif classes and one.ndim == 1 and len(one) == 1 and len(classes) == 2:
        share = float(one[0])
        told["shares"] = _top(torch.tensor([1 - share, share]), classes)
        told["truth"] = classes[int(truth)] if truth is not None and np.ndim(truth) == 0 and truth >= 0 else ""
    elif classes and one.ndim == 2 and one.shape[-1] == len(classes):
        view["kind"], view["tokens"] = "tokens", [classes[int(at)] for at in one.argmax(dim=-1)[:STEPS]]
        if truth is not None and np.ndim(truth) == 1:
            told["truth_tokens"] = [classes[int(at)] if 0 <= at < len(classes) else "" for at in truth[:STEPS]]
    elif one.numel() == 1:
        told["truth"] = f"{float(np.ravel(truth)[0]):g}" if truth is not None and np.size(truth) == 1 else ""
    return told


def _dims(spec: OutputSpec) -> tuple[Any, ...]:
    return tuple(spec.tensor.dims)


def _classes(built: Built, target: str) -> tuple[str, ...]:
    field = built.project.data.schema.get(target)
    return tuple(field.classes) if field is not None else ()


def _top(shares: Tensor, classes: tuple[str, ...]) -> list[dict[str, Any]]:
    count = min(TOP, len(classes))
    values, places = torch.topk(shares.float().nan_to_num(0.0), count)
    return [
        {"name": classes[int(place)], "share": round(float(value), 6)}
        for value, place in zip(values, places, strict=True)
    ]


def _truths(
    built: Built, outputs: tuple[Tensor, ...], item: Item, data: tuple[Dataset, Split | None] | None
) -> tuple[dict[str, Any], dict[str, float | None]]:
    """The right answers as they are in the data, and the losses; empty where they are not known."""
    from engine.data.raw import raw_targets

    if data is None:
        return {}, {}
    here = np.array([item.index])
    try:
        truths = {name: one[0] for name, one in raw_targets(data[0], built.targets, here).items()}
        _, targets = load_part(built, data[0], here, torch.device("cpu")).batch(torch.tensor([0]))
        with torch.inference_mode():
            losses = built.objectives(outputs, targets)
        return truths, {name: peek_view.finite(float(loss)) for name, loss in losses.items()}
    except (UserError, RuntimeError, KeyError, ValueError):  # a right answer that is missing, or of another form
        return {}, {}
