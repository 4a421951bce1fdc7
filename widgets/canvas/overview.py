"""Everything below 60 %: cards as boxes, painted in batches by hue; below 25 % wires are lines and names are gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from widgets import theme
from widgets.canvas.content import Card
from widgets.canvas.ink import Ink, ink

if TYPE_CHECKING:
    from widgets.canvas.items import WireItem
    from widgets.canvas.scene import CanvasScene

TEXT_FROM = 0.28  # names are readable from here on
_BAND = 2048.0  # cards are kept in bands of this height, so that a long network costs only what is seen


@dataclass
class Band:
    """What lies in one stretch of heights."""

    boxes: dict[tuple[str, bool], list[QRectF]] = field(default_factory=dict)
    names: list[tuple[Card, QRectF]] = field(default_factory=list)
    wires: dict[tuple[str, str], list[WireItem]] = field(default_factory=dict)
    chosen: list[QRectF] = field(default_factory=list)

    def add_box(self, card: Card, area: QRectF) -> None:
        key = (card.section, card.muted)
        found = self.boxes.get(key)
        if found is None:
            found = self.boxes[key] = []
        found.append(area)
        self.names.append((card, area))

    def add_wire(self, wire: WireItem) -> None:
        self.wires.setdefault((wire.symbol, _state(wire.states)), []).append(wire)

    @cached_property
    def lines(self) -> dict[tuple[str, str], list[QLineF]]:
        """The wires as straight lines, for the level at which nobody sees more."""
        return {key: [line for wire in wires for line in _straight(wire)] for key, wires in self.wires.items()}

    @cached_property
    def paths(self) -> dict[tuple[str, str], list[tuple[QPainterPath, QRectF]]]:
        """The wires as they run, each with its room."""
        return {
            key: [(wire.path(), wire.run.adjusted(-2, -2, 2, 2)) for wire in wires] for key, wires in self.wires.items()
        }


def _straight(wire: WireItem) -> list[QLineF]:
    x1, y1, x2, y2 = wire.ends
    if wire.dots:
        turns = [QPointF(x1, y1), *wire.dots, QPointF(x2, y2)]
    elif wire.lane is None:
        return [QLineF(x1, y1, x2, y2)]
    else:
        turns = [QPointF(x1, y1), QPointF(wire.lane, y1 + 11), QPointF(wire.lane, y2 - 30), QPointF(x2, y2)]
    return [QLineF(one, two) for one, two in pairwise(turns)]


class Overview:
    """The batches of one scene, made anew when its version changes; cards in the hand are kept out of them."""

    def __init__(self) -> None:
        self._boxed = self._wired = -1
        self._bands: dict[int, Band] = {}
        self._wires: dict[int, Band] = {}
        self._bounds = QRectF()
        self._wrong: list[QRectF] = []

    def _box_again(self, scene: CanvasScene) -> None:
        if self._boxed == scene.version:
            return
        self._boxed = scene.version
        self._bands, self._wrong = {}, []
        areas = [item.area() for item in scene.nodes.values()]
        self._bounds = scene.bounds_around([item.corners for item in scene.nodes.values()])
        bands, moving, selected = self._bands, scene.moving, scene.selected
        for (name, item), area in zip(scene.nodes.items(), areas, strict=True):  # 5,000 cards: every step counts
            if name in moving:
                continue
            card = item.card
            number = int(item.corners[1] // _BAND)
            band = bands.get(number)
            if band is None:
                band = bands[number] = Band()
            key = card.section, card.muted  # as `add_box`, without a call for each
            boxes = band.boxes.get(key)
            if boxes is None:
                boxes = band.boxes[key] = []
            boxes.append(area)
            band.names.append((card, area))
            if name in selected:
                band.chosen.append(area)
            if card.level == "error":
                self._wrong.append(area)

    def _wire_again(self, scene: CanvasScene) -> None:
        if self._wired == scene.version:
            return
        self._wired = scene.version
        self._wires = {}
        for wire in scene.wires.values():
            edge = wire.edge
            if wire.joined or (scene.moving and (edge.source in scene.moving or edge.target in scene.moving)):
                continue
            high, low = wire.ends[1], wire.ends[3]
            if wire.dots:
                low, high = max(low, high, *(at.y() for at in wire.dots)), min(low, high, *(at.y() for at in wire.dots))
            elif low < high:
                high, low = low, high
            for number in range(int(high // _BAND), int(low // _BAND) + 1):
                self._wires.setdefault(number, Band()).add_wire(wire)

    def _moving(self, scene: CanvasScene) -> Band:
        """The cards in the hand with their wires."""
        band = Band()
        for name in scene.moving:
            item = scene.nodes.get(name)
            if item is None:
                continue
            band.add_box(item.card, item.area())
            for edge in (*scene.graph.incoming[name], *scene.graph.outgoing[name]):
                if edge in scene.wires and not scene.wires[edge].joined:
                    band.add_wire(scene.wires[edge])
        return band

    def bounds(self, scene: CanvasScene) -> QRectF:
        """The area of everything, as of the scene's version."""
        self._box_again(scene)
        return self._bounds

    def boxes(self, scene: CanvasScene) -> list[tuple[str, list[QRectF]]]:
        """All boxes by section, and those in error under the name "error"; for the small map."""
        self._box_again(scene)
        found = [(section, rects) for band in self._bands.values() for (section, _), rects in band.boxes.items()]
        return [*found, ("error", self._wrong)]

    def paint(self, painter: QPainter, scene: CanvasScene, area: QRectF, names: bool, zoom: float) -> None:
        """Paint the part of the scene in an area; `names` is the level with icons and names."""
        self._box_again(scene)
        self._wire_again(scene)
        pens = ink()
        bands, wires = list(_seen(self._bands, area)), list(_seen(self._wires, area))
        if scene.moving:
            moving = self._moving(scene)
            bands.append(moving)
            wires.append(moving)
        self._frames(painter, scene, area)
        for band in wires:
            if names:
                _paths(painter, band, pens, area)
            else:
                _lines(painter, band, pens)
        for band in bands:
            _boxes(painter, band)
        if names:
            seen = [(card, box) for band in bands for card, box in band.names if box.intersects(area)]
            _names(painter, seen, pens, zoom)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        chosen = [box for band in bands for box in band.chosen]
        for color, rects in ((pens.error, self._wrong), (pens.acc, chosen)):
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


