"""Export twins: modules that leave for ONNX in place of trained ones which the exporter cannot take as they are.

A layer names its twin (`Layer.twin`); the contract tests prove that both compute the same. Twins serve inference only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

import torch
from torch import Tensor, nn

from engine.run.adapters import merged

ONNX_GATES = {"LSTM": (0, 3, 1, 2), "GRU": (1, 0, 2), "RNN": (0,)}
"""The order of torch's gates as ONNX wants them: LSTM i o f c, GRU z r h."""


class OnnxRecurrent(nn.Module):
    """Writes one ONNX LSTM, GRU or RNN node per stacked layer, for sequences of any length.

    torch's exporter unrolls the steps and so fixes their number (https://github.com/pytorch/pytorch/issues/191855).
    """

    def __init__(self, trained: nn.RNNBase) -> None:
        super().__init__()
        self.kind = {"RNN_TANH": "RNN", "RNN_RELU": "RNN"}.get(trained.mode, trained.mode)
        self.bend = "Relu" if trained.mode == "RNN_RELU" else "Tanh"
        self.hidden, self.stacked = trained.hidden_size, trained.num_layers
        self.directions = 2 if trained.bidirectional else 1
        for index in range(self.stacked):
            ends = [f"l{index}", f"l{index}_reverse"][: self.directions]
            self.register_buffer(f"inputs_{index}", torch.stack([self._gates(trained, "weight_ih", e) for e in ends]))
            self.register_buffer(f"states_{index}", torch.stack([self._gates(trained, "weight_hh", e) for e in ends]))
            biases = [torch.cat([self._gates(trained, "bias_ih", e), self._gates(trained, "bias_hh", e)]) for e in ends]
            self.register_buffer(f"biases_{index}", torch.stack(biases))

    def _gates(self, trained: nn.RNNBase, name: str, end: str) -> Tensor:
        order = ONNX_GATES[self.kind]
        if not trained.bias and name.startswith("bias"):
            return torch.zeros(len(order) * self.hidden, dtype=cast(Tensor, trained.weight_hh_l0).dtype)
        value = cast(Tensor, getattr(trained, f"{name}_{end}")).detach()
        parts = value.chunk(len(order))
        return torch.cat([parts[place] for place in order])

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor | tuple[Tensor, Tensor]]:
        batch, steps = x.shape[0], x.shape[1]
        x = x.transpose(0, 1)  # (steps, batch, features), ONNX's only order
        finals: list[Tensor] = []
        cells: list[Tensor] = []
        for index in range(self.stacked):
            every, *ends = self._node(x, index, steps, batch)
            # (steps, directions, batch, hidden) to (steps, batch, directions * hidden)
            x = every.permute(0, 2, 1, 3).reshape(steps, batch, self.directions * self.hidden)
            finals.append(ends[0])
            cells.extend(ends[1:])
        last = torch.cat(finals)
        return x.transpose(0, 1), (last, torch.cat(cells)) if self.kind == "LSTM" else last

    def _node(self, x: Tensor, index: int, steps: int, batch: int) -> list[Tensor]:
        attributes: dict[str, Any] = {
            "hidden_size": self.hidden,
            "direction": "bidirectional" if self.directions == 2 else "forward",
        }
        if self.kind == "GRU":
            attributes["linear_before_reset"] = 1
        if self.kind == "RNN":
            attributes["activations"] = [self.bend] * self.directions
        state = (self.directions, batch, self.hidden)
        shapes = [(steps, *state), state] + ([state] if self.kind == "LSTM" else [])
        weights = [getattr(self, f"{name}_{index}") for name in ("inputs", "states", "biases")]
        found = torch.onnx.ops.symbolic_multi_out(
            self.kind, (x, *weights), attributes, dtypes=[x.dtype] * len(shapes), shapes=shapes
        )
        return list(found)


class SlicedPool(nn.Module):
    """An adaptive pool that cuts the input into its windows and reduces each; exact for every size."""

    def __init__(self, trained: nn.Module, mode: str, dims: int) -> None:
        super().__init__()
        size = trained.output_size
        self.sizes: tuple[int, ...] = size if isinstance(size, tuple) else (cast(int, size),) * dims
        self.mode = mode

    def forward(self, x: Tensor) -> Tensor:
        for place, count in enumerate(self.sizes):
            x = self._along(x, x.dim() - len(self.sizes) + place, count)
        return x

    def _along(self, x: Tensor, dim: int, count: int) -> Tensor:
        # one axis after the other: the mean of means is the mean, as every window of an axis has one length
        size = x.shape[dim]
        if size == count:
            return x
        if count == 1:
            return self._reduced(x, dim)
        parts = []
        for index in range(count):
            start, stop = index * size // count, -(-(index + 1) * size // count)
            parts.append(self._reduced(x.narrow(dim, start, stop - start), dim))
        return torch.cat(parts, dim=dim)

    def _reduced(self, x: Tensor, dim: int) -> Tensor:
        return x.mean(dim=dim, keepdim=True) if self.mode == "avg" else x.amax(dim=dim, keepdim=True)


def recurrent(trained: nn.Module) -> nn.Module:
    """The twin of nn.RNN, nn.LSTM and nn.GRU with `batch_first=True`."""
    assert isinstance(trained, nn.RNNBase) and trained.batch_first and not trained.proj_size
    return OnnxRecurrent(trained)


def rrelu(trained: nn.Module) -> nn.Module:
    """The twin of nn.RReLU, which in use is a Leaky ReLU with the middle slope."""
    assert isinstance(trained, nn.RReLU)
    return nn.LeakyReLU((trained.lower + trained.upper) / 2)


def adaptive_pool(trained: nn.Module) -> nn.Module:
    """The twin of the adaptive pools that the exporter does not know."""
    name = type(trained).__name__
    return SlicedPool(trained, "avg" if "Avg" in name else "max", int(name[-2]))


TWINS: dict[str, Callable[[nn.Module], nn.Module]] = {
    "lstm": recurrent,
    "gru": recurrent,
    "rnn": recurrent,
    "rrelu": rrelu,
    "adaptive_pool": adaptive_pool,
    "low_rank": merged,
}


def replace_twins(model: nn.Module, twins: Mapping[str, str]) -> nn.Module:
    """Put export twins into a model, in place.

    Args:
        model: a copy of the trained model, in `eval()`.
        twins: the twin's name by module path, as `Source.twins` gives them: `{"network.lstm_1": "lstm"}`.

    Returns:
        The same model.
    """
    for path, name in twins.items():
        trained = model.get_submodule(path)
        twin = TWINS[name](trained)
        twin.train(trained.training)
        parent, _, attribute = path.rpartition(".")
        setattr(model.get_submodule(parent), attribute, twin)
    return model
