"""A slider with a number field beside it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtWidgets import QSlider, QWidget

from widgets import theme
from widgets.controls.base import Themed, box, row, start, width_of
from widgets.controls.numbers import NumberField, Range

_TICKS = 1000


class Track(Themed, QSlider):
    """The line and knob of a slider; a press anywhere takes the knob there."""

    ring_radius = "r4"

    def __init__(self, parent: QWidget | None = None):
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setRange(0, _TICKS)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self):
        return QSize(4 * theme.sizes().s24, theme.sizes().target)

    def minimumSizeHint(self):
        return QSize(2 * theme.sizes().s24, theme.sizes().target)

    def mousePressEvent(self, event):
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self._go(event.position().x())

    def mouseMoveEvent(self, event):
        if self.isSliderDown():
            self._go(event.position().x())

    def mouseReleaseEvent(self, event):
        if self.isSliderDown():
            self.setSliderDown(False)

    def wheelEvent(self, event):
        event.ignore()

    def _go(self, x: float) -> None:
        knob = theme.sizes().knob
        share = (x - knob / 2) / max(1, self.width() - knob)
        self.setSliderPosition(round(min(max(share, 0), 1) * _TICKS))

    def paintEvent(self, event):
        sizes, painter = theme.sizes(), start(self)
        if not self.isEnabled():
            painter.setOpacity(0.45)
        middle = self.height() / 2
        groove = QRectF(0, middle - sizes.groove / 2, self.width(), sizes.groove)
        at = sizes.knob / 2 + (self.width() - sizes.knob) * self.sliderPosition() / _TICKS
        box(painter, groove, sizes.groove / 2, "line2")
        box(painter, QRectF(0, groove.y(), at, sizes.groove), sizes.groove / 2, "acc_line")
        knob = QRectF(at - sizes.knob / 2, middle - sizes.knob / 2, sizes.knob, sizes.knob)
        edge = "acc_line" if self.isSliderDown() or self.hasFocus() else ("line3" if self.underMouse() else "line2")
        box(painter, knob, sizes.knob / 2, "knob", edge)


class SliderField(Themed, QWidget):
    """A slider with a number field beside it; both say the same."""

    valueChanged = Signal(object)
    valueMoved = Signal(object)
    wants_ring = False

    def __init__(
        self, value=0, minimum=0, maximum=100, step=None, integer=True, logarithmic=False, suffix="",
        parent: QWidget | None = None,
    ):  # fmt: skip
        super().__init__(parent)
        self._range = Range(minimum, maximum, step, integer, logarithmic)
        self.track = Track(self)
        self.field = NumberField(
            value, minimum, maximum, step or (None if integer else (maximum - minimum) / 100), integer, suffix,
            logarithmic, parent=self,
        )  # fmt: skip
        self._row = row(self, space=theme.sizes().s8)
        self._row.addWidget(self.track, 1)
        self._row.addWidget(self.field)
        self._sent = value
        self._place()
        self._restyle()
        self.track.sliderMoved.connect(self._on_slid)
        self.track.sliderReleased.connect(self._on_released)
        self.track.installEventFilter(self)
        self.field.valueMoved.connect(self._on_field_moved)
        self.field.valueChanged.connect(self._on_field_changed)
        self.setFocusProxy(self.field)

    def value(self):
        return self.field.value()

    def set_value(self, value) -> None:
        """Show a value without saying so."""
        self.field.set_value(value)
        self._sent = self.field.value()
        self._place()

    def set_range(self, minimum, maximum) -> None:
        old = self._range
        self._range = Range(minimum, maximum, old.step, old.integer, old.logarithmic)
        self.field.set_range(minimum, maximum)
        self._place()

    def set_error(self, problem: bool | str) -> None:
        self.field.set_error(problem)

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self.track.setAccessibleName(name)
        self.field.setAccessibleName(name)

    def _restyle(self) -> None:
        if hasattr(self, "field"):
            tail = width_of(self.field._suffix, "caption") + theme.sizes().s4 if self.field._suffix else 0
            base = theme.sizes().slider_field if self._range.integer else theme.sizes().number_field
            self.field.setFixedWidth(round(base + tail))

    def _place(self) -> None:
        share = self._range.share(self.field.value() if self.field.value() is not None else 0)
        self.track.setValue(round(min(max(share, 0), 1) * _TICKS))

    def _take(self, value) -> None:
        if value != self.field.value():
            self.field.set_value(value)
            self.valueMoved.emit(self.field.value())

    def _commit(self) -> None:
        if self.value() != self._sent:
            self._sent = self.value()
            self.valueChanged.emit(self._sent)

    def _on_slid(self, tick: int) -> None:
        self._take(self._range.at(tick / _TICKS))

    def _on_released(self) -> None:
        self._place()
        self._commit()

    def _on_field_moved(self, value) -> None:
        self._place()
        self.valueMoved.emit(value)

    def _on_field_changed(self, _value) -> None:
        self._place()
        self._commit()

    def eventFilter(self, watched, event):
        """Let the arrow keys on the track move by the value's own step."""
        steps = {
            Qt.Key.Key_Left: -1, Qt.Key.Key_Down: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: 1,
            Qt.Key.Key_PageUp: 10, Qt.Key.Key_PageDown: -10,
        }  # fmt: skip
        kind = event.type()
        if kind not in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease) or event.key() not in steps:
            return super().eventFilter(watched, event)
        if kind == QEvent.Type.KeyPress:
            self._take(self.field._range.moved(self.value() or 0, steps[event.key()]))
            self._place()
        elif not event.isAutoRepeat():
            self._commit()
        return True
