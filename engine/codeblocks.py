"""One class for many uses of a block: the block is walked with symbols in place of its sizes and settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.dims import Dim, Sym, evaluate
from engine.errors import UserError
from engine.facts import Inference
from engine.graph import Block, Blocks
from engine.infer import block_names, walk_inside
from engine.layers.rules import free
from engine.shapes import Tensor

General = tuple[Inference, dict[str, Any], dict[str, Dim], tuple[Any, ...]]
"""The symbolic walk, the names inside, the symbols' values in this use, and what else the class depends on. Inside
another block the values are sizes and settings of that block: its class hands them on."""


def general_walk(
    block: Block, values: Mapping[str, Any], tensors: Mapping[str, Tensor], concrete: Inference, blocks: Blocks
) -> General | None:
    """The walk of a block over symbols, or None where this use needs numbers.

    The result is trusted only where it gives the concrete walk's shapes and parameter counts at every node.
    """
    known: dict[str, Dim] = {}
    given: dict[str, Tensor] = {}
    for place, end in enumerate(block.inputs):
        tensor = tensors.get(end.id)
        if tensor is None:
            return None
        dims: list[Dim] = []
        for axis, dim in zip(tensor.names, tensor.dims, strict=True):
            if axis and not free(dim):
                name = axis if place == 0 else f"{end.id}_{axis}"
                known[name] = dim
                dims.append(Sym(name))
            else:
                dims.append(dim)
        given[end.id] = tensor.sized(*dims)
    settings: dict[str, Any] = {}
    fixed: list[Any] = []
    for declared in block.params:
        value = values.get(declared.name, declared.default)
        if isinstance(value, int | Sym) and not isinstance(value, bool) and declared.name not in known:
            known[declared.name] = value
            settings[declared.name] = Sym(declared.name)
        else:
            settings[declared.name] = value
            fixed.append((declared.name, repr(value)))
    try:
        names = block_names(block, settings, given)
        walk = walk_inside(block, given, names, blocks)
    except (UserError, TypeError, ValueError, ZeroDivisionError, AttributeError):
        return None
    if not _agree(walk, concrete, known):
        return None
    kinds = tuple(type(tensor).__name__ for tensor in given.values())
    return walk, names, known, (kinds, tuple(fixed))


def _agree(symbolic: Inference, concrete: Inference, known: Mapping[str, Dim]) -> bool:
    for name, facts in concrete.facts.items():
        other = symbolic.facts[name]
        if bool(facts.findings) != bool(other.findings) or set(facts.outputs) != set(other.outputs):
            return False
        if _value(other.parameters, known) != facts.parameters:
            return False
        for port, tensor in facts.outputs.items():
            if [_value(dim, known) for dim in other.outputs[port].dims] != [_value(dim, known) for dim in tensor.dims]:
                return False
    return True


def _value(dim: Dim, known: Mapping[str, Dim]) -> Dim:
    try:
        return evaluate(dim, known)
    except KeyError:
        return dim
