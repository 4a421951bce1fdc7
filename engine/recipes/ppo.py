"""PPO: an agent learns to do more of what turned out better than expected, in small steps."""

from __future__ import annotations

from typing import Literal

from engine.declare import param
from engine.recipes import Recipe, playing, recipes, shared
from engine.recipes.optimizers import Optimizer
from engine.recipes.schedules import Schedule


@recipes.add("Learn by playing: PPO", keywords="reinforcement learning agent game policy gradient actor critic")
class Ppo(Recipe):
    """Plays several games at once and does more of what turned out better than expected, never changing too much at
    a time.

    The network has a Table input of the situation and two Outputs: one number per action, and a single number that
    says what the situation is worth.
    """

    loop = "ppo"
    objectives = ()

    epochs: int = playing.EPOCHS
    rounds: int = param(default=2, min=1, max=10_000, label="Rounds per epoch", help="Times it plays and then learns.")
    players: int = param(default=8, min=1, max=1024, label="Games at once", help="Games that are played side by side.")
    horizon: int = param(
        default=128, min=2, max=100_000, label="Moves per round", help="Moves played in each game before it learns."
    )
    passes: int = param(default=6, min=1, max=1000, help="How often each round is learned from.")
    batch_size: int = param(default=256, min=1, max=1_000_000, unit="moments", log=True, help="Moments per step.")
    optimizer: Optimizer = param(
        default={"type": "Adam", "lr": 0.001, "eps": 1e-5}, catalogue="optimizers",
        help="How the weights move after each batch.",
    )  # fmt: skip
    schedule: Schedule = shared.SCHEDULE
    clip_norm: float | None = param(
        default=0.5, above=0, max=1e9, label="Limit gradients", none="no limit",
        help="Largest length of the gradient of all weights together.",
    )  # fmt: skip
    discount: float = playing.DISCOUNT
    trust: float = param(
        default=0.95, min=0, max=1, label="Trust in rewards",
        help="How far ahead real rewards count more than expected ones (lambda).",
    )  # fmt: skip
    change: float = param(
        default=0.2, above=0, below=1, label="Largest change",
        help="By how much the share of an action may change in one round (clipping).",
    )  # fmt: skip
    curiosity: float = param(
        default=0.01, min=0, max=10, help="How much is given for keeping several actions open (entropy bonus)."
    )
    value_weight: float = param(
        default=0.5, min=0, max=100, advanced=True, label="Weight of the value",
        help="How much judging situations counts beside choosing actions.",
    )  # fmt: skip
    trials: int = playing.TRIALS
    keep_best: bool = shared.KEEP_BEST
    seed: int = shared.SEED
    device: Literal["auto", "cpu", "cuda", "mps"] = param(
        default="cpu", choices=shared.DEVICES, help="Where the arithmetic runs. Small agents are fastest on the CPU."
    )
