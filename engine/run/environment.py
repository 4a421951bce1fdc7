"""Playing in an environment: one game that can be taken up again exactly, and many at once for a trial."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from engine.data.source_environment import EnvironmentData, opened
from engine.data.sources import sources
from engine.errors import UserError
from engine.layers.inputs import TableInput
from engine.project import Project
from engine.run.generating import input_layers, known_inputs, only
from engine.run.model import Built
from engine.shapes import Numbers

TRIAL_SEED = 1_000_000_000
"""Trials start from situations that no run is trained on."""


class Moved(NamedTuple):
    """What a move led to. `seen` is what came next, of the same episode; `ended` that it really ended there, `cut`
    that its time ran out."""

    seen: np.ndarray[Any, Any]
    reward: float
    ended: bool
    cut: bool


class Game:
    """One game of an environment, episode after episode, each begun from a seed of its own.

    A game can be kept and taken up again: the moves of the episode under way are made once more, which gives the very
    same situation, whatever the environment remembers.
    """

    def __init__(self, name: str, seed: int) -> None:
        self._environment = opened(name)
        self._seed = seed
        self.episode = -1
        self.actions: list[int] = []
        self.reward = 0.0
        self.seen: np.ndarray[Any, Any]
        self.begin()

    def begin(self) -> None:
        """Start the next episode."""
        self.episode += 1
        self.actions, self.reward = [], 0.0
        self.seen, _ = self._environment.reset(seed=(self._seed * 100_003 + self.episode) % 2**31)

    def move(self, action: int) -> Moved:
        """Make a move. After the last one of an episode call `begin`."""
        seen, reward, ended, cut, _ = self._environment.step(action)
        self.actions.append(action)
        self.reward += float(reward)
        self.seen = seen
        return Moved(seen, float(reward), ended, cut)

    def facts(self) -> dict[str, Any]:
        """What is needed to take it up again, as JSON."""
        return {"episode": self.episode, "actions": self.actions}

    def resume(self, facts: Mapping[str, Any]) -> None:
        """Take up a kept game."""
        self.episode = int(facts["episode"]) - 1
        self.begin()
        for action in facts["actions"]:
            self.move(int(action))


class Player:
    """A network that plays: which of the environment's numbers it reads, and how it sees them."""

    def __init__(self, built: Built) -> None:
        self.built = built
        self.source = environment_of(built.project)
        known_inputs(built, (TableInput,), "An agent")
        only(built, TableInput, "An agent")
        (table,) = input_layers(built)
        assert isinstance(table, TableInput)
        names = [field.name for field in table.chosen(built.project.data.schema)]
        world = self.source.world
        odd = [name for name in names if name not in world.seen]
        if odd:
            raise UserError(f"An agent cannot see “{odd[0]}” before it moves. Take that column out of the Table input.")
        self.columns = [world.seen.index(name) for name in names]
        self.actions = len(world.actions)

    @property
    def device(self) -> torch.device:
        return next(self.built.network.parameters()).device

    def read(self, seen: np.ndarray[Any, Any]) -> Tensor:
        """What is seen in one or several games as the network reads it: (games, numbers)."""
        rows = np.atleast_2d(seen)[:, self.columns].astype(np.float32)
        with torch.no_grad():
            return self.built.prepared((torch.from_numpy(rows).to(self.device),))[0]

    def output(self, width: int, what: str) -> int:
        """Where the output of so many numbers stands; `UserError` where there is none, or several."""
        shown = [(place, one) for place, one in enumerate(self.built.source.outputs) if one.exported]
        found = [place for place, one in shown if one.tensor == Numbers(width)]
        if len(found) != 1:
            gives = ", ".join(one.tensor.words() for _, one in shown) or "nothing"
            raise UserError(f"The network needs one Output of {width} numbers, {what}; it gives {gives}.")
        return found[0]


def environment_of(project: Project) -> EnvironmentData:
    """The environment that a project's data chooses; `UserError` where it is other data."""
    source = sources.make(project.data.source or {})
    if not isinstance(source, EnvironmentData):
        raise UserError("Learning by playing needs an environment. Choose “Environment” on the Data page.")
    return source


class Trial(NamedTuple):
    """What came out of a trial: the return and the moves of every episode, and a picture of one of them."""

    returns: list[float]
    moves: list[int]
    last_seen: list[float]
    last_action: str


def trial(player: Player, choose: Callable[[Tensor], Tensor], episodes: int, seed: int = TRIAL_SEED) -> Trial:
    """Play so many episodes side by side, without learning.

    Args:
        choose: a batch of what is seen, as the network reads it, to the number of each action.
    """
    name, actions = player.source.environment, player.source.world.actions
    games = [opened(name) for _ in range(episodes)]
    seen = np.stack([game.reset(seed=(seed + place) % 2**31)[0] for place, game in enumerate(games)])
    returns, moves = np.zeros(episodes), np.zeros(episodes, int)
    going = np.arange(episodes)
    last_seen, last_action = seen[0].tolist(), ""
    while len(going):
        with torch.no_grad():
            chosen = choose(player.read(seen[going])).tolist()
        still = []
        for place, action in zip(going.tolist(), chosen, strict=True):
            seen[place], reward, ended, cut, _ = games[place].step(action)
            returns[place] += float(reward)
            moves[place] += 1
            if place == 0:
                last_seen, last_action = seen[0].tolist(), actions[action]
            if not (ended or cut):
                still.append(place)
        going = np.array(still, int)
    for game in games:
        game.close()
    return Trial(returns.tolist(), moves.tolist(), last_seen, last_action)
