"""Parts of newer image networks: patches, channels that are weighed, and blocks that widen and narrow again."""

from __future__ import annotations

from engine.declare import Size2, param
from engine.dims import Dim, Sym, product
from engine.layer import call, layer, literal, squeezed
from engine.layers.convolution import SECTION
from engine.layers.embedding import SECTION as EMBEDDING
from engine.layers.rules import by, fixed, refuse, slid
from engine.layers.weights import Started
from engine.shapes import Image, Sequence, Tensor


@layer("Patch embedding", section=EMBEDDING, keywords="vit vision transformer image to sequence", icon="grid-2x2")
class PatchEmbedding(Started):
    """Cuts an image into square patches and turns each into one step of a sequence; the start of a ViT."""

    bridge = True
    samples = ({"patch": 3, "features": 5}, {"patch": (2, 6), "features": 7, "bias": False}, {"patch": 5})

    features: int = param(default=64, min=1, max=65536, help="How many numbers each patch becomes.")
    patch: Size2 = param(default=4, min=1, max=1023, help="Height and width of a patch; a rest is left out.")
    bias: bool = param(default=True, advanced=True, help="Whether each feature learns a constant to add.")

    def sides(self, image: Tensor) -> tuple[Dim, ...]:
        """How many patches there are along each side."""
        return tuple(size // side for size, side in zip(image.dims[1:], self.patch, strict=True))

    def shape(self, image: Image) -> Tensor:
        fixed(self, image.channels, "channels", "image")
        for size, side in zip(image.dims[1:], self.patch, strict=True):
            if isinstance(size, int) and isinstance(side, int) and side > size:
                refuse(
                    "The patch is larger than the image",
                    f"They are {by(self.patch)} and {by(image.dims[1:])}. Use a smaller patch.",
                    "image",
                )
        return Sequence(product(self.sides(image)), self.features)

    def module(self, image: Image) -> str:
        side = squeezed(self.patch)
        rest = {} if self.bias else {"bias": False}
        return call("nn.Conv2d", image.channels, self.features, kernel_size=side, stride=side, **rest)

    def lines(self, module: str | None, args: list[str], outputs: list[str]) -> list[str]:
        return [f"{outputs[0]} = {module}({args[0]}).flatten(2).transpose(1, 2)"]

    def weights(self, image: Tensor) -> Dim:
        return self.features * image.channels * product(self.patch)

    def parameters(self, image: Image) -> Dim:
        return self.weights(image) + (self.features if self.bias else 0)

    def flops(self, image: Image) -> Dim:
        return 2 * self.weights(image) * product(self.sides(image))

    def summary(self) -> str:
        return f"{by(self.patch)} · {self.features} features"

    def arithmetic(self, image: Image) -> str:
        high, wide = self.sides(image)
        return f"{high} × {wide} patches = {high * wide} steps"


@layer("Squeeze and excitation", section=SECTION, keywords="se channel attention gate senet weigh", icon="gauge")
class SqueezeExcitation(Started):
    """Looks at the whole image to decide how much each channel counts, and weighs the channels by it."""

    samples = ({"ratio": 4}, {"ratio": 1}, {"ratio": 2, "init": "kaiming"})

    ratio: int = param(default=8, min=1, max=1024, label="Narrower by", help="How much narrower its inside is.")

    def inside(self, image: Tensor) -> Dim:
        """How wide the inside is."""
        narrow = image.channels // self.ratio
        return max(1, narrow) if isinstance(narrow, int) else narrow

    def shape(self, image: Image) -> Tensor:
        fixed(self, image.channels, "channels", "image")
        if isinstance(image.channels, int) and isinstance(self.ratio, int) and self.ratio > image.channels:
            refuse("Nothing is left inside", f"There are {image.channels} channels; use at most that.", "image")
        return image

    def module(self, image: Image) -> str:
        channels, inside = literal(image.channels), literal(self.inside(image))
        return (
            f"nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d({channels}, {inside}, kernel_size=1), nn.ReLU(), "
            f"nn.Conv2d({inside}, {channels}, kernel_size=1), nn.Sigmoid())"
        )

    def lines(self, module: str | None, args: list[str], outputs: list[str]) -> list[str]:
        return [f"{outputs[0]} = {args[0]} * {module}({args[0]})"]

    def parameters(self, image: Image) -> Dim:
        return 2 * image.channels * self.inside(image) + image.channels + self.inside(image)

    def flops(self, image: Image) -> Dim:
        return 4 * image.channels * self.inside(image)

    def summary(self) -> str:
        return f"÷ {self.ratio} inside"


@layer(
    "Inverted residual",
    section=SECTION,
    keywords="mobilenet mbconv bottleneck depthwise",
    icon="conv-depthwise",
)
class InvertedResidual(Started):
    """Widens the channels, filters each on its own, narrows them again, and adds the input where sizes allow."""

    trains_differently = True
    samples = (
        {"filters": 8, "expansion": 2},
        {"filters": 4, "stride": 2, "kernel": 5},
        {"filters": 8, "stride": 2, "expansion": 1},
    )
    support = '''
class InvertedResidual(nn.Module):
    """Wider, each channel filtered on its own, narrower; with a shortcut where the size stays."""

    def __init__(self, channels: int, filters: int, expansion: int, kernel: int, stride: int) -> None:
        super().__init__()
        wide = channels * expansion
        self.shortcut = stride == 1 and channels == filters
        self.steps = nn.Sequential(
            nn.Conv2d(channels, wide, 1, bias=False),
            nn.BatchNorm2d(wide),
            nn.ReLU6(),
            nn.Conv2d(wide, wide, kernel, stride, kernel // 2, groups=wide, bias=False),
            nn.BatchNorm2d(wide),
            nn.ReLU6(),
            nn.Conv2d(wide, filters, 1, bias=False),
            nn.BatchNorm2d(filters),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.steps(x) if self.shortcut else self.steps(x)
'''

    filters: int = param(default=32, min=1, max=65536, help="How many channels come out.")
    expansion: int = param(default=6, min=1, max=64, label="Wider by", help="How many times wider its inside is.")
    kernel: int = param(default=3, min=1, max=63, help="Side of the window; an odd number.")
    stride: int = param(default=1, min=1, max=64, help="Steps the window moves at a time; 2 halves the size.")

    def shape(self, image: Image) -> Tensor:
        fixed(self, image.channels, "channels", "image")
        if not isinstance(self.kernel, Sym) and self.kernel % 2 == 0:
            refuse("The kernel must be odd", f"It is {self.kernel}, and both sides get the same padding. Use 3 or 5.")
        sides = (slid(size, self.kernel, self.stride, self.kernel // 2) for size in image.dims[1:])
        return Image(self.filters, *sides)

    def module(self, image: Image) -> str:
        return call("InvertedResidual", image.channels, self.filters, self.expansion, self.kernel, self.stride)

    def parameters(self, image: Image) -> Dim:
        wide = image.channels * self.expansion
        weights = wide * (image.channels + self.kernel * self.kernel + self.filters)
        return weights + 4 * wide + 2 * self.filters

    def flops(self, image: Image) -> Dim:
        wide = image.channels * self.expansion
        after = product(self.shape(image).dims[1:])
        before = product(image.dims[1:])
        return 2 * wide * (image.channels * before + (self.kernel * self.kernel + self.filters) * after)

    def summary(self) -> str:
        return f"{self.filters} filters · {self.kernel} × {self.kernel}"
