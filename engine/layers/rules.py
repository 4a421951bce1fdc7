"""Rules that layers of several sections share: windows that slide, axes by name, and the refusals that go with them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, NoReturn

from engine.dims import Dim, Sym, at_least, differ
from engine.errors import listed
from engine.layer import Layer, Misfit
from engine.shapes import Anything, Category, Tensor, Tokens

Axis = Literal["first", "last", "channels", "features", "time", "depth", "height", "width"]
AXIS_CHOICES = (
    ("first", "First"),
    ("last", "Last"),
    ("channels", "Channels"),
    ("features", "Features"),
    ("time", "Time"),
    ("depth", "Depth"),
    ("height", "Height"),
    ("width", "Width"),
)
AXIS_HELP = "First means the channels of images, the features of a list of numbers and the steps of a sequence."
DIMS = {"first": 1, "channels": 1, "time": 1, "features": -1, "last": -1, "depth": -3, "height": -2, "width": -1}
"""Each axis as torch counts it, the batch being 0; right for every kind that `place` lets through."""


def refuse(title: str, detail: str, port: str | None = None) -> NoReturn:
    """Say that an input or a setting cannot be: what is wrong, then expected and found."""
    raise Misfit(f"{title}\n{detail}", port)


def real(layer: Layer, x: Tensor, port: str = "x") -> None:
    """Refuse token ids and masks where only numbers make sense."""
    if x.element != "real":
        refuse(f"{layer.label} needs numbers", f"The input is {x.article}. Put an Embedding in between.", port)


def free(dim: Dim) -> bool:
    """Whether a dimension changes from batch to batch: free axes have capital letters, settings of blocks have not."""
    return isinstance(dim, Sym) and any(name[:1].isupper() for name in dim.names())


def fixed(layer: Layer, dim: Dim, what: str, port: str) -> None:
    """Refuse a size that weights are built for, where it changes from batch to batch."""
    if free(dim):
        refuse(
            f"{layer.label} needs a fixed number of {what}",
            f"It gets {dim}, which changes with the data. Put a pooling layer or “Mean over steps” before it.",
            port,
        )


def divides(part: Dim, whole: Dim) -> bool:
    """Whether the whole splits into parts of this size; taken to be so while one of them is a symbol."""
    return isinstance(part, Sym) or isinstance(whole, Sym) or whole % part == 0


def by(size: Iterable[Dim]) -> str:
    """A size in words: `3 × 3`."""
    return " × ".join(str(part) for part in size)


def short(number: float | Sym) -> str:
    """A number for a card, without trailing zeros; a block's own setting by its name."""
    return str(number) if isinstance(number, Sym) else f"{number:g}"


def dims_of(layer: Layer) -> int:
    """How many axes the windows of a layer such as Conv2d have: the digit in its name."""
    return int(type(layer).__name__[-2])


def port_of(layer: Layer) -> str:
    """The name of a layer's first input."""
    return layer.ports()[0].name


def options(**given: tuple[Any, Any]) -> dict[str, Any]:
    """The arguments whose value differs from torch's default, given as (value, default)."""
    return {name: value for name, (value, default) in given.items() if value != default}


def changed(layer: Layer) -> dict[str, Any]:
    """The settings that differ from their defaults, for layers whose settings bear torch's names and defaults."""
    declared = layer.params()
    return {name: getattr(layer, name) for name in declared if getattr(layer, name) != declared[name].default}


def reach(kernel: Dim, dilation: Dim) -> Dim:
    """How far a kernel with gaps reaches."""
    return dilation * (kernel - 1) + 1


def slid(size: Dim, kernel: Dim, stride: Dim, padding: Dim, dilation: Dim = 1, up: bool = False) -> Dim:
    """How many places a window takes on its way along an axis; `up` also counts a last one that sticks out."""
    extra = 2 * padding - reach(kernel, dilation)
    if up:
        late, edge = extra + stride - 1, padding - 1
        # torch drops a last window that would start in the right padding
        extra = edge if isinstance(late, int) and isinstance(edge, int) and edge < late else late
    return (size + extra) // stride + 1


