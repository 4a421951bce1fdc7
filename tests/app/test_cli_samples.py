"""`lamina test --samples`: the sheet of pictures that a model makes is written where one says, and texts are shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from app.cli import main
from engine.run.work import train
from engine.runs import Run
from tests.engine.playing import agent, gan
from tests.engine.test_recipe_autoencoder import reading, vae
from tests.engine.test_recipe_language import gru, writing


def outcome(run: Run, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = main(["test", str(run.folder), *words])
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    return code, out, err


def test_a_sheet_of_a_generator_is_written_and_named(tmp_path, capsys):
    run = train(gan(epochs=1), tmp_path / "runs")
    code, out, _ = outcome(run, capsys)
    assert code == 0 and "100 pictures made" in out and "Add --samples FILE.png" in out
    sheet = tmp_path / "sheet.png"
    code, out, _ = outcome(run, capsys, "--samples", str(sheet))
    assert code == 0 and str(sheet) in out and "Add --samples" not in out
    with Image.open(sheet) as picture:
        assert picture.format == "PNG" and min(picture.size) >= 80
    code, out, _ = outcome(run, capsys, "--samples", str(tmp_path / "again.png"), "--json")
    assert code == 0 and json.loads(out)["outputs"][0]["png"] and (tmp_path / "again.png").exists()


def test_a_variational_autoencoder_writes_what_it_rebuilt_and_what_it_drew(tmp_path, capsys):
    run = train(reading(vae(), epochs=1), tmp_path / "runs")
    code, out, _ = outcome(run, capsys, "--samples", str(tmp_path / "a.png"))
    drawn = tmp_path / "a-random-points.png"
    assert code == 0 and f"Reconstruction: {tmp_path / 'a.png'}" in out and f"Random points: {drawn}" in out
    assert (tmp_path / "a.png").read_bytes() != drawn.read_bytes()


def test_the_end_of_a_game_is_a_picture(tmp_path, capsys):
    run = train(agent("Dqn", epochs=1, trials=2), tmp_path / "runs")
    code, out, _ = outcome(run, capsys, "--samples", str(tmp_path / "end.png"))
    assert code == 0 and "100 episodes played" in out and (tmp_path / "end.png").exists()


def test_texts_are_shown_and_have_no_picture(tmp_path, capsys):
    run = train(writing(gru(), epochs=1, steps=2, prompt="the ", sample_length=30), tmp_path / "runs")
    code, out, _ = outcome(run, capsys)
    assert code == 0 and "Text:\nthe " in out
    code, _, err = outcome(run, capsys, "--samples", str(tmp_path / "a.png"))
    assert code == 1 and "makes no pictures" in err and not (tmp_path / "a.png").exists()


@pytest.mark.parametrize(("name", "words"), [("a.jpg", "ends in .png"), ("no/where.png", "There is no folder")])
def test_a_wrong_place_is_said_before_anything_is_tested(tmp_path, capsys, monkeypatch, name, words):
    run = train(writing(gru(), epochs=1, steps=1), tmp_path / "runs")
    monkeypatch.setattr("engine.jobs.test", lambda *_, **__: pytest.fail("it was tested"))
    code, _, err = outcome(run, capsys, "--samples", str(Path(tmp_path) / name))
    assert code == 1 and words in err
