"""The training process: killed at any moment it goes on exactly, asked to end it saves, its starter may die."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import torch

from engine import edits, process, runs, wiring
from engine.data.dataset import scan
from engine.graph import Graph
from engine.project import Project, save
from engine.run.model import load
from engine.run.work import train

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")


def iris(epochs: int) -> Project:
    graph, last = Graph(), ""
    cards = [("TableInput", {}), ("Linear", {"features": 16}), ("BatchNorm", {}), ("Dropout", {"rate": 0.3}),
             ("Linear", {"features": 3}), ("CrossEntropy", {})]  # fmt: skip
    for name, settings in cards:
        graph, node = edits.add(graph, name, params=settings)
        graph = wiring.connect(graph, last, node) if last else graph
        last = node
    recipe = {"type": "Supervised", "epochs": epochs, "batch_size": 16, "device": "cpu", "schedule": "Cosine"}
    return Project("Test", {"main": graph}, data=scan({"type": "IrisData"}, None), recipe=recipe)


def until(true, seconds=60.0):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.005)


def test_killed_at_random_moments_the_run_ends_with_the_same_bits(tmp_path):
    whole = train(iris(400), tmp_path, threads=1)
    run = runs.create(iris(400), tmp_path, options={"threads": 1, "save_steps": 101})
    numbers = np.random.default_rng()
    killed_at = []
    for _ in range(2):
        child = run.start()
        before = run.info().step
        until(lambda before=before, child=child: run.info().step > before or child.poll() is not None)
        time.sleep(float(numbers.uniform(0, 0.3)))
        child.send_signal(signal.SIGKILL)
        child.wait()
        info = run.info()
        killed_at.append(info.step)
        assert info.state in ("lost", "finished")
    if run.info().state == "lost":
        assert run.start().wait(60) == 0
    assert run.info().state == "finished", (killed_at, run.info(), run.log_tail())
    assert np.array_equal(run.steps(), whole.steps(), equal_nan=True), killed_at
    assert run.epochs() == whole.epochs()
    for which in ("last", "best"):
        a, b = load(run, which).network.state_dict(), load(whole, which).network.state_dict()
        assert all(torch.equal(a[name], b[name]) for name in b), killed_at


def test_terminated_it_saves_and_a_second_start_goes_on(tmp_path):
    run = runs.create(iris(1_000_000), tmp_path, options={"threads": 1})
    child = run.start()
    assert run.info().state in ("starting", "running")
    until(lambda: run.info().step > 20 or child.poll() is not None)
    assert run.info().state == "running", run.log_tail()
    child.terminate()
    assert child.wait(20) == 0
    info = run.info()
    assert info.state == "stopped" and "Resume" in info.message
    assert run.steps()[:, 0].tolist() == list(range(1, info.step + 1))
    again = run.start(epochs=info.epoch + 1)
    assert again.wait(60) == 0
    assert run.info().state == "finished" and run.info().epoch == info.epoch + 1


def test_training_goes_on_when_its_starter_is_killed(tmp_path):
    save(iris(1_000_000), tmp_path / "a.lamina")
    code = (
        "import time; from pathlib import Path; from engine import runs, project\n"
        f"run = runs.create(project.load({str(tmp_path / 'a.lamina')!r}), Path({str(tmp_path / 'a.runs')!r}))\n"
        "child = run.start(); print(run.folder, child.pid, flush=True); time.sleep(60)"
    )
    starter = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert starter.stdout is not None
    folder, pid = starter.stdout.readline().rsplit(" ", 1)
    run = runs.open_run(folder)
    until(lambda: run.info().step > 20)
    os.killpg(starter.pid, signal.SIGKILL)
    starter.wait()
    starter.stdout.close()
    here = run.info().step
    until(lambda: run.info().step > here + 20)
    assert process.alive(int(pid)) and run.info().state == "running"
    run.request("stop")
    until(lambda: not run.info().active)
    assert run.info().state == "stopped"


def test_a_folder_without_a_run_is_one_sentence(tmp_path):
    done = subprocess.run([sys.executable, "-m", "engine.run", str(tmp_path)], capture_output=True, text=True)
    assert done.returncode == 1 and "There is no run" in done.stderr and "Traceback" not in done.stderr


def test_asked_to_stop_before_the_first_step_it_stops(tmp_path):
    run = runs.create(iris(1_000_000), tmp_path, options={"threads": 1})
    child = run.start()
    run.request("stop")
    assert child.wait(60) == 0
    assert run.info().state == "stopped"
