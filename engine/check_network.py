"""The problems of one network: each with its node, a plain sentence and the repairs that mend it.

A repair is an edit: it gets the project and returns the mended one. Its price (what comes out, how many parameters
more) is computed by carrying it out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from engine.codeends import default_target
from engine.codeplan import live_nodes
from engine.data.fields import Field
from engine.edits import add, remove, set_param
from engine.errors import UserError, listed
from engine.facts import Finding, Inference
from engine.graph import Edge, Node, inputs_of, label_of, objectives_of, outputs_of, ports_of
from engine.infer import infer
from engine.layer import Layer, Objective, Port, layers
from engine.placing import add_after, insert_between
from engine.project import Project
from engine.shapes import Sym, Tensor
from engine.wiring import connect

Level = Literal["error", "warning", "info"]
GAP = 96.0


@dataclass(frozen=True)
class Fix:
    """A repair: its button, what it leads to in one or two short lines, and the edit."""

    label: str
    lines: tuple[str, ...]
    edit: Callable[[Project], Project]


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong or doubtful. `node` is None where a network or the project as a whole is meant; then
    `network` is empty for the project."""

    level: Level
    node: str | None
    title: str
    detail: str = ""
    port: str | None = None
    fixes: tuple[Fix, ...] = ()
    network: str = ""

    def words(self) -> str:
        return f"{self.title}. {self.detail}" if self.detail else f"{self.title}."


