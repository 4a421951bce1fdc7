"""How the wires of a scene run: laid anew where a change can matter to them, shortcuts in lanes of their own."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF

from engine.graph import Edge
from widgets.canvas.geometry import Box, Lanes, dotted_wire, plain_wire, route

if TYPE_CHECKING:
    from widgets.canvas.scene import CanvasScene

_AROUND = 60  # a wire that runs so near to a change is laid anew
_FEW = 20  # so many cards may change before everything is laid anew
_ROOM = 4000.0  # around the cards; the index divides this area, so it must not be much larger than they need


class Routing:
    """Lays wires, and knows what has changed since it last did."""

    def __init__(self, scene: CanvasScene) -> None:
        self._scene = scene
        self._changed: list[QRectF] = []
        self._lanes: Lanes | None = None
        scene.setSceneRect(-_ROOM, -_ROOM, 2 * _ROOM, 2 * _ROOM)

    def expect(self, areas: Iterable[QRectF] = ()) -> None:
        """A change begins; these areas become free by it."""
        self._changed = list(areas)

    def note(self, area: QRectF) -> None:
        """A card was here, or is here now."""
        self._changed.append(area)

    def follow(self, touched: set[str], added: Iterable[Edge]) -> None:
        """Lay the wires anew that a change can matter to: those of touched cards, and those that run where it was."""
        scene, edges = self._scene, set(added)
        for name in touched:
            edges.update(scene.graph.incoming[name])
            edges.update(scene.graph.outgoing[name])
        if not edges and not self._changed:
            return
        self._make_room()
        if len(touched) > max(_FEW, len(scene.nodes) // 8) or len(edges) > len(scene.wires) // 4:
            self._lay(scene.wires.keys(), self._lanes_without(scene.wires.keys()))
            return
        around = [area.adjusted(-_AROUND, -_AROUND, _AROUND, _AROUND) for area in self._changed]
        for edge, wire in scene.wires.items():
            if edge not in edges and any(area.intersects(wire.run) for area in around):
                edges.add(edge)
        self._lay(edges, self._lanes_without(edges))

    def hold(self, names: Collection[str]) -> None:
        """These cards leave the ground: remember the others, around which the moved wires have to run."""
        wires = self._scene.wires
        self._lanes = self._lanes_without(
            {edge for edge in wires if edge.source in names or edge.target in names}, names
        )

    def drag(self, edges: Iterable[Edge]) -> None:
        """Lay wires anew while what they hang on is in the hand."""
        chosen = {edge for edge in edges if edge in self._scene.wires}
        self._lay(chosen, self._lanes or self._lanes_without(chosen))

    def let_go(self) -> None:
        """Nothing is in the hand any more."""
        self._lanes = None

    @property
    def held(self) -> bool:
        """Whether something is in the hand."""
        return self._lanes is not None

    def _lay(self, chosen: Collection[Edge], lanes: Lanes) -> None:
        """The short wires first, so that long shortcuts run outside of them."""
        scene = self._scene
        lanes.forget()
        todo = []
        for edge in chosen:
            source, target = scene.nodes[edge.source], scene.nodes[edge.target]
            start, end = source.output_point(edge.output), target.input_point(edge.input, edge.index)
            todo.append((end.y() - start.y(), edge, (start.x(), start.y(), end.x(), end.y())))
        todo.sort(key=lambda entry: entry[0])
        for _, edge, ends in todo:
            self._lay_one(edge, ends, lanes)

    def _lay_one(self, edge: Edge, ends: tuple[float, float, float, float], lanes: Lanes) -> None:
        scene = self._scene
        wire = scene.wires[edge]
        wire.joined = edge.target in scene.rows
        wire.setVisible(not wire.joined)
        if wire.joined:
            wire.set_path(plain_wire(*ends), ends, None)
            return
        dots = scene.dots.points(edge)
        if dots:
            wire.set_path(dotted_wire(*ends[:2], dots, *ends[2:]), ends, None, dots)
        else:
            target = scene.nodes[edge.target]
            middle = target.pos().x() + target.card.width / 2
            right = ends[2] > middle + 1 or (abs(ends[2] - middle) <= 1 and ends[2] >= ends[0])
            path, lane = route(*ends, lanes, right)
            wire.set_path(path, ends, lane)
        scene.labels.place(edge)

    def _lanes_without(self, chosen: Collection[Edge], names: Collection[str] = ()) -> Lanes:
        """The lanes as they are taken by all other wires, beside all other cards."""
        lanes = Lanes(self._boxes(names))
        for edge, wire in self._scene.wires.items():
            if wire.lane is not None and edge not in chosen:
                lanes.take(wire.lane, wire.ends[1], wire.ends[3])
        lanes.keep()
        return lanes

    def _boxes(self, without: Collection[str]) -> list[Box]:
        found = []
        for name, item in self._scene.nodes.items():
            if name not in without:
                item.area()
                found.append(Box(*item.corners))
        return found

    def _make_room(self) -> None:
        """Let the indexed area grow with the network."""
        scene = self._scene
        bounds = scene.bounds()
        if not scene.sceneRect().contains(bounds):
            scene.setSceneRect(bounds.united(scene.sceneRect()).adjusted(-_ROOM, -_ROOM, _ROOM, _ROOM))
