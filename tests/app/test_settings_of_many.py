"""Settings in the real window: of several nodes at once, as expressions, and the link that keeps a size."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

sys.path.insert(0, str(Path(__file__).parent))

from window_help import close_extra_windows, open_window

from engine.edits import add, set_param
from engine.project import Project
from engine.templates import new_from_template
from widgets.controls import NumberField
from widgets.shared_settings import shared_settings


@pytest.fixture(scope="module")
def whole(qapp):
    with open_window() as window:
        yield window


@pytest.fixture
def page(whole):
    whole.document.start(replace(new_from_template("resnet-digits"), view={"page": "build"}))
    QApplication.processEvents()
    yield whole.build
    close_extra_windows()
    whole.toasts.clear()
    whole.document.start(Project())


def choose(page, *names: str):
    page.canvas.choose(names)
    QApplication.processEvents()


def number(form, name: str, at: int = 0) -> NumberField:
    editor = form.rows[name].editor
    return editor._numbers()[at]


def type_in(field: NumberField, words: str) -> None:
    field.setFocus(Qt.FocusReason.ShortcutFocusReason)
    field.selectAll()
    QTest.keyClicks(field, words)
    QTest.keyClick(field, Qt.Key.Key_Return)
    QApplication.processEvents()


def values(page, key: str, *names: str) -> list:
    return [page.graph.nodes[name].params.get(key) for name in names]


# ---- several nodes ---------------------------------------------------------------------------------------------------


def test_settings_that_agree_are_shown_and_those_that_differ_say_so(page) -> None:
    choose(page, "conv_1", "conv_2")
    many = page.inspector.many
    assert many.isVisible() and many.settings.isVisible()
    assert number(many.form, "kernel").value() == 3 and not many.form.rows["kernel"].form_row.note.text()
    filters = number(many.form, "filters")
    assert filters.value() is None and filters.placeholderText() == "mixed"
    assert "32, 64" in many.form.rows["filters"].form_row.note.text()
    assert not many.form.rows["filters"].dot.isVisible()


def test_what_is_typed_holds_for_all_of_them_in_one_step(page) -> None:
    choose(page, "conv_1", "conv_2")
    before = page.graph
    type_in(number(page.inspector.many.form, "filters"), "16")
    assert values(page, "filters", "conv_1", "conv_2") == [16, 16]
    assert number(page.inspector.many.form, "filters").value() == 16
    type_in(number(page.inspector.many.form, "stride"), "1")  # one stands at 1, the other at 2
    assert values(page, "stride", "conv_1", "conv_2") == [None, None]
    page.document.stack.undo()
    page.document.stack.undo()
    assert page.graph == before


def test_a_value_that_one_of_them_refuses_changes_none(page) -> None:
    choose(page, "conv_1", "conv_2")
    before = page.graph
    page.arranging.set_of_all("filters", -3)
    assert page.graph == before


def test_nodes_of_different_kinds_share_what_means_the_same(page) -> None:
    project = page.document.project
    nodes = [page.graph.nodes[name] for name in ("conv_1", "linear_1")]
    shared = shared_settings(project, nodes)
    assert "bias" in shared.params and "filters" not in shared.params
    assert not shared_settings(project, [*nodes, page.graph.nodes["residual_block_1"]]).params
    choose(page, "conv_1", "residual_block_1")
    assert not page.inspector.many.settings.isVisible()


# ---- expressions -----------------------------------------------------------------------------------------------------


def inside(page) -> str:
    """Enter the block; returns a convolution in it."""
    page.blocks.enter("residual_block_1")
    QApplication.processEvents()
    return next(name for name, node in page.graph.nodes.items() if node.layer == "Conv2d")


def test_an_expression_is_typed_into_a_number_field_of_a_block(page) -> None:
    conv = inside(page)
    choose(page, conv)
    form = page.inspector.node.form
    page.edit("Plain", lambda graph: set_param(graph, conv, "filters", 8))
    assert form.rows["filters"].is_expression is False
    type_in(number(form, "filters"), "=input.channels")
    assert page.graph.nodes[conv].params["filters"] == "=input.channels"
    assert form.rows["filters"].is_expression and not page.document.errors
    field = form.rows["filters"].editor.inner
    field.setText("24")
    field.editingFinished.emit()
    QApplication.processEvents()
    assert page.graph.nodes[conv].params["filters"] == 24 and not form.rows["filters"].is_expression


def test_a_wrong_expression_is_told_at_its_field(page) -> None:
    conv = inside(page)
    choose(page, conv)
    form = page.inspector.node.form
    page.edit("Plain", lambda graph: set_param(graph, conv, "filters", 8))
    type_in(number(form, "filters"), "=chanels * 2")
    assert page.graph.nodes[conv].params["filters"] == "=chanels * 2"
    assert "chanels" in form.rows["filters"].error
    page.document.stack.undo()
    assert page.graph.nodes[conv].params["filters"] == 8


def test_outside_a_block_a_calculation_is_as_good_as_its_result(page) -> None:
    choose(page, "conv_1")
    form = page.inspector.node.form
    type_in(number(form, "filters"), "=8 * 3")
    assert page.graph.nodes["conv_1"].params["filters"] == 24
    type_in(number(form, "kernel"), "=2 + 3")
    assert page.graph.nodes["conv_1"].params["kernel"] == [5, 5]
    before = page.graph
    type_in(number(form, "filters"), "=channels * 2")
    assert page.graph == before and "channels" in form.rows["filters"].error
    type_in(number(form, "filters"), "=8 / 0")
    assert page.graph == before and form.rows["filters"].error


# ---- the size --------------------------------------------------------------------------------------------------------


def test_the_link_says_which_padding_keeps_the_size_and_sets_it(page) -> None:
    page._on_param("conv_1", "padding", [0, 0])
    choose(page, "conv_1")
    view = page.inspector.node
    assert view.keep.isVisible() and view.keep.text() == "Set to keep size: padding 1"
    assert "8 − 3 + 1 = 6" in view.arithmetic.text()
    view.keep.click()
    assert page.graph.nodes["conv_1"].params["same"] is True and not view.keep.isVisible()
    page.document.stack.undo()
    assert view.keep.isVisible()
    choose(page, "linear_1")
    assert not view.keep.isVisible()


def test_parameters_and_work_tell_how_they_come_about(page) -> None:
    choose(page, "linear_1")
    view = page.inspector.node
    assert view.parameters.words.text() == "64 × 10 + 10 = 650"
    assert view.work.words.text().startswith("2 × 64 × 10 = 1")
    choose(page, "residual_block_1")
    assert view.parameters.words.text().startswith("2 × 18")
    choose(page, "relu_1")
    assert not view.parameters.isVisible() or not view.parameters.words.text()


def test_padding_is_one_setting_of_three_ways(page) -> None:
    page._on_param("conv_1", "padding", None)
    choose(page, "conv_1")
    row = page.inspector.node.form.rows["padding"]
    assert "same" not in page.inspector.node.form.rows
    ways, sides = row.editor.inner, row.editor.numbers
    assert ways.current() == "same" and not sides.isVisible()
    QTest.mouseClick(ways._parts["number"], Qt.MouseButton.LeftButton)
    QApplication.processEvents()
    params = page.graph.nodes["conv_1"].params
    assert params["padding"] == [1, 1] and "same" not in params and sides.isVisible()
    type_in(number(page.inspector.node.form, "padding"), "2")
    assert page.graph.nodes["conv_1"].params["padding"] == [2, 2] and ways.current() == "number"
    QTest.mouseClick(ways._parts["none"], Qt.MouseButton.LeftButton)
    QApplication.processEvents()
    assert not {"same", "padding"} & page.graph.nodes["conv_1"].params.keys() and not sides.isVisible()
    QTest.keyClick(ways._parts["none"], Qt.Key.Key_Left)
    QApplication.processEvents()
    assert page.graph.nodes["conv_1"].params["same"] is True and ways.current() == "same"
    assert row.dot.isVisible()
    row.dot.click()
    assert "same" not in page.graph.nodes["conv_1"].params and ways.current() == "none"


def test_padding_of_several_convolutions_is_one_setting_too(page) -> None:
    inside = [name for name, node in page.graph.nodes.items() if node.layer == "Conv2d"]
    page.document.edit_graph("Add", lambda graph: add(graph, "Conv2d", 900, 0, {"same": True})[0])
    convs = [name for name, node in page.graph.nodes.items() if node.layer == "Conv2d"]
    page._on_param(inside[0], "padding", [3, 3])
    choose(page, inside[0], convs[-1])
    row = page.inspector.many.form.rows["padding"]
    assert "same" not in page.inspector.many.form.rows and row.editor.inner.current() == ""
    assert {"3 × 3", "keeps the size"} == set(row._under_words.text().split(", "))
    QTest.mouseClick(row.editor.inner._parts["same"], Qt.MouseButton.LeftButton)
    QApplication.processEvents()
    assert values(page, "same", inside[0], convs[-1]) == [True, True]
    assert values(page, "padding", inside[0], convs[-1]) == [None, None]
