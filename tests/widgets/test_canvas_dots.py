"""Dots on wires under pointer and keys: added, dragged, chosen, removed, hit, painted; each ends in one wish."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtTest import QTest

sys.path.insert(0, str(Path(__file__).parent))

from canvas_help import LEFT, RIGHT, SCHEMA, Hand, open_canvas, residual

from engine import dots
from engine.edits import move
from engine.infer import infer
from engine.wiring import disconnect
from widgets import theme
from widgets.canvas.geometry import dotted_wire, stretch_near
from widgets.canvas.hits import Hit
from widgets.canvas.picture import render, thumbnail
from widgets.canvas.scene import CanvasScene

Key, Mod = Qt.Key, Qt.KeyboardModifier
MORE = ("dots_wanted", "dots_moved", "dots_remove_wanted", "menu_wanted", "frames_moved", "frames_remove_wanted")


@pytest.fixture(autouse=True)
def look(qapp):
    theme.apply(qapp, "dark")


def opened(qtbot, graph) -> Hand:
    hand = open_canvas(qtbot, graph)
    for name in MORE:
        hand.heard[name] = []
        getattr(hand.view, name).connect(lambda *args, name=name: hand.heard[name].append(args))
    return hand


def last_wire(graph):
    return graph.incoming["linear_1"][0]


def dotted(*points: tuple[float, float]):
    """The residual network; its last wire is led through these points, in places beside its middle."""
    graph = residual()
    edge = last_wire(graph)
    middle = (graph.nodes["flatten_1"].x + 112, (graph.nodes["flatten_1"].y + graph.nodes["linear_1"].y) / 2 + 18)
    return dots.put(graph, {edge: [(middle[0] + x, middle[1] + y) for x, y in points]}), edge


@pytest.fixture
def plain(qtbot):
    hand = opened(qtbot, residual())
    return hand, last_wire(hand.view.mirror.graph)


@pytest.fixture
def bent(qtbot):
    graph, edge = dotted((260, -40), (260, 40))
    return opened(qtbot, graph), edge


def spot(hand: Hand, edge, number: int = 0) -> QPointF:
    return hand.view.mirror.dots.item((edge, number)).pos()


def quiet(hand: Hand, *but: str) -> bool:
    return all(not heard for name, heard in hand.heard.items() if name not in (*but, "selection_changed"))


# ---- adding ----------------------------------------------------------------------------------------------------------


def test_32_alt_click_puts_a_dot_on_a_wire(plain) -> None:
    hand, edge = plain
    middle = hand.view.mirror.wires[edge].path().pointAtPercent(0.5)
    hand.click(middle, keys=Mod.AltModifier)
    ((words, led),) = hand.heard["dots_wanted"]
    ((x, y),) = led[edge]
    assert words == "Add dot" and abs(x - middle.x()) <= 3 and abs(y - middle.y()) <= 3
    assert quiet(hand, "dots_wanted")
    assert hand.view.mirror.dots.points(edge) == ()  # until the document has it


def test_32_pulling_at_a_wire_leads_it_through_a_dot(plain) -> None:
    hand, edge = plain
    middle = hand.view.mirror.wires[edge].path().pointAtPercent(0.5)
    goal = middle + QPointF(200, 8)
    hand.drag(middle, goal, release=False)
    wire = hand.view.mirror.wires[edge]
    assert len(wire.dots) == 1 and wire.path().boundingRect().right() >= goal.x() - 6  # it follows the hand
    QTest.mouseRelease(hand.view.viewport(), LEFT, Mod.NoModifier, hand.at(goal))
    ((_, led),) = hand.heard["dots_wanted"]
    assert abs(led[edge][0][0] - goal.x()) <= 6
    assert quiet(hand, "dots_wanted")


def test_32_escape_takes_the_pull_back(plain) -> None:
    hand, edge = plain
    wire = hand.view.mirror.wires[edge]
    before, middle = wire.path(), wire.path().pointAtPercent(0.5)
    hand.drag(middle, middle + QPointF(200, 8), release=False)
    hand.key(Key.Key_Escape)
    assert quiet(hand) and wire.path() == before and not list(hand.view.mirror.dots)


def test_32_a_shortcut_is_pulled_out_of_its_lane(plain) -> None:
    hand, _ = plain
    edge = next(one for one in hand.view.mirror.graph.incoming["add_1"] if one.source == "relu_1")
    wire = hand.view.mirror.wires[edge]
    assert wire.lane is not None
    start = wire.path().pointAtPercent(0.6)
    hand.drag(start, start + QPointF(80, 10))
    ((_, led),) = hand.heard["dots_wanted"]
    assert len(led[edge]) == 1 and abs(led[edge][0][0] - start.x() - 80) <= 6


def test_32_a_click_on_a_wire_only_chooses_it(plain) -> None:
    hand, edge = plain
    hand.click(hand.view.mirror.wires[edge].path().pointAtPercent(0.5))
    assert hand.view.mirror.selected_edges == {edge} and quiet(hand)


def test_32_a_second_dot_comes_in_where_the_wire_was_taken(bent) -> None:
    hand, edge = bent
    path = hand.view.mirror.wires[edge].path()
    between = (spot(hand, edge, 0) + spot(hand, edge, 1)) / 2
    near = min((path.pointAtPercent(n / 200) for n in range(201)), key=lambda p: (p - between).manhattanLength())
    hand.drag(near, near + QPointF(60, 0))
    ((_, led),) = hand.heard["dots_wanted"]
    assert [round(point[0]) for point in led[edge]][0::2] == [round(spot(hand, edge, n).x()) for n in (0, 1)]
    assert len(led[edge]) == 3 and led[edge][1][0] > led[edge][0][0] + 40


# ---- moving, choosing, removing --------------------------------------------------------------------------------------


def test_32_a_dot_is_under_the_pointer_before_its_wire(bent) -> None:
    hand, edge = bent
    place = spot(hand, edge)
    assert hand.view.hit(hand.at(place)) == Hit("dot", edge=edge, row=0)
    hand.view.show_hover(Hit("dot", edge=edge, row=0))
    assert hand.view.mirror.dots.hovered == (edge, 0) and "hover" in hand.view.mirror.wires[edge].states
    assert "Drag" in hand.view.viewport().toolTip()
    hand.key(Key.Key_X)
    assert hand.heard["dots_remove_wanted"] == [([(edge, 0)], [], [])]
    hand.view.show_hover(Hit("empty"))
    assert hand.view.mirror.dots.hovered is None


def test_32_a_dot_is_dragged(bent) -> None:
    hand, edge = bent
    start = spot(hand, edge)
    hand.drag(start, start + QPointF(-63, 30))
    areas, places, led = hand.heard["dots_moved"][0]
    assert (areas, places) == ({}, {}) and hand.view.mirror.dots.selected == {(edge, 0)}
    assert abs(led[edge][0][0] - (start.x() - 63)) <= 2 and led[edge][1][0] == spot(hand, edge, 1).x()
    assert spot(hand, edge) == start and quiet(hand, "dots_moved")


def test_32_a_dot_comes_into_line_with_the_next(bent) -> None:
    hand, edge = bent
    start = spot(hand, edge)
    hand.drag(start, start + QPointF(5, -21))
    ((_, _, led),) = hand.heard["dots_moved"]
    assert led[edge][0][0] == spot(hand, edge, 1).x()


def test_32_a_rubber_band_takes_dots_and_they_move_with_the_cards(bent) -> None:
    hand, edge = bent
    scene = hand.view.mirror
    card = scene.nodes["linear_1"].area()
    hand.drag(card.bottomLeft() + QPointF(-30, 30), spot(hand, edge, 1) + QPointF(40, -20))
    assert scene.selected == {"linear_1"} and scene.dots.selected == {(edge, 1)}
    start = spot(hand, edge, 1)
    hand.drag(card.center(), card.center() + QPointF(40, 80))
    ((_, places, led),) = hand.heard["dots_moved"]
    x, y = (end - begin for end, begin in zip(places["linear_1"], (card.x(), card.y()), strict=True))
    assert led[edge][1] == (start.x() + x, start.y() + y) and led[edge][0] == (start.x(), spot(hand, edge, 0).y())
    hand.key(Key.Key_Delete)
    assert hand.heard["dots_remove_wanted"] == [([(edge, 1)], ["linear_1"], [])]


def test_32_dots_go_with_both_cards_of_their_wire_while_they_are_dragged(bent) -> None:
    hand, edge = bent
    hand.view.choose({"flatten_1", "linear_1"})
    start = spot(hand, edge)
    center = hand.center("linear_1")
    hand.drag(center, center + QPointF(80, 40), release=False)
    assert (spot(hand, edge) - start - QPointF(80, 40)).manhattanLength() <= 12
    QTest.mouseRelease(hand.view.viewport(), LEFT, Mod.NoModifier, hand.at(center + QPointF(80, 40)))
    assert hand.heard["moved"] and quiet(hand, "moved")  # the document carries the dots
    assert spot(hand, edge) == start


@pytest.mark.parametrize("key", [Key.Key_Delete, Key.Key_Backspace])
def test_32_delete_takes_chosen_dots(bent, key) -> None:
    hand, edge = bent
    hand.click(spot(hand, edge))
    hand.click(spot(hand, edge, 1), keys=Mod.ShiftModifier)
    hand.key(key)
    assert hand.heard["dots_remove_wanted"] == [([(edge, 0), (edge, 1)], [], [])]
    assert quiet(hand, "dots_remove_wanted")


def test_32_a_double_click_takes_a_dot_and_the_right_button_has_a_menu(bent) -> None:
    hand, edge = bent
    QTest.mouseDClick(hand.view.viewport(), LEFT, Mod.NoModifier, hand.at(spot(hand, edge, 1)))
    assert hand.heard["dots_remove_wanted"] == [([(edge, 1)], [], [])]
    hand.click(spot(hand, edge), RIGHT)
    assert hand.heard["menu_wanted"][0][0] == Hit("dot", edge=edge, row=0)


def test_32_arrows_nudge_chosen_dots_and_escape_lets_go(bent) -> None:
    hand, edge = bent
    hand.click(spot(hand, edge))
    hand.key(Key.Key_Right, Mod.AltModifier)
    ((areas, places, led),) = hand.heard["dots_moved"]
    assert (areas, places) == ({}, {}) and led[edge][0] == (spot(hand, edge).x() + 4, spot(hand, edge).y())
    hand.key(Key.Key_F10, Mod.ShiftModifier)
    assert hand.heard["menu_wanted"][0][0].kind == "dot"
    hand.key(Key.Key_Escape)
    assert not hand.view.mirror.dots.selected
    hand.key(Key.Key_A, Mod.ControlModifier)
    assert hand.view.mirror.dots.selected == {(edge, 0), (edge, 1)}


def test_32_a_wire_that_goes_under_the_hand_is_no_fault(bent) -> None:
    hand, edge = bent
    scene = hand.view.mirror
    cut = disconnect(scene.graph, [edge])
    path = scene.wires[edge].path()
    for start in (spot(hand, edge), path.pointAtPercent(0.5)):
        whole = scene.graph
        hand.drag(start, start + QPointF(40, 6), release=False)
        hand.view.show_graph(cut, infer(cut, SCHEMA))
        hand.view.hand.move(hand.at(start + QPointF(60, 10)), Mod.NoModifier)
        QTest.mouseRelease(hand.view.viewport(), LEFT, Mod.NoModifier, hand.at(start + QPointF(60, 10)))
        assert hand.view.hand.gesture is None and not list(scene.dots)
        assert hand.heard["dots_wanted"] == []
        hand.view.show_graph(whole, infer(whole, SCHEMA))


# ---- the picture -----------------------------------------------------------------------------------------------------


def test_a_wire_runs_through_its_dots_without_a_kink() -> None:
    points = [QPointF(120, 80), QPointF(120, 300), QPointF(-60, 340)]
    path = dotted_wire(0, 0, points, 20, 500)
    steps = [path.pointAtPercent(n / 4000) for n in range(4001)]
    for point in points:
        assert min((step - point).manhattanLength() for step in steps) < 1.0
    ways = [(two - one) for one, two in zip(steps, steps[8:], strict=False)]
    for one, two in zip(ways, ways[8:], strict=False):
        turn = one.x() * two.x() + one.y() * two.y()
        assert turn > 0.5 * (one.manhattanLength() * two.manhattanLength()) / 2
    assert ways[0].y() > abs(ways[0].x()) and ways[-1].y() > abs(ways[-1].x())  # out downwards, in from above
    assert [stretch_near(path, spot) for spot in (QPointF(60, 20), QPointF(120, 200), QPointF(0, 470))] == [0, 1, 3]


def test_the_wire_is_hit_where_it_runs_now(qtbot) -> None:
    graph, edge = dotted((260, 100), (260, 200))
    hand = opened(qtbot, move(graph, {"linear_1": (graph.nodes["linear_1"].x, graph.nodes["linear_1"].y + 300)}))
    between = hand.view.mirror.wires[edge].path().pointAtPercent(0.5)
    assert hand.view.hit(hand.at(between)).edge == edge
    straight = (hand.output("flatten_1") + hand.input("linear_1", "x")) / 2
    assert hand.view.hit(hand.at(straight)).kind == "empty"  # though the wire runs around it


def test_the_picture_and_the_small_one_show_the_detour() -> None:
    graph, _ = dotted((600, 0))
    walk = infer(graph, SCHEMA)
    assert render(graph, walk).width() > render(residual(), walk).width() + 300
    size = QSize(120, 90)
    assert thumbnail(graph, size) != thumbnail(residual(), size)


def test_the_overview_draws_the_detour(bent) -> None:
    hand, edge = bent
    hand.view.camera.zoom_to(20)
    assert hand.view.level == "plain"
    place = hand.at((spot(hand, edge) + spot(hand, edge, 1)) / 2)
    picture = hand.view.viewport().grab().toImage()
    ground = theme.color("canvas").rgb()
    assert any(picture.pixel(place.x() + x, place.y()) != ground for x in range(-2, 3))


def test_dots_follow_the_graph_and_go_with_their_wire(bent) -> None:
    hand, edge = bent
    scene, graph = hand.view.mirror, hand.view.mirror.graph
    assert scene.bounds().right() >= spot(hand, edge).x()
    before = len(scene.items())
    scene.show_graph(dots.cleared(graph), scene.inference)
    assert not list(scene.dots) and len(scene.items()) == before - 2
    fresh = CanvasScene()
    fresh.show_graph(residual(), None)
    assert scene.wires[edge].path() == fresh.wires[edge].path()
    fresh.clear()
