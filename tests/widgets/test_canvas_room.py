"""Nothing on the canvas lies over what one reads: callouts, bars at the edge, the wire through a muted card."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QPointF, QRect
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

sys.path.insert(0, str(Path(__file__).parent))

from canvas_help import SCHEMA, problem, residual

from engine.edits import add, move
from engine.graph import Graph
from engine.infer import infer
from widgets import theme
from widgets.canvas.hits import hit_at
from widgets.canvas.items import NodeItem
from widgets.canvas.overlay_bar import OverlayBar
from widgets.canvas.sample_bar import SampleBar
from widgets.canvas.view import Canvas
from widgets.place_bar import PlaceBar
from widgets.sample_values import ItemSample


@pytest.fixture(autouse=True)
def _look(qapp):
    """Every test ends in the look that others begin with."""
    yield
    theme.apply(qapp, "dark")


def opened(qtbot, qapp, width: int, height: int = 620, problems=(), graph: Graph | None = None) -> Canvas:
    theme.apply(qapp, "dark")
    view = Canvas()
    qtbot.addWidget(view)
    view.resize(width, height)
    graph = residual() if graph is None else graph
    view.show_graph(graph, infer(graph, SCHEMA), problems=list(problems))
    view.show()
    qtbot.waitExposed(view)
    QApplication.processEvents()
    return view


def in_view(view: Canvas) -> QRect:
    """Where the callout is on the viewport."""
    callout = view.mirror.callout
    return view.mapFromScene(callout.mapRectToScene(callout.area())).boundingRect()


@pytest.mark.parametrize("width", [500, 744, 900, 1300])
def test_a_callout_is_whole_at_every_width(qapp, qtbot, width) -> None:
    """Beside its card, narrower where there is less room than it would like; else below or above, never cut."""
    view = opened(qtbot, qapp, width, problems=[problem("add_1")])
    view.camera.zoom_to(100)
    view.centerOn(view.mirror.nodes["add_1"].area().center())
    view.mirror.place_callout()
    callout = view.mirror.callout
    assert view.viewport().rect().adjusted(-1, -1, 1, 1).contains(in_view(view))
    beside = width / 2 - 112 > callout.width + 26 + 4
    assert (callout.side in ("right", "left")) is beside is (width >= 744)
    assert callout.narrow is (width == 744) and callout.button(1).right() < callout.width
    cards = [one for one in view.mirror.items(callout.mapRectToScene(callout.area())) if isinstance(one, NodeItem)]
    assert not (beside and cards), "beside its card it covers no other"
    card = view.mirror.nodes["add_1"].area()
    assert not callout.mapRectToScene(callout.area()).intersects(card), "the card itself stays in sight"
    if not beside:
        met = callout.mapToScene(QPointF(callout.leader_x, 0)).x()
        assert card.left() < met < card.right(), "the leader meets the card"


@pytest.mark.parametrize("share", [0.04, 0.96])
def test_a_callout_beside_a_card_at_the_rim_stays_in_view(qapp, qtbot, share) -> None:
    """It goes up or down as far as the leader still meets it, before it would cover the cards above or below."""
    view = opened(qtbot, qapp, 1100, problems=[problem("add_1")])
    view.camera.zoom_to(100)
    middle = view.mirror.nodes["add_1"].area().center()
    view.centerOn(middle.x(), middle.y() + (0.5 - share) * view.viewport().height())
    view.mirror.place_callout()
    callout = view.mirror.callout
    assert callout.side in ("right", "left")
    assert view.viewport().rect().adjusted(-1, -1, 1, 1).contains(in_view(view))
    assert 0 < callout.leader_at < callout.height
    assert callout.mapToScene(QPointF(0, callout.leader_at)).y() == pytest.approx(middle.y())


def test_the_words_of_a_repair_are_whole(qapp, qtbot) -> None:
    long = "Insert Global average pool 2D"
    wrong = problem("linear_1")
    wrong.fixes = (*wrong.fixes, SimpleNamespace(label=long, lines=("64 numbers out", "650 more parameters")))
    view = opened(qtbot, qapp, 1300, problems=[wrong])
    view.mirror.place_callout()
    callout = view.mirror.callout
    from widgets.canvas.ink import ink

    assert callout.button(2).width() >= ink().width("row", long) + 16
    assert callout.width - callout.button(2).right() >= ink().width("caption", "100 360 more parameters") + 8


def test_what_is_fitted_stays_clear_of_the_bars(qapp, qtbot) -> None:
    view = opened(qtbot, qapp, 744, 560)
    bar = OverlayBar(view)
    bar.settle()
    view.camera.fit()
    first = min(view.mapFromScene(item.area()).boundingRect().top() for item in view.mirror.nodes.values())
    assert first > bar.geometry().bottom()


def wide() -> Graph:
    """Cards side by side, over the whole width."""
    graph = Graph()
    for _ in range(4):
        graph, _name = add(graph, "ReLU")
    return move(graph, {name: (260.0 * place, 0.0) for place, name in enumerate(graph.nodes)})


def test_the_sample_bar_gives_way_to_cards(qapp, qtbot) -> None:
    view = opened(qtbot, qapp, 1100, 640, graph=wide())
    place = PlaceBar(view)
    bar = SampleBar(view, place)
    view.camera.zoom_to(100)
    view.camera.look_at(QPointF(500, 250))
    corner = bar._corners()[0]

    def covered() -> int:
        under = view.items(QRect(view.viewport().mapFrom(view, bar.pos()), bar.size()))
        return sum(isinstance(one, NodeItem) for one in under)

    bar.show()
    bar.show_item(ItemSample(0, 0, 10, "row 1", "cat"), [("info", "Up to Linear")])
    bar.settle()
    # the row of cards goes through the upper left corner: the bar stands elsewhere
    view.camera.look_at(QPointF(500, 640 / 2 - corner.y() - bar.height() / 2 + 20))
    qtbot.waitUntil(lambda: not covered(), timeout=15000)
    assert view.rect().contains(bar.geometry())


@pytest.mark.parametrize("percent", [100, 84, 62])
def test_the_middle_of_every_card_is_the_card(qapp, qtbot, percent) -> None:
    """A port at the edge of a low row does not take its middle, however small the network is shown."""
    view = opened(qtbot, qapp, 900, 800)
    view.camera.zoom_to(percent)
    assert any(item.card.row for item in view.mirror.nodes.values())
    for name, item in view.mirror.nodes.items():
        found = hit_at(view.mirror, item.area().center(), 12 / view.camera.zoom)
        assert (found.kind, found.node) == ("node", name), percent
        for slot in item.card.outputs if not item.card.continues else ():
            edge = item.output_point(slot.port)
            assert hit_at(view.mirror, edge, 12 / view.camera.zoom).kind == "port"


@pytest.mark.parametrize("name", ["dark", "light"])
def test_nothing_runs_through_the_words_of_a_muted_card(qapp, qtbot, name) -> None:
    from widgets.canvas.cards import Marks, outline, paint_card
    from widgets.canvas.content import describe

    theme.apply(qapp, name)
    graph = residual()
    node = graph.nodes["conv2d_1"] if "conv2d_1" in graph.nodes else graph.nodes["conv_1"]
    card = replace(describe(graph, node, infer(graph, SCHEMA), {}), muted=True)

    def painted(one) -> QImage:
        image = QImage(240, 60, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(QColor("black"))
        painter = QPainter(image)
        paint_card(painter, one, outline(one), Marks())
        painter.end()
        return image

    plain = painted(replace(card, outputs=()))  # nothing passes where nothing goes on
    middle = QRect(60, 10, 130, 28)
    assert painted(card).copy(middle) == plain.copy(middle)
