"""Exported programs read texts, recordings, pictures and values exactly as Lamina does, and know nothing of it."""

from __future__ import annotations

import json
import subprocess
import sys
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine.errors import UserError
from engine.exporters import exporter_of
from engine.run import inlining
from engine.run.items import read_items
from engine.run.opened import opened
from engine.run.python_export import ALONE
from engine.run.work import train
from engine.runs import Run
from tests.engine.recipe_help import chain, project
from tests.engine.test_recipe_translate import translating

FAST = {"type": "Supervised", "epochs": 1, "batch_size": 32, "optimizer": {"type": "Adam", "lr": 0.01}}
TEXTS = ("Free money now! Call\tme", "see you at the house, café", "FREE free FREE")


def spam(folder: Path) -> Run:
    table = folder / "messages.csv"
    rows = [f"{label},{text} number {place}" for place in range(30) for label, text in
            (("spam", "Free money call now"), ("ham", "see you at home"))]  # fmt: skip
    table.write_text("label,message\n" + "\n".join(rows), encoding="utf-8")
    graph = chain("TokenInput", ("Embedding", {"features": 6}), ("GRU", {"hidden": 6}), "LastStep",
                  ("Linear", {"features": 2}), "CrossEntropy")  # fmt: skip
    return train(project(graph, {"type": "TextTable", "path": str(table), "length": 6}, FAST), folder / "runs")


def stories(folder: Path) -> Run:
    graph = chain("TokenInput", ("Embedding", {"features": 6}), ("GRU", {"hidden": 6}), ("Linear", {"features": 27}),
                  "SequenceCrossEntropy")  # fmt: skip
    return train(project(graph, {"type": "StoryText", "items": 60, "length": 12}, FAST), folder / "runs")


def tones(form: str) -> Callable[[Path], Run]:
    first = ("Conv1d" if form == "waveform" else "Conv2d", {"filters": 4, "kernel": 9 if form == "waveform" else 3})
    graph = chain("SignalInput" if form == "waveform" else "ImageInput", first, "ReLU",
                  "GlobalAvgPool1d" if form == "waveform" else "GlobalAvgPool2d",
                  ("Linear", {"features": 4}), "CrossEntropy")  # fmt: skip
    source = {"type": "GeneratedTones", "items": 80, "form": form, "seconds": 0.2}
    return lambda folder: train(project(graph, source, FAST), folder / "runs")


def record(path: Path, rate: int, channels: int, width: int, seconds: float) -> None:
    """A recording of some kind: a tone that swells, another one in each channel."""
    time = np.arange(round(rate * seconds)) / rate
    sounds = np.stack([np.sin(2 * np.pi * (300 + 200 * place) * time) * time / seconds for place in range(channels)])
    whole = np.round(sounds.T * (2 ** (8 * width - 1) - 1)).astype("<i4")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(whole.ravel()[:, None].view(np.uint8)[:, :width].tobytes())


def alone(program: Path, *args: object) -> str:
    """What a program prints where Lamina cannot be imported."""
    call = [sys.executable, "-I", "-c", ALONE, str(program), *map(str, args)]
    done = subprocess.run(call, cwd=program.parent, capture_output=True, text=True, check=False, timeout=120)
    assert not done.returncode, done.stderr
    return done.stdout


def replies(run: Run, folder: Path, file: Path) -> list[dict[str, Any]]:
    """The answers to a file of all programs that a run leaves as."""
    found = []
    for key, name in (("python", "model.py"), ("bundle", "kit")):
        out = folder / name
        if not out.exists():
            exporter_of(key).export(run, out)
        if key == "python":
            (folder / "told").mkdir(exist_ok=True)
            alone(out, file, "--out", "told")
        else:
            alone(out / "run.py", file, "--out", folder / "kit.npz")
        with np.load(folder / (f"told/{file.stem}.npz" if key == "python" else "kit.npz")) as told:
            found.append(dict(told))
    return found


def same(run: Run, folder: Path, file: Path) -> None:
    """All programs answer a file as Lamina does."""
    model = opened(run)
    ours = model.answers(read_items(model, str(file)).arrays)
    for told in replies(run, folder, file):
        for spec, mine in zip(model.signature.outputs, ours, strict=True):
            assert told[spec.name].shape == mine.shape and np.abs(told[spec.name] - mine).max() < 1e-5


