"""Layers dragged in from the palette: onto a wire, directly under a card, or anywhere; and files from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QPainter, QPen

from engine.cards import CARD_WIDTH, HEAD
from engine.graph import BLOCK, Edge
from engine.layer import layers
from widgets import theme
from widgets.canvas.content import layer_class
from widgets.canvas.geometry import S
from widgets.canvas.gestures import Gesture, Modifiers
from widgets.canvas.hits import edge_at, node_at, nodes_in
from widgets.canvas.ink import ink

if TYPE_CHECKING:
    from widgets.canvas.view import Canvas

LAYER_MIME = "application/x-lamina-layer"
_WIRE_REACH, _UNDER = 16, 70


def layer_in(mime: QMimeData) -> str:
    """The layer a drag carries, empty where it carries none that is known."""
    if not mime.hasFormat(LAYER_MIME):
        return ""
    name = bytes(mime.data(LAYER_MIME).data()).decode("utf-8", "replace")
    return name if name in layers or name.startswith(BLOCK) else ""


def files_in(mime: QMimeData) -> list[str]:
    """The local files a drag carries."""
    return [url.toLocalFile() for url in mime.urls() if url.isLocalFile()]


class DropLayer(Gesture):
    """A layer over the canvas, not yet let go: shows where it would stand and what it would be wired to."""

    scrolls = True

    def __init__(self, view: Canvas, layer: str) -> None:
        super().__init__(view)
        self.layer = layer
        self.edge: Edge | None = None
        self.after = ""
        self.place = QPointF()

    def start(self, place: QPoint) -> None:
        self.move(place, Modifiers.NoModifier)

    def move(self, place: QPoint, keys: Modifiers) -> None:
        self.view.update_area(self._shown())
        at = self.view.to_scene(place)
        cls = layer_class(self.layer)
        takes = cls is None or bool(cls.ports())
        gives = cls is None or bool(cls.outputs)
        self.edge = edge_at(self.scene, at, _WIRE_REACH / self.view.zoom) if takes and gives else None
        if self.edge and node_at(self.scene, at):
            self.edge = None
        self.after = self._above(at) if takes and not self.edge else ""
        self.place = self._spot(at)
        self.scene.hover_edge(self.edge)
        self.view.update_area(self._shown())

    def _above(self, at: QPointF) -> str:
        """The card right above with an output that feeds nothing yet."""
        best, nearest = "", float(_UNDER)
        area = QRectF(at.x() - 4, at.y() - _UNDER - HEAD, 8, _UNDER + HEAD)
        for name in nodes_in(self.scene, area):
            item = self.scene.nodes[name]
            away = at.y() - item.area().bottom()
            free = {slot.port for slot in item.card.outputs} - {e.output for e in self.scene.graph.outgoing[name]}
            if free and -HEAD <= away < nearest:
                best, nearest = name, away
        return best

    def _spot(self, at: QPointF) -> QPointF:
        """The top left corner of the new card: in line with what it will be wired to."""
        corner = QPointF(round(at.x() - CARD_WIDTH / 2), round(at.y() - HEAD / 2))
        if self.edge:
            source, target = (self.scene.nodes[name].pos() for name in (self.edge.source, self.edge.target))
            if abs(source.x() - target.x()) < 2:
                corner.setX(source.x())
        if self.after:
            area = self.scene.nodes[self.after].area()
            corner = QPointF(area.x(), area.bottom() + S.plain_gap)
        return corner

    def _shown(self) -> QRectF:
        return QRectF(self.place.x(), self.place.y(), CARD_WIDTH, HEAD).adjusted(-4, -S.plain_gap - 4, 4, 4)

    def end(self, place: QPoint, keys: Modifiers) -> None:
        self.move(place, keys)
        edge, after = self.edge, self.after
        self.cancel()
        self.view.drop_wanted.emit(self.layer, self.place.x(), self.place.y(), edge, after or None)

    def cancel(self) -> None:
        self.scene.hover_edge(None)
        self.view.update_area(self._shown())

    def paint(self, painter: QPainter) -> None:
        section = layers[self.layer].section if self.layer in layers else "Blocks"
        label = layers[self.layer].label if self.layer in layers else self.layer[len(BLOCK) :]
        area = QRectF(self.place.x() + 0.5, self.place.y() + 0.5, CARD_WIDTH - 1, HEAD - 1)
        painter.setPen(QPen(theme.color("acc_line"), 1.5, Qt.PenStyle.DashLine))
        if self.after:
            top = QPointF(area.center().x(), area.top())
            painter.drawLine(top - QPointF(0, S.plain_gap), top)
        fill = theme.tile_fill(section)
        fill.setAlphaF(0.75)
        painter.setBrush(fill)
        painter.drawRoundedRect(area, S.r9, S.r9)
        painter.setPen(ink().text1)
        painter.setFont(ink().font("name"))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, label)


def enter(view: Canvas, event: QDragEnterEvent) -> None:
    """Something comes in: a layer, files, or what the canvas does not take."""
    layer = layer_in(event.mimeData())
    if layer:
        view.hand.begin(DropLayer(view, layer), event.position().toPoint())
        event.acceptProposedAction()
    elif files_in(event.mimeData()):
        event.acceptProposedAction()
    else:
        event.ignore()


def move(view: Canvas, event: QDragMoveEvent) -> None:
    """It moves over the canvas."""
    if isinstance(view.hand.gesture, DropLayer):
        view.hand.move(event.position().toPoint(), event.modifiers())
    event.acceptProposedAction()


def leave(view: Canvas) -> None:
    """It leaves without being let go."""
    if isinstance(view.hand.gesture, DropLayer):
        view.hand.cancel()


def drop(view: Canvas, event: QDropEvent) -> None:
    """It is let go."""
    files = files_in(event.mimeData())
    if isinstance(view.hand.gesture, DropLayer):
        view.hand.finish(event.position().toPoint(), event.modifiers())
    elif files:
        view.files_dropped.emit(files)
    event.acceptProposedAction()
