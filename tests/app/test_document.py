"""The document: steps of undo, drafts, the journal that survives a killed window, and saves that fail."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app import document as documents
from app import journal as journals
from app import memory
from app.document import Document
from app.journal import journal_of
from app.places import drafts_folder
from engine import saving
from engine.edits import add, move, set_param
from engine.errors import UserError
from engine.project import Project, load
from engine.templates import new_from_template

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def document(qapp):
    made = Document()
    yield made
    made.close()


def add_linear(graph):
    return add(graph, "Linear", 0, 0)[0]


def test_undo_and_redo_walk_the_same_values(document) -> None:
    document.start(Project())
    values = [document.project.graph]
    for _ in range(4):
        document.edit_graph("Add Linear", add_linear)
        values.append(document.project.graph)
    for value in reversed(values[:-1]):
        document.stack.undo()
        assert document.project.graph == value
    for value in values[1:]:
        document.stack.redo()
        assert document.project.graph == value
    assert document.steps() == ["Add Linear"] * 4


def test_moves_in_quick_succession_are_one_step(document, monkeypatch) -> None:
    document.start(Project())
    document.edit_graph("Add Linear", add_linear)
    now = [100.0]
    monkeypatch.setattr(documents.time, "monotonic", lambda: now[0])
    for place in range(5):
        now[0] += 0.1
        document.edit_graph("Move", lambda graph, x=place: move(graph, {"linear_1": (x * 10.0, 0.0)}), merge="move")
    assert document.steps() == ["Add Linear", "Move"]
    now[0] += documents.MERGE_SECONDS + 0.1
    document.edit_graph("Move", lambda graph: move(graph, {"linear_1": (999.0, 0.0)}), merge="move")
    assert document.steps() == ["Add Linear", "Move", "Move"]
    document.stack.undo()
    assert document.project.graph.nodes["linear_1"].x == 40.0
    document.stack.undo()
    assert document.project.graph.nodes["linear_1"].x == 0.0


def test_settings_of_two_things_never_merge(document, monkeypatch) -> None:
    document.start(Project())
    document.edit_graph("Add Linear", add_linear)
    document.edit_graph("Add Linear", add_linear)
    monkeypatch.setattr(documents.time, "monotonic", lambda: 5.0)
    for name in ("linear_1", "linear_2"):
        for width in (8, 16):
            document.edit_graph(
                "Set", lambda graph, n=name, w=width: set_param(graph, n, "features", w), merge=f"{name}.features"
            )
    assert len(document.steps()) == 4
    document.stack.undo()
    nodes = document.project.graph.nodes
    assert nodes["linear_1"].params["features"] == 16
    assert "features" not in nodes["linear_2"].params


def test_a_refused_edit_says_its_sentence_and_changes_nothing(document) -> None:
    document.start(Project())
    heard = []
    document.refused.connect(heard.append)
    before = document.project

    def refuse(_project):
        raise UserError("Not here. Do that.")

    assert document.edit("Try", refuse) is False
    assert heard == ["Not here. Do that."]
    assert document.project is before and not document.stack.canUndo()


def test_an_edit_that_changes_nothing_is_no_step(document) -> None:
    document.start(Project())
    assert document.edit("Nothing", lambda project: replace(project))
    assert document.stack.count() == 0


@settings(max_examples=30, deadline=None)
@given(steps=st.lists(st.sampled_from(["add", "set", "move", "undo", "redo"]), max_size=25))
def test_undo_all_empties_and_redo_all_restores(qapp, steps) -> None:
    document = Document()
    document.start(Project())
    first = document.project.graph
    for step in steps:
        names = list(document.project.graph.nodes)
        if step == "add":
            document.edit_graph("Add", add_linear)
        elif step == "set" and names:
            document.edit_graph("Set", lambda graph, n=names[-1], w=len(names) + 3: set_param(graph, n, "features", w))
        elif step == "move" and names:
            document.edit_graph(
                "Move", lambda graph, n=names[0], y=len(names): move(graph, {n: (7.0, y)}), merge="move"
            )
        elif step == "undo":
            document.stack.undo()
        elif step == "redo":
            document.stack.redo()
    while document.stack.canRedo():
        document.stack.redo()
    last = document.project.graph
    while document.stack.canUndo():
        document.stack.undo()
    assert document.project.graph == first
    while document.stack.canRedo():
        document.stack.redo()
    assert document.project.graph == last
    document.close()


# ---- drafts and the journal ----


def test_a_draft_is_on_disk_at_once_and_after_edits(document, qtbot) -> None:
    document.start(new_from_template("mlp-wine"))
    draft = document.draft
    assert draft.parent == drafts_folder()
    assert load(draft).graph == document.project.graph
    document.edit_graph("Add Linear", add_linear)
    qtbot.waitUntil(lambda: load(draft).graph == document.project.graph, timeout=15000)
    assert draft.resolve() in [path for path, _ in memory.recent()]


def test_the_journal_of_a_named_project_lies_outside_its_folder(document, qtbot, tmp_path) -> None:
    document.start(new_from_template("mlp-wine"))
    document.save(tmp_path / "wine.lamina")
    before = (tmp_path / "wine.lamina").read_bytes()
    document.edit_graph("Add Linear", add_linear)
    assert document.edited
    journal = journal_of(document.path)
    qtbot.waitUntil(journal.exists, timeout=15000)
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ".lock"] == ["wine.lamina"]
    assert (tmp_path / "wine.lamina").read_bytes() == before
    document.save()
    assert not journal.exists() and not document.edited


def test_saving_a_draft_takes_its_runs_along(document, tmp_path) -> None:
    document.start(new_from_template("mlp-wine"))
    draft = document.draft
    document.save(tmp_path / "wine.lamina")
    assert not draft.exists()
    assert draft.with_suffix(".runs") in document.all_runs
    document.close()
    again = Document()
    again.open(tmp_path / "wine.lamina")
    assert draft.with_suffix(".runs") in again.all_runs
    again.close()


EDIT_AND_DIE = """
import os, signal, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
app = QApplication(["lamina"])
from app.window import Window
from engine.edits import add
window = Window()
window.show()
window.files.open_path(Path(sys.argv[2]))
for name in ("Linear", "ReLU"):
    window.document.edit_graph("Add", lambda graph, name=name: add(graph, name, 900, 0)[0])
