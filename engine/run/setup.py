"""What a training loop is built from: project, recipe, device, and the data, read when it is first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import torch

from engine.data.dataset import Dataset, open_dataset
from engine.data.split import Split, folds, split
from engine.data.statistics import Statistics, fit
from engine.project import Project
from engine.recipes import Recipe
from engine.run.health import Health
from engine.run.measure import BATCH
from engine.run.model import Built, build, preparation_of
from engine.run.tensors import Part, load_part


@dataclass
class Course:
    """How far a run is: everything the loop decides by, besides weights, optimizer and random numbers."""

    step: int = 0
    epoch: int = 0
    """Finished epochs."""
    batch: int = 0
    """Finished batches of the epoch under way."""
    seconds: float = 0.0
    memory: dict[str, Any] = field(default_factory=dict)
    """What the schedule of the learning rate remembers."""
    best: dict[str, Any] = field(default_factory=dict)
    waited: int = 0
    final: dict[str, float] = field(default_factory=dict)


@dataclass
class Setup:
    """Shared by a run's session and its recipe's loop. Random numbers are seeded before the loop is built."""

    project: Project
    recipe: Any
    """A `Recipe`; which one is the loop's to know."""
    device: torch.device
    options: Mapping[str, Any] = field(default_factory=dict)
    course: Course = field(default_factory=Course)
    folder: Path | None = None
    """The run's, for recipes that keep files there or look for other runs beside it."""
    notes: list[str] = field(default_factory=list)
    """Sentences for the run's log of events, such as what came from another run."""
    health: Health = field(default_factory=Health)
    """Looks into the networks; movers show it what they do."""

    @cached_property
    def dataset(self) -> Dataset:
        """The project's data."""
        return open_dataset(self.project.data)

    @cached_property
    def parts(self) -> Split:
        """The division that this run works with."""
        return split_of(self.dataset, self.project, self.options)

    @cached_property
    def statistics(self) -> Statistics:
        """What the preparation measures on the training part; empty where the project has no data."""
        if self.project.data.source is None:
            return Statistics({})
        return fit(self.dataset, self.parts.train, preparation_of(self.project))

    def build(self, role: str = "main") -> Built:
        """The untrained network that plays a role of the recipe, on the device."""
        recipe: Recipe = self.recipe
        built = build(self.project, self.statistics, recipe.played_by(role))
        built.network.to(self.device)
        return built

    def part(self, built: Built, name: str) -> Part | None:
        """A part of the data as a network reads it: train, validation or test; None where it has no items."""
        items = self.parts.part(name)
        return load_part(built, self.dataset, items, self.device) if len(items) else None

    @property
    def evaluation_batch(self) -> int:
        """Items at a time where nothing is learned."""
        return BATCH if self.device.type == "cpu" else max(BATCH, int(getattr(self.recipe, "batch_size", 1)))


def split_of(dataset: Dataset, project: Project, options: Mapping[str, Any]) -> Split:
    """The division a run works with: the project's own, or one fold of a cross-validation."""
    if options.get("folds"):
        return folds(dataset, project.data, int(options["folds"]))[int(options.get("fold", 0))]
    return split(dataset, project.data)
