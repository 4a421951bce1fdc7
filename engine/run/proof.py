"""The proof that an exported model gives the same answers: what is compared, on which inputs, what is said of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from engine.codeends import OutputSpec
from engine.data.dataset import Dataset
from engine.errors import UserError
from engine.exporters import Progress
from engine.exporters.signature import ModelInput
from engine.run.opened import Array, Opened
from engine.run.reports import class_probabilities

LIMIT = 1e-5
"""Two answers agree where they differ by at most LIMIT + LIMIT · |PyTorch's answer|."""
MOST_ITEMS = 2_000
SAMPLE = 500
BATCHES = (1, 7, 64)
TEST_BATCH = 64
PIECE = 1_000_000
"""Numbers compared at once; every one of them stands in memory some ten times then."""
MISSING = 0.1
"""Share of the random table cells that are left empty."""
EDGES = tuple(10.0 ** (power / 4) for power in range(-40, -15))
"""Bins of the histogram: four per power of ten, from 1e-10 to 1e-4; what lies outside is in the first or the last."""

Answer = Callable[[Sequence[Array]], list[Array]]
"""A batch of raw inputs to one array per output."""


@dataclass
class Gap:
    """How far two models' answers are apart, counted over everything compared."""

    outputs: Sequence[OutputSpec]
    largest: float = 0.0
    scaled: float = 0.0
    worst: str = ""
    over: int = 0
    numbers: int = 0
    equal: int = 0
    counts: Array = field(default_factory=lambda: np.zeros(len(EDGES) - 1, np.int64))
    same_class: int = 0
    class_items: int = 0

    def add(self, ours: Sequence[Array], theirs: Sequence[Array], where: str) -> tuple[float, int]:
        """Compare a batch; gives its largest difference and how many numbers are over the limit."""
        before, worst = self.over, 0.0
        for spec, one, other in zip(self.outputs, ours, theirs, strict=True):
            if one.shape != other.shape:
                raise UserError(
                    f"The exported model's “{spec.name}” has the shape {list(other.shape)}, not {list(one.shape)}."
                )
            for part, there in zip(_pieces(one), _pieces(other), strict=True):
                worst = max(worst, self._compare(part, there, f"“{spec.name}”, {where}"))
            if spec.classes:
                self._same(one, other, len(spec.classes))
        return worst, self.over - before

    def _compare(self, one: Array, other: Array, where: str) -> float:
        """Compare some numbers of an answer; gives their largest difference."""
        off, size = _apart(one, other), np.abs(np.nan_to_num(one.astype(np.float64)))
        largest = float(off.max(initial=0.0))
        if largest > self.largest:
            self.largest, self.worst = largest, where
        self.over += int((off > LIMIT + LIMIT * size).sum())
        self._count(off / (1 + size))
        return largest

    def _count(self, scaled: Array) -> None:
        """Count differences divided by 1 + |PyTorch's answer|, which is what the limit holds for, large or small."""
        self.numbers += scaled.size
        self.equal += int((scaled == 0).sum())
        self.scaled = max(self.scaled, float(scaled.max(initial=0.0)))
        bins = np.searchsorted(EDGES, scaled[scaled > 0].ravel()) - 1
        self.counts += np.bincount(bins.clip(0, len(self.counts) - 1), minlength=len(self.counts))

    def _same(self, one: Array, other: Array, classes: int) -> None:
        ours, theirs = class_probabilities(one, classes), class_probabilities(other, classes)
        self.same_class += int((ours.argmax(1) == theirs.argmax(1)).sum())
        self.class_items += len(ours)


def _pieces(answer: Array) -> list[Array]:
    """The numbers of an answer in parts that leave room for what is made of them."""
    flat = answer.reshape(-1)
    return [flat[start : start + PIECE] for start in range(0, flat.size, PIECE)]


