"""The arithmetic of the optimizers: torch's own functional forms, fused where there is a kernel for it.

The optimizer classes of torch import its compiler on first use, which costs 1.4 s per process; the functional forms
(`torch.optim.adam.adam` and so on) are the same arithmetic without it, and with less to do per step.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.optim.adam import adam
from torch.optim.rmsprop import rmsprop
from torch.optim.sgd import sgd

from engine.recipes.optimizers import SGD, Adam, AdamW, Optimizer, RMSprop

KERNELS = {name: getattr(torch, f"_fused_{name}_") for name in ("adam", "adamw") if hasattr(torch, f"_fused_{name}_")}
"""The fused kernels by name; without them the functional forms are called."""


@dataclass
class Group:
    """Weights that move at the same share of the learning rate."""

    share: float
    names: list[str]
    weights: list[Tensor]


class Optimization:
    """Moves weights by their gradients and remembers what the optimizer needs from step to step."""

    def __init__(self, choice: Optimizer, groups: Iterable[Group]) -> None:
        self.choice = choice
        self.groups = list(groups)
        self._memory: list[dict[str, list[Any]]] = [self._start(group) for group in self.groups]

    def _start(self, group: Group) -> dict[str, list[Any]]:
        def zeros() -> list[Any]:
            return [torch.zeros_like(weight, memory_format=torch.preserve_format) for weight in group.weights]

        def counts() -> list[Any]:
            return [torch.zeros((), dtype=torch.float32, device=weight.device) for weight in group.weights]

        def one_count() -> list[Any]:
            return [torch.zeros((), dtype=torch.float32, device=group.weights[0].device)] * len(group.weights)

        choice = self.choice
        if isinstance(choice, Adam):
            return {"mean": zeros(), "square": zeros(), "most": zeros() if choice.amsgrad else [], "count": one_count()}
        if isinstance(choice, SGD):
            # from zero: torch's own first step leaves a weight without gradient behind and then fails
            return {"speed": zeros() if choice.momentum else [None] * len(group.weights)}
        assert isinstance(choice, RMSprop)
        return {"square": zeros(), "speed": zeros() if choice.momentum else [], "count": counts()}

    def step(self, lr: float, spoiled: Tensor | None = None) -> None:
        """Move every weight that has a gradient. Where `spoiled` holds 1 (fp16 overflowed), nothing moves."""
        for group, memory in zip(self.groups, self._memory, strict=True):
            gradients = [weight.grad for weight in group.weights]
            weights = group.weights
            if any(gradient is None for gradient in gradients):  # a part of the network that this loss does not reach
                kept = [place for place, gradient in enumerate(gradients) if gradient is not None]
                weights = [weights[place] for place in kept]
                gradients = [gradients[place] for place in kept]
                _part_counts(memory)
                taken = {key: [values[place] for place in kept] if values else [] for key, values in memory.items()}
                self._move(weights, gradients, taken, lr * group.share, spoiled)
                for key, values in memory.items():
                    for place, value in zip(kept, taken[key], strict=bool(taken[key])):
                        values[place] = value
            else:
                self._move(weights, gradients, memory, lr * group.share, spoiled)

    @torch.no_grad()
    def _move(
        self,
        weights: list[Tensor],
        gradients: list[Any],
        memory: dict[str, list[Any]],
        lr: float,
        spoiled: Tensor | None,
    ) -> None:
        choice = self.choice
        if not weights:
            return
        if isinstance(choice, Adam):
            _move_adam(choice, weights, gradients, memory, lr, spoiled)
        elif isinstance(choice, SGD):
            sgd(
                weights, gradients, memory["speed"], has_sparse_grad=False, fused=True, found_inf=spoiled,
                weight_decay=choice.weight_decay, momentum=choice.momentum, lr=lr, dampening=0.0,
                nesterov=choice.nesterov, maximize=False,
            )  # fmt: skip
        else:
            assert isinstance(choice, RMSprop)
            if spoiled is not None and bool(spoiled.item()):  # there is no fused kernel that could skip by itself
                return
            rmsprop(
                weights, gradients, memory["square"], [], memory["speed"], memory["count"], foreach=True, lr=lr,
                alpha=choice.alpha, eps=choice.eps, weight_decay=choice.weight_decay, momentum=choice.momentum,
                centered=False,
            )  # fmt: skip

    def state(self) -> dict[str, Tensor]:
        """What has to be kept to go on exactly: by kind of memory and name of the weight."""
        return {
            f"{key}.{name}": value
            for group, memory in zip(self.groups, self._memory, strict=True)
            for key, values in memory.items()
            for name, value in zip(group.names, values, strict=False)
            if value is not None
        }

    def load(self, state: dict[str, Tensor]) -> None:
        """Put a kept state back."""
        for group, memory in zip(self.groups, self._memory, strict=True):
            for key, values in memory.items():
                for place in range(len(values)):
                    kept = state.get(f"{key}.{group.names[place]}")
                    if kept is not None:
                        values[place] = kept.to(device=group.weights[place].device, copy=True)
            counts = memory.get("count", [])
            if isinstance(self.choice, Adam) and len({count.item() for count in counts}) == 1:
                memory["count"] = [counts[0]] * len(counts)


def _part_counts(memory: dict[str, list[Any]]) -> None:
    """Weights share one count of steps while all of them move at every step; from here on each has its own."""
    counts = memory.get("count", [])
    if len(counts) > 1 and counts[0] is counts[1]:
        memory["count"] = [count.clone() for count in counts]


def _move_adam(
    choice: Adam,
    weights: list[Tensor],
    gradients: list[Any],
    memory: dict[str, list[Any]],
    lr: float,
    spoiled: Tensor | None,
) -> None:
    """Adam and AdamW. Calls the kernel behind the functional form where this torch has it under its present name:
    sorting the weights by device and type at every step would cost more than the arithmetic of a small network."""
    counts, decoupled = memory["count"], isinstance(choice, AdamW)
    kernel = KERNELS.get("adamw" if decoupled else "adam")
    about: dict[str, Any] = {"amsgrad": choice.amsgrad, "beta1": choice.beta1, "beta2": choice.beta2, "lr": lr,
             "weight_decay": choice.weight_decay, "eps": choice.eps, "maximize": False}  # fmt: skip
    lists = (weights, gradients, memory["mean"], memory["square"], memory["most"])
    if kernel is None:
        _part_counts(memory)
        adam(*lists, memory["count"], fused=True, found_inf=spoiled, decoupled_weight_decay=decoupled, **about)
        return
    moved = counts[:1] if len(counts) > 1 and counts[0] is counts[1] else counts
    for count in moved:
        count.add_(1)
    kernel(*lists, counts, grad_scale=None, found_inf=spoiled, **about)
    if spoiled is not None:
        for count in moved:
            count.sub_(spoiled)


class Scaler:
    """Keeps fp16 gradients from vanishing: scales the loss up and the gradients down, and backs off on overflow.

    Works without asking the device for a value, so that a GPU never waits.
    """

    def __init__(self, device: torch.device, scale: float = 65536.0, patience: int = 2000) -> None:
        self.scale = torch.tensor(scale, device=device)
        self.calm = torch.zeros((), device=device)
        self.patience = patience

    def scaled(self, loss: Tensor) -> Tensor:
        return loss * self.scale

    @torch.no_grad()
    def unscale(self, weights: list[Tensor]) -> Tensor:
        """Divide the gradients by the scale; 1 where one of them overflowed, else 0."""
        gradients = [weight.grad for weight in weights if weight.grad is not None]
        torch._foreach_mul_(gradients, 1.0 / self.scale)
        finite = torch.isfinite(torch.nn.utils.get_total_norm(gradients))
        spoiled = (~finite).to(torch.float32)
        self.calm = torch.where(finite, self.calm + 1, torch.zeros_like(self.calm))
        grown = torch.where(self.calm >= self.patience, self.scale * 2, self.scale)
        self.calm = torch.where(self.calm >= self.patience, torch.zeros_like(self.calm), self.calm)
        self.scale = torch.where(finite, grown, self.scale * 0.5)
        return spoiled

    def state(self) -> dict[str, Tensor]:
        return {"scale": self.scale, "calm": self.calm}

    def load(self, state: dict[str, Tensor]) -> None:
        self.scale = state["scale"].to(self.scale.device, copy=True)
        self.calm = state["calm"].to(self.calm.device, copy=True)
