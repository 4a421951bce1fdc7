"""A project that is open in another window: the person chooses to see that window, to look only, or to take a copy."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop, QFileSystemWatcher, QObject, Qt, QTimer
from PySide6.QtWidgets import QMessageBox

from app.holding import Hold, OpenElsewhere, in_this_process
from app.places import state_folder
from engine.locks import Holder
from engine.project import load
from widgets import words

if TYPE_CHECKING:
    from app.window import Window

_ANSWER_SECONDS = 3.0
_LOOK_MS = 40


def _requests() -> Path:
    """Where a window finds that another one asks it to show itself: a file called as its lock's token."""
    return state_folder() / "show"


class Opening(QObject):
    """Asks when a project is open elsewhere, and shows this window when another one asks for it."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._watcher: QFileSystemWatcher | None = None
        window.document.hold.freed.connect(self._on_freed)

    # ---- being asked ----

    def listen(self) -> None:
        """Begin to hear other windows; done after the first paint."""
        folder = _requests()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            return  # nobody can ask then; the other choices stay
        self._watcher = QFileSystemWatcher([str(folder)], self)
        self._watcher.directoryChanged.connect(self._on_asked)
        self._on_asked()

    def _on_asked(self, *_: object) -> None:
        lock = self._window.document.hold.lock
        request = _requests() / lock.holder.token if lock is not None else None
        if request is not None and request.exists():
            request.unlink(missing_ok=True)
            self.come_forward()

    def come_forward(self) -> None:
        """Show this window before all others, as far as the system lets a window do so itself."""
        window = self._window
        window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
        window.show()
        window.raise_()
        window.activateWindow()

    # ---- asking ----

    def decide(self, found: OpenElsewhere) -> bool:
        """Let the person choose; whether this window shows the project now."""
        box = QMessageBox(self._window)
        box.setWindowTitle("Lamina")
        box.setText(f"{found.path.stem} is open in another window.")
        box.setInformativeText(
            f"It was opened {found.holder.words()}, {words.ago(max(0.0, time.time() - found.holder.since))}. "
            "What two windows write would overwrite each other."
        )
        roles = QMessageBox.ButtonRole
        show = box.addButton("Show that window", roles.AcceptRole)
        look = box.addButton("Open read-only", roles.ActionRole)
        copy = box.addButton("Open a copy", roles.ActionRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(show if found.holder.is_here else copy)
        show.setEnabled(found.holder.is_here)
        show.setToolTip("" if found.holder.is_here else f"That window is on {found.holder.host}.")
        box.exec()
        ways: dict[object, Callable[[OpenElsewhere], bool]] = {show: self._show, look: self._look, copy: self._copy}
        way = ways.get(box.clickedButton())
        return way(found) if way else False

    def _show(self, found: OpenElsewhere) -> bool:
        if not ask_to_show(found.holder):
            self._window.say(
                "The other window does not answer. Open the project read-only, or a copy of it.", tone="warning"
            )
        elif not self._window.has_project:
            self._window.close()  # it was opened for this project alone
        return False

    def _look(self, found: OpenElsewhere) -> bool:
        if not self._window.files.may_leave():
            return False

        def work() -> None:
            self._window.document.open(found.path, read_only=True)
            self._window.say(
                "Open read-only: nothing can be changed here.",
                action="Open a copy",
                on_action=lambda: self._copy(found),
            )

        return self._window.attempt(work)

    def _copy(self, found: OpenElsewhere) -> bool:
        if not self._window.files.may_leave():
            return False

        def work() -> None:
            project = load(found.path)
            self._window.document.start(replace(project, name=f"{project.name} copy"))
            self._window.say(f"This is a copy of {found.path.stem}, as it was saved last.", tone="good")

        return self._window.attempt(work)

    def _on_freed(self) -> None:
        """The other window has closed the project."""
        document = self._window.document
        home = document.path or document.draft
        if document.read_only and home is not None:
            self._window.say(
                f"{home.stem} is no longer open elsewhere.",
                action="Edit here",
                on_action=lambda: self._window.files.open_path(home),
            )


def ask_to_show(held_by: Holder) -> bool:
    """Ask the window that holds a project to come forward; False where it does not answer."""
    near: Hold | None = in_this_process(held_by)
    if near is not None:
        window = near.parent().parent()
        window.opening.come_forward()  # type: ignore[union-attr]
        return True
    request = _requests() / held_by.token
    try:
        request.parent.mkdir(parents=True, exist_ok=True)
        request.touch()
    except OSError:
        return False
    loop, until = QEventLoop(), time.monotonic() + _ANSWER_SECONDS
    look = QTimer()
    look.setInterval(_LOOK_MS)
    look.timeout.connect(lambda: loop.quit() if not request.exists() or time.monotonic() > until else None)
    look.start()
    loop.exec()
    answered = not request.exists()
    request.unlink(missing_ok=True)
    return answered
