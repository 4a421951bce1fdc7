"""Supervised training: the loop, from the first step to the last checkpoint.

A step is: pick a batch by one indexing, forward, backward, move the weights. Whatever else there is (telling, asking,
saving) happens between steps and at most 20 times a second.
"""

from __future__ import annotations

import contextlib
import math
import sqlite3
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from engine.errors import UserError
from engine.recipes.schedules import learning_rate
from engine.recipes.supervised import Supervised
from engine.run import diagnose, state
from engine.run.groups import frozen_norms, groups_of, nodes_of
from engine.run.measure import BATCH, measure, named, shares_of, tally_of, total
from engine.run.metrics import larger_is_better
from engine.run.model import Built, save_best, weights_of
from engine.run.optimize import Optimization, Scaler
from engine.run.telemetry import Telemetry
from engine.run.tensors import Part

NORM_EVERY = 10
"""Steps between two measurements of the gradient norm where clipping does not measure it anyway."""
MAPS = 200
"""At most about so many epochs get a column in the gradient flow map."""
SAVE_SECONDS = 20.0


@dataclass
class Course:
    """How far a run is: everything the loop decides by, besides weights, optimizer and random numbers."""

    step: int = 0
    epoch: int = 0
    """Finished epochs."""
    batch: int = 0
    """Finished batches of the epoch under way."""
    seconds: float = 0.0
    memory: dict[str, Any] = field(default_factory=dict)
    best: dict[str, Any] = field(default_factory=dict)
    waited: int = 0
    final: dict[str, float] = field(default_factory=dict)


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


class Stopped(Exception):
    """Somebody asked the run to stop."""


