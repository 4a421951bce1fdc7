"""The Sample overlay and its panel: strips beside cards at every zoom, errors, NaN, choosing."""

from __future__ import annotations

import base64
import sys
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QColor, QHelpEvent, QImage, QPainter
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QToolTip

sys.path.insert(0, str(Path(__file__).parent))

from canvas_help import SCHEMA, problem, residual

from engine.infer import infer
from widgets import theme, words
from widgets.canvas.sample import SampleLayer, tip
from widgets.canvas.sample_bar import SampleBar
from widgets.canvas.sample_paint import draw_sample, image_of
from widgets.canvas.view import Canvas
from widgets.place_bar import PlaceBar
from widgets.plots.viridis import color_at
from widgets.sample_panel import SamplePanel
from widgets.sample_values import (
    BAD,
    ItemSample,
    NodeSample,
    Plane,
    Share,
    Value,
    caption,
    facts,
    node_sample,
    plane_of,
    told_tokens,
)

FIGURES = {"count": 64, "min": -1.5, "mean": 0.25, "max": 2.0, "std": 0.5, "zeros": 0.25, "nan": 0, "infinite": 0}


def plane(byte: int = 254, side: int = 8) -> Plane:
    return Plane(side, side, bytes([byte]) * side * side, 0.0, 1.0)


def maps(count: int = 6, byte: int = 254, **figures: Any) -> NodeSample:
    value = Value(
        "maps", "32 ch × 8 × 8", {**FIGURES, **figures}, tuple(plane(byte) for _ in range(count)), tuple(range(count)),
        32,
    )  # fmt: skip
    return NodeSample(values={"out": value}, port="out")


@pytest.fixture
def canvas(qtbot) -> Canvas:
    view = Canvas()
    qtbot.addWidget(view)
    view.resize(1400, 900)
    graph = residual()
    view.show_graph(graph, infer(graph, SCHEMA))
    view.show()
    view.camera.fit()
    QApplication.processEvents()
    return view


@pytest.fixture
def layer(canvas) -> SampleLayer:
    made = SampleLayer(canvas)
    made.turn(True)
    made.show({name: maps() for name in canvas.mirror.nodes})
    return made


def shot(canvas: Canvas) -> QImage:
    QApplication.processEvents()
    return canvas.viewport().grab().toImage()


def colors_in(canvas: Canvas, area: QRectF) -> set[str]:
    """The colors painted in a part of the scene."""
    spot = canvas.viewportTransform().mapRect(area).toAlignedRect().intersected(canvas.viewport().rect())
    picture = shot(canvas)
    return {
        picture.pixelColor(x, y).name()
        for x in range(spot.left(), spot.right())
        for y in range(spot.top(), spot.bottom())
    }


STRONG = color_at(1.0).name()


def test_strips_stand_beside_their_cards(canvas, layer) -> None:
    for name, item in canvas.mirror.nodes.items():
        strip = layer.item(name)
        assert strip is not None
        assert not strip.inside
        assert strip.area_in_scene().left() > item.area().right()
        assert abs(strip.area_in_scene().center().y() - item.area().center().y()) < 2


def test_strips_keep_off_wires_beside_the_trunk(canvas, layer) -> None:
    """The shortcut runs down at the right of the second convolution: its strip stands outside of it."""
    lanes = [wire.lane for wire in canvas.mirror.wires.values() if wire.lane is not None]
    assert lanes, "the network has a shortcut"
    strip = layer.item("conv2d_2") or layer.item("conv_2")
    assert strip is not None
    assert strip.area_in_scene().left() > max(lanes)


def test_a_strip_without_room_lies_in_its_card(canvas, layer) -> None:
    graph = canvas.mirror.graph
    from engine.edits import move

    names = list(graph.nodes)
    last = graph.nodes[names[-1]]
    places = {names[0]: (last.x - 240.0, last.y), names[1]: (last.x + 240.0, last.y)}
    moved = move(graph, places)
    canvas.show_graph(moved, infer(moved, SCHEMA))
    strip = layer.item(names[-1])
    assert strip is not None
    assert strip.inside
    assert canvas.mirror.nodes[names[-1]].area().contains(strip.area_in_scene())


@pytest.mark.parametrize("percent", [200, 100, 60, 45])
def test_maps_are_painted_at_every_zoom_that_shows_names(canvas, layer, percent) -> None:
    canvas.camera.zoom_to(percent)
    canvas.centerOn(canvas.mirror.nodes["relu_1"].area().center())
    canvas.camera._on_settled()
    strip = layer.item("relu_1")
    assert STRONG in colors_in(canvas, strip.area_in_scene())


def test_mere_boxes_have_no_strips(canvas, layer) -> None:
    canvas.camera.zoom_to(20)
    canvas.centerOn(canvas.mirror.nodes["relu_1"].area().center())
    assert canvas.level == "plain"
    assert layer.wanted() == []
    assert STRONG not in colors_in(canvas, layer.item("relu_1").area_in_scene())


