"""Normalization: numbers are brought to a common scale, so that training stays fast and stable."""

from __future__ import annotations

from typing import Literal

from engine.declare import param
from engine.dims import Dim, product
from engine.layer import Layer, call, layer
from engine.layers.rules import divides, fixed, options, refuse
from engine.shapes import Image, Numbers, Sequence, Signal, Tensor, Volume

SECTION = "Normalization"
EPS_HELP = "A tiny number that keeps the division safe."


def _ranked(x: Tensor) -> str:
    """The digit in torch's class name: 1 for lists and signals, 2 for images, 3 for volumes."""
    return str(max(1, x.rank - 1))


@layer("Batch norm", section=SECTION, keywords="batchnorm bn normalize scale", icon="batchnorm")
class BatchNorm(Layer):
    """Brings each channel to a common scale, measured over the batch; makes training faster and steadier.

    In use it takes the averages seen while training.
    """

    trains_differently = True
    samples = ({"momentum": 0.01, "eps": 1e-3}, {"affine": False}, {"momentum": 0.5})

    momentum: float = param(
        default=0.1, above=0, max=1, advanced=True, help="How fast the remembered averages follow the data."
    )
    eps: float = param(default=1e-5, above=0, max=1, advanced=True, label="Epsilon", help=EPS_HELP)
    affine: bool = param(
        default=True, advanced=True, label="Learned scale", help="Learns a scale and shift afterwards."
    )

    def shape(self, x: Numbers | Signal | Image | Volume) -> Tensor:
        fixed(self, x.dims[0], "channels", "x")
        return x

    def module(self, x: Tensor) -> str:
        rest = options(eps=(self.eps, 1e-5), momentum=(self.momentum, 0.1), affine=(self.affine, True))
        return call(f"nn.BatchNorm{_ranked(x)}d", x.dims[0], **rest)

    def parameters(self, x: Tensor) -> Dim:
        return 2 * x.dims[0] if self.affine else 0


@layer("Layer norm", section=SECTION, keywords="layernorm ln normalize transformer", icon="layernorm")
class LayerNorm(Layer):
    """Brings each item to a common scale on its own, whatever the batch; usual in transformers."""

    samples = ({"over": "all"}, {"over": "channels"}, {"eps": 1e-3}, {"affine": False}, {"bias": False})
    CHANNELS = '''
class ChannelNorm(nn.LayerNorm):
    """Brings the channels of each point to a common scale."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)
'''

    over: Literal["features", "channels", "all"] = param(
        default="features",
        choices=(("features", "The last axis"), ("channels", "The channels of each point"), ("all", "The whole item")),
        help="What shares one scale: the features of each step, the channels of each point, or all numbers of an item.",
    )
    eps: float = param(default=1e-5, above=0, max=1, advanced=True, label="Epsilon", help=EPS_HELP)
    affine: bool = param(
        default=True, advanced=True, label="Learned scale", help="Learns a scale and shift afterwards."
    )
    bias: bool = param(
        default=True, advanced=True, label="Learned shift", shown_if=("affine", (True,)), help="Learns a shift as well."
    )

    def over_dims(self, x: Tensor) -> tuple[Dim, ...]:
        """The dimensions that share one scale."""
        if self.over == "all":
            return x.dims
        return x.dims[:1] if self._of_points(x) else x.dims[-1:]

    def _of_points(self, x: Tensor) -> bool:
        """Whether channels share a scale that are not the last axis."""
        return self.over == "channels" and not isinstance(x, Numbers | Sequence)

    def supports(self) -> tuple[str, ...]:
        return (self.CHANNELS,) if self.over == "channels" else ()

    def shape(self, x: Numbers | Sequence | Signal | Image | Volume) -> Tensor:
        for dim in self.over_dims(x):
            fixed(self, dim, "numbers to share a scale", "x")
        return x

    def module(self, x: Tensor) -> str:
        over = self.over_dims(x)
        rest = options(eps=(self.eps, 1e-5), elementwise_affine=(self.affine, True))
        if self.affine:
            rest.update(options(bias=(self.bias, True)))
        name = "ChannelNorm" if self._of_points(x) else "nn.LayerNorm"
        return call(name, over if len(over) > 1 else over[0], **rest)

    def parameters(self, x: Tensor) -> Dim:
        return product(self.over_dims(x)) * (1 + self.bias) if self.affine else 0

    def summary(self) -> str:
        return {"all": "whole item", "channels": "channels"}.get(self.over, "")


