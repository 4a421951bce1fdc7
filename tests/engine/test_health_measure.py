"""What is measured inside networks while they train: equal to figures worked out by hand, and without any effect."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch

from engine.edits import change
from engine.project import Project
from engine.recipes import recipe_of
from engine.run import health as health_room
from engine.run import state
from engine.run.setup import Setup
from engine.run.work import resume, train
from engine.runs import Run
from engine.templates import new_from_template
from tests.engine.making import chain

RATE = 0.1


def small(*layers, epochs: int = 1, batch: int = 1000, **recipe) -> Project:
    """A small network on iris that moves by plain SGD, all items at once unless told otherwise."""
    data = new_from_template("mlp-iris").data
    optimizer = {"type": "SGD", "lr": RATE, "momentum": 0.0}
    made = {"type": "Supervised", "epochs": epochs, "batch_size": batch, "optimizer": optimizer, "device": "cpu"}
    return Project(**{**vars(chain(*layers, fields=data.fields)), "data": data, "recipe": {**made, **recipe}})


def linear(features: int) -> tuple[str, dict]:
    return "Linear", {"features": features}


def weights(run: Run) -> dict[str, torch.Tensor]:
    _, tensors, _ = next(iter(state.newest(run.folder)))
    return tensors


@pytest.fixture
def often(monkeypatch):
    """Every step that may be looked at is."""
    monkeypatch.setattr(health_room, "SHARE", 1000.0)
    monkeypatch.setattr(health_room, "FREE_SECONDS", 1000.0)


def test_one_step_gives_the_figures_worked_out_by_hand(tmp_path):
    project = small(linear(6), "ReLU", linear(5), "Tanh", linear(3))
    (record,) = train(project, tmp_path, threads=1).health()
    assert (record.epoch, record.network, record.looks) == (1, "main", 1)

    recipe = recipe_of(project.recipe)
    torch.manual_seed(recipe.seed)
    setup = Setup(project, recipe, torch.device("cpu"))
    built = setup.build()
    part = setup.part(built, "train")
    order = torch.randperm(part.count, generator=torch.Generator().manual_seed(recipe.seed * 1_000_003))
    (x,), targets = part.batch(order)
    modules = dict(built.network.named_children())
    values = {}
    for name in ("layer_1", "layer_2", "layer_3", "layer_4", "layer_5"):
        x = modules[name](x)
        x.retain_grad()
        values[name] = x
    torch.nn.functional.cross_entropy(x, next(iter(targets.values()))).backward()

    for name, value in values.items():
        one = record.nodes[name]
        assert one.rows == part.count
        assert one.mean == pytest.approx(value.mean().item(), rel=1e-4, abs=1e-6)
        assert one.std == pytest.approx(value.std(correction=0).item(), rel=1e-4)
        assert one.signal == pytest.approx(value.grad.norm().item(), rel=1e-4)
        assert one.zeros == pytest.approx((value == 0).float().mean().item(), abs=1e-6)
        assert one.bad == 0
    for name in ("layer_1", "layer_3", "layer_5"):
        own = list(modules[name].parameters())
        gradient = math.sqrt(sum(weight.grad.square().sum().item() for weight in own))
        length = math.sqrt(sum(weight.detach().square().sum().item() for weight in own))
        assert record.nodes[name].gradient == pytest.approx(gradient, rel=1e-4)
        assert record.nodes[name].update == pytest.approx(
            RATE * gradient / length, rel=1e-3
        )  # SGD: a step is rate × gradient
        assert record.nodes[name].weights == pytest.approx(length, rel=0.05)  # it has moved by then
        assert record.nodes[name].learns == 1
    relu, tanh = values["layer_2"], values["layer_4"]
    assert record.nodes["layer_2"].dead == pytest.approx((relu == 0).all(0).float().mean().item())
    assert record.nodes["layer_4"].saturated == pytest.approx((tanh.abs() > 0.97).float().mean().item(), abs=1e-6)
    assert math.isnan(record.nodes["layer_4"].dead) and math.isnan(record.nodes["layer_2"].saturated)


def test_a_gradient_is_measured_before_it_is_limited(tmp_path):
    free = train(small(linear(6), "ReLU", linear(3)), tmp_path / "free", threads=1).health()[0]
    cut = train(small(linear(6), "ReLU", linear(3), clip_norm=1e-3), tmp_path / "cut", threads=1).health()[0]
    for name in ("layer_1", "layer_3"):
        assert cut.nodes[name].gradient == pytest.approx(free.nodes[name].gradient, rel=1e-5)
        assert cut.nodes[name].update < free.nodes[name].update / 50


def test_frozen_weights_and_values_that_are_no_numbers_are_told(tmp_path):
    project = small(linear(6), "ReLU", linear(3))
    project = project.with_graph(change(project.graph, "layer_1", frozen=True))
    one = train(project, tmp_path, threads=1).health()[0].nodes["layer_1"]
    assert one.learns == 0 and one.update == 0 and math.isnan(one.gradient) and one.std > 0


@pytest.mark.parametrize("name", ["cnn-digits", "lstm-digits", "transformer-digits", "vae", "wgan-gp"])
def test_a_run_that_is_looked_at_learns_bit_for_bit_the_same(name, tmp_path, often):
    project = new_from_template(name)
    seen = train(project, tmp_path / "seen", epochs=1, threads=1)
    blind = train(project, tmp_path / "blind", epochs=1, threads=1, health=False)
    assert seen.health()[0].looks > 3 and not blind.health()
    one, two = weights(seen), weights(blind)
    assert one.keys() == two.keys()
    assert all(torch.equal(one[key], two[key]) for key in one)  # optimizer, counts and random numbers too
    assert seen.info().final == blind.info().final


def test_going_on_is_exact_and_tells_each_epoch_once(tmp_path, often):
    layers = (linear(8), "ReLU", linear(3))
    whole = train(small(*layers, epochs=4, batch=16), tmp_path / "whole", threads=1)
    part = train(small(*layers, epochs=2, batch=16), tmp_path / "part", threads=1)
    resume(part, epochs=4)
    assert all(
        torch.equal(weights(whole)[key], value) for key, value in weights(part).items() if key.startswith("network")
    )
    assert [one.epoch for one in part.health()] == [1, 2, 3, 4] == [one.epoch for one in whole.health()]
    assert repr(part.health()[-1]) == repr(whole.health()[-1])  # NaN is not equal to itself


def test_copies_of_blocks_and_both_networks_of_a_gan_are_told_apart(tmp_path, often):
    nodes = train(new_from_template("resnet-digits"), tmp_path / "one", epochs=1, threads=1).health()[0].nodes
    names = list(nodes)
    assert {
        "residual_block_1",
        "residual_block_1.0.conv_1",
        "residual_block_1.1.conv_1",
        "residual_block_2.1.add_1",
    } <= set(names)
    assert nodes["residual_block_1.0.conv_1"].gradient != nodes["residual_block_1.1.conv_1"].gradient
    assert names.index("conv_1") < names.index("residual_block_1.0.conv_1") < names.index("linear_1")
    made = train(new_from_template("wgan-gp"), tmp_path / "two", epochs=1, threads=1).health()
    assert [one.network for one in made] == ["discriminator", "generator"]
    assert all(any(node.gradient > 0 for node in one.nodes.values()) for one in made)


def test_looking_stays_within_its_share_of_the_time(tmp_path, monkeypatch):
    monkeypatch.setattr(health_room, "SHARE", 0.0)
    monkeypatch.setattr(health_room, "FREE_SECONDS", 0.0)
    run = train(small(linear(8), "ReLU", linear(3), epochs=5, batch=16), tmp_path, threads=1)
    found = {one.epoch: one.looks for one in run.health()}
    assert found.keys() == {1, 5}, "the first epoch and the last are looked at whatever it costs"
    assert max(found.values()) <= health_room.LEAST_LOOKS


def test_runs_of_earlier_versions_have_nothing_and_say_so(tmp_path):
    run = train(small(linear(3)), Path(tmp_path), threads=1, health=False)
    assert run.health() == [] and run.health(after=3) == []
