"""How fast the canvas is with the Sample overlay: `python tests/bench/bench_sample.py`. Prints, asserts nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[2])]

from bench_canvas import network, times


def measure(count: int) -> list[str]:
    """Pan and repaint with a strip beside each card, and without."""
    from PySide6.QtCore import QPoint
    from PySide6.QtWidgets import QApplication

    from engine.infer import infer
    from widgets.canvas.hits import nodes_in
    from widgets.canvas.sample import SampleLayer
    from widgets.canvas.view import Canvas
    from widgets.sample_values import NodeSample, Plane, Value

    app = QApplication.instance()
    graph = network(count)
    view = Canvas()
    view.resize(1200, 860)
    view.show()
    view.show_graph(graph, infer(graph, {}))
    view.camera.fit()
    app.processEvents()
    plane = Plane(40, 40, bytes(range(160)) * 10, 0.0, 1.0)
    about = {"min": 0.0, "max": 1.0, "mean": 0.5, "std": 0.1, "zeros": 0.2, "nan": 0, "infinite": 0, "count": 1600}
    value = Value("maps", "32 ch × 40 × 40", about, (plane,) * 6, tuple(range(6)), 32)
    sample = NodeSample(values={"out": value}, port="out")
    layer = SampleLayer(view)

    def pan(number: int) -> None:
        view.camera.scroll_by(QPoint(3 if number % 2 else -4, 2))
        view.viewport().repaint()

    def still(_number: int) -> None:
        view.viewport().repaint()

    lines = [f"{count} cards, platform {app.platformName()}"]
    for on in (False, True):
        layer.turn(on)
        for percent in (round(view.camera.percent), 100, 62, 45, 30):
            view.camera.zoom_to(percent)
            view.centerOn(view.mirror.bounds().center())
            app.processEvents()
            wanted = layer.wanted()
            layer.show({name: sample for name in wanted})
            view.viewport().repaint()
            shown = len(nodes_in(view.mirror, view.camera.seen()))
            what = f"{percent:3d} %, {shown:4d} cards, {len(layer.shown()):4d} strips"
            lines.append(f"  pan at {what}   {times(pan)}")
            view.camera._on_settled()
            lines.append(f"  full repaint                         {times(still)}")
        view.camera.fit()
    view.close()
    view.deleteLater()
    app.processEvents()
    return lines


@pytest.mark.bench
def test_sample_speed(qapp, capsys) -> None:
    lines = measure(1000)
    with capsys.disabled():
        print("\n" + "\n".join(lines))


if __name__ == "__main__":
    from display import private_display
    from PySide6.QtWidgets import QApplication

    from widgets import theme

    with private_display():
        application = QApplication([])
        theme.apply(application)
        print("\n".join(measure(1000)))
