"""Networks with scores for more tokens than the data has, as GPT-2 has on short stories: nothing made, told or exported
of them ever names a token that nobody knows."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from engine import edits
from engine.check import check
from engine.exporters import exporter_of
from engine.project import Project
from engine.run import opened
from engine.run.evaluate import evaluate
from engine.run.model import load
from engine.run.opened import Opened
from engine.run.predict import predict
from engine.run.recipes.language import written
from engine.run.work import train
from engine.run.writing import Style, writer_of
from tests.engine.recipe_help import chain, project
from tests.engine.test_recipe_translate import translator

MORE = 150
"""Scores of the network: most of them for tokens that the data does not have."""
BARELY = {"type": "Adam", "lr": 1e-6}
"""All tokens stay about equally likely, so that unknown ones would be drawn most of the time."""
STORIES = {"type": "StoryText", "items": 120, "length": 16}


def writing(recipe: str, **settings) -> Project:
    graph = chain("TokenInput", ("Embedding", {"features": 8, "size": MORE}), ("GRU", {"hidden": 8}),
                  ("Linear", {"features": MORE}), "SequenceCrossEntropy")  # fmt: skip
    about = {"type": recipe, "epochs": 1, "batch_size": 32, "optimizer": BARELY, **settings}
    made = project(graph, STORIES, about)
    if recipe == "MaskedTokens":
        loss = next(name for name in made.graph.nodes if "entropy" in name)
        made = made.with_graph(edits.set_param(made.graph, loss, "target", "text"))
    return made


def told(folder: Path, *args: str) -> str:
    """What the program of an exported folder prints."""
    call = [sys.executable, "-I", "run.py", *args]
    return subprocess.run(call, cwd=folder, capture_output=True, text=True, check=True).stdout


def test_a_language_model_writes_known_tokens_everywhere(tmp_path):
    run = train(writing("LanguageModel", prompt="one ", sample_length=50, temperature=1.0), tmp_path)
    [sample] = run.samples()
    assert sample.blob.decode().startswith("one ") and len(sample.blob.decode()) == 54
    built = load(run)
    writer = writer_of(built)
    text = torch.zeros((1, writer.length), dtype=torch.int64)
    assert writer.scores(built, (text,)).shape[-1] == len(writer.classes) < MORE
    assert len(written(built, writer, [2, 3], 200, Style(5.0))) == 202
    [output] = evaluate(run)["outputs"]
    assert output["kind"] == "tokens" and 0 < output["metrics"]["accuracy"] < 1 and output["mistakes"]
    [item] = predict(run, {"text": "one day"})["items"]
    [answer] = item["answers"].values()
    assert len(answer["text"]) <= 16 and len(answer["next"]) == 5
    assert exporter_of("Onnx").export(run, tmp_path / "model.onnx")["largest"] < 1e-4
    assert exporter_of("python").export(run, tmp_path / "model.py")["largest"] < 1e-4
    proof = exporter_of("bundle").export(run, tmp_path / "out")
    assert proof["program"]["checked"] == "the same 60 tokens"
    for how in (["--seed", "1"], ["--seed", "2", "--top-k", "100"], ["--seed", "3", "--top-p", "0.95"]):
        text = told(tmp_path / "out", "one ", "--count", "60", "--temperature", "3", *how)
        assert text.startswith("one ") and len(text) == 65


def test_a_test_holds_few_answers_at_a_time_and_finds_the_same(tmp_path, monkeypatch):
    """Scores for each of 50,000 tokens at every step, of all texts at once, would be more than the memory."""
    run = train(writing("LanguageModel"), tmp_path)
    [whole] = evaluate(run)["outputs"]
    honest, sizes = Opened.answers, []

    def watched(self, arrays, *more):
        found = honest(self, arrays, *more)
        sizes.append(len(found[0]))
        return found

    monkeypatch.setattr(opened, "MOST_ANSWERED", 16 * MORE * 5)
    monkeypatch.setattr(Opened, "answers", watched)
    [few] = evaluate(run)["outputs"]
    assert max(sizes) == 5 and sum(sizes) == few["count"] == whole["count"] > 10
    assert few["metrics"] == pytest.approx(whole["metrics"], rel=1e-5)
    assert few["by_step"] == pytest.approx(whole["by_step"])


def test_a_masked_model_fills_in_known_tokens(tmp_path):
    run = train(writing("MaskedTokens"), tmp_path)
    assert "right)" in run.samples()[0].blob.decode()
    own = evaluate(run)
    assert own["recipe"]["samples"] and own["outputs"][0]["kind"] == "tokens"


@pytest.mark.parametrize("beams", [1, 3])
def test_a_translator_answers_with_known_tokens(tmp_path, beams):
    recipe = {"type": "SequenceToSequence", "epochs": 1, "batch_size": 32, "optimizer": BARELY, "beams": beams}
    pairs = {"type": "SequencePairs", "task": "copy", "length": 4, "items": 200}
    run = train(project(translator(0, MORE), pairs, recipe), tmp_path)
    assert "→" in run.samples()[0].blob.decode() and evaluate(run)["recipe"]["values"]["exact_match"] < 0.5
    proof = exporter_of("bundle").export(run, tmp_path / "out")
    assert proof["program"]["kind"] == "translator"
    known = json.loads((tmp_path / "out" / "about.json").read_text())["writes"]
    text = told(tmp_path / "out", "a c b", "--beams", "2")
    assert text.strip("\n") and set(text.strip()) <= {*"".join(known), " "}


def test_fewer_scores_than_tokens_are_a_problem_with_a_repair_and_more_are_none():
    for features, wrong in ((5, True), (27, False), (MORE, False)):
        graph = chain("TokenInput", ("Embedding", {"features": 8}), ("GRU", {"hidden": 8}),
                      ("Linear", {"features": features}), "SequenceCrossEntropy")  # fmt: skip
        one = project(graph, STORIES, {"type": "LanguageModel"})
        problems = [problem for problem in check(one) if problem.level == "error"]
        assert bool(problems) == wrong
        if wrong:
            assert problems[0].title.endswith("needs 27 numbers") and "27 different tokens" in problems[0].detail
            assert [problem for problem in check(problems[0].fixes[0].edit(one)) if problem.level == "error"] == []
