"""Learning to reconstruct: autoencoders, denoising autoencoders and variational autoencoders."""

from __future__ import annotations

from typing import Literal

from engine.data.augmentations import Augment
from engine.declare import param
from engine.recipes import Recipe, recipes, shared
from engine.recipes.optimizers import Optimizer
from engine.recipes.schedules import Schedule


@recipes.add("Learn to reconstruct", keywords="autoencoder denoising variational vae unsupervised latent compress")
class Autoencoder(Recipe):
    """Shows the network its input as the answer, so that it finds a short description of it. Set the loss's target to
    the input field; with a Random sample and its loss in the middle it becomes a variational autoencoder."""

    loop = "autoencoder"

    noise: float = param(
        default=0.0, min=0, max=10, label="Noise on the input",
        help="Spread of random numbers added to what the network reads; it learns to take them away. 0: none.",
    )  # fmt: skip
    hide: float = param(
        default=0.0, min=0, below=1, label="Hide parts of the input",
        help="Share of the numbers that are set to zero; the network learns to fill them in.",
    )  # fmt: skip
    beta: float = param(
        default=1.0, min=0, max=1000, label="Weight of the normal distribution", log=True,
        help="How much the loss “KL to a normal distribution” counts, times the weight of its node (β).",
    )  # fmt: skip
    beta_epochs: float = param(
        default=0.0, min=0, max=10_000, label="Raise it over", unit="epochs",
        help="Time in which that weight rises from zero, so that the network learns to reconstruct first.",
    )  # fmt: skip
    epochs: int = shared.EPOCHS
    batch_size: int = shared.BATCH_SIZE
    optimizer: Optimizer = shared.OPTIMIZER
    schedule: Schedule = shared.SCHEDULE
    warmup_epochs: float = shared.WARMUP_EPOCHS
    clip_norm: float | None = shared.CLIP_NORM
    early_stopping: int | None = shared.EARLY_STOPPING
    monitor: Literal["loss", "metric"] = shared.MONITOR
    keep_best: bool = shared.KEEP_BEST
    seed: int = shared.SEED
    device: Literal["auto", "cpu", "cuda", "mps"] = shared.DEVICE
    precision: Literal["32-bit", "bf16 mixed", "fp16 mixed"] = shared.PRECISION
    augmentations: tuple[Augment, ...] = shared.AUGMENTATIONS
