"""Convolutions: the same learned filters slide over a signal, an image or a volume."""

from __future__ import annotations

from typing import Any, Literal

from engine.declare import Size1, Size2, Size3, param
from engine.dims import Dim, product
from engine.layer import Layer, call, layer, squeezed
from engine.layers.rules import (
    at_least_one,
    by,
    divides,
    fits_window,
    fixed,
    options,
    port_of,
    reach,
    refuse,
    slid,
    slid_words,
)
from engine.layers.weights import ADAPTED, Adapted
from engine.shapes import Image, Signal, Tensor, Volume

SECTION = "Convolution"
Padding = Literal["zeros", "reflect", "replicate", "circular"]
SLIDING_SAMPLES: tuple[dict[str, Any], ...] = (
    {"filters": 6, "kernel": 3, "stride": 2, "padding": 1},
    {"filters": 4, "kernel": 5, "same": True, "bias": False},
    {"filters": 8, "kernel": 3, "groups": 4, "dilation": 2, "same": True},
    {"filters": 3, "kernel": 3, "padding": 1, "padding_mode": "reflect"},
    {"filters": 5, "kernel": 3, "same": True, "padding_mode": "circular", "stride": 2},
    *ADAPTED,
)


def _weighed(layer: Layer, filters: Dim, kernel: Size3, padding: tuple[Dim, ...], stride: Size3) -> str:
    """The card's line: `32 filters · 3 × 3 · stride 2`."""
    words = [f"{filters} filters" if filters != 1 else "1 filter", by(kernel)]
    if any(step != 1 for step in stride):
        words.append(f"stride {by(stride) if len(set(stride)) > 1 else stride[0]}")
    return " · ".join(words)


