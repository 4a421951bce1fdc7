"""From runs to what the Train page shows: rows, the head, the recipe in words, the learning rate still to come."""

from __future__ import annotations

import datetime
from collections.abc import Hashable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from engine.errors import UserError
from engine.project import Project
from engine.recipes import recipes
from engine.recipes.schedules import learning_rate
from engine.runs import RunInfo
from widgets.values import MetricName, RunHead, RunRow

METRICS = {
    "loss": ("Loss", "number", False),
    "accuracy": ("Accuracy", "share", True),
    "top3": ("Right in the first three", "share", True),
    "precision": ("Precision", "share", True),
    "recall": ("Recall", "share", True),
    "f1": ("F1", "share", True),
    "mae": ("Mean absolute error", "number", False),
    "rmse": ("Root mean squared error", "number", False),
    "r2": ("R²", "number", True),
    "perplexity": ("Perplexity", "number", False),
    "return": ("Mean return", "number", True),
    "real_score": ("Belief in real pictures", "number", False),
    "made_score": ("Belief in made pictures", "number", True),
    "hope": ("Hoped for return", "number", True),
    "openness": ("Openness (entropy)", "number", True),
}
"""Words, kind and direction of the measures."""
POINTS = 200
"""Points of the planned learning rate."""


def metric_name(key: str) -> MetricName:
    """A metric as charts show it; `digit.accuracy` is accuracy of the output digit."""
    base = key.rsplit(".", 1)[-1].rsplit("/", 1)[-1].rsplit(" ", 1)[-1]
    text, kind, higher = METRICS.get(base, (base.replace("_", " ").capitalize(), "number", False))
    owner = _plainly(key[: -len(base)].strip("./ "))
    return MetricName(key, f"{text} of {owner}" if owner else text, kind, higher)


def _plainly(node: str) -> str:
    """A node's name in the code as words: `cross_entropy_1` is cross entropy, `cross_entropy_2` has its number."""
    stem, _, number = node.rpartition("_")
    if not stem or not number.isdigit():
        return node.replace("_", " ")
    return stem.replace("_", " ") + ("" if number == "1" else f" {number}")


def run_rows(
    runs: Sequence[tuple[str, RunInfo]], questions: Mapping[str, Hashable] = MappingProxyType({})
) -> list[RunRow]:
    """The list of runs, the newest first as given; the best of several that answer the same question is marked."""
    values = {name: info.best["value"] for name, info in runs if info.best}
    best = _best(runs, questions)
    return [
        RunRow(
            id=name,
            name=info.name,
            number=len(runs) - place,
            state=info.state,
            fraction=fraction(info),
            epoch=info.epoch,
            epochs=info.epochs,
            seconds=info.seconds,
            best_value=values.get(name),
            best_kind=metric_name(str(info.best["metric"])).kind if info.best else "number",
            best=name in best,
            message=info.message,
        )
        for place, (name, info) in enumerate(runs)
    ]


def _best(runs: Sequence[tuple[str, RunInfo]], questions: Mapping[str, Hashable]) -> set[str]:
    """The best run of each question that several runs answer."""
    groups: dict[Hashable, dict[str, float]] = {}
    higher: dict[Hashable, bool] = {}
    for name, info in runs:
        if info.best:
            metric = str(info.best["metric"])
            question = (metric, questions.get(name))
            groups.setdefault(question, {})[name] = info.best["value"]
            higher[question] = metric_name(metric).higher_is_better
    return {
        (max if higher[question] else min)(values, key=values.__getitem__)
        for question, values in groups.items()
        if len(values) > 1
    }


