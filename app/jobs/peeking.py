"""The job that looks inside a network: what every node gives for one item of the data."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app import terminal
from app.jobs.printing import print_json, spaced
from app.jobs.runs import find_run
from app.places import runs_folder
from engine.errors import UserError
from widgets import words


def peek(options: Namespace) -> int:
    from engine.graph import label_of
    from engine.jobs import peek as look
    from engine.peek import node_named
    from engine.places import Place, graph_at, known
    from engine.project import load

    path = Path(options.project)
    project = load(path)
    inside = tuple(part for part in (options.inside or "").split("/") if part)
    place = known(project.focused(options.network or ""), Place(options.network or "", inside))
    if place.path != inside:
        raise UserError(f"There is no block “{inside[len(place.path)]}” there. Name blocks by the ids of their nodes.")
    graph = graph_at(project, place)
    target = node_named(graph, options.node) if options.node else ""
    run = find_run(options.run, options.runs).folder if options.run else None
    with terminal.Progress(not options.json) as progress:
        found = look(
            project,
            options.item,
            network=place.network,
            inside=place.path,
            node=target,
            run="untrained" if options.untrained else run,
            runs_dirs=[options.runs or runs_folder(path)],
            on_progress=progress.share,
        )
    if options.json:
        print_json(found)
    else:
        _print(found, {name: label_of(node) for name, node in graph.nodes.items()}, list(graph.order), bool(target))
    return 1 if found["error"] or (target and "why" in found["nodes"].get(target, {"why": ""})) else 0


def _print(found: Mapping[str, Any], labels: Mapping[str, str], order: list[str], timed: bool) -> None:
    rows, reasons = [], []
    for name in [*order, *(name for name in found["nodes"] if name not in order)]:
        told = found["nodes"].get(name)
        if told is None:
            continue
        if "why" in told:
            reasons.append(f"{name}: {told['why']}")
            continue
        for port, value in told["ports"].items():
            shown = f"{name}.{port}" if len(told["ports"]) > 1 else name
            rows.append((shown, labels.get(name, ""), *_figures(value), *(_cost(told) if timed else ())))
    heads = ("Node", "Layer", "Size", "Min", "Mean", "Max", "Zeros", "NaN", *(("Time", "Memory") if timed else ()))
    item = found["item"]
    if item is not None:
        print(f"{item['note']} Draw {item['index']}." if item["note"] else _item_words(item))
    print(found["weights"]["words"] + "\n" if found["weights"]["words"] else "")
    if rows:
        terminal.table(heads, rows, right=range(3, len(heads)))
    for name, told in found["nodes"].items():
        if told.get("shares"):
            _print_shares(name, told)
    for line in [*reasons, *([found["error"]] if found["error"] else [])]:
        print(line)


def _item_words(item: Mapping[str, Any]) -> str:
    label = f", {item['label']}" if item["label"] else ""
    return f"Item {item['index']} of {spaced(item['count'])}{label}."


def _figures(value: Mapping[str, Any]) -> tuple[str, ...]:
    about = value["figures"]
    numbers = ["–" if about[key] is None else words.number(about[key], 4) for key in ("min", "mean", "max")]
    bad = about["nan"] + about["infinite"]
    return value["words"], *numbers, words.percent(about["zeros"]), spaced(bad) if bad else "–"


def _cost(told: Mapping[str, Any]) -> tuple[str, str]:
    if "seconds" not in told:
        return "", ""
    return f"{told['seconds'] * 1000:.3f} ms", words.size(told["bytes"] + told["weight_bytes"])


def _print_shares(name: str, told: Mapping[str, Any]) -> None:
    shares = ", ".join(f"{one['name']} {words.percent(one['share'])}" for one in told["shares"])
    truth = f"; right is {told['truth']}" if told.get("truth") else ""
    loss = f"; loss {told['loss']:.4g}" if told.get("loss") is not None else ""
    print(f"\n{name}: {shares}{truth}{loss}")
