"""How a node's sizes and costs come about, in words: the layer's own rules, asked with numbers that remember."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.dims import Dim
from engine.errors import UserError
from engine.facts import Facts
from engine.infer_layer import arguments
from engine.layer import Layer, Misfit, Objective
from engine.shapes import Tensor
from engine.told import Told, thousands

SAID = {"width": "wide", "height": "high", "depth": "deep", "time": "steps"}
"""Dimensions whose names do not read well behind a number."""


@dataclass(frozen=True)
class Explained:
    """Each empty where there is nothing to tell."""

    shape: str = ""
    parameters: str = ""
    work: str = ""


def explain(made: Layer, facts: Facts) -> Explained:
    """The arithmetic behind a layer's output, its parameters and its work on one item."""
    layer = _remembering(made)
    given = {name: tuple(_told_tensor(one) for one in tensors) for name, tensors in facts.inputs.items()}
    if any(not given.get(port.name) for port in type(made).ports() if not port.optional):
        return Explained(facts.arithmetic)  # nothing arrives there, so there is nothing to calculate with
    args, named = arguments(layer, given)
    try:
        shape = "" if isinstance(made, Objective) else facts.arithmetic or _shape(made, layer, args, named)
        parameters = _words(layer.parameters(*args, **named), facts.parameters)
        work = _words(layer.flops(*args, **named), facts.flops)
    except (Misfit, UserError, IndexError, ZeroDivisionError):
        return Explained(facts.arithmetic)
    return Explained(shape, parameters, work)


def repeated(parts: Sequence[Dim], whole: Dim) -> str:
    """How a block's cost comes from its repeats: `2 × 18 560 = 37 120`."""
    known = [part for part in parts if isinstance(part, int)]
    if len(known) < 2 or len(known) < len(parts) or not isinstance(whole, int) or not whole:
        return ""
    told = [thousands(part) for part in known]
    same = f"{len(told)} × {told[0]}" if len(set(told)) == 1 else " + ".join(told)
    return f"{same} = {thousands(whole)}"


def _words(told: Dim, known: Dim) -> str:
    """The calculation, where it leads to what the inference found; shared weights, for one, cost nothing."""
    return told.words(sizes=False) if isinstance(told, Told) and told == known and told else ""


def _shape(made: Layer, layer: Layer, args: list[Any], named: Mapping[str, Any]) -> str:
    """How each new size is calculated; else what becomes of the old one."""
    result = layer.shape(*args, **named)
    first = result[0] if isinstance(result, tuple) else result
    if not isinstance(first, Tensor):
        return ""
    found = {}
    for name, dim in zip(first.names, first.dims, strict=True):
        if isinstance(dim, Told) and dim.words():
            found[dim.words()] = f"{dim.words()} {SAID.get(name, name)}".rstrip()
    before = next((one for one in args if isinstance(one, Tensor)), None)
    return "; ".join(found.values()) or ("" if before is None else _from_setting(made, before, first))


def _from_setting(made: Layer, before: Tensor, after: Tensor) -> str:
    """What becomes of a size that is not calculated: `784 features become 64, as “Features” says`."""
    if before.dims == after.dims or not before.dims or not after.dims or before.element != after.element:
        return ""
    old, new = before.dims[-1], after.dims[-1]
    if before.dims[:-1] == after.dims[:-1] and isinstance(old, int) and isinstance(new, int):
        setting = next((one.label for one in made.params().values() if getattr(made, one.name) == new), "")
        says = f", as “{setting}” says" if setting else ""
        noun = SAID.get(before.names[-1], before.names[-1]) or "numbers"
        return f"{thousands(old)} {noun} become {thousands(new)}{says}"
    arranged = "arranged as" if before.size() == after.size() else "become"
    return f"{' × '.join(map(str, before.dims))} {arranged} {' × '.join(map(str, after.dims))}"


def _told_tensor(tensor: Tensor) -> Tensor:
    made = copy.copy(tensor)
    object.__setattr__(made, "dims", tuple(Told(dim) if isinstance(dim, int) else dim for dim in tensor.dims))
    return made


def _remembering(made: Layer) -> Layer:
    """The same layer with settings that remember."""
    layer = copy.copy(made)
    for name in made.params():
        value = getattr(made, name)
        if isinstance(value, int) and not isinstance(value, bool):
            object.__setattr__(layer, name, Told(value))
        elif isinstance(value, tuple) and value and all(type(part) is int for part in value):
            object.__setattr__(layer, name, tuple(Told(part) for part in value))
    return layer