def test_a_model_of_messages_takes_texts(tmp_path):
    run = spam(tmp_path)
    for place, text in enumerate(TEXTS):
        file = tmp_path / f"text{place}.txt"
        file.write_text(text, encoding="utf-8")
        same(run, tmp_path, file)
    assert run.result("export:python")["reading"] == {"file": ".txt", "largest": pytest.approx(0, abs=1e-5)}
    assert run.result("export:bundle")["program"]["checked"] == "10 answers and one text"
    typed = alone(tmp_path / "model.py", "--text", TEXTS[0], "--text", TEXTS[1])
    assert [line.partition(", item")[0] for line in typed.splitlines()] == list(TEXTS[:2])
    assert alone(tmp_path / "kit" / "run.py", "--text", TEXTS[0]).startswith("label: ")
    probe = "import runpy; print(runpy.run_path('model.py')['predict']('Free money')['label'].shape)"
    done = subprocess.run([sys.executable, "-c", probe], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "(1, 2)\n"
    text = (tmp_path / "model.py").read_text()
    assert '--text "A text"' in text and "a text (.txt)" in text and "read_samples" not in text
    assert "from engine" not in text and "from engine" not in (tmp_path / "kit" / "run.py").read_text()


def test_a_writer_reads_the_end_of_a_text(tmp_path):
    run = stories(tmp_path)
    for name, text in (("short", "the fox"), ("long", "one day the old fox ran to the forest")):
        (tmp_path / f"{name}.txt").write_text(text)
        same(run, tmp_path, tmp_path / f"{name}.txt")
    done = subprocess.run([sys.executable, "model.py", "--text", "Ω"], cwd=tmp_path, capture_output=True, text=True,
                          check=False)  # fmt: skip
    assert done.returncode and "“Ω”" in done.stderr and "Traceback" not in done.stderr


def test_a_model_that_reads_two_texts_takes_them_by_name(tmp_path):
    run = train(translating(epochs=1), tmp_path / "runs")
    proof = exporter_of("python").export(run, tmp_path / "model.py")
    assert proof["reading"]["file"] == ".json"
    file = tmp_path / "pair.json"
    file.write_text(json.dumps({"source": "a c b", "answer": "a"}))
    (tmp_path / "told").mkdir()
    alone(tmp_path / "model.py", file, "--out", "told")
    model = opened(run)
    [ours] = model.answers(read_items(model, str(file)).arrays)
    with np.load(tmp_path / "told" / "pair.npz") as told:
        assert np.abs(told[model.signature.outputs[0].name] - ours).max() < 1e-5


@pytest.mark.parametrize("form", ["waveform", "mel"])
def test_a_model_of_sounds_takes_recordings(form, tmp_path):
    run = tones(form)(tmp_path)
    for place, kind in enumerate([(8000, 1, 2, 0.2), (8000, 2, 3, 0.1), (11025, 1, 4, 0.5)]):
        file = tmp_path / f"sound{place}.wav"
        record(file, *kind)
        same(run, tmp_path, file)
    assert run.result("export:bundle")["program"]["checked"] == "10 answers and one recording"
    assert "wave: " in alone(tmp_path / "model.py", "sound0.wav")
    (tmp_path / "broken.wav").write_bytes(b"RIFF")
    done = subprocess.run([sys.executable, "model.py", "broken.wav"], cwd=tmp_path, capture_output=True, text=True,
                          check=False)  # fmt: skip
    assert done.returncode and "broken.wav is no WAV file" in done.stderr and "Traceback" not in done.stderr


def test_a_bundle_reads_tables_and_gives_pictures_back(tmp_path):
    flowers = chain("TableInput", ("Linear", {"features": 3}), "CrossEntropy")
    run = train(project(flowers, "IrisData", FAST), tmp_path / "runs")
    (tmp_path / "two.csv").write_text(
        "petal width;petal length;sepal width;sepal length\n0.2;1.4;3.5;5.1\n2.3;6.1;;7.7\n"
    )
    same(run, tmp_path, tmp_path / "two.csv")
    columns = {"petal width": 0.2, "petal length": 1.4, "sepal width": None, "sepal length": 5.1}
    (tmp_path / "one.json").write_text(json.dumps(columns))
    same(run, tmp_path, tmp_path / "one.json")
    rebuilt = chain("ImageInput", "Flatten", ("Linear", {"features": 64}), ("Reshape", {"size": (1, 8, 8)}),
                    ("BinaryCrossEntropy", {"target": "image"}))  # fmt: skip
    plain = train(project(rebuilt, "DigitsData", {**FAST, "type": "Autoencoder"}), tmp_path / "runs")
    exporter_of("bundle").export(plain, tmp_path / "rebuild")
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (20, 20), np.uint8)).save(tmp_path / "in.png")
    told = alone(tmp_path / "rebuild" / "run.py", tmp_path / "in.png", "--out", tmp_path / "out.png")
    assert "1 pictures in" in told
    with Image.open(tmp_path / "out.png") as picture:
        assert picture.size == (8, 8)


def test_a_program_that_reads_otherwise_is_refused(tmp_path, monkeypatch):
    run = spam(tmp_path)
    real = inlining.taken

    def spoiled(module, names):
        return real(module, names).replace("text.lower()", "text.upper()")

    monkeypatch.setattr(inlining, "taken", spoiled)
    for key, name in (("python", "model.py"), ("bundle", "kit")):
        with pytest.raises(UserError, match="answers a text otherwise than Lamina"):
            exporter_of(key).export(run, tmp_path / name)
        assert not (tmp_path / name).exists()


def test_what_is_put_in_is_named_and_there():
    assert "def read_wav" not in inlining.taken("engine.data.wav", ["read_samples"])
    with pytest.raises(LookupError, match="has no gone"):
        inlining.taken("engine.data.wav", ["gone"])
