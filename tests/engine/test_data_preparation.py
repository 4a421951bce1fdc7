"""The generated preparation: runs as shown, gives what the rules say, leaves for ONNX and gives the same there."""

from __future__ import annotations

import io
import re
from types import SimpleNamespace
from typing import Any

import numpy as np
import onnxruntime
import pytest
import torch
from torch import Tensor, nn

from engine.data.dataset import Dataset
from engine.data.fields import Field, category, image, number
from engine.data.preparation import (
    Preparation,
    feature_names,
    preparation_source,
    preparation_state,
    raw_inputs,
    raw_row,
    raw_targets,
)
from engine.data.statistics import Statistics, fit, target_scale
from engine.errors import UserError
from engine.layer import layers
from engine.shapes import Sequence

COUNT = 40
nan = float("nan")


@pytest.fixture
def dataset() -> Dataset:
    rng = np.random.default_rng(3)
    age = rng.normal(40, 12, COUNT).astype(np.float32)
    age[[1, 7]] = nan
    color = rng.integers(-1, 3, COUNT)
    color[0] = -1
    fields = (
        number("age"),
        category("color", ("red", "green", "blue")),
        number("fixed"),
        category("town", ("Ulm", "Bonn")),
        image("photo", 3, 5, 4),
        Field("walk", "series", Sequence(6, 2)),
        number("price", "target"),
        category("kind", ("a", "b"), "target"),
    )
    columns: dict[str, Any] = {
        "age": age,
        "color": color,
        "fixed": np.full(COUNT, 1 / 3, np.float32),
        "town": rng.integers(0, 2, COUNT),
        "photo": rng.integers(0, 256, (COUNT, 3, 5, 4), dtype=np.uint8),
        "walk": rng.normal(5, 3, (COUNT, 6, 2)).astype(np.float32),
        "price": rng.normal(150, 60, COUNT).astype(np.float32),
        "kind": rng.integers(0, 2, COUNT),
    }
    columns["walk"][2, 3, 1] = nan
    return Dataset(fields, columns, COUNT, None, (), "x")


def bind(*pairs: tuple[str, str, dict[str, Any]]) -> list[tuple[Any, Any]]:
    return [(SimpleNamespace(id=name), layers[kind](**params)) for name, kind, params in pairs]


EVERYTHING = bind(
    ("table", "TableInput", {"columns": ("age", "color", "fixed", "town")}),
    ("photo", "ImageInput", {}),
    ("walk", "SeriesInput", {}),
    ("color", "CategoryInput", {"field": "color"}),
)


def built(dataset: Dataset, inputs: list[tuple[Any, Any]], preparation: Preparation, places: Any = None) -> nn.Module:
    source = preparation_source(inputs, dataset.schema, preparation)
    space: dict[str, Any] = {"torch": torch, "nn": nn, "Tensor": Tensor}
    exec(compile(source, "<preparation>", "exec"), space)
    module = space["Preparation"]()
    statistics = fit(dataset, np.arange(dataset.count) if places is None else places, preparation)
    state = preparation_state(statistics, inputs, dataset.schema, preparation)
    module.load_state_dict({name: torch.from_numpy(value) for name, value in state.items()}, strict=True)
    return module.eval()


def test_values_follow_the_rules(dataset: Dataset) -> None:
    module = built(dataset, EVERYTHING, Preparation())
    raw = raw_inputs(dataset, EVERYTHING, np.arange(COUNT))
    assert [part.dtype.name for part in raw] == ["float32", "uint8", "float32", "int64"]
    table, photo, walk, color = (part.numpy() for part in module(*map(torch.from_numpy, raw)))

    age = dataset.columns["age"].astype(float)
    median, mean, std = np.nanmedian(age), np.nanmean(age), np.nanstd(age)
    np.testing.assert_allclose(table[:, 0], (np.where(np.isnan(age), median, age) - mean) / std, atol=1e-5)
    np.testing.assert_array_equal(table[:, 1], 0)  # a column of one value becomes zero, not nan
    codes = dataset.columns["color"]
    np.testing.assert_array_equal(table[:, 2:5], (codes[:, None] == np.arange(3)).astype(float))
    assert not table[0, 2:5].any()  # a missing category is no class
    np.testing.assert_array_equal(table[:, 5:].argmax(1), dataset.columns["town"])
    assert feature_names(EVERYTHING[0][1], dataset.schema) == [
        "age", "fixed", "color = red", "color = green", "color = blue", "town = Ulm", "town = Bonn"
    ]  # fmt: skip
    assert table.shape[1] == EVERYTHING[0][1].tensor(dataset.schema).features

    np.testing.assert_allclose(photo.mean((0, 2, 3)), 0, atol=1e-5)
    np.testing.assert_allclose(photo.std((0, 2, 3)), 1, atol=1e-5)
    assert np.isfinite(walk).all()
    assert walk[2, 3, 1] == pytest.approx(0, abs=1e-6)
    usual = np.bincount(codes[codes >= 0]).argmax()
    np.testing.assert_array_equal(color, np.where(codes < 0, usual, codes))


