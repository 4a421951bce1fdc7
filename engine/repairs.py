"""Repairs of a network: edits that mend a problem, each with its price, computed by carrying it out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from engine.data.fields import Field
from engine.edits import add, remove, set_param
from engine.errors import UserError
from engine.facts import Finding, Inference
from engine.graph import Edge, Node, label_of, outputs_of, ports_of
from engine.infer import infer
from engine.layer import Layer, Port, layers
from engine.placing import add_after, insert_between
from engine.project import Project
from engine.shapes import Tensor
from engine.wiring import connect

GAP = 96.0


@dataclass(frozen=True)
class Fix:
    """A repair: its button, what it leads to in one or two short lines, and the edit."""

    label: str
    lines: tuple[str, ...]
    edit: Callable[[Project], Project]


class Repairs:
    """Looks for the repairs of one network's problems."""

    def __init__(self, project: Project, walk: Inference) -> None:
        self._project = project
        self._graph = project.graph
        self._walk = walk

    def of(self, node: Node, finding: Finding) -> Iterator[Fix]:
        """What mends a finding of the walk: a wire where one is missing, a layer between where one does not fit."""
        if finding.port is None or not node.known:
            return
        port = next((port for port in ports_of(node, self._project.blocks) if port.name == finding.port), None)
        edges = [edge for edge in self._graph.incoming[node.id] if edge.input == finding.port]
        if port is None:
            return
        if not edges:
            yield from self._connect(node, port)
            return
        for edge in edges:
            tensor = self._walk.output(edge.source, edge.output)
            if tensor is not None:
                yield from self._bridge(edge, tensor, node, port)

    def _connect(self, node: Node, port: Port) -> Iterator[Fix]:
        """Wire a loose end that fits: the nearest one above the node first."""
        loose = []
        for other in self._graph.nodes.values():
            for output in outputs_of(other, self._project.blocks)[:1]:
                tensor = self._walk.output(other.id, output)
                free = not any(edge.output == output for edge in self._graph.outgoing[other.id])
                if other.id != node.id and tensor is not None and free and port.fits(tensor):
                    loose.append((abs(other.y - node.y) + abs(other.x - node.x), other, output, tensor))
        for _, other, output, tensor in sorted(loose, key=lambda found: found[0])[:2]:

            def edit(project: Project, source: str = other.id, output: str = output) -> Project:
                return project.with_graph(
                    connect(project.graph, source, node.id, port.name, output, project.blocks, "")
                )

            fix = self.priced(f"Connect {label_of(other)}", (f"gives {tensor.words()}",), edit)
            if fix:
                yield fix

    def _bridge(self, edge: Edge, tensor: Tensor, node: Node, port: Port) -> Iterator[Fix]:
        """Put a layer into a wire that turns what comes into what is needed."""
        for cls, result in bridges(tensor, port):

            def edit(project: Project, layer: str = cls.__name__) -> Project:
                return project.with_graph(insert_between(project.graph, edge, layer, None, project.blocks))

            words = (
                f"{result.words()} out"
                if result.rank > 1
                else f"{spaced(result.last)} numbers out"
                if result.rank
                else ""
            )
            fix = self.priced(f"Insert {cls.label}", (words,), edit, mends=node.id)
            if fix:
                yield fix

    def priced(
        self, label: str, lines: tuple[str, ...], edit: Callable[[Project], Project], mends: str = ""
    ) -> Fix | None:
        """The repair with its price, None where it cannot be carried out or does not help."""
        try:
            after = edit(self._project)
        except UserError:
            return None
        walk = infer(after.graph, after.data.schema, after.blocks)
        if mends and walk[mends].findings:
            return None
        more = walk.parameters - self._walk.parameters
        if isinstance(more, int) and more:
            lines = (*lines, f"{spaced(abs(more))} {'more' if more > 0 else 'fewer'} parameters")
        return Fix(label, tuple(line for line in lines if line), edit)

    def add_input(self) -> Iterator[Fix]:
        """An input for each sort of field that the data has."""
        for cls in layers:
            if not issubclass_input(cls):
                continue
            kinds: tuple[str, ...] = cls.field_kinds  # type: ignore[attr-defined]
            fields = [one for one in self._project.data.schema.values() if one.kind in kinds and one.role == "input"]
            if not fields or (cls.__name__ == "CategoryInput"):
                continue

            def edit(project: Project, layer: str = cls.__name__) -> Project:
                top = min((node.y for node in project.graph.nodes.values()), default=0.0)
                left = min(((node.y, node.x) for node in project.graph.nodes.values()), default=(0.0, 0.0))[1]
                return project.with_graph(add(project.graph, layer, left, top - GAP)[0])

            yield Fix(f"Add {cls.label}", (), edit)

    def add_objective(self) -> Iterator[Fix]:
        """The usual loss for the data's target, behind the lowest loose end."""
        target = next((one for one in self._project.data.schema.values() if one.role == "target"), None)
        name = usual_objective(target)
        loose = [
            node
            for node in self._graph.nodes.values()
            if not self._graph.outgoing[node.id]
            and outputs_of(node, self._project.blocks)
            and self._walk[node.id].outputs
        ]
        last = max(loose, key=lambda node: node.y, default=None)
        if target is None or last is None:
            return

        def edit(project: Project) -> Project:
            grown, _ = add_after(project.graph, last.id, name, {"target": target.name}, blocks=project.blocks)
            return project.with_graph(grown)

        fix = self.priced(f"Add {layers[name].label}", (f"for {target.name}",), edit)
        if fix:
            yield fix

    def width(self, node: Node, expected: int) -> Iterator[Fix]:
        """Make a prediction as wide as its objective needs it."""
        edge = next((edge for edge in self._graph.incoming[node.id] if edge.input == "prediction"), None)
        if edge is None:
            return
        source = self._graph.nodes[edge.source]
        if source.layer == "Linear" and len(self._graph.outgoing[source.id]) == 1:
            fix = self.priced(
                f"Set {label_of(source)} to {expected}",
                (f"{expected} numbers out",),
                lambda project: project.with_graph(set_param(project.graph, source.id, "features", expected)),
            )
        else:
            fix = self.priced(
                "Insert Linear",
                (f"{expected} numbers out",),
                lambda project: project.with_graph(
                    insert_between(project.graph, edge, "Linear", {"features": expected}, project.blocks)
                ),
            )
        if fix:
            yield fix


