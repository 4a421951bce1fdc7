"""What a person sees of the data: thumbnails, rows of a table, balance of classes, histograms of columns.

Pictures are shown as they are, sounds and series as curves, tokens as the text they stand for.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.data.dataset import Dataset
from engine.data.fields import Field
from engine.data.raw import as_signal
from engine.data.sources import Column
from engine.data.split import Split
from engine.data.statistics import token_counts
from engine.data.vocabulary import PADDING, decode
from engine.errors import UserError

BINS = 24
MOST_SHOWN = 500
_SAMPLE = 2000
_LONGEST = 200
_LAST = 6
_CURVES = ("signal", "series")


def thumbnails(dataset: Dataset, indices: Sequence[int] | Column, side: int = 110, field: str = "") -> list[bytes]:
    """Pictures as PNG, `side` pixels at their longer side; small ones are enlarged with sharp pixels. Sounds and series
    are drawn as curves."""
    from PIL import Image

    one = dataset.field(field or _picture_field(dataset))
    if one.kind not in ("image", *_CURVES):
        raise UserError(f"“{one.name}” is a {one.kind}; only pictures, sounds and series are shown as pictures.")
    side = max(8, min(1024, side))
    values = dataset.take(one.name, _places(dataset, indices)[:MOST_SHOWN])
    if one.kind in _CURVES:
        values = np.stack([curve(as_rows(one.kind, item), side) for item in values]) if len(values) else values
    found = []
    for pixels in values:
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
    for kind in ("image", *_CURVES):
        for one in dataset.fields:
            if one.kind == kind:
                return one.name
    raise UserError("This data holds no pictures. Look at its rows instead.")


def as_rows(kind: str, values: Column) -> Column:
    """The curves of one sound (channels, time) or series (time, features), a row each, at most three."""
    return np.asarray(values if kind == "signal" else values.T, np.float32)[:3]


def curve(rows: Column, side: int) -> Column:
    """Curves as a picture (1, high, wide): from the least to the greatest value of each column of pixels, between them
    all values; rows above each other."""
    high = max(8, side // 2)
    picture = np.full((high, side), 255, np.uint8)
    each = high // len(rows)
    for place, row in enumerate(rows):
        row = np.where(np.isfinite(row), row, np.nan)
        if np.isnan(row).all():
            continue
        row = np.where(np.isnan(row), np.nanmean(row), row)
        low, span = float(row.min()), float(np.ptp(row)) or 1.0
        edges = np.linspace(0, len(row), side + 1)
        # a pixel takes the values from its left edge to one past its right one, so that the curve has no gaps
        for x in range(side):
            part = row[int(edges[x]) : int(np.ceil(edges[x + 1])) + 1]
            top, bottom = ((high_ - low) / span for high_ in (part.max(), part.min()))
            begin = place * each + round((1 - top) * (each - 2))
            picture[begin : place * each + round((1 - bottom) * (each - 2)) + 1, x] = 40
    return picture[None]


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
    if one.kind == "tokens":
        return [_cut(decode(row, one.classes)) for row in values.tolist()]
    if one.kind == "series":
        return [_series_words(row, one.tensor.words()) for row in values]
    return [one.tensor.words()] * len(places)


def _cut(text: str) -> str | None:
    shown = text.replace("\n", " ⏎ ")
    return (shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…") or None


def _series_words(values: Column, size: str) -> str:
    """The last values of a series of one feature, the size of others."""
    if values.shape[1] > 1:
        return size
    last = ["–" if math.isnan(one) else f"{one:.4g}" for one in values[-_LAST:, 0].tolist()]
    return ("… " if len(values) > _LAST else "") + " ".join(last)


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
    """How often values occur: `edges` (one more than bins) and `counts`. On a sample: of pictures their brightness, of
    sounds how loud they are, of series every value."""
    one = dataset.field(field)
    if one.kind == "number":
        values = dataset.take(field, indices)
        values = values[~np.isnan(values)].astype(np.float64)
    elif one.kind in ("image", *_CURVES):
        places = np.arange(dataset.count) if indices is None else np.asarray(indices)
        values = _measured(one.kind, dataset.take(field, places[:: max(1, -(-len(places) // _SAMPLE))]))
    else:
        raise UserError(f"“{field}” is a {one.kind}; only numbers, pictures, sounds and series have a histogram.")
    if not len(values):
        return {"edges": [], "counts": []}
    if values.min() == values.max():
        return {"edges": [float(values[0]), float(values[0])], "counts": [len(values)]}
    counts, edges = np.histogram(values, max(1, min(bins, 1000)))
    return {"edges": edges.tolist(), "counts": counts.tolist()}


def _measured(kind: str, values: Column) -> Column:
    if kind == "image":
        return np.asarray(values.mean(axis=(1, 2, 3), dtype=np.float64))
    if kind == "signal":
        return np.asarray(np.sqrt((as_signal(values).astype(np.float64) ** 2).mean(axis=(1, 2))))
    flat = values.ravel()
    return flat[~np.isnan(flat)].astype(np.float64)


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
    if one.kind == "tokens":
        counts = token_counts(dataset, one.name)
        order = [place for place in np.argsort(-counts, kind="stable")[:12] if one.classes[place] != PADDING]
        found.update(classes=len(one.classes), top=[[one.classes[place], int(counts[place])] for place in order[:8]])
    if one.kind in ("number", "image", *_CURVES):
        found["histogram"] = histogram(dataset, one.name)
    return found
