"""What is inside a block: its cards, small and by name, with the wires between them."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPen, QTransform

from engine.cards import stacks, summary_of
from engine.graph import Blocks, Graph, Node, label_of
from widgets import theme
from widgets.canvas.content import section_of
from widgets.canvas.overview import fill
from widgets.canvas.picture import boxes_of, union, wires_of
from widgets.controls.base import width_of
from widgets.pictures.about import About, Picture
from widgets.pictures.ink import LEFT, Ink

_ENDS = ("BlockInput", "BlockOutput")
_HIGH, _WIDE = 0.5, 0.6
"""A card is drawn at half its size, so that a row has room for a name."""
_LEAST = 0.42
"""Below this share of a card's height the rows of a stack have no room for their names."""
_LINE = 0.75
"""A bar needs this share of a line's height to be named."""
_MOST = 300
"""The height at 100 % that a picture may take in the inspector."""


def _shown(about: About) -> tuple[Graph, Blocks, dict[str, QRectF]]:
    graph, blocks = about.values["graph"], about.values["blocks"]
    return graph, blocks, boxes_of(graph, blocks)


def _scale(boxes: dict[str, QRectF]) -> float:
    """How much a card's height is reduced."""
    area = union(boxes.values())
    return min(_HIGH, _MOST / max(1.0, area.height()))


def high(about: About, _wide: int) -> int:
    """The height it needs, at 100 %."""
    boxes = _shown(about)[2]
    return round(union(boxes.values()).height() * _scale(boxes)) if boxes else 0


def paint(ink: Ink, about: About) -> None:
    """The block's cards where they stand on its canvas."""
    graph, blocks, boxes = _shown(about)
    if not boxes:
        return
    paths = wires_of(graph, boxes)
    area = union(boxes.values()).united(union(path.boundingRect() for path in paths))
    room = ink.area.adjusted(1, 1, -1, -1)
    down = min(_scale(boxes) * theme.scale(), room.height() / area.height())
    across = min(_WIDE * theme.scale(), room.width() / area.width())
    place = QTransform.fromTranslate(room.center().x(), room.center().y())
    place.scale(across, down)
    place.translate(-area.center().x(), -area.center().y())
    ink.stroke("line3", 1.2)
    for path in paths:
        ink.painter.drawPath(place.map(path))
    named = down >= _LEAST * theme.scale()
    rows = stacks(graph, blocks)
    for name, box in boxes.items():
        node = graph.nodes[name]
        wide = boxes[rows[name][0]] if name in rows and named else box
        spot = QRectF(wide.left(), box.top(), wide.width(), box.height())
        if name in rows and named:
            spot.adjust(0, -5, 0, 1)  # a row of a stack joins the one above it
        _card(ink, node, place.mapRect(spot), _words(node, blocks))


def _words(node: Node, blocks: Blocks) -> tuple[str, str]:
    return label_of(node), summary_of(node, blocks)


def _card(ink: Ink, node: Node, spot: QRectF, words: tuple[str, str]) -> None:
    """One card: a bar in its hue, its name, and its settings where they have room."""
    inside, edge = fill(section_of(node), node.muted)
    ends = node.layer in _ENDS
    ink.painter.setPen(QPen(theme.color("line3") if ends else edge, 1))
    ink.painter.setBrush(Qt.BrushStyle.NoBrush if ends else inside)
    ink.painter.drawRoundedRect(spot, ink.sizes.r4, ink.sizes.r4)
    title, summary = words
    text = spot.adjusted(ink.sizes.s6, 0, -ink.sizes.s4, 0)
    if spot.height() < ink.line * _LINE or text.width() < ink.sizes.s16:
        return
    ink.text(text, title, "text2" if ends else "text1", LEFT)
    taken = width_of(title, "caption") + ink.sizes.s6
    if summary and not ends and taken + width_of(summary, "caption") <= text.width():
        ink.text(text.adjusted(taken, 0, 0, 0), summary, "text3", LEFT)


def words(about: About) -> str:
    """The same for a screen reader: what is inside, from the top."""
    graph: Graph = about.values["graph"]
    order = [graph.nodes[name] for name in graph.order if graph.nodes[name].layer not in _ENDS]
    names = ", ".join(label_of(node) for node in order)
    return f"Inside {about.values['name']}: {names}" if names else f"Nothing is inside {about.values['name']} yet"


INSIDE = Picture(paint, words, high)
