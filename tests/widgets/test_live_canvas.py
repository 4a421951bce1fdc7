"""The Training overlay on the canvas: signs and words on cards at every distance, wires by their gradient."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

sys.path.insert(0, str(Path(__file__).parent))

from canvas_help import open_canvas

from engine.graph import Edge
from widgets import theme
from widgets.canvas.hits import Hit
from widgets.canvas.live import LiveOverlay
from widgets.canvas.live_paint import course_points
from widgets.canvas.speech import tip
from widgets.live_panel import LivePanel
from widgets.live_values import ICONS, LiveFacts, LiveMark, LivePart

GOOD = LiveMark("good", "0.03", 0.8, (0.0, 0.5, 1.0), 2, tip="Conv 2D: healthy")
ILL = LiveMark("warning", "67 % dead", 0.4, (0.0, 1.0), 1, tip="ReLU: units are dying")


@pytest.fixture(autouse=True)
def look(qapp):
    theme.apply(qapp, "dark")


@pytest.fixture
def hand(qtbot):
    made = open_canvas(qtbot)
    made.overlay = LiveOverlay(made.view)
    return made


def picture(hand, name: str) -> QImage:
    """A card as it is painted."""
    area = hand.view.mirror.nodes[name].area()
    image = QImage(round(area.width() * 2), round(area.height() * 2), QImage.Format.Format_ARGB32)
    image.fill(theme.color("canvas"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    hand.view.mirror.render(painter, QRectF(image.rect()), area)
    painter.end()
    return image


def colors(image: QImage) -> set[str]:
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}


def test_marks_are_painted_and_leave_no_trace(hand):
    before = {name: picture(hand, name) for name in ("conv_1", "relu_1")}
    hand.overlay.show({"conv_1": GOOD, "relu_1": ILL}, {})
    assert theme.color("warning").name() in colors(picture(hand, "relu_1"))
    assert picture(hand, "conv_1") != before["conv_1"]
    hand.overlay.clear()
    assert {name: picture(hand, name) for name in before} == before


def test_levels_differ_by_more_than_color(hand):
    """Without any color the signs still tell the levels apart."""
    gray = {}
    for level in ("error", "warning", "info", "good"):
        hand.overlay.show({"conv_1": LiveMark(level, "", None)}, {})
        gray[level] = picture(hand, "conv_1").convertToFormat(QImage.Format.Format_Mono)
    shown = list(gray.values())
    assert all(one != other for place, one in enumerate(shown) for other in shown[:place])
    assert len({name for name, _ in ICONS.values()}) == len(ICONS)


def test_only_what_changed_is_painted_again(hand, monkeypatch):
    hand.overlay.show({"conv_1": GOOD, "relu_1": GOOD}, {})
    asked = []
    monkeypatch.setattr(hand.view.mirror, "mark_again", lambda names=None: asked.append(set(names)))
    hand.overlay.show({"conv_1": GOOD, "relu_1": ILL}, {})
    hand.overlay.show({"conv_1": GOOD, "relu_1": ILL}, {})
    assert asked == [{"relu_1"}]


def test_wires_are_as_wide_as_the_gradient_in_them(hand):
    scene = hand.view.mirror
    wires = {edge: wire.pen().widthF() for edge, wire in scene.wires.items()}
    strong, weak = list(wires)[:2]
    hand.overlay.show({}, {strong: 1.0, weak: 0.0})
    assert scene.wires[strong].pen().widthF() > 2 * scene.wires[weak].pen().widthF()
    hand.overlay.clear()
    assert {edge: wire.pen().widthF() for edge, wire in scene.wires.items()} == wires
    hand.overlay.show({}, {Edge("gone", "out", "conv_1", "image"): 1.0})


def test_from_far_ill_boxes_keep_a_sign(hand):
    view = hand.view
    for percent, level in ((45, "box"), (20, "plain")):
        hand.overlay.clear()
        view.camera.zoom_to(percent)
        assert view.level == level
        plain = view.viewport().grab().toImage()
        hand.overlay.show({"relu_1": ILL}, {})
        marked = view.viewport().grab().toImage()
        assert marked != plain and theme.color("warning").name() in colors(marked)


def test_the_tip_has_the_figures(hand):
    hand.overlay.show({"conv_1": GOOD}, {})
    assert tip(hand.view.mirror, Hit("node", "conv_1")) == "Conv 2D: healthy"
    hand.overlay.clear()
    assert "Conv 2D" in tip(hand.view.mirror, Hit("node", "conv_1")) and "healthy" not in tip(
        hand.view.mirror, Hit("node", "conv_1")
    )


def test_room_for_the_scrubber_covers_no_card(hand, qtbot):
    view = hand.view
    view.camera.fit()
    hand.overlay.make_room(120)
    assert view.camera.seen().contains(view.mirror.bounds())
    assert view.viewport().height() <= view.height() - 120
    hand.overlay.make_room(0)
    assert view.viewport().height() == view.height()


def test_a_course_that_hardly_changes_stays_flat():
    area = QRectF(0, 0, 100, 50)
    assert {round(point.y()) for point in course_points([1.0, 1.01, 1.0], area)} <= {24, 25, 26}
    steep = course_points([-2.0, 0.0], area)
    assert (steep[0].y(), steep[1].y()) == (50, 0) and steep[1].x() == 100


def test_the_inspector_lists_figures_and_what_is_ill_inside(qtbot):
    panel = LivePanel()
    qtbot.addWidget(panel)
    rows = (("Units always 0", "67 %", "Units that gave nothing but 0."),)
    parts = (LivePart("ReLU, copy 2", "warning", "67 % dead"), LivePart("5 more layers inside", "good", "healthy"))
    panel.show_facts(LiveFacts("Epoch 3 · Adam 0.01", "good", "Healthy", "No unit is always 0.", rows, parts))
    assert panel.isVisibleTo(None) and panel.head.text() == "Epoch 3 · Adam 0.01"
    assert [one.accessibleName() for one in panel.rows.widgets] == ["Units always 0: 67 %"]
    assert next(one.accessibleName() for one in panel.parts.widgets) == "ReLU, copy 2: 67 % dead"
    panel.show_facts(None)
    assert panel.isHidden()
