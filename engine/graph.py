"""The graph as a value: immutable nodes, edges, frames and blocks, and what each node offers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from engine.errors import UserError
from engine.layer import Input, Layer, Objective, Port, layers

BLOCK = "block:"
"""Prefix of `Node.layer` for an instance of a block."""


@dataclass(frozen=True)
class Node:
    """One card: which layer it is, its settings, and where it stands. `extra` keeps what this version does not know."""

    id: str
    layer: str
    params: Mapping[str, Any] = field(default_factory=dict)
    x: float = 0.0
    y: float = 0.0
    title: str = ""
    note: str = ""
    muted: bool = False
    frozen: bool = False
    lr: float = 1.0
    shares: str = ""
    repeat: int = 1
    extra: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def key(self) -> tuple[Any, ...]:
        """What decides shapes and source: hashable, without place and title."""
        return (self.layer, _frozen(self.params), self.muted, self.repeat, self.shares)

    @property
    def block(self) -> str:
        """The block's name, empty for a layer."""
        return self.layer[len(BLOCK) :] if self.layer.startswith(BLOCK) else ""

    @property
    def known(self) -> bool:
        return bool(self.block) or self.layer in layers


def _frozen(value: Any) -> Any:
    if isinstance(value, Mapping):
        return tuple(sorted((name, _frozen(part)) for name, part in value.items()))
    if isinstance(value, list | tuple):
        return tuple(_frozen(part) for part in value)
    # 1, 1.0 and True are equal in Python but not in a file
    return (type(value).__name__, value)


@dataclass(frozen=True, order=True)
class Edge:
    """A wire from an output port to an input port; `index` orders the wires of a port that takes several."""

    source: str
    output: str
    target: str
    input: str
    index: int = 0


@dataclass(frozen=True)
class Frame:
    """A note card, or with a size a frame around nodes."""

    id: str
    x: float
    y: float
    width: float
    height: float
    text: str = ""
    kind: Literal["note", "frame"] = "note"
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, eq=False)
class Graph:
    """Nodes by id and the wires between them. A value: edits return a new graph."""

    nodes: Mapping[str, Node] = field(default_factory=dict)
    edges: tuple[Edge, ...] = ()
    frames: Mapping[str, Frame] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)

    def __eq__(self, other: object) -> bool:
        # the order of wires means nothing: a wire's place on its port is its index
        return isinstance(other, Graph) and (
            (self.nodes, self.frames, self.extra) == (other.nodes, other.frames, other.extra)
            and (self.edges == other.edges or sorted(self.edges) == sorted(other.edges))
        )

    __hash__ = None  # type: ignore[assignment]

    @cached_property
    def incoming(self) -> dict[str, list[Edge]]:
        """The wires into each node, in port order."""
        found: dict[str, list[Edge]] = {name: [] for name in self.nodes}
        for edge in self.edges:
            found[edge.target].append(edge)
        for edges in found.values():
            if len(edges) > 1:
                edges.sort(key=lambda edge: (edge.index, edge.input))
        return found

    @cached_property
    def outgoing(self) -> dict[str, list[Edge]]:
        """The wires out of each node."""
        found: dict[str, list[Edge]] = {name: [] for name in self.nodes}
        for edge in self.edges:
            found[edge.source].append(edge)
        return found

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The node ids so that each comes after what it reads; nodes of a cycle are left out.

        It depends on ids and wires alone, not on the order in which they were made, so that a saved and reopened
        project compiles to the same program.
        """
        waiting = {name: len(edges) for name, edges in self.incoming.items()}
        ready = sorted(name for name, count in waiting.items() if not count)
        found = []
        for name in ready:  # grows while it is walked
            found.append(name)
            edges = self.outgoing[name]
            for edge in sorted(edges) if len(edges) > 1 else edges:
                waiting[edge.target] -= 1
                if not waiting[edge.target]:
                    ready.append(edge.target)
        return tuple(found)

    def node(self, name: str) -> Node:
        """The node of that id; `UserError` where there is none."""
        try:
            return self.nodes[name]
        except KeyError:
            raise UserError(f"There is no node {name!r} in this network.") from None

    def with_(self, nodes: Mapping[str, Node] | None = None, edges: Iterable[Edge] | None = None) -> Graph:
        changed = Graph(
            self.nodes if nodes is None else nodes,
            self.edges if edges is None else tuple(edges),
            self.frames,
            self.extra,
        )
        # the wiring is the same: hand its indexes on, so that a changed setting costs no new sort
        if edges is None and nodes is not None and len(nodes) == len(self.nodes):
            for name in ("incoming", "outgoing", "order"):
                if name in self.__dict__:
                    changed.__dict__[name] = self.__dict__[name]
        return changed


@dataclass(frozen=True)
class BlockParam:
    """A setting that a block lends its instances."""

    name: str
    default: Any
    label: str = ""
    help: str = ""
    min: float | None = None
    max: float | None = None
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Block:
    """A named sub-graph with settings of its own. Its ports are its BlockInput and BlockOutput nodes."""

    name: str
    graph: Graph
    params: tuple[BlockParam, ...] = ()
    help: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def inputs(self) -> tuple[Node, ...]:
        return self._ends("BlockInput")

    @cached_property
    def outputs(self) -> tuple[Node, ...]:
        return self._ends("BlockOutput")

    def _ends(self, layer: str) -> tuple[Node, ...]:
        ends = [node for node in self.graph.nodes.values() if node.layer == layer]
        return tuple(sorted(ends, key=lambda node: (_place(node), node.x, node.y, node.id)))


def _place(node: Node) -> float:
    """A block end's place; a file may hold anything there, and the layer itself says what is wrong with it."""
    place = node.params.get("order", 0)
    return place if isinstance(place, int | float) else 0


