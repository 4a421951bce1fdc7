"""Unused ports that a card may leave out."""

from __future__ import annotations

import pytest

from engine import spare
from engine.arrange import marked
from engine.codegen import generate
from engine.edits import add
from engine.errors import UserError
from engine.project import Project, dumps, loads
from engine.templates import new_from_template
from engine.wiring import connect


@pytest.fixture
def graph():
    found, _ = add(new_from_template("resnet-digits").graph, "LSTM")
    return found


def objective(graph) -> str:
    return next(name for name, node in graph.nodes.items() if node.layer == "CrossEntropy")


def test_optional_inputs_without_a_wire_and_outputs_that_feed_nothing(graph) -> None:
    assert spare.spare_ports(graph, objective(graph))[0] == {"target"}
    inputs, outputs = spare.spare_ports(graph, "lstm_1")
    assert "x" not in inputs and len(outputs) >= 1  # one output stays, or nothing could be wired to it
    assert spare.spare_ports(graph, "conv_1") == (frozenset(), frozenset())
    grown, other = add(graph, "Linear")
    last = sorted(outputs)[0]
    wired = connect(grown, "lstm_1", other, "x", last)
    assert last not in spare.spare_ports(wired, "lstm_1")[1]


def test_hiding_is_a_mark_that_is_kept_and_means_nothing_else(graph) -> None:
    name = objective(graph)
    hidden = spare.hide(graph, [name, "conv_1"], True)
    assert marked(hidden, name, spare.HIDES) and not marked(hidden, "conv_1", spare.HIDES)
    project = new_from_template("resnet-digits")
    assert generate(project.with_graph(spare.hide(project.graph, [name], True))).text == generate(project).text
    again = loads(dumps(Project().with_graph(hidden)))
    assert marked(again.graph, name, spare.HIDES)
    assert spare.hide(hidden, [name], False) == graph


def test_where_there_is_nothing_to_hide_it_says_so(graph) -> None:
    with pytest.raises(UserError, match="Conv 2D has no unused port"):
        spare.hide(graph, ["conv_1"], True)
    with pytest.raises(UserError, match="These nodes have no unused port"):
        spare.hide(graph, ["conv_1", "relu_1"], True)
