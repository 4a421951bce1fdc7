"""What the last walks over a graph found, so that an edit only costs what it touched and what that changes below."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.graph import Blocks, Graph, Node
from engine.layer import Input, layers

MOST = 4
"""How many walks are remembered: one for each network that a person has open, about."""


@dataclass(frozen=True)
class Walk:
    """One walk: what was walked, and the facts of every node. Mappings are copies, which nobody changes."""

    graph: Graph
    schema: Mapping[str, Any]
    blocks: Blocks
    facts: Mapping[str, Any]


_walks: list[Walk] = []


def remember(graph: Graph, schema: Mapping[str, Any], blocks: Blocks, facts: Mapping[str, Any]) -> None:
    """Keep a walk, the newest first."""
    _walks[:] = [Walk(graph, dict(schema), dict(blocks), facts), *_walks[: MOST - 1]]


def forget() -> None:
    """As if nothing had been walked yet."""
    _walks.clear()


def walk_of(graph: Graph) -> Walk | None:
    """A walk over a graph of which this one has nodes, None where there is none."""
    nodes = list(graph.nodes.values())
    if not nodes:
        return None
    some = (nodes[0], nodes[len(nodes) // 2], nodes[-1])
    return next((walk for walk in list(_walks) if any(walk.graph.nodes.get(node.id) is node for node in some)), None)


class Reuse:
    """Decides node by node, in data flow order, whether what an earlier walk found still holds.

    It does where the node is the same, is wired the same, and everything it reads gives the same.
    """

    def __init__(self, walk: Walk, graph: Graph, schema: Mapping[str, Any], blocks: Blocks) -> None:
        self._graph, self._old, self._facts = graph, walk.graph, walk.facts
        self._same_wires = graph.edges is walk.graph.edges
        self._same_data = walk.schema == schema
        self._same_blocks = walk.blocks == blocks
        self._changed: set[str] = set()  # nodes that give something else than before

    def kept(self, name: str) -> Any:
        """The facts of a node that still hold, None where it has to be walked."""
        node, old = self._graph.nodes[name], self._old.nodes.get(name)
        wires = self._graph.incoming[name]
        if old is None or not (old is node or self._alike(name, node, old)):
            return None
        if not self._same_wires and wires != self._old.incoming[name]:
            return None
        if self._changed and any(edge.source in self._changed for edge in wires):
            return None
        facts = self._facts[name]
        if facts.findings or node.shares or not (self._same_blocks or not node.block):
            return None
        return facts if self._same_data or not self._reads_data(node) else None

    def _alike(self, name: str, node: Node, old: Node) -> bool:
        """Whether only its place or its note changed: sentences name nodes by their title."""
        if old.title != node.title:
            self._changed.add(name)
            return False
        return old.key == node.key

    @staticmethod
    def _reads_data(node: Node) -> bool:
        return node.layer in layers and issubclass(layers[node.layer], Input)

    def walked(self, name: str, facts: Any) -> None:
        """Take note of what a node that was walked gives now."""
        before = self._facts.get(name)
        other_block = self._graph.nodes[name].block and not self._same_blocks
        stuck = before is not None and before.findings and not facts.outputs
        if before is None or before.outputs != facts.outputs or stuck or other_block:
            self._changed.add(name)
