"""The canvas mirrors the graph: after any edit its items are the graph, no more and no less."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter

sys.path.insert(0, str(Path(__file__).parent))

from canvas_help import SCHEMA, open_canvas, problem, residual

from engine import edits, wiring
from engine import graph as g
from engine.cards import ROW
from engine.errors import UserError
from engine.infer import infer
from engine.layout import layout
from widgets import theme
from widgets.canvas import picture
from widgets.canvas.backdrop import level_at
from widgets.canvas.geometry import Box, Lanes, label_spot, route
from widgets.canvas.hits import hit_at
from widgets.canvas.items import NodeItem, WireItem
from widgets.canvas.scene import CanvasScene


@pytest.fixture(autouse=True)
def look(qapp):
    theme.apply(qapp, "dark")
    theme.set_reduced_motion(True)
    yield
    theme.set_reduced_motion(False)


def same(scene: CanvasScene, graph: g.Graph) -> None:
    """Fail where the scene is not the graph."""
    assert set(scene.nodes) == set(graph.nodes)
    assert set(scene.wires) == set(graph.edges)
    items = scene.items()
    assert sum(isinstance(item, NodeItem) for item in items) == len(graph.nodes)
    assert sum(isinstance(item, WireItem) for item in items) == len(graph.edges)
    for name, item in scene.nodes.items():
        assert item.pos() == scene.place_of(name)
        assert item.card.title == g.label_of(graph.nodes[name])
        assert item.card.muted == graph.nodes[name].muted
    for edge, wire in scene.wires.items():
        start, end = wire.path().pointAtPercent(0), wire.path().pointAtPercent(1)
        assert start == scene.nodes[edge.source].output_point(edge.output)
        assert (end - scene.nodes[edge.target].input_point(edge.input, edge.index)).manhattanLength() < 0.01
    assert set(scene.labels) <= set(graph.edges)


def edited(graph: g.Graph, dice: random.Random) -> g.Graph:
    """The graph after one edit of any kind."""
    names = list(graph.nodes)
    kind = dice.choice(["add", "remove", "move", "connect", "cut", "title", "mute", "param", "many"])
    if kind == "add" or not names:
        layer = dice.choice(["Conv2d", "ReLU", "Add", "Linear", "Flatten", "BatchNorm", "CrossEntropy"])
        return edits.add(graph, layer, dice.randrange(-500, 500), dice.randrange(0, 900))[0]
    name = dice.choice(names)
    if kind == "remove":
        return edits.remove(graph, [name], reconnect=dice.random() < 0.5)
    if kind == "move":
        return edits.move(graph, {name: (dice.randrange(-500, 500), dice.randrange(0, 900))})
    if kind == "many":
        return edits.move(graph, {name: (dice.randrange(-500, 500), dice.randrange(0, 900)) for name in names})
    if kind == "connect":
        return wiring.connect(graph, name, dice.choice(names))
    if kind == "cut":
        return wiring.disconnect(graph, dice.sample(list(graph.edges), min(2, len(graph.edges))))
    if kind == "title":
        return edits.change(graph, name, title=dice.choice(["", "Stem", "Head", "A very long name for a layer indeed"]))
    if kind == "mute":
        return edits.change(graph, name, muted=not graph.nodes[name].muted)
    return edits.set_param(graph, name, "filters", dice.randrange(1, 64))


@pytest.mark.parametrize("seed", range(6))
def test_scene_is_the_graph_after_random_edits(qapp, seed: int) -> None:
    dice = random.Random(seed)
    scene, graph = CanvasScene(), residual()
    scene.show_graph(graph, infer(graph, SCHEMA))
    for _ in range(60):
        try:
            graph = edited(graph, dice)
        except UserError:
            continue
        scene.select(dice.sample(list(graph.nodes), min(2, len(graph.nodes))))
        scene.show_graph(graph, infer(graph, SCHEMA))
        same(scene, graph)
        assert scene.selected <= set(graph.nodes)
    scene.show_graph(g.Graph(), None)
    same(scene, g.Graph())


def test_only_what_changed_is_touched(qapp) -> None:
    scene, graph = CanvasScene(), residual()
    scene.show_graph(graph, infer(graph, SCHEMA))
    items, cards = dict(scene.nodes), {name: item.card for name, item in scene.nodes.items()}
    graph = edits.change(graph, "linear_1", title="Head")
    scene.show_graph(graph, infer(graph, SCHEMA))
    assert scene.nodes == items
    assert [name for name, item in scene.nodes.items() if item.card is not cards[name]] == ["linear_1"]


def test_stack_is_drawn_as_rows(qapp) -> None:
    scene, graph = CanvasScene(), residual()
    scene.show_graph(graph, infer(graph, SCHEMA))
    head, norm, relu = (scene.nodes[name] for name in ("conv_1", "batch_norm_1", "relu_1"))
    assert (norm.card.row, relu.card.row, head.card.row) == (True, True, False)
    assert (head.card.continues, norm.card.continues, relu.card.continues) == (True, True, False)
    assert norm.area().top() == head.area().bottom() and relu.area().top() == norm.area().bottom()
    assert relu.area().height() == ROW
    hidden = [edge.target for edge, wire in scene.wires.items() if not wire.isVisible()]
    assert sorted(hidden) == ["batch_norm_1", "relu_1"]
    assert scene.followers("conv_1") == ["batch_norm_1", "relu_1"]


def test_labels_only_where_the_shape_changes(qapp) -> None:
    scene, graph = CanvasScene(), residual()
    scene.show_graph(graph, infer(graph, SCHEMA))
    words = {edge.source: label.words() for edge, label in scene.labels.items()}
    assert words["image_input_1"] == "3 ch × 32 × 32"
    assert words["relu_1"] == "32 ch × 32 × 32"
    assert "conv_2" not in words  # same shape in and out
    scene.hover_edge(next(edge for edge in graph.edges if edge.source == "conv_2"))
    assert "conv_2" in {edge.source for edge in scene.labels}


def test_shortcut_runs_beside_the_trunk(qapp) -> None:
    scene, graph = CanvasScene(), residual()
    scene.show_graph(graph, infer(graph, SCHEMA))
    shortcut = next(wire for edge, wire in scene.wires.items() if (edge.source, edge.index) == ("relu_1", 1))
    assert shortcut.lane == scene.nodes["conv_2"].area().right() + 34
    for name, item in scene.nodes.items():
        if name not in ("relu_1", "add_1"):
            assert not any(item.area().contains(shortcut.path().pointAtPercent(k / 200)) for k in range(201)), name


def test_two_shortcuts_get_two_lanes() -> None:
    lanes = Lanes([Box(0, 50, 224, 100), Box(0, 150, 224, 200)])
    _, inner = route(112, 40, 178, 140, lanes)
    _, outer = route(112, 40, 178, 240, lanes)
    assert (inner, outer) == (258.0, 272.0)
    _, left = route(112, 40, 46, 240, lanes, right=False)
    assert left == -34.0
    below, lane = route(112, 40, 300, 240, Lanes([Box(188, 150, 412, 200)]), right=False)
    assert lane == 112.0 and below.boundingRect().left() == 112.0  # straight down, no hook
    beside = Lanes([Box(280, 60, 504, 200)])  # the target's column, on the way to the lane at its right
    across, lane = route(112, 80, 458, 240, beside)
    assert lane == 112.0
    assert not any(QRectF(282, 62, 220, 136).contains(across.pointAtPercent(n / 200)) for n in range(201))
    path, none = route(112, 0, 112, 40, Lanes([]))
    assert none is None and path.pointAtPercent(0.5) == QPointF(112, 20)
    assert label_spot(112, 0, 112, 40, None) == QPointF(112, 20)


@pytest.mark.parametrize("layers", [("Conv2d", "BatchNorm", "ReLU"), ("Conv2d",), ("Flatten", "ReLU")])
def test_no_wire_runs_through_a_card_after_layout(qapp, layers) -> None:
    """Three branches of different length into one card, and shortcuts past two of them."""
    graph, start = edits.add(g.Graph(), "ImageInput")
    graph, join = edits.add(graph, "Concatenate")
    for length in (1, 3, 2):
        at = start
        for layer in layers * length:
            graph, name = edits.add(graph, layer)
            graph = wiring.connect(graph, at, name)
            at = name
        graph = wiring.connect(graph, at, join)
    graph, end = edits.add(graph, "Concatenate")
    for source in (join, start):
        graph = wiring.connect(graph, source, end)
    graph = edits.move(graph, layout(graph))
    scene = CanvasScene()
    scene.show_graph(graph, None)
    through = []
    for edge, wire in scene.wires.items():
        points = [wire.path().pointAtPercent(k / 300) for k in range(301)] if wire.isVisible() else []
        for name, item in scene.nodes.items():
            inner = item.area().adjusted(1, 1, -1, -1)
            if name not in (edge.source, edge.target) and any(inner.contains(point) for point in points):
                through.append((edge.source, edge.target, name))
    assert through == []


def test_hits(qapp) -> None:
    scene, graph = CanvasScene(), residual()
    scene.show_graph(graph, infer(graph, SCHEMA), problems=[problem("linear_1")])
    item = scene.nodes["conv_2"]
    assert hit_at(scene, item.area().center(), 12).node == "conv_2"
    port = hit_at(scene, item.output_point("out") + QPointF(5, 6), 12)
    assert (port.kind, port.node, port.side) == ("port", "conv_2", "out")
    assert hit_at(scene, QPointF(-300, -300), 12).kind == "empty"
    wire = scene.wires[next(edge for edge in graph.edges if edge.target == "conv_1")]
    assert hit_at(scene, wire.path().pointAtPercent(0.5), 4).edge == wire.edge
    assert scene.callout is not None
    button = scene.callout.mapToScene(scene.callout.button(1).center())
    assert (hit_at(scene, button, 12).kind, hit_at(scene, button, 12).row) == ("button", 1)
    assert not any(
        scene.callout.mapRectToScene(scene.callout.area()).intersects(other.area()) for other in scene.nodes.values()
    )


def test_ports_have_the_kind_of_what_flows(qapp) -> None:
    scene, graph = CanvasScene(), residual()
    scene.show_graph(graph, infer(graph, SCHEMA))
    assert scene.nodes["conv_1"].card.outputs[0].symbol == "image"
    assert scene.nodes["linear_1"].card.inputs[0].symbol == "numbers"
    assert [slot.x for slot in scene.nodes["add_1"].card.inputs] == [112, 178]


def painted(scene: CanvasScene, area: QRectF) -> QImage:
    image = QImage(area.size().toSize(), QImage.Format.Format_RGB32)
    image.fill(theme.color("canvas"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    scene.render(painter, QRectF(image.rect()), area)
    painter.end()
    return image


def colors(image: QImage) -> set[str]:
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}


def test_states_are_seen(qapp) -> None:
    """The ring of a chosen card is the accent, of a wrong one the error's red; a muted card is paler."""
    scene, graph = CanvasScene(), residual()
    scene.show_graph(graph, infer(graph, SCHEMA))
    area = scene.nodes["linear_1"].area().adjusted(-6, -6, 6, 6)
    plain = colors(painted(scene, area))
    assert theme.color("acc_line").name() not in plain and theme.color("card").name() in plain
    scene.select(["linear_1"])
    assert theme.color("acc_line").name() in colors(painted(scene, area))
    scene.select([])
    scene.show_graph(graph, infer(graph, SCHEMA), problems=[problem("linear_1")])
    assert theme.color("error_fill").name() in colors(painted(scene, area))
    muted = edits.change(graph, "linear_1", muted=True)
    scene.show_graph(muted, infer(muted, SCHEMA))
    assert theme.color("card").name() not in colors(painted(scene, area))
    assert all("muted" in wire.states for edge, wire in scene.wires.items() if edge.target == "linear_1")