def slid_words(size: Dim, kernel: Dim, stride: Dim, padding: Dim, dilation: Dim = 1, up: bool = False) -> str:
    """The arithmetic of `slid` in words: `(112 + 2 × 3 − 7) ÷ 4 + 1 = 28, rounded down`."""
    span = f"{dilation} × ({kernel} − 1) − 1" if dilation != 1 else f"{kernel}"
    pad = f" + 2 × {padding}" if padding != 0 else ""
    result = slid(size, kernel, stride, padding, dilation, up)
    over = size + 2 * padding - reach(kernel, dilation)
    even = isinstance(over, Sym) or isinstance(stride, Sym) or over % stride == 0
    division = "" if stride == 1 else f" ÷ {stride}"
    inside = f"({size}{pad} − {span})" if division else f"{size}{pad} − {span}"
    return f"{inside}{division} + 1 = {result}{'' if even else ', rounded up' if up else ', rounded down'}"


def fits_window(
    layer: Layer, x: Tensor, kernel: tuple[Dim, ...], padding: tuple[Dim, ...], dilation: tuple[Dim, ...]
) -> None:
    """Refuse a window that is larger than what it slides over."""
    for size, side, pad, gap in zip(x.dims[1:], kernel, padding, dilation, strict=True):
        space = size + 2 * pad
        wide = reach(side, gap)
        if isinstance(space, int) and isinstance(wide, int) and wide > space:
            gaps = f", which reaches {wide} with its gaps," if wide != side else ""
            refuse(
                f"The {by(kernel)} kernel does not fit",
                f"The input is {by(x.dims[1:])}, the padding {by(padding)}; the kernel{gaps} needs at least {wide}. "
                "Use a smaller kernel or more padding.",
                port_of(layer),
            )


def at_least_one(layer: Layer, dims: Iterable[Dim]) -> None:
    """Refuse an output without any element."""
    for dim in dims:
        if not at_least(dim, 1):
            refuse(
                f"Nothing is left after {layer.label}", f"An axis of its output would have size {dim}.", port_of(layer)
            )


def place(layer: Layer, x: Tensor, axis: str, port: str = "x") -> int:
    """Which of the dimensions an axis means, counted from 0 without the batch; `Misfit` where there is none such."""
    if not x.rank:
        refuse(f"{layer.label} needs an axis", f"The input is {x.article}, which has none.", port)
    if axis in ("first", "last"):
        return 0 if axis == "first" else x.rank - 1
    if axis not in x.names:
        has = listed([name for name in x.names if name], "and") or "no named axes; use first or last"
        refuse(f"{layer.label} finds no {axis}", f"The input is {x.article} and has {has}.", port)
    found = x.names.index(axis)
    if DIMS[axis] not in (found + 1, found - x.rank):
        where = "first" if found == 0 else "last"
        refuse(f"{layer.label} cannot go by {axis} here", f"For {x.article} choose “{where}” instead.", port)
    return found


def numbered(dims: tuple[Dim, ...], classes: int | None) -> Tensor:
    """Whole numbers below `classes` of this size."""
    if not dims:
        return Category(classes=classes)
    if len(dims) == 1:
        return Tokens(*dims, classes=classes)
    return Anything(*dims, names=("",) * len(dims), element="token", classes=classes)


def channel_place(x: Tensor) -> int:
    """The dimension that holds the features or channels: the last of a sequence, else the first."""
    for name in ("features", "channels"):
        if name in x.names:
            return x.names.index(name)
    return x.rank - 1


def torch_dim(x: Tensor, index: int) -> int:
    """A dimension counted without the batch, as torch counts it: -1 for the last, else from 1."""
    return -1 if index == x.rank - 1 else index + 1


def alike(layer: Layer, one: Tensor, two: Tensor, port: str) -> None:
    """Refuse two inputs of different shapes."""
    if one.rank != two.rank or any(map(differ, one.dims, two.dims)):
        refuse(f"{layer.label} needs inputs of one shape", f"They are {one.words()} and {two.words()}.", port)


def plain_settings(layer: Layer) -> None:
    """Refuse symbols for settings that stand in `forward`, where a block's own settings have no name."""
    for name in layer.params():
        value = getattr(layer, name)
        if any(isinstance(part, Sym) for part in (value if isinstance(value, tuple) else (value,))):
            refuse(f"{layer.label} needs plain numbers", f"“{layer.params()[name].label}” is {value}.")


def by_port(layer: Layer, args: tuple[str, ...] | list[str]) -> dict[str, str]:
    """The variables by port, where the compiler writes `mask=x` for what follows an open port."""
    found: dict[str, str] = {}
    for port, value in zip(layer.ports(), args, strict=False):
        name, equals, variable = value.partition("=")
        found[name if equals else port.name] = variable if equals else value
    return found
