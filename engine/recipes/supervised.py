"""Supervised training: learning from examples whose right answers are known."""

from __future__ import annotations

from typing import Literal

from engine.data.augmentations import Augment
from engine.recipes import Recipe, recipes, shared
from engine.recipes.optimizers import Optimizer
from engine.recipes.schedules import Schedule
from engine.recipes.starts import StartFrom


@recipes.add("Learn from examples", keywords="supervised classification regression")
class Supervised(Recipe):
    """Shows the network examples with known answers and moves its weights until it gets them right."""

    loop = "supervised"

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
    start_from: StartFrom = shared.START_FROM
