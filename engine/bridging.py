"""Ways from what a wire carries to what a port takes: one or two layers to put between, with their settings."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.dims import Dim
from engine.edits import add
from engine.errors import UserError, listed
from engine.facts import Facts
from engine.graph import NO_BLOCKS, Blocks, Edge, Graph, Node
from engine.infer_layer import arguments
from engine.layer import Layer, Misfit, Port, layers
from engine.placing import insert_between
from engine.shapes import Image, Numbers, Signal, Tensor, Volume
from engine.shapes import Sequence as Steps

MOST_WAYS = 12
"""Ways that are worth trying out for one wire."""

LEAST_SIDE = 8
"""A picture made of numbers is at least so wide, so that windows fit into it."""


@dataclass(frozen=True)
class Step:
    """One layer to put into a wire."""

    layer: str
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        if self.layer in ("Conv1d", "Conv2d", "Conv3d"):
            return "1×1 conv"
        return "resize" if self.layer.startswith("Interpolate") else layers[self.layer].label


@dataclass(frozen=True)
class Way:
    """Layers that lead from one shape to another."""

    steps: tuple[Step, ...]
    result: Tensor

    def label(self) -> str:
        """What the button says."""
        return f"Insert {self.steps[0].label}" if len(self.steps) == 1 else "Insert two layers"

    def names(self) -> str:
        """The layers, where the button does not name them."""
        return listed([step.label for step in self.steps], "and") if len(self.steps) > 1 else ""


def bridges(tensor: Tensor, port: Port) -> list[tuple[type[Layer], Tensor]]:
    """The layers that, put between, turn a tensor into what a port takes, with what then comes out."""
    found = [
        (cls, result)
        for cls, result in _plain(tensor)
        if port.fits(result) and not (type(result) is type(tensor) and result.dims == tensor.dims)
    ]
    # what the port names first comes first; among those the one that keeps every number
    return sorted(found, key=lambda one: (not isinstance(one[1], port.accepts[0]), one[1].size() != tensor.size()))


def _plain(tensor: Tensor) -> Iterator[tuple[type[Layer], Tensor]]:
    """The layers made for bridging that take this tensor, each with what it gives at its usual settings."""
    for cls in layers:
        takes = cls.ports() if cls.bridge else ()
        if len(takes) != 1 or not takes[0].fits(tensor) or takes[0].elements().isdisjoint({tensor.element}):
            continue
        try:
            result = cls().shape(tensor)
        except UserError:
            continue
        if isinstance(result, Tensor):
            yield cls, result


def ways(tensor: Tensor, port: Port, wanted: Sequence[Tensor] = ()) -> list[Way]:
    """Every way worth trying, the plainest first.

    Args:
        wanted: shapes that would do, where the port alone does not tell: those of the other inputs of a sum, say.
    """
    single = [Way((Step(cls.__name__),), result) for cls, result in bridges(tensor, port)]
    found = [way for goal in wanted for way in _towards(tensor, goal)]
    found += single
    found += [
        Way((*way.steps, *more.steps), more.result)
        for goal in wanted
        for way in single
        for more in _towards(way.result, goal)
    ]
    if not found:
        found = [*_arranged(tensor, port), *_twice(tensor, port)]
    return found[:MOST_WAYS]


def _towards(tensor: Tensor, goal: Tensor) -> Iterator[Way]:
    """Bring a tensor of the same kind to another size: by a projection, by resizing, or by both."""
    if type(tensor) is not type(goal) or tensor.rank != goal.rank or tensor.dims == goal.dims:
        return
    if isinstance(tensor, Numbers | Steps):
        if isinstance(goal.last, int) and tensor.dims[:-1] == goal.dims[:-1]:
            yield Way((Step("Linear", {"features": goal.last}),), goal)
        return
    if not isinstance(tensor, Signal | Image | Volume) or not all(isinstance(dim, int) for dim in goal.dims):
        return
    sides = tensor.rank - 1
    project = Step(f"Conv{sides}d", {"filters": goal.dims[0], "kernel": [1] * sides})
    if tensor.dims[1:] == goal.dims[1:]:
        yield Way((project,), goal)
        return
    steps = _strides(tensor.dims[1:], goal.dims[1:])
    if steps is not None and tensor.dims[0] != goal.dims[0]:
        yield Way((Step(project.layer, {**project.params, "stride": list(steps)}),), goal)
    resize = Step(f"Interpolate{sides}d", {"size": list(goal.dims[1:])})
    yield Way((resize,), tensor.sized(*(tensor.dims[0], *goal.dims[1:])))
    if tensor.dims[0] != goal.dims[0]:
        yield Way((resize, project), goal)


def _strides(sizes: Sequence[Dim], goal: Sequence[Dim]) -> tuple[int, ...] | None:
    """The steps with which a window of one pixel gets from one size to the other, None where none does."""
    found = []
    for size, wanted in zip(sizes, goal, strict=True):
        if not isinstance(size, int) or not isinstance(wanted, int) or not 0 < wanted <= size:
            return None
        step = math.ceil(size / wanted)
        if (size - 1) // step + 1 != wanted:
            return None
        found.append(step)
    return tuple(found)


def _arranged(tensor: Tensor, port: Port) -> Iterator[Way]:
    """The same numbers in another shape; where they do not fill it, as many as do, made by Linear."""
    count = tensor.size()
    if tensor.element != "real" or not isinstance(count, int):
        return
    for kind, sides in ((Steps, 0), (Image, 2), (Volume, 3)):
        if not port.fits(_example(kind)):
            continue
        if len(tensor.dims) == len(kind.axes):
            yield Way((Step("Reshape", {"size": list(tensor.dims)}),), kind(*tensor.dims))
        elif isinstance(tensor, Numbers) and sides:
            yield from _filled(count, sides, kind)


def _filled(count: int, sides: int, kind: type[Tensor]) -> Iterator[Way]:
    for channels in (1, 3):
        side = round((count / channels) ** (1 / sides))
        if channels * side**sides == count:
            yield Way((Step("Reshape", {"size": [channels, *[side] * sides]}),), kind(channels, *[side] * sides))
            break
    side = max(LEAST_SIDE, math.ceil(count ** (1 / sides)))
    shape = Step("Reshape", {"size": [1, *[side] * sides]})
    yield Way((Step("Linear", {"features": side**sides}), shape), kind(1, *[side] * sides))


def _example(kind: type[Tensor]) -> Tensor:
    return kind(*[4] * len(kind.axes))


def _twice(tensor: Tensor, port: Port) -> Iterator[Way]:
    """Two bridges, one behind the other, that keep what there is."""
    for cls, between in _plain(tensor):
        for other, result in bridges(between, port):
            if result.size() == between.size() and between.dims != tensor.dims:
                yield Way((Step(cls.__name__), Step(other.__name__)), result)


def cost(way: Way, start: Tensor | None) -> int:
    """How many parameters the layers of a way learn, as far as that is known."""
    total, tensor = 0, start
    for step in way.steps:
        if tensor is None:
            return total
        try:
            made = layers[step.layer](**step.params)
            count, result = made.parameters(tensor), made.shape(tensor)
        except UserError:
            return total
        total += count if isinstance(count, int) else 0
        tensor = result if isinstance(result, Tensor) else None
    return total


def takes(node: Node, facts: Facts) -> bool:
    """Whether a node's own rule lets these inputs through; a block, whose rule is its inside, may.

    Where an input that it needs is open, or gets what it cannot read at all, the rule cannot be asked yet, so it may.
    """
    if node.block or node.layer not in layers:
        return True
    try:
        made = layers[node.layer](**node.params)
        ports = made.ports()
        if any(not facts.inputs.get(port.name) for port in ports if not port.optional):
            return True
        if any(not port.fits(tensor) for port in ports for tensor in facts.inputs.get(port.name, ())):
            return True
        args, named = arguments(made, facts.inputs)
        made.shape(*args, **named)
    except (UserError, Misfit):
        return False
    return True


def inserted(graph: Graph, edge: Edge, steps: Sequence[Step], blocks: Blocks = NO_BLOCKS) -> Graph:
    """Put layers into a wire, one behind the other."""
    for step in steps:
        grown = insert_between(graph, edge, step.layer, step.params, blocks)
        (new,) = grown.nodes.keys() - graph.nodes.keys()
        edge = next(one for one in grown.outgoing[new] if (one.target, one.input) == (edge.target, edge.input))
        graph = grown
    return graph


def with_input(graph: Graph, layer: str, target: str, port: str, gap: float) -> Graph:
    """A new input above a node that lacks one, wired to it."""
    from engine.wiring import connect

    node = graph.node(target)
    grown, name = add(graph, layer, node.x, node.y - gap)
    return connect(grown, name, target, port)
