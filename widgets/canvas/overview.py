"""Everything below 60 %: cards as boxes, painted in batches by hue; below 25 % wires are lines and names are gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from widgets import theme
from widgets.canvas.content import Card
from widgets.canvas.ink import Ink, ink

if TYPE_CHECKING:
    from widgets.canvas.scene import CanvasScene

TEXT_FROM = 0.28  # names are readable from here on
_BAND = 2048.0  # cards are kept in bands of this height, so that a long network costs only what is seen


@dataclass
class Band:
    """What lies in one stretch of heights."""

    boxes: dict[tuple[str, bool], list[QRectF]] = field(default_factory=dict)
    names: list[tuple[Card, QRectF]] = field(default_factory=list)
    lines: dict[tuple[str, str], list[QLineF]] = field(default_factory=dict)
    paths: dict[tuple[str, str], list[QPainterPath]] = field(default_factory=dict)


class Overview:
    """The batches of one scene, made anew when its version changes."""

    def __init__(self) -> None:
        self._version = -1
        self._bands: dict[int, Band] = {}
        self._chosen: list[QRectF] = []
        self._wrong: list[QRectF] = []
        self._look = ""

    def _refresh(self, scene: CanvasScene) -> None:
        if self._version == scene.version:
            return
        self._version = scene.version
        self._bands = {}
        self._chosen = [scene.nodes[name].area() for name in scene.selected if name in scene.nodes]
        self._wrong = []
        for item in scene.nodes.values():
            area, card = item.area(), item.card
            band = self._bands.setdefault(int(area.y() // _BAND), Band())
            band.boxes.setdefault((card.section, card.muted), []).append(area)
            band.names.append((card, area))
            if card.level == "error":
                self._wrong.append(area)
        for wire in scene.wires.values():
            if wire.joined:
                continue
            state = _state(wire.states)
            x1, y1, x2, y2 = wire.ends
            lines = [QLineF(x1, y1, x2, y2)]
            if wire.lane is not None:
                turns = [QPointF(x1, y1), QPointF(wire.lane, y1 + 11), QPointF(wire.lane, y2 - 30), QPointF(x2, y2)]
                lines = [QLineF(one, two) for one, two in zip(turns, turns[1:], strict=False)]
            for number in range(int(min(y1, y2) // _BAND), int(max(y1, y2) // _BAND) + 1):
                band = self._bands.setdefault(number, Band())
                band.lines.setdefault((wire.symbol, state), []).extend(lines)
                band.paths.setdefault((wire.symbol, state), []).append(wire.path())

    def _seen(self, area: QRectF) -> Iterator[Band]:
        for number in range(int(area.top() // _BAND) - 1, int(area.bottom() // _BAND) + 1):
            if number in self._bands:
                yield self._bands[number]

    def paint(self, painter: QPainter, scene: CanvasScene, area: QRectF, names: bool, zoom: float) -> None:
        """Paint the part of the scene in an area; `names` is the level with icons and names."""
        self._refresh(scene)
        pens = ink()
        bands = list(self._seen(area))
        self._frames(painter, scene, area)
        for band in bands:
            if names:
                _paths(painter, band, pens, area)
            else:
                _lines(painter, band, pens)
        for band in bands:
            _boxes(painter, band)
        if names:
            with_text = zoom >= TEXT_FROM
            for band in bands:
                for card, box in band.names:
                    if box.intersects(area):
                        _name(painter, card, box, pens, zoom, with_text)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for color, rects in ((pens.error, self._wrong), (pens.acc, self._chosen)):
            if rects:
                pen = QPen(color, 2)
                pen.setCosmetic(True)
                painter.setPen(pen)
                painter.drawRects(rects)

    def _frames(self, painter: QPainter, scene: CanvasScene, area: QRectF) -> None:
        for item in scene.frames.values():
            box = item.boundingRect().translated(item.pos())
            if box.intersects(area):
                painter.save()
                painter.translate(item.pos())
                item.paint(painter, None)
                painter.restore()


def _state(states: set[str]) -> str:
    for state in ("selected", "error", "hover", "muted"):
        if state in states:
            return state
    return "plain"


def fill(section: str, muted: bool = False) -> tuple[QColor, QColor]:
    """The fill and the border of a box: its section's hue, thin over the canvas."""
    hue = theme.hue(section)
    share = 0.12 if muted else 0.28 if theme.is_dark() else 0.18
    return theme.mix(hue, "canvas", share), theme.mix(hue, "canvas", 0.35 if muted else 0.7)


def _boxes(painter: QPainter, band: Band) -> None:
    for (section, muted), rects in band.boxes.items():
        inside, edge = fill(section, muted)
        pen = QPen(edge, 1)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.setBrush(inside)
        painter.drawRects(rects)


def _lines(painter: QPainter, band: Band, pens: Ink) -> None:
    for (symbol, state), lines in band.lines.items():
        pen = QPen(pens.wire(symbol, state).color(), 1)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.drawLines(lines)


def _paths(painter: QPainter, band: Band, pens: Ink, area: QRectF) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for (symbol, state), paths in band.paths.items():
        painter.setPen(pens.wire(symbol, state))
        for path in paths:
            if path.controlPointRect().adjusted(-2, -2, 2, 2).intersects(area):
                painter.drawPath(path)


def _name(painter: QPainter, card: Card, box: QRectF, pens: Ink, zoom: float, with_text: bool) -> None:
    side = 18.0 if card.row else 26.0
    picture = pens.icon(card.icon or _glyph(card.section), f"hue:{card.section}", int(side), max(0.5, zoom))
    spot = QRectF(box.x() + 10, box.center().y() - side / 2, side, side)
    painter.drawPixmap(spot, picture, QRectF(picture.rect()))
    if not with_text:
        return
    role = "row_box" if card.row else "box"
    title = f"{card.title} ×{card.repeat}" if card.composite and card.repeat > 1 else card.title
    text = pens.text(role, title, box.width() - side - 26)
    painter.setFont(pens.font(role))
    painter.setPen(pens.text1)
    painter.drawStaticText(QPointF(spot.right() + 8, box.center().y() - text.size().height() / 2), text)


def _glyph(section: str) -> str:
    from widgets import icons

    return icons.section_glyph(section)
