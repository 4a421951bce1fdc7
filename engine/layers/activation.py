"""Activations: the bend between two layers, without which a deep network could do no more than a single one."""

from __future__ import annotations

from typing import Literal

from engine.declare import param
from engine.dims import Dim
from engine.layer import Layer, call, layer
from engine.layers.rules import changed, fixed, real, refuse, short
from engine.shapes import Anything, Image, Numbers, Signal, Tensor, Volume

SECTION = "Activation"


class Activation(Layer):
    """What the activations share: any shape comes out as it came in, and the settings bear torch's names."""

    def shape(self, x: Anything) -> Tensor:
        real(self, x)
        return x

    def module(self, x: Tensor) -> str:
        return call(f"nn.{type(self).__name__}", **changed(self))


@layer("ReLU", section=SECTION, keywords="rectifier rectified linear hinge", icon="relu")
class ReLU(Activation):
    """Sets negative numbers to zero; the plain and fast first choice."""


@layer("Leaky ReLU", section=SECTION, keywords="rectifier lrelu", icon="leakyrelu")
class LeakyReLU(Activation):
    """Like ReLU, but lets a little of the negative numbers through, so that no unit falls silent for good."""

    samples = ({"negative_slope": 0.2}, {"negative_slope": 0.0}, {"negative_slope": 1.0})

    negative_slope: float = param(default=0.01, min=0, max=10, label="Slope", help="How much of them gets through.")

    def summary(self) -> str:
        return f"slope {short(self.negative_slope)}"


@layer("GELU", section=SECTION, keywords="gaussian error transformer bert", icon="gelu")
class GELU(Activation):
    """A smooth ReLU; the usual choice in transformers."""

    samples = ({"approximate": "tanh"},)

    approximate: Literal["none", "tanh"] = param(
        default="none", advanced=True, label="Shortcut", help="Computes it faster by tanh, with a tiny error."
    )


@layer("Sigmoid", section=SECTION, keywords="logistic probability gate", icon="sigmoid")
class Sigmoid(Activation):
    """Squeezes every number between 0 and 1; for gates and yes-or-no answers."""


@layer("Tanh", section=SECTION, keywords="hyperbolic tangent", icon="tanh")
class Tanh(Activation):
    """Squeezes every number between −1 and 1."""


def _axis(layer: Layer, x: Tensor, axis: str) -> int:
    """The dimension that sums to one, as torch counts it."""
    if not x.rank:
        refuse(f"{layer.label} needs an axis", f"The input is {x.article}, which has none.", "x")
    names = x.names
    place = x.rank - 1
    if axis == "auto":
        place = next((names.index(name) for name in ("features", "channels") if name in names), place)
    elif axis != "last":
        if axis not in names:
            refuse(f"{layer.label} finds no {axis}", f"The input is {x.article}, {x.words()}. Choose another.", "x")
        place = names.index(axis)
    return -1 if place == x.rank - 1 else place + 1


class Shared(Layer):
    """What the activations along an axis share."""

    samples = ({"axis": "last"}, {"axis": "channels"}, {"axis": "time"})

    axis: Literal["auto", "last", "channels", "features", "time", "height", "width"] = param(
        default="auto",
        choices=(
            ("auto", "Features or channels"),
            ("last", "Last"),
            ("channels", "Channels"),
            ("features", "Features"),
            ("time", "Time"),
            ("height", "Height"),
            ("width", "Width"),
        ),
        advanced=True,
        help="Along which axis the numbers share.",
    )

    def shape(self, x: Anything) -> Tensor:
        real(self, x)
        _axis(self, x, self.axis)
        return x

    def module(self, x: Tensor) -> str:
        return call(f"nn.{type(self).__name__}", dim=_axis(self, x, self.axis))


@layer("Softmax", section=SECTION, keywords="probability classes exponential share", icon="softmax")
class Softmax(Shared):
    """Turns scores into shares that are positive and add up to 1.

    Not needed before a cross-entropy loss, which does it itself.
    """

    covers = ("Softmax2d",)


@layer("Log softmax", section=SECTION, keywords="probability classes logarithm", icon="softmax")
class LogSoftmax(Shared):
    """Turns scores into the logarithms of shares; for the NLL loss."""


@layer("Softmin", section=SECTION, keywords="probability smallest distance", icon="softmax")
class Softmin(Shared):
    """Turns scores into shares that add up to 1, the smallest score getting the most."""


@layer("GLU", section=SECTION, keywords="gated linear unit gate", icon="sigmoid")
class GLU(Layer):
    """Lets one half of the features decide how much of the other half gets through; the size is halved."""

    def shape(self, x: Anything) -> Tensor:
        real(self, x)
        dim = _axis(self, x, "auto")
        place = x.rank - 1 if dim == -1 else dim - 1
        size = x.dims[place]
        if isinstance(size, int) and size % 2:
            refuse("GLU needs an even number to halve", f"The input is {x.words()}.", "x")
        dims = list(x.dims)
        dims[place] = size // 2
        return x.sized(*dims)

    def module(self, x: Tensor) -> str:
        dim = _axis(self, x, "auto")
        return "nn.GLU()" if dim == -1 else call("nn.GLU", dim=dim)


@layer("PReLU", section=SECTION, keywords="parametric rectifier learned slope", icon="leakyrelu")
class PReLU(Layer):
    """A Leaky ReLU that learns how much of the negative numbers to let through."""

    samples = ({"per_channel": True}, {"init": 0.1}, {"per_channel": True, "init": 0.5})

    per_channel: bool = param(default=False, help="Learns one slope per channel instead of one for all.")
    init: float = param(default=0.25, min=0, max=10, advanced=True, label="First slope", help="Where it starts.")

    def shape(self, x: Anything) -> Tensor:
        real(self, x)
        if self.per_channel:
            if not isinstance(x, Numbers | Signal | Image | Volume):
                refuse("PReLU finds no channels", f"The input is {x.article}. Turn “Per channel” off.", "x")
            fixed(self, x.dims[0], "channels", "x")
        return x

    def module(self, x: Tensor) -> str:
        args = (x.dims[0],) if self.per_channel else ()
        return call("nn.PReLU", *args, **({"init": self.init} if self.init != 0.25 else {}))

    def parameters(self, x: Tensor) -> Dim:
        return x.dims[0] if self.per_channel else 1

    def summary(self) -> str:
        return "per channel" if self.per_channel else ""
