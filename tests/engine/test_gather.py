"""Gather takes what torch's gather and index_select take, leaves for ONNX, and older files keep their wires."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import onnx
import pytest
import torch

from engine.check import check
from engine.clip import from_text
from engine.codegen import generate
from engine.data.dataset import scan
from engine.edits import add
from engine.exporters import exporter_of
from engine.graph import Graph
from engine.graphfile import blocks_from_json, graph_json
from engine.layer import Misfit, layers
from engine.project import Project, from_json, to_json
from engine.run.work import train
from engine.shapes import Anything, Category, Image, Mask, Numbers, Sequence, Signal, Tensor, Tokens, Volume
from engine.wiring import connect
from tests.contracts.invent import Built, Case, data

AXES = {"first": 1, "last": -1, "channels": 1, "features": -1, "time": 1, "depth": -3, "height": -2, "width": -1}


def gathered(settings: dict[str, Any], x: Tensor, places: Tensor | None = None) -> Built:
    inputs = {"x": (x,)} | ({} if places is None else {"places": (places,)})
    return Built(Case(layers["Gather"](**settings), inputs))


def shape_of(settings: dict[str, Any], x: Tensor, places: Tensor | None = None) -> Tensor:
    inputs = {"x": (x,)} | ({} if places is None else {"places": (places,)})
    [found] = Case(layers["Gather"](**settings), inputs).shapes()
    return found


def ids(like: Tensor) -> Tensor:
    return Anything(*like.dims, names=like.names, element="token")


WHERE = [
    (Numbers(5), "first"),
    (Sequence(4, 3), "time"),
    (Sequence(4, 3), "last"),
    (Signal(3, 5), "channels"),
    (Signal(3, 5), "last"),
    (Image(2, 4, 3), "channels"),
    (Image(2, 4, 3), "height"),
    (Image(2, 4, 3), "width"),
    (Volume(2, 3, 4, 5), "depth"),
]
where = pytest.mark.parametrize(("x", "axis"), WHERE, ids=lambda value: str(value))


@where
def test_a_list_takes_the_same_places_of_everything(x: Tensor, axis: str) -> None:
    values, dim = data(x), AXES[axis]
    places = torch.randint(0, values.size(dim), (2, 6))
    found = gathered({"axis": axis}, x, Tokens(6))(values, places)[0]
    for item in range(2):
        taken = values[item : item + 1].index_select(dim, places[item])[0]
        assert torch.equal(found[item], taken)
    assert shape_of({"axis": axis}, x, Tokens(6)).dims == tuple(found.shape[1:])


@where
def test_as_many_axes_choose_a_place_for_every_number(x: Tensor, axis: str) -> None:
    values, dim = data(x), AXES[axis]
    size = [2, *x.dims]
    size[dim] = 7
    places = torch.randint(0, values.size(dim), size)
    wired = Anything(*size[1:], names=x.names, element="token")
    wired = wired if x.rank > 1 else Tokens(7)
    found = gathered({"axis": axis}, x, wired)(values, places)[0]
    assert torch.equal(found, torch.gather(values, dim, places))
    assert shape_of({"axis": axis}, x, wired) == x.sized(*size[1:])


@where
def test_one_place_takes_the_axis_away(x: Tensor, axis: str) -> None:
    values, dim = data(x), AXES[axis]
    places = torch.randint(0, values.size(dim), (2,))
    found = gathered({"axis": axis}, x, Category(classes=99))(values, places)[0]
    for item in range(2):
        assert torch.equal(found[item], values[item : item + 1].select(dim, places[item])[0])
    assert shape_of({"axis": axis}, x, Category()).dims == tuple(found.shape[1:])


@where
def test_fixed_places_are_taken_while_nothing_is_wired(x: Tensor, axis: str) -> None:
    values, dim = data(x), AXES[axis]
    settings = {"axis": axis, "fixed": (-1, 0, 1)}
    found = gathered(settings, x)(values)[0]
    assert torch.equal(found, values.index_select(dim, torch.tensor([values.size(dim) - 1, 0, 1])))
    assert shape_of(settings, x).dims == tuple(found.shape[1:])
    # what is wired comes first
    assert shape_of(settings, x, Tokens(9)).dims != shape_of(settings, x).dims


def test_an_axis_of_size_one_chooses_for_all_others() -> None:
    x = torch.randn(2, 3, 4, 5)
    places = torch.randint(0, 4, (2, 1, 1, 5))
    wired = Anything(1, 1, 5, names=("channels", "height", "width"), element="token")
    found = gathered({"axis": "height"}, Image(3, 4, 5), wired)(x, places)[0]
    assert torch.equal(found, torch.take_along_dim(x, places, 2))
    assert shape_of({"axis": "height"}, Image(3, 4, 5), wired) == Image(3, 1, 5)


def test_a_place_beyond_the_end_takes_the_last_one() -> None:
    x = torch.arange(12.0).reshape(1, 4, 3)
    made = gathered({}, Sequence(4, 3), Tokens(3, classes=9))
    assert made(x, torch.tensor([[2, 0, 8]]))[0][0, :, 0].tolist() == [6, 0, 9]


def test_gradients_reach_what_was_taken_and_nothing_else() -> None:
    x = torch.zeros(1, 4, 2, requires_grad=True)
    gathered({}, Sequence(4, 2), Tokens(2))(x, torch.tensor([[3, 1]]))[0].sum().backward()
    assert x.grad is not None
    assert x.grad[0, :, 0].tolist() == [0, 1, 0, 1]


def test_ids_and_masks_stay_what_they_are() -> None:
    assert shape_of({}, Tokens(6, classes=20), Tokens(3, classes=6)) == Tokens(3, classes=20)
    assert shape_of({}, Tokens(6, classes=20), Category(classes=6)) == Category(classes=20)
    assert shape_of({"fixed": (0,)}, Mask(6)) == Mask(1)
    found = gathered({}, Tokens(4, classes=20), Category(classes=4))(torch.tensor([[5, 6, 7, 8]]), torch.tensor([2]))[0]
    assert found.tolist() == [7] and found.dtype == torch.int64


MISTAKES = [
    ({}, (Sequence(4, 3),), None, "needs to know the places"),
    ({"fixed": (0, 4)}, (Sequence(4, 3),), "x", "no place 4"),
    ({"fixed": (-5,)}, (Sequence(4, 3),), "x", "no place −5"),
    ({}, (Sequence(4, 3), Numbers(2)), "places", "whole numbers"),
    ({}, (Sequence(4, 3), Mask(4)), "places", "whole numbers"),
    ({}, (Image(2, 4, 3), ids(Sequence(4, 3))), "places", "do not fit"),
    ({"axis": "time"}, (Sequence(4, 3), ids(Sequence(4, 5))), "places", "do not fit"),
    ({"axis": "height"}, (Sequence(4, 3), Tokens(2)), "x", "finds no height"),
]


@pytest.mark.parametrize(("settings", "inputs", "port", "words"), MISTAKES, ids=lambda value: str(value)[:24])
def test_mistakes_are_said(settings: dict[str, Any], inputs: tuple[Tensor, ...], port: str | None, words: str) -> None:
    with pytest.raises(Misfit, match=words) as caught:
        shape_of(settings, *inputs)
    assert caught.value.port == port
    assert caught.value.message.count("\n") == 1 and caught.value.message.endswith(".")


# ---- in a network ------------------------------------------------------------------------------------------------


def picking() -> Project:
    """Each row of a digit's image is replaced by the row that its brightest point names; three of them are kept."""
    drawn = Graph()
    for layer, settings in (
        ("ImageInput", {}),
        ("RowsAsSteps", {}),
        ("ArgMax", {"axis": "last"}),
        ("Gather", {"axis": "time"}),
        ("Gather", {"axis": "time", "fixed": [0, 3, -1]}),
        ("Flatten", {}),
        ("Linear", {"features": 10}),
        ("CrossEntropy", {"target": "digit"}),
    ):
        drawn, _ = add(drawn, layer, params=settings)
    pixels, rows, brightest, named, kept, *rest = drawn.nodes
    for wire in ((pixels, rows), (rows, brightest), (named, kept), *pairwise((kept, *rest))):
        drawn = connect(drawn, *wire)
    drawn = connect(drawn, rows, named, input="x")
    drawn = connect(drawn, brightest, named, input="places")
    about = {"type": "Supervised", "epochs": 1, "batch_size": 256}
    return Project("Picking", {"main": drawn}, data=scan({"type": "DigitsData"}), recipe=about)


