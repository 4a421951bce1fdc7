"""What tests of the whole window share: a window that is cleared away, and a network that trains in a second."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from PySide6.QtCore import QEvent, QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QMenu

from app.window import Window, apply_settings
from engine.project import Project
from engine.templates import new_from_template


def spin(seconds: float) -> None:
    """Let the window live for a while."""
    loop = QEventLoop()
    QTimer.singleShot(int(seconds * 1000), loop.quit)
    loop.exec()


def wait(met: Callable[[], object], seconds: float = 30.0, what: str | Callable[[], str] = "") -> None:
    """Let the window live until something is so."""
    until = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < until, f"waited {seconds:g} s for {(what() if callable(what) else what) or met}"
        spin(0.02)


def close_extra_windows() -> None:
    """Close dialogs and menus that are open."""
    for one in QApplication.topLevelWidgets():
        if isinstance(one, QDialog | QMenu) or (one.isVisible() and not isinstance(one, Window) and one.isWindow()):
            one.close()
    QApplication.processEvents()


@contextmanager
def open_window(
    size: tuple[int, int] = (1440, 900), theme: str = "dark", scale: float = 1.0, runs_go_on: bool = False
) -> Iterator[Window]:
    """A window as the program opens it; what it started is ended with it, runs too unless they should go on."""
    from app import memory

    settings = memory.Settings(theme=theme, scale=scale, reduced_motion="on")
    memory.save_settings(settings)
    apply_settings(settings)
    window = Window()
    window.helper.warm = lambda: None  # type: ignore[method-assign]  # it starts with the first question; torch is slow
    window.move(0, 0)
    window.resize(*size)
    window.show()
    QApplication.processEvents()
    try:
        yield window
    finally:
        if not runs_go_on:
            end_runs(window)
        if window.isVisible():
            window.document.discard_journal()
            window.document.path = None  # nothing to ask about
            window.close()
        close_extra_windows()
        window.deleteLater()
        QApplication.processEvents()
        # outside of an event loop nobody else does it, and each window that is left is dressed again with the next
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def end_runs(window: Window) -> None:
    """Stop what still trains, and wait until it did."""
    if not window.has_project:
        return
    from engine.runs import list_runs

    left = [run for folder in window.document.all_runs if folder.is_dir() for run in list_runs(folder)]
    for run in left:
        if run.info().active:
            run.request("stop")
    until = time.monotonic() + 20
    while any(run.info().active for run in left) and time.monotonic() < until:
        time.sleep(0.05)
    for run in left:
        run.close()


def wine(epochs: int = 3) -> Project:
    """A small network on small data, ready to train."""
    project = new_from_template("mlp-wine")
    return replace(project, recipe={**project.recipe, "epochs": epochs}, view={"page": "build"})
