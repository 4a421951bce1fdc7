"""Ports that nothing is wired to and that need no wire: a card may leave them out. They are there all the same."""

from __future__ import annotations

from collections.abc import Iterable

from engine.arrange import mark, marked
from engine.errors import UserError
from engine.graph import NO_BLOCKS, Blocks, Graph, label_of, outputs_of, ports_of

HIDES = "hides_ports"
"""The mark of a node whose unused ports are left out."""


def spare_ports(graph: Graph, name: str, blocks: Blocks = NO_BLOCKS) -> tuple[frozenset[str], frozenset[str]]:
    """The inputs of a node that are optional and have no wire, and its outputs that feed nothing; one output stays."""
    node = graph.node(name)
    fed = {edge.input for edge in graph.incoming.get(name, ())}
    inputs = {port.name for port in ports_of(node, blocks) if port.optional and port.name not in fed}
    outputs = outputs_of(node, blocks)
    used = {edge.output for edge in graph.outgoing.get(name, ())}
    kept = used or set(outputs[:1])
    return frozenset(inputs), frozenset(outputs) - kept


def hide(graph: Graph, names: Iterable[str], on: bool, blocks: Blocks = NO_BLOCKS) -> Graph:
    """Leave out the unused ports of nodes, or show all again.

    Raises:
        UserError: none of the nodes has a port that could be left out.
    """
    chosen = list(names)
    able = [name for name in chosen if any(spare_ports(graph, name, blocks))]
    if on and not able:
        labels = [label_of(graph.node(name)) for name in chosen]
        who = f"{labels[0]} has" if len(labels) == 1 else "These nodes have"
        raise UserError(f"{who} no unused port that could be hidden.")
    wanted = able if on else [name for name in chosen if marked(graph, name, HIDES)]
    return mark(graph, wanted, HIDES, on)
