"""Which variable of a generated `forward` holds which value, when it can be let go, and which nodes it needs at all."""

from __future__ import annotations

from collections import Counter

from engine.graph import Blocks, Graph, objectives_of
from engine.wiring import first_feed


def live_nodes(graph: Graph) -> set[str]:
    """The nodes that some output or objective depends on; the rest is left out of the program."""
    ends = {"Output", "BlockOutput"}
    stack = [node.id for node in graph.nodes.values() if node.layer in ends and not node.muted]
    stack += [node.id for node in objectives_of(graph) if not node.muted]
    seen = set(stack)
    while stack:
        for edge in graph.incoming[stack.pop()]:
            if edge.source not in seen:
                seen.add(edge.source)
                stack.append(edge.source)
    return seen


class Plan:
    """Which variable holds which value: `x` for what only the next statement reads, the node's id for the rest."""

    def __init__(
        self, graph: Graph, blocks: Blocks, live: set[str], arguments_: set[str], results: list[tuple[str, str]]
    ) -> None:
        self.graph = graph
        self._blocks = blocks
        self.ends = {node for node, _ in results}
        self.variables: dict[tuple[str, str], str] = {(name, "out"): name for name in arguments_}
        steps = [name for name in graph.order if name in live and name not in arguments_ and name not in self.ends]
        steps = [name for name in steps if not graph.nodes[name].muted]
        self._step = {name: place for place, name in enumerate(steps)}
        self._readers: dict[tuple[str, str], list[int]] = {}
        for name in live:
            for edge in graph.incoming[name]:
                source, output = self._origin(edge.source, edge.output)
                if name in self.ends:
                    if (name, edge.input) in results:
                        self._readers.setdefault((source, output), []).append(len(steps))
                elif name in self._step:
                    self._readers.setdefault((source, output), []).append(self._step[name])
        self.owners = self._owners(steps)
        self.tied = {
            name: graph.nodes[name].shares
            for name in steps
            if self.owners[name] == name and graph.nodes[name].shares in self._step
        }
        """Nodes with a module of their own of which only the weight is another's: a Linear with an Embedding's."""
        self._named_free: dict[int, list[str]] = {}
        # a node with two outputs that are read needs two names
        self._read = Counter(node for node, _ in self._readers)
        self._arguments = arguments_

    def _owners(self, steps: list[str]) -> dict[str, str]:
        """Whose module each node calls: its own, or the one it shares. Where the owner of shared weights is left out
        of the program, the first that shares them takes its part."""
        owners: dict[str, str] = {}
        for name in steps:
            shared = self.graph.nodes[name].shares
            owner = self.graph.nodes.get(shared)
            if owner is None or owner.layer != self.graph.nodes[name].layer:
                shared = ""
            owners[name] = name if not shared else shared if shared in self._step else owners.setdefault(shared, name)
        return {name: owners[name] for name in steps}

    def _origin(self, node: str, output: str) -> tuple[str, str]:
        """Where a value comes from, past muted nodes."""
        seen = set()
        while self.graph.nodes[node].muted and node not in seen:
            seen.add(node)
            edge = first_feed(self.graph.nodes[node], self.graph.incoming[node], self._blocks)
            if edge is None:
                break
            node, output = edge.source, edge.output
        return node, output

    def inputs(self, name: str) -> dict[str, tuple[str, ...]]:
        """The variables at each input port of a node."""
        found: dict[str, tuple[str, ...]] = {}
        for edge in self.graph.incoming[name]:
            value = self.variables.get(self._origin(edge.source, edge.output))
            if value is not None:
                found[edge.input] = (*found.get(edge.input, ()), value)
        return found

    def name(self, node: str, port: str, stem: str) -> str:
        """The variable for an output; `_` where nobody reads it, `x` where only the next statement does."""
        readers = self._readers.get((node, port), [])
        if not readers:
            return "_"
        here = self._step[node]
        if set(readers) == {here + 1} and self._read[node] == 1:
            variable = "x"
        else:
            variable = stem if port in ("out", "sequence") else f"{stem}_{port}"
            while variable != node and (variable in self.graph.nodes or variable in self.variables.values()):
                variable += "_"
            if max(readers) < len(self._step):
                self._named_free.setdefault(max(readers), []).append(variable)
        self.variables[(node, port)] = variable
        return variable

    def done_after(self, node: str) -> list[str]:
        """Variables that nobody reads after this node: deleting them halves the memory of a forward pass."""
        return self._named_free.get(self._step[node], [])

    def value_at(self, node: str, port: str) -> str | None:
        """The variable that flows into a port."""
        values = self.inputs(node).get(port)
        return values[0] if values else None