@layer("Group norm", section=SECTION, keywords="groupnorm gn normalize", icon="groupnorm")
class GroupNorm(Layer):
    """Brings groups of channels to a common scale, item by item; works with the smallest batches."""

    samples = ({"groups": 1}, {"groups": 4, "eps": 1e-3}, {"groups": 2, "affine": False})

    groups: int = param(default=4, min=1, max=65536, help="How many groups the channels are split into.")
    eps: float = param(default=1e-5, above=0, max=1, advanced=True, label="Epsilon", help=EPS_HELP)
    affine: bool = param(
        default=True, advanced=True, label="Learned scale", help="Learns a scale and shift afterwards."
    )

    def shape(self, x: Numbers | Signal | Image | Volume) -> Tensor:
        channels = x.dims[0]
        fixed(self, channels, "channels", "x")
        if not divides(self.groups, channels):
            refuse(
                f"{self.groups} groups do not divide the channels",
                f"The input has {channels} channels. Use groups that divide {channels} without a rest.",
                "x",
            )
        if x.size() == self.groups:
            refuse(
                "Each group holds a single number",
                f"The input is {x.words()}, and one number has no spread. Use fewer than {self.groups} groups.",
                "x",
            )
        return x

    def module(self, x: Tensor) -> str:
        rest = options(eps=(self.eps, 1e-5), affine=(self.affine, True))
        return call("nn.GroupNorm", self.groups, x.dims[0], **rest)

    def parameters(self, x: Tensor) -> Dim:
        return 2 * x.dims[0] if self.affine else 0

    def summary(self) -> str:
        return f"{self.groups} groups"


@layer("Instance norm", section=SECTION, keywords="instancenorm style normalize contrast", icon="batchnorm")
class InstanceNorm(Layer):
    """Brings each channel of each item to a common scale on its own; takes contrast out, for styles of pictures."""

    samples = ({"affine": True}, {"eps": 1e-3}, {"affine": True, "eps": 1e-4})

    eps: float = param(default=1e-5, above=0, max=1, advanced=True, label="Epsilon", help=EPS_HELP)
    affine: bool = param(default=False, advanced=True, label="Learned scale", help="Learns a scale and shift after.")

    def shape(self, x: Signal | Image | Volume) -> Tensor:
        fixed(self, x.channels, "channels", "x")
        if product(x.dims[1:]) == 1:
            refuse(
                "Each channel holds a single number",
                f"The input is {x.words()}, and one number has no spread. Use Layer norm instead.",
                "x",
            )
        return x

    def module(self, x: Tensor) -> str:
        rest = options(eps=(self.eps, 1e-5), affine=(self.affine, False))
        return call(f"nn.InstanceNorm{_ranked(x)}d", x.channels, **rest)

    def parameters(self, x: Tensor) -> Dim:
        return 2 * x.channels if self.affine else 0


@layer("RMS norm", section=SECTION, keywords="rmsnorm root mean square normalize transformer llama", icon="layernorm")
class RMSNorm(Layer):
    """Brings the features of each step to a common size without shifting them; a light Layer norm."""

    samples = ({"eps": 1e-5}, {"affine": False}, {"eps": 1e-3})

    eps: float | None = param(
        default=1e-6, above=0, max=1, advanced=True, label="Epsilon", none="automatic", help=EPS_HELP
    )
    affine: bool = param(default=True, advanced=True, label="Learned scale", help="Learns a scale afterwards.")

    def shape(self, x: Numbers | Sequence) -> Tensor:
        fixed(self, x.last, "features", "x")
        return x

    def module(self, x: Numbers | Sequence) -> str:
        return call("nn.RMSNorm", x.last, **options(eps=(self.eps, None), elementwise_affine=(self.affine, True)))

    def parameters(self, x: Numbers | Sequence) -> Dim:
        return x.last if self.affine else 0


@layer("Local response norm", section=SECTION, keywords="lrn alexnet normalize", icon="batchnorm")
class LocalResponseNorm(Layer):
    """Lets neighboring channels compete at each point; found in older networks such as AlexNet."""

    samples = ({"size": 3}, {"alpha": 1e-3, "beta": 0.5}, {"size": 2, "k": 2.0})

    size: int = param(default=5, min=1, max=1024, label="Neighbors", help="How many channels compete.")
    alpha: float = param(default=1e-4, min=0, advanced=True, help="How strongly they compete.")
    beta: float = param(default=0.75, min=0, advanced=True, help="The power of the division.")
    k: float = param(default=1.0, above=0, advanced=True, label="Offset", help="A constant in the division.")

    def shape(self, x: Signal | Image | Volume) -> Tensor:
        return x

    def module(self, x: Tensor) -> str:
        rest = options(alpha=(self.alpha, 1e-4), beta=(self.beta, 0.75), k=(self.k, 1.0))
        return call("nn.LocalResponseNorm", self.size, **rest)

    def summary(self) -> str:
        return f"{self.size} neighbors"
