"""The item that flows through a network when one looks inside: one of the data, or random numbers that say so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from engine.data.fields import Field, Schema
from engine.data.raw import FREE, bound, placeholder, raw_inputs
from engine.data.statistics import Statistics
from engine.data.vocabulary import decode
from engine.errors import UserError
from engine.layer import Input
from engine.run import peek_view

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.data.split import Split

Array = np.ndarray[Any, Any]
Bindings = Sequence[tuple[Any, Input]]
UNIFORM = 255 / 12**0.5
"""How far random pixels are from their mean, usually."""
PICTURE = 96
ROWS = 40


@dataclass(frozen=True)
class Item:
    """One item: its place in the data (or the number of a draw), its raw inputs, and what there is to say of it."""

    index: int
    raw: list[Array]
    count: int = 0
    """How many there are to choose from; 0 for random numbers, of which there is no end."""
    place: int = 0
    name: str = ""
    label: str = ""
    note: str = ""
    """Why it is no item of the data, in a sentence; empty where it is one."""
    usual: bool = False
    """Whether random numbers are what the network is made for."""
    targets: bool = False
    """Whether right answers are known."""
    inputs: Mapping[str, Any] = field(default_factory=dict)
    """The raw values as people see them, by input node."""

    @property
    def random(self) -> bool:
        """Whether its numbers were made up."""
        return bool(self.note)

    def to_json(self) -> dict[str, Any]:
        return {
            "index": self.index,
            "count": self.count,
            "place": self.place,
            "name": self.name,
            "label": self.label,
            "note": self.note,
            "usual": self.usual,
        }


@dataclass(frozen=True)
class Wish:
    """Which item is wanted: a number, or a step from it among those of a part or of a class."""

    index: int = 0
    step: str = ""
    """`next`, `previous`, `random`; `place` where the number counts among those to choose from; or empty."""
    part: str = ""
    label: int = -1


def chosen(dataset: Dataset, parts: Split | None, wish: Wish) -> tuple[int, int, int]:
    """The item that is wanted: its number in the data, its place among those to choose from, and how many they are."""
    places = parts.part(wish.part) if wish.part and parts is not None else np.arange(dataset.count)
    target = _label_field(dataset.fields)
    if wish.label >= 0 and target is not None:
        places = places[dataset.take(target.name, places) == wish.label]
    if not len(places):
        raise UserError("No item is left by this choice. Choose another part or class.")
    places = np.sort(places)
    return (*_stepped(places, wish), len(places))


def _stepped(places: Array, wish: Wish) -> tuple[int, int]:
    count = len(places)
    at = int(np.searchsorted(places, wish.index))
    there = at < count and places[at] == wish.index
    if wish.step == "next":
        at = (at + 1 if there else at) % count
    elif wish.step == "previous":
        at = (at - 1) % count
    elif wish.step == "place":
        at = max(0, wish.index)
    elif wish.step == "random":
        drawn = int(np.random.default_rng().integers(count - 1)) if count > 1 else 0
        at = drawn + (there and count > 1 and drawn >= at)
    elif not there and not wish.part and wish.label < 0:
        raise UserError(f"The data has {count:,} items, numbered from 0. There is no item {wish.index:,}.")
    at = min(at, count - 1)
    return int(places[at]), at


def _label_field(fields: Sequence[Field]) -> Field | None:
    return next((one for one in fields if one.role == "target" and one.kind == "category"), None)


def real_item(dataset: Dataset, parts: Split | None, wish: Wish, inputs: Bindings, schema: Schema) -> Item:
    """An item of the data as the network reads it."""
    index, place, count = chosen(dataset, parts, wish)
    raw = raw_inputs(dataset, inputs, np.array([index]), schema)
    return Item(
        index,
        raw,
        count,
        place,
        dataset.named(index),
        _label(dataset, index),
        targets=True,
        inputs=shown(inputs, raw, schema),
    )


def _label(dataset: Dataset, index: int) -> str:
    """The right answer in words, where it is a class or a number."""
    one = next((field_ for field_ in dataset.fields if field_.role == "target"), None)
    if one is None or one.kind not in ("category", "number"):
        return ""
    value = dataset.take(one.name, np.array([index]))[0]
    if one.kind == "category":
        return one.classes[int(value)] if value >= 0 else ""
    return "" if np.isnan(value) else f"{one.name} {value:g}"


def random_item(inputs: Bindings, schema: Schema, wish: Wish, note: str, usual: bool = False) -> Item:
    """Random numbers in the form of an item; the same number draws the same."""
    step = {"next": 1, "previous": -1}.get(wish.step, 0)
    index = int(np.random.default_rng().integers(1_000_000)) if wish.step == "random" else max(0, wish.index + step)
    raw = [_random(layer, schema, index) for _, layer in inputs]
    return Item(index, raw, note=note, usual=usual, inputs=shown(inputs, raw, schema))


def _random(layer: Input, schema: Schema, index: int) -> Array:
    kind, fields = bound(layer, schema)
    if kind == FREE:
        return placeholder(layer, schema, np.array([index]))
    draw = np.random.default_rng([21, index])
    if kind == "table":
        row = [draw.integers(max(1, len(one.classes))) if one.kind == "category" else draw.normal() for one in fields]
        return np.array([row], np.float32)
    one = fields[0]
    dims = (1, *(dim if isinstance(dim, int) else 16 for dim in one.tensor.dims))
    if kind == "category":
        return draw.integers(0, max(1, len(one.classes)), 1)
    if kind == "tokens":
        return draw.integers(0, max(2, len(one.classes) or one.tensor.classes or 2), dims)
    if kind == "image":
        return draw.integers(0, 256, dims).astype(np.uint8)
    made: Array = draw.standard_normal(dims, np.float32)
    return np.clip(made * np.float32(0.3), -1, 1) if kind == "signal" else made


def random_statistics(schema: Schema) -> Statistics:
    """What would be measured on random items, for a preparation that has no data to measure."""
    found: dict[str, dict[str, Any]] = {}
    for name, one in schema.items():
        plain: dict[str, Any] = {"mean": 0.0, "std": 1.0, "min": -3.0, "max": 3.0, "median": 0.0, "present": 1}
        if one.kind == "category":
            plain = {"most_frequent": 0, "counts": [1] * len(one.classes), "present": 1}
        elif one.kind in ("image", "signal", "series"):
            dims = [dim if isinstance(dim, int) else 1 for dim in one.tensor.dims] or [1]
            width = dims[-1] if one.kind == "series" else dims[0]
            mean, std = {"image": (127.5, UNIFORM), "signal": (0.0, 0.3), "series": (0.0, 1.0)}[one.kind]
            plain = {"mean": [mean] * width, "std": [std] * width}
        elif one.kind == "tokens":
            plain = {"counts": [1] * len(one.classes)}
        found[name] = plain
    return Statistics(found)


# ---- as people see it --------------------------------------------------------------------------------------------


def shown(inputs: Bindings, raw: Sequence[Array], schema: Schema) -> dict[str, Any]:
    """The raw value of each input node: a picture, rows of a table, text, curves, a class, or bars."""
    return {node.id: _shown(layer, array[0], schema) for (node, layer), array in zip(inputs, raw, strict=True)}


def _shown(layer: Input, value: Any, schema: Schema) -> dict[str, Any]:
    kind, fields = bound(layer, schema)
    if kind == "image":
        return {"kind": "picture", "picture": peek_view.color_picture(_tensor(value), PICTURE)}
    if kind == "table":
        return {"kind": "table", "rows": [_cell(one, number) for one, number in zip(fields, value, strict=True)][:ROWS]}
    if kind == "category":
        return {"kind": "text", "text": _cell(fields[0], value)[1]}
    if kind == "tokens":
        return {"kind": "text", "text": decode(np.asarray(value), fields[0].classes)[:400]}
    if kind in ("signal", "series"):
        rows = _tensor(value) if kind == "signal" else _tensor(value).T
        return {"kind": "curves", "lines": [peek_view.line(row, 160) for row in rows[:3]]}
    flat = _tensor(value).reshape(-1)
    if len(flat) == 1:
        return {"kind": "text", "text": f"{float(flat[0]):g}"}
    return {"kind": "bars", "bars": peek_view.bars(flat)}


def _cell(one: Field, number: Any) -> tuple[str, str]:
    if one.kind == "category":
        code = int(number) if number == number else -1
        return one.name, one.classes[code] if 0 <= code < len(one.classes) else "missing"
    return one.name, "missing" if np.isnan(number) else f"{float(number):g}"


def _tensor(value: Any) -> Tensor:
    return torch.from_numpy(np.array(value))
