"""Sharing weights by command: the first node owns them, the others borrow, a second time sets them free."""

from __future__ import annotations

import pytest

from engine.blocks import group, unpack
from engine.codegen import generate
from engine.data.fields import number
from engine.edits import add, change
from engine.errors import UserError
from engine.graph import Graph
from engine.infer import infer
from engine.places import Place
from engine.sharing import share
from engine.wiring import connect
from tests.engine import making
from tests.engine.making import project

SCHEMA = {"a": number("a"), "b": number("b")}


def chain(*layers: tuple[str, dict[str, object]]) -> tuple[Graph, list[str]]:
    graph, names = Graph(), []
    for place, (layer, params) in enumerate(layers):
        graph, name = add(graph, layer, 0, 80 * place, params)
        if names:
            graph = connect(graph, names[-1], name)
        names.append(name)
    return graph, names


def test_two_layers_learn_one_set_of_weights() -> None:
    graph, names = chain(("TableInput", {}), ("Linear", {"features": 2}), ("Linear", {"features": 2}))
    alone = infer(graph, SCHEMA).parameters
    shared = share(graph, [names[2], names[1]])
    assert shared.nodes[names[2]].shares == names[1]
    assert shared.nodes[names[1]].shares == ""
    assert infer(shared, SCHEMA).parameters * 2 == alone
    assert share(shared, names[1:]) == graph


def test_different_sizes_are_told_on_the_node_that_borrows() -> None:
    graph, names = chain(("TableInput", {}), ("Linear", {"features": 3}), ("Linear", {"features": 2}))
    assert infer(share(graph, names[1:]), SCHEMA)[names[2]].findings


@pytest.mark.parametrize("layers", [["linear_1"], ["linear_1", "relu_1"]])
def test_what_cannot_share_is_refused_with_a_sentence(layers: list[str]) -> None:
    graph, _ = chain(("TableInput", {}), ("Linear", {"features": 3}), ("ReLU", {}))
    with pytest.raises(UserError, match=r"Select"):
        share(graph, layers)


def test_who_shared_with_a_block_that_is_taken_apart_learns_weights_of_its_own() -> None:
    drawn = making.graph({"table_input_1": "TableInput", "relu_1": "ReLU", "relu_2": "ReLU"}, "table_input_1 > relu_1")
    value, instance = group(project(drawn), Place("main"), ["relu_1"])
    value = value.with_graph(change(value.graph, "relu_2", shares=instance))
    opened, _ = unpack(value, Place("main"), instance)
    assert opened.graph.nodes["relu_2"].shares == ""


def test_weights_of_a_node_that_is_not_there_are_told_and_compile_all_the_same() -> None:
    """A file from elsewhere may name one."""
    drawn = making.graph({"table_input_1": "TableInput", "linear_1": "Linear"}, "table_input_1 > linear_1")
    value = project(change(drawn, "linear_1", shares="lost_1"), SCHEMA.values())
    assert infer(value.graph, SCHEMA)["linear_1"].findings
    assert "class Trial" in generate(value, strict=False).text
