"""Learning what is alike: digits of one kind come together, with labels and without."""

from __future__ import annotations

import json

import pytest
import torch
from torch.nn import functional as F

from engine.check import check
from engine.errors import UserError
from engine.project import Project
from engine.run.evaluate import evaluate
from engine.run.likeness import info_nce, neighbours_right, plane, triplets
from engine.run.work import train
from tests.engine.recipe_help import chain, project, resumes_exactly, told

CARDS = (
    "ImageInput",
    ("Conv2d", {"filters": 16}),
    "ReLU",
    "MaxPool2d",
    "Flatten",
    ("Linear", {"features": 16}),
    "Output",
)
VIEWS = [{"type": "Shift", "share": 0.15}, {"type": "Rotate", "degrees": 15}, {"type": "Cutout"}, {"type": "Noise"}]


def digits(**recipe) -> Project:
    fast = {"epochs": 6, "batch_size": 128, "optimizer": {"type": "Adam", "lr": 0.003}}
    return project(chain(*CARDS), "DigitsData", {"type": "Contrastive", **fast, **recipe})


def test_two_views_are_enough_to_bring_equal_digits_together(tmp_path):
    one = digits(augmentations=VIEWS, monitor="metric")
    assert check(one) == []
    run = train(one, tmp_path)
    losses, right = (told(run, "validation", name) for name in ("loss", "neighbours_right"))
    assert losses[-1] < 0.9 * losses[0] and right[-1] > 0.85
    assert run.info().best["metric"] == "neighbours_right" and run.info().best["value"] == max(right)
    shown = json.loads(run.samples()[-1].blob)
    assert len(shown["points"]) == len(shown["labels"]) > 200 and shown["classes"] == list("0123456789")


def test_triplets_bring_classes_together(tmp_path):
    run = train(digits(alike="classes"), tmp_path)
    losses, right = (told(run, "validation", name) for name in ("loss", "neighbours_right"))
    assert losses[-1] < losses[0] and right[-1] > 0.93
    own = evaluate(run)["recipe"]
    assert own["values"]["neighbours_right"] > 0.9 and json.loads(own["samples"][0]["text"])["points"]


def test_a_table_takes_noise(tmp_path):
    cards = ("TableInput", ("Linear", {"features": 16}), "ReLU", ("Linear", {"features": 4}), "Output")
    fast = {"type": "Contrastive", "epochs": 3, "batch_size": 32}
    run = train(project(chain(*cards), "WineData", {**fast, "noise": 0.3}), tmp_path)
    assert told(run, "validation", "neighbours_right")[-1] > 0.7
    with pytest.raises(UserError, match="would be the same"):
        train(project(chain(*cards), "WineData", fast), tmp_path)
    with pytest.raises(UserError, match="needs a category"):
        train(project(chain(*cards), "DiabetesData", {**fast, "alike": "classes"}), tmp_path)


def test_the_losses_are_those_of_their_definitions():
    torch.manual_seed(0)
    one, other = torch.randn(5, 3), torch.randn(5, 3)
    points = F.normalize(torch.cat([one, other]), dim=1)
    by_hand = []
    for place in range(10):
        near = (points @ points[place]) / 0.5
        rest = torch.cat([near[:place], near[place + 1 :]])
        by_hand.append(torch.logsumexp(rest, 0) - near[(place + 5) % 10])
    assert float(info_nce(one, other, 0.5)) == pytest.approx(float(torch.stack(by_hand).mean()), rel=1e-5)
    places = torch.tensor([[1.0, 0.0], [0.8, 0.6], [0.0, 1.0], [-1.0, 0.0]])
    classes = torch.tensor([0, 0, 1, 2])
    far = torch.cdist(places, places)
    first, second = F.relu(far[0, 1] - far[0, 2] + 0.9), F.relu(far[0, 1] - far[1, 2] + 0.9)
    assert float(triplets(places, classes, 0.9)) == pytest.approx(float((first + second) / 2), rel=1e-4)
    assert float(triplets(places[:2], classes[:2], 0.9)) == 0  # there is no other class
    assert neighbours_right(places, classes, places[:2] + 0.01, torch.tensor([0, 0])) == 1.0


def test_points_in_the_plane_keep_the_widest_spread_and_their_way_round():
    torch.manual_seed(1)
    flat = torch.randn(200, 2) * torch.tensor([5.0, 1.0])
    turn = torch.linalg.qr(torch.randn(6, 6)).Q[:2]
    found = plane(flat @ turn)
    assert torch.allclose(F.pdist(found), F.pdist(flat - flat.mean(0)), atol=1e-3)
    assert torch.allclose(plane(flat @ turn), found, atol=1e-3) and plane(torch.ones(2, 1)).shape == (2, 2)


def test_a_broken_off_run_goes_on_exactly(tmp_path, monkeypatch):
    resumes_exactly(digits(augmentations=VIEWS, epochs=2), tmp_path, monkeypatch, 14)
