"""Texts, recordings and tables of measurements handed to a trained model: read as its training data was."""

from __future__ import annotations

import shutil
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.data.dataset import scan
from engine.edits import add
from engine.errors import UserError
from engine.graph import Graph
from engine.project import Project
from engine.run.evaluate import evaluate
from engine.run.items import read_items
from engine.run.opened import Opened, opened
from engine.run.predict import predict
from engine.run.work import train
from engine.runs import Run
from engine.wiring import connect

ADAM = {"type": "Adam", "lr": 0.03}


def chain(source: dict[str, Any], *cards: tuple[str, dict[str, Any]]) -> Project:
    graph, last = Graph(), ""
    for place, (layer, settings) in enumerate(cards):
        graph, new = add(graph, layer, 0.0, 100.0 * place, settings)
        graph = connect(graph, last, new) if last else graph
        last = new
    return Project("Kinds", {"main": graph}, data=scan(source))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    made = tmp_path_factory.mktemp("kinds")
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def texts(folder: Path) -> Run:
    path = folder / "mood.tsv"
    good, bad = ("lovely", "great", "fun", "warm"), ("dull", "long", "cold", "awful")
    random = np.random.default_rng(3)
    lines = []
    for row in range(300):
        words = [*random.choice(good if row % 2 else bad, 3), *random.choice(["the", "film", "was", "and"], 4)]
        random.shuffle(words)
        lines.append(f"{'good' if row % 2 else 'bad'}\t{' '.join(words)}")
    path.write_text("\n".join(lines) + "\n")
    cards = [("TokenInput", {}), ("EmbeddingBag", {"features": 8}), ("Linear", {"features": 2}), ("CrossEntropy", {})]
    source = {"type": "TextTable", "path": str(path), "length": 10}
    return train(chain(source, *cards), folder, epochs=20, device="cpu", optimizer=ADAM)


@pytest.fixture(scope="module")
def tones(folder: Path) -> Run:
    cards = [("SignalInput", {}), ("Conv1d", {"filters": 8}), ("ReLU", {}), ("GlobalAvgPool1d", {})]
    cards += [("Linear", {"features": 4}), ("CrossEntropy", {})]
    source = {"type": "GeneratedTones", "items": 200, "seconds": 0.1}
    return train(chain(source, *cards), folder, epochs=1, device="cpu", optimizer=ADAM)


@pytest.fixture(scope="module")
def forecast(folder: Path) -> Run:
    path = folder / "counting.csv"
    path.write_text("day,sun,rain\n" + "".join(f"d{row},{row},{2 * row + 5}\n" for row in range(200)))
    cards = [("SeriesInput", {}), ("Flatten", {}), ("Linear", {"features": 1}), ("MSE", {})]
    source = {"type": "SeriesTable", "path": str(path), "window": 4}
    return train(chain(source, *cards), folder, epochs=60, device="cpu", optimizer=ADAM)


def wav(path: Path, samples: np.ndarray, rate: int) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return path


def the_answer(told: dict[str, Any]) -> dict[str, Any]:
    (answer,) = told["items"][0]["answers"].values()
    assert isinstance(answer, dict)
    return answer


# ---- texts -------------------------------------------------------------------------------------------------------


def test_a_typed_text_gets_its_mood(texts: Run) -> None:
    assert evaluate(texts)["outputs"][0]["metrics"]["accuracy"] > 0.95
    assert the_answer(predict(texts, "The film was LOVELY and warm"))["class"] == "good"
    assert the_answer(predict(texts, "dull, dull and strangely cold!"))["class"] == "bad"
    assert the_answer(predict(texts, {"text": "great great fun"}))["class"] == "good"
    several = predict(texts, ["great fun", "awful"])["items"]
    assert [one["answers"]["label"]["class"] for one in several] == ["good", "bad"]
    assert several[0]["name"] == "great fun"


def test_texts_in_files(texts: Run, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("an awful, long film")
    assert the_answer(predict(texts, str(tmp_path / "note.txt")))["class"] == "bad"
    (tmp_path / "many.csv").write_text("who,text\nann,great fun\nbob,dull and long\n")
    found = predict(texts, str(tmp_path / "many.csv"))["items"]
    assert [one["answers"]["label"]["class"] for one in found] == ["good", "bad"]
    (tmp_path / "other.csv").write_text("who,words\nann,great fun\n")
    with pytest.raises(UserError, match="text is missing"):
        predict(texts, str(tmp_path / "other.csv"))


def test_numbers_of_words_are_checked(texts: Run) -> None:
    model = opened(texts)
    size = model.signature.inputs[0].classes
    assert _numbers(model, [[size - 1] * 10]).dtype == np.int64
    for wrong in (size, -1):
        with pytest.raises(UserError, match=f"whole numbers from 0 to {size - 1}"):
            _numbers(model, [[wrong] * 10])
    with pytest.raises(UserError, match="items × 10"):
        _numbers(model, [[1] * 9])


def _numbers(model: Opened, values: list[list[int]]) -> np.ndarray:
    return read_items(model, values).arrays[0]


# ---- sounds ------------------------------------------------------------------------------------------------------


def test_a_recording_of_another_rate_and_length(tones: Run, tmp_path: Path) -> None:
    time = np.arange(8820) / 44100
    path = wav(tmp_path / "hum.wav", 0.5 * np.sin(2 * np.pi * 300 * time), 44100)
    (array,) = read_items(opened(tones), str(path)).arrays
    assert array.shape == (1, 1, 800)
    np.testing.assert_allclose(
        array[0, 0, 50:750], 0.5 * np.sin(2 * np.pi * 300 * np.arange(50, 750) / 8000), atol=0.01
    )
    assert sum(share for _, share in the_answer(predict(tones, str(path)))["top"]) == pytest.approx(1, abs=1e-5)
    for name in ("no.wav", "x.png"):
        (tmp_path / name).write_bytes(b"nothing")
    with pytest.raises(UserError, match="is no WAV file"):
        predict(tones, str(tmp_path / "no.wav"))
    with pytest.raises(UserError, match="does not fit: this model reads a recording"):
        predict(tones, str(tmp_path / "x.png"))


def test_a_recording_for_a_model_that_reads_something_else(texts: Run, forecast: Run, tmp_path: Path) -> None:
    path = wav(tmp_path / "hum.wav", np.zeros(100), 8000)
    for run, reads in ((texts, "a text"), (forecast, "a series")):
        with pytest.raises(UserError, match=f"hum.wav does not fit: this model reads {reads}"):
            predict(run, str(path))


# ---- series ------------------------------------------------------------------------------------------------------


def test_the_last_window_of_another_table(forecast: Run, tmp_path: Path) -> None:
    path = tmp_path / "later.csv"
    path.write_text("rain,sun\n" + "".join(f"{2 * row + 5},{row}\n" for row in range(20, 60)))
    (array,) = read_items(opened(forecast), str(path)).arrays
    np.testing.assert_array_equal(array, [[[row, 2 * row + 5] for row in range(56, 60)]])
    assert the_answer(predict(forecast, str(path)))["value"] == pytest.approx(2 * 60 + 5, abs=12)
    rows = [[row, 2 * row + 5] for row in range(56, 60)]
    assert the_answer(predict(forecast, {"series": rows}))["value"] == the_answer(predict(forecast, str(path)))["value"]
    path.write_text("rain,snow\n1,2\n")
    with pytest.raises(UserError, match="this model reads sun and rain"):
        predict(forecast, str(path))
