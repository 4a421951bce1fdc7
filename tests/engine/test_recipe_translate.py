"""Sequence to sequence: it learns to reverse lists, answers step by step, and beams find better answers."""

from __future__ import annotations

import math
import subprocess
import sys

import pytest
import torch

from engine import edits, wiring
from engine.errors import UserError
from engine.exporters import silent
from engine.graph import Graph
from engine.project import Project
from engine.run import bundle_export
from engine.run.evaluate import evaluate
from engine.run.recipes.translate import searched, trimmed
from engine.run.work import train
from engine.run.writing import Writer
from tests.engine.recipe_help import project, resumes_exactly, told

PAIRS = {"type": "SequencePairs", "task": "copy", "length": 4, "items": 2000}
WIDTH = 32


def translator(reads: int, writes: int, causal: bool = True) -> Graph:
    """An encoder and a decoder that looks at it, in one graph."""
    graph, last = Graph(), {}
    for field in ("source", "answer"):
        graph, node = edits.add(graph, "TokenInput", params={"field": field})
        for name in ("Embedding", "LearnedPositions"):
            graph, other = edits.add(graph, name, params={"features": WIDTH} if name == "Embedding" else {})
            graph, node = wiring.connect(graph, node, other), other
        last[field] = node
    graph, encoder = edits.add(graph, "TransformerEncoderLayer", params={"heads": 4, "feedforward": 64, "dropout": 0.0})
    graph = wiring.connect(graph, last["source"], encoder, "sequence")
    graph, decoder = edits.add(
        graph, "TransformerDecoderLayer", params={"heads": 4, "feedforward": 64, "dropout": 0.0, "causal": causal}
    )
    graph = wiring.connect(graph, last["answer"], decoder, "sequence")
    graph = wiring.connect(graph, encoder, decoder, "memory")
    graph, head = edits.add(graph, "Linear", params={"features": writes})
    graph = wiring.connect(graph, decoder, head)
    graph, loss = edits.add(graph, "SequenceCrossEntropy", params={"target": "next"})
    return wiring.connect(graph, head, loss)


def translating(causal: bool = True, **recipe) -> Project:
    fast = {"epochs": 10, "batch_size": 64, "optimizer": {"type": "Adam", "lr": 0.005}}
    made = project(Graph(), PAIRS, {"type": "SequenceToSequence", **fast, **recipe})
    schema = made.data.schema
    return made.with_graph(translator(len(schema["source"].classes), len(schema["next"].classes), causal))


def test_it_learns_to_copy_and_answers_step_by_step(tmp_path):
    run = train(translating(), tmp_path)
    accuracy, match = (told(run, "validation", name) for name in ("accuracy", "exact_match"))
    assert accuracy[-1] > 0.9 and match[-1] > 0.7 and match[0] < 0.2
    text = run.samples()[-1].blob.decode()
    assert text.count("→") == 8 and text.count("✓") >= 4
    own = evaluate(run)["recipe"]
    assert own["values"]["exact_match"] > 0.7 and "→" in own["samples"][0]["text"]


def test_a_broken_off_run_goes_on_exactly(tmp_path, monkeypatch):
    resumes_exactly(translating(epochs=2, beams=2, tested=8, steps=12), tmp_path, monkeypatch, 15)


def test_what_does_not_fit_is_said(tmp_path):
    with pytest.raises(UserError, match="Hide what comes later"):
        train(translating(causal=False), tmp_path)
    one = translating()
    graph = edits.set_param(one.graph, "token_input_2", "field", "source")
    with pytest.raises(UserError):
        train(one.with_graph(graph), tmp_path)


CLASSES = ("<padding>", "<begin>", "<end>", "a", "b", "c")


def test_beams_find_the_likeliest_answer_where_the_first_step_misleads():
    """“a” is likelier at first, but all that follows it is unlikely; “b c” is the better answer as a whole."""
    chance = {
        (1,): {3: 0.6, 4: 0.4},
        (1, 3): {3: 0.3, 4: 0.3, 2: 0.4},
        (1, 4): {5: 0.99, 2: 0.01},
        (1, 4, 5): {2: 0.99, 3: 0.01},
    }

    def scores(inputs, written, step):
        found = torch.full((len(written), len(CLASSES)), math.log(1e-6))
        for row, ids in enumerate(written.tolist()):
            for token, share in chance.get(tuple(ids[: step + 1]), {2: 0.9}).items():
                found[row, token] = math.log(share)
        return found

    writer = Writer(0, 0, None, 4, CLASSES)  # type: ignore[arg-type]
    given = (torch.zeros((3, 4), dtype=torch.int64),)
    assert searched(scores, given, writer, 1) == [[3]] * 3
    assert searched(scores, given, writer, 3) == [[4, 5]] * 3
    assert trimmed([4, 5, 2, 3], writer) == [4, 5] and trimmed([0, 4], writer) == []


@pytest.mark.long
@pytest.mark.parametrize("beams", [1, 3])
def test_a_bundle_answers_alike_without_lamina(tmp_path, beams):
    run = train(translating(epochs=8, beams=beams), tmp_path)
    proof = bundle_export.export(run, tmp_path / "bundle", silent)
    assert proof["program"]["kind"] == "translator" and proof["program"]["checked"].endswith("of 40 answers")
    call = [sys.executable, str(tmp_path / "bundle" / "run.py")]
    told = subprocess.run([*call, "c a d"], capture_output=True, text=True, check=True).stdout
    assert set(told.strip()) <= set("abcdefghijkl") and told.strip()
    wrong = subprocess.run([*call, "?"], capture_output=True, text=True, check=False)
    assert wrong.returncode and "does not know" in wrong.stderr
