"""One network that learns from the items of the data: its parts, its batches, its objectives and what it is measured
by. Most recipes have one of these and say what is special about a step.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from engine.errors import UserError
from engine.run import diagnose, state
from engine.run.groups import frozen_norms
from engine.run.measure import columns_of, measure, shares_of, tally_of, total
from engine.run.model import Built, weights_of
from engine.run.mover import Mover
from engine.run.optimize import Group
from engine.run.session import Step
from engine.run.setup import Setup
from engine.run.tensors import Part

Values = tuple[Tensor, ...]
Targets = dict[str, Tensor]


class Learner:
    """A network, its data and its optimizer.

    Args:
        built: the network.
        groups: its weights with their shares of the learning rate, where they are not those of the nodes.
        steps: steps of an epoch where that is not once through the data.
        objective: whether the network's own objectives are made small; otherwise the recipe has a loss of its own.
    """

    def __init__(
        self,
        setup: Setup,
        built: Built,
        groups: list[Group] | None = None,
        steps: int | None = None,
        objective: bool = True,
    ) -> None:
        recipe = setup.recipe
        self.setup, self.built, self.course, self.device = setup, built, setup.course, setup.device
        self.training = training_part(setup, built)
        self.validation = setup.part(built, "validation")
        self.size: int = recipe.batch_size
        self.whole = batches_of(self.training.count, self.size, built.network)
        self.batches = steps or self.whole
        self.items = self.training.count if self.batches == self.whole else self.batches * self.size
        self.loss_of = built.objectives if objective else _none
        self.shares = shares_of(built)
        self.columns = columns_of(self.shares)
        self.mover = Mover(setup, built, self.batches, groups=groups)
        self.precision = self.mover.precision
        self.calm = frozen_norms(built)
        self.order: tuple[Tensor, ...] = ()
        self.inputs: Values = ()
        self.tally = tally_of(built, self.training)

    def begin(self, epoch: int) -> None:
        """Draw the order of an epoch."""
        self.built.network.train()
        for module in self.calm:
            module.eval()
        self.order = self._order(epoch)

    def _order(self, epoch: int) -> tuple[Tensor, ...]:
        """The batches of an epoch, which may be a part of the way through the data or several times."""
        seed, size = self.setup.recipe.seed, self.size
        if self.batches == self.whole:
            return torch.split(order_of(self.training, seed, epoch), size)
        first = epoch * self.batches
        found: list[Tensor] = []
        for turn in range(first // self.whole, (first + self.batches - 1) // self.whole + 1):
            skipped = max(0, first - turn * self.whole)
            found += torch.split(order_of(self.training, seed, turn), size)[skipped : self.whole]
        return tuple(found[: self.batches])

    def batch(self, place: int) -> tuple[Values, Targets]:
        """Inputs and targets of a batch of the epoch."""
        inputs, targets = self.training.batch(self.order[place])
        self.inputs = inputs
        return inputs, targets

    def learn(self, loss: Tensor, row: Tensor, outputs: Values, targets: Targets, place: int, last: bool) -> Step:
        """Move the weights after a loss, and count what the outputs were worth."""
        if self.device.type == "cpu" and not math.isfinite(loss.item()):
            raise self.broken(self.course.step + 1)
        lr, norm, gradients = self.mover.move(loss, last)
        self.tally.add(outputs, targets)
        return Step(row, len(self.order[place]), lr, norm, gradients)

    def weigh(self, losses: Mapping[str, Tensor], shares: Mapping[str, float] | None = None) -> tuple[Tensor, Tensor]:
        """The loss that is made small, and the row to tell."""
        return total(losses, shares or self.shares)

    def trained(self) -> dict[str, float]:
        """The measures of the epoch's training part."""
        values = self.tally.values()
        self.tally = tally_of(self.built, self.training)
        return values

    def measure(self, shares: Mapping[str, float] | None = None) -> dict[str, float] | None:
        """Losses and measures on the validation part, None where there is none."""
        if self.validation is None:
            return None
        return measure(self.built, self.validation, self.setup.evaluation_batch, shares)

    def look_at(self, part: str) -> None:
        """Measure another part than the validation part from now on."""
        self.validation = self.setup.part(self.built, part)

    def exported(self) -> dict[str, Tensor]:
        """A copy of the weights."""
        return weights_of(self.built.network)

    def state(self) -> dict[str, Tensor]:
        """Weights, the optimizer's memory and what is counted so far."""
        found = {f"network.{name}": tensor for name, tensor in self.built.network.state_dict().items()}
        found |= self.mover.state()
        return found | {f"tally.{name}": tensor for name, tensor in self.tally.state().items()}

    def facts(self) -> dict[str, Any]:
        """Nothing but tensors has to be kept."""
        return {}

    def resume(self, tensors: Mapping[str, Tensor], facts: Mapping[str, Any]) -> None:
        """Go on from what `state` gave."""
        self.built.network.load_state_dict(state.part(tensors, "network"))
        self.mover.load(tensors)
        self.tally.load(state.part(tensors, "tally"), self.device)

    def broken(self, step: int) -> diagnose.Failed:
        """Why the loss of a step is no finite number."""
        return diagnose.not_finite(self.built, self.inputs, step)


def _none(outputs: Values, targets: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The losses of a network without objectives."""
    return {}


def training_part(setup: Setup, built: Built) -> Part:
    """The training part; `UserError` where it is empty."""
    part = setup.part(built, "train")
    if part is None:
        raise UserError("The training part is empty. Give it a larger share on the Data page.")
    return part


def order_of(part: Part, seed: int, epoch: int) -> Tensor:
    """The order of the items in an epoch. It follows from seed and epoch alone: a resumed run has the same."""
    generator = torch.Generator().manual_seed(seed * 1_000_003 + epoch)
    return torch.randperm(part.count, generator=generator).to(part.device)


def batches_of(count: int, size: int, network: nn.Module) -> int:
    """Steps of an epoch. The last, smaller batch counts too, except a single item where batch norm needs two."""
    norms = any(isinstance(module, nn.modules.batchnorm._BatchNorm) for module in network.modules())
    whole, rest = divmod(count, size)
    if rest == 1 and norms:
        if not whole:
            raise UserError("Batch normalization needs at least two items to train on. The training part has one.")
        return whole
    return whole + bool(rest)
