"""GAN: the discriminator learns from a real and a made batch, then the generator from what the discriminator says.

minimax      Goodfellow and others 2014, arXiv 1406.2661, section 3: the generator's loss that does not saturate
hinge        Miyato and others 2018, arXiv 1802.05957, equations 16 and 17
wasserstein  Gulrajani and others 2017, arXiv 1704.00028, algorithm 1
R1           Mescheder, Geiger, Nowozin 2018, arXiv 1801.04406, equation 9
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.errors import UserError
from engine.recipes.gan import Gan
from engine.run import diagnose, state
from engine.run.average import Average
from engine.run.generating import CategoryInput, ImageInput, NoiseInput, known_inputs, only, places, the_output
from engine.run.learner import batches_of, order_of, training_part
from engine.run.model import Built, weights_of
from engine.run.mover import Moved, Mover
from engine.run.pictures import grid
from engine.run.session import Sample, Step
from engine.run.setup import Setup
from engine.shapes import Numbers

SHOWN = 64
"""Pictures on the sheet of an epoch."""
SETTLED = 1024
"""Pictures on which averaged weights measure what batch normalization needs."""


class GanLoop:
    """Plays generator and discriminator against each other."""

    def __init__(self, setup: Setup) -> None:
        recipe: Gan = setup.recipe
        self.setup, self.recipe, self.course, self.device = setup, recipe, setup.course, setup.device
        if recipe.generator == recipe.discriminator:
            raise UserError("Generator and discriminator must be two networks. Choose another name for one of them.")
        self.built = setup.build("generator")
        self.judge = setup.build("discriminator")
        self.networks = {"generator": self.built, "discriminator": self.judge}
        self._find_ends()
        self.training = training_part(setup, self.judge)
        self.chosen = training_part(setup, self.built)
        self.batches = batches_of(self.training.count, recipe.batch_size, self.judge.network)
        self.items = self.training.count
        self.columns = ("loss", "discriminator.loss")
        self.mover = Mover(setup, self.built, self.batches)
        self.judge_mover = Mover(
            setup, self.judge, self.batches, recipe.discriminator_optimizer, name="discriminator_optimizer"
        )
        self.average = None if recipe.average is None else Average(self.built.network, recipe.average)
        self.made_loss = torch.zeros((), device=self.device)
        self.balance = torch.zeros(3, device=self.device)  # real, made, batches
        self.order: tuple[Tensor, ...] = ()
        self.inputs: tuple[Tensor, ...] = ()

    def _find_ends(self) -> None:
        """Which input and output of the two networks plays which part."""
        known_inputs(self.judge, (ImageInput, CategoryInput), "The discriminator")
        known_inputs(self.built, (NoiseInput, CategoryInput), "The generator")
        self.image = only(self.judge, ImageInput, "The discriminator")
        self.noise = places(self.built, NoiseInput)
        if not self.noise:
            raise UserError("The generator needs a Noise input to make pictures from. Add one on the Build page.")
        self.picture = the_output(self.built, "The generator", self.judge.source.inputs[self.image].tensor)
        self.score = the_output(self.judge, "The discriminator", Numbers(1))

    # ---- a step ----------------------------------------------------------------------------------------------

    def begin(self, epoch: int) -> None:
        for built in self.networks.values():
            built.network.train()
        self.order = torch.split(order_of(self.training, self.recipe.seed, epoch), self.recipe.batch_size)

    def step(self, place: int, last: bool) -> Step:
        items = self.order[place]
        real, _ = self.training.batch(items)
        judged = self._teach_discriminator(real, items)
        moved = Moved(self.mover.rate(), math.nan, None)
        if self.course.step % self.recipe.critic_steps == 0:
            moved = self._teach_generator(real, items, last)
        losses = torch.stack([self.made_loss, judged])
        return Step(losses, len(items), moved.lr, moved.norm, moved.gradients)

    def _teach_discriminator(self, real: tuple[Tensor, ...], items: Tensor) -> Tensor:
        with torch.no_grad():
            made = self._made(real, items)
        real_score, made_score = self._scores(real), self._scores(made)
        loss = self._judge_loss(real_score, made_score) + self._penalty(real, made)
        self._refuse(loss, self.judge, made)
        self.judge_mover.move(loss)
        with torch.no_grad():
            self.balance += torch.stack([self._belief(real_score), self._belief(made_score), torch.ones_like(loss)])
        return loss.detach().float()

    def _teach_generator(self, real: tuple[Tensor, ...], items: Tensor, last: bool) -> Moved:
        self._learns(self.judge_mover, False)  # its gradients are not needed, only those that go through it
        score = self._scores(self._made(real, items))
        loss = F.softplus(-score).mean() if self.recipe.objective == "minimax" else -score.mean()
        self._refuse(loss, self.built, self.inputs)
        moved = self.mover.move(loss, last)
        self._learns(self.judge_mover, True)
        if self.average is not None:
            self.average.follow()
        self.made_loss = loss.detach().float()
        return moved

    def _judge_loss(self, real: Tensor, made: Tensor) -> Tensor:
        if self.recipe.objective == "minimax":
            return F.softplus(-real).mean() + F.softplus(made).mean()
        if self.recipe.objective == "hinge":
            return F.relu(1 - real).mean() + F.relu(1 + made).mean()
        return made.mean() - real.mean()

    def _penalty(self, real: tuple[Tensor, ...], made: tuple[Tensor, ...]) -> Tensor:
        """What keeps the discriminator smooth: its slope at real pictures, or between real and made ones."""
        recipe, images = self.recipe, real[self.image]
        between = recipe.objective == "wasserstein"
        weight = recipe.gradient_penalty if between else recipe.real_penalty
        if not weight:
            return images.new_zeros(())
        if between:
            share = torch.rand(len(images), 1, 1, 1, device=images.device)
            images = share * images + (1 - share) * made[self.image]
        images = images.detach().requires_grad_(True)
        score = self._scores((*real[: self.image], images, *real[self.image + 1 :]))
        (slope,) = torch.autograd.grad(score.sum(), images, create_graph=True)
        square = slope.flatten(1).square().sum(1)
        if between:
            return weight * ((square + 1e-12).sqrt() - 1).square().mean()
        return weight / 2 * square.mean()

    # ---- parts of it -----------------------------------------------------------------------------------------

    def _made(self, real: tuple[Tensor, ...], items: Tensor) -> tuple[Tensor, ...]:
        """A made batch as the discriminator reads it, with the classes of the real one."""
        self.inputs = self._generator_inputs(items)
        pictures = self.built.outputs(self.inputs)[self.picture]
        raw = (*real[: self.image], 255 * pictures, *real[self.image + 1 :])
        return self.judge.prepared(raw)

    def _generator_inputs(self, items: Tensor) -> tuple[Tensor, ...]:
        found = list(self.chosen.batch(items)[0])
        for place in self.noise:
            found[place] = torch.randn_like(found[place])
        return tuple(found)

    def _scores(self, inputs: tuple[Tensor, ...]) -> Tensor:
        return self.judge.outputs(inputs)[self.score]

    def _belief(self, score: Tensor) -> Tensor:
        """How real pictures look to the discriminator, on a scale from 0 to 1; a critic has no scale."""
        return (score if self.recipe.objective == "wasserstein" else score.sigmoid()).mean()

    def _learns(self, mover: Mover, on: bool) -> None:
        for weight in mover.weights:
            weight.requires_grad_(on)

    def _refuse(self, loss: Tensor, built: Built, inputs: tuple[Tensor, ...]) -> None:
        if self.device.type == "cpu" and not math.isfinite(loss.item()):
            raise diagnose.not_finite(built, inputs, self.course.step + 1)

    # ---- an epoch --------------------------------------------------------------------------------------------

    def trained(self) -> dict[str, float]:
        real, made, batches = self.balance.tolist()
        self.balance.zero_()
        count = max(1.0, batches)
        return {"real_score": real / count, "made_score": made / count}

    def measure(self) -> dict[str, float] | None:
        return None

    def watched(self, values: Mapping[str, float]) -> str:
        return ""  # neither loss says how good the pictures are: the last weights are kept

    def _used(self) -> nn.Module:
        """The generator that makes pictures: the average where there is one. Leaves the random numbers as they are."""
        if self.average is None:
            return self.built.network
        devices = [self.device] if self.device.type == "cuda" else []
        with torch.random.fork_rng(devices), torch.no_grad():
            torch.manual_seed(self.recipe.seed)
            count = min(SETTLED, self.chosen.count)
            items = torch.split(torch.arange(count, device=self.device), self.recipe.batch_size)
            self.average.settle(self._generator_inputs(one) for one in items if len(one) > 1)
        return self.average.network

    def samples(self) -> Iterable[Sample]:
        items = torch.arange(SHOWN, device=self.device) % self.chosen.count
        network = self._used()
        was = network.training
        network.eval()
        with torch.no_grad():
            found = network(*self._shown(items))
        network.train(was)
        pictures = found if isinstance(found, Tensor) else found[self.picture]
        yield Sample("images", "made", grid(pictures))

    def _shown(self, items: Tensor) -> tuple[Tensor, ...]:
        """Inputs for the sheet: the same noise at every epoch, and each class in turn."""
        found = list(self._generator_inputs(items))
        for place in places(self.built, CategoryInput):
            classes = self.built.source.inputs[place].tensor.classes or 1
            found[place] = torch.arange(len(items), device=self.device) % classes
        return tuple(found)

    # ---- keeping ---------------------------------------------------------------------------------------------

    def exported(self) -> dict[str, Tensor]:
        return weights_of(self._used())

    def state(self) -> dict[str, Tensor]:
        found = {f"network.{name}": tensor for name, tensor in self.exported().items()}
        for role, built in self.networks.items():
            found |= {f"{role}.{name}": tensor for name, tensor in built.network.state_dict().items()}
        if self.average is not None:
            found |= {f"average.{name}": tensor for name, tensor in self.average.state().items()}
        found |= {"loop.balance": self.balance, "loop.made_loss": self.made_loss}
        return found | self.mover.state() | self.judge_mover.state()

    def facts(self) -> dict[str, Any]:
        return {}

    def resume(self, tensors: Mapping[str, Tensor], facts: Mapping[str, Any]) -> None:
        for role, built in self.networks.items():
            built.network.load_state_dict(state.part(tensors, role))
        if self.average is not None:
            self.average.load(state.part(tensors, "average"))
        self.balance.copy_(tensors["loop.balance"])
        self.made_loss = tensors["loop.made_loss"].to(self.device)
        self.mover.load(dict(tensors))
        self.judge_mover.load(dict(tensors))

    def broken(self, step: int) -> diagnose.Failed:
        return diagnose.not_finite(self.built, self.inputs, step)


loop = GanLoop
