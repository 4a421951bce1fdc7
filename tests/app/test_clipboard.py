"""The clipboard in real windows: blocks go along from window to window and between processes, in one step of undo."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

sys.path.insert(0, str(Path(__file__).parent))

from window_help import open_window, wait

from app.clipboard import CLIP
from engine.edits import set_param
from engine.places import Place
from engine.project import Project
from engine.templates import new_from_template

REPO = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def windows(qapp):
    with open_window() as one, open_window() as two:
        yield one, two


@pytest.fixture
def two(windows):
    """A window with a residual network, and one with an empty project."""
    one, other = windows
    one.document.start(replace(new_from_template("resnet-digits"), view={"page": "build"}))
    other.document.start(Project(view={"page": "build"}))
    QApplication.processEvents()
    yield one, other
    for window in windows:
        window.toasts.clear()
        window.document.start(Project())


def said(window) -> str:
    return " ".join(toast.text() for toast in window.toasts.toasts())


def copy(window, *names: str) -> None:
    window.build.canvas.choose(names)
    window.run_command("copy")


def test_a_block_goes_from_window_to_window_and_one_undo_takes_it_back(two) -> None:
    one, other = two
    copy(one, "residual_block_1", "conv_2")
    other.run_command("paste")
    assert list(other.document.project.blocks) == list(one.document.project.blocks) == ["Residual block"]
    assert set(other.build.selection) == set(other.build.graph.nodes) and len(other.build.selection) == 2
    assert "“Residual block” came along" in said(other)
    assert other.document.walk["residual_block_1"].findings == () or "no input" in str(other.document.problems)
    other.run_command("undo")
    assert not other.document.project.blocks and not other.build.graph.nodes
    other.run_command("redo")
    other.build.blocks.enter("residual_block_1")
    assert other.build.graph == one.document.project.blocks["Residual block"].graph


def test_another_block_of_that_name_is_kept_and_the_window_says_so(two) -> None:
    one, other = two
    copy(one, "residual_block_1")
    other.run_command("paste")
    (name,) = other.build.graph.nodes
    other.build.blocks.enter(name)
    layer = next(node.id for node in other.build.graph.nodes.values() if node.layer == "Conv2d")
    other.build.edit("Other", lambda graph: set_param(graph, layer, "kernel", 5))
    other.build.blocks.leave()
    mine = dict(other.document.project.blocks)
    other.run_command("paste")
    assert list(other.document.project.blocks) == ["Residual block", "Residual block 2"]
    assert other.document.project.blocks["Residual block"] == mine["Residual block"]
    assert "“Residual block” is now “Residual block 2”" in said(other)


def test_another_network_of_the_same_project_takes_nodes(two) -> None:
    one, _ = two
    project = replace(one.document.project, networks={**one.document.project.networks, "second": Project().graph})
    one.document.edit("Add network", lambda _: project)
    copy(one, "residual_block_1", "conv_2")
    one.document.go(Place("second"))
    one.run_command("paste_with_inputs")
    assert len(one.document.graph.nodes) == 2 and one.document.place.network == "second"
    assert one.document.project.blocks == project.blocks


@pytest.mark.parametrize(
    "text", ["", "hello", "{", '{"nodes": [], "edges": []}', "[" * 5000, '{"lamina": "nodes", "nodes": 3, "edges": []}']
)
@pytest.mark.parametrize("own", [False, True])
def test_what_is_no_clip_changes_nothing_and_is_said(two, text: str, own: bool) -> None:
    _, other = two
    data = QMimeData()
    if own:
        data.setData(CLIP, text.encode() + b"\xff\xfe")
    else:
        data.setText(text)
    QGuiApplication.clipboard().setMimeData(data)
    before = other.document.project
    other.run_command("paste")
    assert other.document.project is before and "clipboard" in said(other).lower()


def test_a_picture_in_the_clipboard_is_no_clip(two) -> None:
    _, other = two
    QGuiApplication.clipboard().setImage(other.grab().toImage())
    other.run_command("paste")
    assert "holds no nodes" in said(other)


def test_nodes_go_from_process_to_process(two, tmp_path) -> None:
    _, other = two
    if QGuiApplication.platformName() == "offscreen":
        pytest.skip("the offscreen platform has no clipboard between processes")
    code = """
        import sys
        from dataclasses import replace
        from PySide6.QtWidgets import QApplication
        from PySide6.QtCore import QTimer
        app = QApplication([])
        from app.window import Window
        from engine.templates import new_from_template
        window = Window()
        window.helper.warm = lambda: None
        window.show()
        window.document.start(replace(new_from_template("resnet-digits"), view={"page": "build"}))
        def copy():
            window.build.canvas.choose({"residual_block_1"})
            window.run_command("copy")
            print("copied", flush=True)
        QTimer.singleShot(300, copy)
        QTimer.singleShot(60000, app.quit)
        app.exec()
    """
    folders = {f"LAMINA_{name}": str(tmp_path / name) for name in ("DATA", "STATE", "CONFIG", "CACHE")}
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        cwd=REPO,
        env={**os.environ, **folders},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None and process.stdout.readline().strip() == "copied"
        wait(lambda: QGuiApplication.clipboard().mimeData().hasFormat(CLIP), 10, "the other process's clipboard")
        other.run_command("paste")
        assert "Residual block" in other.document.project.blocks
        held = json.loads(QGuiApplication.clipboard().text())
        assert held["lamina"] == "nodes" and len(held["blocks"]) == 1
    finally:
        process.kill()
        process.communicate()
