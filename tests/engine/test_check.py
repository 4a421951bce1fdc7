"""Problems: every kind is found and said, every repair removes its problem, and its price is what then happens."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import Any

import pytest

from engine.check import Fix, Problem, bridges, check, ready
from engine.data.fields import category, number
from engine.errors import UserError
from engine.graph import Graph
from engine.infer import infer
from engine.layer import layers
from engine.project import DataChoice, Project
from engine.shapes import Image
from tests.engine.making import DIGITS, HOUSES, IRIS, chain, graph, project

LINEAR3 = ("Linear", {"features": 3})


def parameters(value: Project) -> Any:
    return infer(value.graph, value.data.schema, value.blocks).parameters


def muted(value: Project, node: str) -> Project:
    nodes = {**value.graph.nodes, node: replace(value.graph.nodes[node], muted=True)}
    return value.with_graph(replace(value.graph, nodes=nodes))


def without_role(value: Project) -> Project:
    fields = tuple(one.with_role("input") for one in value.data.fields)
    return replace(value, data=replace(value.data, fields=fields))


CASES: dict[str, tuple[Project, str, str, str | None, int]] = {
    # name: project, level, part of the title, node, how many repairs at least
    "no data": (Project(), "error", "No data is chosen", None, 0),
    "not read": (Project(data=DataChoice(source={"type": "IrisData"})), "error", "has not been read", None, 0),
    "empty": (project(Graph()), "error", "canvas is empty", None, 0),
    "no input": (project(graph({"a_1": "Linear"})), "error", "has no input", None, 1),
    "no objective": (
        project(graph({"in_1": "TableInput", "a_1": LINEAR3}, "in_1 > a_1")),
        "error",
        "no objective",
        None,
        1,
    ),
    "only an output": (
        project(graph({"in_1": "TableInput", "a_1": LINEAR3, "out_1": "Output"}, "in_1 > a_1", "a_1 > out_1")),
        "error",
        "no objective",
        None,
        0,
    ),
    "open input": (
        project(graph({"in_1": "TableInput", "a_1": LINEAR3, "loss_1": "CrossEntropy"}, "a_1 > loss_1")),
        "error",
        "has no input",
        "a_1",
        1,
    ),
    "wrong kind": (chain(("Linear", {"features": 10}), fields=DIGITS), "error", "needs", "layer_1", 1),
    "unknown layer": (chain("Mystery"), "error", "not known", "layer_1", 0),
    "wrong setting": (chain(("Linear", {"features": 0})), "error", "Features", "layer_1", 0),
    "too wide": (chain(("Linear", {"features": 7})), "error", "needs 3 numbers", "loss_1", 1),
    "too wide, no Linear": (
        chain(LINEAR3, "ReLU", ("Linear", {"features": 5}), "Tanh"),
        "error",
        "needs 3 numbers",
        "loss_1",
        1,
    ),
    "too wide for a number": (chain(LINEAR3, fields=HOUSES, loss="MSE"), "error", "needs 1 number", "loss_1", 1),
    "no target": (without_role(chain(LINEAR3)), "error", "has no target", "loss_1", 1),
    "lost target": (chain(LINEAR3, loss=("CrossEntropy", {"target": "gone"})), "error", "has no target", "loss_1", 1),
    "wrong target": (chain(LINEAR3, loss=("MSE", {"target": "species"})), "error", "does not fit", "loss_1", 1),
    "not two classes": (
        chain(("Linear", {"features": 1}), loss="BinaryCrossEntropy"),
        "error",
        "does not fit",
        "loss_1",
        1,
    ),
    "leads nowhere": (
        project(
            graph(
                {"in_1": "TableInput", "a_1": LINEAR3, "b_1": "Tanh", "c_1": "ReLU", "loss_1": "CrossEntropy"},
                "in_1 > a_1",
                "a_1 > loss_1",
                "in_1 > b_1",
                "b_1 > c_1",
            )
        ),
        "warning",
        "leads nowhere",
        "c_1",
        1,
    ),
    "softmax twice": (chain(LINEAR3, "Softmax"), "warning", "comes twice", "layer_2", 1),
    "low rank from random weights": (
        chain(("Linear", {"features": 3, "lora_rank": 2})),
        "warning",
        "keeps random weights",
        "layer_1",
        1,
    ),
    "muted input": (muted(chain(LINEAR3), "input_1"), "error", "nothing to pass on", "input_1", 0),
    "wrong recipe": (
        chain(LINEAR3, recipe={"type": "Supervised", "epochs": -1}),
        "error",
        "training settings",
        None,
        0,
    ),
    "unknown recipe": (chain(LINEAR3, recipe={"type": "Dreaming"}), "error", "training settings", None, 0),
    "wrong preparation": (
        chain(
            LINEAR3, data=DataChoice({"type": "IrisData"}, IRIS, preparation={"type": "Preparation", "numbers": "?"})
        ),
        "error",
        "preparation",
        None,
        0,
    ),
    "unknown source": (chain(LINEAR3, data=DataChoice({"type": "Oracle"}, IRIS)), "error", "data source", None, 0),
}


def the_problem(value: Project, title: str, node: str | None) -> Problem | None:
    return next((one for one in check(value) if title in one.title and one.node == node), None)


@pytest.mark.parametrize("name", CASES)
def test_every_kind_of_problem_is_found(name: str) -> None:
    value, level, title, node, _ = CASES[name]
    found = the_problem(value, title, node)
    assert found is not None, [(one.node, one.title) for one in check(value)]
    assert found.level == level and found.detail and found.words().endswith((".", "!", "?"))
    assert "\n" not in found.title


@pytest.mark.parametrize("name", CASES)
def test_a_repair_removes_the_problem_at_the_price_it_names(name: str) -> None:
    value, _, title, node, repairs = CASES[name]
    found = the_problem(value, title, node)
    assert found is not None and len(found.fixes) >= repairs
    for fix in found.fixes:
        after = fix.edit(value)
        assert the_problem(after, found.title, node) is None, fix.label
        assert _price(fix) == parameters(after) - parameters(value), fix.label


def _price(fix: Fix) -> int:
    for line in fix.lines:
        number, _, rest = line.replace("\u2009", "").partition(" ")
        if rest == "more parameters":
            return 0 if number == "no" else int(number)
        if rest == "fewer parameters":
            return -int(number)
    raise AssertionError(f"{fix.label} does not say what it costs")


def test_low_rank_learning_beside_another_run_is_fine() -> None:
    value = chain(("Linear", {"features": 3, "lora_rank": 2}))
    start = {"type": "OtherRun", "run": "0123"}
    assert check(replace(value, recipe={"type": "Supervised", "start_from": start})) == []


def test_what_a_repair_says_comes_out_really_does() -> None:
    value = chain(("Linear", {"features": 7}))
    (fix,) = check(value)[0].fixes
    assert fix.label == "Set Linear to 3" and fix.lines[0] == "3 numbers out"
    assert fix.edit(value).graph.nodes["layer_1"].params == {"features": 3} and check(fix.edit(value)) == []


def test_a_second_reader_of_the_last_layer_keeps_its_width() -> None:
    value = project(
        graph(
            {"in_1": "TableInput", "a_1": ("Linear", {"features": 7}), "loss_1": "CrossEntropy", "out_1": "Output"},
            "in_1 > a_1",
            "a_1 > loss_1",
            "a_1 > out_1",
        )
    )
    (fix,) = check(value)[0].fixes
    assert fix.label == "Insert Linear" and fix.edit(value).graph.nodes["a_1"].params == {"features": 7}


def test_repairs_can_be_applied_after_other_edits_without_harm() -> None:
    value = chain(("Linear", {"features": 10}), fields=DIGITS)
    fixes = [fix for one in check(value) for fix in one.fixes]
    assert fixes
    for fix in fixes:
        with contextlib.suppress(UserError):  # the node is gone: a sentence, no crash
            check(fix.edit(value.with_graph(Graph())))


def test_a_clean_project_has_nothing_to_say_and_is_ready() -> None:
    value = chain(("Linear", {"features": 8}), "ReLU", LINEAR3)
    assert check(value) == []
    ready(value)


def test_what_is_not_ready_is_said_all_at_once() -> None:
    value = chain(("Linear", {"features": 0}), recipe={"type": "Supervised", "epochs": 0})
    with pytest.raises(UserError) as caught:
        ready(value)
    assert "layer_1" in caught.value.message and "Epochs" in caught.value.message


def test_errors_come_first_then_the_order_of_the_network() -> None:
    value = chain(("Linear", {"features": 0}), "Softmax", "Mystery")
    levels = [one.level for one in check(value)]
    assert levels == sorted(levels, key=("error", "warning", "info").index)


def test_nodes_that_a_person_muted_are_left_in_peace() -> None:
    value = chain(LINEAR3, "Softmax")
    quiet = {**value.graph.nodes, "layer_2": replace(value.graph.nodes["layer_2"], muted=True)}
    assert check(value.with_graph(replace(value.graph, nodes=quiet))) == []


def test_a_binary_question_needs_one_number() -> None:
    fields = (number("x"), category("yes", ("no", "yes"), role="target"))
    assert check(chain(("Linear", {"features": 1}), fields=fields, loss="BinaryCrossEntropy")) == []
    (problem,) = check(chain(("Linear", {"features": 2}), fields=fields, loss="BinaryCrossEntropy"))
    assert "needs 1 number" in problem.title


def test_what_cannot_leave_for_onnx_is_said_beforehand() -> None:
    stuck = [cls for cls in layers if cls.no_onnx and len(cls.ports()) == 1]
    for cls in stuck:
        drawn = graph(
            {"in_1": "ImageInput", "a_1": cls.__name__, "out_1": "Output"},
            f"in_1 > a_1.{cls.ports()[0].name}",
            "a_1 > out_1",
        )
        if infer(drawn, {one.name: one for one in DIGITS})["a_1"].ok:
            (info,) = [one for one in check(project(drawn, DIGITS)) if one.level == "info"]
            assert info.node == "a_1" and info.detail == cls.no_onnx


def test_bridges_are_layers_that_really_lead_there() -> None:
    image = Image(3, 8, 8)
    found = bridges(image, layers["Linear"].ports()[0])
    assert [cls.__name__ for cls, _ in found]
    for cls, result in found:
        assert layers["Linear"].ports()[0].fits(result) and cls().shape(image) == result
