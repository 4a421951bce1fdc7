"""Append-only numbers that can be drawn at any length: a min-max pyramid, and exponential smoothing.

Values live in blocks of 64k, so that growing never copies what is there. Level k holds the smallest and
largest value of every 8^k samples; a query takes the level that has about as many buckets as asked for,
plus the ragged ends from the raw numbers, so its cost does not depend on the length. NaN is a gap.
"""

from __future__ import annotations

import warnings
from bisect import bisect_right
from dataclasses import dataclass

import numpy as np

BLOCK = 1 << 16
FAN = 8


class _Blocks:
    """A growing row of numbers in blocks that never move."""

    def __init__(self, kind: type):
        self._kind = kind
        self._blocks: list[np.ndarray] = []
        self.count = 0

    def append(self, values: np.ndarray) -> None:
        done = 0
        while done < len(values):
            inside = self.count % BLOCK
            if inside == 0:
                self._blocks.append(np.empty(BLOCK, self._kind))
            step = min(BLOCK - inside, len(values) - done)
            self._blocks[-1][inside : inside + step] = values[done : done + step]
            self.count += step
            done += step

    def append_one(self, value: float) -> None:
        inside = self.count % BLOCK
        if inside == 0:
            self._blocks.append(np.empty(BLOCK, self._kind))
        self._blocks[-1][inside] = value
        self.count += 1

    def take(self, low: int, high: int) -> np.ndarray:
        """Return the values low to high; a view where they lie in one block."""
        first, last = low // BLOCK, max(low, high - 1) // BLOCK
        if high <= low:
            return np.empty(0, self._kind)
        if first == last:
            return self._blocks[first][low - first * BLOCK : high - first * BLOCK]
        parts = [self._blocks[first][low - first * BLOCK :], *self._blocks[first + 1 : last]]
        return np.concatenate([*parts, self._blocks[last][: high - last * BLOCK]])

    def pick(self, places: np.ndarray) -> np.ndarray:
        """Return the values at rising places."""
        out = np.empty(len(places), self._kind)
        which = places // BLOCK
        for block in np.unique(which):
            mask = which == block
            out[mask] = self._blocks[block][places[mask] - block * BLOCK]
        return out

    def at(self, place: int) -> float:
        return float(self._blocks[place // BLOCK][place % BLOCK])

    def search(self, value: float, side: str) -> int:
        """Return where a value belongs in rising numbers."""
        starts = [float(block[0]) for block in self._blocks]
        block = bisect_right(starts, value) - 1 if side == "right" else _before(starts, value)
        if block < 0:
            return 0
        filled = min(BLOCK, self.count - block * BLOCK)
        return block * BLOCK + int(np.searchsorted(self._blocks[block][:filled], value, side))


def _before(starts: list[float], value: float) -> int:
    """Return the last block that starts below a value, so that equal numbers are found from their first."""
    at = bisect_right(starts, value) - 1
    while at > 0 and starts[at] >= value:
        at -= 1
    return at


def _reduce(values: np.ndarray, low: bool) -> np.ndarray:
    """Return the smallest or largest of each row; NaN only where a whole row is NaN."""
    return (np.fmin if low else np.fmax).reduce(values.reshape(-1, FAN), axis=1)


@dataclass(frozen=True)
class Window:
    """The answer to a query: per bucket its place in x, its smallest and largest value, its first sample."""

    x: np.ndarray
    low: np.ndarray
    high: np.ndarray
    first: np.ndarray
    end: int  # one past the last sample

    def middle(self) -> np.ndarray:
        return (self.low + self.high) / 2


class Series:
    """A curve that only grows. `axes` rising coordinates may share the values, such as epochs and seconds."""

    def __init__(self, axes: int = 1):
        self._x = [_Blocks(np.float64) for _ in range(axes)]
        self._y = _Blocks(np.float32)
        self._levels: list[tuple[_Blocks, _Blocks]] = []  # smallest, largest

    def __len__(self) -> int:
        return self._y.count

    def append(self, y, *x) -> None:
        """Add samples; every x must not fall."""
        values = np.asarray(y, np.float32).ravel()
        for axis, places in zip(self._x, x, strict=True):
            axis.append(np.asarray(places, np.float64).ravel())
        self._y.append(values)

    def append_one(self, y: float, *x: float) -> None:
        """Add one sample."""
        for axis, place in zip(self._x, x, strict=True):
            axis.append_one(place)
        self._y.append_one(y)

    def values(self) -> np.ndarray:
        return self._y.take(0, len(self))

    def places(self, axis: int = 0) -> np.ndarray:
        return self._x[axis].take(0, len(self))

    def last(self, axis: int = 0) -> tuple[float, float] | None:
        """Return the last sample that is a number."""
        for index in range(len(self) - 1, max(-1, len(self) - 1 - BLOCK), -1):
            value = self._y.at(index)
            if value == value:
                return self._x[axis].at(index), value
        return None

    def furthest(self, axis: int = 0) -> float:
        """Return the last place on an axis; zero where there is none."""
        return self._x[axis].at(len(self) - 1) if len(self) else 0.0

    def nearest(self, place: float, axis: int = 0, told: int | None = None) -> tuple[float, float] | None:
        """Return the sample nearest to a place on an axis, its place told on the same or another axis."""
        if not len(self):
            return None
        right = min(self._x[axis].search(place, "left"), len(self) - 1)
        left = max(right - 1, 0)
        far = abs(self._x[axis].at(right) - place) <= abs(self._x[axis].at(left) - place)
        index = right if far else left
        return self._x[axis if told is None else told].at(index), self._y.at(index)

    def query(self, low: float, high: float, buckets: int = 400, axis: int = 0) -> Window:
        """Return at most about `buckets` buckets that cover the samples from low to high on an axis.

        One sample on each side is included, so that a line runs out of the picture instead of ending in it.
        """
        if not len(self):
            empty = np.empty(0)
            return Window(empty, empty, empty, np.empty(0, np.int64), 0)
        start = max(0, self._x[axis].search(low, "left") - 1)
        end = min(len(self), self._x[axis].search(high, "right") + 1)
        return self._window(start, end, max(1, buckets), axis)

    def _window(self, start: int, end: int, buckets: int, axis: int) -> Window:
        if end - start <= 2 * buckets:
            raw = self._y.take(start, end)
            return Window(self._x[axis].take(start, end), raw, raw, np.arange(start, end), end)
        self._settle()
        level = 0
        while (end - start) // FAN ** (level + 1) >= buckets and level < len(self._levels):
            level += 1
        step = FAN**level
        inner, outer = -(-start // step), min(end // step, self._filled(level))
        low, high = self._level(level, inner, outer)
        first = np.arange(inner, outer, dtype=np.int64) * step
        group = -(-len(first) // buckets)
        if group > 1:
            at = np.arange(0, len(first), group)
            low, high, first = np.fmin.reduceat(low, at), np.fmax.reduceat(high, at), first[at]
        low, high, first = self._with_ends(low, high, first, (start, inner * step, outer * step, end))
        ends = np.append(first[1:], end) - 1
        x = (self._x[axis].pick(first) + self._x[axis].pick(ends)) / 2
        return Window(x, low, high, first, end)

    def _with_ends(self, low, high, first, cuts: tuple[int, int, int, int]):
        """Add the ragged ends, which are no full bucket of the level, from the raw numbers."""
        start, inner, outer, end = cuts
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # a bucket of nothing but NaN stays NaN
            if inner > start:
                head = self._y.take(start, inner)
                low, high = np.insert(low, 0, np.nanmin(head)), np.insert(high, 0, np.nanmax(head))
                first = np.insert(first, 0, start)
            if end > outer:
                tail = self._y.take(outer, end)
                low, high = np.append(low, np.nanmin(tail)), np.append(high, np.nanmax(tail))
                first = np.append(first, outer)
        return low, high, first

    def _filled(self, level: int) -> int:
        return len(self) if level == 0 else self._levels[level - 1][0].count

    def _level(self, level: int, start: int, end: int) -> tuple[np.ndarray, np.ndarray]:
        if level == 0:
            raw = self._y.take(start, end)
            return raw, raw
        low, high = self._levels[level - 1]
        return low.take(start, end), high.take(start, end)

    def _settle(self) -> None:
        """Bring the levels up to the raw numbers; every sample is looked at once."""
        level = 0
        while self._filled(level) >= FAN:
            if level == len(self._levels):
                self._levels.append((_Blocks(np.float32), _Blocks(np.float32)))
            low, high = self._levels[level]
            done, full = low.count, self._filled(level) // FAN
            while done < full:
                until = min(full, done + BLOCK)
                below_low, below_high = self._level(level, done * FAN, until * FAN)
                low.append(_reduce(below_low, True))
                high.append(_reduce(below_high, False))
                done = until
            level += 1


class Ema:
    """Exponential smoothing that can be fed in pieces; NaN is passed over, the start is not pulled to zero."""

    def __init__(self, weight: float):
        self.weight = min(max(float(weight), 0.0), 0.9999)
        self._sum = self._mass = 0.0

    def feed(self, values) -> np.ndarray:
        """Return the smoothed values of the next piece: sum of w^k y[t-k] over sum of w^k, numbers only."""
        y = np.asarray(values, np.float64).ravel()
        real = np.isfinite(y)
        if self.weight == 0.0 or not len(y):
            return y.astype(np.float32)
        total, mass = _fading_sum(np.where(real, y, 0.0), self.weight), _fading_sum(real.astype(float), self.weight)
        carry = self.weight ** np.arange(1, len(y) + 1)
        total += carry * self._sum
        mass += carry * self._mass
        self._sum, self._mass = float(total[-1]), float(mass[-1])
        smooth = np.full(len(y), np.nan)
        np.divide(total, mass, out=smooth, where=mass > 0)
        smooth[~real] = np.nan
        return smooth.astype(np.float32)


def _fading_sum(values: np.ndarray, weight: float) -> np.ndarray:
    """Return sum of weight^k values[t-k] for every t, by doubling the reach until it no longer counts."""
    out, reach, factor = values.copy(), 1, weight
    while reach < len(out) and factor > 1e-12:
        out[reach:] += factor * out[:-reach].copy()
        reach, factor = 2 * reach, factor * factor
    return out
