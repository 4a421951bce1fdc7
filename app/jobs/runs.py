"""Jobs of training: start and follow a run, list runs, pause and stop them."""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from app import terminal
from app.jobs.printing import print_json
from app.places import data_folder, runs_folder
from engine.errors import UserError
from engine.project import Project, load
from widgets import words


def changed(project: Project, settings: list[str]) -> Project:
    """The project with `PATH=VALUE` settings carried out; `UserError` names what a path can be."""
    from engine.settings import set_path

    for setting in settings:
        path, equals, value = setting.partition("=")
        if not equals:
            raise UserError(f"--set needs PATH=VALUE, such as recipe.epochs=5. It is {setting!r}.")
        project = set_path(project, path.strip(), value.strip())
    return project


def _recipe(project: Project, **values: Any) -> Project:
    given = {name: value for name, value in values.items() if value is not None}
    return replace(project, recipe={**project.recipe, **given})


def train(options: Namespace) -> int:
    from engine.check import ready
    from engine.jobs import cross_validate
    from engine.runs import create

    path = Path(options.project)
    project = changed(load(path), options.set)
    project = _recipe(project, epochs=options.epochs, device=options.device, seed=options.seed)
    folder = Path(options.runs) if options.runs else runs_folder(path.resolve())
    if options.folds is not None:
        ready(project)
        with terminal.Progress(not options.json) as progress:
            found = cross_validate(project, options.folds, folder, on_progress=progress.share)
        return _show_folds(found, options)
    if options.resume:
        run = find_run(options.resume, str(folder))
        process = run.start(**({"epochs": options.epochs} if options.epochs else {}))
    else:
        ready(project)
        run = create(project, folder, options.name)
        process = run.start()
    code = _follow(run, options)
    process.wait()
    return code


def _show_folds(found: Mapping[str, Any], options: Namespace) -> int:
    if options.json:
        print_json(found)
        return 0
    rows = [
        (output, metric, f"{value['mean']:.4f}", f"± {value['std']:.4f}")
        for output, metrics in found["outputs"].items()
        for metric, value in metrics.items()
    ]
    terminal.table(("Output", "Metric", "Mean", "Spread"), rows, right=(2, 3))
    return 0


def _follow(run: Any, options: Namespace) -> int:
    """Show a run until it ends. Ctrl+C asks it to stop and waits until it has saved."""
    asked = False
    with terminal.Progress(not options.json) as progress:
        while True:
            try:
                info = run.info()
                progress.run(info)
                if not info.active:
                    break
                time.sleep(0.1)
            except KeyboardInterrupt:
                if asked:
                    raise
                asked = True
                run.request("stop")
                progress.note("Stopping: saving where it is.")
    info = run.info()
    if options.json:
        print_json(run_json(run))
    elif info.state in ("failed", "lost"):
        print(f"The run {info.state}: {info.message}", file=sys.stderr)
    else:
        best = (
            f" Best {info.best['metric']} {info.best['value']:.4g} at epoch {info.best['epoch']}." if info.best else ""
        )
        print(f"{info.state.capitalize()} after {info.epoch} epochs, {words.duration(info.seconds)}.{best}")
        for name, value in info.final.items():
            if isinstance(value, int | float):
                print(f"  {name:26} {value:.4f}")
        print(f"Run: {run.folder}")
    return 1 if info.state in ("failed", "lost") else 0


def run_json(run: Any) -> dict[str, Any]:
    """A run's facts as JSON."""
    info = run.info()
    return {
        "id": info.id,
        "folder": str(run.folder),
        "name": info.name,
        "state": info.state,
        "epoch": info.epoch,
        "epochs": info.epochs,
        "seconds": round(info.seconds, 3),
        "items_per_second": info.items_per_second,
        "best": dict(info.best),
        "final": dict(info.final),
        "message": info.message,
        "device": info.device,
        "parameters": info.parameters,
    }


def run_folders(given: str | None) -> list[Path]:
    """Where runs are looked for: the folder given, else beside the projects of this folder and among the drafts."""
    if given:
        return [Path(given)]
    here = [folder for folder in sorted(Path.cwd().glob("*.runs")) if folder.is_dir()]
    drafts = data_folder() / "drafts"
    return [*here, *(sorted(drafts.glob("*.runs")) if drafts.is_dir() else [])]


def find_run(ref: str, given: str | None) -> Any:
    """The run of that path or beginning of an id."""
    from engine.runs import find

    return find(ref, run_folders(given))


def runs(options: Namespace) -> None:
    from engine.runs import list_runs

    notes: list[str] = []
    folders = [Path(options.folder)] if options.folder else run_folders(None)
    if options.folder and not folders[0].is_dir():
        raise UserError(f"There is no folder {folders[0]}.")
    found = [run for folder in folders for run in list_runs(folder, notes)]
    if options.json:
        print_json([run_json(run) for run in found])
        return
    rows = []
    for run in found:
        info = run.info()
        best = f"{info.best['metric']} {info.best['value']:.4g}" if info.best else ""
        rows.append(
            (info.id, info.name, info.state, f"{info.epoch} of {info.epochs}", best, words.duration(info.seconds))
        )
    if rows:
        terminal.table(("Run", "Name", "State", "Epochs", "Best", "Time"), rows)
    else:
        print("No runs yet.")
    for note in notes:
        print(note, file=sys.stderr)


def _request(options: Namespace, what: str, said: str) -> None:
    run = find_run(options.run, options.runs)
    info = run.info()
    if not info.active:
        raise UserError(f"Run {info.id} is not running; it is {info.state}.")
    run.request(what)
    if options.json:
        print_json({"id": info.id, "request": what})
    else:
        print(f"{said} {info.id}.")


def pause(options: Namespace) -> None:
    _request(options, "resume" if options.off else "pause", "Going on with" if options.off else "Pausing")


def stop(options: Namespace) -> None:
    _request(options, "stop_epoch" if options.after_epoch else "stop", "Stopping")
