"""The job that shows what differs: between two projects, or two runs and what came of them."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.jobs.printing import print_json
from app.jobs.runs import run_folders
from engine.compare import Comparison, compare
from engine.errors import UserError
from engine.project import SUFFIX, Project, load
from widgets import words

if TYPE_CHECKING:
    from engine.compare_runs import Result
    from engine.runs import Run


def diff(options: Namespace) -> int:
    """Print each difference with a sign; of two runs also their results."""
    one, two = _named(options.one, options.runs), _named(options.two, options.runs)
    if isinstance(one, Project) or isinstance(two, Project):
        found, results = compare(*(part if isinstance(part, Project) else part.project() for part in (one, two))), ()
    else:
        from engine.compare_runs import compare_runs

        both = compare_runs(one, two)
        found, results = both.projects, both.results
    if options.json:
        print_json(
            {**comparison_json(found), **({"results": [_result_json(part) for part in results]} if results else {})}
        )
        return 0
    if not found:
        print("The two are the same, places on the canvas aside.")
    for sign, sentence in found.lines():
        print(f"{sign} {sentence}")
    if results:
        print("Results")
    for part in results:
        print(f"  {_result_words(part)}")
    return 0


def _named(name: str, runs: str | None) -> Project | Run:
    """A project file, or a run by its folder or the beginning of its id."""
    path = Path(name)
    if path.is_file() or path.suffix == SUFFIX:
        return load(path)
    from engine.runs import find, open_run

    if path.is_dir():
        return open_run(path)
    try:
        return find(name, run_folders(runs))
    except UserError as error:
        raise UserError(
            f"{error.message} Give a project file ({SUFFIX}), a run's folder, or the beginning of its id."
        ) from None


def comparison_json(found: Comparison) -> dict[str, Any]:
    """All differences as JSON values."""
    graphs = {
        one.name: {
            "added": [node.id for node in one.added],
            "removed": [node.id for node in one.removed],
            "changed": {part.id: {key: list(pair) for key, pair in part.settings.items()} for part in one.changed},
            "added_wires": [[edge.source, edge.output, edge.target, edge.input] for edge in one.added_wires],
            "removed_wires": [[edge.source, edge.output, edge.target, edge.input] for edge in one.removed_wires],
            "notes": one.notes,
        }
        for one in found.graphs
        if one
    }
    settings = {key: list(pair) for key, pair in found.settings.items()}
    return {"same": not found, "graphs": graphs, "settings": settings}


def _result_json(result: Result) -> dict[str, Any]:
    verdict = {1: "better", -1: "worse"}.get(result.verdict)
    return {"name": result.name, "part": result.part, "old": result.old, "new": result.new, "verdict": verdict}


def _result_words(result: Result) -> str:
    old, new = _value(result, result.old), _value(result, result.new)
    name = f"{result.name} ({result.part})" if result.part else result.name
    if old == new:
        return f"{name}  {new}"
    verdict = {1: ", better", -1: ", worse"}.get(result.verdict, "")
    return f"{name}  {old} → {new}{verdict}"


def _value(result: Result, value: Any) -> str:
    if value is None:
        return "none"
    if result.kind == "seconds":
        return words.duration(value)
    if result.kind == "count":
        return words.thousands(value)
    return f"{value:.4g}" if isinstance(value, float) else str(value)
