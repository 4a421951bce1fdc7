"""Texts, sounds and inputs without a field through preparation and ONNX; targets that the model reads as well."""

from __future__ import annotations

import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import onnxruntime
import pytest
import torch
from torch import Tensor, nn

from engine.check import check
from engine.codegen import generate
from engine.data.dataset import Dataset, scan
from engine.data.fields import category, series, signal, tokens
from engine.data.preparation import Preparation, preparation_source, preparation_state, raw_inputs, raw_targets
from engine.data.preview import histogram, rows, summaries, thumbnails
from engine.data.quality import report
from engine.data.split import Split
from engine.data.statistics import fit
from engine.data.vocabulary import PADDING, UNKNOWN
from engine.edits import add
from engine.errors import UserError
from engine.exporters.signature import signature
from engine.graph import Graph
from engine.layer import layers
from engine.project import Project
from engine.wiring import connect

COUNT = 30
WORDS = (PADDING, UNKNOWN, "the", "dog", "cat", "rare", "never")


def bind(*pairs: tuple[str, str, dict[str, Any]]) -> list[tuple[Any, Any]]:
    return [(SimpleNamespace(id=name), layers[kind](**params)) for name, kind, params in pairs]


@pytest.fixture
def dataset() -> Dataset:
    random = np.random.default_rng(4)
    fields = (
        tokens("text", 6, WORDS),
        tokens("letters", 5, ("a", "b", "c")),
        signal("sound", 2, 40),
        series("walk", 8, 2),
        category("kind", ("a", "b"), "target"),
    )
    text = random.integers(1, 5, (COUNT, 6))
    text[:, 4:] = 0
    text[20:, 0] = 5  # rare words stand in the last items only
    columns: dict[str, Any] = {
        "text": text,
        "letters": random.integers(0, 3, (COUNT, 5)),
        "sound": random.integers(-9000, 9000, (COUNT, 2, 40)).astype(np.int16),
        "walk": random.normal(3, 2, (COUNT, 8, 2)).astype(np.float32),
        "kind": random.integers(0, 2, COUNT),
    }
    return Dataset(fields, columns, COUNT, None, (), "x")


EVERYTHING = bind(
    ("text", "TokenInput", {"field": "text"}),
    ("letters", "TokenInput", {"field": "letters"}),
    ("sound", "SignalInput", {}),
    ("noise", "NoiseInput", {"size": 7}),
    ("step", "TimeStepInput", {"steps": 50}),
)


def built(dataset: Dataset, inputs: Any, preparation: Preparation, places: Any) -> nn.Module:
    source = preparation_source(inputs, dataset.schema, preparation)
    space: dict[str, Any] = {"torch": torch, "nn": nn, "Tensor": Tensor}
    exec(compile(source, "<preparation>", "exec"), space)
    module: nn.Module = space["Preparation"]()
    state = preparation_state(fit(dataset, places, preparation), inputs, dataset.schema, preparation)
    module.load_state_dict({name: torch.from_numpy(value) for name, value in state.items()}, strict=True)
    return module.eval()


def test_raw_values_have_the_types_of_the_model(dataset: Dataset) -> None:
    text, letters, sound, noise, step = raw_inputs(dataset, EVERYTHING, np.array([3, 8]))
    assert [one.dtype.name for one in (text, letters, sound, noise, step)] == [
        "int64", "int64", "float32", "float32", "int64"
    ]  # fmt: skip
    np.testing.assert_allclose(sound, dataset.columns["sound"][[3, 8]] / 32767, rtol=1e-6)
    assert noise.shape == (2, 7)
    assert step.shape == (2,)
    assert 0 <= step.min() <= step.max() < 50
    again = raw_inputs(dataset, EVERYTHING, np.array([8]))
    np.testing.assert_array_equal(again[3][0], noise[1])  # the same item gets the same noise
    assert not np.array_equal(noise[0], noise[1])


