"""Comparing two runs in the window: picked in the History panel, or led there from the list of runs."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "engine"))

from test_compare_runs import made
from window_help import close_extra_windows, open_window

from app.comparing import ComparisonDialog
from app.difference_lines import change_lines
from engine.compare import compare
from engine.edits import remove, set_param
from engine.project import Project
from engine.templates import new_from_template
from widgets import words


@pytest.fixture(scope="module")
def whole(qapp):
    with open_window() as window:
        yield window


@pytest.fixture
def window(whole):
    """A window whose project has two finished runs, the second with another network and recipe."""
    project = replace(new_from_template("resnet-digits"), view={"page": "build"})
    whole.document.start(project)
    other = project.with_graph(remove(set_param(project.graph, "conv_1", "kernel", 5), ["batch_norm_2"], True))
    other = replace(other, recipe={**project.recipe, "epochs": 77})
    whole.first = made(whole.document.runs, project, "first", [(0.4, 0.8)], best=1)
    whole.second = made(whole.document.runs, other, "second", [(0.3, 0.9)], best=1)
    QApplication.processEvents()
    yield whole
    close_extra_windows()
    whole.toasts.clear()
    whole.document.start(Project())


def dialogs() -> list[ComparisonDialog]:
    return [one for one in QApplication.topLevelWidgets() if isinstance(one, ComparisonDialog) and one.isVisible()]


def lines(dialog: ComparisonDialog) -> list[str]:
    return [line.said() for line in dialog.list.list.rows().rows()]


def open_runs(window):
    window.run_command("compare_two_runs")
    QApplication.processEvents()
    window.build.bottom.history.runs.pick([])
    return window.build.bottom.history.runs


def test_two_runs_are_picked_by_the_keyboard_and_compared(window) -> None:
    picks = open_runs(window)
    assert [one.name for one in picks._picks] == ["The project as it is now", "second", "first"]
    assert not picks.button.isEnabled() and "Pick two" in picks.hint.text()
    picks.list.choose(1)
    QTest.keyClick(picks.list, Qt.Key.Key_Space)
    assert picks.picked() == [window.second.id] and "one more" in picks.hint.text()
    picks.list.choose(2)
    QTest.keyClick(picks.list, Qt.Key.Key_Return)
    assert picks.picked() == [window.first.id, window.second.id]  # the older one first, however they were picked
    picks.button.click()
    (dialog,) = dialogs()
    assert dialog.states == {"conv_1": "changed", "batch_norm_2": "removed"}
    told = lines(dialog)
    assert "removed: Batch norm (batch_norm_2)" in told and any(
        line.startswith("changed: Epochs: ") and line.endswith("→ 77") for line in told
    )
    assert any(line.startswith("Loss, validation: 0.4") and line.endswith(", better") for line in told)
    assert f"Accuracy, validation: {words.percent(0.8)} → {words.percent(0.9)}, better" in told


def test_a_run_is_compared_with_the_project_as_it_is_now(window) -> None:
    picks = open_runs(window)
    window.build._on_param("conv_2", "filters", 16)
    picks.pick(["", window.first.id])
    assert picks.picked() == [window.first.id, ""]
    picks.button.click()
    (dialog,) = dialogs()
    assert dialog.states == {"conv_2": "changed"}


def test_a_third_pick_lets_go_of_the_first(window) -> None:
    picks = open_runs(window)
    for place in (0, 1, 2):
        picks._toggle(place)
    assert picks.picked() == [window.first.id, window.second.id]


def test_a_run_that_is_gone_is_said_and_the_list_is_brought_up_to_date(window) -> None:
    picks = open_runs(window)
    picks.pick([window.first.id, window.second.id])
    window.first.remove()
    picks.button.click()
    assert not dialogs() and "gone or damaged" in window.toasts.toasts()[-1].text()
    assert [one.id for one in picks._picks] == ["", window.second.id] and not picks.button.isEnabled()


def test_a_project_without_runs_says_how_they_come(window) -> None:
    window.document.start(Project())
    picks = open_runs(window)
    assert picks.empty.isVisible() and not picks.list.isVisible()


def test_the_list_of_runs_leads_to_the_comparison(window) -> None:
    window.show_page("train")
    window.train.poll()
    window.train._on_replaced()
    listed = window.train.widget.runs
    listed.compare.click()
    assert listed.networks.isVisible() and not listed.networks.isEnabled()
    listed.view.selectAll()
    assert listed.networks.isEnabled()
    listed.networks.click()
    assert window.page == "build" and window.build.bottom.tabs.current() == "history"
    assert window.build.bottom.history.runs.picked() == [window.first.id, window.second.id]
    (dialog,) = dialogs()
    assert dialog.states["batch_norm_2"] == "removed"


def test_settings_are_said_by_their_labels() -> None:
    one = new_from_template("resnet-digits")
    recipe = {**one.recipe, "optimizer": {"type": "SGD", "lr": 0.5}}
    two = replace(one, recipe=recipe, data=replace(one.data, seed=3, source={"type": "IrisData"}))
    told = [line.words for line in change_lines(compare(one, two), one, two)]
    assert "Optimizer: AdamW → SGD" in told and any(line.startswith("Optimizer, Learning rate: ") for line in told)
    assert any(line.startswith("Seed of the parts: ") for line in told)


def test_another_network_is_shown_where_only_that_one_differs(window) -> None:
    project = window.document.project
    second = set_param(project.graph, "conv_1", "kernel", 7)
    two = replace(project, networks={**project.networks, "other": project.graph})
    three = replace(project, networks={**project.networks, "other": second})
    dialog = ComparisonDialog(window, two, three, window.document.place, "two networks")
    dialog.show()
    assert dialog.states == {"conv_1": "changed"} and not dialog.graphs.isVisible()
    four = three.with_graph(remove(project.graph, ["relu_2"], True))
    both = ComparisonDialog(window, two, four, window.document.place, "two networks")
    both.show()
    assert both.graphs.isVisible() and "relu_2" in both.states
    both.list.node_chosen.emit("other", "conv_1")
    assert both.graphs.current() == "other" and both.states == {"conv_1": "changed"}
