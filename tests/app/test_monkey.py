"""A monkey at the canvas of the real window: weighted random pointer and keys, no error, no Qt warning, no growth.

Each run says its seed; LAMINA_MONKEY_SEED repeats it.
"""

from __future__ import annotations

import gc
import os
import random
import sys
import time
import traceback
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, qInstallMessageHandler
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QInputDialog, QMenu, QMessageBox

sys.path.insert(0, str(Path(__file__).parent))

from window_help import close_extra_windows, open_window

from app.commands import COMMANDS
from engine.project import dumps
from engine.templates import new_from_template

Button, Key, Mod = Qt.MouseButton, Qt.Key, Qt.KeyboardModifier
LEAVE = {
    "close_window", "new_project", "open_project", "show_gallery", "show_about", "show_settings", "train", "test_run",
    "toggle_theme", "save", "save_as", "stop_now", "stop_epoch", "pause", "load_blocks", "save_block", "save_code",
    "page_train", "page_test", "page_export", "page_data", "show_shortcuts",
}  # fmt: skip
KEYS = (
    Key.Key_Up, Key.Key_Down, Key.Key_Left, Key.Key_Right, Key.Key_Delete, Key.Key_Escape, Key.Key_Return, Key.Key_W,
    Key.Key_X, Key.Key_M, Key.Key_F, Key.Key_J, Key.Key_L, Key.Key_Q, Key.Key_H, Key.Key_N, Key.Key_Home,
    Key.Key_Period, Key.Key_Tab, Key.Key_F2, Key.Key_A, Key.Key_Space, Key.Key_F8,
)  # fmt: skip
MODS = (Mod.NoModifier,) * 6 + (Mod.ShiftModifier, Mod.ControlModifier, Mod.AltModifier)
LAYERS = ("Conv2d", "ReLU", "Add", "Linear", "Flatten", "Dropout", "BatchNorm", "LSTM", "CrossEntropy", "ImageInput")