def run_head(info: RunInfo, number: int, project: Project) -> RunHead:
    """What stands above the curves of a run."""
    left = info.left_seconds if info.active else None
    done_at = ""
    if left is not None and info.state == "running":
        done_at = (datetime.datetime.now() + datetime.timedelta(seconds=left)).strftime("%H:%M")
    kinds = {one.kind for one in project.data.fields if one.role == "input"}
    word = "images" if "image" in kinds else "texts" if "tokens" in kinds else "series" if "series" in kinds else "rows"
    return RunHead(
        id=info.id,
        name=info.name,
        number=number,
        state=info.state,
        epoch=info.epoch,
        epochs=info.epochs,
        batch=info.batch,
        batches=info.batches,
        seconds=info.seconds,
        seconds_left=left,
        done_at=done_at,
        items_per_second=info.items_per_second or None,
        item_word=word,
        best_epoch=int(info.best["epoch"]) if info.best else None,
        device=info.device,
        message=info.message,
    )


def recipe_words(project: Project) -> str:
    """What tells a run from others at a glance: `AdamW 0.003, one cycle`; of several networks, which one learns."""
    made: Any = recipes.make(project.recipe)
    first = next(iter(project.networks))
    several = len(project.networks) > 1 and not any(made.played_by(role) for role in made.roles())
    network = f"{'Model' if first == 'main' else first}: " if several else ""
    optimizer = getattr(made, "optimizer", None)
    if optimizer is None:
        return f"{network}{type(made).label}"
    schedule = getattr(made, "schedule", None)
    named = "" if schedule is None or type(schedule).__name__ == "Constant" else f", {type(schedule).label.lower()}"
    return f"{network}{type(optimizer).label} {optimizer.lr:g}{named}"


def recipe_facts(project: Project) -> list[tuple[str, str]]:
    """The recipe of a run in a few lines."""
    try:
        made: Any = recipes.make(project.recipe)
    except UserError:
        return []
    facts = [("Recipe", type(made).label)]
    if hasattr(made, "optimizer"):
        facts.append(("Optimizer", f"{type(made.optimizer).label}, {made.optimizer.lr:g}"))
    if hasattr(made, "schedule"):
        warm = f", {made.warmup_epochs:g} epochs warm-up" if getattr(made, "warmup_epochs", 0) else ""
        facts.append(("Schedule", f"{type(made.schedule).label}{warm}"))
    if hasattr(made, "batch_size"):
        facts.append(("Batch", f"{made.batch_size}, {getattr(made, 'precision', '32-bit')}"))
    if getattr(made, "early_stopping", None):
        facts.append(("Stop early", f"after {made.early_stopping} epochs without gain"))
    start = getattr(made, "start_from", None)
    if getattr(start, "run", ""):
        facts.append(("Starts from", f"run {start.run}"))
    facts.append(("Seed", str(getattr(made, "seed", ""))))
    return facts


def planned_rate(project: Project, info: RunInfo) -> tuple[list[float], list[float]]:
    """The learning rate over the whole run, as far as it is known in advance: epochs and rates."""
    try:
        made: Any = recipes.make(project.recipe)
        schedule, optimizer = made.schedule, made.optimizer
    except (UserError, AttributeError):
        return [], []
    if type(schedule).__name__ == "Plateau" or not info.epochs or not info.batches:
        return [], []
    steps = info.batches * info.epochs
    warm = round(getattr(made, "warmup_epochs", 0) * info.batches)
    memory = schedule.start()
    places = sorted({round(place * (steps - 1) / (POINTS - 1)) for place in range(POINTS)})
    rates = [learning_rate(optimizer.lr, schedule, memory, step, steps, info.batches, warm) for step in places]
    return [(step + 1) / info.batches for step in places], rates


def as_choice(value: Any) -> dict[str, Any]:
    """A nested declaration as JSON, also where the file has only its name."""
    return {"type": value} if isinstance(value, str) else dict(value)


def fraction(info: RunInfo) -> float:
    """How much of a run is done, 0 to 1."""
    if not info.epochs:
        return 0.0
    part = info.batch / info.batches if info.batches and info.active else 0.0
    return min(1.0, (info.epoch + part) / info.epochs)


def distinct(labels: list[str]) -> list[str]:
    """Labels that occur twice get a number."""
    counts: dict[str, int] = {}
    found = []
    for label in labels:
        counts[label] = counts.get(label, 0) + 1
        found.append(f"{label} {counts[label]}" if labels.count(label) > 1 else label)
    return found
