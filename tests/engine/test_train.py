"""The training loop on real projects: it learns, tells the truth, stops when asked, and fails with a sentence."""

from __future__ import annotations

import sqlite3
import threading
import time

import numpy as np
import pytest
import torch

from engine import edits, runs, store, wiring
from engine.data.dataset import scan
from engine.errors import UserError
from engine.graph import Graph
from engine.project import DataChoice, Project
from engine.recipes.schedules import Cosine, learning_rate
from engine.run import device as devices
from engine.run import diagnose, tensors
from engine.run import setup as setups
from engine.run.model import Built, load
from engine.run.recipes.supervised import SupervisedLoop
from engine.run.work import resume, train, values_on


def chain(*cards, source="IrisData", recipe=None, **data) -> Project:
    """A project whose network is a chain of cards: a layer's name, or (name, settings)."""
    graph, last = Graph(), ""
    for place, card in enumerate(cards):
        name, settings = (card, {}) if isinstance(card, str) else card
        graph, node = edits.add(graph, name, 0, 100.0 * place, settings)
        graph = wiring.connect(graph, last, node) if last else graph
        last = node
    chosen = scan({"type": source}, None)
    values = {**{key: getattr(chosen, key) for key in ("source", "fields", "count")}, **data}
    return Project("Test", {"main": graph}, data=DataChoice(**values), recipe={"type": "Supervised", **(recipe or {})})


def iris(recipe=None, *between, **data) -> Project:
    """A small classifier with dropout, which draws random numbers at every step."""
    middle = between or ("ReLU", ("Dropout", {"rate": 0.2}))
    cards = ("TableInput", ("Linear", {"features": 16}), *middle, ("Linear", {"features": 3}), "CrossEntropy")
    return chain(*cards, recipe={"epochs": 5, "device": "cpu", **(recipe or {})}, **data)


def test_it_learns_and_tells_every_step_once(tmp_path):
    project = iris({"epochs": 60, "optimizer": {"type": "Adam", "lr": 0.02}})
    run = train(project, tmp_path)
    info = run.info()
    assert (info.state, info.epoch, info.epochs, info.message) == ("finished", 60, 60, "")
    assert info.parameters == 4 * 16 + 16 + 16 * 3 + 3
    assert info.final["validation.accuracy"] > 0.9
    assert info.best["epoch"] >= 1 and info.best["part"] == "validation"
    table = run.steps()
    assert table[:, 0].tolist() == list(range(1, info.step + 1))
    assert table[-1, 1] == 60.0
    assert np.isfinite(table[:, 2]).all() and np.isfinite(table[9::10, 4]).all()
    told = {(value.epoch, value.part, value.metric): value.value for value in run.epochs()}
    assert {metric for _, _, metric in told} == {"loss", "accuracy", "f1", "precision", "recall"}
    per_epoch = info.step // 60
    sizes = [32] * (per_epoch - 1) + [106 - 32 * (per_epoch - 1)]
    losses = table[:per_epoch, 2]
    assert told[(1, "train", "loss")] == pytest.approx(float(np.average(losses, weights=sizes)), rel=1e-5)
    assert {node for _, node, _ in run.gradients()} == {"linear_1", "linear_2"}
    assert "class Test(nn.Module):" in (run.folder / "model.py").read_text()


def test_the_best_weights_give_the_best_value_again(tmp_path):
    run = train(iris({"epochs": 12, "optimizer": {"type": "Adam", "lr": 0.1}}), tmp_path)
    best = run.info().best
    assert values_on(run, "validation")["loss"] == pytest.approx(best["value"], abs=1e-6)
    last = load(run, "last")
    assert any(
        not torch.equal(a, b) for a, b in zip(last.network.parameters(), load(run).network.parameters(), strict=True)
    )


def test_a_seed_gives_the_same_run_and_another_seed_another(tmp_path):
    losses = [train(iris({"seed": seed}), tmp_path).steps()[:, 2].tolist() for seed in (1, 1, 2)]
    assert losses[0] == losses[1] != losses[2]


