"""What a card shows, as a value made from the graph and its inference; no Qt, nothing painted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.cards import CARD_WIDTH, ROW, head_height, summary_of
from engine.dims import Sym
from engine.facts import Facts, Inference
from engine.graph import Blocks, Graph, Node, label_of, outputs_of, ports_of
from engine.layer import Input, Layer, Port, layers
from engine.shapes import Tensor
from engine.spare import HIDES, spare_ports
from widgets import words


@dataclass(frozen=True)
class Slot:
    """One port as it is drawn: its name, which wire of a port with several, its shape, its place on the edge."""

    port: str
    index: int
    symbol: str
    x: float
    many: bool = False


@dataclass(frozen=True)
class Card:
    """Everything that decides how a card looks, except where it stands and whether it is chosen."""

    id: str
    title: str
    summary: str
    count: str
    section: str
    icon: str
    inputs: tuple[Slot, ...]
    outputs: tuple[Slot, ...]
    width: float
    height: float
    level: str = ""
    muted: bool = False
    frozen: bool = False
    composite: bool = False
    repeat: int = 1
    source: bool = False
    row: bool = False
    continues: bool = False
    flops: float = 0.0
    message: str = ""
    note: str = ""
    locked: bool = False
    collapsed: bool = False
    hidden_inputs: tuple[Slot, ...] = ()
    hidden_outputs: tuple[Slot, ...] = ()
    """Ports that nothing is wired to, left out because the node says so."""

    @property
    def slim(self) -> bool:
        return not self.row and (self.collapsed or (not self.summary and not self.composite))


_TRUNK = (0.5, 0.7946, 0.2054)  # the first port in the middle of the card, the others beside it


def spread(count: int, trunk: bool) -> list[float]:
    """Where ports stand on a card's edge; with `trunk` the first is in the middle."""
    if count <= 3 and (trunk or count == 1):
        return [round(CARD_WIDTH * share) for share in _TRUNK[:count]]
    return [round(CARD_WIDTH * (place + 1) / (count + 1)) for place in range(count)]


def layer_class(name: str) -> type[Layer] | None:
    """The declaration behind a node, None for a block and for what is not known here."""
    if name in layers:
        return layers[name]
    return None


def section_of(node: Node) -> str:
    """The palette section that gives a node its hue."""
    if node.block:
        return "Blocks"
    return layers[node.layer].section if node.layer in layers else "Inputs and outputs"


def describe(
    graph: Graph,
    node: Node,
    inference: Inference | None,
    blocks: Blocks,
    problem: tuple[str, str] = ("", ""),
    row: bool = False,
    continues: bool = False,
) -> Card:
    """The card of a node.

    Args:
        problem: the worst level found at the node and its sentence.
        row: whether it is drawn as a row of a stack.
        continues: whether another row follows below.
    """
    facts = inference.facts.get(node.id) if inference else None
    cls = layer_class(node.layer)
    spare = spare_ports(graph, node.id, blocks) if node.extra.get(HIDES) is True else _NO_PORTS
    inputs, hidden_inputs = _parted(_inputs(graph, node, facts, blocks), spare[0])
    outputs, hidden_outputs = _parted(_outputs(node, facts, blocks), spare[1])
    return Card(
        id=node.id,
        title=label_of(node),
        summary="" if node.extra.get("collapsed") is True else summary_of(node, blocks),
        count=_count(facts),
        section=section_of(node),
        icon="block" if node.block else (cls.icon if cls else "circle-help"),
        inputs=inputs,
        outputs=outputs,
        width=CARD_WIDTH,
        height=ROW if row else head_height(node, blocks),
        level=problem[0],
        muted=node.muted,
        frozen=node.frozen,
        composite=bool(node.block),
        repeat=node.repeat,
        source=cls is not None and issubclass(cls, Input),
        row=row,
        continues=continues,
        flops=float(facts.flops) if facts and isinstance(facts.flops, int | float) else 0.0,
        message=problem[1],
        note=node.note,
        locked=node.extra.get("locked") is True,
        collapsed=node.extra.get("collapsed") is True,
        hidden_inputs=hidden_inputs,
        hidden_outputs=hidden_outputs,
    )


_NO_PORTS: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())


def _parted(slots: tuple[Slot, ...], spare: frozenset[str]) -> tuple[tuple[Slot, ...], tuple[Slot, ...]]:
    """The ports that are shown and those that are left out; each keeps its place on the edge."""
    if not spare:
        return slots, ()
    return tuple(one for one in slots if one.port not in spare), tuple(one for one in slots if one.port in spare)


def _count(facts: Facts | None) -> str:
    if facts is None or isinstance(facts.parameters, Sym) or not facts.parameters:
        return ""
    return words.thousands(int(facts.parameters))


def _inputs(graph: Graph, node: Node, facts: Facts | None, blocks: Blocks) -> tuple[Slot, ...]:
    ports = ports_of(node, blocks)
    wires: dict[str, int] = {}
    for edge in graph.incoming.get(node.id, ()):
        wires[edge.input] = max(wires.get(edge.input, 0), edge.index + 1)
    found: list[tuple[Port | None, str, int]] = []
    for port in ports:
        found += [(port, port.name, index) for index in range(max(2, wires.get(port.name, 0)) if port.many else 1)]
    known = {port.name for port in ports}
    # wires of a layer or block that is not known here still need an end
    found += [(None, name, index) for name, count in wires.items() if name not in known for index in range(count)]
    # one more wire into a card leaves the trunk straight; three into one port stand in their order
    trunk = (
        len(found) < 3
        if any(port and port.many for port, _, _ in found)
        else all(port is None or port.optional for port, _, _ in found[1:])
    )
    return tuple(
        Slot(name, index, _symbol(port, facts, name, index), x, bool(port and port.many))
        for (port, name, index), x in zip(found, spread(len(found), trunk), strict=True)
    )


def _symbol(port: Port | None, facts: Facts | None, name: str, index: int) -> str:
    tensors: tuple[Tensor, ...] = facts.inputs.get(name, ()) if facts else ()
    given = tensors[index] if index < len(tensors) else None
    if port is None:
        return given.symbol if given else "anything"
    if given is not None and port.fits(given):
        return given.symbol
    return port.accepts[0].symbol if given is not None else port.symbol


def _outputs(node: Node, facts: Facts | None, blocks: Blocks) -> tuple[Slot, ...]:
    names = outputs_of(node, blocks)
    found: Mapping[str, Tensor] = facts.outputs if facts else {}
    return tuple(
        Slot(name, 0, found[name].symbol if name in found else "anything", x)
        for name, x in zip(names, spread(len(names), True), strict=True)
    )