def test_words_that_training_never_saw_become_unknown(dataset: Dataset) -> None:
    module = built(dataset, EVERYTHING, Preparation(), np.arange(20))
    raw = raw_inputs(dataset, EVERYTHING, np.arange(COUNT))
    text, letters, sound, noise, step = (one.numpy() for one in module(*map(torch.from_numpy, raw)))
    np.testing.assert_array_equal(text[:20], dataset.columns["text"][:20])
    assert (text[20:, 0] == WORDS.index(UNKNOWN)).all()
    np.testing.assert_array_equal(text[20:, 1:], dataset.columns["text"][20:, 1:])
    assert (text[:, 4:] == 0).all()  # padding stays
    np.testing.assert_array_equal(letters, dataset.columns["letters"])  # no entry for unknown: as it is
    train = dataset.columns["sound"][:20] / 32767
    mean, std = train.mean(axis=(0, 2)), train.std(axis=(0, 2))
    np.testing.assert_allclose(sound, (raw[2] - mean[:, None]) / std[:, None], atol=1e-4)
    np.testing.assert_array_equal(noise, raw[3])
    np.testing.assert_array_equal(step, raw[4])
    as_it_is = built(dataset, EVERYTHING, Preparation(numbers="none"), np.arange(20))
    np.testing.assert_array_equal(as_it_is(*map(torch.from_numpy, raw))[2].numpy(), raw[2])


@pytest.mark.filterwarnings("ignore::FutureWarning")  # the exporter's own, inside torch
@pytest.mark.filterwarnings("ignore:.*axis name:UserWarning")  # all inputs share the batch, as they should
def test_onnx_gives_the_same_at_any_batch_size(dataset: Dataset) -> None:
    module = built(dataset, EVERYTHING, Preparation(), np.arange(20))
    names = [f"in_{node.id}" for node, _ in EVERYTHING]
    sample = tuple(map(torch.from_numpy, raw_inputs(dataset, EVERYTHING, np.arange(2))))
    # an output must not be an input as it is, so each gets something added
    held, batch = io.BytesIO(), torch.export.Dim("batch")
    program = torch.onnx.export(
        _PlusOne(module).eval(), sample, dynamo=True, opset_version=20, input_names=names,
        dynamic_shapes=(tuple({0: batch} for _ in names),), verbose=False,
    )  # fmt: skip
    program.save(held)
    session = onnxruntime.InferenceSession(held.getvalue())
    for size in (1, 7, COUNT):
        raw = raw_inputs(dataset, EVERYTHING, np.arange(size))
        wanted = module(*map(torch.from_numpy, raw))
        got = session.run(None, dict(zip(names, raw, strict=True)))
        for one, two in zip(got, wanted, strict=True):
            np.testing.assert_allclose(one - 1, two.numpy(), rtol=1e-5, atol=1e-5)


class _PlusOne(nn.Module):
    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, *given: Tensor) -> tuple[Tensor, ...]:
        return tuple(one + 1 for one in self.inner(*given))


def test_targets_of_every_kind(dataset: Dataset) -> None:
    found = raw_targets(dataset, ["text", "sound", "walk"], np.array([2, 5]))
    assert found["text"].dtype == np.int64
    np.testing.assert_array_equal(found["text"], dataset.columns["text"][[2, 5]])
    assert np.abs(found["sound"]).max() <= 1
    np.testing.assert_array_equal(found["walk"], dataset.columns["walk"][[2, 5]])


