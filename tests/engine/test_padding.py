"""Padding as one setting of a form: what it shows of the two in the file, and what it makes of them."""

from __future__ import annotations

import pytest

from engine.errors import UserError
from engine.graph import Graph, Node
from engine.layer import layers
from engine.padding import joined, set_joined

CONV = layers["Conv2d"].params()


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({}, {}),
        ({"padding": 2}, {"padding": 2}),
        ({"same": True}, {"padding": None}),
        ({"same": True, "padding": [3, 3], "filters": 8}, {"padding": None, "filters": 8}),
        ({"same": False, "padding": "=pad"}, {"padding": "=pad"}),
    ],
)
def test_two_settings_are_shown_as_one(given, shown) -> None:
    params, values = joined(CONV, given)
    assert values == shown and "same" not in params
    assert list(params) == [name for name in CONV if name != "same"]
    assert params["padding"].coerce(None) is None and params["padding"].coerce([1, 2]) == (1, 2)


@pytest.mark.parametrize("given", [{"same": "=keeps", "padding": 1}, {"same": "maybe"}])
def test_what_is_lent_or_damaged_is_shown_as_it_stands(given) -> None:
    assert joined(CONV, given) == (dict(CONV), given)


def test_a_layer_without_both_is_shown_as_it_is() -> None:
    pool = layers["MaxPool2d"].params()
    assert joined(pool, {"padding": 1}) == (dict(pool), {"padding": 1})


def conv(**params) -> Graph:
    return Graph({"a_1": Node("a_1", "Conv2d", params)})


@pytest.mark.parametrize(
    ("given", "key", "value", "after"),
    [
        ({}, "padding", None, {"same": True}),
        ({"padding": [2, 2]}, "padding", None, {"same": True}),
        ({"padding": [2, 2]}, "same", True, {"same": True}),
        ({"same": True}, "padding", [0, 0], {}),
        ({"same": True}, "padding", [1, 2], {"padding": [1, 2]}),
        ({"same": True}, "padding", "=pad", {"padding": "=pad"}),
        ({"same": True}, "same", False, {}),
        ({"same": True}, "filters", 8, {"same": True, "filters": 8}),
        ({"same": "=keeps"}, "padding", [1, 1], {"same": "=keeps", "padding": [1, 1]}),
    ],
)
def test_the_file_says_one_of_the_two(given, key, value, after) -> None:
    graph = set_joined(conv(**given), "a_1", key, value)
    assert graph.nodes["a_1"].params == after
    params, values = joined(CONV, after)
    if key in params and key in values:
        assert values[key] == value  # the form shows what was set


def test_what_the_layer_does_not_take_is_refused() -> None:
    with pytest.raises(UserError, match="Padding"):
        set_joined(conv(same=True), "a_1", "padding", [-1, 0])
    with pytest.raises(UserError, match="Padding"):
        set_joined(Graph({"a_1": Node("a_1", "MaxPool2d")}), "a_1", "padding", None)
