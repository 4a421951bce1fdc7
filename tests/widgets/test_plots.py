"""The plots: exact against brute force, honest on screen, quick at any length."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from widgets.plots.series import Ema, Series


def _series(values, axes=1):
    series = Series(axes)
    places = np.arange(len(values), dtype=float)
    series.append(values, *([places] + [places * 0.5] * (axes - 1)))
    return series


def _check(series, values, low, high, buckets):
    window = series.query(low, high, buckets)
    start, end = int(window.first[0]), window.end
    assert start == max(0, int(np.ceil(low)) - 1)
    assert end == min(len(values), int(np.floor(high)) + 2)
    assert len(window.x) <= max(2 * buckets, buckets + 2)
    edges = np.append(window.first, end)
    for at in range(len(window.x)):
        part = values[edges[at] : edges[at + 1]]
        real = part[~np.isnan(part)]
        if len(real):
            assert window.low[at] == real.min()
            assert window.high[at] == real.max()
        else:
            assert np.isnan(window.low[at])
            assert np.isnan(window.high[at])


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), count=st.integers(1, 5000), buckets=st.integers(1, 300), gap=st.booleans())
def test_every_bucket_holds_exactly_its_samples_smallest_and_largest(seed, count, buckets, gap):
    random = np.random.default_rng(seed)
    values = random.normal(size=count).astype(np.float32)
    if gap:
        start = int(random.integers(0, count))
        values[start : start + int(random.integers(1, 400))] = np.nan
    low, high = sorted(random.uniform(0, count - 1 if count > 1 else 1, 2))
    _check(_series(values), values, low, min(high, count - 1), buckets)


def test_windows_across_blocks_agree_with_brute_force():
    random = np.random.default_rng(1)
    values = random.normal(size=200_000).astype(np.float32)
    series = _series(values)
    for _ in range(60):
        low, high = sorted(random.uniform(0, len(values) - 1, 2))
        _check(series, values, low, high, int(random.integers(5, 500)))


def test_appending_in_pieces_or_singly_gives_the_same_pyramid():
    values = np.random.default_rng(2).normal(size=70_000).astype(np.float32)
    whole, pieces = _series(values), Series()
    at = 0
    for size in (1, 7, 8, 9, 5000, 60_000):
        pieces.append(values[at : at + size], np.arange(at, at + size))
        pieces.query(0, at, 10)  # settle in between
        at += size
    for index in range(at, len(values)):
        pieces.append_one(values[index], index)
    a, b = whole.query(0, 1e9, 300), pieces.query(0, 1e9, 300)
    assert np.array_equal(a.low, b.low)
    assert np.array_equal(a.high, b.high)
    assert np.array_equal(a.x, b.x)


def test_second_axis_nearest_and_last():
    series = _series(np.array([1, 2, np.nan], np.float32), axes=2)
    assert series.last(1) == (0.5, 2.0)
    assert series.nearest(0.4, 1) == (0.5, 2.0)
    assert series.nearest(0.4, 0) == (0.0, 1.0)
    assert Series().query(0, 1).end == 0
    assert Series().nearest(1) is None


@pytest.mark.parametrize("weight", [0.0, 0.1, 0.75, 0.99])
def test_smoothing_is_the_debiased_average_and_may_come_in_pieces(weight):
    random = np.random.default_rng(3)
    values = random.normal(size=700) + 5
    values[[10, 11, 400]] = np.nan
    expected, total, mass = [], 0.0, 0.0
    for value in values:
        real = not np.isnan(value)
        total, mass = total * weight + (value if real else 0), mass * weight + real
        expected.append(total / mass if real else np.nan)
    ema = Ema(weight)
    got = np.concatenate([ema.feed(values[:3]), ema.feed(values[3:4]), ema.feed([]), ema.feed(values[4:])])
    np.testing.assert_allclose(got, expected, rtol=1e-5)
