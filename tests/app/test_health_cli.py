"""`lamina health RUN`: a table and JSON of how every layer fared."""

from __future__ import annotations

import json

import numpy as np
import pytest

from app.cli import main
from engine import healthstore, runs, store
from engine.healthstore import COLUMNS, NodeHealth
from engine.templates import new_from_template

WELL = NodeHealth(1000, 0.1, 1.0, 0.0, bad=0.0, signal=0.1, gradient=0.5, weights=3.0, update=1e-3, learns=1.0)
DEAD = NodeHealth(1000, 0.4, 0.6, 0.9, dead=0.75, bad=0.0, signal=0.05)
NODES = ("linear_1", "relu_1", "linear_2")


@pytest.fixture
def run(tmp_path):
    run = runs.create(new_from_template("mlp-wine"), tmp_path)
    with store.closing(store.writer(run.database)) as connection, store.transaction(connection):
        for epoch, bend in ((2, DEAD._replace(dead=0.1)), (5, DEAD)):
            table = np.array([WELL, bend, WELL], np.float32).reshape(-1, len(COLUMNS))
            healthstore.put(connection, {"main": list(NODES)}, [(epoch, "main", 3, table)])
    return run


def test_the_table_has_every_layer_and_says_what_is_ill(run, capsys):
    assert main(["health", str(run.folder)]) == 0
    told = capsys.readouterr().out
    assert "epoch 5 of" in told and "3 steps looked at" in told
    assert "75 % dead" in told.replace("\u00a0", " ") and "Leaky ReLU" in told
    assert [line.split()[0] for line in told.splitlines()[2:5]] == list(NODES)


def test_an_epoch_may_be_chosen_and_only_the_ill_shown(run, capsys):
    assert main(["health", str(run.folder), "--epoch", "4", "--json"]) == 0
    (network,) = json.loads(capsys.readouterr().out)["networks"]
    assert network["epoch"] == 2 and network["measured"] == [2, 5], "the measured epoch before it"
    assert {layer["level"] for layer in network["layers"]} == {"good"}
    assert network["layers"][0]["dead"] is None and network["layers"][1]["dead"] == pytest.approx(0.1)
    assert main(["health", str(run.folder), "--ill", "--json"]) == 0
    (network,) = json.loads(capsys.readouterr().out)["networks"]
    assert [(layer["path"], layer["kind"]) for layer in network["layers"]] == [("relu_1", "dying")]
    assert main(["health", str(run.folder), "--ill", "--epoch", "2"]) == 0
    assert "No layer is ill" in capsys.readouterr().out


def test_a_run_without_measurements_says_so(tmp_path, capsys):
    run = runs.create(new_from_template("mlp-wine"), tmp_path)
    assert main(["health", str(run.folder)]) == 1
    assert "Nothing was measured" in capsys.readouterr().err
