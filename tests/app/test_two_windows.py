"""Two windows on one project: in one process and in two, with a crash between, read-only, copies, and saves."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QMessageBox

sys.path.insert(0, str(Path(__file__).parent))

from window_help import open_window, spin, wait, wine

from app import opening
from app.holding import READ_ONLY
from engine.edits import add
from engine.locks import file_beside
from engine.project import dumps, load

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def project(tmp_path):
    path = tmp_path / "wine.lamina"
    path.write_text(dumps(wine()))
    return path


@pytest.fixture
def choosing(monkeypatch):
    """Answer the question by the words of a button; what was asked comes back."""
    asked: list[tuple[str, list[str]]] = []

    def answers(words: str) -> list[tuple[str, list[str]]]:
        def exec_(box: QMessageBox) -> int:
            asked.append((box.text(), [one.text() for one in box.buttons() if one.isEnabled()]))
            box.chosen = next((one for one in box.buttons() if one.text().replace("&", "") == words), None)
            return 0

        monkeypatch.setattr(QMessageBox, "exec", exec_)
        monkeypatch.setattr(QMessageBox, "clickedButton", lambda box: box.chosen)
        return asked

    return answers


OTHER = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
app = QApplication(["lamina"])
from app.window import Window
from engine.edits import add
window = Window()
window.helper.warm = lambda: None
window.opening.come_forward = lambda: print("forward", flush=True)
window.show()
window.files.open_path(Path(sys.argv[2]))
if sys.argv[3] == "edit":
    window.document.edit_graph("Add", lambda graph: add(graph, "ReLU", 900, 0)[0])
QTimer.singleShot(900, lambda: print("ready", flush=True))
app.exec()
"""


@pytest.fixture
def other(project):
    """Another process with the project open; ended afterwards."""
    started = []

    def start(what: str = "look") -> subprocess.Popen:
        child = subprocess.Popen(
            [sys.executable, "-c", OTHER, str(ROOT), str(project), what],
            stdout=subprocess.PIPE, text=True, env=dict(os.environ),
        )  # fmt: skip
        started.append(child)
        assert child.stdout.readline() == "ready\n"
        return child

    yield start
    for child in started:
        child.kill()
        child.communicate(timeout=20)


def grow(window) -> bool:
    return window.document.edit_graph("Add", lambda graph: add(graph, "ReLU", 900, 0)[0])


# ---- two processes ----


def test_the_other_process_is_shown(qapp, project, other, choosing) -> None:
    child = other()
    asked = choosing("Show that window")
    with open_window() as window:
        window.document.start(wine())
        before = window.document.project
        assert not window.files.open_path(project)
        assert asked[0][0] == "wine is open in another window."
        assert set(asked[0][1]) == {"Show that window", "Open read-only", "Open a copy", "Cancel"}
        assert child.stdout.readline() == "forward\n"
        assert window.document.project is before, "the present project stays"


def test_a_window_opened_for_it_alone_goes_when_the_other_is_shown(qapp, project, other, choosing) -> None:
    child = other()
    choosing("Show that window")
    with open_window() as window:
        window.files.open_path(project)
        assert child.stdout.readline() == "forward\n"
        assert not window.isVisible()


def test_a_window_that_hangs_is_told(qapp, project, other, choosing, monkeypatch) -> None:
    child = other()
    choosing("Show that window")
    monkeypatch.setattr(opening, "_ANSWER_SECONDS", 0.5)
    os.kill(child.pid, signal.SIGSTOP)
    with open_window() as window:
        assert not window.files.open_path(project)
        assert "does not answer" in window.status.message.text()
    os.kill(child.pid, signal.SIGCONT)


def test_read_only_shows_the_saved_state_and_changes_nothing(qapp, project, other, choosing) -> None:
    other("edit")
    choosing("Open read-only")
    written = project.read_bytes()
    with open_window() as window:
        assert window.files.open_path(project)
        document = window.document
        assert document.read_only and document.project.graph == load(project).graph, "not the other's unsaved edits"
        assert window.top.state.text() == "Read-only"
        heard = []
        document.refused.connect(heard.append)
        count = len(document.graph.nodes)
        assert not grow(window) and heard == [READ_ONLY] and len(document.graph.nodes) == count
        assert "read-only" in window.train.why_not_train()
        assert not window.files.save() and project.read_bytes() == written
        assert window.close(), "there is nothing to ask about"
    assert project.read_bytes() == written


def test_when_the_other_closes_one_may_edit_here(qapp, project, other, choosing) -> None:
    child = other()
    choosing("Open read-only")
    with open_window() as window:
        window.files.open_path(project)
        child.kill()
        child.communicate(timeout=20)
        window.document.hold.check()
        assert "no longer open elsewhere" in window.status.message.text()
        window.toasts.toasts()[-1].action_triggered.emit()
        wait(lambda: not window.document.read_only, 5, "the project to be open for editing")
        assert grow(window)


def test_a_copy_is_a_project_of_its_own(qapp, project, other, choosing) -> None:
    other()
    choosing("Open a copy")
    written = project.read_bytes()
    with open_window() as window:
        assert window.files.open_path(project)
        document = window.document
        assert document.path is None and document.draft is not None and not document.read_only
        assert document.project.name.endswith(" copy") and document.project.graph == load(project).graph
        assert grow(window)
    assert project.read_bytes() == written


