"""Values that do not come from the data: constants, learned numbers, counted places, and masks for attention."""

from __future__ import annotations

from engine.declare import Ints, param
from engine.dims import Dim, product
from engine.layer import Layer, call, layer, literal
from engine.layers.attention import SECTION as ATTENTION
from engine.layers.inputs import SECTION
from engine.layers.rules import plain_settings, refuse
from engine.shapes import Anything, Mask, Numbers, Sequence, Tensor, Tokens, tensor

SIZE = "The size of one item: one number makes a list, two a sequence, three an image, four a volume."


def sized(size: Ints) -> Tensor:
    """The tensor that the numbers of a size make."""
    if not 1 <= len(size) <= 4:
        refuse("This size is not possible", f"Expected are one to four numbers; found are {len(size)}.")
    return tensor(*size)


@layer("Constant", section=SECTION, keywords="fixed number fill zeros ones value", icon="constant")
class Constant(Layer):
    """Gives the same fixed number everywhere. The input only tells how many items there are."""

    samples = ({"size": (2, 3), "value": 1.0}, {"size": (1, 4, 4), "value": -0.5})

    size: Ints = param(default=(1,), min=1, max=1_000_000, help=SIZE)
    value: float = param(default=0.0, help="The number.")

    def shape(self, like: Anything) -> Tensor:
        plain_settings(self)
        return sized(self.size)

    def expression(self, *args: str) -> str:
        size = ", ".join(map(str, self.size))
        return f"torch.full(({args[0]}.size(0), {size}), {self.value!r}, device={args[0]}.device)"

    def summary(self) -> str:
        return f"{self.value:g}"


@layer("Learned numbers", section=SECTION, keywords="parameter weight trainable query free", icon="sliders-horizontal")
class LearnedParameter(Layer):
    """Numbers that are learned and do not depend on the data. The input only tells how many items there are."""

    covers = ("Parameter",)
    samples = ({"size": (2, 3), "spread": 0.0}, {"size": (1, 4, 4), "spread": 1.0})
    support = '''
class LearnedParameter(nn.Module):
    """Learned numbers, the same for every item of a batch."""

    def __init__(self, size: tuple[int, ...], spread: float) -> None:
        super().__init__()
        self.value = nn.Parameter(spread * torch.randn(size))

    def forward(self, like: Tensor) -> Tensor:
        return self.value.repeat(like.size(0), *[1] * self.value.dim())
'''

    size: Ints = param(default=(8,), min=1, max=1_000_000, help=SIZE)
    spread: float = param(default=0.02, min=0, max=100, advanced=True, help="How far the first values lie from zero.")

    def shape(self, like: Anything) -> Tensor:
        return sized(self.size)

    def module(self, like: Tensor) -> str:
        return call("LearnedParameter", self.size, self.spread)

    def parameters(self, like: Tensor) -> Dim:
        return product(self.size)


@layer("Count up", section=SECTION, keywords="arange range positions index places steps", icon="hash")
class CountUp(Layer):
    """Numbers the steps of its input from 0 on; with an Embedding behind it, that makes learned positions."""

    def shape(self, steps: Sequence | Tokens) -> Tensor:
        time = steps.dims[0]
        return Tokens(time, classes=time if isinstance(time, int) else None)

    def expression(self, *args: str) -> str:
        return f"torch.arange({args[0]}.size(1), device={args[0]}.device).expand({args[0]}.size(0), -1)"


@layer("Causal mask", section=ATTENTION, keywords="triangle future hide autoregressive window local", icon="attention")
class CausalMask(Layer):
    """Says which step may look at which: only at itself and earlier ones. For “links” of Attention, or for Where."""

    samples = ({"window": 2}, {"window": 1})

    window: int | None = param(
        default=None, min=1, max=1_000_000, none="all", help="How many steps, itself included, each may look back."
    )

    def shape(self, steps: Sequence | Tokens) -> Tensor:
        plain_settings(self)
        time = steps.dims[0]
        return Anything(time, time, names=("", ""), element="mask")

    def lines(self, module: str | None, args: list[str], outputs: list[str]) -> list[str]:
        x, out = args[0], outputs[0]
        seen = f"torch.ones({x}.size(1), {x}.size(1), dtype=torch.bool, device={x}.device)"
        near = f" & {seen}.triu({1 - self.window})" if self.window is not None else ""
        return [f"{out} = ({seen}.tril(){near}).expand({x}.size(0), -1, -1)"]

    def summary(self) -> str:
        return "" if self.window is None else f"{self.window} steps back"


@layer("Padding mask", section=ATTENTION, keywords="fill short texts ignore blank tokens", icon="attention")
class PaddingMask(Layer):
    """Says which steps of a text are real, and which only fill it up; for the mask of attention layers."""

    samples = ({"padding": 3},)

    padding: int = param(default=0, min=0, label="Padding id", help="The id that fills up short texts.")

    def shape(self, ids: Tokens) -> Tensor:
        plain_settings(self)
        return Mask(ids.time)

    def lines(self, module: str | None, args: list[str], outputs: list[str]) -> list[str]:
        return [f"{outputs[0]} = {args[0]} != {literal(self.padding)}"]


@layer("Mean over real steps", section="Reshape", keywords="masked average pool padding text", icon="globalpool")
class MaskedMean(Layer):
    """Averages the steps of a sequence that the mask marks as real; filled-up ones do not count."""

    def shape(self, sequence: Sequence, mask: Mask) -> Tensor:
        if isinstance(mask.time, int) and isinstance(sequence.time, int) and mask.time != sequence.time:
            refuse("The mask has another length", f"It has {mask.time} steps, the sequence {sequence.time}.", "mask")
        return Numbers(sequence.features)

    def lines(self, module: str | None, args: list[str], outputs: list[str]) -> list[str]:
        x, mask = args
        counted = f"{outputs[0]}_real"
        return [
            f"{counted} = {mask}.unsqueeze(-1).to({x}.dtype)",
            f"{outputs[0]} = ({x} * {counted}).sum(dim=1) / {counted}.sum(dim=1).clamp(min=1.0)",
        ]