class Monkey:
    """Acts on a Build page; `undone` takes all steps back now and then, so that the network stays of a size."""

    def __init__(self, window, seed: int) -> None:
        self.window, self.page, self.canvas = window, window.build, window.build.canvas
        self.chance = random.Random(seed)
        self.acts = 0

    def place(self) -> QPoint:
        """Somewhere, mostly where something is."""
        room, chance, scene = self.canvas.viewport().rect(), self.chance, self.canvas.mirror
        if chance.random() < 0.75 and scene.nodes:
            item = scene.nodes[chance.choice(sorted(scene.nodes))]
            spots = [item.area().center(), *(point for _, _, point in item.port_points())]
            if scene.frames and chance.random() < 0.2:
                spots = [scene.frames[chance.choice(sorted(scene.frames))].area().bottomRight() - QPointF(4, 4)]
            found = self.canvas.mapFromScene(chance.choice(spots))
            if room.contains(found):
                return found
        return QPoint(chance.randrange(room.width()), chance.randrange(room.height()))

    def act(self) -> None:
        self.acts += 1
        acts = (self.drag, self.drag, self.drag, self.click, self.key, self.key, self.command, self.wheel, self.add)
        self.chance.choice(acts)()
        self.tidy_up()

    def tidy_up(self) -> None:
        """Close what opened, as a person would, and keep the network of a size."""
        for widget in QApplication.topLevelWidgets():
            if isinstance(widget, QDialog | QMenu) and widget.isVisible():
                widget.close()
        popup = QApplication.activePopupWidget()
        if popup is not None:
            popup.close()
        if self.acts % 40 == 0 or len(self.page.graph.nodes) > 60:
            self.page.document.stack.setIndex(0)
        if self.window.page != "build":
            self.window.show_page("build")
        QApplication.processEvents()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # an event loop of its own would do this

    def _mouse(self, kind, place: QPoint, button, held, mods) -> None:
        shown = QPointF(self.canvas.viewport().mapToGlobal(place))
        QApplication.sendEvent(self.canvas.viewport(), QMouseEvent(kind, QPointF(place), shown, button, held, mods))

    def drag(self) -> None:
        chance = self.chance
        button = chance.choice((Button.LeftButton,) * 6 + (Button.MiddleButton, Button.RightButton))
        mods, start, end = chance.choice(MODS), self.place(), self.place()
        self._mouse(QEvent.Type.MouseButtonPress, start, button, button, mods)
        for share in (0.1, 0.5, 0.9, 1.0):
            self._mouse(QEvent.Type.MouseMove, start + (end - start) * share, Button.NoButton, button, mods)
        if chance.random() < 0.15:
            QTest.keyClick(self.canvas, Key.Key_Escape)
        if chance.random() < 0.05:
            self.page.document.stack.undo()  # a step under the hand
        self._mouse(QEvent.Type.MouseButtonRelease, end, button, Button.NoButton, mods)

    def click(self) -> None:
        place, mods = self.place(), self.chance.choice(MODS)
        button = self.chance.choice((Button.LeftButton, Button.LeftButton, Button.RightButton))
        if self.chance.random() < 0.25:
            QTest.mouseDClick(self.canvas.viewport(), Button.LeftButton, mods, place)
        else:
            QTest.mouseClick(self.canvas.viewport(), button, mods, place)

    def key(self) -> None:
        QTest.keyClick(self.canvas, self.chance.choice(KEYS), self.chance.choice(MODS))

    def command(self) -> None:
        names = [name for name, one in COMMANDS.items() if name not in LEAVE and one.menu not in ("Run", "File")]
        self.window.run_command(self.chance.choice(names))

    def wheel(self) -> None:
        place = self.place()
        shown = QPointF(self.canvas.viewport().mapToGlobal(place))
        turn = QPoint(0, self.chance.choice((-120, 120, 240)))
        event = QWheelEvent(
            QPointF(place), shown, QPoint(), turn, Button.NoButton, self.chance.choice(MODS),
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(self.canvas.viewport(), event)

    def add(self) -> None:
        at = self.canvas.to_scene(self.place())
        edges = sorted(self.page.graph.edges)
        edge = self.chance.choice(edges) if edges and self.chance.random() < 0.4 else None
        self.page.adding.drop(self.chance.choice(LAYERS), at.x(), at.y(), edge, None)


def resident() -> float:
    """The memory of this process in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def rampage(seconds: float, monkeypatch, most_growth: float, usual_seed: int) -> Monkey:
    seed = int(os.environ.get("LAMINA_MONKEY_SEED", usual_seed))
    print(f"LAMINA_MONKEY_SEED={seed}")
    for name, answer in (("getText", ("Block", True)), ("getMultiLineText", ("A note", True))):
        monkeypatch.setattr(QInputDialog, name, lambda *_, answer=answer, **__: answer)
    for name in ("getOpenFileName", "getSaveFileName"):
        monkeypatch.setattr(QFileDialog, name, lambda *_, **__: ("", ""))
    monkeypatch.setattr(QMessageBox, "exec", lambda *_: 0)
    monkeypatch.setattr(QMenu, "popup", lambda menu, *_: menu.deleteLater())
    wrong: list[str] = []
    before = qInstallMessageHandler(lambda _kind, _context, words: wrong.append(words))
    try:
        with open_window() as window:
            # the window has put its own hook in: what it catches would be told to nobody here
            monkeypatch.setattr(
                sys, "excepthook", lambda *what: wrong.append("".join(traceback.format_exception(*what)))
            )
            window.document.start(replace(new_from_template("resnet-digits"), view={"page": "build"}))
            begin = dumps(replace(window.document.project, view={}))
            monkey = Monkey(window, seed)
            until, weights = time.monotonic() + seconds, []
            while time.monotonic() < until and not wrong:
                monkey.act()
                if monkey.acts % 100 == 0:
                    gc.collect()
                    weights.append(resident())
            monkey.canvas.hand.cancel()
            assert not wrong, f"seed {seed}, after {monkey.acts} acts: {wrong[:3]}"
            window.document.stack.setIndex(0)
            QApplication.processEvents()
            monkey.canvas.glide.finish()
            assert dumps(replace(window.document.project, view={})) == begin
            assert monkey.canvas.mirror.nodes.keys() == window.document.graph.nodes.keys()
            close_extra_windows()
    finally:
        qInstallMessageHandler(before)
    print(
        f"{monkey.acts} acts, {weights[0] if weights else resident():.0f} MB at first, {resident():.0f} MB at the end"
    )
    if len(weights) > 3:
        grown = weights[-1] - weights[len(weights) // 3]
        assert grown < most_growth, f"seed {seed}: grew by {grown:.0f} MB: {[round(one) for one in weights]}"
    return monkey


def test_a_monkey_breaks_nothing(qapp, monkeypatch) -> None:
    assert rampage(60, monkeypatch, 60, usual_seed=1).acts > 150


@pytest.mark.long
@pytest.mark.timeout(900)
def test_a_monkey_breaks_nothing_for_long(qapp, monkeypatch) -> None:
    assert rampage(600, monkeypatch, 120, usual_seed=time.time_ns() % 1_000_000).acts > 2000
