"""Repairs in the real window: one press mends, one undo takes it back; F8 walks; errors out of view are pointed at."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

sys.path.insert(0, str(Path(__file__).parent))

from window_help import close_extra_windows, open_window

from engine.edits import add, change, remove
from engine.project import Project, dumps
from engine.templates import new_from_template
from engine.wiring import connect
from widgets import theme
from widgets.problems import fix_areas, price_words


@pytest.fixture(scope="module")
def whole(qapp):
    with open_window() as window:
        yield window


@pytest.fixture
def page(whole):
    """A residual network whose pooling is gone, so that an image meets Linear."""
    project = new_from_template("resnet-digits")
    pool = next(node.id for node in project.graph.nodes.values() if node.layer.startswith("GlobalAvg"))
    broken = project.with_graph(remove(project.graph, [pool], reconnect=True))
    whole.document.start(replace(broken, view={"page": "build"}))
    QApplication.processEvents()
    yield whole.build
    close_extra_windows()
    whole.toasts.clear()
    whole.document.start(Project())


def state(page) -> str:
    return dumps(replace(page.document.project, view={}))


def press_on_canvas(page) -> None:
    """The first repair of the callout, pressed."""
    page.canvas.camera.center_on("linear_1")
    QApplication.processEvents()
    callout = page.canvas.mirror.callout
    spot = page.canvas.mapFromScene(callout.mapToScene(callout.button(0).center()))
    QTest.mouseClick(page.canvas.viewport(), Qt.MouseButton.LeftButton, pos=spot)


def press_in_dock(page) -> None:
    page.bottom.open("problems")
    QApplication.processEvents()
    panel, edge = page.bottom.problems, theme.sizes().s6
    area = QRectF(panel.list.visualRect(panel.list.rows().index(0))).adjusted(edge, 0, -edge, 0)
    spot = fix_areas(area, panel.list.row_at(0))[0]
    QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=spot.center().toPoint())


def press_in_inspector(page) -> None:
    page.canvas.choose(["linear_1"])
    QApplication.processEvents()
    page.inspector.node.problems.widgets[0].buttons[0].click()


@pytest.mark.parametrize("press", [press_on_canvas, press_in_dock, press_in_inspector])
def test_one_press_mends_and_one_undo_takes_it_back(page, press) -> None:
    before = state(page)
    assert [one.node for one in page.document.errors] == ["linear_1"]
    press(page)
    QApplication.processEvents()
    assert not page.document.errors and page.document.stack.count() == 1
    page.document.stack.undo()
    assert state(page) == before and page.document.errors
    page.document.stack.redo()
    assert not page.document.errors


def test_the_price_is_told_before_the_press_wherever_a_repair_is_offered(page) -> None:
    fixes = page.document.errors[0].fixes
    assert fixes and all(fix.lines[-1].endswith("parameters") for fix in fixes)
    page.bottom.open("problems")
    (row,) = page.bottom.problems.list.rows().rows()
    assert [fix.price for fix in row.fixes] == [fix.price for fix in fixes]
    assert price_words(row.fixes[0]).startswith("+")
    rows = page.bottom.problems.list.rows()
    tip = rows.data(rows.index(0), Qt.ItemDataRole.ToolTipRole)
    assert all(fix.lines[-1] in tip for fix in fixes)
    page.canvas.choose(["linear_1"])
    box = page.inspector.node.problems.widgets[0]
    said = [label.text() for label in box.findChildren(type(page.inspector.node.help))]
    assert any(fixes[0].lines[-1] in words for words in said)
    assert page.canvas.mirror.callout.problem.fixes == fixes


def test_a_callout_comes_into_view_with_its_card(page) -> None:
    page.canvas.camera.center_on("linear_1")
    callout = page.canvas.mirror.callout
    assert page.canvas.camera.seen().contains(callout.mapRectToScene(callout.area()))


def test_inside_a_block_repairs_work_too(page) -> None:
    page.blocks.enter("residual_block_1")
    QApplication.processEvents()
    end = next(node.id for node in page.graph.nodes.values() if node.layer == "BlockOutput")
    source = page.graph.incoming[end][0].source

    def spoil(graph):
        grown, name = add(graph, "Conv1d")
        return connect(grown, source, name)

    page.edit("Spoil", spoil)
    before = state(page)
    (problem,) = page.document.problems_here
    assert problem.fixes and problem.node == "conv_3"
    page.mending.fix(0, 0)
    assert not page.document.problems_here
    page.document.stack.undo()
    assert state(page) == before


def test_what_is_wrong_inside_a_block_is_mended_from_outside(page) -> None:
    page.mending.fix(0, 0)
    page.blocks.enter("residual_block_1")
    conv = next(name for name, node in page.graph.nodes.items() if node.layer == "Conv2d")
    page.edit("Spoil", lambda graph: change(graph, conv, params={**graph.nodes[conv].params, "kernel": 99}))
    page.blocks.leave()
    errors = [one for one in page.document.errors if "Inside" in one.title]
    assert errors
    page.edit("Spoil more", lambda graph: graph)
    page.blocks.enter("residual_block_1")
    page.edit("Spoil", lambda graph: change(graph, conv, params={**graph.nodes[conv].params, "kernel": "=wings"}))
    page.blocks.leave()
    problem = next(one for one in page.document.errors if "Inside" in one.title)
    assert problem.fixes, problem
    page.mending.fix(page.document.problems_here.index(problem), 0)
    assert not [one for one in page.document.errors if "Inside" in one.title]


def test_f8_walks_all_problems_and_comes_round(page) -> None:
    for x in (2000, 2400):
        page.edit("Add", lambda graph, x=x: connect(*_conv(graph, x)))
    wrong = [one.node for one in page.document.problems_here]
    assert len(wrong) == 3
    seen = []
    for _ in range(4):
        page.window_.run_command("next_problem")
        QApplication.processEvents()
        seen += page.selection
        card = page.canvas.mirror.nodes[page.selection[0]].area()
        assert page.canvas.camera.seen().contains(card.center())
    assert seen == [*wrong, wrong[0]]


def _conv(graph, x):
    grown, name = add(graph, "Conv1d", x=x, y=0)
    return grown, "conv_1", name


def test_errors_out_of_view_are_pointed_at(page) -> None:
    page.edit("Add", lambda graph: connect(*_conv(graph, 4000)))
    page.canvas.camera.zoom_to(100)
    page.canvas.camera.center_on("conv_1")
    QApplication.processEvents()
    pointer = page.canvas.corner.pointer
    page.canvas.corner.refresh_errors()
    assert pointer.isVisible() and "error" in pointer.text()
    QTest.mouseClick(pointer, Qt.MouseButton.LeftButton)
    QApplication.processEvents()
    wrong = [one.node for one in page.document.errors]
    seen = page.canvas.camera.seen()
    assert any(seen.contains(page.canvas.mirror.nodes[name].area().center()) for name in wrong)
