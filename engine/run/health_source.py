"""The generated source with eyes: the same `forward` functions, each telling the value of every node as it goes.

They are made from the very text that trains and stand in for it on the few steps that are looked at. Each statement is
carried out as it is written; behind the last one of a node its value is handed to a listener.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from torch import nn

from engine.run.model import Built, rewritten

Listener = Callable[[nn.Module, str, Any], None]
"""Is told: the module whose `forward` runs, the node inside it, its value. At the start of a run the node is empty."""
_SEEN = "_lamina_seen"


class Watching(NamedTuple):
    """A `forward` with eyes, and what it tells of: the nodes in the order in which they come, those read in first."""

    forward: Callable[..., Any]
    reads: tuple[str, ...]
    nodes: tuple[str, ...]


def watched(built: Built, listener: Listener) -> dict[type, Watching]:
    """For each generated class of a model its `forward` with eyes."""
    seen: list[tuple[tuple[str, ...], tuple[str, ...]]] = []

    def rewrite(forward: ast.FunctionDef) -> bool:
        nodes = _watch(forward, built.source.lines)
        if nodes:
            seen.append((tuple(argument.arg for argument in forward.args.args[1:]), nodes))
        return bool(nodes)

    found = rewritten(built, rewrite, {_SEEN: listener})
    return {made: Watching(forward, *told) for (made, forward), told in zip(found.items(), seen, strict=True)}


def _watch(forward: ast.FunctionDef, lines: Mapping[int, str]) -> tuple[str, ...]:
    """Add the telling to a `forward`; gives the nodes that it tells of, none where it is not of a network or block."""
    last: dict[str, int] = {}
    for place, statement in enumerate(forward.body):
        node = lines.get(statement.lineno, "")
        if node and isinstance(statement, ast.Assign):
            last[node] = place
    if not last:
        return ()
    body: list[ast.stmt] = [_tell("", ast.Constant(None), forward)]
    told: list[str] = []
    body += [_tell(one.arg, ast.Name(one.arg, ast.Load()), forward) for one in forward.args.args[1:]]
    for place, statement in enumerate(forward.body):
        body.append(statement)
        node = lines.get(statement.lineno, "")
        if last.get(node) == place and isinstance(statement, ast.Assign):
            name = _first_name(statement.targets[0])
            if name:
                told.append(node.rpartition("/")[2])
                body.append(_tell(told[-1], ast.Name(name, ast.Load()), statement))
    forward.body = body
    return tuple(told)


def _first_name(target: ast.expr) -> str:
    """The first variable that an assignment fills and somebody reads."""
    if isinstance(target, ast.Name):
        return "" if target.id == "_" else target.id
    if isinstance(target, ast.Tuple):
        return next((name for part in target.elts if (name := _first_name(part))), "")
    return ""


def _tell(node: str, value: ast.expr, near: ast.stmt) -> ast.stmt:
    call = ast.Call(ast.Name(_SEEN, ast.Load()), [ast.Name("self", ast.Load()), ast.Constant(node), value], [])
    return ast.copy_location(ast.Expr(call), near)