def _apart(one: Array, other: Array) -> Array:
    """The absolute differences; not-a-number equals itself and is infinitely far from all else."""
    a, b = one.astype(np.float64), other.astype(np.float64)
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    with np.errstate(invalid="ignore"):
        off = np.where(same, 0.0, np.abs(a - b))
    return np.where(np.isnan(off), np.inf, off)


@dataclass(frozen=True)
class Trial:
    """What a proof compares on: items of the data with their right answers; a sample has the range of random ones."""

    part: str
    indices: Array
    sample: list[Array]
    truth: dict[str, Array]


def trial(model: Opened, dataset: Dataset) -> Trial:
    """The held-out items, spread evenly up to the limit; where nothing is held out, what was trained on."""
    from engine.data.raw import raw_targets
    from engine.run.evaluate import PARTS, part_of

    for part in PARTS:
        try:
            indices = part_of(model, dataset, part)
            break
        except UserError:
            continue
    else:
        raise UserError("The data has no items to compare the exported model on.")
    if len(indices) > MOST_ITEMS:
        indices = indices[np.linspace(0, len(indices) - 1, MOST_ITEMS).astype(np.int64)]
    targets = [one.target for one in model.signature.outputs if one.classes]
    truth = raw_targets(dataset, targets, indices) if targets else {}
    sample = indices[np.linspace(0, len(indices) - 1, min(len(indices), SAMPLE)).astype(np.int64)]
    return Trial(part, indices, model.raw(dataset, sample), truth)


def random_items(inputs: Sequence[ModelInput], seen: Sequence[Array], count: int, seed: int) -> list[Array]:
    """Items that no data set holds, within the range of the data; tables have empty cells."""
    random = np.random.default_rng(seed)
    return [_random(one, array, count, random) for one, array in zip(inputs, seen, strict=True)]


def _random(one: ModelInput, seen: Array, count: int, random: np.random.Generator) -> Array:
    shape = (count, *seen.shape[1:])
    if one.kind == "image":
        return random.integers(0, 256, shape).astype(one.dtype)
    if one.dtype == "int64":
        return random.integers(0, max(1, one.classes), shape)
    flat = seen.reshape(-1, seen.shape[-1])
    made = random.uniform(_least(flat), 0.0 - _least(-flat), shape)
    if one.kind == "table":
        for place, column in enumerate(one.fields):
            if column.classes:
                made[:, place] = random.integers(0, len(column.classes), count)
        made[random.random(shape) < MISSING] = np.nan
    return made.astype(one.dtype)


def _least(columns: Array) -> Array:
    """The smallest number of each column, missing ones left out; 0 for a column that is missing altogether."""
    least: Array = np.where(np.isnan(columns), np.inf, columns).min(axis=0)
    return np.where(np.isfinite(least), least, 0.0).astype(np.float64)


@dataclass(frozen=True)
class Question:
    """One batch that both models answer: where it is from, how many items, its first item's place in the trial.

    Its raw inputs are made when they are asked for: 2,000 large pictures would fill the memory.
    """

    where: str
    count: int
    arrays: Callable[[], list[Array]]
    start: int = -1

    @property
    def random(self) -> bool:
        """Whether its items were made up."""
        return self.start < 0


def batches_for(model: Opened, arrays: Sequence[Array], batches: Sequence[int] = BATCHES) -> tuple[int, ...]:
    """The batch sizes to try, none so large that its answers would fill the memory."""
    most = model.most_answers(arrays)
    return tuple(dict.fromkeys(min(batch, most) for batch in batches))


def questions(model: Opened, dataset: Dataset, held: Trial, batches: Sequence[int] = BATCHES) -> list[Question]:
    """Everything that is asked: the held-out items, then random ones in each batch size that the file takes."""
    size = min(TEST_BATCH, batches[-1]) if len(batches) > 1 else batches[0]
    found = []
    for start in range(0, len(held.indices), size):
        places = held.indices[start : start + size]
        where = f"{held.part} items {start} to {start + len(places) - 1}"
        found.append(Question(where, len(places), partial(model.raw, dataset, places), start))
    for seed, batch in enumerate(batches):
        made = partial(random_items, model.signature.inputs, held.sample, batch, seed)
        found.append(Question(f"random batch of {batch}", batch, made))
    return found