def _seen(bands: dict[int, Band], area: QRectF) -> Iterator[Band]:
    for number in range(int(area.top() // _BAND) - 1, int(area.bottom() // _BAND) + 1):
        if number in bands:
            yield bands[number]


def _state(states: set[str]) -> str:
    for state in ("selected", "error", "hover", "muted"):
        if state in states:
            return state
    return "plain"


def fill(section: str, muted: bool = False) -> tuple[QColor, QColor]:
    """The fill and the border of a box: its section's hue, thin over the canvas."""
    hue = theme.hue(section)
    share = 0.12 if muted else 0.28 if theme.is_dark() else 0.18
    edge = 0.35 if muted else 0.7 if theme.is_dark() else 0.8
    return theme.mix(hue, "canvas", share), theme.mix(hue, "canvas", edge)


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
        for path, room in paths:
            if room.intersects(area):
                painter.drawPath(path)


def _names(painter: QPainter, seen: list[tuple[Card, QRectF]], pens: Ink, zoom: float) -> None:
    """The icons and, where they can be read, the names of cards: heads first, then rows, a font set once for each."""
    scale, painted = max(0.5, zoom), {}
    for card, box in seen:
        side = 18.0 if card.row else 26.0
        key = (card.icon or card.section, card.section, side)
        if key not in painted:
            picture = pens.icon(card.icon or _glyph(card.section), f"hue:{card.section}", int(side), scale)
            painted[key] = (picture, QRectF(picture.rect()))
        picture, whole = painted[key]
        spot = QRectF(box.x() + 10, box.y() + (box.height() - side) / 2, side, side)
        painter.drawPixmap(spot, picture, whole)
    if zoom < TEXT_FROM:
        return
    painter.setPen(pens.text1)
    for rows, role, side in ((False, "box", 26.0), (True, "row_box", 18.0)):
        painter.setFont(pens.font(role))
        for card, box in seen:
            if card.row is rows:
                title = f"{card.title} ×{card.repeat}" if card.composite and card.repeat > 1 else card.title
                text, high = pens.tall_text(role, title, box.width() - side - 26)
                painter.drawStaticText(QPointF(box.x() + side + 18, box.y() + (box.height() - high) / 2), text)


def _glyph(section: str) -> str:
    from widgets import icons

    return icons.section_glyph(section)
