"""DQN: play with some curiosity, remember every moment, and learn the worth of actions from moments drawn at random.

DQN           Mnih and others 2015, Nature 518, 529–533: memory, target network, algorithm 1
double DQN    van Hasselt, Guez, Silver 2016, arXiv 1509.06461, equation 4
Huber loss    in place of clipping the error, as algorithm 1 does
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.recipes.dqn import Dqn
from engine.run import diagnose, state
from engine.run.environment import Game, Player, trial
from engine.run.model import weights_of
from engine.run.mover import Mover
from engine.run.pictures import frame
from engine.run.replay import Replay
from engine.run.session import Sample, Step
from engine.run.setup import Setup


class DqnLoop:
    """An agent that learns what every action is worth."""

    def __init__(self, setup: Setup) -> None:
        recipe: Dqn = setup.recipe
        self.setup, self.recipe, self.course, self.device = setup, recipe, setup.course, setup.device
        self.built = setup.build()
        self.networks = {"main": self.built}
        self.player = Player(self.built)
        self.worth = self.player.output(self.player.actions, "one per action")
        self.target = copy.deepcopy(self.built.network).requires_grad_(False).eval()
        self.batches = max(1, recipe.moves // recipe.play)
        self.items = self.batches * recipe.play
        self.columns = ("loss",)
        self.mover = Mover(setup, self.built, self.batches)
        self.game = Game(self.player.source.environment, recipe.seed)
        self.memory = Replay(recipe.memory, len(self.player.columns), recipe.seed)
        self.chance = torch.Generator().manual_seed(recipe.seed)
        self.seen = self.player.read(self.game.seen)
        self.moves = 0
        """Moves made after the random start."""
        self.played: list[float] = []
        """Returns of the episodes that ended in this epoch."""
        self.hoped = torch.zeros((), device=self.device)

    # ---- a step ----------------------------------------------------------------------------------------------

    def begin(self, epoch: int) -> None:
        self.built.network.train()
        while len(self.memory) < min(self.recipe.random_moves, self.recipe.memory) and not self.moves:
            self._move(1.0)

    def step(self, place: int, last: bool) -> Step:
        recipe = self.recipe
        for _ in range(recipe.play):
            self._move(self._curiosity())
            self.moves += 1
            if self.moves % recipe.target_moves == 0:
                self.target.load_state_dict(self.built.network.state_dict())
        loss, moved = torch.zeros((), device=self.device), None
        for look in range(recipe.looks):
            loss = self._loss()
            if self.device.type == "cpu" and not math.isfinite(loss.item()):
                raise self.broken(self.course.step + 1)
            moved = self.mover.move(loss, last and look == recipe.looks - 1)
        assert moved is not None
        return Step(loss.detach(), recipe.play, moved.lr, moved.norm, moved.gradients)

    def _move(self, curiosity: float) -> None:
        """Make one move and remember it."""
        if torch.rand((), generator=self.chance).item() < curiosity:
            action = int(torch.randint(self.player.actions, (), generator=self.chance).item())
        else:
            with torch.no_grad():
                action = int(self._worths(self.seen).argmax().item())
        moved = self.game.move(action)
        before, self.seen = self.seen, self.player.read(moved.seen)
        self.memory.add(before[0], action, moved.reward, self.seen[0], moved.ended)
        if moved.ended or moved.cut:
            self.played.append(self.game.reward)
            self.game.begin()
            self.seen = self.player.read(self.game.seen)

    def _curiosity(self) -> float:
        """The share of random moves, which falls in a straight line and then stays."""
        recipe = self.recipe
        falls = recipe.curiosity_falls * self.items * recipe.epochs
        share = min(1.0, self.moves / falls) if falls else 1.0
        return recipe.curiosity_from + share * (recipe.curiosity_to - recipe.curiosity_from)

    def _worths(self, seen: Tensor) -> Tensor:
        return self.built.outputs((seen,))[self.worth]

    def _loss(self) -> Tensor:
        """How far the worth of what was done is from the reward plus the worth of what came next."""
        recipe, drawn = self.recipe, self.memory.draw(self.recipe.batch_size, self.device)
        with torch.no_grad():
            later = self.target(drawn.next_seen)
            later = later[self.worth] if isinstance(later, tuple) else later
            best = self._worths(drawn.next_seen) if recipe.double else later
            hoped = later.gather(1, best.argmax(1, keepdim=True))[:, 0]
            goal = drawn.reward + recipe.discount * (1 - drawn.ended) * hoped
        worth = self._worths(drawn.seen)
        self.hoped = worth.detach().max(1).values.mean()
        return F.smooth_l1_loss(worth.gather(1, drawn.action[:, None])[:, 0], goal)

    # ---- an epoch --------------------------------------------------------------------------------------------

    def trained(self) -> dict[str, float]:
        found = {"curiosity": self._curiosity(), "hope": float(self.hoped)}
        if self.played:
            found["return"] = sum(self.played) / len(self.played)
        self.played = []
        return found

    def measure(self) -> dict[str, float] | None:
        self.built.network.eval()
        found = trial(self.player, self._choose, self.recipe.trials)
        return {"return": sum(found.returns) / len(found.returns)}

    def _choose(self, seen: Tensor) -> Tensor:
        return self._worths(seen).argmax(1)

    def watched(self, values: Mapping[str, float]) -> str:
        return "return"

    def samples(self) -> Iterable[Sample]:
        self.built.network.eval()
        shown = trial(self.player, self._choose, 1)
        picture = frame(self.player.source.environment, shown.last_seen, shown.last_action, shown.moves[0])
        yield Sample("frame", "end of a trial", picture)

    # ---- keeping ---------------------------------------------------------------------------------------------

    def exported(self) -> dict[str, Tensor]:
        return weights_of(self.built.network)

    def state(self) -> dict[str, Tensor]:
        found = {f"network.{name}": tensor for name, tensor in self.built.network.state_dict().items()}
        found |= {f"target.{name}": tensor for name, tensor in self.target.state_dict().items()}
        found |= {f"memory.{name}": tensor for name, tensor in self.memory.state().items()}
        return found | {"loop.chance": self.chance.get_state(), "loop.hoped": self.hoped} | self.mover.state()

    def facts(self) -> dict[str, Any]:
        return {"game": self.game.facts(), "moves": self.moves, "played": self.played}

    def resume(self, tensors: Mapping[str, Tensor], facts: Mapping[str, Any]) -> None:
        self.built.network.load_state_dict(state.part(tensors, "network"))
        self.target.load_state_dict(state.part(tensors, "target"))
        self.memory.load(state.part(tensors, "memory"))
        self.chance.set_state(tensors["loop.chance"])
        self.hoped = tensors["loop.hoped"].to(self.device)
        self.mover.load(dict(tensors))
        self.game.resume(facts["game"])
        self.seen = self.player.read(self.game.seen)
        self.moves, self.played = int(facts["moves"]), list(facts["played"])

    def broken(self, step: int) -> diagnose.Failed:
        return diagnose.not_finite(self.built, (self.seen,), step)


loop = DqnLoop
