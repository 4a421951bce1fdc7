"""Runs of thousands of epochs: the first ones may take more of the width, and every point stays where it belongs."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF

from widgets import theme
from widgets.controls import Segmented
from widgets.plots import scales
from widgets.plots.area import EPOCHS, TIME, Area, Style
from widgets.plots.curves import Frame
from widgets.train_charts import TrainCharts


@pytest.fixture
def area(qtbot, qapp) -> Area:
    theme.apply(qapp, "dark")
    made = Area()
    made.resize(600, 300)
    made.set_styles([Style("train", "Training", "training", smooth=True)])
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


def fill(area: Area, epochs: int = 5000, each: int = 20) -> None:
    steps = np.linspace(0, epochs, epochs * each)
    area.append("train", steps, steps * 2, 0.1 + np.exp(-steps / 30))
    area.put(total_epochs=epochs, axis=EPOCHS, stretch=True)
    area.redraw()


def test_places_and_pixels_answer_each_other() -> None:
    frame = Frame(0.0, 5000.0, 0.0, 1.0, 40, 10, 500, 200, False, True)
    for epoch in (0.0, 1.0, 7.5, 100.0, 4999.0, 5000.0):
        assert frame.place(frame.x(epoch)) == pytest.approx(epoch, abs=1e-6)
    assert frame.x(0.0) == 40 and frame.x(5000.0) == pytest.approx(540)
    assert frame.x(99.0) - frame.x(9.0) == pytest.approx(frame.x(999.0) - frame.x(99.0))


def test_the_first_epochs_keep_their_points(area) -> None:
    """The fall of the loss has points enough to be a curve, and the line runs through the whole width once."""
    fill(area)
    path = area.drawn["train"].line
    places = [path.elementAt(at).x for at in range(path.elementCount())]
    assert places == sorted(places)
    frame = area.frame
    early = [x for x in places if x <= frame.x(100)]
    assert len(early) > 100, "half of the width shows the first hundred epochs"
    assert places[0] == pytest.approx(frame.left, abs=2) and places[-1] == pytest.approx(frame.x(5000), abs=2)
    gaps = np.diff(places)
    assert gaps.max() < 60


def test_the_crosshair_meets_the_epoch_under_it(area) -> None:
    fill(area)
    where = QPointF(area.frame.x(50.0), 100)
    assert area.frame.place(where.x()) == pytest.approx(50, rel=0.01)
    area.crosshair.put(50.0)
    assert area._snapped() == pytest.approx(50, rel=0.01)
    assert not area.grab().isNull()


def test_time_is_never_stretched(area) -> None:
    fill(area)
    area.put(axis=TIME)
    area.redraw()
    assert not area.frame.stretch


@pytest.mark.parametrize(
    ("high", "said"), [(5000.0, ["0", "1", "10", "100", "1\u2009000", "5\u2009000"]), (150.0, ["0", "1", "10", "100"])]
)
def test_its_axis_names_powers_and_the_end(high, said) -> None:
    assert [words for _place, words in scales.stretched_ticks(high, 8)] == said


def test_it_is_offered_for_long_runs_and_chosen_for_very_long_ones(qtbot, qapp) -> None:
    theme.apply(qapp, "dark")
    charts = TrainCharts()
    qtbot.addWidget(charts)
    charts.show()
    shown = charts.axis._parts["stretched"]
    charts.set_progress(20, None)
    assert shown.isHidden() and charts.axis.current() == "epochs"
    charts.set_progress(300, None)
    assert not shown.isHidden() and charts.axis.current() == "epochs" and not charts.loss.area.stretched
    charts.set_progress(5000, None)
    assert charts.axis.current() == "stretched" and charts.loss.area.stretched and charts.rate.area.stretched
    charts.axis._parts["epochs"].click()
    charts.set_progress(5000, None)
    assert charts.axis.current() == "epochs" and not charts.loss.area.stretched, "what one chose stays"
    charts.axis._parts["stretched"].click()
    charts.set_progress(20, None)
    assert charts.axis.current() == "epochs" and not charts.loss.area.stretched, "a short run has nothing to stretch"


def test_arrows_pass_over_a_choice_that_is_not_offered(qtbot, qapp) -> None:
    theme.apply(qapp, "dark")
    made = Segmented()
    qtbot.addWidget(made)
    for key in ("a", "b", "c"):
        made.add(key, key)
    made.set_shown("b", False)
    made.show()
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    QTest.keyClick(made, Qt.Key.Key_Right)
    assert made.current() == "c"


def test_a_learning_rate_at_its_end_is_said_in_words(qtbot, qapp) -> None:
    from widgets.plots import ends

    theme.apply(qapp, "dark")
    made = Area()
    made.resize(300, 200)
    made.set_styles([Style("rate", "", "acc", "plain", smooth=False)])
    qtbot.addWidget(made)
    made.show()
    made.append("rate", [0.0, 1.0, 2.0], [0.0, 1.0, 2.0], [0.004, 0.002, 1.6e-8])
    made.redraw()
    assert ends._words(made) == ["almost 0"]
    made.append("rate", [3.0], [3.0], [0.001])
    made.redraw()
    assert ends._words(made) == ["0.001"]
