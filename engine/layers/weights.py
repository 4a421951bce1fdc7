"""What layers with weights share: how the weights start, what keeps them in check, and low-rank learning."""

from __future__ import annotations

from typing import Any, Literal

from engine.declare import param
from engine.dims import Dim
from engine.layer import Layer, literal
from engine.layers.rules import refuse

Start = Literal["usual", "kaiming", "xavier", "orthogonal", "truncated", "zeros", "constant"]
STARTS = (
    ("usual", "As usual"),
    ("kaiming", "Kaiming: for ReLU"),
    ("xavier", "Xavier: for tanh and sigmoid"),
    ("orthogonal", "Orthogonal"),
    ("truncated", "Small normal numbers"),
    ("zeros", "Zeros"),
    ("constant", "One number for all"),
)
STARTED: tuple[dict[str, Any], ...] = ({"init": "kaiming"}, {"init": "truncated", "init_value": 0.1})
"""Samples of first weights for the contract tests."""


class Started(Layer):
    """A layer whose first weights are a setting."""

    init: Start = param(
        default="usual",
        choices=STARTS,
        advanced=True,
        label="First weights",
        help="How the weights start before training; as usual is a good choice for nearly every network.",
    )
    init_value: float = param(
        default=0.02,
        min=-100,
        max=100,
        advanced=True,
        label="First value",
        shown_if=("init", ("truncated", "constant")),
        help="The spread of the small normal numbers, or the one number.",
    )

    def start(self, weight: str) -> str:
        """The expression that fills a weight in place."""
        value = literal(self.init_value)
        return {
            "kaiming": f'nn.init.kaiming_normal_({weight}, nonlinearity="relu")',
            "xavier": f"nn.init.xavier_uniform_({weight})",
            "orthogonal": f"nn.init.orthogonal_({weight})",
            "truncated": f"nn.init.trunc_normal_({weight}, std={value})",
            "zeros": f"nn.init.zeros_({weight})",
            "constant": f"nn.init.constant_({weight}, {value})",
        }[self.init]

    def init_lines(self, module: str) -> list[str]:
        if self.init == "usual":
            return []
        # biases and scales have one axis and keep their usual start
        return [
            f"for weight in {module}.parameters():",
            "    if weight.dim() > 1:",
            f"        {self.start('weight')}",
        ]


class Wrapped(Started):
    """A layer with one weight that can be kept in check while it learns."""

    wrap: Literal["none", "weight norm", "spectral norm"] = param(
        default="none",
        choices=(("none", "Nothing"), ("weight norm", "Weight norm"), ("spectral norm", "Spectral norm")),
        advanced=True,
        label="Weights kept by",
        help="Weight norm learns length and direction apart; spectral norm keeps the layer from enlarging anything.",
    )

    def inner(self, module: str) -> str:
        """Where the layer itself is found in the built module."""
        return module

    def init_lines(self, module: str) -> list[str]:
        if self.init == "usual":
            return []
        weight = f"{self.inner(module)}.weight"
        if self.wrap == "none":
            return [self.start(weight)]
        # the weight is computed from others then, and setting it sets those
        return [f"{weight} = {self.start(f'torch.empty_like({weight})')}"]

    def check_wrap(self) -> None:
        """Refuse settings that contradict each other."""
        none = self.init == "zeros" or (self.init == "constant" and self.init_value == 0)
        if self.wrap == "weight norm" and none:
            refuse(
                "Weight norm cannot start at zero", "A weight of length 0 has no direction. Choose other first weights."
            )

    def wrapped(self, built: str) -> str:
        """The expression with what the settings put around it."""
        if self.wrap == "none":
            return built
        return f"nn.utils.parametrizations.{self.wrap.replace(' ', '_')}({built})"

    def extra(self, rows: Dim) -> Dim:
        """What the wrapping learns besides, given the size of the weight's first axis."""
        return rows if self.wrap == "weight norm" else 0


class Adapted(Wrapped):
    """A layer that can also learn through a narrow waist beside weights that stay."""

    LOW_RANK = '''
class LowRank(nn.Module):
    """Keeps a layer as it is and learns a small change beside it, through a narrow waist (LoRA)."""

    def __init__(self, base: nn.Module, rank: int) -> None:
        super().__init__()
        self.base = base.requires_grad_(False)
        if isinstance(base, nn.Linear):
            self.down = nn.Linear(base.in_features, rank, bias=False)
            self.up = nn.Linear(rank, base.out_features, bias=False)
        else:
            plain = {3: nn.Conv1d, 4: nn.Conv2d, 5: nn.Conv3d}[base.weight.dim()]
            kind = getattr(nn, f"ConvTranspose{base.weight.dim() - 2}d") if base.transposed else plain
            names = ["stride", "padding", "dilation", "padding_mode"] + ["output_padding"] * base.transposed
            way = {name: getattr(base, name) for name in names}
            self.down = kind(base.in_channels, rank, base.kernel_size, bias=False, **way)
            self.up = plain(rank, base.out_channels, 1, bias=False)
        nn.init.zeros_(self.up.weight)

    def forward(self, x: Tensor) -> Tensor:
        return self.base(x) + self.up(self.down(x))
'''

    lora_rank: int = param(
        default=0,
        min=0,
        max=4096,
        advanced=True,
        label="Low-rank learning",
        help="0 is off. Otherwise the weights stay and only a change of this rank is learned (LoRA), for fine-tuning.",
    )

    @property
    def adapted(self) -> bool:
        return self.lora_rank != 0

    def check_groups(self, groups: Dim) -> None:
        """Refuse channels that do not see each other: the waist would mix them."""
        if self.adapted and groups != 1:
            refuse(
                "Low-rank learning needs channels that see each other",
                f"“Groups” is {groups}; expected is 1. Set it to 1, or switch “Low-rank learning” to 0.",
            )

    def export_twin(self) -> str:
        return "low_rank" if self.adapted else ""

    def supports(self) -> tuple[str, ...]:
        return (self.LOW_RANK,) if self.adapted else ()

    def inner(self, module: str) -> str:
        return f"{module}.base" if self.adapted else module

    def wrapped(self, built: str) -> str:
        built = super().wrapped(built)
        return f"LowRank({built}, {literal(self.lora_rank)})" if self.adapted else built


WRAPPED: tuple[dict[str, Any], ...] = ({"wrap": "weight norm"}, {"wrap": "spectral norm", "init": "orthogonal"})
ADAPTED: tuple[dict[str, Any], ...] = (*WRAPPED, {"lora_rank": 2}, {"lora_rank": 3, "wrap": "weight norm"})
"""Samples of wrappings for the contract tests."""
