"""The arithmetic of training against the references: metrics against scikit-learn, schedules and optimizers against
torch's own classes, checkpoints against what was saved."""

from __future__ import annotations

import math
import subprocess
import sys

import numpy as np
import pytest
import torch
from sklearn import metrics as reference

from engine import runs, store
from engine.catalogue import Catalogue
from engine.errors import UserError
from engine.project import Project
from engine.recipes import recipe_of, recipes
from engine.recipes.optimizers import SGD, Adam, AdamW, RMSprop
from engine.recipes.schedules import Constant, Cosine, OneCycle, Plateau, Step, learning_rate
from engine.run import state
from engine.run.metrics import ClassCounts, NumberCounts, Tally, larger_is_better
from engine.run.optimize import Group, Optimization, Scaler
from engine.run.telemetry import Telemetry


def scores(items: int, classes: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    numbers = np.random.default_rng(seed)
    truth = numbers.integers(0, classes, items)
    made = numbers.random((items, classes)) + 0.7 * np.eye(classes)[truth]
    return torch.from_numpy(made / made.sum(1, keepdims=True)).float(), torch.from_numpy(truth)


@pytest.mark.parametrize("classes", [2, 5, 30])
def test_class_measures_are_those_of_scikit_learn(classes):
    given, truth = scores(400, classes, classes)
    counts = ClassCounts(classes, (1, 3))
    for start in range(0, 400, 37):
        counts.add(given[start : start + 37], truth[start : start + 37])
    found, answer = counts.values(), given.argmax(1)
    expected = {
        "accuracy": reference.accuracy_score(truth, answer),
        "balanced_accuracy": reference.balanced_accuracy_score(truth, answer),
        "precision": reference.precision_score(truth, answer, average="macro", zero_division=0),
        "recall": reference.recall_score(truth, answer, average="macro", zero_division=0),
        "f1": reference.f1_score(truth, answer, average="macro", zero_division=0),
    }
    expected["top1"] = expected["accuracy"]
    if classes > 3:
        expected["top3"] = reference.top_k_accuracy_score(truth, given, k=3, labels=range(classes))
    assert found == pytest.approx(expected)
    assert np.array_equal(counts.confusion, reference.confusion_matrix(truth, answer, labels=range(classes)))


def test_one_score_means_yes_or_no_and_steps_and_pixels_count_as_items():
    given, truth = torch.tensor([[0.9], [0.2], [0.6], [0.4]]), torch.tensor([1, 0, 0, 0])
    counts = ClassCounts(2)
    counts.add(given, truth)
    assert counts.values()["accuracy"] == 0.75
    steps, truth = scores(60, 4, 1)
    by_step, by_pixel = ClassCounts(4), ClassCounts(4)
    by_step.add(steps.reshape(6, 10, 4), truth.reshape(6, 10))
    by_pixel.add(steps.reshape(6, 5, 2, 4).permute(0, 3, 1, 2), truth.reshape(6, 5, 2))
    assert torch.equal(by_step.confusion, by_pixel.confusion) and by_step.items == 60


def test_number_measures_are_those_of_scikit_learn_even_far_from_zero():
    numbers = np.random.default_rng(3)
    truth = 1e4 + numbers.normal(size=(500, 1))
    guess = truth + 0.3 * numbers.normal(size=truth.shape)
    counts = NumberCounts()
    for start in range(0, 500, 61):
        counts.add(torch.from_numpy(guess[start : start + 61]), torch.from_numpy(truth[start : start + 61]))
    expected = {
        "mae": reference.mean_absolute_error(truth, guess),
        "mse": reference.mean_squared_error(truth, guess),
        "rmse": reference.root_mean_squared_error(truth, guess),
        "r2": reference.r2_score(truth, guess),
    }
    assert counts.values() == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("classes", [4, 0])
def test_a_tally_goes_on_exactly_after_it_was_kept(classes):
    given, truth = scores(300, 4, 9)
    truth = truth if classes else truth.float()[:, None]
    given = given if classes else given[:, :1]
    kinds = {"a": (("accuracy",) if classes else ("mae", "r2"), classes)}

    def make() -> Tally:
        return Tally(kinds, lambda outputs: {"a": outputs[0]}, {} if classes else {"a": (2.0, 3.0)}, chunk=50)

    whole, first, second = make(), make(), make()
    for start in range(0, 300, 20):
        whole.add((given[start : start + 20],), {"a": truth[start : start + 20]})
        (first if start < 140 else second).add((given[start : start + 20],), {"a": truth[start : start + 20]})
        if start == 120:
            kept = {name: tensor.clone() for name, tensor in first.state().items()}
            assert any(name.startswith("aside") for name in kept)
            second.load(kept, torch.device("cpu"))
    assert whole.values() == second.values() != first.values()


def test_smaller_is_better_for_errors_only():
    assert not any(larger_is_better(name) for name in ("loss", "rmse", "price.mae"))
    assert larger_is_better("accuracy") and larger_is_better("r2")


def test_values_that_arrive_late_from_a_device_are_told_in_order_and_the_first_bad_one_is_found(tmp_path):
    run = runs.create(Project(), tmp_path)
    with store.closing(store.writer(run.database)) as connection:
        telemetry = Telemetry(connection, 0, 4, 1)
        for step in range(1, 9):
            loss = torch.tensor(math.nan if step in (6, 8) else float(step))
            telemetry.step(loss, 10 * step, 0.1, torch.tensor(0.5) if step % 3 == 0 else math.nan)
            if step == 4:
                assert telemetry.first_bad is None
                telemetry.write(state="running")
                assert telemetry.means() == [pytest.approx((10 + 40 + 90 + 160) / 100)]
        telemetry.write(state="running")
        assert telemetry.first_bad == 6
    table = run.steps()
    assert table[:, 2].tolist()[:5] == [1, 2, 3, 4, 5] and np.isnan(table[[5, 7], 2]).all()
    assert np.flatnonzero(np.isfinite(table[:, 4])).tolist() == [2, 5]


# ---- schedules ---------------------------------------------------------------------------------------------------


def torch_rates(make, steps: int, per_epoch: int = 1) -> list[float]:
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    schedule = make(optimizer)
    found = []
    for step in range(steps):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if (step + 1) % per_epoch == 0:
            schedule.step()
    return found


def rates(schedule, steps: int, per_epoch: int, warm: int = 0) -> list[float]:
    return [learning_rate(0.1, schedule, schedule.start(), step, steps, per_epoch, warm) for step in range(steps)]


def test_schedules_are_those_of_torch():
    lr = torch.optim.lr_scheduler
    assert rates(Constant(), 50, 10) == [0.1] * 50
    expected = torch_rates(lambda one: lr.StepLR(one, 2, 0.3), 60, 10)
    assert rates(Step(every=2, gamma=0.3), 60, 10) == pytest.approx(expected)
    expected = torch_rates(lambda one: lr.CosineAnnealingLR(one, 60, eta_min=0.01), 60)
    assert rates(Cosine(least=0.1), 60, 10) == pytest.approx(expected)
    expected = torch_rates(lambda one: lr.OneCycleLR(one, max_lr=0.1, total_steps=60), 60)
    assert rates(OneCycle(), 60, 10) == pytest.approx(expected)


@pytest.mark.parametrize("larger", [False, True])
def test_the_plateau_schedule_is_that_of_torch(larger):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    mode = "max" if larger else "min"
    theirs = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, mode, 0.2, patience=2, threshold=1e-3)
    ours = Plateau(patience=2, gamma=0.2, threshold=1e-3)
    memory = ours.start()
    for value in [1, 0.9, 0.9, 0.8999, 0.95, 0.9, 0.7, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 1.2, 1.1, 1.1, 1.1, 1.3, 0.1]:
        theirs.step(value)
        memory = ours.after_epoch(memory, value, larger)
        assert 0.1 * memory["factor"] == pytest.approx(optimizer.param_groups[0]["lr"])


