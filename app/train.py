"""The Train page: starts and steers runs, and follows the chosen one by reading its folder 20 times a second.

The training process is its own; closing the window does not touch it, and opening the window finds it again.
"""

from __future__ import annotations

import subprocess
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMessageBox

from app import machine
from app.following import Following
from app.questions import Questions
from app.recipe_form import RecipeForm
from app.run_comparing import compare_networks
from app.runviews import (
    fraction,
    recipe_words,
    run_rows,
)
from engine.errors import UserError
from engine.runs import Run, RunInfo, create, list_runs
from widgets.train_page import TrainPage
from widgets.values import EpochRow, Meter

if TYPE_CHECKING:
    from app.window import Window

POLL = 50
LIST_EVERY = 2.0


class TrainPresenter(QObject):
    """Wires the Train page to runs."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self.document = window.document
        self.widget = TrainPage()
        self.recipe = RecipeForm(window)
        self.widget.set_recipe_widget(self.recipe.panel)
        self._following = Following(self.widget, self.document)
        self._runs: list[Run] = []
        self._children: list[subprocess.Popen[bytes]] = []
        self._infos: dict[str, RunInfo] = {}
        self._questions = Questions()
        self.chosen: Run | None = None
        self._versions: dict[str, int] = {}
        self._listed = 0.0
        self._meters = machine.Meters()
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
        page.networks_wanted.connect(lambda ids: compare_networks(self._window, ids))
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
        if self.document.read_only:
            return "This project is open read-only. Open a copy to train it."
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
            self.show_signs()  # the window does not know this page while it is being made
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
        asked = self._questions.of(self._runs, self._infos)
        rows = run_rows([(run.id, self._infos[run.id]) for run in self._runs], asked)
        self.widget.set_runs(rows)
        if self.chosen is not None:
            self.widget.set_current(self.chosen.id)

    def choose(self, run_id: str) -> None:
        """Show a run from its beginning."""
        run = next((run for run in self._runs if run.id == run_id), None)
        if run is None:
            return
        self.chosen = run
        self._versions.pop(run.id, None)
        self._following.forget()
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
            self._following.show(run, info, self._number(run))
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
            if "build" in self._window._pages:
                self._window.build.peeking.refresh()  # its weights are the newest now

    def _number(self, run: Run) -> int:
        """The run's number in the order in which they were made."""
        return len(self._runs) - self._runs.index(run) if run in self._runs else 1

    def _on_advice(self, remedy: str) -> None:
        """Carry out what the Doctor proposes: at once where it steers the run, else in the recipe of the next one."""
        if remedy == "stop":
            self.request("stop")
        elif remedy == "resume":
            self._on_resume()
        else:
            self.recipe.follow_doctor(remedy)

    def _show_recipe(self) -> None:
        if self._window.has_project:
            self.recipe.show()
            reason = self.why_not_train()
            self.widget.set_train_enabled(not reason, reason)

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

    def _show_machine(self) -> None:
        self.widget.set_machine([Meter(*row) for row in self._meters.read()])
