"""Dividing data into training, validation and test parts, the same on every machine for the same seed.

Every item gets a place between 0 and 1 within its class; sorted by it, each stretch holds every class in its share.
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
    """The places of the items of each part, ascending int64; `left_out` items lack a target and are in none."""

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
    order = _ordered(dataset, data)
    train, validation, _ = _sizes(len(order), shares)
    ends = [train, train + validation]
    one, two, three = (np.sort(part) for part in np.split(order, ends))
    return Split(one, two, three, left_out=dataset.count - len(order))


def folds(dataset: Dataset, data: DataChoice, k: int) -> list[Split]:
    """`k` divisions for cross-validation: each item is in the test part of exactly one of them.

    What a fold does not test is divided into training and validation in the project's proportion.
    """
    order = _ordered(dataset, data)
    if not 2 <= k <= len(order):
        raise UserError(f"Cross-validation needs from 2 to {len(order):,} folds with this data. It is {k}.")
    bounds = np.round(np.linspace(0, len(order), k + 1)).astype(int)
    train, validation, _ = data.split
    share = validation / (train + validation) if train + validation else 0.0
    left_out = dataset.count - len(order)
    found = []
    for start, stop in pairwise(bounds):
        rest = np.concatenate([order[:start], order[stop:]])
        size = min(round(len(rest) * share), len(rest) - 1)
        # evenly spread over the order, so that validation holds every class as well
        held = np.zeros(len(rest), bool)
        held[np.floor((np.arange(size) + 0.5) * len(rest) / max(size, 1)).astype(int)] = True
        found.append(Split(np.sort(rest[~held]), np.sort(rest[held]), np.sort(order[start:stop]), left_out))
    return found


def _ordered(dataset: Dataset, data: DataChoice) -> Column:
    """All usable items, mixed; stratified, every stretch of them holds each class in its share."""
    items = usable(dataset, data)
    if len(items) < 2:
        raise UserError(
            f"{len(items)} of the {dataset.count:,} items has a target; at least 2 are needed to train. "
            "Check on the Data page which field is the target."
        )
    bits = np.random.PCG64(data.seed)
    mixed = items[np.argsort(bits.random_raw(len(items)), kind="stable")]
    by = _stratified_by(data)
    if not by:
        return mixed
    codes = dataset.take(by, mixed)
    _, inverse, counts = np.unique(codes, return_inverse=True, return_counts=True)
    grouped = np.argsort(inverse, kind="stable")
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    rank = np.empty(len(mixed), np.int64)
    rank[grouped] = np.arange(len(mixed)) - np.repeat(starts, counts)  # the place within its class
    shift = (bits.random_raw(len(counts)) >> np.uint64(11)).astype(
        float
    ) / 2**53  # so that small classes are not always cut alike
    place = (rank + np.where(counts == 1, 0.0, shift)[inverse]) / counts[inverse]  # a lone item belongs to training
    return mixed[np.argsort(place, kind="stable")]


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
