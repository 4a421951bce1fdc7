"""What a method of ours that Qt calls raises never ends the program, whoever raised it, a paint included."""

from __future__ import annotations

import ast
import importlib
import os
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

import app
import widgets
from widgets import guard

START = """
import sys
from pathlib import Path
from PySide6.QtCore import QEvent, QEventLoop, QPointF, QRect, Qt, QTimer
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication, QLabel, QWidget
import shiboken6, signal
from widgets import guard
guard.install()
application = QApplication([])
def spin():
    loop = QEventLoop()
    QTimer.singleShot(30, loop.quit)
    loop.exec()
"""
RAISING = """
def deleted():
    label = QLabel()
    shiboken6.delete(label)
    label.text()
def endless():
    endless()
faults = [
    lambda: [][1], lambda: {}["x"], lambda: {}[3], lambda: 1 / 0, lambda: len(3), lambda: next(iter(())),
    lambda: QPointF("a", "b"), deleted, endless, lambda: signal.raise_signal(signal.SIGINT),
]
class Trial(QWidget):
    __module__ = "widgets.trial"
    def resizeEvent(self, event):
        fault()
told, caught = [], []
sys.excepthook = lambda kind, *_: told.append(kind.__name__)
for fault in faults:
    one = Trial()
    try:
        one.show()
    except BaseException as error:
        caught.append(type(error).__name__)
print(*told, "|", *caught)
"""
EVERYWHERE = """
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene, QGraphicsView, QHBoxLayout, QPushButton
class Item(QGraphicsItem):
    __module__ = "widgets.trial"
    def boundingRect(self):
        told["asked"] += 1
        if told["asked"] % 5 == 0:
            raise ValueError
        return QRectF(0, 0, 50, 50)
    def paint(self, painter, option, widget=None):
        painter.save()
        painter.drawRect(QRectF(0, 0, 50, 50))
        raise ValueError
class View(QGraphicsView):
    __module__ = "widgets.trial"
    def paintEvent(self, event):
        super().paintEvent(event)
        [][1]
    def viewportEvent(self, event):
        super().viewportEvent(event)
        [][1]
    def drawForeground(self, painter, area):
        {}["x"]
class Press(QPushButton):
    __module__ = "widgets.trial"
    def sizeHint(self):
        [][1]
    def minimumSizeHint(self):
        [][1]
    def event(self, event):
        super().event(event)
        raise KeyError(3)
    def paintEvent(self, event):
        self.painter = QPainter(self)
        super().paintEvent(event)
        self.painter.end()
        1 / 0
class Watch(QWidget):
    __module__ = "widgets.trial"
    def eventFilter(self, watched, event):
        [][1]
    def changeEvent(self, event):
        raise ValueError
from collections import Counter
from PySide6.QtCore import QRectF
told = Counter()
sys.excepthook = lambda kind, *_: told.update([kind.__name__])
below = Watch()
row = QHBoxLayout(below)
scene = QGraphicsScene()
for place in range(12):
    one = Item()
    scene.addItem(one)
    one.setPos(20 * place, 0)
view = View(scene)
view.viewport().installEventFilter(below)
row.addWidget(view)
for place in range(4):
    made = Press(str(place))
    made.setFixedSize(60, 30)
    made.installEventFilter(below)
    row.addWidget(made)
below.show()
for wide in range(300, 900, 40):
    below.resize(wide, 300)
    spin()
    application.setStyleSheet(f"QPushButton {{ padding: {wide % 7}px; }}")
    view.viewport().repaint()
    below.grab()
application.setStyleSheet("")
print(all(told[name] for name in ("IndexError", "KeyError", "ValueError", "ZeroDivisionError")))
"""
PAINTING = """
sys.excepthook = lambda *what: kept.append(what)
kept = []
class Trial(QWidget):
    __module__ = "widgets.trial"
    fails = True
    def paintEvent(self, event):
        painter = QPainter(self)
        painter.fillRect(self.rect(), Qt.GlobalColor.red)
        if self.fails:
            [][1]
below = QWidget()
one, other = Trial(below), Trial(below)
one.resize(200, 200)
below.show()
for wide in (400, 500, 600, 700):
    below.resize(wide, 300)
    one.repaint()
    spin()
Trial.fails = False
for wide in (650, 550):
    below.resize(wide, 400)
    spin()
print(below.grab().toImage().pixelColor(10, 10).name())
"""


DRAWING = """
from widgets import icons
def broken(*_):
    return [][1]
icons.paint_tile = broken
for size in range(20, 24):
    try:
        icons._tile("Core", size, None, 1.0, "dark", 1.0)
    except IndexError as error:
        kept = error
kept = None
print("alive")
"""


