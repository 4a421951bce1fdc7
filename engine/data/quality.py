"""What is wrong or risky about the data, in sentences a person can act on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal

import numpy as np

from engine.data.dataset import Dataset
from engine.data.fields import Field
from engine.data.sources import MOST_NAMED, Column
from engine.data.split import Split
from engine.data.statistics import token_counts
from engine.data.vocabulary import PADDING, UNKNOWN
from engine.data.windows import Windows
from engine.errors import listed

Finding = dict[str, Any]
"""level (error, warning, info), kind, title, detail, field (or None), items (a few places in the data), count."""
Level = Literal["error", "warning", "info"]

_WORDS = {"train": "training", "validation": "validation", "test": "test"}
_MUCH_MISSING = 0.05
_MOST_WINDOWS = 200_000
_MUCH_UNKNOWN = 0.1
_RARE = 0.1
_FEW_ITEMS = 100
_MOST_ITEMS = 12
_BLOCK = 8192


def report(dataset: Dataset, split: Split | None = None) -> list[Finding]:
    """All findings about the data and its division, errors first; empty when there is nothing to say."""
    found = [one for check in _CHECKS for one in check(dataset, split)]
    order = ("error", "warning", "info")
    return sorted(found, key=lambda one: order.index(one["level"]))


def _finding(
    level: Level,
    kind: str,
    title: str,
    detail: str,
    field: str | None = None,
    items: Sequence[int] | Column = (),
    count: int = 0,
) -> Finding:
    places = [int(place) for place in items[:_MOST_ITEMS]]
    return {
        "level": level,
        "kind": kind,
        "title": title,
        "detail": detail,
        "field": field,
        "items": places,
        "count": count or len(items),
    }


def _used(dataset: Dataset, *roles: str) -> list[Field]:
    return [one for one in dataset.fields if one.role in (roles or ("input", "target"))]


def _roles(dataset: Dataset, split: Split | None) -> Iterator[Finding]:
    if not _used(dataset, "input"):
        detail = "Give at least one field the role Input, or choose other data."
        yield _finding("error", "no input", "Nothing goes in", detail)
    if not _used(dataset, "target"):
        detail = (
            "Give the field that the network should predict the role Target. An objective can also take an input as "
            "its target, as an autoencoder does."
        )
        yield _finding("warning", "no target", "There is no target", detail)
    if dataset.count < _FEW_ITEMS:
        detail = f"There are {dataset.count:,} items; results on so few are a matter of luck. Add more where you can."
        yield _finding("warning", "few items", "Few items", detail, count=dataset.count)


def _notes(dataset: Dataset, split: Split | None) -> Iterator[Finding]:
    for note in dataset.notes:
        yield _finding("info", "reading", "How it was read", note)


def _missing(dataset: Dataset, split: Split | None) -> Iterator[Finding]:
    for one in _used(dataset):
        places = np.flatnonzero(dataset.missing(one.name))
        if not len(places):
            continue
        share = len(places) / dataset.count
        said = f"{len(places):,} of {dataset.count:,} items ({100 * share:.0f}\u00a0%) lack “{one.name}”."
        if one.role == "target":
            detail = f"{said} They take no part in training and test."
        elif one.kind == "number":
            detail = f"{said} The preparation fills in a usual value."
        else:
            detail = f"{said} They count as none of its classes."
        if share > 0.5:
            detail += " More is missing than there: consider leaving the field unused."
        level: Level = "warning" if share > _MUCH_MISSING else "info"
        yield _finding(level, "missing", f"Missing values in “{one.name}”", detail, one.name, places)


def _constant(dataset: Dataset, split: Split | None) -> Iterator[Finding]:
    for one in _used(dataset):
        if one.kind not in ("number", "category"):
            continue
        there = dataset.take(one.name)[~dataset.missing(one.name)]
        if len(there) and (there == there[0]).all():
            level: Level = "error" if one.role == "target" else "warning"
            shown = one.classes[int(there[0])] if one.kind == "category" else f"{there[0]:g}"
            detail = f"“{one.name}” is always {shown}, so there is nothing to learn from it. Set its role to Unused."
            if one.role == "target":
                detail = f"“{one.name}” is always {shown}: there is nothing to tell apart. Choose another target."
            yield _finding(level, "constant", f"“{one.name}” never changes", detail, one.name)


def _classes(dataset: Dataset, split: Split | None) -> Iterator[Finding]:
    for one in _used(dataset, "target"):
        if one.kind != "category" or not one.classes:
            continue
        codes = dataset.take(one.name)
        counts = np.bincount(codes[codes >= 0], minlength=len(one.classes))
        most, least = int(counts.argmax()), int(counts.argmin())
        if len(counts) > 1 and counts[least] < _RARE * counts[most]:
            detail = (
                f"“{one.classes[most]}” has {counts[most]:,} items, “{one.classes[least]}” {counts[least]:,}. "
                "Accuracy alone will look better than it is: watch F1, weight the classes or add items to the rare."
            )
            yield _finding("warning", "imbalance", f"Classes of “{one.name}” differ much in size", detail, one.name)
        if split is not None:
            yield from _absent(one, codes, split)


def _absent(one: Field, codes: Column, split: Split) -> Iterator[Finding]:
    for part, indices in split:
        if not len(indices):
            continue
        there = codes[indices]
        seen = np.bincount(there[there >= 0], minlength=len(one.classes))
        lost = [name for name, count in zip(one.classes, seen, strict=True) if not count]
        if lost:
            what = "cannot be learned" if part == "train" else "is not measured there"
            detail = (
                f"No item of {listed(lost, 'and', MOST_NAMED)} is in the {_WORDS[part]} part, so that class {what}."
            )
            level: Level = "warning" if part == "train" else "info"
            title = f"Classes missing from the {_WORDS[part]} part"
            yield _finding(level, "absent class", title, detail, one.name, count=len(lost))


def _parts(dataset: Dataset, split: Split | None) -> Iterator[Finding]:
    if split is None:
        return
    for part, indices in split:
        if not len(indices):
            detail = f"No item is in the {_WORDS[part]} part. Give it a share on the Data page, or add items."
            yield _finding("warning", "empty part", f"The {_WORDS[part]} part is empty", detail)


def _duplicates(dataset: Dataset, split: Split | None) -> Iterator[Finding]:
    """Items of test and validation that the network has already seen in training."""
    if split is None or not _used(dataset, "input"):
        return
    if dataset.spans is not None and dataset.count > _MOST_WINDOWS:
        return  # overlapping windows of one long text: many seconds for what nobody could remove
    hashes = item_hashes(dataset)
    trained = hashes[split.train]
    for part in ("validation", "test"):
        indices = split.part(part)
        again = indices[np.isin(hashes[indices], trained)]
        if len(again):
            share = len(again) / len(indices)
            detail = (
                f"{len(again):,} of {len(indices):,} items ({share:.1%}) of the {_WORDS[part]} part are the same as "
                "one in training, so the result looks better than it is. Remove doubles from the data."
            )
            level: Level = "warning" if share > 0.01 else "info"
            title = f"The {_WORDS[part]} part repeats training items"
            yield _finding(level, "duplicates", title, detail, None, again)


def item_hashes(dataset: Dataset) -> Column:
    """A 64-bit hash of all inputs of each item: equal items have equal hashes."""
    total = np.zeros(dataset.count, np.uint64)
    weights = np.random.PCG64(1)
    for one in _used(dataset, "input"):
        column = dataset.columns[one.name]
        size = int(np.prod(column.shape[1:], dtype=np.int64)) * column.dtype.itemsize
        words = -(-size // 8)
        places = weights.random_raw(words)  # so that the same value counts differently in another place
        for start in range(0, dataset.count, _BLOCK):
            block = np.ascontiguousarray(column[start : start + _BLOCK])
            flat = np.zeros((len(block), words * 8), np.uint8)
            flat[:, :size] = block.reshape(len(block), -1).view(np.uint8)
            total[start : start + _BLOCK] += _mixed(flat.view(np.uint64) + places).sum(axis=1, dtype=np.uint64)
    return total


def _mixed(words: Column) -> Column:
    """Every bit depends on every bit (the finish of SplitMix64); in a plain sum round numbers would collide."""
    words ^= words >> np.uint64(30)
    words *= np.uint64(0xBF58476D1CE4E5B9)
    words ^= words >> np.uint64(27)
    words *= np.uint64(0x94D049BB133111EB)
    words ^= words >> np.uint64(31)
    return words


def _leaks(dataset: Dataset, split: Split | None) -> Iterator[Finding]:
    """Inputs that give the answer away: each of their classes goes with one class of the target, and back."""
    targets = [one for one in _used(dataset, "target") if one.kind == "category"]
    inputs = [one for one in _used(dataset, "input") if one.kind == "category"]
    for target in targets:
        answers = dataset.take(target.name)
        for one in inputs:
            codes = dataset.take(one.name)
            both = (codes >= 0) & (answers >= 0)
            pairs = np.unique(np.stack([codes[both], answers[both]], axis=1), axis=0)
            if len(pairs) > 1 and len(pairs) == len(np.unique(pairs[:, 0])) == len(np.unique(pairs[:, 1])):
                detail = (
                    f"“{one.name}” says the same as “{target.name}” in other words, so the network would copy it. "
                    f"Set “{one.name}” to Unused unless you will know it beforehand."
                )
                yield _finding("warning", "leak", f"“{one.name}” gives the answer away", detail, one.name)


def _order(dataset: Dataset, split: Split | None) -> Iterator[Finding]:
    """How data is divided that must not be mixed."""
    if split is None:
        return
    if dataset.spans is not None:
        left = split.left_out - sum(int(dataset.missing(one.name).sum()) for one in _used(dataset, "target"))
        detail = "Training comes first, then validation, then test, as the data lies in an order."
        if left > 0:
            detail += f" {left:,} items that reach over a border between two parts are left out."
        yield _finding("info", "order", "The parts follow the order of the data", detail)
    elif dataset.groups is not None:
        groups = len(np.unique(dataset.groups))
        detail = f"The items form {groups:,} groups that share something; each group is in one part only."
        yield _finding("info", "groups", "Groups stay together", detail)


def _unknown(dataset: Dataset, split: Split | None) -> Iterator[Finding]:
    """Texts of which much is unknown to the network."""
    if split is None or not len(split.train):
        return
    for one in _used(dataset, "input"):
        if one.kind != "tokens" or UNKNOWN not in one.classes:
            continue
        place = one.classes.index(UNKNOWN)
        trained = token_counts(dataset, one.name, split.train)
        for part in ("validation", "test"):
            counts = token_counts(dataset, one.name, split.part(part))
            counts[[at for at, word in enumerate(one.classes) if word == PADDING]] = 0
            lost = int(counts[(trained == 0) | (np.arange(len(counts)) == place)].sum())
            share = lost / max(1, int(counts.sum()))
            if share > _MUCH_UNKNOWN:
                detail = (
                    f"{share:.0%} of “{one.name}” in the {_WORDS[part]} part are words that the network does not know. "
                    "Make the vocabulary larger, read characters instead of words, or add texts."
                )
                title = f"Many unknown words in the {_WORDS[part]} part"
                yield _finding("warning", "unknown words", title, detail, one.name, count=lost)


def _empty(dataset: Dataset, split: Split | None) -> Iterator[Finding]:
    """Texts without a word and sounds without a sound."""
    for one in _used(dataset, "input"):
        column: Any = dataset.columns[one.name]
        if isinstance(column, Windows):
            continue
        if one.kind == "tokens" and PADDING in one.classes:
            places = np.flatnonzero((np.asarray(column) == one.classes.index(PADDING)).all(axis=1))
            title, detail = f"Empty texts in “{one.name}”", "hold no word"
        elif one.kind == "signal":
            loud = [np.abs(column[at : at + _BLOCK]).max(axis=(1, 2)) for at in range(0, dataset.count, _BLOCK)]
            places = np.flatnonzero(np.concatenate(loud) == 0)
            title, detail = f"Silence in “{one.name}”", "are silent throughout"
        else:
            continue
        if len(places):
            said = f"{len(places):,} of {dataset.count:,} items {detail}. Remove them from the data where you can."
            yield _finding("warning", "empty", title, said, one.name, places)


_Check = Callable[[Dataset, Split | None], Iterator[Finding]]
_CHECKS: tuple[_Check, ...] = (
    _roles,
    _parts,
    _missing,
    _constant,
    _leaks,
    _classes,
    _unknown,
    _empty,
    _duplicates,
    _order,
    _notes,
)