@pytest.mark.parametrize("images", ["standardize", "unit", "raw"])
@pytest.mark.parametrize("numbers", ["standardize", "minmax", "none"])
def test_every_choice_runs_and_covers_the_state(dataset: Dataset, images: Any, numbers: Any) -> None:
    preparation = Preparation(images=images, numbers=numbers, missing="mean")
    module = built(dataset, EVERYTHING, preparation)
    table, photo, walk, _ = module(*map(torch.from_numpy, raw_inputs(dataset, EVERYTHING, np.arange(COUNT))))
    assert table.isfinite().all()
    assert walk.isfinite().all()
    if numbers == "minmax":
        assert table.min() >= 0
        assert table.max() <= 1 + 1e-6
    if numbers == "none":
        assert table[3, 0] == dataset.columns["age"][3]
    limits = {"standardize": (-3, 3), "unit": (0, 1), "raw": (0, 255)}[images]
    assert limits[0] <= photo.min() <= photo.max() <= limits[1]


@pytest.mark.parametrize(
    "alone", [("table", "TableInput", {"columns": ("age",)}), ("t", "TableInput", {"columns": ("town",)})]
)
def test_one_input_gives_a_tensor(dataset: Dataset, alone: Any) -> None:
    inputs = bind(alone)
    found = built(dataset, inputs, Preparation())(*map(torch.from_numpy, raw_inputs(dataset, inputs, np.arange(5))))
    assert isinstance(found, Tensor)
    assert found.shape == (5, inputs[0][1].tensor(dataset.schema).features)


def test_an_input_may_be_called_like_a_step_of_another(dataset: Dataset) -> None:
    inputs = bind(
        ("a", "TableInput", {"columns": ("age", "town")}),
        ("a_numbers", "ImageInput", {}),
        ("a_classes", "SeriesInput", {}),
    )
    module = built(dataset, inputs, Preparation(images="raw"))
    raw = raw_inputs(dataset, inputs, np.arange(3))
    table, photo, _ = module(*map(torch.from_numpy, raw))
    assert table.shape == (3, 3)
    np.testing.assert_array_equal(photo.numpy(), raw[1].astype(np.float32))


@pytest.mark.filterwarnings("ignore::FutureWarning")  # the exporter's own, inside torch
@pytest.mark.filterwarnings("ignore:.*axis name:UserWarning")  # all inputs share the batch, as they should
@pytest.mark.parametrize("preparation", [Preparation(), Preparation(images="unit", numbers="minmax")])
def test_onnx_gives_the_same_at_any_batch_size(dataset: Dataset, preparation: Preparation) -> None:
    module = built(dataset, EVERYTHING, preparation)
    names = [node.id for node, _ in EVERYTHING]
    sample = tuple(map(torch.from_numpy, raw_inputs(dataset, EVERYTHING, np.arange(2))))
    held = io.BytesIO()
    batch = torch.export.Dim("batch")
    program = torch.onnx.export(
        module, sample, dynamo=True, opset_version=20, input_names=[f"in_{name}" for name in names],
        dynamic_shapes=tuple({0: batch} for _ in names), verbose=False,
    )  # fmt: skip
    program.save(held)
    session = onnxruntime.InferenceSession(held.getvalue())
    for size in (1, 7, COUNT):
        raw = raw_inputs(dataset, EVERYTHING, np.arange(size))
        wanted = module(*map(torch.from_numpy, raw))
        got = session.run(None, {f"in_{name}": part for name, part in zip(names, raw, strict=True)})
        for one, two in zip(got, wanted, strict=True):
            np.testing.assert_allclose(one, two.numpy(), rtol=1e-5, atol=1e-5)


