"""Train, test, answer, export from Python and the command line. Everything heavy runs in processes of its own.

from engine import export, load, predict, test, train

run = train(load("digits.lamina"), epochs=5)
test(run)["outputs"][0]["metrics"]["accuracy"]
predict(run, "seven.png")
export(run, "digits.onnx")
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.check import ready
from engine.errors import UserError
from engine.helper import Helper, Progress
from engine.project import Project, load, to_json
from engine.recipes import recipe_of
from engine.runs import Run, RunInfo, create, open_run
from engine.runs import runs_dir as usual_runs_dir

RUN_OPTIONS = ("threads", "window", "fold", "folds", "save_seconds", "save_steps")
"""Settings of the work rather than of the recipe; see `engine.runs.create`."""
POLL = 0.1


def train(
    project: Project | str | Path,
    runs_dir: Path | str | None = None,
    on_progress: Callable[[RunInfo], None] | None = None,
    *,
    name: str = "",
    **overrides: Any,
) -> Run:
    """Train a project and wait for the end.

    Args:
        project: a project, or the path of its file.
        runs_dir: where the run folder goes; by default NAME.runs beside the file, else the user's data folder.
        on_progress: told about ten times a second how far it is. An exception it raises stops the run.
        overrides: settings of the recipe (`epochs=3`, `device="cpu"`) and options of `engine.runs.create`.

    Raises:
        UserError: the project has errors, or the training failed.
    """
    folder, value = _project(project, runs_dir)
    ready(value)
    options = {key: setting for key, setting in overrides.items() if key in RUN_OPTIONS}
    settings = {key: setting for key, setting in overrides.items() if key not in RUN_OPTIONS}
    recipe = recipe_of(value.recipe, **settings)
    run = create(replace(value, recipe=recipe.to_json()), folder, name, options)
    wait(run, on_progress)
    return run


def wait(run: Run, on_progress: Callable[[RunInfo], None] | None = None) -> RunInfo:
    """Start a run and wait until it has ended; stops it when this is interrupted."""
    child = run.start()
    try:
        while child.poll() is None:
            if on_progress is not None:
                on_progress(run.info())
            time.sleep(POLL)
    except BaseException:
        child.terminate()  # it keeps a checkpoint and says that it was stopped
        child.wait()
        raise
    info = run.info()
    if info.state not in ("finished", "stopped"):
        raise UserError(info.message or f"The run {info.name} ended as {info.state}.", run.log_tail())
    if on_progress is not None:
        on_progress(info)
    return info


def test(run: Run | str | Path, part: str = "test", on_progress: Progress | None = None) -> dict[str, Any]:  # noqa: PT028
    """Test a run's best epoch on data that it has not learned from; the result is kept in the run.

    Returns:
        `items`, `seconds`, and per output its `metrics`, mix-ups and worst mistakes (see `engine.run.reports`).

    Raises:
        UserError: the run has no weights yet, or its data cannot be read.
    """
    return _ask("evaluate", {"run": _folder(run), "part": part}, on_progress)


def predict(
    run: Run | str | Path, values: Any, onnx: str | Path | None = None, on_progress: Progress | None = None
) -> dict[str, Any]:
    """Answer a picture, a table, an array file, or values by column name.

    Args:
        values: a path, a list of paths, `{"petal length": 4.2, …}`, a list of those, `{"item": 12}` of the data.
        onnx: an exported file to ask as well; the largest difference is part of the result.

    Raises:
        UserError: the values do not fit what the model reads; the text says what is missing.
    """
    args = {"run": _folder(run), "values": _plain(values), "onnx": None if onnx is None else _absolute(onnx)}
    return _ask("predict", args, on_progress)


def export(
    run: Run | str | Path,
    path: str | Path,
    format: str | Mapping[str, Any] = "onnx",
    on_progress: Progress | None = None,
) -> dict[str, Any]:
    """Export a run's best epoch. What is written has been compared with PyTorch on held-out and on random items.

    Args:
        format: onnx, python, or an exporter with settings: `{"type": "Onnx", "any_batch": False}`.

    Returns:
        The proof: `largest` difference, `limit`, `items`, `same_class`, `bytes` and more.

    Raises:
        UserError: a layer cannot leave, the answers differ, or the file cannot be written. Then there is no new file.
    """
    choice = format if isinstance(format, str) else dict(format)
    return _ask("export", {"run": _folder(run), "path": _absolute(path), "exporter": choice}, on_progress)


def peek(
    project: Project | str | Path,
    item: int = 0,
    *,
    network: str = "",
    inside: Sequence[str] = (),
    node: str = "",
    run: Run | str | Path | None = None,
    runs_dirs: Sequence[str | Path] = (),
    on_progress: Progress | None = None,
) -> dict[str, Any]:
    """What every node of a network gives for one item of the data.

    Args:
        inside: the ids of the block instances that are entered, from the outside in.
        node: only this one and what it depends on, with time and memory measured.
        run: whose weights; by default of the newest run in `runs_dirs` that fits, `"untrained"` for none.

    Returns:
        `nodes` by id (values by port with their figures, or `why` there is none), `item`, `weights`, `error`.

    Raises:
        UserError: there is no such item, node or run.
    """
    value = _project(project, None)[1]
    given: Mapping[str, Any] = {"index": item}
    chosen = "" if run is None else run if run == "untrained" else _folder(run)
    folders = [_absolute(folder) for folder in runs_dirs]
    args = {
        "project": to_json(value),
        "network": network,
        "path": list(inside),
        "item": given,
        "targets": [node] if node else [],
    }
    return _ask("peek", {**args, "measure": bool(node), "run": chosen, "runs": folders}, on_progress)


def cross_validate(
    project: Project | str | Path,
    k: int = 5,
    runs_dir: Path | str | None = None,
    on_progress: Progress | None = None,
    **overrides: Any,
) -> dict[str, Any]:
    """Train and test on each of `k` divisions of the data.

    Returns:
        `runs`, and per output every metric's `values`, `mean` and `std`.

    Raises:
        UserError: the project has errors, or a run failed.
    """
    folder, value = _project(project, runs_dir)
    ready(value)
    args = {"project": to_json(value), "k": k, "runs_dir": _absolute(folder), "overrides": overrides}
    return _ask("cross_validate", args, on_progress)


def _project(project: Project | str | Path, folder: Path | str | None) -> tuple[Path, Project]:
    path = None if isinstance(project, Project) else Path(project)
    value = project if isinstance(project, Project) else load(project)
    return Path(folder) if folder is not None else usual_runs_dir(path), value


def _ask(call: str, args: Mapping[str, Any], on_progress: Progress | None) -> dict[str, Any]:
    with Helper() as helper:
        found: dict[str, Any] = helper.ask(call, args, on_progress)
    return found


def _folder(run: Run | str | Path) -> str:
    return _absolute(run.folder if isinstance(run, Run) else open_run(run).folder)


def _absolute(path: str | Path) -> str:
    return str(Path(path).expanduser().absolute())


def _plain(values: Any) -> Any:
    """Values as JSON: paths as text, arrays as lists."""
    if isinstance(values, Path):
        return _absolute(values)
    if isinstance(values, str):
        return _absolute(values) if Path(values).expanduser().exists() else _typed(values)
    if isinstance(values, Mapping):
        return {str(name): _plain(part) if isinstance(part, Path) else _listed(part) for name, part in values.items()}
    if isinstance(values, list | tuple):
        return [_plain(part) for part in values]
    return _listed(values)


def _typed(text: str) -> Any:
    """Values that were typed as JSON; any other text stays what it is."""
    if text.lstrip().startswith(("{", "[")):
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            raise UserError(f"These values are no valid JSON: {error}.") from None
    return text


def _listed(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else value
