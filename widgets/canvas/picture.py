"""The network as an image: the whole canvas at any scale, and the small picture of a gallery card."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPen

from engine.graph import NO_BLOCKS, Blocks, Graph
from engine.infer import Inference
from engine.layout import head_height, stacks
from widgets import theme
from widgets.canvas.content import section_of
from widgets.canvas.geometry import Box, Lanes, S, route, union
from widgets.canvas.overview import fill
from widgets.canvas.scene import CanvasScene

MARGIN = 32.0
_LARGEST = 16_000  # pixels on a side


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
        area = scene.bounds()
        if scene.callout:
            area = area.united(scene.callout.mapRectToScene(scene.callout.area()))
        area = area.united(union(wire.path().boundingRect() for wire in scene.wires.values() if not wire.joined))
        area = area.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN) if not area.isEmpty() else QRectF(0, 0, 320, 200)
        scale = min(scale, _LARGEST / area.width(), _LARGEST / area.height())
        image = QImage((area.size() * scale).toSize(), QImage.Format.Format_RGB32)
        image.fill(theme.color("canvas"))
        painter = QPainter(image)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        scene.render(painter, QRectF(image.rect()), area)
        painter.end()
        scene.clear()
    return image


def thumbnail(graph: Graph, size: QSize, blocks: Blocks = NO_BLOCKS, ratio: float = 1.0) -> QImage:
    """The network as colored bars and thin wires, for gallery cards and recent projects."""
    image = QImage(size * ratio, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(theme.color("canvas"))
    boxes = _boxes(graph, blocks)
    if not boxes:
        return image
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paths = _wires(graph, boxes)
    area = union(boxes.values()).united(union(path.boundingRect() for path in paths)).adjusted(-8, -8, 8, 8)
    inside = QRectF(0, 0, size.width(), size.height()).adjusted(6, 6, -6, -6)
    scale = min(0.30, inside.width() / area.width(), inside.height() / area.height())
    painter.translate(inside.center())
    painter.scale(scale, scale)
    painter.translate(-area.center())
    pen = QPen(theme.color("line3"), 1.2)
    pen.setCosmetic(True)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for path in paths:
        painter.drawPath(path)
    for name, box in boxes.items():
        _bar(painter, graph, name, box, scale)
    painter.end()
    return image


def _bar(painter: QPainter, graph: Graph, name: str, box: QRectF, scale: float) -> None:
    node = graph.nodes[name]
    inside, edge = fill(section_of(node), node.muted)
    pen = QPen(edge, 1)
    pen.setCosmetic(True)
    painter.setPen(pen)
    painter.setBrush(inside)
    radius = min(3.0 / scale, box.height() / 2)
    if node.block and node.repeat > 1:
        for number in (2, 1):
            painter.drawRoundedRect(box.adjusted(8 * number, 9 * number, -8 * number, 9 * number), radius, radius)
    painter.drawRoundedRect(box, radius, radius)


def _boxes(graph: Graph, blocks: Blocks) -> dict[str, QRectF]:
    """Bars where the cards stand, a little lower than cards so that they stay apart when they are tiny."""
    rows = stacks(graph, blocks)
    found = {}
    for name, node in graph.nodes.items():
        if name in rows:
            head, offset = rows[name]
            above = graph.nodes[head]
            found[name] = QRectF(above.x + 24, above.y + offset + 6, S.card_width - 48, S.card_row - 6)
        else:
            found[name] = QRectF(node.x, node.y, S.card_width, head_height(node, blocks))
    return found


def _wires(graph: Graph, boxes: dict[str, QRectF]) -> list[QPainterPath]:
    lanes = Lanes(Box(box.left(), box.top(), box.right(), box.bottom()) for box in boxes.values())
    found = []
    for edge in sorted(graph.edges, key=lambda edge: boxes[edge.target].top() - boxes[edge.source].bottom()):
        source, target = boxes[edge.source], boxes[edge.target]
        first = graph.incoming[edge.target][0] == edge
        start = QPointF(source.center().x(), source.bottom())
        end = QPointF(target.center().x() + (0 if first else target.width() * 0.3), target.top())
        path, _ = route(start.x(), start.y(), end.x(), end.y(), lanes, end.x() >= start.x())
        found.append(path)
    return found
