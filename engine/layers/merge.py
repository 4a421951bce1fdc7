"""Merge layers: several inputs become one."""

from __future__ import annotations

from typing import Literal

from engine.declare import param
from engine.dims import Dim, differ
from engine.layer import Layer, layer
from engine.layers.rules import (
    AXIS_CHOICES,
    AXIS_HELP,
    DIMS,
    Axis,
    alike,
    numbered,
    place,
    plain_settings,
    real,
    refuse,
)
from engine.shapes import Anything, Tensor, tensor

SECTION = "Merge"
STRETCH_HELP = "Repeats an axis of size 1 so that the other input fits: one gate per channel for a whole image."


def stretched(layer: Layer, one: Tensor, two: Tensor, port: str) -> Tensor:
    """The shape of two inputs of which one may have size 1 where the other is larger."""
    if one.rank != two.rank:
        refuse(
            f"{layer.label} needs inputs with the same axes",
            f"They are {one.words()} and {two.words()}. Reshape one of them first.",
            port,
        )
    dims: list[Dim] = []
    for left, right in zip(one.dims, two.dims, strict=True):
        if differ(left, right) and 1 not in (left, right):
            refuse(
                f"{layer.label} cannot stretch {right} to {left}", f"They are {one.words()} and {two.words()}.", port
            )
        dims.append(right if left == 1 else left)
    return one.sized(*dims)


def joined(layer: Layer, inputs: tuple[Tensor, ...], stretch: bool, ports: tuple[str, ...]) -> Tensor:
    """The shape rule of layers that work number by number."""
    if len(inputs) < 2:
        refuse(f"{layer.label} needs at least two inputs", "One is wired. Drag a second wire to it.", ports[0])
    found = inputs[0]
    for port, x in zip(ports, inputs, strict=True):
        real(layer, x, port)
        if type(x) is not type(found) and not stretch and x.rank == found.rank and x.dims == found.dims:
            refuse(f"{layer.label} needs inputs of one kind", f"They are {found.article} and {x.article}.", port)
        if stretch:
            found = stretched(layer, found, x, port)
            continue
        alike(layer, found, x, port)
        # a free size yields to a number, which says more
        found = found.sized(*(b if isinstance(b, int) else a for a, b in zip(found.dims, x.dims, strict=True)))
    return found


class Many(Layer):
    """What the layers that join any number of equal inputs share."""

    samples = ({"stretch": True},)

    stretch: bool = param(default=False, advanced=True, label="Stretch size 1", help=STRETCH_HELP)

    def shape(self, *inputs: Anything) -> Tensor:
        return joined(self, inputs, self.stretch, ("inputs",) * len(inputs) or ("inputs",))


@layer("Add", section=SECTION, keywords="sum plus residual skip shortcut", icon="add")
class Add(Many):
    """Adds its inputs number by number; with a shortcut past some layers this makes deep networks trainable."""

    def expression(self, *args: str) -> str:
        return " + ".join(args)


@layer("Multiply", section=SECTION, keywords="product times gate attention", icon="multiply")
class Multiply(Many):
    """Multiplies its inputs number by number; with a sigmoid on one of them it is a gate."""

    def expression(self, *args: str) -> str:
        return " * ".join(args)


@layer("Average", section=SECTION, keywords="mean ensemble", icon="add")
class Average(Many):
    """Averages its inputs number by number."""

    def expression(self, *args: str) -> str:
        return f"({' + '.join(args)}) / {len(args)}"


@layer("Maximum", section=SECTION, keywords="max largest maxout", icon="add")
class Maximum(Many):
    """Keeps the largest of its inputs, number by number."""

    def expression(self, *args: str) -> str:
        found = args[0]
        for arg in args[1:]:
            found = f"torch.maximum({found}, {arg})"
        return found


@layer("Minimum", section=SECTION, keywords="min smallest", icon="add")
class Minimum(Many):
    """Keeps the smallest of its inputs, number by number."""

    def expression(self, *args: str) -> str:
        found = args[0]
        for arg in args[1:]:
            found = f"torch.minimum({found}, {arg})"
        return found


@layer("Subtract", section=SECTION, keywords="minus difference siamese", icon="subtract")
class Subtract(Layer):
    """Takes the second input from the first, number by number; what is left is how they differ."""

    samples = ({"stretch": True},)

    stretch: bool = param(default=False, advanced=True, label="Stretch size 1", help=STRETCH_HELP)

    def shape(self, left: Anything, right: Anything) -> Tensor:
        return joined(self, (left, right), self.stretch, ("left", "right"))

    def expression(self, *args: str) -> str:
        return f"{args[0]} - {args[1]}"


@layer("Divide", section=SECTION, keywords="ratio quotient")
class Divide(Layer):
    """Divides the first input by the second, number by number; a small number keeps it from dividing by zero."""

    samples = ({"stretch": True}, {"guard": 1e-3}, {"guard": 1.0})

    guard: float = param(default=1e-6, above=0, max=1000, help="Added to the size of the divisor, so it is never zero.")
    stretch: bool = param(default=False, advanced=True, label="Stretch size 1", help=STRETCH_HELP)

    def shape(self, left: Anything, right: Anything) -> Tensor:
        plain_settings(self)
        return joined(self, (left, right), self.stretch, ("left", "right"))

    def expression(self, *args: str) -> str:
        return f"{args[0]} / (torch.where({args[1]} < 0, -1.0, 1.0) * ({args[1]}.abs() + {self.guard!r}))"


