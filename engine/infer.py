"""One walk over the graph: the shape, or the reason why not, for every port; parameters, work and memory.

Results of a layer are remembered by (settings, input shapes), so that an edit re-computes what it touched and the rest
is looked up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from engine.edits import is_expression, stands_for_value
from engine.errors import UserError
from engine.expressions import evaluate
from engine.graph import NO_BLOCKS, Block, Blocks, Edge, Graph, Node, label_of, outputs_of, ports_of
from engine.layer import Input, Layer, Misfit, Objective, Port, layers
from engine.recall import Reuse, remember, walk_of
from engine.shapes import Dim, Sym, Tensor
from engine.wiring import first_feed

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
    before = walk_of(graph)
    found = _walk(graph, _Around(schema, blocks), Reuse(before, graph, schema, blocks) if before else None)
    remember(graph, schema, blocks, found.facts)
    return found


def walk_inside(block: Block, given: Mapping[str, Tensor], names: Mapping[str, Any], blocks: Blocks) -> Inference:
    """The walk of a block's graph alone, fed with these tensors; `names` are what its expressions may name."""
    return _walk(block.graph, _Around({}, blocks, (block.name,), given, names))


@dataclass(frozen=True)
class _Around:
    """What a walk knows besides its graph: the data, and inside a block what it is fed with.

    `path` holds the blocks one is in; `known` remembers walks through blocks, so that blocks in blocks in blocks cost
    as much as they hold and not as much as they stand for; `refused` are nodes that cannot share the weights they want.
    """

    schema: Schema
    blocks: Blocks
    path: tuple[str, ...] = ()
    given: Mapping[str, Tensor] = field(default_factory=dict)
    names: Mapping[str, Any] = field(default_factory=dict)
    known: dict[Any, Inference] = field(default_factory=dict)
    refused: Mapping[str, Finding] = field(default_factory=dict)


def _walk(graph: Graph, around: _Around, reuse: Reuse | None = None) -> Inference:
    facts: dict[str, Facts] = {}
    for name in graph.order:
        kept = reuse.kept(name) if reuse else None
        facts[name] = kept or _facts(graph, graph.nodes[name], facts, around)
        if reuse and not kept:
            reuse.walked(name, facts[name])
    for name in graph.nodes:
        if name not in facts:
            facts[name] = Facts(
                findings=(Finding("This node is part of a circle", "Data flows one way. Remove a wire."),)
            )
    refused = _wrongly_shared(graph, facts, around) if not around.refused else {}
    return _walk(graph, replace(around, refused=refused)) if refused else Inference(facts)


def _wrongly_shared(graph: Graph, facts: Mapping[str, Facts], around: _Around) -> dict[str, Finding]:
    """The nodes that want another node's weights and cannot have them, each with the reason."""
    refused = {}
    for node in graph.nodes.values():
        if node.shares and node.known and not node.muted:
            why = _why_not_shared(node, graph.nodes.get(node.shares), facts, around)
            if why:
                refused[node.id] = Finding(f"{label_of(node)} cannot share weights", why)
    return refused


def _why_not_shared(node: Node, owner: Node | None, facts: Mapping[str, Facts], around: _Around) -> str:
    if owner is None or owner is node:
        return "The node whose weights it uses is gone. Choose another, or give it weights of its own."
    name = label_of(owner)
    if owner.shares or owner.muted:
        return f"{name} has no weights of its own here. Share with one that has."
    one, other = facts[node.id], facts[owner.id]
    if one.findings or other.findings or not one.outputs or not other.outputs:
        return ""  # something else comes first
    if owner.layer != node.layer:
        return _why_not_tied(_table(node, one, around.names), _table(owner, other, around.names), name)
    if _modules(node, one, around.names) != _modules(owner, other, around.names):
        return f"Its weights would have another size than those of {name}. Make inputs and settings equal."
    return ""


_Table = tuple[Dim, Dim] | None


def _why_not_tied(one: _Table, other: _Table, name: str) -> str:
    """Why layers of two kinds cannot use one weight."""
    if one is None or other is None:
        return f"{name} is another kind of layer. Share with one of the same kind, or a Linear with an Embedding."
    if one != other:
        sizes = [" × ".join(map(str, table)) for table in (one, other)]
        return f"Its weights are {sizes[0]}, those of {name} are {sizes[1]}. Make inputs and settings equal."
    return ""


