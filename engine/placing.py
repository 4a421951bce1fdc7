"""Where new nodes go: below the one they follow, with what stands there moved down to make room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine.cards import CARD_WIDTH, ROW, head_height, host_of, stacks
from engine.edits import add
from engine.graph import NO_BLOCKS, Blocks, Edge, Graph, outputs_of, ports_of
from engine.layout import GAP_LABEL
from engine.wiring import connect, splice


def bottom_of(graph: Graph, name: str, blocks: Blocks = NO_BLOCKS) -> float:
    """The lower edge of a node's card, or of its row in a stack."""
    node = graph.nodes[name]
    row = stacks(graph, blocks).get(name)
    if row is not None:
        head, offset = row
        return graph.nodes[head].y + offset + ROW
    return node.y + head_height(node, blocks)


def place_below(graph: Graph, name: str, blocks: Blocks = NO_BLOCKS) -> tuple[float, float]:
    """The place of a card that follows a node, with room for a shape label between them."""
    return graph.nodes[name].x, bottom_of(graph, name, blocks) + GAP_LABEL


def free_place(graph: Graph, x: float, y: float) -> tuple[float, float]:
    """A place near the wanted one that no card covers."""
    taken = [(node.x, node.y) for node in graph.nodes.values()]
    while any(abs(x - left) < 200 and abs(y - top) < 60 for left, top in taken):
        y += 72
    return x, y


def _settle(graph: Graph, name: str, above: str, blocks: Blocks) -> Graph:
    """Put a fresh node under the one it follows: joined to its card where such nodes join, else with a gap."""
    bottom = bottom_of(graph, above, blocks)
    joins = host_of(graph, name) == above
    node = graph.nodes[name]
    placed = replace(node, x=graph.nodes[above].x, y=bottom if joins else bottom + GAP_LABEL)
    return replace_node(graph, placed)


def replace_node(graph: Graph, node: Any) -> Graph:
    """The graph with one node exchanged for its successor of the same id."""
    return replace(graph, nodes={**graph.nodes, node.id: node})


def _push_down(graph: Graph, name: str, below: str, blocks: Blocks) -> Graph:
    """Move everything at or below a node down until it stands clear of the fresh one above it."""
    end = graph.nodes[below]
    joins = host_of(graph, below) == name
    need = bottom_of(graph, name, blocks) + (0 if joins else GAP_LABEL) - end.y
    if joins:
        moved = replace_node(graph, replace(end, x=graph.nodes[name].x))
        graph = moved
    if need <= 0 and not joins:
        return graph
    level = end.y
    nodes = {
        other: replace(node, y=node.y + need) if node.y >= level and other != name else node
        for other, node in graph.nodes.items()
    }
    return replace(graph, nodes=nodes)


def insert_between(
    graph: Graph, edge: Edge, layer: str, params: Mapping[str, Any] | None = None, blocks: Blocks = NO_BLOCKS
) -> Graph:
    """Insert a layer into a wire and make room for its card.

    Raises:
        UserError: the layer cannot stand in a wire.
    """
    grown, name = add(graph, layer, graph.node(edge.source).x, graph.node(edge.source).y, params)
    wired = splice(grown, edge, name, blocks)
    settled = _settle(wired, name, edge.source, blocks)
    if host_of(settled, edge.target) != name and graph.nodes[edge.target].y <= graph.nodes[edge.source].y:
        return settled  # the wire runs upwards: there is nothing below to move
    return _push_down(settled, name, edge.target, blocks)


def add_after(
    graph: Graph,
    source: str,
    layer: str,
    params: Mapping[str, Any] | None = None,
    output: str = "",
    place: tuple[float, float] | None = None,
    blocks: Blocks = NO_BLOCKS,
    element: str = "",
) -> tuple[Graph, str]:
    """A new node wired behind another one, below it unless a place is given; returns the graph and its id."""
    x, y = place or place_below(graph, source, blocks)
    grown, name = add(graph, layer, x, y, params)
    node = grown.nodes[name]
    if ports_of(node, blocks) and outputs_of(grown.nodes[source], blocks):
        grown = connect(grown, source, name, "", output, blocks, element)
        if place is None or host_of(grown, name) == source:
            grown = _clear_below(_settle(grown, name, source, blocks), name, blocks)
    return grown, name


def _clear_below(graph: Graph, name: str, blocks: Blocks) -> Graph:
    """Move what a fresh node would cover, and all that is lower, down until it stands clear."""
    node, bottom = graph.nodes[name], bottom_of(graph, name, blocks)
    heads = {row: head for row, (head, _) in stacks(graph, blocks).items()}
    own = heads.get(name, name)
    covered = [
        other.y
        for other in graph.nodes.values()
        if heads.get(other.id, other.id) != own
        and abs(other.x - node.x) < CARD_WIDTH
        and other.y < bottom
        and node.y < other.y + head_height(other, blocks)
    ]
    if not covered:
        return graph
    return _lowered(graph, min(covered), bottom + GAP_LABEL - min(covered), name, blocks)


def _lowered(graph: Graph, level: float, by: float, fresh: str, blocks: Blocks) -> Graph:
    """Everything at or below a level moved down, but the fresh node; the rows of a card go with its head."""
    heads = {row: head for row, (head, _) in stacks(graph, blocks).items()}
    nodes = {
        one: replace(node, y=node.y + by) if one != fresh and graph.nodes[heads.get(one, one)].y >= level else node
        for one, node in graph.nodes.items()
    }
    return replace(graph, nodes=nodes)