def test_it_trains_and_leaves_with_proof(tmp_path: Path) -> None:
    value = picking()
    assert [problem for problem in check(value) if problem.level == "error"] == []
    assert "[:, [0, 3, -1]]" in generate(value).text
    run = train(value, tmp_path / "runs", device="cpu")
    path = tmp_path / "picking.onnx"
    told = exporter_of("onnx").export(run, path)
    assert told["largest"] <= 1e-5 and told["same_class"] == told["class_items"] > 0
    kinds = {node.op_type for node in onnx.load(path).graph.node}
    assert {"GatherElements", "GatherND"} <= kinds


# ---- older files -------------------------------------------------------------------------------------------------

OLD = {
    "nodes": [
        {"id": "rows", "layer": "RowsAsSteps", "x": 0, "y": 0},
        {"id": "ids", "layer": "ArgMax", "x": 0, "y": 0},
        {"id": "gather_steps_1", "layer": "GatherSteps", "x": 0, "y": 0, "note": "kept"},
    ],
    "edges": [["rows", "out", "gather_steps_1", "sequence"], ["ids", "out", "gather_steps_1", "places"]],
}


def renewed(drawn: Graph) -> None:
    node = drawn.nodes["gather_steps_1"]
    assert (node.layer, node.note) == ("Gather", "kept")
    assert {(edge.source, edge.input) for edge in drawn.incoming["gather_steps_1"]} == {
        ("rows", "x"),
        ("ids", "places"),
    }
    assert graph_json(drawn)["nodes"][0]["layer"] == "Gather"


def test_older_projects_keep_their_wires() -> None:
    values = to_json(Project("Old", {"main": Graph()}))
    renewed(from_json({**values, "networks": {"main": OLD}}).graph)


def test_older_blocks_and_clippings_keep_their_wires() -> None:
    renewed(blocks_from_json([{"name": "Picker", "graph": OLD}], "The library")["Picker"].graph)
    renewed(from_text(json.dumps({"lamina": "nodes", "format": 1, **OLD})).part)
