"""The scene mirrors the graph: items by id, kept up by difference. Nothing reads the document back from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QGraphicsScene

from engine.cards import stacks
from engine.facts import Inference
from engine.graph import NO_BLOCKS, Blocks, Edge, Graph
from engine.graphdiff import diff
from widgets.canvas import callout
from widgets.canvas.content import Card, describe
from widgets.canvas.dots import Dot, WireDots
from widgets.canvas.frames import Frames
from widgets.canvas.geometry import union
from widgets.canvas.items import NodeItem, WireItem
from widgets.canvas.labels import Labels
from widgets.canvas.resting import Resting
from widgets.canvas.routing import Routing
from widgets.live_values import LiveMark

_WORST = {"error": 3, "warning": 2, "info": 1}


class CanvasScene(QGraphicsScene):
    """Items of one graph. `changed_shape` tells that something moved, came or went."""

    changed_shape = Signal()

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        self.graph = Graph()
        self.inference: Inference | None = None
        self.blocks: Blocks = NO_BLOCKS
        self.problems: Sequence[Any] = ()
        self.rows: dict[str, tuple[str, float]] = {}
        self.nodes: dict[str, NodeItem] = {}
        self.wires: dict[Edge, WireItem] = {}
        self.labels = Labels(self)
        self.frames = Frames(self)
        self.dots = WireDots(self)
        self.resting = Resting(self)
        self.routing = Routing(self)
        self.states: dict[str, str] = {}
        self.wire_states: dict[Edge, str] = {}
        self.selected: set[str] = set()
        self.selected_edges: set[Edge] = set()
        self.thumbs: dict[str, list[QImage]] = {}
        self.live: Mapping[str, LiveMark] = {}
        self.overlay = "shapes"
        self.callout: callout.CalloutItem | None = None
        self.levels: dict[str, tuple[str, str]] = {}
        self.version = 0
        self._followers: dict[str, list[str]] = {}
        self.moving: set[str] = set()
        self._dressed: dict[str, tuple[Any, ...]] = {}
        self._hovered_edge: Edge | None = None

    # ---- the mirror ----------------------------------------------------------------------------------------------

    def show_graph(
        self, graph: Graph, inference: Inference | None, blocks: Blocks = NO_BLOCKS, problems: Sequence[Any] = ()
    ) -> None:
        """Make the items equal to a graph, touching only what differs."""
        before, self.graph = self.graph, graph
        new_blocks = blocks is not self.blocks
        self.inference, self.blocks, self.problems = inference, blocks, tuple(problems)
        change = diff(before, graph)
        self.rows = stacks(graph, blocks)
        self.levels = _levels(self.problems)
        if len(change.added) > 2000:
            self.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        rewired = {end for edge in (*change.added_edges, *change.removed_edges) for end in (edge.source, edge.target)}
        self.routing.expect([self.nodes[name].area() for name in change.removed])
        self._remove(change.removed, change.removed_edges)
        touched = self._show_cards(rewired, new_blocks)
        for edge in change.added_edges:
            self.wires[edge] = wire = WireItem(edge)
            self.addItem(wire)
        self.routing.follow(touched, (*change.added_edges, *self.dots.refresh()))
        self._style_wires()
        self.dots.restyle()
        self.labels.refresh()
        self.resting.refresh()
        if change.frames or not self.frames:
            self.frames.refresh()
        self._index_again()
        self._show_selection()
        self.place_callout()
        self.version += 1
        self.changed_shape.emit()

    def _index_again(self) -> None:
        if self.itemIndexMethod() != QGraphicsScene.ItemIndexMethod.BspTreeIndex:
            self.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.BspTreeIndex)

    def _remove(self, names: Iterable[str], edges: Iterable[Edge]) -> None:
        for edge in edges:
            self.removeItem(self.wires.pop(edge))
            self.labels.drop(edge)
            self.selected_edges.discard(edge)
            if self._hovered_edge == edge:
                self._hovered_edge = None
        for name in names:
            self.resting.forget(name)
            self.removeItem(self.nodes.pop(name))
            self._dressed.pop(name, None)
            self.selected.discard(name)
            self.thumbs.pop(name, None)

    def _show_cards(self, rewired: set[str], all_blocks: bool) -> set[str]:
        """Bring all cards up to date; returns those that are new, moved or of another height or ports."""
        hosts = {self.graph.incoming[row][0].source for row in self.rows}
        self._followers = {}
        for row, (head, _) in self.rows.items():
            self._followers.setdefault(head, []).append(row)
        touched = set()
        for name, node in self.graph.nodes.items():
            facts = self.inference.facts.get(name) if self.inference else None
            level = self.levels.get(name, ("", ""))
            dress = (node, facts, level, name in self.rows, name in hosts)
            item = self.nodes.get(name)
            fresh = name in rewired or (all_blocks and bool(node.block))
            if item is None or fresh or not _same(self._dressed.get(name), dress):
                card = describe(self.graph, node, self.inference, self.blocks, level, name in self.rows, name in hosts)
                if self._dress(name, card):
                    touched.add(name)
                self._dressed[name] = dress
            if self._put(name):
                touched.add(name)
        return touched

    def _dress(self, name: str, card: Card) -> bool:
        item = self.nodes.get(name)
        if item is None:
            item = NodeItem(card)
            self.nodes[name] = item
            self._mark(item)
            self.addItem(item)
            return True
        if card == item.card:
            return False
        resized = (card.height, card.inputs, card.outputs) != (item.card.height, item.card.inputs, item.card.outputs)
        item.set_card(card)
        self._mark(item)
        return resized

    def _put(self, name: str) -> bool:
        place = self.place_of(name)
        item = self.nodes[name]
        if item.pos() == place:
            return False
        self.routing.note(item.area())
        item.setPos(place)
        self.routing.note(item.area())
        return True

    def place_of(self, name: str) -> QPointF:
        """Where the model has a card; a row stands right below the part above it."""
        if name in self.rows:
            head, offset = self.rows[name]
            node = self.graph.nodes[head]
            return QPointF(node.x, node.y + offset)
        node = self.graph.nodes[name]
        return QPointF(node.x, node.y)

    def followers(self, name: str) -> list[str]:
        """The rows that hang on a stack's head."""
        return self._followers.get(name, [])

    def _mark(self, item: NodeItem) -> None:
        name, marks = item.card.id, item.marks
        marks.thumbs = self.thumbs.get(name, ()) if item.card.source else ()
        marks.live = self.live.get(name)
        total = self._flops() if self.overlay == "cost" else 0.0
        marks.difference = self.states.get(name, "")
        marks.cost = item.card.flops / total if total else -1.0

    def _flops(self) -> float:
        total = self.inference.flops if self.inference else 0
        return float(total) if isinstance(total, int | float) else 0.0

    def mark_again(self, names: Iterable[str] | None = None) -> None:
        """Take thumbnails, training and overlay over into the cards."""
        for name in self.nodes if names is None else names:
            if name in self.nodes:
                self._mark(self.nodes[name])
                self.nodes[name].update()
        self.version += 1

    # ---- wires ---------------------------------------------------------------------------------------------------

    def _style_wires(self) -> None:
        guilty = {(problem.node, problem.port) for problem in self.problems if problem.level == "error"}
        muted = {name for name, node in self.graph.nodes.items() if node.muted}
        for edge, wire in self.wires.items():
            tensor = self.inference.output(edge.source, edge.output) if self.inference else None
            symbol = tensor.symbol if tensor else "anything"
            states = wire.states & {"hover", "selected", "cut"}
            if (edge.target, edge.input) in guilty:
                states.add("error")
            if edge.source in muted or edge.target in muted:
                states.add("muted")
            if edge in self.wire_states:
                states.add(self.wire_states[edge])
            if (symbol, states) != (wire.symbol, wire.states):
                wire.symbol, wire.states = symbol, states
                wire.restyle()

    # ---- moving during a gesture ---------------------------------------------------------------------------------

    def begin_move(self, names: Iterable[str]) -> None:
        """Remember the cards that stay, around which the moved wires have to run."""
        self.moving = set(names)
        self.routing.hold(self.moving)
        self.version += 1

    def lead(self, points: Mapping[Edge, Sequence[QPointF]]) -> None:
        """Show wires led through other points while a dot is dragged."""
        self.dots.show(points)
        self.routing.drag(points)

    def move(self, places: Mapping[str, QPointF], dots: Mapping[Edge, Sequence[QPointF]] | None = None) -> None:
        """Show cards and dots elsewhere while they are dragged; the document does not know yet."""
        self.dots.show(dots or {})
        touched: set[Edge] = set(dots or ())
        for name, place in places.items():
            self.nodes[name].setPos(place)
            touched.update(self.graph.incoming[name])
            touched.update(self.graph.outgoing[name])
        if not self.routing.held:
            self.begin_move(places)
        self.routing.drag(touched)
        self.resting.lay()

    def end_move(self, resized: Iterable[str] = ()) -> None:
        """Back to where the document has everything; wires of cards that had another size meanwhile follow, too."""
        back, self.moving = self.moving, set()
        self.routing.let_go()
        self.routing.expect()
        led = self.dots.refresh()
        moved = {name for name in back if name in self.nodes and self._put(name)}
        self.routing.follow(moved | (set(resized) & self.nodes.keys()), led)
        self.frames.put_back()
        self.resting.lay()
        self.place_callout()
        self.version += 1
        self.changed_shape.emit()

    # ---- selection and hover -------------------------------------------------------------------------------------

    def select(
        self, names: Iterable[str], edges: Iterable[Edge] = (), frames: Iterable[str] = (), dots: Iterable[Dot] = ()
    ) -> bool:
        """Choose cards, wires, notes and dots; says whether the choice of cards changed."""
        self.dots.select(dots)
        self.frames.select(frames)
        before = self.selected
        self.selected = {name for name in names if name in self.nodes}
        chosen = {edge for edge in edges if edge in self.wires}
        for edge in self.selected_edges ^ chosen:
            if edge in self.wires:
                self.wires[edge].mark("selected", edge in chosen)
        self.selected_edges = chosen
        for name in before ^ self.selected:
            if name in self.nodes:
                self.nodes[name].set_selected(name in self.selected)
        self.labels.show()
        self.place_callout()
        self.version += 1
        return before != self.selected

    def _show_selection(self) -> None:
        for name, item in self.nodes.items():
            item.set_selected(name in self.selected)

    def hover_edge(self, edge: Edge | None) -> None:
        """Show one wire as being under the pointer, with its shape."""
        if edge == self._hovered_edge:
            return
        for other, on in ((self._hovered_edge, False), (edge, True)):
            if other in self.wires:
                self.wires[other].mark("hover", on)
                self._light_ends(other, on)
        self._hovered_edge = edge
        self.labels.show()

    def _light_ends(self, edge: Edge, on: bool) -> None:
        ends = {
            edge.source: frozenset({("out", edge.output, 0)}),
            edge.target: frozenset({("in", edge.input, edge.index)}),
        }
        for name, lit in ends.items():
            if name in self.nodes:
                self.nodes[name].set_lit(lit if on else frozenset())

    @property
    def hovered_edge(self) -> Edge | None:
        """The wire under the pointer."""
        return self._hovered_edge

    # ---- what is where -------------------------------------------------------------------------------------------

    def bounds(self, names: Iterable[str] | None = None) -> QRectF:
        """The area of all cards and notes, or of some cards."""
        if names is None:
            return self.bounds_around([item.area().getCoords() for item in self.nodes.values()])
        return union(self.nodes[name].area() for name in names if name in self.nodes)

    def bounds_around(self, corners: list[tuple[float, float, float, float]]) -> QRectF:
        """The area of cards with these corners, and of all notes, frames and dots."""
        frames = [(one.x, one.y, one.x + one.width, one.y + one.height) for one in self.graph.frames.values()]
        known = [*corners, *frames]
        if not known:
            return self.dots.area()
        left, top, right, bottom = zip(*known, strict=True)
        area = QRectF(QPointF(min(left), min(top)), QPointF(max(right), max(bottom)))
        return area.united(self.dots.area())

    def bounds_at_rest(self) -> QRectF:
        """The area of everything where the document has it, though cards may still be on their way there."""
        places = [(self.place_of(name), item.card) for name, item in self.nodes.items()]
        return self.bounds_around([(at.x(), at.y(), at.x() + card.width, at.y() + card.height) for at, card in places])

    # ---- the callout ---------------------------------------------------------------------------------------------

    def place_callout(self) -> None:
        """Show the problem of the chosen card, else the first error."""
        callout.place(self)

    def restyle(self) -> None:
        """Take a new theme over."""
        for wire in self.wires.values():
            wire.restyle()
        self.resting.restyle()
        self.dots.restyle()
        if self.callout:
            self.removeItem(self.callout)
            self.callout = None
        self.place_callout()
        self.version += 1
        self.update()


def _same(before: tuple[Any, ...] | None, after: tuple[Any, ...]) -> bool:
    """Whether a card would look the same; identity first, since most nodes are the very same objects."""
    if before is None:
        return False
    return all(one is two or one == two for one, two in zip(before, after, strict=True))


def _levels(problems: Sequence[Any]) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for problem in problems:
        known = found.get(problem.node, ("", ""))[0]
        if _WORST.get(problem.level, 0) > _WORST.get(known, 0):
            found[problem.node] = (problem.level, problem.title)
    return found
