"""Dots on wires: the points a wire is led through, as items that can be chosen, dragged and taken away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPen
from PySide6.QtWidgets import QGraphicsEllipseItem

from engine.dots import dots_of
from engine.graph import Edge
from widgets import theme
from widgets.canvas.geometry import S
from widgets.canvas.ink import ink

if TYPE_CHECKING:
    from widgets.canvas.scene import CanvasScene

Dot = tuple[Edge, int]  # a wire, and which of its dots
_Z_DOT = 0.7  # over all wires, under the cards
_RADIUS, _RADIUS_HOVER = 5.0, 7.0


class DotItem(QGraphicsEllipseItem):
    """One dot, painted by Qt; its rim in the canvas's color lets crossing wires end before it."""

    def __init__(self) -> None:
        super().__init__()
        self.setZValue(_Z_DOT)
        self.selected = self.hover = False

    def dress(self, symbol: str, error: bool) -> None:
        """Take over the wire's color and what the pointer does."""
        pens = ink()
        radius = _RADIUS_HOVER if self.hover else _RADIUS
        self.setRect(QRectF(-radius, -radius, 2 * radius, 2 * radius))
        plain = pens.error if error else theme.mix(theme.port(symbol), "canvas", 1.0 if self.hover else 0.85)
        self.setBrush(pens.card if self.selected else plain)
        self.setPen(QPen(pens.acc, S.ring + 1) if self.selected else QPen(pens.canvas, 2))


class WireDots:
    """The dots of all wires: where they are shown, which are chosen, which one is under the pointer."""

    def __init__(self, scene: CanvasScene) -> None:
        self._scene = scene
        self._points: dict[Edge, tuple[QPointF, ...]] = {}
        self._items: dict[Edge, list[DotItem]] = {}
        self.selected: set[Dot] = set()
        self._hovered: Dot | None = None

    def refresh(self) -> set[Edge]:
        """Show those that the graph has; returns the wires that run elsewhere now."""
        found = dots_of(self._scene.graph)
        wanted = {edge: tuple(QPointF(*point) for point in points) for edge, points in found.items()}
        changed = {edge for edge in self._points.keys() | wanted.keys() if self._points.get(edge) != wanted.get(edge)}
        self.show({edge: wanted.get(edge, ()) for edge in changed})
        self.selected = {dot for dot in self.selected if dot in self}
        return {edge for edge in changed if edge in self._scene.wires}

    def show(self, points: Mapping[Edge, Sequence[QPointF]]) -> None:
        """Lead wires through these points for now; their paths are laid by `Routing`."""
        for edge, places in points.items():
            if places:
                self._points[edge] = tuple(places)
            else:
                self._points.pop(edge, None)
            items = self._items.setdefault(edge, [])
            while len(items) > len(places):
                self._scene.removeItem(items.pop())
            while len(items) < len(places):
                items.append(DotItem())
                self._scene.addItem(items[-1])
            for item, place in zip(items, places, strict=True):
                item.setPos(place)
            if not items:
                del self._items[edge]
        self.restyle(points)

    def __contains__(self, dot: Dot) -> bool:
        return 0 <= dot[1] < len(self._points.get(dot[0], ()))

    def __iter__(self):
        return ((edge, number) for edge, points in self._points.items() for number in range(len(points)))

    def points(self, edge: Edge) -> tuple[QPointF, ...]:
        """Where a wire is led through, as shown now."""
        return self._points.get(edge, ())

    def item(self, dot: Dot) -> DotItem:
        return self._items[dot[0]][dot[1]]

    def between(self, names: Iterable[str]) -> set[Edge]:
        """The dotted wires both of whose ends are among these nodes: their dots go where the nodes go."""
        chosen = set(names)
        return {edge for edge in self._points if edge.source in chosen and edge.target in chosen}

    def area(self) -> QRectF:
        """The room that all dots take."""
        found = QRectF()
        for points in self._points.values():
            for point in points:
                found |= QRectF(point.x() - _RADIUS, point.y() - _RADIUS, 2 * _RADIUS, 2 * _RADIUS)
        return found

    # ---- what is chosen, what is under the pointer -------------------------------------------------------------------

    def at(self, place: QPointF, reach: float) -> Dot | None:
        """The nearest dot within reach."""
        best, nearest = None, reach * reach
        for edge, points in self._points.items():
            if edge in self._scene.wires and not self._scene.wires[edge].isVisible():
                continue
            for number, point in enumerate(points):
                away = place - point
                distance = away.x() ** 2 + away.y() ** 2
                if distance <= nearest:
                    best, nearest = (edge, number), distance
        return best

    def inside(self, area: QRectF) -> set[Dot]:
        """The dots in an area."""
        return {
            (edge, number)
            for edge, points in self._points.items()
            for number, point in enumerate(points)
            if area.contains(point)
        }

    def select(self, dots: Iterable[Dot]) -> None:
        before, self.selected = self.selected, {dot for dot in dots if dot in self}
        self.restyle({edge for edge, _ in before ^ self.selected})

    @property
    def hovered(self) -> Dot | None:
        """The dot under the pointer."""
        return self._hovered if self._hovered is not None and self._hovered in self else None

    def hover(self, dot: Dot | None) -> None:
        """Show one dot as being under the pointer."""
        if dot != self._hovered:
            before, self._hovered = self._hovered, dot
            self.restyle({one[0] for one in (before, dot) if one is not None})

    def restyle(self, edges: Iterable[Edge] | None = None) -> None:
        """Take over what wires and the choice look like now."""
        for edge in list(self._items if edges is None else edges):
            wire = self._scene.wires.get(edge)
            for number, item in enumerate(self._items.get(edge, ())):
                item.selected, item.hover = (edge, number) in self.selected, (edge, number) == self._hovered
                item.dress(wire.symbol if wire else "anything", wire is not None and "error" in wire.states)
                item.setVisible(wire is None or not wire.joined)
