"""Padding as one setting for people: as much as keeps the size, none, or a number.

A file says it by two settings, `same` and `padding`. Forms show one, in which None keeps the size.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine.edits import set_param
from engine.graph import Graph
from engine.layer import layers
from engine.params import Param

WAYS = (("same", "Keep size"), ("none", "None"), ("number", "Number"))
_HELP = (
    "Rows added on each side, so that edges count: as many as keep the size (divided by the stride), none, or so many."
)


def joins(params: Mapping[str, Param], values: Mapping[str, Any]) -> bool:
    """Whether a node has both settings, and plain ones: what a block lends stays as it is."""
    return "padding" in params and "same" in params and isinstance(values.get("same", False), bool)


def joined(params: Mapping[str, Param], values: Mapping[str, Any]) -> tuple[dict[str, Param], dict[str, Any]]:
    """What a form shows of these settings and values; those of a node without both are as they were."""
    if not joins(params, values):
        return dict(params), dict(values)
    whole = replace(params["padding"], optional=True, none="keeps the size", shown_if=None, choices=WAYS, help=_HELP)
    shown = {name: whole if name == "padding" else one for name, one in params.items() if name != "same"}
    rest = {name: value for name, value in values.items() if name != "same"}
    return shown, {**rest, "padding": None} if values.get("same") else rest


def set_joined(graph: Graph, name: str, key: str, value: Any) -> Graph:
    """Change one setting as a form shows it.

    Raises:
        UserError: the layer does not take the value.
    """
    node = graph.node(name)
    params = layers[node.layer].params() if not node.block and node.layer in layers else {}
    if key not in ("padding", "same") or not joins(params, node.params):
        return set_param(graph, name, key, value)
    if value is None or (key == "same" and value is True):
        return set_param(set_param(graph, name, "padding", params["padding"].default), name, "same", True)
    freed = set_param(graph, name, "same", False)
    return set_param(freed, name, "padding", value) if key == "padding" else set_param(freed, name, key, value)