def test_warm_up_rises_straight_and_then_the_schedule_begins():
    found = rates(Cosine(), 50, 10, warm=4)
    assert found[:5] == pytest.approx([0.02, 0.04, 0.06, 0.08, 0.1])
    assert found[4:] == pytest.approx(torch_rates(lambda one: torch.optim.lr_scheduler.CosineAnnealingLR(one, 46), 46))


# ---- optimizers --------------------------------------------------------------------------------------------------

PAIRS = [
    (Adam(lr=0.01, weight_decay=0.1), torch.optim.Adam, {"lr": 0.01, "weight_decay": 0.1, "fused": True}),
    (Adam(lr=0.01, amsgrad=True), torch.optim.Adam, {"lr": 0.01, "amsgrad": True, "fused": True}),
    (AdamW(lr=0.01), torch.optim.AdamW, {"lr": 0.01, "fused": True}),
    (SGD(lr=0.1, momentum=0.0), torch.optim.SGD, {"lr": 0.1, "fused": True}),
    (SGD(lr=0.1, nesterov=True, weight_decay=0.01), torch.optim.SGD,
     {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01, "fused": True}),
    (RMSprop(momentum=0.5), torch.optim.RMSprop, {"lr": 0.001, "momentum": 0.5, "foreach": True}),
]  # fmt: skip


def weights() -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    return [torch.randn(shape, generator=generator).requires_grad_() for shape in ((5, 3), (7,), (2, 2, 2))]


def pull(values: list[torch.Tensor], step: int, without: int = -1) -> None:
    generator = torch.Generator().manual_seed(step)
    for place, value in enumerate(values):
        gradient = torch.randn(value.shape, generator=generator)
        value.grad = None if place == without else gradient


