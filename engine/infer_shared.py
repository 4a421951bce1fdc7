"""Shared weights in a walk: which nodes may use another's weights, and that they are counted once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine.dims import Dim
from engine.facts import Facts, Finding
from engine.graph import Graph, Node, label_of
from engine.infer_layer import arguments, hashable, layer_of, resolve


def wrongly_shared(graph: Graph, facts: Mapping[str, Facts], names: Mapping[str, Any]) -> dict[str, Finding]:
    """The nodes that want another node's weights and cannot have them, each with the reason."""
    refused = {}
    for node in graph.nodes.values():
        if node.shares and node.known and not node.muted:
            why = _why_not_shared(node, graph.nodes.get(node.shares), facts, names)
            if why:
                refused[node.id] = Finding(f"{label_of(node)} cannot share weights", why)
    return refused


def _why_not_shared(node: Node, owner: Node | None, facts: Mapping[str, Facts], names: Mapping[str, Any]) -> str:
    if owner is None or owner is node:
        return "The node whose weights it uses is gone. Choose another, or give it weights of its own."
    name = label_of(owner)
    if owner.shares or owner.muted:
        return f"{name} has no weights of its own here. Share with one that has."
    one, other = facts[node.id], facts[owner.id]
    if one.findings or other.findings or not one.outputs or not other.outputs:
        return ""  # something else comes first
    if owner.layer != node.layer:
        return _why_not_tied(_table(node, one, names), _table(owner, other, names), name)
    if _modules(node, one, names) != _modules(owner, other, names):
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
    made = layer_of(node.layer, hashable(resolve(node, names)))
    args, named = arguments(made, facts.inputs)
    return made.table(*args, **named)


def shared(node: Node, owner: Node | None, facts: Facts, names: Mapping[str, Any]) -> Facts:
    """The facts of a node that uses another's weights: what it shares is counted there."""
    if facts.findings or not facts.parameters:
        return facts
    table = _table(node, facts, names) if owner is not None and owner.layer != node.layer else None
    return replace(facts, parameters=facts.parameters - table[0] * table[1] if table else 0)


def _modules(node: Node, facts: Facts, names: Mapping[str, Any]) -> Any:
    """What decides the weights of a node: the source of its module, or all of a block's use."""
    values = resolve(node, names)
    if node.block:
        return hashable(values), node.repeat, tuple(facts.inputs.items())
    made = layer_of(node.layer, hashable(values))
    args, named = arguments(made, facts.inputs)
    return made.module(*args, **named)
