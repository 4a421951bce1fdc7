"""Learning from a teacher: a finished run or a second network; the arithmetic is that of the definition."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from engine.check import check
from engine.errors import UserError
from engine.graph import Graph
from engine.project import Project
from engine.run.model import load
from engine.run.recipes.distillation import DistillationLoop
from engine.run.work import train
from tests.engine.recipe_help import chain, project, resumes_exactly, told

ADAM = {"type": "Adam", "lr": 0.01}


def net(width: int, classes: int = 10) -> Graph:
    return chain("ImageInput", "Flatten", ("Linear", {"features": width}), "ReLU", ("Linear", {"features": classes}),
                 "CrossEntropy")  # fmt: skip


def taught(**recipe) -> Project:
    fast = {"epochs": 8, "batch_size": 64, "optimizer": ADAM}
    made = project(net(64), "DigitsData", {"type": "Distillation", **fast, **recipe})
    return Project("Test", {"teacher": net(64), "student": net(16)}, data=made.data, recipe=made.recipe)


def test_a_student_learns_from_a_finished_teacher(tmp_path):
    fast = {"type": "Supervised", "epochs": 8, "batch_size": 64, "optimizer": ADAM}
    teacher = train(project(net(64), "DigitsData", fast), tmp_path)
    one = taught(teacher_run=teacher.id, mix=1.0)
    alone = Project("Test", {"student": one.networks["student"]}, data=one.data, recipe=one.recipe)
    assert check(alone) == []
    run = train(alone, tmp_path)
    assert told(run, "validation", "accuracy")[-1] > 0.85  # mix 1: it never saw an answer
    losses = told(run, "train", "teaching.loss")
    assert losses[-1] < 0.3 * losses[0] and told(run, "train", "loss") == pytest.approx(losses)
    assert load(run).network.linear_1.out_features == 16


def test_a_teacher_may_learn_along(tmp_path):
    run = train(taught(), tmp_path)
    assert told(run, "train", "teacher.loss")[-1] < told(run, "train", "teacher.loss")[0]
    assert told(run, "validation", "accuracy")[-1] > 0.8
    assert run.info().parameters == sum(64 * n + n + 10 * n + 10 for n in (64, 16))
    assert next(iter(load(run).project.networks)) == "student"


def test_the_teaching_loss_is_the_divergence_of_the_softened_scores():
    class Given:
        recipe = type("Recipe", (), {"temperature": 2.0})
        pairs = [(0, 0, True)]

    torch.manual_seed(0)
    own, other = torch.randn(4, 5), torch.randn(4, 5)
    chance, guess = F.softmax(other / 2, 1), F.softmax(own / 2, 1)
    wanted = (chance * (chance / guess).log()).sum(1).mean() * 4
    found = DistillationLoop.teaching(Given(), (own,), (other,))  # type: ignore[arg-type]
    assert float(found) == pytest.approx(float(wanted), rel=1e-5)


def test_what_does_not_fit_is_said(tmp_path):
    lonely = taught()
    lonely = Project("Test", {"student": lonely.networks["student"]}, data=lonely.data, recipe=lonely.recipe)
    assert any("needs a network called “teacher”" in problem.title for problem in check(lonely))
    iris = chain("TableInput", ("Linear", {"features": 3}), "CrossEntropy")
    other = train(project(iris, "IrisData", {"type": "Supervised", "epochs": 1}), tmp_path)
    with pytest.raises(UserError, match="no answer in common"):
        train(taught(teacher_run=other.id), tmp_path)
    with pytest.raises(UserError, match="There is no run"):
        train(taught(teacher_run="zzz"), tmp_path)


def test_a_broken_off_run_goes_on_exactly(tmp_path, monkeypatch):
    resumes_exactly(taught(epochs=2), tmp_path, monkeypatch, 27)
