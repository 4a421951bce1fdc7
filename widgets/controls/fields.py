"""Fields to type into: text, search, a choice from a list."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QSizePolicy, QWidget

from widgets import icons, keymap, theme
from widgets.controls.base import Themed, box, paint_icon, start, text, width_of
from widgets.controls.labels import cap_width, paint_cap


class Field(Themed, QLineEdit):
    """What all typed fields share: the error border and no ring of its own (the border is the ring)."""

    wants_ring = False

    def __init__(self, words="", placeholder="", parent: QWidget | None = None):
        super().__init__(words, parent)
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder)

    def has_error(self) -> bool:
        return self.property("state") == "error"

    def set_error(self, problem: bool | str) -> None:
        """Show the red border; a sentence becomes the tooltip and the accessible description."""
        state = "error" if problem else ""
        if isinstance(problem, str):
            self.setToolTip(problem)
            self.setAccessibleDescription(problem)
        elif not problem:
            self.setToolTip("")
            self.setAccessibleDescription("")
        if self.property("state") != state:
            self.setProperty("state", state)
            self.style().unpolish(self)
            self.style().polish(self)
            self.update()

    def keyPressEvent(self, event):
        if event.key() == Qt.Key.Key_Escape and self._undo_typing():
            event.accept()
            return
        super().keyPressEvent(event)

    def _undo_typing(self) -> bool:
        """Take back what was typed; False where there was nothing."""
        return False


class TextField(Field):
    """A line of text; `committed` comes once per edit, on Enter or when the field is left."""

    committed = Signal(str)

    def __init__(self, words="", placeholder="", parent: QWidget | None = None):
        super().__init__(words, placeholder, parent)
        self._last = words
        self.editingFinished.connect(self._on_finished)

    def value(self) -> str:
        return self._last

    def set_value(self, words: str) -> None:
        self._last = words
        if self.text() != words:
            self.setText(words)

    def _on_finished(self) -> None:
        if self.text() != self._last:
            self._last = self.text()
            self.committed.emit(self._last)

    def _undo_typing(self) -> bool:
        changed = self.text() != self._last
        self.setText(self._last)
        return changed


class SearchField(Field):
    """A search line with a magnifier and a key hint, given or that of a command; Up and Down go to the list below."""

    moved = Signal(int)
    left = Signal()

    def __init__(self, placeholder="", hint="", parent: QWidget | None = None, command=""):
        super().__init__("", placeholder, parent)
        self._hint, self._command = hint, command
        self._on_keys()
        if command:
            keymap.notifier().changed.connect(self._on_keys)
        self.textChanged.connect(self._on_text_changed)

    def _restyle(self) -> None:
        sizes = theme.sizes()
        right = cap_width(self._hint) + sizes.s4 if self._hint and not self.text() else 0
        self.setTextMargins(sizes.icon + sizes.s6, 0, right, 0)

    def _on_keys(self) -> None:
        self._hint = keymap.shown(self._command) if self._command else self._hint
        self._restyle()
        self.update()

    def _on_text_changed(self, _words: str) -> None:
        self._restyle()

    def keyPressEvent(self, event):
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -8, Qt.Key.Key_PageDown: 8}
        if event.key() in steps:
            self.moved.emit(steps[event.key()])
        elif event.key() == Qt.Key.Key_Escape:
            if self.text():
                self.clear()
            else:
                self.left.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event):
        super().paintEvent(event)
        sizes, painter = theme.sizes(), start(self)
        middle = self.height() / 2
        paint_icon(
            painter, "search", sizes.s8 + sizes.hair, middle, sizes.icon, "text2" if self.hasFocus() else "text3"
        )
        if self._hint and not self.text():
            wide = cap_width(self._hint)
            cap = QRectF(self.width() - wide - sizes.s6, round(middle - sizes.key_cap / 2), wide, sizes.key_cap)
            paint_cap(painter, cap, self._hint)


class Choice(Themed, QComboBox):
    """One of many, in a list that opens below."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.activated.connect(self._on_activated)

    def add(self, key: str, words: str, icon: str | None = None) -> None:
        if icon:
            self.addItem(icons.icon(icon), words, key)
        else:
            self.addItem(words, key)
        self.updateGeometry()

    def current(self) -> str:
        key = self.currentData()
        return "" if key is None else str(key)

    def set_current(self, key: str) -> None:
        self.setCurrentIndex(self.findData(key))

    def _on_activated(self, _index: int) -> None:
        self.chosen.emit(self.current())

    def wheelEvent(self, event):
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()  # a form that scrolls must not change its values

    def showPopup(self):
        self.view().setMinimumWidth(self._widest())
        super().showPopup()

    def _widest(self) -> int:
        words = max((width_of(self.itemText(i), "body") for i in range(self.count())), default=0)
        return round(words + 4 * theme.sizes().s12)

    def sizeHint(self):
        sizes = theme.sizes()
        words = max((width_of(self.itemText(i), "body") for i in range(self.count())), default=0)
        return QSize(round(words + sizes.icon_small + 3 * sizes.s8 + sizes.s4), sizes.field)

    def minimumSizeHint(self):
        return QSize(theme.sizes().number_field, theme.sizes().field)

    def paintEvent(self, event):
        sizes, painter, area = theme.sizes(), start(self), QRectF(self.rect())
        on = self.isEnabled()
        hover = on and self.underMouse()
        box(painter, area, sizes.r6, "field" if on else None, "line3" if hover else ("line2" if on else "line"))
        inside = area.adjusted(sizes.s8 + sizes.hair, 0, -(sizes.icon_small + sizes.s12), 0)
        empty = self.currentIndex() < 0
        ink = "text3" if empty or not on else "text1"
        text(painter, inside, self.placeholderText() if empty else self.currentText(), "body", ink)
        x = area.right() - sizes.icon_small - sizes.s8
        paint_icon(painter, "chevron-down", x, area.center().y(), sizes.icon_small, "text2" if on else "text3")
