"""Making wires: dragged from a port either way, an input's end pulled off, or by keyboard alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, Qt

from engine.graph import Edge
from widgets import theme
from widgets.canvas.content import Slot
from widgets.canvas.geometry import plain_wire
from widgets.canvas.gestures import Gesture, Modifiers
from widgets.canvas.hits import node_at, nodes_in, nodes_near
from widgets.canvas.items import DragWireItem, NodeItem
from widgets.canvas.unused import Shown

if TYPE_CHECKING:
    from widgets.canvas.view import Canvas

SNAP = 24  # on screen
Link = tuple[str, str, str, str]  # source, output, target, input


class DragWire(Gesture):
    """A wire in the hand. `side` is the fixed end: "out" drags towards inputs, "in" backwards towards outputs."""

    cursor = Qt.CursorShape.CrossCursor
    scrolls = True

    def __init__(self, view: Canvas, node: str, side: str, slot: Slot, old: Edge | None = None) -> None:
        super().__init__(view)
        self.node, self.side, self.slot, self.old = node, side, slot, old
        self._item = DragWireItem(slot.symbol)
        self._said: dict[Link, str] = {}
        self._marked: set[str] = set()
        self._shown = Shown(self.scene)
        self._snap: tuple[str, Slot] | None = None
        self._end = QPointF()

    def start(self, place: QPoint) -> None:
        self.scene.addItem(self._item)
        if self.old and self.old in self.scene.wires:
            self.scene.wires[self.old].mark("cut", True)
        self._mark_ports()
        self.move(place, Modifiers.NoModifier)

    # ---- what fits -----------------------------------------------------------------------------------------------

    def link(self, node: str, slot: Slot) -> Link:
        """The wire between the fixed end and a port."""
        if self.side == "out":
            return (self.node, self.slot.port, node, slot.port)
        return (node, slot.port, self.node, self.slot.port)

    def refusal(self, node: str, slot: Slot) -> str:
        """Why there can be no such wire, empty where there can; asked once for each port."""
        link = self.link(node, slot)
        if self.old and link == (self.old.source, self.old.output, self.old.target, self.old.input):
            return ""
        if link not in self._said:
            self._said[link] = self.view.judge(*link)
        return self._said[link]

    def _ports(self, item: NodeItem) -> tuple[Slot, ...]:
        return item.card.inputs if self.side == "out" else item.card.outputs

    def _in_reach(self) -> Iterable[str]:
        """The cards whose ports may be meant."""
        return nodes_in(self.scene, self.view.camera.seen())

    def _mark_ports(self) -> None:
        """Fade what does not fit and enlarge what fits, as far as the view shows it."""
        for name in self._in_reach():
            if name in self._marked:
                continue
            self._marked.add(name)
            item = self.scene.nodes[name]
            other = "in" if self.side == "out" else "out"
            hidden = self._shown.hidden(item, other) if name != self.node else ()
            self._shown.show(item, other, tuple(slot for slot in hidden if not self.refusal(name, slot)))
            fits = frozenset((slot.port, slot.index) for slot in self._ports(item) if not self.refusal(name, slot))
            own = frozenset({(self.slot.port, self.slot.index)}) if name == self.node else frozenset()
            item.marks.fit_inputs, item.marks.fit_outputs = (fits, own) if self.side == "out" else (own, fits)
            item.update()

    def _target(self, place: QPointF) -> tuple[tuple[str, Slot] | None, str]:
        """The port to snap to, or why there is none here."""
        reach = SNAP / self.view.zoom
        best, refused, nearest = None, "", reach
        for name in nodes_near(self.scene, place, reach):
            item = self.scene.nodes[name]
            for side, slot, center in item.port_points():
                away = (place - center).manhattanLength()
                if (side == "in") != (self.side == "out") or away > reach or name == self.node:
                    continue
                why = self.refusal(name, slot)
                if why:
                    refused = why
                elif away <= nearest:
                    best, nearest = (name, slot), away
        return (best, "") if best else self._on_body(place, refused)

    def _on_body(self, place: QPointF, refused: str) -> tuple[tuple[str, Slot] | None, str]:
        name = node_at(self.scene, place)
        if not name or name == self.node:
            return None, refused
        slots = self._ports(self.scene.nodes[name])
        taken = {(edge.input, edge.index) for edge in self.scene.graph.incoming[name]} if self.side == "out" else set()
        free_first = sorted(slots, key=lambda slot: (slot.port, slot.index) in taken)
        whys = []
        for slot in free_first:
            why = self.refusal(name, slot)
            if not why:
                return (name, slot), ""
            whys.append(why)
        missing = "This card has no input." if self.side == "out" else "This card has no output."
        return None, whys[0] if whys else missing

    # ---- the gesture ---------------------------------------------------------------------------------------------

    def move(self, place: QPoint, keys: Modifiers) -> None:
        self._mark_ports()
        at = self.view.to_scene(place)
        self._snap, why = self._target(at)
        self.view.show_refusal(why, place)
        self._end = self._point(*self._snap) if self._snap else at
        self._draw()

    def _point(self, node: str, slot: Slot) -> QPointF:
        item = self.scene.nodes[node]
        other = "in" if self.side == "out" else "out"
        if other == "in":
            return item.input_point(slot.port, slot.index)
        return item.output_point(slot.port)

    def _draw(self) -> None:
        item = self.scene.nodes[self.node]
        if self.side == "out":
            fixed = item.output_point(self.slot.port)
            path = plain_wire(fixed.x(), fixed.y(), self._end.x(), self._end.y())
        else:
            fixed = item.input_point(self.slot.port, self.slot.index)
            path = plain_wire(self._end.x(), self._end.y(), fixed.x(), fixed.y())
        self._item.set_path(path, self._end, self._snap is not None)
        if self.view.level != "full":
            self.view.viewport().update()

    def end(self, place: QPoint, keys: Modifiers) -> None:
        at = self.view.to_scene(place)
        snap, why = self._target(at)
        self._finish()
        if snap:
            link = self.link(*snap)
            if not self.old:
                self.view.connect_wanted.emit(*link)
            elif link != (self.old.source, self.old.output, self.old.target, self.old.input):
                self.view.reconnect_wanted.emit(self.old, *link)
        elif why:
            self.view.refused.emit(why)
        elif self.old:
            self.view.disconnect_wanted.emit([self.old])
        elif node_at(self.scene, at) != self.node:
            out = (self.node, self.slot.port) if self.side == "out" else ("", "")
            into = (self.node, self.slot.port) if self.side == "in" else ("", "")
            self.view.quick_add_wanted.emit(at, self.view.viewport().mapToGlobal(place), *out, *into)

    def cancel(self) -> None:
        self._finish()

    def _finish(self) -> None:
        self.view.show_refusal("", QPoint())
        if self._item.scene():
            self.scene.removeItem(self._item)
        if self.old and self.old in self.scene.wires:
            self.scene.wires[self.old].mark("cut", False)
        for name in self._marked:
            item = self.scene.nodes.get(name)
            if item:
                item.marks.fit_inputs = item.marks.fit_outputs = None
                item.update()
        self._shown.restore()
        self.view.viewport().update()

    def paint(self, painter) -> None:
        if self.view.level != "full":
            self._item.paint(painter, None)


class KeyWire(DragWire):
    """A wire by keyboard: arrows go through the ports that fit, W takes the next output, Enter connects."""

    scrolls = False

    def __init__(self, view: Canvas, node: str, place: int = 0) -> None:
        outputs = view.mirror.nodes[node].card.outputs
        self._place = place % len(outputs)
        super().__init__(view, node, "out", outputs[self._place])
        self._choices: list[tuple[str, Slot]] = []
        self._at = 0

    def start(self, place: QPoint) -> None:
        self.scene.addItem(self._item)
        self._mark_ports()
        places = {name: self.scene.nodes[name].pos() for name in self._marked}
        seen = sorted(places, key=lambda name: (places[name].y(), places[name].x()))
        for name in seen:
            for side, slot, _ in self.scene.nodes[name].port_points():
                if side == "in" and name != self.node and not self.refusal(name, slot):
                    self._choices.append((name, slot))
        below = self.scene.nodes[self.node].area().bottom()
        after = [n for n, (name, _) in enumerate(self._choices) if self.scene.nodes[name].pos().y() >= below]
        self._at = after[0] if after else 0
        self._show()

    def _in_reach(self) -> Iterable[str]:
        """All of them: the view follows the keyboard."""
        return tuple(self.scene.nodes)

    def _show(self) -> None:
        if not self._choices:
            self._end = self.scene.nodes[self.node].output_point(self.slot.port) + QPointF(60, 50)
            self._snap = None
            self.view.show_refusal("Nothing here takes this output.", self.view.mapFromScene(self._end))
        else:
            self._snap = self._choices[self._at]
            self.view.camera.show_node(self._snap[0])
            self._end = self._point(*self._snap)
            self.view.say(f"Wire to {self.scene.nodes[self._snap[0]].card.title}, {self._snap[1].port}")
        self._draw()

    def move(self, place: QPoint, keys: Modifiers) -> None:
        """The pointer has no say."""

    def end(self, place: QPoint, keys: Modifiers) -> None:
        self._finish()
        if self._snap:
            self.view.connect_wanted.emit(*self.link(*self._snap))

    def key(self, key: int) -> bool:
        """A key while the wire is in the air; says whether it was meant for it."""
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.view.hand.finish()
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Left):
            step = 1 if key in (Qt.Key.Key_Down, Qt.Key.Key_Right) else -1
            if self._choices:
                self._at = (self._at + step) % len(self._choices)
                self._show()
        else:
            return False
        return True

    def again(self) -> None:
        """The key that starts a wire, pressed once more: from the next output."""
        self.view.hand.cancel()
        self.view.hand.begin(KeyWire(self.view, self.node, self._place + 1), QPoint())


def grab(view: Canvas, node: str, side: str, slot: Slot) -> DragWire:
    """The gesture that a press on a port starts: an input that is fed gives its wire's end into the hand."""
    if side == "in":
        for edge in view.mirror.graph.incoming[node]:
            if edge.input == slot.port and edge.index == slot.index:
                source = view.mirror.nodes[edge.source].output_slot(edge.output)
                held = source or Slot(edge.output, 0, slot.symbol, theme.Sizes().card_width / 2)
                return DragWire(view, edge.source, "out", held, edge)
    return DragWire(view, node, side, slot)
