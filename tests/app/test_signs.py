"""The signs on the page tabs of a project that was trained before."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from window_help import open_window, spin

from engine.project import save
from engine.templates import new_from_template


@pytest.mark.parametrize("page", ["build", "train", "test", "export"])
def test_a_trained_project_opens_with_its_signs_on_every_page(qapp, tmp_path, page, monkeypatch) -> None:
    """Whichever page is first asks for the runs; the tabs tell of them all the same."""
    from app import train
    from engine.runinfo import RunInfo
    from engine.runs import Run

    run = Run(tmp_path / "digits.runs" / "one")
    run.folder.mkdir(parents=True)
    info = RunInfo("one", "one", "finished", epoch=3, epochs=3)
    monkeypatch.setattr(train, "list_runs", lambda folder: [run])
    monkeypatch.setattr(Run, "info", lambda self: info)
    monkeypatch.setattr(train.TrainPresenter, "poll", lambda self: None)
    file = tmp_path / "digits.lamina"
    save(new_from_template("mlp-iris"), file)
    with open_window() as window:
        assert window.files.open_path(file)
        window.show_page(page)
        spin(0.4)
        assert window.top.tabs.sign("train")[0] == "done"


def test_a_blank_project_has_no_problems_anywhere(qapp) -> None:
    """The status bar and the tab of problems say the same; with the first node they begin to count."""
    from engine.edits import add

    with open_window() as window:
        window.files.new_project()
        window.show_page("build")
        spin(0.1)
        tab = window.build.bottom.tabs._tabs["problems"]
        assert window.status.problems.text() == "No problems" and not tab.count
        window.document.edit_graph("Add Linear", lambda graph: add(graph, "Linear")[0])
        spin(0.1)
        assert "error" in window.status.problems.text() and tab.count
