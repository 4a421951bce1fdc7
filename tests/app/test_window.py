"""The assembled window: pages, commands, keys, what it loads, and what closing does."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QMessageBox

sys.path.insert(0, str(Path(__file__).parent))

from window_help import close_extra_windows, open_window, spin, wait, wine

from app import memory
from app.commands import COMMANDS, MENUS
from app.window import PAGES
from engine.project import Project
from engine.runs import list_runs

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def window(qapp, monkeypatch):
    """A window whose dialogs for files are cancelled at once."""
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, **__: ("", ""))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: ("", ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_, **__: "")
    with open_window() as made, cancelling():
        yield made


@contextmanager
def cancelling():
    """Cancel every modal dialog as soon as it is open: one that nobody answers would stop the tests."""

    def cancel() -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, QDialog):
            dialog.reject()

    timer = QTimer()
    timer.timeout.connect(cancel)
    timer.start(30)
    yield
    timer.stop()


# ---- pages ----


def test_it_opens_on_the_gallery_and_shows_every_page(window) -> None:
    assert window.page == "gallery"
    assert not window.top.tabs.isVisible() and not window.top.device.isVisible()
    window.document.start(wine())
    for page in PAGES:
        window.show_page(page)
        assert window.page == page
        assert window.top.tabs.current() == page
        QApplication.processEvents()


def test_a_fresh_project_has_the_signs_of_a_fresh_project(window) -> None:
    """Test and Export of the project before say nothing about this one."""
    window.document.start(wine())
    window.show_page("train")
    for page in ("train", "test", "export"):
        window.top.tabs.set_sign(page, "done")
    window.document.start(Project())
    signs = {page: window.top.tabs.sign(page)[0] for page in PAGES}
    assert signs == {"data": "todo", "build": "todo", "train": "todo", "test": "todo", "export": "todo"}
    assert window.status.message.text() == ""


def test_the_ghost_of_an_empty_canvas_leads_to_the_data(window) -> None:
    window.files.new_project()
    spin(0.3)
    window.build.canvas.data_wanted.emit()
    assert window.page == "data"


def test_the_run_button_says_why_it_cannot(window) -> None:
    window.files.new_project()
    assert not window.top.run.isEnabled()
    assert "No data is chosen" in window.top.run.toolTip()
    window.document.start(wine())
    assert window.top.run.isEnabled()


# ---- commands ----


def test_every_command_is_in_a_menu_and_no_key_is_taken_twice() -> None:
    for one in COMMANDS.values():
        assert one.menu in MENUS, one.name
        assert one.label[0].isupper() and not one.label.endswith("."), one.label
    keys = Counter(QKeySequence(key).toString() for one in COMMANDS.values() for key in one.keys)
    assert [key for key, count in keys.items() if count > 1] == []
    assert "" not in keys, "a key that Qt does not know"


SKIPPED = ("close_window",)  # has a test of its own


@pytest.mark.parametrize("state", ["no project", "empty", "network", "node"])
def test_every_command_runs_or_says_why_not(window, monkeypatch, state) -> None:
    monkeypatch.setattr(QMessageBox, "exec", lambda *_: QMessageBox.StandardButton.Cancel)
    monkeypatch.setattr("app.train.TrainPresenter.start", lambda *_: None)
    graph = None
    for name, one in COMMANDS.items():
        if name in SKIPPED:
            continue
        if state == "no project":
            window.has_project = False
        elif window.document.project.graph is not graph:  # a command changed it: back to the beginning
            window.document.start(Project() if state == "empty" else wine())
            graph = window.document.project.graph
        if state == "node":
            window.build.select(["linear_1"])
        said: list[str] = []
        monkeypatch.setattr(window, "say", lambda text, *_, said=said, **__: said.append(text))
        reason = one.why_not(window)
        window.run_command(name)
        QApplication.processEvents()
        if reason:
            assert said == [reason], name
            assert reason[0].isupper() and reason.rstrip().endswith("."), f"{name}: {reason}"
        close_extra_windows()


def test_menus_list_every_command_and_grey_with_a_reason(window) -> None:
    window.document.start(wine())
    menu = window.menus.menu_of(COMMANDS)
    assert len(menu.actions()) == len(COMMANDS)
    for action in menu.actions():
        assert action.isEnabled() or action.toolTip().endswith("."), action.text()
    menu.close()


# ---- what it loads ----

HEAVY = ("torch", "onnx", "onnxruntime", "pandas", "sklearn", "pyqtgraph", "scipy", "polars", "PIL")


def test_the_window_never_loads_torch() -> None:
    """All pages made in a fresh process, and what the first seconds load in the background."""
    program = (
        "import sys\n"
        "from PySide6.QtWidgets import QApplication\n"
        "from PySide6.QtCore import QTimer\n"
        "app = QApplication(['lamina'])\n"
        "from app.window import PAGES, Window\n"
        "early = set(sys.modules)\n"
        "window = Window()\n"
        "window.show()\n"
        "window.files.use_template('cnn-digits')\n"
        "[window.show_page(page) for page in PAGES]\n"
        "QTimer.singleShot(2500, window.close)\n"
        "app.exec()\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])\n"
        "print([name for name in sys.modules if name.startswith('engine.run.')])\n"
        "print('numpy' in early)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=90, env=dict(os.environ)
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[:3] == ["[]", "[]", "False"]


# ---- closing ----


def test_closing_leaves_a_run_going_and_the_next_window_finds_it(qapp, qtbot) -> None:
    with open_window(runs_go_on=True) as first:
        first.document.start(wine(epochs=200_000))
        spin(0.5)
        first.run_command("train")
        wait(lambda: first.train.info and first.train.info.epoch >= 1, 60, "the first epoch")
        draft, run = first.document.draft, first.train.chosen.id
        assert first.close()
    with open_window() as second:
        assert second.files.open_path(draft)
        wait(lambda: "train" in second._pages, 5, "the runs to be looked for")
        assert second.train.chosen.id == run
        info = second.train.info
        assert info.active, info
        assert second.top.run.text() == "Pause"
        before = info.step
        wait(lambda: second.train.info.step > before or second.train.poll(), 20, "more steps")
        second.run_command("stop_now")
        wait(lambda: not second.train.info.active, 30, "the run to stop")
        assert second.train.info.state == "stopped"


def test_a_killed_worker_is_seen_and_can_be_resumed(qapp) -> None:
    with open_window() as window:
        window.document.start(wine(epochs=3000))
        spin(0.4)
        window.run_command("train")
        wait(lambda: window.train.info and window.train.info.epoch >= 5, 60, "five epochs")
        folder = window.train.chosen.folder
        found = subprocess.run(["pgrep", "-f", f"engine.run {folder}"], capture_output=True, text=True)
        os.kill(int(found.stdout.split()[0]), 9)
        wait(lambda: window.train.info.state == "lost", 30, "the loss to be seen")
        assert window.top.run.text() == "Train"
        assert window.train.widget.head.pause.isVisible() and window.train.widget.head.pause.text() == "Resume"
        window.train.widget.head.pause.click()
        wait(lambda: window.train.info.state == "running", 30, "the run to go on")
        assert len(list_runs(window.document.runs)) == 1


def test_an_empty_draft_is_not_kept(qapp) -> None:
    with open_window() as window:
        window.files.new_project()
        draft = window.document.draft
        assert draft.exists()
        window.close()
    assert not draft.exists()
    assert draft not in [path for path, _ in memory.recent()]


@pytest.mark.parametrize(("answer", "closes"), [("Save", True), ("Discard", True), ("Cancel", False)])
def test_closing_with_unsaved_edits_asks(window, monkeypatch, tmp_path, answer, closes) -> None:
    from engine.edits import add
    from engine.project import load

    path = tmp_path / "wine.lamina"
    window.document.start(wine())
    window.document.save(path)
    window.document.edit_graph("Add", lambda graph: add(graph, "ReLU", 0, 0)[0])
    before = load(path).graph
    monkeypatch.setattr(QMessageBox, "exec", lambda *_: getattr(QMessageBox.StandardButton, answer))
    assert window.close() is closes
    assert (load(path).graph != before) is (answer == "Save")


def test_the_window_closes_by_its_command(window) -> None:
    window.document.start(wine())
    window.run_command("close_window")
    assert not window.isVisible()
