"""Repairs of a network: edits that mend a problem, each with its price, computed by carrying it out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from engine.bridging import Way, bridges, cost, inserted, takes, ways, with_input
from engine.data.fields import Field
from engine.declare import Declared
from engine.edits import add, change, is_expression, remove, set_param
from engine.errors import UserError
from engine.facts import Facts, Finding, Inference
from engine.fixes import Fix
from engine.graph import Blocks, Edge, Graph, Node, label_of, outputs_of, ports_of
from engine.infer import infer
from engine.layer import Layer, Port, layers
from engine.places import Place, graph_at, walk_at, with_graph_at
from engine.placing import add_after, insert_between
from engine.project import Project
from engine.shapes import Tensor
from engine.wiring import connect, disconnect, reaches

__all__ = ["Fix", "Repairs", "bridges", "issubclass_input", "spaced", "usual_objective", "without"]

GAP = 96.0


@dataclass(frozen=True)
class _Source:
    """An output that a node could read, and how far from likely that is."""

    far: tuple[bool, bool, float]
    node: Node
    output: str
    tensor: Tensor

    @property
    def loose(self) -> bool:
        """Whether nothing reads it yet."""
        return not self.far[0]


class Repairs:
    """Looks for the repairs of one network's problems, or of those inside a block.

    Args:
        walk: the inference of the graph that is looked at.
        place: where that graph is, the project's first network without.
    """

    def __init__(self, project: Project, walk: Inference, place: Place | None = None) -> None:
        self._project = project
        self._place = place
        self._graph = project.graph if place is None else graph_at(project, place)
        self._walk = walk

    def on(self, change_graph: Callable[[Graph], Graph]) -> Callable[[Project], Project]:
        """An edit of the graph that is looked at as one of the project."""
        place = self._place

        def edit(project: Project) -> Project:
            if place is None:
                return project.with_graph(change_graph(project.graph))
            return with_graph_at(project, place, change_graph(graph_at(project, place)))

        return edit

    def of(self, node: Node, finding: Finding) -> Iterator[Fix]:
        """What mends a finding of the walk."""
        if node.muted:
            yield from self._one(f"Unmute {label_of(node)}", lambda graph: change(graph, node.id, muted=False), node)
            return
        if not node.known or (node.block and node.block not in self._project.blocks):
            yield from self._one(f"Remove {label_of(node)}", lambda graph: remove(graph, [node.id], reconnect=True))
            return
        if node.id not in self._graph.order:
            yield from self._circle(node)
        elif finding.port is None:
            yield from self._settings(node, finding)
            yield from self._inner(node)
        else:
            yield from self._port(node, finding.port)

    def _one(
        self, label: str, change_graph: Callable[[Graph], Graph], mends: Node | None = None, *lines: str
    ) -> Iterator[Fix]:
        fix = self.priced(label, lines, self.on(change_graph), mends.id if mends else "")
        if fix:
            yield fix

    def _circle(self, node: Node) -> Iterator[Fix]:
        """Cut a wire that closes the circle."""
        for edge in self._graph.incoming[node.id]:
            if reaches(self._graph, node.id, edge.source):
                label = f"Cut the wire from {label_of(self._graph.nodes[edge.source])}"
                yield from self._one(label, lambda graph, edge=edge: disconnect(graph, [edge]))  # type: ignore[misc]

    def _settings(self, node: Node, finding: Finding) -> Iterator[Fix]:
        """Take back what a setting cannot be; weights of its own where they cannot be shared; no repeats."""
        if node.shares:
            yield from self._one("Learn weights of its own", lambda graph: change(graph, node.id, shares=""), node)
        if node.repeat > 1:
            yield from self._one("Do not repeat it", lambda graph: change(graph, node.id, repeat=1), node)
        if node.block:
            return
        cls = layers[node.layer]
        plain_values = {key: value for key, value in node.params.items() if not is_expression(value)}
        wrong = [finding.setting] if finding.setting else list(cls.problems_of(plain_values))
        for key in wrong:
            known = cls.params().get(key)
            if known is None:
                label = f"Remove the setting {key[:20]}"
            elif isinstance(known.default, Declared):
                label = f"Set {known.label} to the usual one"
            else:
                label = f"Set {known.label} to {_said(known.default)}"
            yield from self._one(label, _unsetting(node.id, key))

    def _inner(self, node: Node) -> Iterator[Fix]:
        """What mends the inside of a block that gives nothing."""
        inner = self._walk[node.id].inner
        if not node.block or not inner:
            return
        place = (self._place or Place(next(iter(self._project.networks)))).entered(node.id)
        graph, walk = self._project.blocks[node.block].graph, inner[-1]
        for name, facts in walk.facts.items():
            if facts.findings:
                repairs = Repairs(self._project, walk, place)
                yield from repairs.of(graph.nodes[name], facts.findings[0])
                return

    def _port(self, node: Node, name: str) -> Iterator[Fix]:
        """A wire where one is missing, a layer between where one does not fit, none where none can be."""
        port = next((port for port in ports_of(node, self._project.blocks) if port.name == name), None)
        edges = [edge for edge in self._graph.incoming[node.id] if edge.input == name]
        if port is None or (len(edges) > 1 and not port.many) or not all(map(self._leaves, edges)):
            extra = edges if port is None else [edge for edge in edges if not self._leaves(edge)] or edges[1:]
            yield from self._one("Remove the wire", lambda graph: disconnect(graph, extra))
            return
        if not edges:
            yield from self._connect(node, port)
            return
        tried = [(edge, way) for edge in edges for way in self._ways(edge, node, port)]
        if len(edges) > 1:  # whichever side is adapted: the cheapest first
            tried.sort(key=lambda one: cost(one[1], self._walk.output(one[0].source, one[0].output)))
        for edge, way in tried:
            several = f"behind {label_of(self._graph.nodes[edge.source])}" if len(edges) > 1 else ""
            lines = (way.names(), several or _out(way.result))
            yield from self._one(way.label(), _inserting(edge, way, self._project.blocks), node, *lines)

    def _leaves(self, edge: Edge) -> bool:
        source = self._graph.nodes[edge.source]
        return not source.known or edge.output in outputs_of(source, self._project.blocks)

    def _connect(self, node: Node, port: Port) -> Iterator[Fix]:
        """Wire what fits, a loose end even where it takes layers between; a new input where nothing fits."""
        sources = self._sources(node)
        fitting = [one for one in sources if port.fits(one.tensor)]
        others = [one for one in sources if not port.fits(one.tensor)]
        loose = [one for one in others if one.loose]
        found = [fix for source in fitting[:4] for fix in self._wire(node, port, source)][:2]
        if loose and not any(one.loose for one in fitting):  # what a person has just laid down is what they mean
            found = [*self._connect_through(node, port, loose[0], 2), *found]
        if not found:
            found = [fix for source in others[:2] for fix in self._connect_through(node, port, source, 1)]
        yield from found
        if not fitting and self._place is None:
            yield from self._fed(node, port)

    def _sources(self, node: Node) -> list[_Source]:
        """What a node could read: loose ends before those that are read, above it before below, the nearest first."""
        found = []
        for other in self._graph.nodes.values():
            if reaches(self._graph, node.id, other.id):
                continue
            for output in outputs_of(other, self._project.blocks)[:1]:
                tensor = self._walk.output(other.id, output)
                if tensor is not None:
                    read = any(edge.output == output for edge in self._graph.outgoing[other.id])
                    far = (read, other.y > node.y, abs(other.y - node.y) + abs(other.x - node.x))
                    found.append(_Source(far, other, output, tensor))
        return sorted(found, key=lambda one: one.far)

    def _wire(self, node: Node, port: Port, source: _Source) -> Iterator[Fix]:
        def wired(graph: Graph) -> Graph:
            return connect(graph, source.node.id, node.id, port.name, source.output, self._project.blocks, "")

        yield from self._one(f"Connect {label_of(source.node)}", wired, None, f"gives {source.tensor.words()}")

    def _connect_through(self, node: Node, port: Port, source: _Source, most: int) -> Iterator[Fix]:
        """Wire what does not fit, with the layers between that make it fit; the plainest ways first."""
        blocks = self._project.blocks
        for way in ways(source.tensor, port)[:most]:

            def wired(graph: Graph, way: Way = way) -> Graph:
                grown = connect(graph, source.node.id, node.id, port.name, source.output, blocks, "")
                edge = next(edge for edge in grown.incoming[node.id] if edge not in graph.edges)
                return inserted(grown, edge, way.steps, blocks)

            through = " and ".join(step.label for step in way.steps)
            yield from self._one(f"Connect {label_of(source.node)}", wired, node, f"through {through}")

    def _fed(self, node: Node, port: Port) -> Iterator[Fix]:
        """A new input that reads a field of the data."""
        for cls in layers:
            if not issubclass_input(cls) or cls.__name__ == "CategoryInput":
                continue
            kinds: tuple[str, ...] = cls.field_kinds  # type: ignore[attr-defined]
            if any(one.kind in kinds and one.role == "input" for one in self._project.data.schema.values()):
                layer = cls.__name__
                yield from self._one(
                    f"Add {cls.label}",
                    lambda graph, layer=layer: with_input(graph, layer, node.id, port.name, GAP),  # type: ignore[misc]
                    node,
                )

    def _ways(self, edge: Edge, node: Node, port: Port) -> Iterator[Way]:
        """What can be put into a wire so that the node takes what comes, as its own rule says."""
        tensor = self._walk.output(edge.source, edge.output)
        if tensor is None:
            return
        others = [one for one in self._graph.incoming[node.id] if one != edge]
        wanted = [self._walk.output(one.source, one.output) for one in others]
        facts = self._walk[node.id]
        place = [one for one in self._graph.incoming[node.id] if one.input == port.name].index(edge)
        for way in ways(tensor, port, [one for one in dict.fromkeys(wanted) if one is not None]):
            given = list(facts.inputs.get(port.name, ()))
            given[place : place + 1] = [way.result]
            if takes(node, Facts(inputs={**facts.inputs, port.name: tuple(given)})):
                yield way

    def priced(
        self, label: str, lines: tuple[str, ...], edit: Callable[[Project], Project], mends: str = ""
    ) -> Fix | None:
        """The repair with its price, None where it cannot be carried out or does not help."""
        try:
            after = edit(self._project)
        except UserError:
            return None
        walk = self._walked(after)
        if walk is None or (mends and (mends not in walk.facts or walk[mends].findings)):
            return None
        more = walk.parameters - self._walk.parameters
        price = more if isinstance(more, int) else 0
        said = f"{spaced(abs(price))} {'more' if price > 0 else 'fewer'} parameters" if price else "no more parameters"
        return Fix(label, tuple(line for line in (*lines, said) if line), edit, price)

    def _walked(self, after: Project) -> Inference | None:
        """The inference of the same graph in a changed project."""
        if self._place is None:
            return infer(after.graph, after.data.schema, after.blocks)
        walk = infer(after.networks[self._place.network], after.data.schema, after.blocks)
        return walk_at(walk, self._place)

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

            yield Fix(f"Add {cls.label}", ("no more parameters",), edit)

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

    def output_to_objective(self) -> Iterator[Fix]:
        """A loss in the place of a plain output."""
        target = next((one for one in self._project.data.schema.values() if one.role == "target"), None)
        name = usual_objective(target)
        for node in self._graph.nodes.values():
            if node.layer != "Output" or target is None:
                continue

            def edit(graph: Graph, old: Node = node) -> Graph:
                edges = [replace(edge, input="prediction") if edge.target == old.id else edge for edge in graph.edges]
                made = replace(old, layer=name, params={"target": target.name})
                return replace(graph, nodes={**graph.nodes, old.id: made}, edges=tuple(edges))

            yield from self._one(f"Make {label_of(node)} a {layers[name].label}", edit, None, f"for {target.name}")

    def size(self, node: Node, goal: Tensor) -> Iterator[Fix]:
        """Make a prediction as large as the picture or series it is compared with."""
        edge = next((edge for edge in self._graph.incoming[node.id] if edge.input == "prediction"), None)
        tensor = self._walk.output(edge.source, edge.output) if edge else None
        if edge is None or tensor is None:
            return
        port = Port("prediction", (type(goal),))
        for way in ways(tensor, port, [goal]):
            if way.result.dims == goal.dims and type(way.result) is type(goal):
                yield from self._one(
                    way.label(), _inserting(edge, way, self._project.blocks), None, way.names(), _out(goal)
                )

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


def _inserting(edge: Edge, way: Way, blocks: Blocks) -> Callable[[Graph], Graph]:
    return lambda graph: inserted(graph, edge, way.steps, blocks)


def _out(result: Tensor) -> str:
    if not result.rank:
        return ""
    return f"{result.words()} out" if result.rank > 1 else f"{spaced(result.last)} numbers out"


def _said(value: object) -> str:
    if isinstance(value, tuple | list):
        return " × ".join(str(part) for part in value)
    return {True: "on", False: "off", None: "nothing", "": "nothing"}.get(value, str(value))  # type: ignore[call-overload, no-any-return]


def _unsetting(name: str, key: str) -> Callable[[Graph], Graph]:
    """The edit that takes one setting of a node back to its usual value."""

    def edit(graph: Graph) -> Graph:
        node = graph.node(name)
        return change(graph, name, params={other: value for other, value in node.params.items() if other != key})

    return edit


def spaced(number: object) -> str:
    """A number with thin spaces between its thousands."""
    return f"{number:,}".replace(",", "\u2009") if isinstance(number, int) else str(number)
