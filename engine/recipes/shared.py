"""Settings that several recipes have in common, each declared once: `epochs: int = EPOCHS`.

The arithmetic behind them is `engine.run.mover` (how weights move) and `engine.run.session` (epochs, the best one,
stopping early).
"""

from __future__ import annotations

from typing import Any

from engine.declare import param

DEVICES = (
    ("auto", "Fastest there is"),
    ("cpu", "Processor (CPU)"),
    ("cuda", "NVIDIA GPU (CUDA)"),
    ("mps", "Apple GPU (MPS)"),
)

EPOCHS = param(default=20, min=1, max=1_000_000, help="How often the network sees all the training data.")
BATCH_SIZE = param(
    default=32, min=1, max=1_000_000, unit="items", log=True,
    help="Items per step. Larger batches use the computer better and need more memory.",
)  # fmt: skip
OPTIMIZER = param(default={"type": "Adam"}, catalogue="optimizers", help="How the weights move after each batch.")
SCHEDULE = param(
    default={"type": "Constant"}, catalogue="schedules", label="Learning rate schedule",
    help="How the learning rate changes over the run.",
)  # fmt: skip
WARMUP_EPOCHS = param(
    default=0.0, min=0, max=10_000, label="Warm-up", unit="epochs",
    help="Time in which the learning rate rises to its full value. Steadies the start of large networks.",
)  # fmt: skip
CLIP_NORM = param(
    default=None, above=0, max=1e9, label="Limit gradients", none="no limit",
    help="Largest length of the gradient of all weights together. Keeps one odd batch from spoiling the weights.",
)  # fmt: skip
EARLY_STOPPING = param(
    default=None, min=1, label="Stop early", unit="epochs", none="never",
    help="Epochs without improvement after which training ends by itself.",
)  # fmt: skip
MONITOR = param(
    default="loss", label="Watch", choices=(("loss", "Loss"), ("metric", "First measure of the first objective")),
    help="What decides which epoch was best: on the validation part, or on the training part where there is none.",
)  # fmt: skip
KEEP_BEST = param(
    default=True, label="Keep the best epoch",
    help="Test and export use the weights of the best epoch; otherwise those of the last.",
)  # fmt: skip
SEED = param(
    default=7, min=0, max=2**31 - 1, advanced=True,
    help="Start of the random numbers. The same seed gives the same run again.",
)  # fmt: skip
DEVICE = param(default="auto", choices=DEVICES, help="Where the arithmetic runs.")
PRECISION = param(
    default="32-bit", advanced=True,
    choices=(("32-bit", "32-bit"), ("bf16 mixed", "bf16 mixed"), ("fp16 mixed", "fp16 mixed")),
    help="Mixed precision is faster on many devices and needs less memory. fp16 needs an NVIDIA GPU.",
)  # fmt: skip
AUGMENTATIONS = param(
    default=(), catalogue="augmentations", label="Augmentation",
    help="Changes to the training pictures that leave the answer as it is, in this order. They make more of few.",
)  # fmt: skip
START_FROM = param(
    default={"type": "Scratch"}, catalogue="starts", label="Start from",
    help="Whether the network learns from the beginning or goes on from what another run has learned.",
)  # fmt: skip


def network(role: str) -> Any:
    """Which network of the project plays a role, by the name of its tab."""
    label = role.replace("_", " ").capitalize()
    return param(default=role, advanced=True, label=label, help=f"The network that is the {label.lower()}, by its tab.")
