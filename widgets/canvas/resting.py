"""Wires that are turned off: they carry nothing, are drawn faint and dotted, and can be turned on again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF

from engine.arrange import resting
from engine.graph import Edge
from widgets.canvas.geometry import dotted_wire, plain_wire
from widgets.canvas.ink import ink
from widgets.canvas.line import LineItem

if TYPE_CHECKING:
    from widgets.canvas.scene import CanvasScene

_Z_REST = -0.5


class RestItem(LineItem):
    """A wire that is turned off."""

    def __init__(self, edge: Edge) -> None:
        super().__init__()
        self.edge = edge
        self.setZValue(_Z_REST)
        self.setPen(ink().wire("anything", "muted"))


class Resting(dict[Edge, RestItem]):
    """The items of resting wires."""

    def __init__(self, scene: CanvasScene) -> None:
        super().__init__()
        self._scene = scene

    def refresh(self) -> None:
        """Show those that the graph has."""
        wanted = resting(self._scene.graph)
        for edge in [edge for edge in self if edge not in wanted]:
            self._scene.removeItem(self.pop(edge))
        for edge in wanted:
            if edge not in self:
                self[edge] = RestItem(edge)
                self._scene.addItem(self[edge])
        self.lay()

    def lay(self) -> None:
        """Run them between their cards."""
        nodes = self._scene.nodes
        for edge, item in self.items():
            start, end = nodes[edge.source].output_point(edge.output), nodes[edge.target].input_point(edge.input)
            dots = self._scene.dots.points(edge)
            item.lay(
                dotted_wire(start.x(), start.y(), dots, end.x(), end.y())
                if dots
                else plain_wire(start.x(), start.y(), end.x(), end.y())
            )

    def forget(self, node: str) -> None:
        """A card goes, and with it its wires."""
        for edge in [edge for edge in self if node in (edge.source, edge.target)]:
            self._scene.removeItem(self.pop(edge))

    def at(self, place: QPointF, reach: float) -> Edge | None:
        """The resting wire near a point."""
        around = QRectF(place.x() - reach, place.y() - reach, 2 * reach, 2 * reach)
        return next((edge for edge, item in self.items() if item.touches(around)), None)

    def restyle(self) -> None:
        for item in self.values():
            item.setPen(ink().wire("anything", "muted"))
