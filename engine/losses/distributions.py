"""Losses between distributions: for learning from another network, and for variational autoencoders."""

from __future__ import annotations

from typing import Literal

from engine.declare import param
from engine.layer import Objective, objective
from engine.layers.rules import refuse
from engine.losses.rules import equal
from engine.shapes import Numbers, Sequence, Tensor


@objective("KL divergence", keywords="distillation teacher student distribution kullback leibler", icon="loss")
class KLDivergence(Objective):
    """For copying another network's shares over classes: zero when both give the same. Takes raw scores."""

    covers = ("KLDivLoss",)
    target_kinds = ()
    metrics = ()
    samples = ({"temperature": 4.0}, {"target_is": "probabilities"}, {"target_is": "probabilities", "temperature": 2.0})

    target_is: Literal["scores", "probabilities"] = param(
        default="scores",
        choices=(("scores", "Raw scores"), ("probabilities", "Shares that add up to 1")),
        help="What is wired to the target.",
    )
    temperature: float = param(
        default=1.0, above=0, max=1000, advanced=True, help="Higher softens both, so that small shares matter too."
    )

    def shape(self, prediction: Numbers | Sequence, target: Numbers | Sequence | None = None) -> Tensor:
        if target is None:
            refuse(f"{self.label} has no target", "Wire what it should become, such as a teacher.", "target")
        return equal(self, prediction, target)

    def loss(self, prediction: str, target: str) -> str:
        cooled = "" if self.temperature == 1 else f" / {self.temperature!r}"
        scale = "" if self.temperature == 1 else f" * {self.temperature**2!r}"
        right = target if self.target_is == "probabilities" else f"F.softmax({target}{cooled}, dim=-1)"
        scores = f"F.log_softmax({prediction}{cooled}, dim=-1)"
        return f'F.kl_div({scores}, {right}, reduction="batchmean"){scale}'

    def activation(self, prediction: str) -> str:
        return f"{prediction}.softmax(dim=-1)"


@objective("KL to a normal distribution", keywords="vae variational autoencoder latent gaussian", icon="loss")
class NormalKL(Objective):
    """Keeps the hidden points of a variational autoencoder close to a normal distribution.

    `prediction` takes the mean, `target` the logarithm of the variance; both come from the encoder.
    """

    target_kinds = ()
    metrics = ()

    def shape(self, prediction: Numbers, target: Numbers | None = None) -> Tensor:
        if target is None:
            refuse(f"{self.label} has no target", "Wire the logarithm of the variance to it.", "target")
        return equal(self, prediction, target)

    def loss(self, prediction: str, target: str) -> str:
        return f"0.5 * ({prediction}.square() + {target}.exp() - 1 - {target}).sum(dim=1).mean()"
