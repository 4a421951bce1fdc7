"""Predicted against true numbers: on the diagonal the answer is exact."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets import theme
from widgets.controls.base import Themed, start, text, width_of
from widgets.plots import scales

_FAINT_FROM = 400  # points; more of them are drawn fainter, so that crowds show as dark


class Scatter(Themed, QWidget):
    """One dot per item; a click chooses the nearest."""

    item_chosen = Signal(int)
    wants_ring = False

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._truth, self._predicted, self._name = (), (), ""
        self.setAccessibleName("Predicted against true values")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def set_values(self, truth, predicted, name: str = "") -> None:
        self._truth, self._predicted, self._name = tuple(truth), tuple(predicted), name
        both = (*self._truth, *self._predicted)
        self._low, self._high = scales.round_range(min(both), max(both), 4) if both else (0.0, 1.0)
        self.update()

    def _area(self) -> QRectF:
        sizes, line = theme.sizes(), theme.line_height("caption")
        places = scales.ticks(self._low, self._high, 4)
        step = places[1] - places[0] if len(places) > 1 else 1.0
        left = max(width_of(scales.write(p, step, "number"), "caption") for p in places) + sizes.s8
        left += line + sizes.s4
        side_x, side_y = self.width() - left - sizes.s16, self.height() - 2 * line - sizes.s8 - line / 2
        side = max(1.0, min(side_x, side_y))
        return QRectF(left, line / 2, side, side)

    def place(self, truth: float, predicted: float) -> QPointF:
        area, span = self._area(), self._high - self._low
        return QPointF(
            area.x() + (truth - self._low) / span * area.width(),
            area.bottom() - (predicted - self._low) / span * area.height(),
        )

    def paintEvent(self, event):
        if not self._truth:
            return
        painter, sizes, area, line = start(self), theme.sizes(), self._area(), theme.line_height("caption")
        places = scales.ticks(self._low, self._high, 4)
        step = places[1] - places[0] if len(places) > 1 else 1.0
        for value in places:
            at, words_ = self.place(value, value), scales.write(value, step, "number")
            painter.fillRect(QRectF(area.x(), round(at.y()), area.width(), sizes.hair), theme.color("line"))
            painter.fillRect(QRectF(round(at.x()), area.y(), sizes.hair, area.height()), theme.color("line"))
            label = QRectF(0, at.y() - line / 2, area.x() - sizes.s8, line)
            text(painter, label, words_, "caption", "text3", Qt.AlignmentFlag.AlignRight)
            wide = width_of(words_, "caption") + 1
            label = QRectF(at.x() - wide / 2, area.bottom() + sizes.s4, wide, line)
            text(painter, label, words_, "caption", "text3", Qt.AlignmentFlag.AlignHCenter)
        pen = QPen(theme.color("text3"), sizes.hair)
        pen.setDashPattern([4, 3])
        painter.setPen(pen)
        painter.drawLine(area.bottomLeft(), area.topRight())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("acc_line", 0.75 if len(self._truth) < _FAINT_FROM else 0.3))
        for truth, predicted in zip(self._truth, self._predicted, strict=True):
            painter.drawEllipse(self.place(truth, predicted), sizes.s4 * 0.75, sizes.s4 * 0.75)
        self._paint_words(painter, area, line)

    def _paint_words(self, painter, area: QRectF, line: float) -> None:
        below = QRectF(area.x(), area.bottom() + line + theme.sizes().s6, area.width(), line)
        words_ = f"true {self._name}".strip()
        text(painter, below, words_, "caption", "text2", Qt.AlignmentFlag.AlignHCenter)
        painter.save()
        painter.translate(0, area.bottom())
        painter.rotate(-90)
        side = QRectF(0, 0, area.height(), line)
        text(painter, side, "predicted", "caption", "text2", Qt.AlignmentFlag.AlignHCenter)
        painter.restore()

    def mousePressEvent(self, event):
        reach, found = theme.sizes().target / 2, None
        for index, pair in enumerate(zip(self._truth, self._predicted, strict=True)):
            far = (self.place(*pair) - event.position()).manhattanLength()
            if far <= reach:
                reach, found = far, index
        if found is not None:
            self.item_chosen.emit(found)

    def sizeHint(self):
        side = theme.sizes().mixups - theme.sizes().s32
        return QSize(side, side)

    def minimumSizeHint(self):
        return QSize(theme.sizes().palette, theme.sizes().palette)
