"""Measures of quality, counted in whole batches: accuracy, top-k, precision, recall, F1, confusion, MAE, RMSE, R².

Predictions are what people read (probabilities, numbers in their own unit), targets are the raw ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

SMALLER_IS_BETTER = frozenset({"loss", "perplexity", "bits_per_character", "mae", "mse", "rmse"})
MOST_CLASSES = 2048
"""With more classes than this, no confusion matrix is kept: it would take more memory than the model."""
CHUNK_ITEMS = 16_384
CHUNK_NUMBERS = 4_000_000


def larger_is_better(metric: str) -> bool:
    """Whether a larger value of a measure is the better one."""
    return metric.rpartition(".")[2] not in SMALLER_IS_BETTER


class Counts(Protocol):
    """Sums from which measures follow; adding two batches gives the same as adding both at once."""

    def add(self, predictions: Tensor, targets: Tensor) -> None: ...
    def values(self) -> dict[str, float]: ...
    def state(self) -> dict[str, Tensor]: ...
    def load(self, state: Mapping[str, Tensor]) -> None: ...


def per_class(predictions: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """Scores as (items, classes) and targets as (items,): steps and pixels count as items. -1 and -100 are left out."""
    if predictions.dim() == targets.dim() + 1 and predictions.dim() > 2:
        if predictions.shape[1:-1] != targets.shape[1:]:  # (batch, classes, …): move the classes to the end
            predictions = predictions.movedim(1, -1)
        predictions = predictions.reshape(-1, predictions.shape[-1])
    scores = predictions.reshape(len(predictions), -1)
    answers = ((targets > 0.5) if targets.is_floating_point() else targets).reshape(-1).to(torch.int64)
    if scores.shape[0] != answers.shape[0] and scores.numel() == answers.numel():
        scores = scores.reshape(-1, 1)
    known = answers >= 0
    return (scores, answers) if bool(known.all()) else (scores[known], answers[known])


def answers_of(scores: Tensor) -> Tensor:
    """The class with the highest score; a single score is the probability of the second of two classes."""
    if scores.shape[1] == 1:
        return (scores[:, 0] > 0.5).to(torch.int64)
    if scores.shape[1] == 2:  # a comparison is ten times as fast as argmax
        return (scores[:, 1] > scores[:, 0]).to(torch.int64)
    return scores.argmax(1)


class ClassCounts:
    """Right answers and mix-ups. One score per item means: probability of the second of two classes."""

    def __init__(self, classes: int, tops: Sequence[int] = ()) -> None:
        self.classes = max(2, classes)
        self.tops = tuple(top for top in tops if top < self.classes)  # with as many, every answer would be right
        size = self.classes if self.classes <= MOST_CLASSES else 0
        self.confusion = torch.zeros((size, size), dtype=torch.int64)  # (truth, answer)
        self.right = 0
        self.items = 0
        self.within = dict.fromkeys(self.tops, 0)

    @torch.no_grad()
    def add(self, predictions: Tensor, targets: Tensor) -> None:
        scores, truth = per_class(predictions, targets)
        answer = answers_of(scores)
        self.items += len(truth)
        if scores.shape[1] > self.classes:  # a vocabulary made for more words than the data has: an answer may be none
            self.confusion = self.confusion[:0, :0]
        if len(self.confusion):
            cells = torch.bincount(truth * self.classes + answer, minlength=self.classes**2)
            self.confusion += cells.reshape(self.classes, self.classes).cpu()
        else:
            self.right += int((answer == truth).sum())
        for top in self.tops:
            best = scores.topk(min(top, scores.shape[1]), dim=1).indices
            self.within[top] += int((best == truth[:, None]).any(1).sum())

    def values(self) -> dict[str, float]:
        if not self.items:
            return {}
        found = {f"top{top}": count / self.items for top, count in self.within.items()}
        if not len(self.confusion):
            return {"accuracy": self.right / self.items, **found}
        return {**of_confusion(self.confusion), **found}

    def state(self) -> dict[str, Tensor]:
        counts = [self.right, self.items, *self.within.values()]
        return {"confusion": self.confusion, "counts": torch.tensor(counts, dtype=torch.int64)}

    def load(self, state: Mapping[str, Tensor]) -> None:
        self.confusion = state["confusion"].clone()
        self.right, self.items, *within = (int(count) for count in state["counts"])
        self.within = dict(zip(self.tops, within, strict=True))


def of_confusion(confusion: Tensor) -> dict[str, float]:
    """The measures that follow from a confusion matrix (truth, answer). Means over classes leave out those that
    neither occur nor are answered; a class that is never answered has precision 0."""
    table = confusion.cpu().numpy().astype(np.float64)  # small: numpy is five times as fast here
    hits, truths, answers = table.diagonal(), table.sum(1), table.sum(0)
    total = float(truths.sum())
    if not total:
        return {}
    present = (truths + answers) > 0
    precision = hits / np.maximum(answers, 1)  # there are no hits where there are no answers
    recall = hits / np.maximum(truths, 1)
    f1 = 2 * hits / np.maximum(truths + answers, 1)
    return {
        "accuracy": float(hits.sum()) / total,
        "balanced_accuracy": float(recall[truths > 0].mean()),
        "precision": float(precision[present].mean()),
        "recall": float(recall[present].mean()),
        "f1": float(f1[present].mean()),
    }


class NumberCounts:
    """Errors of predicted numbers. Spread of the targets is merged batch by batch, which loses no digits."""

    def __init__(self) -> None:
        # count, sum of |error|, sum of error², mean of the targets, sum of their squared distance from it
        self.sums = torch.zeros(5, dtype=torch.float64)

    @torch.no_grad()
    def add(self, predictions: Tensor, targets: Tensor) -> None:
        guess = predictions.detach().reshape(-1).cpu().to(torch.float64)
        truth = targets.reshape(-1).cpu().to(torch.float64)
        known = torch.isfinite(truth)
        if not bool(known.all()):
            guess, truth = guess[known], truth[known]
        if not len(truth):
            return
        error = guess - truth
        count, mean = float(len(truth)), truth.mean()
        before, far = self.sums[0], mean - self.sums[3]
        total = before + count
        spread = ((truth - mean) ** 2).sum() + far**2 * before * count / total
        self.sums = torch.stack(
            [
                total,
                self.sums[1] + error.abs().sum(),
                self.sums[2] + (error**2).sum(),
                self.sums[3] + far * count / total,
                self.sums[4] + spread,
            ]
        )

    def values(self) -> dict[str, float]:
        count, absolute, square, _, spread = self.sums.tolist()
        if not count:
            return {}
        found = {"mae": absolute / count, "mse": square / count, "rmse": math.sqrt(square / count)}
        if spread > 0:
            found["r2"] = 1 - square / spread
        return found

    def state(self) -> dict[str, Tensor]:
        return {"sums": self.sums}

    def load(self, state: Mapping[str, Tensor]) -> None:
        self.sums = state["sums"].clone()


def counts_for(metrics: Sequence[str], classes: int) -> Counts:
    """What counts the named measures for a target with so many classes, 0 for numbers."""
    if classes or "accuracy" in metrics:  # yes or no for every pixel where there are no classes
        tops = [int(name[3:]) for name in metrics if name.startswith("top") and name[3:].isdigit()]
        return ClassCounts(classes, tops)
    return NumberCounts()


class Tally:
    """The measures of one pass over the data. Batches are set aside and counted in chunks, which costs almost nothing
    per step and gives the same sums whenever the pass is interrupted."""

    def __init__(
        self,
        kinds: Mapping[str, tuple[Sequence[str], int]],
        predict: Callable[[tuple[Tensor, ...]], Mapping[str, Tensor]],
        scales: Mapping[str, tuple[float, float]] | None = None,
        chunk: int = CHUNK_ITEMS,
        filling: Mapping[str, int] | None = None,
    ) -> None:
        """
        Args:
            kinds: by target field: names of the measures, and number of classes (0 for numbers).
            predict: turns the network's outputs into predictions by target field, in the targets' own unit.
            scales: mean and standard deviation of the targets that come standardized.
            chunk: items that are set aside before they are counted.
            filling: the class that only fills up short targets and is not counted.
        """
        self.kinds = dict(kinds)
        self.predict = predict
        self.scales = dict(scales or {})
        self.filling = dict(filling or {})
        self.chunk = chunk
        self.counts = {name: counts_for(metrics, classes) for name, (metrics, classes) in self.kinds.items()}
        self._aside: list[tuple[tuple[Tensor, ...], dict[str, Tensor]]] = []
        self._items = self._numbers = 0

    def add(self, outputs: tuple[Tensor, ...], targets: Mapping[str, Tensor]) -> None:
        """Count a batch: the network's outputs and the raw targets."""
        if not self.counts:
            return
        kept = tuple(output.detach() for output in outputs)
        self._aside.append((kept, {name: targets[name] for name in self.counts}))
        self._items += len(kept[0])
        self._numbers += sum(output.numel() for output in kept)
        if self._items >= self.chunk or self._numbers >= CHUNK_NUMBERS:
            self._count()

    @torch.no_grad()
    def _count(self) -> None:
        if not self._aside:
            return
        outputs = tuple(torch.cat(parts) for parts in zip(*(kept for kept, _ in self._aside), strict=True))
        predictions = self.predict(tuple(output.float() for output in outputs))
        for name, counts in self.counts.items():
            truth = torch.cat([targets[name] for _, targets in self._aside])
            if name in self.scales:
                mean, std = self.scales[name]
                truth = truth.cpu().to(torch.float64) * std + mean
            if name in self.filling:
                truth = truth.masked_fill(truth == self.filling[name], -1)
            counts.add(predictions[name], truth)
        self._aside.clear()
        self._items = self._numbers = 0

    def values(self) -> dict[str, float]:
        """The chosen measures; with several targets their names come first: `price.mae`."""
        self._count()
        found = {}
        for name, counts in self.counts.items():
            all_values = counts.values()
            head = f"{name}." if len(self.counts) > 1 else ""
            found.update(
                {f"{head}{metric}": all_values[metric] for metric in self.kinds[name][0] if metric in all_values}
            )
        return found

    def state(self) -> dict[str, Tensor]:
        """Everything counted and set aside so far."""
        found = {
            f"{name}/{key}": value for name, counts in self.counts.items() for key, value in counts.state().items()
        }
        for place, (outputs, targets) in enumerate(self._aside):
            found.update({f"aside/{place}/output/{index}": output for index, output in enumerate(outputs)})
            found.update({f"aside/{place}/target/{name}": target for name, target in targets.items()})
        return found

    def load(self, state: Mapping[str, Tensor], device: torch.device) -> None:
        """Go on from a kept state."""
        for name, counts in self.counts.items():
            head = f"{name}/"
            counts.load({key[len(head) :]: value for key, value in state.items() if key.startswith(head)})
        place = 0
        while f"aside/{place}/output/0" in state:
            head = f"aside/{place}/output/"
            many = sum(key.startswith(head) for key in state)
            outputs = tuple(state[f"{head}{index}"].to(device) for index in range(many))
            self.add(outputs, {name: state[f"aside/{place}/target/{name}"].to(device) for name in self.counts})
            place += 1
