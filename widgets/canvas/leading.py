"""Leading a wire by hand: a dot is pulled out of it, or put on it with Alt; what the keyboard does with dots."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, Qt

from engine.dots import MOST, Point
from engine.graph import Edge
from widgets.canvas.dots import Dot
from widgets.canvas.geometry import stretch_near
from widgets.canvas.gestures import GRID, Gesture, Modifiers

if TYPE_CHECKING:
    from widgets.canvas.scene import CanvasScene
    from widgets.canvas.view import Canvas

_ALIGN = 8.0


class PullDot(Gesture):
    """A new dot in the hand: it comes in where the wire was taken, and the wire runs through it at once."""

    cursor = Qt.CursorShape.ClosedHandCursor
    scrolls = True

    def __init__(self, view: Canvas, edge: Edge) -> None:
        super().__init__(view)
        self.edge = edge

    def start(self, place: QPoint) -> None:
        at = self.view.to_scene(place)
        self._points = list(self.scene.dots.points(self.edge))
        # a wire without dots may run in several pieces, down a lane beside the trunk
        self._number = stretch_near(self.scene.wires[self.edge].path(), at) if self._points else 0
        self.scene.begin_move(())
        self._points.insert(self._number, at)
        self._show()

    def move(self, place: QPoint, keys: Modifiers) -> None:
        at = self.view.to_scene(place)
        if not keys & Modifiers.ShiftModifier:
            at = snapped(self.scene, self.edge, self._number, at, self.view.zoom)
        self._points[self._number] = at
        self._show()

    def _show(self) -> None:
        self.scene.lead({self.edge: self._points})

    def end(self, place: QPoint, keys: Modifiers) -> None:
        self.scene.end_move()
        if self.edge not in self.scene.wires:
            return
        if len(self._points) > MOST:
            self.view.refused.emit(f"{MOST} dots lead this wire, and it takes no more. Remove some first.")
            return
        self.view.dots_wanted.emit("Add dot", {self.edge: as_points(self._points)})
        self.view.choose((), dots={(self.edge, self._number)})

    def cancel(self) -> None:
        self.scene.end_move()


def snapped(scene: CanvasScene, edge: Edge, number: int, at: QPointF, zoom: float) -> QPointF:
    """A dot's place on the fine grid, or in line with the dot or port before or after it."""
    on_grid = QPointF(round(at.x() / GRID) * GRID, round(at.y() / GRID) * GRID)
    if edge not in scene.wires:
        return on_grid  # an edit has taken the wire away under the hand
    reach = _ALIGN / max(zoom, 0.3)
    x1, y1, x2, y2 = scene.wires[edge].ends
    points = [QPointF(x1, y1), *scene.dots.points(edge), QPointF(x2, y2)]
    near = points[number : number + 3 : 2]
    x, y = on_grid.x(), on_grid.y()
    best_x = best_y = reach
    for place in near:
        if abs(place.x() - at.x()) < best_x:
            best_x, x = abs(place.x() - at.x()), place.x()
    for place in near:
        if place not in (points[0], points[-1]) and abs(place.y() - at.y()) < best_y:
            best_y, y = abs(place.y() - at.y()), place.y()
    return QPointF(x, y)


def as_points(points: Iterable[QPointF]) -> tuple[Point, ...]:
    return tuple((point.x(), point.y()) for point in points)


def moved_dots(
    scene: CanvasScene, chosen: Iterable[Dot], names: Iterable[str], by: QPointF
) -> dict[Edge, list[QPointF]]:
    """Where the dots of wires are once chosen dots, and those of wires between moved nodes, have moved."""
    chosen, whole = set(chosen), scene.dots.between(names)
    edges = {edge for edge, _ in chosen} | whole
    return {
        edge: [
            point + by if edge in whole or (edge, number) in chosen else point
            for number, point in enumerate(scene.dots.points(edge))
        ]
        for edge in edges
    }


def told(points: Mapping[Edge, Iterable[QPointF]]) -> dict[Edge, tuple[Point, ...]]:
    """Points as a wish carries them."""
    return {edge: as_points(places) for edge, places in points.items()}


def middle_of(scene: CanvasScene, edge: Edge) -> tuple[list[QPointF], int] | None:
    """The dots of a wire with one more in the middle of its longest stretch, and which one that is; None where the
    wire is not drawn, because its cards are joined."""
    wire = scene.wires[edge]
    if wire.joined:
        return None
    points = list(scene.dots.points(edge))
    if not points:
        return [wire.path().pointAtPercent(0.5)], 0
    x1, y1, x2, y2 = wire.ends
    whole = [QPointF(x1, y1), *points, QPointF(x2, y2)]
    gaps = [(whole[n + 1] - whole[n]).manhattanLength() for n in range(len(whole) - 1)]
    number = gaps.index(max(gaps))
    points.insert(number, (whole[number] + whole[number + 1]) / 2)
    return points, number


def wires_meant(scene: CanvasScene) -> list[Edge]:
    """The wires a command is about: the chosen ones, else those between chosen cards, else the one pointed at."""
    if scene.selected_edges:
        return sorted(scene.selected_edges)
    chosen = scene.selected
    inner = [edge for edge in scene.wires if edge.source in chosen and edge.target in chosen]
    if inner:
        return sorted(inner)
    return [scene.hovered_edge] if scene.hovered_edge is not None else []
