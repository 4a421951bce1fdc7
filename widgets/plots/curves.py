"""A curve of a chart: its numbers, its smoothed twin, and the painter paths of what is in view."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainterPath

from widgets.plots import paths
from widgets.plots.series import Ema, Series, Window

EPOCHS, TIME = 0, 1


@dataclass(frozen=True)
class Frame:
    """How numbers become places: the ranges in view and the rectangle they fill."""

    x_low: float
    x_high: float
    y_low: float
    y_high: float
    left: float
    top: float
    width: float
    height: float
    log: bool = False
    stretch: bool = False
    """Whether the first epochs take more of the width than the later ones: equal factors are equally wide."""

    def x(self, value):
        if self.stretch:
            low = math.log1p(self.x_low)
            return self.left + (np.log1p(value) - low) / (math.log1p(self.x_high) - low) * self.width
        return self.left + (value - self.x_low) / (self.x_high - self.x_low) * self.width

    def y(self, value):
        return self.top + (self.y_high - value) / (self.y_high - self.y_low) * self.height

    def value_y(self, value):
        """Return the place of a measured value, through the logarithm where the axis has one."""
        return self.y(logged(value)) if self.log else self.y(value)

    def place(self, x: float) -> float:
        share = (x - self.left) / self.width
        if self.stretch:
            low = math.log1p(self.x_low)
            return math.expm1(low + share * (math.log1p(self.x_high) - low))
        return self.x_low + share * (self.x_high - self.x_low)


def logged(values):
    """Return powers of ten; what has none becomes a gap."""
    values = np.asarray(values, float)
    out = np.full(values.shape, np.nan)
    np.log10(values, out=out, where=values > 0)
    return out


@dataclass
class Drawn:
    """What one curve looks like in the present frame."""

    band: QPainterPath | None = None
    raw: QPainterPath | None = None
    line: QPainterPath | None = None
    line_points: int = 0
    dots: list[QPointF] | None = None
    end: QPointF | None = None
    end_value: float | None = None


class Curve:
    """The numbers of one curve; `smooth` curves have a smoothed twin fed in step with them."""

    def __init__(self, smooth: bool, weight: float):
        self.smooth = smooth
        self._raw = Series(2)
        self._weight = weight
        self._start_twin()

    def __len__(self) -> int:
        return len(self._raw)

    def _start_twin(self) -> None:
        self._ema = Ema(self._weight if self.smooth else 0.0)
        self._twin = Series(2) if self.smooth else self._raw

    def append(self, epochs, seconds, values) -> None:
        values = np.asarray(values, np.float64)
        values = np.where(np.isfinite(values), values, np.nan)
        self._raw.append(values, epochs, seconds)
        if self.smooth:
            self._twin.append(self._ema.feed(values), epochs, seconds)

    def set_weight(self, weight: float) -> None:
        if weight != self._weight:
            self._weight = weight
            if self.smooth:
                self._start_twin()
                values = self._raw.values()
                self._twin.append(self._ema.feed(values), self._raw.places(0), self._raw.places(1))

    def last(self, axis: int) -> tuple[float, float] | None:
        return self._twin.last(axis)

    def nearest(self, place: float, axis: int) -> tuple[float, float] | None:
        return self._twin.nearest(place, axis)

    def at_epoch(self, epoch: float, axis: int) -> tuple[float, float] | None:
        """Return the place on an axis, and the value, of the sample nearest to an epoch."""
        return self._twin.nearest(epoch, EPOCHS, axis)

    def end(self, axis: int) -> float:
        """Return the furthest place on an axis."""
        return self._raw.furthest(axis)

    def span(self, axis: int, low: float, high: float) -> tuple[float, float] | None:
        """Return the smallest and largest value worth showing; a few spikes of the raw numbers are not."""
        window = self._twin.query(low, high, 200, axis)
        lows, highs = window.low[np.isfinite(window.low)], window.high[np.isfinite(window.high)]
        if not len(lows):
            return None
        top = float(np.quantile(highs, 0.99)) if self.smooth and len(highs) > 60 else float(highs.max())
        return float(lows.min()), top

    def draw(self, frame: Frame, axis: int, buckets: int, dots: bool) -> Drawn:
        """Return the paths of the part in view."""
        drawn = Drawn()
        if self.smooth:
            window = _query(self._raw, frame, buckets, axis)
            if len(window.x) and not np.array_equal(window.low, window.high, equal_nan=True):
                drawn.band = _band(frame, window)
            elif len(window.x) > 1:
                drawn.raw = _path(frame, window.x, window.middle())
        window = _query(self._twin, frame, buckets, axis)
        if len(window.x) > 1:
            drawn.line, drawn.line_points = _path(frame, window.x, window.middle()), len(window.x)
        if dots and len(window.x) <= frame.width / 6:
            pairs = zip(window.x, window.middle(), strict=True)
            drawn.dots = [QPointF(frame.x(x), _y(frame, y)) for x, y in pairs if np.isfinite(_y(frame, y))]
        last = self._twin.last(axis)
        if last is not None and np.isfinite(_y(frame, last[1])):
            drawn.end, drawn.end_value = QPointF(frame.x(last[0]), _y(frame, last[1])), last[1]
        return drawn


def _query(series: Series, frame: Frame, buckets: int, axis: int) -> Window:
    """What is in view. A stretched axis is asked in parts: ten epochs may fill as many pixels as thousands."""
    if not frame.stretch:
        return series.query(frame.x_low, frame.x_high, buckets, axis)
    edges = [frame.x_low, *(10.0**power for power in range(1, 8) if 10**power < frame.x_high), frame.x_high]
    share = max(1, buckets // (len(edges) - 1))
    parts: list[Window] = []
    for low, high in pairwise(edges):
        part = series.query(low, high, share, axis)
        new = part.x > parts[-1].x[-1] if parts and len(parts[-1].x) else np.ones(len(part.x), bool)
        if new.any() or not parts:
            parts.append(Window(part.x[new], part.low[new], part.high[new], part.first[new], part.end))
    joined = [np.concatenate([getattr(part, name) for part in parts]) for name in ("x", "low", "high", "first")]
    return Window(*joined, parts[-1].end)


def _y(frame: Frame, values):
    """Return places on the screen, kept near the picture: far ones cost time and may overflow."""
    places = np.asarray(frame.value_y(values), float)
    return np.clip(places, frame.top - frame.height, frame.top + 2 * frame.height)


def _path(frame: Frame, x, y) -> QPainterPath:
    return paths.line(frame.x(x), _y(frame, y))


def _band(frame: Frame, window) -> QPainterPath:
    """Return one polygon around smallest and largest; gaps part it."""
    real = np.isfinite(_y(frame, window.low)) & np.isfinite(_y(frame, window.high))
    path = QPainterPath()
    cuts = np.flatnonzero(np.diff(np.concatenate([[False], real, [False]]).astype(np.int8)))
    for start, end in zip(cuts[::2], cuts[1::2], strict=True):
        part = slice(start, end)
        x = frame.x(window.x[part])
        there, back = _y(frame, window.high[part]), _y(frame, window.low[part])
        path.addPolygon(paths.polygon(np.concatenate([x, x[::-1]]), np.concatenate([there, back[::-1]])))
    return path
