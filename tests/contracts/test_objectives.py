"""Every objective of the catalogue: the loss runs, learns, matches torch, and its prediction leaves for ONNX."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
import torch
from torch import Tensor as TorchTensor
from torch import nn
from torch.nn import functional as F

from engine.errors import UserError
from engine.infer_layer import arguments
from engine.layer import Misfit, Objective
from engine.shapes import Category, Image, Numbers, Sequence, Tensor, Tokens
from tests.contracts.invent import data, objectives

OBJECTIVES = objectives()
METRICS = {"accuracy", "top3", "precision", "recall", "f1", "mae", "rmse", "r2"}
every_objective = pytest.mark.parametrize("cls", OBJECTIVES, ids=lambda cls: cls.__name__)

PAIRS: dict[str, tuple[Tensor, Tensor]] = {
    "CrossEntropy": (Numbers(8), Category(classes=8)),
    "NLL": (Numbers(8), Category(classes=8)),
    "SequenceCrossEntropy": (Sequence(6, 20), Tokens(6, classes=20)),
    "BinaryCrossEntropy": (Numbers(1), Category(classes=2)),
    "ShareCrossEntropy": (Numbers(1), Category(classes=2)),
    "MultiMargin": (Numbers(8), Category(classes=8)),
    "SoftMargin": (Numbers(1), Category(classes=2)),
    "HingeEmbedding": (Numbers(1), Category(classes=2)),
    "MarginRanking": (Numbers(1), Category(classes=2)),
    "CosineEmbedding": (Numbers(8), Category(classes=2)),
    "CTC": (Sequence(6, 20), Tokens(3, classes=20)),
}
"""Prediction and target where they differ in shape."""


SHAPED: dict[str, Callable[[TorchTensor], TorchTensor]] = {
    "ShareCrossEntropy": torch.sigmoid,
    "HingeEmbedding": torch.abs,
}
"""What a prediction must look like where not every number will do."""
ANSWERS: dict[str, Callable[[TorchTensor], TorchTensor]] = {
    "CTC": lambda t: t.clamp(min=1),
    "MultiLabelSoftMargin": lambda t: (t > 0).float(),
    "MultiLabelMargin": lambda t: (t > 0).float(),
}
"""The same for the target."""


def guessed(cls: type[Objective], count: int) -> TorchTensor:
    return SHAPED.get(cls.__name__, lambda x: x)(data(pair(cls)[0], count))


def answered(cls: type[Objective], count: int) -> TorchTensor:
    return ANSWERS.get(cls.__name__, lambda x: x)(data(pair(cls)[1], count))


def further(cls: type[Objective]) -> list[str]:
    """The ports besides prediction and target."""
    return [port.name for port in cls.ports() if port.name not in ("prediction", "target")]


def judged(made: Objective) -> Tensor:
    """What the shape rule says of fitting inputs."""
    prediction, target = pair(type(made))
    wired = {port: (prediction,) for port in ("prediction", *further(type(made)))} | {"target": (target,)}
    args, named = arguments(made, wired)
    found: Tensor = made.shape(*args, **named)
    return found


def written(made: Objective) -> str:
    """The source of the loss with a variable per port."""
    return made.loss("p", "t", **{port: port for port in further(type(made))})


def others(cls: type[Objective], count: int) -> dict[str, TorchTensor]:
    return {port: data(pair(cls)[0], count) for port in further(cls)}


def pair(cls: type[Objective]) -> tuple[Tensor, Tensor]:
    return PAIRS.get(cls.__name__, (Numbers(8), Numbers(8)))


def run(loss: str, **tensors: TorchTensor) -> TorchTensor:
    result: TorchTensor = eval(loss, {"torch": torch, "F": F, **tensors})
    return result


@every_objective
def test_loss_runs_and_learns(cls: type[Objective]) -> None:
    for settings in ({}, *cls.samples):
        made = cls(**settings)
        assert judged(made) == pair(cls)[0]
        torch.manual_seed(0)
        answer = answered(cls, 4)
        if settings.get("target_is") == "probabilities":
            answer = answer.softmax(dim=-1)
        guess = guessed(cls, 4).requires_grad_()
        rest = others(cls, 4)
        first = run(written(made), p=guess, t=answer, **rest)
        assert first.shape == ()
        assert torch.isfinite(first)
        first.backward()
        assert guess.grad is not None
        assert guess.grad.abs().sum() > 0
        with torch.no_grad():
            better = guess - 0.01 * guess.grad
        assert run(written(made), p=better, t=answer, **rest) < first


@every_objective
def test_metrics_and_widths(cls: type[Objective]) -> None:
    made = cls()
    assert set(cls.metrics) <= METRICS
    assert cls.outputs == ()
    width = made.widths(8)
    _, target = pair(cls)
    if isinstance(target, Category) and target.classes != 2:
        assert width == 8
    assert width is None or width == made.widths(8)
    ports = [port.name for port in cls.ports()]
    assert ports[0] == "prediction"
    assert not cls.needs_target() or (ports[-1] == "target" and cls.port("target").optional)
    assert cls.needs_target() or not cls.target_kinds


@every_objective
def test_batches_of_one_and_weights(cls: type[Objective]) -> None:
    torch.manual_seed(1)
    assert torch.isfinite(run(written(cls()), p=guessed(cls, 1), t=answered(cls, 1), **others(cls, 1)))
    with pytest.raises(UserError, match="Weight needs"):
        cls(weight=-1)


def _label_margin(scores: TorchTensor, labels: TorchTensor) -> TorchTensor:
    """By hand: every right label against every wrong one."""
    rows = []
    for score, label in zip(scores, labels, strict=True):
        right, wrong = score[label > 0], score[label == 0]
        rows.append((1 - (right[:, None] - wrong)).relu().sum() / len(score))
    return torch.stack(rows).mean()


WRITTEN: list[tuple[str, dict[str, Any], Any]] = [
    ("CrossEntropy", {}, lambda p, t: nn.CrossEntropyLoss()(p, t)),
    ("CrossEntropy", {"label_smoothing": 0.2}, lambda p, t: nn.CrossEntropyLoss(label_smoothing=0.2)(p, t)),
    (
        "CrossEntropy",
        {"class_weights": (1, 2, 3, 4, 5, 6, 7, 8)},
        lambda p, t: nn.CrossEntropyLoss(weight=torch.arange(1.0, 9.0))(p, t),
    ),
    ("NLL", {}, lambda p, t: nn.NLLLoss()(p, t)),
    ("SequenceCrossEntropy", {}, lambda p, t: nn.CrossEntropyLoss()(p.reshape(-1, 20), t.reshape(-1))),
    (
        "SequenceCrossEntropy",
        {"ignore": 3},
        lambda p, t: nn.CrossEntropyLoss(ignore_index=3)(p.reshape(-1, 20), t.reshape(-1)),
    ),
    ("BinaryCrossEntropy", {}, lambda p, t: nn.BCEWithLogitsLoss()(p.squeeze(1), t.float())),
    (
        "BinaryCrossEntropy",
        {"positive_weight": 3.0},
        lambda p, t: nn.BCEWithLogitsLoss(pos_weight=torch.tensor(3.0))(p.squeeze(1), t.float()),
    ),
    ("MSE", {}, lambda p, t: ((p - t) ** 2).mean()),
    ("L1", {}, lambda p, t: (p - t).abs().mean()),
    ("Huber", {"delta": 0.5}, lambda p, t: nn.HuberLoss(delta=0.5)(p, t)),
    ("SmoothL1", {"beta": 2.0}, lambda p, t: nn.SmoothL1Loss(beta=2.0)(p, t)),
    ("PoissonNLL", {}, lambda p, t: (p.exp() - t * p).mean()),
    ("CosineSimilarityLoss", {}, lambda p, t: nn.CosineEmbeddingLoss()(p, t, torch.ones(4))),
    (
        "KLDivergence",
        {"temperature": 2.0},
        lambda p, t: 4 * ((t / 2).softmax(1) * ((t / 2).log_softmax(1) - (p / 2).log_softmax(1))).sum(1).mean(),
    ),
    ("ShareCrossEntropy", {}, lambda p, t: nn.BCELoss()(p.squeeze(1), t.float())),
    ("MultiMargin", {"squared": True, "margin": 0.5}, lambda p, t: nn.MultiMarginLoss(p=2, margin=0.5)(p, t)),
    ("SoftMargin", {}, lambda p, t: nn.SoftMarginLoss()(p.squeeze(1), 2.0 * t - 1)),
    ("HingeEmbedding", {"margin": 2.0}, lambda p, t: nn.HingeEmbeddingLoss(2.0)(p.squeeze(1), 2.0 * t - 1)),
    (
        "MarginRanking",
        {"margin": 0.5},
        lambda p, t, other: nn.MarginRankingLoss(0.5)(p.squeeze(1), other.squeeze(1), 2.0 * t - 1),
    ),
    ("CosineEmbedding", {"margin": 0.2}, lambda p, t, other: nn.CosineEmbeddingLoss(0.2)(p, other, 2.0 * t - 1)),
    (
        "TripletMargin",
        {"margin": 0.5, "swap": True},
        lambda p, t, positive, negative: nn.TripletMarginLoss(0.5, swap=True)(p, positive, negative),
    ),
    (
        "TripletMargin",
        {"by_angle": True},
        lambda p, t, positive, negative: (
            (nn.CosineSimilarity()(p, negative) - nn.CosineSimilarity()(p, positive) + 1).relu().mean()
        ),
    ),
    ("MultiLabelSoftMargin", {}, lambda p, t: nn.MultiLabelSoftMarginLoss()(p, t)),
    ("MultiLabelMargin", {}, lambda p, t: _label_margin(p, t)),
    (
        "CTC",
        {},
        lambda p, t: nn.CTCLoss()(
            p.transpose(0, 1).log_softmax(2), t, torch.tensor([6, 6, 6, 6]), torch.tensor([3, 3, 3, 3])
        ),
    ),
    (
        "GaussianNLL",
        {"floor": 0.5},
        lambda p, t, log_variance: nn.GaussianNLLLoss(eps=0.5)(p, t, log_variance.exp()),
    ),
    (
        "NormalKL",
        {},
        lambda p, t: (
            torch.distributions.kl_divergence(
                torch.distributions.Normal(p, (0.5 * t).exp()), torch.distributions.Normal(0.0, 1.0)
            )
            .sum(1)
            .mean()
        ),
    ),
]


@pytest.mark.parametrize(
    ("name", "settings", "expected"), WRITTEN, ids=lambda value: "by_hand" if callable(value) else str(value)[:40]
)
def test_loss_matches_torch(name: str, settings: dict[str, Any], expected: Any) -> None:
    cls = next(found for found in OBJECTIVES if found.__name__ == name)
    torch.manual_seed(2)
    guess, answer, rest = guessed(cls, 4), answered(cls, 4), others(cls, 4)
    found = run(written(cls(**settings)), p=guess, t=answer, **rest)
    torch.testing.assert_close(found, expected(guess, answer, **rest))


def test_every_objective_has_a_written_call() -> None:
    assert {name for name, _, _ in WRITTEN} == {cls.__name__ for cls in OBJECTIVES}


@pytest.mark.parametrize(
    ("name", "prediction", "target", "port"),
    [
        ("CrossEntropy", Numbers(7), Category(classes=8), "prediction"),
        ("CrossEntropy", Numbers(7), Numbers(8), "target"),
        ("NLL", Numbers(7), Category(classes=8), "prediction"),
        ("SequenceCrossEntropy", Sequence(6, 20), Tokens(5, classes=20), "target"),
        ("SequenceCrossEntropy", Sequence(6, 19), Tokens(6, classes=20), "prediction"),
        ("BinaryCrossEntropy", Numbers(1), Category(classes=3), "target"),
        ("BinaryCrossEntropy", Numbers(2), Category(classes=2), "prediction"),
        ("BinaryCrossEntropy", Image(1, 4, 4), Image(1, 4, 5), "target"),
        ("MSE", Numbers(1), Numbers(8), "target"),
        ("MSE", Sequence(6, 8), Numbers(48), "target"),
        ("Huber", Image(3, 4, 4), Image(1, 4, 4), "target"),
        ("KLDivergence", Numbers(8), None, "target"),
        ("NormalKL", Numbers(8), None, "target"),
        ("MultiMargin", Numbers(7), Category(classes=8), "prediction"),
        ("SoftMargin", Numbers(1), Category(classes=3), "target"),
        ("CTC", Sequence(6, 19), Tokens(3, classes=20), "prediction"),
        ("CTC", Sequence(2, 20), Tokens(3, classes=20), "prediction"),
        ("MultiLabelMargin", Numbers(8), Numbers(7), "target"),
    ],
)
def test_mismatches_name_the_port(name: str, prediction: Tensor, target: Tensor | None, port: str) -> None:
    cls = next(found for found in OBJECTIVES if found.__name__ == name)
    inputs = {"prediction": (prediction,)} | ({"target": (target,)} if target is not None else {})
    args, named = arguments(cls, inputs)
    with pytest.raises(Misfit) as caught:
        cls().shape(*args, **named)
    assert caught.value.port == port
    assert "\n" in caught.value.message


def test_weights_must_be_one_per_class() -> None:
    cls = next(found for found in OBJECTIVES if found.__name__ == "CrossEntropy")
    with pytest.raises(Misfit, match="one weight per class"):
        cls(class_weights=(1.0, 2.0)).shape(Numbers(8))


class Predicts(nn.Module):
    """A tiny network whose prediction leaves as people read it."""

    def __init__(self, made: Objective, width: int) -> None:
        super().__init__()
        self.linear = nn.Linear(4, width)
        self.code = compile(made.activation("scores"), "activation", "eval")

    def forward(self, x: TorchTensor) -> TorchTensor:
        result: TorchTensor = eval(self.code, {"torch": torch, "F": F, "scores": self.linear(x)})
        return result


@every_objective
def test_prediction_leaves_for_onnx(cls: type[Objective], tmp_path: Path) -> None:
    prediction, _ = pair(cls)
    torch.manual_seed(3)
    model = Predicts(cls(), int(prediction.dims[-1])).eval()
    path = tmp_path / "prediction.onnx"
    example = (torch.randn(2, *prediction.dims[:-1], 4),)
    with warnings.catch_warnings():
        # torch's exporter warns about its own internals
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model, example, str(path), dynamo=True, dynamic_shapes=({0: "batch"},), opset_version=20,
            external_data=False, verbose=False,
        )  # fmt: skip
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    for batch in (1, 3):
        x = torch.randn(batch, *prediction.dims[:-1], 4)
        found = session.run(None, {session.get_inputs()[0].name: x.numpy()})[0]
        np.testing.assert_allclose(found, model(x).detach().numpy(), rtol=1e-5, atol=1e-5)
