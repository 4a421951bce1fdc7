"""One walk over the graph: the shape, or the reason why not, for every port; parameters, work and memory.

Results of a layer are remembered by (settings, input shapes), so that an edit re-computes what it touched and the rest
is looked up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from engine.errors import UserError
from engine.expressions import evaluate
from engine.graph import NO_BLOCKS, Block, Blocks, Graph, Node, is_expression, label_of, outputs_of, ports_of
from engine.layer import Input, Layer, Misfit, Objective, Port, layers
from engine.shapes import Dim, Sym, Tensor

Schema = Mapping[str, Any]
"""The data's fields by name (`engine.data.Field`)."""


@dataclass(frozen=True)
class Finding:
    """Why a node has no shape: a title (what is wrong) and a detail (who sends what). `port` is the guilty input."""

    title: str
    detail: str = ""
    port: str | None = None
    setting: str | None = None


@dataclass(frozen=True)
class Facts:
    """What is known of one node. A node that only waits for others has neither outputs nor findings."""

    inputs: Mapping[str, tuple[Tensor, ...]] = field(default_factory=dict)
    outputs: Mapping[str, Tensor] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    parameters: Dim = 0
    flops: Dim = 0
    elements: Dim = 0
    """Numbers kept for the backward pass, one item: the outputs."""
    arithmetic: str = ""
    inner: tuple[Inference, ...] = ()
    """For a block: the walk inside, once per repeat."""

    @property
    def ok(self) -> bool:
        return not self.findings


@dataclass(frozen=True)
class Inference:
    """The facts of every node of one graph."""

    facts: Mapping[str, Facts]

    def __getitem__(self, name: str) -> Facts:
        return self.facts[name]

    def output(self, name: str, port: str) -> Tensor | None:
        """The tensor on an output port, None where it is not known."""
        facts = self.facts.get(name)
        return facts.outputs.get(port) if facts else None

    @property
    def parameters(self) -> Dim:
        return _total([facts.parameters for facts in self.facts.values()])

    @property
    def flops(self) -> Dim:
        return _total([facts.flops for facts in self.facts.values()])

    @property
    def elements(self) -> Dim:
        return _total([facts.elements for facts in self.facts.values()])

    @property
    def ok(self) -> bool:
        return all(facts.ok for facts in self.facts.values())


def _total(parts: list[Dim]) -> Dim:
    total: Dim = 0
    for part in parts:
        total = total + part
    return total


def infer(graph: Graph, schema: Schema, blocks: Blocks = NO_BLOCKS) -> Inference:
    """Walk the graph once, from inputs to outputs.

    Args:
        graph: any graph, unfinished ones too.
        schema: the data's fields by name, to which input nodes are bound.
        blocks: the definitions that block instances refer to.

    Returns:
        Facts for every node; nodes in a circle get a finding.
    """
    return _walk(graph, schema, blocks, {}, {}, ())


def _walk(
    graph: Graph,
    schema: Schema,
    blocks: Blocks,
    given: Mapping[str, Tensor],
    names: Mapping[str, Any],
    path: tuple[str, ...],
) -> Inference:
    facts: dict[str, Facts] = {}
    for name in graph.order:
        facts[name] = _facts(graph, graph.nodes[name], facts, schema, blocks, given, names, path)
    for name in graph.nodes:
        if name not in facts:
            facts[name] = Facts(
                findings=(Finding("This node is part of a circle", "Data flows one way. Remove a wire."),)
            )
    return Inference(facts)


def _facts(
    graph: Graph,
    node: Node,
    facts: Mapping[str, Facts],
    schema: Schema,
    blocks: Blocks,
    given: Mapping[str, Tensor],
    names: Mapping[str, Any],
    path: tuple[str, ...],
) -> Facts:
    if node.id in given:
        tensor = given[node.id]
        return Facts(outputs={"out": tensor})
    if not node.known or (node.block and node.block not in blocks):
        what = f"block “{node.block}”" if node.block else f"layer {node.layer!r}"
        return Facts(
            findings=(Finding(f"The {what} is not known here", "It is kept in the file. Replace it or delete it."),)
        )
    ports = ports_of(node, blocks)
    inputs, findings, waiting = _gather(graph, node, ports, facts)
    if waiting or (findings and not node.muted):
        return Facts(inputs=inputs, findings=tuple(findings))
    if node.muted:
        return _muted(node, blocks, inputs)
    try:
        values = resolve(node, names)
        if node.block:
            return _block_facts(node, blocks, inputs, values, schema, path)
        return _layer_facts(node.layer, _hashable(values), tuple(inputs.items()), node, schema)
    except Misfit as error:
        title, _, detail = error.message.partition("\n")
        return Facts(inputs=inputs, findings=(Finding(title, detail or _senders(graph, inputs, node), error.port),))
    except UserError as error:
        return Facts(inputs=inputs, findings=(Finding(error.message),))


