"""The quick search: a layer put into a wire, and blocks beside the layers, with the shape they would give."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

sys.path.insert(0, str(Path(__file__).parent))

from window_help import open_window, spin

from engine.graph import Edge
from engine.templates import new_from_template


@pytest.fixture
def window(qapp):
    with open_window() as made:
        made.document.start(new_from_template("cnn-digits"))
        made.show_page("build")
        spin(0.3)
        yield made


def _rows(window) -> dict[str, str]:
    menu = window.build.adding._menu
    assert menu.isVisible()
    return {one.label: one.result for one in menu._rows}


def test_a_double_click_on_a_wire_puts_the_layer_into_it(window) -> None:
    canvas = window.build.canvas
    edge = Edge("flatten_1", "out", "linear_1", "x")
    assert edge in window.document.graph.edges
    path = canvas.mirror.wires[edge].path()
    places = [canvas.mapFromScene(path.pointAtPercent(share / 20)) for share in range(1, 20)]
    place = next(one for one in places if canvas.hit(one).edge == edge)
    QTest.mouseDClick(canvas.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    menu = window.build.adding._menu
    assert menu.isVisible()
    menu.search.setText("dropout")
    QTest.keyClick(menu.search, Qt.Key.Key_Return)
    pairs = {(one.source, one.target) for one in window.document.graph.edges}
    assert {("flatten_1", "dropout_2"), ("dropout_2", "linear_1")} <= pairs
    assert ("flatten_1", "linear_1") not in pairs
    assert window.document.steps()[-1] == "Insert Dropout"
    assert not window.document.errors


def test_blocks_are_found_with_the_shape_they_give(window) -> None:
    window.build.adding.insert_after("max_pool_1")
    rows = _rows(window)
    assert rows["Residual block"] == "same"
    assert rows["U-Net down"] == "64 ch × 2 × 2"
    assert rows["GPT block"] == "with other settings"
    menu = window.build.adding._menu
    menu.search.setText("u-net down")
    QTest.keyClick(menu.search, Qt.Key.Key_Return)
    name = window.build.selection[0]
    assert window.document.graph.nodes[name].block == "U-Net down"
    assert window.document.project.blocks["U-Net down"], "it came into the project"
    assert ("max_pool_1", name) in {(one.source, one.target) for one in window.document.graph.edges}


def test_a_block_is_not_offered_within_itself(window) -> None:
    build = window.build
    build.select(["conv_2", "batch_norm_2", "relu_2"])
    build.blocks.group_as("Step")
    build.blocks.enter(build.selection[0])
    spin(0.2)
    build.adding.quick_add(build.canvas.camera.seen().center(), QPoint(300, 300), "", "", "", "")
    assert "Step" not in _rows(window)
    build.blocks.leave()
    build.adding.quick_add(build.canvas.camera.seen().center(), QPoint(300, 300), "", "", "", "")
    assert "Step" in _rows(window)


def test_a_block_that_may_fit_with_other_settings_can_be_chosen(window) -> None:
    """What does not fit with the usual settings is no dead end: they are set afterwards."""
    build = window.build
    build.adding.insert_after("linear_2")
    assert _rows(window)["Residual block with projection"] == "with other settings"
    menu = build.adding._menu
    menu.search.setText("residual block with projection")
    QTest.keyClick(menu.search, Qt.Key.Key_Return)
    assert window.document.graph.nodes[build.selection[0]].block == "Residual block with projection"
