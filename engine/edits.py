"""Edits of nodes: functions from one graph to the next. Those of wires are in `wiring`, of blocks in `blocks`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from engine.declare import plain
from engine.errors import UserError
from engine.graph import BLOCK, Edge, Graph, Node, outputs_of
from engine.layer import Layer, layers
from engine.names import new_id, new_ids, stem_of
from engine.wiring import closed_up, first_feed, splice

_WORDS = ("text", "texts", "field", "fields", "path")


def is_expression(value: Any) -> bool:
    """Whether a setting's value is an expression over a block's settings: a text that starts with `=`."""
    return isinstance(value, str) and value.startswith("=")


def stands_for_value(cls: type[Layer], key: str, value: Any) -> bool:
    """Whether a layer's setting holds an expression; a text, or a field called `=sum`, only looks like one."""
    declared = cls.params().get(key)
    return is_expression(value) and declared is not None and declared.kind not in _WORDS


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
    return graph.with_({**graph.nodes, name: node}), name


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
    return graph.with_(nodes, closed_up(kept))


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
    return graph.with_({**graph.nodes, name: replace(graph.node(name), **about)})


def set_param(graph: Graph, name: str, key: str, value: Any) -> Graph:
    """Change one setting; `UserError` where the layer does not take the value. None of the rest changes."""
    node = graph.node(name)
    if not node.block and not stands_for_value(layers[node.layer], key, value):
        cls = layers[node.layer]
        wrong = cls.problems_of({key: value})
        if wrong:
            raise UserError(wrong[key])
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
    return graph if len(kept) == len(graph.edges) else graph.with_(edges=kept)


def move(graph: Graph, places: Mapping[str, tuple[float, float]]) -> Graph:
    """Put nodes elsewhere, by id."""
    nodes = dict(graph.nodes)
    for name, (x, y) in places.items():
        nodes[name] = replace(graph.node(name), x=float(x), y=float(y))
    return graph.with_(nodes)


def insert(
    graph: Graph, edge: Edge, layer: str, x: float, y: float, params: Mapping[str, Any] | None = None
) -> tuple[Graph, str]:
    """Put a new node into a wire: what flowed through the wire flows through the node."""
    grown, name = add(graph, layer, x, y, params)
    return splice(grown, edge, name), name


def paste(graph: Graph, part: Graph, dx: float, dy: float) -> tuple[Graph, list[str]]:
    """Add a copy of another graph's nodes with new ids, its inner wires kept; returns the new ids."""
    stems = [re.sub(r"_\d+$", "", name) for name in part.nodes]
    names = dict(zip(part.nodes, new_ids(graph, stems), strict=True))
    nodes = {
        name: replace(node, id=name, x=node.x + dx, y=node.y + dy, shares=names.get(node.shares, ""))
        for old, name in names.items()
        for node in [part.nodes[old]]
    }
    edges = [replace(edge, source=names[edge.source], target=names[edge.target]) for edge in part.edges]
    return graph.with_({**graph.nodes, **nodes}, (*graph.edges, *edges)), list(nodes)


def part_of(graph: Graph, names: Iterable[str]) -> Graph:
    """The chosen nodes with the wires between them, for the clipboard."""
    chosen = set(names)
    edges = tuple(edge for edge in graph.edges if edge.source in chosen and edge.target in chosen)
    return Graph({name: graph.node(name) for name in graph.nodes if name in chosen}, edges)
