"""Making pictures with a trained denoiser: the walk from noise, with or without a class, on any number of pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from engine.errors import UserError
from engine.recipes.diffusion import Diffusion
from engine.run.generating import (
    CategoryInput,
    ImageInput,
    TimeStepInput,
    input_layers,
    known_inputs,
    only,
    pixel_scale,
    places,
    the_output,
)
from engine.run.model import Built
from engine.run.noise import Path, guided, walk

Told = Callable[[int, Tensor], None]


@dataclass
class Denoiser:
    """A denoising network with all that its recipe says: which input is which, how noise goes over time.

    Attributes:
        labels: where the classes come in; one more number than there are classes stands for “no class”.
    """

    built: Built
    recipe: Diffusion
    path: Path
    image: int
    time: int
    labels: list[int]
    picture: int
    low: Tensor
    high: Tensor

    @staticmethod
    def of(built: Built, recipe: Diffusion) -> Denoiser:
        """Find the parts of a network; `UserError` says what it lacks."""
        known_inputs(built, (ImageInput, TimeStepInput, CategoryInput), "The denoiser")
        image, time = only(built, ImageInput, "The denoiser"), only(built, TimeStepInput, "The denoiser")
        made = input_layers(built)[time]
        assert isinstance(made, TimeStepInput)
        device = next(built.network.parameters()).device
        low, high = pixel_scale(built, image)
        picture = the_output(built, "The denoiser", built.source.inputs[image].tensor)
        path = Path(recipe.predicts, recipe.noise, made.steps, device)
        found = Denoiser(
            built, recipe, path, image, time, places(built, CategoryInput), picture, low.to(device), high.to(device)
        )
        found.check_no_class()
        return found

    @property
    def classes(self) -> list[int]:
        """How many classes each label has."""
        return [self.built.source.inputs[place].tensor.classes or 1 for place in self.labels]

    @property
    def chooses(self) -> bool:
        """Whether a class may be left out, so that guidance has something to compare with."""
        return bool(self.labels) and self.recipe.label_dropout > 0

    def check_no_class(self) -> None:
        """`UserError` where the network has no room for “no class”."""
        if not self.chooses:
            return
        try:
            with torch.no_grad():
                was = self.built.network.training
                self.built.network.eval()
                noise = self.low.new_zeros(1, *self._dims())
                self.see(self.built.network, noise, noise.new_ones(1), self.no_class(1))
                self.built.network.train(was)
        except (IndexError, RuntimeError) as error:
            raise UserError(
                f"The network has no room for “no class”, which guidance needs. Set the Embedding's vocabulary to "
                f"{max(self.classes) + 1}, one more than there are classes, or set “Without its class” to 0.",
                str(error),
            ) from error

    def _dims(self) -> list[int]:
        return [dim for dim in self.built.source.inputs[self.image].tensor.dims if isinstance(dim, int)]

    def no_class(self, count: int) -> list[Tensor]:
        """The label that stands for “no class”."""
        device = self.low.device
        return [torch.full((count,), classes, dtype=torch.int64, device=device) for classes in self.classes]

    def see(self, network: nn.Module, noisy: Tensor, time: Tensor, labels: list[Tensor]) -> Tensor:
        """What the network sees in noisy pictures: the noise, or the way."""
        given: list[Tensor] = [noisy] * len(self.built.source.inputs)
        given[self.time] = self.path.code(time)
        for place, label in zip(self.labels, labels, strict=True):
            given[place] = label
        found = network(*given)
        seen: Tensor = found[self.picture] if isinstance(found, tuple) else found
        return seen

    def make(
        self,
        network: nn.Module,
        labels: list[Tensor],
        count: int,
        steps: int = 0,
        guidance: float | None = None,
        told: Told | None = None,
        noise: Tensor | None = None,
    ) -> Tensor:
        """Make pictures from 0 to 1, in the network's present mode.

        Args:
            labels: a class for each picture, per label of the network.
            steps, guidance: of the recipe where nothing else is said.
            told: called after each step with its number and the noisy pictures.
            noise: to start from; drawn where none is given.
        """
        weight = self.recipe.guidance if guidance is None else guidance
        compares = self.chooses and weight != 1

        def predict(noisy: Tensor, time: Tensor) -> Tensor:
            if not compares:
                return self.see(network, noisy, time, labels)
            both = [torch.cat(pair) for pair in zip(labels, self.no_class(count), strict=True)]
            seen = self.see(network, torch.cat([noisy, noisy]), torch.cat([time, time]), both)
            return guided(seen[:count], seen[count:], weight)

        fresh = 1.0 if self.recipe.sampler == "ddpm" else 0.0
        if noise is None:
            noise = torch.randn(count, *self._dims(), device=self.low.device)
        with torch.no_grad():
            found = walk(
                self.path, predict, noise, steps or self.recipe.sample_steps, fresh, (self.low, self.high), told
            )
        return (found - self.low) / (self.high - self.low)
