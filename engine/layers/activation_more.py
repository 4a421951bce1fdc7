"""The rarer activations: variants of ReLU, sigmoid and tanh, and those that shrink small numbers to zero."""

from __future__ import annotations

from engine.declare import param
from engine.layer import layer
from engine.layers.activation import SECTION, Activation
from engine.layers.rules import real, refuse
from engine.shapes import Anything, Tensor


@layer("SiLU", section=SECTION, keywords="swish smooth", icon="gelu")
class SiLU(Activation):
    """A smooth ReLU, each number times its sigmoid; also known as Swish."""


@layer("ELU", section=SECTION, keywords="exponential smooth", icon="leakyrelu")
class ELU(Activation):
    """Like ReLU, but negative numbers bend smoothly towards a floor."""

    samples = ({"alpha": 0.5}, {"alpha": 2.0})

    alpha: float = param(default=1.0, min=0, max=100, label="Floor", help="How far below zero the floor lies.")


@layer("SELU", section=SECTION, keywords="self normalizing exponential", icon="leakyrelu")
class SELU(Activation):
    """An ELU scaled so that deep stacks of Linear keep their scale by themselves; goes with Alpha dropout."""


@layer("CELU", section=SECTION, keywords="continuous exponential", icon="leakyrelu")
class CELU(Activation):
    """An ELU without a kink at zero, whatever its floor."""

    samples = ({"alpha": 0.5}, {"alpha": 2.0})

    alpha: float = param(default=1.0, above=0, max=100, label="Floor", help="How far below zero the floor lies.")


@layer("Mish", section=SECTION, keywords="smooth", icon="gelu")
class Mish(Activation):
    """A smooth ReLU that dips a little below zero; found in object detectors."""


@layer("ReLU6", section=SECTION, keywords="mobile clipped rectifier", icon="relu")
class ReLU6(Activation):
    """A ReLU that stops at 6; made for small devices."""


@layer("RReLU", section=SECTION, keywords="random rectifier", icon="leakyrelu")
class RReLU(Activation):
    """A Leaky ReLU with a random slope while training, and the middle one in use."""

    trains_differently = True
    twin = "rrelu"
    samples = ({"lower": 0.1, "upper": 0.3}, {"lower": 0.0, "upper": 1.0})

    lower: float = param(default=1 / 8, min=0, max=1, label="Smallest slope", help="The smallest slope drawn.")
    upper: float = param(default=1 / 3, min=0, max=1, label="Largest slope", help="The largest slope drawn.")

    def shape(self, x: Anything) -> Tensor:
        real(self, x)
        if self.lower > self.upper:
            refuse(
                "The smallest slope is larger than the largest",
                f"They are {self.lower:g} and {self.upper:g}. Exchange them.",
            )
        return x


@layer("Hard swish", section=SECTION, keywords="mobile hardswish", icon="gelu")
class Hardswish(Activation):
    """A SiLU drawn with straight lines, which is cheaper; found in networks for phones."""


@layer("Hard sigmoid", section=SECTION, keywords="mobile hardsigmoid gate", icon="sigmoid")
class Hardsigmoid(Activation):
    """A sigmoid drawn with three straight lines, which is cheaper."""


@layer("Hard tanh", section=SECTION, keywords="clip clamp limit hardtanh", icon="tanh")
class Hardtanh(Activation):
    """Cuts off what is below a lowest and above a highest number."""

    samples = ({"min_val": 0.0, "max_val": 1.0}, {"min_val": -3.0, "max_val": 0.5})

    min_val: float = param(default=-1.0, label="Lowest", help="Smaller numbers become this one.")
    max_val: float = param(default=1.0, label="Highest", help="Larger numbers become this one.")

    def shape(self, x: Anything) -> Tensor:
        real(self, x)
        if self.min_val >= self.max_val:
            refuse(
                "The lowest number is not below the highest",
                f"They are {self.min_val:g} and {self.max_val:g}. Raise the highest.",
            )
        return x


@layer("Softplus", section=SECTION, keywords="smooth positive", icon="relu")
class Softplus(Activation):
    """A rounded ReLU whose output is always above zero; for spreads and rates."""

    samples = ({"beta": 2.0}, {"threshold": 5.0})

    beta: float = param(default=1.0, above=0, max=1000, label="Sharpness", help="Larger is closer to ReLU.")
    threshold: float = param(
        default=20.0, min=0, advanced=True, label="Straight from", help="Above it the line is taken as straight."
    )


@layer("Softsign", section=SECTION, keywords="squash", icon="tanh")
class Softsign(Activation):
    """Squeezes every number between −1 and 1, more gently than tanh."""


@layer("Soft shrink", section=SECTION, keywords="sparse threshold softshrink", icon="relu")
class Softshrink(Activation):
    """Moves every number towards zero by a margin; small ones become zero."""

    samples = ({"lambd": 0.1}, {"lambd": 1.5})

    lambd: float = param(default=0.5, min=0, label="Margin", help="How far numbers move towards zero.")


@layer("Hard shrink", section=SECTION, keywords="sparse threshold hardshrink", icon="relu")
class Hardshrink(Activation):
    """Sets small numbers to zero and leaves large ones as they are."""

    samples = ({"lambd": 0.1}, {"lambd": 1.5})

    lambd: float = param(default=0.5, min=0, label="Margin", help="Numbers closer to zero than this become zero.")


@layer("Tanh shrink", section=SECTION, keywords="sparse tanhshrink", icon="tanh")
class Tanhshrink(Activation):
    """Each number minus its tanh: small ones nearly vanish."""


@layer("Log sigmoid", section=SECTION, keywords="logarithm probability", icon="sigmoid")
class LogSigmoid(Activation):
    """The logarithm of the sigmoid, computed safely; for losses made of probabilities."""


@layer("Threshold", section=SECTION, keywords="cut step", icon="relu")
class Threshold(Activation):
    """Replaces every number that is not above a threshold by a fixed one."""

    samples = ({"threshold": 0.1, "value": 0.0}, {"threshold": -1.0, "value": -5.0})

    threshold: float = param(default=0.0, help="Numbers above it stay.")
    value: float = param(default=0.0, label="Replacement", help="What the others become.")

    def module(self, x: Tensor) -> str:
        return f"nn.Threshold({self.threshold!r}, {self.value!r})"
