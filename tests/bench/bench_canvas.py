"""How fast the canvas is: `python tests/bench/bench_canvas.py`, or `make bench`. Prints, asserts nothing."""

from __future__ import annotations

import gc
import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).resolve().parents[2]), str(Path(__file__).resolve().parent)]

from engine.data.fields import Field
from engine.edits import move
from engine.graph import Edge, Graph, Node
from engine.layer import layers
from engine.layout import layout
from engine.wiring import judge

SIZES = (1000, 5000)
SCHEMA: dict[str, Field] = {}  # one object, as the document has one: what is known of unchanged nodes is kept for it


def network(count: int) -> Graph:
    """Columns of cards of several sections, each card fed by the one above."""
    names = ("Conv2d", "MaxPool2d", "GELU", "Linear", "Flatten")
    inputs = {name: layers[name].ports()[0].name for name in names}
    columns = max(1, int((count / 3) ** 0.5 * 0.7))
    nodes, edges = {}, []
    for number in range(count):
        name = names[number % 5]
        place = number % columns * 400.0, number // columns * 100.0
        nodes[f"n_{number}"] = Node(f"n_{number}", name, {}, *place)
        if number >= columns:
            edges.append(Edge(f"n_{number - columns}", "out", f"n_{number}", inputs[name]))
        if number >= 4 * columns and number % 5 == 0:
            edges.append(Edge(f"n_{number - 4 * columns}", "out", f"n_{number}", inputs[name], 1))
    return Graph(nodes, tuple(edges))


def residual(count: int) -> Graph:
    """A trunk of blocks with shortcuts."""
    nodes, edges, at, start = {"n_0": Node("n_0", "ImageInput")}, [], "n_0", "n_0"
    for number in range(1, count):
        name = f"n_{number}"
        layer = ("Conv2d", "BatchNorm", "ReLU", "Conv2d", "Add")[(number - 1) % 5]
        nodes[name] = Node(name, layer)
        port = layers[layer].ports()[0].name
        edges.append(Edge(at, "out", name, port))
        if layer == "Add":
            edges.append(Edge(start, "out", name, port, 1))
            start = name
        at = name
    return Graph(nodes, tuple(edges))


def times(action: Callable[[int], None], rounds: int = 25) -> str:
    """The median, the 95th percentile and the best of an action: on a busy machine only the best says much."""
    taken = []
    for number in range(rounds):
        start = time.perf_counter()
        action(number)
        taken.append((time.perf_counter() - start) * 1000)
    taken.sort()
    return f"{statistics.median(taken):7.2f} ms   p95 {taken[int(len(taken) * 0.95) - 1]:7.2f}   best {taken[0]:7.2f}"


