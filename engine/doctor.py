"""The Doctor: what a run's curves say, in plain sentences with a number and, where there is one, a remedy.

It claims only what it computed from the run's own figures. At most three findings, the worst first, good news last.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from engine.runs import EpochValue, RunInfo

MOST = 3
PATIENCE = 4
"""Epochs that a trend must last before it is called one."""


@dataclass(frozen=True)
class Advice:
    """One finding. `remedy` names what can be done: stop, lower_rate, raise_rate, stop_early, clip, more_epochs."""

    level: Literal["error", "warning", "info", "good"]
    title: str
    text: str
    remedy: str = ""
    button: str = ""


def examine(info: RunInfo, epochs: Sequence[EpochValue], gradients: Sequence[tuple[int, str, float]]) -> list[Advice]:
    """The findings on a run, from its values per epoch and the gradient norms per node and epoch."""
    train = [one.value for one in epochs if one.part == "train" and one.metric == "loss"]
    valid = [one.value for one in epochs if one.part == "validation" and one.metric == "loss"]
    found = [
        advice
        for advice in (
            _broken(info),
            _by_heart(info, train, valid),
            _not_learning(train),
            _shaking(train),
            _still_falling(info, valid),
            _signals(gradients),
        )
        if advice is not None
    ]
    order = {"error": 0, "warning": 1, "info": 2, "good": 3}
    return sorted(found, key=lambda one: order[one.level])[:MOST]


def _broken(info: RunInfo) -> Advice | None:
    if info.state == "failed":
        lower = "not finite" in info.message or "infinite" in info.message or "NaN" in info.message
        return Advice(
            "error",
            "The run failed",
            info.message,
            "lower_rate" if lower else "",
            "Use a tenth of the rate" if lower else "",
        )
    if info.state == "lost":
        return Advice("error", "The run was cut off", info.message, "resume", "Go on from the last checkpoint")
    return None


def _by_heart(info: RunInfo, train: list[float], valid: list[float]) -> Advice | None:
    """Overfitting: validation has risen for a while, training still falls."""
    if len(valid) < PATIENCE + 2 or len(train) != len(valid):
        return None
    best = min(range(len(valid)), key=lambda epoch: valid[epoch])
    since = len(valid) - 1 - best
    rise = (valid[-1] - valid[best]) / max(abs(valid[best]), 1e-9)
    if since < PATIENCE or rise < 0.05 or train[-1] >= train[best]:
        return None
    text = (
        f"Since epoch {best + 1} the validation loss rises ({valid[best]:.3g} to {valid[-1]:.3g}) while the training "
        f"loss still falls. The best epoch is kept."
    )
    if info.active:
        return Advice("warning", "It starts to learn by heart", text, "stop", "Stop at best")
    return Advice("warning", "It learned by heart", text, "stop_early", "Stop early next time")


def _not_learning(train: list[float]) -> Advice | None:
    if len(train) < PATIENCE + 1 or not train[0]:
        return None
    fallen = (train[0] - min(train)) / abs(train[0])
    if fallen > 0.02:
        return None
    text = f"After {len(train)} epochs the training loss is {train[-1]:.3g}; it began at {train[0]:.3g}."
    return Advice("warning", "It does not learn yet", text, "raise_rate", "Use three times the rate")


def _shaking(train: list[float]) -> Advice | None:
    """A loss that jumps up and down from epoch to epoch: the learning rate is too high."""
    last = train[-6:]
    if len(last) < 6:
        return None
    turns = sum(1 for a, b, c in zip(last, last[1:], last[2:], strict=False) if (b - a) * (c - b) < 0)
    swing = (max(last) - min(last)) / max(abs(sum(last) / len(last)), 1e-9)
    if turns < 3 or swing < 0.5 or max(last) - min(last) < 0.05 * abs(train[0]):
        return None
    text = f"In the last {len(last)} epochs the training loss swung between {min(last):.3g} and {max(last):.3g}."
    return Advice("warning", "The steps are too large", text, "lower_rate", "Use a third of the rate")


def _still_falling(info: RunInfo, valid: list[float]) -> Advice | None:
    if info.state != "finished" or len(valid) < 5:
        return None
    earlier = sum(valid[-5:-2]) / 3
    gain = (earlier - min(valid[-2:])) / max(abs(earlier), 1e-9)
    if min(range(len(valid)), key=lambda epoch: valid[epoch]) != len(valid) - 1 or gain < 0.03:
        return None
    text = f"The last epoch was the best and the validation loss still fell by {100 * gain:.0f} % over the last few."
    return Advice("info", "It was still getting better", text, "more_epochs", "Train twice as long")


def _signals(gradients: Sequence[tuple[int, str, float]]) -> Advice | None:
    """Whether corrections reach every layer: the norms of the last epoch."""
    if not gradients:
        return None
    last = max(epoch for epoch, _, _ in gradients)
    norms = {node: norm for epoch, node, norm in gradients if epoch == last and math.isfinite(norm)}
    if not norms:
        return None
    largest = max(norms.values())
    silent = [node for node, norm in norms.items() if norm == 0]
    if silent:
        return Advice(
            "warning",
            f"{silent[0]} gets no corrections",
            f"The gradient of {len(silent)} of {len(norms)} layers is exactly zero.",
        )
    faint = [node for node, norm in norms.items() if norm < largest * 1e-5]
    if faint:
        text = (
            f"Its gradient is {norms[faint[0]]:.1e}, the largest is {largest:.1e}. A shortcut or normalization helps."
        )
        return Advice("warning", f"Hardly any signal reaches {faint[0]}", text)
    if largest > 1e3:
        return Advice(
            "warning",
            "The corrections are very large",
            f"The largest gradient is {largest:.2g}.",
            "clip",
            "Limit gradients to 1",
        )
    text = f"Gradients of {len(norms)} layers lie between {min(norms.values()):.2g} and {largest:.2g}."
    return Advice("good", "Signals reach every layer", text)
