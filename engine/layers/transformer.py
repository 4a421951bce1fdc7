"""Whole transformers: a stack of decoder layers, and an encoder with its decoder for turning sequences into others."""

from __future__ import annotations

from typing import Any

from engine.declare import param
from engine.dims import Dim, differ
from engine.layer import call, layer
from engine.layers.attention import CAUSAL_HELP, SECTION, Transformer, check_heads, check_mask, later
from engine.layers.rules import by_port, options, refuse
from engine.shapes import Mask, Sequence, Tensor


class Decoding(Transformer):
    """What the two share: a sequence that is written while looking at another one."""

    causal: bool = param(default=True, label="Hide what comes later", help=CAUSAL_HELP)

    def decode(self, sequence: Tensor, other: Tensor, port: str) -> Tensor:
        """The shape rule of the sequence that is written."""
        check_heads(self, sequence.features, self.heads, "sequence")
        if differ(sequence.features, other.features):
            refuse(
                f"Sequence and {port} have different widths",
                f"They have {sequence.features} and {other.features} features. Put a Linear before one of them.",
                port,
            )
        return sequence

    def decoder_parameters(self, width: Dim) -> Dim:
        return 2 * self.attention_parameters(width) + self.rest_parameters(width, 3)

    def decoder_flops(self, width: Dim, steps: Dim, seen: Dim) -> Dim:
        both = self.attention_flops(width, steps, steps) + self.attention_flops(width, steps, seen)
        return both + self.rest_flops(width, steps)


@layer("Transformer decoder", section=SECTION, keywords="stack cross attention memory translate", icon="attention")
class TransformerDecoder(Decoding):
    """A stack of decoder layers, each of which looks back at its own sequence and then at a second one, the memory."""

    samples = (
        {"heads": 2, "feedforward": 12, "layers": 1},
        {"heads": 1, "feedforward": 7, "activation": "gelu", "norm_first": True, "final_norm": True},
        {"heads": 2, "feedforward": 6, "causal": False, "dropout": 0.0, "layers": 3},
    )

    layers: int = param(default=2, min=1, max=256, help="How many layers are stacked.")
    final_norm: bool = param(default=False, advanced=True, label="Final norm", help="One more Layer norm at the end.")

    def shape(self, sequence: Sequence, memory: Sequence, mask: Mask | None = None) -> Tensor:
        check_mask(mask, memory.time)
        return self.decode(sequence, memory, "memory")

    def module(self, sequence: Sequence, memory: Sequence, mask: Mask | None = None) -> str:
        norm = f", norm={call('nn.LayerNorm', sequence.features)}" if self.final_norm else ""
        layers = call("_", num_layers=self.layers)[2:-1]
        return f"nn.TransformerDecoder({self.one('Decoder', sequence.features)}, {layers}{norm})"

    def lines(self, module: str | None, args: list[str], outputs: list[str]) -> list[str]:
        wired = by_port(self, args)
        masks, before = "", []
        if self.causal:
            before = [f"{outputs[0]}_later = {later(wired['sequence'], wired['sequence'])}"]
            masks = f", tgt_mask={outputs[0]}_later, tgt_is_causal=True"
        if "mask" in wired:
            masks += f", memory_key_padding_mask=~{wired['mask']}"
        return [*before, f"{outputs[0]} = {module}({wired['sequence']}, {wired['memory']}{masks})"]

    def parameters(self, sequence: Sequence, memory: Sequence, mask: Mask | None = None) -> Dim:
        width = sequence.features
        return self.layers * self.decoder_parameters(width) + (2 * width if self.final_norm else 0)

    def flops(self, sequence: Sequence, memory: Sequence, mask: Mask | None = None) -> Dim:
        return self.layers * self.decoder_flops(sequence.features, sequence.time, memory.time)

    def summary(self) -> str:
        return f"{self.layers} layers · {super().summary()}"


@layer("Transformer", section=SECTION, keywords="encoder decoder translate sequence to sequence t5", icon="attention")
class FullTransformer(Decoding):
    """An encoder that reads one sequence and a decoder that writes another; for translating and summing up.

    `source` is what is read, `sequence` what has been written so far.
    """

    covers = ("Transformer",)
    support = '''
class EncoderDecoder(nn.Module):
    """nn.Transformer without nested tensors, which leave neither for ONNX nor for every device."""

    def __init__(self, features: int, heads: int, encoders: int, decoders: int, causal: bool, **way) -> None:
        super().__init__()
        self.causal = causal
        reads = nn.TransformerEncoderLayer(features, heads, batch_first=True, **way)
        writes = nn.TransformerDecoderLayer(features, heads, batch_first=True, **way)
        norms = nn.LayerNorm(features), nn.LayerNorm(features)
        self.encoder = nn.TransformerEncoder(reads, encoders, norm=norms[0], enable_nested_tensor=False)
        self.decoder = nn.TransformerDecoder(writes, decoders, norm=norms[1])
        for weight in self.parameters():
            if weight.dim() > 1:
                nn.init.xavier_uniform_(weight)

    def forward(self, source: Tensor, sequence: Tensor, mask: Tensor | None = None) -> Tensor:
        unread = None if mask is None else ~mask
        steps = sequence.size(1)
        later = torch.ones(steps, steps, dtype=torch.bool, device=sequence.device).triu(1) if self.causal else None
        memory = self.encoder(source, src_key_padding_mask=unread)
        return self.decoder(sequence, memory, later, None, None, unread, self.causal)
'''

    samples = (
        {"heads": 2, "feedforward": 12, "encoders": 1, "decoders": 1},
        {"heads": 1, "feedforward": 7, "activation": "gelu", "norm_first": True, "encoders": 2, "decoders": 1},
        {"heads": 2, "feedforward": 6, "causal": False, "dropout": 0.0, "encoders": 1, "decoders": 2},
    )

    encoders: int = param(default=2, min=1, max=256, help="How many layers read.")
    decoders: int = param(default=2, min=1, max=256, help="How many layers write.")

    def shape(self, source: Sequence, sequence: Sequence, mask: Mask | None = None) -> Tensor:
        check_heads(self, source.features, self.heads, "source")
        check_mask(mask, source.time)
        return self.decode(sequence, source, "source")

    def module(self, source: Sequence, sequence: Sequence, mask: Mask | None = None) -> str:
        return call(
            "EncoderDecoder",
            source.features,
            self.heads,
            self.encoders,
            self.decoders,
            self.causal,
            dim_feedforward=self.feedforward,
            **options(
                dropout=(self.dropout, 0.1), activation=(self.activation, "relu"), norm_first=(self.norm_first, False)
            ),
        )

    def lines(self, module: str | None, args: list[str], outputs: list[str]) -> list[str]:
        return [f"{outputs[0]} = {module}({', '.join(by_port(self, args).values())})"]

    def parameters(self, source: Sequence, sequence: Sequence, mask: Any = None) -> Dim:
        width = source.features
        read = self.attention_parameters(width) + self.rest_parameters(width, 2)
        return self.encoders * read + self.decoders * self.decoder_parameters(width) + 4 * width

    def flops(self, source: Sequence, sequence: Sequence, mask: Any = None) -> Dim:
        width, steps, seen = source.features, sequence.time, source.time
        read = self.attention_flops(width, seen, seen) + self.rest_flops(width, seen)
        return self.encoders * read + self.decoders * self.decoder_flops(width, steps, seen)

    def summary(self) -> str:
        return f"{self.encoders} + {self.decoders} layers · {self.heads} heads"