def test_numbers_are_learned_on_a_standard_scale_and_measured_in_their_own(tmp_path):
    cards = ("TableInput", ("Linear", {"features": 16}), "ReLU", ("Linear", {"features": 1}), "MSE")
    recipe = {"epochs": 60, "device": "cpu", "optimizer": {"type": "Adam", "lr": 0.01}, "monitor": "metric"}
    run = train(chain(*cards, source="DiabetesData", recipe=recipe), tmp_path)
    info = run.info()
    assert info.best["metric"] == "rmse"
    assert 40 < info.final["train.rmse"] < 65  # disease scores go from 25 to 346, spread 77
    spread = load(run).scales["progression"][1]
    assert info.final["train.loss"] == pytest.approx((info.final["train.rmse"] / spread) ** 2, rel=1e-3)


def test_a_resumed_run_may_be_longer_and_equals_one_that_always_was(tmp_path):
    short = train(iris({"epochs": 3}), tmp_path)
    resume(short, epochs=6)
    long = train(iris({"epochs": 6}), tmp_path)
    assert short.info().epochs == 6 and short.info().state == "finished"
    assert short.steps()[:, 2].tolist() == long.steps()[:, 2].tolist()
    a, b = load(short, "last").network.state_dict(), load(long, "last").network.state_dict()
    assert all(torch.equal(a[name], b[name]) for name in b)
    resume(short)  # nothing is left to do
    assert short.info().state == "finished" and len(short.steps()) == len(long.steps())


CRASHES = [
    {"optimizer": {"type": "Adam", "amsgrad": True}, "schedule": {"type": "Plateau", "patience": 0}},
    {"optimizer": {"type": "SGD", "nesterov": True}, "schedule": "Cosine", "clip_norm": 0.5, "warmup_epochs": 1.5},
    {"optimizer": {"type": "RMSprop", "momentum": 0.5}, "schedule": "OneCycle", "early_stopping": 2},
    {"optimizer": "AdamW", "precision": "bf16 mixed", "schedule": {"type": "Step", "every": 2}},
    {"optimizer": "Adam", "precision": "fp16 mixed"},
]


@pytest.mark.parametrize("recipe", CRASHES)
def test_after_crashes_at_any_step_the_weights_are_bit_for_bit_the_same(tmp_path, monkeypatch, recipe):
    """Batch norm, dropout, a schedule: everything with a memory. The process breaks off at steps of all sorts."""
    monkeypatch.setattr(devices, "check_precision", lambda *_: None)  # the processor can do fp16, slowly
    between = (("BatchNorm", {}), "ReLU", ("Dropout", {"rate": 0.3}))
    project = iris({"epochs": 6, "batch_size": 16, **recipe}, *between)
    whole = train(project, tmp_path)
    numbers = np.random.default_rng(len(str(recipe)))
    real = SupervisedLoop.step
    crash = {"at": 0}

    def step(self, place, last):
        if self.course.step + 1 == crash["at"]:
            raise RuntimeError("the computer burst into flames")
        return real(self, place, last)

    monkeypatch.setattr(SupervisedLoop, "step", step)
    last = whole.info().step
    run = None
    for at in [*sorted(numbers.integers(1, last + 1, size=4).tolist()), 0]:
        crash["at"] = at
        try:
            if run is None:
                train(project, tmp_path / "b", save_steps=int(numbers.integers(2, 9)))
            else:
                resume(run)
        except RuntimeError:
            run = run or runs.list_runs(tmp_path / "b")[0]
            assert run.info().state == "failed" and "flames" in run.log.read_text()
    assert run is not None and run.info().state == "finished"
    assert np.array_equal(run.steps(), whole.steps(), equal_nan=True)
    assert run.epochs() == whole.epochs()
    assert run.gradients() == whole.gradients()
    assert run.info().best == whole.info().best
    for which in ("last", "best"):
        a, b = load(run, which).network.state_dict(), load(whole, which).network.state_dict()
        assert all(torch.equal(a[name], b[name]) for name in b)


