"""The settings that several nodes have in common, and in which of them they differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.compare import said
from engine.declare import plain
from engine.edits import is_expression
from engine.errors import UserError
from engine.graph import Node
from engine.layer import layers
from engine.padding import joined, joins
from engine.params import Param
from engine.project import Project

KINDS = ("int", "float", "bool", "choice", "size", "ints", "floats", "text")
"""Kinds of settings that can be set for several nodes at once."""
MOST_VALUES = 3


@dataclass(frozen=True)
class Shared:
    """Settings by name, the values of those that agree, and a few words on those that do not."""

    params: Mapping[str, Param] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    mixed: Mapping[str, str] = field(default_factory=dict)


def shared_settings(project: Project, nodes: Sequence[Node]) -> Shared:
    """What all of these nodes can be set to; nothing where one of them is a block or of an unknown kind."""
    if not nodes or any(node.block or node.layer not in layers for node in nodes):
        return Shared()
    declared, given = _shown(nodes)
    first = declared[0]
    params = {
        name: one
        for name, one in first.items()
        if one.kind in KINDS and all(_alike(one, others.get(name)) for others in declared[1:])
    }
    values: dict[str, Any] = {}
    mixed: dict[str, str] = {}
    for name in params:
        found = [_value(values, others[name]) for values, others in zip(given, declared, strict=True)]
        if all(value == found[0] and type(value) is type(found[0]) for value in found):
            values[name] = found[0]
        else:
            mixed[name] = _differing(found, params[name])
    return Shared(params, values, mixed)


def _alike(one: Param, other: Param | None) -> bool:
    """Whether two settings of different layers mean the same, so that one field may stand for both."""
    if other is None:
        return False
    return (one.kind, one.label, one.choices, one.axes, one.optional) == (
        other.kind,
        other.label,
        other.choices,
        other.axes,
        other.optional,
    )


def _shown(nodes: Sequence[Node]) -> tuple[list[Mapping[str, Param]], list[Mapping[str, Any]]]:
    """Settings and values as a form shows them; with padding as one setting where all of them have it so."""
    both = [(layers[node.layer].params(), node.params) for node in nodes]
    if all(joins(*one) for one in both):
        both = [joined(*one) for one in both]
    return [params for params, _ in both], [values for _, values in both]


def _value(values: Mapping[str, Any], param: Param) -> Any:
    value = values.get(param.name, param.default)
    if is_expression(value):
        return value
    try:
        return plain(param.coerce(value))
    except UserError:
        return value


def _differing(values: Sequence[Any], param: Param) -> str:
    """`32, 64`, or for switches `on in 2 of 3`."""
    if all(isinstance(value, bool) for value in values):
        return f"on in {sum(values)} of {len(values)}"
    told = list(dict.fromkeys(param.none if value is None and param.choices else said(value) for value in values))
    return ", ".join(told) if len(told) <= MOST_VALUES else f"{len(told)} values"
