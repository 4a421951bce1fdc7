"""A layer from the palette to the canvas at four levels, from made-up events to the real pointer.

A fault that one level passes over is caught by the next: L1 tests the canvas alone, L2 the palette alone, L3 both with
Qt's own drag between them, L4 what a person does.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QDrag, QDragEnterEvent, QDragMoveEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QListView

sys.path.insert(0, str(Path(__file__).parent))

from pointer_help import Hands, needs_pointer, open_window, spin, wait

from engine.project import Project
from widgets.canvas.dropping import LAYER_MIME
from widgets.palette import mime_of

LEFT, NO_KEYS = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture(scope="module")
def window(qapp_cls):
    """One window for all levels: making it costs more than a drag."""
    QApplication.instance() or qapp_cls([])
    with open_window() as made:
        yield made


@pytest.fixture
def hands(window):
    window.document.start(Project(view={"page": "build"}))
    spin(0.3)
    return Hands(window)


def place_of(hands: Hands) -> QPoint:
    """A free place of the canvas, in its viewport."""
    return QPoint(hands.canvas.viewport().width() // 2, 150)


def dropped_at(hands: Hands, place: QPoint) -> None:
    """One Conv 2D lies where the pointer let go, centered on it across, and it is one step of undo."""
    nodes = hands.window.document.graph.nodes
    assert list(nodes) == ["conv_1"]
    scene = hands.canvas.mapToScene(place)
    area = hands.canvas.mirror.nodes["conv_1"].area()
    assert area.contains(scene), (area, scene)
    assert hands.window.document.steps() == ["Add Conv 2D"]
    hands.window.document.stack.undo()
    assert not hands.window.document.graph.nodes


def row_of(hands: Hands, label: str) -> tuple[QListView, QPoint]:
    view = hands.window.build.palette_panel.findChildren(QListView)[0]
    model = view.model()
    index = next(one for one in (model.index(row, 0) for row in range(model.rowCount())) if one.data() == label)
    view.scrollTo(index)
    return view, view.visualRect(index).center()


def test_level_1_made_up_events(hands) -> None:
    port, place = hands.canvas.viewport(), place_of(hands)
    mime = mime_of("Conv2d")  # Qt does not own it: it must live as long as the events
    copy = Qt.DropAction.CopyAction
    enter = QDragEnterEvent(place - QPoint(50, 0), copy, mime, LEFT, NO_KEYS)
    QApplication.sendEvent(port, enter)
    assert enter.isAccepted()
    move = QDragMoveEvent(place, copy, mime, LEFT, NO_KEYS)
    QApplication.sendEvent(port, move)
    assert move.isAccepted()
    QApplication.sendEvent(port, QDropEvent(QPointF(place), copy, mime, LEFT, NO_KEYS))
    dropped_at(hands, place)


def test_level_1_refuses_what_is_no_layer(hands) -> None:
    from PySide6.QtCore import QMimeData

    mime = QMimeData()
    mime.setText("Conv2d")
    enter = QDragEnterEvent(place_of(hands), Qt.DropAction.CopyAction, mime, LEFT, NO_KEYS)
    QApplication.sendEvent(hands.canvas.viewport(), enter)
    assert not enter.isAccepted()
    assert not hands.window.document.graph.nodes


def test_level_2_the_palette_starts_a_drag(hands, monkeypatch) -> None:
    """Press and move start one drag with the layer's name and a picture under the pointer; a click starts none."""
    begun: list[tuple[bytes, bool]] = []

    def execute(drag, *_args, **_kwargs):
        begun.append((bytes(drag.mimeData().data(LAYER_MIME).data()), drag.pixmap().isNull()))
        return Qt.DropAction.IgnoreAction

    monkeypatch.setattr(QDrag, "exec", execute)
    view, start = row_of(hands, "Conv 2D")
    QTest.mouseClick(view.viewport(), LEFT, NO_KEYS, start)
    assert begun == []
    QTest.mousePress(view.viewport(), LEFT, NO_KEYS, start)
    for step in range(1, 12):
        move_with_button(view.viewport(), start + QPoint(4 * step, 2 * step))
    QTest.mouseRelease(view.viewport(), LEFT, NO_KEYS, start + QPoint(44, 22))
    assert begun == [(b"Conv2d", False)]
    assert not hands.window.document.graph.nodes, "a drag that was not dropped adds nothing"


