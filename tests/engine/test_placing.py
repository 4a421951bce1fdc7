"""Where new nodes go: below what they follow, clear of every other card, with what stood there moved down."""

from __future__ import annotations

import itertools

from engine.cards import head_height, host_of
from engine.edits import add
from engine.graph import Graph
from engine.layout import GAP_LABEL
from engine.placing import add_after, bottom_of, free_place, insert_between, place_below
from tests.engine.making import graph

LINE = graph(
    {"in_1": "TableInput", "a_1": "Linear", "b_1": "Linear", "mse_1": "MSE"},
    "in_1 > a_1",
    "a_1 > b_1",
    "b_1 > mse_1.prediction",
)


def clear(drawn: Graph) -> bool:
    """Whether no card that stands alone covers the next one below it in the same column."""
    alone = [node for node in drawn.nodes.values() if not host_of(drawn, node.id)]
    column = sorted((node.y, node.id) for node in alone if node.x == 0)
    return all(
        top + head_height(drawn.nodes[name], {}) <= below for (top, name), (below, _) in itertools.pairwise(column)
    )


def test_a_node_in_a_wire_makes_room_and_keeps_the_order() -> None:
    grown = insert_between(LINE, LINE.edges[1], "Linear")
    (name,) = set(grown.nodes) - set(LINE.nodes)
    ys = [grown.nodes[one].y for one in ("a_1", name, "b_1", "mse_1")]
    assert ys == sorted(ys) and len(set(ys)) == 4 and clear(grown)
    assert [edge.source for edge in grown.incoming["b_1"]] == [name]
    assert grown.nodes["in_1"] == LINE.nodes["in_1"]


def test_a_small_layer_joins_the_card_it_follows() -> None:
    grown = insert_between(LINE, LINE.edges[1], "ReLU")
    (name,) = set(grown.nodes) - set(LINE.nodes)
    assert host_of(grown, name) == "a_1" and grown.nodes[name].x == grown.nodes["a_1"].x
    assert bottom_of(grown, name) > bottom_of(LINE, "a_1") and clear(grown)


def test_a_wire_that_runs_upwards_moves_nothing() -> None:
    upside = graph({"in_1": "TableInput", "a_1": "Linear"}, "in_1 > a_1")
    from engine.edits import move

    turned = move(upside, {"in_1": (0, 500), "a_1": (0, 0)})
    grown = insert_between(turned, turned.edges[0], "Linear")
    assert grown.nodes["a_1"].y == 0 and grown.nodes["in_1"].y == 500


def test_a_node_behind_another_is_wired_and_stands_below_it() -> None:
    grown, name = add_after(LINE, "a_1", "Linear", {"features": 3})
    assert [edge.source for edge in grown.incoming[name]] == ["a_1"]
    assert grown.nodes[name].y >= place_below(LINE, "a_1")[1] and grown.nodes[name].params == {"features": 3}
    placed, other = add_after(LINE, "a_1", "Linear", place=(700, 40))
    assert (placed.nodes[other].x, placed.nodes[other].y) == (700, 40)
    source, loose = add_after(LINE, "mse_1", "Linear")
    assert source.incoming[loose] == []  # a loss gives nothing to wire


def test_a_free_place_is_one_that_no_card_covers() -> None:
    x, y = free_place(LINE, 0, 90)
    assert all(abs(x - node.x) >= 200 or abs(y - node.y) >= 60 for node in LINE.nodes.values())
    assert free_place(Graph(), 5, 6) == (5, 6)


def test_a_node_added_at_an_end_covers_no_other_card():
    """A loose card in the way moves down with all that is lower; the card beside it keeps its rows together."""
    drawn, conv = add(Graph(), "Conv2d", 0, 0)
    drawn, end = add(drawn, "CrossEntropy", 0, 120)
    drawn, low = add(drawn, "Linear", 0, 300)
    drawn, side = add(drawn, "Conv2d", 600, 60)
    drawn, row = add_after(drawn, side, "ReLU")
    assert host_of(drawn, row) == side
    grown, name = add_after(drawn, conv, "Conv2d")
    bottom = bottom_of(grown, name)
    assert grown.nodes[end].y == bottom + GAP_LABEL
    assert grown.nodes[low].y - grown.nodes[end].y == 180
    assert grown.nodes[side] == drawn.nodes[side]
    assert grown.nodes[row] == drawn.nodes[row], "a row stays with its head, though it is lower than what moved"


def test_a_card_that_begins_a_little_higher_than_the_new_one_makes_room_too() -> None:
    drawn, conv = add(Graph(), "Conv2d", 0, 0)
    drawn, end = add(drawn, "CrossEntropy", 0, 70)
    grown, name = add_after(drawn, conv, "Conv2d")
    assert drawn.nodes[end].y < grown.nodes[name].y, "it began higher"
    assert grown.nodes[end].y == bottom_of(grown, name) + GAP_LABEL
