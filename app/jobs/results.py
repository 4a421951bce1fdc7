"""Jobs with what was trained: test, predict, export."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from app import terminal
from app.jobs import samples
from app.jobs.printing import print_json
from app.jobs.runs import find_run
from engine.errors import UserError


def test(options: Namespace) -> None:
    from engine.jobs import test as run_test

    run = find_run(options.run, options.runs)
    place = samples.check_place(options.samples)
    with terminal.Progress(not options.json) as progress:
        found = run_test(run, part=options.part, on_progress=progress.share)
    written = samples.write_pictures(found, place) if place else []
    if options.json:
        print_json(found)
        return
    for output in found["outputs"]:
        print(samples.heading(output, found["items"], options.part))
        for metric, value in output["metrics"].items():
            if isinstance(value, int | float):
                print(f"  {metric:20} {value:.4f}")
        if output.get("confusion"):
            terminal.confusion(output["classes"], output["confusion"])
    for line in samples.said(found, written):
        print(line)


def predict(options: Namespace) -> None:
    from engine.jobs import predict as run_predict

    run = find_run(options.run, options.runs)
    found = run_predict(run, options.input, onnx=options.onnx)
    if options.json:
        print_json(found)
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
        print_json(proof)
        return
    terminal.proof(path, proof)