class Checker:
    """Looks for the problems of a project's first network."""

    def __init__(self, project: Project, walk: Inference) -> None:
        self.project = project
        self.graph = project.graph
        self.schema = project.data.schema
        self.walk = walk
        self.live = live_nodes(project.graph)

    def problems(self, objective: bool = True) -> Iterator[Problem]:
        """Every problem of the network; `objective` tells whether training needs one in it."""
        yield from self._shapes()
        yield from self._ends(objective)
        for node in objectives_of(self.graph):
            if not node.muted and not self.walk[node.id].findings:
                yield from self._objective(node)
        yield from self._dead()
        yield from self._doubts()

    # ---- shapes ----

    def _shapes(self) -> Iterator[Problem]:
        for name, facts in self.walk.facts.items():
            node = self.graph.nodes[name]
            for finding in facts.findings:
                yield Problem(
                    "error", name, finding.title, finding.detail, finding.port, tuple(self._repairs(node, finding))[:3]
                )

    def _repairs(self, node: Node, finding: Finding) -> Iterator[Fix]:
        if finding.port is None or not node.known:
            return
        port = next((port for port in ports_of(node, self.project.blocks) if port.name == finding.port), None)
        edges = [edge for edge in self.graph.incoming[node.id] if edge.input == finding.port]
        if port is None:
            return
        if not edges:
            yield from self._connect_repairs(node, port)
            return
        for edge in edges:
            tensor = self.walk.output(edge.source, edge.output)
            if tensor is not None:
                yield from self._bridge_repairs(edge, tensor, node, port)

    def _connect_repairs(self, node: Node, port: Port) -> Iterator[Fix]:
        """Wire a loose end that fits: the nearest one above the node first."""
        loose = []
        for other in self.graph.nodes.values():
            for output in outputs_of(other, self.project.blocks)[:1]:
                tensor = self.walk.output(other.id, output)
                free = not any(edge.output == output for edge in self.graph.outgoing[other.id])
                if other.id != node.id and tensor is not None and free and port.fits(tensor):
                    loose.append((abs(other.y - node.y) + abs(other.x - node.x), other, output, tensor))
        for _, other, output, tensor in sorted(loose, key=lambda found: found[0])[:2]:

            def edit(project: Project, source: str = other.id, output: str = output) -> Project:
                return project.with_graph(
                    connect(project.graph, source, node.id, port.name, output, project.blocks, "")
                )

            fix = self._priced(f"Connect {label_of(other)}", (f"gives {tensor.words()}",), edit)
            if fix:
                yield fix

    def _bridge_repairs(self, edge: Edge, tensor: Tensor, node: Node, port: Port) -> Iterator[Fix]:
        for cls, result in bridges(tensor, port):

            def edit(project: Project, layer: str = cls.__name__) -> Project:
                return project.with_graph(insert_between(project.graph, edge, layer, None, project.blocks))

            words = (
                f"{result.words()} out"
                if result.rank > 1
                else f"{_spaced(result.last)} numbers out"
                if result.rank
                else ""
            )
            fix = self._priced(f"Insert {cls.label}", (words,), edit, mends=node.id)
            if fix:
                yield fix

    def _priced(
        self, label: str, lines: tuple[str, ...], edit: Callable[[Project], Project], mends: str = ""
    ) -> Fix | None:
        """The repair with its price, None where it cannot be carried out or does not help."""
        try:
            after = edit(self.project)
        except UserError:
            return None
        walk = infer(after.graph, after.data.schema, after.blocks)
        if mends and walk[mends].findings:
            return None
        more = walk.parameters - self.walk.parameters
        if isinstance(more, int) and more:
            lines = (*lines, f"{_spaced(abs(more))} {'more' if more > 0 else 'fewer'} parameters")
        return Fix(label, tuple(line for line in lines if line), edit)

    # ---- inputs and outputs ----

    def _ends(self, objective: bool) -> Iterator[Problem]:
        if not self.graph.nodes:
            yield Problem("error", None, "The canvas is empty", "Drag an input from the palette, or open a template.")
            return
        if not inputs_of(self.graph):
            yield Problem(
                "error",
                None,
                "The network has no input",
                "Data has to come in somewhere.",
                fixes=tuple(self._add_input()),
            )
        if not objective:
            return
        none = not objectives_of(self.graph) and not any(node.layer == "Output" for node in self.graph.nodes.values())
        if none or not [node for node in objectives_of(self.graph) if not node.muted]:
            yield Problem(
                "error",
                None,
                "The network has no objective",
                "A loss says what training should make small."
                if none
                else "Training needs a loss to make small. Drag one from the palette.",
                fixes=tuple(self._add_objective()),
            )

    def _add_input(self) -> Iterator[Fix]:
        for cls in layers:
            if not issubclass_input(cls):
                continue
            kinds: tuple[str, ...] = cls.field_kinds  # type: ignore[attr-defined]
            fields = [one for one in self.schema.values() if one.kind in kinds and one.role == "input"]
            if not fields or (cls.__name__ == "CategoryInput"):
                continue

            def edit(project: Project, layer: str = cls.__name__) -> Project:
                top = min((node.y for node in project.graph.nodes.values()), default=0.0)
                left = min(((node.y, node.x) for node in project.graph.nodes.values()), default=(0.0, 0.0))[1]
                return project.with_graph(add(project.graph, layer, left, top - GAP)[0])

            yield Fix(f"Add {cls.label}", (), edit)

    def _add_objective(self) -> Iterator[Fix]:
        target = next((one for one in self.schema.values() if one.role == "target"), None)
        name = usual_objective(target)
        loose = [
            node
            for node in self.graph.nodes.values()
            if not self.graph.outgoing[node.id] and outputs_of(node, self.project.blocks) and self.walk[node.id].outputs
        ]
        last = max(loose, key=lambda node: node.y, default=None)
        if target is None or last is None:
            return

        def edit(project: Project) -> Project:
            grown, _ = add_after(project.graph, last.id, name, {"target": target.name}, blocks=project.blocks)
            return project.with_graph(grown)

        fix = self._priced(f"Add {layers[name].label}", (f"for {target.name}",), edit)
        if fix:
            yield fix

    # ---- objectives ----

    def _objective(self, node: Node) -> Iterator[Problem]:
        try:
            made = layers[node.layer](**node.params)
        except UserError:
            return
        assert isinstance(made, Objective)
        facts = self.walk[node.id]
        if facts.inputs.get("target") or not facts.inputs.get("prediction") or not made.needs_target():
            return
        name = made.target or default_target(self.schema, made)
        target = self.schema.get(name)
        if target is None:
            yield self._no_target(node, made, name)
            return
        if target.kind not in made.target_kinds:
            yield self._wrong_target(node, made, target)
            return
        yield from self._width(node, made, target, facts.inputs["prediction"][0])

    def _no_target(self, node: Node, made: Objective, name: str) -> Problem:
        fitting = [one for one in self.schema.values() if one.kind in made.target_kinds]
        what = f"The data has no field “{name}”" if name else f"The data has no {listed(made.target_kinds)} as a target"

        def to(field: Field) -> Fix | None:
            def edit(project: Project) -> Project:
                data = project.data.with_role(field.name, "target")
                return replace(project.with_graph(set_param(project.graph, node.id, "target", field.name)), data=data)

            return self._priced(f"Use {field.name}", (f"{field.kind}",), edit)

        fixes = tuple(fix for fix in map(to, fitting[-2:]) if fix is not None)
        return Problem(
            "error",
            node.id,
            f"{label_of(node)} has no target",
            f"{what}. Choose the right answer on the Data page or here.",
            fixes=fixes,
        )

    def _wrong_target(self, node: Node, made: Objective, target: Field) -> Problem:
        better = usual_objective(target)

        def edit(project: Project) -> Project:
            nodes = {
                **project.graph.nodes,
                node.id: replace(project.graph.nodes[node.id], layer=better, params={"target": target.name}),
            }
            return project.with_graph(replace(project.graph, nodes=nodes))

        fix = self._priced(f"Use {layers[better].label}", ("made for such targets",), edit)
        return Problem(
            "error",
            node.id,
            f"{label_of(node)} does not fit “{target.name}”",
            f"It needs a {listed(made.target_kinds)}; “{target.name}” is a {target.kind}.",
            fixes=(fix,) if fix else (),
        )

    def _width(self, node: Node, made: Objective, target: Field, prediction: Tensor) -> Iterator[Problem]:
        expected = (
            made.widths(len(target.classes)) if target.kind == "category" else 1 if target.kind == "number" else None
        )
        if target.kind == "category" and len(target.classes) != 2 and node.layer == "BinaryCrossEntropy":
            better = self._wrong_target(node, made, target)
            yield replace(better, detail=f"It tells two classes apart; “{target.name}” has {len(target.classes)}.")
            return
        if target.kind in ("image", "series"):
            if prediction.dims != target.tensor.dims:
                yield Problem(
                    "error",
                    node.id,
                    f"{label_of(node)} compares two sizes",
                    f"The prediction is {prediction.words()}, “{target.name}” is {target.tensor.words()}. "
                    "Make them equal.",
                    "prediction",
                )
            return
        given = prediction.last if prediction.rank else 1
        if expected is None or isinstance(given, Sym) or given == expected:
            return
        what = (
            f"“{target.name}” has {len(target.classes)} classes"
            if target.kind == "category"
            else f"“{target.name}” is one number"
        )
        yield Problem(
            "error",
            node.id,
            f"{label_of(node)} needs {expected} {'numbers' if expected > 1 else 'number'}",
            f"{what}; the prediction has {_spaced(given)}.",
            "prediction",
            tuple(self._width_repairs(node, expected)),
        )

    def _width_repairs(self, node: Node, expected: int) -> Iterator[Fix]:
        edge = next((edge for edge in self.graph.incoming[node.id] if edge.input == "prediction"), None)
        if edge is None:
            return
        source = self.graph.nodes[edge.source]
        if source.layer == "Linear" and len(self.graph.outgoing[source.id]) == 1:
            fix = self._priced(
                f"Set {label_of(source)} to {expected}",
                (f"{expected} numbers out",),
                lambda project: project.with_graph(set_param(project.graph, source.id, "features", expected)),
            )
        else:
            fix = self._priced(
                "Insert Linear",
                (f"{expected} numbers out",),
                lambda project: project.with_graph(
                    insert_between(project.graph, edge, "Linear", {"features": expected}, project.blocks)
                ),
            )
        if fix:
            yield fix

    # ---- doubts ----

    def _unfinished(self) -> bool:
        """Whether an objective still waits for its wire: every end is loose then, and that one problem says it all."""
        return any(
            not node.muted and not self.graph.incoming[node.id] and ports_of(node, self.project.blocks)
            for node in objectives_of(self.graph)
        )

    def _dead(self) -> Iterator[Problem]:
        if not self.live or self._unfinished():
            return
        dead = [name for name in self.graph.order if name not in self.live]
        heads = [name for name in dead if not any(edge.target in dead for edge in self.graph.outgoing[name])]
        for name in heads:
            node = self.graph.nodes[name]
            if self.walk[name].findings or node.muted:
                continue

            def edit(project: Project, gone: tuple[str, ...] = tuple(dead)) -> Project:
                return project.with_graph(remove(project.graph, [one for one in gone if one in project.graph.nodes]))

            count = len(dead)
            yield Problem(
                "warning",
                name,
                f"{label_of(node)} leads nowhere",
                "Nothing reads its result, so it is left out of the model.",
                fixes=(Fix(f"Remove {'it' if count == 1 else f'{count} loose nodes'}", (), edit),),
            )

    def _doubts(self) -> Iterator[Problem]:
        for edge in self.graph.edges:
            source, target = self.graph.nodes[edge.source], self.graph.nodes[edge.target]
            if source.muted or target.muted:
                continue
            if source.layer in ("Softmax", "LogSoftmax", "Sigmoid") and target.layer in (
                "CrossEntropy",
                "BinaryCrossEntropy",
            ):
                yield Problem(
                    "warning",
                    source.id,
                    f"{label_of(source)} comes twice",
                    f"{label_of(target)} applies it already; twice makes learning slow.",
                    fixes=(Fix(f"Remove {label_of(source)}", (), _without(source.id)),),
                )
        for name in self.live:
            node = self.graph.nodes[name]
            if node.layer in layers and layers[node.layer].no_onnx:
                yield Problem("info", name, f"{label_of(node)} cannot leave for ONNX", layers[node.layer].no_onnx)


def _without(name: str) -> Callable[[Project], Project]:
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


def _spaced(number: object) -> str:
    return f"{number:,}".replace(",", "\u2009") if isinstance(number, int) else str(number)
