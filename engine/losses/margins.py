"""Losses with a margin: an answer need not be perfect, it must be right by a distance."""

from __future__ import annotations

from engine.declare import param
from engine.layer import Objective, objective
from engine.layers.rules import fixed
from engine.losses.rules import classes_fit, equal, signs, two_classes
from engine.shapes import Category, Image, Numbers, Sequence, Signal, Tensor, Volume

MARGIN_HELP = "By how much the right side must lead before it no longer matters."
Real = Numbers | Sequence | Signal | Image | Volume


@objective("Hinge", keywords="svm support vector multi margin classes", icon="loss")
class MultiMargin(Objective):
    """For choosing one of several classes: the right score must lead every other by a margin, more is not rewarded."""

    covers = ("MultiMarginLoss",)
    target_kinds = ("category",)
    metrics = ("accuracy", "f1", "precision", "recall", "top3")
    samples = ({"margin": 0.5}, {"squared": True})

    margin: float = param(default=1.0, above=0, max=1e6, help=MARGIN_HELP)
    squared: bool = param(default=False, advanced=True, help="Punishes a large lack more than several small ones.")

    def shape(self, prediction: Numbers, target: Category | None = None) -> Tensor:
        fixed(self, prediction.features, "classes", "prediction")
        classes_fit(self, prediction, target)
        return prediction

    def loss(self, prediction: str, target: str) -> str:
        power = ", p=2" if self.squared else ""
        margin = f", margin={self.margin!r}" if self.margin != 1 else ""
        return f"F.multi_margin_loss({prediction}.float(), {target}{power}{margin})"

    def activation(self, prediction: str) -> str:
        return f"{prediction}.softmax(dim=-1)"

    def widths(self, classes: int) -> int | None:
        return classes


@objective("Logistic", keywords="soft margin yes no two classes sign", icon="loss")
class SoftMargin(Objective):
    """For yes-or-no answers, with one score that is above zero for yes; targets may also be +1 and −1."""

    covers = ("SoftMarginLoss",)
    target_kinds = ("category",)
    metrics = ("accuracy", "f1", "precision", "recall")

    def shape(
        self,
        prediction: Numbers | Sequence | Signal | Image | Volume,
        target: Category | Numbers | Sequence | Signal | Image | Volume | None = None,
    ) -> Tensor:
        return two_classes(self, prediction, target)

    def loss(self, prediction: str, target: str) -> str:
        return f"F.soft_margin_loss({prediction}, {signs(target, prediction)})"

    def activation(self, prediction: str) -> str:
        return f"{prediction}.sigmoid()"

    def widths(self, classes: int) -> int | None:
        return 1


@objective("Distance hinge", keywords="hinge embedding similar different pairs siamese contrastive", icon="loss")
class HingeEmbedding(Objective):
    """For distances of pairs: small where the target says that they belong together, beyond the margin elsewhere."""

    covers = ("HingeEmbeddingLoss",)
    target_kinds = ("category",)
    samples = ({"margin": 0.5}, {"margin": 3.0})

    margin: float = param(default=1.0, above=0, max=1e6, help="How far apart what does not belong together must be.")

    def shape(self, prediction: Numbers, target: Category | Numbers | None = None) -> Tensor:
        return two_classes(self, prediction, target)

    def loss(self, prediction: str, target: str) -> str:
        margin = f", margin={self.margin!r}" if self.margin != 1 else ""
        return f"F.hinge_embedding_loss({prediction}, {signs(target, prediction)}{margin})"

    def widths(self, classes: int) -> int | None:
        return 1


@objective("Ranking", keywords="margin order compare search recommend pairs", icon="loss")
class MarginRanking(Objective):
    """For putting things in order: the target says whether `prediction` must score higher than `other`."""

    covers = ("MarginRankingLoss",)
    target_kinds = ("category",)
    samples = ({"margin": 0.5}, {"margin": 3.0})

    margin: float = param(default=1.0, min=0, max=1e6, help=MARGIN_HELP)

    def shape(self, prediction: Numbers, other: Numbers, target: Category | Numbers | None = None) -> Tensor:
        equal(self, prediction, other, "other")
        return two_classes(self, prediction, target)

    def loss(self, prediction: str, target: str, other: str = "") -> str:
        margin = f", margin={self.margin!r}" if self.margin else ""
        return f"F.margin_ranking_loss({prediction}, {other}, {signs(target, prediction)}{margin})"

    def widths(self, classes: int) -> int | None:
        return 1


@objective("Pairs by angle", keywords="cosine embedding similar different siamese contrastive", icon="loss")
class CosineEmbedding(Objective):
    """For pairs of lists: they point the same way where the target says that they belong together, else apart."""

    covers = ("CosineEmbeddingLoss",)
    target_kinds = ("category",)
    samples = ({"margin": 0.5}, {"margin": -0.5})

    margin: float = param(
        default=0.0, min=-1, max=1, help="Up to which cosine what does not belong together may still be alike."
    )

    def shape(self, prediction: Numbers, other: Numbers, target: Category | Numbers | None = None) -> Tensor:
        if target is not None:
            two_classes(self, Numbers(1), target)
        return equal(self, prediction, other, "other")

    def loss(self, prediction: str, target: str, other: str = "") -> str:
        margin = f", margin={self.margin!r}" if self.margin else ""
        return f"F.cosine_embedding_loss({prediction}, {other}, {signs(target)}{margin})"


@objective("Triplet", keywords="anchor positive negative siamese metric face embedding contrastive", icon="loss")
class TripletMargin(Objective):
    """For lists that stand for things: `prediction` must lie closer to `positive`, which is alike, than to `negative`.

    The three mostly come from one network that is used three times with shared weights.
    """

    covers = ("TripletMarginLoss", "TripletMarginWithDistanceLoss")
    target_kinds = ()
    samples = ({"margin": 0.5, "swap": True}, {"by_angle": True, "margin": 0.3})

    # it compares only what is wired, so the form asks for no field
    target: str = param(default="", label="Target", shown_if=("margin", ()), help="Nothing: three wires are compared.")
    margin: float = param(default=1.0, above=0, max=1e6, help="By how much closer the alike one must be.")
    swap: bool = param(
        default=False, advanced=True, help="Also keeps “positive” away from “negative”, where that is harder."
    )
    by_angle: bool = param(default=False, advanced=True, help="Measures by angle instead of as the crow flies.")

    def shape(self, prediction: Numbers, positive: Numbers, negative: Numbers) -> Tensor:
        equal(self, prediction, positive, "positive")
        return equal(self, prediction, negative, "negative")

    def loss(self, prediction: str, target: str, positive: str = "", negative: str = "") -> str:
        rest = f", margin={self.margin!r}" if self.margin != 1 else ""
        rest += ", swap=True" if self.swap else ""
        three = f"{prediction}, {positive}, {negative}"
        if not self.by_angle:
            return f"F.triplet_margin_loss({three}{rest})"
        angle = "lambda one, two: 1 - F.cosine_similarity(one, two)"
        return f"F.triplet_margin_with_distance_loss({three}, distance_function={angle}{rest})"
