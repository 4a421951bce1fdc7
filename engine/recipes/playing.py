"""Settings that the ways to learn by playing have in common, each declared once."""

from __future__ import annotations

from engine.declare import param

EPOCHS = param(default=50, min=1, max=1_000_000, help="How many stretches of play there are.")
DISCOUNT = param(
    default=0.99, min=0, max=1, label="Patience",
    help="How much a reward one move later still counts. 0.99 looks about a hundred moves ahead.",
)  # fmt: skip
TRIALS = param(
    default=10, min=1, max=1000, label="Trial episodes",
    help="Episodes played without chance after each epoch. They decide which epoch was best.",
)  # fmt: skip
