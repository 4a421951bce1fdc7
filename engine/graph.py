"""The graph: immutable nodes and edges, edits as functions from one graph to the next, and the one judge of a link."""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
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

    def _with(self, nodes: Mapping[str, Node] | None = None, edges: Iterable[Edge] | None = None) -> Graph:
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


# ---- edits -------------------------------------------------------------------------------------------------------


def new_id(graph: Graph, stem: str) -> str:
    """A free id such as `conv2d_3`; ids double as the names in the generated code."""
    stem = re.sub(r"[^a-z0-9_]", "_", stem.lower())[:40].strip("_") or "node"
    if stem[0].isdigit():
        stem = f"n_{stem}"
    number = 1
    while f"{stem}_{number}" in graph.nodes:
        number += 1
    return f"{stem}_{number}"


def stem_of(label: str) -> str:
    """`Max pool 2D` to `max_pool`: what the ids of such nodes begin with."""
    words = [word for word in label.split() if not re.fullmatch(r"[123]D", word)]
    return "_".join(words) or label


def valid_id(name: str) -> bool:
    """Whether a text may be a node's id: a plain Python name, not too long."""
    return bool(re.fullmatch(r"[a-z][a-z0-9_]{0,63}", name)) and not keyword.iskeyword(name) and name not in _TAKEN


# names that mean something in the generated class: attributes of nn.Module and what its source uses
_TAKEN = frozenset(
    [
        "self",
        "super",
        "torch",
        "nn",
        "math",
        "x",
        "outputs",
        "targets",
        "apply",
        "bfloat16",
        "buffers",
        "call_super_init",
        "children",
        "compile",
        "cpu",
        "cuda",
        "double",
        "dump_patches",
        "eval",
        "extra_repr",
        "float",
        "forward",
        "half",
        "ipu",
        "load_state_dict",
        "modules",
        "mtia",
        "named_buffers",
        "named_children",
        "named_modules",
        "named_parameters",
        "parameters",
        "preparation",
        "add_module",
        "get_buffer",
        "get_extra_state",
        "get_parameter",
        "get_submodule",
        "set_extra_state",
        "set_submodule",
        "predictions",
        "objectives",
        "register_backward_hook",
        "register_buffer",
        "register_forward_hook",
        "register_forward_pre_hook",
        "register_full_backward_hook",
        "register_full_backward_pre_hook",
        "register_load_state_dict_post_hook",
        "register_load_state_dict_pre_hook",
        "register_module",
        "register_parameter",
        "register_state_dict_post_hook",
        "register_state_dict_pre_hook",
        "requires_grad_",
        "share_memory",
        "state_dict",
        "to",
        "to_empty",
        "train",
        "training",
        "type",
        "xpu",
        "zero_grad",
        "int",
        "bool",
        "str",
        "len",
        "range",
        "tuple",
        "dict",
        "list",
        "max",
        "min",
        "sum",
        "print",
    ]
)


def add(
    graph: Graph, layer: str, x: float = 0.0, y: float = 0.0, params: Mapping[str, Any] | None = None, **about: Any
) -> tuple[Graph, str]:
    """Put a new node on the canvas; returns the graph and the new node's id."""
    if layer.startswith(BLOCK):
        name = new_id(graph, layer[len(BLOCK) :])
    else:
        cls = layers[layer]
        layer = cls.__name__
        wrong = cls.problems_of(
            {key: value for key, value in (params or {}).items() if not stands_for_value(cls, key, value)}
        )
        if wrong:
            raise UserError(" ".join(wrong.values()))
        name = new_id(graph, stem_of(cls.label))
    node = Node(name, layer, dict(params or {}), float(x), float(y), **about)
    return graph._with({**graph.nodes, name: node}), name


def is_expression(value: Any) -> bool:
    """Whether a setting's value is an expression over a block's settings: a text that starts with `=`."""
    return isinstance(value, str) and value.startswith("=")


