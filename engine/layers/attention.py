"""Attention: every step looks at all others and takes what matters to it."""

from __future__ import annotations

from typing import Any, Literal

from engine.declare import param
from engine.dims import Dim, differ
from engine.layer import Layer, call, layer
from engine.layers.rules import by_port, divides, fixed, options, plain_settings, refuse
from engine.layers.weights import Started
from engine.shapes import Anything, Mask, Sequence, Tensor

SECTION = "Attention"
Bend = Literal["relu", "gelu"]
BENDS = (("relu", "ReLU"), ("gelu", "GELU"))
HEADS_HELP = "How many things it looks for at once; must divide the features."
CAUSAL_HELP = "Each step sees only itself and earlier ones; for predicting what comes next."
MASK_HELP = "yes means: look at this step"


def check_heads(layer: Layer, features: Dim, heads: int, port: str) -> None:
    fixed(layer, features, "features", port)
    if not divides(heads, features):
        refuse(
            f"{heads} heads do not divide the features",
            f"The input has {features} features. Use heads that divide {features} without a rest.",
            port,
        )


def check_mask(mask: Tensor | None, steps: Dim, port: str = "mask") -> None:
    if mask is not None and differ(mask.time, steps):
        refuse("The mask has another length", f"It has {mask.time} steps, the sequence has {steps}.", port)


def later(rows: str, columns: str) -> str:
    """The mask that hides later steps, as an expression; yes means hidden."""
    return f"torch.ones({rows}.size(1), {columns}.size(1), dtype=torch.bool, device={rows}.device).triu(1)"


@layer("Multi-head attention", section=SECTION, keywords="mha self cross transformer query key value", icon="attention")
class MultiheadAttention(Started):
    """Lets every step gather from all steps what matters to it, several questions at a time.

    With only `query` wired it looks at itself. The mask says which steps count.
    """

    samples = ({"heads": 2}, {"heads": 1, "bias": False}, {"heads": 2, "causal": True, "dropout": 0.1})

    heads: int = param(default=4, min=1, max=1024, help=HEADS_HELP)
    dropout: float = param(default=0.0, min=0, below=1, help="Share of the links switched off while training.")
    causal: bool = param(default=False, label="Hide what comes later", help=CAUSAL_HELP)
    bias: bool = param(default=True, advanced=True, help="Whether the projections learn a constant to add.")

    def shape(
        self, query: Sequence, key: Sequence | None = None, value: Sequence | None = None, mask: Mask | None = None
    ) -> Tensor:
        check_heads(self, query.features, self.heads, "query")
        seen, given = self.sources(query, key, value)
        fixed(self, seen.features, "features", "key")
        fixed(self, given.features, "features", "value")
        if differ(seen.time, given.time):
            refuse(
                "Key and value have different lengths",
                f"Key has {seen.time} steps, value has {given.time}. Each key belongs to one value.",
                "value",
            )
        if self.causal and differ(query.time, seen.time):
            refuse(
                "“Hide what comes later” needs equal lengths",
                f"The query has {query.time} steps, the key {seen.time}. Switch it off.",
                "key",
            )
        check_mask(mask, seen.time)
        return query

    def sources(self, query: Any, key: Any = None, value: Any = None) -> tuple[Any, Any]:
        """What stands for key and value where they are not wired: the key for the value, the query for the key."""
        seen = key if key is not None else value if value is not None else query
        return seen, value if value is not None else seen

    def module(
        self, query: Sequence, key: Sequence | None = None, value: Sequence | None = None, mask: Mask | None = None
    ) -> str:
        seen, given = self.sources(query, key, value)
        return call(
            "nn.MultiheadAttention",
            query.features,
            self.heads,
            **options(
                dropout=(self.dropout, 0.0),
                bias=(self.bias, True),
                kdim=(seen.features, query.features),
                vdim=(given.features, query.features),
            ),
            batch_first=True,
        )

    def lines(self, module: str | None, args: list[str], outputs: list[str]) -> list[str]:
        wired = by_port(self, args)
        query = wired["query"]
        seen, given = self.sources(query, wired.get("key"), wired.get("value"))
        masks = f", key_padding_mask=~{wired['mask']}" if "mask" in wired else ""
        before = []
        if self.causal:
            before = [f"{outputs[0]}_later = {later(query, seen)}"]
            masks += f", attn_mask={outputs[0]}_later"
        return [*before, f"{outputs[0]} = {module}({query}, {seen}, {given}{masks}, need_weights=False)[0]"]

    def parameters(
        self, query: Sequence, key: Sequence | None = None, value: Sequence | None = None, mask: Mask | None = None
    ) -> Dim:
        seen, given = self.sources(query, key, value)
        width: Dim = query.features
        total: Dim = width * (2 * width + seen.features + given.features) + (4 * width if self.bias else 0)
        return total

    def flops(
        self, query: Sequence, key: Sequence | None = None, value: Sequence | None = None, mask: Mask | None = None
    ) -> Dim:
        seen, given = self.sources(query, key, value)
        width = query.features
        projected: Dim = 2 * width * (2 * query.time * width + seen.time * (seen.features + given.features))
        compared: Dim = 4 * query.time * seen.time * width
        return projected + compared

    def summary(self) -> str:
        return f"{self.heads} heads{' · causal' if self.causal else ''}"


