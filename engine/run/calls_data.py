"""The helper's calls about data: read, look at, judge. None of them imports torch."""

from __future__ import annotations

import base64
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from engine.exporters import Progress
from engine.project import DataChoice, Project, from_json, to_json
from engine.run.calls import call

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.data.split import Split

Choice = Mapping[str, Any]
KEPT = 4
"""Opened data sets and their divisions that are kept for the next call."""


def data_json(data: DataChoice) -> dict[str, Any]:
    """A project's data choice as JSON, as the project file has it."""
    found: dict[str, Any] = to_json(Project(data=data))["data"]
    return found


def data_from(values: Choice) -> DataChoice:
    """A data choice out of its JSON."""
    return from_json({"format": 1, "data": dict(values)}).data


class _Kept:
    """The data sets opened last, by their choice: looking at a page of thumbnails must not hash the files again."""

    def __init__(self) -> None:
        self._found: OrderedDict[str, tuple[Dataset, Split | None]] = OrderedDict()

    def forget(self) -> None:
        self._found.clear()

    def get(self, values: Choice, progress: Progress) -> tuple[Dataset, Split | None]:
        """The data set and its division; None for the division of a single item."""
        import json

        key = json.dumps(values, sort_keys=True, default=str)
        if key not in self._found:
            self._found[key] = _opened(data_from(values), progress)
        self._found.move_to_end(key)
        while len(self._found) > KEPT:
            self._found.popitem(last=False)
        return self._found[key]


_kept = _Kept()


def _opened(data: DataChoice, progress: Progress) -> tuple[Dataset, Split | None]:
    from engine.data.dataset import open_dataset
    from engine.data.split import split

    dataset = open_dataset(data, progress=_reading(progress))
    # without a target, items can still be divided: an autoencoder answers with what it reads
    divided = dataset.count > 1 or any(one.role == "target" for one in data.fields)
    return dataset, split(dataset, data) if divided else None


def _reading(progress: Progress) -> Any:
    return lambda done, total: progress(done / max(1, total), "Reading the data")


# ---- reading -----------------------------------------------------------------------------------------------------


@call
def scan(progress: Progress, source: Choice, previous: Choice | None = None) -> dict[str, Any]:
    """Read a source; gives the data choice with its fields, and notes for people."""
    from engine.data.dataset import open_dataset, scan

    _kept.forget()  # the files may have changed: that is why somebody scans
    before = data_from(previous) if previous is not None else None
    found = scan(source, before, progress=_reading(progress))
    return {"data": data_json(found), "notes": list(open_dataset(found).notes)}


@call
def check_source(progress: Progress, source: Choice) -> dict[str, Any]:
    """Whether a source can be found and read at all, without reading it: its title, or why not."""
    from engine.data.sources import sources

    made = sources.make(source)
    return {"title": made.title(), "fingerprint": made.fingerprint()}


@call
def open(progress: Progress, data: Choice) -> dict[str, Any]:
    """What a project's data holds: items, notes, and how many are in each part."""
    dataset, parts = _kept.get(data, progress)
    return {
        "count": dataset.count,
        "notes": list(dataset.notes),
        "fingerprint": dataset.fingerprint,
        "parts": {name: len(places) for name, places in parts or ()},
        "left_out": parts.left_out if parts is not None else 0,
    }


# ---- looking -----------------------------------------------------------------------------------------------------


def _places(
    dataset: Dataset, parts: Split | None, part: str, label: int, search: str, items: Sequence[int] | None
) -> Any:
    """Places in the data: given ones, or those of a part, of a class, or whose name holds a text."""
    import numpy as np

    if items is not None:
        return np.asarray(list(items), np.int64)
    places = parts.part(part) if part and parts is not None else np.arange(dataset.count)
    target = next((one for one in dataset.fields if one.role == "target" and one.kind == "category"), None)
    if label >= 0 and target is not None:
        places = places[dataset.take(target.name, places) == label]
    if search.strip():
        wanted = search.strip().casefold()
        places = np.array([place for place in places if wanted in dataset.named(int(place)).casefold()], np.int64)
    return places


