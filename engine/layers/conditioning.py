"""Parts that steady or steer a deep network: dropped paths, learned scales, and features set by a condition."""

from __future__ import annotations

from engine.declare import param
from engine.dims import Dim
from engine.layer import Layer, call, layer
from engine.layers.embedding import SECTION as EMBEDDING
from engine.layers.normalization import SECTION as NORMALIZATION
from engine.layers.regularization import SECTION
from engine.layers.rules import fixed, real, refuse, short
from engine.layers.weights import Started
from engine.shapes import Anything, Category, Image, Numbers, Sequence, Signal, Tensor, Value, Volume


@layer("Drop path", section=SECTION, keywords="stochastic depth residual branch skip", icon="dropout")
class DropPath(Layer):
    """Switches a whole branch off for random items while training; stands before the Add of a shortcut."""

    trains_differently = True
    samples = ({"rate": 0.0}, {"rate": 0.5})
    support = '''
class DropPath(nn.Module):
    """Sets whole items to zero while training and enlarges the others, so that the mean stays."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.rate == 0:
            return x
        kept = torch.rand(x.size(0), *[1] * (x.dim() - 1), device=x.device) >= self.rate
        return x * kept.to(x.dtype) / (1 - self.rate)
'''

    rate: float = param(default=0.1, min=0, below=1, help="Share of the items for which the branch is switched off.")

    def shape(self, x: Anything) -> Tensor:
        real(self, x)
        return x

    def module(self, x: Tensor) -> str:
        return call("DropPath", self.rate)

    def summary(self) -> str:
        return f"{short(100 * self.rate)} % off"


def channels_of(x: Tensor) -> Dim:
    """The features of lists and sequences, the channels of all else."""
    return x.last if isinstance(x, Numbers | Sequence) else x.dims[0]


@layer("Layer scale", section=NORMALIZATION, keywords="learned factor residual deep vit convnext gamma", icon="scale")
class LayerScale(Layer):
    """Learns one factor per feature, close to zero at first, so that a deep network starts out simple."""

    samples = ({"start": 1.0}, {"start": 0.1})
    support = '''
class LayerScale(nn.Module):
    """Multiplies every feature by a learned factor."""

    def __init__(self, size: tuple[int, ...], start: float) -> None:
        super().__init__()
        self.factor = nn.Parameter(torch.full(size, start))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.factor
'''

    start: float = param(default=1e-4, min=0, max=100, help="The first value of the factors.")

    def shape(self, x: Numbers | Sequence | Signal | Image | Volume) -> Tensor:
        fixed(self, channels_of(x), "features or channels", "x")
        return x

    def module(self, x: Tensor) -> str:
        behind = 0 if isinstance(x, Numbers | Sequence) else x.rank - 1
        return call("LayerScale", (channels_of(x), *(1,) * behind), float(self.start))

    def parameters(self, x: Tensor) -> Dim:
        return channels_of(x)


@layer("FiLM", section=NORMALIZATION, keywords="condition scale shift modulate class adaln", icon="sliders-horizontal")
class FiLM(Started):
    """Scales and shifts every feature or channel as a condition says, such as a class or a time step."""

    samples = ({"init": "zeros"}, {"init": "kaiming"})
    support = '''
class FiLM(nn.Module):
    """A factor and a shift for each channel, learned from a condition. `axis` is where further axes are put in."""

    def __init__(self, condition: int, channels: int, axis: int) -> None:
        super().__init__()
        self.both = nn.Linear(condition, 2 * channels)
        self.axis = axis

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        scale, shift = self.both(condition).chunk(2, dim=1)
        for _ in range(x.dim() - 2):
            scale, shift = scale.unsqueeze(self.axis), shift.unsqueeze(self.axis)
        return x * (1 + scale) + shift
'''

    def shape(self, x: Numbers | Sequence | Signal | Image | Volume, condition: Numbers) -> Tensor:
        fixed(self, channels_of(x), "features or channels", "x")
        fixed(self, condition.features, "features", "condition")
        return x

    def module(self, x: Tensor, condition: Numbers) -> str:
        axis = 1 if isinstance(x, Sequence) else -1
        return call("FiLM", condition.features, channels_of(x), axis)

    def parameters(self, x: Tensor, condition: Numbers) -> Dim:
        return 2 * channels_of(x) * (condition.features + 1)

    def flops(self, x: Tensor, condition: Numbers) -> Dim:
        return 4 * channels_of(x) * condition.features


@layer("Time step embedding", section=EMBEDDING, keywords="diffusion sinusoidal noise level step unet", icon="clock")
class TimeStepEmbedding(Started):
    """Turns a single number, such as the step of a diffusion, into a list that a network can be steered by."""

    samples = ({"features": 6}, {"features": 10, "longest": 100.0})
    support = '''
class TimeStepEmbedding(nn.Module):
    """Sines and cosines of a number at many rates, mixed by two Linear layers."""

    def __init__(self, features: int, longest: float) -> None:
        super().__init__()
        rate = longest ** (-torch.arange(features // 2) / (features // 2))
        self.register_buffer("rate", rate, persistent=False)
        self.mix = nn.Sequential(nn.Linear(features, features), nn.SiLU(), nn.Linear(features, features))

    def forward(self, step: Tensor) -> Tensor:
        angle = step.float().unsqueeze(1) * self.rate
        return self.mix(torch.cat([angle.sin(), angle.cos()], dim=1))
'''

    features: int = param(default=64, min=2, max=65536, help="How many numbers come out; an even number.")
    longest: float = param(
        default=10000.0, min=2, max=1e9, advanced=True, help="About the largest number that must be told apart."
    )

    def shape(self, step: Category | Value) -> Tensor:
        if isinstance(self.features, int) and self.features % 2:
            refuse("Time step embedding needs an even number of features", f"It is {self.features}.")
        return Numbers(self.features)

    def module(self, step: Tensor) -> str:
        return call("TimeStepEmbedding", self.features, float(self.longest))

    def parameters(self, step: Tensor) -> Dim:
        return 2 * self.features * (self.features + 1)

    def flops(self, step: Tensor) -> Dim:
        return 4 * self.features * self.features

    def summary(self) -> str:
        return f"{self.features} features"
