"""Cards that an edit moved glide to their places; off with reduced motion and in large networks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QEasingCurve, QObject, QPointF, QVariantAnimation

from widgets import theme

if TYPE_CHECKING:
    from widgets.canvas.view import Canvas

MOST = 300
_FROM = 6.0  # a shorter way is not worth a motion


class Glide(QObject):
    """One motion at a time; a new edit or gesture ends it where everything belongs."""

    def __init__(self, view: Canvas) -> None:
        super().__init__(view)
        self._view = view
        self._from: dict[str, QPointF] = {}
        self._to: dict[str, QPointF] = {}
        self._motion = QVariantAnimation(self)
        self._motion.setStartValue(0.0)
        self._motion.setEndValue(1.0)
        self._motion.setEasingCurve(QEasingCurve.Type.InOutCubic)
        self._motion.valueChanged.connect(self._on_step)
        self._motion.finished.connect(self.finish)

    @property
    def running(self) -> bool:
        return bool(self._to)

    def places(self) -> dict[str, QPointF]:
        """Where all cards are shown now, to be kept before an edit."""
        return {name: QPointF(item.pos()) for name, item in self._view.mirror.nodes.items()}

    def start(self, before: Mapping[str, QPointF]) -> None:
        """Let the cards that stand elsewhere now glide there."""
        scene, time = self._view.mirror, theme.motion("insert")
        if not time or len(scene.nodes) > MOST or not self._view.isVisible() or self._view.hand.gesture:
            return
        to = {name: QPointF(item.pos()) for name, item in scene.nodes.items() if name in before}
        to = {name: place for name, place in to.items() if (place - before[name]).manhattanLength() > _FROM}
        if not to:
            return
        self._to, self._from = to, {name: before[name] for name in to}
        scene.begin_move(to)
        scene.move(self._from)
        self._motion.setDuration(time)
        self._motion.start()

    def _on_step(self, share: float) -> None:
        if self._to and self._motion.state() == QVariantAnimation.State.Running:
            self._view.mirror.move(
                {name: self._from[name] + (place - self._from[name]) * share for name, place in self._to.items()}
            )

    def finish(self) -> None:
        """Everything to its place at once."""
        if self._to:
            self._to, self._from = {}, {}
            self._motion.stop()
            self._view.mirror.end_move()