@pytest.mark.parametrize(("free", "resident"), [(200_000, True), (0, False)])
def test_data_that_does_not_fit_into_memory_gives_the_same_run(tmp_path, monkeypatch, free, resident):
    """1,258 pictures take 81 kB raw and 322 kB prepared: with room for the raw ones only, and for none."""
    cards = ("ImageInput", "Flatten", ("Linear", {"features": 10}), "CrossEntropy")
    project = chain(*cards, source="DigitsData", recipe={"epochs": 2, "device": "cpu", "batch_size": 200})
    whole = train(project, tmp_path)
    kinds = []
    real = tensors.load_part

    def noted(*arguments):
        kinds.append(real(*arguments))
        return kinds[-1]

    monkeypatch.setattr(setups, "load_part", noted)
    monkeypatch.setattr(tensors, "free_memory", lambda device: free)
    part = train(project, tmp_path)
    assert (bool(kinds[0].inputs), kinds[0].fetch is None) == (resident, resident) and kinds[0].prepare is not None
    assert np.array_equal(part.steps(), whole.steps(), equal_nan=True)
    assert part.epochs() == whole.epochs()


def test_the_learning_rate_told_is_that_of_the_schedule(tmp_path):
    recipe = {"epochs": 4, "schedule": "Cosine", "warmup_epochs": 0.5, "optimizer": {"type": "SGD", "lr": 0.2}}
    table = train(iris(recipe), tmp_path).steps()
    assert table[:, 3] == pytest.approx([learning_rate(0.2, Cosine(), {}, step, 16, 4, 2) for step in range(16)])
    assert table[2, 3] == 0.2 and table[-1, 3] < 0.01


def test_several_objectives_are_weighed_and_told_apart(tmp_path):
    cards = ("TableInput", ("Linear", {"features": 1}), ("MSE", {"weight": 2.0}))
    project = chain(*cards, source="DiabetesData", recipe={"epochs": 2, "device": "cpu"})
    graph, second = edits.add(project.graph, "L1", params={"weight": 0.5})
    project = project.with_graph(wiring.connect(graph, "linear_1", second))
    [first] = [name for name, node in project.graph.nodes.items() if node.layer == "MSE"]
    run = train(project, tmp_path)
    for part in ("train", "validation"):
        told = {value.metric: value.value for value in run.epochs() if (value.epoch, value.part) == (2, part)}
        assert told["loss"] == pytest.approx(2 * told[f"{first}.loss"] + 0.5 * told[f"{second}.loss"], rel=1e-5)


def test_nodes_that_share_weights_train_as_one_and_come_back(tmp_path):
    between = ("ReLU", ("Linear", {"features": 16}), "ReLU", ("Linear", {"features": 16}), "ReLU")
    project = iris({"epochs": 2}, *between)
    project = project.with_graph(edits.change(project.graph, "linear_3", shares="linear_2"))
    run = train(project, tmp_path)
    assert run.info().parameters == (4 * 16 + 16) + (16 * 16 + 16) + (16 * 3 + 3)
    assert values_on(run, "validation")["loss"] == pytest.approx(run.info().best["value"], abs=1e-6)


def test_a_database_that_cannot_be_written_is_a_sentence(tmp_path, monkeypatch):
    def full(*_):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(store, "put_steps", full)
    with pytest.raises(UserError, match="disk is full"):
        train(iris(), tmp_path)
    monkeypatch.undo()
    info = runs.list_runs(tmp_path)[0].info()
    assert info.state == "failed" and "Free some space and resume" in info.message


def test_early_stopping_and_the_message(tmp_path):
    recipe = {"epochs": 500, "early_stopping": 3, "optimizer": {"type": "SGD", "lr": 1e-9, "momentum": 0.0}}
    run = train(iris({**recipe, "monitor": "metric"}), tmp_path)
    info = run.info()
    assert info.state == "finished" and info.epoch == info.best["epoch"] + 3
    assert "no improvement for 3 epochs" in info.message


