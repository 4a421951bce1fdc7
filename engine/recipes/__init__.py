"""Training recipes: what a person chooses about training, as declarations without torch. Their loops live in run/.

optimizers.py   how weights move            schedules.py    how the learning rate changes over a run
supervised.py   learning from examples with known answers
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from typing import Any

from engine.declare import Catalogue, Declared


class Recipe(Declared):
    """Base of the ways to train. `loop` names the module of `engine.run` that holds its training loop."""

    catalogue_name = "recipes"
    loop = "train"


def _load() -> None:
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name):
        importlib.import_module(f"{__name__}.{module.name}")


recipes: Catalogue[Recipe] = Catalogue("recipes", "recipe", _load)
"""Every way to train."""


def recipe_of(choice: Mapping[str, Any], **changes: Any) -> Recipe:
    """The recipe that a project's JSON describes, with some settings replaced; `UserError` with every wrong one."""
    return recipes.make({**choice, **changes})