@layer("Attention", section=SECTION, keywords="scaled dot product sdpa query key value", icon="attention")
class ScaledDotProductAttention(Layer):
    """Compares queries with keys and mixes the values accordingly, without any weights of its own."""

    samples = ({"causal": True}, {"scale": 1.0}, {"scale": 0.5, "causal": True})

    causal: bool = param(default=False, label="Hide what comes later", help=CAUSAL_HELP)
    scale: float | None = param(
        default=None, above=0, max=1e6, none="automatic", advanced=True, help="Sharpness: a factor on the comparisons."
    )

    def shape(
        self, query: Sequence, key: Sequence, value: Sequence, mask: Mask | None = None, links: Anything | None = None
    ) -> Tensor:
        plain_settings(self)
        if differ(query.features, key.features):
            refuse(
                "Query and key have different widths",
                f"The query has {query.features} features, the key {key.features}. Only equal ones can be compared.",
                "key",
            )
        if differ(key.time, value.time):
            refuse(
                "Key and value have different lengths",
                f"Key has {key.time} steps, value has {value.time}. Each key belongs to one value.",
                "value",
            )
        if self.causal and differ(query.time, key.time):
            refuse(
                "“Hide what comes later” needs equal lengths",
                f"The query has {query.time} steps, the key {key.time}. Switch it off.",
                "key",
            )
        check_mask(mask, key.time)
        if links is not None:
            self._check_links(links, query.time, key.time)
        return Sequence(query.time, value.features)

    def _check_links(self, links: Tensor, steps: Dim, seen: Dim) -> None:
        if links.element != "mask" or links.rank != 2 or differ(links.dims[0], steps) or differ(links.dims[1], seen):
            refuse(
                "“Links” needs a mask of all pairs of steps",
                f"Expected is {steps} × {seen} yes or no, such as a Causal mask; the input is {links.words()}.",
                "links",
            )

    def lines(self, module: str | None, args: list[str], outputs: list[str]) -> list[str]:
        wired = by_port(self, args)
        query, key, value = wired["query"], wired["key"], wired["value"]
        rest = f", scale={self.scale!r}" if self.scale is not None else ""
        before = []
        allowed = [f"{wired['mask']}[:, None, None]"] if "mask" in wired else []
        allowed += [f"{wired['links']}.unsqueeze(1)"] if "links" in wired else []
        if self.causal and allowed:
            before = [f"{outputs[0]}_later = {later(query, key)}"]
            allowed.append(f"~{outputs[0]}_later")
        if allowed:
            rest = f", attn_mask={' & '.join(allowed)}{rest}"
        elif self.causal:
            rest = f", is_causal=True{rest}"
        # the ONNX exporter only takes it with an axis for the heads
        heads = ", ".join(f"{name}.unsqueeze(1)" for name in (query, key, value))
        return [*before, f"{outputs[0]} = F.scaled_dot_product_attention({heads}{rest}).squeeze(1)"]

    def flops(
        self, query: Sequence, key: Sequence, value: Sequence, mask: Mask | None = None, links: Any = None
    ) -> Dim:
        return 2 * query.time * key.time * (query.features + value.features)

    def summary(self) -> str:
        return "causal" if self.causal else ""


