"""What people expect of a node editor, by the numbers of the list of conventions; the rest is in the other files."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip

sys.path.insert(0, str(Path(__file__).parent))

from canvas_help import LEFT, RIGHT, SCHEMA, open_canvas, residual

from engine import arrange, edits, notes
from engine import graph as g
from engine.infer import infer
from widgets import theme
from widgets.canvas.hits import Hit

Key, Mod = Qt.Key, Qt.KeyboardModifier
MORE = (
    "frames_moved", "frame_text_wanted", "frames_remove_wanted", "splice_wanted", "copy_wanted", "rewire_wanted",
    "rest_wanted", "menu_wanted", "looked",
)  # fmt: skip


@pytest.fixture(autouse=True)
def look(qapp):
    theme.apply(qapp, "dark")
    theme.set_reduced_motion(False)
    yield
    QToolTip.hideText()


def opened(qtbot, graph: g.Graph):
    hand = open_canvas(qtbot, graph)
    for name in MORE:
        hand.heard[name] = []
        getattr(hand.view, name).connect(lambda *args, name=name: hand.heard[name].append(args))
    return hand


@pytest.fixture
def hand(qtbot):
    return opened(qtbot, residual())


@pytest.fixture
def framed(qtbot):
    graph, _ = notes.frame_around(residual(), ["conv_1", "batch_norm_1", "relu_1"], "Stem")
    graph, _ = notes.add_note(graph, 300, 60, "Look here")
    return opened(qtbot, graph)


def quiet(hand, *but: str) -> bool:
    """Whether nothing was wished for except these."""
    return all(not heard for name, heard in hand.heard.items() if name not in (*but, "selection_changed", "looked"))


# ---- wires -----------------------------------------------------------------------------------------------------------


def test_27_ctrl_drag_moves_all_wires_of_an_output(hand) -> None:
    edges = [edge for edge in hand.view.mirror.graph.outgoing["relu_1"]]
    hand.drag(hand.output("relu_1"), hand.output("image_input_1"), keys=Mod.ControlModifier)
    assert len(edges) == 2
    assert hand.heard["rewire_wanted"] == [(edges, "out", "image_input_1", "out")]
    assert quiet(hand, "rewire_wanted")


def test_27_a_refused_move_of_all_wires_says_why(hand) -> None:
    hand.drag(hand.output("relu_1"), hand.output("add_1"), keys=Mod.ShiftModifier)
    assert hand.heard["rewire_wanted"] == []
    assert hand.heard["refused"]


def test_27_dropped_on_nothing_is_nothing(hand) -> None:
    hand.drag(hand.output("relu_1"), hand.output("relu_1") + QPointF(260, 20), keys=Mod.ControlModifier)
    assert quiet(hand)
    assert not any("cut" in wire.states for wire in hand.view.mirror.wires.values())


def test_36_alt_click_breaks_all_wires_of_a_port(hand) -> None:
    hand.click(hand.output("relu_1"), keys=Mod.AltModifier)
    assert hand.heard["disconnect_wanted"] == [(hand.view.mirror.graph.outgoing["relu_1"],)]
    hand.click(hand.output("linear_1"), keys=Mod.AltModifier)
    assert len(hand.heard["disconnect_wanted"]) == 1


def free_conv(qtbot):
    graph, name = edits.add(residual(), "Conv2d", 420, 40)
    return opened(qtbot, graph), name


def test_28_a_free_card_dropped_on_a_wire_goes_into_it(qtbot) -> None:
    hand, name = free_conv(qtbot)
    edge = hand.view.mirror.graph.incoming["linear_1"][0]
    middle = hand.view.mirror.wires[edge].path().pointAtPercent(0.5)
    hand.drag(hand.center(name), middle + QPointF(3, 2), release=False)
    assert "hover" in hand.view.mirror.wires[edge].states
    QTest.mouseRelease(hand.view.viewport(), LEFT, Mod.NoModifier, hand.at(middle))
    assert hand.heard["splice_wanted"] == [(name, edge)]
    assert quiet(hand, "splice_wanted")


def test_28_a_wired_card_over_a_wire_only_moves(hand) -> None:
    edge = hand.view.mirror.graph.incoming["linear_1"][0]
    middle = hand.view.mirror.wires[edge].path().pointAtPercent(0.5)
    hand.drag(hand.center("conv_1"), middle)
    assert hand.heard["splice_wanted"] == [] and hand.heard["moved"]


def test_28_escape_takes_it_back(qtbot) -> None:
    hand, name = free_conv(qtbot)
    edge = hand.view.mirror.graph.incoming["linear_1"][0]
    before = hand.view.mirror.nodes[name].pos()
    hand.drag(hand.center(name), hand.view.mirror.wires[edge].path().pointAtPercent(0.5), release=False)
    hand.key(Key.Key_Escape)
    assert quiet(hand) and hand.view.mirror.nodes[name].pos() == before
    assert "hover" not in hand.view.mirror.wires[edge].states


def test_34_a_resting_wire_is_drawn_and_comes_back_by_double_click(qtbot) -> None:
    graph = residual()
    edge = graph.incoming["linear_1"][0]
    hand = opened(qtbot, arrange.turn_off(graph, [edge]))
    item = hand.view.mirror.resting[edge]
    middle = item.path().pointAtPercent(0.5)
    assert hand.view.hit(hand.at(middle)) == Hit("rest", edge=edge)
    QTest.mouseDClick(hand.view.viewport(), LEFT, Mod.NoModifier, hand.at(middle))
    assert hand.heard["rest_wanted"] == [(edge, True)]
    hand.click(middle, RIGHT)
    assert hand.heard["menu_wanted"][0][0].kind == "rest"
    hand.view.show_graph(graph, infer(graph, SCHEMA))
    assert not hand.view.mirror.resting


def test_38_a_wire_under_the_pointer_lights_its_ends_and_x_removes_it(hand) -> None:
    edge = hand.view.mirror.graph.incoming["linear_1"][0]
    middle = hand.view.mirror.wires[edge].path().pointAtPercent(0.5)
    QTest.mouseMove(hand.view.viewport(), hand.at(middle))
    place = QPointF(hand.at(middle))
    event = QMouseEvent(
        QEvent.Type.MouseMove, place, place, Qt.MouseButton.NoButton, Qt.MouseButton.NoButton, Mod.NoModifier
    )
    QApplication.sendEvent(hand.view.viewport(), event)
    assert hand.view.mirror.nodes[edge.source].marks.lit == {("out", edge.output, 0)}
    assert hand.view.mirror.nodes[edge.target].marks.lit == {("in", edge.input, 0)}
    hand.key(Key.Key_X)
    assert hand.heard["disconnect_wanted"] == [([edge],)]
    hand.view.show_hover(Hit("empty"))
    assert not hand.view.mirror.nodes[edge.source].marks.lit
    hand.key(Key.Key_X)
    assert len(hand.heard["disconnect_wanted"]) == 1


# ---- cards -----------------------------------------------------------------------------------------------------------


def test_45_alt_drag_pulls_out_copies(hand) -> None:
    hand.view.choose({"conv_1", "conv_2"})
    before = hand.view.mirror.nodes["conv_1"].pos()
    hand.drag(hand.center("conv_1"), hand.center("conv_1") + QPointF(240, 40), keys=Mod.AltModifier)
    ((names, dx, dy),) = hand.heard["copy_wanted"]
    assert {"conv_1", "conv_2"} <= set(names) and "batch_norm_1" in names  # the rows of the stack, too
    assert (dx, dy) == (240, 40)
    assert hand.view.mirror.nodes["conv_1"].pos() == before


def test_53_a_collapsed_card_shows_its_name_alone(qtbot) -> None:
    graph = arrange.mark(residual(), ["conv_2"], "collapsed", True)
    card = opened(qtbot, graph).view.mirror.nodes["conv_2"].card
    assert card.slim and card.summary == "" and card.height == 37


def test_55_a_locked_card_stays(qtbot) -> None:
    hand = opened(qtbot, arrange.mark(residual(), ["conv_2"], "locked", True))
    hand.drag(hand.center("conv_2"), hand.center("conv_2") + QPointF(200, 0))
    hand.view.choose({"conv_2"})
    hand.key(Key.Key_Right, Mod.AltModifier)
    assert quiet(hand)
    hand.view.choose({"conv_2", "add_1"})
    hand.key(Key.Key_Right, Mod.AltModifier)
    assert set(hand.heard["moved"][0][0]) == {"add_1"}


def test_33_a_muted_card_shows_the_wire_passing_through(qtbot) -> None:
    plain = opened(qtbot, residual())
    muted = opened(qtbot, edits.change(residual(), "conv_2", muted=True))
    pictures = []
    for hand in (plain, muted):
        area = hand.view.viewportTransform().mapRect(hand.view.mirror.nodes["conv_2"].area()).toRect()
        pictures.append(hand.view.viewport().grab(area).toImage())
    middle = pictures[0].width() // 2
    colors = [{picture.pixelColor(middle, y).name() for y in range(8, picture.height() - 8)} for picture in pictures]
    assert len(colors[1]) > 1  # the dots of the wire


def test_64_a_note_on_a_node_is_on_its_card_and_in_its_words(qtbot) -> None:
    hand = opened(qtbot, edits.change(residual(), "conv_2", note="Try 5 × 5"))
    assert hand.view.mirror.nodes["conv_2"].card.note == "Try 5 × 5"
    from widgets.canvas.speech import description, tip

    assert "Try 5 × 5" in tip(hand.view.mirror, Hit("node", "conv_2"))
    assert "note: Try 5 × 5" in description(hand.view.mirror, "conv_2")


# ---- notes and frames ------------------------------------------------------------------------------------------------


def corner(hand, name: str) -> QPointF:
    return hand.view.mirror.frames[name].area().bottomRight() - QPointF(4, 4)


def test_56_a_frame_moves_with_what_it_holds(framed) -> None:
    title = framed.view.mirror.frames["frame_1"].area().topLeft() + QPointF(60, 14)
    framed.drag(title, title + QPointF(80, 40))
    ((areas, places),) = framed.heard["frames_moved"]
    frame = framed.view.mirror.graph.frames["frame_1"]
    assert areas == {"frame_1": (frame.x + 80, frame.y + 40, frame.width, frame.height)}
    assert set(places) == {"conv_1", "batch_norm_1", "relu_1"}
    assert places["conv_1"][0] == framed.view.mirror.graph.nodes["conv_1"].x + 80
    assert framed.view.mirror.frames["frame_1"].pos() == QPointF(frame.x, frame.y)  # until the document has it


def test_56_inside_a_frame_the_rubber_band_begins(framed) -> None:
    area = framed.view.mirror.frames["frame_1"].area()
    assert framed.view.hit(framed.at(area.bottomLeft() + QPointF(14, -12))).kind == "empty"


@pytest.mark.parametrize("name", ["frame_1", "note_1"])
def test_56_the_corner_resizes(framed, name) -> None:
    frame = framed.view.mirror.graph.frames[name]
    framed.drag(corner(framed, name), corner(framed, name) + QPointF(40, 20))
    ((areas, places),) = framed.heard["frames_moved"]
    x, y, width, height = areas[name]
    assert (x, y, places) == (frame.x, frame.y, {})
    assert abs(width - frame.width - 40) <= 2 and abs(height - frame.height - 20) <= 2  # on the grid
    assert (x + width) % 4 == 0 and (y + height) % 4 == 0


def test_56_resizing_has_a_least_size_and_a_cancel(framed) -> None:
    framed.drag(corner(framed, "note_1"), corner(framed, "note_1") - QPointF(400, 400), release=False)
    item = framed.view.mirror.frames["note_1"]
    assert (item.width, item.height) == notes.LEAST
    framed.key(Key.Key_Escape)
    frame = framed.view.mirror.graph.frames["note_1"]
    assert quiet(framed) and (item.width, item.height) == (frame.width, frame.height)


def test_54_a_note_is_written_in_place(framed) -> None:
    center = framed.view.mirror.frames["note_1"].area().center()
    QTest.mouseDClick(framed.view.viewport(), LEFT, Mod.NoModifier, framed.at(center))
    field = framed.view._note_field
    assert field.isVisible() and field.toPlainText() == "Look here"
    QTest.keyClicks(field, "Other words")
    QTest.keyClick(field, Key.Key_Return, Mod.ControlModifier)
    assert framed.heard["frame_text_wanted"] == [("note_1", "Other words")] and not field.isVisible()


def test_54_escape_leaves_the_note_as_it_was(framed) -> None:
    framed.view.choose((), frames={"frame_1"})
    framed.key(Key.Key_F2)
    field = framed.view._note_field
    QTest.keyClicks(field, "x")
    QTest.keyClick(field, Key.Key_Escape)
    assert not field.isVisible() and quiet(framed)
    framed.key(Key.Key_Return)
    QTest.keyClicks(field, "Entry")
    QTest.keyClick(field, Key.Key_Return)  # a frame's title is one line
    assert framed.heard["frame_text_wanted"] == [("frame_1", "Entry")]


def test_47_delete_takes_notes(framed) -> None:
    framed.click(framed.view.mirror.frames["note_1"].area().center())
    assert framed.view.mirror.frames.selected == {"note_1"}
    framed.key(Key.Key_Delete)
    assert framed.heard["frames_remove_wanted"] == [(["note_1"], [])]
    framed.key(Key.Key_Escape)
    assert not framed.view.mirror.frames.selected


def test_49_arrows_nudge_a_note(framed) -> None:
    framed.view.choose((), frames={"note_1"})
    framed.key(Key.Key_Down, Mod.AltModifier | Mod.ShiftModifier)
    frame = framed.view.mirror.graph.frames["note_1"]
    assert framed.heard["frames_moved"] == [({"note_1": (frame.x, frame.y + 40, frame.width, frame.height)}, {})]


def test_41_the_rubber_band_takes_notes_that_lie_in_it(framed) -> None:
    area = framed.view.mirror.frames["note_1"].area()
    framed.drag(area.topLeft() - QPointF(15, 15), area.bottomRight() + QPointF(15, 15))
    assert framed.view.mirror.frames.selected == {"note_1"}


# ---- menus, looking, motion ------------------------------------------------------------------------------------------


def test_69_every_thing_has_its_menu(framed) -> None:
    framed.click(framed.output("conv_2"), RIGHT)
    framed.click(framed.view.mirror.frames["note_1"].area().center(), RIGHT)
    empty = framed.center("linear_1") + QPointF(260, 60)
    framed.click(empty, RIGHT, Mod.ShiftModifier)
    framed.view.choose(())
    framed.key(Key.Key_F10, Mod.ShiftModifier)
    assert [hit.kind for hit, _ in framed.heard["menu_wanted"]] == ["port", "frame", "empty", "empty"]
    framed.click(framed.center("conv_2"), RIGHT)
    assert framed.heard["context_wanted"][0][0] == ["conv_2"]
    framed.click(empty, RIGHT)  # right click on nothing is the quick search
    assert len(framed.heard["quick_add_wanted"]) == 1


def test_62_the_view_tells_where_it_rests(hand, qtbot) -> None:
    qtbot.wait(320)
    hand.heard["looked"].clear()
    for step in range(5):
        hand.view.camera.scroll_by(QPoint(step, 3))
    qtbot.waitUntil(lambda: len(hand.heard["looked"]) == 1, timeout=15000)


def test_a_card_that_an_edit_moved_glides_and_is_where_it_belongs(hand, qtbot) -> None:
    graph = edits.move(hand.view.mirror.graph, {"linear_1": (400.0, 500.0)})
    before = hand.view.mirror.nodes["linear_1"].pos()
    hand.view.show_graph(graph, infer(graph, SCHEMA), {}, (), gliding=True)
    assert hand.view.glide.running and hand.view.mirror.nodes["linear_1"].pos() == before
    qtbot.waitUntil(lambda: not hand.view.glide.running, timeout=15000)
    assert hand.view.mirror.nodes["linear_1"].pos() == QPointF(400, 500)


def test_reduced_motion_does_not_glide(hand) -> None:
    theme.set_reduced_motion(True)
    try:
        graph = edits.move(hand.view.mirror.graph, {"linear_1": (400.0, 500.0)})
        hand.view.show_graph(graph, infer(graph, SCHEMA), {}, (), gliding=True)
        assert not hand.view.glide.running
    finally:
        theme.set_reduced_motion(False)


def test_an_edit_during_a_glide_ends_it(hand) -> None:
    for x in (400.0, 600.0):
        graph = edits.move(hand.view.mirror.graph, {"linear_1": (x, 500.0)})
        hand.view.show_graph(graph, infer(graph, SCHEMA), {}, (), gliding=True)
    hand.press(hand.center("conv_1"))
    QTest.mouseRelease(hand.view.viewport(), LEFT, Mod.NoModifier, hand.at(hand.center("conv_1")))
    hand.view.glide.finish()
    assert hand.view.mirror.nodes["linear_1"].pos() == QPointF(600, 500)


def test_a_wire_back_up_runs_around_the_column(qtbot) -> None:
    graph = edits.move(residual(), {"linear_1": (600.0, 0.0)})
    hand = opened(qtbot, graph)
    path = hand.view.mirror.wires[graph.incoming["linear_1"][0]].path()
    card = hand.view.mirror.nodes["linear_1"].area()
    assert not any(card.adjusted(2, 2, -2, -2).contains(path.pointAtPercent(n / 50)) for n in range(51))


def test_a_network_that_changes_under_a_rubber_band_leaves_no_stale_choice(hand) -> None:
    hand.view.choose({"linear_1"})
    empty = hand.center("linear_1") + QPointF(300, 40)
    hand.drag(empty, empty + QPointF(60, 60), release=False)
    smaller = edits.remove(hand.view.mirror.graph, ["linear_1"])
    hand.view.show_graph(smaller, infer(smaller, SCHEMA))
    assert hand.view.hand.gesture is None
    assert hand.heard["selection_changed"][-1] == ([],)
