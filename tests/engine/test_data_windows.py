"""Windows of one array behave as the array of all windows would, and survive the cache without being cut."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data.cache import Scratch, read
from engine.data.fields import series
from engine.data.sources import Loaded
from engine.data.windows import Windows, starts_of


@settings(max_examples=60, deadline=None)
@given(
    total=st.integers(1, 60),
    length=st.integers(1, 12),
    stride=st.integers(1, 9),
    features=st.sampled_from([0, 1, 3]),
    seed=st.integers(0, 99),
)
def test_the_same_as_all_windows_cut(total: int, length: int, stride: int, features: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    base = random.integers(0, 250, (total, features) if features else (total,)).astype(np.uint8)
    starts = starts_of(total, length, stride)
    assert (starts + length <= total).all()
    assert len(starts) == max(0, (total - length) // stride + 1 if total >= length else 0)
    column = Windows(base, starts, length, "int64")
    shape = (len(starts), length, *base.shape[1:])
    whole = np.array([base[start : start + length] for start in starts], np.int64).reshape(shape)
    assert column.shape == whole.shape
    assert column.ndim == whole.ndim
    assert column.dtype == np.int64
    assert len(column) == len(whole)
    np.testing.assert_array_equal(np.asarray(column), whole)
    if not len(whole):
        return
    places = random.integers(0, len(whole), 7)
    some = random.random(len(whole)) < 0.5
    for key in (places, some, slice(1, None, 2), slice(0, 0), -1, int(places[0])):
        found = column[key]
        np.testing.assert_array_equal(found, whole[key])
        assert found.dtype == np.int64
    # each row of the array counts once, however many windows it is in
    inside = np.unique(np.concatenate([np.arange(start, start + length) for start in starts[places]]))
    np.testing.assert_array_equal(column.covered(places), base[inside])


def test_a_million_windows_take_the_room_of_their_text() -> None:
    base = np.zeros(1_000_100, np.uint8)
    column = Windows(base, starts_of(len(base), 100, 1), 100, "int64")
    assert len(column) == 1_000_001
    assert column.nbytes < 10_000_000 < 8 * 100 * len(column)
    assert column[[0, 999_999]].nbytes == 2 * 100 * 8


def test_a_window_beyond_the_end_is_refused() -> None:
    with pytest.raises(ValueError, match="beyond"):
        Windows(np.zeros(10), np.array([8]), 3)


def test_the_cache_keeps_the_array_and_the_places(tmp_path: Path) -> None:
    base = np.random.default_rng(1).normal(size=(400, 2)).astype(np.float32)
    column: Any = Windows(base, starts_of(400, 20, 3), 20)
    spans = np.stack([column.starts, column.starts + 20], axis=1)
    groups = np.arange(len(column)) % 5
    fields = (series("walk", 20, 2),)
    loaded = Loaded(fields, {"walk": column}, None, ["a note"], spans, groups)
    entry = tmp_path / "entry"
    with Scratch(entry) as scratch:
        assert scratch.keep(fields, loaded.columns, loaded)
    found = read(entry)
    assert found is not None
    kept = found.columns["walk"]
    assert isinstance(kept, Windows)
    np.testing.assert_array_equal(np.asarray(kept), np.asarray(column))
    assert found.spans is not None
    assert found.groups is not None
    np.testing.assert_array_equal(found.spans, spans)
    np.testing.assert_array_equal(found.groups, groups)
    assert sum(one.stat().st_size for one in entry.iterdir()) < 2 * base.nbytes + 40 * len(column)
    # a damaged file counts as no entry at all
    starts = entry / "0.starts.npy"
    starts.write_bytes(starts.read_bytes()[:-8] + b"\0\0\0\0\0\0\0\1")
    assert read(entry) is None
