"""Which part of a project is computed to look at real values: what can be, with an end at every result, and why not.

A half-built network is no program yet. Here it becomes one: nodes that have no shape are left out, every result that
nobody reads gets an end of its own, and inside a block the first copy of the instance that one stands in is taken. The
nodes themselves stay as they are, so that the same compiler writes the same lines for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from engine.errors import UserError
from engine.facts import Facts, Inference
from engine.graph import BLOCK, Block, Blocks, Edge, Graph, Node, label_of, objectives_of, outputs_of
from engine.infer import infer
from engine.names import new_id
from engine.places import Place, graph_at, known, walk_at
from engine.project import Project
from engine.wiring import first_feed

ENDS = ("Output", "BlockOutput")
Port = tuple[str, str]
"""A node and one of its outputs."""


@dataclass(frozen=True)
class Part:
    """What is computed. `project` holds the network first; `path` leads to the graph that is looked at."""

    project: Project
    path: tuple[str, ...]
    graph: Graph
    """The nodes at the place that are computed, without the ends that were added."""
    walk: Inference
    """The shapes at the place, of the whole graph there."""
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Why the other nodes have no value, in a sentence each."""
    same: Mapping[str, Port] = field(default_factory=dict)
    """Nodes that give on what reaches them: ends, and muted ones."""
    kept_as: Mapping[str, str] = field(default_factory=dict)
    """Heads of module names here, and what the same weights are called in the whole network."""

    @property
    def empty(self) -> bool:
        """Whether nothing at all can be computed."""
        return not self.graph.nodes

    def shown_port(self, name: str) -> str:
        """The output of a node that counts first: one that is read, else the first."""
        names = outputs_of(self.graph.nodes[name], self.project.blocks)
        read = {edge.output for edge in self.graph.outgoing.get(name, ())}
        return next((port for port in names if port in read), names[0] if names else "")


def part_of(project: Project, place: Place | None = None, targets: Sequence[str] = ()) -> Part:
    """The part of a project that is computed for a place, or for some nodes there and what they depend on.

    Raises:
        UserError: there is no such node.
    """
    place = known(project, place or Place())
    project = project.focused(place.network)
    outer = infer(project.graph, project.data.schema, project.blocks)
    graph, walk = graph_at(project, place), walk_at(outer, place)
    for target in targets:
        graph.node(target)
    if walk is None:
        reason = _why_not_inside(project, outer, place)
        nothing = Inference({name: Facts() for name in graph.nodes})
        return Part(project, place.path, Graph(), nothing, dict.fromkeys(graph.nodes, reason))
    able, reasons = computable(graph, walk, project.blocks)
    wanted = able & before(graph, targets) if targets else able
    part = Part(project, place.path, _only(graph, wanted), walk, reasons, _same(graph, wanted, project.blocks))
    trimmed, renamed = _ended(part.graph, walk, wanted, project.blocks, "BlockOutput" if place.path else "Output")
    if not place.path:
        networks = {**project.networks, place.network: trimmed}
        return replace(part, project=replace(project, networks=networks), kept_as=renamed)
    return _around(part, place, outer, trimmed, renamed)


# ---- what can be computed ----------------------------------------------------------------------------------------


def computable(graph: Graph, walk: Inference, blocks: Blocks) -> tuple[set[str], dict[str, str]]:
    """The nodes that have a value, and for the others why not."""
    able: set[str] = set()
    reasons: dict[str, str] = {}
    ends = {node.id for node in objectives_of(graph)} | {
        name for name, node in graph.nodes.items() if node.layer in ENDS
    }
    for name in graph.order:
        node, facts = graph.nodes[name], walk[name]
        why = _why_not(graph, node, facts, reasons, blocks)
        if not why and not (facts.inputs if name in ends else facts.outputs):
            why = "Nothing reaches it. Wire the layer before it."
        if why:
            reasons[name] = why
        else:
            able.add(name)
    for name in graph.nodes:
        if name not in able and name not in reasons:
            reasons[name] = "This node is part of a circle. Remove a wire."
    return able, reasons


