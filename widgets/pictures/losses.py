"""What being wrong costs: the real curve of every loss that has one, over the error or over the share of the truth."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QRectF

from widgets.pictures.about import About, Picture
from widgets.pictures.curve import Function, plot
from widgets.pictures.ink import Ink


@dataclass(frozen=True)
class Cost:
    """The cost of one number: over which range, what the number is, and up to two curves."""

    low: float
    high: float
    axis: str
    curves: tuple[Function, ...]
    lines: tuple[str, ...]


def _log(share: float) -> float:
    return -math.log(share) if share > 0 else math.inf


def _smoothed(amount: float, classes: int = 10) -> Function:
    """Cross-entropy with label smoothing, the other classes alike."""

    def cost(share: float) -> float:
        rest = (1 - share) / (classes - 1)
        if share <= 0 or rest <= 0:
            return math.inf
        truth = 1 - amount + amount / classes
        return -(truth * math.log(share) + (classes - 1) * amount / classes * math.log(rest))

    return cost


def _huber(delta: float) -> Function:
    return lambda error: 0.5 * error**2 if abs(error) <= delta else delta * (abs(error) - 0.5 * delta)


def _smooth_l1(beta: float) -> Function:
    return lambda error: 0.5 * error**2 / beta if abs(error) < beta else abs(error) - 0.5 * beta


def _classes(about: About) -> Cost:
    smoothing = about.number("label_smoothing")
    curve = _smoothed(smoothing) if smoothing > 0 else _log
    lines = ("sure and right: 0", "sure and wrong:", "costs most")
    return Cost(0.0, 1.0, "share given to the truth", (curve,), lines)


def _binary(about: About) -> Cost:
    weight = about.number("positive_weight", 1.0)
    curves: tuple[Function, ...] = (lambda share: weight * _log(share), lambda share: _log(1 - share))
    return Cost(0.0, 1.0, "share given to yes", curves, ("full: truth is yes", "dashed: truth is no"))


def _hinge_pair(about: About) -> Cost:
    margin = about.number("margin", 1.0)
    curves: tuple[Function, ...] = (lambda distance: distance, lambda distance: max(0.0, margin - distance))
    return Cost(0.0, max(2.0, margin * 2), "distance", curves, ("full: alike", "dashed: not alike"))


def _cosine_pair(about: About) -> Cost:
    margin = about.number("margin")
    curves: tuple[Function, ...] = (lambda angle: 1 - angle, lambda angle: max(0.0, angle - margin))
    return Cost(-1.0, 1.0, "cosine of the angle", curves, ("full: alike", "dashed: not alike"))


def _margin(about: About) -> Cost:
    margin = about.number("margin", 1.0)
    power = 2 if about.get("squared") else 1
    lines = (f"a lead of {margin:g}", "is enough")
    return Cost(-2.0, 3.0, "lead of the right one", (lambda lead: max(0.0, margin - lead) ** power,), lines)


def _smooth(about: About) -> Cost:
    beta = about.number("beta", 1.0)
    return _over_error(_smooth_l1(beta or 1e-9), "squared near 0", f"straight from {beta:g} on")


def _huber_cost(about: About) -> Cost:
    delta = about.number("delta", 1.0)
    return _over_error(_huber(delta or 1e-9), "squared near 0", f"straight from {delta:g} on")


def _soft_margin(_about: About) -> Cost:
    lines = ("right side: little", "wrong side: more")
    return Cost(-4.0, 4.0, "score × truth", (lambda score: math.log1p(math.exp(-score)),), lines)


def _poisson(_about: About) -> Cost:
    lines = ("lowest where", "the count is right")
    return Cost(-2.0, 2.5, "logarithm said, truth 2", (lambda log: math.exp(log) - 2 * log,), lines)


def _over_error(curve: Function, *lines: str) -> Cost:
    return Cost(-3.0, 3.0, "error", (curve,), lines)


COSTS: dict[str, Callable[[About], Cost]] = {
    "MSE": lambda _: _over_error(lambda error: error**2, "the error squared", "far off costs", "far more"),
    "L1": lambda _: _over_error(abs, "the error as it is", "outliers count", "no extra"),
    "Huber": _huber_cost,
    "SmoothL1": _smooth,
    "CrossEntropy": _classes,
    "SequenceCrossEntropy": _classes,
    "NLL": _classes,
    "ShareCrossEntropy": _classes,
    "BinaryCrossEntropy": _binary,
    "MultiLabelSoftMargin": _binary,
    "MultiLabelMargin": _margin,
    "MultiMargin": _margin,
    "MarginRanking": _margin,
    "TripletMargin": _margin,
    "SoftMargin": _soft_margin,
    "HingeEmbedding": _hinge_pair,
    "CosineEmbedding": _cosine_pair,
    "CosineSimilarityLoss": lambda _: Cost(
        -1.0, 1.0, "cosine of the angle", (lambda angle: 1 - angle,), ("same way: 0", "opposite: 2")
    ),
    "PoissonNLL": _poisson,
    "GaussianNLL": lambda _: Cost(
        -3.0, 3.0, "error",
        (lambda error: 0.5 * error**2, lambda error: 0.5 * (math.log(4) + error**2 / 4)),
        ("full: said sure", "dashed: said unsure"),
    ),
    "NormalKL": lambda _: Cost(
        -3.0, 3.0, "middle of the bell", (lambda middle: 0.5 * middle**2,), ("keeps bells", "around 0, width 1")
    ),
    "KLDivergence": lambda _: Cost(
        0.0, 1.0, "share said, truth 0.7",
        (lambda share: _kl(0.7, share),), ("0 where both", "say the same"),
    ),
}  # fmt: skip
"""Loss to what it costs."""


def _kl(truth: float, said_: float) -> float:
    if not 0 < said_ < 1:
        return math.inf
    return truth * math.log(truth / said_) + (1 - truth) * math.log((1 - truth) / (1 - said_))


def paint(ink: Ink, about: About) -> None:
    """The curve with its axis named, and what it says."""
    cost = COSTS[about.layer](about)
    wide = min(ink.area.width() * 0.58, ink.area.height() * 1.6)
    inset = ink.sizes.s16 if cost.low >= 0 else 0  # the number on the axis stands left of it
    area = QRectF(ink.area.left() + inset, ink.area.top(), wide - inset, ink.area.height() - ink.line * 1.5)
    drawn = [(curve, at == 0) for at, curve in enumerate(cost.curves)]
    plot(ink, area, drawn, cost.low, cost.high)
    ink.text(QRectF(area.left(), area.bottom() + ink.line * 0.5, area.width(), ink.line), cost.axis, "text3")
    ink.beside(area.right() + ink.sizes.s16, *cost.lines)


def said(about: About) -> str:
    cost = COSTS[about.layer](about)
    return f"What it costs over the {cost.axis}: {' '.join(cost.lines)}"


LOSS = Picture(paint, said)