def test_only_cards_near_the_view_are_wanted(canvas, layer) -> None:
    canvas.camera.zoom_to(200)
    first = next(iter(canvas.mirror.nodes))
    canvas.centerOn(canvas.mirror.nodes[first].area().center())
    wanted = layer.wanted()
    assert wanted[0] == first, "the nearest first"
    canvas.resize(300, 200)
    canvas.camera.zoom_to(400)
    canvas.centerOn(canvas.mirror.nodes[first].area().center())
    assert set(layer.wanted()) < set(canvas.mirror.nodes)


def test_removed_cards_take_their_strips_with_them(canvas, layer) -> None:
    from engine.edits import remove

    graph = remove(canvas.mirror.graph, ["relu_1"], True)
    canvas.show_graph(graph, infer(graph, SCHEMA))
    assert layer.item("relu_1") is None
    assert "relu_1" not in layer.shown()
    shot(canvas)
    layer.turn(False)
    assert layer.shown() == {}


def test_strips_move_with_a_dragged_card(canvas, layer) -> None:
    from PySide6.QtCore import QPointF

    before = layer.item("relu_1").area_in_scene()
    place = canvas.mirror.nodes["flatten_1"].pos()
    canvas.mirror.move({"flatten_1": place + QPointF(30, 40)})
    moved = layer.item("flatten_1")
    assert moved.scenePos() == place + QPointF(30, 40)
    assert layer.item("relu_1").area_in_scene() == before
    canvas.mirror.end_move()


def test_not_finite_numbers_are_red_and_said(canvas, layer) -> None:
    sample = maps(2, BAD, nan=3, min=None, max=None)
    layer.show({"relu_1": sample})
    assert caption(sample) == ("3 not finite", "error")
    assert ("Not a number", "3") in facts(sample)
    assert theme.color("error_fill").name() in colors_in(canvas, layer.item("relu_1").area_in_scene())
    picture = image_of(plane(BAD))
    assert QColor(picture.pixel(0, 0)) == theme.color("error_fill")


def test_why_there_is_no_value(canvas, layer) -> None:
    sample = node_sample({"why": "It waits for Linear, which has no value."})
    layer.show({"relu_1": sample})
    assert "It waits" in tip(canvas.mirror.nodes["relu_1"].card, sample)
    assert layer.item("relu_1").isVisible()
    graph = canvas.mirror.graph
    canvas.show_graph(graph, infer(graph, SCHEMA), problems=[problem("linear_1")])
    layer.show({"linear_1": sample})
    assert not layer.item("linear_1").isVisible(), "what is wrong stands beside the card already"


def test_a_press_on_a_strip_chooses_its_card(canvas, layer) -> None:
    picked = QSignalSpy(layer.picked)
    middle = canvas.mapFromScene(layer.item("relu_1").area_in_scene().center())
    QTest.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle)
    assert picked.count() == 1
    assert picked.at(0) == ["relu_1"]
    assert canvas.mirror.selected == {"relu_1"}


def test_a_tip_has_all_figures(canvas, layer) -> None:
    middle = canvas.mapFromScene(layer.item("relu_1").area_in_scene().center())
    event = QHelpEvent(QHelpEvent.Type.ToolTip, middle, canvas.viewport().mapToGlobal(middle))
    QApplication.sendEvent(canvas.viewport(), event)
    assert "32 ch × 8 × 8" in QToolTip.text()
    assert "25.0" in QToolTip.text()
    QToolTip.hideText()


def test_a_strip_is_painted_once_and_then_copied(canvas, layer) -> None:
    canvas.camera.zoom_to(100)
    canvas.centerOn(canvas.mirror.nodes["relu_1"].area().center())
    shot(canvas)
    kept = layer.item("relu_1")._picture
    assert kept is not None
    canvas.camera.scroll_by(QPoint(5, 3))
    shot(canvas)
    assert layer.item("relu_1")._picture is kept
    layer.show({"relu_1": maps(3)})
    shot(canvas)
    assert layer.item("relu_1")._picture is not kept


KINDS = {
    "strip": Value("strip", "64 steps × 8", FIGURES, strip=Plane(4, 2, bytes([254] * 8), 0.0, 1.0), features=8),
    "line": Value("strip", "64 steps × 1", FIGURES, lines=((0.0, 1.0, None, 0.5),), features=1),
    "bars": Value("bars", "4 features", FIGURES, bars=(0.5, -1.0, None, 1.0)),
    "tokens": Value("tokens", "3 steps", FIGURES, tokens=("a", "b", " ")),
    "number": Value("number", "1 feature", FIGURES, number=0.25),
}


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_value_leaves_a_mark(qtbot, kind, big) -> None:
    picture = QImage(170, 46, QImage.Format.Format_ARGB32)
    picture.fill(0)
    painter = QPainter(picture)
    draw_sample(painter, QRectF(0, 0, 170, 46), NodeSample(values={"out": KINDS[kind]}, port="out"), big)
    painter.end()
    assert any(picture.pixel(x, y) for x in range(170) for y in range(46))