QTimer.singleShot(int(sys.argv[3]), lambda: (print("dying", flush=True), os.kill(os.getpid(), signal.SIGKILL)))
app.exec()
"""


def test_edits_survive_a_killed_window(document, tmp_path) -> None:
    """Two edits, then SIGKILL: the next start brings them back as one step that undo takes away."""
    path = tmp_path / "wine.lamina"
    document.start(new_from_template("mlp-wine"))
    document.save(path)
    saved = load(path).graph
    document.close()  # another window has it now
    words = [sys.executable, "-c", EDIT_AND_DIE, str(ROOT), str(path), "700"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=60, env=dict(os.environ))
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert load(path).graph == saved, "the file itself is the person's to save"
    again = Document()
    note = again.open(path)
    assert "not saved" in note
    assert set(again.project.graph.nodes) - set(saved.nodes) == {"linear_4", "relu_3"} or (
        len(again.project.graph.nodes) == len(saved.nodes) + 2
    )
    assert again.edited
    again.stack.undo()
    assert again.project.graph == saved
    again.discard_journal()
    again.close()


EDIT_AND_DIE_AT_ONCE = (
    EDIT_AND_DIE.partition("QTimer.singleShot(")[0]
    + """
document = window.document
while document._at_once.waiting:
    app.processEvents()
waits = document._journal.isActive()
print("dying", waits, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
)


def test_the_last_edit_survives_a_window_that_is_killed_right_after_it(document, tmp_path) -> None:
    path = tmp_path / "wine.lamina"
    document.start(new_from_template("mlp-wine"))
    document.save(path)
    saved = load(path).graph
    document.close()
    words = [sys.executable, "-c", EDIT_AND_DIE_AT_ONCE, str(ROOT), str(path)]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=60, env=dict(os.environ))
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert done.stdout.split()[0] == "dying"
    again = Document()
    assert "not saved" in again.open(path)
    assert len(again.project.graph.nodes) == len(saved.nodes) + 2
    again.discard_journal()
    again.close()


def test_an_edit_is_kept_although_what_follows_it_fails(document, monkeypatch) -> None:
    document.start(Project())
    monkeypatch.setattr(documents, "check", lambda *_: [][1])
    with pytest.raises(IndexError):
        document.edit_graph("Add Linear", add_linear)
    monkeypatch.undo()
    assert document.write_journal()
    assert len(load(document.draft).graph.nodes) == 1


def test_a_large_project_is_not_written_with_each_edit(document, monkeypatch) -> None:
    document.start(Project())
    document.edit_graph("Add Linear", add_linear)
    assert document._at_once.waiting
    document.write_journal()
    assert not document._at_once.waiting
    monkeypatch.setattr(journals, "MOST_NODES", 1)
    document.edit_graph("Add Linear", add_linear)
    assert not document._at_once.waiting and document._journal.isActive()


def test_a_damaged_journal_is_told_and_put_aside(document, tmp_path) -> None:
    document.start(new_from_template("mlp-wine"))
    document.save(tmp_path / "wine.lamina")
    journal = journal_of(document.path)
    journal.parent.mkdir(parents=True, exist_ok=True)
    journal.write_bytes(b'{"format": 1, "na')
    document.close()
    again = Document()
    assert "cannot be read" in again.open(tmp_path / "wine.lamina")
    assert again.project.graph == document.project.graph
    again.edit_graph("Add Linear", add_linear)
    again.write_journal()
    assert journal.with_suffix(".damaged").read_bytes() == b'{"format": 1, "na'
    again.close()


# ---- saves that fail ----


@pytest.mark.parametrize("call", ["fsync", "replace", "open"])
def test_a_save_that_fails_leaves_file_and_work(document, tmp_path, monkeypatch, call) -> None:
    path = tmp_path / "wine.lamina"
    document.start(new_from_template("mlp-wine"))
    document.save(path)
    old = path.read_bytes()
    document.edit_graph("Add Linear", add_linear)
    graph = document.project.graph

    def fail(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(saving.os, call, fail)
    with pytest.raises(UserError) as caught:
        document.save()
    monkeypatch.undo()
    assert "wine.lamina" in caught.value.message or "space" in caught.value.message
    assert path.read_bytes() == old
    assert document.project.graph == graph and document.edited
    assert [one.name for one in tmp_path.iterdir() if one.suffix != ".lock"] == ["wine.lamina"], (
        "no half-written file stays"
    )
    document.save()
    assert load(path).graph == graph and not document.edited


def test_a_newer_project_is_refused_with_a_sentence(document, tmp_path) -> None:
    document.start(new_from_template("mlp-wine"))
    before = document.project
    newer = tmp_path / "newer.lamina"
    newer.write_text('{"format": 999, "name": "From tomorrow"}')
    with pytest.raises(UserError, match="newer"):
        document.open(newer)
    assert document.project is before


def test_the_journal_says_when_it_cannot_be_written(document, monkeypatch) -> None:
    document.start(Project())
    heard = []
    document.refused.connect(heard.append)
    monkeypatch.setattr(documents, "write_atomically", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    document.edit_graph("Add Linear", add_linear)
    document.write_journal()
    assert heard and "could not be kept" in heard[0]
