"""Rules that several objectives share: equal shapes, and how targets are compared."""

from __future__ import annotations

from engine.dims import differ
from engine.layer import Objective
from engine.layers.rules import alike, refuse
from engine.shapes import Category, Numbers, Tensor


def equal(objective: Objective, prediction: Tensor, target: Tensor | None, port: str = "target") -> Tensor:
    """The prediction's shape, given that a wired target has the same."""
    if target is not None:
        alike(objective, prediction, target, port)
    return prediction


def classes_fit(objective: Objective, scores: Tensor, target: Tensor | None) -> None:
    """Refuse a wired target with another number of classes than there are scores."""
    if isinstance(target, Category) and target.classes is not None and differ(scores.last, target.classes):
        refuse(
            f"{objective.label} needs one score per class",
            f"The target has {target.classes} classes, the prediction {scores.last} numbers. Change the last Linear.",
            "prediction",
        )


def two_classes(objective: Objective, prediction: Tensor, target: Tensor | None) -> Tensor:
    """The prediction's shape, given that it is one score for a target of two classes, or shaped like its target."""
    if isinstance(target, Category):
        if target.classes is not None and target.classes != 2:
            refuse(
                f"{objective.label} needs two classes",
                f"The target has {target.classes}. Use Cross-entropy instead.",
                "target",
            )
        if not isinstance(prediction, Numbers) or differ(prediction.features, 1):
            refuse(
                f"{objective.label} needs one score",
                f"The prediction is {prediction.words()}; a yes-or-no answer takes a single number.",
                "prediction",
            )
    elif target is not None:
        alike(objective, prediction, target, "target")
    return prediction


def signs(target: str, like: str = "") -> str:
    """A yes-or-no target as the +1 and −1 that margins are made of; yes is any number above zero."""
    found = f"torch.where({target} > 0, 1.0, -1.0)"
    return f"{found}.reshape_as({like})" if like else f"{found}.reshape(-1)"
