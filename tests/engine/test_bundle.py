"""Folders that run by themselves: each program does what PyTorch does, and a wrong folder is refused."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.data.dataset import scan
from engine.errors import UserError
from engine.exporters import exporter_of
from engine.graph import Graph
from engine.project import Project
from engine.run.evaluate import evaluate
from engine.run.work import train
from tests.engine.playing import agent, denoiser, drawn, gan


def told(folder: Path, *args: str) -> str:
    """What the program of a folder prints, in a process that knows nothing of Lamina."""
    call = [sys.executable, "-I", "run.py", *args]
    return subprocess.run(call, cwd=folder, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("chosen", [False, True])
def test_a_generator_makes_pictures_without_lamina(tmp_path, chosen):
    run = train(gan(chosen, epochs=2), tmp_path)
    proof = exporter_of("bundle").export(run, tmp_path / "out")
    assert proof["program"]["kind"] == "generator" and proof["program"]["largest"] < 1e-4
    told(tmp_path / "out", "--count", "9", *(["--class", "7"] if chosen else []))
    with Image.open(tmp_path / "out" / "made.png") as sheet:
        assert sheet.size[0] >= 600
    assert "python run.py --count" in (tmp_path / "out" / "README.md").read_text()
    found = evaluate(run)["outputs"][0]
    assert found["kind"] == "pictures" and found["count"] == 100 and len(found["classes"]) == (10 if chosen else 0)
    if not chosen:
        with pytest.raises(subprocess.CalledProcessError) as failed:
            told(tmp_path / "out", "--class", "7")
        assert "There is no class '7'" in failed.value.stderr


@pytest.mark.parametrize("recipe", [{}, {"predicts": "flow"}, {"noise": "linear", "sampler": "ddpm"}])
def test_a_denoiser_makes_pictures_without_lamina(tmp_path, recipe):
    run = train(denoiser(epochs=2, sample_steps=12, **recipe), tmp_path)
    proof = exporter_of("bundle").export(run, tmp_path / "out")
    assert proof["program"]["kind"] == "denoiser" and 0 < proof["program"]["largest"] < 1e-3
    about = json.loads((tmp_path / "out" / "about.json").read_text())
    assert len(about["steps"]) == 12 and about["fresh"] == (1.0 if "sampler" in recipe else 0.0)
    files = [tmp_path / f"{name}.npy" for name in "abc"]
    for file, guidance in zip(files, ("1", "3", "3"), strict=True):
        told(tmp_path / "out", "--count", "5", "--class", "4", "--guidance", guidance, "--out", str(file))
    one, two, three = map(np.load, files)
    assert one.shape == (5, 1, 8, 8) and one.min() >= 0 and one.max() <= 1
    assert np.abs(one - two).max() > 0.01 and np.array_equal(two, three)
    assert evaluate(run)["outputs"][0]["classes"] == list("0123456789")


@pytest.mark.parametrize("kind", ["Dqn", "Ppo"])
def test_an_agent_plays_without_lamina(tmp_path, kind):
    run = train(agent(kind, epochs=2, trials=2), tmp_path)
    proof = exporter_of("bundle").export(run, tmp_path / "out")
    assert proof["program"]["kind"] == "agent" and "the same action" in proof["program"]["checked"]
    assert told(tmp_path / "out", "0.1", "-0.2", "0.01", "0.3").strip() in ("push left", "push right")
    assert "mean return of 2 episodes" in told(tmp_path / "out", "--play", "2")
    found = evaluate(run)["outputs"][0]
    assert found["kind"] == "play" and len(found["returns"]) == 100 and found["goal"] == 475
    assert found["mean"] == pytest.approx(np.mean(found["returns"])) and 1 <= found["least"] <= found["most"] <= 500


def test_a_classifier_answers_without_lamina(tmp_path):
    graph, _ = drawn(Graph(), "", "ImageInput", "Flatten", ("Linear", {"features": 10}), "CrossEntropy")
    recipe = {"type": "Supervised", "epochs": 3, "device": "cpu"}
    run = train(Project("Digits", {"main": graph}, data=scan({"type": "DigitsData"}), recipe=recipe), tmp_path)
    assert exporter_of("bundle").export(run, tmp_path / "out")["program"]["largest"] < 1e-5
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (20, 20), np.uint8)).save(tmp_path / "one.png")
    assert told(tmp_path / "out", str(tmp_path / "one.png")).startswith("digit: ")


def test_a_folder_with_other_files_is_left_alone(tmp_path):
    run = train(gan(epochs=1), tmp_path / "runs")
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "letter.txt").write_text("dear")
    for path, words in ((mine, "holds other files, such as letter.txt"), (mine / "letter.txt", "is a file"),
                        (tmp_path / "no" / "where", "There is no folder")):  # fmt: skip
        with pytest.raises(UserError, match=words):
            exporter_of("bundle").export(run, path)
    assert [one.name for one in mine.iterdir()] == ["letter.txt"]