def test_shares_mark_the_right_class_by_a_sign(qtbot) -> None:
    right = NodeSample(shares=(Share("cat", 0.7), Share("dog", 0.3)), truth="cat", answer=True)
    wrong = NodeSample(shares=(Share("cat", 0.7), Share("dog", 0.3)), truth="dog", answer=True)
    pictures = []
    for sample in (right, wrong):
        picture = QImage(170, 46, QImage.Format.Format_ARGB32)
        picture.fill(0)
        painter = QPainter(picture)
        draw_sample(painter, QRectF(0, 0, 170, 46), sample)
        painter.end()
        pictures.append(picture)
    assert pictures[0] != pictures[1]


def test_answers_out_of_the_helper() -> None:
    data = base64.b64encode(bytes(range(6))).decode()
    told = {
        "ports": {"out": {"kind": "maps", "words": "x", "figures": FIGURES, "maps": [{"w": 3, "h": 2, "data": data}]}},
        "port": "out",
        "weights": "untrained",
        "seconds": 0.0021,
        "bytes": 2048,
        "weight_bytes": 1000,
    }
    sample = node_sample(told)
    assert sample.value.maps[0].data == bytes(range(6))
    assert caption(sample)[0] == f"2.1 ms · {words.size(2048)}"
    assert ("Memory", f"{words.size(2048)} + {words.size(1000)} weights") in facts(sample)
    assert plane_of({"w": 3, "h": 2, "data": "!!"}).data == b""
    assert plane_of({"w": 30, "h": 2, "data": data}).data == b"", "what is not whole is not shown"
    assert told_tokens(("a", " ", "b")) == "a␣b"
    assert told_tokens(("one", "two")) == "one two"


def test_the_bar_steps_and_says(canvas, qtbot) -> None:
    bar = SampleBar(canvas, PlaceBar(canvas))
    bar.show()
    bar.show_item(ItemSample(4, 4, 100, "row 5", "cat"), [("warning", "Untrained: the values are random.")])
    wanted = QSignalSpy(bar.wanted)
    qtbot.mouseClick(bar.stepper.on, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(bar.stepper.back, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(bar.stepper.any, Qt.MouseButton.LeftButton)
    assert [wanted.at(place) for place in range(3)] == [["next", 4], ["previous", 4], ["random", 4]]
    assert bar.stepper.number.value() == 5
    assert bar.label.text() == "cat"
    assert not bar.all.isVisible()
    bar.show_item(ItemSample(4, 4, 100), [("info", "Up to Linear")], narrowed=True)
    assert bar.all.isVisible()
    assert bar.label.text() == ""


def test_the_panel_shows_the_whole_value(qtbot) -> None:
    panel = SamplePanel()
    qtbot.addWidget(panel)
    panel.resize(1000, 266)
    panel.show()
    assert panel.stack.currentWidget() is panel.empty
    panel.show_item(ItemSample(0, 0, 10), [("Digits", {"kind": "text", "text": "hello"})], "Untrained")
    panel.show_node("conv_1", "Conv 2D", maps(), "out")
    data = base64.b64encode(bytes([7] * 16)).decode()
    told = {
        "kind": "maps", "words": "64 ch × 4 × 4", "figures": FIGURES, "channels": 64, "page": 1, "pages": 3,
        "chosen": list(range(24, 48)), "maps": [{"w": 4, "h": 4, "data": data}] * 24,
        "histogram": {"counts": [1, 5, 2], "edges": [0.0, 1.0, 2.0, 3.0]},
        "table": {"rows": [["1", "2"], ["3", "4"]], "columns": 2, "cut": False},
    }  # fmt: skip
    panel.show_whole(told, 30)
    assert panel.pages.text() == "25 to 48 of 64"
    assert panel.numbers.numbers.as_text() == "1\t2\n3\t4"
    cells = panel.value._cells()
    assert len(cells) == 24
    assert all(QRectF(panel.value.rect()).contains(cell) for cell in cells), "all maps of a page are seen"
    channel = QSignalSpy(panel.channel_wanted)
    qtbot.mouseClick(panel.value, Qt.MouseButton.LeftButton, pos=cells[5].center().toPoint())
    assert channel.at(0) == [29]
    qtbot.keyClick(panel.value, Qt.Key.Key_Right)
    assert channel.at(1) == [31]
    pages = QSignalSpy(panel.page_wanted)
    qtbot.mouseClick(panel.on, Qt.MouseButton.LeftButton)
    assert pages.at(0) == [2]
    panel.copy.click()
    assert QApplication.clipboard().text() == "1\t2\n3\t4"
    panel.how.set_current("numbers")
    panel._on_how("numbers")
    assert panel.shown.currentWidget() is panel.numbers
    panel.show_nothing("It waits for Linear.")
    assert panel.reason.text() == "It waits for Linear."
