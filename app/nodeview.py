"""From the document to what panels show: one node, the model, problems, rows of the quick search."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from engine.check import Problem
from engine.declare import Param
from engine.errors import UserError
from engine.graph import BlockParam, Graph, Node, inputs_of, label_of, objectives_of, ports_of
from engine.infer import Facts, Inference
from engine.layer import Input, Layer, Objective, Port, layers
from engine.project import Project
from engine.shapes import Anything, Sym, Tensor
from widgets import words
from widgets.quick_add import QuickRow
from widgets.views import (
    CostView,
    FieldView,
    FixView,
    FormContext,
    KindView,
    ManyView,
    ModelView,
    NodeView,
    Note,
    PortView,
    ProblemView,
    WindowView,
)

if TYPE_CHECKING:
    from app.document import Document


def section_of(node: Node) -> str:
    """The palette section of a node, which decides its hue."""
    if node.block:
        return "Blocks"
    return layers[node.layer].section if node.layer in layers else "Inputs and outputs"


def number(dim: object) -> int | None:
    """A known number, None for a symbol."""
    return dim if isinstance(dim, int) else None


def of_problem(document: Document, problem: Problem) -> ProblemView:
    """A problem as people read it."""
    node = document.project.graph.nodes.get(problem.node or "")
    fixes = tuple(FixView(fix.label, fix.lines) for fix in problem.fixes)
    return ProblemView(
        problem.level, problem.title, problem.detail, problem.node or "", label_of(node) if node else "", fixes
    )


def of_node(document: Document, name: str) -> NodeView:
    """Everything the inspector shows of a node."""
    project, walk = document.project, document.walk
    graph = project.graph
    node = graph.nodes[name]
    facts = walk[name]
    cls = layers[node.layer] if node.layer in layers else None
    block = project.blocks.get(node.block) if node.block else None
    params = cls.params() if cls else {one.name: _of_block_param(one) for one in block.params} if block else {}
    return NodeView(
        id=name,
        title=label_of(node),
        label=cls.label if cls else node.block or node.layer,
        section=section_of(node),
        icon=cls.icon if cls else "",
        help=cls.help() if cls else (block.help if block else "This version of Lamina does not know this layer."),
        params=params,
        values=dict(node.params),
        errors=_errors(cls, node),
        context=FormContext(
            fields=tuple(FieldView(one.name, one.kind) for one in project.data.fields),
            notes=_notes(node, facts),
        ),
        inputs=tuple(_inputs(graph, node, facts, ports_of(node, project.blocks))),
        outputs=tuple(_outputs(graph, node, facts)),
        arithmetic=facts.arithmetic,
        window=_window(node, facts),
        cost=_cost(facts, walk),
        problems=tuple(of_problem(document, one) for one in document.problems if one.node == name),
        muted=node.muted,
        frozen=node.frozen,
        mute_why=""
        if facts.inputs and facts.outputs
        else "Only a node with an input and an output can be passed over.",
        freeze_why="" if number(facts.parameters) else "It has no weights to keep.",
        is_block=bool(node.block),
        repeat=node.repeat if node.block else None,
        note=node.note,
    )


def _of_block_param(declared: BlockParam) -> Param:
    kind = "bool" if isinstance(declared.default, bool) else "int" if isinstance(declared.default, int) else "float"
    return Param(
        name=declared.name,
        kind=kind if not isinstance(declared.default, str) else "text",
        default=declared.default,
        label=declared.label or declared.name.replace("_", " ").capitalize(),
        help=declared.help,
        min=declared.min,
        max=declared.max,
    )


def _errors(cls: type[Layer] | None, node: Node) -> dict[str, str]:
    return cls.problems_of(node.params) if cls else {}


def _notes(node: Node, facts: Facts) -> dict[str, Note]:
    """Words behind single settings: what keeps the size of the picture."""
    if node.layer not in layers:
        return {}
    names = layers[node.layer].params()
    if "padding" not in names or "kernel" not in names or node.layer.startswith(("ConvTranspose", "Max", "Avg", "LP")):
        return {}
    try:
        made: Any = layers[node.layer](**node.params)
        kernel = made.kernel
        dilation = getattr(made, "dilation", (1,) * len(kernel))
        padding = made.padding
    except (UserError, AttributeError):
        return {}
    if not isinstance(padding, tuple) or any(isinstance(part, Sym) for part in (*kernel, *padding)):
        return {}
    keep = tuple((size - 1) * gap // 2 for size, gap in zip(kernel, dilation, strict=False))
    if keep == padding or any((size - 1) * gap % 2 for size, gap in zip(kernel, dilation, strict=False)):
        return {}
    return {"padding": Note("Set to keep size", list(keep))}


def _tensor_view(
    port: str, tensor: Tensor | None, others: str, problem: bool = False, symbol: str = "anything"
) -> PortView:
    if tensor is None:
        return PortView(port, symbol, (), others, problem)
    return PortView(port, tensor.symbol, tuple(tensor.parts()), others, problem)


def _inputs(graph: Graph, node: Node, facts: Facts, ports: Sequence[Port]) -> list[PortView]:
    found = []
    wrong = {finding.port for finding in facts.findings}
    for port in ports:
        edges = [edge for edge in graph.incoming[node.id] if edge.input == port.name]
        tensors = facts.inputs.get(port.name, ())
        for place, edge in enumerate(edges):
            tensor = tensors[place] if place < len(tensors) else None
            found.append(
                _tensor_view(port.name, tensor, label_of(graph.nodes[edge.source]), port.name in wrong, port.symbol)
            )
        if not edges:
            found.append(
                _tensor_view(
                    port.name, None, "not needed" if port.optional else "not connected", port.name in wrong, port.symbol
                )
            )
    return found


def _outputs(graph: Graph, node: Node, facts: Facts) -> list[PortView]:
    found = []
    for port, tensor in facts.outputs.items():
        readers = [label_of(graph.nodes[edge.target]) for edge in graph.outgoing[node.id] if edge.output == port]
        found.append(_tensor_view(port, tensor, ", ".join(dict.fromkeys(readers)) or "nobody yet"))
    return found


def _window(node: Node, facts: Facts) -> WindowView | None:
    """The picture of a window sliding over an image, for layers that have one."""
    image = next((tensors[0] for tensors in facts.inputs.values() if tensors), None)
    result = facts.outputs.get("out")
    if node.layer not in layers or image is None or result is None or image.rank != 3 or result.rank != 3:
        return None
    try:
        made: Any = layers[node.layer](**node.params)
        kernel, stride = made.kernel, getattr(made, "stride", None) or made.kernel
        padding = getattr(made, "padding", (0, 0))
    except (UserError, AttributeError):
        return None
    padding = padding if isinstance(padding, tuple) and len(padding) == 2 else (0, 0)
    sizes = (*image.dims, *result.dims, *kernel, *stride)
    if any(not isinstance(size, int) for size in sizes) or len(kernel) != 2 or node.layer.startswith("ConvTranspose"):
        return None
    return WindowView(
        image=(image.dims[1], image.dims[2]),  # type: ignore[arg-type]
        window=tuple(kernel),  # type: ignore[arg-type]
        step=tuple(stride),  # type: ignore[arg-type]
        padding=padding,
        result=(result.dims[1], result.dims[2]),  # type: ignore[arg-type]
        maps=result.dims[0],  # type: ignore[arg-type]
    )


def _cost(facts: Facts, walk: Inference) -> CostView:
    parameters, work = number(facts.parameters), number(facts.flops)
    whole, all_work = number(walk.parameters), number(walk.flops)
    return CostView(
        parameters=parameters,
        parameters_share=parameters / whole if parameters is not None and whole else None,
        work=work,
        work_share=work / all_work if work is not None and all_work else None,
    )


def of_model(project: Project, walk: Inference) -> ModelView:
    """What the inspector shows while nothing is selected."""
    graph = project.graph
    return ModelView(
        name=project.name,
        nodes=len(graph.nodes),
        parameters=number(walk.parameters),
        work=number(walk.flops),
        memory=words.size(bytes_in_training(walk, 1) or 0) if graph.nodes else "",
        source=", ".join(label_of(node) for node in inputs_of(graph)),
        target=", ".join(label_of(node) for node in objectives_of(graph)),
    )


def bytes_in_training(walk: Inference, batch: int) -> int | None:
    """A fair guess of the memory that training takes: weights, gradients and Adam's two averages in 32 bits, and the
    outputs of every node for each item of a batch, forward and backward."""
    parameters, elements = number(walk.parameters), number(walk.elements)
    if parameters is None or elements is None:
        return None
    return 4 * (4 * parameters + 2 * elements * batch)


def of_many(document: Document, names: Sequence[str]) -> ManyView:
    """What several nodes have in common."""
    graph, walk = document.project.graph, document.walk
    kinds: dict[str, KindView] = {}
    for name in names:
        node = graph.nodes[name]
        cls = layers[node.layer] if node.layer in layers else None
        label = cls.label if cls else node.block or node.layer
        count = kinds[label].count + 1 if label in kinds else 1
        kinds[label] = KindView(label, section_of(node), cls.icon if cls else "", count)
    parameters = [number(walk[name].parameters) for name in names]
    work = [number(walk[name].flops) for name in names]
    whole, all_work = number(walk.parameters), number(walk.flops)
    known = sum(one or 0 for one in parameters)
    done = sum(one or 0 for one in work)
    return ManyView(
        count=len(names),
        kinds=tuple(kinds.values()),
        cost=CostView(known, known / whole if whole else None, done, done / all_work if all_work else None),
        muted=all(graph.nodes[name].muted for name in names),
        frozen=all(graph.nodes[name].frozen for name in names),
        group_why="",
    )


def quick_row(cls: type[Layer], tensor: Tensor | None, bridge: Callable[[Tensor, Port], str]) -> QuickRow:
    """What would come of a layer behind a tensor: the shape, a layer that is added first, or why not."""
    name, ports = cls.__name__, cls.ports()
    if tensor is None:
        return QuickRow(name, cls.label, cls.section, "", "fit", cls.icon, cls.keywords)
    if issubclass(cls, Input) or not ports:
        return QuickRow(name, cls.label, cls.section, "takes no wire", "unfit", cls.icon, cls.keywords)
    port = ports[0]
    if not port.fits(tensor):
        through = bridge(tensor, port)
        if through:
            return QuickRow(
                name, cls.label, cls.section, f"adds {layers[through].label} first", "bridge", cls.icon, cls.keywords
            )
        return QuickRow(name, cls.label, cls.section, f"needs {_short_need(port)}", "unfit", cls.icon, cls.keywords)
    return QuickRow(name, cls.label, cls.section, _result(cls, tensor, ports), "fit", cls.icon, cls.keywords)


def _short_need(port: Port) -> str:
    return (
        " or ".join(dict.fromkeys(kind.article for kind in port.accepts[:2]))
        if Anything not in port.accepts
        else "an input"
    )


def _result(cls: type[Layer], tensor: Tensor, ports: tuple[Port, ...]) -> str:
    required = [port for port in ports if not port.optional]
    if issubclass(cls, Objective):
        return "loss"
    if len(required) > 1 or any(port.many for port in ports):
        return "joins another"
    try:
        result = cls().shape(tensor)
    except UserError:
        return ""
    first = result[0] if isinstance(result, tuple) and result else result
    if not isinstance(first, Tensor):
        return ""
    return "same" if first == tensor else first.words()
