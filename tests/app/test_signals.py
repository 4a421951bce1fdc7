"""A window that its system tells to end closes at once: unsaved edits are kept, its hold on the file is given up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.document import Document
from engine.locks import file_beside
from engine.project import load
from engine.templates import new_from_template

ROOT = Path(__file__).resolve().parents[2]
OPEN_AND_WAIT = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from PySide6.QtCore import QTimer
from app import window as windows
from engine.edits import add

class Editing(windows.Window):
    def __init__(self):
        super().__init__()
        self.helper.warm = lambda: None
        self.document.replaced.connect(lambda: QTimer.singleShot(0, self, self.go_on))

    def go_on(self):
        self.document.edit_graph("Add", lambda graph: add(graph, "ReLU", 900, 0)[0])
        if sys.argv[3] == "asking":
            QTimer.singleShot(0, self, self.close)
            QTimer.singleShot(50, self, self.ready)
        else:
            self.ready()

    def ready(self):
        from PySide6.QtWidgets import QApplication
        if sys.argv[3] == "asking" and QApplication.activeModalWidget() is None:
            QTimer.singleShot(50, self, self.ready)
            return
        print("ready", flush=True)

windows.Window = Editing
sys.exit(windows.run(Path(sys.argv[2])))
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize(("number", "state"), [(signal.SIGINT, "at rest"), (signal.SIGTERM, "asking")])
def test_a_signal_closes_the_window_and_keeps_the_edits(qapp, tmp_path, number, state) -> None:
    path = tmp_path / "wine.lamina"
    first = Document()
    first.start(new_from_template("mlp-wine"))
    first.save(path)
    saved = load(path).graph
    first.close()
    with subprocess.Popen(
        [sys.executable, "-c", OPEN_AND_WAIT, str(ROOT), str(path), state],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as window:  # fmt: skip
        try:
            assert window.stdout.readline().strip() == "ready", window.stderr.read()
            window.send_signal(number)
            _, told = window.communicate(timeout=60)
        finally:
            window.kill()
    assert window.returncode == 0 and "Traceback" not in told, told
    assert not file_beside(path).exists(), "it holds the project no more"
    assert load(path).graph == saved, "the file itself is the person's to save"
    again = Document()
    assert "not saved" in again.open(path)
    assert len(again.project.graph.nodes) == len(saved.nodes) + 1
    again.discard_journal()
    again.close()
