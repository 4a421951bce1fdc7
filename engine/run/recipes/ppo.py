"""PPO: play a round in several games at once, then learn from it in a few passes, never moving far from how it was
played.

    PPO    Schulman and others 2017, arXiv 1707.06347, equations 7 and 9, algorithm 1
    GAE    Schulman and others 2016, arXiv 1506.02438; see `engine.run.advantage`
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from engine.recipes.ppo import Ppo
from engine.run import diagnose, state
from engine.run.advantage import advantages
from engine.run.environment import Game, Player, trial
from engine.run.model import weights_of
from engine.run.mover import Moved, Mover
from engine.run.pictures import frame
from engine.run.session import Sample, Step
from engine.run.setup import Setup


class Round(NamedTuple):
    """A round of play, its moments in one row: (moves × games, …)."""

    seen: Tensor
    action: Tensor
    log_share: Tensor
    """Logarithm of the share that the action had when it was taken."""
    advantage: Tensor
    worth: Tensor
    """What the situation turned out to be worth."""


class PpoLoop:
    """An agent that does more of what turned out better than expected."""

    def __init__(self, setup: Setup) -> None:
        recipe: Ppo = setup.recipe
        self.setup, self.recipe, self.course, self.device = setup, recipe, setup.course, setup.device
        self.built = setup.build()
        self.networks = {"main": self.built}
        self.player = Player(self.built)
        self.policy = self.player.output(self.player.actions, "one per action")
        self.value = self.player.output(1, "what the situation is worth")
        self.batches = recipe.rounds
        self.items = recipe.rounds * recipe.players * recipe.horizon
        self.columns = ("loss", "policy.loss", "value.loss")
        self.mover = Mover(setup, self.built, self.batches)
        name = self.player.source.environment
        self.games = [Game(name, recipe.seed * 1009 + place) for place in range(recipe.players)]
        self.seen = self._look()
        self.played: list[float] = []
        """Returns of the episodes that ended in this epoch."""
        self.openness = torch.zeros((), device=self.device)

    # ---- a step ----------------------------------------------------------------------------------------------

    def begin(self, epoch: int) -> None:
        self.built.network.train()

    def step(self, place: int, last: bool) -> Step:
        recipe, played = self.recipe, self._play()
        count = len(played.action)
        rows: list[Tensor] = []
        moved: Moved | None = None
        for turn in range(recipe.passes):
            for items in torch.split(torch.randperm(count, device=self.device), recipe.batch_size):
                loss, row = self._loss(Round(*(part[items] for part in played)))
                if self.device.type == "cpu" and not math.isfinite(loss.item()):
                    raise self.broken(self.course.step + 1)
                moved = self.mover.move(loss, last and turn == recipe.passes - 1)
                rows.append(row)
        assert moved is not None
        return Step(torch.stack(rows).mean(0), count, moved.lr, moved.norm, moved.gradients)

    def _look(self) -> Tensor:
        return self.player.read(np.stack([game.seen for game in self.games]))

    def _outputs(self, seen: Tensor) -> tuple[Tensor, Tensor]:
        """The scores of the actions and the worth of the situations."""
        found = self.built.outputs((seen,))
        return found[self.policy], found[self.value][:, 0]

    def _play(self) -> Round:
        """Play a round: every game the same number of moves."""
        recipe = self.recipe
        shape = (recipe.horizon, recipe.players)
        seen = torch.empty(*shape, self.seen.shape[1], device=self.device)
        action = torch.empty(shape, dtype=torch.int64, device=self.device)
        log_share, value, next_value, reward, ended, broken = torch.zeros(6, *shape, device=self.device).unbind()
        for move in range(recipe.horizon):
            with torch.no_grad():
                scores, value[move] = self._outputs(self.seen)
                shares = scores.log_softmax(1)
                action[move] = torch.multinomial(shares.exp(), 1)[:, 0]
            seen[move], log_share[move] = self.seen, shares.gather(1, action[move, :, None])[:, 0]
            after = [game.move(int(one)) for game, one in zip(self.games, action[move].tolist(), strict=True)]
            reward[move] = torch.tensor([one.reward for one in after])
            ended[move] = torch.tensor([float(one.ended) for one in after])
            broken[move] = torch.tensor([float(one.ended or one.cut) for one in after])
            if bool(broken[move].any()):
                # what comes after the last move of an episode cut short is worth something, and is seen only here
                next_value[move] = self._worth(self.player.read(np.stack([one.seen for one in after])))
                self._begin_again(broken[move].tolist())
            self.seen = self._look()
        following = torch.cat([value[1:], self._worth(self.seen)[None]])
        next_value = torch.where(broken > 0, next_value, following)
        better = advantages(reward, value, next_value, ended, broken, recipe.discount, recipe.trust)
        parts = (seen, action, log_share, better, better + value)
        return Round(*(part.flatten(0, 1) for part in parts))

    def _worth(self, seen: Tensor) -> Tensor:
        with torch.no_grad():
            return self._outputs(seen)[1]

    def _begin_again(self, over: list[float]) -> None:
        for game, done in zip(self.games, over, strict=True):
            if done:
                self.played.append(game.reward)
                game.begin()

    def _loss(self, part: Round) -> tuple[Tensor, Tensor]:
        """PPO, equation 9; the row to note is the whole, the policy's and the value's part."""
        recipe = self.recipe
        scores, worth = self._outputs(part.seen)
        shares = scores.log_softmax(1)
        ratio = (shares.gather(1, part.action[:, None])[:, 0] - part.log_share).exp()
        better = (part.advantage - part.advantage.mean()) / (part.advantage.std(correction=0) + 1e-8)
        limited = ratio.clamp(1 - recipe.change, 1 + recipe.change)
        policy = -torch.minimum(ratio * better, limited * better).mean()  # equation 7
        value = F.mse_loss(worth, part.worth)
        openness = -(shares.exp() * shares).sum(1).mean()
        self.openness = openness.detach()
        loss = policy + recipe.value_weight * value - recipe.curiosity * openness
        return loss, torch.stack([loss, policy, value]).detach()

    # ---- an epoch --------------------------------------------------------------------------------------------

    def trained(self) -> dict[str, float]:
        found = {"openness": float(self.openness)}
        if self.played:
            found["return"] = sum(self.played) / len(self.played)
        self.played = []
        return found

    def measure(self) -> dict[str, float] | None:
        self.built.network.eval()
        found = trial(self.player, self._choose, self.recipe.trials)
        return {"return": sum(found.returns) / len(found.returns)}

    def _choose(self, seen: Tensor) -> Tensor:
        return self._outputs(seen)[0].argmax(1)

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
        return found | {"loop.openness": self.openness} | self.mover.state()

    def facts(self) -> dict[str, Any]:
        return {"games": [game.facts() for game in self.games], "played": self.played}

    def resume(self, tensors: Mapping[str, Tensor], facts: Mapping[str, Any]) -> None:
        self.built.network.load_state_dict(state.part(tensors, "network"))
        self.openness = tensors["loop.openness"].to(self.device)
        self.mover.load(dict(tensors))
        for game, kept in zip(self.games, facts["games"], strict=True):
            game.resume(kept)
        self.seen, self.played = self._look(), list(facts["played"])

    def broken(self, step: int) -> diagnose.Failed:
        return diagnose.not_finite(self.built, (self.seen,), step)


loop = PpoLoop