def _why_not(graph: Graph, node: Node, facts: Facts, reasons: Mapping[str, str], blocks: Blocks) -> str:
    if facts.findings:
        first = facts.findings[0]
        return f"{first.title}. {first.detail}".strip()
    waits = [edge.source for edge in graph.incoming[node.id] if edge.source in reasons]
    if node.muted:
        feed = first_feed(node, graph.incoming[node.id], blocks)
        waits = [feed.source] if feed and feed.source in reasons else []
        if feed is None:
            return "It is muted, and nothing reaches it."
    return f"It waits for {label_of(graph.nodes[waits[0]])}, which has no value." if waits else ""


def before(graph: Graph, names: Iterable[str]) -> set[str]:
    """Nodes and everything that they depend on."""
    stack = list(names)
    found = set(stack)
    while stack:
        for edge in graph.incoming[stack.pop()]:
            if edge.source not in found:
                found.add(edge.source)
                stack.append(edge.source)
    return found


def _same(graph: Graph, wanted: set[str], blocks: Blocks) -> dict[str, Port]:
    """What ends and muted nodes show: the value of the wire into them, past other muted nodes."""
    found: dict[str, Port] = {}
    for name in graph.order:
        node = graph.nodes[name]
        if name in wanted and (node.layer in ENDS or node.muted):
            feed = first_feed(node, graph.incoming[name], blocks)
            if feed is not None:
                found[name] = found.get(feed.source, (feed.source, feed.output))
    return found


# ---- a graph that is a program -----------------------------------------------------------------------------------


def _only(graph: Graph, names: set[str]) -> Graph:
    nodes = {name: node for name, node in graph.nodes.items() if name in names}
    return Graph(nodes, tuple(edge for edge in graph.edges if edge.source in names and edge.target in names))


def _ended(graph: Graph, walk: Inference, names: set[str], blocks: Blocks, layer: str) -> tuple[Graph, dict[str, str]]:
    """The graph with an end at every result that nobody reads, and whose weights are called otherwise now."""
    graph, renamed = _own_weights(graph)
    read = {(edge.source, edge.output) for edge in graph.edges if not graph.nodes[edge.target].muted}
    nodes, edges = dict(graph.nodes), list(graph.edges)
    order = 1 + max((_order(node) for node in nodes.values() if node.layer == layer), default=0)
    for name in sorted(names):
        if nodes[name].muted:
            continue
        for port in outputs_of(nodes[name], blocks):
            if (name, port) not in read and port in walk[name].outputs:
                end = new_id(Graph(nodes), "looked_at")
                params = {"order": order} if layer == "BlockOutput" else {}
                nodes[end] = Node(end, layer, params, nodes[name].x, nodes[name].y)
                edges.append(Edge(name, port, end, "x"))
                order += 1
    return Graph(nodes, tuple(edges)), renamed


def _order(node: Node) -> int:
    order = node.params.get("order", 0)
    return order if isinstance(order, int) else 0


def _own_weights(graph: Graph) -> tuple[Graph, dict[str, str]]:
    """Nodes whose weights belong to one that is left out get them themselves; the next ones share with the first."""
    firsts: dict[str, str] = {}
    nodes = dict(graph.nodes)
    for name in graph.order:
        owner = nodes[name].shares
        if owner and owner not in graph.nodes:
            nodes[name] = replace(nodes[name], shares=firsts.get(owner, ""))
            firsts.setdefault(owner, name)
    return replace(graph, nodes=nodes), {first: owner for owner, first in firsts.items()}