def test_learning_rates_per_node_and_frozen_nodes(tmp_path):
    between = (("BatchNorm", {}), "ReLU")
    project = iris({"optimizer": {"type": "SGD", "lr": 0.1, "momentum": 0.0}, "epochs": 1, "batch_size": 200}, *between)
    graph = edits.change(project.graph, "linear_2", lr=0.0)
    norm = next(name for name in graph.nodes if "norm" in name)
    graph = edits.change(edits.change(graph, norm, frozen=True), "linear_1", lr=0.5)
    runs_ = [train(one, tmp_path) for one in (project, project.with_graph(graph))]
    plain, changed = (load(run, "last").network for run in runs_)
    torch.manual_seed(7)
    start = Built.__dict__ and type(plain)()
    assert torch.equal(changed.linear_2.weight, start.linear_2.weight)
    assert not torch.equal(plain.linear_2.weight, start.linear_2.weight)
    frozen = getattr(changed, norm)
    assert torch.equal(frozen.running_mean, torch.zeros_like(frozen.running_mean))
    assert not torch.equal(getattr(plain, norm).running_mean, frozen.running_mean)
    moved = (changed.linear_1.weight - start.linear_1.weight).abs().max()
    assert moved > 0
    assert {node for _, node, _ in runs_[1].gradients()} == {"linear_1", "linear_2"}


def test_a_last_batch_of_one_is_left_out_only_where_batch_norm_needs_two(tmp_path):
    plain = train(iris({"batch_size": 105, "epochs": 2}), tmp_path)
    norm = train(iris({"batch_size": 105, "epochs": 2}, ("BatchNorm", {}), "ReLU"), tmp_path)
    assert (plain.info().step, norm.info().step) == (4, 2)


def test_a_loss_that_is_no_number_names_the_node_and_keeps_the_last_good_weights(tmp_path):
    between = (("Linear", {"features": 16}), "ReLU")
    project = iris({"optimizer": {"type": "SGD", "lr": 50.0, "momentum": 0.9}, "epochs": 50}, *between)
    with pytest.raises(diagnose.Failed, match=r"no finite number|not finite"):
        train(project, tmp_path, save_steps=1)
    run = runs.list_runs(tmp_path)[0]
    info = run.info()
    assert info.state == "failed" and "learning rate" in info.message
    assert info.node.startswith("linear_") and f"({info.node})" in info.message
    assert all(torch.isfinite(tensor).all() for tensor in load(run, "last").network.state_dict().values())


