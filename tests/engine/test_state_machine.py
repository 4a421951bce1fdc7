"""Any sequence of edits: undo leads back, redo leads on, the file holds it, the walk and the compiler never give up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Verbosity, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from engine.blocks import group, make_unique, unpack
from engine.check import check
from engine.clip import clip_of, from_text, to_text
from engine.clip import paste as paste_clip
from engine.codegen import generate
from engine.edits import add, change, insert, move, part_of, paste, remove, set_param
from engine.errors import UserError
from engine.graph import Graph
from engine.graphdiff import diff
from engine.infer import infer
from engine.places import Place
from engine.project import Project, dumps, loads
from engine.wiring import connect, disconnect
from tests.engine.making import DIGITS, HOUSES, graph, project, residual

KINDS = [
    "TableInput",
    "ImageInput",
    "Linear",
    "ReLU",
    "Conv2d",
    "Flatten",
    "Add",
    "Concatenate",
    "Subtract",
    "LSTM",
    "Split",
    "Dropout",
    "Softmax",
    "CrossEntropy",
    "MSE",
    "Output",
    "BatchNorm1d",
    "Embedding",
    "block:Residual",
    "BlockInput",
]
HERE = Place("main")
START = project(Graph(), (*DIGITS, *HOUSES), [residual()])
WRITTEN = dumps(START)


class Editing(RuleBasedStateMachine):
    """A person at the canvas, and the two stacks of the document."""

    def __init__(self) -> None:
        super().__init__()
        self.undo: list[Project] = []
        self.redo: list[Project] = []
        self.now = START
        self.told = ""

    def edit(self, change: Callable[[Graph], Graph]) -> None:
        """One edit, as the document makes it: a refused one leaves everything as it was."""
        before = self.now.graph
        kept = (dict(before.nodes), before.edges)
        try:
            after = change(before)
        except UserError as error:
            self.told = error.message
            return
        finally:
            assert (dict(before.nodes), before.edges) == kept  # an edit never changes the old value
        found = diff(before, after)
        assert bool(found) == (after != before) or after == before
        if after != before:
            self.undo.append(self.now)
            self.redo.clear()
            self.now = self.now.with_graph(after)

    def some(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(sorted(self.now.graph.nodes)))

    @rule(layer=st.sampled_from(KINDS), x=st.integers(-500, 500), y=st.integers(-500, 500))
    def add(self, layer: str, x: int, y: int) -> None:
        self.edit(lambda graph: add(graph, layer, x, y)[0])

    @precondition(lambda self: self.now.graph.nodes)
    @rule(data=st.data(), reconnect=st.booleans())
    def remove(self, data: st.DataObject, reconnect: bool) -> None:
        names = data.draw(st.lists(st.sampled_from(sorted(self.now.graph.nodes)), min_size=1, max_size=2))
        self.edit(lambda graph: remove(graph, names, reconnect))

    @precondition(lambda self: len(self.now.graph.nodes) > 1)
    @rule(data=st.data())
    def connect(self, data: st.DataObject) -> None:
        source, target = self.some(data), self.some(data)
        self.edit(lambda graph: connect(graph, source, target, blocks=self.now.blocks))

    @precondition(lambda self: self.now.graph.edges)
    @rule(data=st.data(), layer=st.sampled_from(KINDS))
    def cut_or_insert(self, data: st.DataObject, layer: str) -> None:
        edge = data.draw(st.sampled_from(sorted(self.now.graph.edges)))
        if data.draw(st.booleans()):
            self.edit(lambda graph: disconnect(graph, [edge]))
        else:
            self.edit(lambda graph: insert(graph, edge, layer, 3, 4)[0])

    @precondition(lambda self: self.now.graph.nodes)
    @rule(data=st.data(), value=st.sampled_from([0, 1, 3, 64, -1, "x", "=input.features", True, [2, 3], 0.5, None]))
    def set(self, data: st.DataObject, value: Any) -> None:
        name = self.some(data)
        key = data.draw(
            st.sampled_from(["features", "filters", "target", "parts", "p", "wide", "kernel", "order", "lost"])
        )
        self.edit(lambda graph: set_param(graph, name, key, value))

    @precondition(lambda self: self.now.graph.nodes)
    @rule(
        data=st.data(),
        about=st.sampled_from(
            [{"muted": True}, {"muted": False}, {"frozen": True}, {"title": 'a"\n\\'}, {"repeat": 3}, {"lr": 0.5}]
        ),
    )
    def change(self, data: st.DataObject, about: dict[str, Any]) -> None:
        name = self.some(data)
        self.edit(lambda graph: change(graph, name, **about))

    @precondition(lambda self: self.now.graph.nodes)
    @rule(data=st.data())
    def share(self, data: st.DataObject) -> None:
        name, owner = self.some(data), self.some(data)
        self.edit(lambda graph: change(graph, name, shares=owner))

    @precondition(lambda self: self.now.graph.nodes)
    @rule(data=st.data(), x=st.integers(-99, 99))
    def move(self, data: st.DataObject, x: int) -> None:
        name = self.some(data)
        self.edit(lambda graph: move(graph, {name: (x, -x)}))

    @precondition(lambda self: 0 < len(self.now.graph.nodes) < 25)
    @rule(data=st.data())
    def copy_and_paste(self, data: st.DataObject) -> None:
        names = data.draw(st.lists(st.sampled_from(sorted(self.now.graph.nodes)), min_size=1, max_size=4))
        self.edit(lambda graph: paste(graph, part_of(graph, names), 20, 20)[0])

    @precondition(lambda self: self.now.graph.nodes)
    @rule(data=st.data())
    def repair(self, data: st.DataObject) -> None:
        problems = check(self.now)
        if not problems:
            return
        fixes = problems[data.draw(st.integers(0, len(problems) - 1))].fixes
        if fixes:
            self.edit_project(fixes[data.draw(st.integers(0, len(fixes) - 1))].edit)

    def edit_project(self, change: Callable[[Project], Project]) -> None:
        """An edit of more than the graph: of blocks, too."""
        before = dumps(self.now)
        try:
            after = change(self.now)
        except UserError as error:
            self.told = error.message
            return
        finally:
            assert dumps(self.now) == before
        if after != self.now:
            self.undo.append(self.now)
            self.redo.clear()
            self.now = after

    @precondition(lambda self: 0 < len(self.now.graph.nodes) < 25 and len(self.now.blocks) < 4)
    @rule(data=st.data())
    def group_into_a_block(self, data: st.DataObject) -> None:
        names = data.draw(st.lists(st.sampled_from(sorted(self.now.graph.nodes)), min_size=1, max_size=3))
        self.edit_project(lambda project: group(project, HERE, names)[0])

    @precondition(lambda self: any(node.block for node in self.now.graph.nodes.values()))
    @rule(data=st.data(), unique=st.booleans())
    def take_a_block_apart(self, data: st.DataObject, unique: bool) -> None:
        blocks = sorted(name for name, node in self.now.graph.nodes.items() if node.block)
        name = data.draw(st.sampled_from(blocks))
        if unique and len(self.now.blocks) < 4:
            self.edit_project(lambda project: make_unique(project, HERE, name)[0])
        elif self.now.graph.nodes[name].repeat < 4:
            self.edit_project(lambda project: unpack(project, HERE, name)[0])

    @precondition(lambda self: len(self.now.graph.nodes) < 25 and len(self.now.blocks) < 4)
    @rule(layer=st.sampled_from(["Tanh", "GELU"]), outer=st.booleans())
    def paste_from_another_window(self, layer: str, outer: bool) -> None:
        other = replace(residual(), graph=add(residual().graph, layer)[0])  # another block of the same name
        there = graph({"residual_1": "block:Residual", "relu_1": "ReLU"})
        clip = from_text(to_text(clip_of(there, {"Residual": other}, there.nodes)))
        self.edit_project(lambda project: paste_clip(project, HERE, clip, 5, 5, outer)[0])

    @precondition(lambda self: self.undo)
    @rule()
    def undo_one(self) -> None:
        self.redo.append(self.now)
        self.now = self.undo.pop()

    @precondition(lambda self: self.redo)
    @rule()
    def redo_one(self) -> None:
        self.undo.append(self.now)
        self.now = self.redo.pop()

    @rule()
    def save_and_open(self) -> None:
        opened = loads(dumps(self.now))
        assert opened == self.now
        assert generate(opened, strict=False).text == generate(self.now, strict=False).text
        self.now = opened

    @invariant()
    def wires_join_nodes_that_are_there_and_ports_are_numbered_without_gaps(self) -> None:
        graph = self.now.graph
        places: dict[tuple[str, str], list[int]] = {}
        for edge in graph.edges:
            assert edge.source in graph.nodes and edge.target in graph.nodes
            places.setdefault((edge.target, edge.input), []).append(edge.index)
        assert all(sorted(found) == list(range(len(found))) for found in places.values())
        assert set(graph.order) == set(graph.nodes)  # edits never make a circle

    @invariant()
    def every_node_has_a_shape_a_reason_or_waits_for_one_that_has(self) -> None:
        graph = self.now.graph
        walk = infer(graph, self.now.data.schema, self.now.blocks)
        for name in graph.order:
            facts, node = walk[name], graph.nodes[name]
            if facts.outputs or facts.findings or not node.known:
                continue
            feeds = [walk[edge.source] for edge in graph.incoming[name]]
            ends = node.layer in ("Output", "CrossEntropy", "MSE", "BlockOutput")
            assert ends or node.muted or any(not one.outputs for one in feeds), name

    @invariant()
    def the_compiler_always_gives_source_that_compiles_and_strictly_says_why_not(self) -> None:
        source = generate(self.now, strict=False)
        compile(source.text, "generated", "exec")
        assert {node.split("/")[-1] for node in source.lines.values()} <= {
            *self.now.graph.nodes,
            *(name for block in self.now.blocks.values() for name in block.graph.nodes),
        }
        if not infer(self.now.graph, self.now.data.schema, self.now.blocks).ok:
            return
        try:
            strict = generate(self.now)
        except UserError as error:
            self.told = error.message
        else:
            assert "the network is not finished" not in strict.text and strict.outputs

    def teardown(self) -> None:
        """Undo everything, then redo it: byte for byte where it began, and where it ended."""
        end, written, steps = self.now, dumps(self.now), len(self.undo)
        while self.undo:
            self.redo_stack_push()
        assert self.now == START and dumps(self.now) == WRITTEN
        for _ in range(steps):
            self.now = self.redo.pop()
        assert self.now == end and dumps(self.now) == written

    def redo_stack_push(self) -> None:
        self.redo.append(self.now)
        self.now = self.undo.pop()


COMMON = {
    "deadline": None,
    "verbosity": Verbosity.quiet,
    "suppress_health_check": list(HealthCheck),
    "print_blob": True,
}


@pytest.mark.timeout(900)
def test_a_thousand_sessions_of_forty_edits() -> None:
    every = settings(max_examples=1000, stateful_step_count=40, derandomize=True, **COMMON)
    run_state_machine_as_test(Editing, settings=every)


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_ten_thousand_sessions_of_fifty_edits() -> None:
    run_state_machine_as_test(Editing, settings=settings(max_examples=10_000, stateful_step_count=50, **COMMON))


def test_an_unknown_layer_lives_through_edits() -> None:
    value = START.with_graph(graph({"a_1": ("FromTheFuture", {"x": {"y": [1]}}), "b_1": "ReLU"}, "a_1 > b_1"))
    moved = value.with_graph(move(value.graph, {"a_1": (5, 5)}))
    opened = loads(dumps(replace(moved, name="n")))
    assert opened.graph.nodes["a_1"].params == {"x": {"y": [1]}} and opened.graph.edges == value.graph.edges
