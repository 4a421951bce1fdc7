"""Measures the window: start to first paint, an edit to shapes and problems, the event loop while training runs.

Run: python tests/bench/bench_window.py. Aims: 0.5 s to the first paint, 5 ms for an edit of 50 nodes and 20 ms for one
of 500, no gap of the event loop above 100 ms. It prints figures and asserts none.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "bench")]

from display import private_display

FIRST_PAINT = """
import sys, time
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication
app = QApplication(["lamina"])
class Watch(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint and watched.isWindow():
            app.removeEventFilter(self)
            QTimer.singleShot(0, lambda: (print(time.time(), flush=True), app.quit()))
        return False
watch = Watch()
app.installEventFilter(watch)
from app.window import run
sys.exit(run(None))
"""


def first_paint(rounds: int = 7) -> list[float]:
    """Seconds from starting the process to its first painted frame; the first round warms the caches."""
    found = []
    for _ in range(rounds + 1):
        start = time.time()
        done = subprocess.run([sys.executable, "-c", FIRST_PAINT], cwd=ROOT, capture_output=True, text=True, timeout=60)
        found.append(float(done.stdout.split()[0]) - start)
    return found[1:]


def edits(count: int, rounds: int = 15) -> tuple[float, float]:
    """Milliseconds from a changed setting to shapes and problems, and to the picture, in a network of that size."""
    from dataclasses import replace

    from PySide6.QtWidgets import QApplication

    from app.window import Window
    from engine.edits import add, set_param
    from engine.templates import new_from_template
    from engine.wiring import connect

    window = Window()
    window.resize(1440, 900)
    window.show()
    project = new_from_template("mlp-wine")
    graph = project.graph
    last = next(edge.source for edge in graph.edges if graph.nodes[edge.target].layer == "CrossEntropy")
    first = next(name for name in graph.order if graph.nodes[name].layer == "Linear")
    y = 0.0
    for place in range(count - len(graph.nodes)):
        y += 110
        graph, name = add(graph, "Linear" if place % 2 else "ReLU", 400, y)
        graph = connect(graph, last, name)
        last = name
    window.document.start(replace(project.with_graph(graph), view={"page": "build"}))
    window.show_page("build")
    QApplication.processEvents()
    taken, shown = [], []
    for turn in range(rounds):
        start = time.perf_counter()
        after = set_param(window.document.project.graph, first, "features", 16 + turn)
        window.document.project.with_graph(after)
        window.document.edit_graph("Bench", lambda _, after=after: after)
        taken.append((time.perf_counter() - start) * 1000)
        QApplication.processEvents()
        shown.append((time.perf_counter() - start) * 1000)
    analysed = []
    for _ in range(rounds):
        start = time.perf_counter()
        window.document._analyse()
        analysed.append((time.perf_counter() - start) * 1000)
    window.close()
    window.deleteLater()
    QApplication.processEvents()
    return statistics.median(analysed), statistics.median(shown)


def gaps_while_training(seconds: float = 6.0) -> tuple[list[float], list[float]]:
    """The longest gaps of the event loop in milliseconds while a run starts, and while it runs and pages change."""
    from dataclasses import replace

    from PySide6.QtCore import QEventLoop, Qt, QTimer

    from app.window import Window
    from engine.templates import new_from_template

    def spin(wait: float) -> None:
        loop = QEventLoop()
        QTimer.singleShot(int(wait * 1000), loop.quit)
        loop.exec()

    window = Window()
    window.resize(1440, 900)
    window.show()
    spin(2)
    project = new_from_template("cnn-digits")
    window.document.start(replace(project, recipe={**project.recipe, "epochs": 1000}, view={"page": "build"}))
    spin(1)
    found: list[float] = []
    last = [time.perf_counter()]

    def tick() -> None:
        now = time.perf_counter()
        found.append((now - last[0]) * 1000)
        last[0] = now

    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(tick)
    timer.start(2)
    window.run_command("train")
    spin(3)
    starting = sorted(found, reverse=True)[:3]
    found.clear()
    for key in ("train", "build", "data", "train", "test", "export", "train"):
        window.show_page(key)
        spin(seconds / 7)
    timer.stop()
    window.train.request("stop")
    spin(2)
    window.close()
    return starting, sorted(found, reverse=True)[:3]


def main() -> None:
    """Print every figure."""
    with private_display():
        times = first_paint()
        spread = f"{min(times):.2f} to {max(times):.2f}"
        print(f"process start to first paint: median {statistics.median(times):.2f} s, {spread}")
        from PySide6.QtWidgets import QApplication

        from app import memory
        from app.window import apply_settings

        app = QApplication.instance() or QApplication([])
        apply_settings(memory.load_settings())
        for count in (50, 500):
            analysed, shown = edits(count)
            print(f"edit in {count} nodes: shapes and problems {analysed:.1f} ms, on screen {shown:.1f} ms")
        starting, running = gaps_while_training()
        print("longest gaps while a run starts:", ", ".join(f"{one:.0f} ms" for one in starting))
        print("longest gaps while it runs and pages change:", ", ".join(f"{one:.0f} ms" for one in running))
        del app


@pytest.mark.bench
def test_window_figures(capsys) -> None:
    """Part of `make bench`; in a process of its own, because the display is its own too."""
    done = subprocess.run([sys.executable, __file__], capture_output=True, text=True, timeout=300)
    with capsys.disabled():
        print("\n" + done.stdout + done.stderr[-2000:])
    assert done.returncode == 0


if __name__ == "__main__":
    main()
