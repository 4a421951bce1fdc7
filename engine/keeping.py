"""The padding with which a window leaves a size as it is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from engine.dims import Dim
from engine.errors import UserError
from engine.facts import Facts
from engine.graph import Node, make
from engine.infer_layer import arguments
from engine.layer import Layer, Misfit, layers
from engine.shapes import Tensor


@dataclass(frozen=True)
class Keeping:
    """The setting that keeps the size: its name, its value in the file, and the padding it comes to."""

    name: str
    value: Any
    padding: tuple[int, ...]

    def words(self) -> str:
        """`Set to keep size: padding 1`."""
        sides = self.padding[:1] if len(set(self.padding)) == 1 else self.padding
        return f"Set to keep size: padding {' × '.join(map(str, sides))}"


def keeping(node: Node, facts: Facts) -> Keeping | None:
    """How a node can be set so that what comes out is as large as what goes in.

    None where it does already, where no padding does that, or where its sizes are not known.
    """
    cls = layers[node.layer] if not node.block and node.layer in layers else None
    if cls is None or "padding" not in cls.params() or node.muted:
        return None
    before = next((tensors[0] for tensors in facts.inputs.values() if tensors), None)
    if before is None or before.rank < 2 or not cls.ports()[0].fits(before):
        return None
    if _sizes(cls, node, facts) == before.dims[1:]:
        return None
    if "same" in cls.params():
        same = _with(node, "same", True)
        return Keeping("same", True, make(same).pads()) if _sizes(cls, same, facts) == before.dims[1:] else None  # type: ignore[attr-defined]
    padding = _padding(node, facts, before)
    return None if padding is None else Keeping("padding", list(padding), padding)


def _padding(node: Node, facts: Facts, before: Tensor) -> tuple[int, ...] | None:
    """Per axis the padding that gives back what came in; the layer's own rule decides."""
    cls = layers[node.layer]
    if any(step != 1 for step in make(node).stride):  # type: ignore[attr-defined]
        return None  # a window that takes steps is meant to change the size
    bare = _sizes(cls, _with(node, "padding", [0] * (before.rank - 1)), facts)
    single = _sizes(cls, _with(node, "padding", [1] * (before.rank - 1)), facts)
    if bare is None:
        return None
    found = []
    for size, least, one in zip(before.dims[1:], bare, single or bare, strict=True):
        step = one - least if single else 2
        lack = size - least
        if not isinstance(lack, int) or not isinstance(step, int) or not step or lack % step or lack // step < 0:
            return None
        found.append(lack // step)
    padding = tuple(found)
    return padding if _sizes(cls, _with(node, "padding", list(padding)), facts) == before.dims[1:] else None


def _with(node: Node, name: str, value: Any) -> Node:
    return replace(node, params={**node.params, name: value})


def _sizes(cls: type[Layer], node: Node, facts: Facts) -> tuple[Dim, ...] | None:
    """The sizes behind the channels that a node would give; None where it would give none."""
    try:
        made = make(node)
        args, named = arguments(made, facts.inputs)
        found = made.shape(*args, **named)
    except (UserError, Misfit):
        return None
    first = found[0] if isinstance(found, tuple) else found
    return first.dims[1:] if isinstance(first, Tensor) else None
