"""Training loops, one flat module per recipe: which networks are built, how they move, what a step does, what is
measured and shown. Everything around a step is `engine.run.session`.

autoencoder.py  the input is the answer; noise, variational autoencoders
contrastive.py  what is alike comes together: views of one item, or items of one class
diffusion.py    a network learns to take noise out of pictures
distillation.py a student learns from a teacher
dqn.py          an agent learns what every action is worth
gan.py          a generator and a discriminator play against each other
language.py     what comes next in a text          masked.py     what was hidden in a text
ppo.py          an agent does more of what turned out better than expected
supervised.py   learning from examples with known answers
translate.py    sequences that become other sequences
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
