"""The samples of a run: the newest is shown, the slider goes back, other kinds have their own view."""

from __future__ import annotations

import io
import json

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from widgets import theme
from widgets.samples import SamplesCard
from widgets.train_page import TrainPage
from widgets.values import ComparedRun, MetricName, RunHead, SampleValue

HEAD = RunHead("c", "Wide", 3, "running", 23, 40, 17, 28, 291, 192, "14:32", 1842.4, "images", 21)


def png(color, size=(60, 60)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, color).save(buffer, "PNG")
    return buffer.getvalue()


def sheet(epoch: int, color=(200, 30, 30)) -> SampleValue:
    return SampleValue(epoch, "images", "made", png(color))


@pytest.fixture
def card(qtbot):
    theme.apply(QApplication.instance(), "dark")
    made = SamplesCard()
    qtbot.addWidget(made)
    made.resize(320, 420)
    with qtbot.waitExposed(made):
        made.show()
    return made


def middle(card) -> tuple[int, int, int]:
    color = card.picture.grab().toImage().pixelColor(card.picture.rect().center())
    return color.red(), color.green(), color.blue()


def test_the_newest_is_shown_until_somebody_goes_back(card, qtbot):
    card.add([sheet(1), sheet(2), sheet(3, (20, 180, 40))])
    assert card.shown().epoch == 3 and card.epoch.text() == "epoch 3"
    assert middle(card) == (20, 180, 40)
    qtbot.keyClick(card.slider.track, Qt.Key.Key_Left)
    assert card.shown().epoch == 2 and middle(card) == (200, 30, 30)
    card.add([sheet(4, (0, 0, 250))])
    assert card.shown().epoch == 2, "looking at an earlier epoch is not disturbed"
    for _ in range(2):
        qtbot.keyClick(card.slider.track, Qt.Key.Key_Right)
    assert card.shown().epoch == 4
    card.add([sheet(5)])
    assert card.shown().epoch == 5, "at the end it follows again"


def test_a_run_that_went_on_from_a_checkpoint_replaces_what_came_after(card):
    card.add([sheet(1), sheet(2), sheet(3)])
    card.add([sheet(2, (0, 0, 250))])
    assert card.shown().epoch == 2 and middle(card) == (0, 0, 250)


def test_every_kind_has_its_view(card):
    card.add([sheet(1)])
    card.add([SampleValue(1, "text", "story", b"Once upon a time")])
    points = {"points": [[0, 0], [1, 2], [3, 1]], "labels": [0, 1, 1], "classes": ["a", "b"]}
    card.add([SampleValue(1, "points", "map", json.dumps(points).encode())])
    assert card.names.isVisible() and card.names.count() == 3
    for key, view in (("story", card.words), ("map", card.points), ("made", card.picture)):
        card.names.set_current(key)
        card.names.chosen.emit(key)
        assert card.stack.currentWidget() is view
    assert card.words.toPlainText() == "Once upon a time"
    card.names.set_current("map")
    card.names.chosen.emit("map")
    assert not card.points.grab().toImage().allGray()


def test_a_damaged_picture_is_said_to_be_one(card):
    card.add([SampleValue(1, "images", "made", b"no picture")])
    assert card.picture.shown_area().isEmpty()
    card.picture.grab()


def test_the_page_makes_room_for_samples_only_where_there_are_any(qtbot):
    theme.apply(QApplication.instance(), "light")
    page = TrainPage()
    qtbot.addWidget(page)
    page.resize(1440, 852)
    with qtbot.waitExposed(page):
        page.show()
    page.set_metrics([MetricName("return", "Return", "number")])
    page.show_run(HEAD)
    card = page.charts.samples
    assert not card.isVisible()
    page.append_samples([sheet(1), sheet(2)])
    assert card.isVisible() and card.shown().epoch == 2
    qtbot.waitUntil(lambda: card.width() > 200 and card.height() > 300)
    assert page.charts.loss.width() > 150
    page.set_compared([ComparedRun("a", "First", 1, (), ()), ComparedRun("b", "Deep", 2, (), ())])
    assert not card.isVisible()
    page.set_compared([])
    page.clear()
    assert not card.isVisible() and card.empty
