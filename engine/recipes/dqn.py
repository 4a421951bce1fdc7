"""DQN: an agent learns what every action is worth, from a memory of what it lived through."""

from __future__ import annotations

from typing import Literal

from engine.declare import param
from engine.recipes import Recipe, playing, recipes, shared
from engine.recipes.optimizers import Optimizer
from engine.recipes.schedules import Schedule


@recipes.add("Learn by playing: DQN", keywords="reinforcement learning agent game q learning replay target network")
class Dqn(Recipe):
    """Plays, remembers, and learns what every action is worth in every situation; the best one is then taken.

    The network has a Table input of the situation and an Output with one number per action.
    """

    loop = "dqn"
    objectives = ()

    epochs: int = playing.EPOCHS
    moves: int = param(default=1000, min=1, max=1_000_000, label="Moves per epoch", help="Moves played in an epoch.")
    play: int = param(
        default=4, min=1, max=10_000, label="Moves per step", help="Moves between two looks back into the memory."
    )
    looks: int = param(default=2, min=1, max=1000, label="Looks back", help="Batches learned from at each look back.")
    batch_size: int = param(default=64, min=1, max=100_000, unit="moments", log=True, help="Moments per look back.")
    optimizer: Optimizer = param(
        default={"type": "Adam", "lr": 0.001}, catalogue="optimizers", help="How the weights move after each batch."
    )
    schedule: Schedule = shared.SCHEDULE
    clip_norm: float | None = param(
        default=10.0, above=0, max=1e9, label="Limit gradients", none="no limit",
        help="Largest length of the gradient of all weights together.",
    )  # fmt: skip
    discount: float = playing.DISCOUNT
    memory: int = param(
        default=50_000, min=1, max=10_000_000, unit="moments", log=True, help="How many moments are remembered."
    )
    random_moves: int = param(
        default=1000, min=1, max=1_000_000, label="Random start", unit="moves", help="Moves before learning starts."
    )
    curiosity_from: float = param(
        default=1.0, min=0, max=1, label="Curiosity at the start", help="Share of random moves at the start (epsilon)."
    )
    curiosity_to: float = param(
        default=0.04, min=0, max=1, label="Curiosity later", help="Share of random moves that stays (epsilon)."
    )
    curiosity_falls: float = param(
        default=0.2, min=0, max=1, label="Curiosity falls for", help="Share of the run in which curiosity falls."
    )
    target_moves: int = param(
        default=500, min=1, max=1_000_000, label="Renew the target", unit="moves",
        help="Moves after which the copy that judges the next situation is renewed (target network).",
    )  # fmt: skip
    double: bool = param(
        default=True, label="Double DQN",
        help="The network chooses the next action and the copy judges it, which keeps hopes realistic.",
    )  # fmt: skip
    trials: int = playing.TRIALS
    keep_best: bool = shared.KEEP_BEST
    seed: int = shared.SEED
    device: Literal["auto", "cpu", "cuda", "mps"] = param(
        default="cpu", choices=shared.DEVICES, help="Where the arithmetic runs. Small agents are fastest on the CPU."
    )
