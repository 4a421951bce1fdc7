"""The scrubber: choosing an epoch by pointer, keys and playing; live or not; which run and which measure."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from widgets import theme
from widgets.live_values import LiveCourse
from widgets.scrubber import Scrubber

LEFT = Qt.MouseButton.LeftButton
EPOCHS = (1, 2, 3, 5, 8, 10)
COURSE = LiveCourse(
    epochs=EPOCHS, planned=20, train={epoch: 2.0 / epoch for epoch in EPOCHS},
    validation={epoch: 3.0 / epoch for epoch in EPOCHS}, ill=frozenset({2, 3}), running=True,
)  # fmt: skip


@pytest.fixture(autouse=True)
def look(qapp):
    theme.apply(qapp, "light")


@pytest.fixture
def bar(qtbot):
    host = QWidget()
    host.resize(900, 500)
    qtbot.addWidget(host)
    bar = Scrubber(host)
    bar.show_runs([("a", "2  Adam 0.001"), ("b", "1  SGD 0.1")], "a")
    bar.show_course(COURSE, live=True)
    bar.show_note("")
    bar.show_epoch(10, 20, 0.2, 0.3)
    host.show()
    bar.show()
    qtbot.waitExposed(host)
    yield bar
    host.close()


def told(signal) -> list:
    found: list = []
    signal.connect(found.append)
    return found


def test_it_says_which_epoch_it_is_and_how_the_loss_was(bar):
    assert bar.epoch.text() == "Epoch 10 of 20"
    assert bar.losses.text() == "Loss 0.2 · validation 0.3"
    assert bar.track.epoch() == 10 and bar.live.isChecked()
    bar.show_epoch(8, 20, None, None)
    assert bar.epoch.text() == "Epoch 8 of 20, under way"
    assert "8" in bar.track.accessibleDescription()


def test_arrows_go_from_one_measured_epoch_to_the_next(bar):
    epochs = told(bar.epoch_wanted)
    bar.track.setFocus()
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Home, Qt.Key.Key_Right, Qt.Key.Key_End):
        QTest.keyClick(bar.track, key)
    assert epochs == [8, 5, 1, 2, 10]
    assert not bar.live.isChecked(), "moving by hand lets go of the newest"


def test_keys_of_the_track_are_its_own(bar, qtbot):
    """The canvas below fits everything on Home and removes cards on Delete."""
    host, heard = bar.parentWidget(), []
    for key in ("Home", "Right", "Space"):
        shortcut = QShortcut(QKeySequence(key), host)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(lambda key=key: heard.append(key))
    host.keyPressEvent = lambda event: heard.append(event.key())
    epochs = told(bar.epoch_wanted)
    for key in (Qt.Key.Key_Home, Qt.Key.Key_Right, Qt.Key.Key_Space, Qt.Key.Key_Delete):
        QTest.keyClick(bar.track, key)
    assert epochs[:2] == [1, 2] and bar.playing and heard == []


def test_pressing_and_dragging_takes_the_nearest_measured_epoch(bar):
    epochs, track = told(bar.epoch_wanted), bar.track
    middle = track.height() // 2
    QTest.mousePress(track, LEFT, pos=QPoint(round(track.x_of(5.4)), middle))
    QTest.mouseMove(track, QPoint(round(track.x_of(1)), middle))
    QTest.mouseRelease(track, LEFT, pos=QPoint(round(track.x_of(1)), middle))
    assert epochs[0] == 5 and epochs[-1] == 1
    QTest.mousePress(track, LEFT, pos=QPoint(track.width() - 2, middle))
    assert epochs[-1] == 10, "what is still to come cannot be shown"


def test_live_and_runs_and_measures_are_wishes(bar, qtbot):
    lives, runs, measures = told(bar.live_wanted), told(bar.run_wanted), told(bar.measure_wanted)
    bar.live.click()
    bar.live.click()
    assert lives == [False, True]
    bar.runs.setFocus()
    QTest.keyClick(bar.runs, Qt.Key.Key_Down)
    assert runs == ["b"]
    bar.measures._parts["steps"].click()
    assert measures == ["steps"]


def test_it_plays_to_the_end_and_starts_over(bar, qtbot):
    epochs = told(bar.epoch_wanted)
    bar._plays.setInterval(1)
    bar.play.click()
    assert bar.playing and epochs == [1], "from the end it starts over"
    qtbot.waitUntil(lambda: not bar.playing, timeout=5000)
    assert tuple(epochs) == EPOCHS
    bar.track.set_epoch(5)
    bar.track.setFocus()
    QTest.keyClick(bar.track, Qt.Key.Key_Space)
    assert bar.playing
    bar.hide()
    assert not bar.playing, "nobody sees it"


def test_new_epochs_arrive_while_one_looks_at_an_old_one(bar):
    bar.track.set_epoch(3)
    more = LiveCourse((*EPOCHS, 12), 20, COURSE.train, COURSE.validation, COURSE.ill, True)
    bar.show_course(more, live=False)
    assert bar.track.epoch() == 3 and not bar.live.isChecked()
    bar.show_course(LiveCourse((*EPOCHS, 12), 20, running=False), live=True)
    assert not bar.live.isVisible(), "a run that ended has nothing new"


def test_without_measurements_it_says_why(bar):
    bar.show_note("Nothing was measured inside this run.")
    assert bar.note.isVisible() and not bar.track.isVisible() and not bar.measures.isVisible()
    bar.show_note("")
    assert bar.track.isVisible() and not bar.note.isVisible()


def test_it_takes_the_lower_edge_and_says_how_much(qtbot):
    host = QWidget()
    host.resize(700, 400)
    qtbot.addWidget(host)
    bar = Scrubber(host)
    rooms = told(bar.room_wanted)
    host.show()
    qtbot.waitExposed(host)
    bar.show()
    assert rooms[-1] == bar.height() > 0
    assert bar.geometry().bottom() == host.rect().bottom() and bar.width() == host.width()
    host.resize(500, 420)
    assert bar.geometry().bottom() == host.rect().bottom() and bar.width() == 500
    bar.hide()
    assert rooms[-1] == 0


def test_curves_and_signs_are_painted(bar, qtbot):
    with_curves = bar.track.grab().toImage()
    colors = {
        with_curves.pixelColor(x, y).name() for x in range(with_curves.width()) for y in range(with_curves.height())
    }
    assert theme.color("warning").name() in colors, "a sign where something was ill"
    bar.track.show_course(LiveCourse(EPOCHS, 20))
    assert bar.track.grab().toImage() != with_curves
