"""What differs between two projects or two graphs, in words and as a graph that shows both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from engine.declare import plain
from engine.graph import Edge, Graph, Node, label_of
from engine.graphdiff import diff
from engine.layer import layers
from engine.project import DataChoice, Project


@dataclass(frozen=True)
class Entry:
    """One difference: a sign (+ - ~), a sentence, and the graph and the node it is about where there is one."""

    sign: str
    words: str
    graph: str = ""
    node: str = ""


@dataclass(frozen=True)
class NodeChange:
    """A node that is in both, with each of its settings that differs: before and after."""

    id: str
    label: str
    settings: Mapping[str, tuple[Any, Any]]

    def words(self) -> str:
        parts = [f"{key.replace('_', ' ')} {said(old)} → {said(new)}" for key, (old, new) in self.settings.items()]
        return f"{self.label} ({self.id}): {', '.join(parts)}"


@dataclass(frozen=True)
class GraphChange:
    """What turns one graph into another, without places."""

    name: str
    added: tuple[Node, ...] = ()
    removed: tuple[Node, ...] = ()
    changed: tuple[NodeChange, ...] = ()
    added_wires: tuple[Edge, ...] = ()
    removed_wires: tuple[Edge, ...] = ()
    moved: tuple[str, ...] = ()
    notes: bool = False

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed or self.added_wires or self.removed_wires or self.notes)

    def entries(self) -> list[Entry]:
        """Each change by itself."""
        found = [Entry("+", f"{label_of(node)} ({node.id})", self.name, node.id) for node in self.added]
        found += [Entry("-", f"{label_of(node)} ({node.id})", self.name, node.id) for node in self.removed]
        found += [Entry("~", change.words(), self.name, change.id) for change in self.changed]
        found += [Entry("+", f"wire {_wire(edge)}", self.name, edge.target) for edge in self.added_wires]
        found += [Entry("-", f"wire {_wire(edge)}", self.name, edge.target) for edge in self.removed_wires]
        return [*found, Entry("~", "notes and frames", self.name)] if self.notes else found

    def lines(self) -> list[tuple[str, str]]:
        """Each change as a sign and a sentence."""
        return [(one.sign, one.words) for one in self.entries()]


@dataclass(frozen=True)
class Comparison:
    """What differs between two projects: their networks, blocks, recipe and data."""

    graphs: tuple[GraphChange, ...] = ()
    settings: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.settings) or any(self.graphs)

    def entries(self) -> list[Entry]:
        """All changes of graphs; with several graphs each sentence begins with its graph's name."""
        several = len(self.graphs) > 1
        found = [entry for one in self.graphs if one for entry in one.entries()]
        return [replace(one, words=f"{one.graph}: {one.words}") if several else one for one in found]

    def lines(self) -> list[tuple[str, str]]:
        """All changes, of graphs and of settings, as signs and sentences."""
        settings = [("~", f"{key} {said(old)} → {said(new)}") for key, (old, new) in self.settings.items()]
        return [(one.sign, one.words) for one in self.entries()] + settings


def _wire(edge: Edge) -> str:
    return f"{edge.source}.{edge.output} → {edge.target}.{edge.input}"


