"""Sparklines: a small curve without axes."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets import theme
from widgets.controls.base import Themed, start


class Sparkline(Themed, QWidget):
    """Shares from zero to one, oldest left, with a filled ground."""

    wants_ring = False

    def __init__(self, color="acc", parent: QWidget | None = None):
        super().__init__(parent)
        self._color, self._values = color, ()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_values(self, values) -> None:
        self._values = tuple(min(max(float(value), 0.0), 1.0) for value in values)
        self.update()

    def sizeHint(self):
        return QSize(3 * theme.sizes().tile, theme.sizes().target)

    def paintEvent(self, event):
        sizes, painter, area = theme.sizes(), start(self), QRectF(self.rect())
        painter.fillRect(area, theme.color("field"))
        if len(self._values) < 2:
            return
        inside = area.adjusted(0, sizes.s4, 0, -sizes.s2)
        step = inside.width() / (len(self._values) - 1)
        line = [QPointF(at * step, inside.bottom() - v * inside.height()) for at, v in enumerate(self._values)]
        painter.setBrush(theme.color(self._color, 0.22))
        painter.drawPolygon(QPolygonF([*line, QPointF(area.right(), area.bottom()), area.bottomLeft()]))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.color(self._color), sizes.hair))
        painter.drawPolyline(QPolygonF(line))
