"""What looking into networks costs: epochs of one training run with and without it, in turns.

Run it as `python -m tests.bench.bench_health` or `pytest -m bench tests/bench/bench_health.py -s`. Every second epoch
is not looked at; figures are CPU time of the process on one thread. The budget is the whole run's, so that half of
what the epochs differ by is the share of the run. Below: what one new epoch costs the window.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

import pytest
import torch

from engine.run import health as health_room
from engine.run.session import Session
from engine.run.work import train
from engine.runs import list_runs
from engine.templates import new_from_template

CASES = (("mlp-iris", 600), ("cnn-digits", 30), ("lstm-digits", 60), ("transformer-digits", 30), ("resnet-digits", 12))


def compare(name: str, epochs: int, folder: Path) -> float:
    """Train once and print how epochs with and without looking differ; gives the share of the run."""
    seen, blind = [], []
    made: list[health_room.Health] = []
    begin, epoch, attend = health_room.Health.begin, Session._epoch, health_room.Health.attend

    def begin_in_turns(self) -> None:
        begin(self)
        if self._epoch % 2:
            self._places = frozenset()

    def timed_epoch(self) -> None:
        start = time.process_time()
        epoch(self)
        (blind if self.course.epoch % 2 else seen).append(time.process_time() - start)

    def noted(self, *arguments) -> None:
        made.append(self)
        attend(self, *arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(health_room.Health, "begin", begin_in_turns)
        patch.setattr(health_room.Health, "attend", noted)
        patch.setattr(Session, "_epoch", timed_epoch)
        train(new_from_template(name), folder, epochs=epochs, threads=1, device="cpu")
    share = (statistics.mean(seen[1:]) / statistics.mean(blind[1:]) - 1) / 2
    looks = sum(record.looks for record in list_runs(folder)[0].health())
    with_, without = 1000 * statistics.mean(seen[1:]), 1000 * statistics.mean(blind[1:])
    each = 1000 * made[0]._spent / max(1, looks)
    print(
        f"{name}: an epoch without {without:.1f} ms, with {with_:.1f} ms: {share:+.2%} of the run "
        f"({epochs} epochs, {looks} looks of {each:.1f} ms)"
    )
    return share


def window_side(folder: Path) -> float:
    """Milliseconds that a new epoch of a long run costs the window: read, judge, gather the marks of all cards."""
    import numpy as np

    from app.livestory import NetworkStory
    from app.liveviews import Shown, flow_of, marks_of
    from engine import healthstore, runs, store
    from engine.healthstore import COLUMNS
    from engine.places import Place

    project = new_from_template("resnet-digits")
    run = runs.create(project, folder)
    names = list(project.graph.nodes)
    table = np.full((len(names), len(COLUMNS)), 0.1, np.float32)
    with store.closing(store.writer(run.database)) as connection, store.transaction(connection):
        healthstore.put(connection, {"main": names}, [(epoch, "main", 1, table) for epoch in range(1, 301)])
    story = NetworkStory(project, "main")
    for record in run.health():
        story.add(record)
    times = []
    for epoch in range(280, 301):
        start = time.perf_counter()
        for record in run.health(epoch - 1)[:1]:
            story.add(record)
        shown = Shown(story, Place("main"), epoch, "signal", "Run", {"train": 0.1})
        marks_of(shown, project.graph)
        flow_of(shown, project.graph)
        times.append(1000 * (time.perf_counter() - start))
    print(f"window: a new epoch of {len(names)} cards, 300 epochs known: {statistics.median(times):.1f} ms")
    return statistics.median(times)


def main() -> dict[str, float]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with tempfile.TemporaryDirectory() as folder:
            found = {name: compare(name, epochs, Path(folder, name)) for name, epochs in CASES}
            return found | {"window": window_side(Path(folder))}
    finally:
        torch.set_num_threads(before)


@pytest.mark.bench
def test_bench_health():
    assert set(main()) == {*(name for name, _ in CASES), "window"}


if __name__ == "__main__":
    main()
