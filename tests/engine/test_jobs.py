"""Training, testing, answering and exporting as the command line does it: every step in a process of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine import jobs
from engine.data.dataset import scan
from engine.edits import add
from engine.errors import UserError
from engine.graph import Graph
from engine.project import Project, save
from engine.run.cross import cross_validate
from engine.runs import RunInfo, list_runs
from engine.wiring import connect


def flowers() -> Project:
    graph, last = Graph(), ""
    for place, (card, settings) in enumerate([("TableInput", {}), ("Linear", {"features": 3}), ("CrossEntropy", {})]):
        graph, new = add(graph, card, 0.0, 100.0 * place, settings)
        graph = connect(graph, last, new) if last else graph
        last = new
    return Project("Flowers", {"main": graph}, data=scan({"type": "IrisData"}))


def test_from_a_file_to_a_proved_export(tmp_path: Path) -> None:
    save(flowers(), tmp_path / "flowers.lamina")
    told: list[RunInfo] = []
    run = jobs.train(tmp_path / "flowers.lamina", on_progress=told.append, epochs=20, device="cpu",
                     optimizer={"type": "Adam", "lr": 0.05})  # fmt: skip
    assert run.folder.parent == tmp_path / "flowers.runs"
    assert told[-1].state == "finished" and told[-1].epoch == 20
    shares: list[float] = []
    result = jobs.test(run, on_progress=lambda share, text: shares.append(share))
    assert result["outputs"][0]["metrics"]["accuracy"] > 0.8
    assert result == run.result("test")
    assert shares
    proof = jobs.export(run.folder, tmp_path / "flowers.onnx")
    assert proof["largest"] <= proof["limit"]
    values = {"sepal length": 5.1, "sepal width": 3.5, "petal length": 1.4, "petal width": 0.2}
    answer = jobs.predict(run, json.dumps(values), onnx=tmp_path / "flowers.onnx")
    assert answer["items"][0]["answers"]["species"]["class"] == "setosa"
    assert answer["onnx"]["within"]


def test_a_project_with_errors_is_refused_before_a_run_exists(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"cannot be trained yet(.|\n)*No data is chosen"):
        jobs.train(Project(), tmp_path)
    with pytest.raises(UserError, match="has no setting 'epoch'"):
        jobs.train(flowers(), tmp_path, epoch=3)
    assert list_runs(tmp_path) == []


def test_a_training_that_fails_raises_its_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="needs an NVIDIA GPU"):
        jobs.train(flowers(), tmp_path, precision="fp16 mixed", device="cpu", epochs=1)


def test_who_interrupts_the_wait_stops_the_run(tmp_path: Path) -> None:
    def interrupt(info: RunInfo) -> None:
        if info.epoch >= 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        jobs.train(flowers(), tmp_path, interrupt, epochs=1_000_000, device="cpu")
    (run,) = list_runs(tmp_path)
    assert run.info().state == "stopped"


def test_every_item_is_tested_once_in_a_cross_validation(tmp_path: Path) -> None:
    told: list[str] = []
    found = jobs.cross_validate(flowers(), 2, tmp_path, lambda share, text: told.append(text), epochs=3, device="cpu")
    assert found["items"] == 150
    assert sorted(found["runs"]) == sorted(run.id for run in list_runs(tmp_path))
    accuracy = found["outputs"]["species"]["accuracy"]
    assert len(accuracy["values"]) == 2
    assert accuracy["mean"] == pytest.approx(sum(accuracy["values"]) / 2)
    assert any("Division 2 of 2" in text for text in told)
    with pytest.raises(UserError, match="from 2"):
        cross_validate(flowers(), 1, tmp_path)
