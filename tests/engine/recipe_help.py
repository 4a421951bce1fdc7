"""Small projects for the tests of recipes: a chain of cards on shipped or generated data."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import torch

from engine import edits, wiring
from engine.check import check
from engine.data.dataset import scan
from engine.graph import Graph
from engine.project import DataChoice, Project
from engine.recipes import recipe_of
from engine.run.model import load
from engine.run.work import resume, train
from engine.runs import Run, list_runs


def chain(*cards: Any) -> Graph:
    """A chain of layers: a name, or (name, settings)."""
    graph, last = Graph(), ""
    for place, card in enumerate(cards):
        name, settings = (card, {}) if isinstance(card, str) else card
        graph, node = edits.add(graph, name, 0, 100.0 * place, settings)
        graph = wiring.connect(graph, last, node) if last else graph
        last = node
    return graph


def project(graph: Graph, source: Any, recipe: dict[str, Any], **networks: Graph) -> Project:
    """A project on a data source, a name or its settings."""
    found = scan({"type": source} if isinstance(source, str) else source, None)
    data = DataChoice(source=found.source, fields=found.fields, count=found.count)
    return Project("Test", {"main": graph, **networks}, data=data, recipe={"device": "cpu", **recipe})


def told(run: Run, part: str, metric: str) -> list[float]:
    """A value over the epochs."""
    return [one.value for one in run.epochs() if (one.part, one.metric) == (part, metric)]


def resumes_exactly(one: Project, folder: Path, monkeypatch: Any, at: int) -> None:
    """A run that broke off at a step and went on is, bit for bit, one that never did."""
    assert check(one) == []
    whole = train(one, folder / "whole", threads=1)
    cls = importlib.import_module(f"engine.run.recipes.{recipe_of(one.recipe).loop}").loop
    real = cls.step

    def step(self: Any, place: int, last: bool) -> Any:
        if self.course.step + 1 == at:
            raise RuntimeError("the computer burst into flames")
        return real(self, place, last)

    monkeypatch.setattr(cls, "step", step)
    try:
        train(one, folder / "part", threads=1, save_steps=max(1, at // 2))
    except RuntimeError:
        pass
    else:
        raise AssertionError(f"the run has fewer than {at} steps")
    monkeypatch.setattr(cls, "step", real)
    [part] = list_runs(folder / "part")
    assert part.info().state == "failed"
    resume(part)
    assert np.array_equal(part.steps(), whole.steps(), equal_nan=True)
    assert part.epochs() == whole.epochs()
    assert [sample[1:] for sample in part.samples()] == [sample[1:] for sample in whole.samples()]
    a, b = load(part, "last").network.state_dict(), load(whole, "last").network.state_dict()
    assert all(torch.equal(a[name], b[name]) for name in b)
