"""Sharing weights by command: the first node owns them, the others borrow, a second time sets them free."""

from __future__ import annotations

import pytest

from engine.data.fields import number
from engine.edits import add
from engine.errors import UserError
from engine.graph import Graph
from engine.infer import infer
from engine.sharing import share
from engine.wiring import connect

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
