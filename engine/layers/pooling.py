"""Pooling: neighboring numbers are summed up by one, which makes the data smaller."""

from __future__ import annotations

from engine.declare import Size1, Size2, Size3, param
from engine.dims import Dim
from engine.layer import Layer, call, layer, squeezed
from engine.layers.rules import by, fits_window, options, refuse, slid, slid_words
from engine.shapes import Anything, Image, Signal, Tensor, Volume

SECTION = "Pooling"


def _stride_words(stride: tuple[int, ...]) -> str:
    return f"stride {squeezed(stride) if len(set(stride)) == 1 else by(stride)}"


class Windowed(Layer):
    """What max and average pooling share."""

    kernel: Size2 = param(default=2, min=1, max=1023, help="Side of the window that becomes one number.")
    stride: Size2 = param(default=2, min=1, max=1023, help="Steps the window moves at a time; 2 halves the size.")
    padding: Size2 = param(default=0, min=0, max=511, advanced=True, help="Rows added on each side.")
    ceil_mode: bool = param(
        default=False, advanced=True, label="Round up", help="Keeps a last window that sticks out, instead of a rest."
    )

    def gaps(self) -> tuple[int, ...]:
        """The dilation, 1 where the layer has none."""
        return (1,) * len(self.kernel)

    def pool(self, x: Tensor) -> Tensor:
        """The shape rule for any number of axes."""
        for side, pad in zip(self.kernel, self.padding, strict=True):
            if isinstance(side, int) and isinstance(pad, int) and 2 * pad > side:
                refuse(
                    "The padding is too large",
                    f"Expected is at most half of the {by(self.kernel)} window; found is {by(self.padding)}.",
                )
        fits_window(self, x, self.kernel, self.padding, self.gaps())
        return x.sized(x.dims[0], *(slid(*part, up=self.ceil_mode) for part in self.parts(x)))

    def parts(self, x: Tensor) -> list[tuple[Dim, Dim, Dim, Dim, Dim]]:
        """Per axis what `slid` takes: size, kernel, stride, padding, dilation."""
        return list(zip(x.dims[1:], self.kernel, self.stride, self.padding, self.gaps(), strict=True))

    def module(self, x: Tensor) -> str:
        kernel = squeezed(self.kernel)
        return call(
            f"nn.{type(self).__name__}",
            kernel_size=kernel,
            **options(
                stride=(squeezed(self.stride), kernel),
                padding=(squeezed(self.padding), 0),
                dilation=(squeezed(self.gaps()), 1),
                return_indices=(getattr(self, "places", False), False),
                ceil_mode=(self.ceil_mode, False),
                count_include_pad=(getattr(self, "count_padding", True), True),
            ),
        )

    def summary(self) -> str:
        return f"{by(self.kernel)} · {_stride_words(self.stride)}"

    def arithmetic(self, x: Tensor) -> str:
        return "; ".join(dict.fromkeys(slid_words(*part, up=self.ceil_mode) for part in self.parts(x)))


