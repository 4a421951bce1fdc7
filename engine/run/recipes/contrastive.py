"""Learning what is alike: two views of every item find each other, or items of one class come together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import torch
from torch import Tensor

from engine.errors import UserError
from engine.recipes.contrastive import Contrastive
from engine.run import state
from engine.run.augment import Augmentation
from engine.run.learner import Learner, Values
from engine.run.likeness import info_nce, neighbours_right, points_json, triplets
from engine.run.session import Sample, Step
from engine.run.setup import Setup
from engine.run.tensors import Part

KNOWN, ASKED = 2000, 500
"""So many training items are the neighbours, so many validation items look for theirs."""


class ContrastiveLoop:
    """Learns to place items as points."""

    def __init__(self, setup: Setup) -> None:
        recipe: Contrastive = setup.recipe
        self.setup, self.recipe, self.course = setup, recipe, setup.course
        self.built = setup.build()
        self.networks = {"main": self.built}
        plain = [place for place, one in enumerate(self.built.source.outputs) if one.exported and not one.objective]
        if not plain:
            raise UserError("The network has no Output. End it in one, with the numbers that describe an item.")
        self.point, self.compared = plain[0], plain[-1]
        self.augmentation = Augmentation(recipe.augmentations, self.built)
        learner = self.learner = Learner(setup, self.built, objective=False)
        self.batches, self.items, self.columns = learner.batches, learner.items, ("loss",)
        self.begin, self.exported = learner.begin, learner.exported
        self.state, self.facts, self.resume, self.broken = learner.state, learner.facts, learner.resume, learner.broken
        self.field = next(
            (one for one in setup.project.data.fields if one.role == "target" and one.kind == "category"), None
        )
        self.labels = {part: self.labels_of(part) for part in ("train", "validation")}
        self.refuse()

    def refuse(self) -> None:
        """Say what is missing."""
        if self.recipe.alike == "classes" and self.field is None:
            raise UserError("Alike by class needs a category as the data's target. Choose one on the Data page.")
        if self.recipe.alike == "views" and not self.augmentation.steps and not self.recipe.noise:
            raise UserError("Both views of an item would be the same. Add augmentation, or noise, on the Train page.")
        if min(self.recipe.batch_size, self.items) < 2:
            raise UserError("To compare items, a batch needs at least two. Make it larger.")

    def labels_of(self, part: str) -> Tensor | None:
        """The classes of a part's items, where the data has any."""
        if self.field is None:
            return None
        values = self.setup.dataset.take(self.field.name, self.setup.parts.part(part))
        return torch.from_numpy(np.asarray(values, np.int64)).to(self.setup.device)

    def step(self, place: int, last: bool) -> Step:
        learner = self.learner
        inputs, targets = learner.batch(place)
        batch = learner.order[place]
        with learner.precision:
            outputs, loss = self.compare(inputs, "train", batch)
        return learner.learn(loss, loss.detach(), outputs, targets, place, last)

    def compare(self, inputs: Values, part: str, batch: Tensor) -> tuple[Values, Tensor]:
        """The outputs for one view, and the loss of a batch."""
        if self.recipe.alike == "classes":
            outputs = self.built.outputs(self.view(inputs))
            labels = self.labels[part]
            assert labels is not None
            return outputs, triplets(outputs[self.compared], labels[batch], self.recipe.margin)
        both = tuple(torch.cat(pair) for pair in zip(self.view(inputs), self.view(inputs), strict=True))
        outputs = self.built.outputs(both)
        one, other = outputs[self.compared].chunk(2)
        return outputs, info_nce(one, other, self.recipe.temperature)

    def view(self, inputs: Values) -> Values:
        """The items as somebody else might see them."""
        if self.augmentation.steps:
            inputs = self.augmentation.apply(inputs, {})[0]
        if self.recipe.noise:
            inputs = tuple(x + self.recipe.noise * torch.randn_like(x) if x.is_floating_point() else x for x in inputs)
        return inputs

    def trained(self) -> dict[str, float]:
        return {}

    @torch.no_grad()
    def measure(self) -> dict[str, float] | None:
        part = self.learner.validation
        if part is None or part.count < 2:
            return None
        self.built.network.eval()
        tensors, python = state.random_numbers(self.setup.device)
        torch.manual_seed(self.recipe.seed)  # all epochs are measured by the same views
        size, sums = self.recipe.batch_size, 0.0
        whole = part.count - part.count % size or part.count  # all batches alike: more others make it harder
        for start in range(0, whole, size):
            batch = torch.arange(start, min(start + size, whole), device=part.device)
            inputs, _ = part.batch(batch)
            sums += float(self.compare(inputs, "validation", batch)[1]) * len(batch)
        state.set_random_numbers(tensors, python, self.setup.device)
        values = {"loss": sums / whole}
        known, asked = self.labels["train"], self.labels["validation"]
        if known is not None and asked is not None:
            values["neighbours_right"] = neighbours_right(
                self.points(self.learner.training, KNOWN), known[:KNOWN], self.points(part, ASKED), asked[:ASKED]
            )
        return values

    def points(self, part: Part, most: int) -> Tensor:
        """The points of a part's first items."""
        found = []
        for start in range(0, min(most, part.count), 256):
            inputs, _ = part.slice(start, min(start + 256, most))
            found.append(self.built.outputs(inputs)[self.point].flatten(1))
        return torch.cat(found)

    def look_at(self, part: str) -> None:
        self.learner.look_at(part)
        self.labels["validation"] = self.labels_of(part)

    def watched(self, values: Mapping[str, float]) -> str:
        return "neighbours_right" if self.recipe.monitor == "metric" and "neighbours_right" in values else "loss"

    @torch.no_grad()
    def samples(self) -> Iterable[Sample]:
        """The items as points in the plane."""
        self.built.network.eval()
        name = "train" if self.learner.validation is None else "validation"
        labels = self.labels[name]
        points = self.points(self.learner.validation or self.learner.training, ASKED)
        classes = () if self.field is None else self.field.classes
        return [Sample("points", "Points", points_json(points, None if labels is None else labels[:ASKED], classes))]


loop = ContrastiveLoop
