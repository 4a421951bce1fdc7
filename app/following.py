"""Shows one run on the Train page: what it has written since the last look, its plan and what the Doctor says."""

from __future__ import annotations

import time
from typing import Any

from app.document import Document
from app.runviews import distinct, fraction, metric_name, planned_rate, recipe_facts, run_head
from engine.doctor import examine
from engine.graph import label_of
from engine.runs import Run, RunInfo
from widgets.train_page import TrainPage
from widgets.values import Advice, EpochRow, SampleValue

DOCTOR_EVERY = 2.0
"""Seconds between two looks of the Doctor at a run in progress."""


class Following:
    """What of the shown run is on the page already."""

    def __init__(self, page: TrainPage, document: Document) -> None:
        self._page = page
        self._document = document
        self.forget()

    def forget(self) -> None:
        """Another run is shown: everything of it is new."""
        self._seen_step = 0
        self._seen_sample = 0
        self._epochs_shown = -1
        self._examined = 0.0
        self._planned = ""

    def show(self, run: Run, info: RunInfo, number: int) -> None:
        """Bring the page up to date with what the run has written."""
        self._page.show_run(run_head(info, number, self._document.project))
        self._show_plan(run, info)
        steps = run.steps(self._seen_step)
        if len(steps):
            self._seen_step = int(steps[-1, 0])
            seconds = self._seconds(steps, info)
            self._page.append_steps_arrays(steps[:, 1], seconds, steps[:, 2], steps[:, 3])
        self._show_samples(run)
        if info.epoch != self._epochs_shown or not info.active:
            self._epochs_shown = info.epoch
            self._show_epochs(run, info)

    def _show_samples(self, run: Run) -> None:
        """Show what the run made since the last look."""
        found = run.samples(self._seen_sample)
        if found:
            self._seen_sample = found[-1].id
            self._page.append_samples([SampleValue(one.epoch, one.kind, one.name, one.blob) for one in found])

    def _seconds(self, steps: Any, info: RunInfo) -> Any:
        """When each step was made: spread evenly over the time so far."""
        done = max(fraction(info) * info.epochs, float(steps[-1, 1]), 1e-9)
        return steps[:, 1] * (info.seconds / done)

    def _show_epochs(self, run: Run, info: RunInfo) -> None:
        values = run.epochs()
        per_epoch = info.seconds / max(info.epoch, 1)
        names = list(dict.fromkeys(one.metric for one in values if one.metric != "loss"))  # it has its own chart
        self._page.set_metrics([metric_name(name) for name in names])
        self._page.set_epochs(
            [EpochRow(one.epoch, one.epoch * per_epoch, one.part, one.metric, one.value) for one in values]
        )
        gradients = run.gradients()
        if gradients:
            self._show_gradients(gradients)
        now = time.monotonic()
        if now - self._examined > DOCTOR_EVERY or not info.active:
            self._examined = now
            self._show_doctor(examine(info, values, gradients), info.active)

    def _show_gradients(self, gradients: list[tuple[int, str, float]]) -> None:
        last = max(epoch for epoch, _, _ in gradients)
        graph = self._document.project.graph
        names = [name for name in dict.fromkeys(node for _, node, _ in gradients)]
        order = {name: place for place, name in enumerate(graph.order)}
        names.sort(key=lambda name: order.get(name.split("/")[0].split(".")[0], 10**6))
        rows = {name: [float("nan")] * last for name in names}
        latest: dict[str, int] = {}
        for epoch, node, norm in gradients:
            if epoch >= 1:  # long runs measure every few epochs: a value stands for those before it, back to the last
                start = latest.get(node, 0)
                rows[node][start:epoch] = [norm] * (epoch - start)
                latest[node] = epoch
        labels = [label_of(graph.nodes[name]) if name in graph.nodes else name for name in names]
        self._page.set_gradients(distinct(labels), [rows[name] for name in names])

    def _show_plan(self, run: Run, info: RunInfo) -> None:
        """What the recipe of the shown run says, and the learning rate that is still to come."""
        if self._planned == run.id or not info.batches:
            return
        self._planned = run.id
        project = run.project()
        self._page.set_recipe_facts(recipe_facts(project))
        self._page.set_planned_rate(*planned_rate(project, info))

    def _show_doctor(self, found: list[Any], active: bool) -> None:
        rows = [Advice(one.level, one.title, one.text, one.button, one.remedy) for one in found]
        self._page.set_doctor(rows, "just now" if active else "")
