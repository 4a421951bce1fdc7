"""Settings by path: each lands where it belongs, in its type, or one sentence says what can be set."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import UserError
from engine.project import DataChoice
from engine.settings import set_path
from tests.engine.making import chain, graph, project

VALUE = chain(("Linear", {"features": 3}))


def test_settings_of_the_recipe() -> None:
    assert set_path(VALUE, "recipe.epochs", "5").recipe["epochs"] == 5
    assert set_path(VALUE, "recipe.optimizer.lr", "0.01").recipe["optimizer"] == {"type": "Adam", "lr": 0.01}
    sgd = set_path(VALUE, "recipe.optimizer", "SGD")
    assert set_path(sgd, "recipe.optimizer.momentum", "0.5").recipe["optimizer"] == {"type": "SGD", "momentum": 0.5}
    assert set_path(VALUE, "recipe.optimizer", '{"type": "AdamW", "lr": 0.1}').recipe["optimizer"]["type"] == "AdamW"
    assert set_path(VALUE, "recipe.clip_norm", "null").recipe["clip_norm"] is None
    assert set_path(VALUE, "recipe.keep_best", "false").recipe["keep_best"] is False
    assert set_path(VALUE, "recipe.precision", "32-bit").recipe["precision"] == "32-bit"


def test_settings_of_nodes_data_and_name() -> None:
    assert set_path(VALUE, "graph.layer_1.features", "9").graph.nodes["layer_1"].params == {"features": 9}
    assert set_path(VALUE, "name", "recipe.epochs").name == "recipe.epochs"
    assert set_path(VALUE, "data.seed", "3").data.seed == 3
    assert set_path(VALUE, "data.stratify", "off").data.stratify is False
    assert set_path(VALUE, "data.split", "0.5,0.25,0.25").data.split == (0.5, 0.25, 0.25)
    assert set_path(VALUE, "data.preparation.numbers", "minmax").data.preparation["numbers"] == "minmax"


def test_a_text_stays_as_typed_even_where_it_looks_like_a_number() -> None:
    table = chain(("Linear", {"features": 3}), data=DataChoice({"type": "TableFile", "path": "a.csv"}))
    assert set_path(table, "data.source.path", "2024").data.source == {"type": "TableFile", "path": "2024"}
    drawn = project(graph({"mse_1": "MSE"}))
    assert set_path(drawn, "graph.mse_1.target", "1990").graph.nodes["mse_1"].params == {"target": "1990"}


@pytest.mark.parametrize(
    ("path", "value", "word"),
    [
        ("", "1", "Settings are"),
        ("recipe", "1", "Settings are"),
        ("epochs", "1", "Settings are"),
        ("recipe.epoch", "1", "has type|has epochs|epochs"),
        ("recipe.epochs", "0", "Epochs needs"),
        ("recipe.epochs", "many", "Epochs needs"),
        ("recipe.epochs", "1" * 5000, "Epochs needs"),
        ("recipe.epochs", "[" * 100_000, "Epochs needs"),
        ("recipe.epochs.deeper", "1", "no settings of its own"),
        ("recipe.optimizer.momentum", "0.9", "Adam has"),
        ("recipe.optimizer", "Eve", "no optimizer called"),
        ("recipe.optimizer.lr", "NaN", "Learning rate needs"),
        ("recipe.optimizer.lr", "1e999", "Learning rate needs"),
        ("graph.lost_1.features", "1", "no node 'lost_1'"),
        ("graph.layer_1", "1", "Settings are"),
        ("graph.layer_1.sides", "1", "no setting 'sides'"),
        ("graph.layer_1.features", "-1", "Features needs"),
        ("data.seed", "-1", "seed needs"),
        ("data.split", "1,2", "shares|from 0 to 1"),
        ("data.split", "0.5,0.5,0.5", "add up to 1"),
        ("data.fields", "x", "Settings are"),
        ("data.preparation.numbers", "odd", "needs"),
        ("data.source.nope", "1", "no setting"),
    ],
)
def test_what_cannot_be_set_is_said_in_a_sentence(path: str, value: str, word: str) -> None:
    with pytest.raises(UserError, match=word):
        set_path(VALUE, path, value)


@given(
    st.lists(
        st.sampled_from(["recipe", "optimizer", "lr", "graph", "layer_1", "features", "data", "seed", "type", ""]),
        max_size=4,
    ),
    st.text(max_size=9),
)
def test_any_path_and_value_either_works_or_is_explained(parts: list[str], value: str) -> None:
    with contextlib.suppress(UserError):
        set_path(VALUE, ".".join(parts), value)
