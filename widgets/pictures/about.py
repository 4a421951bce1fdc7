"""What a picture is drawn from: a layer's settings and the shapes it got and gave, as plain values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.errors import UserError
from engine.graph import Block, Blocks, Node, make
from engine.infer import Facts
from engine.layer import Layer, layers

if TYPE_CHECKING:
    from widgets.pictures.ink import Ink

BLOCK = "block"
"""How the picture of a block is found: the class name of no layer."""
Dims = tuple[int | str, ...]
"""Sizes of one item; one that is open is a text, such as `T`."""


@dataclass(frozen=True)
class WindowView:
    """A window that slides over an image: everything in (high, wide)."""

    image: tuple[int, int]
    window: tuple[int, int]
    step: tuple[int, int]
    padding: tuple[int, int]
    result: tuple[int, int]
    maps: int


@dataclass(frozen=True)
class About:
    """One layer as a picture sees it.

    Attributes:
        layer: its class name.
        section: of the palette, for its hue.
        values: every setting as it is in force.
        inputs: the shapes that come in, empty while none is known.
        outputs: the shapes that go out.
        window: the sliding window over an image, where there is one and all its sizes are known.
    """

    layer: str
    section: str
    values: Mapping[str, Any] = field(default_factory=dict)
    inputs: tuple[Dims, ...] = ()
    outputs: tuple[Dims, ...] = ()
    window: WindowView | None = None

    def get(self, name: str, other: Any = None) -> Any:
        """A setting."""
        return self.values.get(name, other)

    def number(self, name: str, other: float = 0.0) -> float:
        """A setting that is a number; of a size such as (3, 3) the last one."""
        value = self.values.get(name, other)
        if isinstance(value, tuple | list):
            value = value[-1] if value else other
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else other

    def size(self, name: str, axes: int, other: int = 1) -> tuple[int, ...]:
        """A setting that is a size, one number for each axis."""
        value = self.values.get(name, other)
        parts = tuple(value) if isinstance(value, tuple | list) else (value,) * axes
        whole = tuple(part if isinstance(part, int) else other for part in parts)
        return whole if len(whole) == axes else (whole or (other,))[:1] * axes

    def entering(self, place: int = 0) -> Dims:
        """The shape of an input, empty while it is not known."""
        return self.inputs[place] if place < len(self.inputs) else ()

    def leaving(self, place: int = 0) -> Dims:
        """The shape of an output, empty while it is not known."""
        return self.outputs[place] if place < len(self.outputs) else ()


@dataclass(frozen=True)
class Picture:
    """How a family is painted, and the same in words for a screen reader."""

    paint: Callable[[Ink, About], None]
    words: Callable[[About], str]
    high: Callable[[About, int], int] | None = None
    """The height at 100 % that it needs in a width; None for the usual one."""


def about_node(node: Node, cls: type[Layer] | None, facts: Facts) -> About | None:
    """What the picture of a node is drawn from; None for blocks, unknown layers and broken settings."""
    if cls is None or node.block or node.muted:
        return None
    try:
        made = make(node)
    except UserError:
        return None
    values = {name: _plain(getattr(made, name, None)) for name in cls.params()}
    inputs = tuple(_dims(one) for some in facts.inputs.values() for one in some)
    outputs = tuple(_dims(one) for one in facts.outputs.values())
    return About(cls.__name__, cls.section, values, inputs, outputs, _window(made, cls, facts))


def about_block(block: Block, blocks: Blocks) -> About:
    """What the picture of a block is drawn from: what is inside."""
    return About(BLOCK, "Blocks", {"graph": block.graph, "blocks": blocks, "name": block.name})


def about_layer(name: str, **values: Any) -> About:
    """A layer of the catalogue with its usual settings, or some others."""
    cls = layers[name]
    usual = {key: _plain(one.default) for key, one in cls.params().items()}
    return About(name, cls.section, {**usual, **values})


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _dims(tensor: Any) -> Dims:
    return tuple(dim if isinstance(dim, int) else str(dim) for dim in tensor.dims)


def _window(made: Layer, cls: type[Layer], facts: Facts) -> WindowView | None:
    """The sliding window of a layer over an image, where all its sizes are known."""
    tensors = next(iter(facts.inputs.values()), ())
    out = next(iter(facts.outputs.values()), None)
    if not tensors or out is None or "transpose" in cls.__name__.lower():
        return None
    if tensors[0].rank != 3 or out.rank != 3 or not {"kernel", "stride"} <= set(cls.params()):
        return None
    pads = made.pads() if callable(getattr(made, "pads", None)) else getattr(made, "padding", (0, 0))
    kernel, stride = made.kernel, made.stride  # type: ignore[attr-defined]
    if isinstance(pads, str):
        pads = tuple(side // 2 for side in kernel)
    sizes = (*tensors[0].dims[1:], *kernel, *stride, *pads, *out.dims)
    if len(sizes) != 11 or not all(isinstance(one, int) for one in sizes):
        return None
    return WindowView(sizes[0:2], sizes[2:4], sizes[4:6], sizes[6:8], sizes[9:11], sizes[8])