def said(value: Any) -> str:
    """A setting's value as a sentence has it."""
    if value is None:
        return "none"
    if isinstance(value, list | tuple):
        return " × ".join(said(part) for part in value)
    return {True: "on", False: "off"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def compare_nodes(before: Node, after: Node) -> dict[str, tuple[Any, Any]]:
    """Every setting and attribute that differs; settings that are not written count with their usual value."""
    found: dict[str, tuple[Any, Any]] = {}
    if before.layer != after.layer:
        found["layer"] = (before.layer, after.layer)
    usual = _usual(before) if before.layer == after.layer else {}
    for key in dict.fromkeys([*before.params, *after.params]):
        old, new = before.params.get(key, usual.get(key)), after.params.get(key, usual.get(key))
        if old != new:
            found[key] = (old, new)
    for key in ("title", "note", "muted", "frozen", "lr", "shares", "repeat"):
        old, new = getattr(before, key), getattr(after, key)
        if old != new:
            found[key] = (old, new)
    return found


def _usual(node: Node) -> dict[str, Any]:
    if node.layer not in layers:
        return {}
    return {name: plain(one.coerce(one.default)) for name, one in layers[node.layer].params().items()}


def compare_graphs(before: Graph, after: Graph, name: str = "") -> GraphChange:
    """What turns one graph into another."""
    change = diff(before, after)
    changed = []
    for one in change.changed:
        settings = compare_nodes(before.nodes[one], after.nodes[one])
        if settings:
            changed.append(NodeChange(one, label_of(after.nodes[one]), settings))
    return GraphChange(
        name,
        tuple(after.nodes[one] for one in change.added),
        tuple(before.nodes[one] for one in change.removed),
        tuple(changed),
        tuple(sorted(change.added_edges)),
        tuple(sorted(change.removed_edges)),
        change.moved,
        change.frames,
    )


def compare(before: Project, after: Project) -> Comparison:
    """What turns one project into another; names that only one of them has count as empty in the other."""
    graphs = [
        compare_graphs(*graphs_of(before, after, name), name)
        for name in dict.fromkeys([*before.networks, *after.networks])
    ]
    blocks = [f"{BLOCK}{name}" for name in dict.fromkeys([*before.blocks, *after.blocks])]
    graphs += [compare_graphs(*graphs_of(before, after, name), name) for name in blocks]
    settings = {**_flat("recipe", before.recipe, after.recipe), **_data(before.data, after.data)}
    for name in blocks:
        settings.update(_flat(name, _lent(before, name), _lent(after, name)))
    return Comparison(tuple(one for one in graphs if one) or tuple(graphs[:1]), settings)


BLOCK = "block "
"""What the name of a block's graph begins with in a comparison."""


def graphs_of(before: Project, after: Project, name: str) -> tuple[Graph, Graph]:
    """The two graphs of that name: a network, or the inside of a block; one that is not there is empty."""
    if name in before.networks or name in after.networks:
        return before.networks.get(name, Graph()), after.networks.get(name, Graph())
    block = name.removeprefix(BLOCK)
    found = [project.blocks[block].graph if block in project.blocks else Graph() for project in (before, after)]
    return found[0], found[1]


def _lent(project: Project, name: str) -> dict[str, Any]:
    """The settings of a block with their usual values."""
    block = project.blocks.get(name.removeprefix(BLOCK))
    return {one.name: one.default for one in block.params} if block else {}


def _data(before: DataChoice, after: DataChoice) -> dict[str, tuple[Any, Any]]:
    """Where the data comes from, how it is divided and prepared, and what its fields are for."""
    found = _flat("data.source", before.source or {}, after.source or {})
    for key in ("count", "split", "seed", "stratify", "preparation"):
        found.update(_flat(f"data.{key}", getattr(before, key), getattr(after, key)))
    roles = [{field.name: f"{field.role} ({field.kind})" for field in one.fields} for one in (before, after)]
    return {**found, **_flat("data.field", *roles)}


def _flat(path: str, old: Any, new: Any) -> dict[str, tuple[Any, Any]]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        found: dict[str, tuple[Any, Any]] = {}
        for key in dict.fromkeys([*old, *new]):
            found.update(_flat(f"{path}.{key}", old.get(key), new.get(key)))
        return found
    return {} if old == new else {path: (old, new)}


def together(before: Graph, after: Graph) -> tuple[Graph, dict[str, str], dict[Edge, str]]:
    """Both graphs in one, with what is "added", "removed" or "changed"; wires that cannot stand in it are left out."""
    change = compare_graphs(before, after)
    states = {node.id: "added" for node in change.added}
    states.update({node.id: "removed" for node in change.removed})
    states.update({one.id: "changed" for one in change.changed})
    nodes = {**after.nodes, **{node.id: _beside(node, after) for node in change.removed}}
    edges = dict.fromkeys(after.edges)
    wires: dict[Edge, str] = dict.fromkeys(change.added_wires, "added")
    for edge in change.removed_wires:
        if edge.source in nodes and edge.target in nodes:
            spare = edge
            while spare in edges:
                spare = replace(spare, index=spare.index + 1)
            edges[spare] = None
            wires[spare] = "removed"
    return Graph(nodes, tuple(edges), after.frames, after.extra), states, wires


def _beside(node: Node, after: Graph) -> Node:
    """A removed node stands where it stood, or beside what stands there now."""
    x = node.x
    while any(abs(other.x - x) < 230 and abs(other.y - node.y) < 50 for other in after.nodes.values()):
        x += 264.0
    return replace(node, x=x)
