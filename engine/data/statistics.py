"""What the preparation must know of the data: mean, spread, usual values, measured on the training part alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from engine.data.dataset import Dataset
from engine.data.fields import Field
from engine.data.preparation import Preparation
from engine.data.raw import as_signal
from engine.data.sources import Column
from engine.data.windows import Windows
from engine.errors import UserError

_BLOCK = 2048


@dataclass(frozen=True)
class Statistics:
    """Figures by field name, plain JSON values, and the preparation they were measured for.

    number: mean, std, min, max, median, present. category: most_frequent, counts, present.
    image: mean and std per channel of the values 0 to 255. series: mean and std per feature. signal: mean and std per
    channel of the values −1 to 1. tokens: how often each entry of the vocabulary occurs.
    A spread of nothing is given as 1, so that one can divide by it.
    """

    fields: Mapping[str, Mapping[str, Any]]
    count: int = 0
    preparation: Mapping[str, Any] = field(default_factory=lambda: {"type": "Preparation"})

    def __getitem__(self, name: str) -> Mapping[str, Any]:
        if name not in self.fields:
            raise UserError(f"There are no measures of the field “{name}”. Train again with the present data.")
        return self.fields[name]

    def to_json(self) -> dict[str, Any]:
        return {
            "count": self.count,
            "preparation": dict(self.preparation),
            "fields": {name: dict(part) for name, part in self.fields.items()},
        }

    @staticmethod
    def from_json(values: Mapping[str, Any]) -> Statistics:
        """Raises `UserError` where the file is no such file."""
        try:
            return Statistics(dict(values["fields"]), int(values["count"]), dict(values["preparation"]))
        except (KeyError, TypeError, ValueError) as error:
            raise UserError("The measures of the training data (statistics.json) are damaged. Train again.") from error


def fit(dataset: Dataset, indices: Column, preparation: Preparation | None = None) -> Statistics:
    """Measure every field at the given places, which must be those of the training part, and nowhere else."""
    indices = np.asarray(indices, np.int64)
    if not len(indices):
        raise UserError("The training part is empty. Give it a larger share on the Data page.")
    found = {one.name: _MEASURES[one.kind](dataset, one, indices) for one in dataset.fields if one.kind in _MEASURES}
    return Statistics(found, len(indices), (preparation or Preparation()).to_json())


def target_scale(statistics: Statistics, name: str) -> tuple[float, float]:
    """Mean and standard deviation by which a number target is scaled; (0, 1) where it stays as it is."""
    about = statistics[name]
    if statistics.preparation.get("targets", "standardize") != "standardize" or "median" not in about:
        return 0.0, 1.0
    return float(about["mean"]), float(about["std"])


def _spread(std: float) -> float:
    return float(std) if np.isfinite(std) and std > 0 else 1.0


def _number(dataset: Dataset, one: Field, indices: Column) -> dict[str, Any]:
    values = dataset.take(one.name, indices).astype(np.float64)
    values = values[~np.isnan(values)]
    if not len(values):
        return {"mean": 0.0, "std": 1.0, "min": 0.0, "max": 0.0, "median": 0.0, "present": 0}
    low, high = float(values.min()), float(values.max())
    # a column of one value: rounding must not turn its spread into something tiny that blows everything up
    return {
        "mean": float(values.mean()) if high > low else low,
        "std": _spread(float(values.std())) if high > low else 1.0,
        "min": low,
        "max": high,
        "median": float(np.median(values)),
        "present": len(values),
    }


def _category(dataset: Dataset, one: Field, indices: Column) -> dict[str, Any]:
    codes = dataset.take(one.name, indices)
    counts = np.bincount(codes[codes >= 0], minlength=max(1, len(one.classes)))
    return {"most_frequent": int(counts.argmax()), "counts": counts.tolist(), "present": int(counts.sum())}


def _image(dataset: Dataset, one: Field, indices: Column) -> dict[str, Any]:
    """Exact: the pixels of each channel are counted by value, block by block."""
    places = np.sort(indices)  # a mapped column is read in its own order
    counts: Column | None = None
    for start in range(0, len(places), _BLOCK):
        block = dataset.take(one.name, places[start : start + _BLOCK])
        per_channel = [np.bincount(block[:, place].ravel(), minlength=256) for place in range(block.shape[1])]
        counts = np.stack(per_channel) if counts is None else counts + np.stack(per_channel)
    assert counts is not None
    values = np.arange(256, dtype=np.float64)
    pixels = counts.sum(axis=1)
    mean = (counts @ values) / pixels
    variance = (counts * (values[None] - mean[:, None]) ** 2).sum(axis=1) / pixels
    return {"mean": mean.tolist(), "std": [_spread(float(np.sqrt(one))) for one in variance], "present": len(places)}


def _blocks(dataset: Dataset, one: Field, indices: Column) -> Iterator[Column]:
    """The values piece by piece; each step of overlapping windows only once."""
    column: Any = dataset.columns[one.name]
    if isinstance(column, Windows):
        yield np.asarray(column.covered(indices))[None]
        return
    places = np.sort(indices)  # a mapped column is read in its own order
    for start in range(0, len(places), _BLOCK):
        yield dataset.take(one.name, places[start : start + _BLOCK])


def _series(dataset: Dataset, one: Field, indices: Column) -> dict[str, Any]:
    flat = (block.reshape(-1, block.shape[-1]) for block in _blocks(dataset, one, indices))
    return {**_moments(flat, dataset.columns[one.name].shape[-1]), "present": len(indices)}


def _signal(dataset: Dataset, one: Field, indices: Column) -> dict[str, Any]:
    channels = dataset.columns[one.name].shape[1]
    blocks = _blocks(dataset, one, indices)
    flat = (as_signal(block).transpose(0, 2, 1).reshape(-1, channels) for block in blocks)
    return {**_moments(flat, channels), "present": len(indices)}


def _moments(blocks: Iterator[Column], width: int) -> dict[str, Any]:
    """Mean and spread of each column of blocks (rows, width); NaN is missing."""
    total = squares = count = np.zeros(width)
    for block in blocks:
        block = block.astype(np.float64)
        total = total + np.nansum(block, axis=0)
        squares = squares + np.nansum(block**2, axis=0)
        count = count + (~np.isnan(block)).sum(axis=0)
    count = np.maximum(count, 1)
    mean = total / count
    variance = np.maximum(squares / count - mean**2, 0)
    variance[variance < 1e-12 * np.maximum(mean**2, 1e-30)] = 0  # rounding must not pass for a tiny spread
    return {"mean": mean.tolist(), "std": [_spread(float(one)) for one in np.sqrt(variance)]}


def token_counts(dataset: Dataset, name: str, indices: Column | None = None) -> Column:
    """How often each entry of the vocabulary occurs; in overlapping windows each place of the text counts once."""
    one = dataset.field(name)
    counts = np.zeros(len(one.classes), np.int64)
    for block in _blocks(dataset, one, np.arange(dataset.count) if indices is None else indices):
        counts += np.bincount(block.ravel().astype(np.int64), minlength=len(counts))
    return counts


def _tokens(dataset: Dataset, one: Field, indices: Column) -> dict[str, Any]:
    return {"counts": token_counts(dataset, one.name, indices).tolist(), "present": len(indices)}


_MEASURES = {
    "number": _number,
    "category": _category,
    "image": _image,
    "series": _series,
    "signal": _signal,
    "tokens": _tokens,
}
