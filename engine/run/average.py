"""A running average of a network's weights: calmer than the weights of any one step, and usually better to use."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping

import torch
from torch import Tensor, nn


class Average:
    """Follows a network: each step moves a small share of the way to its weights (Polyak, Juditsky 1992).

    Args:
        keep: share of the old average that stays at each step. At the start less stays, `(1 + n) / (10 + n)` after n
            steps, so that the first random weights are soon forgotten.
    """

    def __init__(self, network: nn.Module, keep: float) -> None:
        self.network = copy.deepcopy(network).requires_grad_(False).eval()
        self.keep = keep
        self.steps = 0
        self._pairs = [
            (mine, theirs)
            for mine, theirs in zip(self.network.parameters(), network.parameters(), strict=True)
            if theirs.dtype.is_floating_point
        ]
        self._buffers = list(zip(self.network.buffers(), network.buffers(), strict=True))

    @torch.no_grad()
    def follow(self) -> None:
        """Take one step after the network; running statistics are copied as they are."""
        self.steps += 1
        move = 1 - min(self.keep, (1 + self.steps) / (10 + self.steps))
        torch._foreach_lerp_([mine for mine, _ in self._pairs], [theirs for _, theirs in self._pairs], move)
        for mine, theirs in self._buffers:
            mine.copy_(theirs)

    @torch.no_grad()
    def settle(self, batches: Iterable[tuple[Tensor, ...]]) -> None:
        """Measure what batch normalization needs anew: the network's own figures do not fit averaged weights
        (Izmailov and others 2018, arXiv 1803.05407, section 3.2). Does nothing where there is none."""
        norms = [one for one in self.network.modules() if isinstance(one, nn.modules.batchnorm._BatchNorm)]
        if not norms:
            return
        before = [one.momentum for one in norms]
        for one in norms:
            one.reset_running_stats()
            one.momentum = None  # a plain mean over all batches
            one.train()
        for batch in batches:
            self.network(*batch)
        for one, momentum in zip(norms, before, strict=True):
            one.momentum = momentum
            one.eval()

    def state(self) -> dict[str, Tensor]:
        return {**self.network.state_dict(), "steps": torch.tensor(self.steps)}

    def load(self, state: Mapping[str, Tensor]) -> None:
        """Put a kept state back."""
        kept = dict(state)
        self.steps = int(kept.pop("steps").item())
        self.network.load_state_dict(kept)
