"""A field that takes the next press as a key instead of text; Esc leaves it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets import keymap, theme
from widgets.controls.base import Themed, box, paint_icon, start, text, width_of

_WORDS = "Press the new key"
_HELD = (
    (Qt.KeyboardModifier.ControlModifier, "Ctrl+"),
    (Qt.KeyboardModifier.AltModifier, "Alt+"),
    (Qt.KeyboardModifier.ShiftModifier, "Shift+"),
    (Qt.KeyboardModifier.MetaModifier, "Meta+"),
)
_HOLDS = {
    Qt.Key.Key_Control: Qt.KeyboardModifier.ControlModifier,
    Qt.Key.Key_Alt: Qt.KeyboardModifier.AltModifier,
    Qt.Key.Key_Shift: Qt.KeyboardModifier.ShiftModifier,
    Qt.Key.Key_Meta: Qt.KeyboardModifier.MetaModifier,
}


class KeyField(Themed, QWidget):
    """Waits for one press. `pressed` says it as files write it; `left` that the person wants none."""

    wants_ring = False
    pressed = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._held = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"{_WORDS}, Esc cancels")

    def sizeHint(self) -> QSize:
        sizes = theme.sizes()
        wide = sizes.s8 + sizes.icon + sizes.s6 + round(width_of(_WORDS, "secondary")) + sizes.s12
        return QSize(wide, sizes.field)

    def event(self, event):
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # no command may have it first
            return True
        if event.type() == QEvent.Type.KeyPress:
            self._on_key(event)
            event.accept()
            return True
        if event.type() == QEvent.Type.KeyRelease:
            self._show_held(event.modifiers())
            return True
        return super().event(event)

    def _on_key(self, event) -> None:
        if event.key() == Qt.Key.Key_Escape and not event.modifiers():
            self.left.emit()
            return
        key = keymap.pressed(event)
        if key and not event.isAutoRepeat():
            self.pressed.emit(key)
        else:
            self._show_held(event.modifiers() | _HOLDS.get(event.key(), Qt.KeyboardModifier.NoModifier))

    def _show_held(self, mods: Qt.KeyboardModifier) -> None:
        self._held = "".join(words for mod, words in _HELD if mods & mod)
        self.update()

    def focusOutEvent(self, event):
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.ActiveWindowFocusReason:
            self.left.emit()

    def paintEvent(self, event):
        sizes, painter, area = theme.sizes(), start(self), QRectF(self.rect())
        box(painter, area, sizes.r6, "field", "acc_line", sizes.ring)
        x = area.x() + sizes.s8
        paint_icon(painter, "keyboard", x, area.center().y(), sizes.icon, "acc")
        x += sizes.icon + sizes.s6
        words = f"{self._held}…" if self._held else _WORDS
        text(painter, area.adjusted(x, 0, -sizes.s4, 0), words, "secondary", "text1" if self._held else "text2")
