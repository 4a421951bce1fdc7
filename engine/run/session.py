"""Everything around a training step: how far a run is, what it tells, requests, pause, saving and going on, epochs,
the best one, stopping early, samples. What a step does is the recipe's: `engine.run.recipes`.

Whatever there is besides steps (telling, asking, saving) happens between them and at most 20 times a second.
"""

from __future__ import annotations

import math
import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor

from engine.recipes.schedules import Constant, Schedule
from engine.run import diagnose, state
from engine.run.metrics import larger_is_better
from engine.run.model import Built, save_best
from engine.run.setup import Course, Setup
from engine.run.telemetry import Telemetry

SAVE_SECONDS = 20.0
SAMPLED = 100
"""About so many epochs of a run get samples, at most."""


@dataclass(frozen=True)
class Progress:
    """What a progress bar needs."""

    step: int
    steps: int
    epoch: int
    epochs: int
    loss: float
    items_per_second: float
    left_seconds: float | None
    values: Mapping[str, float]


class Step(NamedTuple):
    """What a step tells.

    `losses` are the values of `Loop.columns`, one number alone or a row of them, left on the device; `norm` is the
    gradient's length, NaN where it was not measured; `gradients` the lengths by node at an epoch's last step.
    """

    losses: Tensor
    items: int
    lr: float
    norm: float | Tensor = math.nan
    gradients: tuple[Tensor, list[str]] | None = None


class Sample(NamedTuple):
    """An artefact to look at. `kind` is images, text, points or frame, as `store.put_samples` says."""

    kind: str
    name: str
    blob: bytes


class Loop(Protocol):
    """What a recipe brings: one flat class per recipe, made by `loop(setup)` in `engine.run.recipes.<name>`.

    It holds the same `Course` as the session (`setup.course`), which only the session changes.
    """

    built: Built
    """The network that is tested and exported."""
    networks: Mapping[str, Built]
    """Every network whose weights must stay finite, by role."""
    batches: int
    """Steps of an epoch."""
    items: int
    """Items of an epoch, for the speed."""
    columns: tuple[str, ...]
    """Names of the losses that a step tells; the first is the run's curve."""

    def begin(self, epoch: int) -> None:
        """Get ready for an epoch (counted from 0), also for the rest of one that was broken off."""

    def step(self, place: int, last: bool) -> Step:
        """Learn from one batch; `place` counts from 0 in the epoch."""

    def trained(self) -> dict[str, float]:
        """Further measures of the epoch's training part; starts counting afresh."""

    def measure(self) -> dict[str, float] | None:
        """Losses and measures on the validation part, None where there is none."""

    def watched(self, values: Mapping[str, float]) -> str:
        """The name of the value that decides which epoch is best; empty where none does."""

    def samples(self) -> Iterable[Sample]:
        """Artefacts of an epoch. Random numbers drawn here are put back afterwards."""

    def exported(self) -> dict[str, Tensor]:
        """A copy of the weights that are tested and exported, as they are now."""

    def state(self) -> dict[str, Tensor]:
        """All a checkpoint needs: `network.*` for what is exported, `<network name>.*`, `optimizer.*`, `tally.*` …"""

    def facts(self) -> dict[str, Any]:
        """What a checkpoint needs besides tensors, as JSON."""

    def resume(self, tensors: Mapping[str, Tensor], facts: Mapping[str, Any]) -> None:
        """Go on from what `state` and `facts` gave."""

    def broken(self, step: int) -> diagnose.Failed:
        """Why the loss of a step (counted from 1) is no finite number."""


def usual_watch(recipe: Any, values: Mapping[str, float]) -> str:
    """What `monitor` means: the loss, or the first value that is none."""
    metric = next((name for name in values if not name.endswith("loss")), "loss")
    return "loss" if recipe.monitor == "loss" else metric


class Stopped(Exception):
    """Somebody asked the run to stop."""