def measure(count: int) -> list[str]:
    """One table for a number of cards."""
    from PySide6.QtCore import QPoint, QPointF, QRectF
    from PySide6.QtWidgets import QApplication

    from engine.infer import infer
    from widgets.canvas.gestures import Modifiers, Rubber
    from widgets.canvas.hits import nodes_in
    from widgets.canvas.moving import MoveNodes
    from widgets.canvas.view import Canvas

    app = QApplication.instance()
    graph = network(count)
    walk = infer(graph, SCHEMA)
    lines = [f"{count} cards, {len(graph.edges)} wires, platform {app.platformName()}"]
    view = Canvas()
    view.resize(1200, 860)
    view.show()
    app.processEvents()
    start = time.perf_counter()
    view.show_graph(graph, walk)
    built = time.perf_counter()
    view.camera.fit()
    view.viewport().repaint()
    lines.append(
        f"  build {1000 * (built - start):.0f} ms, fit and first paint {1000 * (time.perf_counter() - built):.0f} ms"
    )

    def pan(number: int) -> None:
        view.camera.scroll_by(QPoint(3 if number % 2 else -4, 2))
        view.viewport().repaint()

    def still(number: int) -> None:
        view.viewport().repaint()

    def settle() -> None:
        view.camera._on_settled()
        app.processEvents()

    lines.append(f"  pan, all visible ({view.camera.percent:.0f} %)       {times(pan)}")
    settle()
    lines.append(f"  full repaint, all visible          {times(still)}")
    for percent in (100, 62, 45, 26, 20):
        view.camera.zoom_to(percent)
        view.centerOn(view.mirror.bounds().center())
        shown = len(nodes_in(view.mirror, view.camera.seen()))
        lines.append(f"  pan at {percent:3d} %, {shown:4d} cards shown    {times(pan)}")
        settle()
        lines.append(f"  full repaint                       {times(still)}")
    for percent in (80, 22):
        view.camera.zoom_to(percent)

        def zoom(number: int) -> None:
            view.camera.zoom_at(QPoint(600, 400), 1.1 if number % 2 else 1 / 1.1)
            view.viewport().repaint()

        lines.append(f"  zoom step around {percent:3d} %             {times(zoom)}")
    names = list(graph.nodes)
    for percent, chosen in ((30, 1), (30, 100), (100, 1), (100, 100), (30, count)):
        view.camera.zoom_to(percent)
        view.camera.look_at(QPointF(500, 400))
        view.choose(set(names[:chosen]))
        gesture = MoveNodes(view, names[0])
        view.hand.begin(gesture, QPoint(100, 100))

        def drag(number: int, gesture: MoveNodes = gesture) -> None:
            gesture.move(QPoint(100 + number, 100 + 2 * number), Modifiers.NoModifier)
            app.processEvents()  # what the step touches is painted, as under a hand

        lines.append(f"  drag {chosen:4d} cards at {percent:3d} %, painted  {times(drag, 15)}")
        view.hand.cancel()
    view.choose(())
    lines.append(f"  hit test                           {times(lambda n: view.hit(QPoint(20 + 9 * n, 300)) and None)}")
    rubber = Rubber(view)
    view.hand.begin(rubber, QPoint(5, 5))
    band = times(lambda n: rubber.move(QPoint(40 * n, 30 * n), Modifiers.NoModifier))
    lines.append(f"  rubber band step                   {band}")
    view.hand.cancel()
    link = ("n_0", "out", names[-1], layers[graph.nodes[names[-1]].layer].ports()[0].name)
    lines.append(f"  judge of one link                  {times(lambda n: judge(graph, *link) and None)}")
    lines.append(f"  show the same graph again          {times(lambda n: view.show_graph(graph, walk))}")
    moved = [move(graph, {names[0]: (n * 4.0, 0.0)}) for n in range(25)]
    lines.append(f"  show it with one card moved        {times(lambda n: view.show_graph(moved[n], walk))}")
    lines.append(f"  minimap                            {times(lambda n: view.corner.map.redraw())}")

    def after_an_edit(number: int) -> None:
        view.mirror.version += 1  # boxes are gathered anew, as the overview needs them
        view.corner.map.redraw()

    lines.append(f"  minimap after an edit              {times(after_an_edit)}")
    assert view.mirror.bounds().contains(QRectF(QPointF(), QPointF(1, 1)))
    view.close()
    view.deleteLater()
    app.processEvents()
    return lines


def resident() -> int:
    """Bytes of this process in memory."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def measure_file(count: int) -> list[str]:
    """From a file to its first picture, memory per node, undo, and the check of a link in a very deep network."""
    from PySide6.QtWidgets import QApplication

    from engine.infer import infer
    from engine.project import Project, dumps, loads
    from widgets.canvas.view import Canvas

    app = QApplication.instance()
    text = dumps(Project().with_graph(network(count)))
    view = Canvas()
    view.resize(1200, 860)
    view.show()
    app.processEvents()
    begin = time.perf_counter()
    graph = loads(text).graph
    walk = infer(graph, SCHEMA)
    gc.collect()
    before = resident()
    view.show_graph(graph, walk)
    view.camera.fit()
    view.viewport().repaint()
    taken = time.perf_counter() - begin
    gc.collect()
    more = resident() - before
    lines = [f"  file of {count} nodes to first paint   {1000 * taken:.0f} ms"]
    if sys.platform == "linux":
        lines.append(f"  memory a node with its wires       {more / count / 1000:.1f} kB")
    steps = [graph]
    for number in range(12):
        steps.append(move(steps[-1], {f"n_{number * 7}": (number * 4.0, 30.0)}))
    tip = move(graph, {name: (node.x + 40, node.y) for name, node in graph.nodes.items()})

    def undo(number: int) -> None:
        """A gesture's step back and forth: shapes, cards and wires, painted."""
        state = steps[abs(12 - number % 24)]
        view.show_graph(state, infer(state, SCHEMA))
        app.processEvents()

    def undo_all(number: int) -> None:
        state = tip if number % 2 else graph
        view.show_graph(state, infer(state, SCHEMA))
        app.processEvents()

    lines.append(f"  undo of a moved card, painted      {times(undo)}")
    lines.append(f"  undo of all cards moved, painted   {times(undo_all, 9)}")
    view.close()
    view.deleteLater()
    app.processEvents()
    return lines


