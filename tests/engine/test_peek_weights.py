"""Whose weights a network is looked into with: those of a run as far as they fit, and what is said of the rest."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent))

from peek_help import look, opener, quiet, with_graph

from engine.data.raw import raw_inputs
from engine.edits import change
from engine.errors import UserError
from engine.jobs import train
from engine.peek import part_of
from engine.places import Place
from engine.run import model
from engine.run.peek import Peeker, Question
from engine.run.peek_weights import called
from engine.runs import open_run
from engine.templates import new_from_template


def test_random_weights_stay_where_an_edit_did_not_touch() -> None:
    project = new_from_template("cnn-digits")
    peeker = Peeker(opener)
    before = peeker.look(Question(project, nodes=("conv_1", "linear_2")), quiet)["nodes"]
    wider = with_graph(project, lambda graph: change(graph, "conv_2", params={"filters": 48, "kernel": [3, 3]}))
    after = peeker.look(Question(wider, nodes=("conv_1", "linear_2")), quiet)["nodes"]
    assert after["conv_1"] == before["conv_1"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("peek")
    project = new_from_template("mlp-iris")
    return project, train(project, folder, epochs=2, device="cpu"), folder


def test_weights_of_the_newest_run_that_fits(trained) -> None:
    project, run, folder = trained
    found = look(project, runs=(str(folder),))
    assert found["weights"]["whole"]
    assert found["weights"]["run"] == str(run.folder)
    built = model.load(open_run(run.folder))
    dataset, _ = opener(project)
    raw = [
        torch.from_numpy(np.array(one))
        for one in raw_inputs(dataset, model.bindings(built.project, built.source), np.array([0]))
    ]
    with torch.inference_mode():
        told = built.predictions(built.outputs(built.prepared(raw)))[0][0]
    end = next(one for one in found["nodes"].values() if one.get("shares"))
    assert end["shares"][0]["share"] == pytest.approx(float(told.max()), abs=1e-5)
    assert not look(project, runs=(str(folder),), run="untrained")["weights"]["trained"]


def test_weights_that_do_not_fit_are_named(trained) -> None:
    project, _, folder = trained
    names = [name for name, node in project.graph.nodes.items() if node.layer == "Linear"]
    last = names[-2]
    params = {**project.graph.nodes[last].params}
    params[next(key for key in params if key in ("features", "units", "outputs", "size"))] = 5
    other = with_graph(project, lambda graph: change(graph, last, params=params))
    found = look(other, runs=(str(folder),))
    assert found["weights"]["trained"]
    assert not found["weights"]["whole"]
    assert found["nodes"][names[0]]["weights"] == "trained"
    assert found["nodes"][last]["weights"] == "untrained"
    assert found["weights"]["words"].startswith("Untrained: ")


def test_names_of_weights_in_the_first_copy_of_a_block() -> None:
    kept = part_of(new_from_template("resnet-digits"), Place("", ("residual_block_1",))).kept_as
    assert called("residual_block_1.conv_1.weight", kept) == "residual_block_1.0.conv_1.weight"
    assert called("conv_1.weight", kept) == "conv_1.weight"


def test_weights_of_a_shared_block_are_those_of_its_owner() -> None:
    part = part_of(new_from_template("siamese"), Place("", ("digit_encoder_2",)))
    assert called("digit_encoder_2.conv_1.weight", part.kept_as) == "digit_encoder_1.conv_1.weight"


def test_each_network_of_a_gan_finds_its_own_weights() -> None:
    from engine.recipes import recipe_of
    from engine.run.peek_weights import _head

    project = new_from_template("dcgan")
    recipe, names = recipe_of(project.recipe), list(project.networks)
    assert _head(recipe, "generator", names) == "network", "what is exported"
    assert _head(recipe, "discriminator", names) == "discriminator"


def test_a_damaged_run_is_passed_over(trained, tmp_path) -> None:
    import shutil

    project, run, _ = trained
    copy = tmp_path / run.folder.name
    shutil.copytree(run.folder, copy)
    best = copy / "best.safetensors"
    best.write_bytes(best.read_bytes()[:-8])
    found = look(project, runs=(str(tmp_path),))
    assert not found["weights"]["trained"]
    with pytest.raises(UserError, match="damaged"):
        look(project, run=str(copy))
