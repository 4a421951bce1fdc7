"""The dotted background, kept as a picture, and the levels of detail that go with a zoom."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QGraphicsView

from widgets import theme

_BOX_BELOW, _PLAIN_BELOW, _HYSTERESIS = 0.60, 0.25, 0.95


class Grid:
    """Dots every 20 units. Drawing them one by one in Python would cost more than all cards, so they are a picture."""

    def __init__(self) -> None:
        self._key: tuple = ()
        self._picture = QPixmap()

    def paint(self, painter: QPainter, view: QGraphicsView, shown: QRect) -> None:
        """Blit a part of a picture a little larger than the view, shifted to where the scene is."""
        transform = view.viewportTransform()
        step = theme.Sizes().grid_step * transform.m11()
        size, ratio = view.viewport().size(), view.devicePixelRatioF()
        key = (round(step, 4), size.width(), size.height(), ratio, theme.current().canvas, theme.current().grid)
        if self._key != key:
            self._key, self._picture = key, grid_picture(step, size.width(), size.height(), ratio)
        origin = transform.map(QPointF(0, 0))
        left, top = origin.x() % step - step, origin.y() % step - step
        source = QRectF(
            (shown.x() - left) * ratio, (shown.y() - top) * ratio, shown.width() * ratio, shown.height() * ratio
        )
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawPixmap(QRectF(shown), self._picture, source)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)


def level_at(zoom: float, before: str) -> str:
    """The level of detail at a zoom; leaving a level takes a little more than reaching it."""
    box = _BOX_BELOW * (_HYSTERESIS if before == "full" else 1.0)
    plain = _PLAIN_BELOW * (1.0 if before == "plain" else _HYSTERESIS)
    if zoom >= box:
        return "full"
    return "box" if zoom >= plain else "plain"


def grid_picture(step: float, width: int, height: int, ratio: float) -> QPixmap:
    """The dots of the background: one row drawn, the others copied."""
    picture = QPixmap(round((width + 2 * step) * ratio), round((height + 2 * step) * ratio))
    picture.fill(theme.color("canvas"))
    row = QPixmap(picture.width(), max(1, round(2 * ratio)))
    row.fill(theme.color("canvas"))
    dot: QColor = theme.color("grid")
    with QPainter(row) as painter:
        x = 0.0
        while x < width + 2 * step:
            painter.fillRect(QRect(round(x * ratio), 0, max(1, round(1.4 * ratio)), row.height()), dot)
            x += step
    with QPainter(picture) as painter:
        y = 0.0
        while y < height + 2 * step:
            painter.drawPixmap(0, round(y * ratio), row)
            y += step
    return picture
