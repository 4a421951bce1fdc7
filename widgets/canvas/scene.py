"""The scene mirrors the graph: items by id, kept up by difference. Nothing reads the document back from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QGraphicsScene

from engine.graph import NO_BLOCKS, Blocks, Edge, Graph, diff
from engine.infer import Inference
from engine.layout import labelled, stacks
from widgets import theme
from widgets.canvas.callout import CalloutItem
from widgets.canvas.content import Card, Slot, describe
from widgets.canvas.geometry import Box, Lanes, label_spot, plain_wire, route, union
from widgets.canvas.items import FrameItem, LabelItem, NodeItem, WireItem

S = theme.Sizes()
_WORST = {"error": 3, "warning": 2, "info": 1}
_HALF = 500_000.0  # a scene of fixed size: scroll bars and index never move under the hand


@dataclass(frozen=True)
class Hit:
    """What is under a point: a card, a port, a wire, the plus, a repair's button, a callout, or nothing."""

    kind: str
    node: str = ""
    side: str = ""
    slot: Slot | None = None
    edge: Edge | None = None
    row: int = -1


class CanvasScene(QGraphicsScene):
    """Items of one graph. `changed_shape` tells that something moved, came or went."""

    changed_shape = Signal()

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        self.setSceneRect(-_HALF, -_HALF, 2 * _HALF, 2 * _HALF)
        self.graph = Graph()
        self.inference: Inference | None = None
        self.blocks: Blocks = NO_BLOCKS
        self.problems: Sequence[Any] = ()
        self.rows: dict[str, tuple[str, float]] = {}
        self.nodes: dict[str, NodeItem] = {}
        self.wires: dict[Edge, WireItem] = {}
        self.labels: dict[Edge, LabelItem] = {}
        self.frames: dict[str, FrameItem] = {}
        self.selected: set[str] = set()
        self.selected_edges: set[Edge] = set()
        self.thumbs: dict[str, list[QImage]] = {}
        self.training: Mapping[str, tuple[Sequence[float], str]] = {}
        self.overlay = "shapes"
        self.callout: CalloutItem | None = None
        self.levels: dict[str, tuple[str, str]] = {}
        self.version = 0
        self._followers: dict[str, list[str]] = {}
        self._lanes: Lanes | None = None
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
        self._remove(change.removed, change.removed_edges)
        rewired = {edge.target for edge in (*change.added_edges, *change.removed_edges)}
        reshaped = self._show_cards(rewired, new_blocks)
        for edge in change.added_edges:
            self.wires[edge] = wire = WireItem(edge)
            self.addItem(wire)
        placed = bool(reshaped or change.added_edges or change.removed_edges or change.removed)
        if placed:
            self.reroute()
        self._style_wires()
        self._show_labels()
        if change.frames or not self.frames:
            self._show_frames()
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
            if edge in self.labels:
                self.removeItem(self.labels.pop(edge))
            self.selected_edges.discard(edge)
            if self._hovered_edge == edge:
                self._hovered_edge = None
        for name in names:
            self.removeItem(self.nodes.pop(name))
            self._dressed.pop(name, None)
            self.selected.discard(name)
            self.thumbs.pop(name, None)

    def _show_cards(self, rewired: set[str], all_blocks: bool) -> bool:
        """Bring all cards up to date; says whether any of them is new, moved or of another height."""
        hosts = {self.graph.incoming[row][0].source for row in self.rows}
        self._followers = {}
        for row, (head, _) in self.rows.items():
            self._followers.setdefault(head, []).append(row)
        placed = False
        for name, node in self.graph.nodes.items():
            facts = self.inference.facts.get(name) if self.inference else None
            level = self.levels.get(name, ("", ""))
            dress = (node, facts, level, name in self.rows, name in hosts)
            item = self.nodes.get(name)
            fresh = name in rewired or (all_blocks and bool(node.block))
            if item is None or fresh or not _same(self._dressed.get(name), dress):
                card = describe(self.graph, node, self.inference, self.blocks, level, name in self.rows, name in hosts)
                placed |= self._dress(name, card)
                self._dressed[name] = dress
            placed |= self._put(name)
        return placed

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
        if self.nodes[name].pos() == place:
            return False
        self.nodes[name].setPos(place)
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
        spark, word = self.training.get(name, ((), ""))
        marks.spark, marks.word = spark, word
        total = self._flops() if self.overlay == "cost" else 0.0
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

    def _show_frames(self) -> None:
        for name in [name for name in self.frames if name not in self.graph.frames]:
            self.removeItem(self.frames.pop(name))
        for name, frame in self.graph.frames.items():
            if name in self.frames:
                self.frames[name].set_frame(frame)
            else:
                self.frames[name] = FrameItem(frame)
                self.addItem(self.frames[name])

    # ---- wires ---------------------------------------------------------------------------------------------------

    def reroute(self, edges: Iterable[Edge] | None = None, lanes: Lanes | None = None) -> None:
        """Lay wires anew: the short ones first, so that long shortcuts run outside of them."""
        lanes = lanes or Lanes(self.boxes())
        todo = []
        for edge in self.wires if edges is None else edges:
            source, target = self.nodes[edge.source], self.nodes[edge.target]
            start, end = source.output_point(edge.output), target.input_point(edge.input, edge.index)
            todo.append((end.y() - start.y(), edge, (start.x(), start.y(), end.x(), end.y())))
        todo.sort(key=lambda entry: entry[0])
        for _, edge, ends in todo:
            wire = self.wires[edge]
            wire.joined = edge.target in self.rows
            wire.setVisible(not wire.joined)
            if wire.joined:
                wire.set_path(plain_wire(*ends), ends, None)
                continue
            target = self.nodes[edge.target]
            middle = target.pos().x() + target.card.width / 2
            right = ends[2] > middle + 1 or (abs(ends[2] - middle) <= 1 and ends[2] >= ends[0])
            path, lane = route(*ends, lanes, right)
            wire.set_path(path, ends, lane)
            label = self.labels.get(edge)
            if label:
                label.setPos(label_spot(*ends, lane))

    def boxes(self, without: set[str] | frozenset[str] = frozenset()) -> list[Box]:
        """The places of all cards, for routing."""
        found = []
        for name, item in self.nodes.items():
            if name not in without:
                place, card = item.pos(), item.card
                found.append(Box(place.x(), place.y(), place.x() + card.width, place.y() + card.height))
        return found

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
            if (symbol, states) != (wire.symbol, wire.states):
                wire.symbol, wire.states = symbol, states
                wire.restyle()

    def _show_labels(self) -> None:
        wanted = labelled(self.graph, self.inference, self.rows) if self.overlay != "none" else set()
        for edge, wire in self.wires.items():
            if wire.states & {"hover", "selected", "error"}:
                wanted.add(edge)
        wanted = {edge for edge in wanted if not self.wires[edge].joined}
        for edge in [edge for edge in self.labels if edge not in wanted]:
            self.removeItem(self.labels.pop(edge))
        for edge in wanted:
            self._label(edge)

    def _label(self, edge: Edge) -> None:
        tensor = self.inference.output(edge.source, edge.output) if self.inference else None
        wire = self.wires[edge]
        tight = wire.ends[3] - wire.ends[1] < S.label_height + 8 and not wire.states & {"hover", "selected"}
        if tensor is None or (tight and wire.lane is None and abs(wire.ends[2] - wire.ends[0]) < 60):
            if edge in self.labels:
                self.removeItem(self.labels.pop(edge))
            return
        label = self.labels.get(edge)
        if label is None:
            label = self.labels[edge] = LabelItem()
            self.addItem(label)
        label.set_tensor(tensor, "error" in wire.states)
        label.setPos(label_spot(*wire.ends, wire.lane))

    # ---- moving during a gesture ---------------------------------------------------------------------------------

    def begin_move(self, names: Iterable[str]) -> None:
        """Remember the cards that stay, around which the moved wires have to run."""
        self._lanes = Lanes(self.boxes(set(names)))

    def move(self, places: Mapping[str, QPointF]) -> None:
        """Show cards elsewhere while they are dragged; the document does not know yet."""
        touched: set[Edge] = set()
        for name, place in places.items():
            self.nodes[name].setPos(place)
            touched.update(self.graph.incoming[name])
            touched.update(self.graph.outgoing[name])
        if self._lanes is None:
            self.begin_move(places)
        assert self._lanes is not None
        self._lanes.forget()
        self.reroute(touched, self._lanes)
        self.version += 1

    def end_move(self) -> None:
        """Back to where the document has everything."""
        self._lanes = None
        for name in self.nodes:
            self._put(name)
        self.reroute()
        self.place_callout()
        self.version += 1
        self.changed_shape.emit()

    # ---- selection and hover -------------------------------------------------------------------------------------

    def select(self, names: Iterable[str], edges: Iterable[Edge] = ()) -> bool:
        """Choose cards and wires; says whether the choice of cards changed."""
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
        self._show_labels()
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
        self._hovered_edge = edge
        self._show_labels()

    # ---- what is where -------------------------------------------------------------------------------------------

    def hit(self, place: QPointF, reach: float, callouts: bool = True) -> Hit:
        """What is under a point; `reach` is the grab radius of a port in scene units."""
        if callouts and self.callout and self.callout.isVisible():
            row = self.callout.button_at(place)
            if row >= 0:
                return Hit("button", row=row)
            if self.callout.area().contains(self.callout.mapFromScene(place)):
                return Hit("callout")
        around = QRectF(place.x() - reach, place.y() - reach - 20, 2 * reach, 2 * reach + 20)
        near = [item for item in self.items(around) if isinstance(item, NodeItem)]
        best: tuple[float, Hit] | None = None
        for item in near:
            if item.plus_at(place):
                return Hit("plus", item.card.id, "out", item.card.outputs[0])
            found = item.port_at(place, reach)
            if found:
                away = place - _port_point(item, *found)
                distance = away.x() ** 2 + away.y() ** 2
                if best is None or distance < best[0]:
                    best = (distance, Hit("port", item.card.id, found[0], found[1]))
        if best:
            return best[1]
        for item in near:
            if item.area().contains(place):
                return Hit("node", item.card.id)
        edge = self.edge_at(place, max(reach / 2, 6))
        return Hit("wire", edge=edge) if edge else Hit("empty")

    def node_at(self, place: QPointF) -> str:
        """The card under a point, empty where there is none."""
        for item in self.items(place):
            if isinstance(item, NodeItem) and item.area().contains(place):
                return item.card.id
        return ""

    def edge_at(self, place: QPointF, reach: float) -> Edge | None:
        """The wire near a point."""
        around = QRectF(place.x() - reach, place.y() - reach, 2 * reach, 2 * reach)
        for item in self.items(around):
            if isinstance(item, WireItem) and item.isVisible():
                return item.edge
        return None

    def bounds(self, names: Iterable[str] | None = None) -> QRectF:
        """The area of all cards and notes, or of some cards."""
        if names is None:
            frames = [QRectF(frame.x, frame.y, frame.width, frame.height) for frame in self.graph.frames.values()]
            return union([item.area() for item in self.nodes.values()] + frames)
        return union(self.nodes[name].area() for name in names if name in self.nodes)

    # ---- the callout ---------------------------------------------------------------------------------------------

    def place_callout(self) -> None:
        """Show the problem of the chosen card, else the first error; beside the card, on the side that is free."""
        index = self._called_out()
        if index < 0:
            if self.callout:
                self.removeItem(self.callout)
                self.callout = None
            return
        problem = self.problems[index]
        if self.callout is None or self.callout.problem is not problem:
            if self.callout:
                self.removeItem(self.callout)
            self.callout = CalloutItem(index, problem)
            self.addItem(self.callout)
        self.callout.index = index
        card = self.nodes[problem.node].area()
        y = card.center().y() - self.callout.leader_at
        right = QRectF(card.right() + S.leader, y, S.callout_width, self.callout.height)
        left = right.translated(-2 * S.leader - card.width() - S.callout_width, 0)
        crowded = any(isinstance(item, NodeItem) for item in self.items(right))
        self.callout.on_left = crowded and not any(isinstance(item, NodeItem) for item in self.items(left))
        self.callout.setPos((left if self.callout.on_left else right).topLeft())
        self.callout.update()

    def _called_out(self) -> int:
        first = -1
        for index, problem in enumerate(self.problems):
            if problem.node not in self.nodes:
                continue
            if problem.node in self.selected and len(self.selected) == 1:
                return index
            if first < 0 and problem.level == "error":
                first = index
        return first

    def restyle(self) -> None:
        """Take a new theme over."""
        for wire in self.wires.values():
            wire.restyle()
        if self.callout:
            self.removeItem(self.callout)
            self.callout = None
        self.place_callout()
        self.version += 1
        self.update()


def _port_point(item: NodeItem, side: str, slot: Slot) -> QPointF:
    return item.pos() + QPointF(slot.x, 0 if side == "in" else item.card.height)


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