def without(name: str) -> Callable[[Project], Project]:
    """The edit that takes a node out of its wire."""
    return lambda project: project.with_graph(remove(project.graph, [name], reconnect=True))


def issubclass_input(cls: type[Layer]) -> bool:
    """Whether a catalogue entry is an input that the palette offers."""
    from engine.layer import Input

    return issubclass(cls, Input) and cls.in_palette


def usual_objective(target: Field | None) -> str:
    """The loss one takes for a target of this kind."""
    return "CrossEntropy" if target is None or target.kind == "category" else "MSE"


def bridges(tensor: Tensor, port: Port) -> list[tuple[type[Layer], Tensor]]:
    """The layers that, put between, turn a tensor into what a port takes, with what then comes out."""
    found = []
    for cls in layers:
        if not cls.bridge:
            continue
        takes = cls.ports()
        if len(takes) != 1 or not takes[0].fits(tensor) or takes[0].elements().isdisjoint({tensor.element}):
            continue
        try:
            made = cls()
            result = made.shape(tensor)
        except UserError:
            continue
        if (
            isinstance(result, Tensor)
            and port.fits(result)
            and not (type(result) is type(tensor) and result.dims == tensor.dims)
        ):
            found.append((cls, result))
    # what the port names first comes first; among those the one that keeps every number
    return sorted(found, key=lambda one: (not isinstance(one[1], port.accepts[0]), one[1].size() != tensor.size()))


def spaced(number: object) -> str:
    """A number with thin spaces between its thousands."""
    return f"{number:,}".replace(",", "\u2009") if isinstance(number, int) else str(number)
