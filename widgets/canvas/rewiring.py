"""All wires of a port at once: pulled to another port with Ctrl or Shift, broken with Alt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QPainterPath

from engine.graph import Edge
from widgets.canvas.content import Slot
from widgets.canvas.geometry import plain_wire
from widgets.canvas.gestures import Gesture, Modifiers
from widgets.canvas.hits import nodes_near
from widgets.canvas.ink import draw_port, ink

if TYPE_CHECKING:
    from widgets.canvas.view import Canvas

SNAP = 24


def wires_of(view: Canvas, node: str, side: str, slot: Slot) -> list[Edge]:
    """The wires at a port."""
    graph = view.mirror.graph
    if side == "out":
        return [edge for edge in graph.outgoing[node] if edge.output == slot.port]
    return [
        edge for edge in graph.incoming[node] if edge.input == slot.port and (slot.many or edge.index == slot.index)
    ]


class MoveWires(Gesture):
    """Pulls the ends of all wires of a port to another port of the same side."""

    cursor = Qt.CursorShape.CrossCursor
    scrolls = True

    def __init__(self, view: Canvas, node: str, side: str, slot: Slot, edges: list[Edge]) -> None:
        super().__init__(view)
        self.node, self.side, self.slot, self.edges = node, side, slot, edges
        self._snap: tuple[str, Slot] | None = None
        self._end = QPointF()
        self._said: dict[tuple[str, str], str] = {}

    def start(self, place: QPoint) -> None:
        for edge in self.edges:
            self.scene.wires[edge].mark("cut", True)
        self.move(place, Modifiers.NoModifier)

    def refusal(self, node: str, slot: Slot) -> str:
        """Why the wires cannot go to a port, empty where they can."""
        key = (node, slot.port)
        if key not in self._said:
            whys = [self.view.judge(*self._link(edge, node, slot)) for edge in self.edges]
            self._said[key] = next((why for why in whys if why), "")
        return self._said[key]

    def _link(self, edge: Edge, node: str, slot: Slot) -> tuple[str, str, str, str]:
        if self.side == "out":
            return node, slot.port, edge.target, edge.input
        return edge.source, edge.output, node, slot.port

    def _target(self, at: QPointF) -> tuple[tuple[str, Slot] | None, str]:
        reach, best, refused = SNAP / self.view.zoom, None, ""
        nearest = reach
        for name in nodes_near(self.scene, at, reach):
            for side, slot, center in self.scene.nodes[name].port_points():
                away = (at - center).manhattanLength()
                if side != self.side or away > nearest or (name, slot.port) == (self.node, self.slot.port):
                    continue
                why = self.refusal(name, slot)
                if why:
                    refused = why
                else:
                    best, nearest = (name, slot), away
        return (best, "") if best else (None, refused)

    def move(self, place: QPoint, keys: Modifiers) -> None:
        at = self.view.to_scene(place)
        self._snap, why = self._target(at)
        self.view.show_refusal(why, place)
        self._end = self._point(*self._snap) if self._snap else at
        self.view.viewport().update()

    def _point(self, node: str, slot: Slot) -> QPointF:
        item = self.scene.nodes[node]
        return item.output_point(slot.port) if self.side == "out" else item.input_point(slot.port, slot.index)

    def end(self, place: QPoint, keys: Modifiers) -> None:
        snap, why = self._target(self.view.to_scene(place))
        self.cancel()
        if snap:
            self.view.rewire_wanted.emit(list(self.edges), self.side, snap[0], snap[1].port)
        elif why:
            self.view.refused.emit(why)

    def cancel(self) -> None:
        self.view.show_refusal("", QPoint())
        for edge in self.edges:
            if edge in self.scene.wires:
                self.scene.wires[edge].mark("cut", False)
        self.view.viewport().update()

    def _path(self, edge: Edge) -> QPainterPath:
        if self.side == "out":
            fixed = self.scene.nodes[edge.target].input_point(edge.input, edge.index)
            return plain_wire(self._end.x(), self._end.y(), fixed.x(), fixed.y())
        fixed = self.scene.nodes[edge.source].output_point(edge.output)
        return plain_wire(fixed.x(), fixed.y(), self._end.x(), self._end.y())

    def paint(self, painter) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(ink().wire(self.slot.symbol, "hover" if self._snap else "dragged"))
        for edge in self.edges:
            if edge in self.scene.wires:
                painter.drawPath(self._path(edge))
        if self._snap:
            draw_port(painter, self.slot.symbol, self._end.x(), self._end.y(), 14)
