"""Learning to write: language models, masked-token models, and sequences that become other sequences."""

from __future__ import annotations

from typing import Literal

from engine.declare import param
from engine.recipes import Recipe, recipes, shared
from engine.recipes.optimizers import Optimizer
from engine.recipes.schedules import Schedule

STEPS = param(
    default=None, min=1, max=10_000_000, label="Steps per epoch", none="all the data",
    help="Makes epochs shorter than the data, so that there is something to see early. Each takes other items.",
)  # fmt: skip
TEMPERATURE = param(
    default=0.8, min=0, max=10,
    help="How daring it writes: low repeats what is likely, high surprises, 0 always takes the likeliest.",
)  # fmt: skip
TOP_K = param(
    default=None, min=1, max=1_000_000, label="Choose among", none="all", advanced=True,
    help="Only so many of the likeliest next tokens may be drawn (top-k).",
)  # fmt: skip
TOP_P = param(
    default=1.0, above=0, max=1, label="Up to a chance of", advanced=True,
    help="Only the likeliest next tokens that make up this share of the chance may be drawn (top-p).",
)  # fmt: skip


@recipes.add("Learn to write", keywords="language model gpt next token text generate characters words")
class LanguageModel(Recipe):
    """Shows the network text and lets it guess what comes next at every place; then it can go on by itself. The data's
    target is the same text one step further on, the loss is “Cross-entropy per step”."""

    loop = "language"

    prompt: str = param(
        default="", label="Begin with", help="The text that the samples go on from; empty takes some of the data."
    )
    sample_length: int = param(
        default=200, min=1, max=10_000, label="Length of samples", unit="tokens", help="How much it writes each time."
    )
    temperature: float = TEMPERATURE
    top_k: int | None = TOP_K
    top_p: float = TOP_P
    epochs: int = shared.EPOCHS
    steps: int | None = STEPS
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


@recipes.add("Learn by filling in", keywords="masked language model bert cloze token pretraining self supervised")
class MaskedTokens(Recipe):
    """Hides some of the tokens and lets the network say what they were. The loss is “Cross-entropy per step”, its
    target the field that the network reads."""

    loop = "masked"

    share: float = param(default=0.15, above=0, below=1, label="Hide", help="Share of the tokens that are hidden.")
    epochs: int = shared.EPOCHS
    steps: int | None = STEPS
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


@recipes.add("Learn to translate", keywords="sequence to sequence seq2seq encoder decoder teacher forcing beam")
class SequenceToSequence(Recipe):
    """Shows the network sequences and what they become. It reads the whole source and what was answered so far, and
    says what comes next; in use it answers step by step."""

    loop = "translate"

    beams: int = param(
        default=1, min=1, max=64, label="Answers kept in mind",
        help="1 always takes the likeliest next token; more compare whole answers (beam search) and take longer.",
    )  # fmt: skip
    tested: int = param(
        default=200, min=1, max=1_000_000, label="Answers tried per epoch", unit="items", advanced=True,
        help="So many validation items are answered step by step after each epoch, to count the right answers.",
    )  # fmt: skip
    epochs: int = shared.EPOCHS
    steps: int | None = STEPS
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
