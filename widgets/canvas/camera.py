"""Where the canvas looks: zoom, scroll, level of detail; rough while it moves, smooth when it rests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QPointF, QRectF, QTimer
from PySide6.QtGui import QPainter, QTransform

from widgets import theme
from widgets.canvas.backdrop import level_at

if TYPE_CHECKING:
    from widgets.canvas.view import Canvas

ZOOM_LEAST, ZOOM_MOST = 0.02, 4.0
MARGIN = 40
_SETTLE = 120  # ms after the last step of a zoom until all is smooth again
_FRAME = 16
_EDGE, _EDGE_STEP = 28, 14


class Camera(QObject):
    """The view's transform and scroll bars, moved by gestures, wheel, keys and buttons."""

    def __init__(self, view: Canvas) -> None:
        super().__init__(view)
        self._view = view
        self.zoom, self.level = theme.scale(), "full"
        self.top = MARGIN
        """What stays free above everything that is fitted: bars lie over the upper edge."""
        self._scale = theme.scale()
        self._wheel: tuple[QPoint, float] | None = None
        self._settle = self._timer(_SETTLE, self._on_settled)
        self._frame = self._timer(_FRAME, self._on_frame)

    def _timer(self, ms: int, slot) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(ms)
        timer.timeout.connect(slot)
        return timer

    @property
    def percent(self) -> float:
        """The zoom as people read it: 100 is plain size, whatever the text size setting."""
        return self.zoom / theme.scale() * 100

    def seen(self) -> QRectF:
        """The part of the scene that the view shows."""
        return self._view.viewportTransform().inverted()[0].mapRect(QRectF(self._view.viewport().rect()))

    def fit(self) -> None:
        """Show everything, at most at 100 %."""
        mirror = self._view.mirror
        area, callout = mirror.bounds_at_rest(), mirror.callout
        self.show_area(area.united(callout.mapRectToScene(callout.area())) if callout else area)
        mirror.place_callout()

    def fit_selection(self) -> None:
        """Show the chosen cards, everything where none is chosen."""
        mirror = self._view.mirror
        self.show_area(mirror.bounds(mirror.selected or None))

    def show_area(self, area: QRectF) -> None:
        """Show an area whole, at most at 100 %."""
        view = self._view
        if area.isEmpty():
            self.set_zoom(theme.scale())
            view.centerOn(0, 0)
            return
        room = view.viewport().size()
        across = (room.width() - 2 * MARGIN) / max(1.0, area.width())
        down = (room.height() - self.top - MARGIN) / max(1.0, area.height())
        self.set_zoom(min(across, down, theme.scale()))
        view.centerOn(area.center() - QPointF(0, (self.top - MARGIN) / 2 / self.zoom))

    def center_on(self, node: str) -> None:
        """Bring a card into the middle, large enough to read."""
        view, mirror = self._view, self._view.mirror
        if node not in mirror.nodes:
            return
        if self.level != "full":
            self.set_zoom(theme.scale())
        card = mirror.nodes[node].area()
        view.centerOn(card.center())
        mirror.place_callout()
        callout = mirror.callout
        if callout is not None and callout.problem.node == node:  # its repairs come into view with it
            both = card.united(callout.mapRectToScene(callout.area()))
            if both.width() < self.seen().width():
                view.centerOn(both.center())

    def show_node(self, node: str) -> None:
        """Scroll just enough for a card to be seen."""
        self._view.ensureVisible(self._view.mirror.nodes[node].area(), MARGIN, MARGIN)

    def look_at(self, place: QPointF) -> None:
        """Bring a point of the scene into the middle."""
        self.rough()
        self._view.centerOn(place)

    def scroll_by(self, by: QPoint) -> None:
        """Move the view by pixels."""
        self.rough()
        across, down = self._view.horizontalScrollBar(), self._view.verticalScrollBar()
        across.setValue(across.value() - by.x())
        down.setValue(down.value() - by.y())

    def turn(self, place: QPoint, factor: float) -> None:
        """Collect turns of the wheel: one step of zoom a frame."""
        self._wheel = (place, factor * (self._wheel[1] if self._wheel else 1.0))
        if not self._frame.isActive():
            self._frame.start()

    def _on_frame(self) -> None:
        if self._wheel:
            (place, factor), self._wheel = self._wheel, None
            self.zoom_at(place, factor)

    def zoom_to(self, percent: float) -> None:
        """Zoom around the middle of the view."""
        self.zoom_at(self._view.viewport().rect().center(), percent / 100 * theme.scale() / self.zoom)

    def zoom_at(self, place: QPoint, factor: float) -> None:
        """Zoom so that the point under the pointer stays."""
        view = self._view
        before = view.mapToScene(place)
        self.rough()
        self.set_zoom(self.zoom * factor)
        moved = view.mapFromScene(before) - place
        across, down = view.horizontalScrollBar(), view.verticalScrollBar()
        across.setValue(across.value() + moved.x())
        down.setValue(down.value() + moved.y())

    def set_zoom(self, zoom: float) -> None:
        zoom = min(max(zoom, ZOOM_LEAST), ZOOM_MOST)
        if abs(zoom - self.zoom) > 1e-9:
            self.zoom = zoom
            self.apply()

    def rescale(self) -> None:
        """The text size setting changed: the same percentage is now another zoom."""
        self.zoom *= theme.scale() / self._scale
        self._scale = theme.scale()
        self.apply()

    def apply(self) -> None:
        """Give the view the transform and the level of detail of this zoom."""
        self._view.setTransform(QTransform.fromScale(self.zoom, self.zoom))
        self.level = level_at(self.zoom, self.level)
        self._view.looked_elsewhere()
        self._view.zoom_changed.emit(self.percent)

    def rough(self) -> None:
        """No smooth edges while the view moves; one clean picture when it rests."""
        if self._view.renderHints() & QPainter.RenderHint.Antialiasing:
            self._view.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        self._settle.start()

    def _on_settled(self) -> None:
        self._view.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        self._view.viewport().update()

    def edge_way(self, place: QPoint) -> QPoint:
        """How to scroll when a drag comes to the edge of the view."""
        room = self._view.viewport().rect()
        x = (place.x() < _EDGE) - (place.x() > room.width() - _EDGE)
        y = (place.y() < _EDGE) - (place.y() > room.height() - _EDGE)
        return QPoint(x * _EDGE_STEP, y * _EDGE_STEP)
