"""Supervised training: pick a batch by one indexing, forward, backward, move the weights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.recipes.supervised import Supervised
from engine.run.augment import Augmentation
from engine.run.learner import Learner
from engine.run.session import Sample, Step, usual_watch
from engine.run.setup import Setup
from engine.run.start import Start


class SupervisedLoop:
    """Learns from the training part, epoch by epoch, each in an order that follows from seed and epoch."""

    shows_nothing = True

    def __init__(self, setup: Setup) -> None:
        recipe: Supervised = setup.recipe
        self.recipe, self.course = recipe, setup.course
        self.built = setup.build()
        self.networks = {"main": self.built}
        self.start = Start(setup, self.built, recipe.start_from)
        learner = self.learner = Learner(setup, self.built, self.start.groups)
        self.augmentation = Augmentation(recipe.augmentations, self.built)
        self.batches, self.items, self.columns = learner.batches, learner.items, learner.columns
        self.trained, self.measure, self.exported = learner.trained, learner.measure, learner.exported
        self.state, self.facts, self.resume, self.broken = learner.state, learner.facts, learner.resume, learner.broken

    def begin(self, epoch: int) -> None:
        self.learner.begin(epoch)
        self.start.begin(epoch)

    def step(self, place: int, last: bool) -> Step:
        learner = self.learner
        inputs, targets = learner.batch(place)
        if self.augmentation.steps:
            inputs, targets, mix = self.augmentation.apply(inputs, targets)
        else:
            mix = None
        with learner.precision:
            outputs = self.built.outputs(inputs)
            losses = learner.loss_of(outputs, targets)
            if mix is not None:
                losses = mix.blend(losses, learner.loss_of(outputs, mix.others(targets)))
            loss, row = learner.weigh(losses)
        return learner.learn(loss, row, outputs, targets, place, last)

    def watched(self, values: Mapping[str, float]) -> str:
        return usual_watch(self.recipe, values)

    def samples(self) -> Iterable[Sample]:
        return ()


loop = SupervisedLoop
