"""Light convolutions: each channel has filters of its own, and one number per channel mixes them afterwards."""

from __future__ import annotations

from engine.declare import Size1, Size2, param
from engine.dims import Dim, product
from engine.layer import call, layer, squeezed
from engine.layers.convolution import SECTION
from engine.layers.rules import by, dims_of, fits_window, fixed, options, port_of, slid, slid_words
from engine.layers.weights import Started
from engine.shapes import Image, Signal, Tensor


class Depthwise(Started):
    """What the depthwise convolutions share."""

    samples = (
        {"multiplier": 2, "kernel": 3, "stride": 2},
        {"kernel": 5, "padding": 2, "bias": False},
        {"kernel": 3, "padding": 2, "dilation": 2},
    )

    multiplier: int = param(default=1, min=1, max=1024, label="Filters per channel", help="Patterns for each channel.")
    kernel: Size2 = param(default=3, min=1, max=1023, help="Side of the window that each filter sees.")
    stride: Size2 = param(default=1, min=1, max=1023, help="Steps the window moves at a time; 2 halves the size.")
    padding: Size2 = param(default=1, min=0, max=1023, help="Rows added on each side, so that edges count.")
    dilation: Size2 = param(
        default=1, min=1, max=1023, advanced=True, help="Gap between the points of the window; 2 looks twice as far."
    )
    bias: bool = param(default=True, advanced=True, help="Whether each filter learns a constant to add.")

    def slide(self, x: Tensor) -> Tensor:
        """The shape rule for any number of axes."""
        fixed(self, x.channels, "channels", port_of(self))
        fits_window(self, x, self.kernel, self.padding, self.dilation)
        parts = zip(x.dims[1:], self.kernel, self.stride, self.padding, self.dilation, strict=True)
        return x.sized(x.channels * self.multiplier, *(slid(*part) for part in parts))

    def module(self, x: Tensor) -> str:
        return call(
            f"nn.Conv{dims_of(self)}d",
            x.channels,
            x.channels * self.multiplier,
            kernel_size=squeezed(self.kernel),
            **options(
                stride=(squeezed(self.stride), 1),
                padding=(squeezed(self.padding), 0),
                dilation=(squeezed(self.dilation), 1),
            ),
            groups=x.channels,
            **options(bias=(self.bias, True)),
        )

    def parameters(self, x: Tensor) -> Dim:
        filters = x.channels * self.multiplier
        return filters * product(self.kernel) + (filters if self.bias else 0)

    def flops(self, x: Tensor) -> Dim:
        return 2 * product(self.kernel) * self.slide(x).size()

    def summary(self) -> str:
        step = "" if all(part == 1 for part in self.stride) else f" · stride {squeezed(self.stride)}"
        return f"{by(self.kernel)}{step}"

    def arithmetic(self, x: Tensor) -> str:
        parts = zip(x.dims[1:], self.kernel, self.stride, self.padding, self.dilation, strict=True)
        return "; ".join(dict.fromkeys(slid_words(*part) for part in parts))


@layer("Depthwise conv 2D", section=SECTION, keywords="mobile light groups filter image", icon="conv-depthwise")
class DepthwiseConv2d(Depthwise):
    """Slides filters over each channel of an image on its own; far cheaper than a full convolution."""

    def shape(self, image: Image) -> Tensor:
        return self.slide(image)


@layer("Depthwise conv 1D", section=SECTION, keywords="light groups filter signal", icon="conv-depthwise")
class DepthwiseConv1d(Depthwise):
    """Slides filters along each channel of a signal on its own; far cheaper than a full convolution."""

    kernel: Size1
    stride: Size1
    padding: Size1
    dilation: Size1

    def shape(self, signal: Signal) -> Tensor:
        return self.slide(signal)


@layer(
    "Separable conv 2D", section=SECTION, keywords="mobile xception light depthwise pointwise", icon="conv-depthwise"
)
class SeparableConv2d(Started):
    """Filters each channel on its own, then mixes the channels point by point: almost a Conv 2D at a fraction of
    the cost."""

    samples = (
        {"filters": 6, "kernel": 3, "stride": 2, "padding": 1},
        {"filters": 4, "kernel": 5, "padding": 2, "bias": False},
        {"filters": 1, "kernel": (1, 3), "padding": (0, 1)},
    )

    filters: int = param(default=32, min=1, max=65536, help="Patterns to learn; becomes the number of channels.")
    kernel: Size2 = param(default=3, min=1, max=1023, help="Side of the window that each filter sees.")
    stride: Size2 = param(default=1, min=1, max=1023, help="Steps the window moves at a time; 2 halves the size.")
    padding: Size2 = param(default=1, min=0, max=1023, help="Rows added on each side, so that edges count.")
    bias: bool = param(default=True, advanced=True, help="Whether each filter learns a constant to add.")

    def shape(self, image: Image) -> Tensor:
        fixed(self, image.channels, "channels", "image")
        fits_window(self, image, self.kernel, self.padding, (1, 1))
        parts = zip(image.dims[1:], self.kernel, self.stride, self.padding, strict=True)
        return image.sized(self.filters, *(slid(*part) for part in parts))

    def module(self, image: Image) -> str:
        rest = options(bias=(self.bias, True))
        own = call(
            "nn.Conv2d",
            image.channels,
            image.channels,
            kernel_size=squeezed(self.kernel),
            **options(stride=(squeezed(self.stride), 1), padding=(squeezed(self.padding), 0)),
            groups=image.channels,
            **rest,
        )
        mixed = call("nn.Conv2d", image.channels, self.filters, kernel_size=1, **rest)
        return f"nn.Sequential({own}, {mixed})"

    def parameters(self, image: Image) -> Dim:
        biases = image.channels + self.filters if self.bias else 0
        return image.channels * (product(self.kernel) + self.filters) + biases

    def flops(self, image: Image) -> Dim:
        places = product(self.shape(image).dims[1:])
        return 2 * image.channels * places * (product(self.kernel) + self.filters)

    def summary(self) -> str:
        step = "" if all(part == 1 for part in self.stride) else f" · stride {squeezed(self.stride)}"
        return f"{self.filters} filters · {by(self.kernel)}{step}"

    def arithmetic(self, image: Image) -> str:
        parts = zip(image.dims[1:], self.kernel, self.stride, self.padding, strict=True)
        return "; ".join(dict.fromkeys(slid_words(*part) for part in parts))
