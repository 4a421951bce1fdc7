"""The Train page shows runs as they stand and tells every wish."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel

from widgets import theme
from widgets.plots.clock import Clock
from widgets.run_list import RUN, state_words
from widgets.train_charts import RATE, TRAIN, VALIDATION
from widgets.train_head import head_facts
from widgets.train_page import TrainPage
from widgets.values import Advice, ComparedRun, EpochRow, Meter, MetricName, RunHead, RunRow, StepRow

RUNS = [
    RunRow("c", "Wide", 3, "running", 0.6, 24, 40, 300, 0.93, "share"),
    RunRow("b", "Deep", 2, "finished", 1, 40, 40, 480, 0.92, "share", best=True),
    RunRow("a", "First", 1, "failed", message="Out of memory"),
]
HEAD = RunHead("c", "Wide", 3, "running", 23, 40, 17, 28, 291, 192, "14:32", 1842.4, "images", 21)


def _steps(start: int, count: int) -> list[StepRow]:
    return [StepRow(at / 28, at * 0.4, 2 * math.exp(-at / 90) + 0.1, 0.001) for at in range(start, start + count)]


def _epochs(count: int) -> list[EpochRow]:
    rows = []
    for epoch in range(1, count + 1):
        rows.append(EpochRow(epoch, epoch * 12, "validation", "loss", 1 / epoch))
        rows.append(EpochRow(epoch, epoch * 12, "train", "accuracy", 1 - 0.5 / epoch))
        rows.append(EpochRow(epoch, epoch * 12, "validation", "accuracy", 1 - 0.6 / epoch))
        rows.append(EpochRow(epoch, epoch * 12, "validation", "f1", 1 - 0.7 / epoch))
    return rows


@pytest.fixture
def page(qtbot):
    theme.apply(QApplication.instance(), "dark")
    made = TrainPage()
    qtbot.addWidget(made)
    made.set_metrics([MetricName("accuracy", "Right answers", "share"), MetricName("f1", "F1", "share")])
    made.resize(1440, 852)
    with qtbot.waitExposed(made):
        made.show()
    return made


def _fill(page):
    page.set_runs(RUNS)
    page.set_current("c")
    page.show_run(HEAD)
    page.append_steps(_steps(1, 600))
    page.set_epochs(_epochs(21))
    Clock.shared().tick()


def test_without_a_run_the_page_offers_to_train(page, qtbot):
    page.show_run(None)
    assert page.center.currentIndex() == 0
    with qtbot.waitSignal(page.train_wanted):
        page.empty.button.click()
    page.set_train_enabled(False, "The network has errors")
    assert not page.empty.button.isEnabled()
    assert page.empty.button.toolTip() == "The network has errors"


def test_choosing_a_run_is_told_once_and_a_refresh_is_silent(page, qtbot):
    _fill(page)
    told = []
    page.run_chosen.connect(told.append)
    page.set_runs([RUNS[0], RUNS[1], RUNS[2]])
    page.set_current("c")
    assert told == []
    view = page.runs.view
    rect = view.visualRect(view.model().index(1))
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    assert told == ["b"]
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert told == ["b", "a"]
    page.set_runs([RunRow("d", "New", 4, "starting"), *RUNS])
    assert page.runs.chosen() == ["a"]
    assert told == ["b", "a"]


def test_comparing_collects_clicked_runs_and_ends_with_none(page, qtbot):
    _fill(page)
    told = []
    page.compare_wanted.connect(told.append)
    page.runs.compare.click()
    view = page.runs.view
    rect = view.visualRect(view.model().index(1))
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    assert told[0] == ["c"]
    assert sorted(told[-1]) == ["b", "c"]
    page.runs.compare.click()
    assert told[-1] == []


def test_compared_runs_have_run_colors_solid_validation_and_dashed_training(page):
    _fill(page)
    page.set_compared(
        [
            ComparedRun("b", "Deep", 2, tuple(_steps(1, 50)), tuple(_epochs(3))),
            ComparedRun("c", "Wide", 3, tuple(_steps(1, 80)), tuple(_epochs(4))),
        ]
    )
    styles = {style.key: style for style in page.charts.loss.area.styles}
    assert styles["b/t"].dashed and not styles["b/v"].dashed
    assert styles["b/v"].color == "run:1" and styles["c/v"].color == "run:2"
    assert page.charts.loss.area.curve_length("c/t") == 80
    assert page.charts.metric_chart.area.curve_length("c/v") == 4
    assert page.head.isHidden()
    page.append_steps(_steps(81, 5))  # news of the shown run must not get into the comparison
    assert page.charts.loss.area.curve_length(TRAIN) == 0
    page.set_compared([])
    assert not page.head.isHidden()


@pytest.mark.parametrize(
    ("state", "pause", "enabled", "visible"),
    [("running", "Pause", True, True), ("paused", "Resume", True, True), ("stopping", "Pause", False, True),
     ("finished", "Pause", False, False)],
)  # fmt: skip
def test_buttons_fit_the_state(page, state, pause, enabled, visible):
    page.show_run(RunHead("c", "Wide", 3, state, 3, 10))
    assert page.head.pause.text() == pause
    assert page.head.pause.isVisible() == visible
    if visible:
        assert page.head.pause.isEnabled() == enabled
        assert enabled or page.head.pause.toolTip()


def test_buttons_tell_their_wish(page, qtbot):
    page.show_run(HEAD)
    for signal, button in (
        (page.pause_wanted, page.head.pause),
        (page.stop_epoch_wanted, page.head.stop_epoch),
        (page.stop_wanted, page.head.stop_now),
    ):
        with qtbot.waitSignal(signal):
            button.click()
    page.show_run(RunHead("c", "Wide", 3, "paused", 3, 10))
    with qtbot.waitSignal(page.resume_wanted):
        page.head.pause.click()


def test_head_says_how_far_and_how_long(page):
    said = [f"{bold} {plain}" for bold, plain in head_facts(HEAD)]
    assert said[0] == "Epoch 24 of 40, batch 17 of 28"
    assert said[1] == "3\u00a0min 12\u00a0s left, done at 14:32"
    assert said[2] == "1\u2009842 images per second"
    page.show_run(HEAD)
    assert "4\u00a0min 51\u00a0s so far" in page.head.facts.accessibleName()
    failed = RunHead("c", "Wide", 3, "failed", message="Loss is not a number since step 12.")
    assert head_facts(failed) == [("Failed", "Loss is not a number since step 12.")]


def test_states_are_said_in_words():
    assert [state_words(run) for run in RUNS] == ["Running, 60\u00a0%", "40 epochs, 8\u00a0min", "Out of memory"]


def test_steps_and_epochs_reach_their_charts(page):
    _fill(page)
    loss, metric, rate = page.charts.loss.area, page.charts.metric_chart.area, page.charts.rate.area
    assert (loss.curve_length(TRAIN), loss.curve_length(VALIDATION), rate.curve_length(RATE)) == (600, 21, 600)
    assert metric.curve_length(VALIDATION) == 21
    assert "Validation" in loss.accessibleDescription()
    page.append_steps(_steps(601, 20))
    Clock.shared().tick()
    assert loss.curve_length(TRAIN) == 620
    page.clear()
    assert loss.curve_length(TRAIN) == 0


def test_another_metric_shows_its_values(page):
    _fill(page)
    page.charts.metric_choice.set_current("f1")
    page.charts.metric_choice.chosen.emit("f1")
    assert page.charts.metric_chart.area.curve_length(TRAIN) == 0
    assert page.charts.metric_chart.area.curve_length(VALIDATION) == 21
    assert page.charts.metric_chart.title.text() == "F1"


def test_crosshair_is_shared_by_all_charts_and_walks_by_epochs(page, qtbot):
    _fill(page)
    area = page.charts.loss.area
    frame = area.frame
    at = QPoint(round(frame.x(9.2)), round(frame.top + 20))
    qtbot.mouseMove(area, at)
    assert page.charts.crosshair.place == pytest.approx(9.2, abs=0.2)
    assert page.charts.metric_chart.area._snapped() == 9.0
    area.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(area, Qt.Key.Key_Right)
    assert page.charts.metric_chart.area._snapped() == 10.0
    qtbot.keyClick(area, Qt.Key.Key_Escape)
    assert page.charts.crosshair.place is None


def test_smoothing_never_touches_the_learning_rate(page):
    _fill(page)
    before = page.charts.rate.area.drawn[RATE].end_value
    loss = page.charts.loss.area._curves[TRAIN].last(0)[1]
    page.charts.smoothing.valueMoved.emit(0.99)
    Clock.shared().tick()
    assert page.charts.rate.area.drawn[RATE].end_value == before
    assert page.charts.loss.area._curves[TRAIN].last(0)[1] > loss


def test_a_large_plot_hides_the_others_and_comes_back(page, qtbot):
    _fill(page)
    page.charts.loss.expand.click()
    assert page.charts.loss.isVisible()
    assert not page.charts.metric_chart.isVisible()
    assert not page.charts.heat.isVisible()
    page.charts.loss.expand.click()
    assert page.charts.metric_chart.isVisible()
    assert page.charts.heat.isVisible()


def test_doctor_shows_three_at_most_worst_first(page, qtbot):
    page.set_doctor(
        [
            Advice("good", "Signals reach every layer"),
            Advice("info", "Loading waits", "31 % of each step.", "Use 4 loaders", "loaders"),
            Advice("warning", "It learns by heart", "Since epoch 17.", "Stop at best", "stop"),
        ]
    )
    rows = page.side.findings.rows()
    assert [row.advice.level for row in rows] == ["warning", "info", "good"]
    assert rows[0].button.property("kind") == "primary"
    assert rows[1].button.property("kind") == "plain"
    with qtbot.waitSignal(page.doctor_action) as told:
        rows[1].button.click()
    assert told.args == ["loaders"]
    page.set_doctor([])
    assert not page.side.doctor.isVisible()


def test_only_measured_things_of_the_computer_are_shown(page):
    page.set_machine([Meter("cpu", "Processor", "84 %", (0.5, 0.9)), Meter("mem", "Memory", "3 GB", (0.2, 0.2))])
    page.set_machine([Meter("cpu", "Processor", "80 %", (0.5, 0.9))])
    assert [row.isVisible() for row in page.side._meters] == [True, False]
    assert page.side._meters[0].accessibleName() == "Processor: 80 %"


def test_recipe_form_is_hosted_and_given_back(page):
    form = QLabel("form")
    page.set_recipe_widget(form)
    assert page.side.form.isVisible()
    assert form.isVisible()
    page.set_recipe_widget(None)
    assert not page.side.form.isVisible()
    form.deleteLater()


def test_menu_of_a_run_tells_what_is_wanted(page, qtbot):
    _fill(page)
    menu = page.runs.menu_of(RUNS[1])
    actions = {action.text(): action for action in menu.actions()}
    with qtbot.waitSignal(page.delete_wanted) as told:
        actions["Delete"].trigger()
    assert told.args == ["b"]
    with qtbot.waitSignal(page.open_folder_wanted):
        actions["Open folder"].trigger()
    live = page.runs.menu_of(RUNS[0])
    assert not next(action for action in live.actions() if action.text() == "Delete").isEnabled()
    menu.deleteLater()
    live.deleteLater()


def test_a_narrow_window_folds_panels_into_drawers(page, qtbot):
    page.resize(1100, 680)
    qtbot.waitUntil(lambda: page.frame.is_folded(True) and page.frame.is_folded(False))
    assert not page.runs.isVisible()
    side = page.frame._sides[0]
    side.strip.button.click()
    assert page.runs.isVisible()
    page.resize(1440, 852)
    qtbot.waitUntil(lambda: not page.frame.is_folded(True))
    assert page.runs.isVisible() and page.side.isVisible()


def test_list_says_everything_to_a_screen_reader(page):
    page.set_runs(RUNS)
    model = page.runs.model
    said = model.data(model.index(0), Qt.ItemDataRole.AccessibleTextRole)
    assert said == "Wide, run 3, Running, 60\u00a0%, best 93.0\u00a0%"
    assert model.index(2).data(RUN).id == "a"
