"""The Training overlay: how every card fares in one epoch of a run. Values come in by `show`; it decides nothing.

Marks are drawn by the cards themselves and taken over at most five times a second by whoever shows them; wires grow
with the gradient that comes back through them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRectF
from PySide6.QtGui import QPainter

from engine.graph import Edge
from widgets.canvas.live_paint import paint_far
from widgets.live_values import LiveMark

if TYPE_CHECKING:
    from widgets.canvas.view import Canvas

KEY = "training"
_THIN, _THICK = 1.0, 5.0


class LiveOverlay(QObject):
    """Holds the marks of a canvas while the overlay is on."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._flow: dict[Edge, float] = {}
        self._room = 0
        canvas.over.append(self._paint_far)

    @property
    def marks(self) -> Mapping[str, LiveMark]:
        return self._canvas.mirror.live

    def show(self, marks: Mapping[str, LiveMark], flow: Mapping[Edge, float]) -> None:
        """Show marks by card, and by wire how strong the gradient in it is (0 to 1); only what differs is painted."""
        scene = self._canvas.mirror
        before, scene.live = scene.live, dict(marks)
        changed = [name for name in before.keys() | marks.keys() if before.get(name) != marks.get(name)]
        for edge in self._flow.keys() | flow.keys():
            wire = scene.wires.get(edge)
            if wire is not None:
                wire.set_weight(_width(flow[edge]) if edge in flow else 0.0)
        self._flow = dict(flow)
        if changed:
            scene.mark_again(changed)
            if self._canvas.level != "full":
                self._canvas.viewport().update()

    def make_room(self, height: int) -> None:
        """Leave the lower edge to the scrubber; what could all be seen still can be."""
        canvas = self._canvas
        if height == self._room:
            return
        self._room = height
        whole = canvas.camera.seen().contains(canvas.mirror.bounds())
        canvas.setViewportMargins(0, 0, 0, height)
        canvas.corner.place()
        if whole and canvas.mirror.nodes and canvas.isVisible():
            canvas.camera.fit()

    def clear(self) -> None:
        """Leave the cards as they are without it."""
        self.show({}, {})

    def _paint_far(self, painter: QPainter, area: QRectF) -> None:
        scene, canvas = self._canvas.mirror, self._canvas
        for name, mark in scene.live.items():
            item = scene.nodes.get(name)
            if item is not None and item.area().intersects(area):
                paint_far(painter, item.card, mark, item.area(), canvas.zoom, canvas.level == "box")


def _width(share: float) -> float:
    return _THIN + (_THICK - _THIN) * min(1.0, max(0.0, share))
