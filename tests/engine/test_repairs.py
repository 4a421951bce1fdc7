"""Repairs as a table: a broken graph, the repair that mends it, and the graph without the problem, at its price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from engine.check import Fix, Problem, check
from engine.codegen import generate
from engine.data.fields import Field, category, image, number, series, signal, tokens
from engine.edits import change
from engine.fixes import Later
from engine.graph import Edge, Graph, Node
from engine.infer import infer
from engine.layer import layers
from engine.project import Project, dumps, loads
from engine.shapes import Volume
from tests.engine.making import IRIS, chain, graph, project

CLASS = category("y", ("a", "b", "c"), role="target")
PICTURES = (image("x", 3, 12, 12), CLASS)
SERIES = (series("x", 6, 8), CLASS)
SOUNDS = (signal("x", 4, 40), CLASS)
TEXTS = (tokens("x", 6, tuple("abcdefgh")), CLASS)
TABLE = (*[number(f"n{place}") for place in range(9)], CLASS)
TO_PICTURE = (image("x", 3, 12, 12), image("y", 1, 6, 6, role="target"))


def fed(layer: Any, start: str, port: str = "x", before: Any = None) -> Graph:
    """An input, perhaps a layer that fits, and one that may not; what comes out goes to an output."""
    nodes: dict[str, Any] = {"in_1": start}
    wires = []
    last = "in_1"
    if before:
        nodes["mid_1"] = before
        wires.append(f"in_1 > mid_1.{PORTS.get(before if isinstance(before, str) else before[0], 'x')}")
        last = "mid_1"
    nodes["a_1"] = layer
    return graph(nodes, *wires, f"{last} > a_1.{port}")


PORTS = {"Conv2d": "image", "Conv1d": "signal", "LSTM": "sequence"}


def merge(layer: str, one: Any, two: Any, start: str = "ImageInput", port: str = "image") -> Graph:
    """Two branches of an input that meet."""
    nodes = {"in_1": start, "one_1": one, "two_1": two, "a_1": layer}
    ports = [PORTS.get(part if isinstance(part, str) else part[0], port) for part in (one, two)]
    return graph(
        nodes,
        f"in_1 > one_1.{ports[0]}",
        f"in_1 > two_1.{ports[1]}",
        "one_1 > a_1.inputs 0",
        "two_1 > a_1.inputs 1",
    )


def conv(filters: int, stride: int = 1) -> tuple[str, dict[str, Any]]:
    return ("Conv2d", {"filters": filters, "kernel": 3, "same": True, "stride": stride})


SWAP = "Swap steps and channels"
MISMATCHES: list[tuple[str, Graph, Sequence[Field], str]] = [
    # what is wrong, the graph, the data, the repair that has to be among those offered
    ("image into Linear: flatten", fed("Linear", "ImageInput"), PICTURES, "Insert Flatten"),
    ("image into Linear: global pool", fed("Linear", "ImageInput"), PICTURES, "Insert Global average pool 2D"),
    ("image into LSTM", fed("LSTM", "ImageInput", "sequence"), PICTURES, "Insert Rows as steps"),
    ("image into Conv 1D", fed("Conv1d", "ImageInput", "signal"), PICTURES, f"Rows as steps and {SWAP}"),
    ("signal into LSTM: swap", fed("LSTM", "SignalInput", "sequence"), SOUNDS, f"Insert {SWAP}"),
    ("sequence into Conv 1D: swap", fed("Conv1d", "SeriesInput", "signal"), SERIES, f"Insert {SWAP}"),
    ("sequence into Conv 2D: add a channel", fed("Conv2d", "SeriesInput", "image"), SERIES, "Insert Unsqueeze"),
    ("signal into Conv 2D: add a channel", fed("Conv2d", "SignalInput", "image"), SOUNDS, "Insert Unsqueeze"),
    ("image into Conv 3D: add a channel", fed("Conv3d", "ImageInput", "volume"), PICTURES, "Insert Unsqueeze"),
    ("numbers into LSTM", fed("LSTM", "TableInput", "sequence"), TABLE, "Insert As a sequence"),
    ("nine numbers into Conv 2D", fed("Conv2d", "TableInput", "image"), TABLE, "Insert Reshape"),
    ("two numbers into Conv 2D", fed("Conv2d", "TableInput", "image"), IRIS, "Linear and Reshape"),
    ("numbers into Conv 1D", fed("Conv1d", "TableInput", "signal"), TABLE, f"As a sequence and {SWAP}"),
    ("token ids into LSTM: embedding", fed("LSTM", "TokenInput", "sequence"), TEXTS, "Insert Embedding"),
    ("token ids into Linear: embedding", fed("Linear", "TokenInput"), TEXTS, "Insert Embedding"),
    ("token ids into Conv 1D", fed("Conv1d", "TokenInput", "signal"), TEXTS, f"Embedding and {SWAP}"),
    ("sum of other channels: 1×1 conv", merge("Add", conv(8), conv(16)), PICTURES, "Insert 1×1 conv"),
    ("sum of other sizes: resize", merge("Add", conv(8), conv(8, 2)), PICTURES, "Insert resize"),
    ("sum of other sizes and channels", merge("Add", conv(8), conv(16, 2)), PICTURES, "Insert 1×1 conv"),
    ("sum of an image and its half", merge("Add", conv(8), conv(16, 2)), PICTURES, "resize and 1×1 conv"),
    ("join of other sizes: resize", merge("Concatenate", conv(8), conv(8, 2)), PICTURES, "Insert resize"),
    ("sum of other widths: projection",
     merge("Add", ("Linear", {"features": 4}), ("Linear", {"features": 7}), "TableInput", "x"), TABLE, "Insert Linear"),
    ("sum of an image and numbers",
     merge("Add", conv(8), "GlobalAvgPool2d"), PICTURES, "Global average pool 2D and Linear"),
]  # fmt: skip


def titles(value: Project, node: str | None = None) -> list[str]:
    return [one.title for one in check(value) if node is None or one.node == node]


def the_problem(value: Project, node: str) -> Problem:
    return next(one for one in check(value) if one.node == node and one.level == "error")


def parameters(value: Project) -> Any:
    return infer(value.graph, value.data.schema, value.blocks).parameters


def price_said(fix: Fix) -> int:
    line = fix.lines[-1].replace("\u2009", "")
    number, _, rest = line.partition(" ")
    assert rest in ("more parameters", "fewer parameters"), fix.lines
    return 0 if number == "no" else int(number) * (1 if rest.startswith("more") else -1)


def mended(value: Project, fix: Fix, node: str, title: str) -> Project:
    """The project after a repair, which is a project like any other: it saves, opens, walks and compiles."""
    before = dumps(value)
    after = fix.edit(value)
    assert dumps(value) == before  # the old value is not touched, so undo is the value before
    assert title not in titles(after, node)
    assert fix.price == price_said(fix) == parameters(after) - parameters(value)
    assert loads(dumps(after)) == after
    compile(generate(after, strict=False).text, "generated", "exec")
    return after


@pytest.mark.parametrize(
    ("drawn", "fields", "label"), [row[1:] for row in MISMATCHES], ids=[row[0] for row in MISMATCHES]
)
def test_a_shape_that_does_not_fit_is_bridged(drawn: Graph, fields: Sequence[Field], label: str) -> None:
    value = project(drawn, fields)
    problem = the_problem(value, "a_1")
    said = [fix.lines[0] if fix.label == "Insert two layers" else fix.label for fix in problem.fixes]
    assert label in said and len(said) <= 3
    for fix in problem.fixes:
        after = mended(value, fix, "a_1", problem.title)
        assert infer(after.graph, after.data.schema, after.blocks)["a_1"].ok, fix.label


READ = project(graph({"in_1": "TableInput", "b_1": "Linear", "a_1": "ReLU", "c_1": "Tanh"}, "in_1 > b_1", "b_1 > a_1"))
LOOSE = project(
    graph({"in_1": "ImageInput", "f_1": "Flatten", "b_1": ("Linear", {"features": 3}), "loss_1": "CrossEntropy",
           "c_1": "Conv2d", "a_1": "Linear"},
          "in_1 > f_1", "f_1 > b_1", "b_1 > loss_1", "in_1 > c_1.image"), PICTURES
)  # fmt: skip
STRAY = {"in_1": "TableInput", "a_1": "Linear"}
TWO = {"in_1": "TableInput", "b_1": "Linear", "a_1": "Linear"}
OPEN: list[tuple[str, Project, str, str]] = [
    # what is wrong, the project, the node, the repair
    ("a loose end is near", project(graph({"in_1": "TableInput", "a_1": "Linear"})), "a_1", "Connect Table input"),
    ("all ends are read", READ, "c_1", "Connect ReLU"),
    ("nothing fits as it is", project(graph({"in_1": "ImageInput", "a_1": "Linear"}), PICTURES), "a_1",
     "Connect Image input"),
    ("the only loose end does not fit", LOOSE, "a_1", "Connect Conv 2D"),
    ("there is no input", project(graph({"a_1": "Linear"})), "a_1", "Add Table input"),
    ("a wire to a port that is not there",
     project(graph(STRAY, "in_1 > a_1", "in_1 > a_1.mystery")), "a_1", "Remove the wire"),
    ("a wire from a port that is not there",
     project(graph(STRAY, "in_1.mystery > a_1")), "a_1", "Remove the wire"),
    ("two wires where one fits",
     project(graph(TWO, "in_1 > b_1", "in_1 > a_1", "b_1 > a_1.x 1")),
     "a_1", "Remove the wire"),
    ("a setting that cannot be", chain(("Linear", {"features": 0})), "layer_1", "Set Features to 64"),
    ("a setting that is not there", chain(("Linear", {"wings": 2})), "layer_1", "Remove the setting wings"),
    ("an unknown layer", chain("Mystery", ("Linear", {"features": 3})), "layer_1", "Remove Mystery"),
    ("weights that do not fit",
     project(graph({"in_1": "TableInput", "b_1": "Linear", "a_1": ("Linear", {"features": 3, "~shares": "b_1"})},
                   "in_1 > b_1", "in_1 > a_1")), "a_1", "Learn weights of its own"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "node", "label"), [row[1:] for row in OPEN], ids=[row[0] for row in OPEN])
def test_what_is_open_or_wrong_is_mended(value: Project, node: str, label: str) -> None:
    problem = the_problem(value, node)
    assert label in [fix.label for fix in problem.fixes]
    for fix in problem.fixes:
        mended(value, fix, node, problem.title)


def test_a_loose_end_comes_before_what_is_read_and_leads_there_in_two_ways() -> None:
    problem = the_problem(LOOSE, "a_1")
    assert problem.title == "Linear has no input"
    assert [(fix.label, fix.lines[0]) for fix in problem.fixes[:2]] == [
        ("Connect Conv 2D", "through Flatten"),
        ("Connect Conv 2D", "through Global average pool 2D"),
    ]
    assert "gives" in problem.fixes[2].lines[0]
    for fix in problem.fixes:
        after = mended(LOOSE, fix, "a_1", problem.title)
        assert parameters(after) - parameters(LOOSE) == price_said(fix) == fix.price
    first = problem.fixes[0].edit(LOOSE).graph
    (edge,) = first.incoming["a_1"]
    (above,) = first.incoming[edge.source]
    assert (first.nodes[edge.source].layer, above.source) == ("Flatten", "c_1")


def test_a_circle_is_cut() -> None:
    drawn = graph({"in_1": "TableInput", "a_1": "ReLU", "b_1": "ReLU"})
    edges = (Edge("a_1", "out", "b_1", "x"), Edge("b_1", "out", "a_1", "x"))
    value = project(replace(drawn, edges=edges))
    problem = the_problem(value, "a_1")
    (fix,) = problem.fixes
    after = mended(value, fix, "a_1", problem.title)
    assert fix.label == "Cut the wire from ReLU" and len(after.graph.order) == 3


def test_a_muted_input_is_switched_on() -> None:
    value = chain(("Linear", {"features": 3}))
    value = value.with_graph(change(value.graph, "input_1", muted=True))
    problem = the_problem(value, "input_1")
    assert mended(value, problem.fixes[0], "input_1", problem.title).graph.nodes["input_1"].muted is False


# ---- ends --------------------------------------------------------------------------------------------------------


def test_a_wrong_number_of_classes_is_set_or_projected() -> None:
    value = chain(("Linear", {"features": 7}))
    (fix,) = the_problem(value, "loss_1").fixes
    assert fix.label == "Set Linear to 3" and mended(value, fix, "loss_1", "").graph.nodes["layer_1"].params == {
        "features": 3
    }
    value = chain(("Linear", {"features": 7}), "ReLU")
    (fix,) = the_problem(value, "loss_1").fixes
    assert fix.label == "Insert Linear" and check(mended(value, fix, "loss_1", "x")) == []


def test_a_loss_that_does_not_fit_its_target_is_exchanged() -> None:
    value = chain(("Linear", {"features": 3}), loss=("MSE", {"target": "species"}))  # type: ignore[arg-type]
    problem = the_problem(value, "loss_1")
    (fix,) = problem.fixes
    after = mended(value, fix, "loss_1", problem.title)
    assert after.graph.nodes["loss_1"].layer == "CrossEntropy" and check(after) == []


@pytest.mark.parametrize("stride", [1, 2])
def test_a_prediction_of_another_size_is_resized_and_projected(stride: int) -> None:
    drawn = graph(
        {"in_1": "ImageInput", "a_1": conv(4, stride), "mse_1": ("MSE", {"target": "y"})},
        "in_1 > a_1.image",
        "a_1 > mse_1",
    )
    value = project(drawn, TO_PICTURE)
    problem = the_problem(value, "mse_1")
    assert problem.fixes and "compares two sizes" in problem.title
    for fix in problem.fixes:
        assert check(mended(value, fix, "mse_1", problem.title)) == []


def test_an_output_becomes_a_loss_where_there_is_none() -> None:
    drawn = graph(
        {"in_1": "TableInput", "a_1": ("Linear", {"features": 3}), "out_1": "Output"}, "in_1 > a_1", "a_1 > out_1"
    )
    value = project(drawn)
    problem = next(one for one in check(value) if one.title == "The network has no objective")
    (fix,) = problem.fixes
    assert check(fix.edit(value)) == [] and fix.edit(value).graph.nodes["out_1"].layer == "CrossEntropy"


def test_a_dead_branch_is_removed_with_its_parameters() -> None:
    value = chain(("Linear", {"features": 3}))
    nodes = {**value.graph.nodes, "dead_1": Node("dead_1", "Linear", {"features": 5}, 400, 50)}
    value = value.with_graph(
        replace(value.graph, nodes=nodes, edges=(*value.graph.edges, Edge("input_1", "out", "dead_1", "x")))
    )
    problem = next(one for one in check(value) if one.node == "dead_1")
    (fix,) = problem.fixes
    assert price_said(fix) == -15 and check(fix.edit(value)) == []


def test_names_given_twice_are_told_apart() -> None:
    drawn = graph(
        {
            "in_1": "TableInput",
            "a_1": ("Linear", {"features": 3, "~title": "Body"}),
            "b_1": ("ReLU", {"~title": "Body"}),
            "loss_1": "CrossEntropy",
            "out_1": ("Output", {"name": "answer"}),
            "out_2": ("Output", {"name": "answer"}),
            "c_1": ("Tanh", {"~title": "Body"}),
        },
        "in_1 > a_1", "a_1 > b_1", "b_1 > c_1", "c_1 > loss_1", "b_1 > out_1", "a_1 > out_2",
    )  # fmt: skip
    value = project(drawn)
    found = [one for one in check(value) if "are called" in one.title]
    assert [(one.level, one.node) for one in found] == [("warning", "out_2"), ("info", "b_1"), ("info", "c_1")]
    for one in found:
        value = one.fixes[0].edit(value)
    assert check(value) == [] and value.graph.nodes["out_2"].params["name"] == "answer 2"
    assert [value.graph.nodes[name].title for name in ("a_1", "b_1", "c_1")] == ["Body", "Body 2", "Body 3"]


STARTS = [("ImageInput", PICTURES), ("TableInput", TABLE), ("SeriesInput", SERIES), ("SignalInput", SOUNDS)]
UNMENDED = {"GLU", "ChannelShuffle", "RotaryPositions", "PixelShuffle", "PixelUnshuffle", "SqueezeExcitation", "Fold"}
"""Layers whose channels must come in multiples: which, a person has to say."""


@pytest.mark.parametrize(("start", "fields"), STARTS, ids=[one for one, _ in STARTS])
def test_data_of_every_kind_reaches_every_layer_of_one_input(start: str, fields: Sequence[Field]) -> None:
    left = []
    for cls in layers:
        ports = cls.ports()
        if len(ports) != 1 or ports[0].many or cls.section in ("Blocks", "Loss") or cls.__name__ in UNMENDED:
            continue
        if not any(kind.default_element == "real" for kind in ports[0].accepts):
            continue  # it reads token ids; no number becomes one
        if all(issubclass(kind, Volume) for kind in ports[0].accepts):
            continue  # an axis of length one is too short for its windows
        value = project(fed(cls.__name__, start, ports[0].name), fields)
        left += [
            (cls.__name__, problem.title)
            for problem in check(value)
            if problem.node == "a_1" and f"{cls.label} needs a" in problem.title and not problem.fixes
        ]
    assert not left


@pytest.mark.parametrize(("start", "fields"), STARTS, ids=[one for one, _ in STARTS])
def test_what_does_not_fit_is_mended_while_other_inputs_are_open(start: str, fields: Sequence[Field]) -> None:
    for cls in layers:
        ports = cls.ports()
        for port in ports if len(ports) > 1 else ():
            value = project(fed(cls.__name__, start, port.name), fields)
            for problem in check(value):
                assert all(fix.label for fix in problem.fixes), (cls.__name__, port.name)


def test_repairs_are_worked_out_only_when_somebody_looks_and_only_once() -> None:
    made = []

    def make() -> list[Fix]:
        made.append(1)
        return [Fix(str(place), (), lambda value: value) for place in range(9)]

    later = Later(make)
    assert not made
    assert [fix.label for fix in later] == ["0", "1", "2"] and len(later) == 3 and later[0].label == "0" and later
    assert len(made) == 1 and later != () and not Later(list)
    value = project(fed("Linear", "ImageInput"), PICTURES)
    problem = the_problem(value, "a_1")
    assert isinstance(problem.fixes, Later) and problem.fixes._found is None
