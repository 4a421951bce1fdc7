"""Gestures on the canvas: each ends in one wish, or in nothing when Esc is pressed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent, QGuiApplication, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip

sys.path.insert(0, str(Path(__file__).parent))

from canvas_help import LEFT, MIDDLE, RIGHT, SCHEMA, open_canvas, problem, residual

from engine import edits, wiring
from engine import graph as g
from engine.infer import infer
from widgets import theme
from widgets.canvas.dropping import LAYER_MIME
from widgets.canvas.gestures import GHOST_FROM

Key, Mod = Qt.Key, Qt.KeyboardModifier


@pytest.fixture(autouse=True)
def look(qapp):
    theme.apply(qapp, "dark")
    yield
    QToolTip.hideText()


@pytest.fixture
def hand(qtbot):
    return open_canvas(qtbot)


def edge_into(hand, target: str, index: int = 0) -> g.Edge:
    return next(e for e in hand.view.mirror.graph.edges if e.target == target and e.index == index)


# ---- wires -----------------------------------------------------------------------------------------------------------


def test_drag_a_wire_to_an_input(hand) -> None:
    hand.drag(hand.output("conv_2"), hand.input("linear_1", "x") + QPointF(9, -8))
    assert hand.heard["connect_wanted"] == [("conv_2", "out", "linear_1", "x")]
    assert hand.view.hand.gesture is None


def test_drag_a_wire_onto_a_card_takes_its_free_port(hand) -> None:
    grown, new = edits.add(hand.view.mirror.graph, "Add", 300, 300)
    hand.view.show_graph(grown, infer(grown, SCHEMA))
    hand.view.set_judge(lambda *link: "")
    port = hand.view.mirror.nodes[new].card.inputs[0].port
    hand.drag(hand.output("add_1"), hand.center(new))
    assert hand.heard["connect_wanted"] == [("add_1", "out", new, port)]


def test_drag_backwards_from_an_input(hand) -> None:
    cut = wiring.disconnect(hand.view.mirror.graph, [edge_into(hand, "linear_1")])
    hand.view.show_graph(cut, infer(cut, SCHEMA))
    hand.drag(hand.input("linear_1", "x"), hand.output("conv_2"))
    assert hand.heard["connect_wanted"] == [("conv_2", "out", "linear_1", "x")]


def test_a_refused_wire_says_why(hand) -> None:
    hand.drag(hand.output("linear_1"), hand.input("conv_1", "image"), release=False)
    assert "circle" in QToolTip.text()
    QTest.mouseRelease(hand.view.viewport(), LEFT, Mod.NoModifier, hand.at(hand.input("conv_1", "image")))
    assert hand.heard["connect_wanted"] == []
    assert "circle" in hand.heard["refused"][0][0]


def test_unfit_ports_fade_and_fit_ones_grow(hand) -> None:
    hand.view.set_judge(lambda source, output, target, input: "" if target == "linear_1" else "It does not fit.")
    hand.drag(hand.output("conv_2"), hand.center("conv_2") + QPointF(250, 60), release=False)
    marks = {name: item.marks for name, item in hand.view.mirror.nodes.items()}
    assert marks["linear_1"].fit_inputs == {("x", 0)}
    assert marks["conv_1"].fit_inputs == frozenset()
    hand.key(Key.Key_Escape)
    assert all(mark.fit_inputs is None for mark in marks.values())


def test_a_wire_dropped_on_nothing_asks_for_a_layer(hand) -> None:
    place = hand.center("conv_2") + QPointF(260, 20)
    hand.drag(hand.output("conv_2"), place)
    ((scene, shown, *link),) = hand.heard["quick_add_wanted"]
    assert link == ["conv_2", "out", "", ""]
    assert (scene - place).manhattanLength() < 3
    assert shown == hand.view.viewport().mapToGlobal(hand.at(place))


def test_pulling_an_input_reroutes_its_wire(hand) -> None:
    old = edge_into(hand, "add_1", 1)
    hand.drag(hand.input("add_1", old.input, 1), hand.input("linear_1", "x"))
    assert hand.heard["reconnect_wanted"] == [(old, "relu_1", "out", "linear_1", "x")]
    assert hand.heard["connect_wanted"] == []


def test_pulling_an_input_off_detaches_it(hand) -> None:
    old = edge_into(hand, "add_1", 1)
    hand.drag(hand.input("add_1", old.input, 1), hand.center("add_1") + QPointF(330, 0))
    assert hand.heard["disconnect_wanted"] == [([old],)]


def test_putting_it_back_is_nothing(hand) -> None:
    old = edge_into(hand, "add_1", 1)
    end = hand.input("add_1", old.input, 1)
    hand.drag(end, end + QPointF(3, 3))
    assert all(heard == [] for name, heard in hand.heard.items() if name != "selection_changed")


def test_cut_by_a_stroke(hand) -> None:
    wire = hand.view.mirror.wires[edge_into(hand, "linear_1")]
    middle = wire.path().pointAtPercent(0.5)
    hand.drag(middle - QPointF(150, 0), middle + QPointF(60, 4), RIGHT, Mod.ControlModifier)
    assert hand.heard["disconnect_wanted"] == [([wire.edge],)]
    assert hand.heard["context_wanted"] == []


def test_escape_cancels_a_cut(hand) -> None:
    wire = hand.view.mirror.wires[edge_into(hand, "linear_1")]
    middle = wire.path().pointAtPercent(0.5)
    hand.drag(middle - QPointF(150, 0), middle + QPointF(60, 4), RIGHT, Mod.ControlModifier, release=False)
    assert "cut" in wire.states
    hand.key(Key.Key_Escape)
    assert "cut" not in wire.states
    QTest.mouseRelease(hand.view.viewport(), RIGHT, Mod.ControlModifier, hand.at(middle))
    assert hand.heard["disconnect_wanted"] == []


def test_wire_by_keyboard(hand) -> None:
    hand.view.set_selection(["conv_2"])
    hand.view.set_judge(lambda s, o, target, i: "" if target in ("flatten_1", "linear_1") else "It does not fit.")
    hand.key(Key.Key_W)
    hand.key(Key.Key_Down)
    hand.key(Key.Key_Return)
    hand.key(Key.Key_W)
    hand.key(Key.Key_Return)
    hand.key(Key.Key_W)
    hand.key(Key.Key_Escape)
    assert [link[2] for link in hand.heard["connect_wanted"]] == ["linear_1", "flatten_1"]


# ---- moving and choosing ---------------------------------------------------------------------------------------------


def test_dragging_a_head_moves_its_stack(hand) -> None:
    start = hand.center("conv_1") + QPointF(60, 0)
    hand.drag(start, start + QPointF(200, 40))
    (places,) = hand.heard["moved"][0]
    assert set(places) == {"conv_1", "batch_norm_1", "relu_1"}
    before = hand.view.mirror.graph.nodes
    assert places["conv_1"] == pytest.approx((before["conv_1"].x + 200, before["conv_1"].y + 40), abs=4)
    # nobody took the wish: everything stands where the document has it
    assert hand.view.mirror.nodes["conv_1"].pos() == QPointF(before["conv_1"].x, before["conv_1"].y)


def test_a_column_catches_a_card(hand) -> None:
    moved = edits.move(hand.view.mirror.graph, {"linear_1": (60, hand.view.mirror.graph.nodes["linear_1"].y + 40)})
    hand.view.show_graph(moved, infer(moved, SCHEMA))
    start = hand.center("linear_1")
    hand.drag(start, start - QPointF(55, 0))
    assert hand.heard["moved"][0][0]["linear_1"][0] == 0
    hand.drag(start, start - QPointF(55, 0), keys=Mod.ShiftModifier)
    assert hand.heard["moved"][1][0]["linear_1"][0] == 5


def test_a_card_under_its_feeder_snaps_into_the_stack(hand) -> None:
    graph, new = edits.add(hand.view.mirror.graph, "ReLU", 300, 500)
    graph = wiring.disconnect(graph, [e for e in graph.edges if e.target == "linear_1"])
    graph = wiring.connect(graph, "conv_2", new)
    graph = wiring.disconnect(graph, [e for e in graph.edges if e.source == "conv_2" and e.target == "add_1"])
    hand.view.show_graph(graph, infer(graph, SCHEMA))
    below = hand.view.mirror.nodes["conv_2"].area().bottomLeft()
    item = hand.view.mirror.nodes[new]
    start = hand.center(new) + QPointF(40, 0)
    hand.drag(start, start + below - item.pos() + QPointF(3, 5))
    assert hand.heard["moved"][-1][0][new] == (below.x(), below.y())


def test_escape_puts_cards_back(hand) -> None:
    start = hand.center("linear_1")
    hand.drag(start, start + QPointF(100, 100), release=False)
    assert hand.view.mirror.nodes["linear_1"].pos().x() > 80
    hand.key(Key.Key_Escape)
    assert hand.view.mirror.nodes["linear_1"].pos().x() == 0
    assert hand.heard["moved"] == []


@pytest.mark.parametrize("row", ["batch_norm_1", "relu_1"])
def test_a_row_put_back_into_its_stack_takes_its_wires_along(hand, row) -> None:
    """In the hand a row is a card of its own, taller than the row: its wires start elsewhere meanwhile."""
    scene = hand.view.mirror
    before = {edge: wire.ends for edge, wire in scene.wires.items()}
    start = hand.center(row)
    hand.drag(start, start + QPointF(0, 8))
    assert hand.heard["moved"] == [] or scene.nodes[row].pos() == scene.place_of(row)
    assert {edge: wire.ends for edge, wire in scene.wires.items()} == before
    hand.drag(start, start + QPointF(90, 40), release=False)
    hand.key(Key.Key_Escape)
    assert {edge: wire.ends for edge, wire in scene.wires.items()} == before


def test_many_cards_move_as_an_outline(qtbot) -> None:
    nodes = {f"n_{k}": g.Node(f"n_{k}", "ReLU", {}, k % 30 * 240.0, k // 30 * 60.0) for k in range(GHOST_FROM + 20)}
    hand = open_canvas(qtbot, g.Graph(nodes))
    hand.view.choose(set(nodes))
    start = hand.center("n_5")
    hand.view.camera.look_at(start)
    hand.drag(start, start + QPointF(100, 60), release=False)
    assert hand.view.mirror.nodes["n_5"].pos() == QPointF(5 * 240, 0)
    QTest.mouseRelease(hand.view.viewport(), LEFT, Mod.NoModifier, hand.at(start + QPointF(100, 60)))
    assert len(hand.heard["moved"][0][0]) == len(nodes)


def test_rubber_band_chooses_what_it_touches(hand) -> None:
    area = hand.view.mirror.bounds(["conv_2", "add_1"])
    hand.drag(area.topLeft() - QPointF(40, 5), area.bottomRight() + QPointF(20, 5))
    assert hand.heard["selection_changed"][-1] == (["add_1", "conv_2"],)
    hand.click(area.topLeft() - QPointF(60, 0))
    assert hand.heard["selection_changed"][-1] == ([],)


def test_clicks_choose(hand) -> None:
    hand.click(hand.center("conv_2"))
    hand.click(hand.center("add_1"), keys=Mod.ShiftModifier)
    assert hand.view.mirror.selected == {"conv_2", "add_1"}
    hand.click(hand.center("add_1"), keys=Mod.ControlModifier)
    assert hand.view.mirror.selected == {"conv_2"}
    edge = edge_into(hand, "linear_1")
    hand.click(hand.view.mirror.wires[edge].path().pointAtPercent(0.5))
    assert (hand.view.mirror.selected, hand.view.mirror.selected_edges) == (set(), {edge})
    hand.view.set_selection([])  # the window says back what it heard: the wire stays chosen
    hand.key(Key.Key_Delete)
    assert hand.heard["disconnect_wanted"] == [([edge],)]


def test_set_selection_is_silent(hand) -> None:
    hand.view.set_selection(["conv_2"])
    assert hand.heard["selection_changed"] == [] and hand.view.mirror.selected == {"conv_2"}


def test_double_clicks(hand) -> None:
    QTest.mouseDClick(hand.view.viewport(), LEFT, Mod.NoModifier, hand.at(hand.center("conv_2")))
    QTest.mouseDClick(hand.view.viewport(), LEFT, Mod.NoModifier, hand.at(hand.center("conv_2") + QPointF(300, 0)))
    edge = edge_into(hand, "linear_1")
    middle = hand.at(hand.view.mirror.wires[edge].path().pointAtPercent(0.5))
    QTest.mouseDClick(hand.view.viewport(), LEFT, Mod.NoModifier, middle)
    assert hand.heard["enter_wanted"] == [("conv_2",)]
    links = [wish[2:] for wish in hand.heard["quick_add_wanted"]]
    assert links == [("", "", "", ""), (edge.source, edge.output, edge.target, edge.input)]


def test_right_clicks(hand) -> None:
    hand.click(hand.center("conv_2"), RIGHT)
    edge = edge_into(hand, "linear_1")
    hand.click(hand.view.mirror.wires[edge].path().pointAtPercent(0.5), RIGHT)
    assert [wish[:2] for wish in hand.heard["context_wanted"]] == [(["conv_2"], None), ([], edge)]
    hand.click(hand.center("conv_2") + QPointF(300, 0), RIGHT)
    assert len(hand.heard["quick_add_wanted"]) == 1


def test_repair_by_click_and_by_key(qtbot) -> None:
    hand = open_canvas(qtbot, problems=[problem("linear_1")])
    callout = hand.view.mirror.callout
    hand.view.centerOn(callout.mapToScene(callout.area().center()))
    hand.click(callout.mapToScene(callout.button(1).center()))
    assert hand.heard["fix_wanted"] == [(0, 1)]
    hand.view.set_selection(["linear_1"])
    hand.key(Key.Key_Right)
    assert "Insert Flatten" in hand.view.accessibleName()
    hand.key(Key.Key_Return)
    assert hand.heard["fix_wanted"] == [(0, 1), (0, 0)]
    assert hand.heard["enter_wanted"] == []


def test_the_plus_adds_after(hand) -> None:
    from widgets.canvas.cards import plus_center

    item = hand.view.mirror.nodes["linear_1"]
    place = item.pos() + plus_center(item.card)
    hand.view.show_hover(hand.view.hit(hand.at(hand.center("linear_1"))))
    hand.click(place)
    assert hand.heard["quick_add_wanted"][0][2:] == ("linear_1", "out", "", "")


# ---- the view --------------------------------------------------------------------------------------------------------


def test_pan_by_middle_button_and_by_space(hand) -> None:
    before = hand.view.camera.seen().topLeft()
    start = hand.center("conv_2")
    hand.drag(start, start + QPointF(30, 50), MIDDLE)
    panned = hand.view.camera.seen().topLeft()
    assert (before - panned) == QPointF(30, 50)
    QTest.keyPress(hand.view, Key.Key_Space)
    start = hand.center("conv_2")
    hand.drag(start, start + QPointF(10, 0))
    QTest.keyRelease(hand.view, Key.Key_Space)
    assert hand.view.camera.seen().topLeft() == panned - QPointF(10, 0)
    assert hand.heard["moved"] == []


def wheel(hand, place: QPoint, turned: int, keys=Mod.NoModifier) -> None:
    shown = QPointF(hand.view.viewport().mapToGlobal(place))
    event = QWheelEvent(
        QPointF(place), shown, QPoint(), QPoint(0, turned), LEFT & MIDDLE, keys, Qt.ScrollPhase.NoScrollPhase, False
    )
    QApplication.sendEvent(hand.view.viewport(), event)


def test_wheel_zooms_at_the_pointer(hand, qtbot) -> None:
    place = QPoint(200, 150)
    under = hand.view.to_scene(place)
    for _ in range(3):
        wheel(hand, place, 120)
    with qtbot.waitSignal(hand.view.zoom_changed):
        pass
    assert hand.view.camera.percent == pytest.approx(100 * 1.0015**360, rel=1e-6)
    assert (hand.view.to_scene(place) - under).manhattanLength() < 2


def test_smooth_edges_come_back_after_a_zoom(hand, qtbot) -> None:
    from PySide6.QtGui import QPainter

    smooth = QPainter.RenderHint.Antialiasing
    hand.view.camera.zoom_at(QPoint(100, 100), 1.2)
    assert not hand.view.renderHints() & smooth
    qtbot.waitUntil(lambda: bool(hand.view.renderHints() & smooth), timeout=10000)


def test_fit_shows_everything(hand) -> None:
    hand.view.camera.zoom_to(250)
    hand.view.camera.fit()
    assert hand.view.camera.seen().contains(hand.view.mirror.bounds())
    assert hand.view.camera.percent <= 100
    hand.view.camera.zoom_to(30)
    hand.view.camera.center_on("linear_1")
    assert hand.view.camera.percent == pytest.approx(100)


def test_pointer_to_an_error_out_of_view(qtbot) -> None:
    hand = open_canvas(qtbot, problems=[problem("linear_1")])
    hand.view.centerOn(QPointF(112, -600))
    chip = hand.view.corner.pointer
    assert chip.isVisible() and chip.text() == "Linear, 1 error below ↓"
    QTest.mouseClick(chip, LEFT)
    assert not chip.isVisible()
    assert hand.view.camera.seen().contains(hand.center("linear_1"))


def test_minimap_moves_the_view(hand) -> None:
    small = hand.view.corner.map
    small.redraw()
    place = small._origin + hand.center("linear_1") * small._scale
    QTest.mouseClick(small, LEFT, Mod.NoModifier, place.toPoint())
    seen = hand.view.camera.seen().center()
    assert (seen - hand.center("linear_1")).manhattanLength() < 3 / small._scale


# ---- from the palette ------------------------------------------------------------------------------------------------


def carry(hand, mime: QMimeData, place: QPoint, drop: bool = True) -> None:
    """L1: the events that Qt would send, to the viewport."""
    port = hand.view.viewport()
    action, keys = Qt.DropAction.CopyAction, Mod.NoModifier
    QApplication.sendEvent(port, QDragEnterEvent(QPoint(5, 5), action, mime, LEFT, keys))
    QApplication.sendEvent(port, QDragMoveEvent(place, action, mime, LEFT, keys))
    if drop:
        QApplication.sendEvent(port, QDropEvent(QPointF(place), action, mime, LEFT, keys))
    else:
        QApplication.sendEvent(port, QDragLeaveEvent())


def layer_mime(name: str) -> QMimeData:
    mime = QMimeData()
    mime.setData(LAYER_MIME, name.encode())
    return mime


def test_drop_on_empty(hand) -> None:
    mime = layer_mime("Conv2d")
    place = hand.at(hand.center("conv_2") + QPointF(280, 0))
    carry(hand, mime, place)
    ((layer, x, y, edge, after),) = hand.heard["drop_wanted"]
    assert (layer, edge, after) == ("Conv2d", None, None)
    spot = hand.view.to_scene(place)
    assert (x, y) == pytest.approx((spot.x() - 112, spot.y() - 24.5), abs=1.5)


def test_drop_on_a_wire_inserts(hand) -> None:
    mime, edge = layer_mime("ReLU"), edge_into(hand, "linear_1")
    carry(hand, mime, hand.at(hand.view.mirror.wires[edge].path().pointAtPercent(0.5)))
    ((layer, x, _, on, after),) = hand.heard["drop_wanted"]
    assert (layer, x, on, after) == ("ReLU", 0.0, edge, None)


def test_drop_under_a_free_output_connects(hand) -> None:
    mime = layer_mime("ReLU")
    carry(hand, mime, hand.at(hand.output("linear_1") + QPointF(20, 40)))
    ((_, x, y, edge, after),) = hand.heard["drop_wanted"]
    assert (edge, after) == (None, "linear_1")
    assert (x, y) == (0.0, hand.view.mirror.nodes["linear_1"].area().bottom() + 22)


def test_an_input_never_lands_on_a_wire(hand) -> None:
    mime, edge = layer_mime("ImageInput"), edge_into(hand, "linear_1")
    carry(hand, mime, hand.at(hand.view.mirror.wires[edge].path().pointAtPercent(0.5)))
    assert hand.heard["drop_wanted"][0][3:] == (None, None)


def test_leaving_and_unknown_layers_are_nothing(hand) -> None:
    mime, strange = layer_mime("ReLU"), layer_mime("NoSuchLayer")
    carry(hand, mime, QPoint(300, 300), drop=False)
    carry(hand, strange, QPoint(300, 300))
    assert hand.heard["drop_wanted"] == [] and hand.view.hand.gesture is None


def test_files_are_passed_on(hand, tmp_path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "cats.csv"))])
    carry(hand, mime, QPoint(300, 300))
    assert hand.heard["files_dropped"] == [([str(tmp_path / "cats.csv")],)]


@pytest.mark.pointer
def test_real_drag_from_another_widget(hand, qtbot) -> None:
    """L3: the nested drag loop of the platform, fed with real window events."""
    from PySide6.QtCore import QTimer
    from PySide6.QtGui import QDrag

    if QGuiApplication.platformName() == "offscreen":
        pytest.skip("offscreen has no drag and drop; this needs Xvfb")
    mime = layer_mime("Conv2d")
    drag = QDrag(hand.view)
    drag.setMimeData(mime)
    window = hand.view.windowHandle()
    target = hand.view.viewport().mapTo(hand.view, hand.at(hand.center("conv_2") + QPointF(250, 0)))
    QTest.mousePress(window, LEFT, Mod.NoModifier, QPoint(10, 10))
    for number in range(1, 9):
        place = QPoint(10, 10) + (target - QPoint(10, 10)) * number / 8
        QTimer.singleShot(40 * number, lambda place=place: QTest.mouseMove(window, place))
    QTimer.singleShot(500, lambda: QTest.mouseRelease(window, LEFT, Mod.NoModifier, target))
    with qtbot.waitSignal(hand.view.drop_wanted, timeout=5000):
        drag.exec(Qt.DropAction.CopyAction)
    assert hand.heard["drop_wanted"][0][0] == "Conv2d"


def test_graph_taken_away_in_mid_gesture(hand) -> None:
    start = hand.center("linear_1")
    hand.drag(start, start + QPointF(60, 60), release=False)
    smaller = edits.remove(residual(), ["linear_1"])
    hand.view.show_graph(smaller, infer(smaller, SCHEMA))
    assert hand.view.hand.gesture is None and "linear_1" not in hand.view.mirror.nodes
    QTest.mouseRelease(hand.view.viewport(), LEFT, Mod.NoModifier, QPoint(10, 10))
    assert hand.heard["moved"] == []
