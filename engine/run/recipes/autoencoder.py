"""Autoencoders: the input is the answer. Noise goes onto what the network reads; the weight of a KL objective rises."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor

from engine.decoder import decoder_of
from engine.errors import UserError
from engine.recipes.autoencoder import Autoencoder
from engine.run.augment import Augmentation
from engine.run.learner import Learner, Values
from engine.run.model import Built, build
from engine.run.pictures import grid
from engine.run.session import Sample, Step, usual_watch
from engine.run.setup import Setup
from engine.shapes import Image

SHOWN = 16


class AutoencoderLoop:
    """Learns to give back what it read."""

    def __init__(self, setup: Setup) -> None:
        recipe: Autoencoder = setup.recipe
        self.recipe, self.course = recipe, setup.course
        self.built = setup.build()
        self.networks = {"main": self.built}
        learner = self.learner = Learner(setup, self.built)
        self.augmentation = Augmentation(recipe.augmentations, self.built)
        self.batches, self.items, self.columns = learner.batches, learner.items, learner.columns
        self.begin, self.trained, self.exported = learner.begin, learner.trained, learner.exported
        self.state, self.facts, self.resume, self.broken = learner.state, learner.facts, learner.resume, learner.broken
        graph = self.built.project.graph
        self.kl = [name for name in learner.shares if graph.nodes[name].layer == "NormalKL"]
        self.full = {name: share * (recipe.beta if name in self.kl else 1) for name, share in learner.shares.items()}
        self.rise = recipe.beta_epochs * self.batches
        if (recipe.noise or recipe.hide) and not self.built.targets:
            raise UserError(
                "With noise on the input, the loss needs the clean data to compare with: choose the field as its "
                "target instead of wiring the input to it."
            )
        decoder = decoder_of(self.built.project)
        self.decoder = build(decoder, setup.statistics) if decoder else None

    def step(self, place: int, last: bool) -> Step:
        learner = self.learner
        inputs, targets = learner.batch(place)
        if self.augmentation.steps:
            inputs, targets, _ = self.augmentation.apply(inputs, targets)
        with learner.precision:
            outputs = self.built.outputs(self.spoiled(inputs))
            loss, row = learner.weigh(learner.loss_of(outputs, targets), self.shares())
        return learner.learn(loss, row, outputs, targets, place, last)

    def shares(self) -> dict[str, float]:
        """How much each objective counts at this step."""
        if not self.kl or self.course.step >= self.rise:
            return self.full
        risen = (self.course.step + 1) / (self.rise + 1)
        return {name: share * (risen if name in self.kl else 1) for name, share in self.full.items()}

    def spoiled(self, inputs: Values) -> Values:
        """The inputs with noise added and parts hidden."""
        recipe, found = self.recipe, inputs
        if recipe.noise:
            found = tuple(x + recipe.noise * torch.randn_like(x) if x.is_floating_point() else x for x in found)
        if recipe.hide:
            found = tuple(x * (torch.rand_like(x) >= recipe.hide) if x.is_floating_point() else x for x in found)
        return found

    def measure(self) -> dict[str, float] | None:
        return self.learner.measure(self.full)

    def look_at(self, part: str) -> None:
        self.learner.look_at(part)

    def watched(self, values: Mapping[str, float]) -> str:
        return usual_watch(self.recipe, values)

    @torch.no_grad()
    def samples(self) -> Iterable[Sample]:
        """What the network makes of some pictures it has not learned from, and of random points."""
        part = self.learner.validation or self.learner.training
        inputs, targets = part.slice(0, SHOWN)
        self.built.network.eval()
        read = self.spoiled(inputs)
        outputs = self.built.outputs(read)
        found = [
            Sample("images", "Reconstruction", sheet) for sheet in reconstructions(self.built, read, outputs, targets)
        ]
        if self.decoder is not None:
            made = drawn(self.decoder, self.built, SHOWN * 2)
            found += [Sample("images", "Random points", grid(pictures)) for pictures in made]
        return found


def reconstructions(built: Built, read: Values, outputs: Values, targets: Mapping[str, Tensor]) -> list[bytes]:
    """A sheet per picture that the network gives back: above what it should be (and what it read, where that is
    different), below what it made of it."""
    shown = [one for one in built.source.outputs if one.exported]
    found = []
    for spec, answer in zip(shown, built.predictions(tuple(one.float() for one in outputs)), strict=True):
        if not isinstance(spec.tensor, Image):
            continue
        if spec.target:
            rows = [targets[spec.target], answer]
        else:  # it compares with a wire: both lie on the prepared scale
            same = [x for x, one in zip(read, built.source.inputs, strict=True) if one.tensor == spec.tensor]
            rows = [fitted(one) for one in (*same[:1], answer)]
        columns = min(8, len(answer))
        sheets = [row[at : at + columns] for at in range(0, len(answer) - columns + 1, columns) for row in rows]
        found.append(grid(torch.cat([sheet.cpu() for sheet in sheets]), columns))
    return found


def fitted(pictures: Tensor) -> Tensor:
    """Pictures of any scale from 0 to 1."""
    low, high = pictures.amin(), pictures.amax()
    return (pictures - low) / (high - low).clamp_min(1e-6)


@torch.no_grad()
def drawn(decoder: Built, whole: Built, count: int) -> list[Tensor]:
    """Pictures that the decoder makes of random points, with the weights that the whole network has now."""
    weights = whole.network.state_dict()
    decoder.network.load_state_dict({name: weights[name] for name in decoder.network.state_dict()})
    decoder.network.to(next(iter(weights.values())).device).eval()
    [spec] = decoder.source.inputs
    size = spec.tensor.last
    assert isinstance(size, int)
    points = torch.randn(count, size).to(next(iter(weights.values())).device)
    answers = decoder.predictions(decoder.outputs((points,)))
    kinds = [one.tensor for one in decoder.source.outputs if one.exported]
    return [
        answer if one.objective and one.target else fitted(answer)
        for answer, kind, one in zip(answers, kinds, (o for o in decoder.source.outputs if o.exported), strict=True)
        if isinstance(kind, Image)
    ]


loop = AutoencoderLoop
