"""Supervised training: pick a batch by one indexing, forward, backward, move the weights."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from engine.errors import UserError
from engine.recipes.supervised import Supervised
from engine.run import diagnose, state
from engine.run.groups import frozen_norms
from engine.run.measure import columns_of, measure, shares_of, tally_of, total
from engine.run.model import Built, weights_of
from engine.run.mover import Mover
from engine.run.session import Sample, Step, usual_watch
from engine.run.setup import Setup
from engine.run.tensors import Part


class SupervisedLoop:
    """Learns from the training part, epoch by epoch, each in an order that follows from seed and epoch."""

    def __init__(self, setup: Setup) -> None:
        recipe: Supervised = setup.recipe
        self.setup, self.recipe, self.course, self.device = setup, recipe, setup.course, setup.device
        self.built = setup.build()
        self.networks = {"main": self.built}
        self.training = training_part(setup, self.built)
        self.validation = setup.part(self.built, "validation")
        self.batches = batches_of(self.training.count, recipe.batch_size, self.built.network)
        self.items = self.training.count
        self.loss_of = self.built.objectives
        self.shares = shares_of(self.built)
        self.columns = columns_of(self.shares)
        self.mover = Mover(setup, self.built, self.batches)
        self.tally = tally_of(self.built, self.training)
        self.calm = frozen_norms(self.built)
        self.order: tuple[Tensor, ...] = ()
        self.inputs: tuple[Tensor, ...] = ()

    def begin(self, epoch: int) -> None:
        self.built.network.train()
        for module in self.calm:
            module.eval()
        self.order = torch.split(order_of(self.training, self.recipe.seed, epoch), self.recipe.batch_size)

    def step(self, place: int, last: bool) -> Step:
        batch = self.order[place]
        inputs, targets = self.training.batch(batch)
        self.inputs = inputs
        with self.mover.precision:
            outputs = self.built.outputs(inputs)
            losses = self.loss_of(outputs, targets)
            loss, row = total(losses, self.shares)
        if self.device.type == "cpu" and not math.isfinite(loss.item()):
            raise self.broken(self.course.step + 1)
        lr, norm, gradients = self.mover.move(loss, last)
        self.tally.add(outputs, targets)
        return Step(row, len(batch), lr, norm, gradients)

    def trained(self) -> dict[str, float]:
        values = self.tally.values()
        self.tally = tally_of(self.built, self.training)
        return values

    def measure(self) -> dict[str, float] | None:
        if self.validation is None:
            return None
        return measure(self.built, self.validation, self.setup.evaluation_batch)

    def watched(self, values: Mapping[str, float]) -> str:
        return usual_watch(self.recipe, values)

    def samples(self) -> Iterable[Sample]:
        return ()

    def exported(self) -> dict[str, Tensor]:
        return weights_of(self.built.network)

    def state(self) -> dict[str, Tensor]:
        found = {f"network.{name}": tensor for name, tensor in self.built.network.state_dict().items()}
        found |= self.mover.state()
        return found | {f"tally.{name}": tensor for name, tensor in self.tally.state().items()}

    def facts(self) -> dict[str, Any]:
        return {}

    def resume(self, tensors: Mapping[str, Tensor], facts: Mapping[str, Any]) -> None:
        self.built.network.load_state_dict(state.part(tensors, "network"))
        self.mover.load(tensors)
        self.tally.load(state.part(tensors, "tally"), self.device)

    def broken(self, step: int) -> diagnose.Failed:
        return diagnose.not_finite(self.built, self.inputs, step)


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


loop = SupervisedLoop
