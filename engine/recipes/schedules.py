"""Schedules: how the learning rate changes over a run, as pure arithmetic on the step number."""

from __future__ import annotations

import math
from typing import Any

from engine.catalogue import Catalogue
from engine.declare import Declared, param


class Schedule(Declared):
    """Base of the schedules. `factor` multiplies the optimizer's learning rate at a step, counted from 0."""

    catalogue_name = "schedules"

    def factor(self, step: int, steps: int, per_epoch: int) -> float:
        """The learning rate at this step as a share of the full one.

        Args:
            step: how many steps were made since the warm-up ended.
            steps: how many there will be without the warm-up.
            per_epoch: how many an epoch has.
        """
        return 1.0

    def start(self) -> dict[str, Any]:
        """What the schedule remembers between epochs; most remember nothing."""
        return {}

    def after_epoch(self, memory: dict[str, Any], value: float, larger_is_better: bool) -> dict[str, Any]:
        """The memory after an epoch that ended with this value of the watched measure."""
        return memory


schedules: Catalogue[Schedule] = Catalogue("schedules", "schedule")
"""Every way to change the learning rate over a run."""


@schedules.add("Constant", keywords="fixed none")
class Constant(Schedule):
    """The learning rate stays the same."""


@schedules.add("Steps", keywords="stairs decay step lr")
class Step(Schedule):
    """The learning rate drops every few epochs."""

    every: int = param(default=10, min=1, label="Drop every", unit="epochs", help="How many epochs each stair lasts.")
    gamma: float = param(
        default=0.1, above=0, max=1, label="Drop to",
        help="Share of the learning rate that is left after each drop: 0.1 keeps a tenth.",
    )  # fmt: skip

    def factor(self, step: int, steps: int, per_epoch: int) -> float:
        return float(self.gamma ** (step // (per_epoch * self.every)))


@schedules.add("Cosine", keywords="annealing smooth")
class Cosine(Schedule):
    """The learning rate falls in a smooth curve, slowly at both ends."""

    least: float = param(
        default=0.0, min=0, max=1, label="End at",
        help="Share of the learning rate that is left at the end of the run.",
    )  # fmt: skip

    def factor(self, step: int, steps: int, per_epoch: int) -> float:
        done = min(1.0, step / max(1, steps))
        return self.least + (1 - self.least) * (1 + math.cos(math.pi * done)) / 2


@schedules.add("One cycle", keywords="super convergence triangular")
class OneCycle(Schedule):
    """The learning rate rises to its full value, then falls far below its start. Quick for large learning rates."""

    rise: float = param(
        default=0.3, min=0, below=1, label="Rise for",
        help="Share of the run during which the learning rate rises.",
    )  # fmt: skip
    start_at: float = param(
        default=0.04, above=0, max=1, label="Start at",
        help="Share of the learning rate at the first step.",
    )  # fmt: skip
    end_at: float = param(
        default=4e-6, min=0, max=1, advanced=True, label="End at", log=True,
        help="Share of the learning rate at the last step.",
    )  # fmt: skip

    def factor(self, step: int, steps: int, per_epoch: int) -> float:
        top, last = self.rise * steps - 1, steps - 1
        if step <= top:
            return _between(self.start_at, 1.0, step / top if top > 0 else 1.0)
        return _between(1.0, self.end_at, min(1.0, (step - top) / max(1e-9, last - top)))


def _between(start: float, end: float, share: float) -> float:
    """From start to end along half a cosine."""
    return end + (start - end) * (1 + math.cos(math.pi * share)) / 2


@schedules.add("When it stalls", keywords="reduce on plateau adaptive")
class Plateau(Schedule):
    """The learning rate drops when the watched measure has not improved for some epochs."""

    patience: int = param(
        default=5, min=0, label="Wait", unit="epochs",
        help="Epochs without improvement before the learning rate drops.",
    )  # fmt: skip
    gamma: float = param(
        default=0.1, above=0, below=1, label="Drop to", help="Share of the learning rate that is left after each drop."
    )
    least: float = param(
        default=0.0, min=0, max=1, advanced=True, label="Never below",
        help="Share of the learning rate below which it does not drop.",
    )  # fmt: skip
    threshold: float = param(
        default=1e-4, min=0, below=1, advanced=True, label="Smallest improvement", log=True,
        help="Share by which the measure must improve to count as better.",
    )  # fmt: skip

    def start(self) -> dict[str, Any]:
        return {"factor": 1.0, "best": None, "waited": 0}

    def after_epoch(self, memory: dict[str, Any], value: float, larger_is_better: bool) -> dict[str, Any]:
        best = memory["best"]
        if best is None or self._better(value, best, larger_is_better):
            return {**memory, "best": value, "waited": 0}
        if memory["waited"] + 1 <= self.patience:
            return {**memory, "waited": memory["waited"] + 1}
        return {"factor": max(self.least, memory["factor"] * self.gamma), "best": best, "waited": 0}

    def _better(self, value: float, best: float, larger_is_better: bool) -> bool:
        if larger_is_better:
            return value > best * (1 + self.threshold)
        return value < best * (1 - self.threshold)


def learning_rate(
    full: float, schedule: Schedule, memory: dict[str, Any], step: int, steps: int, per_epoch: int, warm: int
) -> float:
    """The learning rate at a step, counted from 0, with a straight rise over the first `warm` steps."""
    if step < warm:
        return full * (step + 1) / (warm + 1)
    return full * float(memory.get("factor", 1.0)) * schedule.factor(step - warm, steps - warm, per_epoch)
