"""How curves are stroked: the raw band below, the line with its dots above, what is planned dashed."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from widgets import theme

_FINE_LINE_POINTS = 1100  # beyond, a wide antialiased pen costs several times more
_RAW_ALPHA = 0.32


@dataclass(frozen=True)
class Style:
    """How a curve is called and drawn."""

    key: str
    words: str
    color: str
    part: str = "training"  # training validation plain
    dashed: bool = False
    smooth: bool = True
    dots: bool = False
    label: bool = True


def paint_raw(painter: QPainter, style: Style, drawn) -> None:
    """Paint the numbers as measured, thin: a band of smallest and largest, or the line itself."""
    if drawn.band is not None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(style.color, _RAW_ALPHA))
        painter.drawPath(drawn.band)
    if drawn.raw is not None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.color(style.color, _RAW_ALPHA), theme.sizes().hair))
        painter.drawPath(drawn.raw)


def paint_line(painter: QPainter, style: Style, drawn) -> None:
    """Paint the line, its dots and its end."""
    sizes, ink = theme.sizes(), theme.color(style.color)
    pen = QPen(ink, sizes.ring * 0.85 if drawn.line_points <= _FINE_LINE_POINTS else sizes.hair)
    pen.setJoinStyle(Qt.PenJoinStyle.BevelJoin)
    if style.dashed:
        pen.setDashPattern([4, 3])
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(pen)
    if drawn.line is not None:
        painter.drawPath(drawn.line)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    for point in drawn.dots or ():
        painter.drawEllipse(point, sizes.s4 * 0.55, sizes.s4 * 0.55)
    if drawn.end is not None:
        painter.drawEllipse(drawn.end, sizes.s4 * 0.85, sizes.s4 * 0.85)


def paint_future(painter: QPainter, points: list[QPointF]) -> None:
    """Paint what is planned, dashed."""
    if len(points) < 2:
        return
    pen = QPen(theme.color("text3"), theme.sizes().hair)
    pen.setDashPattern([3, 3])
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.drawPolyline(QPolygonF(points))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
