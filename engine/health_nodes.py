"""What the nodes in a run's measurements are: their place in the project, their names, what comes after them.

A node is named by its way in, as in `healthstore.HealthRecord`: `residual_1.0.conv_1` is a layer in the first copy of
a block.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from engine.graph import Graph, Node, label_of
from engine.project import Project


class Anatomy:
    """One network of the project that a run was made of."""

    def __init__(self, project: Project, network: str) -> None:
        self.project = project.focused(network)
        self._nodes: dict[str, Node | None] = {}

    def node(self, path: str) -> Node | None:
        """The node behind a path; all copies of a block are its one inside."""
        if path not in self._nodes:
            self._nodes[path] = next((node for name, node, _ in self._way(path) if name == path), None)
        return self._nodes[path]

    def _way(self, path: str) -> Iterator[tuple[str, Node, Graph]]:
        """The nodes that one passes on the way in: each with the path so far and the graph around it."""
        graph, blocks = self.project.graph, self.project.blocks
        so_far: list[str] = []
        for name in path.split("."):
            so_far.append(name)
            node = graph.nodes.get(name)
            if node is None:
                if name.isdigit():
                    continue
                return
            yield ".".join(so_far), node, graph
            if node.block not in blocks:
                return
            graph = blocks[node.block].graph

    def label(self, path: str) -> str:
        """A node as people know it: `Conv 2D in Residual block, copy 2`."""
        names = []
        for place, node, _ in self._way(path):
            copy = path[len(place) + 1 :].split(".")[0]
            names.append(f"{label_of(node)}, copy {int(copy) + 1}" if copy.isdigit() else label_of(node))
        return " in ".join(reversed(names)) or path

    def hidden(self, path: str, learners: Iterable[str]) -> bool:
        """Whether something that learns comes after a node."""
        known = list(learners)
        for place, node, graph in self._way(path):
            head = place[: len(place) - len(node.id)]
            after = _below(graph, node.id)
            if any(one.startswith(head) and one[len(head) :].split(".")[0] in after for one in known):
                return True
        return False

    def pace(self, path: str) -> float:
        """The product of the learning speeds on the way to a node."""
        return math.prod(node.lr for _, node, _ in self._way(path))

    def frozen(self, path: str) -> bool:
        """Whether a node, or a block around it, is frozen."""
        return any(node.frozen for _, node, _ in self._way(path))


def _below(graph: Graph, name: str) -> set[str]:
    found: set[str] = set()
    stack = [name]
    while stack:
        for edge in graph.outgoing.get(stack.pop(), ()):
            if edge.target not in found:
                found.add(edge.target)
                stack.append(edge.target)
    return found
