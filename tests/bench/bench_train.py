"""Speed of the training loop, with everything it tells and saves, against the tightest loop one would write by hand.

Run it as `python -m tests.bench.bench_train [rounds]` or `pytest -m bench tests/bench/bench_train.py -s`. Both loops
take turns in one process on one thread, on the same tensors and the same generated network; ratios are of CPU time,
medians over the rounds. Above 1 the engine is the faster one.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from engine import edits, runs, store, wiring
from engine.data.dataset import Dataset
from engine.data.fields import Field
from engine.data.statistics import fit
from engine.graph import Graph
from engine.project import DataChoice, Project
from engine.recipes import recipe_of
from engine.run.model import Built, build
from engine.run.recipes.supervised import SupervisedLoop
from engine.run.session import Session
from engine.run.setup import Setup
from engine.run.telemetry import Telemetry
from engine.run.tensors import Part, load_part
from engine.shapes import Category, Image, Numbers


def project_of(fields: tuple[Field, ...], cards: list[tuple[str, dict]], batch: int, count: int) -> Project:
    graph, last = Graph(), ""
    for name, settings in cards:
        graph, node = edits.add(graph, name, params=settings)
        graph = wiring.connect(graph, last, node) if last else graph
        last = node
    recipe = {"type": "Supervised", "epochs": 1, "batch_size": batch, "device": "cpu"}
    return Project("Bench", {"main": graph}, data=DataChoice(fields=fields, count=count), recipe=recipe)


def table(count: int = 1_000_000) -> tuple[Project, Dataset]:
    numbers = np.random.default_rng(0)
    columns = {f"x{n}": numbers.standard_normal(count, dtype=np.float32) for n in range(30)}
    columns["label"] = (columns["x0"] + columns["x1"] * columns["x2"] > 0).astype(np.int64)
    fields = tuple(Field(f"x{n}", "number", Numbers(1)) for n in range(30))
    fields += (Field("label", "category", Category(classes=2), ("no", "yes"), "target"),)
    cards = [("TableInput", {}), ("Linear", {"features": 64}), ("ReLU", {}), ("Linear", {"features": 64}),
             ("ReLU", {}), ("Linear", {"features": 2}), ("CrossEntropy", {})]  # fmt: skip
    return project_of(fields, cards, 1024, count), Dataset(fields, columns, count, None, (), "")


def pictures(count: int = 60_000) -> tuple[Project, Dataset]:
    numbers = np.random.default_rng(0)
    labels = numbers.integers(0, 10, count)
    images = numbers.integers(0, 64, (count, 1, 28, 28), dtype=np.uint8)
    images[np.arange(count), 0, labels * 2, :] = 255
    fields = (
        Field("image", "image", Image(1, 28, 28)),
        Field("label", "category", Category(classes=10), tuple("0123456789"), "target"),
    )
    cards = [("ImageInput", {}), ("Conv2d", {"filters": 16}), ("ReLU", {}), ("MaxPool2d", {}),
             ("Conv2d", {"filters": 32}), ("ReLU", {}), ("MaxPool2d", {}), ("Flatten", {}),
             ("Linear", {"features": 64}), ("ReLU", {}), ("Linear", {"features": 10}),
             ("CrossEntropy", {})]  # fmt: skip
    return project_of(fields, cards, 128, count), Dataset(
        fields, {"image": images, "label": labels}, count, None, (), ""
    )


def by_hand(built: Built, part: Part, batch: int) -> None:
    """The tightest loop: resident tensors, one indexing per batch, fused Adam, the loss summed on the device."""
    network = built.network.train()
    optimizer = torch.optim.Adam(network.parameters(), lr=0.001, fused=True)
    (inputs,), (targets,) = part.inputs, part.targets.values()
    total = torch.zeros(())
    for items in torch.randperm(part.count).split(batch):
        loss = torch.nn.functional.cross_entropy(network(inputs.index_select(0, items)), targets.index_select(0, items))
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        total += loss.detach()


class Given(Setup):
    """A setup with a network and data that are there already, so that only training is timed."""

    def __init__(self, built: Built, part: Part) -> None:
        super().__init__(built.project, recipe_of(built.project.recipe), torch.device("cpu"))
        self.built, self.given = built, part

    def build(self, role: str = "main") -> Built:
        return self.built

    def part(self, built: Built, name: str) -> Part | None:
        return self.given if name == "train" else None


def by_engine(built: Built, part: Part, folder: Path) -> None:
    """One epoch by the engine, with its database, its measures and its checkpoint."""
    run = runs.create(built.project, folder)
    with store.closing(store.writer(run.database)) as connection:
        setup = Given(built, part)
        Session(SupervisedLoop(setup), setup, run.folder, connection).run()


def telling(folder: Path, steps: int = 20_000) -> float:
    """Seconds per step that telling costs: noting every step, a write every 50 ms of a run of 2 ms steps."""
    run = runs.create(Project(), folder)
    with store.closing(store.writer(run.database)) as connection:
        telemetry, loss = Telemetry(connection, 0, 100, 1), torch.tensor(0.5)
        start = time.process_time()
        for step in range(1, steps + 1):
            telemetry.step(loss, 32, 0.001)
            if step % 25 == 0:
                telemetry.write(state="running", step=step)
                telemetry.requests()
        return (time.process_time() - start) / steps


def timed(work, *arguments) -> float:
    start = time.process_time()
    work(*arguments)
    return time.process_time() - start


def compare(name: str, project: Project, dataset: Dataset, rounds: int, folder: Path) -> float:
    """Both loops in turns; prints the figures and gives the ratio of the medians."""
    items = np.arange(dataset.count)
    torch.manual_seed(0)
    built = build(project, fit(dataset, items))
    part = load_part(built, dataset, items, torch.device("cpu"))
    batch = int(project.recipe["batch_size"])
    few = replace(part, inputs=tuple(one[: 4 * batch] for one in part.inputs), count=4 * batch)
    few.targets = {key: value[: 4 * batch] for key, value in part.targets.items()}
    by_hand(built, few, batch)  # both loops once, so that nobody pays for what is loaded on first use
    by_engine(built, few, folder)
    hand, engine = [], []
    for turn in range(rounds):
        pair = [lambda: hand.append(timed(by_hand, built, part, batch)),
                lambda: engine.append(timed(by_engine, built, part, folder))]  # fmt: skip
        for work in pair if turn % 2 else reversed(pair):
            work()
    steps = -(-dataset.count // batch)
    ratio = statistics.median(hand) / statistics.median(engine)
    pairs = statistics.median(a / b for a, b in zip(hand, engine, strict=True))
    step = statistics.median(engine) / steps
    share = telling(folder) / step
    print(
        f"{name}: by hand {statistics.median(hand):.2f} s, engine {statistics.median(engine):.2f} s an epoch, "
        f"ratio {ratio:.3f} (median of pairs {pairs:.3f}); step {step * 1e6:.0f} µs, telling {share:.2%} of it"
    )
    return ratio


def main(rounds: int = 5) -> dict[str, float]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with tempfile.TemporaryDirectory() as folder:
            return {
                "table 1M x 30, batch 1024": compare("table 1M x 30, batch 1024", *table(), rounds, Path(folder)),
                "pictures 60k x 28 x 28, batch 128": compare(
                    "pictures 60k x 28 x 28, batch 128", *pictures(), max(2, rounds // 2), Path(folder)
                ),
            }
    finally:
        torch.set_num_threads(before)


@pytest.mark.bench
def test_bench_train():
    assert set(main(3)) == {"table 1M x 30, batch 1024", "pictures 60k x 28 x 28, batch 128"}


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