class MaxWindow(Windowed):
    """What the max pools share."""

    samples = (
        {"kernel": 3, "stride": 2, "padding": 1},
        {"kernel": 3, "stride": 2, "ceil_mode": True},
        {"kernel": 2, "stride": 1, "dilation": 2},
        {"kernel": 2, "stride": 3, "padding": 1, "ceil_mode": True},
        {"places": True},
    )

    dilation: Size2 = param(default=1, min=1, max=1023, advanced=True, help="Gap between the points of the window.")
    places: bool = param(
        default=False, advanced=True, label="Give places", help="Also gives where each number stood, for Max unpool."
    )

    def gaps(self) -> tuple[int, ...]:
        return self.dilation

    def output_names(self) -> tuple[str, ...]:
        return ("out", "places") if self.places else ("out",)

    def pooled(self, x: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        """The shape rule, with the places where they are asked for."""
        found = self.pool(x)
        return (found, Anything(*found.dims, names=found.names, element="token")) if self.places else found


@layer("Max pool 2D", section=SECTION, keywords="downsample shrink maximum image", icon="maxpool")
class MaxPool2d(MaxWindow):
    """Keeps the largest number of each window, so that the image shrinks and strong patterns stay."""

    def shape(self, image: Image) -> Tensor | tuple[Tensor, Tensor]:
        return self.pooled(image)


@layer("Max pool 1D", section=SECTION, keywords="downsample shrink maximum signal", icon="maxpool")
class MaxPool1d(MaxWindow):
    """Keeps the largest number of each window, so that the signal gets shorter and strong patterns stay."""

    kernel: Size1
    stride: Size1
    padding: Size1
    dilation: Size1

    def shape(self, signal: Signal) -> Tensor | tuple[Tensor, Tensor]:
        return self.pooled(signal)


@layer("Max pool 3D", section=SECTION, keywords="downsample shrink maximum volume video", icon="maxpool")
class MaxPool3d(MaxWindow):
    """Keeps the largest number of each window, so that the volume shrinks and strong patterns stay."""

    kernel: Size3
    stride: Size3
    padding: Size3
    dilation: Size3

    def shape(self, volume: Volume) -> Tensor | tuple[Tensor, Tensor]:
        return self.pooled(volume)


class AverageWindow(Windowed):
    """What the average pools share."""

    samples = (
        {"kernel": 3, "stride": 2, "padding": 1},
        {"kernel": 3, "stride": 2, "ceil_mode": True},
        {"kernel": 3, "stride": 1, "padding": 1, "count_padding": False},
    )

    count_padding: bool = param(default=True, advanced=True, help="Whether the padding counts in the average, as 0.")


@layer("Average pool 2D", section=SECTION, keywords="avg mean downsample shrink image", icon="avgpool")
class AvgPool2d(AverageWindow):
    """Averages each window, so that the image shrinks smoothly."""

    def shape(self, image: Image) -> Tensor:
        return self.pool(image)


@layer("Average pool 1D", section=SECTION, keywords="avg mean downsample shrink signal", icon="avgpool")
class AvgPool1d(AverageWindow):
    """Averages each window, so that the signal gets shorter smoothly."""

    kernel: Size1
    stride: Size1
    padding: Size1

    def shape(self, signal: Signal) -> Tensor:
        return self.pool(signal)


@layer("Average pool 3D", section=SECTION, keywords="avg mean downsample shrink volume video", icon="avgpool")
class AvgPool3d(AverageWindow):
    """Averages each window, so that the volume shrinks smoothly."""

    kernel: Size3
    stride: Size3
    padding: Size3

    def shape(self, volume: Volume) -> Tensor:
        return self.pool(volume)


class ToSize(Layer):
    """What the pools to a fixed size share."""

    samples = ({"size": 1}, {"size": 3}, {"size": 5})

    size: Size2 = param(default=1, min=1, max=4096, help="The size that comes out, whatever comes in.")

    def pool(self, x: Tensor) -> Tensor:
        """The shape rule for any number of axes."""
        return x.sized(x.dims[0], *self.size)

    def module(self, x: Tensor) -> str:
        return call(f"nn.{type(self).__name__}", squeezed(self.size))

    def summary(self) -> str:
        return f"to {by(self.size)}"


@layer("Adaptive average pool 2D", section=SECTION, keywords="avg mean resize fixed size image", icon="avgpool")
class AdaptiveAvgPool2d(ToSize):
    """Averages an image down to a fixed size, whatever its size was."""

    def shape(self, image: Image) -> Tensor:
        return self.pool(image)


@layer("Adaptive average pool 1D", section=SECTION, keywords="avg mean resize fixed length signal", icon="avgpool")
class AdaptiveAvgPool1d(ToSize):
    """Averages a signal down to a fixed length, whatever its length was."""

    size: Size1

    def shape(self, signal: Signal) -> Tensor:
        return self.pool(signal)


@layer("Adaptive average pool 3D", section=SECTION, keywords="avg mean resize fixed size volume", icon="avgpool")
class AdaptiveAvgPool3d(ToSize):
    """Averages a volume down to a fixed size, whatever its size was."""

    twin = "adaptive_pool"

    size: Size3

    def shape(self, volume: Volume) -> Tensor:
        return self.pool(volume)


@layer("Adaptive max pool 2D", section=SECTION, keywords="maximum resize fixed size image", icon="maxpool")
class AdaptiveMaxPool2d(ToSize):
    """Keeps the largest numbers of an image in a grid of fixed size, whatever its size was."""

    twin = "adaptive_pool"

    def shape(self, image: Image) -> Tensor:
        return self.pool(image)


@layer("Adaptive max pool 1D", section=SECTION, keywords="maximum resize fixed length signal", icon="maxpool")
class AdaptiveMaxPool1d(ToSize):
    """Keeps the largest numbers of a signal at a fixed length, whatever its length was."""

    twin = "adaptive_pool"

    size: Size1

    def shape(self, signal: Signal) -> Tensor:
        return self.pool(signal)


@layer("Adaptive max pool 3D", section=SECTION, keywords="maximum resize fixed size volume", icon="maxpool")
class AdaptiveMaxPool3d(ToSize):
    """Keeps the largest numbers of a volume in a grid of fixed size, whatever its size was."""

    twin = "adaptive_pool"

    size: Size3

    def shape(self, volume: Volume) -> Tensor:
        return self.pool(volume)
