"""What the hand on the canvas is at: one gesture from press to release, and the scrolling at the edge meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt, QTimer

from widgets.canvas.gestures import Gesture, Modifiers
from widgets.canvas.hits import Hit

if TYPE_CHECKING:
    from widgets.canvas.view import Canvas

_FRAME = 16


class Hand(QObject):
    """Begins, moves and ends gestures; there is at most one."""

    def __init__(self, view: Canvas) -> None:
        super().__init__(view)
        self._view = view
        self.gesture: Gesture | None = None
        self.button = Qt.MouseButton.LeftButton
        """The button whose release ends the gesture."""
        self.place = QPoint()
        self.pressed: Hit | None = None
        """What a button went down on and has not become a gesture yet."""
        self.press_place = QPoint()
        self.space_held = False
        self._scroll = QTimer(self)
        self._scroll.setInterval(_FRAME)
        self._scroll.timeout.connect(self._on_scroll)

    def begin(self, gesture: Gesture, place: QPoint, button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
        """Start a gesture; what was under way otherwise comes to its end, a wire led by the keys among it."""
        if self.gesture:
            self.cancel()
        self._view.glide.finish()
        self._view.commit_text()
        self._view.show_hover(Hit("empty"))
        self.gesture, self.button = gesture, button
        if gesture.cursor is not None:
            self._view.viewport().setCursor(gesture.cursor)
        gesture.start(place)

    def move(self, place: QPoint, keys: Modifiers) -> None:
        self.place = place
        if self.gesture:
            self.gesture.move(place, keys)
            if self.gesture.scrolls and self._view.camera.edge_way(place) != QPoint():
                if not self._scroll.isActive():
                    self._scroll.start()
            else:
                self._scroll.stop()

    def finish(self, place: QPoint | None = None, keys: Modifiers = Modifiers.NoModifier) -> None:
        self._end(lambda gesture: gesture.end(place or self.place, keys))

    def cancel(self) -> None:
        self._end(lambda gesture: gesture.cancel())

    def _end(self, how: Callable[[Gesture], None]) -> None:
        gesture, self.gesture = self.gesture, None
        self._scroll.stop()
        self._view.viewport().unsetCursor()
        if gesture:
            how(gesture)
        self._view.repaint_overview()

    def _on_scroll(self) -> None:
        way = self._view.camera.edge_way(self.place)
        if not self.gesture or way == QPoint():
            self._scroll.stop()
            return
        self._view.camera.scroll_by(way)
        self.gesture.move(self.place, Modifiers.NoModifier)
