"""GAN: a generator learns to make pictures that a discriminator cannot tell from real ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from engine.declare import param
from engine.recipes import Recipe, recipes, shared
from engine.recipes.optimizers import Optimizer
from engine.recipes.schedules import Schedule

USUAL = {"type": "Adam", "lr": 0.0005, "beta1": 0.5, "beta2": 0.99}


@recipes.add("Generate with a GAN", keywords="generative adversarial network pictures generator discriminator critic")
class Gan(Recipe):
    """Two networks play against each other: one makes pictures out of noise, the other tells them from real ones.

    The generator has a Noise input and an Output for the picture, from 0 to 1 (end with Sigmoid). The discriminator has
    an Image input and an Output of one number, large for real pictures. Give both a Category input of the same field
    to choose what is made.
    """

    loop = "gan"
    objectives = ()
    networks: ClassVar[Mapping[str, str]] = {
        "generator": "Makes pictures out of noise.",
        "discriminator": "Tells real pictures from made ones.",
    }

    generator: str = shared.network("generator")
    discriminator: str = shared.network("discriminator")
    epochs: int = shared.EPOCHS
    batch_size: int = shared.BATCH_SIZE
    objective: Literal["minimax", "hinge", "wasserstein"] = param(
        default="minimax",
        choices=(
            ("minimax", "Real or not (minimax)"), ("hinge", "With a margin (hinge)"),
            ("wasserstein", "Distance (Wasserstein)"),
        ),
        help="What the two play for. Wasserstein is the steadiest and slowest.",
    )  # fmt: skip
    real_penalty: float = param(
        default=1.0, min=0, max=1000, label="Smoothness at real pictures", shown_if=("objective", ("minimax", "hinge")),
        help="Keeps the discriminator from growing steep around real pictures, which steadies both (R1). 0 leaves it.",
    )  # fmt: skip
    gradient_penalty: float = param(
        default=10.0, min=0, max=1000, label="Slope of 1", shown_if=("objective", ("wasserstein",)),
        help="How strongly the slope between real and made pictures is kept at 1 (gradient penalty).",
    )  # fmt: skip
    critic_steps: int = param(
        default=1, min=1, max=100, label="Discriminator steps",
        help="Steps of the discriminator for one of the generator. Wasserstein usually takes 3 to 5.",
    )  # fmt: skip
    optimizer: Optimizer = param(
        default=USUAL, catalogue="optimizers", label="Generator's optimizer", help="How the generator's weights move."
    )
    discriminator_optimizer: Optimizer = param(
        default=USUAL, catalogue="optimizers", label="Discriminator's optimizer",
        help="How the discriminator's weights move.",
    )  # fmt: skip
    schedule: Schedule = shared.SCHEDULE
    average: float | None = param(
        default=0.995, min=0, below=1, label="Average weights", none="off",
        help="The exported generator is a running average of the weights; this share of it stays at each step.",
    )  # fmt: skip
    seed: int = shared.SEED
    device: Literal["auto", "cpu", "cuda", "mps"] = shared.DEVICE
