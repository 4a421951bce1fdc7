"""The auto layout: nothing overlaps, data flows down, the trunk is straight, wires run through no card, it is quick."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.cards import CARD_WIDTH, ROW, head_height, host_of, stacks
from engine.edits import add as add_node
from engine.edits import move
from engine.graph import Edge, Graph, Node
from engine.layer import layers
from engine.layout import GAP, GAP_LABEL, layout
from engine.wiring import connect


def chain(*names: str, start: Graph | None = None, at: str = "") -> tuple[Graph, list[str]]:
    """Layers one after another."""
    graph, made = start or Graph(), []
    for name in names:
        graph, new = add_node(graph, name)
        if at:
            graph = connect(graph, at, new)
        made.append(new)
        at = new
    return graph, made


def resnet(count: int) -> Graph:
    graph, (_, at) = chain("ImageInput", "Conv2d")
    while len(graph.nodes) < count:
        graph, made = chain("Conv2d", "BatchNorm", "ReLU", "Conv2d", "BatchNorm", "Add", start=graph, at=at)
        graph = connect(graph, at, made[-1])
        graph, (at,) = chain("ReLU", start=graph, at=made[-1])
    return graph


def unet(depth: int) -> Graph:
    graph, (at,) = chain("ImageInput")
    skips = []
    for _ in range(depth):
        graph, made = chain("Conv2d", "ReLU", "Conv2d", "ReLU", "MaxPool2d", start=graph, at=at)
        skips.append(made[3])
        at = made[4]
    graph, made = chain("Conv2d", "ReLU", start=graph, at=at)
    at = made[-1]
    for skip in reversed(skips):
        graph, made = chain("Upsample", "Concatenate", "Conv2d", "ReLU", start=graph, at=at)
        graph = connect(graph, skip, made[1])
        at = made[-1]
    return graph


def boxes(graph: Graph, places: dict[str, tuple[float, float]]) -> dict[str, tuple[float, float, float, float]]:
    placed = move(graph, places)
    rows = stacks(placed)
    found = {}
    for name, (x, y) in places.items():
        height = ROW if name in rows else head_height(graph.nodes[name])
        found[name] = (x, y, x + CARD_WIDTH, y + height)
    return found


def overlaps(graph: Graph, places: dict[str, tuple[float, float]]) -> list[tuple[str, str]]:
    cards = sorted(boxes(graph, places).items(), key=lambda item: item[1][1])
    found = []
    for number, (one, (left, _, right, bottom)) in enumerate(cards):
        for two, (other_left, other_top, other_right, _) in cards[number + 1 :]:
            if other_top >= bottom:
                break
            if other_left < right and left < other_right:
                found.append((one, two))
    return found


@pytest.mark.parametrize("graph", [resnet(60), unet(4)], ids=["resnet", "unet"])
def test_no_overlap_and_downwards(graph: Graph) -> None:
    places = layout(graph)
    assert set(places) == set(graph.nodes)
    assert overlaps(graph, places) == []
    for edge in graph.edges:
        assert places[edge.source][1] < places[edge.target][1]


@pytest.mark.parametrize("graph", [resnet(60), unet(4)], ids=["resnet", "unet"])
def test_trunk_is_one_straight_column(graph: Graph) -> None:
    places = layout(graph)
    assert {x for x, _ in places.values()} == {0.0}


def test_conv_norm_activation_become_one_stack() -> None:
    graph, (_, conv, norm, relu) = chain("ImageInput", "Conv2d", "BatchNorm", "ReLU")
    placed = move(graph, layout(graph))
    rows = stacks(placed)
    assert rows == {norm: (conv, 49.0), relu: (conv, 76.0)}
    assert placed.nodes[relu].y == placed.nodes[norm].y + ROW


def test_a_node_that_feeds_two_is_no_host() -> None:
    graph, (_, conv, relu) = chain("ImageInput", "Conv2d", "ReLU")
    assert host_of(graph, relu) == conv
    graph, (add,) = chain("Add", start=graph, at=conv)
    assert host_of(graph, relu) == ""
    assert stacks(move(graph, layout(graph))) == {}
    assert add in graph.nodes


def test_a_row_that_stands_off_is_a_card_of_its_own() -> None:
    graph, (_, conv, relu) = chain("ImageInput", "Conv2d", "ReLU")
    placed = move(graph, layout(graph))
    x, y = placed.nodes[relu].x, placed.nodes[relu].y
    assert relu in stacks(placed)
    assert relu in stacks(move(placed, {relu: (x, y - 11)}))  # a head without settings is 12 lower
    assert relu not in stacks(move(placed, {relu: (x, y + 24)}))
    assert relu not in stacks(move(placed, {relu: (x + 8, y)}))
    assert conv not in stacks(placed)


def test_gaps_follow_the_labels() -> None:
    graph, (inputs, conv, pool) = chain("ImageInput", "Conv2d", "MaxPool2d")
    first, second = graph.edges
    places = layout(graph, labels=[first])
    heights = {name: head_height(graph.nodes[name]) for name in graph.nodes}
    assert places[conv][1] - places[inputs][1] - heights[inputs] == GAP_LABEL
    assert places[pool][1] - places[conv][1] - heights[conv] == GAP
    assert second not in [first]


def test_side_inputs_stand_beside_what_they_feed() -> None:
    graph, made = chain("ImageInput", "Conv2d", "Conv2d", "Conv2d", "Add")
    graph, side = chain("ImageInput", start=graph)
    graph = connect(graph, side[0], made[-1])
    places = layout(graph)
    assert places[side[0]][1] == places[made[3]][1]  # right above the Add, not at the top
    assert overlaps(graph, places) == []


def test_sizes_are_kept_apart() -> None:
    graph, (_one, two, three) = chain("ImageInput", "Conv2d", "ReLU")
    places = layout(graph, sizes={two: (400, 300)})
    assert places[three][1] >= places[two][1] + 300


def test_a_circle_is_no_obstacle() -> None:
    nodes = {name: Node(name, "Add") for name in ("a_1", "a_2", "a_3")}
    edges = (Edge("a_1", "out", "a_2", "xs"), Edge("a_2", "out", "a_1", "xs"), Edge("a_2", "out", "a_3", "xs"))
    assert set(layout(Graph(nodes, edges))) == set(nodes)
    assert layout(Graph()) == {}


def test_it_is_stable() -> None:
    graph = unet(3)
    first = layout(graph)
    assert layout(move(graph, first)) == first


@st.composite
def graphs(draw) -> Graph:
    count = draw(st.integers(1, 25))
    port = layers["Add"].ports()[0].name
    edges = set()
    for target in range(1, count):
        for source in draw(st.lists(st.integers(0, target - 1), max_size=3, unique=True)):
            edges.add((source, target))
    nodes = {f"n_{number}": Node(f"n_{number}", draw(st.sampled_from(["Add", "ReLU"]))) for number in range(count)}
    return Graph(nodes, tuple(Edge(f"n_{a}", "out", f"n_{b}", port, i) for i, (a, b) in enumerate(sorted(edges))))


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_any_graph_is_laid_out_without_overlap(graph: Graph) -> None:
    places = layout(graph)
    assert overlaps(graph, places) == []
    assert all(places[edge.source][1] < places[edge.target][1] for edge in graph.edges)


def test_a_thousand_nodes_are_no_wait() -> None:
    graph = resnet(1000)
    layout(graph)
    start = time.perf_counter()
    layout(graph)
    assert time.perf_counter() - start < 2  # a bench has the figure; this only catches a change of its order
