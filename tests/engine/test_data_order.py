"""Divisions of what lies in an order and of what hangs together: no step and no group is in two parts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data.dataset import Dataset
from engine.data.fields import category, number
from engine.data.quality import report
from engine.data.split import Split, folds, split
from engine.errors import UserError
from engine.project import DataChoice

shares = st.tuples(st.integers(1, 10), st.integers(0, 5), st.integers(0, 5)).map(
    lambda s: tuple(one / sum(s) for one in s)
)


def made(count: int) -> tuple[Dataset, DataChoice]:
    fields = (number("x"), category("y", ("a", "b", "c"), "target"))
    columns = {"x": np.arange(count, dtype=np.float32), "y": np.arange(count) % 3}
    return Dataset(fields, columns, count, None, (), ""), DataChoice(source={"type": "x"}, fields=fields, count=count)


def steps(dataset: Dataset, items: np.ndarray) -> set[int]:
    assert dataset.spans is not None
    return {step for low, high in dataset.spans[items] for step in range(low, high)}


@settings(max_examples=60, deadline=None)
@given(count=st.integers(20, 200), reach=st.integers(1, 9), stride=st.integers(1, 5), shares=shares)
def test_parts_of_a_series_share_no_step_and_come_in_order(count, reach, stride, shares) -> None:  # type: ignore[no-untyped-def]
    dataset, data = made(count)
    starts = np.arange(count) * stride
    dataset = replace(dataset, spans=np.stack([starts, starts + reach], axis=1))
    data = replace(data, split=shares)
    total = (count - 1) * stride + reach
    if round(total * shares[0]) < reach:
        with pytest.raises(UserError, match="window"):
            split(dataset, data)
        return
    found = split(dataset, data)
    parts = [steps(dataset, part) for _, part in found]
    for one, other in ((0, 1), (1, 2), (0, 2)):
        assert not parts[one] & parts[other]
        if parts[one] and parts[other]:
            assert max(parts[one]) < min(parts[other])
    assert found.left_out == count - sum(len(part) for _, part in found)
    # only what reaches over one of the two borders is missing
    assert found.left_out <= 2 * -(-reach // stride)
    for (_, part), share in zip(found, shares, strict=True):
        assert abs(len(part) - share * count) <= 2 * reach + 2
        assert part.dtype == np.int64
    assert split(dataset, replace(data, seed=99)).test.tolist() == found.test.tolist()  # order, not chance


@pytest.mark.parametrize("k", [2, 3, 5])
def test_folds_of_a_series_test_each_stretch_once(k: int) -> None:
    dataset, data = made(200)
    starts = np.arange(200)
    dataset = replace(dataset, spans=np.stack([starts, starts + 4], axis=1))
    tested: list[int] = []
    for one in folds(dataset, data, k):
        assert not steps(dataset, one.test) & steps(dataset, one.train)
        assert not steps(dataset, one.test) & steps(dataset, one.validation)
        assert not steps(dataset, one.train) & steps(dataset, one.validation)
        assert len(one.train) > len(one.validation) > 5
        assert one.left_out == 200 - len(one.train) - len(one.validation) - len(one.test) <= 9
        tested += one.test.tolist()
    assert len(tested) == len(set(tested)) >= 200 - 3 * k
    with pytest.raises(UserError, match="folds"):
        folds(dataset, data, 150)


def test_items_without_a_target_are_left_out_of_a_series() -> None:
    dataset, data = made(100)
    dataset.columns["y"][[3, 50]] = -1
    starts = np.arange(100)
    dataset = replace(dataset, spans=np.stack([starts, starts + 1], axis=1))
    found = split(dataset, data)
    assert found.left_out == 2
    assert not {3, 50} & {int(one) for _, part in found for one in part}


@settings(max_examples=60, deadline=None)
@given(groups=st.lists(st.integers(0, 25), min_size=6, max_size=200), shares=shares, seed=st.integers(0, 999))
def test_no_group_is_in_two_parts(groups, shares, seed) -> None:  # type: ignore[no-untyped-def]
    dataset, data = made(len(groups))
    names = np.array(groups)
    dataset, data = replace(dataset, groups=names), replace(data, split=shares, seed=seed)
    found = split(dataset, data)
    _whole(found, names, len(groups))
    assert len(found.train)
    different = len(set(groups))
    for (_, part), share in zip(found, shares, strict=True):
        assert abs(len(set(names[part].tolist())) - share * different) <= 2
    if different < 2:
        with pytest.raises(UserError, match="folds"):
            folds(dataset, data, 2)
        return
    tested: list[int] = []
    for one in folds(dataset, data, 2):
        _whole(one, names, len(groups))
        tested += one.test.tolist()
    assert sorted(tested) == list(range(len(groups)))


def _whole(found: Split, names: np.ndarray, count: int) -> None:
    parts = [set(names[part].tolist()) for _, part in found]
    assert not (parts[0] & parts[1] or parts[1] & parts[2] or parts[0] & parts[2])
    assert sorted(int(one) for _, part in found for one in part) == list(range(count))
    for _, part in found:
        assert (np.diff(part) > 0).all()


def test_groups_are_spread_by_chance_and_by_class() -> None:
    dataset, data = made(3000)
    dataset.columns["y"][:] = np.arange(3000) % 30 == 0  # one in thirty
    dataset = replace(dataset, groups=np.arange(3000) // 1)
    found = split(dataset, data)
    for _, part in found:
        assert dataset.columns["y"][part].sum() == pytest.approx(len(part) / 30, abs=1)
    assert not np.array_equal(found.test, split(dataset, replace(data, seed=8)).test)


def test_the_report_says_how_it_was_divided() -> None:
    dataset, data = made(200)
    starts = np.arange(200)
    ordered = replace(dataset, spans=np.stack([starts, starts + 3], axis=1))
    told = [one for one in report(ordered, split(ordered, data)) if one["kind"] == "order"]
    assert [one["level"] for one in told] == ["info"]
    assert "4 items" in told[0]["detail"]
    grouped = replace(dataset, groups=starts // 4)
    told = [one for one in report(grouped, split(grouped, data)) if one["kind"] == "groups"]
    assert "50 groups" in told[0]["detail"]