def outcome(script: str) -> subprocess.CompletedProcess[str]:
    """What a program of its own does, which may crash without taking the tests with it."""
    places = os.pathsep.join([str(Path(app.__file__).parent.parent), *sys.path])
    return subprocess.run(
        [sys.executable, "-c", START + script], capture_output=True, text=True, timeout=120,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": places},
    )  # fmt: skip


def test_what_c_code_raises_is_told_and_what_ends_the_program_reaches_the_caller() -> None:
    done = outcome(RAISING)
    assert done.returncode == 0, done.stderr
    told, _, caught = done.stdout.partition("|")
    assert told.split() == [
        "IndexError", "KeyError", "KeyError", "ZeroDivisionError", "TypeError", "StopIteration", "TypeError",
        "RuntimeError", "RecursionError",
    ]  # fmt: skip
    assert caught.split() == ["KeyboardInterrupt"]


def test_methods_that_fail_all_the_time_end_nothing() -> None:
    done = outcome(EVERYWHERE)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["True"]


def test_a_paint_that_fails_has_ended_its_painting() -> None:
    done = outcome(PAINTING)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["#ff0000"]
    assert "active painter" not in done.stderr and "one painter" not in done.stderr


def test_a_picture_that_fails_has_ended_its_painting() -> None:
    done = outcome(DRAWING)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["alive"] and "paint device" not in done.stderr


def test_pictures_are_painted_within_a_with() -> None:
    """Where a paint fails, the picture goes before its painter does; then ending it reads freed memory."""
    loose = []
    for path in (Path(app.__file__).parent.parent / "widgets").rglob("*.py"):
        tree = ast.parse(path.read_text())
        held = {id(one.context_expr) for part in ast.walk(tree) if isinstance(part, ast.With) for one in part.items}
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef) and function.name not in ("paintEvent", "start"):
                loose += [
                    f"{path.name}:{call.lineno}"
                    for call in ast.walk(function)
                    if isinstance(call, ast.Call)
                    and getattr(call.func, "id", "") == "QPainter"
                    and id(call) not in held
                ]
    assert not loose


def test_every_class_of_the_program_is_guarded() -> None:
    guard.install()
    for package in (widgets, app):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if found.name != "app.__main__":
                importlib.import_module(found.name)
    ours = [cls for cls in guard._below(shiboken6.Object) if guard._is_ours(cls)]
    bare = []
    for cls in ours:
        theirs = [vars(part) for part in cls.__mro__ if part.__module__.startswith("PySide6.")]
        for part in cls.__mro__:
            if guard._is_ours(part):
                bare += [
                    f"{part.__module__}.{part.__name__}.{name}"
                    for name, method in vars(part).items()
                    if guard._is_open(name, method) and any(name in names for names in theirs)
                ]
    assert len(ours) > 200 and not bare


@pytest.mark.parametrize(("given", "kept"), [((), 1), ((1,), 2), ((1, 2), 3)])
def test_a_guarded_method_takes_as_much_as_before(given: tuple[int, ...], kept: int) -> None:
    methods = {
        1: lambda self: (self,),
        2: lambda self, event: (self, event),
        3: lambda self, painter, option: (self, painter, option),
    }
    made = guard.guarded(methods[kept])
    assert made("me", *given) == ("me", *given)
    assert made.__code__.co_argcount == kept  # Qt gives a slot as many values as it takes
    assert not made.__code__.co_flags & 0x0C


def test_what_has_defaults_and_what_is_mixed_in_is_guarded_too(qapp) -> None:
    guard.install()

    class Mixed:
        __module__ = "widgets.trial"

        def paintEvent(self, event):
            raise ValueError(event)

    class Both(Mixed, QWidget):
        __module__ = "widgets.trial"

        def render(self, target, offset=3, *, wide=False):
            return target, offset, wide

    assert getattr(Mixed.paintEvent, guard._MARK)
    one = Both()
    assert one.render("here") == ("here", 3, False) and one.render("here", 4, wide=True) == ("here", 4, True)
    one.deleteLater()


def test_other_classes_stay_as_they_are() -> None:
    guard.install()

    class Theirs(QObject):
        def event(self, event):
            return super().event(event)

    assert not hasattr(Theirs.event, guard._MARK)


def test_errors_that_are_each_others_cause_are_told(monkeypatch) -> None:
    one, two = ValueError("one"), KeyError("two")
    one.__cause__, two.__cause__ = two, one

    class Trial:
        def paintEvent(self) -> None:
            raise one

    told: list[Exception] = []
    monkeypatch.setattr(guard, "report", told.append)
    assert guard.guarded(Trial.paintEvent)(Trial()) is None
    assert told == [one]
