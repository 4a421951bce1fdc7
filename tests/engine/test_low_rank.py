"""Low-rank learning: it starts as the layer it stands beside, only the waist learns, and export merges the two."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import onnx
import pytest
import torch

from engine.exporters import exporter_of
from engine.layer import Misfit, layers
from engine.project import Project, loads
from engine.project import dumps as as_text
from engine.run.adapters import adapted, merged, weights_for
from engine.run.model import build, load
from engine.run.work import train
from engine.shapes import Image, Numbers, Sequence, Signal, Tensor, Volume
from tests.contracts.invent import Built, Case
from tests.engine.recipe_help import chain, project, told

GROWN = {"filters": 5, "kernel": 3, "stride": 2, "padding": 1, "output_padding": 1}
SLID = {"filters": 5, "kernel": 3, "stride": 2, "padding": 1, "dilation": 2, "padding_mode": "reflect"}
LAYERS: list[tuple[str, Tensor, dict[str, Any]]] = [
    ("Linear", Numbers(6), {"features": 5}),
    ("Linear", Sequence(4, 6), {"features": 5, "bias": False}),
    ("Conv1d", Signal(4, 12), SLID),
    ("Conv2d", Image(4, 12, 10), SLID),
    ("Conv3d", Volume(4, 8, 9, 10), SLID),
    ("ConvTranspose1d", Signal(4, 7), GROWN),
    ("ConvTranspose2d", Image(4, 7, 6), GROWN | {"dilation": 2}),
    ("ConvTranspose3d", Volume(4, 3, 4, 5), GROWN | {"bias": False}),
]
every = pytest.mark.parametrize(("name", "x", "settings"), LAYERS, ids=lambda value: str(value)[:24])


def built(name: str, x: Tensor, settings: dict[str, Any]) -> Built:
    torch.manual_seed(0)
    layer = layers[name](**{"lora_rank": 2, **settings})
    case = Case(layer, {layer.ports()[0].name: (x,)})
    case.shapes()
    return Built(case)


def trained(name: str, x: Tensor, settings: dict[str, Any]) -> Any:
    """The `LowRank` module after some steps of training."""
    module: Any = built(name, x, settings).module
    optimizer = torch.optim.Adam([weight for weight in module.parameters() if weight.requires_grad], lr=0.1)
    values = torch.randn(8, *x.dims)
    for _ in range(5):
        optimizer.zero_grad()
        (module(values) - 1).square().mean().backward()
        optimizer.step()
    return module


@every
def test_it_starts_as_the_layer_it_stands_beside(name: str, x: Tensor, settings: dict[str, Any]) -> None:
    made, values = built(name, x, settings), torch.randn(3, *x.dims)
    [found] = made(values)
    assert torch.equal(found, made.module.base(values))
    assert made.module.down(values).abs().max() > 0


@every
def test_only_the_waist_learns(name: str, x: Tensor, settings: dict[str, Any]) -> None:
    before = built(name, x, settings).module.state_dict()
    after = trained(name, x, settings).state_dict()
    changed = {key for key, value in after.items() if not torch.equal(value, before[key])}
    assert changed == {"down.weight", "up.weight"}


@pytest.mark.parametrize("wrap", ["none", "weight norm", "spectral norm"])
@every
def test_merged_it_is_one_layer_with_the_same_answers(
    name: str, x: Tensor, settings: dict[str, Any], wrap: str
) -> None:
    module = trained(name, x, settings | {"wrap": wrap}).eval()
    values = torch.randn(3, *x.dims)
    with torch.no_grad():
        expected = module(values)
        one = merged(module)
        assert not torch.allclose(expected, module.base(values), atol=1e-3), "training changed nothing"
        torch.testing.assert_close(one(values), expected, rtol=1e-4, atol=1e-4)
        assert type(one) is getattr(torch.nn, name) and not list(one.children())
        # the trained layer and its copies stay as they were
        torch.testing.assert_close(module(values), expected)
        torch.testing.assert_close(copy.deepcopy(module)(values), expected)


@pytest.mark.parametrize(
    "name", ["Conv1d", "Conv2d", "Conv3d", "ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d"]
)
def test_it_needs_channels_that_see_each_other(name: str) -> None:
    x = next(x for other, x, _ in LAYERS if other == name)
    with pytest.raises(Misfit, match="Low-rank learning needs channels") as caught:
        layers[name](lora_rank=2, groups=2, filters=4).shape(x)
    assert caught.value.message.endswith("switch “Low-rank learning” to 0.")


# ---- fine-tuning a run -------------------------------------------------------------------------------------------


def drawing(rank: int, start: str = "", epochs: int = 3) -> Project:
    about = {"lora_rank": rank}
    drawn = chain(
        "ImageInput",
        ("Conv2d", {"filters": 6, "kernel": 3, "stride": 2, **about}),
        "ReLU",
        ("ConvTranspose2d", {"filters": 4, **about}),
        "ReLU",
        "Flatten",
        ("Linear", {"features": 10, **about}),
        "CrossEntropy",
    )
    recipe = {"type": "Supervised", "epochs": epochs, "batch_size": 64, "optimizer": {"type": "Adam", "lr": 0.01}}
    if start:
        recipe["start_from"] = {"type": "OtherRun", "run": start}
    return project(drawn, "DigitsData", recipe)


@pytest.fixture(scope="module")
def runs_of(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any, Path]:
    """A run of plain layers, and one that learns a waist beside what that one has learned."""
    folder = tmp_path_factory.mktemp("low_rank")
    base = train(drawing(0), folder / "runs", device="cpu")
    return base, train(drawing(3, base.id), folder / "runs", device="cpu"), folder


def test_a_waist_is_learned_beside_the_weights_of_another_run(runs_of: tuple[Any, Any, Path]) -> None:
    base, run, _ = runs_of
    plain, tuned = load(base).network.state_dict(), load(run, "last").network.state_dict()
    for name, weight in plain.items():
        node, _, rest = name.partition(".")
        assert torch.equal(tuned[f"{node}.base.{rest}"], weight), name
    waists = [name for name in tuned if ".up." in name]
    assert len(waists) == 3 and all(tuned[name].abs().max() > 0 for name in waists)
    [note] = [event.text for event in run.events() if event.kind == "note"]
    assert note.startswith("6 weights come from run") and "down.weight" in note
    assert told(run, "validation", "accuracy")[-1] >= told(base, "validation", "accuracy")[-1] - 0.02


def test_its_file_and_its_export_give_what_it_has_learned(runs_of: tuple[Any, Any, Path]) -> None:
    _, run, folder = runs_of
    assert as_text(loads(as_text(run.project()))) == as_text(run.project())
    found = exporter_of("onnx").export(run, folder / "tuned.onnx")
    assert found["largest"] <= 1e-5 and found["same_class"] == found["class_items"] > 0
    kinds = [node.op_type for node in onnx.load(folder / "tuned.onnx").graph.node]
    assert [kinds.count(kind) for kind in ("Conv", "ConvTranspose", "Gemm", "MatMul")] == [1, 1, 1, 0]
    assert exporter_of("python").export(run, folder / "tuned")["largest"] <= 1e-5


def test_a_plain_network_takes_over_what_a_waist_has_learned(runs_of: tuple[Any, Any, Path]) -> None:
    base, run, _ = runs_of
    tuned, plain = load(run), build(drawing(0), load(base).statistics)
    assert len(adapted(tuned)) == 3 and not adapted(plain)
    plain.network.load_state_dict(weights_for(plain, tuned))
    pictures = torch.rand(16, 1, 8, 8)
    with torch.no_grad():
        expected, found = tuned.network.eval()(pictures), plain.network.eval()(pictures)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)
    assert any(".up." in name for name in tuned.network.state_dict()), "the trained network keeps its waists"
