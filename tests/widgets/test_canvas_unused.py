"""Unused ports left out of cards: not drawn, back while a wire is in the hand, shown when they are wired."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

sys.path.insert(0, str(Path(__file__).parent))

from canvas_help import LEFT, SCHEMA, open_canvas, residual

from engine import spare
from engine.edits import add
from engine.infer import infer
from engine.wiring import connect
from widgets import theme
from widgets.canvas.speech import description, tip

Mod = Qt.KeyboardModifier


@pytest.fixture(autouse=True)
def look(qapp):
    theme.apply(qapp, "dark")


def network(on: bool = True):
    """The residual network with an objective whose target is open, and its unused ports left out."""
    graph, name = add(residual(), "CrossEntropy", 0, 900)
    graph = connect(graph, "linear_1", name)
    return (spare.hide(graph, [name], True) if on else graph), name


@pytest.fixture
def hand(qtbot):
    graph, name = network()
    hand = open_canvas(qtbot, graph)
    hand.view.centerOn(hand.center(name))
    return hand, name


def test_53_hidden_ports_are_not_drawn_and_not_hit(hand) -> None:
    hand, name = hand
    item = hand.view.mirror.nodes[name]
    assert [slot.port for slot in item.card.hidden_inputs] == ["target"]
    assert "target" not in {slot.port for slot in item.card.inputs}
    place = item.pos() + QPointF(item.card.hidden_inputs[0].x, 0)
    assert hand.view.hit(hand.at(place)).kind == "node"
    assert "1 unused port hidden" in tip(hand.view.mirror, hand.view.hit(hand.at(item.area().center())))
    assert "1 unused port hidden" in description(hand.view.mirror, name)


def test_53_the_other_ports_stay_where_they_are(qtbot) -> None:
    cards = []
    for on in (False, True):
        graph, name = network(on)
        cards.append(open_canvas(qtbot, graph).view.mirror.nodes[name].card)
    assert cards[1].inputs == cards[0].inputs[:1]
    assert cards[1].hidden_inputs == cards[0].inputs[1:]


def test_53_a_wire_in_the_hand_brings_fitting_ones_back(hand) -> None:
    hand, name = hand
    item = hand.view.mirror.nodes[name]
    before = item.card
    slot = before.hidden_inputs[0]
    place = item.pos() + QPointF(slot.x, 0)
    hand.drag(hand.output("flatten_1"), place, release=False)
    assert "target" in {one.port for one in item.card.inputs} and not item.card.hidden_inputs
    assert ("target", 0) in item.marks.fit_inputs
    hand.key(Qt.Key.Key_Escape)
    assert item.card is before
    hand.drag(hand.output("flatten_1"), place)
    assert hand.heard["connect_wanted"] == [("flatten_1", "out", name, "target")]
    assert item.card is before  # the document has not said yes


def test_53_what_cannot_take_the_wire_stays_hidden(hand) -> None:
    hand, name = hand
    hand.view.set_judge(lambda _source, _output, _target, port: "No." if port == "target" else "")
    item = hand.view.mirror.nodes[name]
    hand.drag(hand.output("flatten_1"), item.area().center() + QPointF(0, 60), release=False)
    assert item.card.hidden_inputs
    QTest.mouseRelease(hand.view.viewport(), LEFT, Mod.NoModifier, hand.at(item.area().center() + QPointF(0, 60)))


def test_53_a_wired_port_is_shown_though_the_card_hides_unused_ones(hand) -> None:
    hand, name = hand
    scene = hand.view.mirror
    wired = connect(scene.graph, "flatten_1", name, "target")
    scene.show_graph(wired, infer(wired, SCHEMA))
    assert "target" in {slot.port for slot in scene.nodes[name].card.inputs}


def test_53_an_unused_output_comes_back_too(qtbot) -> None:
    graph, name = add(residual(), "LSTM", 420, 200)
    hand = open_canvas(qtbot, spare.hide(graph, [name], True))
    item = hand.view.mirror.nodes[name]
    assert len(item.card.outputs) == 1 and item.card.hidden_outputs
    hidden = item.card.hidden_outputs[0]
    hand.view.set_judge(lambda *_: "")
    hand.drag(hand.input("linear_1", "x"), item.pos() + QPointF(hidden.x, item.card.height), release=False)
    hand.key(Qt.Key.Key_Escape)
    grown, other = add(hand.view.mirror.graph, "Linear", 420, 500)
    wired = connect(grown, name, other, "x", hidden.port)
    hand.view.show_graph(wired, infer(wired, SCHEMA))
    assert hidden.port in {slot.port for slot in hand.view.mirror.nodes[name].card.outputs}
