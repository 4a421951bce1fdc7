"""One walk over the graph: the shape, or the reason why not, for every port; parameters, work and memory.

Results of a layer are remembered by (settings, input shapes), so that an edit re-computes what it touched and the rest
is looked up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from engine.dims import Sym
from engine.errors import UserError
from engine.facts import Facts, Finding, Inference, Schema, total
from engine.graph import NO_BLOCKS, Block, Blocks, Graph, Node, label_of, outputs_of, ports_of
from engine.infer_inputs import gather, senders
from engine.infer_layer import WrongSetting, hashable, layer_facts, resolve
from engine.infer_shared import shared, wrongly_shared
from engine.layer import Misfit
from engine.recall import Reuse, remember, walk_of
from engine.shapes import Tensor
from engine.wiring import first_feed


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
    refused = wrongly_shared(graph, facts, around.names) if not around.refused else {}
    return _walk(graph, replace(around, refused=refused)) if refused else Inference(facts)


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
    inputs, findings, waiting = gather(graph, node, ports, facts, blocks)
    if waiting or (findings and not node.muted):
        return Facts(inputs=inputs, findings=tuple(findings))
    if node.muted:
        return _muted(graph, node, blocks, facts)
    try:
        values = resolve(node, around.names)
        if node.block:
            found = _block_facts(node, inputs, values, around)
        else:
            found = layer_facts(node.layer, hashable(values), tuple(inputs.items()), around.schema)
        return shared(node, graph.nodes.get(node.shares), found, around.names) if node.shares else found
    except Misfit as error:
        title, _, detail = error.message.partition("\n")
        return Facts(inputs=inputs, findings=(Finding(title, detail or senders(graph, inputs, node), error.port),))
    except UserError as error:
        title, _, detail = error.message.partition(". ")
        setting = error.setting if isinstance(error, WrongSetting) else None
        return Facts(inputs=inputs, findings=(Finding(title.removesuffix("."), detail, setting=setting),))


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
        parameters=total([walk.parameters for walk in walks]),
        flops=total([walk.flops for walk in walks]),
        elements=total([walk.elements for walk in walks]),
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
    key = (name, hashable(values), tuple(sorted(current.items())))
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
