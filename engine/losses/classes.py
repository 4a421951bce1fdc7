"""Losses for classes: how far the scores are from saying the right class."""

from __future__ import annotations

from engine.declare import Floats, param
from engine.dims import differ
from engine.layer import Objective, literal, objective
from engine.layers.rules import alike, fixed, refuse
from engine.losses.rules import classes_fit, two_classes
from engine.shapes import Category, Image, Numbers, Sequence, Signal, Tensor, Tokens, Volume

WEIGHTS_HELP = "One number per class: how much each counts. Empty counts all the same."
BALANCED_HELP = "Makes rare classes count as much as common ones; the weights follow from the training data."
SMOOTHING_HELP = "How much of the answer is spread over all classes, so that the network is less sure of itself."


def _weighted(prediction: str, weights: tuple[float, ...]) -> str:
    return f", weight={prediction}.new_tensor({literal(weights)})" if weights else ""


def _check_weights(label: str, weights: tuple[float, ...], scores: Tensor) -> None:
    if weights and differ(scores.last, len(weights)):
        refuse(
            f"{label} needs one weight per class",
            f"There are {scores.last} scores and {len(weights)} weights. Give as many, or none.",
        )


@objective("Cross-entropy", keywords="classification softmax classes log loss logistic", icon="loss")
class CrossEntropy(Objective):
    """For choosing one of several classes: rewards a high score for the right class and low ones for the others.

    Takes raw scores, one per class; no Softmax is needed before it.
    """

    covers = ("CrossEntropyLoss",)
    target_kinds = ("category",)
    metrics = ("accuracy", "f1", "precision", "recall", "top3")
    samples = ({"label_smoothing": 0.1}, {"class_weights": (1.0, 2.0, 0.5, 1.0, 1.0, 3.0, 1.0, 1.0)})

    balanced: bool = param(default=False, label="Balance classes", help=BALANCED_HELP)
    label_smoothing: float = param(default=0.0, min=0, below=1, advanced=True, help=SMOOTHING_HELP)
    class_weights: Floats = param(default=(), min=0, advanced=True, help=WEIGHTS_HELP)

    def shape(self, prediction: Numbers, target: Category | Numbers | None = None) -> Tensor:
        fixed(self, prediction.features, "classes", "prediction")
        classes_fit(self, prediction, target)
        if isinstance(target, Numbers):
            alike(self, prediction, target, "target")
        _check_weights(self.label, self.class_weights, prediction)
        return prediction

    def loss(self, prediction: str, target: str) -> str:
        smoothing = f", label_smoothing={self.label_smoothing!r}" if self.label_smoothing else ""
        return f"F.cross_entropy({prediction}, {target}{_weighted(prediction, self.class_weights)}{smoothing})"

    def activation(self, prediction: str) -> str:
        return f"{prediction}.softmax(dim=-1)"

    def widths(self, classes: int) -> int | None:
        return classes

    def summary(self) -> str:
        return " · ".join(part for part in (super().summary(), "balanced" if self.balanced else "") if part)


@objective("Cross-entropy per step", keywords="language model next token text sequence classes", icon="loss")
class SequenceCrossEntropy(Objective):
    """For choosing a class at every step, such as the next word of a text. Takes raw scores, one per class and step."""

    covers = ("CrossEntropyLoss",)
    target_kinds = ("tokens",)
    metrics = ("accuracy",)
    samples = ({"label_smoothing": 0.1}, {"ignore": 0})

    ignore: int | None = param(
        default=None,
        min=0,
        label="Ignored id",
        none="none",
        help="The id that fills up short texts; not counted.",
    )
    label_smoothing: float = param(default=0.0, min=0, below=1, advanced=True, help=SMOOTHING_HELP)

    def shape(self, prediction: Sequence, target: Tokens | None = None) -> Tensor:
        fixed(self, prediction.features, "classes", "prediction")
        if target is not None and differ(target.time, prediction.time):
            refuse(
                f"{self.label} needs one answer per step",
                f"The prediction has {prediction.time} steps, the target {target.time}.",
                "target",
            )
        if target is not None and target.classes is not None and differ(prediction.features, target.classes):
            refuse(
                f"{self.label} needs one score per class",
                f"The target has {target.classes} ids, the prediction {prediction.features} features.",
                "prediction",
            )
        return prediction

    def loss(self, prediction: str, target: str) -> str:
        rest = f", ignore_index={self.ignore}" if self.ignore is not None else ""
        rest += f", label_smoothing={self.label_smoothing!r}" if self.label_smoothing else ""
        return f"F.cross_entropy({prediction}.transpose(1, 2), {target}{rest})"

    def activation(self, prediction: str) -> str:
        return f"{prediction}.softmax(dim=-1)"

    def widths(self, classes: int) -> int | None:
        return classes


@objective("Binary cross-entropy", keywords="yes no two classes logistic sigmoid bce multi label mask", icon="loss")
class BinaryCrossEntropy(Objective):
    """For yes-or-no answers: one score for “yes”, above zero when it is likelier than not.

    Takes raw scores; no Sigmoid is needed before it.
    """

    covers = ("BCEWithLogitsLoss",)
    target_kinds = ("category", "image")
    metrics = ("accuracy", "f1", "precision", "recall")
    samples = ({"positive_weight": 3.0}, {"positive_weight": 0.5})

    positive_weight: float = param(
        default=1.0, above=0, max=1e6, advanced=True, label="Weight of yes", help="How much more a “yes” counts."
    )

    def shape(
        self,
        prediction: Numbers | Sequence | Signal | Image | Volume,
        target: Category | Numbers | Sequence | Signal | Image | Volume | None = None,
    ) -> Tensor:
        return two_classes(self, prediction, target)

    def loss(self, prediction: str, target: str) -> str:
        weight = f", pos_weight={prediction}.new_tensor({self.positive_weight!r})" if self.positive_weight != 1 else ""
        # classes come as whole numbers without the last axis, wired targets as they are
        return f"F.binary_cross_entropy_with_logits({prediction}, {target}.float().reshape_as({prediction}){weight})"

    def activation(self, prediction: str) -> str:
        return f"{prediction}.sigmoid()"

    def widths(self, classes: int) -> int | None:
        return 1


@objective("NLL", keywords="negative log likelihood classification log softmax", icon="loss")
class NLL(Objective):
    """Cross-entropy for networks that end in Log softmax."""

    covers = ("NLLLoss",)
    target_kinds = ("category",)
    metrics = ("accuracy", "f1", "precision", "recall", "top3")
    samples = ({"class_weights": (1.0, 2.0, 0.5, 1.0, 1.0, 3.0, 1.0, 1.0)},)

    balanced: bool = param(default=False, label="Balance classes", help=BALANCED_HELP)
    class_weights: Floats = param(default=(), min=0, advanced=True, help=WEIGHTS_HELP)

    def shape(self, prediction: Numbers, target: Category | None = None) -> Tensor:
        fixed(self, prediction.features, "classes", "prediction")
        classes_fit(self, prediction, target)
        _check_weights(self.label, self.class_weights, prediction)
        return prediction

    def loss(self, prediction: str, target: str) -> str:
        return f"F.nll_loss({prediction}, {target}{_weighted(prediction, self.class_weights)})"

    def activation(self, prediction: str) -> str:
        return f"{prediction}.exp()"

    def widths(self, classes: int) -> int | None:
        return classes
