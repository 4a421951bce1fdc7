"""Training recipes: what a person chooses about training, as declarations without torch. Their loops live in
`engine.run.recipes`, one module per recipe.

optimizers.py   how weights move            schedules.py    how the learning rate changes over a run
shared.py       settings in common          starts.py       what weights a run starts from
supervised.py   learning from examples with known answers
autoencoder.py  learning to reconstruct     language.py     learning to write, fill in and translate
contrastive.py  learning what is alike      distillation.py learning from a teacher
gan.py, diffusion.py  making new pictures   playing.py, dqn.py, ppo.py  learning to act
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from typing import Any, ClassVar

from engine.catalogue import Catalogue
from engine.declare import Declared


class Recipe(Declared):
    """Base of the ways to train. `loop` names the module of `engine.run.recipes` that holds its training loop.

    `networks` says which networks it takes part in training, by role: what each is for. The setting of the same name
    tells which network of the project plays the role; without such a setting it is the project's first network.
    """

    catalogue_name = "recipes"
    loop: ClassVar[str] = ""
    networks: ClassVar[Mapping[str, str]] = {"main": "The network that learns."}
    objectives: ClassVar[tuple[str, ...] | None] = None
    """The roles whose network needs an objective node; None means all."""
    reads_data: ClassVar[bool] = True
    """Whether it learns from the project's data."""

    def roles(self) -> Mapping[str, str]:
        """The roles that have to be played with these settings."""
        return self.networks

    def objective_roles(self) -> tuple[str, ...]:
        """The roles whose network needs an objective node."""
        return tuple(self.networks) if self.objectives is None else self.objectives

    def played_by(self, role: str) -> str:
        """The name of the network that plays a role, empty for the project's first one."""
        return str(getattr(self, role, ""))

    def exported(self) -> str:
        """The name of the network that is tested and exported, empty for the project's first one."""
        return self.played_by(next(iter(self.networks)))


def _load() -> None:
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name):
        importlib.import_module(f"{__name__}.{module.name}")


recipes: Catalogue[Recipe] = Catalogue("recipes", "recipe", _load)
"""Every way to train."""


def recipe_of(choice: Mapping[str, Any], **changes: Any) -> Recipe:
    """The recipe that a project's JSON describes, with some settings replaced; `UserError` with every wrong one."""
    return recipes.make({**choice, **changes})
