"""Judging what was measured: what is broken on purpose is found and mended, what learns well is not called ill."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from engine.check import check
from engine.edits import change
from engine.health import PASSING, covers, fold, judge
from engine.health_nodes import Anatomy
from engine.health_repairs import problem_of, repairs
from engine.healthstore import HealthRecord, NodeHealth
from engine.project import Project
from engine.recipes import recipe_of
from engine.run import health as health_room
from engine.run.work import train
from engine.runs import Run
from engine.templates import new_from_template
from tests.engine.making import chain

WELL = NodeHealth(
    rows=1000, mean=0.1, std=1.0, zeros=0.0, bad=0.0, signal=0.1, gradient=0.5, weights=3.0, update=1e-3, learns=1.0
)
BEND = NodeHealth(rows=1000, mean=0.4, std=0.6, zeros=0.5, dead=0.0, bad=0.0, signal=0.1)


def linear(features: int) -> tuple[str, dict]:
    return "Linear", {"features": features}


def net(*layers, rate: float = 0.1, epochs: int = 4) -> Project:
    data = new_from_template("mlp-iris").data
    optimizer = {"type": "SGD", "lr": rate, "momentum": 0.0}
    recipe = {"type": "Supervised", "epochs": epochs, "batch_size": 16, "optimizer": optimizer, "device": "cpu"}
    return replace(chain(*layers, fields=data.fields), data=data, recipe=recipe)


def judged(run: Run) -> list[dict]:
    """The verdicts of every epoch."""
    project, before, found = run.project(), {}, []
    for record in run.health():
        found.append(judge(record, Anatomy(project, record.network), before.get(record.network)))
        before[record.network] = record
    return found


def trained(project: Project, folder) -> tuple[Project, dict]:
    return project, judged(train(project, folder, threads=1))[-1]


@pytest.fixture(autouse=True)
def often(monkeypatch):
    monkeypatch.setattr(health_room, "FREE_SECONDS", 1000.0)


# ---- broken on purpose -----------------------------------------------------------------------------------------------


def test_ten_sigmoids_let_the_gradient_vanish_and_relu_repairs_it(tmp_path):
    layers = [layer for _ in range(10) for layer in (linear(16), "Sigmoid")]
    project, found = trained(net(*layers, linear(3)), tmp_path / "ill")
    assert found["layer_1"].kind == "vanishing" and found["layer_1"].ill
    assert found["layer_21"].kind == "healthy", "the last layer gets its gradient"
    fix = next(repairs(project, found["layer_1"], "main"))
    assert fix.label == "Use ReLU" and "10 times" in fix.lines[0]
    mended = fix.edit(project)
    assert {node.layer for node in mended.graph.nodes.values()} == {"TableInput", "Linear", "ReLU", "CrossEntropy"}
    after = trained(mended, tmp_path / "mended")[1]
    assert after["layer_1"].kind != "vanishing"


def test_steps_that_are_far_too_large_explode(tmp_path):
    project, found = trained(net(linear(32), "ReLU", linear(32), "ReLU", linear(3), rate=20.0), tmp_path)
    assert found["layer_1"].kind == "exploding" and found["layer_1"].level == "error"
    labels = [fix.label for fix in repairs(project, found["layer_1"], "main")]
    assert "Lower the learning rate" in labels
    lower = next(fix for fix in repairs(project, found["layer_1"], "main") if fix.label.startswith("Lower"))
    assert recipe_of(lower.edit(project).recipe).optimizer.lr == pytest.approx(7)


def test_dead_units_are_counted_and_leaky_relu_brings_them_back(tmp_path):
    project, found = trained(net(linear(64), "ReLU", linear(64), "ReLU", linear(3), rate=4.0, epochs=10), tmp_path)
    dying = [one for one in found.values() if one.kind == "dying" and one.ill]
    assert dying and "% dead" in dying[0].word and "always 0" in dying[0].text
    fix = next(repairs(project, dying[0], "main"))
    mended = fix.edit(project)
    assert mended.graph.nodes[dying[0].path].layer == "LeakyReLU"
    assert not [one for one in check(mended) if one.level == "error"]


def test_tanh_at_its_ends_is_saturated(tmp_path):
    project, found = trained(net(linear(32), "Tanh", linear(32), "Tanh", linear(3), rate=5.0), tmp_path)
    assert found["layer_2"].kind == "saturated" and found["layer_4"].kind == "saturated"
    assert "% saturated" in found["layer_2"].word
    assert {fix.label for fix in repairs(project, found["layer_2"], "main")} >= {"Add Batch norm", "Use ReLU"}


# ---- no false alarms -------------------------------------------------------------------------------------------------

QUICK = (
    "mlp-iris", "mlp-wine", "regression-diabetes", "perceptron", "logistic-regression", "linear-regression",
    "autoencoder", "lenet-5", "cnn-digits", "lstm-digits", "gru-waves", "rnn-waves", "tcn-waves", "dcgan", "wgan-gp",
    "siamese", "seq2seq-attention", "vae", "multi-input", "multi-output", "bilstm-tagger", "transformer-digits",
    "two-tower", "wide-and-deep",
)  # fmt: skip


@pytest.mark.parametrize("name", QUICK)
def test_templates_that_learn_are_not_called_ill(name, tmp_path):
    project = new_from_template(name)
    epochs = min(4, recipe_of(project.recipe).epochs)
    found = judged(train(project, tmp_path, epochs=epochs, threads=1))
    assert found
    ill = [
        (place, one.path, one.word, one.text) for place, part in enumerate(found) for one in part.values() if one.ill
    ]
    assert not ill
    assert any(one.kind == "healthy" for one in found[-1].values())


# ---- rules -----------------------------------------------------------------------------------------------------------


def record(epoch: int = 2, **nodes: NodeHealth) -> HealthRecord:
    return HealthRecord(epoch, "main", 4, nodes)


def say(one: NodeHealth, before: NodeHealth | None = None, layer: str = "Linear", **others: NodeHealth):
    """The verdict on the middle one of three layers."""
    project = net(linear(4), (layer, {}), linear(3))
    rest = {"layer_1": WELL, "layer_3": WELL, **others}
    earlier = None if before is None else record(1, layer_2=before, **rest)
    return judge(record(2, layer_2=one, **rest), Anatomy(project, "main"), earlier)["layer_2"]


@pytest.mark.parametrize(
    ("changes", "kind", "level"),
    [
        ({}, "healthy", "good"),
        ({"bad": 0.25}, "broken", "error"),
        ({"gradient": math.inf}, "broken", "error"),
        ({"std": 1e6}, "exploding", "error"),
        ({"gradient": 5e3}, "exploding", "error"),
        ({"gradient": 0.0}, "unreached", "warning"),
        ({"gradient": math.nan}, "unreached", "info"),
        ({"gradient": 1e-6}, "vanishing", "warning"),
        ({"std": 1e-8, "mean": 1e-9}, "vanishing", "warning"),
        ({"update": 0.5}, "restless", "warning"),
        ({"update": 1e-9}, "still", "warning"),
        ({"learns": 0.0, "gradient": math.nan, "update": 0.0}, "frozen", "info"),
    ],
)
def test_each_illness_by_its_figure(changes, kind, level):
    one = WELL._replace(**changes)
    verdict = say(one, one)
    assert (verdict.kind, verdict.level) == (kind, level)
    assert verdict.text.endswith(".") and verdict.word
    if kind in PASSING:
        assert say(one).kind == say(one, WELL).kind == "healthy", "once may be chance"


def test_dead_units_by_share_and_by_how_much_was_seen():
    assert say(BEND._replace(dead=0.3), layer="ReLU").kind == "healthy"
    assert say(BEND._replace(dead=0.45), layer="ReLU").level == "info"
    assert say(BEND._replace(dead=0.67), layer="ReLU").word == "67 % dead"
    assert say(BEND._replace(dead=0.99), layer="ReLU").level == "error"
    assert say(BEND._replace(dead=0.99, rows=8), layer="ReLU").kind == "healthy", "eight values say nothing"


def test_a_curve_that_makes_the_answer_may_be_sure_of_it():
    flat = BEND._replace(dead=math.nan, saturated=0.9)
    assert say(flat, layer="Sigmoid").ill and not say(flat._replace(saturated=0.6), layer="Sigmoid").ill
    project = net(linear(4), linear(3), "Sigmoid")
    nodes = record(layer_1=WELL, layer_2=WELL, layer_3=flat)
    assert judge(nodes, Anatomy(project, "main"))["layer_3"].kind == "healthy"


def test_a_rate_that_has_run_out_is_no_illness_of_every_layer():
    tired = WELL._replace(update=1e-9)
    found = judge(
        record(layer_1=tired, layer_2=tired, layer_3=tired), Anatomy(net(linear(4), linear(4), linear(3)), "main")
    )
    assert {one.kind for one in found.values()} == {"healthy"}


def test_only_the_first_broken_node_is_told_as_the_origin():
    bad = WELL._replace(bad=1.0)
    found = judge(record(layer_1=WELL, layer_2=bad, layer_3=bad), Anatomy(net(linear(4), linear(4), linear(3)), "main"))
    assert found["layer_2"].repairs and not found["layer_3"].repairs and "Linear" in found["layer_3"].text


def test_a_block_shows_the_worst_of_its_copies():
    project = new_from_template("resnet-digits")
    dead = BEND._replace(dead=0.8)
    nodes = record(**{"conv_1": WELL, "residual_block_1.0.relu_1": BEND, "residual_block_1.1.relu_1": dead})
    anatomy = Anatomy(project, "main")
    found = judge(nodes, anatomy)
    worst = fold(found, "residual_block_1")
    assert worst is not None and worst.word == "80 % dead" and worst.path == "residual_block_1.1.relu_1"
    assert anatomy.label(worst.path) == "ReLU in Residual block, copy 2"
    assert fold(found, "residual_block_1.relu_1") == worst, "inside of the block all copies are one card"
    assert fold(found, "nobody") is None and not covers("conv", "conv_1")
    fix = next(repairs(project, worst, "main"))
    assert fix.edit(project).blocks["Residual block"].graph.nodes["relu_1"].layer == "LeakyReLU"
    problem = problem_of(project, worst, "main", "residual_block_1", anatomy.label(worst.path))
    assert problem.level == "warning" and problem.fixes and "copy 2" in problem.title


def test_repairs_are_of_the_project_as_it_is_now():
    project = net(linear(4), "ReLU", linear(3))
    dead = BEND._replace(dead=0.8)
    verdict = judge(record(layer_1=WELL, layer_2=dead, layer_3=WELL), Anatomy(project, "main"))["layer_2"]
    assert next(fix.label for fix in repairs(project, verdict, "main")) == "Use Leaky ReLU"
    other = project.with_graph(change(project.graph, "layer_2", layer="GELU"))
    assert "Use Leaky ReLU" not in [fix.label for fix in repairs(other, verdict, "main")]
    assert not list(repairs(project, verdict, "elsewhere"))
