"""Dense layers: every output is a learned mixture of all inputs."""

from __future__ import annotations

from engine.declare import param
from engine.dims import Dim, differ, product
from engine.layer import Layer, call, layer
from engine.layers.rules import fixed, options, refuse
from engine.layers.weights import ADAPTED, STARTED, Adapted, Started
from engine.shapes import Anything, Numbers, Sequence, Tensor

SECTION = "Dense"


@layer("Linear", section=SECTION, keywords="fully connected dense matrix weights perceptron lora", icon="linear")
class Linear(Adapted):
    """Mixes all numbers with learned weights; the workhorse of most networks and the usual last layer.

    A sequence is mixed step by step with the same weights.
    """

    samples = ({"features": 1}, {"features": 7, "bias": False}, {"features": 100}, *ADAPTED)

    features: int = param(default=64, min=1, max=1_000_000, help="How many numbers come out.")
    bias: bool = param(default=True, advanced=True, help="Whether each output also learns a constant to add.")

    def shape(self, x: Numbers | Sequence) -> Tensor:
        fixed(self, x.last, "features", "x")
        self.check_wrap()
        return x.sized(*x.dims[:-1], self.features)

    def module(self, x: Numbers | Sequence) -> str:
        return self.wrapped(call("nn.Linear", x.last, self.features, **options(bias=(self.bias, True))))

    def parameters(self, x: Numbers | Sequence) -> Dim:
        own = x.last * self.features + (self.features if self.bias else 0)
        return own + self.extra(self.features) + self.lora_rank * (x.last + self.features)

    def table(self, x: Numbers | Sequence) -> tuple[Dim, Dim] | None:
        return None if self.adapted or self.wrap != "none" else (self.features, x.last)

    def flops(self, x: Numbers | Sequence) -> Dim:
        change = self.lora_rank * (x.last + self.features)
        return 2 * product(x.dims[:-1]) * (x.last * self.features + change)

    def summary(self) -> str:
        return f"{self.features} features"


@layer("Bilinear", section=SECTION, keywords="two inputs pair interaction product", icon="bilinear")
class Bilinear(Started):
    """Mixes every number of one input with every number of another; for learning how two things relate."""

    samples = ({"features": 3}, {"features": 5, "bias": False}, {"features": 1}, *STARTED)

    features: int = param(default=64, min=1, max=1_000_000, help="How many numbers come out.")
    bias: bool = param(default=True, advanced=True, help="Whether each output also learns a constant to add.")

    def shape(self, left: Numbers | Sequence, right: Numbers | Sequence) -> Tensor:
        fixed(self, left.last, "features", "left")
        fixed(self, right.last, "features", "right")
        if left.rank != right.rank or any(map(differ, left.dims[:-1], right.dims[:-1])):
            refuse(
                "Bilinear needs two inputs of the same length",
                f"They are {left.words()} and {right.words()}; only the number of features may differ.",
                "right",
            )
        return left.sized(*left.dims[:-1], self.features)

    def module(self, left: Numbers | Sequence, right: Numbers | Sequence) -> str:
        return call("nn.Bilinear", left.last, right.last, self.features, **options(bias=(self.bias, True)))

    def parameters(self, left: Numbers | Sequence, right: Numbers | Sequence) -> Dim:
        return left.last * right.last * self.features + (self.features if self.bias else 0)

    def summary(self) -> str:
        return f"{self.features} features"


@layer("Identity", section=SECTION, keywords="nothing pass through placeholder none", icon="arrow-right")
class Identity(Layer):
    """Hands its input on unchanged; a placeholder, or a name for a point in the network."""

    def shape(self, x: Anything) -> Tensor:
        return x

    def module(self, x: Anything) -> str:
        return "nn.Identity()"
