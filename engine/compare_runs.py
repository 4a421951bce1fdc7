"""What differs between two runs: their projects as they were trained, and what came of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.compare import Comparison, compare
from engine.errors import UserError
from engine.project import Project
from engine.runinfo import EpochValue, RunInfo
from engine.runs import Run

HIGHER_IS_BETTER = ("accuracy", "top3", "precision", "recall", "f1", "r2", "return", "made_score", "hope", "openness")


@dataclass(frozen=True)
class Result:
    """One thing that came of two runs. `kind`: metric, count, seconds, speed or words; `part` of a metric: validation,
    train or test. A value that a run does not have is None."""

    name: str
    kind: str
    old: Any
    new: Any
    part: str = ""

    @property
    def differs(self) -> bool:
        return bool(self.old != self.new)

    @property
    def verdict(self) -> int:
        """1 where the second run did better, -1 where worse, 0 where neither can be said."""
        numbers = isinstance(self.old, int | float) and isinstance(self.new, int | float)
        if self.kind != "metric" or not numbers or self.old == self.new:
            return 0
        higher = self.name.rsplit(".", 1)[-1].rsplit("/", 1)[-1].rsplit(" ", 1)[-1] in HIGHER_IS_BETTER
        return 1 if (self.new > self.old) == higher else -1


@dataclass(frozen=True)
class RunComparison:
    """Two runs, the older one first: what differs in what was trained, and what came of it."""

    names: tuple[str, str]
    before: Project
    after: Project
    projects: Comparison
    results: tuple[Result, ...]


def compare_runs(one: Run, two: Run) -> RunComparison:
    """Two runs side by side, in the order given.

    Raises:
        UserError: the runs are the same one, or one is damaged.
    """
    if one.folder.resolve() == two.folder.resolve():
        raise UserError("These are the same run. Choose two runs to compare.")
    old, new = one.info(), two.info()
    before, after = one.project(), two.project()
    found = [*_measures(one, two, old, new), *_tests(one, two), *_facts(old, new)]
    return RunComparison((old.name, new.name), before, after, compare(before, after), tuple(found))


def _measures(one: Run, two: Run, old: RunInfo, new: RunInfo) -> list[Result]:
    """Every measure of the validation part at the epoch that was kept, and the loss of the training part."""
    first, second = _kept(one.epochs(), old), _kept(two.epochs(), new)
    keys = sorted({*first, *second}, key=lambda key: (key[0] != "validation", key[1] != "loss", key[1]))
    return [Result(name, "metric", first.get((part, name)), second.get((part, name)), part) for part, name in keys]


def _kept(rows: list[EpochValue], info: RunInfo) -> dict[tuple[str, str], float]:
    """The measures of the best epoch where there is one, else of the last."""
    if not rows:
        return {}
    epoch = int(info.best["epoch"]) if info.best else max(row.epoch for row in rows)
    kept = [row for row in rows if row.epoch == epoch and (row.part != "train" or row.metric == "loss")]
    return {(row.part, row.metric): row.value for row in kept}


def _tests(one: Run, two: Run) -> list[Result]:
    """The measures of the test part, of runs that were tested."""
    first, second = _tested(one), _tested(two)
    return [Result(name, "metric", first.get(name), second.get(name), "test") for name in {**first, **second}]


def _tested(run: Run) -> dict[str, float]:
    found = run.result("test")
    outputs = found.get("outputs", ()) if isinstance(found, Mapping) else ()
    measures: dict[str, float] = {}
    for output in outputs:
        for name, value in output.get("metrics", {}).items():
            if isinstance(value, int | float):
                measures[name if len(outputs) == 1 else f"{output.get('name', '')}.{name}"] = value
    return measures


def _facts(old: RunInfo, new: RunInfo) -> list[Result]:
    """How long, how large, how far."""
    found = [
        Result("parameters", "count", old.parameters or None, new.parameters or None),
        Result("epochs", "count", old.epoch, new.epoch),
        Result("training time", "seconds", round(old.seconds, 1) or None, round(new.seconds, 1) or None),
        Result("device", "words", old.device or None, new.device or None),
        Result("state", "words", old.state, new.state),
        Result("options", "words", _options(old), _options(new)),
    ]
    always = ("parameters", "epochs", "training time")
    return [one for one in found if one.differs or one.name in always]


def _options(info: RunInfo) -> str | None:
    """What was asked of this run alone, in words."""
    shown = {key: value for key, value in info.options.items() if key in ("epochs", "device", "fold", "folds")}
    return ", ".join(f"{key} {value}" for key, value in shown.items()) or None