def test_texts_sounds_and_series_are_shown(dataset: Dataset) -> None:
    shown = rows(dataset, 20, 1)[0]
    assert shown["text"].startswith("rare ")
    assert PADDING not in shown["text"]
    assert set(shown["letters"]) <= set("abc")
    assert shown["sound"] == "2 ch × 40 steps"
    about = {one["name"]: one for one in summaries(dataset)}
    assert about["text"]["classes"] == len(WORDS)
    assert PADDING not in dict(about["text"]["top"])
    assert about["text"]["top"][0][1] == max(np.bincount(dataset.columns["text"].ravel())[1:])
    for name in ("sound", "walk"):
        assert sum(about[name]["histogram"]["counts"]) > 0
        assert thumbnails(dataset, [0, 1], 80, name)[1].startswith(b"\x89PNG")
    assert thumbnails(dataset, [0], 80, "walk") != thumbnails(dataset, [1], 80, "walk")
    for refused in (lambda: thumbnails(dataset, [0], 80, "text"), lambda: histogram(dataset, "text")):
        with pytest.raises(UserError, match="“text” is a tokens"):
            refused()


def test_a_curve_reaches_from_top_to_bottom() -> None:
    from engine.data.preview import curve

    wave = np.sin(np.linspace(0, 6.28, 500))[None]
    drawn = curve(wave, 100)[0] < 128
    assert drawn.any(axis=0).all()  # no gap
    assert drawn[:3].any()
    assert drawn[-4:].any()
    assert drawn[:, 25].argmax() < drawn[:, 75].argmax()  # up first, then down
    assert not (curve(np.full((1, 9), np.nan), 50) < 128).any()


def test_unknown_words_and_silence_are_told(dataset: Dataset) -> None:
    dataset.columns["text"][3] = 0
    dataset.columns["sound"][[5, 6]] = 0
    places = np.arange(COUNT)
    told = {
        one["kind"] + " " + str(one["field"]): one
        for one in report(dataset, Split(places[:20], places[20:25], places[25:]))
    }
    assert "Many unknown words in the test part" in told["unknown words text"]["title"]
    assert told["empty text"]["items"] == [3]
    assert told["empty sound"]["items"] == [5, 6]


def chain(source: dict[str, Any], *cards: tuple[str, dict[str, Any]]) -> Project:
    graph, last = Graph(), ""
    for place, (layer, settings) in enumerate(cards):
        graph, new = add(graph, layer, 0.0, 100.0 * place, settings)
        graph = connect(graph, last, new) if last else graph
        last = new
    return Project("Kinds", {"main": graph}, data=scan(source))


def test_an_input_can_be_its_own_target() -> None:
    """An autoencoder: the picture goes in, and the picture is the right answer."""
    cards = [("ImageInput", {}), ("Flatten", {}), ("Linear", {"features": 64}), ("Reshape", {"size": (1, 8, 8)})]
    project = chain({"type": "DigitsData"}, *cards, ("MSE", {"target": "image"}))
    assert not [one for one in check(project) if one.level == "error"]
    source = generate(project)
    assert [one.target for one in source.outputs] == ["image"]
    dataset = Dataset(project.data.fields, scan_columns(project), 1797, None, (), "")
    truth = raw_targets(dataset, ["image"], np.arange(3))["image"]
    assert truth.shape == (3, 1, 8, 8)
    assert 0 <= truth.min() <= truth.max() <= 1


def scan_columns(project: Project) -> Any:
    from engine.data.dataset import open_dataset

    return open_dataset(project.data).columns


def test_the_exported_file_says_what_it_reads(tmp_path: Path) -> None:
    cards = [("TokenInput", {"field": "source"}), ("EmbeddingBag", {}), ("Linear", {"features": 3}), ("Output", {})]
    project = chain({"type": "SequencePairs", "items": 200}, *cards)
    (one,) = signature(project, generate(project)).inputs
    assert (one.name, one.kind, one.dtype) == ("source", "tokens", "int64")
    assert one.classes == len(one.fields[0].classes) == len(one.to_json()["classes"])
    made = chain({"type": "DigitsData"}, ("NoiseInput", {"size": 5}), ("Linear", {"features": 3}), ("Output", {}))
    (one,) = signature(made, generate(made)).inputs
    assert (one.kind, one.dims, one.dtype) == ("free", (5,), "float32")
    assert "classes" not in one.to_json()
