"""Dots on wires in the real window: one step each, kept in the file, in copies, in blocks; gone with a new layout."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QInputDialog

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "journeys"))

from pointer_help import Hands, needs_pointer
from window_help import close_extra_windows, open_window, spin

from app.commands import COMMANDS
from engine import dots
from engine.codegen import generate
from engine.project import Project, load, save
from engine.templates import new_from_template
from widgets.canvas.hits import Hit

Key, Mod = Qt.Key, Qt.KeyboardModifier


@pytest.fixture(scope="module")
def whole(qapp):
    with open_window() as made:
        yield made


@pytest.fixture
def page(whole):
    whole.document.start(replace(new_from_template("resnet-digits"), view={"page": "build"}))
    spin(0.1)
    yield whole.build
    close_extra_windows()
    whole.document.start(Project())


def last_wire(page):
    return page.graph.incoming["linear_1"][0]


def points(page, edge=None):
    return dots.dots_of(page.graph).get(edge or last_wire(page), ())


def dotted(page) -> None:
    page.canvas.choose((), {last_wire(page)})
    page.window_.run_command("add_dot")


def test_by_command_by_key_and_by_menu(page) -> None:
    before, text = page.graph, page.document.source.text
    assert COMMANDS["add_dot"].why_not(page.window_) == "Click a wire first, or select the two cards it runs between."
    page.select(["linear_1", last_wire(page).source])
    assert COMMANDS["remove_dots"].why_not(page.window_) == "This wire has no dots."
    page.window_.run_command("add_dot")
    page.canvas.setFocus()
    assert len(points(page)) == 1 and page.canvas.mirror.dots.selected == {(last_wire(page), 0)}
    assert page.document.steps()[-1] == "Add dot" and page.document.source.text == text
    QTest.keyClick(page.canvas, Key.Key_Right, Mod.AltModifier)
    assert points(page)[0][0] == pytest.approx(page.canvas.mirror.nodes["linear_1"].area().center().x() + 4, abs=1)
    QTest.keyClick(page.canvas, Key.Key_Delete)
    assert points(page) == ()
    page.document.stack.setIndex(0)
    assert page.graph == before
    menu = page.menus.of_wire(last_wire(page))
    assert "Add a dot" in [one.text() for one in menu.actions()]
    dotted(page)
    dotted(page)
    words = [one.text() for one in page.dots.menu(Hit("dot", edge=last_wire(page), row=0)).actions()]
    assert words[:2] == ["Delete this dot", "Delete all dots of this wire"]
    page.canvas.choose((), {last_wire(page)})
    page.window_.run_command("remove_dots")
    assert points(page) == ()


def test_joined_cards_have_no_wire_to_lead(page) -> None:
    page.select(["batch_norm_1", "relu_1"])
    assert "Pull them apart first." in COMMANDS["add_dot"].why_not(page.window_)


def test_kept_in_the_file_and_by_edits(page, tmp_path) -> None:
    dotted(page)
    place = points(page)
    save(page.document.project, tmp_path / "a.lamina")
    again = load(tmp_path / "a.lamina")
    assert dots.dots_of(again.graph) == dots.dots_of(page.graph)
    assert generate(again).text == page.document.source.text
    edge = last_wire(page)
    page.adding.drop("Dropout", place[0][0] - 112, place[0][1] - 20, edge, None)
    name = page.selection[0]
    found = dots.dots_of(page.graph)
    assert sum(len(led) for wire, led in found.items() if name in (wire.source, wire.target)) == 1
    page.document.stack.undo()
    assert points(page) == place
    page.select([edge.source, "linear_1"])
    page.window_.run_command("duplicate")
    assert sorted(len(led) for led in dots.dots_of(page.graph).values()) == [1, 1]
    page.document.stack.undo()
    page.arranging.turn_off([edge])
    assert page.canvas.mirror.dots.points(edge)
    page.canvas.rest_wanted.emit(edge, True)
    assert points(page) == place


def test_moving_everything_moves_them_and_tidying_takes_them_away(page) -> None:
    dotted(page)
    x, y = points(page)[0]
    page.canvas.choose_all()
    page.canvas.setFocus()
    QTest.keyClick(page.canvas, Key.Key_Down, Mod.AltModifier | Mod.ShiftModifier)
    assert points(page) == ((x, y + 40),)
    page.select([])
    page.window_.run_command("tidy")
    assert points(page) == ()
    page.document.stack.undo()
    assert points(page) == ((x, y + 40),)


def test_into_a_block_and_out_again(page, monkeypatch) -> None:
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, **__: ("Half", True))
    edge = page.graph.outgoing["residual_block_1"][0]
    page.canvas.choose((), {edge})
    page.window_.run_command("add_dot")
    place = points(page, edge)
    page.select(["residual_block_1", edge.target])
    page.window_.run_command("group")
    block = page.document.project.blocks[page.graph.nodes[page.selection[0]].block]
    assert dots.dots_of(block.graph) == {edge: place}
    page.document.stack.undo()
    assert points(page, edge) == place


# ---- the real pointer ------------------------------------------------------------------------------------------------


@pytest.fixture
def hands(whole, page):
    needs_pointer()
    page.canvas.camera.zoom_to(100)
    wire = page.canvas.mirror.wires[last_wire(page)]
    page.canvas.centerOn(wire.path().pointAtPercent(0.5))
    spin(0.3)
    return Hands(whole)


def on_wire(page) -> QPointF:
    return page.canvas.mirror.wires[last_wire(page)].path().pointAtPercent(0.5)


def test_32_with_the_real_pointer(page, hands) -> None:
    before = page.graph
    start = hands.on_canvas(on_wire(page))
    hands.drag(start, start + QPoint(160, 10), drop=False)
    assert page.graph == before
    hands.drag(start, start + QPoint(160, 10))
    hands.until(lambda: len(points(page)) == 1, 5, "a dot on the wire")
    (x, y) = points(page)[0]
    goal = page.canvas.mapToScene(page.canvas.viewport().mapFromGlobal(start + QPoint(160, 10)))
    assert abs(x - goal.x()) <= 8 and abs(y - goal.y()) <= 8
    dot = hands.on_canvas(QPointF(x, y))
    hands.drag(dot, dot + QPoint(-30, 40))
    hands.until(lambda: points(page)[0] != (x, y), 5, "the dot has moved")
    assert page.document.steps() == ["Add dot", "Move dot"]
    hands.key("Delete")
    hands.until(lambda: not points(page), 5, "the dot is gone")
    hands.key("ctrl+z", "ctrl+z", "ctrl+z")
    assert page.graph == before
    hands.click(start)
    hands.key("d")
    hands.until(lambda: len(points(page)) == 1, 5, "a dot by key")
    hands.key("shift+d")
    hands.until(lambda: not points(page), 5, "no dot any more")


def test_32_alt_click_and_double_click_with_the_real_pointer(page, hands) -> None:
    place = hands.on_canvas(on_wire(page))
    move = ["mousemove", str(place.x()), str(place.y()), "sleep", "0.06"]
    hands._do([*move, "keydown", "alt", "click", "1", "keyup", "alt", "sleep", "0.05"])
    hands.until(lambda: len(points(page)) == 1, 5, "a dot on the wire")
    spin(QApplication.doubleClickInterval() / 1000 + 0.1)
    dot = hands.on_canvas(QPointF(*points(page)[0]))
    hands._do(
        ["mousemove", str(dot.x()), str(dot.y()), "sleep", "0.06", "click", "--repeat", "2", "--delay", "60", "1"]
    )
    hands.until(lambda: not points(page), 5, "the dot is gone")
