"""Diffusion: show the network pictures at random times on their way to noise, and what it should see in them.

DDPM           Ho, Jain, Abbeel 2020, arXiv 2006.11239, algorithm 1
flow matching  Lipman and others 2023, arXiv 2210.02747, section 4.1, with straight ways
no class       Ho, Salimans 2022, arXiv 2207.12598, algorithm 1
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.recipes.diffusion import Diffusion
from engine.run import diagnose, state
from engine.run.average import Average
from engine.run.learner import batches_of, order_of, training_part
from engine.run.model import weights_of
from engine.run.mover import Mover
from engine.run.pictures import grid
from engine.run.sampling import Denoiser
from engine.run.session import Sample, Step
from engine.run.setup import Setup

SHOWN, SHOWN_STEPS = 60, 20
"""Pictures on the sheet of an epoch, and steps to make them: fewer than the recipe's, so that training goes on."""


class DiffusionLoop:
    """Learns to see noise."""

    def __init__(self, setup: Setup) -> None:
        recipe: Diffusion = setup.recipe
        self.setup, self.recipe, self.course, self.device = setup, recipe, setup.course, setup.device
        self.built = setup.build()
        self.networks = {"main": self.built}
        self.denoiser = Denoiser.of(self.built, recipe)
        self.training = training_part(setup, self.built)
        self.validation = setup.part(self.built, "validation")
        self.batches = batches_of(self.training.count, recipe.batch_size, self.built.network)
        self.items = self.training.count
        self.columns = ("loss",)
        self.mover = Mover(setup, self.built, self.batches)
        self.average = None if recipe.average is None else Average(self.built.network, recipe.average)
        self.order: tuple[Tensor, ...] = ()
        self.inputs: tuple[Tensor, ...] = ()

    def begin(self, epoch: int) -> None:
        self.built.network.train()
        self.order = torch.split(order_of(self.training, self.recipe.seed, epoch), self.recipe.batch_size)

    def step(self, place: int, last: bool) -> Step:
        items = self.order[place]
        self.inputs, _ = self.training.batch(items)
        with self.mover.precision:
            loss = self._loss(self.built.network, self.inputs)
        if self.device.type == "cpu" and not math.isfinite(loss.item()):
            raise self.broken(self.course.step + 1)
        moved = self.mover.move(loss, last)
        if self.average is not None:
            self.average.follow()
        return Step(loss.detach().float(), len(items), moved.lr, moved.norm, moved.gradients)

    def _loss(self, network: torch.nn.Module, inputs: tuple[Tensor, ...]) -> Tensor:
        """How far what the network sees is from what it should see."""
        denoiser = self.denoiser
        picture = inputs[denoiser.image]
        time = denoiser.path.times(len(picture))
        noisy, goal = denoiser.path.noisy(picture, torch.randn_like(picture), time)
        labels = [inputs[place] for place in denoiser.labels]
        if denoiser.chooses:
            left_out = torch.rand(len(picture), device=self.device) < self.recipe.label_dropout
            labels = [
                torch.where(left_out, none, label)
                for label, none in zip(labels, denoiser.no_class(len(picture)), strict=True)
            ]
        return F.mse_loss(denoiser.see(network, noisy, time, labels), goal)

    # ---- an epoch --------------------------------------------------------------------------------------------

    def trained(self) -> dict[str, float]:
        return {}

    def measure(self) -> dict[str, float] | None:
        """The loss on the validation part, with the same noise every time, so that epochs can be compared."""
        part = self.validation
        if part is None:
            return None
        numbers, python = state.random_numbers(self.device)
        torch.manual_seed(self.recipe.seed)
        network, total = self._used(), 0.0
        network.eval()
        size = self.setup.evaluation_batch
        with torch.no_grad():
            for start in range(0, part.count, size):
                inputs, _ = part.slice(start, start + size)
                total += self._loss(network, inputs).item() * len(inputs[0])
        state.set_random_numbers(numbers, python, self.device)
        return {"loss": total / part.count}

    def watched(self, values: Mapping[str, float]) -> str:
        return ""  # pictures go on getting better after this loss has stopped falling: the last weights are kept

    def samples(self) -> Iterable[Sample]:
        network = self._used()
        network.eval()
        count = SHOWN if self.denoiser.labels else 64
        labels = [torch.arange(count, device=self.device) % classes for classes in self.denoiser.classes]
        steps = min(SHOWN_STEPS, self.recipe.sample_steps)
        yield Sample("images", "made", grid(self.denoiser.make(network, labels, count, steps), 10 if labels else 0))

    def _used(self) -> torch.nn.Module:
        """The network that makes pictures: the average where there is one."""
        return self.built.network if self.average is None else self.average.network

    # ---- keeping ---------------------------------------------------------------------------------------------

    def exported(self) -> dict[str, Tensor]:
        return weights_of(self._used())

    def state(self) -> dict[str, Tensor]:
        found = {f"network.{name}": tensor for name, tensor in self.exported().items()}
        found |= {f"learning.{name}": tensor for name, tensor in self.built.network.state_dict().items()}
        if self.average is not None:
            found |= {f"average.{name}": tensor for name, tensor in self.average.state().items()}
        return found | self.mover.state()

    def facts(self) -> dict[str, Any]:
        return {}

    def resume(self, tensors: Mapping[str, Tensor], facts: Mapping[str, Any]) -> None:
        self.built.network.load_state_dict(state.part(tensors, "learning"))
        if self.average is not None:
            self.average.load(state.part(tensors, "average"))
        self.mover.load(dict(tensors))

    def broken(self, step: int) -> diagnose.Failed:
        return diagnose.not_finite(self.built, self.inputs, step)


loop = DiffusionLoop
