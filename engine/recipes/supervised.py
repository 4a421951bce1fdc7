"""Supervised training: learning from examples whose right answers are known."""

from __future__ import annotations

from typing import Literal

from engine.declare import param
from engine.recipes import Recipe, recipes
from engine.recipes.optimizers import Optimizer
from engine.recipes.schedules import Schedule

DEVICES = (
    ("auto", "Fastest there is"),
    ("cpu", "Processor (CPU)"),
    ("cuda", "NVIDIA GPU (CUDA)"),
    ("mps", "Apple GPU (MPS)"),
)


@recipes.add("Learn from examples", keywords="supervised classification regression")
class Supervised(Recipe):
    """Shows the network examples with known answers and moves its weights until it gets them right."""

    epochs: int = param(default=20, min=1, max=1_000_000, help="How often the network sees all the training data.")
    batch_size: int = param(
        default=32, min=1, max=1_000_000, unit="items", log=True,
        help="Items per step. Larger batches use the computer better and need more memory.",
    )  # fmt: skip
    optimizer: Optimizer = param(
        default={"type": "Adam"}, catalogue="optimizers", help="How the weights move after each batch."
    )
    schedule: Schedule = param(
        default={"type": "Constant"}, catalogue="schedules", label="Learning rate schedule",
        help="How the learning rate changes over the run.",
    )  # fmt: skip
    warmup_epochs: float = param(
        default=0.0, min=0, max=10_000, label="Warm-up", unit="epochs",
        help="Time in which the learning rate rises to its full value. Steadies the start of large networks.",
    )  # fmt: skip
    clip_norm: float | None = param(
        default=None, above=0, max=1e9, label="Limit gradients", none="no limit",
        help="Largest length of the gradient of all weights together. Keeps one odd batch from spoiling the weights.",
    )  # fmt: skip
    early_stopping: int | None = param(
        default=None, min=1, label="Stop early", unit="epochs", none="never",
        help="Epochs without improvement after which training ends by itself.",
    )  # fmt: skip
    monitor: Literal["loss", "metric"] = param(
        default="loss", label="Watch", choices=(("loss", "Loss"), ("metric", "First measure of the first objective")),
        help="What decides which epoch was best: on the validation part, or on the training part where there is none.",
    )  # fmt: skip
    keep_best: bool = param(
        default=True, label="Keep the best epoch",
        help="Test and export use the weights of the best epoch; otherwise those of the last.",
    )  # fmt: skip
    seed: int = param(
        default=7, min=0, max=2**31 - 1, advanced=True,
        help="Start of the random numbers. The same seed gives the same run again.",
    )  # fmt: skip
    device: Literal["auto", "cpu", "cuda", "mps"] = param(
        default="auto", choices=DEVICES,
        help="Where the arithmetic runs.",
    )  # fmt: skip
    precision: Literal["32-bit", "bf16 mixed", "fp16 mixed"] = param(
        default="32-bit", advanced=True,
        choices=(("32-bit", "32-bit"), ("bf16 mixed", "bf16 mixed"), ("fp16 mixed", "fp16 mixed")),
        help="Mixed precision is faster on many devices and needs less memory. fp16 needs an NVIDIA GPU.",
    )  # fmt: skip
