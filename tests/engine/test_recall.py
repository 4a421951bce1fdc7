"""What was walked before is only used where it still holds: any edits, then the same as a fresh walk."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import recall
from engine.data.fields import Field, category, image
from engine.edits import add, change, remove, set_param
from engine.errors import UserError
from engine.facts import Inference
from engine.graph import Graph
from engine.infer import infer
from engine.library import shipped
from engine.wiring import connect, disconnect

FIELDS = (image("picture", 3, 16, 16), category("kind", ("a", "b"), "target"))
NAMES = ("Conv2d", "BatchNorm", "ReLU", "MaxPool2d", "Flatten", "Linear", "Add", "block:Residual block")
BLOCKS = shipped()


def started() -> Graph:
    graph, last = add(Graph(), "ImageInput")
    for name in ("Conv2d", "BatchNorm", "ReLU", "block:Residual block", "Conv2d", "Flatten", "Linear"):
        graph, node = add(graph, name, params={"padding": 1} if name == "Conv2d" else {})
        graph = connect(graph, last, node, blocks=BLOCKS)
        last = node
    graph, end = add(graph, "CrossEntropy")
    return connect(graph, last, end)


def fresh(graph: Graph, schema: dict[str, Field], blocks: object) -> Inference:
    kept = list(recall._walks)
    recall.forget()
    try:
        return infer(graph, schema, blocks)  # type: ignore[arg-type]
    finally:
        recall._walks[:] = kept


def edit(graph: Graph, kind: int, one: int, two: int) -> Graph:
    """One of many small edits; an impossible one leaves the graph."""
    names = list(graph.nodes)
    name, other = names[one % len(names)], names[two % len(names)]
    edits: tuple[Callable[[], Graph], ...] = (
        lambda: add(graph, NAMES[two % len(NAMES)])[0],
        lambda: remove(graph, [name], reconnect=bool(two % 2)) if len(names) > 2 else graph,
        lambda: connect(graph, name, other, blocks=BLOCKS),
        lambda: disconnect(graph, graph.edges[one % len(graph.edges) : one % len(graph.edges) + 1]),
        lambda: set_param(graph, name, "filters", 1 + two),
        lambda: set_param(graph, name, "features", 1 + two),
        lambda: change(graph, name, muted=bool(two % 2)),
        lambda: change(graph, name, title="x" * two, x=float(two)),
        lambda: change(graph, name, shares=other),
        lambda: change(graph, name, repeat=1 + two % 3),
    )
    try:
        return edits[kind % len(edits)]()
    except (UserError, ZeroDivisionError):
        return graph


numbers = st.integers(0, 40)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(numbers, numbers, numbers, st.integers(0, 9)), min_size=1, max_size=12))
def test_any_edits_give_what_a_fresh_walk_gives(edits: list[tuple[int, int, int, int]]) -> None:
    graph, schema, blocks = started(), {one.name: one for one in FIELDS}, dict(BLOCKS)
    infer(graph, schema, blocks)
    for kind, one, two, around in edits:
        graph = edit(graph, kind, one, two)
        if around == 0:
            schema = {**schema, "picture": image("picture", 1 + one, 16, 16)}
        if around == 1:
            block = blocks["Residual block"]
            blocks["Residual block"] = replace(block, graph=edit(block.graph, 7, one, two))
            inner = next(node for node in block.graph.nodes.values() if node.layer == "Conv2d")
            blocks["Residual block"] = replace(block, graph=set_param(block.graph, inner.id, "filters", 3 + two))
        assert infer(graph, schema, blocks).facts == fresh(graph, schema, blocks).facts


def test_an_edit_walks_only_what_it_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    module = sys.modules[infer.__module__]
    walked: list[str] = []
    real = module._facts

    def counted(graph: Graph, node: object, *rest: object) -> object:
        walked.append(node.id)  # type: ignore[attr-defined]
        return real(graph, node, *rest)

    graph, schema = started(), {one.name: one for one in FIELDS}
    infer(graph, schema, BLOCKS)
    monkeypatch.setattr(module, "_facts", counted)
    infer(set_param(graph, "conv_2", "bias", False), schema, BLOCKS)
    assert walked == ["conv_2"]  # the same size comes out, so that nothing below is touched
    walked.clear()
    infer(set_param(graph, "conv_2", "filters", 7), schema, BLOCKS)
    assert walked == ["conv_2", "flatten_1", "linear_1"]  # what comes out of Linear is the same again
    infer(graph, schema, BLOCKS)
    walked.clear()
    infer(change(graph, "conv_1", x=500.0), schema, BLOCKS)
    assert walked == []