def stands_for_value(cls: type[Layer], key: str, value: Any) -> bool:
    """Whether a layer's setting holds an expression; a text, or a field called `=sum`, only looks like one."""
    declared = cls.params().get(key)
    return is_expression(value) and declared is not None and declared.kind not in _WORDS


_WORDS = ("text", "texts", "field", "fields", "path")


def remove(graph: Graph, names: Iterable[str], reconnect: bool = False) -> Graph:
    """Take nodes away with their wires; with `reconnect`, what fed their first input feeds what they fed."""
    gone = set(names)
    for name in gone:
        graph.node(name)
    edges = list(graph.edges)
    if reconnect:
        edges = _bridged(graph, gone, edges)
    kept = [edge for edge in edges if edge.source not in gone and edge.target not in gone]
    nodes = {
        name: replace(node, shares="") if node.shares in gone else node
        for name, node in graph.nodes.items()
        if name not in gone
    }
    return graph._with(nodes, _closed_up(kept))


def first_feed(node: Node, edges: Iterable[Edge], blocks: Blocks = NO_BLOCKS) -> Edge | None:
    """Of the wires into a node the one that counts as its main input: the first wire of the first port in use."""
    ports = {port.name: place for place, port in enumerate(ports_of(node, blocks))}
    return min(edges, key=lambda edge: (ports.get(edge.input, len(ports)), edge.index, edge.input), default=None)


def _bridged(graph: Graph, gone: set[str], edges: list[Edge]) -> list[Edge]:
    for name in graph.order:
        if name not in gone:
            continue
        feed = first_feed(graph.nodes[name], [edge for edge in edges if edge.target == name])
        if feed is None:
            continue
        edges = [
            replace(edge, source=feed.source, output=feed.output) if edge.source == name else edge for edge in edges
        ]
    return edges


def change(graph: Graph, name: str, **about: Any) -> Graph:
    """Change a node's own attributes: title, note, muted, frozen, lr, x, y …"""
    return graph._with({**graph.nodes, name: replace(graph.node(name), **about)})


def set_param(graph: Graph, name: str, key: str, value: Any) -> Graph:
    """Change one setting; `UserError` where the layer does not take the value. None of the rest changes."""
    node = graph.node(name)
    if not node.block and not stands_for_value(layers[node.layer], key, value):
        cls = layers[node.layer]
        wrong = cls.problems_of({key: value})
        if wrong:
            raise UserError(wrong[key])
        from engine.declare import plain

        value = plain(cls.params()[key].coerce(value))
        if value == plain(cls.params()[key].coerce(cls.params()[key].default)):
            rest = {other: old for other, old in node.params.items() if other != key}
            return _cut_lost_outputs(change(graph, name, params=rest), name)
    return _cut_lost_outputs(change(graph, name, params={**node.params, key: value}), name)


def _cut_lost_outputs(graph: Graph, name: str) -> Graph:
    """Drop wires from outputs that a changed setting took away."""
    if graph.nodes[name].block:
        return graph
    offered = outputs_of(graph.nodes[name])
    kept = tuple(edge for edge in graph.edges if edge.source != name or edge.output in offered)
    return graph if len(kept) == len(graph.edges) else graph._with(edges=kept)


def move(graph: Graph, places: Mapping[str, tuple[float, float]]) -> Graph:
    """Put nodes elsewhere, by id."""
    nodes = dict(graph.nodes)
    for name, (x, y) in places.items():
        nodes[name] = replace(graph.node(name), x=float(x), y=float(y))
    return graph._with(nodes)


