"""Reshape layers that fold: windows become columns and back, axes split, channels mix, images change size."""

from __future__ import annotations

from typing import Literal

from engine.declare import Ints, Size1, Size2, Size3, param
from engine.dims import Dim, differ, product
from engine.layer import Layer, call, layer, literal, squeezed
from engine.layers.reshape import SECTION
from engine.layers.rules import (
    AXIS_CHOICES,
    AXIS_HELP,
    Axis,
    by,
    divides,
    fits_window,
    fixed,
    options,
    place,
    plain_settings,
    refuse,
    slid,
    torch_dim,
)
from engine.shapes import Anything, Image, Signal, Tensor, Volume, tensor


@layer("Unflatten", section=SECTION, keywords="split axis view reshape list to image", icon="reshape")
class Unflatten(Layer):
    """Splits one axis into several, such as a flat list into channels, height and width."""

    samples = ({"size": (2, 2, 2)}, {"size": (-1, 4)}, {"size": (2, 4), "axis": "last"})

    size: Ints = param(default=(2, -1), min=-1, max=1_000_000_000, help="The new axes; −1 is whatever is left over.")
    axis: Axis = param(default="first", choices=AXIS_CHOICES, help=f"Which axis is split. {AXIS_HELP}")

    def parts(self, size: Dim) -> tuple[Dim, ...]:
        """The new axes with numbers for all of them."""
        known = product(tuple(part for part in self.size if part != -1))
        return tuple(size // known if part == -1 else part for part in self.size)

    def shape(self, x: Anything) -> Tensor:
        along = place(self, x, self.axis)
        size = x.dims[along]
        fixed(self, size, "places to split", "x")
        if not 2 <= len(self.size) <= 4 or 0 in self.size or self.size.count(-1) > 1:
            refuse(
                "This size is not possible", "Expected are two to four numbers of at least 1, at most one of them −1."
            )
        known = product(tuple(part for part in self.size if part != -1))
        fits = divides(known, size) if -1 in self.size else known == size
        if isinstance(size, int) and isinstance(known, int) and not fits:
            words = by(self.size).replace("-", "−")
            refuse(f"{size} places do not split into {words}", f"{known} is needed, or a part of {size} with −1.", "x")
        if len(self.size) + x.rank - 1 > 4:
            refuse("These are too many axes", f"The input is {x.words()}; at most four axes can come out.", "x")
        return tensor(*x.dims[:along], *self.parts(size), *x.dims[along + 1 :])

    def module(self, x: Tensor) -> str:
        along = place(self, x, self.axis)
        return f"nn.Unflatten({torch_dim(x, along)}, {literal(self.parts(x.dims[along]))})"

    def summary(self) -> str:
        return by(self.size).replace("-", "−")


@layer("Channel shuffle", section=SECTION, keywords="shufflenet mix groups permute", icon="shuffle")
class ChannelShuffle(Layer):
    """Mixes the order of the channels, so that groups of a grouped convolution see each other afterwards."""

    samples = ({"groups": 4}, {"groups": 1})

    groups: int = param(default=2, min=1, max=65536, help="From how many groups the channels are taken in turn.")

    def shape(self, x: Signal | Image | Volume) -> Tensor:
        if not divides(self.groups, x.channels):
            refuse(
                f"{self.groups} groups do not divide the channels",
                f"The input has {x.channels} channels. Use groups that divide {x.channels} without a rest.",
                "x",
            )
        return x

    def module(self, x: Tensor) -> str:
        return call("nn.ChannelShuffle", self.groups)

    def summary(self) -> str:
        return f"{self.groups} groups"


class Windows(Layer):
    """What folding and unfolding share."""

    kernel: Size2 = param(default=2, min=1, max=1023, help="Side of the window.")
    stride: Size2 = param(default=2, min=1, max=1023, help="Steps from one window to the next.")
    padding: Size2 = param(default=0, min=0, max=1023, advanced=True, help="Rows added on each side.")
    dilation: Size2 = param(default=1, min=1, max=1023, advanced=True, help="Gap between the points of the window.")

    def places(self, sides: tuple[Dim, ...]) -> Dim:
        """How many windows there are."""
        parts = zip(sides, self.kernel, self.stride, self.padding, self.dilation, strict=True)
        return product(tuple(slid(*part) for part in parts))

    def named(self) -> dict[str, object]:
        return options(
            dilation=(squeezed(self.dilation), 1),
            padding=(squeezed(self.padding), 0),
            stride=(squeezed(self.stride), 1),
        )

    def summary(self) -> str:
        return by(self.kernel)


@layer("Unfold", section=SECTION, keywords="im2col windows patches sliding columns", icon="layout-grid")
class Unfold(Windows):
    """Cuts an image into windows: each window's numbers become one column of a signal."""

    samples = ({"kernel": 3, "stride": 1}, {"kernel": 3, "stride": 2, "padding": 1}, {"kernel": 2, "dilation": 2})

    def shape(self, image: Image) -> Tensor:
        fits_window(self, image, self.kernel, self.padding, self.dilation)
        return Signal(image.channels * product(self.kernel), self.places(image.dims[1:]))

    def module(self, image: Image) -> str:
        return call("nn.Unfold", squeezed(self.kernel), **self.named())


@layer("Fold", section=SECTION, keywords="col2im windows patches join overlap", icon="layout-grid")
class Fold(Windows):
    """Puts windows together to an image again: the opposite of Unfold; where they overlap, they add up."""

    samples = (
        {"size": (8, 6), "stride": 2},
        {"size": (4, 5), "stride": 1},
        {"size": (5, 6), "stride": 1, "dilation": 2},
        {"size": (5, 7), "padding": 1},
    )

    size: Size2 = param(default=(6, 8), min=1, max=65536, help="Height and width of the image that comes out.")

    def shape(self, signal: Signal) -> Tensor:
        window = product(self.kernel)
        fixed(self, signal.channels, "channels", "signal")
        if isinstance(signal.channels, int) and isinstance(window, int) and signal.channels % window:
            refuse(
                f"The channels do not fill windows of {by(self.kernel)}",
                f"There are {signal.channels}; expected is a multiple of {window}.",
                "signal",
            )
        places = self.places(self.size)
        if differ(signal.time, places):
            refuse(
                f"The windows do not make an image of {by(self.size)}",
                f"There are {signal.time}; expected are {places}.",
                "signal",
            )
        return Image(signal.channels // window, *self.size)

    def module(self, signal: Signal) -> str:
        return call("nn.Fold", squeezed(self.size), squeezed(self.kernel), **self.named())


@layer("Resize image", section=SECTION, keywords="interpolate scale shrink enlarge bilinear bicubic", icon="upsample")
class Interpolate2d(Layer):
    """Brings an image to a fixed size, whatever its size was, by blending neighbors or repeating them."""

    samples = ({"size": (5, 20)}, {"mode": "nearest"}, {"mode": "bicubic", "size": 7}, {"mode": "area", "size": 6})

    size: Size2 = param(default=8, min=1, max=16384, help="Height and width that come out.")
    mode: Literal["bilinear", "bicubic", "nearest", "area"] = param(
        default="bilinear",
        choices=(("bilinear", "Smooth"), ("bicubic", "Sharper"), ("nearest", "Repeat pixels"), ("area", "Average")),
        help="How the new points are filled.",
    )

    def shape(self, image: Image) -> Tensor:
        plain_settings(self)
        return Image(image.channels, *self.size)

    def lines(self, module: str | None, args: list[str], outputs: list[str]) -> list[str]:
        size = ", ".join(literal(side) for side in self.size)
        return [f'{outputs[0]} = F.interpolate({args[0]}, size=({size}), mode="{self.mode}")']

    def summary(self) -> str:
        return f"to {by(self.size)}"


@layer("Resize signal", section=SECTION, keywords="interpolate resample length rate", icon="upsample")
class Interpolate1d(Layer):
    """Brings a signal to a fixed length, whatever its length was."""

    samples = ({"size": 5}, {"mode": "nearest", "size": 30}, {"mode": "area", "size": 6})

    size: Size1 = param(default=8, min=1, max=10_000_000, help="The length that comes out.")
    mode: Literal["linear", "nearest", "area"] = param(
        default="linear",
        choices=(("linear", "Smooth"), ("nearest", "Repeat points"), ("area", "Average")),
        help="How the new points are filled.",
    )

    def shape(self, signal: Signal) -> Tensor:
        plain_settings(self)
        return Signal(signal.channels, *self.size)

    def lines(self, module: str | None, args: list[str], outputs: list[str]) -> list[str]:
        return [f'{outputs[0]} = F.interpolate({args[0]}, size={literal(self.size[0])}, mode="{self.mode}")']

    def summary(self) -> str:
        return f"to {by(self.size)}"


@layer("Resize volume", section=SECTION, keywords="interpolate resample scan film scale trilinear", icon="upsample")
class Interpolate3d(Layer):
    """Brings a volume to a fixed size, whatever its size was, by blending neighbors or repeating them."""

    samples = ({"size": (3, 5, 9)}, {"mode": "nearest"}, {"mode": "nearest", "size": 3})

    size: Size3 = param(default=8, min=1, max=4096, help="Depth, height and width that come out.")
    mode: Literal["trilinear", "nearest"] = param(  # averages have no ONNX form in three dimensions
        default="trilinear",
        choices=(("trilinear", "Smooth"), ("nearest", "Repeat points")),
        help="How the new points are filled.",
    )

    def shape(self, volume: Volume) -> Tensor:
        plain_settings(self)
        return Volume(volume.channels, *self.size)

    def lines(self, module: str | None, args: list[str], outputs: list[str]) -> list[str]:
        size = ", ".join(literal(side) for side in self.size)
        return [f'{outputs[0]} = F.interpolate({args[0]}, size=({size}), mode="{self.mode}")']

    def summary(self) -> str:
        return f"to {by(self.size)}"
