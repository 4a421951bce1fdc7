"""Edits of several nodes or wires at once."""

from __future__ import annotations

import pytest

from engine import arrange, edits, fold, wiring
from engine import graph as g
from engine.cards import head_height, stacks
from engine.errors import UserError


def scattered() -> g.Graph:
    graph = g.Graph()
    for layer, x, y in (("Conv2d", 0, 0), ("Conv2d", 300, 100), ("Conv2d", 40, 400), ("Add", 900, 600)):
        graph, _ = edits.add(graph, layer, x, y)
    return graph


def chained() -> g.Graph:
    return arrange.join(scattered(), ["conv_1", "conv_2", "conv_3", "add_1"])


def ends(graph: g.Graph) -> list[tuple[str, str, int]]:
    return sorted((edge.source, edge.target, edge.index) for edge in graph.edges)


@pytest.mark.parametrize(
    ("side", "axis", "expected"),
    [
        ("left", "x", [0, 0, 0]), ("right", "x", [300, 300, 300]), ("center", "x", [150, 150, 150]),
        ("top", "y", [0, 0, 0]), ("bottom", "y", [400, 400, 400]), ("middle", "y", [200, 200, 200]),
    ],
)  # fmt: skip
def test_align(side, axis, expected) -> None:
    graph = arrange.align(scattered(), ["conv_1", "conv_2", "conv_3"], side)
    assert [getattr(graph.nodes[f"conv_{n}"], axis) for n in (1, 2, 3)] == expected
    assert graph.nodes["add_1"] == scattered().nodes["add_1"]


def test_align_moves_a_stack_as_one() -> None:
    graph, row = edits.add(scattered(), "ReLU", 300, 149)
    graph = wiring.connect(graph, "conv_2", row)
    graph = arrange.align(graph, ["conv_1", row], "left")
    assert (graph.nodes["conv_2"].x, graph.nodes[row].x) == (0, 0)
    assert row in stacks(graph)


def test_distribute_keeps_the_ends_and_evens_the_gaps() -> None:
    graph = arrange.distribute(scattered(), ["conv_1", "conv_2", "conv_3"], down=True)
    tops = [graph.nodes[f"conv_{n}"].y for n in (1, 2, 3)]
    assert (tops[0], tops[2]) == (0, 400)
    assert abs((tops[1] - tops[0]) - (tops[2] - tops[1])) <= 1


def test_straighten_brings_the_chain_into_one_column() -> None:
    graph = arrange.straighten(chained(), chained().nodes)
    assert {node.x for node in graph.nodes.values()} == {0}


def test_join_from_top_to_bottom_and_refuse_what_is_done() -> None:
    assert ends(chained()) == [("conv_1", "conv_2", 0), ("conv_2", "conv_3", 0), ("conv_3", "add_1", 0)]
    with pytest.raises(UserError, match="joined already"):
        arrange.join(chained(), chained().nodes)
    graph, _ = edits.add(chained(), "Conv2d", 0, 900)
    with pytest.raises(UserError, match="no free input"):
        arrange.join(wiring.connect(graph, "conv_1", "conv_4"), ["conv_2", "conv_4"])


def test_upstream_and_downstream() -> None:
    assert arrange.upstream(chained(), ["conv_2"]) == {"conv_1", "conv_2"}
    assert arrange.downstream(chained(), ["conv_2"]) == {"conv_2", "conv_3", "add_1"}


def test_swap_inputs() -> None:
    graph = wiring.connect(chained(), "conv_1", "add_1")
    assert ends(arrange.swap_inputs(graph, "add_1"))[:1] == [("conv_1", "add_1", 0)]
    assert ("conv_3", "add_1", 1) in ends(arrange.swap_inputs(graph, "add_1"))
    with pytest.raises(UserError, match="nothing to swap"):
        arrange.swap_inputs(chained(), "conv_2")


def test_extract_closes_the_gap_and_keeps_the_node() -> None:
    graph = arrange.extract(chained(), ["conv_2"])
    assert ends(graph) == [("conv_1", "conv_3", 0), ("conv_3", "add_1", 0)]
    assert graph.nodes["conv_2"].x > 300
    with pytest.raises(UserError, match="stand alone"):
        arrange.extract(graph, ["conv_2"])


def test_extract_two_keeps_the_wire_between_them() -> None:
    graph = arrange.extract(chained(), ["conv_2", "conv_3"])
    assert ends(graph) == [("conv_1", "add_1", 0), ("conv_2", "conv_3", 0)]


def test_splice_makes_room() -> None:
    graph, free = edits.add(chained(), "Conv2d", 700, 20)
    edge = graph.incoming["conv_2"][0]
    assert arrange.can_splice(graph, edge, free)
    assert not arrange.can_splice(graph, edge, "conv_3")
    spliced = arrange.splice_here(graph, edge, free)
    assert {("conv_1", free, 0), (free, "conv_2", 0)} <= set(ends(spliced))
    at = spliced.nodes[free]
    assert at.x == 0 and spliced.nodes["conv_2"].y >= at.y + head_height(at)


def test_rewire_moves_all_wires_of_a_port() -> None:
    graph, other = edits.add(wiring.connect(chained(), "conv_1", "add_1"), "Conv2d", 900, 0)
    moved = arrange.rewire(graph, graph.outgoing["conv_1"], "out", other, "out")
    assert {edge.target for edge in moved.outgoing[other]} == {"conv_2", "add_1"}
    assert not moved.outgoing["conv_1"]
    with pytest.raises(UserError, match="feed itself"):
        arrange.rewire(graph, graph.outgoing["conv_1"], "out", "conv_2", "out")


def test_a_wire_that_rests_is_kept_and_comes_back() -> None:
    graph = chained()
    edge = graph.incoming["conv_2"][0]
    off = arrange.turn_off(graph, [edge])
    assert edge not in off.edges and arrange.resting(off) == (edge,)
    assert arrange.turn_on(off, edge) == graph
    assert arrange.forget_resting(off, [edge]).extra == {}
    assert arrange.resting(edits.remove(off, ["conv_1"])) == ()


@pytest.mark.parametrize("kept", [3, "wire", [["a"]], [[1, 2, 3, 4]], [["conv_1", "out", "gone", "x"]]])
def test_what_a_file_may_hold_as_resting_wires(kept) -> None:
    graph = chained()
    assert arrange.resting(g.Graph(graph.nodes, graph.edges, {}, {arrange.RESTING: kept})) == ()


def test_marks_of_nodes() -> None:
    graph = arrange.mark(chained(), ["conv_1"], "collapsed", True)
    assert arrange.marked(graph, "conv_1", "collapsed")
    assert head_height(graph.nodes["conv_1"]) < head_height(graph.nodes["conv_2"])
    assert arrange.mark(graph, ["conv_1"], "collapsed", False) == chained()


def test_folding_makes_columns_of_a_long_network() -> None:
    graph, at = g.Graph(), ""
    for number in range(80):
        graph, name = edits.add(graph, "Conv2d", 0, number * 90)
        graph, at = (wiring.connect(graph, at, name) if at else graph), name
    places = fold.folded(graph)
    columns = {x for x, _ in places.values()}
    height, width = max(y for _, y in places.values()), max(columns)
    assert 2 <= len(columns) <= 8 and 0.5 < width / height < 3
    assert len(set(places.values())) == 80
    short = g.Graph({"conv_1": graph.nodes["conv_1"]})
    assert fold.folded(short) == {"conv_1": (0.0, 0.0)}
    assert fold.folded(g.Graph()) == {}