class Transformer(Started):
    """What the transformer layers share."""

    samples = (
        {"heads": 2, "feedforward": 12},
        {"heads": 1, "feedforward": 7, "activation": "gelu", "norm_first": True},
        {"heads": 2, "feedforward": 6, "causal": True, "dropout": 0.0},
    )

    heads: int = param(default=4, min=1, max=1024, help=HEADS_HELP)
    feedforward: int = param(default=256, min=1, max=1_000_000, help="Width of the two Linear layers after attention.")
    dropout: float = param(default=0.1, min=0, below=1, help="Share switched off at random while training.")
    activation: Bend = param(default="relu", choices=BENDS, advanced=True, help="The bend between the Linear layers.")
    norm_first: bool = param(
        default=False, advanced=True, label="Norm first", help="Scales before each part, not after; steadier when deep."
    )
    causal: bool = param(default=False, label="Hide what comes later", help=CAUSAL_HELP)

    trains_differently = True

    def one(self, kind: str, features: Dim) -> str:
        """The expression for one layer."""
        return call(
            f"nn.Transformer{kind}Layer",
            features,
            self.heads,
            dim_feedforward=self.feedforward,
            **options(
                dropout=(self.dropout, 0.1), activation=(self.activation, "relu"), norm_first=(self.norm_first, False)
            ),
            batch_first=True,
        )

    def attention_parameters(self, features: Dim) -> Dim:
        return 4 * features * (features + 1)

    def rest_parameters(self, features: Dim, norms: int) -> Dim:
        return 2 * features * self.feedforward + self.feedforward + features + 2 * norms * features

    def attention_flops(self, features: Dim, steps: Dim, seen: Dim) -> Dim:
        return 4 * features * features * (steps + seen) + 4 * steps * seen * features

    def rest_flops(self, features: Dim, steps: Dim) -> Dim:
        return 4 * steps * features * self.feedforward

    def summary(self) -> str:
        return f"{self.heads} heads · {self.feedforward} wide{' · causal' if self.causal else ''}"


class Encoding(Transformer):
    """What one encoder layer and a stack of them share."""

    def encode(self, sequence: Tensor, mask: Tensor | None) -> Tensor:
        """The shape rule."""
        check_heads(self, sequence.features, self.heads, "sequence")
        check_mask(mask, sequence.time)
        return sequence

    def lines(self, module: str | None, args: list[str], outputs: list[str]) -> list[str]:
        wired = by_port(self, args)
        sequence = wired["sequence"]
        masks, before = "", []
        if self.causal:
            before = [f"{outputs[0]}_later = {later(sequence, sequence)}"]
            name = "mask" if type(self).__name__ == "TransformerEncoder" else "src_mask"
            masks += f", {name}={outputs[0]}_later, is_causal=True"
        if "mask" in wired:
            masks += f", src_key_padding_mask=~{wired['mask']}"
        return [*before, f"{outputs[0]} = {module}({sequence}{masks})"]


@layer("Transformer layer", section=SECTION, keywords="encoder self attention bert feedforward", icon="attention")
class TransformerEncoderLayer(Encoding):
    """One full transformer step: attention, then two Linear layers, each with a shortcut and a norm."""

    def shape(self, sequence: Sequence, mask: Mask | None = None) -> Tensor:
        return self.encode(sequence, mask)

    def module(self, sequence: Sequence, mask: Mask | None = None) -> str:
        return self.one("Encoder", sequence.features)

    def parameters(self, sequence: Sequence, mask: Mask | None = None) -> Dim:
        width = sequence.features
        return self.attention_parameters(width) + self.rest_parameters(width, 2)

    def flops(self, sequence: Sequence, mask: Mask | None = None) -> Dim:
        width, steps = sequence.features, sequence.time
        return self.attention_flops(width, steps, steps) + self.rest_flops(width, steps)


