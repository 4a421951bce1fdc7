"""What a person sees of the data: thumbnails, rows of a table, balance of classes, histograms of columns."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.data.dataset import Dataset
from engine.data.fields import Field
from engine.data.sources import Column
from engine.data.split import Split
from engine.errors import UserError

BINS = 24
MOST_SHOWN = 500
_SAMPLE = 2000


def thumbnails(dataset: Dataset, indices: Sequence[int] | Column, side: int = 110, field: str = "") -> list[bytes]:
    """Pictures as PNG, `side` pixels at their longer side; small ones are enlarged with sharp pixels."""
    from PIL import Image

    name = field or _picture_field(dataset)
    side = max(8, min(1024, side))
    found = []
    for pixels in dataset.take(name, _places(dataset, indices)[:MOST_SHOWN]):
        picture = Image.fromarray(pixels[0] if pixels.shape[0] == 1 else pixels[:3].transpose(1, 2, 0))
        wide, high = picture.size
        scale = side / max(wide, high)
        how = Image.Resampling.NEAREST if scale >= 2 else Image.Resampling.BICUBIC
        picture = picture.resize((max(1, round(wide * scale)), max(1, round(high * scale))), how)
        held = io.BytesIO()
        picture.save(held, "PNG")
        found.append(held.getvalue())
    return found


def _picture_field(dataset: Dataset) -> str:
    for one in dataset.fields:
        if one.kind == "image":
            return one.name
    raise UserError("This data holds no pictures. Look at its rows instead.")


def _places(dataset: Dataset, indices: Sequence[int] | Column) -> Column:
    places = np.asarray(indices, np.int64)
    if len(places) and (places.min() < 0 or places.max() >= dataset.count):
        raise UserError(f"The data has {dataset.count:,} items, numbered from 0. Choose one of them.")
    return places


def rows(
    dataset: Dataset, start: int = 0, count: int = 50, indices: Sequence[int] | Column | None = None
) -> list[dict[str, Any]]:
    """Some items as a table shows them: numbers, names of classes, texts, None for missing; pictures by their size.

    With indices, `start` and `count` count within them.
    """
    start, count = max(0, start), max(0, min(count, MOST_SHOWN))
    everything = np.arange(dataset.count) if indices is None else _places(dataset, indices)
    places = everything[start : start + count]
    columns = {one.name: _shown(dataset, one, places) for one in dataset.fields}
    return [
        {"": dataset.named(int(place)), **{name: column[row] for name, column in columns.items()}}
        for row, place in enumerate(places)
    ]


def _shown(dataset: Dataset, one: Field, places: Column) -> list[Any]:
    values = dataset.take(one.name, places)
    if one.kind == "number":
        return [None if math.isnan(value) else float(f"{value:.7g}") for value in values.tolist()]
    if one.kind == "category":
        return [one.classes[code] if code >= 0 else None for code in values.tolist()]
    if one.kind == "text":
        return [value.decode("utf-8", "ignore") or None for value in values.tolist()]
    return [one.tensor.words()] * len(places)


def balance(dataset: Dataset, field: str, split: Split | None = None) -> list[dict[str, Any]]:
    """Items per class in the order of the classes; with a split also per part."""
    one = dataset.field(field)
    if one.kind != "category":
        raise UserError(f"“{field}” is a {one.kind}; only categories have classes to count.")
    parts = {"count": dataset.take(field), **{name: dataset.take(field, indices) for name, indices in split or ()}}
    counted = {name: np.bincount(codes[codes >= 0], minlength=len(one.classes)) for name, codes in parts.items()}
    return [
        {"name": name, **{part: int(counts[place]) for part, counts in counted.items()}}
        for place, name in enumerate(one.classes)
    ]


def histogram(dataset: Dataset, field: str, bins: int = BINS, indices: Column | None = None) -> dict[str, list[float]]:
    """How often values occur: `edges` (one more than bins) and `counts`. Pictures: of their brightness, on a sample."""
    one = dataset.field(field)
    if one.kind == "number":
        values = dataset.take(field, indices)
        values = values[~np.isnan(values)].astype(np.float64)
    elif one.kind == "image":
        places = np.arange(dataset.count) if indices is None else np.asarray(indices)
        picked = places[:: max(1, -(-len(places) // _SAMPLE))]
        values = dataset.take(field, picked).mean(axis=(1, 2, 3), dtype=np.float64)
    else:
        raise UserError(f"“{field}” is a {one.kind}; only numbers and pictures have a histogram.")
    if not len(values):
        return {"edges": [], "counts": []}
    if values.min() == values.max():
        return {"edges": [float(values[0]), float(values[0])], "counts": [len(values)]}
    counts, edges = np.histogram(values, max(1, min(bins, 1000)))
    return {"edges": edges.tolist(), "counts": counts.tolist()}


def summaries(dataset: Dataset) -> list[dict[str, Any]]:
    """One summary per field for the list of columns: kind, role, what is missing, and its figures or top classes."""
    return [_summary(dataset, one) for one in dataset.fields]


def _summary(dataset: Dataset, one: Field) -> dict[str, Any]:
    missing = int(dataset.missing(one.name).sum())
    found: dict[str, Any] = {
        "name": one.name,
        "kind": one.kind,
        "role": one.role,
        "missing": missing,
        "count": dataset.count,
    }
    if one.kind == "number":
        values = dataset.take(one.name)
        there = values[~np.isnan(values)].astype(np.float64)
        if len(there):
            found.update(
                min=float(there.min()),
                max=float(there.max()),
                mean=float(there.mean()),
                std=float(there.std()),
                median=float(np.median(there)),
                whole=bool((there == np.round(there)).all()),
            )
    elif one.kind == "category":
        counted = sorted(balance(dataset, one.name), key=lambda part: -part["count"])
        found.update(classes=len(one.classes), top=[[part["name"], part["count"]] for part in counted[:8]])
    else:
        found["shape"] = "free text" if one.kind == "text" else one.tensor.words()
    if one.kind in ("number", "image"):
        found["histogram"] = histogram(dataset, one.name)
    return found
