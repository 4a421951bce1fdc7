"""After the first paint: loads what the pages need, one module at a time, so that a first click is quick."""

from __future__ import annotations

import importlib
from collections.abc import Iterator

from PySide6.QtCore import QObject, QTimer

SOON = (
    "engine.project",
    "engine.check",
    "engine.codegen",
    "widgets.form",
    "widgets.canvas.view",
    "widgets.inspector",
    "widgets.pictures.registry",
    "widgets.code_view",
    "app.build",
    "numpy",
    "widgets.plots.curves",
    "engine.doctor",
    "engine.recipes",
    "widgets.train_page",
    "app.train",
    "engine.data.sources",
    "widgets.data_page",
    "app.data",
    "widgets.test_page",
    "app.test",
    "widgets.export_page",
    "app.export",
)
PAUSE = 15
"""Milliseconds between two modules, in which the window answers the person."""


class Warmer(QObject):
    """Loads the modules while nothing else is to do; none of them is torch."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._left: Iterator[str] = iter(SOON)
        self._timer = QTimer(self)
        self._timer.setInterval(PAUSE)
        self._timer.timeout.connect(self._next)

    def start(self) -> None:
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def _next(self) -> None:
        name = next(self._left, None)
        if name is None:
            self._timer.stop()
        else:
            importlib.import_module(name)
