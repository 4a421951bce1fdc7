"""Optimizers: how the weights move after each batch. Declarations only; `engine.run.optimize` does the arithmetic."""

from __future__ import annotations

from engine.catalogue import Catalogue
from engine.declare import Declared, param


class Optimizer(Declared):
    """Base of the optimizers: a learning rate, and a pull of the weights towards zero."""

    catalogue_name = "optimizers"

    lr: float = param(
        default=0.001, above=0, max=100, label="Learning rate", log=True,
        help="How far the weights move per step. Too large and the loss jumps, too small and it crawls.",
    )  # fmt: skip
    weight_decay: float = param(
        default=0.0, min=0, max=10, label="Weight decay", log=True,
        help="Pulls weights towards zero, so that the network prefers simple answers.",
    )  # fmt: skip


optimizers: Catalogue[Optimizer] = Catalogue("optimizers", "optimizer")
"""Every way to move the weights."""


@optimizers.add("Adam", keywords="adaptive moments default")
class Adam(Optimizer):
    """Gives every weight its own step size. A good first choice for almost everything."""

    beta1: float = param(
        default=0.9, min=0, below=1, advanced=True, label="Memory of the direction",
        help="Share of the earlier direction that is kept at each step (beta 1).",
    )  # fmt: skip
    beta2: float = param(
        default=0.999, min=0, below=1, advanced=True, label="Memory of the size",
        help="Share of the earlier step size that is kept at each step (beta 2).",
    )  # fmt: skip
    eps: float = param(
        default=1e-8, above=0, max=1, advanced=True, label="Smallest divisor", log=True,
        help="Added to the divisor, so that it is never zero (epsilon). Larger is steadier and slower.",
    )  # fmt: skip
    amsgrad: bool = param(
        default=False, advanced=True, label="Never speed up again",
        help="Step sizes may only shrink (AMSGrad).",
    )  # fmt: skip


@optimizers.add("AdamW", keywords="adaptive moments decoupled transformer")
class AdamW(Adam):
    """Adam with a weight decay that works the same for every weight. Usual for Transformers."""

    weight_decay: float = param(
        default=0.01, min=0, max=10, label="Weight decay", log=True,
        help="Pulls weights towards zero, so that the network prefers simple answers.",
    )  # fmt: skip


@optimizers.add("SGD", keywords="stochastic gradient descent momentum nesterov")
class SGD(Optimizer):
    """Moves all weights straight downhill. Needs a well chosen learning rate and often ends up most accurate."""

    lr: float = param(
        default=0.01, above=0, max=100, label="Learning rate", log=True,
        help="How far the weights move per step. Too large and the loss jumps, too small and it crawls.",
    )  # fmt: skip
    momentum: float = param(
        default=0.9, min=0, below=1,
        help="Share of the last step that carries on into the next, like a ball that rolls downhill.",
    )  # fmt: skip
    nesterov: bool = param(
        default=False, advanced=True, label="Look ahead",
        help="Measures the slope where momentum is about to lead (Nesterov). Needs momentum above 0.",
    )  # fmt: skip

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        if self.nesterov and not self.momentum:
            from engine.errors import UserError

            raise UserError("Look ahead needs a momentum above 0. Set momentum to 0.9 or switch look ahead off.")


@optimizers.add("RMSprop", keywords="adaptive recurrent")
class RMSprop(Optimizer):
    """Divides each step by the usual size of that weight's gradient. Often used for recurrent networks."""

    alpha: float = param(
        default=0.99, min=0, below=1, advanced=True, label="Memory of the size",
        help="Share of the earlier gradient size that is kept at each step (alpha).",
    )  # fmt: skip
    eps: float = param(
        default=1e-8, above=0, max=1, advanced=True, label="Smallest divisor", log=True,
        help="Added to the divisor, so that it is never zero (epsilon).",
    )  # fmt: skip
    momentum: float = param(
        default=0.0, min=0, below=1,
        help="Share of the last step that carries on into the next, like a ball that rolls downhill.",
    )  # fmt: skip
