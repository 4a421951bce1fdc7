"""Attention as newer language models do it: shared keys and values, and positions turned or counted into it."""

from __future__ import annotations

from engine.declare import param
from engine.dims import Dim
from engine.layer import Layer, call, layer, literal
from engine.layers.attention import CAUSAL_HELP, HEADS_HELP, SECTION, check_heads, check_mask
from engine.layers.embedding import SECTION as EMBEDDING
from engine.layers.rules import by_port, divides, fixed, options, refuse
from engine.layers.weights import Started
from engine.shapes import Mask, Sequence, Tensor

ROTARY = '''
class RotaryPositions(nn.Module):
    """Turns pairs of features by an angle that grows with the step, so that products tell how far two steps are."""

    def __init__(self, features: int, base: float = 10000.0) -> None:
        super().__init__()
        self.register_buffer("rate", base ** (-torch.arange(0, features, 2) / features), persistent=False)

    def forward(self, x: Tensor) -> Tensor:  # (…, time, features)
        angle = torch.arange(x.size(-2), device=x.device).unsqueeze(1) * self.rate
        cos, sin = angle.cos().to(x.dtype), angle.sin().to(x.dtype)
        left, right = x.chunk(2, dim=-1)
        return torch.cat([left * cos - right * sin, left * sin + right * cos], dim=-1)
'''


@layer("Rotary positions", section=EMBEDDING, keywords="rope rotate position llama transformer", icon="positional")
class RotaryPositions(Layer):
    """Turns the features of each step by an angle that grows with its place; for the query and key of Attention."""

    support = ROTARY
    samples = ({"base": 500000.0}, {"base": 100.0})

    base: float = param(
        default=10000.0, min=2, max=1e9, advanced=True, help="Larger turns more slowly, for longer sequences."
    )

    def shape(self, sequence: Sequence) -> Tensor:
        fixed(self, sequence.features, "features", "sequence")
        if not divides(2, sequence.features):
            refuse(
                "Rotary positions need an even number of features",
                f"The input has {sequence.features}; they are turned in pairs.",
                "sequence",
            )
        return sequence

    def module(self, sequence: Sequence) -> str:
        return call("RotaryPositions", sequence.features, **options(base=(self.base, 10000.0)))


class SelfAttention(Started):
    """What the two attentions below share."""

    heads: int = param(default=4, min=1, max=1024, help=HEADS_HELP)
    causal: bool = param(default=True, label="Hide what comes later", help=CAUSAL_HELP)

    def look(self, sequence: Tensor, mask: Tensor | None) -> Tensor:
        """The shape rule."""
        check_heads(self, sequence.features, self.heads, "sequence")
        check_mask(mask, sequence.time)
        return sequence

    def lines(self, module: str | None, args: list[str], outputs: list[str]) -> list[str]:
        wired = by_port(self, args)
        return [f"{outputs[0]} = {module}({', '.join(wired.values())})"]

    def compared(self, sequence: Tensor) -> Dim:
        """The work of comparing all steps with all."""
        return 4 * sequence.time * sequence.time * sequence.features

    def summary(self) -> str:
        return f"{self.heads} heads{' · causal' if self.causal else ''}"


