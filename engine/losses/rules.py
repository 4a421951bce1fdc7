"""Rules that several objectives share: equal shapes, and how targets are compared."""

from __future__ import annotations

from engine.layer import Objective
from engine.layers.rules import alike, refuse
from engine.shapes import Category, Tensor, differ


def equal(objective: Objective, prediction: Tensor, target: Tensor | None) -> Tensor:
    """The prediction's shape, given that a wired target has the same."""
    if target is not None:
        alike(objective, prediction, target, "target")
    return prediction


def classes_fit(objective: Objective, scores: Tensor, target: Tensor | None) -> None:
    """Refuse a wired target with another number of classes than there are scores."""
    if isinstance(target, Category) and target.classes is not None and differ(scores.last, target.classes):
        refuse(
            f"{objective.label} needs one score per class",
            f"The target has {target.classes} classes, the prediction {scores.last} numbers. Change the last Linear.",
            "prediction",
        )
