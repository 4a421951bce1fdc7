"""Reshape layers that add to or take from the data: padding, slices and splits."""

from __future__ import annotations

from typing import Any, Literal

from engine.declare import Size3, param
from engine.dims import Dim, Sym
from engine.layer import Layer, call, layer
from engine.layers.reshape import SECTION
from engine.layers.rules import AXIS_CHOICES, AXIS_HELP, DIMS, Axis, by, dims_of, place, plain_settings, refuse
from engine.shapes import Anything, Image, Signal, Tensor, Volume

PADS = {
    "zeros": "Zero",
    "constant": "Constant",
    "reflect": "Reflection",
    "replicate": "Replication",
    "circular": "Circular",
}
Fill = Literal["zeros", "constant", "reflect", "replicate", "circular"]
FILLS = (
    ("zeros", "Zeros"),
    ("constant", "Another number"),
    ("reflect", "Mirror"),
    ("replicate", "Repeat the edge"),
    ("circular", "Wrap around"),
)


CONSTANT = {"mode": "constant", "value": -1.5}


class Bordered(Layer):
    """What the pads share."""

    mode: Fill = param(default="zeros", choices=FILLS, label="Fill with", help="What the border is made of.")
    value: float = param(default=0.0, label="Number", shown_if=("mode", ("constant",)), help="What fills the border.")

    def bordered(self, sides: tuple[int, ...]) -> str:
        """The expression for a pad with so many added on each side, those of the last axis first."""
        value = (self.value,) if self.mode == "constant" else ()
        size = sides[0] if len(set(sides)) == 1 else sides
        return call(f"nn.{PADS[self.mode]}Pad{dims_of(self)}d", size, *value)


def _check_fill(mode: str, size: Dim, pads: tuple[int, int], port: str) -> None:
    """Mirrored and wrapped padding needs enough to take from."""
    most = {"reflect": 1, "circular": 0}.get(mode)
    if most is None or not isinstance(size, int):
        return
    if max(pads) > size - most:
        refuse(
            f"The padding of {max(pads)} is too large to {'mirror' if mode == 'reflect' else 'wrap'}",
            f"The input has {size}; expected is at most {size - most}. Use less, or fill with zeros.",
            port,
        )


@layer("Pad 2D", section=SECTION, keywords="padding border frame zeros mirror reflect image", icon="frame")
class Pad2d(Bordered):
    """Puts a border around an image."""

    samples = (
        {"left": 2, "top": 0, "mode": "reflect"},
        {"left": 3, "right": 2, "mode": "replicate"},
        {"bottom": 4, "mode": "circular"},
        CONSTANT,
    )

    left: int = param(default=1, min=0, max=4096, help="Columns added on the left.")
    right: int = param(default=1, min=0, max=4096, help="Columns added on the right.")
    top: int = param(default=1, min=0, max=4096, help="Rows added at the top.")
    bottom: int = param(default=1, min=0, max=4096, help="Rows added at the bottom.")

    def shape(self, image: Image) -> Tensor:
        _check_fill(self.mode, image.height, (self.top, self.bottom), "image")
        _check_fill(self.mode, image.width, (self.left, self.right), "image")
        return Image(image.channels, image.height + self.top + self.bottom, image.width + self.left + self.right)

    def module(self, image: Image) -> str:
        return self.bordered((self.left, self.right, self.top, self.bottom))

    def summary(self) -> str:
        return f"{self.left}, {self.right} · {self.top}, {self.bottom}"


@layer("Pad 1D", section=SECTION, keywords="padding causal border zeros signal", icon="frame")
class Pad1d(Bordered):
    """Adds steps before and after a signal; before a convolution, only at the start, it hides the future."""

    samples = (
        {"left": 3, "mode": "reflect"},
        {"right": 2, "mode": "replicate"},
        {"left": 1, "mode": "circular"},
        {"mode": "constant", "value": -1.0},
    )

    left: int = param(default=2, min=0, max=65536, label="Before", help="Steps added at the start.")
    right: int = param(default=0, min=0, max=65536, label="After", help="Steps added at the end.")

    def shape(self, signal: Signal) -> Tensor:
        _check_fill(self.mode, signal.time, (self.left, self.right), "signal")
        return Signal(signal.channels, signal.time + self.left + self.right)

    def module(self, signal: Signal) -> str:
        return self.bordered((self.left, self.right))

    def summary(self) -> str:
        return f"{self.left} before · {self.right} after"