def test_after_a_crash_it_opens_as_ever_and_brings_the_edits_back(qapp, project, other) -> None:
    child = other("edit")
    child.kill()
    child.communicate(timeout=20)
    assert file_beside(project).exists(), "a crash leaves the lock"
    with open_window() as window:
        assert window.files.open_path(project)
        assert not window.document.read_only
        assert len(window.document.graph.nodes) == len(load(project).graph.nodes) + 1
        assert "not saved last time" in window.status.message.text()
    assert not file_beside(project).exists()


def test_cancel_leaves_everything_and_asks_nothing_first(qapp, project, other, choosing, tmp_path) -> None:
    other()
    with open_window() as window:
        window.document.start(wine())
        window.document.save(tmp_path / "mine.lamina")
        grow(window)
        asked = choosing("Cancel")
        assert not window.files.open_path(project)
        assert len(asked) == 1, "whether to save is no question while nothing else is opened"
        assert window.document.edited


def test_saving_over_what_another_window_works_on_is_refused(qapp, project, other, monkeypatch) -> None:
    other()
    written = project.read_bytes()
    with open_window() as window:
        window.document.start(wine())
        grow(window)
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(project), ""))
        assert not window.files.save_as()
        assert "open in another window" in window.status.message.text()
        assert window.document.path is None
    assert project.read_bytes() == written


# ---- one process ----


def test_two_windows_of_one_process(qapp, project, choosing) -> None:
    with open_window() as first, open_window() as second:
        assert first.files.open_path(project)
        forward = []
        first.opening.come_forward = lambda: forward.append(True)
        second.document.start(wine())
        choosing("Show that window")
        assert not second.files.open_path(project) and forward == [True]
        choosing("Open read-only")
        assert second.files.open_path(project) and second.document.read_only
        assert grow(first) and first.files.save()
        choosing("Cancel")
        assert not second.files.save()
        assert first.close()
        assert second.files.open_path(project)
        assert not second.document.read_only and second.document.project.graph == load(project).graph


def test_opening_it_again_in_the_same_window_asks_nothing(qapp, project, choosing) -> None:
    asked = choosing("Cancel")
    with open_window() as window:
        assert window.files.open_path(project) and window.files.open_path(project)
        assert asked == [] and window.document.hold.lock.held


def test_the_same_file_by_a_link_is_the_same_project(qapp, project, choosing, tmp_path) -> None:
    (tmp_path / "way").symlink_to(project.parent, target_is_directory=True)
    asked = choosing("Cancel")
    with open_window() as first, open_window() as second:
        first.document.start(wine(), draft=tmp_path / "way" / project.name)
        assert first.files.open_path(project) and asked == []
        assert not second.files.open_path(tmp_path / "way" / project.name) and len(asked) == 1


def test_looking_at_an_empty_draft_does_not_take_it_away(qapp, choosing) -> None:
    with open_window() as first, open_window() as second:
        first.files.new_project()
        draft = first.document.draft
        choosing("Open read-only")
        assert second.files.open_path(draft)
        second.close()
        assert draft.exists()


def test_the_lock_goes_along_with_the_project(qapp, project, tmp_path) -> None:
    other = tmp_path / "other.lamina"
    with open_window() as window:
        window.files.open_path(project)
        window.document.save(other)
        assert file_beside(other).exists() and not file_beside(project).exists()
        window.files.new_project()
        assert not file_beside(other).exists()
        draft = window.document.draft
        assert file_beside(draft).exists()
    assert not file_beside(draft).exists()


def test_a_failed_save_under_another_name_keeps_the_lock_where_it_was(qapp, project, tmp_path, monkeypatch) -> None:
    from app import document as documents
    from engine.errors import UserError

    def fail(*_):
        raise UserError("other.lamina was not saved: the disk is full.")

    with open_window() as window:
        window.files.open_path(project)
        monkeypatch.setattr(documents, "write_atomically", fail)
        with pytest.raises(UserError, match="disk is full"):
            window.document.save(tmp_path / "other.lamina")
        assert window.document.hold.lock.project == project and window.document.hold.lock.held
        assert not file_beside(tmp_path / "other.lamina").exists()


def test_a_change_on_disk_is_still_asked_about(qapp, project, choosing) -> None:
    """A program that knows no locks wrote the file."""
    with open_window() as window:
        window.files.open_path(project)
        grow(window)
        time.sleep(0.02)
        project.write_text(dumps(wine(epochs=9)))
        written = project.read_bytes()
        asked = choosing("Cancel")
        assert not window.files.save()
        assert "changed by another program" in asked[0][0]
        assert project.read_bytes() == written
        window.document.discard_journal()


def test_in_a_read_only_folder_two_windows_know_of_each_other(qapp, project, choosing, monkeypatch) -> None:
    from engine import locks

    real = locks._create

    def refusing(file, mine):
        if file.parent == project.parent:
            raise OSError(30, "Read-only file system")
        return real(file, mine)

    monkeypatch.setattr(locks, "_create", refusing)
    asked = choosing("Cancel")
    with open_window() as first, open_window() as second:
        assert first.files.open_path(project)
        assert not second.files.open_path(project)
        assert len(asked) == 1


def test_while_it_is_open_the_lock_is_touched(qapp, project) -> None:
    with open_window() as window:
        window.files.open_path(project)
        old = time.time() - 200
        os.utime(file_beside(project), (old, old))
        window.document.hold._on_beat()
        assert time.time() - file_beside(project).stat().st_mtime < 60
        spin(0.02)