@layer("Concatenate", section=SECTION, keywords="join cat merge combine append", icon="concat")
class Concatenate(Layer):
    """Puts its inputs one after the other along an axis, so that a later layer sees them all."""

    samples = ({"axis": "last"}, {"axis": "channels"}, {"axis": "features"}, {"axis": "time"})

    axis: Axis = param(default="first", choices=AXIS_CHOICES, help=f"Along which axis. {AXIS_HELP}")

    def shape(self, *inputs: Anything) -> Tensor:
        if len(inputs) < 2:
            refuse("Concatenate needs at least two inputs", "One is wired. Drag a second wire to it.", "inputs")
        first = inputs[0]
        along = place(self, first, self.axis, "inputs")
        total: Dim = 0
        for x in inputs:
            if (type(x), x.element, x.rank) != (type(first), first.element, first.rank):
                refuse("Concatenate needs inputs of one kind", f"They are {first.article} and {x.article}.", "inputs")
            rest = zip(first.dims[:along] + first.dims[along + 1 :], x.dims[:along] + x.dims[along + 1 :], strict=True)
            if any(differ(left, right) for left, right in rest):
                other = first.names[along] or f"axis {along + 1}"
                refuse(
                    f"Concatenate needs inputs that differ only in {other}",
                    f"They are {first.words()} and {x.words()}. Choose another axis, or make them equal first.",
                    "inputs",
                )
            total = total + x.dims[along]
        dims = list(first.dims)
        dims[along] = total
        return first.sized(*dims)

    def expression(self, *args: str) -> str:
        return f"torch.cat([{', '.join(args)}], dim={DIMS[self.axis]})"

    def arithmetic(self, *inputs: Anything) -> str:
        along = place(self, inputs[0], self.axis, "inputs")
        return f"{' + '.join(str(x.dims[along]) for x in inputs)} = {self.shape(*inputs).dims[along]}"

    def summary(self) -> str:
        return "" if self.axis == "first" else f"along {self.axis}"


@layer("Stack", section=SECTION, keywords="pile list sequence merge frames new axis", icon="layers")
class Stack(Layer):
    """Lines equal inputs up along a new axis: lists of numbers become the steps of a sequence, images a film."""

    samples = ({"place": "last"}, {"place": "second"})

    place: Literal["first", "second", "last"] = param(
        default="first",
        choices=(("first", "First"), ("second", "Second"), ("last", "Last")),
        help="Where the new axis goes. Lists of numbers become steps by “First”, images the frames of a film by "
        "“Second”.",
    )

    def shape(self, *inputs: Anything) -> Tensor:
        if not inputs:
            refuse("Stack needs an input", "Drag a wire to it.", "inputs")
        first = inputs[0]
        for x in inputs:
            alike(self, first, x, "inputs")
            if (type(x), x.element) != (type(first), first.element):
                refuse("Stack needs inputs of one kind", f"They are {first.article} and {x.article}.", "inputs")
        at = {"first": 0, "second": 1, "last": first.rank}[self.place]
        if at > first.rank:
            refuse(
                "There is no second place for the new axis",
                f"The input is {first.article}, which has no axis yet. Choose “First”.",
                "inputs",
            )
        dims = (*first.dims[:at], len(inputs), *first.dims[at:])
        if first.element == "token":
            classes = [x.classes for x in inputs if x.classes is not None]
            return numbered(dims, max(classes) if len(classes) == len(inputs) else None)
        return tensor(*dims, element=first.element)

    def expression(self, *args: str) -> str:
        dim = {"first": 1, "second": 2, "last": -1}[self.place]
        return f"torch.stack([{', '.join(args)}], dim={dim})"

    def summary(self) -> str:
        return "" if self.place == "first" else f"{self.place} axis"


@layer("Matrix product", section=SECTION, keywords="matmul dot multiply similarity batch heads", icon="multiply")
class MatMul(Layer):
    """Multiplies two tables as matrices: rows of the left with columns of the right. With more axes, each pair of
    tables in the last two.
    """

    samples = ({"transpose": True},)

    transpose: bool = param(default=False, label="Turn the right one", help="Compares rows of both with each other.")

    def shape(self, left: Anything, right: Anything) -> Tensor:
        for port, x in (("left", left), ("right", right)):
            real(self, x, port)
            if x.rank < 2:
                refuse("Matrix product needs two tables", f"This is {x.article}. Use Einsum, or Unsqueeze it.", port)
        if left.rank != right.rank or any(map(differ, left.dims[:-2], right.dims[:-2])):
            refuse(
                "Matrix product needs as many tables on both sides",
                f"They are {left.words()} and {right.words()}; only the last two axes may differ.",
                "right",
            )
        *_, rows, columns = right.dims
        if self.transpose:
            rows, columns = columns, rows
        if differ(left.last, rows):
            refuse(
                "The two tables do not fit together",
                f"The left has rows of {left.last}, the right has columns of {rows}; they must be equal.",
                "right",
            )
        return left.sized(*left.dims[:-1], columns)

    def expression(self, *args: str) -> str:
        return f"{args[0]} @ {args[1]}{'.transpose(-2, -1)' if self.transpose else ''}"

    def flops(self, left: Tensor, right: Tensor) -> Dim:
        return 2 * left.size() * (right.dims[-2] if self.transpose else right.last)
