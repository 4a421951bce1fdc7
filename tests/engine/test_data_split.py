"""Divisions: complete, without overlap, in proportion, the same everywhere; statistics see training items only."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data.dataset import Dataset
from engine.data.fields import category, image, number
from engine.data.preparation import Preparation
from engine.data.split import folds, split
from engine.data.statistics import fit
from engine.errors import UserError
from engine.project import DataChoice


def made(codes: np.ndarray, seed: int = 0) -> tuple[Dataset, DataChoice]:
    rng = np.random.default_rng(seed)
    count = len(codes)
    classes = tuple(f"c{place}" for place in range(max(1, int(codes.max(initial=0)) + 1)))
    fields = (number("x"), image("p", 2, 3, 3), category("y", classes, "target"))
    columns = {
        "x": rng.normal(size=count).astype(np.float32),
        "p": rng.integers(0, 256, (count, 2, 3, 3), dtype=np.uint8),
        "y": codes.astype(np.int64),
    }
    dataset = Dataset(fields, columns, count, None, (), "")
    return dataset, DataChoice(source={"type": "x"}, fields=fields, count=count)


shares = st.tuples(st.integers(1, 10), st.integers(0, 5), st.integers(0, 5)).map(
    lambda s: tuple(one / sum(s) for one in s)
)
many_codes = st.lists(st.integers(-1, 6), min_size=3, max_size=300).filter(
    lambda codes: sum(one >= 0 for one in codes) >= 3
)


@settings(max_examples=80, deadline=None)
@given(codes=many_codes, shares=shares, seed=st.integers(0, 2**31), stratify=st.booleans())
def test_every_item_with_a_target_is_in_exactly_one_part(codes, shares, seed, stratify) -> None:  # type: ignore[no-untyped-def]
    dataset, data = made(np.array(codes))
    found = split(dataset, replace(data, split=shares, seed=seed, stratify=stratify))
    together = np.concatenate([found.train, found.validation, found.test])
    np.testing.assert_array_equal(np.sort(together), np.flatnonzero(np.array(codes) >= 0))
    assert found.left_out == sum(one < 0 for one in codes)
    assert len(found.train) >= 1
    for part, share in zip((found.train, found.validation, found.test), shares, strict=True):
        assert part.dtype == np.int64
        assert (np.diff(part) > 0).all()
        assert abs(len(part) - share * len(together)) <= 2
        if share == 0:
            assert not len(part)


@settings(max_examples=40, deadline=None)
@given(sizes=st.lists(st.integers(1, 80), min_size=1, max_size=8), shares=shares, seed=st.integers(0, 1000))
def test_stratified_parts_hold_each_class_in_its_share(sizes, shares, seed) -> None:  # type: ignore[no-untyped-def]
    codes = np.repeat(np.arange(len(sizes)), sizes)
    if len(codes) < 3:
        return
    dataset, data = made(codes)
    found = split(dataset, replace(data, split=shares, seed=seed))
    for part, share in zip((found.train, found.validation, found.test), shares, strict=True):
        counts = np.bincount(codes[part], minlength=len(sizes))
        assert (np.abs(counts - share * np.array(sizes)) <= 3).all()


def test_division_is_the_same_on_every_machine() -> None:
    """Pinned: whoever changes this changes the test part of every project there is."""
    dataset, data = made(np.arange(500) % 3)
    found = split(dataset, data)
    assert (len(found.train), len(found.validation), len(found.test)) == (350, 75, 75)
    digest = hashlib.sha256(b"".join(part.astype("<i8").tobytes() for _, part in found)).hexdigest()
    assert digest[:16] == "ff2a07fd411acb6e"
    assert not np.array_equal(split(dataset, replace(data, seed=8)).test, found.test)


def test_small_classes_reach_the_test_part() -> None:
    """With three items in each of a hundred classes a fixed rounding would put none of them into test."""
    dataset, data = made(np.arange(300) % 100)
    found = split(dataset, data)
    assert (len(found.train), len(found.validation), len(found.test)) == (210, 45, 45)
    lone, choice = made(np.array([0] * 30 + [1]))
    assert 30 in split(lone, choice).train  # what cannot be divided is learned


@settings(max_examples=40, deadline=None)
@given(codes=many_codes, k=st.integers(2, 6), seed=st.integers(0, 99))
def test_folds_test_every_item_once(codes, k, seed) -> None:  # type: ignore[no-untyped-def]
    dataset, data = made(np.array(codes))
    good = np.flatnonzero(np.array(codes) >= 0)
    if len(good) < k:
        with pytest.raises(UserError, match="folds"):
            folds(dataset, data, k)
        return
    found = folds(dataset, replace(data, seed=seed), k)
    np.testing.assert_array_equal(np.sort(np.concatenate([one.test for one in found])), good)
    for one in found:
        np.testing.assert_array_equal(np.sort(np.concatenate([one.train, one.validation, one.test])), good)
        assert len(one.train) >= 1
        assert abs(len(one.test) - len(good) / k) <= 1


@pytest.mark.parametrize("wrong", [(0.5, 0.2, 0.2), (1.2, -0.1, -0.1), (float("nan"), 0.5, 0.5)])
def test_shares_that_do_not_add_up(wrong: tuple[float, float, float]) -> None:
    dataset, data = made(np.arange(30) % 2)
    with pytest.raises(UserError, match="add up to 100"):
        split(dataset, replace(data, split=wrong))


def test_too_few_targets() -> None:
    dataset, data = made(np.array([0, -1, -1, -1]))
    with pytest.raises(UserError, match="1 of the 4 items"):
        split(dataset, data)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 999), count=st.integers(6, 60))
def test_statistics_do_not_see_validation_and_test(seed: int, count: int) -> None:
    """No leak: whatever is changed outside the training part, the figures stay to the last bit."""
    dataset, data = made(np.arange(count) % 2, seed)
    found = split(dataset, data)
    before = fit(dataset, found.train, Preparation()).to_json()
    rng = np.random.default_rng(seed + 1)
    columns = {name: column.copy() for name, column in dataset.columns.items()}
    for part in (found.validation, found.test):
        columns["x"][part] = rng.normal(1e6, 1e6, len(part))
        columns["p"][part] = 255 - columns["p"][part]
        columns["y"][part] = 0
    assert fit(replace(dataset, columns=columns), found.train, Preparation()).to_json() == before
    columns["x"][found.train[0]] += 1
    assert fit(replace(dataset, columns=columns), found.train, Preparation()).to_json() != before


def test_statistics_of_pictures_are_exact() -> None:
    dataset, _ = made(np.arange(50) % 2)
    places = np.arange(0, 50, 3)
    pixels = dataset.columns["p"][places].astype(np.float64)
    about = fit(dataset, places)["p"]
    np.testing.assert_allclose(about["mean"], pixels.mean((0, 2, 3)), rtol=1e-12)
    np.testing.assert_allclose(about["std"], pixels.std((0, 2, 3)), rtol=1e-12)


def test_nothing_to_measure() -> None:
    dataset, _ = made(np.arange(5) % 2)
    with pytest.raises(UserError, match="training part is empty"):
        fit(dataset, np.array([], np.int64))
    hollow = replace(dataset, columns={**dataset.columns, "x": np.full(5, np.nan, np.float32)})
    assert fit(hollow, np.arange(5))["x"] == {
        "mean": 0.0,
        "std": 1.0,
        "min": 0.0,
        "max": 0.0,
        "median": 0.0,
        "present": 0,
    }