def judge(
    graph: Graph, source: str, output: str, target: str, input: str, blocks: Blocks = NO_BLOCKS, element: str = ""
) -> Edge:
    """The wire as it would be, or a `UserError` that says why there can be none.

    Every way to make a wire asks here: the drag, the menu, the keyboard, the importer and the file loader. What only
    depends on sizes (an image into Linear) is allowed and shown as a problem with repairs; what can never be right
    (a circle, token ids into a convolution) is refused.

    Args:
        element: what the source's elements are (real, token, mask) where shapes are known.
    """
    start, end = graph.node(source), graph.node(target)
    if output not in outputs_of(start, blocks) and start.known:
        raise UserError(f"{label_of(start)} has no output called {output!r}.")
    ports = {port.name: port for port in ports_of(end, blocks)}
    if input not in ports and end.known:
        raise UserError(f"{label_of(end)} has no input called {input!r}.")
    if source == target:
        raise UserError(f"{label_of(start)} cannot feed itself. Data flows one way; put another node between.")
    if reaches(graph, target, source):
        raise UserError(
            f"This wire would close a circle: {label_of(end)} already feeds {label_of(start)}. Data flows one way."
        )
    port = ports.get(input)
    if (
        port
        and element
        and element not in port.elements()
        and not any(kind.article == "any tensor" for kind in port.accepts)
    ):
        given = {"token": "token ids", "mask": "a mask", "real": "numbers"}[element]
        raise UserError(f"{label_of(end)} needs {port.words()} at {input!r}. {label_of(start)} gives {given}.")
    taken = [edge for edge in graph.incoming[target] if edge.input == input]
    if any((edge.source, edge.output) == (source, output) for edge in taken) and not (port and port.many):
        raise UserError(f"{label_of(start)} and {label_of(end)} are already connected.")
    index = max((edge.index for edge in taken), default=-1) + 1 if port and port.many else 0
    return Edge(source, output, target, input, index)


def reaches(graph: Graph, start: str, goal: str) -> bool:
    """Whether data flows from one node to another."""
    seen, stack = {start}, [start]
    while stack:
        name = stack.pop()
        if name == goal:
            return True
        for edge in graph.outgoing[name]:
            if edge.target not in seen:
                seen.add(edge.target)
                stack.append(edge.target)
    return False


def connect(
    graph: Graph,
    source: str,
    target: str,
    input: str = "",
    output: str = "",
    blocks: Blocks = NO_BLOCKS,
    element: str = "",
) -> Graph:
    """Wire two nodes. Without port names it takes the first output and the first free input. On an input that takes
    one wire the new one replaces the old one.

    Raises:
        UserError: `judge` refuses the link, or every input of the target is taken.
    """
    output = output or _first(outputs_of(graph.node(source), blocks), label_of(graph.node(source)), "output")
    input = input or _free_input(graph, target, blocks)
    edge = judge(graph, source, output, target, input, blocks, element)
    many = any(port.many for port in ports_of(graph.node(target), blocks) if port.name == input)
    kept = [old for old in graph.edges if many or (old.target, old.input) != (target, input)]
    return graph._with(edges=[*kept, edge])


def _first(names: tuple[str, ...], label: str, noun: str) -> str:
    if not names:
        raise UserError(f"{label} has no {noun}.")
    return names[0]


def _free_input(graph: Graph, target: str, blocks: Blocks) -> str:
    node = graph.node(target)
    ports = ports_of(node, blocks)
    taken = {edge.input for edge in graph.incoming[target]}
    for port in ports:
        if port.many or port.name not in taken:
            return port.name
    return _first(tuple(port.name for port in ports), label_of(node), "input")


def disconnect(graph: Graph, edges: Iterable[Edge]) -> Graph:
    """Take wires away; those behind them on the same port close up."""
    gone = set(edges)
    return graph._with(edges=_closed_up([edge for edge in graph.edges if edge not in gone]))


def _closed_up(edges: list[Edge]) -> list[Edge]:
    """The wires of each port numbered from 0 without a gap."""
    counts: dict[tuple[str, str], int] = {}
    numbered: dict[Edge, Edge] = {}
    for edge in sorted(edges, key=lambda edge: edge.index):
        place = counts.get((edge.target, edge.input), 0)
        counts[(edge.target, edge.input)] = place + 1
        numbered[edge] = edge if edge.index == place else replace(edge, index=place)
    return [numbered[edge] for edge in edges]


