"""The keyboard alone is enough on the canvas; keys that belong to commands pass through."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

sys.path.insert(0, str(Path(__file__).parent))

from canvas_help import SCHEMA, open_canvas, problem

from engine import edits, wiring
from engine.infer import infer
from widgets import theme
from widgets.canvas.gestures import Rubber
from widgets.canvas.items import DragWireItem

Key, Mod = Qt.Key, Qt.KeyboardModifier


@pytest.fixture
def hand(qtbot, qapp):
    theme.apply(qapp, "dark")
    return open_canvas(qtbot)


def test_arrows_walk_along_wires(hand) -> None:
    walked = []
    for key in [Key.Key_Down] * 5 + [Key.Key_Up]:
        hand.key(key)
        walked.append(*hand.view.mirror.selected)
    assert walked == ["image_input_1", "conv_1", "batch_norm_1", "relu_1", "conv_2", "relu_1"]
    assert [chosen for (chosen,) in hand.heard["selection_changed"]] == [[name] for name in walked]


def test_left_and_right_go_to_branches(hand) -> None:
    graph, side = edits.add(hand.view.mirror.graph, "Conv2d", 300, hand.view.mirror.graph.nodes["conv_2"].y)
    graph = wiring.connect(graph, "relu_1", side)
    hand.view.show_graph(graph, infer(graph, SCHEMA))
    hand.view.set_selection(["conv_2"])
    hand.key(Key.Key_Right)
    assert hand.view.mirror.selected == {side}
    hand.key(Key.Key_Left)
    assert hand.view.mirror.selected == {"conv_2"}
    hand.key(Key.Key_Down, Mod.ShiftModifier)
    assert hand.view.mirror.selected == {"conv_2", "add_1"}


def test_a_walk_scrolls_to_where_it_goes(hand) -> None:
    hand.view.camera.zoom_to(200)
    hand.view.set_selection(["flatten_1"])
    hand.key(Key.Key_Down)
    assert hand.view.camera.seen().contains(hand.view.mirror.nodes["linear_1"].area())


def test_alt_arrows_nudge(hand) -> None:
    hand.view.set_selection(["linear_1"])
    y = hand.view.mirror.graph.nodes["linear_1"].y
    hand.key(Key.Key_Down, Mod.AltModifier)
    hand.key(Key.Key_Left, Mod.AltModifier | Mod.ShiftModifier)
    assert [places["linear_1"] for (places,) in hand.heard["moved"]] == [(0, y + 4), (-40, y)]


def test_enter_remove_and_search(hand) -> None:
    hand.key(Key.Key_Delete)
    hand.view.set_selection(["conv_2"])
    hand.key(Key.Key_Return)
    hand.key(Key.Key_Delete)
    hand.key(Key.Key_Delete, Mod.ControlModifier)
    hand.key(Key.Key_Tab)
    hand.key(Key.Key_A, Mod.ShiftModifier)
    assert hand.heard["enter_wanted"] == [("conv_2",)]
    assert hand.heard["remove_wanted"] == [(["conv_2"], False), (["conv_2"], True)]
    assert [wish[2:] for wish in hand.heard["quick_add_wanted"]] == [("conv_2", "out", "", "")] * 2


def test_rename_in_place(hand) -> None:
    hand.view.set_selection(["conv_2"])
    hand.key(Key.Key_F2)
    field = hand.view._renamer
    assert field.isVisible() and field.text() == "Conv 2D"
    QTest.keyClicks(field, "Stem")
    QTest.keyClick(field, Key.Key_Return)
    assert hand.heard["rename_wanted"] == [("conv_2", "Stem")]
    hand.key(Key.Key_F2)
    QTest.keyClicks(field, "Other")
    QTest.keyClick(field, Key.Key_Escape)
    assert len(hand.heard["rename_wanted"]) == 1 and not field.isVisible()


def test_zoom_keys(hand) -> None:
    hand.key(Key.Key_Equal, Mod.ControlModifier)
    assert hand.view.camera.percent == pytest.approx(125)
    hand.key(Key.Key_Minus, Mod.ControlModifier)
    hand.key(Key.Key_Minus, Mod.ControlModifier)
    assert hand.view.camera.percent == pytest.approx(80)
    hand.key(Key.Key_0, Mod.ControlModifier)
    assert hand.view.camera.percent == pytest.approx(100)
    hand.view.set_selection(["linear_1"])
    hand.key(Key.Key_Period)
    seen = hand.view.camera.seen()
    assert abs(seen.center().y() - hand.center("linear_1").y()) < 2
    hand.key(Key.Key_Home)
    assert hand.view.camera.seen().contains(hand.view.mirror.bounds())
    hand.key(Key.Key_A, Mod.ControlModifier)
    assert hand.view.mirror.selected == set(hand.view.mirror.nodes)
    hand.key(Key.Key_Escape)
    assert hand.view.mirror.selected == set()


@pytest.mark.parametrize(
    ("key", "mods"),
    [
        (Key.Key_M, Mod.NoModifier),
        (Key.Key_F, Mod.NoModifier),
        (Key.Key_I, Mod.NoModifier),
        (Key.Key_L, Mod.NoModifier),
        (Key.Key_D, Mod.ControlModifier),
        (Key.Key_G, Mod.ControlModifier),
        (Key.Key_Up, Mod.AltModifier | Mod.ControlModifier),
        (Key.Key_F6, Mod.NoModifier),
    ],
)
def test_keys_of_commands_pass_through(hand, key, mods) -> None:
    hand.view.set_selection(["conv_2"])
    event = QKeyEvent(QEvent.Type.KeyPress, key, mods)
    QApplication.sendEvent(hand.view, event)
    assert not event.isAccepted()


def test_the_chosen_card_is_spoken(hand) -> None:
    assert hand.view.accessibleName() == "Canvas, 8 layers"
    graph = hand.view.mirror.graph
    hand.view.show_graph(graph, infer(graph, SCHEMA), {}, [problem("linear_1", "needs a flat list")])
    hand.view.set_selection(["linear_1"])
    assert hand.view.accessibleName() == "Linear, error: needs a flat list, 64 features, input from Flatten"
    muted = edits.change(graph, "linear_1", muted=True)
    hand.view.show_graph(muted, infer(muted, SCHEMA))
    assert hand.view.accessibleName().endswith("input from Flatten, muted")


def test_menu_key_opens_the_menu_of_what_is_chosen(hand) -> None:
    hand.view.set_selection(["conv_2"])
    hand.key(Key.Key_Menu)
    ((names, edge, shown),) = hand.heard["context_wanted"]
    assert (names, edge) == (["conv_2"], None)
    assert shown == hand.view.viewport().mapToGlobal(hand.at(hand.center("conv_2")))
    edge = hand.view.mirror.graph.edges[0]
    hand.view.choose((), {edge})
    hand.key(Key.Key_F10, Mod.ShiftModifier)
    assert hand.heard["context_wanted"][1][:2] == ([], edge)


def test_focus_by_key_chooses_the_first_card(hand) -> None:
    def focus(reason: Qt.FocusReason) -> None:
        QApplication.sendEvent(hand.view, QFocusEvent(QEvent.Type.FocusIn, reason))

    focus(Qt.FocusReason.MouseFocusReason)
    assert hand.view.mirror.selected == set()
    focus(Qt.FocusReason.TabFocusReason)
    assert hand.view.mirror.selected == {"image_input_1"}


def test_text_size_keeps_the_percentage(hand, qapp) -> None:
    hand.view.camera.zoom_to(80)
    theme.apply(qapp, "dark", scale=1.5)
    assert hand.view.camera.percent == pytest.approx(80) and hand.view.zoom == pytest.approx(1.2)
    theme.apply(qapp, "dark")
    assert hand.view.zoom == pytest.approx(0.8)


def test_a_wire_by_keyboard_reaches_cards_outside_the_view(hand) -> None:
    """W offers every port that fits; the view follows to the one that is meant."""
    view = hand.view
    names = list(view.mirror.nodes)
    source, target = names[0], names[-1]
    view.camera.zoom_to(100)
    view.resize(500, 200)
    view.choose({source}, last=source)
    view.camera.center_on(source)
    assert not view.camera.seen().intersects(view.mirror.nodes[target].area())
    QTest.keyClick(view, Qt.Key.Key_W)
    offered = {name for name, _ in view.hand.gesture._choices}
    assert target in offered
    for _ in range(len(view.hand.gesture._choices)):
        if view.hand.gesture._snap[0] == target:
            break
        QTest.keyClick(view, Qt.Key.Key_Down)
    assert view.camera.seen().intersects(view.mirror.nodes[target].area())
    QTest.keyClick(view, Qt.Key.Key_Escape)


def test_a_wire_led_by_the_keys_ends_with_what_the_pointer_begins(hand) -> None:
    hand.view.set_selection(["relu_1"])
    hand.key(Key.Key_W)

    def wires() -> list[DragWireItem]:
        return [item for item in hand.view.mirror.items() if isinstance(item, DragWireItem)]

    assert len(wires()) == 1
    hand.view.hand.begin(Rubber(hand.view), QPoint(5, 5))
    assert not wires() and isinstance(hand.view.hand.gesture, Rubber)
    hand.view.hand.cancel()
