"""What a recipe with measures of its own says of a trained model on one part of the data: the recipe's loop measures
it and shows samples exactly as between two epochs, on that part instead of the validation part.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Protocol

import torch

from engine.recipes import recipe_of
from engine.run import device as devices
from engine.run.model import load
from engine.run.recipes import loop_of
from engine.run.session import Loop
from engine.run.setup import Setup

if TYPE_CHECKING:
    from engine.runs import Run

LOOPS = ("autoencoder", "contrastive", "language", "masked", "translate")
"""The loops that can look at another part than the validation part."""


class Looking(Loop, Protocol):
    """A loop whose `measure` and `samples` can be turned to another part."""

    def look_at(self, part: str) -> None:
        """Measure and show this part from now on."""


def own_report(run: Run, part: str, which: str = "best") -> dict[str, Any] | None:
    """`values` by name and `samples` (kind, name, and text or base64) of a run's recipe; None where the recipe has
    nothing to add to the usual report."""
    project = run.project()
    recipe = recipe_of(project.recipe)
    if recipe.loop not in LOOPS:
        return None
    numbers = torch.get_rng_state()
    try:
        torch.manual_seed(getattr(recipe, "seed", 0))
        setup = Setup(project, recipe, devices.resolve("cpu"), run.info().options, folder=run.folder)
        loop: Looking = loop_of(recipe, setup)  # type: ignore[assignment]
        loop.built.network.load_state_dict(load(run, which).network.state_dict())
        loop.look_at(part)
        setup.course.step = 2**62  # what rises over the first epochs has risen
        values = loop.measure() or {}
        torch.manual_seed(getattr(recipe, "seed", 0))
        samples = [
            {"kind": kind, "name": name, **({"text": blob.decode()} if kind in ("text", "points") else _coded(blob))}
            for kind, name, blob in loop.samples()
        ]
    finally:
        torch.set_rng_state(numbers)
    return {"recipe": type(recipe).__name__, "values": values, "samples": samples}


def _coded(blob: bytes) -> dict[str, str]:
    return {"png": base64.b64encode(blob).decode()}
