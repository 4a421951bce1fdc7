"""How much better each action of a stretch of play turned out than expected: PPO's teacher."""

from __future__ import annotations

import torch
from torch import Tensor


def advantages(
    reward: Tensor, value: Tensor, next_value: Tensor, ended: Tensor, broken: Tensor, discount: float, trust: float
) -> Tensor:
    """Generalized advantage estimation (Schulman and others 2016, arXiv 1506.02438, equation 16), all of shape
    (steps, players).

    Args:
        value: what the state was thought to be worth.
        next_value: what the state after the action is thought to be worth; of the last state of an episode itself,
            not of the first one of the next.
        ended: 1 where the episode really ended: nothing comes after it.
        broken: 1 where the next row belongs to another episode, because this one ended or its time ran out.
        trust: how far ahead real rewards count more than expected ones (λ).
    """
    surprise = reward + discount * next_value * (1 - ended) - value
    found = torch.zeros_like(reward)
    running = torch.zeros_like(reward[0])
    for step in range(len(reward) - 1, -1, -1):
        running = surprise[step] + discount * trust * (1 - broken[step]) * running
        found[step] = running
    return found
