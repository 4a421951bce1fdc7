"""Marks of a chart: the star of the best epoch, signs of curves, labels moved apart."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath

from widgets import theme


def star(center: QPointF, outer: float) -> QPainterPath:
    """Return a five-pointed star."""
    path = QPainterPath()
    for corner in range(10):
        reach = outer if corner % 2 == 0 else outer * 0.45
        angle = math.pi * corner / 5 - math.pi / 2
        point = QPointF(center.x() + reach * math.cos(angle), center.y() + reach * math.sin(angle))
        path.moveTo(point) if corner == 0 else path.lineTo(point)
    path.closeSubpath()
    return path


def spread(places: list[float], gap: float, low: float, high: float) -> list[float]:
    """Move places apart to at least a gap, as little as possible, in their order, inside a range."""
    order = sorted(range(len(places)), key=lambda index: places[index])
    groups: list[list] = []  # [mean place, members]
    for index in order:
        groups.append([places[index], [index]])
        while len(groups) > 1 and groups[-1][0] - _half(groups[-1], gap) < groups[-2][0] + _half(groups[-2], gap):
            last = groups.pop()
            members = groups[-1][1] + last[1]
            groups[-1] = [sum(places[member] for member in members) / len(members), members]
    out = [0.0] * len(places)
    for middle, members in groups:
        first = middle - (len(members) - 1) * gap / 2
        for rank, member in enumerate(members):
            out[member] = first + rank * gap
    return _inside(out, order, gap, low, high)


def _half(group: list, gap: float) -> float:
    return len(group[1]) * gap / 2


def _inside(places: list[float], order: list[int], gap: float, low: float, high: float) -> list[float]:
    """Push places into a range from its two ends without closing their gaps."""
    limit = high
    for index in reversed(order):
        places[index] = min(places[index], limit)
        limit = places[index] - gap
    limit = low
    for index in order:
        places[index] = max(places[index], limit)
        limit = places[index] + gap
    return places


def paint_sign(painter: QPainter, part: str, color: str, square: QRectF) -> None:
    """Paint the sign of a curve: training a circle, validation a square, so that color is not alone."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color(color))
    if part == "validation":
        inset = square.width() * 0.08
        painter.drawRoundedRect(square.adjusted(inset, inset, -inset, -inset), 1, 1)
    else:
        painter.drawEllipse(square)
