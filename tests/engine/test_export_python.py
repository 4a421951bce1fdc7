"""Export as a Python program: it runs without Lamina, answers the same, and is refused where it would not."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.data.dataset import open_dataset, scan
from engine.edits import add
from engine.errors import UserError
from engine.exporters import exporter_of
from engine.graph import Graph
from engine.project import Project
from engine.run import python_export, standalone
from engine.run.opened import opened
from engine.run.predict import predict
from engine.run.work import train
from engine.runs import Run
from engine.wiring import connect


def project(name: str, source: str, features: int, *cards: str, loss: str = "CrossEntropy", **about: str) -> Project:
    graph, last = Graph(), ""
    for place, card in enumerate([*cards, "Linear", loss]):
        graph, new = add(graph, card, 0.0, 100.0 * place, {"features": features} if card == "Linear" else {})
        graph = connect(graph, last, new) if last else graph
        last = new
    return Project(name, {"main": graph}, data=scan({"type": source}), about=about)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    made = tmp_path_factory.mktemp("python")
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def digits_run(folder: Path) -> Run:
    return train(project("Digits", "DigitsData", 10, "ImageInput", "Flatten"), folder, epochs=3, device="cpu")


def run_alone(*args: object, folder: Path) -> subprocess.CompletedProcess[str]:
    call = [sys.executable, "-I", *map(str, args)]
    return subprocess.run(call, cwd=folder, capture_output=True, text=True, timeout=60, check=False)


def test_the_program_runs_by_itself_and_answers_the_same(digits_run: Run, tmp_path: Path) -> None:
    told = exporter_of("python").export(digits_run, tmp_path / "digits.py")
    assert told["files"] == ["digits.py", "digits.safetensors"]
    assert told["largest"] <= 1e-5 and told["items"] == 270 and told["random_items"] == 72
    assert told["same_class"] == told["class_items"] == 342
    assert digits_run.result("export:python")["sha256"] == told["sha256"]
    assert sorted(entry.name for entry in tmp_path.iterdir()) == told["files"]
    pixels = open_dataset(digits_run.project().data).columns["image"][:9]
    Image.fromarray(pixels[4, 0]).save(tmp_path / "four.png")
    np.save(tmp_path / "nine.npy", pixels)
    done = run_alone("digits.py", "four.png", "nine.npy", "--out", ".", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    with np.load(tmp_path / "nine.npz") as nine, np.load(tmp_path / "four.npz") as four:
        np.testing.assert_allclose(nine["digit"], opened(digits_run).answers([pixels.astype("float32")])[0], atol=1e-6)
        np.testing.assert_allclose(four["digit"][0], nine["digit"][4], atol=1e-6)
    shown = run_alone("digits.py", "four.png", folder=tmp_path).stdout
    answer = predict(digits_run, {"item": 4})["items"][0]["answers"]["digit"]
    assert shown == f"four.png, item 0: digit: {answer['class']} ({answer['probability']:.1%})\n"
    assert run_alone("digits.py", folder=tmp_path).stdout.count("random, item") == 4


def test_the_program_is_what_was_trained(digits_run: Run, tmp_path: Path) -> None:
    text = python_export.script(opened(digits_run), "model")
    source = opened(digits_run).source.text
    network = source[source.index("class Preparation") :].strip()
    assert network in text
    assert "import engine" not in text and "from engine" not in text
    assert str(tmp_path) not in text
    assert max(map(len, text.splitlines())) <= 120


def test_a_table_program_reads_csv(folder: Path, tmp_path: Path) -> None:
    made = project("Flowers", "IrisData", 3, "TableInput")
    run = train(made, folder, epochs=20, device="cpu", optimizer={"type": "Adam", "lr": 0.05})
    exporter_of("python").export(run, tmp_path / "flowers")
    (tmp_path / "flowers" / "model.safetensors").rename(tmp_path / "flowers.safetensors")
    (tmp_path / "flowers" / "model.py").rename(tmp_path / "flowers.py")
    (tmp_path / "two.csv").write_text(
        "petal width;petal length;sepal width;sepal length\n0.2;1.4;3.5;5.1\n2.3;6.1;;7.7\n", encoding="utf-8"
    )
    (tmp_path / "bad.csv").write_text("petal width\n1\n")
    done = run_alone("flowers.py", "two.csv", "bad.csv", folder=tmp_path)
    first, second = done.stdout.splitlines()
    assert "species: setosa" in first and "species: virginica" in second
    assert done.returncode and "there is no column ['sepal length'" in done.stderr


def test_a_program_that_answers_otherwise_is_refused(
    digits_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoiled = standalone.TAIL.replace("part.numpy() for part", "part.numpy() + 4e-5 for part")
    assert spoiled != standalone.TAIL
    monkeypatch.setattr(python_export, "TAIL", spoiled)
    with pytest.raises(UserError, match="other answers than PyTorch"):
        exporter_of("python").export(digits_run, tmp_path / "x.py")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("line", ["import engine", "raise ValueError('no')"])
def test_a_program_that_needs_lamina_or_fails_is_refused(
    digits_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    monkeypatch.setattr(python_export, "TAIL", f"{line}\n{standalone.TAIL}")
    with pytest.raises(UserError, match="program failed") as caught:
        exporter_of("python").export(digits_run, tmp_path / "x.py")
    assert "Traceback" in caught.value.details
    assert list(tmp_path.iterdir()) == []


def test_texts_of_a_stranger_stay_texts(folder: Path, tmp_path: Path) -> None:
    evil = '"""; open("owned", "w") #'
    made = project(f"@INPUTS@ {evil} \\", "IrisData", 3, "TableInput", description=f"@NAME@ {evil}\n@OUTPUTS@")
    run = train(made, folder, epochs=1, device="cpu")
    exporter_of("python").export(run, tmp_path / 'a"""b.py')
    done = run_alone('a"""b.py', folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "owned").exists()


@pytest.mark.parametrize(
    ("name", "words"),
    [("x.txt", "no name for a Python program"), ("no/where/x.py", "no folder"), ("a/b/c", "cannot be made")],
)
def test_wrong_places_are_explained(digits_run: Run, tmp_path: Path, name: str, words: str) -> None:
    with pytest.raises(UserError, match=words):
        exporter_of("python").export(digits_run, tmp_path / name)
    assert list(tmp_path.iterdir()) == []