Blocks = Mapping[str, Block]
NO_BLOCKS: Blocks = {}


# ---- what a node offers ------------------------------------------------------------------------------------------


def ports_of(node: Node, blocks: Blocks = NO_BLOCKS) -> tuple[Port, ...]:
    """The input ports of a node; none for a layer this version does not know."""
    from engine.shapes import Anything

    if node.block:
        block = blocks.get(node.block)
        return tuple(Port(end.id, (Anything,)) for end in block.inputs) if block else ()
    return layers[node.layer].ports() if node.layer in layers else ()


def outputs_of(node: Node, blocks: Blocks = NO_BLOCKS) -> tuple[str, ...]:
    """The output ports of a node."""
    if node.block:
        block = blocks.get(node.block)
        return tuple(end.id for end in block.outputs) if block else ()
    if node.layer not in layers:
        return ("out",)
    cls = layers[node.layer]
    if cls.output_names is Layer.output_names:
        return cls.outputs
    try:
        return make(node).output_names()
    except UserError:
        return cls.outputs


def make(node: Node) -> Layer:
    """The layer value of a node; `UserError` with every wrong setting."""
    return layers[node.layer](**node.params)


def label_of(node: Node) -> str:
    """What the card is called: its title, else the layer's label."""
    if node.title:
        return node.title
    if node.block:
        return node.block
    return layers[node.layer].label if node.layer in layers else node.layer


def inputs_of(graph: Graph) -> list[Node]:
    """The input nodes, left to right."""
    found = [node for node in graph.nodes.values() if node.layer in layers and issubclass(layers[node.layer], Input)]
    return sorted(found, key=lambda node: (node.x, node.y, node.id))


def objectives_of(graph: Graph) -> list[Node]:
    """The objective nodes, left to right."""
    found = [
        node for node in graph.nodes.values() if node.layer in layers and issubclass(layers[node.layer], Objective)
    ]
    return sorted(found, key=lambda node: (node.x, node.y, node.id))


Edit = Callable[[Graph], Graph]
"""A change of a graph, as repairs carry it."""
