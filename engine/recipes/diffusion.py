"""Diffusion: a network learns to take noise out of pictures, and then makes pictures out of noise alone."""

from __future__ import annotations

from typing import Literal

from engine.declare import param
from engine.recipes import Recipe, recipes, shared
from engine.recipes.optimizers import Optimizer
from engine.recipes.schedules import Schedule


@recipes.add("Generate with diffusion", keywords="generative ddpm ddim flow matching denoise pictures")
class Diffusion(Recipe):
    """Shows the network pictures with more or less noise and teaches it to see the noise; taking it away step by step
    then turns pure noise into a picture.

    The network has an Image input, a Time step input and an Output of the picture's own size; a Category input lets
    you choose what is made.
    """

    loop = "diffusion"
    objectives = ()

    epochs: int = shared.EPOCHS
    batch_size: int = shared.BATCH_SIZE
    predicts: Literal["noise", "flow"] = param(
        default="noise", label="Learns",
        choices=(("noise", "The noise (DDPM)"), ("flow", "The way to the picture (flow matching)")),
        help="What the network learns to see. Flow matching walks straight and needs fewer steps to make a picture.",
    )  # fmt: skip
    noise: Literal["linear", "cosine"] = param(
        default="cosine", label="Noise over time", shown_if=("predicts", ("noise",)),
        choices=(("linear", "Linear"), ("cosine", "Cosine")),
        help="How fast the picture drowns. Cosine keeps more of small pictures.",
    )  # fmt: skip
    label_dropout: float = param(
        default=0.1, min=0, below=1, label="Without its class",
        help="Share of pictures shown without their class, so that guidance has something to compare with.",
    )  # fmt: skip
    optimizer: Optimizer = param(
        default={"type": "Adam", "lr": 0.002}, catalogue="optimizers", help="How the weights move after each batch."
    )
    schedule: Schedule = param(
        default={"type": "Cosine"}, catalogue="schedules", label="Learning rate schedule",
        help="How the learning rate changes over the run.",
    )  # fmt: skip
    warmup_epochs: float = shared.WARMUP_EPOCHS
    clip_norm: float | None = shared.CLIP_NORM
    average: float | None = param(
        default=0.995, min=0, below=1, label="Average weights", none="off",
        help="Pictures are made with a running average of the weights; this share of it stays at each step.",
    )  # fmt: skip
    sampler: Literal["ddim", "ddpm"] = param(
        default="ddim", label="Makes pictures", shown_if=("predicts", ("noise",)),
        choices=(("ddim", "In few steps (DDIM)"), ("ddpm", "With fresh noise (DDPM)")),
        help="DDIM gives the same picture for the same noise; DDPM draws fresh noise at each step.",
    )  # fmt: skip
    sample_steps: int = param(default=50, min=1, max=1000, label="Steps", help="Steps from noise to a picture.")
    guidance: float = param(
        default=2.0, min=0, max=20,
        help="How strongly a picture is drawn towards its class: 1 as learned, more is more typical and less varied.",
    )  # fmt: skip
    seed: int = shared.SEED
    device: Literal["auto", "cpu", "cuda", "mps"] = shared.DEVICE
    precision: Literal["32-bit", "bf16 mixed", "fp16 mixed"] = shared.PRECISION