@layer("Transformer encoder", section=SECTION, keywords="stack self attention bert layers", icon="attention")
class TransformerEncoder(Encoding):
    """A stack of equal transformer layers that reads a whole sequence; the body of models such as BERT and ViT."""

    samples = (
        {"heads": 2, "feedforward": 12, "layers": 2},
        {"heads": 1, "feedforward": 7, "activation": "gelu", "norm_first": True, "layers": 1, "final_norm": True},
        {"heads": 2, "feedforward": 6, "causal": True, "dropout": 0.0, "layers": 3},
    )

    layers: int = param(default=2, min=1, max=256, help="How many layers are stacked.")
    final_norm: bool = param(default=False, advanced=True, label="Final norm", help="One more Layer norm at the end.")

    def shape(self, sequence: Sequence, mask: Mask | None = None) -> Tensor:
        return self.encode(sequence, mask)

    def module(self, sequence: Sequence, mask: Mask | None = None) -> str:
        norm = f", norm={call('nn.LayerNorm', sequence.features)}" if self.final_norm else ""
        inner = self.one("Encoder", sequence.features)
        layers = call("_", num_layers=self.layers)[2:-1]
        return f"nn.TransformerEncoder({inner}, {layers}{norm}, enable_nested_tensor=False)"

    def parameters(self, sequence: Sequence, mask: Mask | None = None) -> Dim:
        width = sequence.features
        each = self.attention_parameters(width) + self.rest_parameters(width, 2)
        return self.layers * each + (2 * width if self.final_norm else 0)

    def flops(self, sequence: Sequence, mask: Mask | None = None) -> Dim:
        width, steps = sequence.features, sequence.time
        return self.layers * (self.attention_flops(width, steps, steps) + self.rest_flops(width, steps))

    def summary(self) -> str:
        return f"{self.layers} layers · {super().summary()}"


@layer("Transformer decoder layer", section=SECTION, keywords="cross attention memory translate", icon="attention")
class TransformerDecoderLayer(Transformer):
    """One decoder step: looks back at its own sequence, then at a second one (the memory), then mixes.

    For translating one sequence into another. The mask says which steps of the memory count.
    """

    samples = (
        {"heads": 2, "feedforward": 12},
        {"heads": 1, "feedforward": 7, "activation": "gelu", "norm_first": True},
        {"heads": 2, "feedforward": 6, "causal": False, "dropout": 0.0},
    )

    causal: bool = param(default=True, label="Hide what comes later", help=CAUSAL_HELP)

    def shape(self, sequence: Sequence, memory: Sequence, mask: Mask | None = None) -> Tensor:
        check_heads(self, sequence.features, self.heads, "sequence")
        if differ(sequence.features, memory.features):
            refuse(
                "Sequence and memory have different widths",
                f"They have {sequence.features} and {memory.features} features. Put a Linear before one of them.",
                "memory",
            )
        check_mask(mask, memory.time)
        return sequence

    def module(self, sequence: Sequence, memory: Sequence, mask: Mask | None = None) -> str:
        return self.one("Decoder", sequence.features)

    def lines(self, module: str | None, args: list[str], outputs: list[str]) -> list[str]:
        wired = by_port(self, args)
        masks, before = "", []
        if self.causal:
            before = [f"{outputs[0]}_later = {later(wired['sequence'], wired['sequence'])}"]
            masks = f", tgt_mask={outputs[0]}_later"
        if "mask" in wired:
            masks += f", memory_key_padding_mask=~{wired['mask']}"
        return [*before, f"{outputs[0]} = {module}({wired['sequence']}, {wired['memory']}{masks})"]

    def parameters(self, sequence: Sequence, memory: Sequence, mask: Mask | None = None) -> Dim:
        width = sequence.features
        return 2 * self.attention_parameters(width) + self.rest_parameters(width, 3)

    def flops(self, sequence: Sequence, memory: Sequence, mask: Mask | None = None) -> Dim:
        width, steps, seen = sequence.features, sequence.time, memory.time
        both = self.attention_flops(width, steps, steps) + self.attention_flops(width, steps, seen)
        return both + self.rest_flops(width, steps)
