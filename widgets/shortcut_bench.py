"""The bench of the shortcut sheet: the keys of the chosen command, a field for a new one, and what objects to it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QWidget

from widgets import theme
from widgets.controls import Button, Chip, Elided, IconLabel, Label, surface
from widgets.controls.base import Themed, column, row
from widgets.controls.marks import TONE_ICONS
from widgets.key_field import KeyField
from widgets.shortcut_rows import KeyRow

_NOTE_INK = {"info": "text2", "good": "good", "error": "error", "warning": "warning"}
_ASK = "Choose a command, then press Enter to give it a key."


class Bench(Themed, QWidget):
    """Two lines: name and keys of the command, and what is to be said of them."""

    wants_ring = False
    key_wanted = Signal(str, str, str)
    swap_wanted = Signal(str, str, str)
    take_wanted = Signal(str, str, str)
    remove_wanted = Signal(str, str)
    reset_wanted = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        surface(self, "panel")
        sizes = theme.sizes()
        self._row: KeyRow | None = None
        self._instead, self._pressed = "", ""
        self.chips: list[Chip] = []
        whole = column(self, space=sizes.s8)
        whole.setContentsMargins(sizes.s20, sizes.s12, sizes.s20, sizes.s12)
        self._line = row(space=sizes.s8)
        self.name = Elided("", "name", bold=True, parent=self)
        self.name.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._line.addWidget(self.name, 1)
        self.field = KeyField(self)
        self.add = Button("Add a key", "plus")
        self.reset = Button("Reset", "rotate-ccw", "quiet")
        for widget in (self.field, self.add, self.reset):
            self._line.addWidget(widget)
        whole.addLayout(self._line)
        self._below = QStackedWidget()
        self._below.addWidget(self._make_note())
        self._below.addWidget(self._make_conflict())
        whole.addWidget(self._below, 1)
        self.add.clicked.connect(lambda: self.start())
        self.reset.clicked.connect(lambda: self._row and self.reset_wanted.emit(self._row.name))
        self.field.pressed.connect(self._on_pressed)
        self.field.left.connect(self._on_left)
        self._restyle()
        self.show_row(None)

    def _make_note(self) -> QWidget:
        page = QWidget()
        line = row(page, space=theme.sizes().s6)
        self.note_icon = IconLabel("info", "text3", theme.sizes().icon_small)
        self.note = Label("", "secondary", "text2", wrap=True)
        line.addWidget(self.note_icon)
        line.addWidget(self.note, 1)
        return page

    def _make_conflict(self) -> QWidget:
        page = QWidget()
        line = row(page, space=theme.sizes().s8)
        line.addWidget(IconLabel("triangle-alert", "warning", theme.sizes().icon_small))
        self.conflict = Label("", "secondary", "text1", wrap=True)
        line.addWidget(self.conflict, 1)
        self.swap = Button("Swap", "arrow-left-right")
        self.take = Button("Take over")
        self.cancel = Button("Cancel", kind="quiet")
        for button in (self.swap, self.take, self.cancel):
            line.addWidget(button)
        self.swap.clicked.connect(lambda: self._decide(self.swap_wanted))
        self.take.clicked.connect(lambda: self._decide(self.take_wanted))
        self.cancel.clicked.connect(self._on_left)
        return page

    def _restyle(self) -> None:
        if hasattr(self, "field"):
            self.setFixedHeight(theme.sizes().shortcut_bench)

    def show_row(self, shown: KeyRow | None) -> None:
        """Show a command; the same one keeps what is said of it."""
        if shown == self._row and shown is not None:
            return
        other = shown is None or self._row is None or shown.name != self._row.name
        self._row = shown
        self._close_field()
        self.name.set_text(shown.label if shown else "")
        for old in self.chips:
            self._line.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.chips = []
        for place, (key, words) in enumerate(zip(shown.keys, shown.shown, strict=True) if shown else ()):
            self._line.insertWidget(place + 1, self._chip(key, words))
        self.add.setVisible(shown is not None)
        self.reset.setVisible(shown is not None and shown.changed)
        if other:
            self.show_note(shown.note if shown else _ASK)

    def _chip(self, key: str, words: str) -> Chip:
        chip = Chip(words, closable=True, parent=self)
        chip.setToolTip("Press to change this key, × to remove it")
        chip.setAccessibleName(f"{words}, press to change, Delete to remove")
        chip.clicked.connect(lambda: self.start(key))
        chip.closed.connect(lambda: self._row and self.remove_wanted.emit(self._row.name, key))
        chip.show()
        self.chips.append(chip)
        return chip

    def start(self, instead_of: str = "") -> None:
        """Wait for a key, besides those the command has or in place of one."""
        if self._row is None:
            return
        self._instead = instead_of
        shown = dict(zip(self._row.keys, self._row.shown, strict=True)).get(instead_of, "")
        self.show_note(f"The next key takes the place of {shown}. Esc cancels." if shown else "Esc cancels.")
        self.field.show()
        self.add.hide()
        self.field.setFocus()

    def show_note(self, words: str, tone: str = "info") -> None:
        """Say a sentence below the keys."""
        self._below.setCurrentIndex(0)
        self.note.setText(words)
        self.note.set_color(_NOTE_INK[tone])
        self.note_icon.setVisible(bool(words))
        self.note_icon.set_icon(TONE_ICONS[tone], "text3" if tone == "info" else tone)

    def refuse(self, sentence: str) -> None:
        """Say why a key cannot be, and wait for another one."""
        self.start(self._instead)
        self.show_note(sentence, "error")

    def show_conflict(self, sentence: str, swap: str, take: str, why_no_swap: str = "") -> None:
        """Ask what becomes of a key that another command has; the tips of the buttons say the outcome."""
        self.conflict.setText(sentence)
        for button, outcome in ((self.swap, swap), (self.take, take)):
            button.setToolTip(outcome)
            button.setAccessibleDescription(outcome)
        self.swap.setEnabled(not why_no_swap)
        if why_no_swap:
            self.swap.setToolTip(why_no_swap)
        self._below.setCurrentIndex(1)
        (self.take if why_no_swap else self.swap).setFocus()

    def _decide(self, wish: Signal) -> None:
        if self._row is not None and self._pressed:
            name, key, instead = self._row.name, self._pressed, self._instead
            self._pressed = ""
            self.show_note("")
            wish.emit(name, key, instead)

    def _on_pressed(self, key: str) -> None:
        if self._row is not None:
            self._pressed = key
            self._close_field()
            self.key_wanted.emit(self._row.name, key, self._instead)

    def keyPressEvent(self, event):
        """Let Esc take back the question, not close the sheet."""
        if event.key() == Qt.Key.Key_Escape and self._below.currentIndex() == 1:
            self._on_left()
        else:
            super().keyPressEvent(event)

    def _on_left(self) -> None:
        self._pressed = ""
        if self.field.isVisible() or self._below.currentIndex() == 1:
            self._close_field()
            self.show_note(self._row.note if self._row else _ASK)
            self.left.emit()

    def _close_field(self) -> None:
        self.field.blockSignals(True)
        self.field.hide()
        self.field.blockSignals(False)
        self.add.setVisible(self._row is not None)
