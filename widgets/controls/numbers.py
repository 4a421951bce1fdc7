"""Fields for numbers: drag or type, alone or as several linked lengths."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets import theme, words
from widgets.controls.base import Themed, paint_icon, row, start, text, width_of
from widgets.controls.buttons import IconButton
from widgets.controls.fields import Field
from widgets.controls.labels import Label

_DRAG_START = 4  # a press that moves this far is a drag, as QStyleHints says of mice


@dataclass(frozen=True)
class Range:
    """What a number may be and how it moves."""

    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    integer: bool = True
    logarithmic: bool = False

    def fit(self, value: float) -> float | int:
        if self.minimum is not None:
            value = max(value, self.minimum)
        if self.maximum is not None:
            value = min(value, self.maximum)
        return round(value) if self.integer else float(value)

    def moved(self, value: float, steps: float) -> float | int:
        """Return the value some steps on; logarithmic ones move by tenths of a decade."""
        if self.logarithmic and value > 0:
            moved = value * 10 ** (steps / 10)
            if self.integer and steps:
                moved = max(moved, value + 1) if steps > 0 else min(moved, value - 1)
            else:
                moved = float(f"{moved:.3g}")
            return self.fit(moved)
        step = self.step or (1 if self.integer else _fine_step(value))
        return self.fit(round(value + steps * step, 12))

    def share(self, value: float) -> float:
        """Return where the value lies between least and most, 0 to 1."""
        low, high = self.minimum or 0, self.maximum if self.maximum is not None else 1
        if high <= low:
            return 0.0
        if self.logarithmic and low > 0:
            return (math.log(max(value, low)) - math.log(low)) / (math.log(high) - math.log(low))
        return (value - low) / (high - low)

    def at(self, share: float) -> float | int:
        """Return the value at a share of the way, snapped to the step."""
        low, high = self.minimum or 0, self.maximum if self.maximum is not None else 1
        if self.logarithmic and low > 0:
            return self.fit(float(f"{low * (high / low) ** share:.3g}"))
        value = low + (high - low) * share
        step = self.step or (1 if self.integer else (high - low) / 100)
        return self.fit(round(low + round((value - low) / step) * step, 12))


def _fine_step(value: float) -> float:
    return 10 ** (math.floor(math.log10(abs(value))) - 1) if value else 0.1


class NumberField(Field):
    """A number to type or to drag sideways; arrows step; `valueChanged` comes once per finished edit."""

    valueChanged = Signal(object)
    valueMoved = Signal(object)
    expressionTyped = Signal(object)
    """Something that begins with = was typed, such as =channels * 2; the value stays."""

    def __init__(
        self, value=0, minimum=None, maximum=None, step=None, integer=True, suffix="", logarithmic=False,
        optional=False, parent: QWidget | None = None,
    ):  # fmt: skip
        super().__init__(parent=parent)
        self._range = Range(minimum, maximum, step, integer, logarithmic)
        self._suffix, self._optional = suffix, optional
        self._value = self._sent = value
        self._press: tuple[float, float] | None = None
        self._dragging = False
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click focuses on release, so a press can become a drag
        self.setCursor(Qt.CursorShape.SizeHorCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.editingFinished.connect(self._on_finished)
        self._restyle()
        self._show()

    def value(self):
        return self._value

    def set_value(self, value) -> None:
        """Show a value without saying so."""
        self._value = self._sent = None if value is None else self._range.fit(value)
        self._show()

    def set_range(self, minimum=None, maximum=None) -> None:
        old = self._range
        self._range = Range(minimum, maximum, old.step, old.integer, old.logarithmic)

    def set_suffix(self, suffix: str) -> None:
        self._suffix = suffix
        self._restyle()

    def _restyle(self) -> None:
        sizes = theme.sizes()
        tail = width_of(self._suffix, "caption") + sizes.s4 if self._suffix else sizes.icon_tiny
        self.setTextMargins(0, 0, round(tail), 0)

    def _show(self) -> None:
        shown = "" if self._value is None else words.number(self._value)
        if self.text() != shown:
            self.setText(shown)
            self.setCursorPosition(0)

    def _move(self, steps: float) -> None:
        start_at = self._value if self._value is not None else (self._range.minimum or 0)
        self._take(self._range.moved(start_at, steps))

    def _take(self, value) -> None:
        if value != self._value:
            self._value = value
            self._show()
            self.valueMoved.emit(value)

    def _commit(self) -> None:
        if self._value != self._sent:
            self._sent = self._value
            self.valueChanged.emit(self._value)

    def _on_finished(self) -> None:
        typed = self.text().removesuffix(self._suffix).strip() if self._suffix else self.text().strip()
        shown = "" if self._value is None else words.number(self._value)
        if typed.startswith("="):
            self._show()
            self.expressionTyped.emit(typed)
            return
        if typed != shown:
            value = words.parse_number(typed)
            if value is not None:
                self._value = self._range.fit(value)
            elif not typed and self._optional:
                self._value = None
        self._show()
        self.setModified(False)
        self._commit()

    def _undo_typing(self) -> bool:
        changed = self._dragging or self._value != self._sent or self.isModified()
        self._value, self._press, self._dragging = self._sent, None, False
        self._show()
        self.setModified(False)
        self.selectAll()
        return changed

    def keyPressEvent(self, event):
        steps = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_PageUp: 10, Qt.Key.Key_PageDown: -10}
        if event.key() in steps:
            many = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
            self._move(steps[event.key()] * many)
            self.selectAll()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event):
        keys = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
        if event.key() in keys and not event.isAutoRepeat():
            self._commit()
        super().keyReleaseEvent(event)

    def wheelEvent(self, event):
        if self.hasFocus() and event.angleDelta().y():
            self._move(1 if event.angleDelta().y() > 0 else -1)
            self._commit()
            event.accept()
        else:
            event.ignore()  # a form that scrolls must not change its values

    def mousePressEvent(self, event):
        if self.hasFocus() or event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        self._press = (event.position().x(), self._value if self._value is not None else 0)

    def mouseMoveEvent(self, event):
        if self._press is None:
            super().mouseMoveEvent(event)
            return
        way = event.position().x() - self._press[0]
        if self._dragging or abs(way) >= _DRAG_START:
            self._dragging = True
            self._take(self._range.moved(self._press[1], round(way / _DRAG_START)))

    def mouseReleaseEvent(self, event):
        if self._press is None:
            super().mouseReleaseEvent(event)
            return
        dragged, self._dragging, at = self._dragging, False, event.position()
        self._press = None
        if dragged:
            self._commit()
        elif at.x() > self.width() - theme.sizes().s20 and not self._suffix:
            self._move(1 if at.y() < self.height() / 2 else -1)
            self._commit()
        else:
            self.setFocus(Qt.FocusReason.MouseFocusReason)

    def mouseDoubleClickEvent(self, event):
        if self.hasFocus():
            super().mouseDoubleClickEvent(event)
        else:
            self.mousePressEvent(event)

    def focusInEvent(self, event):
        super().focusInEvent(event)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.selectAll()

    def focusOutEvent(self, event):
        super().focusOutEvent(event)
        self.setCursor(Qt.CursorShape.SizeHorCursor)
        self._commit()

    def sizeHint(self):
        return QSize(theme.sizes().number_field, theme.sizes().field)

    def paintEvent(self, event):
        super().paintEvent(event)
        sizes, painter, area = theme.sizes(), start(self), QRectF(self.rect())
        if self._suffix:
            inside = area.adjusted(0, 0, -sizes.s8, 0)
            text(painter, inside, self._suffix, "caption", "text3", Qt.AlignmentFlag.AlignRight)
        elif self.isEnabled():
            x, middle, ink = area.right() - sizes.icon_tiny - sizes.s6, area.center().y(), "text3"
            paint_icon(painter, "chevron-up", x, middle - sizes.s4, sizes.icon_tiny, ink)
            paint_icon(painter, "chevron-down", x, middle + sizes.s6, sizes.icon_tiny, ink)


class SizeField(Themed, QWidget):
    """Two or three lengths, such as 7 high × 7 wide, with a link that keeps them equal."""

    valueChanged = Signal(tuple)
    wants_ring = False

    def __init__(
        self, values=(3, 3), words=("high", "wide"), minimum=1, maximum=None, linked=None, parent: QWidget | None = None
    ):
        super().__init__(parent)
        self._fields: list[NumberField] = []
        layout = row(self, space=theme.sizes().s6)
        for index, (value, word) in enumerate(zip(values, words, strict=True)):
            if index:
                layout.addWidget(Label("×", "secondary", "text3"))
            field = NumberField(value, minimum, maximum, suffix=word, parent=self)
            field.setAccessibleName(word)
            field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            field.setMinimumWidth(theme.sizes().s32)
            field.valueChanged.connect(lambda value, at=index: self._on_changed(at, value))
            layout.addWidget(field, 1)
            self._fields.append(field)
        self.link = IconButton("link", "Keep equal", checkable=True, parent=self)
        self.link.setChecked(len(set(values)) == 1 if linked is None else linked)
        self.link.toggled.connect(self._on_linked)
        self.link.setVisible(len(self._fields) > 1)
        layout.addWidget(self.link)
        self._sent = self.values()
        self.setFocusProxy(self._fields[0])

    def values(self) -> tuple:
        return tuple(field.value() for field in self._fields)

    def set_values(self, values) -> None:
        """Show values without saying so; unequal ones open the link."""
        for field, value in zip(self._fields, values, strict=True):
            field.set_value(value)
        self._sent = self.values()
        if len(set(self._sent)) > 1:
            self.link.setChecked(False)

    def set_error(self, problem: bool | str) -> None:
        for field in self._fields:
            field.set_error(problem)

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        for field in self._fields:
            field.setAccessibleName(f"{name}, {field._suffix}")

    def _on_changed(self, at: int, value) -> None:
        if self.link.isChecked():
            for index, field in enumerate(self._fields):
                if index != at:
                    field.set_value(value)
        self._commit()

    def _on_linked(self, on: bool) -> None:
        self.link.set_icon("link" if on else "link-2-off")
        if on:
            for field in self._fields[1:]:
                field.set_value(self._fields[0].value())
            self._commit()

    def _commit(self) -> None:
        if self.values() != self._sent:
            self._sent = self.values()
            self.valueChanged.emit(self._sent)