def _table(node: Node, facts: Facts, names: Mapping[str, Any]) -> _Table:
    """The size of the weight that a layer of another kind may use as well."""
    if node.block:
        return None
    made = _made(node.layer, _hashable(resolve(node, names)))
    args, named = arguments(made, facts.inputs)
    return made.table(*args, **named)


def _shared(node: Node, owner: Node | None, facts: Facts, names: Mapping[str, Any]) -> Facts:
    """The facts of a node that uses another's weights: what it shares is counted there."""
    if facts.findings or not facts.parameters:
        return facts
    table = _table(node, facts, names) if owner is not None and owner.layer != node.layer else None
    return replace(facts, parameters=facts.parameters - table[0] * table[1] if table else 0)


def _modules(node: Node, facts: Facts, names: Mapping[str, Any]) -> Any:
    """What decides the weights of a node: the source of its module, or all of a block's use."""
    values = resolve(node, names)
    if node.block:
        return _hashable(values), node.repeat, tuple(facts.inputs.items())
    made = _made(node.layer, _hashable(values))
    args, named = arguments(made, facts.inputs)
    return made.module(*args, **named)


def _facts(graph: Graph, node: Node, facts: Mapping[str, Facts], around: _Around) -> Facts:
    blocks = around.blocks
    if node.id in around.given:
        return Facts(outputs={"out": around.given[node.id]})
    if node.id in around.refused:
        return Facts(findings=(around.refused[node.id],))
    if not node.known or (node.block and node.block not in blocks):
        what = f"block “{node.block}”" if node.block else f"layer {node.layer!r}"
        return Facts(
            findings=(Finding(f"The {what} is not known here", "It is kept in the file. Replace it or delete it."),)
        )
    ports = ports_of(node, blocks)
    inputs, findings, waiting = _gather(graph, node, ports, facts, blocks)
    if waiting or (findings and not node.muted):
        return Facts(inputs=inputs, findings=tuple(findings))
    if node.muted:
        return _muted(graph, node, blocks, facts)
    try:
        values = resolve(node, around.names)
        if node.block:
            found = _block_facts(node, inputs, values, around)
        else:
            found = _layer_facts(node.layer, _hashable(values), tuple(inputs.items()), around.schema)
        return _shared(node, graph.nodes.get(node.shares), found, around.names) if node.shares else found
    except Misfit as error:
        title, _, detail = error.message.partition("\n")
        return Facts(inputs=inputs, findings=(Finding(title, detail or _senders(graph, inputs, node), error.port),))
    except UserError as error:
        title, _, detail = error.message.partition(". ")
        return Facts(inputs=inputs, findings=(Finding(title.removesuffix("."), detail),))


def resolve(node: Node, names: Mapping[str, Any]) -> dict[str, Any]:
    """The node's settings with every expression replaced by its value."""
    values = {}
    for key, value in node.params.items():
        if is_expression(value) and (node.block or stands_for_value(layers[node.layer], key, value)):
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
    graph: Graph, node: Node, ports: tuple[Port, ...], facts: Mapping[str, Facts], blocks: Blocks
) -> tuple[dict[str, tuple[Tensor, ...]], list[Finding], bool]:
    """The tensors at each port, what is wrong with them, and whether something upstream is not known yet."""
    inputs: dict[str, tuple[Tensor, ...]] = {}
    waiting = False
    by_port: dict[str, list[Edge]] = {}
    for edge in graph.incoming[node.id]:
        by_port.setdefault(edge.input, []).append(edge)
    findings = _loose_wires(graph, node, ports, by_port, blocks)
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


def _loose_wires(
    graph: Graph, node: Node, ports: tuple[Port, ...], by_port: Mapping[str, list[Edge]], blocks: Blocks
) -> list[Finding]:
    """Wires that no edit makes but a file may hold: to or from a port that is not there, or two where one fits."""
    findings = []
    known = {port.name: port for port in ports}
    for name, edges in by_port.items():
        if name not in known:
            title = f"{label_of(node)} has no input called “{name[:40]}”"
            findings.append(Finding(title, "Remove the wire that leads there.", name))
        elif len(edges) > 1 and not known[name].many:
            title = f"{label_of(node)} takes one wire at “{name.replace('_', ' ')}”"
            findings.append(Finding(title, f"It has {len(edges)}. Remove all but one.", name))
        for edge in edges:
            source = graph.nodes[edge.source]
            known_source = source.layer in layers or source.block in blocks
            if known_source and edge.output not in outputs_of(source, blocks):
                title = f"{label_of(source)} has no output called “{edge.output[:40]}”"
                findings.append(Finding(title, "Remove the wire that comes from there.", name))
    return findings


