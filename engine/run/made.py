"""What a model that answers nothing does when it is tested: a generator makes a sheet of pictures, an agent plays."""

from __future__ import annotations

import base64
import time
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from engine.exporters import Progress, silent
from engine.recipes import Recipe, recipe_of
from engine.recipes.diffusion import Diffusion
from engine.recipes.dqn import Dqn
from engine.recipes.gan import Gan
from engine.recipes.ppo import Ppo
from engine.run.generating import CategoryInput, NoiseInput, places
from engine.run.model import Built, load
from engine.run.pictures import frame, grid

if TYPE_CHECKING:
    from engine.runs import Run

SHEET, EPISODES = 100, 100
SEED = 2_000_003
"""Noise and situations that training never drew on."""


def made_by(run: Run, which: str = "best", progress: Progress = silent) -> dict[str, Any] | None:
    """What a run's model makes; None for a model that answers.

    `kind` is `pictures` (a sheet as PNG in base64, `count`, `milliseconds` per picture, `classes` from left to right)
    or `play` (`returns` of every episode, their `mean`, `least` and `most`, the `goal` from which the environment
    counts as solved, and the end of one episode as a PNG).
    """
    recipe = recipe_of(run.project().recipe)
    if not isinstance(recipe, Gan | Diffusion | Dqn | Ppo):
        return None
    built = load(run, which)
    progress(0.1, "Playing" if isinstance(recipe, Dqn | Ppo) else "Making pictures")
    numbers = torch.get_rng_state()
    torch.manual_seed(SEED)
    try:
        return _played(built) if isinstance(recipe, Dqn | Ppo) else _drawn(built, recipe, progress)
    finally:
        torch.set_rng_state(numbers)


def _drawn(built: Built, recipe: Recipe, progress: Progress) -> dict[str, Any]:
    begun = time.perf_counter()
    found, classes = pictures(built, recipe, SHEET, progress)
    about = built.source.outputs[0]
    return {
        "name": about.name,
        "node": about.node,
        "target": "",
        "kind": "pictures",
        "count": len(found),
        "classes": classes,
        "png": base64.b64encode(grid(found, 10)).decode(),
        "milliseconds": 1000 * (time.perf_counter() - begun) / len(found),
        "metrics": {},
        "mistakes": [],
    }


def pictures(built: Built, recipe: Recipe, count: int, progress: Progress = silent) -> tuple[Tensor, list[str]]:
    """Pictures from 0 to 1 made by a trained generator, each class in turn, and the names of the classes."""
    device = torch.device("cpu")
    names = [_class_names(built, place) for place in places(built, CategoryInput)]
    labels = [torch.arange(count, device=device) % max(1, len(one)) for one in names]
    classes = names[0] if names else []
    if isinstance(recipe, Diffusion):
        from engine.run.sampling import Denoiser

        def told(step: int, _: Tensor) -> None:
            progress(0.1 + 0.9 * step / recipe.sample_steps, "Making pictures")

        return Denoiser.of(built, recipe).make(built.network, labels, count, told=told), classes
    given: list[Tensor] = []
    rest = iter(labels)
    noises = set(places(built, NoiseInput))
    for place, spec in enumerate(built.source.inputs):
        dims = [dim if isinstance(dim, int) else 1 for dim in spec.tensor.dims]
        given.append(torch.randn(count, *dims) if place in noises else next(rest))
    with torch.no_grad():
        return built.outputs(given)[0], classes


def _class_names(built: Built, place: int) -> list[str]:
    from engine.data.raw import bound
    from engine.run.generating import input_layers

    _, fields = bound(input_layers(built)[place], built.project.data.schema)
    return list(fields[0].classes)


def _played(built: Built) -> dict[str, Any]:
    from engine.run.environment import Player, trial

    player = Player(built)
    place = player.output(player.actions, "one per action")
    found = trial(player, lambda seen: built.outputs((seen,))[place].argmax(1), EPISODES, SEED)
    world, about = player.source.world, built.source.outputs[place]
    mean = sum(found.returns) / len(found.returns)
    picture = frame(player.source.environment, found.last_seen, found.last_action, found.moves[0])
    return {
        "name": about.name,
        "node": about.node,
        "target": "",
        "kind": "play",
        "count": len(found.returns),
        "environment": player.source.environment,
        "returns": found.returns,
        "mean": mean,
        "least": min(found.returns),
        "most": max(found.returns),
        "moves": sum(found.moves) / len(found.moves),
        "goal": world.goal,
        "solved": mean >= world.goal,
        "png": base64.b64encode(picture).decode(),
        "metrics": {"return": mean},
        "mistakes": [],
    }
