"""Dots on wires: kept with the graph, carried along by every edit, without any say in what is computed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine import dots
from engine.arrange import extract, resting, rewire, splice_here, turn_off, turn_on
from engine.blocks import group, unpack
from engine.codegen import generate
from engine.edits import add, insert, move, remove
from engine.graph import Edge, Graph
from engine.graphfile import graph_from_json, graph_json
from engine.pasting import copied, pasted
from engine.places import Place
from engine.project import Project, dumps, loads
from engine.templates import new_from_template
from engine.wiring import connect, disconnect

LEFT, RIGHT = (-200.0, 100.0), (-200.0, 300.0)


def chain(*kinds: str) -> Graph:
    """Layers one below the other, 200 apart."""
    graph, at = Graph(), ""
    for place, layer in enumerate(kinds):
        graph, name = add(graph, layer, 0, 200 * place)
        graph, at = connect(graph, at, name) if at else graph, name
    return graph


@pytest.fixture
def graph() -> Graph:
    found = chain("ImageInput", "Conv2d", "ReLU", "Conv2d")
    return dots.put(found, {wire(found, "image_input_1", "conv_1"): [LEFT], wire(found, "conv_1", "relu_1"): [RIGHT]})


def wire(graph: Graph, source: str, target: str) -> Edge:
    return next(edge for edge in graph.edges if (edge.source, edge.target) == (source, target))


def shown(graph: Graph) -> dict[tuple[str, str], tuple[dots.Point, ...]]:
    return {(edge.source, edge.target): points for edge, points in dots.dots_of(graph).items()}


def test_they_travel_with_the_file_and_older_files_have_none(graph) -> None:
    again = graph_from_json(graph_json(graph))
    assert again == graph and dots.dots_of(again) == dots.dots_of(graph)
    old = chain("ImageInput", "Conv2d")
    assert dots.dots_of(graph_from_json(graph_json(old))) == {}
    assert set(graph_json(old)) == {"nodes", "edges"}  # no dots, nothing written


@pytest.mark.parametrize(
    "junk",
    [7, "x", [3], [[1, 2, 3, 4, 5, 6]], [["a", "out", "b", "x", 0, "no"]], [["a", "b", "c", "d", True, [[1, 2]]]],
     [["image_input_1", "out", "conv_1", "x", 0, [[1], ["a", "b"], [True, 1], None, [1e400, 0]]]]],
)  # fmt: skip
def test_nonsense_in_a_file_is_no_dot(junk) -> None:
    graph = replace(chain("ImageInput", "Conv2d"), extra={dots.DOTS: junk})
    assert dots.dots_of(graph) == {}
    assert dots.carried(graph, move(graph, {"conv_1": (5, 5)})).edges == graph.edges


def test_points_far_out_and_too_many_are_cut() -> None:
    graph = chain("ImageInput", "Conv2d")
    row = ["image_input_1", "out", "conv_1", "image", 0, [[1e300, 0.0]] * 200]
    (points,) = dots.dots_of(replace(graph, extra={dots.DOTS: [[*row]]})).values()
    assert len(points) == dots.MOST and points[0] == (1e7, 0.0)


def test_the_program_is_the_same_with_dots() -> None:
    project = new_from_template("resnet-digits")
    edges = {edge: [(-300.0, 40.0)] for edge in project.graph.edges}
    dotted = project.with_graph(dots.put(project.graph, edges))
    assert generate(dotted).text == generate(project).text
    assert dots.dots_of(loads(dumps(dotted)).graph) == dots.dots_of(dotted.graph)


def test_single_dots_and_all_dots_go(graph) -> None:
    edge = wire(graph, "image_input_1", "conv_1")
    two = dots.put(graph, {edge: [LEFT, RIGHT]})
    assert shown(dots.without(two, [(edge, 0)]))["image_input_1", "conv_1"] == (RIGHT,)
    assert dots.without(graph, [(edge, 0)]).extra != {} and dots.cleared(graph).extra == {}
    assert shown(dots.cleared(graph, ["image_input_1", "conv_1"])) == {("conv_1", "relu_1"): (RIGHT,)}


def after(graph: Graph, edited: Graph) -> dict:
    return shown(dots.carried(graph, edited))


def test_they_move_with_both_ends_and_stay_with_one(graph) -> None:
    both = move(graph, {"image_input_1": (50, 10), "conv_1": (50, 210)})
    assert after(graph, both)["image_input_1", "conv_1"] == ((-150.0, 110.0),)
    assert after(graph, both)["conv_1", "relu_1"] == (RIGHT,)
    one = move(graph, {"conv_1": (50, 210)})
    assert after(graph, one) == shown(graph)


def test_a_layer_in_the_wire_shares_them_out(graph) -> None:
    edge = wire(graph, "conv_1", "relu_1")
    two = dots.put(graph, {edge: [(-200.0, 240.0), (-200.0, 390.0)]})
    grown, name = insert(two, edge, "BatchNorm", 0, 300)
    found = after(two, grown)
    assert found["conv_1", name] == ((-200.0, 240.0),) and found[name, "relu_1"] == ((-200.0, 390.0),)
    free, lone = add(two, "BatchNorm", 600, 0)
    found = after(free, splice_here(free, edge, lone))
    assert sum(len(points) for pair, points in found.items() if lone in pair) == 2


def test_deleting_with_reconnecting_joins_them(graph) -> None:
    found = after(graph, remove(graph, ["conv_1"], reconnect=True))
    assert found == {("image_input_1", "relu_1"): (LEFT, RIGHT)}
    assert after(graph, remove(graph, ["conv_1"])) == {}


def test_taking_a_layer_out_of_the_chain_joins_them(graph) -> None:
    assert after(graph, extract(graph, ["conv_1"])) == {("image_input_1", "relu_1"): (LEFT, RIGHT)}


def test_an_end_that_goes_elsewhere_keeps_them_a_new_wire_does_not(graph) -> None:
    edge = wire(graph, "conv_1", "relu_1")
    grown, other = add(graph, "ReLU", 400, 400)
    moved = connect(disconnect(grown, [edge]), "conv_1", other)
    assert after(grown, moved)["conv_1", other] == (RIGHT,)
    replaced = connect(graph, "image_input_1", "relu_1")  # takes the place of the dotted wire
    assert ("image_input_1", "relu_1") not in after(graph, replaced)
    rewired = rewire(grown, [edge], "in", other, "x")
    assert after(grown, rewired)["conv_1", other] == (RIGHT,)


def test_a_wire_made_again_is_a_new_wire(graph) -> None:
    edge = wire(graph, "conv_1", "relu_1")
    cut = dots.carried(graph, disconnect(graph, [edge]))
    assert after(cut, connect(cut, "conv_1", "relu_1")) == {("image_input_1", "conv_1"): (LEFT,)}


def test_wires_numbered_anew_keep_their_own() -> None:
    graph = chain("ImageInput", "Conv2d", "Add")
    graph, other = add(graph, "Conv2d", 300, 200)
    graph = connect(connect(graph, "image_input_1", other), other, "add_1")
    dotted = dots.put(graph, {wire(graph, other, "add_1"): [RIGHT]})
    cut = dots.carried(dotted, disconnect(dotted, [wire(graph, "conv_1", "add_1")]))
    assert dots.dots_of(cut) == {Edge(other, "out", "add_1", wire(cut, other, "add_1").input, 0): (RIGHT,)}


def test_a_resting_wire_keeps_them_until_it_is_turned_on() -> None:
    graph = chain("ImageInput", "Conv2d", "Add")
    graph, other = add(graph, "Conv2d", 300, 200)
    graph = connect(connect(graph, "image_input_1", other), other, "add_1")
    edge = wire(graph, other, "add_1")
    dotted = dots.put(graph, {edge: [RIGHT]})
    off = dots.carried(dotted, turn_off(dotted, [edge]))
    (rest,) = resting(off)
    assert edge.index == 1 and dots.dots_of(off) == {rest: (RIGHT,)}
    assert dots.dots_of(dots.carried(off, turn_on(off, rest))) == {edge: (RIGHT,)}


def test_copies_have_copies(graph) -> None:
    part = copied(graph, ["image_input_1", "conv_1"])
    grown, made, _ = pasted(graph, graph_from_json(graph_json(part)), 40, 60)
    found = after(graph, grown)
    assert found[tuple(sorted(made, reverse=True))] == ((-160.0, 160.0),) and found["image_input_1", "conv_1"] == (
        LEFT,
    )


def test_into_a_block_and_out_again(graph) -> None:
    inner = wire(graph, "relu_1", "conv_2")
    graph = dots.put(graph, {inner: [(90.0, 500.0)]})
    project = Project().with_graph(graph)
    grouped, instance = group(project, Place("main"), ["relu_1", "conv_2"])
    grouped = dots.carried_along(project, grouped)
    assert shown(grouped.blocks["Block"].graph) == {("relu_1", "conv_2"): ((90.0, 500.0),)}
    assert shown(grouped.graph)["conv_1", instance] == (RIGHT,)
    opened, made = unpack(grouped, Place("main"), instance)
    opened = dots.carried_along(grouped, opened)
    assert shown(opened.graph)[made[0], made[1]] == ((90.0, 500.0),)
    assert shown(opened.graph)["conv_1", made[0]] == (RIGHT,)


def test_without_dots_nothing_is_touched() -> None:
    graph = chain("ImageInput", "Conv2d", "ReLU")
    edited = move(graph, {"relu_1": (4, 4)})
    assert dots.carried(graph, edited) is edited
    project = Project().with_graph(graph)
    assert dots.carried_along(project, changed := project.with_graph(edited)) is changed
