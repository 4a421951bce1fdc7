"""What a screen reader finds on the canvas: a list of cards in words, where they lie, which one is the focus."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication

sys.path.insert(0, str(Path(__file__).parent))

from canvas_help import SCHEMA, open_canvas, problem, residual

from engine.edits import remove
from engine.infer import infer
from widgets import theme
from widgets.canvas import reader
from widgets.canvas.view import Canvas

NAME = QAccessible.Text.Name


@pytest.fixture(autouse=True)
def look(qapp):
    theme.apply(qapp, "dark")


@pytest.fixture
def hand(qtbot):
    return open_canvas(qtbot, residual(), (problem("linear_1"),))


@pytest.fixture
def listed(hand):
    return QAccessible.queryAccessibleInterface(hand.view)


def entries(listed) -> list:
    return [listed.child(place) for place in range(listed.childCount())]


def test_the_canvas_is_a_list_of_its_cards_in_order(hand, listed) -> None:
    assert listed.role() == QAccessible.Role.List and listed.object() is hand.view
    assert listed.childCount() == len(hand.view.mirror.nodes)
    words = [one.text(NAME) for one in entries(listed)]
    assert [one.role() for one in entries(listed)] == [QAccessible.Role.ListItem] * len(words)
    last = words[-1]
    assert last.startswith("Linear, error: Linear needs a flat list") and "input from Flatten" in last
    assert words[0].startswith("Image") and listed.child(99) is None


def test_an_entry_lies_where_its_card_is_seen(hand, listed) -> None:
    entry = listed.child(1)
    place = hand.view.viewport().mapToGlobal(hand.at(hand.center(entry.name)))
    assert entry.rect().contains(place)
    assert listed.childAt(place.x(), place.y()).text(NAME) == entry.text(NAME)
    assert listed.indexOfChild(entry) == 1 and entry.parent().role() == QAccessible.Role.List


def test_the_chosen_card_is_the_focus(hand, listed) -> None:
    assert listed.focusChild() is None
    hand.view.choose({"conv_2"})
    assert listed.focusChild().name == "conv_2"
    assert listed.focusChild().state().selected and not listed.child(0).state().selected
    assert listed.text(NAME).startswith("Conv 2D")
    hand.key(Qt.Key.Key_Down)
    assert listed.focusChild().name == "add_1"


def test_walking_tells_the_reader(hand, listed, monkeypatch) -> None:
    told: list[int] = []
    monkeypatch.setattr(reader.QAccessible, "isActive", lambda: True)
    monkeypatch.setattr(hand.view, "hasFocus", lambda: True)
    monkeypatch.setattr(reader.QAccessible, "updateAccessibility", lambda event: told.append(event.child()))
    hand.view.choose({"conv_2"})
    hand.key(Qt.Key.Key_Down)
    assert [listed.child(place).name for place in told] == ["conv_2", "add_1"]


def test_a_card_that_goes_leaves_no_entry(hand, listed) -> None:
    entry = listed.child(listed.childCount() - 1)
    graph = remove(hand.view.mirror.graph, [entry.name])
    hand.view.show_graph(graph, infer(graph, SCHEMA))
    assert not entry.isValid() and entry.text(NAME) == "" and entry.state().invalid
    assert entry.name not in [one.name for one in entries(listed)]
    assert len(entries(listed)) == len(graph.nodes)


def test_canvases_come_and_go_with_their_interfaces(qapp) -> None:
    kept = []
    for _ in range(40):
        view = Canvas()
        view.show_graph(residual(), None)
        listed = QAccessible.queryAccessibleInterface(view)
        kept = [listed, *entries(listed)]
        assert all(one.text(NAME) for one in kept)
        view.deleteLater()
        del view
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()
        assert not any(shiboken6.isValid(one) for one in kept)  # Qt has deleted its half
    assert len(reader._kept) <= 3