@call
def preview(
    progress: Progress,
    data: Choice,
    start: int = 0,
    count: int = 70,
    side: int = 110,
    part: str = "",
    label: int = -1,
    search: str = "",
    items: Sequence[int] | None = None,
    field: str = "",
) -> dict[str, Any]:
    """Pictures as PNG in base64 with the item's place, name and class; `total` is how many the filter leaves."""
    from engine.data.preview import thumbnails

    dataset, parts = _kept.get(data, progress)
    places = _places(dataset, parts, part, label, search, items)
    shown = places[max(0, start) : max(0, start) + max(0, min(count, 500))]
    labels = _labels(dataset, shown)
    pictures = thumbnails(dataset, shown, side, field)
    return {
        "total": len(places),
        "thumbs": [
            {
                "item": int(place),
                "name": dataset.named(int(place)),
                "label": word,
                "png": base64.b64encode(png).decode(),
            }
            for place, word, png in zip(shown, labels, pictures, strict=True)
        ],
    }


def _labels(dataset: Dataset, places: Any) -> list[str]:
    """The first target of each item in words, empty where it is missing."""
    import numpy as np

    one = next((field for field in dataset.fields if field.role == "target"), None)
    if one is None or one.kind not in ("category", "number"):
        return [""] * len(places)
    values = dataset.take(one.name, places)
    if one.kind == "category":
        return [one.classes[code] if code >= 0 else "" for code in values]
    return ["" if np.isnan(value) else f"{value:g}" for value in values]


@call
def rows(
    progress: Progress,
    data: Choice,
    start: int = 0,
    count: int = 50,
    part: str = "",
    label: int = -1,
    search: str = "",
    items: Sequence[int] | None = None,
) -> dict[str, Any]:
    """Items as a table shows them; the key "" is the item's name."""
    from engine.data.preview import rows

    dataset, parts = _kept.get(data, progress)
    places = _places(dataset, parts, part, label, search, items)
    return {
        "total": len(places),
        "columns": [one.name for one in dataset.fields],
        "rows": rows(dataset, start, count, places),
    }


@call
def balance(progress: Progress, data: Choice, field: str) -> list[dict[str, Any]]:
    """Items per class, in all and per part."""
    from engine.data.preview import balance

    dataset, parts = _kept.get(data, progress)
    return balance(dataset, field, parts)


@call
def histogram(progress: Progress, data: Choice, field: str, bins: int = 24) -> dict[str, list[float]]:
    """How often the values of a field occur."""
    from engine.data.preview import histogram

    dataset, _ = _kept.get(data, progress)
    return histogram(dataset, field, bins)


@call
def summaries(progress: Progress, data: Choice) -> list[dict[str, Any]]:
    """One summary per field."""
    from engine.data.preview import summaries

    dataset, _ = _kept.get(data, progress)
    return summaries(dataset)


@call
def quality(progress: Progress, data: Choice) -> list[dict[str, Any]]:
    """Everything that is wrong or risky about the data, errors first."""
    from engine.data.quality import report

    dataset, parts = _kept.get(data, progress)
    return report(dataset, parts)


@call
def input_thumbs(progress: Progress, data: Choice, field: str = "", count: int = 3, side: int = 48) -> list[str]:
    """A few pictures for the card of an image input, of different classes where there are classes."""
    import numpy as np

    from engine.data.preview import thumbnails

    dataset, _ = _kept.get(data, progress)
    target = next((one for one in dataset.fields if one.role == "target" and one.kind == "category"), None)
    places = np.linspace(0, dataset.count - 1, min(count, dataset.count)).astype(np.int64)
    if target is not None:
        _, first = np.unique(dataset.take(target.name), return_index=True)
        places = np.unique(np.concatenate([np.sort(first)[:count], places]))[:count]
    return [base64.b64encode(png).decode() for png in thumbnails(dataset, places, side, field)]
