"""The shapes of a card with several outputs stand beside each other, never on one another."""

from __future__ import annotations

import sys
from itertools import combinations
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from engine.data.fields import series
from engine.edits import add, move
from engine.graph import Graph, outputs_of
from engine.infer import infer
from engine.wiring import connect
from widgets import theme
from widgets.canvas.view import Canvas

SCHEMA = {"x": series("x", 128, 256)}


@pytest.fixture
def canvas(qapp, qtbot):
    theme.apply(qapp, "dark")
    view = Canvas()
    qtbot.addWidget(view)
    view.resize(900, 700)
    view.show()
    return view


def drawn(layer: str, places: list[tuple[int, int]], **params: object) -> Graph:
    """A layer with several outputs, each read by a card of its own."""
    graph, start = add(Graph(), "SeriesInput", 0, 0, {"field": "x"})
    graph, name = add(graph, layer, 0, 120, params)
    graph = connect(graph, start, name)
    for output, (x, y) in zip(outputs_of(graph.nodes[name]), places, strict=False):
        graph, reader = add(graph, "Linear", x, y)
        graph = connect(graph, name, reader, output=output)
    return graph


def areas(view: Canvas) -> list:
    return [item.mapRectToScene(item.boundingRect()) for item in view.mirror.labels.values()]


@pytest.mark.parametrize(
    ("layer", "places", "params"),
    [
        ("LSTM", [(-40, 300), (40, 300)], {"hidden": 512}),
        ("LSTM", [(0, 300), (0, 500)], {"hidden": 512}),
        ("LSTM", [(400, 300), (-400, 300)], {"hidden": 512}),
        ("Split", [(-120, 300), (0, 300), (120, 300)], {"parts": 4}),
    ],
)
def test_labels_of_one_card_never_cover_each_other(canvas, layer, places, params) -> None:
    graph = drawn(layer, places, **params)
    canvas.show_graph(graph, infer(graph, SCHEMA), {}, ())
    found = areas(canvas)
    assert len(found) >= 2
    assert not [pair for pair in combinations(found, 2) if pair[0].intersects(pair[1])]
    # and when a card is moved
    name = max(graph.nodes)
    graph = move(graph, {name: (10.0, 320.0)})
    canvas.show_graph(graph, infer(graph, SCHEMA), {}, ())
    assert not [pair for pair in combinations(areas(canvas), 2) if pair[0].intersects(pair[1])]


def test_a_single_label_stays_on_its_wire(canvas) -> None:
    graph = drawn("LSTM", [(0, 300)])
    canvas.show_graph(graph, infer(graph, SCHEMA), {}, ())
    for edge, item in canvas.mirror.labels.items():
        assert item.pos() == canvas.mirror.wires[edge].label_place(False)
