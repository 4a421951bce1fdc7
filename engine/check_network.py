"""The problems of one network: each with its node, a plain sentence and the repairs that mend it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from engine.codeends import default_target
from engine.codeplan import live_nodes
from engine.data.fields import Field
from engine.dims import Sym
from engine.edits import change, remove, set_param
from engine.errors import UserError, listed
from engine.facts import Inference
from engine.fixes import Fix, Later
from engine.graph import Node, inputs_of, label_of, objectives_of, ports_of
from engine.layer import Objective, layers
from engine.project import Project
from engine.repairs import Repairs, spaced, usual_objective, without
from engine.shapes import Tensor

Level = Literal["error", "warning", "info"]


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong or doubtful. `node` is None where a network or the project as a whole is meant; then
    `network` is empty for the project."""

    level: Level
    node: str | None
    title: str
    detail: str = ""
    port: str | None = None
    fixes: Sequence[Fix] = ()
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
        self.repairs = Repairs(project, walk)
        self.live = live_nodes(project.graph)

    def problems(self, objective: bool = True) -> Iterator[Problem]:
        """Every problem of the network; `objective` tells whether training needs one in it."""
        yield from self._shapes()
        yield from self._ends(objective)
        for node in objectives_of(self.graph):
            if not node.muted and not self.walk[node.id].findings:
                yield from self._objective(node)
        yield from self._dead()
        yield from self._twice()
        yield from self._doubts()

    # ---- shapes ----

    def _shapes(self) -> Iterator[Problem]:
        for name, facts in self.walk.facts.items():
            node = self.graph.nodes[name]
            for finding in facts.findings:
                yield Problem(
                    "error",
                    name,
                    finding.title,
                    finding.detail,
                    finding.port,
                    Later(partial(self.repairs.of, node, finding)),
                )

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
                fixes=tuple(self.repairs.add_input()),
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
                fixes=tuple(self.repairs.add_objective()) or tuple(self.repairs.output_to_objective()),
            )

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

            return self.repairs.priced(f"Use {field.name}", (f"{field.kind}",), edit)

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

        def other(field: Field) -> Fix | None:
            def compare(project: Project) -> Project:
                return project.with_graph(set_param(project.graph, node.id, "target", field.name))

            return self.repairs.priced(f"Compare with {field.name}", ("as an autoencoder does",), compare)

        read = [one for one in self.schema.values() if one.role == "input" and one.kind in ("image", "series")]
        fitting = [one for one in read if one.kind in made.target_kinds]
        fixes = [self.repairs.priced(f"Use {layers[better].label}", ("made for such targets",), edit)]
        fixes += map(other, fitting[:1])
        return Problem(
            "error",
            node.id,
            f"{label_of(node)} does not fit “{target.name}”",
            f"It needs a {listed(made.target_kinds)}; “{target.name}” is a {target.kind}.",
            fixes=tuple(fix for fix in fixes if fix is not None),
        )

    def _width(self, node: Node, made: Objective, target: Field, prediction: Tensor) -> Iterator[Problem]:
        if target.kind == "category" and len(target.classes) != 2 and node.layer == "BinaryCrossEntropy":
            better = self._wrong_target(node, made, target)
            yield replace(better, detail=f"It tells two classes apart; “{target.name}” has {len(target.classes)}.")
            return
        steps = target.kind == "number" and prediction.rank > 1 and prediction.last == 1  # one number for each step
        if target.kind in ("image", "series") or steps:
            if prediction.dims != target.tensor.dims:
                yield Problem(
                    "error",
                    node.id,
                    f"{label_of(node)} compares two sizes",
                    f"The prediction is {prediction.words()}, “{target.name}” is {target.tensor.words()}. "
                    "Make them equal.",
                    "prediction",
                    Later(partial(self.repairs.size, node, target.tensor)),
                )
            return
        given = prediction.last if prediction.rank else 1
        expected = 1 if target.kind == "number" else made.widths(len(target.classes)) if target.classes else None
        if expected is None or isinstance(given, Sym) or given == expected:
            return
        if target.kind == "tokens" and given > expected:
            return  # made for more words than the data has: those are never right
        kinds = {"category": "classes", "tokens": "different tokens"}
        what = (
            f"“{target.name}” has {len(target.classes)} {kinds[target.kind]}"
            if target.kind in kinds
            else f"“{target.name}” is one number"
        )
        yield Problem(
            "error",
            node.id,
            f"{label_of(node)} needs {expected} {'numbers' if expected > 1 else 'number'}",
            f"{what}; the prediction has {spaced(given)}.",
            "prediction",
            tuple(self.repairs.width(node, expected)),
        )

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
            fix = self.repairs.priced(f"Remove {'it' if count == 1 else f'{count} loose nodes'}", (), edit)
            yield Problem(
                "warning",
                name,
                f"{label_of(node)} leads nowhere",
                "Nothing reads its result, so it is left out of the model.",
                fixes=(fix,) if fix else (),
            )

    def _twice(self) -> Iterator[Problem]:
        """Names that two ends share, which an exported file could not tell apart, and titles given twice."""
        seen: dict[tuple[str, str], str] = {}
        for node in self.graph.nodes.values():
            names = [("title", node.title)] if node.title else []
            if node.layer == "Output" and isinstance(node.params.get("name"), str) and node.params["name"]:
                names.append(("name", node.params["name"]))
            for kind, name in names:
                if seen.setdefault((kind, name), node.id) == node.id:
                    continue
                number = 2
                while (kind, f"{name} {number}") in seen:
                    number += 1
                seen[(kind, f"{name} {number}")] = node.id
                yield self._named_twice(node, kind, name, f"{name} {number}")

    def _named_twice(self, node: Node, kind: str, name: str, new: str) -> Problem:
        if kind == "name":
            title, detail = f"Two outputs are called “{name}”", "The exported file gives the second one a number."
            change_graph = self.repairs.on(lambda graph: set_param(graph, node.id, "name", new))
        else:
            title, detail = f"Two nodes are called “{name}”", "Lists and messages cannot tell them apart."
            change_graph = self.repairs.on(lambda graph: change(graph, node.id, title=new))
        fix = Fix(f"Rename to {new}", ("no more parameters",), change_graph)
        return Problem("warning" if kind == "name" else "info", node.id, title, detail, fixes=(fix,))

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
                    fixes=(Fix(f"Remove {label_of(source)}", ("no more parameters",), without(source.id)),),
                )
        for name in self.live:
            node = self.graph.nodes[name]
            if node.layer in layers and layers[node.layer].no_onnx:
                yield Problem("info", name, f"{label_of(node)} cannot leave for ONNX", layers[node.layer].no_onnx)