@layer("Grouped-query attention", section=SECTION, keywords="gqa mqa llama self rotary shared keys", icon="attention")
class GroupedQueryAttention(SelfAttention):
    """Attention in which several heads share one set of keys and values: nearly as good, with far less to remember.

    One group is known as multi-query attention; as many groups as heads is the usual attention.
    """

    samples = (
        {"heads": 2, "groups": 1, "causal": False},
        {"heads": 4, "groups": 4, "rotary": False},
        {"heads": 2, "groups": 2, "bias": True},
        {"rotary": False, "init": "xavier"},
    )
    GROUPED = '''
class GroupedQueryAttention(nn.Module):
    """Self-attention whose heads share keys and values in groups."""

    def __init__(self, features: int, heads: int, groups: int, turn: nn.Module, causal: bool, bias: bool) -> None:
        super().__init__()
        self.size, self.shared, self.causal, self.turn = features // heads, heads // groups, causal, turn
        self.query = nn.Linear(features, features, bias=bias)
        self.key = nn.Linear(features, groups * self.size, bias=bias)
        self.value = nn.Linear(features, groups * self.size, bias=bias)
        self.join = nn.Linear(features, features, bias=bias)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        query, key, value = (part(x).unflatten(-1, (-1, self.size)) for part in (self.query, self.key, self.value))
        query, key = self.turn(query.transpose(1, 2)), self.turn(key.transpose(1, 2))  # (batch, heads, time, size)
        key = key.repeat_interleave(self.shared, dim=1)
        value = value.transpose(1, 2).repeat_interleave(self.shared, dim=1)
        if mask is not None:
            mask = mask[:, None, None]
            if self.causal:
                mask = mask & torch.ones(x.size(1), x.size(1), dtype=torch.bool, device=x.device).tril()
        first = self.causal and mask is None
        found = F.scaled_dot_product_attention(query, key, value, attn_mask=mask, is_causal=first)
        return self.join(found.transpose(1, 2).flatten(2))
'''

    groups: int = param(default=2, min=1, max=1024, help="How many sets of keys and values; must divide the heads.")
    rotary: bool = param(default=True, label="Rotary positions", help="Tells it where each step stands.")
    bias: bool = param(default=False, advanced=True, help="Whether the projections learn a constant to add.")

    def supports(self) -> tuple[str, ...]:
        return (ROTARY, self.GROUPED) if self.rotary else (self.GROUPED,)

    def shape(self, sequence: Sequence, mask: Mask | None = None) -> Tensor:
        found = self.look(sequence, mask)
        if not divides(self.groups, self.heads):
            refuse(
                f"{self.groups} groups do not divide the heads",
                f"There are {self.heads} heads. Use groups that divide {self.heads} without a rest.",
            )
        if self.rotary and not divides(2 * self.heads, sequence.features):
            refuse(
                "Rotary positions need an even number of features per head",
                f"{sequence.features} features in {self.heads} heads are none. Use fewer heads, or switch them off.",
                "sequence",
            )
        return found

    def module(self, sequence: Sequence, mask: Mask | None = None) -> str:
        turn = call("RotaryPositions", sequence.features // self.heads) if self.rotary else "nn.Identity()"
        rest = ", ".join(literal(value) for value in (self.causal, self.bias))
        sizes = ", ".join(literal(size) for size in (sequence.features, self.heads, self.groups))
        return f"GroupedQueryAttention({sizes}, {turn}, {rest})"

    def shared(self, sequence: Tensor) -> Dim:
        """How wide the keys are."""
        return self.groups * (sequence.features // self.heads)

    def parameters(self, sequence: Sequence, mask: Mask | None = None) -> Dim:
        width, narrow = sequence.features, self.shared(sequence)
        return 2 * width * width + 2 * width * narrow + (2 * width + 2 * narrow if self.bias else 0)

    def flops(self, sequence: Sequence, mask: Mask | None = None) -> Dim:
        width = sequence.features
        return 4 * sequence.time * width * (width + self.shared(sequence)) + self.compared(sequence)


@layer("ALiBi attention", section=SECTION, keywords="linear bias distance position self causal long", icon="attention")
class AlibiAttention(SelfAttention):
    """Attention that prefers near steps to far ones, each head more or less so; it needs no positions added before."""

    samples = ({"heads": 2, "causal": False}, {"heads": 1}, {"heads": 8, "bias": True, "init": "orthogonal"})
    support = '''
class AlibiAttention(nn.Module):
    """Self-attention with a penalty that grows with the distance of two steps, for each head at its own rate."""

    def __init__(self, features: int, heads: int, causal: bool, bias: bool) -> None:
        super().__init__()
        self.heads, self.causal = heads, causal
        self.mix = nn.Linear(features, 3 * features, bias=bias)
        self.join = nn.Linear(features, features, bias=bias)
        slope = 2.0 ** (-8.0 * torch.arange(1, heads + 1) / heads)
        self.register_buffer("slope", slope.reshape(-1, 1, 1), persistent=False)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        query, key, value = (part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in self.mix(x).chunk(3, -1))
        place = torch.arange(x.size(1), device=x.device)
        far = place.unsqueeze(0) - place.unsqueeze(1)
        bias = (-far.abs() * self.slope).to(query.dtype).unsqueeze(0)  # (1, heads, time, time)
        if self.causal:
            bias = bias.masked_fill(far > 0, float("-inf"))
        if mask is not None:
            bias = bias.masked_fill(~mask[:, None, None], float("-inf"))
        found = F.scaled_dot_product_attention(query, key, value, attn_mask=bias)
        return self.join(found.transpose(1, 2).flatten(2))
'''

    bias: bool = param(default=False, advanced=True, help="Whether the projections learn a constant to add.")

    def shape(self, sequence: Sequence, mask: Mask | None = None) -> Tensor:
        return self.look(sequence, mask)

    def module(self, sequence: Sequence, mask: Mask | None = None) -> str:
        return call("AlibiAttention", sequence.features, self.heads, self.causal, self.bias)

    def parameters(self, sequence: Sequence, mask: Mask | None = None) -> Dim:
        width = sequence.features
        return 4 * width * width + (4 * width if self.bias else 0)

    def flops(self, sequence: Sequence, mask: Mask | None = None) -> Dim:
        width = sequence.features
        return 8 * sequence.time * width * width + self.compared(sequence)
