"""The subcommands: each takes the parsed options, does its job through the engine, and prints text or JSON.

Nothing here imports torch: what needs it runs in the worker or in the helper process.
"""

from __future__ import annotations

import json
import math
import os
import sys
import time
from argparse import Namespace
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from app import terminal
from app.places import data_folder, runs_folder
from engine.errors import UserError, listed
from engine.project import Project, load, save
from widgets import words


def _print(value: Any) -> None:
    print(json.dumps(_finite(value), ensure_ascii=False, indent=1, allow_nan=False))


def _finite(value: Any) -> Any:
    """The value with null for what JSON has no number for: a loss that is not finite."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {name: _finite(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(part) for part in value]
    return value


# ---- projects ----------------------------------------------------------------------------------------------------


def templates(options: Namespace) -> None:
    from engine.templates import templates as all_templates

    if options.json:
        _print(
            [
                {
                    "name": one.name,
                    "title": one.title,
                    "line": one.line,
                    "data": one.data,
                    "seconds": one.seconds,
                    "goal": dict(one.goal),
                }
                for one in all_templates()
            ]
        )
        return
    rows = [(one.name, one.title, one.data, f"about {words.duration(one.seconds)}") for one in all_templates()]
    terminal.table(("Name", "What it is", "Data", "Training"), rows)


def new(options: Namespace) -> None:
    from engine.templates import new_from_template

    path = Path(options.output)
    if path.exists() and not options.force:
        raise UserError(f"{path} exists already. Choose another name, or add --force to replace it.")
    project = new_from_template(options.template)
    save(project, path)
    if options.json:
        _print({"project": str(path), "name": project.name})
    else:
        print(f"Made {path}: {project.name}. Train it with: lamina train {path}")


def layers(options: Namespace) -> int:
    from engine.layer import layers as catalogue

    if options.name:
        return _explain(options)
    if options.json:
        _print([_layer_json(cls) for cls in catalogue])
        return 0
    for section, entries in catalogue.sections().items():
        shown = [cls for cls in entries if cls.in_palette]
        if shown:
            print(section)
            for cls in shown:
                print(f"  {cls.__name__:26} {cls.help()}")
    return 0


def _layer_json(cls: Any) -> dict[str, Any]:
    return {
        "name": cls.__name__,
        "label": cls.label,
        "section": cls.section,
        "help": cls.help(),
        "inputs": [
            {"name": port.name, "takes": port.words(), "optional": port.optional, "many": port.many}
            for port in cls.ports()
        ],
        "outputs": list(cls.outputs),
        "settings": [
            {"name": one.name, "label": one.label, "default": one.default, "takes": one.expects(), "help": one.help}
            for one in cls.params().values()
        ],
    }


def _explain(options: Namespace) -> int:
    from engine.layer import layers as catalogue

    cls = catalogue[options.name]
    if options.json:
        _print(_layer_json(cls))
        return 0
    print(f"{cls.label} ({cls.__name__}), {cls.section}\n\n  {cls.help()}\n")
    for port in cls.ports():
        extra = " (may stay open)" if port.optional else " (any number)" if port.many else ""
        print(f"  in   {port.name:14} {port.words()}{extra}")
    for name in cls.outputs:
        print(f"  out  {name}")
    print()
    for one in cls.params().values():
        print(f"  {one.name:18} {one.help} Takes {one.expects()}; usually {one.default}.")
    return 0


def check(options: Namespace) -> int:
    from engine.check import check as find_problems
    from engine.graph import label_of
    from engine.infer import infer

    project = load(options.project)
    walk = infer(project.graph, project.data.schema, project.blocks)
    problems = find_problems(project, walk)
    errors = [one for one in problems if one.level == "error"]
    nodes = []
    for name in project.graph.order:
        facts = walk[name]
        nodes.append(
            {
                "id": name,
                "name": label_of(project.graph.nodes[name]),
                "out": {port: tensor.words() for port, tensor in facts.outputs.items()},
                "parameters": _plain(facts.parameters),
                "flops": _plain(facts.flops),
            }
        )
    if options.json:
        _print(
            {
                "ok": not errors,
                "parameters": _plain(walk.parameters),
                "flops": _plain(walk.flops),
                "nodes": nodes,
                "problems": [
                    {
                        "level": one.level,
                        "node": one.node,
                        "title": one.title,
                        "detail": one.detail,
                        "repairs": [fix.label for fix in one.fixes],
                    }
                    for one in problems
                ],
            }
        )
        return 1 if errors else 0
    rows = [
        (one["id"], one["name"], ", ".join(one["out"].values()), _spaced(one["parameters"]), _spaced(one["flops"]))
        for one in nodes
    ]
    terminal.table(("Node", "Layer", "Shape", "Parameters", "FLOPs"), rows, right=(3, 4))
    print(f"\n{_spaced(_plain(walk.parameters))} parameters, {_spaced(_plain(walk.flops))} FLOPs per item")
    for one in problems:
        where = f"{one.node}: " if one.node else ""
        print(
            f"{one.level:8} {where}{one.words()}"
            + (f" Repairs: {listed([fix.label for fix in one.fixes])}." if one.fixes else "")
        )
    if not problems:
        print("No problems.")
    return 1 if errors else 0


def _plain(dim: Any) -> Any:
    return dim if isinstance(dim, int) else str(dim)


def _spaced(number: Any) -> str:
    return words.thousands(number) if isinstance(number, int) else str(number)


def code(options: Namespace) -> None:
    from engine.codegen import generate
    from engine.saving import write_atomically
    from engine.script import script

    project = load(options.project)
    text = (
        script(project, Path(options.output).stem if options.output else "model")
        if options.script
        else generate(project).text
    )
    if not options.output:
        print(text, end="")
        return
    path = Path(options.output)
    write_atomically(path, text.encode())
    print(f"Wrote {path}.", file=sys.stderr)
    if options.script:
        from engine.script import write_data

        print(f"Wrote {write_data(project, path)}.", file=sys.stderr)


# ---- runs --------------------------------------------------------------------------------------------------------


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
        _print(found)
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
        _print(run_json(run))
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
        _print([run_json(run) for run in found])
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
        _print({"id": info.id, "request": what})
    else:
        print(f"{said} {info.id}.")


def pause(options: Namespace) -> None:
    _request(options, "resume" if options.off else "pause", "Going on with" if options.off else "Pausing")


def stop(options: Namespace) -> None:
    _request(options, "stop_epoch" if options.after_epoch else "stop", "Stopping")


# ---- test, predict, export ---------------------------------------------------------------------------------------


def test(options: Namespace) -> None:
    from engine.jobs import test as run_test

    run = find_run(options.run, options.runs)
    with terminal.Progress(not options.json) as progress:
        found = run_test(run, part=options.part, on_progress=progress.share)
    if options.json:
        _print(found)
        return
    for output in found["outputs"]:
        print(f"{output['name']}: {found['items']} items of the {options.part} part")
        for metric, value in output["metrics"].items():
            if isinstance(value, int | float):
                print(f"  {metric:20} {value:.4f}")
        if output.get("confusion"):
            terminal.confusion(output["classes"], output["confusion"])


def predict(options: Namespace) -> None:
    from engine.jobs import predict as run_predict

    run = find_run(options.run, options.runs)
    found = run_predict(run, options.input, onnx=options.onnx)
    if options.json:
        _print(found)
        return
    terminal.answers(found)


def export(options: Namespace) -> None:
    from engine.jobs import export as run_export

    run = find_run(options.run, options.runs)
    path = Path(options.output)
    kind = options.format or {".onnx": "onnx", ".py": "python", ".kit": "bundle"}.get(path.suffix)
    if kind is None:
        text = f"{path.name} ends neither in .onnx nor in .py nor in .kit. Rename it, or add --format."
        raise UserError(text)
    with terminal.Progress(not options.json) as progress:
        proof = run_export(run, path, format=kind, on_progress=progress.share)
    if options.json:
        _print(proof)
        return
    terminal.proof(path, proof)


def picture(options: Namespace) -> None:
    from engine.infer import infer

    if not 0.5 <= options.scale <= 4:
        raise UserError(f"--scale needs a number from 0.5 to 4. It is {options.scale:g}.")
    project = load(options.project)
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")) and sys.platform.startswith("linux"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from widgets import theme
    from widgets.canvas.picture_files import write_picture

    app = QApplication.instance() or QApplication(["lamina"])
    assert isinstance(app, QApplication)
    theme.apply(app, options.theme)
    walk = infer(project.graph, project.data.schema, project.blocks)
    path = Path(options.output)
    width, height = write_picture(path, project.graph, walk, project.blocks, scale=options.scale)
    if options.json:
        _print({"picture": str(path), "width": width, "height": height})
    else:
        print(f"Drew {path}, {width} × {height} {'pixels' if path.suffix.lower() == '.png' else 'units'}.")


# ---- comparison --------------------------------------------------------------------------------------------------


def diff(options: Namespace) -> int:
    from engine.compare import compare

    one, two = _state(options.one), _state(options.two)
    found = compare(one, two)
    if options.json:
        _print(_comparison_json(found))
        return 0
    if not found:
        print("The two are the same, places on the canvas aside.")
        return 0
    for sign, sentence in found.lines():
        print(f"{sign} {sentence}")
    return 0


def _state(name: str) -> Project:
    """A project file, or the project as it was when a run was made."""
    path = Path(name)
    if path.is_dir():
        from engine.runs import Run

        return Run(path).project()
    return load(path)


def _comparison_json(found: Any) -> dict[str, Any]:
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
