"""What every exporter keeps: it is declared fully, writes what it says, proves it, and refuses what it cannot prove."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.data.dataset import scan
from engine.edits import add
from engine.errors import UserError
from engine.exporters import Exporter, exporter_of, exporters
from engine.graph import Graph
from engine.project import Project
from engine.run import proof
from engine.run.work import train
from engine.runs import Run
from engine.wiring import connect

EVERY = list(exporters)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    graph, last = Graph(), ""
    for card, settings in (("TableInput", {}), ("Linear", {"features": 3}), ("CrossEntropy", {})):
        graph, new = add(graph, card, 0.0, 0.0, settings)
        graph = connect(graph, last, new) if last else graph
        last = new
    folder = tmp_path_factory.mktemp("exporters")
    yield train(Project("Any", {"main": graph}, data=scan({"type": "IrisData"})), folder, epochs=1, device="cpu")
    shutil.rmtree(folder)


@pytest.mark.parametrize("cls", EVERY, ids=lambda cls: cls.__name__)
def test_it_is_declared_fully(cls: type[Exporter]) -> None:
    assert cls.label and cls.key and cls.suffix.startswith(".")
    assert cls.help().endswith(".")
    assert all(one.help for one in cls.params().values())
    assert exporters.make(cls().to_json()) == cls()
    assert exporter_of(cls.key) == cls()


def test_short_names_are_used_once() -> None:
    assert len({cls.key for cls in EVERY}) == len(EVERY) >= 2


@pytest.mark.parametrize("cls", EVERY, ids=lambda cls: cls.__name__)
def test_it_writes_and_proves(cls: type[Exporter], run: Run, tmp_path: Path) -> None:
    steps: list[float] = []
    told = cls().export(run, tmp_path / f"any{cls.suffix}", lambda share, text: steps.append(share))
    assert json.loads(json.dumps(told, allow_nan=False)) == run.result(f"export:{cls.key}")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == sorted(told["files"])
    assert sum(entry.stat().st_size for entry in tmp_path.rglob("*") if entry.is_file()) == told["bytes"]
    assert told["format"] == cls.key
    assert told["largest"] <= told["limit"] == 1e-5
    assert told["items"] > 0 and told["random_items"] == 72 and told["same_class"] == told["class_items"]
    assert steps == sorted(steps) and steps[-1] == 1


@pytest.mark.parametrize("cls", EVERY, ids=lambda cls: cls.__name__)
def test_it_hands_over_nothing_unproved(
    cls: type[Exporter], run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof, "LIMIT", -1.0)  # nothing is that equal
    with pytest.raises(UserError, match="other answers"):
        cls().export(run, tmp_path / f"any{cls.suffix}")
    assert list(tmp_path.iterdir()) == []
