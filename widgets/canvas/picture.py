"""The network as an image: the whole canvas at any scale, and the small picture of a gallery card."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPen, QTransform

from engine.cards import head_height, stacks
from engine.dots import dots_of
from engine.facts import Inference
from engine.graph import NO_BLOCKS, Blocks, Graph
from widgets import theme
from widgets.canvas.content import section_of
from widgets.canvas.geometry import Box, Lanes, S, dotted_wire, route, union
from widgets.canvas.overview import fill
from widgets.canvas.scene import CanvasScene

MARGIN = 32.0
_LARGEST = 16_000  # pixels on a side
_BARS = 14  # with more cards than this a stack is one bar


def render(
    graph: Graph,
    inference: Inference | None,
    blocks: Blocks = NO_BLOCKS,
    look: str = "",
    scale: float = 2.0,
    problems: tuple = (),
) -> QImage:
    """The whole network with a margin, as the canvas shows it.

    Args:
        look: "dark" or "light"; the look in force by default.
        scale: pixels for one unit of the canvas; less where the picture would get too large.
    """
    with theme.wearing(look or theme.current().name):
        scene = CanvasScene()
        scene.show_graph(graph, inference, blocks, problems)
        area = area_of(scene)
        scale = min(scale, _LARGEST / area.width(), _LARGEST / area.height())
        image = QImage((area.size() * scale).toSize(), QImage.Format.Format_RGB32)
        with QPainter(image) as painter:
            draw(painter, scene, area, QRectF(image.rect()))
        scene.clear()
    return image


def area_of(scene: CanvasScene) -> QRectF:
    """What a picture of a scene shows: cards, notes, wires and the open callout, with a margin."""
    area = scene.bounds()
    if scene.callout:
        area = area.united(scene.callout.mapRectToScene(scene.callout.area()))
    area = area.united(union(wire.path().boundingRect() for wire in scene.wires.values() if not wire.joined))
    return area.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN) if not area.isEmpty() else QRectF(0, 0, 320, 200)


def draw(painter: QPainter, scene: CanvasScene, area: QRectF, into: QRectF) -> None:
    """Draw an area of a scene on the canvas's ground."""
    painter.fillRect(into, theme.color("canvas"))
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    scene.render(painter, into, area)


def thumbnail(graph: Graph, size: QSize, blocks: Blocks = NO_BLOCKS, ratio: float = 1.0) -> QImage:
    """The network as colored bars and thin wires on nothing, for gallery cards and recent projects."""
    image = QImage(size * ratio, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    boxes = boxes_of(graph, blocks)
    if not boxes:
        return image
    with QPainter(image) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paths = wires_of(graph, boxes)
        area = union(boxes.values()).united(union(path.boundingRect() for path in paths)).adjusted(-8, -8, 8, 8)
        inside = QRectF(0, 0, size.width(), size.height()).adjusted(6, 6, -6, -6)
        high = min(0.30, inside.height() / area.height())
        # a long network keeps bars that one can see: it is squeezed more in height than in width
        wide = min(0.30, inside.width() / area.width(), 4 * high)
        transform = QTransform.fromTranslate(inside.center().x(), inside.center().y())
        transform.scale(wide, high)
        transform.translate(-area.center().x(), -area.center().y())
        painter.setPen(QPen(theme.color("line3"), 1.2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for path in paths:
            painter.drawPath(transform.map(path))
        for name, box in boxes.items():
            _bar(painter, graph, name, transform.mapRect(box))
    return image


def _bar(painter: QPainter, graph: Graph, name: str, box: QRectF) -> None:
    node = graph.nodes[name]
    inside, edge = fill(section_of(node), node.muted)
    painter.setPen(QPen(edge, 1))
    painter.setBrush(inside)
    radius = min(3.0, box.height() / 3)
    if node.block and node.repeat > 1:
        for number in (2, 1):
            painter.drawRoundedRect(box.adjusted(3 * number, 3 * number, -3 * number, 3 * number), radius, radius)
    painter.drawRoundedRect(box, radius, radius)


def boxes_of(graph: Graph, blocks: Blocks) -> dict[str, QRectF]:
    """Bars where the cards stand, a little lower than cards so that they stay apart when they are tiny."""
    rows = stacks(graph, blocks)
    found = {}
    few = len(graph.nodes) <= _BARS
    for name, node in graph.nodes.items():
        if name in rows and not few:
            continue
        if name in rows:
            head, offset = rows[name]
            above = graph.nodes[head]
            found[name] = QRectF(above.x + 24, above.y + offset + 6, S.card_width - 48, S.card_row - 6)
        else:
            found[name] = QRectF(node.x, node.y, S.card_width, head_height(node, blocks))
    return found


def wires_of(graph: Graph, boxes: dict[str, QRectF]) -> list[QPainterPath]:
    lanes = Lanes(Box(box.left(), box.top(), box.right(), box.bottom()) for box in boxes.values())
    found = []
    led = dots_of(graph)
    rows = stacks(graph)
    drawn = []
    for edge in graph.edges:
        source = edge.source if edge.source in boxes else rows.get(edge.source, ("", 0.0))[0]
        if source in boxes and edge.target in boxes:
            drawn.append((edge, boxes[source], boxes[edge.target]))
    for edge, source, target in sorted(drawn, key=lambda entry: entry[2].top() - entry[1].bottom()):
        first = graph.incoming[edge.target][0] == edge
        start = QPointF(source.center().x(), source.bottom())
        end = QPointF(target.center().x() + (0 if first else target.width() * 0.3), target.top())
        if edge in led:
            points = [QPointF(*point) for point in led[edge]]
            found.append(dotted_wire(start.x(), start.y(), points, end.x(), end.y()))
            continue
        path, _ = route(start.x(), start.y(), end.x(), end.y(), lanes, end.x() >= start.x())
        found.append(path)
    return found
