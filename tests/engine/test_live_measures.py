"""What a run tells while it learns is what the test says of the same items: what fills up short texts never counts."""

from __future__ import annotations

import pytest
import torch

from engine.run.evaluate import evaluate
from engine.run.metrics import Tally
from engine.run.work import train
from tests.engine.recipe_help import chain, project, told


def test_the_live_accuracy_of_tagging_is_that_of_the_test(tmp_path):
    tagger = chain("TokenInput", ("Embedding", {"features": 8}), ("LSTM", {"hidden": 8}), ("Linear", {"features": 9}),
                   ("SequenceCrossEntropy", {"target": "tags"}))  # fmt: skip
    recipe = {"type": "Supervised", "epochs": 1, "batch_size": 16, "optimizer": {"type": "Adam", "lr": 0.02}}
    run = train(project(tagger, {"type": "TaggedWords", "items": 400}, recipe), tmp_path)
    [live] = told(run, "validation", "accuracy")
    [output] = evaluate(run, "validation")["outputs"]
    assert live == pytest.approx(output["metrics"]["accuracy"], abs=1e-9)
    assert output["steps"] < output["count"] * 16  # there is filling, and it would raise the share


def test_a_tally_leaves_filling_out():
    def predict(outputs):
        return {"tags": outputs[0]}

    right = torch.tensor([[2, 1, 0, 0], [1, 1, 2, 0]])
    scores = torch.eye(3)[torch.tensor([[2, 2, 0, 0], [1, 1, 1, 0]])]  # three of five words, and all filling
    for filling, share in (({"tags": 0}, 3 / 5), ({}, 6 / 8)):
        tally = Tally({"tags": (("accuracy",), 3)}, predict, filling=filling)
        tally.add((scores,), {"tags": right})
        assert tally.values() == {"accuracy": pytest.approx(share)}
