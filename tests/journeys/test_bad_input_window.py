"""What a person may hand to the window by mistake: each is refused by one sentence, and the work stays as it was."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

sys.path.insert(0, str(Path(__file__).parent))

from pointer_help import open_window, spin, wait

from engine.edits import add
from engine.project import Project, load
from engine.templates import new_from_template

NEVER = ("Traceback", "Error:", "Exception", "errno", "None", "oops", "invalid")


@pytest.fixture(scope="module")
def window(qapp_cls):
    QApplication.instance() or qapp_cls([])
    with open_window() as made:
        yield made


@pytest.fixture
def said(window, monkeypatch):
    """The sentences that the window says, and a fresh project."""
    heard: list[str] = []
    say = window.say
    monkeypatch.setattr(window, "say", lambda text, *rest, **more: (heard.append(text), say(text, *rest, **more))[1])
    window.document.start(Project(view={"page": "build"}))
    yield heard
    window.toasts.clear()


def plain(sentence: str) -> None:
    """A sentence for people: it ends, and has nothing of a program in it."""
    assert sentence.rstrip().endswith("."), sentence
    assert not [word for word in NEVER if word in sentence], sentence


# ---- data ----


def reads(window, path: Path) -> str:
    """Give a path to the Data page; returns the sentence of refusal, empty where it was read."""
    window.show_page("data")
    page = window.data.widget
    before = window.document.project.data
    window.data.take_path(str(path))
    wait(
        lambda: page.error.isVisible() or window.document.project.data != before,
        60,
        f"{path.name} to be read or refused",
    )
    return page.error.line.text() if page.error.isVisible() else ""


def write(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("head.csv", b"a,b,c\n"),
        ("noise.csv", bytes(range(256)) * 8),
        ("broken-idx3-ubyte.gz", b"\x1f\x8b\x08\x00broken"),
        ("notes.docx", b"PK\x03\x04"),
    ],
)
def test_data_that_cannot_be_read(window, said, tmp_path, name, content) -> None:
    line = reads(window, write(tmp_path, name, content))
    plain(line)
    assert name in line
    assert window.document.project == Project(view=window.document.project.view), "the project is as it was"
    assert window.top.tabs.sign("data")[0] == "todo"


def test_a_folder_without_pictures(window, said, tmp_path) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.txt").write_text("no picture")
    line = reads(window, tmp_path)
    plain(line)
    assert "pictures" in line


def test_text_in_a_column_of_numbers_is_told(window, said, tmp_path) -> None:
    """The column stays numbers, the cell counts as missing, and the report says which it is."""
    rows = [f"{place},{place * 2},{'x' if place % 2 else 'y'}" for place in range(40)]
    rows[7] = "seven,14,x"
    assert reads(window, write(tmp_path, "numbers.csv", "\n".join(["a,b,kind", *rows]).encode())) == ""
    kinds = {one.name: one.kind for one in window.document.project.data.fields}
    assert kinds["a"] == kinds["b"] == "number", "one slip among forty does not make words of a column"
    wait(lambda: "quality" in window.data._facts, 30, "the report")
    told = [one["detail"] for one in window.data._facts["quality"]]
    assert any("seven" in one and "row" in one for one in told), told


def test_after_a_refusal_good_data_is_read_and_the_sentence_goes(window, said, tmp_path) -> None:
    assert reads(window, write(tmp_path, "empty.csv", b""))
    rows = "\n".join(["a,b,kind", *(f"{place},{place % 7},{'xy'[place % 2]}" for place in range(60))])
    assert reads(window, write(tmp_path, "good.csv", rows.encode())) == ""
    assert window.status.message.text() == ""
    nodes = window.document.project.graph.nodes.values()
    assert {node.layer for node in nodes} == {"TableInput", "CrossEntropy"}


def test_new_data_takes_the_place_of_the_old(window, said, tmp_path) -> None:
    """The objective follows to the target of the new table instead of pointing at nothing."""
    for target in ("kind", "sort"):
        rows = "\n".join([f"a,b,{target}", *(f"{place},{place % 7},{'xy'[place % 2]}" for place in range(60))])
        assert reads(window, write(tmp_path, f"{target}.csv", rows.encode())) == ""
    objective = next(node for node in window.document.project.graph.nodes.values() if node.layer == "CrossEntropy")
    assert objective.params["target"] == "sort"


# ---- projects ----


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("cut.lamina", b'{"format": 1, "name": ', "cut.lamina"),
        ("noise.lamina", bytes(range(256)), "noise.lamina"),
        ("empty.lamina", b"", "empty.lamina"),
        ("list.lamina", b"[1, 2]", "list.lamina"),
        ("newer.lamina", b'{"format": 999, "name": "x"}', "newer"),
        ("deep.lamina", b"[" * 100_000, "deep.lamina"),
    ],
)
def test_a_project_that_cannot_be_opened(window, said, tmp_path, name, content, word) -> None:
    window.document.start(new_from_template("mlp-wine"))
    before = window.document.project.graph
    assert window.files.open_path(write(tmp_path, name, content)) is False
    assert len(said) == 1
    plain(said[0])
    assert word in said[0]
    assert window.document.project.graph == before


def test_a_project_that_is_gone(window, said, tmp_path) -> None:
    assert window.files.open_path(tmp_path / "gone.lamina") is False
    plain(said[0])


def test_a_read_only_folder(window, said, tmp_path) -> None:
    """A file system that refuses to be written; chmod would prove nothing to root."""
    folder = tmp_path / "only"
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True)
    if made.returncode:
        pytest.skip("a read-only file system needs the right to mount one")
    try:
        window.document.start(new_from_template("mlp-wine"))
        window.document.save(folder / "wine.lamina")
        subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
        window.document.edit_graph("Add", lambda graph: add(graph, "ReLU", 900, 0)[0])
        old = load(folder / "wine.lamina").graph
        assert window.files.save() is False
        plain(said[-1])
        assert "read-only" in said[-1]
        assert load(folder / "wine.lamina").graph == old
        assert window.document.edited
        window.document.discard_journal()
    finally:
        window.document.path = None
        subprocess.run(["umount", str(folder)], check=True)


# ---- the machinery ----


def test_a_killed_helper_is_told_once_and_works_again(window, said, tmp_path) -> None:
    rows = "\n".join(["a,b,kind", *(f"{place},{place % 7},{'xy'[place % 2]}" for place in range(60))])
    path = write(tmp_path, "good.csv", rows.encode())
    assert reads(window, path) == ""
    spin(0.2)
    os.kill(window.helper._process.processId(), 9)
    wait(lambda: window.helper._process is None, 10, "the death to be seen")
    window.document.start(Project())
    assert reads(window, path) == ""


def test_a_broken_slot_keeps_the_work_and_offers_a_report(window, said, qtbot, capsys) -> None:
    """An exception that nobody expected: the draft is written, one sentence appears, the window goes on."""
    from app import crash

    window.document.start(new_from_template("mlp-wine"))
    window.document.edit_graph("Add", lambda graph: add(graph, "ReLU", 900, 0)[0])
    hook = sys.excepthook
    try:
        crash.install(window.document.write_journal, window._tell_crash)
        try:
            raise ZeroDivisionError("a fault of ours")
        except ZeroDivisionError as error:
            sys.excepthook(type(error), error, error.__traceback__)
    finally:
        sys.excepthook = hook
    assert load(window.document.draft).graph == window.document.project.graph
    assert "a fault of ours" in capsys.readouterr().err
    window.show_page("build")
    assert window.page == "build"
