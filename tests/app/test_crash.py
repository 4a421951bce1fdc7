"""What nobody expected: the work is on disk, the person is told once and plainly, and the window lives on."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QWidget

sys.path.insert(0, str(Path(__file__).parent))

from window_help import open_window, wait

from app import crash
from engine.edits import add
from engine.project import load
from engine.templates import new_from_template


@pytest.fixture
def hook(monkeypatch):
    """The hook is put back after the test."""
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)


def raised(fault: Exception) -> None:
    """As Qt hands over what one of our methods raised."""
    try:
        raise fault
    except Exception as error:
        sys.excepthook(type(error), error, error.__traceback__)


class Failing(QWidget):
    """Fails each time it is painted."""

    def __init__(self, window) -> None:
        super().__init__(window)
        self.main, self.shown, self.kept = window, [], []

    def paintEvent(self, event) -> None:
        raised(ZeroDivisionError("in the middle of a paint"))
        self.shown.append(len(self.main.toasts.toasts()))
        self.kept.append(load(self.main.document.draft).graph == self.main.document.graph)


def test_a_paint_that_fails_is_told_after_it_and_only_once(qapp, hook, capsys) -> None:
    with open_window() as window:
        window.document.start(new_from_template("mlp-wine"))
        crash.install(window.document.write_journal, window._tell_crash)
        window.toasts.clear()
        failing = Failing(window)
        failing.resize(50, 50)
        failing.show()
        window.document.edit_graph("Add", lambda graph: add(graph, "ReLU", 900, 0)[0])
        failing.repaint()
        assert failing.kept[0], "the edit is on disk before anything is said"
        assert not failing.shown[0], "no widget is made inside of a paint"
        wait(lambda: window.toasts.toasts(), 10, "the sentence")
        failing.hide()
        for _ in range(5):
            raised(ZeroDivisionError("again"))
        raised(ValueError("another"))
        QApplication.processEvents()
        texts = [toast.text() for toast in window.toasts.toasts()]
        assert texts.count(crash.KEPT) == 2, "one for what repeats, one for the other"
        assert capsys.readouterr().err.count("ZeroDivisionError: again") == 5, "the terminal has all of them"


def test_the_report_can_be_copied(qapp, hook, capsys) -> None:
    with open_window() as window:
        crash.install(window.document.write_journal, window._tell_crash)
        raised(ValueError("a fault of ours"))
        QApplication.processEvents()
        (toast,) = window.toasts.toasts()
        toast._on_action()
        copied = QApplication.clipboard().text()
        assert "a fault of ours" in copied and "PySide6" in copied


def test_work_that_cannot_be_kept_is_not_said_to_be(hook, capsys) -> None:
    told: list[str] = []
    crash.install(lambda: False, lambda text, _: told.append(text))
    raised(ValueError("one"))
    crash.install(lambda: [][1], lambda text, _: told.append(text))
    raised(ValueError("two"))
    assert told == [crash.NOT_KEPT, crash.NOT_KEPT]
    assert "IndexError" in capsys.readouterr().err


def test_telling_that_fails_is_not_the_next_fault(hook, capsys) -> None:
    kept: list[int] = []
    crash.install(lambda: bool(kept.append(1)) or True, lambda *_: [][1])
    raised(ValueError("one"))
    raised(KeyError("two"))
    assert len(kept) == 2
    assert capsys.readouterr().err.count("IndexError") == 2


def test_without_a_terminal_the_work_is_kept_all_the_same(hook, monkeypatch) -> None:
    class Gone:
        def write(self, _text: str) -> int:
            raise BrokenPipeError

        def flush(self) -> None: ...

    kept: list[int] = []
    crash.install(lambda: bool(kept.append(1)) or True, lambda *_: None)
    monkeypatch.setattr(sys, "stderr", Gone())
    raised(ValueError("one"))
    assert kept == [1]