class Training:
    """One training under way: `run` goes from where `course` is to the end."""

    def __init__(
        self,
        built: Built,
        recipe: Supervised,
        training: Part,
        validation: Part | None,
        folder: Path,
        connection: sqlite3.Connection,
        options: Mapping[str, Any],
        on_progress: Callable[[Progress], None] | None = None,
    ) -> None:
        self.built, self.recipe, self.folder, self.options = built, recipe, folder, options
        self.training, self.validation = training, validation if validation and validation.count else None
        self.device = training.device
        self.network = built.network.to(self.device)
        self.loss_of = built.objectives
        self.weights: list[Tensor] = [weight for weight in self.network.parameters() if weight.requires_grad]
        if not self.weights:
            raise UserError("No node of this network has weights that may learn. Unfreeze one or add a layer.")
        self.optimization = Optimization(recipe.optimizer, groups_of(built))
        self.scaler = Scaler(self.device) if recipe.precision == "fp16 mixed" else None
        self.precision: contextlib.AbstractContextManager[Any] = contextlib.nullcontext()
        if recipe.precision != "32-bit":
            kind = torch.float16 if self.scaler else torch.bfloat16
            self.precision = torch.autocast(self.device.type, dtype=kind)
        self.shares = shares_of(built)
        self.batches = self._batches()
        self.steps = self.batches * recipe.epochs
        self.course = Course(memory=recipe.schedule.start())
        self.telemetry = Telemetry(connection, 0, self.batches, 1 if len(self.shares) == 1 else 1 + len(self.shares))
        self.tally = tally_of(built, training)
        self.names, self.index = nodes_of(self.network)
        self.calm = frozen_norms(built)
        self.on_progress = on_progress
        self.stopping = False
        """Set from outside (a signal) to stop and save before the next step."""
        self._last_epoch = False
        self._best_weights: dict[str, Tensor] | None = None
        self._since = time.perf_counter()
        self._saved = self._since
        self._save_cost = 0.0

    def _batches(self) -> int:
        """Steps of an epoch. The last, smaller batch counts too, except a single item where batch norm needs two."""
        count, size = self.training.count, self.recipe.batch_size
        if not count:
            raise UserError("The training part is empty. Give it a larger share on the Data page.")
        norms = any(isinstance(module, nn.modules.batchnorm._BatchNorm) for module in self.network.modules())
        whole, rest = divmod(count, size)
        if rest == 1 and norms:
            if not whole:
                raise UserError("Batch normalization needs at least two items to train on. The training part has one.")
            return whole
        return whole + bool(rest)

    # ---- the loop --------------------------------------------------------------------------------------------

    def run(self) -> str:
        """Train to the end; the final state: finished or stopped."""
        self._since = time.perf_counter()
        try:
            while self.course.epoch < self.recipe.epochs and not self._enough():
                self._epoch()
                if self._last_epoch and self.course.epoch < self.recipe.epochs:
                    raise Stopped
        except Stopped:
            self.save()
            return "stopped"
        self.save()
        return "finished"

    def _enough(self) -> bool:
        patience = self.recipe.early_stopping
        return patience is not None and self.course.waited >= patience

    def _epoch(self) -> None:
        course, telemetry = self.course, self.telemetry
        self.network.train()
        for module in self.calm:
            module.eval()
        order = torch.split(self._order(course.epoch), self.recipe.batch_size)
        last = self.batches - 1
        save_steps = int(self.options.get("save_steps") or 0)
        for place in range(course.batch, self.batches):
            self._step(order[place], place == last)
            course.step += 1
            course.batch += 1
            if time.perf_counter() >= telemetry.due or self.stopping:
                self._attend()
            if save_steps and course.step % save_steps == 0 and place != last:
                self.save()
        self._finish_epoch()

    def _order(self, epoch: int) -> Tensor:
        """The order of the items in an epoch. It follows from seed and epoch alone: a resumed run has the same."""
        generator = torch.Generator().manual_seed(self.recipe.seed * 1_000_003 + epoch)
        order = torch.randperm(self.training.count, generator=generator)
        return order.to(self.training.device)

    def _step(self, batch: Tensor, last: bool) -> None:
        inputs, targets = self.training.batch(batch)
        with self.precision:
            outputs = self.built.outputs(inputs)
            losses = self.loss_of(outputs, targets)
            loss, row = total(losses, self.shares)
        if self.device.type == "cpu" and not math.isfinite(loss.item()):
            raise diagnose.not_finite(self.built, inputs, self.course.step + 1)
        if self.scaler is None:
            loss.backward()  # type: ignore[no-untyped-call]
            spoiled = None
        else:
            self.scaler.scaled(loss).backward()  # type: ignore[no-untyped-call]
            spoiled = self.scaler.unscale(self.weights)
        norm = self._norm()
        if last:
            self._map_gradients()
        lr = self._rate()
        self.optimization.step(lr, spoiled)
        for weight in self.weights:
            weight.grad = None
        self.telemetry.step(row, len(batch), lr, norm)
        self.tally.add(outputs, targets)
        self._inputs = inputs

    def _rate(self) -> float:
        recipe, course = self.recipe, self.course
        warm = round(recipe.warmup_epochs * self.batches)
        return learning_rate(
            recipe.optimizer.lr, recipe.schedule, course.memory, course.step, self.steps, self.batches, warm
        )

    def _norm(self) -> float | Tensor:
        """The length of the whole gradient, after cutting it to the limit where there is one; NaN if not measured."""
        limit = self.recipe.clip_norm
        if limit is None and (self.course.step + 1) % NORM_EVERY:
            return math.nan
        gradients = [weight.grad for weight in self.weights if weight.grad is not None]
        norm = torch.nn.utils.get_total_norm(gradients, foreach=True)
        if limit is not None:
            torch.nn.utils.clip_grads_with_norm_(self.weights, limit, norm, foreach=True)
        if self.device.type == "cpu" and not math.isfinite(norm.item()):
            raise diagnose.gradient_not_finite(self.built, self.course.step + 1)
        return norm

    def _map_gradients(self) -> None:
        """Note the length of each node's gradient for the gradient flow map."""
        epoch = self.course.epoch + 1
        if epoch % max(1, math.ceil(self.recipe.epochs / MAPS)):
            return
        zero = torch.zeros((), device=self.device)
        squares = torch.stack(
            [zero if weight.grad is None else weight.grad.detach().float().square().sum() for weight in self.weights]
        )
        sums = torch.zeros(len(self.names), device=self.device).index_add_(0, self.index.to(self.device), squares)
        self.telemetry.gradients(epoch, sums.sqrt(), self.names)

    # ---- between steps ---------------------------------------------------------------------------------------

    def _finish_epoch(self) -> None:
        course, telemetry = self.course, self.telemetry
        values = named(telemetry.means(), self.shares)
        self._refuse_bad_values()
        values.update(self.tally.values())
        self.tally = tally_of(self.built, self.training)
        course.epoch += 1
        course.batch = 0
        telemetry.epoch(course.epoch, "train", values)
        course.final = {f"train.{name}": value for name, value in values.items()}
        if self.validation is not None:
            values = measure(self.built, self.validation, self._evaluation_batch())
            telemetry.epoch(course.epoch, "validation", values)
            course.final |= {f"validation.{name}": value for name, value in values.items()}
        self._judge(values)
        telemetry.facts(best=course.best, final=course.final)
        if time.perf_counter() >= telemetry.due:
            self._attend()

    def _evaluation_batch(self) -> int:
        return BATCH if self.device.type == "cpu" else max(BATCH, self.recipe.batch_size)

    def _judge(self, values: Mapping[str, float]) -> None:
        """Decide whether this epoch is the best so far, and what the schedule makes of it."""
        course, recipe = self.course, self.recipe
        metric = next((name for name in values if not name.endswith("loss")), "loss")
        metric = "loss" if recipe.monitor == "loss" else metric
        value, larger = values[metric], larger_is_better(metric)
        course.memory = recipe.schedule.after_epoch(course.memory, value, larger)
        before = course.best.get("value")
        if before is not None and not (value > before if larger else value < before):
            course.waited += 1
            return
        course.waited = 0
        part = "validation" if self.validation is not None else "train"
        course.best = {"metric": metric, "value": value, "epoch": course.epoch, "part": part, "step": course.step}
        if recipe.keep_best:
            self._best_weights = weights_of(self.network)

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
            raise diagnose.not_finite(self.built, self._inputs, self.telemetry.first_bad)

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
        course = self.course
        pace = self.telemetry.pace(course.step)
        speed = pace * self.training.count / self.batches
        left = (self.steps - course.step) / pace if pace and state_ == "running" else None
        self.telemetry.write(
            state=state_, step=course.step, epoch=course.epoch, epochs=self.recipe.epochs, batch=course.batch,
            batches=self.batches, seconds=course.seconds, left_seconds=left, items_per_second=speed, **more,
        )  # fmt: skip
        if self.on_progress is not None:
            loss = self.telemetry.last_loss
            self.on_progress(
                Progress(
                    course.step, self.steps, course.epoch, self.recipe.epochs, loss, speed, left, dict(course.final)
                )
            )

    # ---- saving ----------------------------------------------------------------------------------------------

    def save(self) -> None:
        """Write the best weights and a checkpoint; weights that are not finite are refused, so the last ones stay."""
        start = time.perf_counter()
        self._refuse_bad_values()
        if node := diagnose.bad_weights(self.network):
            raise diagnose.spoiled(self.built, node, self.course.step)
        # the rows first: a checkpoint never knows more than the database
        self.write("running")
        self.save_best()
        tensors, python = state.random_numbers(self.device)
        tensors |= {f"network.{name}": tensor for name, tensor in self.network.state_dict().items()}
        tensors |= {f"optimizer.{name}": tensor for name, tensor in self.optimization.state().items()}
        tensors |= {f"tally.{name}": tensor for name, tensor in self.tally.state().items()}
        if self.scaler is not None:
            tensors |= {f"scaler.{name}": tensor for name, tensor in self.scaler.state().items()}
        about = {
            "course": vars(self.course), "sums": self.telemetry.sums, "items": self.telemetry.items, "random": python
        }  # fmt: skip
        state.save(self.folder, self.course.step, tensors, about)
        self._saved = time.perf_counter()
        self._save_cost = self._saved - start

    def save_best(self) -> None:
        """Write the weights of the best epoch, unless they are written already."""
        if self._best_weights is not None:
            save_best(self.folder, self._best_weights, self.built, self.course.best)
            self._best_weights = None

    def resume(self, tensors: Mapping[str, Tensor], about: Mapping[str, Any]) -> None:
        """Go on from a checkpoint."""
        self.network.load_state_dict(state.part(tensors, "network"))
        self.optimization.load(state.part(tensors, "optimizer"))
        self.course = Course(**about["course"])
        self.tally.load(state.part(tensors, "tally"), self.device)
        if self.scaler is not None:
            self.scaler.load(state.part(tensors, "scaler"))
        connection = self.telemetry.connection
        self.telemetry = Telemetry(connection, self.course.step, self.batches, len(self.telemetry.sums))
        self.telemetry.sums, self.telemetry.items = list(about["sums"]), int(about["items"])
        state.set_random_numbers(tensors, about["random"], self.device)
