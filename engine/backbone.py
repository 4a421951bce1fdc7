"""How many parameters a network has without its head: the part that transfer learning keeps when the task changes."""

from __future__ import annotations

from engine.codeends import default_target, objective_of
from engine.facts import Inference
from engine.graph import Graph, Node, objectives_of
from engine.layer import layers
from engine.project import Project

HEADS = ("Dense", "Convolution")
"""Sections of the layers that can be a head: what turns features into answers."""


def without_head(project: Project, walk: Inference) -> int | None:
    """The parameters of all but the last layer before each objective that learns a target of the data.

    None where that says nothing: an objective whose answer does not come straight out of one layer with weights of its
    own (they may be shared with an Embedding, or two branches may meet), a network that rebuilds what it reads, or one
    that is nothing but heads.
    """
    graph = project.graph
    if graph.nodes.keys() - walk.facts.keys():
        return None  # the walk is of another network, or of the inside of a block
    heads: set[str] = set()
    for node in objectives_of(graph):
        if node.muted or not objective_of(node).needs_target():
            continue
        head = _head_before(graph, walk, node) if _learns_a_target(project, node) else None
        if head is None:
            return None
        heads.add(head)
    left = walk.parameters
    for name in heads:
        left = left - walk[name].parameters
    return left if heads and isinstance(left, int) and left > 0 else None


def _learns_a_target(project: Project, end: Node) -> bool:
    """Whether an objective's right answer is a field that the network is not given to read."""
    schema, made = project.data.schema, objective_of(end)
    field = schema.get(made.target or default_target(schema, made))
    wired = any(edge.input == "target" for edge in project.graph.incoming[end.id])
    return field is not None and field.role == "target" and not wired


def _head_before(graph: Graph, walk: Inference, end: Node) -> str | None:
    """The one layer with weights that the prediction of an objective comes from; layers that learn nothing, such as an
    activation, may stand between."""
    feeds = [edge for edge in graph.incoming[end.id] if edge.input == "prediction"]
    while len(feeds) == 1:
        node = graph.nodes[feeds[0].source]
        if node.muted or not walk[node.id].parameters:
            if node.shares or node.block:
                return None
            feeds = graph.incoming[node.id]
            continue
        return node.id if _is_head(graph, node) else None
    return None


def _is_head(graph: Graph, node: Node) -> bool:
    shared = node.shares or any(other.shares == node.id for other in graph.nodes.values())
    return not shared and node.layer in layers and layers[node.layer].section in HEADS
