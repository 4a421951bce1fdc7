"""What the canvas tests share: a small residual network, a canvas that shows it, a hand for the pointer."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from engine.cards import labelled
from engine.data.fields import category, image
from engine.edits import add, move
from engine.errors import UserError
from engine.graph import Graph
from engine.infer import infer
from engine.layout import layout
from engine.wiring import connect, judge
from widgets.canvas.view import Canvas

SCHEMA = {item.name: item for item in (image("image", 3, 32, 32), category("kind", ("a", "b"), role="target"))}
NO_KEYS = Qt.KeyboardModifier.NoModifier
LEFT, MIDDLE, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton


def residual() -> Graph:
    """Input, conv, norm, relu, conv, add with a shortcut, flatten, linear."""
    graph, at = Graph(), ""
    for layer in ("ImageInput", "Conv2d", "BatchNorm", "ReLU", "Conv2d", "Add", "Flatten", "Linear"):
        params = {"padding": 1} if layer == "Conv2d" else {}
        graph, name = add(graph, layer, params=params)
        if at:
            graph = connect(graph, at, name)
        at = name
    graph = connect(graph, "relu_1", "add_1")
    walk = infer(graph, SCHEMA)
    return move(graph, layout(graph, labels=labelled(graph, walk)))


def problem(node: str, title: str = "Linear needs a flat list", port: str = "x") -> SimpleNamespace:
    fixes = (
        SimpleNamespace(label="Insert Flatten", lines=("12 544 numbers out", "100 360 more parameters")),
        SimpleNamespace(label="Average each channel", lines=("64 numbers out",)),
    )
    return SimpleNamespace(node=node, level="error", title=title, detail="It gets an image.", port=port, fixes=fixes)


@dataclass
class Hand:
    """Drives a canvas with the pointer, in scene coordinates."""

    view: Canvas
    heard: dict[str, list] = field(default_factory=dict)

    def listen(self) -> Hand:
        for name in (
            "moved", "connect_wanted", "reconnect_wanted", "disconnect_wanted", "remove_wanted", "drop_wanted",
            "quick_add_wanted", "selection_changed", "enter_wanted", "rename_wanted", "fix_wanted", "context_wanted",
            "files_dropped", "refused",
        ):  # fmt: skip
            self.heard[name] = []
            getattr(self.view, name).connect(lambda *args, name=name: self.heard[name].append(args))
        return self

    def at(self, place: QPointF) -> QPoint:
        return self.view.mapFromScene(place)

    def center(self, node: str) -> QPointF:
        return self.view.mirror.nodes[node].area().center()

    def output(self, node: str, port: str = "out") -> QPointF:
        return self.view.mirror.nodes[node].output_point(port)

    def input(self, node: str, port: str, index: int = 0) -> QPointF:
        return self.view.mirror.nodes[node].input_point(port, index)

    def press(self, place: QPointF, button=LEFT, keys=NO_KEYS) -> None:
        QTest.mousePress(self.view.viewport(), button, keys, self.at(place))

    def drag(
        self, start: QPointF, end: QPointF, button=LEFT, keys=Qt.KeyboardModifier.NoModifier, release=True
    ) -> None:
        """Press, move in small steps, let go. Steps are events of their own: QTest's move knows no buttons."""
        from PySide6.QtCore import QEvent
        from PySide6.QtGui import QMouseEvent
        from PySide6.QtWidgets import QApplication

        ends = QPointF(self.at(start)), QPointF(self.at(end))
        self.press(start, button, keys)
        for number in range(1, 13):
            place = QPointF((ends[0] + (ends[1] - ends[0]) * number / 12).toPoint())
            shown = QPointF(self.view.viewport().mapToGlobal(place.toPoint()))
            step = QMouseEvent(QEvent.Type.MouseMove, place, shown, Qt.MouseButton.NoButton, button, keys)
            QApplication.sendEvent(self.view.viewport(), step)
        if release:
            QTest.mouseRelease(self.view.viewport(), button, keys, ends[1].toPoint())

    def click(self, place: QPointF, button=LEFT, keys=NO_KEYS) -> None:
        QTest.mouseClick(self.view.viewport(), button, keys, self.at(place))

    def key(self, key: Qt.Key, keys=NO_KEYS) -> None:
        QTest.keyClick(self.view, key, keys)


def open_canvas(qtbot, graph: Graph | None = None, problems=()) -> Hand:
    """A canvas in a window of its own that shows a graph, and a hand for it."""
    view = Canvas()
    qtbot.addWidget(view)
    view.resize(900, 800)
    graph = residual() if graph is None else graph
    shown = [graph]

    def judged(source: str, output: str, target: str, input: str) -> str:
        try:
            judge(shown[0], source, output, target, input)
        except UserError as error:
            return str(error)
        return ""

    view.set_judge(judged)
    view.show()
    qtbot.waitExposed(view)
    view.show_graph(graph, infer(graph, SCHEMA), {}, problems)
    view.camera.zoom_to(100)
    view.centerOn(view.mirror.bounds().center())
    view.setFocus()
    return Hand(view).listen()
