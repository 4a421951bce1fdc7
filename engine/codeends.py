"""The ends of generated source: what a network reads and gives, its objectives, its predictions, the whole model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.codetext import Text, class_name, variable_name
from engine.data.fields import Schema
from engine.facts import Inference
from engine.graph import Node, objectives_of
from engine.layer import Objective, layers, literal
from engine.project import Project
from engine.shapes import Tensor


@dataclass(frozen=True)
class InputSpec:
    """One argument of the network: the input node and the shape of one prepared item."""

    name: str
    node: str
    tensor: Tensor


@dataclass(frozen=True)
class OutputSpec:
    """One result of the network.

    `objective` is the id of the loss node it feeds at `port`, empty for a plain output; `exported` is False for a
    tensor that only serves to compare with; `target` is the data field, `classes` its class names.
    """

    name: str
    node: str
    tensor: Tensor
    objective: str = ""
    exported: bool = True
    weight: float = 1.0
    target: str = ""
    metrics: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    port: str = "prediction"


def output_specs(project: Project, walk: Inference, schema: Schema) -> tuple[OutputSpec, ...]:
    graph = project.graph
    found: list[OutputSpec] = []
    taken: set[str] = set(graph.nodes)

    def free(name: str) -> str:
        made = variable_name(name, taken)
        taken.add(made)
        return made

    for node in objectives_of(graph):
        facts = walk[node.id]
        if node.muted or facts.findings or not facts.inputs.get("prediction"):
            continue
        made = objective_of(node)
        target = (made.target or default_target(schema, made)) if made.needs_target() else ""
        field_ = schema.get(target) if not facts.inputs.get("target") else None
        found.append(
            OutputSpec(
                name=free(target or node.id),
                node=node.id,
                tensor=facts.inputs["prediction"][0],
                objective=node.id,
                weight=made.weight,
                target=target if field_ else "",
                metrics=made.metrics,
                classes=field_.classes if field_ and made.metrics else (),
            )
        )
        for port, tensors in facts.inputs.items():
            if port != "prediction" and tensors:
                name = free(f"{node.id}_{port}")
                found.append(OutputSpec(name, node.id, tensors[0], objective=node.id, exported=False, port=port))
    plain = [node for node in graph.nodes.values() if node.layer == "Output"]
    for node in sorted(plain, key=lambda node: (node.x, node.y, node.id)):
        if not node.muted and not walk[node.id].findings and walk[node.id].inputs.get("x"):
            name = free(str(node.params.get("name") or "output"))
            found.append(OutputSpec(name, node.id, walk[node.id].inputs["x"][0]))
    return tuple(found)


def objective_of(node: Node) -> Objective:
    """The objective value of a node."""
    made = layers[node.layer](**node.params)
    assert isinstance(made, Objective)
    return made


def default_target(schema: Schema, made: Objective) -> str:
    """The target field where the form names none: the first target of the data that fits."""
    for one in schema.values():
        if one.role == "target" and one.kind in made.target_kinds:
            return one.name
    return ""


def standardized_targets(project: Project, outputs: Iterable[OutputSpec]) -> list[str]:
    """The number targets that are learned on a standard scale."""
    if project.data.preparation.get("targets", "standardize") != "standardize":
        return []
    schema = project.data.schema
    return list(
        dict.fromkeys(one.target for one in outputs if one.target in schema and schema[one.target].kind == "number")
    )


def _unpack(outputs: tuple[OutputSpec, ...], used: set[str]) -> str:
    names = [one.name if one.name in used else "_" for one in outputs]
    return f"    ({names[0]},) = outputs" if len(names) == 1 else f"    {', '.join(names)} = outputs"


def objectives_text(project: Project, outputs: tuple[OutputSpec, ...], counts: Mapping[str, tuple[int, ...]]) -> Text:
    text = Text()
    terms: list[tuple[str, str]] = []
    used: set[str] = set()
    for one in outputs:
        if not (one.objective and one.exported):
            continue
        made = balanced(objective_of(project.graph.nodes[one.node]), one.target, counts)
        wired = {other.port: other.name for other in outputs if other.objective == one.objective and not other.exported}
        used |= {one.name, *wired.values()}
        target = wired.pop("target", f"targets[{literal(one.target)}]")
        terms.append((one.node, made.loss(one.name, target, **wired)))
    if not terms:
        return text
    text.add()
    text.add()
    text.add("def objectives(outputs: tuple[Tensor, ...], targets: dict[str, Tensor]) -> dict[str, Tensor]:")
    text.add('    """What training makes small: each a mean over the batch."""')
    text.add(_unpack(outputs, used))
    text.add("    return {")
    for node, term in terms:
        text.add(f'        "{node}": {term},', node)
    text.add("    }")
    return text


def balanced(made: Objective, target: str, counts: Mapping[str, tuple[int, ...]]) -> Objective:
    """The objective with weights that make rare classes count as much as common ones, where it asks for that."""
    if not getattr(made, "balanced", False) or target not in counts:
        return made
    per_class = counts[target]
    total, present = sum(per_class), sum(1 for count in per_class if count)
    weights = tuple(round(total / (present * count), 6) if count else 0.0 for count in per_class)
    return made.with_(class_weights=weights)


def predictions_text(project: Project, outputs: tuple[OutputSpec, ...], standardized: list[str]) -> Text:
    text = Text()
    shown = [one for one in outputs if one.exported]
    if not shown:
        return text
    text.add()
    text.add()
    text.add("def predictions(outputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:")
    text.add('    """What people read: probabilities instead of scores, targets in their own unit."""')
    text.add(_unpack(outputs, {one.name for one in shown}))
    values = []
    for one in shown:
        value = one.name
        if one.objective:
            value = objective_of(project.graph.nodes[one.node]).activation(value)
            if one.target in standardized:
                mean, std = f"SCALES[{literal(one.target)}][0]", f"SCALES[{literal(one.target)}][1]"
                value = f"{value} * {std} + {mean}"
        values.append(value)
    text.add(f"    return ({', '.join(values)}{',' if len(values) == 1 else ''})")
    return text


def model_text(project: Project, inputs: tuple[InputSpec, ...], prepared: bool) -> Text:
    text = Text()
    if not inputs or not prepared:
        return text
    name = class_name(project.name)
    args = "".join(f", {one.name}: Tensor" for one in inputs)
    values = ", ".join(one.name for one in inputs)
    prepare = f"{'*' if len(inputs) > 1 else ''}self.preparation({values})"
    text.block(
        f'''class Model(nn.Module):
    """Raw data in, answers out: preparation, network and predictions in one."""

    def __init__(self) -> None:
        super().__init__()
        self.preparation = Preparation()
        self.network = {name}()

    def forward(self{args}) -> tuple[Tensor, ...]:
        outputs = self.network({prepare})
        return predictions(outputs if isinstance(outputs, tuple) else (outputs,))'''
    )
    return text
