"""Shared weights as an edit: several nodes that learn one set of weights, such as the two arms of a siamese network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.errors import UserError
from engine.graph import Graph, label_of


def share(graph: Graph, names: Sequence[str]) -> Graph:
    """Let all nodes use the weights of the one that comes first in the program; where they do already, set them free.

    Whether their sizes agree is told by the inference, on the node that borrows.

    Raises:
        UserError: fewer than two nodes, blocks, or layers of different kinds that cannot share.
    """
    order = {name: place for place, name in enumerate(graph.order)}
    chosen = sorted(dict.fromkeys(names), key=lambda name: order.get(name, len(order)))
    if len(chosen) < 2:
        raise UserError("Select two or more nodes that should learn the same weights.")
    owner, *others = chosen
    kinds = {graph.node(name).layer for name in chosen}
    if len(kinds) > 1 and not kinds <= {"Linear", "Embedding"}:
        called = label_of(graph.nodes[owner])
        raise UserError(f"{called} can share its weights with layers of its own kind only. Select such layers.")
    if any(graph.nodes[name].block for name in chosen):
        raise UserError("Blocks cannot share weights. Enter the block and share single layers.")
    first = graph.nodes[owner].shares or owner
    free = all(graph.nodes[name].shares == first for name in others)
    nodes = {**graph.nodes}
    for name in others:
        if name != first:
            nodes[name] = replace(nodes[name], shares="" if free else first)
    return replace(graph, nodes=nodes)