def insert(
    graph: Graph, edge: Edge, layer: str, x: float, y: float, params: Mapping[str, Any] | None = None
) -> tuple[Graph, str]:
    """Put a new node into a wire: what flowed through the wire flows through the node."""
    grown, name = add(graph, layer, x, y, params)
    return splice(grown, edge, name), name


def splice(graph: Graph, edge: Edge, name: str, blocks: Blocks = NO_BLOCKS) -> Graph:
    """Lead a wire through a node that is already there, by its first input and first output."""
    node = graph.node(name)
    if edge not in graph.edges:
        raise UserError(f"There is no wire from {edge.source!r} to {edge.target!r} any more.")
    ports, outputs = ports_of(node, blocks), outputs_of(node, blocks)
    if not ports or not outputs:
        raise UserError(f"{label_of(node)} cannot stand in a wire: it needs an input and an output.")
    without = graph._with(edges=[old for old in graph.edges if old != edge])
    fed = connect(without, edge.source, name, ports[0].name, edge.output, blocks)
    judge(fed, name, outputs[0], edge.target, edge.input, blocks)
    return fed._with(edges=[*fed.edges, Edge(name, outputs[0], edge.target, edge.input, edge.index)])


def paste(graph: Graph, part: Graph, dx: float, dy: float) -> tuple[Graph, list[str]]:
    """Add a copy of another graph's nodes with new ids, its inner wires kept; returns the new ids."""
    names: dict[str, str] = {}
    grown = graph
    for node in part.nodes.values():
        stem = re.sub(r"_\d+$", "", node.id)
        name = new_id(grown, stem)
        names[node.id] = name
        grown = grown._with({**grown.nodes, name: replace(node, id=name, x=node.x + dx, y=node.y + dy, shares="")})
    edges = [replace(edge, source=names[edge.source], target=names[edge.target]) for edge in part.edges]
    nodes = {
        name: replace(node, shares=names.get(part.nodes[old].shares, ""))
        for old, name in names.items()
        for node in [grown.nodes[name]]
    }
    return grown._with({**grown.nodes, **nodes}, (*grown.edges, *edges)), list(names.values())


def part_of(graph: Graph, names: Iterable[str]) -> Graph:
    """The chosen nodes with the wires between them, for the clipboard."""
    chosen = set(names)
    edges = tuple(edge for edge in graph.edges if edge.source in chosen and edge.target in chosen)
    return Graph({name: graph.node(name) for name in graph.nodes if name in chosen}, edges)


# ---- comparison --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Diff:
    """What changed between two graphs, by node id and edge. `moved` are nodes of which only the place changed."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    added_edges: tuple[Edge, ...] = ()
    removed_edges: tuple[Edge, ...] = ()
    frames: bool = False

    def __bool__(self) -> bool:
        return any(
            (self.added, self.removed, self.changed, self.moved, self.added_edges, self.removed_edges, self.frames)
        )


def diff(before: Graph, after: Graph) -> Diff:
    """What turns one graph into the other."""
    changed: list[str] = []
    moved: list[str] = []
    for name, node in after.nodes.items():
        old = before.nodes.get(name)
        if old is None or old is node or old == node:
            continue
        (moved if replace(old, x=node.x, y=node.y) == node else changed).append(name)
    old_edges, new_edges = set(before.edges), set(after.edges)
    return Diff(
        added=tuple(name for name in after.nodes if name not in before.nodes),
        removed=tuple(name for name in before.nodes if name not in after.nodes),
        changed=tuple(changed),
        moved=tuple(moved),
        added_edges=tuple(edge for edge in after.edges if edge not in old_edges),
        removed_edges=tuple(edge for edge in before.edges if edge not in new_edges),
        frames=before.frames != after.frames,
    )


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
