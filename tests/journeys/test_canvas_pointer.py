"""The conventions of node editors that a hand can try, by number, in the real window with the real pointer and keys.

`tests/widgets` tries the same with made-up events, faster; this is what a person's hand meets.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QToolTip

sys.path.insert(0, str(Path(__file__).parent))

from pointer_help import Hands, needs_pointer, open_window, spin

from engine import arrange
from engine.edits import add
from engine.project import Project
from engine.templates import new_from_template

pytestmark = [pytest.mark.pointer, pytest.mark.long]
CTRL, SHIFT, ALT = "ctrl", "shift", "alt"


class Canvas(Hands):
    """A hand over the canvas of the Build page; places are of the scene."""

    @property
    def page(self):
        return self.window.build

    @property
    def graph(self):
        return self.page.graph

    @property
    def scene(self):
        return self.canvas.mirror

    @property
    def steps(self) -> list[str]:
        return self.window.document.steps()

    def center(self, node: str) -> QPoint:
        return self.on_canvas(self.scene.nodes[node].area().center())

    def wire(self, source: str, target: str):
        return next(edge for edge in self.graph.edges if (edge.source, edge.target) == (source, target))

    def on_wire(self, edge, share: float = 0.5) -> QPoint:
        return self.on_canvas(self.scene.wires[edge].path().pointAtPercent(share))

    def empty(self) -> QPoint:
        """A free place of the canvas."""
        room = self.canvas.viewport()
        return room.mapToGlobal(QPoint(room.width() - 120, room.height() - 90))

    def point(self, at: QPoint, *then: str) -> None:
        self._do(["mousemove", str(at.x()), str(at.y()), "sleep", "0.06", *then, "sleep", "0.05"])
        spin(0.06)

    def held(self, keys: tuple[str, ...], at: QPoint, *then: str) -> None:
        """Do something with keys held down."""
        down = [word for key in keys for word in ("keydown", key)]
        up = [word for key in keys for word in ("keyup", key)]
        self.point(at, *down, "sleep", "0.03", *then, "sleep", "0.03", *up)

    def pull(self, start: QPoint, end: QPoint, *keys: str, button: str = "1", drop: bool = True) -> None:
        """A drag with a button and keys; `drop=False` leaves the button down."""
        words = [word for key in keys for word in ("keydown", key)]
        words += ["mousemove", str(start.x()), str(start.y()), "sleep", "0.05", "mousedown", button, "sleep", "0.05"]
        for step in range(1, 13):
            place = start + (end - start) * (step / 12)
            words += ["mousemove", str(place.x()), str(place.y()), "sleep", "0.015"]
        words += ["sleep", "0.1"]
        if drop:
            words += ["mouseup", button, "sleep", "0.04"]
        words += [word for key in keys for word in ("keyup", key)]
        self._do(words)
        spin(0.08)

    def let_go(self, button: str = "1") -> None:
        self._do(["mouseup", button, "sleep", "0.05"])
        spin(0.05)

    def apart(self) -> None:
        """Time enough that the next click is no double click."""
        spin(QApplication.doubleClickInterval() / 1000 + 0.05)

    def twice(self, at: QPoint) -> None:
        self.point(at, "click", "--repeat", "2", "--delay", "60", "1")

    def quick(self):
        return self.page.adding._menu

    def menu(self) -> list[str]:
        """The words of the menu that is open; it is closed."""
        self.until(lambda: isinstance(QApplication.activePopupWidget(), QMenu), 5, "a menu")
        shown = QApplication.activePopupWidget()
        words = [action.text() for action in shown.actions() if action.text()]
        self.key("Escape")
        self.until(lambda: QApplication.activePopupWidget() is None, 5, "the menu to close")
        return words


@pytest.fixture(scope="module")
def window(qapp):
    with open_window() as made:
        yield made


@pytest.fixture
def hand(window):
    """The small residual network at 100 %, its middle in the middle."""
    needs_pointer()
    project = new_from_template("resnet-digits")
    window.document.start(replace(project, view={"page": "build"}))
    window.build.bottom.open("")
    window.build.reset_layout()
    spin(0.15)
    made = Canvas(window)
    made.click(made.empty())  # there is no window manager: a click makes the window the active one
    made.canvas.camera.zoom_to(80)
    made.canvas.centerOn(made.scene.nodes["conv_2"].area().center())
    spin(0.2)
    yield made
    popup = QApplication.activePopupWidget()
    if popup is not None:
        popup.close()
    made._do(["keyup", "ctrl", "keyup", "shift", "keyup", "alt", "mouseup", "1"])
    window.document.start(Project())


# ---- navigate --------------------------------------------------------------------------------------------------------


def test_01_the_wheel_zooms_at_the_pointer(hand) -> None:
    at = hand.center("conv_2")
    before, zoom = hand.canvas.mapToScene(hand.canvas.viewport().mapFromGlobal(at)), hand.canvas.zoom
    hand.point(at, "click", "4")
    hand.until(lambda: hand.canvas.zoom > zoom * 1.05, 5, "a larger picture")
    after = hand.canvas.mapToScene(hand.canvas.viewport().mapFromGlobal(at))
    assert (after - before).manhattanLength() < 4


@pytest.mark.parametrize("way", ["middle", "space"])
def test_02_03_dragging_pans(hand, way) -> None:
    start, before = hand.center("conv_2"), hand.canvas.mapToScene(0, 0)
    if way == "middle":
        hand.pull(start, start + QPoint(90, -60), button="2")
    else:
        hand.pull(start, start + QPoint(90, -60), "space")
    moved = before - hand.canvas.mapToScene(0, 0)
    assert abs(moved.x() * hand.canvas.zoom - 90) < 4 and abs(moved.y() * hand.canvas.zoom + 60) < 4
    assert hand.steps == []


def test_04_shift_and_wheel_move_sideways(hand) -> None:
    before, zoom = hand.canvas.mapToScene(0, 0), hand.canvas.zoom
    hand.held((SHIFT,), hand.empty(), "click", "5")
    after = hand.canvas.mapToScene(0, 0)
    assert abs(after.x() - before.x()) > 10 and after.y() == before.y() and hand.canvas.zoom == zoom


@pytest.mark.parametrize("key", ["Home", "a"])
def test_05_fit_all(hand, key) -> None:
    hand.canvas.camera.zoom_to(300)
    hand.key(key)
    seen = hand.canvas.camera.seen()
    assert all(seen.contains(item.area()) for item in hand.scene.nodes.values())


def test_06_fit_the_selection(hand) -> None:
    hand.canvas.camera.zoom_to(30)
    hand.page.select(["conv_2"])
    hand.canvas.setFocus()
    hand.key("period")
    assert hand.canvas.camera.percent > 90
    assert (hand.canvas.camera.seen().center() - hand.scene.nodes["conv_2"].area().center()).manhattanLength() < 40


def test_07_zoom_keys(hand) -> None:
    hand.key("ctrl+0")
    assert hand.canvas.camera.percent == pytest.approx(100)
    hand.key("ctrl+equal")
    assert hand.canvas.camera.percent == pytest.approx(125)
    hand.key("ctrl+minus")
    assert hand.canvas.camera.percent == pytest.approx(100)


def test_08_the_map_moves_the_view(hand) -> None:
    hand.canvas.camera.zoom_to(100)
    small = hand.canvas.corner.map
    spin(0.3)
    top = hand.canvas.camera.seen().center().y()
    hand.click(small.mapToGlobal(QPoint(small.width() // 2, 14)))
    high = hand.canvas.camera.seen().center().y()
    assert high < top
    start = small.mapToGlobal(QPoint(small.width() // 2, 20))
    hand.pull(start, start + QPoint(0, 60))
    assert hand.canvas.camera.seen().center().y() > high


def test_09_find_a_node(hand) -> None:
    hand.key("ctrl+f")
    hand.type("Linear")
    spin(0.2)
    hand.key("Return")
    hand.until(lambda: hand.page.selection == ["linear_1"], 5, "the node is found")
    assert hand.canvas.camera.seen().contains(hand.scene.nodes["linear_1"].area())


def test_10_enter_a_block_and_leave_it(hand) -> None:
    hand.canvas.camera.center_on("residual_block_1")
    hand.twice(hand.center("residual_block_1"))
    hand.until(lambda: hand.window.document.place.path, 5, "the inside of the block")
    hand.canvas.setFocus()
    hand.key("alt+Up")
    hand.until(lambda: not hand.window.document.place.path, 5, "the network again")
    hand.page.select(["residual_block_1"])
    hand.canvas.setFocus()
    hand.key("Return")
    hand.until(lambda: hand.window.document.place.path, 5, "the inside of the block")


def test_11_bookmarks(hand) -> None:
    hand.canvas.camera.center_on("linear_1")
    spin(0.4)
    there = hand.canvas.camera.seen().center()
    hand.canvas.setFocus()
    hand.key("alt+shift+3")
    hand.key("Home")
    hand.key("alt+3")
    hand.until(
        lambda: (hand.canvas.camera.seen().center() - there).manhattanLength() < 6, 5, "the place of the bookmark"
    )


def test_12_the_view_scrolls_while_one_drags_at_its_edge(hand) -> None:
    before = hand.canvas.mapToScene(0, 0).y()
    room = hand.canvas.viewport()
    edge = room.mapToGlobal(QPoint(room.width() // 2, room.height() - 8))
    hand.pull(hand.center("conv_2"), edge, drop=False)
    spin(0.4)
    assert hand.canvas.mapToScene(0, 0).y() > before + 20
    hand.key("Escape")
    hand.let_go()
    assert hand.steps == []


# ---- add -------------------------------------------------------------------------------------------------------------


def test_13_a_layer_is_dragged_in(hand) -> None:
    hand.drag(hand.palette("Linear"), hand.empty())
    hand.until(lambda: hand.steps == ["Add Linear"], 5, "the layer")


@pytest.mark.parametrize("key", ["Tab", "shift+a"])
def test_14_quick_search_by_key(hand, key) -> None:
    hand.point(hand.empty())
    hand.canvas.setFocus()
    hand.key(key)
    hand.until(lambda: hand.quick().isVisible(), 5, "the quick search")
    assert isinstance(QApplication.focusWidget(), QLineEdit)
    hand.type("drop")
    hand.key("Return")
    hand.until(lambda: hand.steps == ["Add Dropout"], 5, "the layer")


def test_15_16_quick_search_on_empty_canvas(hand) -> None:
    hand.twice(hand.empty())
    hand.until(lambda: hand.quick().isVisible(), 5, "the quick search")
    hand.key("Escape")
    hand.until(lambda: not hand.quick().isVisible(), 5, "it closes")
    hand.apart()
    hand.click(hand.empty(), 3)
    hand.until(lambda: hand.quick().isVisible(), 5, "the quick search")


def test_17_a_wire_dropped_on_nothing_lists_what_fits_and_connects(hand) -> None:
    hand.pull(hand.out("residual_block_1"), hand.empty())
    hand.until(lambda: hand.quick().isVisible(), 5, "what fits")
    hand.type("max pool 2")
    hand.key("Return")
    hand.until(lambda: len(hand.steps) == 1, 5, "the layer")
    assert ("residual_block_1", hand.page.selection[0]) in {(edge.source, edge.target) for edge in hand.graph.edges}


def test_18_a_new_layer_joins_the_selected_one(hand) -> None:
    hand.page.select(["residual_block_1"])
    hand.canvas.setFocus()
    hand.key("i")
    hand.until(lambda: hand.quick().isVisible(), 5, "what may follow")
    hand.type("dropout")
    hand.key("Return")
    hand.until(lambda: len(hand.steps) == 1, 5, "the layer")
    assert hand.graph.incoming[hand.page.selection[0]][0].source == "residual_block_1"


def test_20_synonyms_find(hand) -> None:
    hand.canvas.setFocus()
    hand.key("Tab")
    hand.until(lambda: hand.quick().isVisible(), 5, "the quick search")
    hand.type("fully connected")
    hand.key("Return")
    hand.until(lambda: hand.steps == ["Add Linear"], 5, "the layer")


# ---- wires -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def pair(hand):
    """Two free layers beside the network, without a wire."""
    at = hand.canvas.mapToScene(hand.canvas.viewport().mapFromGlobal(hand.empty()))
    made: list[str] = []

    def edit(graph):
        for layer, y in (("Conv2d", -420), ("BatchNorm", -250)):
            graph, name = add(graph, layer, at.x() - 112, at.y() + y)
            made.append(name)
        return graph

    hand.page.edit("Two", edit)
    hand.page.select([])
    spin(0.3)
    return hand, *made


def wired(hand) -> set[tuple[str, str]]:
    return {(edge.source, edge.target) for edge in hand.graph.edges}


def test_22_a_wire_from_output_to_input(pair) -> None:
    hand, upper, lower = pair
    hand.pull(hand.out(upper), hand.into(lower))
    hand.until(lambda: (upper, lower) in wired(hand), 5, "the wire")


def test_22_backwards_too(pair) -> None:
    hand, upper, lower = pair
    hand.pull(hand.into(lower), hand.out(upper))
    hand.until(lambda: (upper, lower) in wired(hand), 5, "the wire")


def test_23_near_a_port_is_enough_and_unfit_ones_fade(pair) -> None:
    hand, upper, lower = pair
    hand.pull(hand.out(upper), hand.into(lower) + QPoint(9, -8), drop=False)
    assert hand.scene.nodes[upper].marks.fit_inputs == frozenset()
    assert hand.scene.nodes[lower].marks.fit_inputs
    hand.let_go()
    assert (upper, lower) in wired(hand)


def test_24_a_refusal_says_why(hand) -> None:
    hand.pull(hand.out("relu_2"), hand.into("conv_2"), drop=False)
    hand.until(QToolTip.isVisible, 5, "the reason")
    assert "circle" in QToolTip.text()
    hand.let_go()
    assert hand.steps == []


def test_25_the_body_of_a_card_takes_the_wire(pair) -> None:
    hand, upper, lower = pair
    hand.pull(hand.out(upper), hand.center(lower))
    assert (upper, lower) in wired(hand)


def test_26_an_end_is_pulled_off_and_put_elsewhere(pair) -> None:
    hand, _, lower = pair
    feed = hand.graph.incoming["conv_2"][0].source
    hand.pull(hand.into("conv_2"), hand.into(lower))
    assert (feed, lower) in wired(hand) and (feed, "conv_2") not in wired(hand)
    assert hand.steps[1:] == ["Move wire"]
    hand.pull(hand.into(lower), hand.empty())
    assert (feed, lower) not in wired(hand) and hand.steps[2:] == ["Disconnect"]


def test_27_all_wires_of_a_port_move(pair) -> None:
    hand, upper, _ = pair
    hand.pull(hand.out("residual_block_1"), hand.out(upper), CTRL)
    assert (upper, "conv_2") in wired(hand) and not hand.graph.outgoing["residual_block_1"]


def test_28_29_a_free_card_dropped_on_a_wire_is_inserted_and_makes_room(pair) -> None:
    hand, upper, _ = pair
    edge = hand.wire("residual_block_1", "conv_2")
    low = hand.graph.nodes["conv_2"].y
    hand.pull(hand.center(upper), hand.on_wire(edge))
    assert {("residual_block_1", upper), (upper, "conv_2")} <= wired(hand)
    assert hand.graph.nodes["conv_2"].y > low and len(hand.steps) == 2


def test_30_delete_with_reconnect(hand) -> None:
    hand.click(hand.center("conv_2"))
    hand.key("ctrl+Delete")
    hand.until(lambda: "conv_2" not in hand.graph.nodes, 5, "gone")
    assert ("residual_block_1", "batch_norm_2") in wired(hand)


def test_31_wires_are_cut_by_a_stroke(hand) -> None:
    edge = hand.wire("residual_block_1", "conv_2")
    middle = hand.on_wire(edge)
    hand.pull(middle + QPoint(-60, 0), middle + QPoint(60, 0), CTRL, button="3")
    assert edge not in hand.graph.edges and hand.steps == ["Disconnect"]


def test_33_mute(hand) -> None:
    hand.click(hand.center("residual_block_1"))
    hand.key("m")
    assert hand.graph.nodes["residual_block_1"].muted
    hand.key("m")
    assert not hand.graph.nodes["residual_block_1"].muted


def test_34_a_wire_is_turned_off_and_on(hand) -> None:
    edge = hand.wire("residual_block_1", "conv_2")
    hand.click(hand.on_wire(edge))
    hand.key("shift+m")
    assert arrange.resting(hand.graph) == (edge,)
    item = hand.scene.resting[edge]
    hand.apart()
    hand.twice(hand.on_canvas(item.path().pointAtPercent(0.5)))
    assert edge in hand.graph.edges and not arrange.resting(hand.graph)


def test_35_selected_nodes_are_joined(pair) -> None:
    hand, upper, lower = pair
    hand.click(hand.center(upper))
    hand.held((SHIFT,), hand.center(lower), "click", "1")
    hand.key("j")
    assert (upper, lower) in wired(hand)


def test_36_alt_click_breaks_all_wires_of_a_port(hand) -> None:
    hand.held((ALT,), hand.out("residual_block_1"), "click", "1")
    assert not hand.graph.outgoing["residual_block_1"] and hand.steps == ["Disconnect"]


def test_37_a_new_wire_replaces_the_old_one_in_one_step(pair) -> None:
    hand, upper, _ = pair
    hand.pull(hand.out(upper), hand.into("conv_2"))
    assert [edge.source for edge in hand.graph.incoming["conv_2"]] == [upper]
    hand.key("ctrl+z")
    assert [edge.source for edge in hand.graph.incoming["conv_2"]] == ["residual_block_1"]


def test_38_a_wire_under_the_pointer_lights_up_and_x_removes_it(hand) -> None:
    edge = hand.wire("residual_block_1", "conv_2")
    hand.point(hand.on_wire(edge))
    assert "hover" in hand.scene.wires[edge].states and hand.scene.nodes["conv_2"].marks.lit
    assert edge in hand.scene.labels  # its shape
    hand.key("x")
    assert edge not in hand.graph.edges


def test_40_taken_out_of_the_chain(hand) -> None:
    hand.click(hand.center("conv_2"))
    hand.key("ctrl+shift+x")
    assert ("residual_block_1", "batch_norm_2") in wired(hand) and not hand.graph.incoming["conv_2"]


# ---- select and edit -------------------------------------------------------------------------------------------------


def test_41_the_rubber_band(hand) -> None:
    area = hand.scene.nodes["residual_block_1"].area()
    start = hand.on_canvas(area.topLeft() + QPointF(-60, 10))
    end = hand.on_canvas(area.bottomLeft() + QPointF(30, -10))
    hand.pull(start, end)
    assert hand.page.selection == ["residual_block_1"]
    other = hand.scene.nodes["conv_2"].area()
    begin = hand.on_canvas(other.topLeft() + QPointF(-60, 8))
    hand.pull(begin, hand.on_canvas(other.topLeft() + QPointF(30, 30)), SHIFT)
    assert set(hand.page.selection) == {"residual_block_1", "conv_2"}
    hand.pull(start, end, CTRL)
    assert hand.page.selection == ["conv_2"]


def test_42_all_none_and_the_others(hand) -> None:
    hand.key("ctrl+a")
    assert set(hand.page.selection) == set(hand.graph.nodes)
    hand.key("Escape")
    assert hand.page.selection == []
    hand.click(hand.center("conv_2"))
    hand.key("ctrl+i")
    assert set(hand.page.selection) == set(hand.graph.nodes) - {"conv_2"}
    hand.click(hand.empty())
    assert hand.page.selection == []


def test_43_along_the_wires(hand) -> None:
    hand.click(hand.center("conv_2"))
    hand.key("ctrl+Up")
    assert set(hand.page.selection) == arrange.upstream(hand.graph, ["conv_2"])
    hand.click(hand.center("conv_2"))
    hand.key("ctrl+Down")
    assert set(hand.page.selection) == arrange.downstream(hand.graph, ["conv_2"])


def test_44_copied_nodes_come_at_the_pointer_with_their_inner_wires(hand) -> None:
    hand.page.select(["conv_2", "batch_norm_2"])
    hand.canvas.setFocus()
    hand.key("ctrl+c")
    hand.point(hand.empty())
    hand.key("ctrl+v")
    hand.until(lambda: len(hand.steps) == 1, 5, "the copies")
    one, two = sorted(hand.page.selection, key=lambda name: hand.graph.nodes[name].y)
    assert (one, two) in wired(hand) and not hand.graph.incoming[one]
    at = hand.canvas.mapToScene(hand.canvas.viewport().mapFromGlobal(hand.empty()))
    assert abs(hand.graph.nodes[one].x - at.x()) < 3 and abs(hand.graph.nodes[one].y - at.y()) < 3
    hand.key("ctrl+shift+v")
    hand.until(lambda: len(hand.steps) == 2, 5, "the copies")
    first = min(hand.page.selection, key=lambda name: hand.graph.nodes[name].y)
    assert hand.graph.incoming[first][0].source == "residual_block_1"


def test_45_duplicate_and_copies_by_alt(hand) -> None:
    hand.click(hand.center("conv_2"))
    hand.key("ctrl+d")
    assert len(hand.graph.nodes) == 13
    hand.key("ctrl+z")
    hand.pull(hand.center("residual_block_1"), hand.center("residual_block_1") + QPoint(200, 20), ALT)
    assert len(hand.graph.nodes) == 13 and hand.page.selection != ["residual_block_1"]


@pytest.mark.parametrize("key", ["Delete", "BackSpace"])
def test_47_delete(hand, key) -> None:
    hand.click(hand.center("conv_2"))
    hand.key(key)
    assert "conv_2" not in hand.graph.nodes
    hand.key("ctrl+z")
    assert "conv_2" in hand.graph.nodes


def test_48_rename(hand) -> None:
    hand.click(hand.center("conv_2"))
    hand.key("F2")
    hand.type("Second half")
    hand.key("Return")
    assert hand.graph.nodes["conv_2"].title == "Second half"


def test_49_arrows_nudge(hand) -> None:
    x = hand.graph.nodes["residual_block_1"].x
    hand.click(hand.center("residual_block_1"))
    hand.key("alt+Right")
    assert hand.graph.nodes["residual_block_1"].x == x + 4
    hand.key("alt+shift+Left")
    assert hand.graph.nodes["residual_block_1"].x == x - 36


def test_50_a_column_catches_and_shift_frees(hand) -> None:
    x = hand.graph.nodes["residual_block_1"].x
    start = hand.center("residual_block_1")
    hand.pull(start, start + QPoint(4, 3))
    assert hand.graph.nodes["residual_block_1"].x == x
    start = hand.center("residual_block_1")
    hand.pull(start, start + QPoint(5, 0), SHIFT)
    assert hand.graph.nodes["residual_block_1"].x != x


def test_51_52_straight_and_tidy(hand) -> None:
    places = {name: (node.x, node.y) for name, node in hand.graph.nodes.items()}
    start = hand.center("residual_block_1")
    hand.pull(start, start + QPoint(150, 10))
    hand.key("Escape", "q")
    assert hand.graph.nodes["residual_block_1"].x == places["residual_block_1"][0]
    hand.key("l")
    tidied = {name: (node.x, node.y) for name, node in hand.graph.nodes.items()}
    assert tidied["residual_block_1"] == pytest.approx(places["residual_block_1"], abs=1)


def test_53_collapse(hand) -> None:
    hand.click(hand.center("conv_2"))
    hand.key("h")
    assert hand.scene.nodes["conv_2"].card.slim


def test_54_a_note(hand) -> None:
    hand.point(hand.empty())
    hand.canvas.setFocus()
    hand.key("n")
    hand.type("Remember")
    hand.key("ctrl+Return")
    hand.until(lambda: [one.text for one in hand.graph.frames.values()] == ["Remember"], 5, "the note")


def test_55_locked_cards_stay(hand) -> None:
    hand.click(hand.center("residual_block_1"))
    hand.key("p")
    start = hand.center("residual_block_1")
    hand.pull(start, start + QPoint(120, 30))
    assert hand.steps == ["Lock in place"]


def test_56_a_frame_takes_its_content_along(hand) -> None:
    hand.page.select(["conv_2", "batch_norm_2", "relu_2"])
    hand.canvas.setFocus()
    hand.key("ctrl+j")
    hand.until(lambda: hand.graph.frames, 5, "the frame")
    hand.type("Half")
    hand.key("Return")
    hand.until(lambda: [one.text for one in hand.graph.frames.values()] == ["Half"], 5, "its title")
    (frame,) = hand.graph.frames.values()
    spin(0.3)
    x = hand.graph.nodes["conv_2"].x
    title = hand.on_canvas(QPointF(frame.x + 60, frame.y + 14))
    assert hand.canvas.hit(hand.canvas.viewport().mapFromGlobal(title)).kind == "frame"
    hand.pull(title, title + QPoint(80, 0))
    hand.until(lambda: hand.graph.nodes["conv_2"].x > x + 60, 5, "what is in it moved, too")


def test_57_a_block_is_made_and_unpacked(hand) -> None:
    hand.page.select(["conv_2", "batch_norm_2", "relu_2"])
    inner = {edge for edge in wired(hand) if set(edge) <= set(hand.page.selection)}
    hand.canvas.setFocus()
    # the question has a loop of its own: all keys in one go
    hand._do(
        ["key", "ctrl+g", "sleep", "0.8", *(word for key in ("ctrl+a", *"half", "Return") for word in ("key", key))]
    )
    hand.until(lambda: "conv_2" not in hand.graph.nodes, 5, "the block")
    (name,) = hand.page.selection
    assert hand.graph.nodes[name].block == "half"
    hand.click(hand.center(name))
    hand.key("ctrl+shift+g")
    hand.until(lambda: name not in hand.graph.nodes, 5, "its inside")
    assert len(hand.graph.nodes) == 12 and len(hand.steps) == 2 and len(inner) == 2


def test_60_one_step_for_a_gesture(hand) -> None:
    before = hand.graph
    start = hand.center("residual_block_1")
    hand.pull(start, start + QPoint(90, 10))
    hand.key("Delete")
    assert len(hand.steps) == 2
    hand.key("ctrl+z", "ctrl+z")
    assert hand.graph == before
    hand.key("ctrl+shift+z")
    assert hand.graph != before


def test_63_errors_are_on_the_node_and_f8_goes_there(hand) -> None:
    edge = hand.wire("residual_block_1", "conv_2")
    hand.click(hand.on_wire(edge))
    hand.key("Delete")
    assert hand.scene.nodes["conv_2"].card.level == "error"
    hand.key("Home", "F8")
    hand.until(lambda: "conv_2" in hand.page.selection, 5, "the node with the error")


# ---- cancel, menus, keys alone ---------------------------------------------------------------------------------------


def test_68_escape_cancels_every_gesture(hand) -> None:
    before = hand.graph
    edge = hand.wire("residual_block_1", "conv_2")
    far = hand.empty()
    for start, keys, button in (
        (hand.center("conv_2"), (), "1"),
        (hand.center("conv_2"), (ALT,), "1"),
        (hand.out("residual_block_1"), (), "1"),
        (hand.out("residual_block_1"), (CTRL,), "1"),
        (hand.into("conv_2"), (), "1"),
        (hand.on_wire(edge, 0.4), (), "1"),
        (hand.on_wire(edge) + QPoint(-70, 0), (CTRL,), "3"),
        (far, (), "1"),
    ):
        end = hand.on_wire(edge) + QPoint(70, 0) if button == "3" else start + QPoint(-90, 40)
        hand.pull(start, end, *keys, button=button, drop=False)
        hand.key("Escape")
        hand.let_go(button)
        assert hand.canvas.hand.gesture is None and hand.graph == before and hand.steps == [], (start, keys, button)
        hand.canvas.choose(())
        spin(0.05)


def test_69_every_thing_has_its_menu(hand) -> None:
    edge = hand.wire("residual_block_1", "conv_2")
    for at, entry in (
        (hand.center("conv_2"), "Mute"),
        (hand.on_wire(edge, 0.4), "Remove this wire"),
        (hand.out("residual_block_1"), "Add a layer after this"),
    ):
        hand.click(at, 3)
        assert any(words.startswith(entry) for words in hand.menu()), entry
        hand.apart()
    hand.held((SHIFT,), hand.empty(), "click", "3")
    assert any(words.startswith("Select all") for words in hand.menu())


def test_70_by_keys_alone(hand) -> None:
    hand.key("Escape", "Down")
    assert len(hand.page.selection) == 1
    hand.key("Down", "Down", "Down", "Down")
    assert hand.page.selection != []
    hand.page.select(["residual_block_1"])
    hand.canvas.setFocus()
    hand.key("Down")
    assert hand.page.selection == ["conv_2"]
    hand.key("Return")
    assert hand.page.inspector.isAncestorOf(QApplication.focusWidget())
    hand.canvas.setFocus()
    hand.key("w")
    assert hand.canvas.hand.gesture is not None
    hand.key("Escape")
    hand.key("Tab")
    hand.until(lambda: hand.quick().isVisible(), 5, "the quick search")
