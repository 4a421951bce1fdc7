"""Learning what is alike: embeddings from two views of every item, or from classes."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.data.augmentations import Augment
from engine.declare import param
from engine.recipes import Recipe, recipes, shared
from engine.recipes.optimizers import Optimizer
from engine.recipes.schedules import Schedule


@recipes.add("Learn what is alike", keywords="contrastive simclr infonce triplet siamese embedding self supervised")
class Contrastive(Recipe):
    """Places items as points so that alike ones lie close together. The network ends in an Output with a list of
    numbers; a second Output is used for learning only, such as SimCLR's projection."""

    loop = "contrastive"
    objectives: ClassVar[tuple[str, ...]] = ()

    alike: Literal["views", "classes"] = param(
        default="views", label="Alike are",
        choices=(("views", "Two changed views of one item (SimCLR)"), ("classes", "Items of one class (triplets)")),
        help="Views need no labels, only augmentation or noise; classes need a category as the data's target.",
    )  # fmt: skip
    temperature: float = param(
        default=0.2, above=0, max=10, shown_if=("alike", ("views",)),
        help="How strictly the nearest others are pushed away: low looks at those alone.",
    )  # fmt: skip
    margin: float = param(
        default=0.3, above=0, max=10, shown_if=("alike", ("classes",)),
        help="How much farther items of another class have to be than those of the same.",
    )  # fmt: skip
    noise: float = param(
        default=0.0, min=0, max=10, help="Spread of random numbers added to each view; for data that is no pictures."
    )
    augmentations: tuple[Augment, ...] = shared.AUGMENTATIONS
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
