"""A person's hands for journeys: the real pointer and keyboard by xdotool, places on the screen, pictures of steps.

xdotool runs beside us and never inside a wait of its own: a drag runs a nested event loop in the window, which has to
turn while the pointer moves.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QListView, QWidget

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "app"))

from window_help import open_window, spin, wait

__all__ = ["ARTEFACTS", "Hands", "needs_pointer", "open_window", "spin", "wait"]

ARTEFACTS = Path(__file__).resolve().parents[2] / "artefacts"


def needs_pointer() -> None:
    """Skip where there is no X server of our own or no xdotool."""
    if not shutil.which("xdotool"):
        pytest.skip("xdotool is not installed; it moves the real pointer")
    if QGuiApplication.platformName() != "xcb":
        pytest.skip("there is no Xvfb here, and the platform offscreen has no drag and drop")


class Hands:
    """Pointer and keyboard over one window."""

    def __init__(self, window, pictures: str = "") -> None:
        self.window = window
        self._pictures = pictures
        self._count = 0

    # ---- what a person does ----

    def _do(self, words: list[str], seconds: float = 30.0) -> None:
        child = subprocess.Popen(["xdotool", *words])
        wait(lambda: child.poll() is not None, seconds, "xdotool")
        assert child.returncode == 0, words

    def click(self, at: QPoint, button: int = 1) -> None:
        self._do(["mousemove", str(at.x()), str(at.y()), "sleep", "0.06", "click", str(button), "sleep", "0.05"])
        spin(0.05)

    def drag(self, start: QPoint, end: QPoint, drop: bool = True, pictures: bool = False) -> None:
        """Press, a few small moves, at least ten to the end, rest, let go. Without `drop`, Escape is pressed."""
        words = ["mousemove", str(start.x()), str(start.y()), "sleep", "0.05", "mousedown", "1", "sleep", "0.06"]
        across = 1 if end.x() >= start.x() else -1
        down = 1 if end.y() >= start.y() else -1
        places = [QPoint(start.x() + 2 * step * across, start.y() + 2 * step * down) for step in range(1, 8)]
        near = places[-1]
        places += [near + (end - near) * (step / 12) for step in range(1, 13)]
        for place in places:
            words += ["mousemove", str(place.x()), str(place.y()), "sleep", "0.02"]
        words += ["sleep", "0.12"]
        if not drop:
            words += ["key", "Escape", "sleep", "0.1"]
        self._do([*words, "mouseup", "1", "sleep", "0.05"])
        spin(0.1)

    def key(self, *keys: str) -> None:
        for key in keys:
            self._do(["key", key, "sleep", "0.04"])
        spin(0.05)

    def type(self, text: str) -> None:
        self._do(["type", "--delay", "30", text])
        spin(0.05)

    def fill(self, field: QWidget, text: str) -> None:
        """Click into a field, replace what is there, confirm."""
        self.click(self.middle(field))
        self.key("ctrl+a")
        self.type(text)
        self.key("Return")

    # ---- where things are ----

    def middle(self, widget: QWidget) -> QPoint:
        assert widget.isVisible(), widget.accessibleName()
        return widget.mapToGlobal(widget.rect().center())

    def widget(self, name: str, kind: type[QWidget] = QWidget, root: QWidget | None = None) -> QWidget:
        """The visible control of that name: what a screen reader would say."""
        found = [
            one for one in (root or self.window).findChildren(kind) if one.isVisible() and one.accessibleName() == name
        ]
        assert found, f"nothing is called {name!r}"
        return found[0]

    @property
    def canvas(self):
        return self.window.build.canvas

    def on_canvas(self, place: QPointF) -> QPoint:
        shown = self.canvas.mapFromScene(place)
        assert self.canvas.viewport().rect().contains(shown), f"{place} is outside the view"
        return self.canvas.viewport().mapToGlobal(shown)

    def out(self, node: str) -> QPoint:
        card = self.canvas.mirror.nodes[node]
        return self.on_canvas(card.output_point(card.card.outputs[0].port))

    def into(self, node: str, port: str = "") -> QPoint:
        card = self.canvas.mirror.nodes[node]
        return self.on_canvas(card.input_point(port or card.card.inputs[0].port, 0))

    def palette(self, label: str) -> QPoint:
        """A row of the palette; its section is opened by searching where it is folded."""
        view = self.window.build.palette_panel.findChildren(QListView)[0]
        model = view.model()
        rows = [model.index(row, 0) for row in range(model.rowCount())]
        index = next(one for one in rows if one.data() == label)
        view.scrollTo(index)
        spin(0.05)
        return view.viewport().mapToGlobal(view.visualRect(index).center())

    # ---- what a person sees ----

    def look(self, name: str) -> None:
        """Keep a picture of the window."""
        self._count += 1
        if self._pictures:
            folder = ARTEFACTS / self._pictures
            folder.mkdir(parents=True, exist_ok=True)
            self.window.grab().save(str(folder / f"{self._count:02d}-{name}.png"))

    def until(self, met: Callable[[], object], seconds: float = 30.0, what: str | Callable[[], str] = "") -> None:
        wait(met, seconds, what)
