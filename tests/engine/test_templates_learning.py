"""Templates learn: a few epochs of every small one make its loss fall; those that play or invent take real steps."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from engine.run.work import train
from engine.runs import Run
from engine.templates import templates

SMALL = {one.name: one for one in templates() if one.seconds < 3600}
GAMES = {"Gan", "Diffusion", "Dqn", "Ppo"}
"""Recipes whose loss need not fall from epoch to epoch."""
LEARNING = [name for name, one in SMALL.items() if one.project().recipe["type"] not in GAMES]
QUICK = ("perceptron", "logistic-regression", "linear-regression", "rnn-waves", "two-tower", "bilstm-tagger")
EPOCHS = 3


def short(name: str, folder: Path, epochs: int = EPOCHS) -> Run:
    """A run of a template with few epochs and a steady rate, so that the first ones already count."""
    project = SMALL[name].project()
    recipe = {**project.recipe, "epochs": epochs, "device": "cpu"}
    if "schedule" in recipe:
        recipe["schedule"] = {"type": "Constant"}
    return train(replace(project, recipe=recipe), folder, threads=1)


def falls(name: str, folder: Path) -> None:
    run = short(name, folder)
    losses = [one.value for one in run.epochs() if (one.part, one.metric) == ("train", "loss")]
    assert run.info().state == "finished" and len(losses) == EPOCHS
    assert all(map(math.isfinite, losses)) and losses[-1] < losses[0]


@pytest.mark.parametrize("name", QUICK)
def test_the_loss_falls(name: str, tmp_path: Path) -> None:
    falls(name, tmp_path)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", sorted(set(LEARNING) - set(QUICK)))
def test_the_loss_falls_in_the_others_too(name: str, tmp_path: Path) -> None:
    falls(name, tmp_path)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", sorted(set(SMALL) - set(LEARNING)))
def test_games_take_real_steps(name: str, tmp_path: Path) -> None:
    run = short(name, tmp_path, epochs=2)
    assert run.info().state == "finished" and run.info().step > 0
    assert all(math.isfinite(one.value) for one in run.epochs())