@pytest.mark.parametrize("kernel", [True, False])
@pytest.mark.parametrize(("choice", "theirs", "settings"), PAIRS)
def test_optimizers_move_weights_as_those_of_torch_do_bit_for_bit(choice, theirs, settings, kernel, monkeypatch):
    if not kernel:  # a torch that calls its kernels otherwise
        import engine.run.optimize as module

        monkeypatch.setattr(module, "KERNELS", {})
    ours, others = weights(), weights()
    group = Group(1.0, ["a", "b", "c"], ours)
    optimization, optimizer = Optimization(choice, [group]), theirs(others, **settings)
    for step in range(8):
        # a weight that this loss does not reach; torch's own fused SGD cannot do that with momentum
        without = 1 if step in (0, 3) and not getattr(choice, "nesterov", False) else -1
        pull(ours, step, without)
        pull(others, step, without)
        optimization.step(choice.lr)
        optimizer.step()
        if step == 4:  # kept and put back in the middle
            kept = {name: tensor.clone() for name, tensor in optimization.state().items()}
            optimization = Optimization(choice, [group])
            optimization.load(kept)
    assert all(torch.equal(a, b) for a, b in zip(ours, others, strict=True))


def test_a_weight_without_a_gradient_stays_and_joins_later():
    ours = weights()
    optimization = Optimization(SGD(lr=1.0, momentum=0.5), [Group(1.0, ["a", "b", "c"], ours)])
    before = ours[1].detach().clone()
    pull(ours, 0, without=1)
    optimization.step(1.0)
    assert torch.equal(ours[1], before)
    pull(ours, 1)
    optimization.step(1.0)
    assert torch.equal(ours[1], before - ours[1].grad)  # its first step has no momentum yet


def test_the_scaler_backs_off_and_grows_and_skips_spoiled_steps():
    ours = weights()
    scaler = Scaler(torch.device("cpu"), scale=8.0, patience=3)
    optimization = Optimization(SGD(lr=1.0, momentum=0.0), [Group(1.0, ["a", "b", "c"], ours)])
    before = [value.detach().clone() for value in ours]
    scales = []
    for step in range(6):
        for value in ours:
            value.grad = torch.full_like(value, 8.0)
        if step == 1:
            ours[1].grad[0] = torch.inf
        scales.append(scaler.scale.item())
        factor = scaler.scale.item()
        optimization.step(0.5, scaler.unscale(ours))
        moved = 0.0 if step == 1 else 0.5 * 8.0 / factor
        assert all(torch.allclose(value, old - moved) for value, old in zip(ours, before, strict=True))
        before = [value.detach().clone() for value in ours]
    assert scales == [8, 8, 4, 4, 4, 8]


def test_the_first_optimizer_does_not_import_torchs_compiler():
    code = """
import sys, torch
from engine.run.optimize import Group, Optimization
from engine.recipes.optimizers import Adam, RMSprop, SGD
for choice in (Adam(), SGD(), RMSprop()):
    weight = torch.ones(3, requires_grad=True)
    weight.grad = torch.ones(3)
    Optimization(choice, [Group(1.0, ["a"], [weight])]).step(0.1)
sys.exit("torch._dynamo" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


# ---- declarations and checkpoints ----------------------------------------------------------------------------------


def test_recipes_survive_json_and_refuse_wrong_values():
    made = recipe_of({"type": "Supervised", "optimizer": {"type": "SGD", "lr": 0.5}, "schedule": "OneCycle"}, epochs=3)
    again = recipes.make(made.to_json())
    assert again == made and again.epochs == 3 and again.optimizer.lr == 0.5
    with pytest.raises(UserError, match="Epochs needs a whole number"):
        recipe_of({"type": "Supervised", "epochs": 0})
    with pytest.raises(UserError, match="momentum above 0"):
        SGD(nesterov=True, momentum=0)
    for name in ("recipes", "optimizers", "schedules"):
        for cls in Catalogue.named(name):
            assert cls.help() and all(declared.help and declared.label for declared in cls.params().values()), cls


def test_a_checkpoint_comes_back_with_shared_weights_and_its_sum_is_checked(tmp_path):
    weight = torch.randn(3, 4)
    tensors = {"a": weight, "b": weight, "part": weight[1], "empty": torch.zeros(0, 2), "count": torch.tensor(5)}
    for step in (1, 2, 3):
        state.save(tmp_path, step, tensors, {"step": step, "share": 0.1 + 0.2})
    assert [path.name for path in state.checkpoints(tmp_path)] == [f"step-{n:012d}.safetensors" for n in (3, 2)]
    found, about = state.read(state.checkpoints(tmp_path)[0])
    assert about == {"step": 3, "share": 0.1 + 0.2}
    assert all(torch.equal(found[name], tensors[name]) for name in tensors)
    newest = state.checkpoints(tmp_path)[0]
    newest.write_bytes(newest.read_bytes()[:-3])
    with pytest.raises(UserError, match="damaged"):
        state.read(newest)
    assert next(state.newest(tmp_path))[2]["step"] == 2


def test_an_answer_outside_of_the_datas_classes_is_a_wrong_one():
    counts = ClassCounts(3)
    counts.add(torch.eye(5)[[0, 4, 2, 1]], torch.tensor([0, 1, 2, 0]))
    assert counts.values()["accuracy"] == 0.5