@layer("Pad 3D", section=SECTION, keywords="padding border frame zeros mirror volume scan film", icon="frame")
class Pad3d(Bordered):
    """Puts a border around a volume, equally thick on both sides of each axis."""

    samples = (
        {"size": (0, 2, 1), "mode": "reflect"},
        {"size": 2, "mode": "replicate"},
        {"size": (1, 0, 2), "mode": "circular"},
        {"size": (3, 1, 1), "mode": "constant", "value": 0.5},
    )

    size: Size3 = param(default=1, min=0, max=4096, label="Border", help="How much is added on both sides.")

    def shape(self, volume: Volume) -> Tensor:
        for side, more in zip(volume.dims[1:], self.size, strict=True):
            _check_fill(self.mode, side, (more, more), "volume")
        grown = (side + 2 * more for side, more in zip(volume.dims[1:], self.size, strict=True))
        return Volume(volume.channels, *grown)

    def module(self, volume: Volume) -> str:
        deep, high, wide = self.size
        return self.bordered((wide, wide, high, high, deep, deep))

    def summary(self) -> str:
        return by(self.size)


def indexed(axis: str, inside: str) -> str:
    """The square bracket that takes a range along an axis."""
    dim = DIMS[axis]
    if dim == 1:
        return f"[:, {inside}]"
    return f"[..., {inside}{', :' * (-dim - 1)}]"


@layer("Slice", section=SECTION, keywords="crop cut part range select steps", icon="scissors")
class Slice(Layer):
    """Takes a part along an axis: some steps, some channels, or a strip of an image."""

    samples = (
        {"start": 1, "stop": 4},
        {"start": -3, "axis": "last"},
        {"stop": 6, "every": 2, "axis": "height"},
        {"start": 0, "stop": -1, "axis": "time"},
    )

    start: int = param(default=0, min=-(10**9), max=10**9, label="From", help="First place, from 0; −3 is third last.")
    stop: int | None = param(
        default=None, min=-(10**9), max=10**9, label="To", none="the end", help="The place before which it ends."
    )
    every: int = param(default=1, min=1, max=10**6, advanced=True, help="2 takes every second one.")
    axis: Axis = param(default="first", choices=AXIS_CHOICES, help=f"Along which axis. {AXIS_HELP}")

    def shape(self, x: Anything) -> Tensor:
        plain_settings(self)
        along = place(self, x, self.axis)
        dims = list(x.dims)
        dims[along] = self.taken(x.dims[along])
        if dims[along] == 0:
            refuse("This part is empty", f"The axis has {x.dims[along]}. Choose a range inside it.", "x")
        return x.sized(*dims)

    def taken(self, size: Dim) -> Dim:
        """How many places are taken of so many."""
        if not isinstance(size, Sym):
            return len(range(size)[self.start : self.stop : self.every])
        # a free size is taken to be large enough for the range
        start = self.start if self.start >= 0 else size + self.start
        stop: Dim = size if self.stop is None else self.stop if self.stop >= 0 else size + self.stop
        return (stop - start + self.every - 1) // self.every

    def expression(self, *args: str) -> str:
        start = str(self.start) if self.start else ""
        stop = "" if self.stop is None else str(self.stop)
        step = f":{self.every}" if self.every != 1 else ""
        return f"{args[0]}{indexed(self.axis, f'{start}:{stop}{step}')}"

    def summary(self) -> str:
        return f"{self.start} to {'the end' if self.stop is None else self.stop}"


@layer("Split", section=SECTION, keywords="chunk divide branches parts", icon="git-branch")
class Split(Layer):
    """Cuts its input into equal parts along an axis; each leaves by an output of its own."""

    outputs = ("part_1", "part_2")
    samples = ({"parts": 4}, {"parts": 3, "axis": "height"}, {"parts": 2, "axis": "last"}, {"parts": 1})

    parts: int = param(default=2, min=1, max=64, help="How many equal parts.")
    axis: Axis = param(default="first", choices=AXIS_CHOICES, help=f"Along which axis. {AXIS_HELP}")

    def output_names(self) -> tuple[str, ...]:
        return tuple(f"part_{number}" for number in range(1, self.parts + 1))

    def shape(self, x: Anything) -> tuple[Tensor, ...]:
        plain_settings(self)
        along = place(self, x, self.axis)
        size = x.dims[along]
        if isinstance(size, int) and size % self.parts:
            refuse(
                f"{size} does not split into {self.parts} equal parts",
                f"The input is {x.words()}. Use a number of parts that divides {size}.",
                "x",
            )
        dims: list[Any] = list(x.dims)
        dims[along] = size // self.parts
        return (x.sized(*dims),) * self.parts

    def lines(self, module: str | None, args: list[str], outputs: list[str]) -> list[str]:
        comma = "," if len(outputs) == 1 else ""
        return [f"{', '.join(outputs)}{comma} = {args[0]}.chunk({self.parts}, dim={DIMS[self.axis]})"]

    def summary(self) -> str:
        return f"{self.parts} parts"
