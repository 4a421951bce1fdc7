"""What a form may choose from of finished work: the runs of this project and of those opened lately, and the nodes of
the network that learns, with whether the chosen run knows them.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from app.memory import recent
from app.places import runs_folder
from app.runviews import metric_name
from engine.errors import UserError
from engine.graph import label_of
from engine.infer import infer
from engine.project import Project
from engine.recipes import recipes
from engine.runs import Run, find, list_runs
from widgets import words
from widgets.views import NodeOffer, RunOffer

if TYPE_CHECKING:
    from app.document import Document

OTHER_PROJECTS = 6
MOST = 60
"""Runs in the list, the newest of every project first."""


class RunOffers:
    """Reads the runs each time it is asked: they come, go and get better."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def runs(self) -> list[RunOffer]:
        """Runs with weights, the newest first, those of this project before others."""
        mine = self._document.runs
        found = [
            _offer(run, run.id if folder == mine else str(run.folder), owner) for folder, owner, run in self._all()
        ]
        return [one for one in found if one is not None][:MOST]

    def _all(self) -> Iterator[tuple[Path, str, Run]]:
        own = self._document.all_runs
        for folder in own:
            yield from ((folder, "", run) for run in _runs_in(folder))
        for path, _ in recent()[:OTHER_PROJECTS]:
            folder = runs_folder(path)
            if folder not in own:
                yield from ((folder, path.stem, run) for run in _runs_in(folder))

    def nodes(self) -> list[NodeOffer]:
        """The nodes with weights of the network that learns, from the input to the end."""
        project = self._document.project
        theirs = self._nodes_of_run(project)
        return [
            NodeOffer(name, label, "" if theirs is None or name in theirs else "not in that run")
            for name, label in weighted(_learning(project))
        ]

    def _nodes_of_run(self, project: Project) -> set[str] | None:
        """The nodes with weights of the run that is chosen, None where there is none yet."""
        start = project.recipe.get("start_from")
        ref = str(start.get("run") or "") if isinstance(start, dict) else ""
        if not ref:
            return None
        try:
            return {name for name, _ in weighted(_learning(find(ref, [self._document.runs]).project()))}
        except UserError:
            return None


def weighted(project: Project) -> list[tuple[str, str]]:
    """The nodes of the first network that have weights of their own: id and what they are called."""
    walk = infer(project.graph, project.data.schema, project.blocks)
    nodes = project.graph.nodes
    return [(name, label_of(nodes[name])) for name in project.graph.order
            if walk[name].parameters and not nodes[name].shares]  # fmt: skip


def _learning(project: Project) -> Project:
    """The project with the network first that is trained and exported."""
    try:
        return project.focused(recipes.make(project.recipe).exported())
    except UserError:
        return project


def _runs_in(folder: Path) -> list[Run]:
    return list_runs(folder) if folder.is_dir() else []


def _offer(run: Run, ref: str, owner: str) -> RunOffer | None:
    """A run as it stands in the list; None where it has learned nothing yet or cannot be read."""
    try:
        info = run.info()
    except UserError:
        return None
    if not info.epoch:
        return None
    when = datetime.datetime.fromtimestamp(info.created).strftime("%d %b, %H:%M").lstrip("0")
    return RunOffer(ref, run.id, info.name, when, _best(info.best), f"in {owner}" if owner else "")


def _best(best: object) -> str:
    if not isinstance(best, dict) or best.get("value") is None:
        return ""
    name = metric_name(str(best["metric"]))
    value = words.percent(best["value"]) if name.kind == "share" else f"{best['value']:.4g}"
    return f"{name.words.lower()} {value}"
