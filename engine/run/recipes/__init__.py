"""Training loops, one flat module per recipe: which networks are built, how they move, what a step does, what is
measured and shown. Everything around a step is `engine.run.session`.

diffusion.py    a network learns to take noise out of pictures
dqn.py          an agent learns what every action is worth
gan.py          a generator and a discriminator play against each other
ppo.py          an agent does more of what turned out better than expected
supervised.py   learning from examples with known answers
"""

from __future__ import annotations

import importlib

from engine.errors import UserError
from engine.recipes import Recipe
from engine.run.session import Loop
from engine.run.setup import Setup


def loop_of(recipe: Recipe, setup: Setup) -> Loop:
    """The loop of a recipe."""
    if not recipe.loop:
        raise UserError(
            f"{recipe.label} has no training loop in this version. Choose another recipe on the Train page."
        )
    found: Loop = importlib.import_module(f"{__name__}.{recipe.loop}").loop(setup)
    return found
