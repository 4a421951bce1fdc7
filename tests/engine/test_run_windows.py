"""Training on overlapping windows: cut on the device batch by batch, the same as if all were cut before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from engine.data.dataset import open_dataset, scan
from engine.data.split import split
from engine.edits import add
from engine.exporters import exporters
from engine.graph import Graph
from engine.project import Project
from engine.run import tensors
from engine.run.evaluate import evaluate
from engine.run.predict import predict
from engine.run.tensors import Cut, load_part
from engine.run.work import train
from engine.wiring import connect


def chain(source: dict[str, Any], *cards: tuple[str, dict[str, Any]]) -> Project:
    graph, last = Graph(), ""
    for place, (layer, settings) in enumerate(cards):
        graph, new = add(graph, layer, 0.0, 100.0 * place, settings)
        graph = connect(graph, last, new) if last else graph
        last = new
    return Project("Windows", {"main": graph}, data=scan(source))


def bigrams(path: Path, unit: str, stride: int) -> Project:
    """Each token tells the next by a table: the smallest language model."""
    source = {"type": "TextFile", "path": str(path), "unit": unit, "length": 8, "stride": stride}
    classes = len(scan(source).fields[0].classes)
    cards = [("TokenInput", {}), ("Embedding", {"features": classes}), ("SequenceCrossEntropy", {})]
    return chain(source, *cards)


@pytest.fixture
def verses(tmp_path: Path) -> Path:
    path = tmp_path / "verses.txt"
    path.write_text("abcabcabc abcabcabc\n" * 60)
    return path


@pytest.mark.parametrize("unit", ["characters", "words"])
def test_the_same_batches_either_way(verses: Path, unit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.data.statistics import fit
    from engine.run.model import build

    project = bigrams(verses, unit, 1)
    dataset = open_dataset(project.data)
    places = split(dataset, project.data).train
    built = build(project, fit(dataset, places))
    device = torch.device("cpu")
    whole = load_part(built, dataset, places, device)
    monkeypatch.setattr(tensors, "CUT_BYTES", 0)
    cut = load_part(built, dataset, places, device)
    assert isinstance(cut.inputs[0], Cut)
    assert not isinstance(whole.inputs[0], Cut)
    items = torch.from_numpy(np.random.default_rng(1).permutation(len(places))[:20])
    for one, two in ((whole.batch(items), cut.batch(items)), (whole.slice(3, 11), cut.slice(3, 11))):
        for first, second in zip((*one[0], *one[1].values()), (*two[0], *two[1].values()), strict=True):
            assert first.dtype == second.dtype
            assert torch.equal(first, second)


def test_a_language_model_learns_and_writes(verses: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tensors, "CUT_BYTES", 0)
    run = train(
        bigrams(verses, "characters", 2), tmp_path, epochs=8, device="cpu", optimizer={"type": "Adam", "lr": 0.1}
    )
    (report,) = evaluate(run)["outputs"]
    assert report["kind"] == "tokens"
    # after a, b and blank the next is certain; after c come a, a blank or the end of the line
    assert 0.7 < report["metrics"]["accuracy"] < 0.95
    assert report["metrics"]["perplexity"] < 1.8
    assert report["metrics"]["accuracy"] < report["metrics"]["top2"] <= report["metrics"]["top3"] <= 1
    assert len(report["by_step"]) == 8
    assert report["steps"] == 8 * report["count"]
    worst = report["mistakes"][0]
    assert len(worst["truth"]) == len(worst["answer"]) == 8
    assert worst["right"] == min(one["right"] for one in report["mistakes"])
    answer = predict(run, "cab")["items"][0]
    (told,) = answer["answers"].values()
    assert answer["name"] == "cab"
    assert told["next"][0][0] == "c"
    assert told["next"][0][1] > 0.8
    assert len(told["tokens"]) == 8
    (verses.parent / "more.txt").write_text("cabca")
    from_file = predict(run, str(verses.parent / "more.txt"))["items"][0]
    assert next(iter(from_file["answers"].values()))["next"][0][0] == "b"


def test_a_language_model_leaves_for_onnx_and_says_the_same(verses: Path, tmp_path: Path) -> None:
    run = train(bigrams(verses, "words", 8), tmp_path, epochs=1, device="cpu")
    proof = exporters.make({"type": "Onnx"}).export(run, tmp_path / "words.onnx")
    assert proof["largest"] <= proof["limit"]
    assert proof["same_class"] == proof["class_items"] > 100  # every step counts
    (right,) = proof["right"].values()
    assert right["torch"] == right["exported"]
    told = predict(run, "abcabcabc abcabcabc", onnx=tmp_path / "words.onnx")
    assert told["onnx"]["same_class"]
