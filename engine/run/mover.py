"""Moving the weights of one network after a loss: backward, limit, learning rate, optimizer, mixed precision."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import torch
from torch import Tensor

from engine.errors import UserError
from engine.recipes.optimizers import Optimizer
from engine.recipes.schedules import Constant, Schedule, learning_rate
from engine.run import diagnose, state
from engine.run.groups import groups_of, nodes_of
from engine.run.model import Built
from engine.run.optimize import Group, Optimization, Scaler
from engine.run.setup import Setup

NORM_EVERY = 10
"""Steps between two measurements of the gradient norm where clipping does not measure it anyway."""
MAPS = 200
"""At most about so many epochs get a column in the gradient flow map."""


class Moved(NamedTuple):
    """What a move tells: the learning rate, the gradient's length (NaN if not measured), its length by node."""

    lr: float
    norm: float | Tensor
    gradients: tuple[Tensor, list[str]] | None


class Mover:
    """Moves one network's weights. A recipe with several networks or optimizers has one for each.

    Args:
        batches: steps of an epoch.
        optimizer: the recipe's own where none is given.
        groups: the weights with their shares of the learning rate; those of the nodes where none are given.
        name: what its part of a checkpoint is called.
    """

    def __init__(
        self,
        setup: Setup,
        built: Built,
        batches: int,
        optimizer: Optimizer | None = None,
        groups: list[Group] | None = None,
        name: str = "optimizer",
    ) -> None:
        recipe = setup.recipe
        self.built, self.course, self.device, self.batches, self.name = (
            built, setup.course, setup.device, batches, name
        )  # fmt: skip
        self.health = setup.health
        self.choice: Optimizer = optimizer or recipe.optimizer
        self.schedule: Schedule = getattr(recipe, "schedule", None) or Constant()
        self.clip_norm: float | None = getattr(recipe, "clip_norm", None)
        self.epochs: int = recipe.epochs
        self.steps = batches * recipe.epochs
        self.warm = round(getattr(recipe, "warmup_epochs", 0.0) * batches)
        self.weights: list[Tensor] = [weight for weight in built.network.parameters() if weight.requires_grad]
        if not self.weights:
            raise UserError("No node of this network has weights that may learn. Unfreeze one or add a layer.")
        self.optimization = Optimization(self.choice, groups_of(built) if groups is None else groups)
        self.names, self.index = nodes_of(built.network)
        self.index = self.index.to(self.device)
        precision = getattr(recipe, "precision", "32-bit")
        self.scaler = Scaler(self.device) if precision == "fp16 mixed" else None
        self.precision: contextlib.AbstractContextManager[Any] = contextlib.nullcontext()
        """Around every forward pass and loss."""
        if precision != "32-bit":
            self.precision = torch.autocast(self.device.type, torch.float16 if self.scaler else torch.bfloat16)

    def move(self, loss: Tensor, last: bool = False) -> Moved:
        """Move the weights down the slope of a loss; `last` of an epoch notes the gradient of each node as well."""
        if self.scaler is None:
            loss.backward()  # type: ignore[no-untyped-call]
            spoiled = None
        else:
            self.scaler.scaled(loss).backward()  # type: ignore[no-untyped-call]
            spoiled = self.scaler.unscale(self.weights)
        return self.go(last, spoiled)

    def go(self, last: bool = False, spoiled: Tensor | None = None) -> Moved:
        """Move the weights by the gradients they have, then forget those."""
        looked = self.health.before(self)
        norm = self._norm()
        gradients = self._gradients() if last else None
        lr = self.rate()
        self.optimization.step(lr, spoiled)
        if looked is not None:
            looked()
        self.forget()
        return Moved(lr, norm, gradients)

    def forget(self) -> None:
        """Drop all gradients."""
        for weight in self.weights:
            weight.grad = None

    def rate(self) -> float:
        """The learning rate at this step."""
        course = self.course
        return learning_rate(
            self.choice.lr, self.schedule, course.memory, course.step, self.steps, self.batches, self.warm
        )

    def _norm(self) -> float | Tensor:
        """The length of the whole gradient, after cutting it to the limit where there is one; NaN if not measured."""
        limit = self.clip_norm
        if limit is None and (self.course.step + 1) % NORM_EVERY:
            return math.nan
        gradients = [weight.grad for weight in self.weights if weight.grad is not None]
        norm = torch.nn.utils.get_total_norm(gradients, foreach=True)
        if limit is not None:
            torch.nn.utils.clip_grads_with_norm_(self.weights, limit, norm, foreach=True)
        if self.device.type == "cpu" and not math.isfinite(norm.item()):
            raise diagnose.gradient_not_finite(self.built, self.course.step + 1)
        return norm

    def _gradients(self) -> tuple[Tensor, list[str]] | None:
        """The length of each node's gradient, for the gradient flow map."""
        epoch = self.course.epoch + 1
        if epoch % max(1, math.ceil(self.epochs / MAPS)):
            return None
        zero = torch.zeros((), device=self.device)
        squares = torch.stack(
            [zero if weight.grad is None else weight.grad.detach().float().square().sum() for weight in self.weights]
        )
        sums = torch.zeros(len(self.names), device=self.device).index_add_(0, self.index, squares)
        return sums.sqrt(), self.names

    def state(self) -> dict[str, Tensor]:
        """What a checkpoint keeps of it."""
        found = {f"{self.name}.{name}": tensor for name, tensor in self.optimization.state().items()}
        if self.scaler is not None:
            head = "scaler" if self.name == "optimizer" else f"{self.name}.scaler"
            found |= {f"{head}.{name}": tensor for name, tensor in self.scaler.state().items()}
        return found

    def load(self, tensors: Mapping[str, Tensor]) -> None:
        """Go on from what a checkpoint kept."""
        self.optimization.load(state.part(tensors, self.name))
        if self.scaler is not None:
            self.scaler.load(state.part(tensors, "scaler" if self.name == "optimizer" else f"{self.name}.scaler"))
