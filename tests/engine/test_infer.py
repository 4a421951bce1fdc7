"""The walk: a shape or a reason for every port, whatever a file holds, and never at the price of what it stands for."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest

from engine.data.fields import series
from engine.facts import Inference
from engine.graph import Block, BlockParam, Edge, Graph, Node
from engine.infer import infer
from engine.project import Project
from engine.shapes import Image, Numbers
from tests.engine.making import DIGITS, IRIS, block, chain, graph, project, residual


def walk(value: Project) -> Inference:
    return infer(value.graph, value.data.schema, value.blocks)


def titles(value: Project, node: str) -> list[str]:
    return [finding.title for finding in walk(value)[node].findings]


def test_shapes_parameters_and_work_flow_from_input_to_loss() -> None:
    found = walk(chain(("Linear", {"features": 16}), "ReLU", ("Linear", {"features": 3})))
    assert found.output("input_1", "out") == Numbers(2)
    assert found.output("layer_1", "out") == Numbers(16) and found.output("layer_3", "out") == Numbers(3)
    assert found["layer_1"].parameters == 2 * 16 + 16 and found.parameters == 48 + 16 * 3 + 3
    assert found["layer_1"].flops == 2 * 2 * 16 and found.ok
    assert found["loss_1"].inputs["prediction"] == (Numbers(3),)


def test_a_misfit_names_port_and_sender_and_those_behind_it_just_wait() -> None:
    value = chain("Linear", ("Linear", {"features": 10}), fields=DIGITS)
    found = walk(value)
    (finding,) = found["layer_1"].findings
    assert finding.port == "x" and "Image input gives it an image" in finding.detail
    assert found["layer_2"].findings == () and found["layer_2"].outputs == {} and not found.ok


@pytest.mark.parametrize(
    ("drawn", "node", "title"),
    [
        (graph({"a_1": "ReLU", "b_1": "ReLU"}, "a_1 > b_1", "b_1 > a_1"), "a_1", "part of a circle"),
        (graph({"a_1": "Linear"}), "a_1", "has no input"),
        (graph({"a_1": "Mystery"}), "a_1", "'Mystery' is not known here"),
        (graph({"a_1": "block:Mystery"}), "a_1", "block “Mystery” is not known"),
        (graph({"a_1": "TableInput", "b_1": "ReLU"}, "a_1 > b_1.nope"), "b_1", "no input called “nope”"),
        (graph({"a_1": "TableInput", "b_1": "ReLU"}, "a_1.nope > b_1"), "b_1", "no output called “nope”"),
        (graph({"a_1": "TableInput", "b_1": "ReLU"}, "a_1 > b_1", "a_1 > b_1 1"), "b_1", "takes one wire"),
        (
            graph({"a_1": "TableInput", "b_1": ("ReLU", {"~muted": True}), "c_1": "MSE"}, "b_1 > c_1.prediction"),
            "b_1",
            "nothing to pass on",
        ),
        (graph({"a_1": ("TableInput", {"~muted": True}), "b_1": "ReLU"}, "a_1 > b_1"), "a_1", "nothing to pass on"),
        (graph({"a_1": "TableInput", "b_1": ("Linear", {"features": "many"})}, "a_1 > b_1"), "b_1", "Features needs"),
        (graph({"a_1": "TableInput", "b_1": ("Linear", {"self": 1})}, "a_1 > b_1"), "b_1", "no setting 'self'"),
        (
            graph({"a_1": "TableInput", "b_1": ("Linear", {"features": "=channels"})}, "a_1 > b_1"),
            "b_1",
            "inside a block",
        ),
        (graph({"a_1": ("TableInput", {"columns": ["lost"]})}), "a_1", "lost"),
        (graph({"a_1": "BlockInput"}), "a_1", "only works inside a block"),
    ],
)
def test_whatever_a_file_holds_gets_a_reason(drawn: Graph, node: str, title: str) -> None:
    found = titles(project(drawn), node)
    assert any(title in one for one in found), found


def test_wires_from_a_loss_are_named() -> None:
    drawn = graph({"a_1": "TableInput", "mse_1": "MSE", "b_1": "ReLU"}, "a_1 > mse_1.prediction", "mse_1 > b_1")
    assert any("has no output called" in one for one in titles(project(drawn), "b_1"))


def test_a_muted_node_passes_its_main_input_on_from_every_output() -> None:
    fields = (series("track", 5, 4), *IRIS)
    drawn = graph(
        {
            "in_1": ("SeriesInput", {"field": "track"}),
            "lstm_1": ("LSTM", {"~muted": True}),
            "a_1": "ReLU",
            "b_1": "ReLU",
        },
        "in_1 > lstm_1.x",
    )
    from engine.graph import outputs_of, ports_of

    first, second = outputs_of(drawn.nodes["lstm_1"])[:2]
    port = ports_of(drawn.nodes["lstm_1"])[0].name
    edges = (Edge("in_1", "out", "lstm_1", port), Edge("lstm_1", first, "a_1", "x"), Edge("lstm_1", second, "b_1", "x"))
    found = walk(project(replace(drawn, edges=edges), fields))
    assert found.output("a_1", "out") == found.output("b_1", "out") == found.output("in_1", "out")


def test_the_main_input_is_that_of_the_first_port() -> None:
    drawn = graph(
        {
            "in_1": "TableInput",
            "a_1": ("Linear", {"features": 5}),
            "b_1": ("Linear", {"features": 7}),
            "sub_1": ("Subtract", {"~muted": True}),
            "c_1": "ReLU",
        },
        "in_1 > a_1",
        "in_1 > b_1",
        "b_1 > sub_1.right",
        "a_1 > sub_1.left",
        "sub_1 > c_1",
    )
    assert walk(project(drawn)).output("c_1", "out") == Numbers(5)


@pytest.mark.parametrize(
    ("second", "more", "why"),
    [
        (("Linear", {"features": 8, "~shares": "gone_1"}), {}, "is gone"),
        (("Linear", {"features": 8, "~shares": "b_1"}), {}, "is gone"),
        (("ReLU", {"~shares": "a_1"}), {}, "another kind"),
        (("Linear", {"features": 9, "~shares": "a_1"}), {}, "another size"),
        (
            ("Linear", {"features": 8, "~shares": "c_1"}),
            {"c_1": ("Linear", {"features": 8, "~shares": "a_1"})},
            "no weights of its own",
        ),
    ],
)
def test_weights_that_cannot_be_shared_are_a_finding(second: Any, more: dict[str, Any], why: str) -> None:
    nodes = {"in_1": "TableInput", "a_1": ("Linear", {"features": 8}), "b_1": second, **more}
    value = project(graph(nodes, "in_1 > a_1", "in_1 > b_1", *(f"in_1 > {name}" for name in more)))
    (finding,) = walk(value)["b_1"].findings
    assert why in finding.detail


def test_shared_weights_count_once() -> None:
    drawn = graph(
        {
            "in_1": "TableInput",
            "a_1": ("Linear", {"features": 2}),
            "b_1": ("Linear", {"features": 2, "~shares": "a_1"}),
        },
        "in_1 > a_1",
        "a_1 > b_1",
    )
    found = walk(project(drawn))
    assert found.ok and found.parameters == 6 and found["b_1"].flops == found["a_1"].flops


# ---- blocks ------------------------------------------------------------------------------------------------------


def in_block(made: Block, *others: Block, repeat: int = 1, **params: Any) -> Project:
    drawn = graph(
        {"in_1": "TableInput", "use_1": (f"block:{made.name}", {**params, "~repeat": repeat})},
        f"in_1 > use_1.{made.inputs[0].id}" if made.inputs else "in_1 > use_1.none",
    )
    return project(drawn, blocks=[made, *others])


def test_a_block_takes_its_size_from_its_input_and_its_settings() -> None:
    found = walk(in_block(residual(), wide=5))
    facts = found["use_1"]
    assert facts.outputs == {"block_output_1": Numbers(2)} and facts.parameters == (2 * 5 + 5) + (5 * 2 + 2)
    assert walk(in_block(residual(), repeat=3, wide=5))["use_1"].parameters == 3 * facts.parameters
    assert len(walk(in_block(residual(), repeat=3))["use_1"].inner) == 3


@pytest.mark.parametrize(
    ("made", "about", "title"),
    [
        (residual(), {"wide": "=lost"}, "inside a block"),
        (residual(), {"tall": 3}, "has no setting 'tall'"),
        (replace(residual(), params=(BlockParam("wide", 16, min=4),)), {"wide": 2}, "needs at least 4"),
        (replace(residual(), params=(BlockParam("wide", 16, max=64),)), {"wide": 99}, "needs at most 64"),
        (block("Open", graph({"block_input_1": "BlockInput", "block_output_1": "BlockOutput"})), {}, "has no input"),
        (block("Endless", graph({"block_input_1": "BlockInput"})), {}, "has no output"),
        (
            block(
                "Mute",
                graph(
                    {"block_input_1": "BlockInput", "block_output_1": ("BlockOutput", {"~muted": True})},
                    "block_input_1 > block_output_1",
                ),
            ),
            {"~repeat": 2},
            "gives nothing",
        ),
        (
            block(
                "Self",
                graph(
                    {"block_input_1": "BlockInput", "again_1": "block:Self", "block_output_1": "BlockOutput"},
                    "block_input_1 > again_1.block_input_1",
                    "again_1.block_output_1 > block_output_1",
                ),
            ),
            {},
            "contains itself",
        ),
        (
            block(
                "Two",
                graph(
                    {"block_input_1": "BlockInput", "b_1": "BlockInput", "block_output_1": "BlockOutput"},
                    "block_input_1 > block_output_1",
                ),
            ),
            {"~repeat": 2},
            "cannot be repeated",
        ),
    ],
)
def test_what_can_be_wrong_with_a_block(made: Block, about: dict[str, Any], title: str) -> None:
    nodes = {"in_1": "TableInput", "use_1": (f"block:{made.name}", about)}
    wires = [f"in_1 > use_1.{end.id}" for end in made.inputs]
    (finding, *_) = walk(project(graph(nodes, *wires), blocks=[made]))["use_1"].findings
    assert title in f"{finding.title} {finding.detail}", finding


def test_blocks_in_blocks_cost_what_they_hold_and_not_what_they_stand_for() -> None:
    blocks = []
    for level in range(30):
        inside = f"block:L{level - 1}" if level else "ReLU"
        port, out = ("block_input_1", "block_output_1") if level else ("x", "out")
        drawn = graph(
            {"block_input_1": "BlockInput", "a_1": inside, "b_1": inside, "block_output_1": "BlockOutput"},
            f"block_input_1 > a_1.{port}",
            f"a_1.{out} > b_1.{port}",
            f"b_1.{out} > block_output_1",
        )
        blocks.append(block(f"L{level}", drawn))
    start = time.monotonic()
    value = in_block(blocks[-1], *blocks[:-1], repeat=10_000)  # 2**30 × 10 000 layers
    assert walk(value)["use_1"].outputs == {"block_output_1": Numbers(2)}
    assert time.monotonic() - start < 5


def test_an_image_through_a_repeated_block_is_walked_once_per_size() -> None:
    halve = block(
        "Halve",
        graph(
            {"block_input_1": "BlockInput", "pool_1": "MaxPool2d", "block_output_1": "BlockOutput"},
            "block_input_1 > pool_1.image",
            "pool_1 > block_output_1",
        ),
    )
    drawn = graph({"in_1": "ImageInput", "use_1": ("block:Halve", {"~repeat": 3})}, "in_1 > use_1.block_input_1")
    found = infer(drawn, {one.name: one for one in DIGITS}, {"Halve": halve})
    assert found.output("use_1", "block_output_1") == Image(1, 1, 1)


def test_the_walk_of_a_thousand_nodes_is_quick() -> None:
    nodes = {"in_1": Node("in_1", "TableInput")} | {
        f"n_{i}": Node(f"n_{i}", "Linear", {"features": 2}) for i in range(1000)
    }
    edges = [Edge("in_1", "out", "n_0", "x")] + [Edge(f"n_{i}", "out", f"n_{i + 1}", "x") for i in range(999)]
    value = project(Graph(nodes, tuple(edges)))
    walk(value)
    start = time.monotonic()
    assert walk(value).parameters == 6000
    assert time.monotonic() - start < 1
