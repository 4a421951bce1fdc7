"""Resizing notes and frames by their edges, and the field in which their text is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit

from engine.notes import LEAST, MOST_TEXT
from widgets import theme
from widgets.canvas.frames import CURSORS, TITLE
from widgets.canvas.gestures import GRID, Gesture, Modifiers

if TYPE_CHECKING:
    from widgets.canvas.view import Canvas


class ResizeFrame(Gesture):
    """Pulls edges of a note or frame; what stands in it stays."""

    scrolls = True

    def __init__(self, view: Canvas, frame: str, sides: str) -> None:
        super().__init__(view)
        self.frame, self.sides = frame, sides
        self.cursor = CURSORS.get(sides)

    def start(self, place: QPoint) -> None:
        self._grip = self.view.to_scene(place)
        self._from = self.scene.frames[self.frame].area()
        self._now = QRectF(self._from)

    def move(self, place: QPoint, keys: Modifiers) -> None:
        by = self.view.to_scene(place) - self._grip
        area = QRectF(self._from)
        if "l" in self.sides:
            area.setLeft(min(_grid(area.left() + by.x()), area.right() - LEAST[0]))
        if "r" in self.sides:
            area.setRight(max(_grid(area.right() + by.x()), area.left() + LEAST[0]))
        if "t" in self.sides:
            area.setTop(min(_grid(area.top() + by.y()), area.bottom() - LEAST[1]))
        if "b" in self.sides:
            area.setBottom(max(_grid(area.bottom() + by.y()), area.top() + LEAST[1]))
        self._now = area
        self.scene.frames[self.frame].set_area(area)

    def end(self, place: QPoint, keys: Modifiers) -> None:
        area = self._now
        if area != self._from:
            self.view.frames_moved.emit({self.frame: (area.x(), area.y(), area.width(), area.height())}, {})
        self.scene.end_move()

    def cancel(self) -> None:
        self.scene.end_move()


def _grid(at: float) -> float:
    return round(at / GRID) * GRID


class NoteField(QPlainTextEdit):
    """Lies over a note while its text is written; leaving it or Ctrl+Enter keeps the text, Esc does not.

    A frame's title is one line: there Enter keeps it, too.
    """

    def __init__(self, view: Canvas) -> None:
        super().__init__(view.viewport())
        self._view, self._frame = view, ""
        self.setAccessibleName("Text of this note")
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.hide()

    def open(self, frame: str) -> None:
        item = self._view.mirror.frames[frame]
        self._frame = frame
        self.setPlainText(item.frame.text)
        self.setFont(theme.font("secondary"))
        area = item.area()
        title = item.frame.kind == "frame"
        spot = area.adjusted(4, 3, -4, TITLE - area.height()) if title else area.adjusted(6, 26, -6, -6)
        shown = self._view.viewportTransform().mapRect(spot).toRect()
        shown.setWidth(max(shown.width(), 160))
        shown.setHeight(max(shown.height(), theme.sizes().field + (0 if title else theme.sizes().field)))
        self.setGeometry(shown)
        self.show()
        self.selectAll()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def commit(self) -> None:
        """Tell the new text where it is one."""
        frame, self._frame = self._frame, ""
        if not frame:
            return
        self._close()
        item = self._view.mirror.frames.get(frame)
        text = self.toPlainText().strip()[:MOST_TEXT]
        if item and text != item.frame.text:
            self._view.frame_text_wanted.emit(frame, " ".join(text.split()) if item.frame.kind == "frame" else text)

    def _close(self) -> None:
        self._frame = ""
        self.hide()
        self._view.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        item = self._view.mirror.frames.get(self._frame)
        one_line = item is not None and item.frame.kind == "frame"
        if event.key() == Qt.Key.Key_Escape:
            self._close()
        elif enter and (one_line or event.modifiers() & Qt.KeyboardModifier.ControlModifier):
            self.commit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.commit()
