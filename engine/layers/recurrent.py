"""Recurrent layers: they read a sequence step by step and remember."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from engine.declare import param
from engine.dims import Dim
from engine.layer import call, layer
from engine.layers.rules import fixed, options
from engine.layers.weights import Started
from engine.shapes import Numbers, Sequence, Tensor

SECTION = "Recurrent"


class Recurrent(Started):
    """What the recurrent layers share."""

    outputs = ("sequence", "last")
    samples: ClassVar[tuple[dict[str, Any], ...]] = (
        {"hidden": 5, "layers": 2},
        {"hidden": 4, "both_directions": True},
        {"hidden": 3, "layers": 2, "both_directions": True, "dropout": 0.2},
        {"hidden": 6, "bias": False},
    )
    gates: ClassVar[int] = 1

    hidden: int = param(default=64, min=1, max=65536, help="How many numbers it remembers; its output features.")
    layers: int = param(default=1, min=1, max=64, help="How many are stacked; each reads what the one below gives.")
    both_directions: bool = param(default=False, help="Reads the sequence backwards as well; doubles the output.")
    dropout: float = param(
        default=0.0, min=0, below=1, help="Share switched off between stacked layers while training; needs two layers."
    )
    bias: bool = param(default=True, advanced=True, help="Whether each gate learns a constant to add.")

    @property
    def directions(self) -> int:
        return 2 if self.both_directions else 1

    def read(self, sequence: Tensor) -> tuple[Tensor, Tensor]:
        """The shape rule of all recurrent layers."""
        fixed(self, sequence.features, "features", "sequence")
        width = self.hidden * self.directions
        return Sequence(sequence.time, width), Numbers(width)

    def module(self, sequence: Tensor) -> str:
        # torch warns of dropout without a second layer, where it does nothing
        dropout = self.dropout if self.layers != 1 else 0.0
        return call(
            f"nn.{type(self).__name__}",
            sequence.features,
            self.hidden,
            **options(num_layers=(self.layers, 1), **self.own(), bias=(self.bias, True)),
            batch_first=True,
            **options(dropout=(dropout, 0.0), bidirectional=(self.both_directions, False)),
        )

    def own(self) -> dict[str, tuple[object, object]]:
        """Further arguments as `options` takes them."""
        return {}

    def lines(self, module: str | None, args: list[str], outputs: list[str]) -> list[str]:
        sequence, last = outputs
        if last == "_":
            return [f"{sequence}, _ = {module}({', '.join(args)})"]
        state = f"({last}, _)" if type(self).__name__ == "LSTM" else last
        final = f"torch.cat([{last}[-2], {last}[-1]], dim=1)" if self.both_directions else f"{last}[-1]"
        return [f"{sequence}, {state} = {module}({', '.join(args)})", f"{last} = {final}"]

    def _read_widths(self, sequence: Tensor) -> Dim:
        """The widths that the stacked layers read, with their own states, summed up."""
        above = (self.layers - 1) * self.hidden * self.directions
        return sequence.features + above + self.layers * self.hidden

    def parameters(self, sequence: Tensor) -> Dim:
        biases = 2 * self.layers if self.bias else 0
        return self.directions * self.gates * self.hidden * (self._read_widths(sequence) + biases)

    def flops(self, sequence: Tensor) -> Dim:
        return 2 * self.directions * self.gates * self.hidden * self._read_widths(sequence) * sequence.time

    def summary(self) -> str:
        words = [f"{self.hidden} hidden"]
        if self.layers != 1:
            words.append(f"{self.layers} layers")
        if self.both_directions:
            words.append("both ways")
        return " · ".join(words)


@layer("LSTM", section=SECTION, keywords="memory gates long short term sequence series", icon="lstm")
class LSTM(Recurrent):
    """Reads a sequence step by step with a memory that gates open and close; the safe choice for long series.

    `sequence` gives its state at every step, `last` only the final one, for one answer per sequence.
    """

    gates = 4
    twin = "lstm"

    def shape(self, sequence: Sequence) -> tuple[Tensor, Tensor]:
        return self.read(sequence)


@layer("GRU", section=SECTION, keywords="memory gates gated sequence series", icon="gru")
class GRU(Recurrent):
    """Reads a sequence step by step with a lighter memory than LSTM; often as good and faster.

    `sequence` gives its state at every step, `last` only the final one, for one answer per sequence.
    """

    gates = 3
    twin = "gru"

    def shape(self, sequence: Sequence) -> tuple[Tensor, Tensor]:
        return self.read(sequence)


@layer("RNN", section=SECTION, keywords="simple elman vanilla sequence series", icon="rnn")
class RNN(Recurrent):
    """Reads a sequence step by step with a plain memory; fine for short sequences, forgets in long ones.

    `sequence` gives its state at every step, `last` only the final one, for one answer per sequence.
    """

    twin = "rnn"
    samples = (*Recurrent.samples, {"hidden": 4, "nonlinearity": "relu"})

    nonlinearity: Literal["tanh", "relu"] = param(
        default="tanh", choices=(("tanh", "Tanh"), ("relu", "ReLU")), advanced=True, help="The bend at each step."
    )

    def own(self) -> dict[str, tuple[object, object]]:
        return {"nonlinearity": (self.nonlinearity, "tanh")}

    def shape(self, sequence: Sequence) -> tuple[Tensor, Tensor]:
        return self.read(sequence)
