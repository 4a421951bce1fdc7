"""Losses for special answers: several labels, shares instead of scores, texts without alignment, and spreads."""

from __future__ import annotations

from engine.declare import param
from engine.dims import differ
from engine.layer import Objective, objective
from engine.layers.rules import fixed, refuse
from engine.losses.rules import equal, two_classes
from engine.shapes import Category, Image, Numbers, Sequence, Signal, Tensor, Tokens, Volume


@objective("Binary cross-entropy of shares", keywords="bce probability sigmoid yes no autoencoder pixels", icon="loss")
class ShareCrossEntropy(Objective):
    """Binary cross-entropy for networks that end in a Sigmoid: the prediction lies between 0 and 1."""

    covers = ("BCELoss",)
    target_kinds = ("category", "image")
    metrics = ("accuracy", "f1", "precision", "recall")

    def shape(
        self,
        prediction: Numbers | Sequence | Signal | Image | Volume,
        target: Category | Numbers | Sequence | Signal | Image | Volume | None = None,
    ) -> Tensor:
        return two_classes(self, prediction, target)

    def loss(self, prediction: str, target: str) -> str:
        # by way of the scores, as the direct form overflows in half precision
        scores = f"{prediction}.float().logit(eps=1e-7)"
        return f"F.binary_cross_entropy_with_logits({scores}, {target}.float().reshape_as({prediction}))"

    def widths(self, classes: int) -> int | None:
        return 1


class Labels(Objective):
    """What the losses for several labels at once share: a target of zeros and ones, one number per label."""

    target_kinds = ("series",)

    def shape(self, prediction: Numbers, target: Numbers | None = None) -> Tensor:
        return equal(self, prediction, target)

    def activation(self, prediction: str) -> str:
        return f"{prediction}.sigmoid()"


@objective("Several labels", keywords="multilabel soft margin tags yes no each", icon="loss")
class MultiLabelSoftMargin(Labels):
    """For things that carry several labels at once: one score per label, above zero where it applies."""

    covers = ("MultiLabelSoftMarginLoss",)

    def loss(self, prediction: str, target: str) -> str:
        return f"F.multilabel_soft_margin_loss({prediction}, {target}.float())"


@objective("Several labels with margin", keywords="multilabel hinge tags rank", icon="loss")
class MultiLabelMargin(Labels):
    """For things that carry several labels at once: every right label must lead every wrong one by a margin."""

    covers = ("MultiLabelMarginLoss",)

    def loss(self, prediction: str, target: str) -> str:
        # torch wants the places of the right labels first and −1 after them
        places = f"{target}.argsort(dim=1, descending=True)"
        right = f"{target}.sort(dim=1, descending=True).values > 0"
        return f"F.multilabel_margin_loss({prediction}.float(), {places}.where({right}, -1))"


@objective("CTC", keywords="speech handwriting recognition alignment text transcript", icon="loss")
class CTC(Objective):
    """For reading speech or handwriting: learns a text without being told at which step each letter stands.

    Takes raw scores per step, one per letter. Letter 0 means nothing here, and fills up short texts in the target.
    """

    covers = ("CTCLoss",)
    target_kinds = ("tokens",)

    def shape(self, prediction: Sequence, target: Tokens | None = None) -> Tensor:
        fixed(self, prediction.features, "classes", "prediction")
        if target is None:
            return prediction
        if target.classes is not None and differ(prediction.features, target.classes):
            refuse(
                f"{self.label} needs one score per letter",
                f"The target has {target.classes} letters, the prediction {prediction.features} features.",
                "prediction",
            )
        if isinstance(target.time, int) and isinstance(prediction.time, int) and target.time > prediction.time:
            refuse(
                f"{self.label} needs at least as many steps as letters",
                f"The prediction has {prediction.time} steps, the target up to {target.time} letters.",
                "prediction",
            )
        return prediction

    def loss(self, prediction: str, target: str) -> str:
        scores = f"{prediction}.float().log_softmax(dim=-1).transpose(0, 1)"
        steps = f"torch.full(({prediction}.size(0),), {prediction}.size(1))"
        letters = f"({target} != 0).sum(dim=1)"
        return f"F.ctc_loss({scores}, {target}, {steps}, {letters}, zero_infinity=True)"

    def activation(self, prediction: str) -> str:
        return f"{prediction}.softmax(dim=-1)"

    def widths(self, classes: int) -> int | None:
        return classes


@objective("Gaussian", keywords="nll uncertainty variance spread confidence regression", icon="loss")
class GaussianNLL(Objective):
    """For predicting numbers together with how sure they are: `log_variance` takes the logarithm of the variance."""

    covers = ("GaussianNLLLoss",)
    target_kinds = ("number", "image", "series", "signal")
    metrics = ("rmse", "mae", "r2")
    samples = ({"floor": 1e-3},)

    floor: float = param(default=1e-6, above=0, max=1, advanced=True, help="The smallest variance, for safety.")

    def shape(
        self,
        prediction: Numbers | Sequence | Signal | Image | Volume,
        log_variance: Numbers | Sequence | Signal | Image | Volume,
        target: Numbers | Sequence | Signal | Image | Volume | None = None,
    ) -> Tensor:
        equal(self, prediction, log_variance, "log_variance")
        return equal(self, prediction, target)

    def loss(self, prediction: str, target: str, log_variance: str = "") -> str:
        floor = f", eps={self.floor!r}" if self.floor != 1e-6 else ""
        return f"F.gaussian_nll_loss({prediction}, {target}, {log_variance}.exp(){floor})"
