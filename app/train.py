"""The Train page: starts and steers runs, and follows the chosen one by reading its folder 20 times a second.

The training process is its own; closing the window does not touch it, and opening the window finds it again.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QPoint, QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMenu, QMessageBox

from app import machine
from app.runviews import (
    as_choice,
    distinct,
    fraction,
    metric_name,
    planned_rate,
    recipe_facts,
    recipe_words,
    run_head,
    run_rows,
)
from engine.doctor import examine
from engine.errors import UserError
from engine.graph import label_of
from engine.project import Project
from engine.recipes import recipes
from engine.runs import Run, RunInfo, create, list_runs
from widgets.recipe_panel import RecipePanel
from widgets.train_page import TrainPage
from widgets.values import Advice, EpochRow, Meter, SampleValue
from widgets.views import FieldView, FormContext

if TYPE_CHECKING:
    from app.window import Window

POLL = 50
LIST_EVERY = 2.0
DOCTOR_EVERY = 2.0


class TrainPresenter(QObject):
    """Wires the Train page to runs."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self.document = window.document
        self.widget = TrainPage()
        self._form = RecipePanel()
        self._form.set_recipes([(cls.__name__, cls.label) for cls in recipes])
        self._form.changed.connect(self._on_recipe)
        self._form.recipe_chosen.connect(self._on_recipe_type)
        self.widget.set_recipe_widget(self._form)
        self._runs: list[Run] = []
        self._children: list[subprocess.Popen[bytes]] = []
        self._infos: dict[str, RunInfo] = {}
        self.chosen: Run | None = None
        self._seen_step = 0
        self._seen_sample = 0
        self._versions: dict[str, int] = {}
        self._epochs_shown = -1
        self._listed = 0.0
        self._examined = 0.0
        self._advice: dict[str, str] = {}
        self._meters = machine.Meters()
        self._planned = ""
        self._timer = QTimer(self)
        self._timer.setInterval(POLL)
        self._timer.timeout.connect(self.poll)
        self._machine_timer = QTimer(self)
        self._machine_timer.setInterval(1000)
        self._machine_timer.timeout.connect(self._show_machine)
        self._connect()
        self._on_replaced()

    def _connect(self) -> None:
        page = self.widget
        page.run_chosen.connect(self.choose)
        page.compare_wanted.connect(self._on_compare)
        page.pause_wanted.connect(lambda: self.request("pause"))
        page.resume_wanted.connect(self._on_resume)
        page.stop_epoch_wanted.connect(lambda: self.request("stop_epoch"))
        page.stop_wanted.connect(lambda: self.request("stop"))
        page.train_wanted.connect(lambda: self._window.run_command("train"))
        page.doctor_action.connect(self._on_advice)
        page.rename_wanted.connect(self._on_rename)
        page.delete_wanted.connect(self._on_delete)
        page.open_folder_wanted.connect(self._on_open_folder)
        self.document.replaced.connect(self._on_replaced)
        self.document.changed.connect(lambda _: self._show_recipe())

    # ---- state ----

    @property
    def running(self) -> bool:
        """Whether the chosen run is being worked on."""
        info = self.info
        return info is not None and info.active

    @property
    def info(self) -> RunInfo | None:
        return self._infos.get(self.chosen.id) if self.chosen else None

    @property
    def runs(self) -> list[Run]:
        return self._runs

    def info_of(self, run_id: str) -> RunInfo | None:
        return self._infos.get(run_id)

    def why_not_train(self) -> str:
        """Why training cannot start now, empty where it can."""
        if not self._window.has_project:
            return "Open a project first."
        if self.running:
            return "A run of this project is in progress."
        errors = self.document.errors
        return errors[0].words() if errors else ""

    def why_not_pause(self) -> str:
        return "" if self.running else "Nothing is running."

    def run_words(self) -> tuple[str, str]:
        """What the Run button says, with its icon."""
        info = self.info
        if info is None or not info.active:
            return "Train", "play"
        return ("Resume", "play") if info.state == "paused" else ("Pause", "pause")

    # ---- starting and steering ----

    def start(self) -> None:
        """Train the project as it is now, in a process of its own."""

        def work() -> None:
            run = create(
                self.document.project, self.document.runs, recipe_words(self.document.project), {"window": True}
            )
            self._children.append(run.start())
            self._list_runs()
            self.choose(run.id)
            self._window.show_page("train")
            self._timer.start()

        self._window.attempt(work)

    def request(self, what: str) -> None:
        if self.chosen is not None:
            chosen = self.chosen
            self._window.attempt(lambda: chosen.request(what))
            self.poll()

    def toggle_pause(self) -> None:
        info = self.info
        self.request("resume" if info is not None and info.state == "paused" else "pause")

    def _on_resume(self) -> None:
        info = self.info
        if info is not None and info.active:
            self.request("resume")
        elif self.chosen is not None:
            self._window.attempt(self._restart)

    def _restart(self) -> None:
        assert self.chosen is not None
        self._children.append(self.chosen.start())
        self.poll()
        self._timer.start()

    # ---- following ----

    def shown(self, on: bool) -> None:
        """The page came to the front or left it."""
        if on:
            self._list_runs()
            self._show_recipe()
            self._machine_timer.start()
            self._show_machine()
            self.poll()
        else:
            self._machine_timer.stop()
        self._keep_polling()

    def close(self) -> None:
        """The window goes; what trains stays."""
        self._stop_following()
        for child in self._children:
            if child.poll() is None:
                child.returncode = 0  # it outlives us on purpose; Python would warn of it
        self._children.clear()

    def _stop_following(self) -> None:
        self._timer.stop()
        self._machine_timer.stop()
        for run in self._runs:
            run.close()

    def _keep_polling(self) -> None:
        live = any(info.active for info in self._infos.values())
        if live and not self._timer.isActive():
            self._timer.start()
        elif not live and self._timer.isActive():
            self._timer.stop()

    def _on_replaced(self) -> None:
        self._stop_following()
        self.chosen = None
        self._infos.clear()
        self._list_runs()
        if self._runs:
            live = next((run for run in self._runs if self._infos[run.id].active), None)
            self.choose((live or self._runs[0]).id)
        else:
            self.widget.clear()
            self.widget.show_run(None)
            self.widget.set_doctor([])
        self._show_recipe()
        self._keep_polling()
        if self._window.has_project:  # the signs were drawn before the runs of this project were known
            self._window.signs.show_signs()
            self._window.signs.show_run_button()

    def _list_runs(self) -> None:
        """Read the list of runs, the newest first."""
        if not (self.document.path or self.document.draft):
            return
        known = {run.id: run for run in self._runs}
        found: list[Run] = []
        for folder in self.document.all_runs:
            if folder.is_dir():
                found += [known.get(run.id, run) for run in list_runs(folder)]
        self._runs = found
        # the chosen run's news are taken by `poll`, which tells everybody of them
        before = self._infos
        self._infos = {run.id: self._info(run) for run in found}
        if self.chosen is not None and self.chosen.id in before and self.chosen.id in self._infos:
            self._infos[self.chosen.id] = before[self.chosen.id]
        self._runs.sort(key=lambda run: -self._infos[run.id].created)
        self._children = [
            child for child in self._children if child.poll() is None
        ]  # ended ones are not left as zombies
        self._listed = time.monotonic()
        self._show_runs()

    def _info(self, run: Run) -> RunInfo:
        try:
            return run.info()
        except UserError as error:
            return RunInfo(run.id, run.id, "failed", message=error.message)

    def _show_runs(self) -> None:
        rows = run_rows([(run.id, self._infos[run.id]) for run in self._runs])
        self.widget.set_runs(rows)
        if self.chosen is not None:
            self.widget.set_current(self.chosen.id)

    def choose(self, run_id: str) -> None:
        """Show a run from its beginning."""
        run = next((run for run in self._runs if run.id == run_id), None)
        if run is None:
            return
        self.chosen = run
        self._seen_step = 0
        self._seen_sample = 0
        self._epochs_shown = -1
        self._versions.pop(run.id, None)
        self._examined = 0.0
        self._planned = ""
        self.widget.clear()
        self.widget.set_compared([])
        self.widget.set_current(run_id)
        self.poll()

    def poll(self) -> None:
        """Look whether the chosen run has written something, and show it."""
        if self._listed and time.monotonic() - self._listed > LIST_EVERY:
            self._list_runs()
        run = self.chosen
        if run is None:
            self._keep_polling()
            return
        try:
            version = run.version()
            info = run.info()
            was = self._infos.get(run.id)
            if self._versions.get(run.id) == version and was is not None and was.state == info.state:
                return
            self._versions[run.id] = version
            self._infos[run.id] = info
            self._show_run(run, info)
        except UserError as error:
            self._infos[run.id] = replace(self._infos[run.id], state="failed", message=error.message)
            self._show_runs()
            return
        if was is None or was.state != info.state or was.epoch != info.epoch:
            self._show_runs()
            self._window.signs.show_signs()
            self._window.signs.show_run_button()
        if was is not None and was.active and not info.active:
            self._ended(info)
        self._keep_polling()

    def _ended(self, info: RunInfo) -> None:
        if info.state == "failed":
            self._window.say(f"{info.name} stopped: {info.message}", tone="error")
        elif info.state in ("finished", "stopped"):
            self._window.say(f"{info.name} is ready to be tested.", tone="good")

    def _show_run(self, run: Run, info: RunInfo) -> None:
        self.widget.show_run(run_head(info, self._number(run), self.document.project))
        self._show_plan(run, info)
        steps = run.steps(self._seen_step)
        if len(steps):
            self._seen_step = int(steps[-1, 0])
            seconds = self._seconds(steps, info)
            self.widget.append_steps_arrays(steps[:, 1], seconds, steps[:, 2], steps[:, 3])
        self._show_samples(run)
        if info.epoch != self._epochs_shown or not info.active:
            self._epochs_shown = info.epoch
            self._show_epochs(run, info)

    def _show_samples(self, run: Run) -> None:
        """Show what the run made since the last look."""
        found = run.samples(self._seen_sample)
        if found:
            self._seen_sample = found[-1].id
            self.widget.append_samples([SampleValue(one.epoch, one.kind, one.name, one.blob) for one in found])

    def _seconds(self, steps: Any, info: RunInfo) -> Any:
        """When each step was made: spread evenly over the time so far."""
        done = max(fraction(info) * info.epochs, float(steps[-1, 1]), 1e-9)
        return steps[:, 1] * (info.seconds / done)

    def _show_epochs(self, run: Run, info: RunInfo) -> None:
        values = run.epochs()
        per_epoch = info.seconds / max(info.epoch, 1)
        names = list(dict.fromkeys(one.metric for one in values if one.metric != "loss"))  # it has its own chart
        self.widget.set_metrics([metric_name(name) for name in names])
        self.widget.set_epochs(
            [EpochRow(one.epoch, one.epoch * per_epoch, one.part, one.metric, one.value) for one in values]
        )
        gradients = run.gradients()
        if gradients:
            self._show_gradients(gradients)
        now = time.monotonic()
        if now - self._examined > DOCTOR_EVERY or not info.active:
            self._examined = now
            self._show_doctor(examine(info, values, gradients))

    def _show_gradients(self, gradients: list[tuple[int, str, float]]) -> None:
        last = max(epoch for epoch, _, _ in gradients)
        graph = self.document.project.graph
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
        self.widget.set_gradients(distinct(labels), [rows[name] for name in names])

    def _number(self, run: Run) -> int:
        """The run's number in the order in which they were made."""
        return len(self._runs) - self._runs.index(run) if run in self._runs else 1

    def _show_plan(self, run: Run, info: RunInfo) -> None:
        """What the recipe of the shown run says, and the learning rate that is still to come."""
        if self._planned == run.id or not info.batches:
            return
        self._planned = run.id
        project = run.project()
        self.widget.set_recipe_facts(recipe_facts(project))
        self.widget.set_planned_rate(*planned_rate(project, info))

    def _show_doctor(self, found: list[Any]) -> None:
        rows = [Advice(one.level, one.title, one.text, one.button, one.remedy) for one in found]
        self.widget.set_doctor(rows, "just now" if self.running else "")

    def _on_advice(self, remedy: str) -> None:
        """Carry out what the Doctor proposes: at once where it steers the run, else in the recipe of the next one."""
        if remedy == "stop":
            self.request("stop")
        elif remedy == "resume":
            self._on_resume()
        else:
            self._change_recipe(remedy)

    def _change_recipe(self, remedy: str) -> None:
        recipe = dict(self.document.project.recipe)
        optimizer = as_choice(recipe.get("optimizer", "Adam"))
        made: Any = recipes.make(recipe)
        rate = made.optimizer.lr
        changes: dict[str, dict[str, Any]] = {
            "lower_rate": {"optimizer": {**optimizer, "lr": rate / 3}},
            "raise_rate": {"optimizer": {**optimizer, "lr": rate * 3}},
            "stop_early": {"early_stopping": 8},
            "clip": {"clip_norm": 1.0},
            "more_epochs": {"epochs": made.epochs * 2},
        }
        change = changes.get(remedy)
        if change and self._edit_recipe("Follow the Doctor", change):
            self._window.say(
                "The recipe of the next run is changed.", tone="good", action="Undo", on_action=self.document.stack.undo
            )

    # ---- recipe ----

    def _show_recipe(self) -> None:
        recipe = self.document.project.recipe
        if not self._window.has_project or str(recipe.get("type")) not in recipes:
            return
        cls = recipes[str(recipe["type"])]
        values = {name: value for name, value in recipe.items() if name != "type"}
        context = FormContext(tuple(FieldView(one.name, one.kind) for one in self.document.project.data.fields))
        self._form.show_recipe(cls.__name__, cls.help(), cls, values, cls.problems_of(values), context)
        self.widget.set_train_enabled(not self.why_not_train(), self.why_not_train())

    def focus_setting(self, name: str) -> None:
        """Put the keyboard into a setting of the recipe."""
        self._form.focus_on(name)

    def _on_recipe_type(self, name: str) -> None:
        """Train in another way; settings that both ways have stay as they are."""
        shared = recipes[name].params()

        def edit(project: Project) -> Project:
            kept = {key: value for key, value in project.recipe.items() if key in shared}
            return replace(project, recipe={**kept, "type": name})

        self.document.edit(f"Train by {recipes[name].label.lower()}", edit)

    def _on_recipe(self, name: str, value: Any) -> None:
        self._edit_recipe(f"Set {name.replace('_', ' ')}", {name: value}, merge=f"recipe.{name}")

    def _edit_recipe(self, words: str, values: Mapping[str, Any], merge: str = "") -> bool:
        def edit(project: Project) -> Project:
            recipe = {**project.recipe, **values}
            recipes.make(recipe)
            return replace(project, recipe=recipe)

        return self.document.edit(words, edit, merge)

    # ---- runs ----

    def _on_compare(self, ids: list[str]) -> None:
        from widgets.values import ComparedRun

        shown = []
        for place, run in enumerate(run for run in self._runs if run.id in ids):
            info = self._infos[run.id]
            per_epoch = info.seconds / max(info.epoch, 1)
            epochs = tuple(
                EpochRow(one.epoch, one.epoch * per_epoch, one.part, one.metric, one.value) for one in run.epochs()
            )
            shown.append(ComparedRun(run.id, info.name, place, (), epochs))
        self.widget.set_compared(shown)

    def _run(self, run_id: str) -> Run | None:
        return next((run for run in self._runs if run.id == run_id), None)

    def _on_rename(self, run_id: str, name: str) -> None:
        run = self._run(run_id)
        if run is not None and name.strip():
            self._window.attempt(lambda: run.rename(name.strip()[:80]))
            self._infos.pop(run_id, None)
            self._list_runs()

    def _on_delete(self, run_id: str) -> None:
        run = self._run(run_id)
        if run is None:
            return
        box = QMessageBox(self._window)
        box.setText(f"Delete the run {self._infos[run_id].name}?")
        box.setInformativeText(
            "Its curves, checkpoints and test results are removed from the disk. This cannot be undone."
        )
        delete = box.addButton("Delete run", QMessageBox.ButtonRole.DestructiveRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.exec()
        if box.clickedButton() is delete and self._window.attempt(run.remove):
            if self.chosen is run:
                self.chosen = None
            self._on_replaced()

    def _on_open_folder(self, run_id: str) -> None:
        run = self._run(run_id)
        if run is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(run.folder))))

    # ---- around ----

    def _results_of(self, run: Run) -> dict[str, bool]:
        """Whether a run was tested, and exported to a file of the person's own: a proof alone stays with the run."""
        try:
            keys = run.results()
            files = [str((run.result(key) or {}).get("file", "")) for key in keys if key.startswith("export:")]
        except UserError:
            return {"test": False, "export": False}
        return {"test": "test" in keys, "export": any(file and Path(file).parent != run.folder for file in files)}

    def show_signs(self) -> None:
        tabs = self._window.top.tabs
        info = self.info
        if info is not None and info.active:
            tabs.set_sign("train", "running", fraction(info))
        elif any(one.state in ("finished", "stopped") for one in self._infos.values()):
            tabs.set_sign("train", "done")
        elif info is not None and info.state in ("failed", "lost"):
            tabs.set_sign("train", "errors", 1)
        else:
            tabs.set_sign("train", "todo")
        done = {"test": False, "export": False}
        if self.chosen is not None:
            done = self._results_of(self.chosen)
        for key, there in done.items():
            tabs.set_sign(key, "done" if there else "todo")

    def show_devices(self, at: QPoint) -> None:
        """A menu of the devices that this computer has."""
        menu = QMenu(self._window)
        menu.aboutToHide.connect(menu.deleteLater)
        current = str(self.document.project.recipe.get("device", "auto"))
        names = {
            "auto": "Fastest there is",
            "cpu": f"Processor, {os.cpu_count()} cores",
            "cuda": "NVIDIA GPU (CUDA)",
            "mps": "Apple GPU",
        }
        for key, text in names.items():
            action = menu.addAction(text, lambda key=key: self._edit_recipe("Choose device", {"device": key}))
            action.setCheckable(True)
            action.setChecked(key == current)
        menu.popup(at)

    def _show_machine(self) -> None:
        self.widget.set_machine([Meter(*row) for row in self._meters.read()])
