"""Dividing data into training, validation and test parts, the same on every machine for the same seed.

Every item gets a place between 0 and 1 within its class; sorted by it, each stretch holds every class in its share.
Items that lie in an order (time, a text) are divided by their place in it instead, and groups are never divided.
The random numbers are PCG64's raw ones, whose stream numpy guarantees, sorted stably: no version can change a division.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from engine.data.dataset import Dataset
from engine.data.sources import Column
from engine.errors import UserError
from engine.project import DataChoice

PARTS = ("train", "validation", "test")


@dataclass(frozen=True, eq=False)
class Split:
    """The places of the items of each part, ascending int64; `left_out` items are in none: they lack a target, or
    reach over the border between two parts of a text or a series."""

    train: Column
    validation: Column
    test: Column
    left_out: int = 0

    def part(self, name: str) -> Column:
        """The places of one part: train, validation or test."""
        if name not in PARTS:
            raise UserError(f"There is no part {name!r} of the data. Parts are train, validation and test.")
        found: Column = getattr(self, name)
        return found

    def __iter__(self) -> Iterator[tuple[str, Column]]:
        return ((name, self.part(name)) for name in PARTS)


def usable(dataset: Dataset, data: DataChoice) -> Column:
    """The places of all items that have every target."""
    good = np.ones(dataset.count, bool)
    for one in data.fields:
        if one.role == "target":
            good &= ~dataset.missing(one.name)
    return np.flatnonzero(good)


def split(dataset: Dataset, data: DataChoice) -> Split:
    """The three parts by the shares, the seed and the stratification of a project's data.

    Raises:
        UserError: the shares do not add up to 1, or there are too few items with a target.
    """
    shares = np.array(data.split, float)
    if len(shares) != 3 or not np.isfinite(shares).all() or (shares < 0).any() or abs(shares.sum() - 1) > 1e-6:
        raise UserError(
            "The shares of training, validation and test must add up to 100 %. "
            f"They are {' + '.join(f'{share * 100:g}' for share in shares)}. Change them on the Data page."
        )
    if dataset.spans is not None:
        return _in_order(dataset, data, dataset.spans, shares)
    if dataset.groups is not None:
        return _by_groups(dataset, data, dataset.groups, shares)
    order = _ordered(dataset, data)
    train, validation, _ = _sizes(len(order), shares)
    ends = [train, train + validation]
    one, two, three = (np.sort(part) for part in np.split(order, ends))
    return Split(one, two, three, left_out=dataset.count - len(order))


def folds(dataset: Dataset, data: DataChoice, k: int) -> list[Split]:
    """`k` divisions for cross-validation: each item is in the test part of exactly one of them.

    What a fold does not test is divided into training and validation in the project's proportion.
    """
    if dataset.spans is not None:
        return _folds_in_order(dataset, data, dataset.spans, k)
    order = _ordered(dataset, data) if dataset.groups is None else _mixed_groups(dataset, data, dataset.groups)[0]
    if not 2 <= k <= len(order):
        raise UserError(f"Cross-validation needs from 2 to {len(order):,} folds with this data. It is {k}.")
    bounds = np.round(np.linspace(0, len(order), k + 1)).astype(int)
    train, validation, _ = data.split
    share = validation / (train + validation) if train + validation else 0.0
    left_out = dataset.count - len(order)
    if dataset.groups is not None:
        return _folds_of_groups(dataset, order, dataset.groups, k, share)
    found = []
    for start, stop in pairwise(bounds):
        rest = np.concatenate([order[:start], order[stop:]])
        size = min(round(len(rest) * share), len(rest) - 1)
        # evenly spread over the order, so that validation holds every class as well
        held = np.zeros(len(rest), bool)
        held[np.floor((np.arange(size) + 0.5) * len(rest) / max(size, 1)).astype(int)] = True
        found.append(Split(np.sort(rest[~held]), np.sort(rest[held]), np.sort(order[start:stop]), left_out))
    return found


def _enough(dataset: Dataset, data: DataChoice) -> Column:
    items = usable(dataset, data)
    if len(items) < 2:
        raise UserError(
            f"{len(items)} of the {dataset.count:,} items has a target; at least 2 are needed to train. "
            "Check on the Data page which field is the target."
        )
    return items


def _ordered(dataset: Dataset, data: DataChoice) -> Column:
    """All usable items, mixed; stratified, every stretch of them holds each class in its share."""
    items = _enough(dataset, data)
    by = _stratified_by(data)
    return np.asarray(items[_mixed(len(items), dataset.take(by, items) if by else None, data.seed)])


def _mixed(count: int, codes: Column | None, seed: int) -> Column:
    """The numbers below `count` in an order by chance; with codes, every stretch holds each code in its share."""
    bits = np.random.PCG64(seed)
    mixed = np.argsort(bits.random_raw(count), kind="stable")
    if codes is None:
        return mixed
    _, inverse, counts = np.unique(codes[mixed], return_inverse=True, return_counts=True)
    grouped = np.argsort(inverse, kind="stable")
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    rank = np.empty(count, np.int64)
    rank[grouped] = np.arange(count) - np.repeat(starts, counts)  # the place within its class
    # a shift per class, so that small classes are not always cut alike
    shift = (bits.random_raw(len(counts)) >> np.uint64(11)).astype(float) / 2**53
    place = (rank + np.where(counts == 1, 0.0, shift)[inverse]) / counts[inverse]  # a lone item belongs to training
    return mixed[np.argsort(place, kind="stable")]


# ---- items in an order -------------------------------------------------------------------------------------------


def _in_order(dataset: Dataset, data: DataChoice, spans: Column, shares: np.ndarray[Any, Any]) -> Split:
    """Training first, then validation, then test, by the place in the order; what reaches over a border is left out."""
    items = _enough(dataset, data)
    low, high = int(spans[:, 0].min()), int(spans[:, 1].max())
    one = low + round((high - low) * shares[0])
    two = high if shares[2] == 0 else low + round((high - low) * (shares[0] + shares[1]))
    train, validation, test = (
        items[_inside(spans[items], start, stop)] for start, stop in ((low, one), (one, two), (two, high))
    )
    if not len(train):
        raise UserError(
            f"No window fits into the training part: it is {one - low:,} steps long, a window reaches over "
            f"{int(np.diff(spans, axis=1).min()):,}. Give training a larger share, or make the window shorter."
        )
    return Split(train, validation, test, dataset.count - len(train) - len(validation) - len(test))


def _inside(spans: Column, start: int, stop: int) -> Column:
    return np.asarray((spans[:, 0] >= start) & (spans[:, 1] <= stop))


def _folds_in_order(dataset: Dataset, data: DataChoice, spans: Column, k: int) -> list[Split]:
    """Each fold tests another stretch; validation is the stretch behind it, in front of it where it is the last."""
    items = _enough(dataset, data)
    reach = spans[items]
    low, high = int(spans[:, 0].min()), int(spans[:, 1].max())
    bounds = [int(one) for one in np.round(np.linspace(low, high, k + 1))] if k >= 2 else []
    if not bounds or not all(_inside(reach, start, stop).any() for start, stop in pairwise(bounds)):
        raise UserError(f"Cross-validation needs from 2 folds on, each as long as a window at least. It is {k}.")
    train, validation, _ = data.split
    share = validation / (train + validation) if train + validation else 0.0
    found = []
    for start, stop in pairwise(bounds):
        size = round((high - low - (stop - start)) * share)
        held = (stop, stop + size) if stop + size <= high else (start - size, start)
        before, after = (min(start, held[0]), max(stop, held[1])) if size else (start, stop)
        learned = items[_inside(reach, low, before) | _inside(reach, after, high)]
        checked = items[_inside(reach, *held)]
        tested = items[_inside(reach, start, stop)]
        left_out = dataset.count - len(learned) - len(checked) - len(tested)
        found.append(Split(learned, checked, tested, left_out))
    return found


# ---- items in groups ---------------------------------------------------------------------------------------------


def _mixed_groups(dataset: Dataset, data: DataChoice, groups: Column) -> tuple[Column, Column]:
    """All usable items group by group, the groups mixed, stratified by the class of each one's first item; and where
    each group ends."""
    items = _enough(dataset, data)
    _, first, inverse = np.unique(groups[items], return_index=True, return_inverse=True)
    by = _stratified_by(data)
    rank = np.empty(len(first), np.int64)
    rank[_mixed(len(first), dataset.take(by, items[first]) if by else None, data.seed)] = np.arange(len(first))
    order = np.argsort(rank[inverse], kind="stable")
    return items[order], np.cumsum(np.bincount(rank[inverse]))


def _by_groups(dataset: Dataset, data: DataChoice, groups: Column, shares: np.ndarray[Any, Any]) -> Split:
    order, ends = _mixed_groups(dataset, data, groups)
    train, validation, _ = _sizes(len(ends), shares)
    stops = [int(ends[train - 1]), int(ends[train + validation - 1])]
    one, two, three = (np.sort(part) for part in np.split(order, stops))
    return Split(one, two, three, dataset.count - len(order))


def _folds_of_groups(dataset: Dataset, order: Column, groups: Column, k: int, share: float) -> list[Split]:
    ends = np.flatnonzero(np.append(np.diff(groups[order]) != 0, True)) + 1
    if len(ends) < k:
        raise UserError(f"Cross-validation needs from 2 to {len(ends):,} folds with this data. It is {k}.")
    parts = np.split(order, ends[:-1])
    bounds = np.round(np.linspace(0, len(parts), k + 1)).astype(int)
    left_out = dataset.count - len(order)
    found = []
    for start, stop in pairwise(bounds):
        rest = parts[stop:] + parts[:start]
        size = min(round(len(rest) * share), len(rest) - 1)
        sides = (parts[start:stop], rest[:size], rest[size:])
        tested, checked, learned = (np.sort(np.concatenate(side)) if side else order[:0] for side in sides)
        found.append(Split(learned, checked, tested, left_out))
    return found


def _stratified_by(data: DataChoice) -> str:
    if data.stratify:
        for one in data.fields:
            if one.role == "target" and one.kind == "category":
                return one.name
    return ""


def _sizes(count: int, shares: np.ndarray[Any, Any]) -> tuple[int, int, int]:
    """How many items each part gets: rounded, but no part with a share stays empty while there are items for it."""
    validation, test = round(count * shares[1]), round(count * shares[2])
    if count >= 3:
        validation, test = max(validation, int(shares[1] > 0)), max(test, int(shares[2] > 0))
    while validation + test > count - 1 and validation + test > 0:  # training is never empty
        if validation >= test:
            validation -= 1
        else:
            test -= 1
    return count - validation - test, validation, test
