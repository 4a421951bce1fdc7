"""Cross-validation: train and test once per division of the data, so that every item is tested exactly once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from engine import jobs
from engine.errors import UserError
from engine.exporters import Progress, silent
from engine.project import Project
from engine.run.evaluate import evaluate
from engine.runs import Run, RunInfo


def cross_validate(
    project: Project, k: int, runs_dir: Path, progress: Progress = silent, **overrides: Any
) -> dict[str, Any]:
    """Train `k` runs one after another, each tested on the part that it did not see.

    Args:
        overrides: as in `engine.jobs.train`.

    Returns:
        `runs`, their ids; `outputs`, by name every metric's `values`, `mean` and `std`; `items` tested in all.

    Raises:
        UserError: the project cannot be trained, one run failed, or there are too few items for `k` divisions.
    """
    if not isinstance(k, int) or not 2 <= k <= 1000:
        raise UserError(f"Cross-validation needs a number of divisions from 2 to 1000. It is {k}.")
    found: list[tuple[Run, dict[str, Any]]] = []
    for fold in range(k):

        def told(info: RunInfo, fold: int = fold) -> None:
            share = info.epoch / max(1, info.epochs)
            progress((fold + 0.95 * share) / k, f"Division {fold + 1} of {k}, epoch {info.epoch} of {info.epochs}")

        name = f"Division {fold + 1} of {k}"
        run = jobs.train(project, runs_dir, told, name=name, fold=fold, folds=k, **overrides)
        found.append((run, evaluate(run)))
        progress((fold + 1) / k, name)
    results = [result for _, result in found]
    return {
        "k": k,
        "runs": [run.id for run, _ in found],
        "folder": str(runs_dir),
        "items": sum(result["items"] for result in results),
        "outputs": {
            output["name"]: _summary([result["outputs"][place]["metrics"] for result in results])
            for place, output in enumerate(results[0]["outputs"])
        },
    }


def _summary(found: list[dict[str, float]]) -> dict[str, Any]:
    """One output's metrics over all divisions; those that one division lacks are left out."""
    columns = {name: [one[name] for one in found] for name in found[0] if all(name in one for one in found)}
    return {
        name: {"values": values, "mean": float(np.mean(values)), "std": float(np.std(values, ddof=1))}
        for name, values in columns.items()
    }
