"""The track of the scrubber: the way of the loss over the epochs, with a handle at the one that is shown.

It is a slider: arrows go from one measured epoch to the next, Page up and down further, Home and End to the ends.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QAbstractSlider, QSizePolicy, QWidget

from widgets import theme
from widgets.controls.base import Themed, box, start
from widgets.live_values import LiveCourse

_KEYS = (
    Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End,
    Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Space,
)  # fmt: skip
_SIGN = 7.0
_TICK = 4.0


class EpochTrack(Themed, QAbstractSlider):
    """Chooses one of the measured epochs. `epoch_moved` tells it, by hand only."""

    epoch_moved = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setAccessibleName("Epoch")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.course = LiveCourse()
        self.setSingleStep(1)
        self.actionTriggered.connect(self._on_action)

    def show_course(self, course: LiveCourse) -> None:
        """Show a run; the same epoch stays chosen where it is still there."""
        epoch = self.epoch()
        self.course = course
        self.blockSignals(True)
        self.setRange(0, max(0, len(course.epochs) - 1))
        self.setPageStep(max(1, len(course.epochs) // 10))
        self.blockSignals(False)
        self.set_epoch(epoch)
        self.update()

    def epoch(self) -> int:
        """The epoch that is shown, 0 where there is none."""
        epochs = self.course.epochs
        return epochs[min(self.value(), len(epochs) - 1)] if epochs else 0

    def set_epoch(self, epoch: int) -> None:
        """Show an epoch, or the measured one nearest to it, silently."""
        epochs = self.course.epochs
        if epochs:
            place = min(range(len(epochs)), key=lambda place: abs(epochs[place] - epoch))
            self.blockSignals(True)
            self.setValue(place)
            self.blockSignals(False)
            self.setAccessibleDescription(f"Epoch {epochs[place]} of {self._last()}")
        self.update()

    def _on_action(self, _action: int) -> None:
        """The keyboard or a screen reader moves the slider; its value is what it will be."""
        self._tell(self.sliderPosition())

    def _tell(self, place: int) -> None:
        epochs = self.course.epochs
        if epochs:
            epoch = epochs[min(max(place, 0), len(epochs) - 1)]
            self.set_epoch(epoch)
            self.epoch_moved.emit(epoch)

    # ---- geometry ------------------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(6 * theme.sizes().tile, theme.sizes().tile + theme.sizes().s8)

    def minimumSizeHint(self) -> QSize:
        return QSize(3 * theme.sizes().tile, theme.sizes().tile + theme.sizes().s8)

    def _last(self) -> int:
        return max(self.course.planned, self.course.epochs[-1] if self.course.epochs else 0, 1)

    def _inside(self) -> QRectF:
        edge = theme.sizes().s8
        return QRectF(self.rect()).adjusted(edge, theme.sizes().s6, -edge, -theme.sizes().s6)

    def x_of(self, epoch: float) -> float:
        """Where an epoch lies."""
        area, last = self._inside(), self._last()
        return area.x() + area.width() * ((epoch - 1) / (last - 1) if last > 1 else 0.5)

    def _nearest(self, x: float) -> int:
        epochs = self.course.epochs
        return min(range(len(epochs)), key=lambda place: abs(self.x_of(epochs[place]) - x)) if epochs else 0

    # ---- keys and pointer ----------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        # the canvas below has shortcuts on some of these
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in _KEYS:
            event.accept()
            return True
        return super().event(event)

    def mousePressEvent(self, event) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.course.epochs:
            self.setSliderDown(True)
            self._tell(self._nearest(event.position().x()))
            event.accept()

    def mouseMoveEvent(self, event) -> None:
        if self.isSliderDown():
            self._tell(self._nearest(event.position().x()))

    def mouseReleaseEvent(self, event) -> None:
        self.setSliderDown(False)

    # ---- painting ------------------------------------------------------------------------------------------------

    def paintEvent(self, event) -> None:
        painter, sizes = start(self), theme.sizes()
        box(painter, QRectF(self.rect()), sizes.r6, "field", "line")
        area = self._inside()
        self._shade(painter, area)
        if not self.course.epochs:
            return
        self._curves(painter, area)
        for epoch in self.course.epochs:
            ill = epoch in self.course.ill
            painter.setPen(QPen(theme.color("warning" if ill else "line3"), sizes.hair))
            x = round(self.x_of(epoch)) + 0.5
            painter.drawLine(QPointF(x, area.bottom() - _TICK + 3), QPointF(x, area.bottom() + 3))
        self._signs(painter, area)
        self._handle(painter, area)

    def _shade(self, painter: QPainter, area: QRectF) -> None:
        """Epochs that are still to come."""
        done = max([*self.course.epochs[-1:], *(self.course.train or {})], default=0)
        if self._last() > done:
            left = self.x_of(done) if done else area.x()
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("line", 0.5))
            radius = theme.sizes().r6 - 1
            painter.drawRoundedRect(QRectF(left, 1, self.width() - left - 1, self.height() - 2), radius, radius)

    def _curves(self, painter: QPainter, area: QRectF) -> None:
        """The loss, training as a line and validation dashed, on a common scale of logarithms where it can be."""
        parts = [(self.course.train or {}, "training"), (self.course.validation or {}, "validation")]
        values = [value for part, _ in parts for value in part.values() if math.isfinite(value)]
        if len(values) < 2:
            return
        bend = math.log if min(values) > 0 and max(values) > 4 * min(values) else float
        low, high = bend(min(values)), bend(max(values))
        span = (high - low) or 1.0
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for part, role in parts:
            pen = QPen(theme.color(role, 0.8), 1.25)
            if role == "validation":
                pen.setDashPattern([4, 3])
            painter.setPen(pen)
            painter.drawPolyline(self._line(part, area, lambda value: (bend(value) - low) / span))

    def _line(self, part: Mapping[int, float], area: QRectF, scaled) -> QPolygonF:
        room = area.adjusted(0, 0, 0, -_TICK)
        known = sorted((epoch, value) for epoch, value in part.items() if math.isfinite(value))
        every = max(1, len(known) // 400)
        return QPolygonF(
            [
                QPointF(self.x_of(epoch), room.bottom() - scaled(value) * room.height())
                for epoch, value in known[::every]
            ]
        )

    def _signs(self, painter: QPainter, area: QRectF) -> None:
        """A small triangle where something fell ill; not one beside the other."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("warning"))
        before = -math.inf
        for epoch in sorted(self.course.ill):
            x = self.x_of(epoch)
            if x - before >= _SIGN + 1:
                before, top = x, area.y() - 4
                corners = [QPointF(x - _SIGN / 2, top + _SIGN), QPointF(x, top), QPointF(x + _SIGN / 2, top + _SIGN)]
                painter.drawPolygon(QPolygonF(corners))

    def _handle(self, painter: QPainter, area: QRectF) -> None:
        x = self.x_of(self.epoch())
        painter.setPen(QPen(theme.color("acc_line"), theme.sizes().ring))
        painter.drawLine(QPointF(x, 2), QPointF(x, self.height() - 2))
        painter.setBrush(theme.color("acc_fill"))
        painter.setPen(QPen(theme.color("panel"), theme.sizes().hair))
        painter.drawEllipse(QPointF(x, self.height() / 2), theme.sizes().s6, theme.sizes().s6)
