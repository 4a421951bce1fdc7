"""What is measured of one value inside a network: a handful of sums over a part of it, left on the device.

Random numbers are never drawn and nothing that trains is touched, so a run that is looked at learns bit for bit what
it would have learned alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from engine.graph import Node
from engine.healthstore import LEAST_ROWS, NodeHealth

MOST_VALUES = 2**15
"""About so many values of an output are looked at; of larger ones the first items of the batch, but
never fewer than `LEAST_ITEMS`."""
LEAST_ITEMS = 8
MOST_MASKS = 16
"""Steps whose silent units are remembered."""
MOST_WEIGHTS = 2**16
"""About so many values of a weight are compared before and after a step, evenly spread over it."""
SILENT = ("ReLU", "ReLU6", "Hardshrink", "Softshrink", "Threshold", "Hardswish")
"""Layers whose units can fall silent: zero for everything they are given."""
FLAT = 0.015
"""A value counts as saturated within this share of a bounded curve's range from one of its ends. For tanh it is the
|y| > 0.97 of Karpathy's lectures (Neural networks: zero to hero, part 4); for a sigmoid the same place of the curve."""
BOUNDS = {"Sigmoid": (0.0, 1.0), "Hardsigmoid": (0.0, 1.0), "Tanh": (-1.0, 1.0), "Softsign": (-1.0, 1.0)}


def bounds_of(node: Node) -> tuple[float, float] | None:
    """Between which values a node's curve is bounded on both sides, None where it is not."""
    if node.layer == "Hardtanh":
        ends = (node.params.get("min_val", -1.0), node.params.get("max_val", 1.0))
        return ends if all(isinstance(end, int | float) for end in ends) else None
    return BOUNDS.get(node.layer)


@dataclass
class Watched:
    """One node that is watched: what is looked at, and what this epoch showed so far."""

    path: str
    bounds: tuple[float, float] | None = None
    silent: bool = False
    reads: bool = False
    """Whether it brings data in: no gradient is measured at it."""
    values: Tensor | None = None
    """Of the present step: rows, mean, variance, zeros, saturated, finite (shares)."""
    slope: Tensor | None = None
    """Of the present step: the squared length of the gradient at the output."""
    alive: list[tuple[int, Tensor]] = field(default_factory=list)
    """By step, also of earlier epochs: how many values each unit gave, and which gave anything but zero."""
    seen: list[Sequence[float]] = field(default_factory=list)
    signals: list[float] = field(default_factory=list)
    moves: list[Sequence[float]] = field(default_factory=list)
    """By step: gradient, weights, update, learns."""

    def look(self, value: Any) -> None:
        """Measure an output. A value that is no tensor of numbers is left alone."""
        if not isinstance(value, Tensor) or not value.is_floating_point() or not value.dim() or not value.numel():
            return
        if value.requires_grad and not self.reads:
            value.register_hook(self._on_gradient)  # type: ignore[no-untyped-call]
        with torch.no_grad():
            self.values = self._measure(value.detach())

    def _measure(self, value: Tensor) -> Tensor:
        items = max(LEAST_ITEMS, MOST_VALUES // max(1, value[0].numel()))
        part = value[:items].float()
        count = part.numel()
        units = unit_dim(part.dim())
        shown = part != 0
        if self.silent and part.dim() > 1:
            alive = shown.any(dim=[dim for dim in range(part.dim()) if dim != units])
            self.alive = [one for one in self.alive[-MOST_MASKS:] if one[1].shape == alive.shape]
            self.alive.append((count // alive.numel(), alive))
        if count > 1:
            variance, mean = torch.var_mean(part, correction=0)
        else:
            variance, mean = torch.zeros_like(part.sum()), part.mean()
        zeros = 1 - shown.sum() / count
        flat = zeros.new_full((), math.nan)
        if self.bounds is not None:
            low, high = self.bounds
            edge = FLAT * (high - low)
            flat = ((part < low + edge) | (part > high - edge)).sum() / count
        finite = torch.isfinite(part).sum() / count
        rows = zeros.new_full((), count / max(1, part.shape[units] if part.dim() > 1 else 1))
        return torch.stack([rows, mean, variance, zeros, flat, finite])

    def _on_gradient(self, gradient: Tensor) -> None:
        square = torch.linalg.vector_norm(gradient.detach(), dtype=torch.float32).square()
        self.slope = square if self.slope is None else self.slope + square

    def health(self) -> NodeHealth:
        """This epoch so far as one line."""
        rows, mean, std, zeros, saturated, bad = _values(self.seen)
        counted, dead = self._dead()
        gradient, weights, update, learns = (_mean(column) for column in _columns(self.moves, 4))
        return NodeHealth(
            max(rows, counted),
            mean,
            std,
            zeros,
            dead,
            saturated,
            bad,
            _mean(self.signals),
            gradient,
            weights,
            update,
            learns,
        )

    def _dead(self) -> tuple[int, float]:
        """The share of units that were always zero, in this epoch and as far back as it takes to say so."""
        rows, union = 0, None
        for place, (count, alive) in enumerate(reversed(self.alive)):
            if place >= len(self.seen) and rows >= LEAST_ROWS:
                break
            rows, union = rows + count, alive if union is None else union | alive
        return rows, math.nan if union is None else 1 - float(union.sum()) / union.numel()

    def forget(self) -> None:
        """Begin a new epoch."""
        self.seen, self.signals, self.moves = [], [], []


def unit_dim(dims: int) -> int:
    """Where the units of an output lie: channels behind the batch, features at the end of steps."""
    return 1 if dims != 3 else 2


def _values(seen: Sequence[Sequence[float]]) -> tuple[float, float, float, float, float, float]:
    """Rows, mean, standard deviation, shares of zeros, of saturated and of bad values over several steps."""
    if not seen:
        return 0.0, math.nan, math.nan, math.nan, math.nan, math.nan
    rows, means, variances, zeros, flat, finite = _columns(seen, 6)
    mean = _mean(means)
    spread = _mean(variances) + _mean([(one - mean) ** 2 for one in means])
    std = math.sqrt(spread) if spread >= 0 else math.nan
    return sum(rows), mean, std, _mean(zeros), _mean(flat), 1 - min(finite)


def _columns(lines: Sequence[Sequence[float]], count: int) -> list[list[float]]:
    return [[line[place] for line in lines] for place in range(count)]


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return sum(known) / len(known) if known else math.nan


def some_of(weights: Sequence[Tensor]) -> list[Tensor]:
    """A copy of each weight, of large ones of evenly spread values."""
    found = []
    for weight in weights:
        flat = weight.detach().reshape(-1)
        found.append(flat[:: max(1, flat.numel() // MOST_WEIGHTS)].clone())
    return found


def lengths_by_node(tensors: Sequence[Tensor], index: Tensor, count: int) -> Tensor:
    """The length of all tensors of a node together; `index` says whose each is."""
    squares = torch.stack(torch._foreach_norm(list(tensors))).float().square()
    return torch.zeros(count, device=squares.device).index_add_(0, index, squares).sqrt()