def test_thumbnails_are_painted(qtbot) -> None:
    hand = open_canvas(qtbot)
    photo = QImage(30, 20, QImage.Format.Format_RGB32)
    photo.fill(QColor("#12ab34"))
    hand.view.set_thumbnails("image_input_1", [photo] * 3)
    scene = hand.view.mirror
    assert "#12ab34" in colors(painted(scene, scene.nodes["image_input_1"].area()))


def test_cost_overlay_sums_to_the_whole(qtbot) -> None:
    hand = open_canvas(qtbot)
    hand.view.set_overlay("cost")
    shares = [item.marks.cost for item in hand.view.mirror.nodes.values()]
    assert abs(sum(shares) - 1) < 1e-6 and max(shares) > 0.2
    hand.view.set_overlay("shapes")
    assert all(item.marks.cost < 0 for item in hand.view.mirror.nodes.values())


def test_levels_of_detail() -> None:
    assert [level_at(zoom, "full") for zoom in (1.0, 0.6, 0.58, 0.5, 0.1)] == ["full", "full", "full", "box", "plain"]
    assert [level_at(zoom, "box") for zoom in (0.59, 0.61, 0.24, 0.2)] == ["box", "full", "box", "plain"]
    assert level_at(0.24, "plain") == "plain" and level_at(0.26, "plain") == "box"