def _missing(node: Node, port: Port, count: int) -> Finding:
    where = f" at “{port.name.replace('_', ' ')}”" if count > 1 else ""
    need = "something" if port.words() == "any tensor" else port.words()
    return Finding(f"{label_of(node)} has no input{where}", f"It needs {need}. Drag a wire to it.", port.name)


def _senders(graph: Graph, inputs: Mapping[str, tuple[Tensor, ...]], node: Node) -> str:
    parts = []
    for name, tensors in inputs.items():
        edges = [edge for edge in graph.incoming[node.id] if edge.input == name]
        for edge, tensor in zip(edges, tensors, strict=False):
            parts.append(f"{label_of(graph.nodes[edge.source])} gives {tensor.words()}")
    return f"{', '.join(parts)}." if parts else ""


def _muted(graph: Graph, node: Node, blocks: Blocks, facts: Mapping[str, Facts]) -> Facts:
    """A muted node passes its main input on, from every output."""
    feed = first_feed(node, graph.incoming[node.id], blocks)
    tensor = facts[feed.source].outputs.get(feed.output) if feed else None
    outputs = outputs_of(node, blocks)
    if feed is not None and tensor is not None:
        return Facts(inputs={feed.input: (tensor,)}, outputs=dict.fromkeys(outputs, tensor))
    if not outputs or not graph.outgoing[node.id]:
        return Facts()
    title = f"{label_of(node)} is muted and has nothing to pass on"
    return Facts(findings=(Finding(title, "Switch it on again, or take its wires away."),))


def _layer_facts(
    name: str,
    values: tuple[tuple[str, Any], ...],
    inputs: tuple[tuple[str, tuple[Tensor, ...]], ...],
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
    return facts


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
    node: Node, inputs: Mapping[str, tuple[Tensor, ...]], values: Mapping[str, Any], around: _Around
) -> Facts:
    block = around.blocks[node.block]
    _refuse_block(node, block, around.path)
    walks: list[Inference] = []
    current = {name: tensors[0] for name, tensors in inputs.items() if tensors}
    outputs: dict[str, Tensor] = {}
    for _ in range(node.repeat):
        walk = _inside(node.block, block, values, current, around)
        walks.append(walk)
        finding = _inner_finding(block, walk)
        if finding:
            return Facts(inputs=inputs, findings=(finding,), inner=tuple(walks))
        outputs = {end.id: walk[end.id].inputs["x"][0] for end in block.outputs}
        if node.repeat > 1:
            current = {block.inputs[0].id: outputs[block.outputs[0].id]}
    return Facts(
        inputs=inputs,
        outputs=outputs,
        parameters=_total([walk.parameters for walk in walks]),
        flops=_total([walk.flops for walk in walks]),
        elements=_total([walk.elements for walk in walks]),
        inner=tuple(walks),
    )


def _refuse_block(node: Node, block: Block, path: tuple[str, ...]) -> None:
    if node.block in path:
        raise Misfit(
            f"Block “{block.name}” contains itself\nA block cannot be a part of itself. Remove one of the two."
        )
    if node.repeat > 1 and (len(block.inputs) != 1 or len(block.outputs) != 1):
        raise Misfit(f"“{block.name}” cannot be repeated\nOnly a block with one input and one output can feed itself.")
    if not block.outputs:
        raise Misfit(f"“{block.name}” has no output\nOpen it and add a block output.")


def _inside(
    name: str, block: Block, values: Mapping[str, Any], current: Mapping[str, Tensor], around: _Around
) -> Inference:
    """One walk through a block, looked up where the same use was walked before."""
    key = (name, _hashable(values), tuple(sorted(current.items())))
    if key not in around.known:
        names = block_names(block, values, current)
        inner = _Around(around.schema, around.blocks, (*around.path, name), current, names, around.known)
        around.known[key] = _walk(block.graph, inner)
    return around.known[key]


def _inner_finding(block: Block, walk: Inference) -> Finding | None:
    """Why a block gives nothing: the first thing that is wrong inside, named with its node."""
    for name, facts in walk.facts.items():
        if facts.findings:
            first = facts.findings[0]
            inner = label_of(block.graph.nodes[name])
            return Finding(f"Inside “{block.name}”, at {inner}: {first.title}", first.detail)
    for end in block.outputs:
        if end.muted or not walk[end.id].inputs.get("x"):
            return Finding(f"“{block.name}” gives nothing at {label_of(end)}", "Open it and wire its output.")
    return None


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