def _same(kernel: Size3, stride: Size3, dilation: Size3) -> tuple[Dim, ...]:
    """The padding that keeps the size: the same on both sides, which takes an odd kernel."""
    spans = [reach(side, gap) - 1 for side, gap in zip(kernel, dilation, strict=True)]
    if any(isinstance(span, int) and span % 2 for span in spans):
        refuse(
            "“Keep size” needs an odd kernel",
            f"It is {by(kernel)}, and both sides get the same padding. Use 3 or 5, or set the padding yourself.",
        )
    return tuple(span // 2 for span in spans)


def _check_groups(layer: Layer, channels: Dim, filters: Dim, groups: int) -> None:
    if not divides(groups, channels):
        refuse(
            f"{groups} groups do not divide the channels",
            f"The input has {channels} channels. Use groups that divide {channels} without a rest.",
            port_of(layer),
        )
    if not divides(groups, filters):
        refuse(
            f"{groups} groups do not divide the filters",
            f"There are {filters} filters. Use a multiple of {groups}, or fewer groups.",
        )


def _check_mode(layer: Layer, x: Tensor, mode: str, padding: tuple[Dim, ...]) -> None:
    """Mirrored padding needs enough to mirror."""
    if mode not in ("reflect", "circular"):
        return
    for size, pad in zip(x.dims[1:], padding, strict=True):
        if isinstance(size, int) and isinstance(pad, int) and pad > size - (mode == "reflect"):
            refuse(
                f"The padding of {pad} is too large to {'mirror' if mode == 'reflect' else 'wrap'}",
                f"The input is only {by(x.dims[1:])}. Use less padding or another way to fill it.",
                port_of(layer),
            )


class Sliding(Adapted):
    """What the convolutions share; the number of axes comes from the sizes of the subclass."""

    samples = SLIDING_SAMPLES

    filters: int = param(default=32, min=1, max=65536, help="Patterns to learn; becomes the number of channels.")
    kernel: Size2 = param(default=3, min=1, max=1023, help="Side of the window that each filter sees.")
    stride: Size2 = param(default=1, min=1, max=1023, help="Steps the window moves at a time; 2 halves the size.")
    same: bool = param(
        default=False, label="Keep size", help="Pads so that the size stays as it is (divided by the stride)."
    )
    padding: Size2 = param(
        default=0, min=0, max=1023, shown_if=("same", (False,)), help="Rows added on each side, so that edges count."
    )
    dilation: Size2 = param(
        default=1, min=1, max=1023, advanced=True, help="Gap between the points of the window; 2 looks twice as far."
    )
    groups: int = param(
        default=1, min=1, max=65536, advanced=True, help="Splits the channels into groups that do not see each other."
    )
    bias: bool = param(
        default=True, advanced=True, help="Whether each filter learns a constant; not needed before a batch norm."
    )
    padding_mode: Padding = param(default="zeros", advanced=True, help="What the padding is filled with.")

    def pads(self) -> tuple[Dim, ...]:
        """The padding as torch takes it."""
        return _same(self.kernel, self.stride, self.dilation) if self.same else self.padding

    def sizes(self, x: Tensor) -> list[tuple[Dim, Dim, Dim, Dim, Dim]]:
        """Per axis what `slid` takes: size, kernel, stride, padding, dilation."""
        return list(zip(x.dims[1:], self.kernel, self.stride, self.pads(), self.dilation, strict=True))

    def slide(self, x: Tensor) -> Tensor:
        """The shape rule of all convolutions."""
        fixed(self, x.channels, "channels", port_of(self))
        _check_groups(self, x.channels, self.filters, self.groups)
        self.check_wrap()
        self.check_groups(self.groups)
        pads = self.pads()
        _check_mode(self, x, self.padding_mode, pads)
        fits_window(self, x, self.kernel, pads, self.dilation)
        return x.sized(self.filters, *(slid(*parts) for parts in self.sizes(x)))

    def module(self, x: Tensor) -> str:
        built = call(
            f"nn.{type(self).__name__}",
            x.channels,
            self.filters,
            kernel_size=squeezed(self.kernel),
            **options(
                stride=(squeezed(self.stride), 1),
                padding=(squeezed(self.pads()), 0),
                dilation=(squeezed(self.dilation), 1),
                groups=(self.groups, 1),
                bias=(self.bias, True),
                padding_mode=(self.padding_mode, "zeros"),
            ),
        )
        return self.wrapped(built)

    def weights(self, x: Tensor) -> Dim:
        """How many weights the filters have, without biases."""
        return self.filters * (x.channels // self.groups) * product(self.kernel)

    def change(self, x: Tensor) -> Dim:
        """How many weights low-rank learning adds."""
        return self.lora_rank * (x.channels * product(self.kernel) + self.filters)

    def parameters(self, x: Tensor) -> Dim:
        return self.weights(x) + (self.filters if self.bias else 0) + self.extra(self.filters) + self.change(x)

    def flops(self, x: Tensor) -> Dim:
        return 2 * (self.weights(x) + self.change(x)) * product(self.slide(x).dims[1:])

    def summary(self) -> str:
        return _weighed(self, self.filters, self.kernel, (), self.stride)

    def arithmetic(self, x: Tensor) -> str:
        words = dict.fromkeys(slid_words(*parts) for parts in self.sizes(x))
        return "; ".join(words)


@layer("Conv 2D", section=SECTION, keywords="filter kernel image cnn convolution lora", icon="conv2d")
class Conv2d(Sliding):
    """Slides learned filters over an image to find local patterns such as edges and textures."""

    def shape(self, image: Image) -> Tensor:
        return self.slide(image)


@layer(
    "Conv 1D", section=SECTION, keywords="filter kernel signal audio time series cnn convolution lora", icon="conv1d"
)
class Conv1d(Sliding):
    """Slides learned filters along a signal to find local patterns such as peaks and rhythms."""

    kernel: Size1
    stride: Size1
    padding: Size1
    dilation: Size1

    def shape(self, signal: Signal) -> Tensor:
        return self.slide(signal)


@layer("Conv 3D", section=SECTION, keywords="filter kernel volume video scan cnn convolution lora", icon="conv3d")
class Conv3d(Sliding):
    """Slides learned filters through a volume, such as a scan or a film, to find local patterns."""

    kernel: Size3
    stride: Size3
    padding: Size3
    dilation: Size3

    def shape(self, volume: Volume) -> Tensor:
        return self.slide(volume)


class Transposed(Adapted):
    """What the transposed convolutions share."""

    samples = (
        *ADAPTED,
        {"filters": 4, "kernel": 3, "stride": 2, "padding": 1, "output_padding": 1},
        {"filters": 5, "kernel": 3, "stride": 2, "padding": 1, "output_padding": 1, "dilation": 2, "lora_rank": 2},
        {"filters": 6, "kernel": 3, "stride": 1, "bias": False},
        {"filters": 8, "kernel": 4, "stride": 3, "padding": 1, "groups": 2, "dilation": 2},
    )

    filters: int = param(default=32, min=1, max=65536, help="Patterns to draw; becomes the number of channels.")
    kernel: Size2 = param(default=2, min=1, max=1023, help="Side of the patch that each input point draws.")
    stride: Size2 = param(default=2, min=1, max=1023, help="How many times larger the output becomes.")
    padding: Size2 = param(default=0, min=0, max=1023, help="Rows cut off on each side of the output.")
    output_padding: Size2 = param(
        default=0, min=0, max=1023, advanced=True, label="Extra rows", help="Rows added on one side of the output."
    )
    dilation: Size2 = param(default=1, min=1, max=1023, advanced=True, help="Gap between the points of the patch.")
    groups: int = param(
        default=1, min=1, max=65536, advanced=True, help="Splits the channels into groups that do not see each other."
    )
    bias: bool = param(default=True, advanced=True, help="Whether each filter learns a constant to add.")

    def grow(self, x: Tensor) -> Tensor:
        """The shape rule of all transposed convolutions."""
        fixed(self, x.channels, "channels", port_of(self))
        _check_groups(self, x.channels, self.filters, self.groups)
        self.check_wrap()
        self.check_groups(self.groups)
        for extra, step, gap in zip(self.output_padding, self.stride, self.dilation, strict=True):
            if all(isinstance(part, int) for part in (extra, step, gap)) and extra >= max(step, gap):
                refuse(
                    "The extra rows are too many",
                    f"Expected are fewer than the stride or dilation, {max(step, gap)}; found are {extra}.",
                )
        dims = [
            (size - 1) * step - 2 * pad + reach(side, gap) + extra
            for size, side, step, pad, extra, gap in zip(
                x.dims[1:], self.kernel, self.stride, self.padding, self.output_padding, self.dilation, strict=True
            )
        ]
        at_least_one(self, dims)
        return x.sized(self.filters, *dims)

    def module(self, x: Tensor) -> str:
        built = call(
            f"nn.{type(self).__name__}",
            x.channels,
            self.filters,
            kernel_size=squeezed(self.kernel),
            **options(
                stride=(squeezed(self.stride), 1),
                padding=(squeezed(self.padding), 0),
                output_padding=(squeezed(self.output_padding), 0),
                groups=(self.groups, 1),
                bias=(self.bias, True),
                dilation=(squeezed(self.dilation), 1),
            ),
        )
        return self.wrapped(built)

    def weights(self, x: Tensor) -> Dim:
        """How many weights the filters have, without biases."""
        return x.channels * (self.filters // self.groups) * product(self.kernel)

    def parameters(self, x: Tensor) -> Dim:
        own = self.weights(x) + (self.filters if self.bias else 0)
        return own + self.extra(x.channels) + self.lora_rank * (x.channels * product(self.kernel) + self.filters)

    def flops(self, x: Tensor) -> Dim:
        drawn = (self.weights(x) + self.lora_rank * x.channels * product(self.kernel)) * product(x.dims[1:])
        mixed = self.lora_rank * self.filters * product(self.grow(x).dims[1:])
        return 2 * (drawn + mixed)

    def summary(self) -> str:
        return _weighed(self, self.filters, self.kernel, (), self.stride)

    def arithmetic(self, x: Tensor) -> str:
        grown = self.grow(x)
        words = []
        for index, size in enumerate(x.dims[1:]):
            step, pad, extra = self.stride[index], self.padding[index], self.output_padding[index]
            wide = reach(self.kernel[index], self.dilation[index])
            cut = f" − 2 × {pad}" if pad != 0 else ""
            more = f" + {extra}" if extra != 0 else ""
            words.append(f"({size} − 1) × {step}{cut} + {wide}{more} = {grown.dims[index + 1]}")
        return "; ".join(dict.fromkeys(words))


@layer(
    "Transposed conv 2D", section=SECTION, keywords="deconvolution upsample decoder enlarge lora", icon="conv-transpose"
)
class ConvTranspose2d(Transposed):
    """Enlarges an image with learned filters: each point draws a patch. For decoders and generators."""

    def shape(self, image: Image) -> Tensor:
        return self.grow(image)


@layer(
    "Transposed conv 1D", section=SECTION, keywords="deconvolution upsample decoder signal lora", icon="conv-transpose"
)
class ConvTranspose1d(Transposed):
    """Lengthens a signal with learned filters: each point draws a stretch. For decoders and generators."""

    kernel: Size1
    stride: Size1
    padding: Size1
    output_padding: Size1
    dilation: Size1

    def shape(self, signal: Signal) -> Tensor:
        return self.grow(signal)


@layer(
    "Transposed conv 3D", section=SECTION, keywords="deconvolution upsample decoder volume lora", icon="conv-transpose"
)
class ConvTranspose3d(Transposed):
    """Enlarges a volume with learned filters: each point draws a cube. For decoders and generators."""

    kernel: Size3
    stride: Size3
    padding: Size3
    output_padding: Size3
    dilation: Size3

    def shape(self, volume: Volume) -> Tensor:
        return self.grow(volume)