@pytest.mark.parametrize("percent", [45, 15])
def test_overview_shows_every_card(qtbot, percent: int) -> None:
    hand = open_canvas(qtbot)
    hand.view.camera.zoom_to(percent)
    hand.view.centerOn(hand.view.mirror.bounds().center())
    image = hand.view.grab().toImage()
    canvas = theme.color("canvas").name()
    for name in hand.view.mirror.nodes:
        spot = hand.at(hand.center(name) + QPointF(100, 0))
        assert image.pixelColor(spot).name() != canvas, name


def test_picture_has_every_card_in_both_looks(qapp) -> None:
    graph = residual()
    walk = infer(graph, SCHEMA)
    dark, light = (picture.render(graph, walk, look=name, scale=1.0) for name in ("dark", "light"))
    assert dark.size() == light.size() and dark != light
    assert dark.pixelColor(2, 2).name() == theme.DARK.canvas.lower()
    assert light.pixelColor(2, 2).name() == theme.LIGHT.canvas.lower()
    assert theme.current() is theme.DARK
    double = picture.render(graph, walk, scale=2.0)
    assert abs(double.width() - 2 * dark.width()) <= 2
    assert not picture.render(g.Graph(), None).isNull()


def test_thumbnail_is_not_empty(qapp) -> None:
    image = picture.thumbnail(residual(), QSize(206, 130))
    assert (image.width(), image.height()) == (206, 130)
    seen = colors(image)
    assert len(seen) > 10
    assert not any(image.pixelColor(x, y).alpha() for x in range(206) for y in (0, 129)), "nothing at its edge"


def test_empty_canvas_says_how_to_begin(qtbot) -> None:
    hand = open_canvas(qtbot, g.Graph())
    assert hand.view._empty.isVisible()
    seen = colors(hand.view.grab().toImage().copy(300, 300, 300, 200))
    assert theme.color("text1").name() in seen
    graph = residual()
    hand.view.show_graph(graph, infer(graph, SCHEMA))
    assert not hand.view._empty.isVisible()


def test_theme_switch_repaints(qtbot, qapp) -> None:
    hand = open_canvas(qtbot)
    theme.apply(qapp, "light")
    image = hand.view.grab().toImage()
    assert image.pixelColor(hand.at(hand.center("linear_1") + QPointF(90, 8))).name() == theme.LIGHT.card.lower()
    theme.apply(qapp, "dark")


def test_text_size_scales_the_canvas(qtbot, qapp) -> None:
    theme.apply(qapp, "dark", scale=1.5)
    hand = open_canvas(qtbot)
    assert hand.view.camera.percent == pytest.approx(100)
    assert hand.at(QPointF(224, 0)).x() - hand.at(QPointF(0, 0)).x() == 336
    assert hand.view.focusPolicy() == Qt.FocusPolicy.StrongFocus
