"""What a test shows of answers that choose a token at every step: share right, surprise, and the worst texts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from engine.data.vocabulary import PADDING, decode

Floats = np.ndarray[Any, Any]
Ints = np.ndarray[Any, Any]

MOST_MISTAKES = 100
TOPS = (2, 3, 5)


class Steps:
    """Keeps of every answer only what the measures need: scores for each of 50,000 words at every step, of all items
    at once, would fill the memory."""

    def __init__(self, truth: Ints) -> None:
        """`truth`: the right tokens (items, steps)."""
        self.truth = truth
        self.best = np.empty(truth.shape, np.int64)
        self.rank = np.empty(truth.shape, np.int64)
        self.chance = np.empty(truth.shape, np.float64)

    def add(self, start: int, answers: Floats) -> None:
        """Take in the probabilities (items, steps, classes) of some items, the first of them at `start`."""
        here = slice(start, start + len(answers))
        own = np.take_along_axis(answers, self.truth[here, :, None], axis=2)
        self.best[here] = answers.argmax(axis=2)
        self.rank[here] = (answers > own).sum(axis=2)
        self.chance[here] = own[..., 0]

    def report(self, classes: Sequence[str], items: Ints, named: Callable[[int], str]) -> dict[str, Any]:
        """Measures over all steps that are no padding.

        Args:
            items: the items' places in the data set; named: how people call the item at a place.
        """
        truth, best, rank, chance = self.truth, self.best, self.rank, self.chance
        padding = classes.index(PADDING) if PADDING in classes else -1
        counted = truth != padding
        hit = (best == truth) & counted
        steps = np.maximum(counted.sum(axis=1), 1)
        total = max(1, int(counted.sum()))
        surprise = float(-np.log(np.clip(chance[counted], 1e-12, 1)).sum() / total)
        metrics = {
            "accuracy": float(hit.sum() / total),
            "cross_entropy": surprise,
            "perplexity": float(np.exp(surprise)),
            "whole_right": float((hit.sum(axis=1) == counted.sum(axis=1)).mean()),
            **{f"top{top}": float(((rank < top) & counted).sum() / total) for top in TOPS if len(classes) > top},
        }
        share = hit.sum(axis=1) / steps
        worst = [int(row) for row in np.argsort(share, kind="stable")[:MOST_MISTAKES] if share[row] < 1]
        return {
            "kind": "tokens",
            "count": len(truth),
            "steps": total,
            "metrics": metrics,
            "by_step": [
                float(one) if there else None
                for one, there in zip(
                    hit.sum(axis=0) / np.maximum(counted.sum(axis=0), 1), counted.any(axis=0).tolist(), strict=True
                )
            ],
            "mistakes": [
                {
                    "item": int(items[row]),
                    "name": named(int(items[row])),
                    "right": float(share[row]),
                    "truth": decode(truth[row][counted[row]].tolist(), classes),
                    "answer": decode(best[row][counted[row]].tolist(), classes),
                }
                for row in worst
            ],
        }
