"""Painter paths from numpy: thousands of points become a path in one copy, without a Python object for each."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QPainterPath, QPolygonF
from shiboken6 import VoidPtr


def line(x, y) -> QPainterPath:
    """Return a line through points; where a place is no number it breaks off and goes on behind the gap."""
    x, y = np.asarray(x, np.float64), np.asarray(y, np.float64)
    real = np.isfinite(x) & np.isfinite(y)
    path = QPainterPath()
    if real.all():
        runs = [(0, len(x))]
    else:
        turns = np.flatnonzero(np.diff(np.concatenate([[False], real, [False]]).astype(np.int8)))
        runs = [(int(start), int(end)) for start, end in zip(turns[::2], turns[1::2], strict=True)]
    for start, end in runs:
        if end - start > 1:
            path.addPolygon(polygon(x[start:end], y[start:end]))
    return path


def polygon(x, y) -> QPolygonF:
    """Return the points as Qt keeps them."""
    points = QPolygonF()
    points.resize(len(x))
    if len(x):
        room = np.frombuffer(VoidPtr(points.data(), 16 * len(x), True), np.float64).reshape(-1, 2)
        room[:, 0], room[:, 1] = x, y
    return points
