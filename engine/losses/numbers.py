"""Losses for numbers: how far the predicted numbers are from the right ones."""

from __future__ import annotations

from engine.declare import param
from engine.layer import Objective, objective
from engine.losses.rules import equal
from engine.shapes import Image, Numbers, Sequence, Signal, Tensor, Volume

Real = Numbers | Sequence | Signal | Image | Volume
KINDS = ("number", "image", "series", "signal")


class Distance(Objective):
    """What the losses that compare number by number share."""

    target_kinds = KINDS

    def shape(
        self,
        prediction: Numbers | Sequence | Signal | Image | Volume,
        target: Numbers | Sequence | Signal | Image | Volume | None = None,
    ) -> Tensor:
        return equal(self, prediction, target)


@objective("Mean squared error", keywords="mse l2 regression numbers autoencoder", icon="loss")
class MSE(Distance):
    """For predicting numbers: the squared distance to the right ones, so that large errors count most."""

    covers = ("MSELoss",)
    metrics = ("rmse", "mae", "r2")

    def loss(self, prediction: str, target: str) -> str:
        return f"F.mse_loss({prediction}, {target})"


@objective("Mean absolute error", keywords="mae l1 regression numbers", icon="loss")
class L1(Distance):
    """For predicting numbers: the plain distance to the right ones, so that a few wild values do not rule."""

    covers = ("L1Loss",)
    metrics = ("mae", "rmse", "r2")

    def loss(self, prediction: str, target: str) -> str:
        return f"F.l1_loss({prediction}, {target})"


@objective("Huber", keywords="robust regression numbers outliers", icon="loss")
class Huber(Distance):
    """For predicting numbers with some wild values: squared for small errors, plain for large ones."""

    covers = ("HuberLoss",)
    metrics = ("mae", "rmse", "r2")
    samples = ({"delta": 0.5}, {"delta": 2.0})

    delta: float = param(default=1.0, above=0, max=1e6, label="Bend", help="Where small errors end and large begin.")

    def loss(self, prediction: str, target: str) -> str:
        rest = f", delta={self.delta!r}" if self.delta != 1 else ""
        return f"F.huber_loss({prediction}, {target}{rest})"


@objective("Smooth L1", keywords="robust regression numbers boxes detection", icon="loss")
class SmoothL1(Distance):
    """Like Huber, with the steepness of its outer part fixed; usual for the corners of boxes."""

    covers = ("SmoothL1Loss",)
    metrics = ("mae", "rmse", "r2")
    samples = ({"beta": 0.5}, {"beta": 2.0})

    beta: float = param(default=1.0, above=0, max=1e6, label="Bend", help="Where small errors end and large begin.")

    def loss(self, prediction: str, target: str) -> str:
        rest = f", beta={self.beta!r}" if self.beta != 1 else ""
        return f"F.smooth_l1_loss({prediction}, {target}{rest})"


@objective("Poisson", keywords="count events regression nll", icon="loss")
class PoissonNLL(Distance):
    """For predicting counts, such as visitors per hour; the network gives the logarithm of the count."""

    covers = ("PoissonNLLLoss",)
    metrics = ("mae", "rmse", "r2")

    def loss(self, prediction: str, target: str) -> str:
        return f"F.poisson_nll_loss({prediction}, {target})"

    def activation(self, prediction: str) -> str:
        return f"{prediction}.exp()"


@objective("Cosine similarity loss", keywords="angle direction embedding similarity", icon="loss")
class CosineSimilarityLoss(Objective):
    """For matching directions, not lengths: zero when prediction and target point the same way."""

    target_kinds = ("series",)
    metrics = ()

    def shape(self, prediction: Numbers | Sequence, target: Numbers | Sequence | None = None) -> Tensor:
        return equal(self, prediction, target)

    def loss(self, prediction: str, target: str) -> str:
        return f"(1 - F.cosine_similarity({prediction}, {target}, dim=-1)).mean()"