def prove(
    model: Opened,
    held: Trial,
    asked: Sequence[Question],
    reply: Callable[[int, list[Array]], list[Array]],
    progress: Progress,
) -> dict[str, Any]:
    """Compare an exported model with PyTorch.

    Args:
        reply: what the exported model says to a question, given its place among those asked and its raw inputs.

    Raises:
        UserError: the answers differ by more than the limit; the text has the numbers.
    """
    gap = Gap(model.signature.outputs)
    right = {name: {"torch": 0, "exported": 0, "of": int((truth >= 0).sum())} for name, truth in held.truth.items()}
    tests: dict[str, Any] = {"largest": 0.0, "within": True}
    sizes: list[dict[str, Any]] = []
    for place, question in enumerate(asked):
        given = question.arrays()
        ours, theirs = model.answers(given), reply(place, given)
        worst, over = gap.add(ours, theirs, question.where)
        if question.random:
            sizes.append({"batch": question.count, "largest": _finite(worst), "within": over == 0})
        else:
            _refuse_no_numbers(ours)
            tests = {"largest": _finite(max(tests["largest"] or 0.0, worst)), "within": tests["within"] and over == 0}
            _count_right(model, held, question.start, (("torch", ours), ("exported", theirs)), right)
        progress((place + 1) / len(asked), f"Comparing on {'random inputs' if question.random else 'held-out items'}")
    if gap.over:
        raise UserError(
            f"The exported model gives other answers than PyTorch, so no file was written: the largest difference is "
            f"{gap.largest:.3g} ({gap.worst}), allowed is {LIMIT:g}. "
            f"{gap.over:,} of {gap.numbers:,} numbers are over it.",
            f"{held.part}: {tests}, random: {sizes}",
        )
    return {
        "limit": LIMIT,
        "largest": gap.largest,
        "scaled": gap.scaled,
        "worst": gap.worst,
        "numbers": gap.numbers,
        "equal": gap.equal,
        "histogram": {"edges": list(EDGES), "counts": gap.counts.tolist()},
        "same_class": gap.same_class,
        "class_items": gap.class_items,
        "part": held.part,
        "items": len(held.indices),
        "random_items": sum(one["batch"] for one in sizes),
        "test": tests,
        "batches": sizes,
        "right": right,
    }


def _refuse_no_numbers(answers: Sequence[Array]) -> None:
    """Two models that both answer not-a-number agree, and are of no use."""
    if not all(np.isfinite(rows).all() for rows in answers):
        raise UserError(
            "The trained model itself answers not-a-number for held-out items. Train it again before exporting."
        )


def _count_right(
    model: Opened,
    held: Trial,
    start: int,
    both: Sequence[tuple[str, Sequence[Array]]],
    right: dict[str, dict[str, int]],
) -> None:
    """How often each of the two models gives the right class."""
    for name, answers in both:
        for spec, rows in zip(model.signature.outputs, answers, strict=True):
            if spec.target in right:
                truth = held.truth[spec.target][start : start + len(rows)].ravel()
                told = class_probabilities(rows, len(spec.classes)).argmax(1)
                right[spec.target][name] += int((told == truth).sum())


def _finite(number: float) -> float | None:
    return number if np.isfinite(number) else None


def milliseconds(answer: Answer, arrays: Sequence[Array], batch: int, budget: float = 0.3) -> float:
    """Time per item: the median of as many runs as fit into a part of a second."""
    given = [np.resize(array, (batch, *array.shape[1:])) for array in arrays]
    answer(given)
    times: list[float] = []
    ends = time.perf_counter() + budget
    while len(times) < 3 or (time.perf_counter() < ends and len(times) < 50):
        begun = time.perf_counter()
        answer(given)
        times.append(time.perf_counter() - begun)
    return 1000 * float(np.median(times)) / batch