class Session:
    """One training under way: `run` goes from where `course` is to the end."""

    def __init__(
        self,
        loop: Loop,
        setup: Setup,
        folder: Path,
        connection: sqlite3.Connection,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> None:
        self.loop, self.setup, self.folder, self.options = loop, setup, folder, setup.options
        recipe = setup.recipe
        self.epochs: int = recipe.epochs
        self.schedule: Schedule = getattr(recipe, "schedule", None) or Constant()
        self.patience: int | None = getattr(recipe, "early_stopping", None)
        self.keep_best: bool = getattr(recipe, "keep_best", True)
        self.course: Course = setup.course
        self.course.memory = self.schedule.start()
        self.steps = loop.batches * self.epochs
        self.telemetry = Telemetry(connection, 0, loop.batches, len(loop.columns))
        self.health = setup.health
        if self.options.get("health", True):
            self.health.attend(loop, self.course, self.epochs, lambda names, rows: self.telemetry.health(names, rows))
        self.on_progress = on_progress
        self.stopping = False
        """Set from outside (a signal) to stop and save before the next step."""
        self._last_epoch = False
        self._best_weights: dict[str, Tensor] | None = None
        self._since = time.perf_counter()
        self._saved = self._since
        self._save_cost = 0.0

    # ---- the loop --------------------------------------------------------------------------------------------

    def run(self) -> str:
        """Train to the end; the final state: finished or stopped."""
        self._since = time.perf_counter()
        try:
            while self.course.epoch < self.epochs and not self._enough():
                self._epoch()
                if self._last_epoch and self.course.epoch < self.epochs:
                    raise Stopped
        except Stopped:
            self.save()
            return "stopped"
        self.save()
        return "finished"

    def _enough(self) -> bool:
        return self.patience is not None and self.course.waited >= self.patience

    def _epoch(self) -> None:
        loop, course, telemetry = self.loop, self.course, self.telemetry
        loop.begin(course.epoch)
        health = self.health
        health.begin()
        last = loop.batches - 1
        save_steps = int(self.options.get("save_steps") or 0)
        for place in range(course.batch, loop.batches):
            told = (health if health.due(place) else loop).step(place, place == last)
            telemetry.step(told.losses, told.items, told.lr, told.norm)
            if told.gradients is not None:
                telemetry.gradients(course.epoch + 1, *told.gradients)
            course.step += 1
            course.batch += 1
            if time.perf_counter() >= telemetry.due or self.stopping:
                self._attend()
            if save_steps and course.step % save_steps == 0 and place != last:
                self.save()
        self._finish_epoch()

    # ---- between steps ---------------------------------------------------------------------------------------

    def _finish_epoch(self) -> None:
        loop, course, telemetry = self.loop, self.course, self.telemetry
        self.health.done()
        values = dict(zip(loop.columns, telemetry.means(), strict=True))
        self._refuse_bad_values()
        values.update(loop.trained())
        course.epoch += 1
        course.batch = 0
        telemetry.epoch(course.epoch, "train", values)
        course.final = {f"train.{name}": value for name, value in values.items()}
        measured = loop.measure()
        if measured is not None:
            values = measured
            telemetry.epoch(course.epoch, "validation", values)
            course.final |= {f"validation.{name}": value for name, value in values.items()}
        self._judge(values, "train" if measured is None else "validation")
        self._sample()
        telemetry.facts(best=course.best, final=course.final)
        if time.perf_counter() >= telemetry.due:
            self._attend()

    def _judge(self, values: Mapping[str, float], part: str) -> None:
        """Decide whether this epoch is the best so far, and what the schedule makes of it."""
        course = self.course
        metric = self.loop.watched(values)
        if metric not in values:
            return
        value, larger = values[metric], larger_is_better(metric)
        course.memory = self.schedule.after_epoch(course.memory, value, larger)
        before = course.best.get("value")
        if before is not None and not (value > before if larger else value < before):
            course.waited += 1
            return
        course.waited = 0
        course.best = {"metric": metric, "value": value, "epoch": course.epoch, "part": part, "step": course.step}
        if self.keep_best:
            self._best_weights = self.loop.exported()

    def _sample(self) -> None:
        """Keep what the recipe shows of this epoch; the run's own random numbers stay as they are."""
        epoch = self.course.epoch
        if getattr(self.loop, "shows_nothing", False):  # seeding costs as much as a step of a tiny network
            return
        if epoch not in (1, self.epochs) and epoch % max(1, math.ceil(self.epochs / SAMPLED)):
            return
        tensors, python = state.random_numbers(self.setup.device)
        torch.manual_seed(self.setup.recipe.seed)  # so that pictures of two epochs differ by the network alone
        self.telemetry.samples(epoch, list(self.loop.samples()))
        state.set_random_numbers(tensors, python, self.setup.device)

    def _attend(self) -> None:
        """Tell what happened, answer requests, save when it is time."""
        self._refuse_bad_values()
        self.write("running")
        for what in self.telemetry.requests():
            self._answer(what)
        if self.stopping:
            raise Stopped
        wait = max(float(self.options.get("save_seconds") or SAVE_SECONDS), 20 * self._save_cost)
        if time.perf_counter() - self._saved >= wait:
            self.save()

    def _refuse_bad_values(self) -> None:
        """On a GPU values arrive late: break off as soon as one turns out not to be finite."""
        self.telemetry.collect()
        if self.telemetry.first_bad is not None:
            raise self.loop.broken(self.telemetry.first_bad)

    def _answer(self, what: str) -> None:
        self.telemetry.event(self.course.step, what, "")
        if what == "stop":
            self.stopping = True
        elif what == "stop_epoch":
            self._last_epoch = True
        elif what == "save":
            self.save()
        elif what == "pause":
            self._pause()

    def _pause(self) -> None:
        """Save, then wait for the next request."""
        self.save()
        self.write("paused")
        self._since = math.inf  # no working time passes
        alive = time.monotonic()
        while not self.stopping:
            if time.monotonic() - alive > 5:  # a sign of life for readers on other computers
                self.write("paused")
                alive = time.monotonic()
            asked = self.telemetry.requests()
            for what in asked:
                if what != "pause":
                    self.telemetry.event(self.course.step, what, "")
            self.stopping = self.stopping or "stop" in asked
            self._last_epoch = self._last_epoch or "stop_epoch" in asked
            if {"resume", "stop_epoch"} & set(asked):
                break
            time.sleep(0.05)
        self._since = time.perf_counter()
        self.telemetry.rest()
        self.write("running")

    def _clock(self) -> None:
        now = time.perf_counter()
        if self._since < now:
            self.course.seconds += now - self._since
            self._since = now

    def write(self, state_: str, **more: Any) -> None:
        """Write what waits, with how far the run is."""
        self._clock()
        course, batches = self.course, self.loop.batches
        pace = self.telemetry.pace(course.step)
        speed = pace * self.loop.items / batches
        left = (self.steps - course.step) / pace if pace and state_ == "running" else None
        self.telemetry.write(
            state=state_, step=course.step, epoch=course.epoch, epochs=self.epochs, batch=course.batch,
            batches=batches, seconds=course.seconds, left_seconds=left, items_per_second=speed, **more,
        )  # fmt: skip
        if self.on_progress is not None:
            loss = self.telemetry.last_loss
            self.on_progress(
                Progress(course.step, self.steps, course.epoch, self.epochs, loss, speed, left, dict(course.final))
            )

    # ---- saving ----------------------------------------------------------------------------------------------

    def save(self) -> None:
        """Write the best weights and a checkpoint; weights that are not finite are refused, so the last ones stay."""
        start = time.perf_counter()
        self._refuse_bad_values()
        for built in self.loop.networks.values():
            if node := diagnose.bad_weights(built.network):
                raise diagnose.spoiled(built, node, self.course.step)
        # the rows first: a checkpoint never knows more than the database
        self.write("running")
        self.save_best()
        tensors, python = state.random_numbers(self.setup.device)
        tensors |= self.loop.state()
        about = {
            "course": vars(self.course), "sums": self.telemetry.sums, "items": self.telemetry.items, "random": python,
            **self.loop.facts(),
        }  # fmt: skip
        state.save(self.folder, self.course.step, tensors, about)
        self._saved = time.perf_counter()
        self._save_cost = self._saved - start

    def save_best(self) -> None:
        """Write the weights of the best epoch, unless they are written already."""
        if self._best_weights is not None:
            save_best(self.folder, self._best_weights, self.loop.built, self.course.best)
            self._best_weights = None

    def resume(self, tensors: Mapping[str, Tensor], about: Mapping[str, Any]) -> None:
        """Go on from a checkpoint."""
        vars(self.course).update(vars(Course(**about["course"])))
        self.loop.resume(tensors, about)
        connection = self.telemetry.connection
        self.telemetry = Telemetry(connection, self.course.step, self.loop.batches, len(self.telemetry.sums))
        self.telemetry.sums, self.telemetry.items = list(about["sums"]), int(about["items"])
        state.set_random_numbers(tensors, about["random"], self.setup.device)