def resolve(node: Node, names: Mapping[str, Any]) -> dict[str, Any]:
    """The node's settings with every expression replaced by its value."""
    values = {}
    for key, value in node.params.items():
        if is_expression(value) and (node.block or layers[node.layer].params().get(key) is not None):
            declared = None if node.block else layers[node.layer].params()[key]
            if declared is None or declared.kind not in ("text", "texts"):
                if not names:
                    raise UserError(f"{label_of(node)}: an expression for {key!r} only has a meaning inside a block.")
                value = evaluate(value, names)
        values[key] = value
    return values


def _hashable(values: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted((key, _tuple(value)) for key, value in values.items()))


def _tuple(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return tuple(_tuple(part) for part in value)
    if isinstance(value, Mapping):
        return _Map(tuple(sorted((key, _tuple(part)) for key, part in value.items())))
    return value


class _Map(dict[str, Any]):
    """A mapping among hashable settings."""

    def __init__(self, items: tuple[tuple[str, Any], ...]) -> None:
        super().__init__(items)
        self._items = items

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(self._items)


def _gather(
    graph: Graph, node: Node, ports: tuple[Port, ...], facts: Mapping[str, Facts]
) -> tuple[dict[str, tuple[Tensor, ...]], list[Finding], bool]:
    """The tensors at each port, what is wrong with them, and whether something upstream is not known yet."""
    inputs: dict[str, tuple[Tensor, ...]] = {}
    findings: list[Finding] = []
    waiting = False
    by_port: dict[str, list[Any]] = {}
    for edge in graph.incoming[node.id]:
        by_port.setdefault(edge.input, []).append(edge)
    for port in ports:
        tensors = []
        for edge in by_port.get(port.name, ()):
            tensor = facts[edge.source].outputs.get(edge.output) if edge.source in facts else None
            if tensor is None:
                waiting = True
                continue
            tensors.append(tensor)
            if not port.fits(tensor):
                source = label_of(graph.nodes[edge.source])
                findings.append(
                    Finding(
                        f"{label_of(node)} needs {port.words()}",
                        f"{source} gives it {tensor.article}, {tensor.words()}.",
                        port.name,
                    )
                )
        if port.name in by_port:
            inputs[port.name] = tuple(tensors)
        elif not port.optional:
            findings.append(_missing(node, port, len(ports)))
    return inputs, findings, waiting


def _missing(node: Node, port: Port, count: int) -> Finding:
    where = f" at “{port.name.replace('_', ' ')}”" if count > 1 else ""
    need = "something" if port.words() == "any tensor" else port.words()
    return Finding(f"{label_of(node)} has no input{where}", f"It needs {need}. Drag a wire to it.", port.name)


def _senders(graph: Graph, inputs: Mapping[str, tuple[Tensor, ...]], node: Node) -> str:
    parts = []
    for edge in graph.incoming[node.id]:
        tensors = inputs.get(edge.input, ())
        if edge.index < len(tensors):
            parts.append(f"{label_of(graph.nodes[edge.source])} gives {tensors[edge.index].words()}")
    return f"{', '.join(parts)}." if parts else ""


def _muted(node: Node, blocks: Blocks, inputs: Mapping[str, tuple[Tensor, ...]]) -> Facts:
    first = next((tensors[0] for tensors in inputs.values() if tensors), None)
    outputs = outputs_of(node, blocks)
    if first is None or not outputs:
        return Facts(inputs=inputs)
    return Facts(inputs=inputs, outputs={outputs[0]: first})


def _layer_facts(
    name: str,
    values: tuple[tuple[str, Any], ...],
    inputs: tuple[tuple[str, tuple[Tensor, ...]], ...],
    node: Node,
    schema: Schema,
) -> Facts:
    cls = layers[name]
    if issubclass(cls, Input):
        made = _made(name, values)
        assert isinstance(made, Input)
        tensor = made.tensor(schema)
        return Facts(outputs={"out": tensor}, elements=tensor.size())
    facts = _layer_rule(name, values, inputs)
    if isinstance(facts, Misfit):
        raise Misfit(facts.message, facts.port)
    return facts if not node.shares else Facts(**{**facts.__dict__, "parameters": 0})


@lru_cache(maxsize=20_000)
def _made(name: str, values: tuple[tuple[str, Any], ...]) -> Layer:
    return layers[name](**dict(values))


@lru_cache(maxsize=50_000)
def _layer_rule(
    name: str, values: tuple[tuple[str, Any], ...], inputs: tuple[tuple[str, tuple[Tensor, ...]], ...]
) -> Facts | Misfit:
    made = _made(name, values)
    args, named = arguments(made, dict(inputs))
    try:
        shape = made.shape(*args, **named)
    except Misfit as error:
        return error
    if isinstance(made, Objective):
        outputs: dict[str, Tensor] = {}
    else:
        tensors = shape if isinstance(shape, tuple) else (shape,)
        outputs = dict(zip(made.output_names(), tensors, strict=True))
    elements = _total([tensor.size() for tensor in outputs.values()])
    return Facts(
        inputs=dict(inputs),
        outputs=outputs,
        parameters=made.parameters(*args, **named),
        flops=made.flops(*args, **named),
        elements=elements,
        arithmetic=made.arithmetic(*args, **named),
    )


def arguments(made: Layer | type[Layer], inputs: Mapping[str, tuple[Any, ...]]) -> tuple[list[Any], dict[str, Any]]:
    """Inputs by port as the arguments of `shape`, `module` and the like: in signature order, open ports left out."""
    args: list[Any] = []
    named: dict[str, Any] = {}
    gap = False
    for port in made.ports():
        found = inputs.get(port.name, ())
        if port.many:
            args.extend(found)
        elif not found:
            gap = True
        elif gap:
            named[port.name] = found[0]
        else:
            args.append(found[0])
    return args, named


def _block_facts(
    node: Node,
    blocks: Blocks,
    inputs: Mapping[str, tuple[Tensor, ...]],
    values: Mapping[str, Any],
    schema: Schema,
    path: tuple[str, ...],
) -> Facts:
    block = blocks[node.block]
    if node.block in path:
        raise Misfit(
            f"Block “{block.name}” contains itself\nA block cannot be a part of itself. Remove one of the two."
        )
    if node.repeat > 1 and (len(block.inputs) != 1 or len(block.outputs) != 1):
        raise Misfit(f"“{block.name}” cannot be repeated\nOnly a block with one input and one output can feed itself.")
    if not block.outputs:
        raise Misfit(f"“{block.name}” has no output\nOpen it and add a block output.")
    walks: list[Inference] = []
    current = {name: tensors[0] for name, tensors in inputs.items() if tensors}
    outputs: dict[str, Tensor] = {}
    for _ in range(node.repeat):
        walk = _walk(block.graph, schema, blocks, current, block_names(block, values, current), (*path, node.block))
        walks.append(walk)
        broken = [(name, facts.findings[0]) for name, facts in walk.facts.items() if facts.findings]
        if broken:
            name, finding = broken[0]
            inner = label_of(block.graph.nodes[name])
            return Facts(
                inputs=inputs,
                findings=(Finding(f"Inside “{block.name}”, at {inner}: {finding.title}", finding.detail),),
                inner=tuple(walks),
            )
        outputs = {end.id: walk[end.id].inputs["x"][0] for end in block.outputs if walk[end.id].inputs.get("x")}
        if node.repeat > 1:
            current = {block.inputs[0].id: next(iter(outputs.values()))}
    return Facts(
        inputs=inputs,
        outputs=outputs,
        parameters=_total([walk.parameters for walk in walks]) if not node.shares else 0,
        flops=_total([walk.flops for walk in walks]),
        elements=_total([walk.elements for walk in walks]),
        inner=tuple(walks),
    )


def block_names(block: Block, values: Mapping[str, Any], inputs: Mapping[str, Tensor]) -> dict[str, Any]:
    """What expressions inside a block may name: its settings, its inputs by name, and `input` for the first one."""
    names: dict[str, Any] = {declared.name: values.get(declared.name, declared.default) for declared in block.params}
    unknown = [key for key in values if key not in names]
    if unknown:
        raise UserError(f"Block “{block.name}” has no setting {unknown[0]!r}.")
    for declared in block.params:
        value = names[declared.name]
        low, high = declared.min, declared.max
        if not isinstance(value, Sym) and isinstance(value, int | float):
            if low is not None and value < low:
                raise UserError(f"{declared.label or declared.name} needs at least {low:g}. It is {value:g}.")
            if high is not None and value > high:
                raise UserError(f"{declared.label or declared.name} needs at most {high:g}. It is {value:g}.")
    names.update(inputs)
    if block.inputs and block.inputs[0].id in inputs:
        names["input"] = inputs[block.inputs[0].id]
    return names
