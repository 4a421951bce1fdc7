"""Text fields keep the keys they need, whatever keys commands were given."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTextEdit, QWidget

_EDITING = (
    Qt.Key.Key_Backspace, Qt.Key.Key_Delete, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Left, Qt.Key.Key_Right,
    Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Return, Qt.Key.Key_Enter,
    Qt.Key.Key_Escape, Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Space,
)  # fmt: skip
_WITH_CTRL = (Qt.Key.Key_A, Qt.Key.Key_C, Qt.Key.Key_V, Qt.Key.Key_X, Qt.Key.Key_Z, Qt.Key.Key_Y)


class TextKeys(QObject):
    """Keeps what writes and edits text from commands, whatever keys they have, while a text field has the keyboard."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        app.focusChanged.connect(self._on_focus)

    @classmethod
    def watch(cls) -> None:
        """Begin to watch; once is enough."""
        app = QApplication.instance()
        direct = Qt.FindChildOption.FindDirectChildrenOnly
        if isinstance(app, QApplication) and app.findChild(cls, options=direct) is None:
            cls(app)

    def _on_focus(self, old: QWidget | None, new: QWidget | None) -> None:
        if old is not None:
            old.removeEventFilter(self)
        if isinstance(new, QLineEdit | QTextEdit | QPlainTextEdit) and not new.isReadOnly():
            new.installEventFilter(self)

    def eventFilter(self, watched: QObject, event) -> bool:
        if event.type() == event.Type.ShortcutOverride and _writes(watched, event):
            event.accept()
        return False


def _writes(field: QObject, event) -> bool:
    """Whether a press belongs to the text field that has the keyboard."""
    held = event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier)
    if held == Qt.KeyboardModifier.NoModifier:
        return (bool(event.text().strip()) and event.key() < 0x01000000) or event.key() in _EDITING
    if held == Qt.KeyboardModifier.ControlModifier:
        lines = not isinstance(field, QLineEdit) and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        return lines or event.key() in _WITH_CTRL or (event.key() in _EDITING[:10] and event.key() not in _EDITING[6:8])
    altgr = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    return held == altgr and bool(event.text().strip()) and event.text().isprintable()
