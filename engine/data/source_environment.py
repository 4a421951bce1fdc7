"""Environments to play in: what an agent sees and may do, and a stretch of random play as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from engine.data.fields import category, number
from engine.data.sources import Loaded, Reading, Source, source
from engine.declare import param
from engine.errors import UserError

if TYPE_CHECKING:
    import gymnasium


@dataclass(frozen=True)
class World:
    """What one can see and do in an environment, in words, in the order in which gymnasium numbers it."""

    seen: tuple[str, ...]
    actions: tuple[str, ...]
    goal: float
    """The mean return from which the environment counts as solved."""


WORLDS = {
    "CartPole-v1": World(("cart position", "cart speed", "pole angle", "pole speed"), ("push left", "push right"), 475),
    "MountainCar-v0": World(("position", "speed"), ("drive left", "roll", "drive right"), -110),
    "Acrobot-v1": World(
        ("upper arm cos", "upper arm sin", "lower arm cos", "lower arm sin", "upper arm speed", "lower arm speed"),
        ("turn left", "let go", "turn right"),
        -100,
    ),
}  # fmt: skip
"""The environments by gymnasium's names. A name is never looked up elsewhere: gymnasium would import what it says."""


@source("Environment", section="Play", keywords="reinforcement learning gymnasium gym game agent cartpole", icon="play")
class EnvironmentData(Source):
    """A game or a physical task for an agent to learn by playing: what it sees are the inputs, what it does is the
    target. The items shown are moves of random play."""

    environment: Literal["CartPole-v1", "MountainCar-v0", "Acrobot-v1"] = param(
        default="CartPole-v1",
        choices=(
            ("CartPole-v1", "Balance a pole on a cart"), ("MountainCar-v0", "Rock a car out of a valley"),
            ("Acrobot-v1", "Swing two arms up"),
        ),
        help="What is played.",
    )  # fmt: skip
    moves: int = param(
        default=2000, min=100, max=1_000_000, advanced=True, label="Moves of random play",
        help="How many moves are shown here. The scale of the inputs is measured on them.",
    )  # fmt: skip

    @property
    def world(self) -> World:
        """What one can see and do in it."""
        return WORLDS[self.environment]

    def title(self) -> str:
        return self.environment

    def fingerprint(self) -> str:
        return f"gymnasium {_version()} {self.environment} {self.moves}"

    def load(self, reading: Reading | None = None) -> Loaded:
        import numpy as np

        game = opened(self.environment)
        draw = np.random.default_rng(0)
        rows = np.empty((self.moves, len(self.world.seen)), np.float32)
        actions = np.empty(self.moves, np.int64)
        seen, _ = game.reset(seed=0)
        for place in range(self.moves):
            rows[place], actions[place] = seen, draw.integers(len(self.world.actions))
            seen, _, ended, cut, _ = game.step(int(actions[place]))
            if ended or cut:
                seen, _ = game.reset()
        game.close()
        fields = (*(number(name) for name in self.world.seen), category("action", self.world.actions, "target"))
        columns = {name: rows[:, place].copy() for place, name in enumerate(self.world.seen)}
        return Loaded(fields, {**columns, "action": actions}, notes=["These are moves of random play."])


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("gymnasium")
    except PackageNotFoundError:
        return "missing"


def opened(name: str) -> gymnasium.Env[Any, Any]:
    """An environment ready to be played; `UserError` where gymnasium is missing."""
    if name not in WORLDS:
        raise UserError(f"There is no environment called {name!r}. Choose one on the Data page.")
    try:
        import gymnasium
    except ImportError as error:
        raise UserError("Learning by playing needs gymnasium. Install it: pip install gymnasium.") from error
    return gymnasium.make(name)