def measure_link() -> list[str]:
    """The check while a wire is in the hand: no circle, a port that is free, in a network as deep as ResNet-152."""
    graph = residual(152 * 3)
    names = list(graph.nodes)
    link = names[0], "out", names[-1], layers[graph.nodes[names[-1]].layer].ports()[0].name
    return [f"link check along {len(names)} nodes           {times(lambda n: judge(graph, *link) and None)}"]


def measure_naive(count: int) -> list[str]:
    """The same steps with the canvas that one would write first."""
    from naive_canvas import NaiveCanvas
    from PySide6.QtCore import QPoint
    from PySide6.QtWidgets import QApplication

    app = QApplication.instance()
    start = time.perf_counter()
    view = NaiveCanvas(network(count))
    view.resize(1200, 860)
    view.show()
    view.fit()
    app.processEvents()
    view.viewport().repaint()
    lines = [
        f"{count} cards, the canvas as one would first write it",
        f"  build and first paint {1000 * (time.perf_counter() - start):.0f} ms",
    ]

    def pan(number: int) -> None:
        view.horizontalScrollBar().setValue(view.horizontalScrollBar().value() + (3 if number % 2 else -4))
        view.viewport().repaint()

    def zoom(number: int) -> None:
        step = 1.1 if number % 2 else 1 / 1.1
        view.scale(step, step)
        view.viewport().repaint()

    cards = list(view.cards.values())

    def drag(number: int) -> None:
        for card in cards[:100]:
            card.moveBy(1, 2)
        app.processEvents()

    lines.append(f"  pan, all visible                   {times(pan, 7)}")
    lines.append(f"  zoom step                          {times(zoom, 7)}")
    lines.append(f"  drag  100 cards, painted           {times(drag, 7)}")
    found = times(lambda n: view.itemAt(QPoint(20 + 9 * n, 300)) and None)
    lines.append(f"  hit test                           {found}")
    view.close()
    view.deleteLater()
    app.processEvents()
    return lines


def measure_layout() -> list[str]:
    lines = []
    for count in (200, 1000):
        graph = residual(count)
        lines.append(
            f"  layout of a residual network of {count:4d}  {times(lambda n, graph=graph: layout(graph) and None, 7)}"
        )
    return lines


@pytest.mark.bench
@pytest.mark.parametrize("count", SIZES)
def test_canvas(count: int, qapp, capsys) -> None:
    lines = [*measure(count), *measure_file(count), *measure_naive(count)]
    with capsys.disabled():
        print("\n" + "\n".join(lines))


@pytest.mark.bench
def test_layout(capsys) -> None:
    lines = measure_layout()
    with capsys.disabled():
        print("\n" + "\n".join(lines))


if __name__ == "__main__":
    from display import private_display
    from PySide6.QtWidgets import QApplication

    from widgets import theme

    with private_display():
        application = QApplication([])
        theme.apply(application)
        print("\n".join(measure_layout()))
        print("\n".join(measure_link()))
        for size in SIZES:
            print("\n".join(measure(size)))
            print("\n".join(measure_file(size)))
            print("\n".join(measure_naive(size)))
