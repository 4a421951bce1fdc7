"""Builds the inspector's views out of a project and its inference: plain functions on values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.check import Problem
from engine.declare import plain
from engine.dims import Dim
from engine.errors import UserError
from engine.explain import Explained, explain, repeated
from engine.facts import Facts, Inference
from engine.graph import Blocks, Edge, Graph, Node, label_of, make, outputs_of, ports_of
from engine.keeping import keeping
from engine.layer import Input, Layer, Objective, layers
from engine.padding import joined
from engine.params import Param
from engine.project import Project
from engine.shapes import Tensor
from widgets.pictures.about import about_block, about_node
from widgets.shared_settings import shared_settings
from widgets.views import (
    CostView,
    FieldView,
    FixView,
    FormContext,
    KindView,
    ManyView,
    NodeView,
    Note,
    PortView,
    ProblemView,
)


def problem_view(problem: Problem, graph: Graph) -> ProblemView:
    """A problem as the panels show it."""
    node = graph.nodes.get(problem.node or "")
    fixes = tuple(FixView(fix.label, fix.lines, fix.price) for fix in problem.fixes)
    return ProblemView(
        problem.level, problem.title, problem.detail, problem.node or "", label_of(node) if node else "", fixes
    )


MOST_WITH_FIXES = 12
"""Problems whose repairs are worked out for the list; the others offer theirs on the card."""


def problem_views(problems: Sequence[Problem], graph: Graph) -> list[ProblemView]:
    """The list of problems; working out repairs takes time, so in a very long list only the first ones have them."""
    first = [problem_view(one, graph) for one in problems[:MOST_WITH_FIXES]]
    return first + [problem_view(replace(one, fixes=()), graph) for one in problems[MOST_WITH_FIXES:]]


def node_view(
    project: Project, graph: Graph, walk: Inference, name: str, problems: Sequence[Problem] = (), folder: str = ""
) -> NodeView:
    """Everything the inspector shows of one node.

    Args:
        graph: the network or the inside of a block in which the node stands.
        walk: the inference of that graph.
        problems: of this node only, in the order in which `fix_wanted` counts them.
        folder: where file dialogs open.
    """
    node, facts = graph.nodes[name], walk.facts.get(name, Facts())
    cls = layers[node.layer] if not node.block and node.layer in layers else None
    wrong = cls.problems_of(_plain_values(node, cls)) if cls else {}
    block = project.blocks.get(node.block) if node.block else None
    fields = tuple(FieldView(one.name, one.kind) for one in project.data.fields)
    inside = all(graph is not one for one in project.networks.values())
    repeats = bool(block and len(block.inputs) == 1 and len(block.outputs) == 1)
    learns = bool(_whole(facts.parameters))
    told, kept = _told(node, facts), keeping(node, facts)
    params, values = joined(cls.params() if cls else _block_params(project.blocks, node), node.params)
    return NodeView(
        id=name,
        title=label_of(node),
        label=cls.label if cls else node.block or node.layer,
        section=cls.section if cls else "Blocks",
        icon=cls.icon if cls else "block",
        help=cls.help() if cls else (block.help if block else ""),
        params=params,
        values=values,
        errors=wrong | {one.setting: one.title for one in facts.findings if one.setting},
        context=FormContext(fields, {**_stride_note(node, cls), **_field_note(project, node, cls)}, folder, inside),
        inputs=_inputs(graph, node, project.blocks, facts),
        outputs=_outputs(graph, node, project.blocks, facts),
        arithmetic=told.shape,
        keep=Note(kept.words(), (kept.name, kept.value)) if kept else None,
        picture=about_block(block, project.blocks) if block is not None else about_node(node, cls, facts),
        cost=replace(_cost([facts], walk), parameters_words=told.parameters, work_words=told.work)
        if facts.ok and (facts.outputs or not outputs_of(node, project.blocks))
        else CostView(),
        problems=tuple(problem_view(one, graph) for one in problems),
        muted=node.muted,
        frozen=node.frozen,
        mute_why=_mute_why(cls),
        freeze_why="" if learns or node.frozen else "It has no weights to freeze.",
        is_block=block is not None,
        repeat=node.repeat if repeats else None,
        lr=node.lr if learns else None,
        note=node.note,
    )


def _told(node: Node, facts: Facts) -> Explained:
    """How the node's size and cost come about, in words."""
    if facts.inner:
        inner = facts.inner
        parameters = repeated([one.parameters for one in inner], facts.parameters)
        return Explained("", parameters, repeated([one.flops for one in inner], facts.flops))
    if node.muted or not facts.ok or node.layer not in layers:
        return Explained(facts.arithmetic)
    try:
        return explain(make(node), facts)
    except UserError:
        return Explained(facts.arithmetic)


