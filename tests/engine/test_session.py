"""The session around a recipe's steps: any loop that keeps the protocol trains, tells, samples, saves and goes on."""

from __future__ import annotations

import sqlite3

import numpy as np
import pytest
import torch

from engine import runs, store
from engine.project import Project
from engine.recipes.schedules import Constant
from engine.run import state
from engine.run.diagnose import Failed
from engine.run.session import Sample, Session, Step, Stopped, usual_watch
from engine.run.setup import Setup


class Rules:
    """A recipe with the least that a session needs."""

    def __init__(self, **more):
        self.epochs, self.seed, self.device = 4, 3, "cpu"
        self.__dict__.update(more)


class Toy:
    """A loop without a network: its “weight” walks at random, so that every random number counts."""

    def __init__(self, setup, bad_at=0):
        self.setup, self.networks, self.batches, self.items, self.bad_at = setup, {}, 5, 50, bad_at
        self.columns = ("score", "other.loss")
        self.built = None
        self.weight, self.begun = torch.zeros(2), []

    def begin(self, epoch):
        self.begun.append(epoch)

    def step(self, place, last):
        self.weight = self.weight + torch.randn(2)
        losses = torch.full((2,), torch.nan) if self.setup.course.step + 1 == self.bad_at else self.weight.clone()
        return Step(losses, 10, 0.1)

    def trained(self):
        return {"reward": float(self.setup.course.epoch)}

    def measure(self):
        return None

    def watched(self, values):
        return "reward"

    def samples(self):
        return [Sample("text", "Draw", str(torch.rand(1).item()).encode())]

    def exported(self):
        return {"weight": self.weight.clone()}

    def state(self):
        return {"network.weight": self.weight}

    def facts(self):
        return {"begun": len(self.begun)}

    def resume(self, tensors, facts):
        self.weight = tensors["network.weight"].clone()
        self.kept = facts["begun"]

    def broken(self, step):
        return Failed(f"step {step} is broken")


def session(folder, rules=None, options=None, **about):
    run = runs.create(Project(), folder)
    connection = store.writer(run.database)
    setup = Setup(Project(), rules or Rules(), torch.device("cpu"), options or {})
    torch.manual_seed(setup.recipe.seed)
    loop = Toy(setup, **about)
    made = Session(loop, setup, run.folder, connection)
    made.save_best = lambda: None  # there is no network to write
    return run, made


def test_epochs_steps_and_columns_are_told_by_their_names(tmp_path):
    run, made = session(tmp_path)
    assert made.run() == "finished"
    assert made.loop.begun == [0, 1, 2, 3] and run.steps()[:, 0].tolist() == list(range(1, 21))
    told = {(one.epoch, one.metric): one.value for one in run.epochs()}
    assert {name for _, name in told} == {"score", "other.loss", "reward"}
    assert told[1, "score"] == pytest.approx(float(run.steps()[:5, 2].mean()), rel=1e-5)
    assert made.course.best == {"metric": "reward", "value": 3.0, "epoch": 4, "part": "train", "step": 20}
    assert isinstance(made.schedule, Constant) and made.patience is None


def test_samples_are_alike_from_epoch_to_epoch_and_leave_the_runs_random_numbers_alone(tmp_path):
    run, made = session(tmp_path / "a")
    made.run()
    drawn = [one.blob for one in run.samples()]
    assert [one.epoch for one in run.samples()] == [1, 2, 3, 4] and len(set(drawn)) == 1
    other, without = session(tmp_path / "b")
    without.loop.samples = list
    without.run()
    assert torch.equal(without.loop.weight, made.loop.weight) and other.samples() == []
    assert run.samples(after=2)[0].epoch == 3


def test_a_run_that_is_broken_off_goes_on_with_the_same_numbers_and_forgets_later_samples(tmp_path):
    run, made = session(tmp_path / "a")
    made.run()
    part, first = session(tmp_path / "b", Rules(epochs=2))
    first.run()
    with store.closing(store.writer(part.database)) as connection:
        store.put_samples(connection, [(3, "text", "Later", b"x")])
        store.cut(connection, 10, 2)
    assert [one.epoch for one in part.samples()] == [1, 2]
    _, tensors, about = next(state.newest(part.folder))
    setup = Setup(Project(), Rules(), torch.device("cpu"))
    again = Session(Toy(setup), setup, part.folder, first.telemetry.connection)
    again.save_best = lambda: None
    again.resume(tensors, about)
    assert again.course is setup.course and setup.course.epoch == 2 and again.loop.kept == 2
    assert again.run() == "finished" and again.loop.begun == [2, 3]
    assert torch.equal(again.loop.weight, made.loop.weight)
    assert np.array_equal(part.steps(), run.steps(), equal_nan=True)


def test_a_signal_stops_before_the_next_step_and_bad_values_break_off(tmp_path):
    run, made = session(tmp_path)
    real = made.loop.step

    def step(place, last):
        made.stopping = made.setup.course.step == 6
        return real(place, last)

    made.loop.step = step
    assert made.run() == "stopped" and made.course.step == 7 and state.checkpoints(run.folder)
    _, bad = session(tmp_path, bad_at=8)
    with pytest.raises(Failed, match="step 8 is broken"):
        bad.run()
    assert issubclass(Stopped, Exception)


def test_nothing_is_judged_where_the_loop_watches_nothing(tmp_path):
    _, made = session(tmp_path)
    made.loop.watched = lambda values: ""
    made.run()
    assert made.course.best == {} and made.course.waited == 0
    assert usual_watch(Rules(monitor="metric"), {"a.loss": 1, "f1": 2}) == "f1"
    assert usual_watch(Rules(monitor="loss"), {"loss": 1, "f1": 2}) == "loss"


def test_samples_never_take_more_than_their_share_and_keep_the_first_and_the_last(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "MOST_SAMPLE_BYTES", 1000)
    run = runs.create(Project(), tmp_path)
    assert run.samples() == []  # a database of an earlier version has no such table
    with store.closing(store.writer(run.database)) as connection:
        for epoch in range(1, 40):
            store.put_samples(connection, [(epoch, "images", "Grid", bytes(100))])
    kept = [one.epoch for one in run.samples()]
    assert kept[0] == 1 and kept[-1] == 39 and 5 <= len(kept) <= 10
    with store.closing(store.writer(run.database)) as connection:
        store.put_samples(connection, [(40, "images", "Huge", bytes(5000))])
    assert [one.epoch for one in run.samples()] == [40]


def test_the_table_of_samples_is_made_in_older_databases(tmp_path):
    run = runs.create(Project(), tmp_path)
    with sqlite3.connect(run.database) as raw:
        assert not raw.execute("SELECT name FROM sqlite_master WHERE name = 'samples'").fetchall()
    raw.close()
    with store.closing(store.writer(run.database)) as connection:
        store.cut(connection, 0, 0)
        store.put_samples(connection, [(1, "text", "A", "ä".encode())])
    [one] = run.samples()
    assert (one.epoch, one.kind, one.name, one.blob.decode()) == (1, "text", "A", "ä")
