"""What an agent lived through: the memory that DQN learns from again and again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Moments:
    """A batch of moments: what was seen, done and got, what came next, and whether that was the end."""

    seen: Tensor  # (batch, numbers)
    action: Tensor  # (batch,) int64
    reward: Tensor  # (batch,)
    next_seen: Tensor  # (batch, numbers)
    ended: Tensor  # (batch,) 1 where the episode really ended, 0 where it went on or time ran out


class Replay:
    """A ring of the newest moments. A batch is drawn by one indexing, with the numbers of its own generator.

    Args:
        size: how many moments are kept; the oldest go first.
        width: numbers in what is seen.
    """

    def __init__(self, size: int, width: int, seed: int) -> None:
        self.size = size
        self.count = 0
        self._seen = torch.zeros(size, width)
        self._next = torch.zeros(size, width)
        self._action = torch.zeros(size, dtype=torch.int64)
        self._reward = torch.zeros(size)
        self._ended = torch.zeros(size)
        self._generator = torch.Generator().manual_seed(seed)

    def __len__(self) -> int:
        return min(self.count, self.size)

    def add(self, seen: Tensor, action: int, reward: float, next_seen: Tensor, ended: bool) -> None:
        """Keep one moment."""
        place = self.count % self.size
        self._seen[place], self._next[place] = seen, next_seen
        self._action[place], self._reward[place], self._ended[place] = action, reward, float(ended)
        self.count += 1

    def draw(self, batch: int, device: torch.device | None = None) -> Moments:
        """Moments drawn at random, the same one perhaps twice."""
        places = torch.randint(len(self), (batch,), generator=self._generator)
        parts = (self._seen, self._action, self._reward, self._next, self._ended)
        return Moments(*(part.index_select(0, places).to(device) for part in parts))

    def state(self) -> dict[str, Tensor]:
        """Everything that is needed to go on exactly, without the part of the ring that is still empty."""
        filled = len(self)
        return {
            "seen": self._seen[:filled], "next": self._next[:filled], "action": self._action[:filled],
            "reward": self._reward[:filled], "ended": self._ended[:filled], "count": torch.tensor(self.count),
            "random": self._generator.get_state(),
        }  # fmt: skip

    def load(self, state: Mapping[str, Tensor]) -> None:
        """Put a kept state back."""
        self.count = int(state["count"].item())
        rings = {"seen": self._seen, "next": self._next, "action": self._action, "reward": self._reward,
                 "ended": self._ended}  # fmt: skip
        for name, ring in rings.items():
            ring[: len(self)] = state[name]
        self._generator.set_state(state["random"].to(torch.uint8))