def test_the_source_is_readable_and_holds_no_name_of_the_data(dataset: Dataset) -> None:
    """Names of columns come from strangers' files; none may reach code that is run."""
    evil = 'x"""\nimport os  # '
    fields = (number(evil), category("c", (evil, "b")), number("t", "target"))
    hostile = Dataset(
        fields, {evil: np.zeros(3, np.float32), "c": np.zeros(3, int), "t": np.ones(3, np.float32)}, 3, None, (), ""
    )
    inputs = bind(("table", "TableInput", {}))
    source = preparation_source(inputs, hostile.schema, Preparation())
    assert "import" not in source
    built(hostile, inputs, Preparation())
    assert max(map(len, preparation_source(EVERYTHING, dataset.schema, Preparation()).splitlines())) <= 120


def test_wide_tables_keep_short_lines() -> None:
    fields = tuple(
        category(f"c{place}", tuple("abcdefghij")) if place % 3 else number(f"n{place}") for place in range(200)
    )
    columns = {one.name: np.zeros(4, np.float32 if one.kind == "number" else np.int64) for one in fields}
    wide = Dataset(fields, columns, 4, None, (), "")
    inputs = bind(("table", "TableInput", {}))
    source = preparation_source(inputs, wide.schema, Preparation())
    assert max(map(len, source.splitlines())) <= 120
    found = built(wide, inputs, Preparation())(*map(torch.from_numpy, raw_inputs(wide, inputs, np.arange(4))))
    assert found.shape == (4, inputs[0][1].tensor(wide.schema).features)
    assert re.search(r"\[1\] \* 10 \+ \[2\] \* 10", source)


def test_targets_are_as_in_the_data_and_their_scale_maps_back(dataset: Dataset) -> None:
    found = raw_targets(dataset, ["price", "kind", "photo"], np.array([4, 2]))
    assert found["price"].shape == (2, 1)
    assert found["price"][0, 0] == dataset.columns["price"][4]
    assert found["kind"].dtype == np.int64
    assert found["photo"].max() <= 1
    places = np.arange(10)
    mean, std = target_scale(fit(dataset, places), "price")
    assert mean == pytest.approx(float(dataset.columns["price"][:10].mean()), rel=1e-6)
    assert std == pytest.approx(float(dataset.columns["price"][:10].std()), rel=1e-5)
    assert target_scale(fit(dataset, places, Preparation(targets="none")), "price") == (0.0, 1.0)
    assert target_scale(fit(dataset, places), "kind") == (0.0, 1.0)


def test_typed_values_become_a_row(dataset: Dataset) -> None:
    table = EVERYTHING[0][1]
    row = raw_row(table, dataset.schema, {"age": "41,5", "color": "green", "fixed": None, "town": ""})
    np.testing.assert_array_equal(row, np.array([[41.5, 1, nan, -1]], np.float32))
    with pytest.raises(UserError) as caught:
        raw_row(table, dataset.schema, {"age": "old", "color": "pink", "fixed": 1, "town": "Ulm"})
    assert "“age” needs a number" in caught.value.message
    assert "red, green or blue" in caught.value.message


def test_statistics_survive_json(dataset: Dataset) -> None:
    import json

    statistics = fit(dataset, np.arange(9), Preparation(numbers="minmax"))
    again = Statistics.from_json(json.loads(json.dumps(statistics.to_json(), allow_nan=False)))
    one = preparation_state(statistics, EVERYTHING, dataset.schema, Preparation())
    two = preparation_state(again, EVERYTHING, dataset.schema, Preparation())
    assert one.keys() == two.keys()
    assert all(np.array_equal(one[name], two[name]) for name in one)
    with pytest.raises(UserError, match="damaged"):
        Statistics.from_json({"fields": 3})
