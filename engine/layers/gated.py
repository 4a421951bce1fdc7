"""Feed-forward parts of newer transformers: with a gate, and with experts of which each step asks a few."""

from __future__ import annotations

from typing import Literal

from engine.declare import param
from engine.dims import Dim, Sym, product
from engine.layer import call, layer, literal
from engine.layers.dense import SECTION
from engine.layers.rules import fixed, refuse
from engine.layers.weights import Started
from engine.shapes import Numbers, Sequence, Tensor

BENDS = {"silu": "nn.SiLU()", "gelu": "nn.GELU()", "relu": "nn.ReLU()", "sigmoid": "nn.Sigmoid()"}
NAMES = {"silu": "SwiGLU", "gelu": "GEGLU", "relu": "ReGLU", "sigmoid": "GLU"}


@layer("Gated feed-forward", section=SECTION, keywords="swiglu geglu reglu glu mlp llama transformer", icon="linear")
class GatedFeedForward(Started):
    """Widens each step, lets one half decide how much of the other gets through, and narrows it again.

    Known as SwiGLU, GEGLU or ReGLU after its bend; the mixing part of newer transformers.
    """

    samples = ({"gate": "gelu", "hidden": 12}, {"hidden": 5, "bias": True}, {"gate": "relu", "init": "xavier"})
    support = '''
class GatedFeedForward(nn.Module):
    """Two wide halves, of which one is the gate of the other, and back."""

    def __init__(self, features: int, hidden: int, bend: nn.Module, bias: bool) -> None:
        super().__init__()
        self.wide = nn.Linear(features, 2 * hidden, bias=bias)
        self.bend = bend
        self.narrow = nn.Linear(hidden, features, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        gate, value = self.wide(x).chunk(2, dim=-1)
        return self.narrow(self.bend(gate) * value)
'''

    hidden: int = param(default=128, min=1, max=1_000_000, help="How wide each half is.")
    gate: Literal["silu", "gelu", "relu", "sigmoid"] = param(
        default="silu", choices=tuple((name, label) for name, label in NAMES.items()), help="The bend of the gate."
    )
    bias: bool = param(default=False, advanced=True, help="Whether each output also learns a constant to add.")

    def shape(self, x: Numbers | Sequence) -> Tensor:
        fixed(self, x.last, "features", "x")
        return x

    def module(self, x: Numbers | Sequence) -> str:
        sizes = f"{literal(x.last)}, {literal(self.hidden)}"
        return f"GatedFeedForward({sizes}, {BENDS[self.gate]}, {literal(self.bias)})"

    def parameters(self, x: Numbers | Sequence) -> Dim:
        return 3 * x.last * self.hidden + (2 * self.hidden + x.last if self.bias else 0)

    def flops(self, x: Numbers | Sequence) -> Dim:
        return 6 * x.size() * self.hidden

    def summary(self) -> str:
        return f"{NAMES[self.gate]} · {self.hidden} wide"


@layer("Mixture of experts", section=SECTION, keywords="moe router top-k sparse switch mixtral", icon="network")
class MixtureOfExperts(Started):
    """Several small networks of which each step is sent to the few that suit it best; what they say is mixed.

    All experts are computed and the unasked ones weighed 0, which runs everywhere and leaves for ONNX.
    """

    samples = ({"experts": 2, "chosen": 1, "hidden": 3}, {"experts": 5, "chosen": 5, "hidden": 4})
    support = '''
class MixtureOfExperts(nn.Module):
    """Each item asks the experts with the highest scores and mixes their answers by score."""

    def __init__(self, features: int, hidden: int, experts: int, chosen: int) -> None:
        super().__init__()
        self.chosen = chosen
        self.route = nn.Linear(features, experts, bias=False)
        self.experts = nn.ModuleList(
            nn.Sequential(nn.Linear(features, hidden), nn.GELU(), nn.Linear(hidden, features)) for _ in range(experts)
        )

    def forward(self, x: Tensor) -> Tensor:
        scores = self.route(x).softmax(dim=-1)
        best, where = scores.topk(self.chosen, dim=-1)
        share = torch.zeros_like(scores).scatter(-1, where, best / best.sum(dim=-1, keepdim=True))
        answers = torch.stack([expert(x) for expert in self.experts], dim=-1)  # (…, features, experts)
        return (answers * share.unsqueeze(-2).to(answers.dtype)).sum(dim=-1)
'''

    experts: int = param(default=4, min=1, max=256, help="How many experts there are.")
    chosen: int = param(default=2, min=1, max=256, label="Asked", help="How many of them each step asks.")
    hidden: int = param(default=64, min=1, max=1_000_000, help="How wide each expert is inside.")

    def shape(self, x: Numbers | Sequence) -> Tensor:
        fixed(self, x.last, "features", "x")
        if not isinstance(self.chosen, Sym) and not isinstance(self.experts, Sym) and self.chosen > self.experts:
            refuse("There are too few experts", f"{self.chosen} are asked, and there are {self.experts}.")
        return x

    def module(self, x: Numbers | Sequence) -> str:
        return call("MixtureOfExperts", x.last, self.hidden, self.experts, self.chosen)

    def parameters(self, x: Numbers | Sequence) -> Dim:
        each = 2 * x.last * self.hidden + self.hidden + x.last
        return self.experts * (each + x.last)

    def flops(self, x: Numbers | Sequence) -> Dim:
        return 2 * product(x.dims[:-1]) * self.experts * x.last * (2 * self.hidden + 1)

    def summary(self) -> str:
        return f"{self.chosen} of {self.experts} experts"
