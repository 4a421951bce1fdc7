"""Which runs and nodes the recipe's form offers: those of this project and of projects opened lately."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from app import run_offers
from app.places import runs_folder
from app.run_offers import RunOffers
from engine import edits, wiring
from engine.project import save
from engine.run.work import train
from engine.runs import create
from engine.templates import new_from_template


@pytest.fixture
def made(tmp_path, monkeypatch):
    """Two projects with a run each; the other one was opened lately."""
    monkeypatch.setattr(
        run_offers, "recent", lambda: [(tmp_path / "other.lamina", 0.0), (tmp_path / "own.lamina", 0.0)]
    )
    value = new_from_template("mlp-iris")
    value = replace(value, recipe={**value.recipe, "epochs": 2, "device": "cpu"})
    runs = {}
    for name in ("own", "other"):
        save(value, tmp_path / f"{name}.lamina")
        runs[name] = train(value, runs_folder(tmp_path / f"{name}.lamina"))
    folder = runs_folder(tmp_path / "own.lamina")
    create(value, folder, "has learned nothing")
    document = SimpleNamespace(project=value, runs=folder, all_runs=[folder])
    return document, runs, value


def test_runs_have_name_date_and_best_value(made):
    document, runs, _ = made
    mine, theirs = RunOffers(document).runs()
    assert mine.ref == runs["own"].id and theirs.ref == str(runs["other"].folder)
    assert mine.project == "" and theirs.project == "in other"
    assert mine.name == runs["own"].info().name and ", " in mine.when and mine.best
    assert mine.is_meant_by(runs["own"].id[:4]) and not theirs.is_meant_by(runs["own"].id[:6])


def test_nodes_are_those_with_weights_and_tell_what_the_run_lacks(made):
    document, runs, value = made
    offers = RunOffers(document)
    names = [one.id for one in offers.nodes()]
    assert names == [name for name in value.graph.order if name.startswith("linear")]
    assert {one.note for one in offers.nodes()} == {""}
    graph, new = edits.add(value.graph, "BatchNorm")
    graph = wiring.connect(graph, names[0], new)
    start = {"type": "OtherRun", "run": runs["own"].id}
    document.project = replace(value.with_graph(graph), recipe={**value.recipe, "start_from": start})
    notes = {one.id: one.note for one in offers.nodes()}
    assert notes == {**dict.fromkeys(names, ""), new: "not in that run"}
    document.project = replace(document.project, recipe={**value.recipe, "start_from": {**start, "run": "gone"}})
    assert {one.note for one in offers.nodes()} == {""}