def test_the_first_node_with_an_output_that_is_not_finite_is_found():
    class Network(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.one = torch.nn.Linear(2, 2)
            self.two = torch.nn.Hardtanh()
            self.three = torch.nn.Linear(2, 2)

        def forward(self, x):
            return self.three(torch.log(self.two(self.one(x)) * 0 - 1))

    network = Network()
    assert diagnose.first_bad_output(network, lambda: network(torch.ones(1, 2))) == "three"
    with torch.no_grad():
        network.one.weight[0, 0] = torch.inf
    assert diagnose.first_bad_output(network, lambda: network(torch.ones(1, 2))) == "one"
    assert diagnose.bad_weights(network) == "one"


def test_an_error_while_running_is_traced_to_its_node(tmp_path, monkeypatch):
    real = SupervisedLoop.step

    def step(self, place, last):
        if self.course.step == 2:
            self.built.network.linear_2 = torch.nn.Linear(5, 3)
        return real(self, place, last)

    monkeypatch.setattr(SupervisedLoop, "step", step)
    with pytest.raises(UserError, match="could not work with its input"):
        train(iris(), tmp_path)
    info = runs.list_runs(tmp_path)[0].info()
    assert info.node == "linear_2" and info.message.startswith("Linear (linear_2) could not work with its input")


def test_too_little_memory_gives_advice(tmp_path, monkeypatch):
    def step(self, place, last):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB")

    monkeypatch.setattr(SupervisedLoop, "step", step)
    with pytest.raises(UserError, match="not enough memory"):
        train(iris({"batch_size": 64}), tmp_path)
    info = runs.list_runs(tmp_path)[0].info()
    assert info.state == "failed" and "Try a batch size of 32 instead of 64" in info.message


def test_a_full_disk_at_a_checkpoint_fails_with_a_sentence_and_keeps_the_last_one(tmp_path, monkeypatch):
    from engine.run import state

    real, written = state.write_atomically, []

    def write(path, content):
        if path.name.startswith("step-") and len(written) >= 4:
            raise UserError(f"{path.name} was not saved: the disk is full.")
        if path.name.startswith("step-"):
            written.append(path)
        real(path, content)

    monkeypatch.setattr(state, "write_atomically", write)
    with pytest.raises(UserError, match="disk is full"):
        train(iris(), tmp_path, save_steps=2)
    run = runs.list_runs(tmp_path)[0]
    assert run.info().state == "failed" and "disk is full" in run.info().message
    monkeypatch.undo()
    resume(run)
    assert run.info().state == "finished"


def test_a_damaged_checkpoint_is_passed_over(tmp_path):
    run = train(iris({"epochs": 4}), tmp_path, save_steps=3)
    files = sorted((run.folder / "checkpoints").glob("*.safetensors"))
    assert len(files) == 2
    content = bytearray(files[-1].read_bytes())
    content[-5] ^= 1
    files[-1].write_bytes(content)
    resume(run, epochs=6)
    whole = train(iris({"epochs": 6}), tmp_path)
    assert np.array_equal(run.steps(), whole.steps(), equal_nan=True)


@pytest.mark.parametrize(
    ("recipe", "sentence"),
    [
        ({"precision": "fp16 mixed"}, "fp16 mixed precision needs an NVIDIA GPU"),
        ({"device": "mps"}, "no Apple GPU"),
    ],
)
def test_what_this_computer_cannot_do_is_said(tmp_path, recipe, sentence):
    if torch.backends.mps.is_available():
        pytest.skip("this computer has an Apple GPU")
    with pytest.raises(UserError, match=sentence):
        train(iris(recipe), tmp_path)
    assert sentence in runs.list_runs(tmp_path)[0].info().message


def in_thread(run, **options) -> threading.Thread:
    thread = threading.Thread(target=resume, args=(run,), kwargs=options)
    thread.start()
    return thread


def until(true, seconds=20.0):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.01)


def test_pause_resume_save_and_stop_by_request(tmp_path):
    run = runs.create(iris({"epochs": 100_000, "keep_best": False}), tmp_path)
    thread = in_thread(run)
    try:
        until(lambda: run.info().state == "running" and run.info().step > 5)
        run.request("pause")
        until(lambda: run.info().state == "paused")
        here = run.info().step
        seconds = run.info().seconds
        time.sleep(0.3)
        assert run.info().step == here and run.info().seconds == seconds
        assert list((run.folder / "checkpoints").glob(f"step-*{here}.safetensors"))
        run.request("resume")
        until(lambda: run.info().step > here)
        run.request("stop_epoch")
    finally:
        if thread.is_alive() and run.info().active:
            until(lambda: run.info().state != "starting")
    thread.join(20)
    info = run.info()
    assert info.state == "stopped" and info.batch == 0 and info.step % info.batches == 0 and not thread.is_alive()
    assert [event.kind for event in run.events()][1:] == ["pause", "resume", "stop_epoch", "stopped"]
    thread = in_thread(run)
    until(lambda: run.info().state == "running" and run.info().step > info.step)
    run.request("stop")
    thread.join(20)
    stopped = run.info()
    assert stopped.state == "stopped" and stopped.step > info.step
    assert run.steps()[:, 0].tolist() == list(range(1, stopped.step + 1))


def test_an_unfinished_network_is_refused_and_the_run_says_why(tmp_path):
    project = iris()
    project = project.with_graph(edits.remove(project.graph, ["cross_entropy_1"]))
    with pytest.raises(UserError, match="no objective"):
        train(project, tmp_path)
    assert runs.list_runs(tmp_path)[0].info().state == "failed"


def test_two_processes_never_train_one_run(tmp_path):
    run = runs.create(iris(), tmp_path)
    import os

    from engine import process

    parent = os.getppid()
    with store.closing(store.writer(run.database)) as connection:
        store.beat(connection, state="running", pid=parent, host=runs.host(), pid_started=process.started_at(parent))
    with pytest.raises(UserError, match="already"):
        resume(run)