def move_with_button(widget, place: QPoint) -> None:
    """QTest's own move knows no buttons."""
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QMouseEvent

    at = QPointF(widget.mapToGlobal(place))
    QApplication.sendEvent(
        widget, QMouseEvent(QEvent.Type.MouseMove, QPointF(place), at, Qt.MouseButton.NoButton, LEFT, NO_KEYS)
    )


def test_level_3_qts_own_drag(hands) -> None:
    """The nested loop of a real QDrag, fed with events of the window beneath."""
    if QGuiApplication.platformName() == "offscreen":
        pytest.skip("the platform offscreen has no drag and drop")
    view, start = row_of(hands, "Conv 2D")
    handle = hands.window.windowHandle()
    begin = view.viewport().mapTo(hands.window, start)
    place = place_of(hands)
    end = hands.canvas.viewport().mapTo(hands.window, place)
    steps = [begin + QPoint(2 * step, step) for step in range(1, 8)]
    steps += [begin + (end - begin) * (step / 12) for step in range(1, 13)] + [end]
    left = iter(steps)

    def feed() -> None:
        """One move. The next one is set up before, because the move that starts the drag does not come back."""
        step = next(left, None)
        if step is None:
            QTest.mouseRelease(handle, LEFT, NO_KEYS, end)
            return
        QTimer.singleShot(15, feed)
        QTest.mouseMove(handle, step)

    QTest.mousePress(handle, LEFT, NO_KEYS, begin)
    QTimer.singleShot(15, feed)
    wait(lambda: "conv_1" in hands.window.document.graph.nodes, 10, "the drop")
    dropped_at(hands, place)


@pytest.mark.pointer
def test_level_4_the_real_pointer(hands) -> None:
    needs_pointer()
    assert QGuiApplication.platformName() != "offscreen"
    place = place_of(hands)
    hands.drag(hands.palette("Conv 2D"), hands.canvas.viewport().mapToGlobal(place))
    wait(lambda: "conv_1" in hands.window.document.graph.nodes, 10, "the drop")
    dropped_at(hands, place)


@pytest.mark.pointer
def test_level_4_escape_drops_nothing(hands) -> None:
    needs_pointer()
    place = place_of(hands)
    hands.drag(hands.palette("Conv 2D"), hands.canvas.viewport().mapToGlobal(place), drop=False)
    spin(0.3)
    assert not hands.window.document.graph.nodes
    hands.drag(hands.palette("Conv 2D"), hands.canvas.viewport().mapToGlobal(place))
    wait(lambda: "conv_1" in hands.window.document.graph.nodes, 10, "the drop after a cancelled one")


@pytest.mark.pointer
def test_level_4_into_a_wire_and_beside_the_canvas(hands) -> None:
    """Dropped on a wire a layer is put between; dropped outside the canvas nothing happens."""
    needs_pointer()
    from engine.templates import new_from_template

    hands.window.document.start(new_from_template("mlp-wine"))
    hands.window.show_page("build")
    spin(0.4)
    before = dict(hands.window.document.graph.nodes)
    hands.drag(hands.palette("Conv 2D"), hands.middle(hands.window.build.inspector))
    spin(0.2)
    assert hands.window.document.graph.nodes == before
    edge = next(
        edge
        for edge in hands.window.document.graph.edges
        if (item := hands.canvas.mirror.wires.get(edge)) is not None
        and item.isVisible()
        and abs(
            hands.canvas.mirror.nodes[edge.target].input_point(edge.input, edge.index).y()
            - hands.canvas.mirror.nodes[edge.source].output_point(edge.output).y()
        )
        > 20
    )
    top = hands.canvas.mirror.nodes[edge.source].output_point(edge.output)
    bottom = hands.canvas.mirror.nodes[edge.target].input_point(edge.input, edge.index)
    hands.drag(hands.palette("ReLU"), hands.on_canvas((top + bottom) / 2))
    wait(lambda: len(hands.window.document.graph.nodes) == len(before) + 1, 10, "the drop")
    new = (set(hands.window.document.graph.nodes) - set(before)).pop()
    pairs = {(one.source, one.target) for one in hands.window.document.graph.edges}
    assert (edge.source, new) in pairs and (new, edge.target) in pairs
    assert (edge.source, edge.target) not in pairs