def many_view(project: Project, graph: Graph, walk: Inference, names: Iterable[str], group_why: str = "") -> ManyView:
    """What several selected nodes have in common."""
    nodes = [graph.nodes[name] for name in names if name in graph.nodes]
    counts: Counter[tuple[str, str, str]] = Counter()
    for node in nodes:
        cls = layers[node.layer] if not node.block and node.layer in layers else None
        counts[(cls.label, cls.section, cls.icon) if cls else (node.block or node.layer, "Blocks", "block")] += 1
    shared = shared_settings(project, nodes)
    inside = all(graph is not one for one in project.networks.values())
    return ManyView(
        params=shared.params,
        values=shared.values,
        mixed=shared.mixed,
        context=FormContext(expressions=inside),
        count=len(nodes),
        kinds=tuple(KindView(*kind, count) for kind, count in counts.most_common()),
        cost=_cost([walk.facts[node.id] for node in nodes if node.id in walk.facts], walk),
        muted=bool(nodes) and all(node.muted for node in nodes),
        frozen=bool(nodes) and all(node.frozen for node in nodes),
        group_why=group_why,
    )


def _plain_values(node: Node, cls: type[Layer]) -> dict[str, Any]:
    from engine.edits import is_expression

    return {key: value for key, value in node.params.items() if not is_expression(value) and key in cls.params()}


def _block_params(blocks: Blocks, node: Node) -> dict[str, Param]:
    block = blocks.get(node.block)
    found = {}
    for one in block.params if block else ():
        kind = {bool: "bool", int: "int", float: "float"}.get(type(one.default), "text")
        label = one.label or one.name.replace("_", " ").capitalize()
        found[one.name] = Param(
            name=one.name, kind=kind, default=one.default, label=label, help=one.help, min=one.min, max=one.max
        )  # type: ignore[arg-type]
    return found


def _whole(value: Dim) -> int | None:
    return value if isinstance(value, int) else None


def _cost(facts: Sequence[Facts], walk: Inference) -> CostView:
    parameters = [_whole(one.parameters) for one in facts]
    work = [_whole(one.flops) for one in facts]
    all_parameters, all_work = _whole(walk.parameters), _whole(walk.flops)
    known = None if None in parameters else sum(one or 0 for one in parameters)
    done = None if None in work else sum(one or 0 for one in work)
    return CostView(known, _share(known, all_parameters), done, _share(done, all_work))


def _share(part: int | None, whole: int | None) -> float | None:
    return part / whole if part is not None and whole else None


def _mute_why(cls: type[Layer] | None) -> str:
    if cls is not None and issubclass(cls, Input):
        return "Data comes in here; without it there is nothing to pass on."
    if cls is not None and issubclass(cls, Objective) and not cls.ports():
        return "It passes nothing on."
    return ""


def _parts(tensors: Sequence[Tensor]) -> tuple[tuple[str, bool], ...]:
    found: list[tuple[str, bool]] = []
    for place, tensor in enumerate(tensors):
        found += [(", ", False)] if place else []
        found += tensor.parts()
    return tuple(found)


def _others(graph: Graph, edges: Iterable[Edge], end: str) -> str:
    return ", ".join(dict.fromkeys(label_of(graph.nodes[getattr(edge, end)]) for edge in edges))


def _inputs(graph: Graph, node: Node, blocks: Blocks, facts: Facts) -> tuple[PortView, ...]:
    guilty = {one.port for one in facts.findings}
    found = []
    for port in ports_of(node, blocks):
        tensors = facts.inputs.get(port.name, ())
        edges = [edge for edge in graph.incoming[node.id] if edge.input == port.name]
        symbol = tensors[0].symbol if tensors else port.symbol
        others = _others(graph, edges, "source")
        found.append(PortView(port.name, symbol, _parts(tensors), others, port.name in guilty))
    return tuple(found)


def _outputs(graph: Graph, node: Node, blocks: Blocks, facts: Facts) -> tuple[PortView, ...]:
    found = []
    for name in outputs_of(node, blocks):
        tensor = facts.outputs.get(name)
        edges = [edge for edge in graph.outgoing[node.id] if edge.output == name]
        others = _others(graph, edges, "target")
        found.append(
            PortView(name, tensor.symbol if tensor else "anything", _parts([tensor] if tensor else []), others)
        )
    return tuple(found)


def _field_note(project: Project, node: Node, cls: type[Layer] | None) -> Mapping[str, Note]:
    """Which field an input reads while none is chosen."""
    if cls is None or not issubclass(cls, Input) or "field" not in cls.params() or node.params.get("field"):
        return {}
    kinds = cls.field_kinds
    fitting = [one.name for one in project.data.fields if one.kind in kinds and one.role == "input"]
    return {"field": Note(f"Reads “{fitting[0]}”, the only one that fits.")} if len(fitting) == 1 else {}


def _stride_note(node: Node, cls: type[Layer] | None) -> Mapping[str, Note]:
    """What a stride costs: one pixel in so many is kept."""
    if cls is None or "stride" not in cls.params() or "kernel" not in cls.params():
        return {}
    try:
        stride = plain(cls.params()["stride"].coerce(node.params.get("stride", cls.params()["stride"].default)))
    except UserError:
        return {}
    if len(stride) != 2 or not all(isinstance(step, int) for step in stride) or max(stride) < 2:
        return {}
    return {"stride": Note(f"keeps 1 pixel in {stride[0] * stride[1]}")}
