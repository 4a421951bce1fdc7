"""Tests a trained model on data that it has not learned from, and stores what came out in the run."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.codeends import OutputSpec
from engine.data.dataset import Dataset
from engine.errors import UserError, listed
from engine.exporters import Progress, silent
from engine.run.made import made_by
from engine.run.opened import Array, Opened, opened
from engine.run.reports import class_probabilities, class_report, number_report, picture_report
from engine.run.reports_steps import Steps
from engine.run.tested import own_report

if TYPE_CHECKING:
    from engine.runs import Run

PARTS = ("test", "validation", "train")


def evaluate(run: Run, part: str = "test", which: str = "best", progress: Progress = silent) -> dict[str, Any]:
    """Test a run's model on one part of its data; stored as the run's result of that name. A generator makes pictures
    and an agent plays instead, whatever the part. `recipe` holds what the recipe itself measures and shows, where it
    has something to add.

    Raises:
        UserError: no such part, no items in it, or the data or weights cannot be read.
    """
    started = time.perf_counter()
    if (made := made_by(run, which, progress)) is not None:
        return _kept(run, "test", which, made, started)
    model = opened(run, which)
    dataset = model.dataset(progress)
    indices = part_of(model, dataset, part)
    begun = time.perf_counter()
    found = _gathered(model, dataset, indices, lambda share, text: progress(0.1 + 0.9 * share, text))
    answering = time.perf_counter() - begun
    result = {
        "part": part,
        "which": which,
        "items": len(indices),
        "of": dataset.count,
        "milliseconds_per_item": 1000 * answering / len(indices),
        "outputs": [
            _report(model, dataset, spec, answers, indices)
            for spec, answers in zip(model.signature.outputs, found, strict=True)
        ],
        "seconds": time.perf_counter() - started,
        "tested": time.time(),
    }
    if (own := own_report(run, part, which)) is not None:
        result["recipe"] = own
    run.set_result(part, result)
    return result


def _kept(run: Run, part: str, which: str, made: dict[str, Any], started: float) -> dict[str, Any]:
    """Store what a generator or an agent did when it was tested."""
    seconds = time.perf_counter() - started
    result = {
        "part": part,
        "which": which,
        "items": made["count"],
        "of": made["count"],
        "milliseconds_per_item": 1000 * seconds / made["count"],
        "outputs": [made],
        "seconds": seconds,
        "tested": time.time(),
    }
    run.set_result(part, result)
    return result


def part_of(model: Opened, dataset: Dataset, part: str) -> Array:
    """The items of a part, as the training divided them."""
    from engine.run.setup import split_of

    if part not in PARTS:
        raise UserError(f"The data has the parts {listed(PARTS, 'and')}, none called {part!r}.")
    indices: Array = split_of(dataset, model.project, model.run.info().options).part(part)
    if not len(indices):
        raise UserError(f"The {part} part has no items. Give it a share on the Data page and train again.")
    return indices


def _gathered(model: Opened, dataset: Dataset, indices: Array, progress: Progress) -> list[Array | Steps]:
    """The answers of every output, whole; of those that choose a token at every step what its report needs."""
    found: list[list[Array] | Steps] = []
    for start, part in model.parts(dataset, indices, progress):
        if not found:
            found = [
                _steps(dataset, spec, answers, indices) or []
                for spec, answers in zip(model.signature.outputs, part, strict=True)
            ]
        for kept, answers in zip(found, part, strict=True):
            if isinstance(kept, Steps):
                kept.add(start, answers)
            else:
                kept.append(answers)
    return [kept if isinstance(kept, Steps) else np.concatenate(kept) for kept in found]


def _steps(dataset: Dataset, spec: OutputSpec, answers: Array, indices: Array) -> Steps | None:
    """What gathers an output's answers where they are one class at every step."""
    if not spec.target or not spec.classes or answers.ndim != 3 or _not_a_class(dataset, spec):
        return None
    from engine.data.raw import raw_targets

    truth = raw_targets(dataset, [spec.target], indices)[spec.target]
    return Steps(truth) if truth.ndim == 2 else None


def _not_a_class(dataset: Dataset, spec: OutputSpec) -> bool:
    """A loss such as Ranking answers with a score or a list."""
    return dataset.field(spec.target).kind == "category" and not spec.metrics


def _report(
    model: Opened, dataset: Dataset, spec: OutputSpec, answers: Array | Steps, indices: Array
) -> dict[str, Any]:
    """What one output shows, by the kind of its target."""
    about = {"name": spec.name, "node": spec.node, "target": spec.target}
    if isinstance(answers, Steps):
        return {**about, **answers.report(spec.classes, indices, dataset.named)}
    if not spec.target or _not_a_class(dataset, spec):
        return {**about, "kind": "none", "count": len(answers), "metrics": {}, "mistakes": []}
    from engine.data.raw import raw_targets

    truth = raw_targets(dataset, [spec.target], indices)[spec.target]
    if not spec.classes:
        if dataset.field(spec.target).kind == "number":
            return {**about, **number_report(answers, truth, indices, dataset.named)}
        return {**about, **picture_report(answers, truth, indices, dataset.named, "accuracy" in spec.metrics)}
    rows = class_probabilities(answers, len(spec.classes))
    known = truth >= 0
    return {
        **about,
        **class_report(rows[known], truth[known], spec.classes, indices[known], dataset.named),
    }
