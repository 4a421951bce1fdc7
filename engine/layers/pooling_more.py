"""The rarer pools: by power, with windows drawn at random, and the way back from a max pool."""

from __future__ import annotations

from engine.declare import Size1, Size2, Size3, param
from engine.layer import Layer, call, layer, squeezed
from engine.layers.pooling import SECTION
from engine.layers.rules import at_least_one, by, fits_window, options, port_of, refuse, slid, slid_words
from engine.shapes import Anything, Image, Signal, Tensor, Volume


class PowerPool(Layer):
    """What the power pools share."""

    samples = ({"power": 1}, {"power": 2, "kernel": 3, "stride": 2}, {"power": 3, "kernel": 3, "stride": 1})

    power: int = param(default=2, min=1, max=16, help="1 sums the window; higher powers favor its largest numbers.")
    kernel: Size2 = param(default=2, min=1, max=1023, help="Side of the window that becomes one number.")
    stride: Size2 = param(default=2, min=1, max=1023, help="Steps the window moves at a time; 2 halves the size.")

    def pool(self, x: Tensor) -> Tensor:
        """The shape rule for any number of axes."""
        none, one = (0,) * len(self.kernel), (1,) * len(self.kernel)
        fits_window(self, x, self.kernel, none, one)
        parts = zip(x.dims[1:], self.kernel, self.stride, strict=True)
        return x.sized(x.dims[0], *(slid(*part, 0) for part in parts))

    def module(self, x: Tensor) -> str:
        kernel = squeezed(self.kernel)
        rest = options(stride=(squeezed(self.stride), kernel))
        return call(f"nn.{type(self).__name__}", self.power, kernel, **rest)

    def summary(self) -> str:
        return f"power {self.power} · {by(self.kernel)}"

    def arithmetic(self, x: Tensor) -> str:
        parts = zip(x.dims[1:], self.kernel, self.stride, strict=True)
        return "; ".join(dict.fromkeys(slid_words(*part, 0) for part in parts))


@layer("Power pool 2D", section=SECTION, keywords="lp norm energy downsample", icon="avgpool")
class LPPool2d(PowerPool):
    """Sums up each window by its norm: between averaging (power 1) and taking the largest (a high power)."""

    def shape(self, image: Image) -> Tensor:
        return self.pool(image)


@layer("Power pool 1D", section=SECTION, keywords="lp norm energy downsample signal", icon="avgpool")
class LPPool1d(PowerPool):
    """Sums up each stretch by its norm: between averaging (power 1) and taking the largest (a high power)."""

    kernel: Size1
    stride: Size1

    def shape(self, signal: Signal) -> Tensor:
        return self.pool(signal)


@layer("Power pool 3D", section=SECTION, keywords="lp norm energy downsample volume", icon="avgpool")
class LPPool3d(PowerPool):
    """Sums up each cube by its norm: between averaging (power 1) and taking the largest (a high power)."""

    kernel: Size3
    stride: Size3

    def shape(self, volume: Volume) -> Tensor:
        return self.pool(volume)


class Fractional(Layer):
    """What the fractional pools share."""

    no_onnx = "ONNX has no pooling with windows drawn at random. Use Max pool or Adaptive max pool instead."
    trains_differently = True
    samples = ({"kernel": 3, "size": 3}, {"size": 4})

    size: Size2 = param(default=3, min=1, max=65536, help="The size that comes out.")
    kernel: Size2 = param(default=2, min=1, max=1023, help="Side of the window that becomes one number.")

    def pool(self, x: Tensor) -> Tensor:
        """The shape rule for any number of axes."""
        for size, kernel, side in zip(x.dims[1:], self.kernel, self.size, strict=True):
            needed = side + kernel - (1 if len(self.size) == 2 else 0)  # torch wants one more point in a volume
            if isinstance(size, int) and isinstance(needed, int) and needed > size:
                refuse(
                    f"The {by(self.kernel)} windows do not fit",
                    f"{by(self.size)} of them need at least {needed} points a side; the input is {by(x.dims[1:])}.",
                    port_of(self),
                )
        return x.sized(x.dims[0], *self.size)

    def module(self, x: Tensor) -> str:
        return call(f"nn.{type(self).__name__}", squeezed(self.kernel), output_size=squeezed(self.size))

    def summary(self) -> str:
        return f"to {by(self.size)}"


@layer("Fractional max pool 2D", section=SECTION, keywords="random shrink gently image", icon="maxpool")
class FractionalMaxPool2d(Fractional):
    """Shrinks an image to a fixed size in windows drawn at random each time, in use as well."""

    def shape(self, image: Image) -> Tensor:
        return self.pool(image)


@layer("Fractional max pool 3D", section=SECTION, keywords="random shrink gently volume", icon="maxpool")
class FractionalMaxPool3d(Fractional):
    """Shrinks a volume to a fixed size in windows drawn at random each time, in use as well."""

    size: Size3
    kernel: Size3

    def shape(self, volume: Volume) -> Tensor:
        return self.pool(volume)


class Unpool(Layer):
    """What the unpools share."""

    samples = ({"kernel": 3, "stride": 2}, {"kernel": 3, "stride": 3})

    kernel: Size2 = param(default=2, min=1, max=1023, help="The window of the max pool that it undoes.")
    stride: Size2 = param(default=2, min=1, max=1023, help="The stride of the max pool that it undoes.")
    padding: Size2 = param(default=0, min=0, max=511, advanced=True, help="The padding of the max pool that it undoes.")

    def grow(self, x: Tensor, places: Tensor) -> Tensor:
        """The shape rule for any number of axes."""
        if places.element != "token" or places.dims != x.dims:
            refuse(
                f"{self.label} needs the places of a max pool",
                f"It gets {places.words()}. Switch “Give places” on at the Max pool and wire them, {x.words()}.",
                "places",
            )
        parts = zip(x.dims[1:], self.kernel, self.stride, self.padding, strict=True)
        sides = [(size - 1) * step - 2 * pad + side for size, side, step, pad in parts]
        at_least_one(self, sides)
        return x.sized(x.dims[0], *sides)

    def module(self, x: Tensor, places: Tensor) -> str:
        kernel = squeezed(self.kernel)
        rest = options(stride=(squeezed(self.stride), kernel), padding=(squeezed(self.padding), 0))
        return call(f"nn.{type(self).__name__}", kernel, **rest)

    def summary(self) -> str:
        return by(self.kernel)


@layer("Max unpool 2D", section=SECTION, keywords="undo segnet decoder places indices image", icon="upsample")
class MaxUnpool2d(Unpool):
    """Undoes a max pool: puts each number back where it came from and zeros elsewhere; for decoders."""

    def shape(self, image: Image, places: Anything) -> Tensor:
        return self.grow(image, places)


@layer("Max unpool 1D", section=SECTION, keywords="undo decoder places indices signal", icon="upsample")
class MaxUnpool1d(Unpool):
    """Undoes a max pool: puts each number back where it came from and zeros elsewhere; for decoders."""

    kernel: Size1
    stride: Size1
    padding: Size1

    def shape(self, signal: Signal, places: Anything) -> Tensor:
        return self.grow(signal, places)


@layer("Max unpool 3D", section=SECTION, keywords="undo decoder places indices volume", icon="upsample")
class MaxUnpool3d(Unpool):
    """Undoes a max pool: puts each number back where it came from and zeros elsewhere; for decoders."""

    kernel: Size3
    stride: Size3
    padding: Size3

    def shape(self, volume: Volume, places: Anything) -> Tensor:
        return self.grow(volume, places)
