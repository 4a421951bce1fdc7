"""Language models and masked-token models: they learn the text, write by its rules, and say how well they know it."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from engine import edits
from engine.errors import UserError
from engine.exporters import silent
from engine.graph import Graph
from engine.project import Project
from engine.run import bundle_export
from engine.run.bundles import writer as writer_program
from engine.run.evaluate import evaluate
from engine.run.learner import Learner
from engine.run.model import load
from engine.run.recipes.language import prompt_ids, written
from engine.run.work import train
from engine.run.writing import Style, chances, write, writer_of
from tests.engine.recipe_help import chain, project, resumes_exactly, told

DATA = Path(os.environ.get("LAMINA_TEST_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data")
STORIES = {"type": "StoryText", "items": 400, "length": 32}
ADAM = {"type": "Adam", "lr": 0.01}


def gru(classes: int = 0) -> Graph:
    """The smallest network that writes."""
    return chain(
        "TokenInput", ("Embedding", {"features": 16}), ("GRU", {"hidden": 48}), ("Linear", {"features": classes or 26}),
        "SequenceCrossEntropy",
    )  # fmt: skip


def gpt(width: int, layers: int, classes: int, causal: bool = True, dropout: float = 0.0) -> Graph:
    """A transformer that writes."""
    body = {"layers": layers, "heads": 4, "feedforward": 4 * width, "causal": causal, "dropout": dropout,
            "activation": "gelu", "norm_first": True, "final_norm": True}  # fmt: skip
    return chain("TokenInput", ("Embedding", {"features": width}), "LearnedPositions", ("TransformerEncoder", body),
                 ("Linear", {"features": classes}), "SequenceCrossEntropy")  # fmt: skip


def writing(graph: Graph, source=STORIES, **recipe) -> Project:
    made = project(graph, source, {"type": "LanguageModel", "epochs": 4, "batch_size": 32, "optimizer": ADAM, **recipe})
    classes = len(made.data.schema["next"].classes)
    return made.with_graph(edits.set_param(made.graph, "linear_1", "features", classes))


def test_it_learns_to_write_words_of_the_stories(tmp_path):
    run = train(writing(gru(), temperature=0.3, sample_length=120, prompt="one day "), tmp_path)
    values = {one.metric: one.value for one in run.epochs() if (one.epoch, one.part) == (4, "validation")}
    assert values["loss"] < 1.0 and values["accuracy"] > 0.6
    assert values["perplexity"] == pytest.approx(math.exp(values["loss"]))
    assert values["bits_per_character"] == pytest.approx(values["loss"] / math.log(2))
    texts = [one.blob.decode() for one in run.samples()]
    assert len(texts) == 4 and all(text.startswith("one day ") and len(text) == 128 for text in texts)
    source = load(run)
    known = set("".join(source.project.data.schema["text"].classes))
    assert set(texts[-1]) <= known
    assert sum(word in texts[-1] for word in ("the", "found", "went", "then", "kept", "near")) >= 2


def test_an_epoch_may_be_a_part_of_the_data_and_every_item_comes_once_in_turn(tmp_path, monkeypatch):
    seen: list[list[int]] = []
    counts: list[int] = []
    real = Learner.batch

    def batch(self, place):
        seen.append(self.order[place].tolist())
        counts.append(self.training.count)
        return real(self, place)

    monkeypatch.setattr(Learner, "batch", batch)
    run = train(writing(gru(), steps=5, epochs=9, batch_size=64), tmp_path)
    assert run.info().step == 45
    flat = [item for one in seen for item in one]
    assert len(flat) > 2 * counts[0]
    assert sorted(flat[: counts[0]]) == sorted(flat[counts[0] : 2 * counts[0]]) == list(range(counts[0]))


def test_chances_are_cut_to_the_likeliest():
    scores = torch.tensor([2.0, 1.0, 0.0, -1.0])
    plain = chances(scores, Style(1.0))
    assert torch.allclose(plain, scores.softmax(0))
    assert torch.allclose(chances(scores, Style(0.5)), (scores * 2).softmax(0))
    assert chances(scores, Style(0.0)).tolist() == [1, 0, 0, 0]
    two = chances(scores, Style(1.0, top_k=2))
    assert torch.allclose(two, torch.cat([scores[:2].softmax(0), torch.zeros(2)]))
    share = float(plain[0] + plain[1])
    assert torch.allclose(chances(scores, Style(1.0, top_p=share)), two)
    assert torch.allclose(chances(scores, Style(1.0, top_p=share + 0.01))[:3], scores[:3].softmax(0))
    assert chances(scores, Style(1.0, top_p=0.01)).tolist() == [1, 0, 0, 0]


def test_writing_reads_the_end_of_what_it_wrote_and_chance_is_as_told():
    def after(window: torch.Tensor) -> torch.Tensor:  # the next number; at place 2 also whether the window is full
        scores = torch.full((*window.shape, 7), -50.0)
        return scores.scatter_(2, ((window + 1) % 7)[..., None], 50.0)

    assert write(after, [3], 6, 4, Style(1.0)) == [3, 4, 5, 6, 0, 1, 2]
    even = torch.zeros(1, 4, 2)
    even[..., 1] = math.log(3)
    made = write(lambda window: even, [0], 2000, 4, Style(1.0), torch.Generator().manual_seed(1))
    assert np.mean(made[1:]) == pytest.approx(0.75, abs=0.03)


def test_a_network_that_sees_the_answer_is_refused(tmp_path):
    with pytest.raises(UserError, match="Hide what comes later"):
        train(writing(gpt(16, 1, 26, causal=False)), tmp_path)
    run = train(writing(gpt(16, 1, 26), epochs=1, steps=3), tmp_path)
    assert run.info().state == "finished"


def test_what_cannot_write_is_said(tmp_path):
    iris = chain("TableInput", ("Linear", {"features": 3}), "CrossEntropy")
    with pytest.raises(UserError, match="Nothing in this network says what comes next"):
        train(project(iris, "IrisData", {"type": "LanguageModel"}), tmp_path)
    with pytest.raises(UserError, match="cannot read it"):
        train(writing(gru(), prompt="Ωmega"), tmp_path)


def test_a_broken_off_run_goes_on_exactly(tmp_path, monkeypatch):
    graph = gpt(16, 1, 26, dropout=0.2)
    resumes_exactly(writing(graph, epochs=3, steps=7, schedule="Cosine"), tmp_path, monkeypatch, 17)


def masked(graph: Graph, **recipe) -> Project:
    made = project(graph, {**STORIES, "unit": "words", "length": 12, "items": 800},
                   {"type": "MaskedTokens", "epochs": 6, "batch_size": 64, "optimizer": ADAM, **recipe})  # fmt: skip
    graph = edits.set_param(made.graph, "linear_1", "features", len(made.data.schema["text"].classes))
    return made.with_graph(edits.set_param(graph, next(n for n in graph.nodes if "entropy" in n), "target", "text"))


def test_a_masked_model_fills_in_words(tmp_path):
    run = train(masked(gpt(32, 1, 26, causal=False)), tmp_path)
    accuracy = told(run, "validation", "accuracy")
    assert accuracy[-1] > 0.35 > accuracy[0]
    own = evaluate(run, "validation")["recipe"]
    assert own["values"]["accuracy"] == pytest.approx(max(accuracy), abs=0.1)  # of the best epoch by its loss
    [text, *_] = [one.blob.decode() for one in run.samples() if one.epoch == 6]
    assert "_" in text and "→" in text and " right)" in text
    other = masked(gpt(32, 1, 26, causal=False))
    loss = next(name for name in other.graph.nodes if "entropy" in name)
    with pytest.raises(UserError, match="its target has to be the field"):
        train(other.with_graph(edits.set_param(other.graph, loss, "target", "next")), tmp_path)


def test_a_masked_run_goes_on_exactly(tmp_path, monkeypatch):
    resumes_exactly(masked(gpt(16, 1, 26, causal=False, dropout=0.1), epochs=2), tmp_path, monkeypatch, 9)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_small_gpt_learns_shakespeare(seed, tmp_path):
    text = DATA / "text" / "tinyshakespeare.txt"
    if not text.exists():
        pytest.skip("the sample data is not there; set LAMINA_TEST_DATA")
    source = {"type": "TextFile", "path": str(text), "length": 64, "stride": 16}
    adam = {"type": "AdamW", "lr": 0.002, "weight_decay": 0.1, "beta2": 0.99}
    recipe = {
        "epochs": 8,
        "steps": 400,
        "batch_size": 16,
        "schedule": "Cosine",
        "warmup_epochs": 0.25,
        "clip_norm": 1.0,
    }
    one = writing(gpt(128, 4, 65), source, **{**recipe, "optimizer": adam, "seed": seed})
    before = time.process_time()
    run = train(one, tmp_path)
    losses, seconds = told(run, "validation", "loss"), time.process_time() - before
    print(f"Shakespeare, seed {seed}: {[round(one, 3) for one in losses]} after {seconds:.0f} s of processor time")
    assert min(losses) <= 1.9
    assert seconds < 2 * 600  # ten minutes on two processor cores
    built = load(run)
    writer = writer_of(built)
    assert len(written(built, writer, prompt_ids(writer, "ROMEO:"), 300, Style())) == 306


def test_a_test_measures_and_writes_on_the_test_part(tmp_path):
    run = train(writing(gru(), epochs=2, sample_length=40, prompt="the "), tmp_path)
    result = evaluate(run)
    own, [output] = result["recipe"], result["outputs"]
    assert own["values"]["perplexity"] == pytest.approx(output["metrics"]["perplexity"], rel=1e-3)
    assert own["samples"][0]["text"].startswith("the ") and len(own["samples"][0]["text"]) == 44


@pytest.mark.long
def test_a_bundle_writes_the_same_text_without_lamina(tmp_path):
    run = train(writing(gru(), epochs=2, prompt="the "), tmp_path)
    folder = tmp_path / "bundle"
    proof = bundle_export.export(run, folder, silent)
    assert proof["program"]["kind"] == "writer" and proof["program"]["checked"] == "the same 60 tokens"
    program = [sys.executable, str(folder / "run.py")]
    calls = [[*program, "the ", "--count", "30", "--seed", str(seed)] for seed in (1, 1, 2)]
    texts = [subprocess.run(call, capture_output=True, text=True, check=True).stdout for call in calls]
    assert texts[0] == texts[1] != texts[2] and all(text.startswith("the ") and len(text) >= 34 for text in texts)
    wrong = subprocess.run([*program, "Ω"], capture_output=True, text=True, check=False)
    assert wrong.returncode and "does not know" in wrong.stderr


def test_the_program_of_a_bundle_has_the_same_chances_as_the_recipe():
    torch.manual_seed(0)
    scores = torch.randn(12)
    for style in (Style(1.0), Style(0.7, top_k=4), Style(1.3, top_p=0.6), Style(0.5, 6, 0.8), Style(0.0)):
        ours = chances(scores, style).numpy()
        theirs = writer_program.chances(scores.softmax(0).numpy(), style.temperature, style.top_k, style.top_p)
        assert np.allclose(ours, theirs, atol=1e-6)
