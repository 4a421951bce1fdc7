"""`lamina health RUN`: how every layer of a run fared in one epoch, as a table or as JSON."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any

from app import terminal
from app.jobs.printing import print_json
from app.jobs.runs import find_run
from app.livestory import NetworkStory
from app.liveviews import percent, short
from engine.errors import UserError
from engine.healthstore import COLUMNS, NodeHealth

HEADS = ("layer", "state", "mean", "spread", "zeros", "signal", "gradient", "step")
SIGNS = {"error": "!!", "warning": "! ", "info": "i ", "good": "  ", "none": "  "}


def options(one: ArgumentParser) -> None:
    """What the subcommand takes besides the run."""
    one.add_argument("--epoch", type=int, metavar="N", help="the epoch, or the measured one before it; else the last")
    one.add_argument("--ill", action="store_true", help="only layers that are ill")


def health(given: Namespace) -> int:
    """Print the table; the exit code is fine whatever it says."""
    run = find_run(given.run, given.runs)
    project, info = run.project(), run.info()
    stories: dict[str, NetworkStory] = {}
    for record in run.health():
        stories.setdefault(record.network, NetworkStory(project, record.network)).add(record)
    if not stories:
        raise UserError(f"Nothing was measured inside {info.name}. Runs made from now on are measured.")
    found = [_network(name, story, given) for name, story in stories.items()]
    if given.json:
        print_json({"run": info.id, "epochs": info.epochs, "networks": found})
        return 0
    for one in found:
        _table(one, info.epochs)
    return 0


def _network(name: str, story: NetworkStory, given: Namespace) -> dict[str, Any]:
    """One network in the epoch that was asked for, as JSON."""
    epoch = story.at(story.epochs[-1] if given.epoch is None else given.epoch)
    verdicts, record = story.verdicts(epoch), story.records[epoch]
    layers = []
    for path, line in record.nodes.items():
        verdict = verdicts[path]
        if not given.ill or verdict.ill:
            about = {"path": path, "layer": story.anatomy.label(path), "kind": verdict.kind, "level": verdict.level}
            figures = dict(zip(COLUMNS, line, strict=True))
            layers.append({**about, "state": verdict.word, "text": verdict.text, **_known(figures)})
    return {"network": name, "epoch": epoch, "measured": list(story.epochs), "looks": record.looks, "layers": layers}


def _known(figures: dict[str, float]) -> dict[str, float | None]:
    """Figures that were measured; what is not a number was not."""
    return {name: None if value != value else value for name, value in figures.items()}


def _table(one: dict[str, Any], epochs: int) -> None:
    measured = one["measured"]
    steps = f"{one['looks']} step{'s' if one['looks'] != 1 else ''}"
    print(f"{one['network']}, epoch {one['epoch']} of {epochs}, {steps} looked at, {len(measured)} epochs measured")
    if not one["layers"]:
        print("No layer is ill.\n")
        return
    rows = [_row(layer) for layer in one["layers"]]
    terminal.table(HEADS, rows, right=range(2, len(HEADS)))
    for layer in one["layers"]:
        if layer["level"] in ("error", "warning"):
            print(f"{layer['path']}: {layer['text']}")
    print()


def _row(layer: dict[str, Any]) -> list[str]:
    line = NodeHealth(**{name: float("nan") if layer[name] is None else layer[name] for name in COLUMNS})
    written = [(line.mean, short), (line.std, short), (line.zeros, percent), (line.signal, short),
               (line.gradient, short), (line.update, percent)]  # fmt: skip
    figures = ["" if value != value else show(value).replace(" ", " ") for value, show in written]
    return [layer["path"], (SIGNS[layer["level"]] + layer["state"]).rstrip(), *figures]
