"""What a training run tells while it works, and the requests it gets: batches of rows, at most 20 times a second.

Between two writes a step costs two list entries. Values that live on a GPU stay there until the next write, so that
the training loop never waits for the device.
"""

from __future__ import annotations

import math
import sqlite3
import time
from collections import deque
from collections.abc import Iterable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine import healthstore, store
from engine.run.health import Names, Rows

PERIOD = 0.05
WINDOW = 30.0
"""Seconds over which the speed is averaged."""


class Telemetry:
    """Collects what happened and writes it to the run's database; reads requests from it.

    Args:
        step: steps told so far.
        batches: steps of an epoch.
        columns: how many losses a step has: the total, then each objective's where there are several. `sums` holds
            them for the current epoch, each times its items.
    """

    def __init__(self, connection: sqlite3.Connection, step: int, batches: int, columns: int) -> None:
        self.connection = connection
        self.batches = batches
        self.due = time.perf_counter() + PERIOD
        self.sums = [0.0] * columns
        self.items = 0
        self.last_loss = math.nan
        self.first_bad: int | None = None
        self._written = step
        self._values: list[Tensor] = []
        self._weights: list[int] = []
        self._rates: list[float] = []
        self._norms: list[float | Tensor] = []
        self._done: list[tuple[float, float, float]] = []
        self._epochs: list[tuple[int, str, str, float]] = []
        self._gradients: list[tuple[int, Tensor, list[str]]] = []
        self._samples: list[tuple[int, str, str, bytes]] = []
        self._nodes: Names = {}
        self._health: Rows = []
        self._events: list[tuple[int, str, str]] = []
        self._facts: dict[str, Any] = {}
        self._seen = -1
        self._pace: deque[tuple[float, int]] = deque()

    def step(self, losses: Tensor, items: int, lr: float, norm: float | Tensor = math.nan) -> None:
        """Note a step: its losses (the total first), how many items, the learning rate, the gradient norm."""
        self._values.append(losses)
        self._weights.append(items)
        self._rates.append(lr)
        self._norms.append(norm)

    def collect(self) -> None:
        """Fetch the values from the device: one transfer for all steps since the last time."""
        if not self._values:
            return
        rows = torch.stack(self._values).cpu().tolist()
        norms = _numbers(self._norms)
        for place, (row, items, lr) in enumerate(zip(rows, self._weights, self._rates, strict=True)):
            losses = row if isinstance(row, list) else [row]
            if self.first_bad is None and not math.isfinite(losses[0]):
                self.first_bad = self._written + len(self._done) + 1
            for index, loss in enumerate(losses):
                self.sums[index] += loss * items
            self.items += items
            self._done.append((losses[0], lr, norms[place]))
        self.last_loss = self._done[-1][0]
        for waiting in (self._values, self._weights, self._rates, self._norms):
            waiting.clear()

    def means(self) -> list[float]:
        """Mean losses of the epoch so far; starts the sums afresh."""
        self.collect()
        found = [total / max(1, self.items) for total in self.sums]
        self.sums, self.items = [0.0] * len(self.sums), 0
        return found

    def epoch(self, epoch: int, part: str, values: dict[str, float]) -> None:
        """Note the values of a finished epoch."""
        self._epochs += [(epoch, part, name, value) for name, value in values.items()]

    def gradients(self, epoch: int, norms: Tensor, nodes: list[str]) -> None:
        """Note the gradient length of every node; the values stay on the device until the next write."""
        self._gradients.append((epoch, norms, nodes))

    def samples(self, epoch: int, samples: Iterable[tuple[str, str, bytes]]) -> None:
        """Note artefacts of an epoch: kind, name and content."""
        self._samples += [(epoch, *sample) for sample in samples]

    def health(self, names: Names, rows: Rows) -> None:
        """Note what was measured inside the networks: their nodes, and rows of `healthstore.put`."""
        self._nodes |= names
        self._health += rows

    def event(self, step: int, kind: str, text: str) -> None:
        """Note that something happened."""
        self._events.append((step, kind, text))

    def facts(self, **values: Any) -> None:
        """Note facts of `store.put_info`, such as the best epoch."""
        self._facts.update(values)

    def write(self, **figures: Any) -> None:
        """Write everything that waits, in one transaction, with the figures of `store.beat`."""
        self.collect()
        with store.transaction(self.connection) as connection:
            if self._done:
                rows = np.array(self._done, dtype=store.ROW)
                store.put_steps(connection, self._written + 1, self.batches, rows)
            if self._epochs:
                store.put_epochs(connection, self._epochs)
            for epoch, norms, nodes in self._gradients:
                pairs = zip(nodes, norms.cpu().tolist(), strict=True)
                store.put_gradients(connection, ((epoch, node, norm) for node, norm in pairs))
            if self._samples:
                store.put_samples(connection, self._samples)
            if self._health:
                healthstore.put(connection, self._nodes, self._health)
            for step, kind, text in self._events:
                store.put_event(connection, step, kind, text)
            store.put_info(connection, self._facts)
            store.beat(connection, **figures)
        self._written += len(self._done)
        for waiting in (self._done, self._epochs, self._gradients, self._samples, self._events, self._facts,
                        self._nodes, self._health):  # fmt: skip
            waiting.clear()
        self.due = time.perf_counter() + PERIOD

    def requests(self) -> list[str]:
        """What was asked since the last time, in order. Costs 2 µs when nothing was."""
        version = self.connection.execute("PRAGMA data_version").fetchone()[0]
        if version == self._seen:
            return []
        self._seen = version
        found = self.connection.execute("SELECT id, what FROM requests WHERE done IS NULL ORDER BY id").fetchall()
        if found:
            self.connection.execute(
                "UPDATE requests SET done = ? WHERE done IS NULL AND id <= ?", (time.time(), found[-1][0])
            )
        return [what for _, what in found]

    def pace(self, step: int) -> float:
        """Steps per second over the last half minute."""
        now = time.perf_counter()
        self._pace.append((now, step))
        while len(self._pace) > 2 and now - self._pace[0][0] > WINDOW:
            self._pace.popleft()
        start, first = self._pace[0]
        return (step - first) / (now - start) if now > start else 0.0

    def rest(self) -> None:
        """Forget the speed: after a pause it would be wrong."""
        self._pace.clear()


def _numbers(values: Iterable[float | Tensor]) -> list[float]:
    """Plain numbers and device values as numbers, with one transfer."""
    found = list(values)
    places = [place for place, value in enumerate(found) if isinstance(value, Tensor)]
    if places:
        fetched = torch.stack([value.detach() for value in found if isinstance(value, Tensor)]).cpu().tolist()
        for place, value in zip(places, fetched, strict=True):
            found[place] = value
    return [float(value) for value in found]
