"""Windows that are opened and closed leave no widget, timer, thread or scene item behind."""

from __future__ import annotations

import gc
import sys
import threading
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QApplication, QWidget

sys.path.insert(0, str(Path(__file__).parent))

from window_help import open_window

from app.window import PAGES
from engine.templates import new_from_template
from widgets.canvas.items import NodeItem, WireItem


def alive() -> Counter:
    """What there is, by kind."""
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.processEvents()
    gc.collect()
    counted: Counter = Counter(widgets=len(QApplication.allWidgets()), threads=threading.active_count())
    for one in gc.get_objects():
        for kind in (NodeItem, WireItem, QTimer, QWidget):
            if isinstance(one, kind) and shiboken6.isValid(one):
                counted[kind.__name__] += 1
    return counted


def once(project) -> None:
    with open_window() as window:
        window.document.start(project)
        page = window.build
        page.select(["conv_1", "relu_1"])
        window.run_command("frame")
        page.canvas._note_field.commit()
        page.bottom.open("outline")
        for name in (*PAGES, "build"):
            window.show_page(name)
        window.document.stack.setIndex(0)
        QApplication.processEvents()


def open_and_close(times: int) -> None:
    project = replace(new_from_template("resnet-digits"), view={"page": "build"})
    for _ in range(2):  # caches and what the application keeps for good
        once(project)
    before = alive()
    for _ in range(times):
        once(project)
    after = alive()
    grown = {kind: after[kind] - before[kind] for kind in after if after[kind] > before[kind]}
    assert not {kind: by for kind, by in grown.items() if by > 2}, grown


# looking at every object that lives also touches torch's deprecated ones, where another test loaded it
@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_a_few_windows_leave_nothing(qapp) -> None:
    open_and_close(8)


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_fifty_windows_leave_nothing(qapp) -> None:
    open_and_close(50)
