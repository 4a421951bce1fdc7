"""Objectives with several inputs: every wired tensor reaches the loss by name, and only the prediction leaves."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor as TorchTensor
from torch import nn

from engine.check import check
from engine.codegen import Source, generate
from engine.data.fields import category, number
from engine.project import Project
from tests.engine.making import graph, project

YES_NO = (number("sepal"), number("petal"), category("better", ("no", "yes"), role="target"))
PRICES = (number("rooms"), number("area"), number("price", role="target"))


def drawn(loss: str, ports: tuple[str, ...], width: int, fields: Any) -> Project:
    """One table input, a Linear of its own for every port of the loss."""
    nodes: dict[str, Any] = {"input_1": "TableInput"}
    wires = []
    for place, port in enumerate(ports, 1):
        nodes[f"linear_{place}"] = ("Linear", {"features": width})
        wires += [f"input_1 > linear_{place}", f"linear_{place} > loss_1.{port}"]
    nodes["loss_1"] = loss
    return project(graph(nodes, *wires), fields)


def terms(
    value: Project, targets: dict[str, TorchTensor]
) -> tuple[dict[str, TorchTensor], tuple[TorchTensor, ...], Source]:
    source = generate(value)
    names: dict[str, Any] = {}
    exec(compile(source.text, "generated", "exec"), names)
    torch.manual_seed(0)
    outputs = names[source.class_name]()(torch.randn(6, 2))
    assert len(names["predictions"](outputs)) == 1
    return names["objectives"](outputs, targets), outputs, source


def test_a_triplet_compares_three_wires_and_needs_no_target() -> None:
    value = drawn("TripletMargin", ("prediction", "positive", "negative"), 4, YES_NO)
    found, (anchor, positive, negative), source = terms(value, {})
    torch.testing.assert_close(found["loss_1"], nn.TripletMarginLoss()(anchor, positive, negative))
    assert [(one.port, one.exported, one.target) for one in source.outputs] == [
        ("prediction", True, ""),
        ("positive", False, ""),
        ("negative", False, ""),
    ]
    assert not [problem for problem in check(value) if problem.level == "error" and problem.node == "loss_1"]


@pytest.mark.parametrize("loss", ["MarginRanking", "CosineEmbedding"])
def test_a_further_port_stands_beside_the_target(loss: str) -> None:
    width = 1 if loss == "MarginRanking" else 4
    better = torch.tensor([0, 1, 1, 0, 1, 0])
    value = drawn(loss, ("prediction", "other"), width, YES_NO)
    found, (one, two), source = terms(value, {"better": better})
    written = (
        nn.MarginRankingLoss(1.0)(one[:, 0], two[:, 0], 2.0 * better - 1)
        if loss == "MarginRanking"
        else nn.CosineEmbeddingLoss()(one, two, 2.0 * better - 1)
    )
    torch.testing.assert_close(found["loss_1"], written)
    first = source.outputs[0]
    assert (first.target, first.classes, first.metrics) == ("better", (), ())


def test_a_spread_is_learned_beside_the_number() -> None:
    value = drawn("GaussianNLL", ("prediction", "log_variance"), 1, PRICES)
    price = torch.randn(6, 1)
    found, (mean, spread), source = terms(value, {"price": price})
    torch.testing.assert_close(found["loss_1"], nn.GaussianNLLLoss()(mean, price, spread.exp()))
    assert source.outputs[0].metrics[0] == "rmse"


def test_the_target_may_be_wired_as_before() -> None:
    value = drawn("GaussianNLL", ("prediction", "log_variance", "target"), 3, PRICES)
    found, (mean, spread, target), source = terms(value, {})
    torch.testing.assert_close(found["loss_1"], nn.GaussianNLLLoss()(mean, target, spread.exp()))
    assert source.outputs[0].target == ""
