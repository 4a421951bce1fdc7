"""Values changed in the generated code come back as settings, or the sentence says why they cannot."""

from __future__ import annotations

import pytest

from engine.codeedit import edit_value, values_in
from engine.codegen import generate
from engine.errors import UserError
from engine.templates import new_from_template


def place_of(project, start: str, value: str) -> tuple[int, int]:
    """The line that begins so, and which of its values it is."""
    for number, line in enumerate(generate(project, strict=False).text.split("\n"), 1):
        if line.strip().startswith(start):
            return number, [one.text for one in values_in(line)].index(value)
    raise AssertionError(start)


def test_values_of_a_line() -> None:
    line = '        self.a = nn.Pad(-1, 3, mode="zeros", bias=False)  # (batch, 64)'
    assert [one.text for one in values_in(line)] == ["-1", "3", '"zeros"', "False"]
    assert all(line[one.start : one.end] == one.text for one in values_in(line))
    assert values_in("    x = (unfinished") == []


@pytest.mark.parametrize(
    ("start", "value", "typed", "name", "expected"),
    [
        ("self.conv_1 = nn.Conv2d(1", "32", "48", "conv_1", {"filters": 48}),
        ("self.conv_2 = nn.Conv2d(32", "2", "1", "conv_2", {"stride": None}),  # the usual value is not written
        ("self.linear_1", "10", "12", "linear_1", {"features": 12}),
    ],
)
def test_a_value_becomes_a_setting(start, value, typed, name, expected) -> None:
    project = new_from_template("resnet-digits")
    edited, words = edit_value(project, *place_of(project, start, value), typed)
    params = edited.graph.nodes[name].params
    assert {key: params.get(key) for key in expected} == expected
    assert words.startswith("Set ")


def test_bias_and_repeat() -> None:
    project = new_from_template("resnet-digits")
    edited, _ = edit_value(project, *place_of(project, "self.conv_1 = nn.Conv2d(1", "False"), "True")
    assert "bias" not in edited.graph.nodes["conv_1"].params
    edited, _ = edit_value(project, *place_of(project, "self.residual_block_1", "2"), "3")
    assert edited.graph.nodes["residual_block_1"].repeat == 3


def test_inside_a_block_all_instances_change() -> None:
    project = new_from_template("resnet-digits")
    number, place = place_of(project, "self.conv_1 = nn.Conv2d(channels", "False")
    edited, _ = edit_value(project, number, place, "True")
    assert "bias" not in edited.blocks["Residual block"].graph.nodes["conv_1"].params
    assert edited.graph == project.graph


def test_a_value_that_breaks_the_network_is_left_to_the_inspector() -> None:
    project = new_from_template("resnet-digits")
    with pytest.raises(UserError, match="would not fit together"):
        edit_value(project, *place_of(project, "self.conv_1 = nn.Conv2d(channels", "3"), "5")


@pytest.mark.parametrize(
    ("start", "value", "typed", "says"),
    [
        ("self.conv_1 = nn.Conv2d(1", "1", "2", "follows from what Conv 2D gets"),
        ("self.conv_1 = nn.Conv2d(1", "32", "-4", "from 1"),
        ("self.conv_1 = nn.Conv2d(1", "32", "abc(", "is no value"),
        ("self.conv_1 = nn.Conv2d(1", "32", "[1]", "not a single value"),
        ('self.register_buffer("image_input_1_mean"', "1", "2", "belongs to no node"),
    ],
)
def test_what_cannot_be_changed_says_why(start, value, typed, says) -> None:
    project = new_from_template("resnet-digits")
    with pytest.raises(UserError, match=says):
        edit_value(project, *place_of(project, start, value), typed)


def test_the_same_value_is_no_edit() -> None:
    project = new_from_template("resnet-digits")
    assert edit_value(project, *place_of(project, "self.conv_1 = nn.Conv2d(1", "32"), "32") == (project, "")


def test_no_value_there() -> None:
    with pytest.raises(UserError, match="no value here"):
        edit_value(new_from_template("resnet-digits"), 10_000, 0, "1")
