"""What differs between two projects, in words and as one graph."""

from __future__ import annotations

from dataclasses import replace

from engine import edits, wiring
from engine import graph as g
from engine.compare import compare, compare_graphs, together
from engine.project import Project
from engine.templates import new_from_template


def pair() -> tuple[g.Graph, g.Graph]:
    graph, first = edits.add(g.Graph(), "Conv2d", 0, 0)
    graph, second = edits.add(graph, "ReLU", 0, 80)
    before = wiring.connect(graph, first, second)
    after, name = edits.add(edits.set_param(before, first, "kernel", 5), "Linear", 0, 160)
    return before, wiring.connect(edits.remove(after, [second]), first, name)


def test_added_removed_changed() -> None:
    change = compare_graphs(*pair(), "main")
    assert [node.id for node in change.added] == ["linear_1"]
    assert [node.id for node in change.removed] == ["relu_1"]
    assert change.changed[0].words() == "Conv 2D (conv_1): kernel 3 × 3 → 5 × 5"
    assert [sign for sign, _ in change.lines()] == ["+", "-", "~", "+", "-"]


def test_a_moved_node_is_no_change() -> None:
    before, _ = pair()
    assert not compare_graphs(before, edits.move(before, {"conv_1": (500.0, 0.0)}))


def test_projects_with_recipes_blocks_and_networks() -> None:
    one = new_from_template("resnet-digits")
    assert not compare(one, one)
    recipe = {**one.recipe, "epochs": 99}
    found = compare(one, replace(one, recipe=recipe))
    assert [key for key in found.settings] == ["recipe.epochs"]
    assert found.lines()[0][1].endswith("→ 99")
    bare = compare(Project(), one)
    assert any(words.startswith("block Residual block: ") for _, words in bare.lines())


def test_one_graph_that_shows_both() -> None:
    before, after = pair()
    both, states, wires = together(before, after)
    assert states == {"linear_1": "added", "relu_1": "removed", "conv_1": "changed"}
    assert sorted(wires.values()) == ["added", "removed"]
    assert set(both.nodes) == {"conv_1", "relu_1", "linear_1"} and set(wires) <= set(both.edges)
    assert not together(before, before)[1]