def _around(part: Part, place: Place, outer: Inference, inner: Graph, renamed: Mapping[str, str]) -> Part:
    """The graphs around the inside of a block: in each only what the instance depends on, and its first copy."""
    project, kept = part.project, dict(renamed)
    blocks = dict(project.blocks)
    graph = inner
    for depth in range(len(place.path) - 1, -1, -1):
        name = place.path[depth]
        above = Place(place.network, place.path[:depth])
        parent, walk = graph_at(project, above), walk_at(outer, above)
        assert walk is not None
        instance = parent.nodes[name]
        fresh = _fresh(blocks, instance.block)
        blocks[fresh] = _with_graph(blocks[instance.block], fresh, graph)
        able, _ = computable(parent, walk, project.blocks)
        names = (able & before(parent, [name])) | {name}
        narrowed = _only(parent, names)
        owner = instance.shares
        looked = replace(instance, layer=f"{BLOCK}{fresh}", repeat=1, shares="", muted=False)
        narrowed = replace(narrowed, nodes={**narrowed.nodes, name: looked})
        narrowed, more = _own_weights(narrowed)
        head = f"{owner or name}.0" if instance.repeat > 1 else owner or name
        kept = {f"{name}.{here}": f"{head}.{there}" for here, there in kept.items()}
        kept[name] = head
        kept.update(more)
        graph = _ends_of(narrowed, blocks[fresh], name, "BlockOutput" if depth else "Output")
    networks = {**project.networks, place.network: graph}
    return replace(part, project=replace(project, networks=networks, blocks=blocks), kept_as=kept)


def _ends_of(graph: Graph, block: Block, instance: str, layer: str) -> Graph:
    """The graph with an end at each output of a block's instance; it has no others."""
    nodes = {name: node for name, node in graph.nodes.items() if node.layer not in ENDS}
    edges = [edge for edge in graph.edges if edge.target in nodes and edge.source in nodes]
    for order, output in enumerate(block.outputs):
        end = new_id(Graph(nodes), "looked_at")
        nodes[end] = Node(end, layer, {"order": order} if layer == "BlockOutput" else {})
        edges.append(Edge(instance, output.id, end, "x"))
    return Graph(nodes, tuple(edges))


def _with_graph(block: Block, name: str, graph: Graph) -> Block:
    """A block with another inside; all of its inputs stay, since its settings may be measured by them."""
    missing = {end.id: end for end in block.inputs if end.id not in graph.nodes}
    return replace(block, name=name, graph=Graph({**missing, **graph.nodes}, graph.edges))


def _fresh(blocks: Blocks, name: str) -> str:
    number = 1
    while (made := f"{name} looked into {number}") in blocks:
        number += 1
    return made


def _why_not_inside(project: Project, outer: Inference, place: Place) -> str:
    """Why nothing is known inside a block: the instance on the way that has no inside."""
    for depth, name in enumerate(place.path):
        above = Place(place.network, place.path[:depth])
        walk, graph = walk_at(outer, above), graph_at(project, above)
        if walk is None:
            break
        node, facts = graph.nodes[name], walk[name]
        if facts.inner:
            continue
        if node.muted:
            return f"{label_of(node)} is muted, so nothing flows inside."
        if facts.findings:
            return f"Nothing flows inside {label_of(node)}: {facts.findings[0].title}."
        return f"Nothing reaches {label_of(node)}, so nothing flows inside. Wire the layer before it."
    return "Nothing flows here."


def node_named(graph: Graph, wanted: str) -> str:
    """The node of an id, or of a title; for people who type.

    Raises:
        UserError: there is none, or several have that title.
    """
    if wanted in graph.nodes:
        return wanted
    found = [name for name, node in graph.nodes.items() if label_of(node).casefold() == wanted.casefold()]
    if len(found) == 1:
        return found[0]
    if found:
        raise UserError(f"Several nodes are called “{wanted}”: {', '.join(found)}. Name one by its id.")
    raise UserError(f"There is no node “{wanted}”. The network has {', '.join(list(graph.nodes)[:30])}.")
