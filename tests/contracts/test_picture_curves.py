"""The curves of the pictures are the functions that torch computes."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from engine.layer import layers
from engine.shapes import Numbers
from widgets.pictures.about import about_layer
from widgets.pictures.curve import CURVES, function_of
from widgets.pictures.losses import COSTS
from widgets.pictures.mixing import MEETINGS, softmax

POINTS = [-3.7, -2.0, -1.1, -0.4, 0.3, 0.9, 1.6, 2.0, 3.9]


def computed(name: str, values: dict, points: list[float]) -> list[float]:
    """What the layer's own source makes of the points, in use and not in training."""
    made = layers[name](**values)
    x = torch.tensor(points, dtype=torch.float64)[:, None]  # (points, 1): each is an item of one number
    module = made.module(Numbers(1))
    if module is None:
        return eval(made.expression("x"), {"torch": torch, "x": x, "F": nn.functional})[:, 0].tolist()
    part = eval(module, {"nn": nn, "torch": torch}).double().eval()
    return part(x).detach()[:, 0].tolist()


CASES = [
    (name, values)
    for name in CURVES
    if name != "LayerScale"
    for values in ({}, *layers[name].samples)
    if all(one is None or isinstance(one, int | float | str) for one in values.values())
]


@pytest.mark.parametrize(("name", "values"), CASES)
def test_the_curve_of_an_activation_is_the_one_torch_computes(name, values) -> None:
    curve = function_of(about_layer(name, **values))
    for x, expected in zip(POINTS, computed(name, values, POINTS), strict=True):
        if math.isfinite(expected):
            assert curve(x) == pytest.approx(expected, abs=1e-6), x
        else:
            assert not math.isfinite(curve(x)), x


def test_softmax_is_torchs() -> None:
    scores = [2.0, 0.5, -1.0]
    expected = torch.softmax(torch.tensor(scores, dtype=torch.float64) / 2, 0).tolist()
    assert softmax(scores, 2.0) == pytest.approx(expected)


@pytest.mark.parametrize("name", sorted(MEETINGS))
def test_two_numbers_meet_as_in_the_layer(name) -> None:
    a, b = 0.9, -0.7
    expected = {"Add": 0.2, "Subtract": 1.6, "Multiply": -0.63, "Divide": 0.9 / -0.7, "Average": 0.1, "Maximum": 0.9}
    assert MEETINGS[name][1](a, b) == pytest.approx(expected.get(name, -0.7))


def costs(name: str, **values):
    return COSTS[name](about_layer(name, **values)).curves


@pytest.mark.parametrize("error", [-2.5, -0.7, 0.0, 0.2, 1.4])
def test_losses_over_an_error_are_torchs(error) -> None:
    at, zero = torch.tensor([error], dtype=torch.float64), torch.zeros(1, dtype=torch.float64)
    pairs = [
        (costs("MSE"), nn.functional.mse_loss(at, zero)),
        (costs("L1"), nn.functional.l1_loss(at, zero)),
        (costs("Huber", delta=0.6), nn.functional.huber_loss(at, zero, delta=0.6)),
        (costs("SmoothL1", beta=0.4), nn.functional.smooth_l1_loss(at, zero, beta=0.4)),
        (costs("SoftMargin"), nn.functional.soft_margin_loss(at, torch.ones(1, dtype=torch.float64))),
    ]
    for (curve, *_), expected in pairs:
        assert curve(error) == pytest.approx(float(expected))


@pytest.mark.parametrize("share", [0.05, 0.3, 0.9])
def test_losses_over_a_share_are_torchs(share) -> None:
    rest = (1 - share) / 9
    scores = torch.log(torch.tensor([[share, *[rest] * 9]], dtype=torch.float64))
    truth = torch.tensor([0])
    (plain,) = costs("CrossEntropy")
    (smooth,) = costs("CrossEntropy", label_smoothing=0.2)
    yes, no = costs("BinaryCrossEntropy", positive_weight=2.0)
    assert plain(share) == pytest.approx(float(nn.functional.cross_entropy(scores, truth)))
    assert smooth(share) == pytest.approx(float(nn.functional.cross_entropy(scores, truth, label_smoothing=0.2)))
    score = torch.logit(torch.tensor([share], dtype=torch.float64))
    weight = torch.tensor([2.0], dtype=torch.float64)
    for curve, answer in ((yes, 1.0), (no, 0.0)):
        target = torch.tensor([answer], dtype=torch.float64)
        expected = nn.functional.binary_cross_entropy_with_logits(score, target, pos_weight=weight)
        assert curve(share) == pytest.approx(float(expected))
