"""The items of the scene: one for each card, wire and shape label. They are painted, they never decide."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsRectItem

from engine.graph import Edge
from engine.shapes import Tensor
from widgets import theme
from widgets.canvas.cards import Marks, outline, paint_card, plus_center
from widgets.canvas.content import Card, Slot
from widgets.canvas.geometry import label_spot
from widgets.canvas.ink import draw_port, ink
from widgets.canvas.line import LineItem

S = theme.Sizes()
Z_WIRE, Z_WIRE_UP, Z_CARD, Z_CARD_UP, Z_LABEL, Z_CALLOUT, Z_DRAG = 0, 0.5, 1, 1.5, 2, 4, 5
_AROUND = 9  # glow, ports


class NodeItem(QGraphicsRectItem):
    """A card. Its rectangle is the bounding box, so only `paint` runs in Python."""

    def __init__(self, card: Card) -> None:
        super().__init__()
        self.setZValue(Z_CARD)
        self.marks = Marks()
        self.corners = (0.0, 0.0, 0.0, 0.0)
        """Of the area, as it was asked for last: left, top, right, bottom."""
        self.set_card(card)

    def set_card(self, card: Card) -> None:
        self.card = card
        self._area: QRectF | None = None
        self.shape_path = outline(card)
        self.setRect(QRectF(-_AROUND, -_AROUND, card.width + 2 * _AROUND, card.height + _AROUND + 26))
        self.update()

    def paint(self, painter: QPainter, _option, _widget=None) -> None:
        paint_card(painter, self.card, self.shape_path, self.marks)

    def setPos(self, place: QPointF) -> None:
        self._area = None
        super().setPos(place)

    def area(self) -> QRectF:
        """The card itself, in the scene. Asked for thousands of times a frame, so it is kept."""
        found = self._area
        if found is None:
            place = self.pos()
            found = self._area = QRectF(place.x(), place.y(), self.card.width, self.card.height)
            self.corners = found.getCoords()
        return found

    def input_slot(self, port: str, index: int = 0) -> Slot | None:
        return _slot(self.card.inputs, port, index)

    def output_slot(self, port: str) -> Slot | None:
        return _slot(self.card.outputs, port, 0)

    def input_point(self, port: str, index: int = 0) -> QPointF:
        """Where a wire into this port ends, in the scene."""
        slot = self.input_slot(port, index)
        return self.pos() + QPointF(slot.x if slot else self.card.width / 2, 0)

    def output_point(self, port: str) -> QPointF:
        """Where a wire out of this port begins, in the scene."""
        slot = self.output_slot(port)
        return self.pos() + QPointF(slot.x if slot else self.card.width / 2, self.card.height)

    def port_at(self, place: QPointF, reach: float) -> tuple[str, Slot] | None:
        """The side ("in", "out") and port near a point of the scene."""
        near: tuple[str, Slot] | None = None
        best = reach * reach
        for side, slot, center in self.port_points():
            away = place - center
            distance = away.x() ** 2 + away.y() ** 2
            if distance <= best:
                best, near = distance, (side, slot)
        return near

    def port_points(self) -> list[tuple[str, Slot, QPointF]]:
        """All ports that are drawn, with their places in the scene."""
        at, card = self.pos(), self.card
        found = []
        if not card.row:
            found += [("in", slot, at + QPointF(slot.x, 0)) for slot in card.inputs]
        if not card.continues:
            found += [("out", slot, at + QPointF(slot.x, card.height)) for slot in card.outputs]
        return found

    def plus_at(self, place: QPointF) -> bool:
        """Whether a point of the scene is on the plus below the card."""
        if not self.marks.hover or not self.card.outputs or self.card.continues:
            return False
        away = place - self.pos() - plus_center(self.card)
        return away.x() ** 2 + away.y() ** 2 <= 121

    def set_hover(self, on: bool) -> None:
        if self.marks.hover != on:
            self.marks.hover = on
            self.marks.plus_hover = False
            self.update()

    def set_lit(self, lit: frozenset[tuple[str, str, int]]) -> None:
        """Ports at the ends of the wire that is looked at."""
        if self.marks.lit != lit:
            self.marks.lit = lit
            self.update()

    def set_selected(self, on: bool) -> None:
        if self.marks.selected != on:
            self.marks.selected = on
            self.setZValue(Z_CARD_UP if on else Z_CARD)
            self.update()


def _slot(slots: tuple[Slot, ...], port: str, index: int) -> Slot | None:
    for slot in slots:
        if slot.port == port and slot.index == index:
            return slot
    return None


class WireItem(LineItem):
    """A wire, painted by Qt; its path is rebuilt only where one of its ends moved."""

    def __init__(self, edge: Edge) -> None:
        super().__init__()
        self.edge = edge
        self.symbol = "anything"
        self.states: set[str] = set()
        self.weight = 0.0
        self.lane: float | None = None
        self.joined = False
        self.ends = (0.0, 0.0, 0.0, 0.0)
        self.dots: Sequence[QPointF] = ()
        self.run = QRectF()
        """Where it runs: around its path, with what pulls at it."""
        self.setZValue(Z_WIRE)
        self.restyle()

    def set_path(
        self, path: QPainterPath, ends: tuple[float, float, float, float], lane: float | None,
        dots: Sequence[QPointF] = (),
    ) -> None:  # fmt: skip
        self.ends, self.lane, self.dots = ends, lane, dots
        self.run = path.controlPointRect()
        self.lay(path)

    def label_place(self, aside: bool) -> QPointF:
        """Where the shape stands on it; `aside` where another wire of the same output has the place at the port."""
        if aside or self.dots:
            return self.path().pointAtPercent(0.5)
        return label_spot(*self.ends, self.lane)

    def mark(self, state: str, on: bool) -> None:
        """Turn hover, selected, error, muted or cut on or off."""
        before = set(self.states)
        (self.states.add if on else self.states.discard)(state)
        if self.states != before:
            self.restyle()

    def set_weight(self, weight: float) -> None:
        """How wide it is drawn because of what runs through it; 0 for the usual."""
        if weight != self.weight:
            self.weight = weight
            self.restyle()

    def restyle(self) -> None:
        for state in ("selected", "error", "hover", "added", "removed", "muted"):
            if state in self.states:
                break
        else:
            state = "plain"
        pen = ink().wire(self.symbol, state)
        if self.weight and state == "plain":
            pen = QPen(pen)
            pen.setWidthF(self.weight)
        self.setPen(pen)
        self.setOpacity(0.35 if "cut" in self.states else 1.0)
        self.setZValue(Z_WIRE_UP if state in ("selected", "hover") else Z_WIRE)


class LabelItem(QGraphicsItem):
    """A shape on a wire: numbers strong, words in text 2."""

    def __init__(self) -> None:
        super().__init__()
        self.setZValue(Z_LABEL)
        self.parts: tuple[tuple[str, bool], ...] = ()
        self.error = False
        self.aside = False
        self._width = 0.0

    def set_tensor(self, tensor: Tensor, error: bool) -> None:
        parts = tuple((text, strong) for text, strong in tensor.parts())
        if (parts, error) != (self.parts, self.error):
            self.prepareGeometryChange()
            self.parts, self.error = parts, error
            pens = ink()
            self._width = sum(pens.width("label" if strong else "caption", text) for text, strong in parts)
            self.update()

    def words(self) -> str:
        return "".join(text for text, _ in self.parts)

    def boundingRect(self) -> QRectF:
        width = self._width + 18
        return QRectF(-width / 2 - 1, -S.label_height / 2 - 1, width + 2, S.label_height + 2)

    def paint(self, painter: QPainter, _option, _widget=None) -> None:
        pens = ink()
        area = self.boundingRect().adjusted(1.5, 1.5, -1.5, -1.5)
        painter.setBrush(theme.color("error_wash") if self.error else pens.canvas)
        painter.setPen(QPen(theme.color("error_line"), 1) if self.error else pens.separator)
        radius = area.height() / 2
        painter.drawRoundedRect(area, radius, radius)
        x = -self._width / 2
        for text, strong in self.parts:
            role = "label" if strong else "caption"
            painter.setFont(pens.font(role))
            painter.setPen(pens.error_text if self.error else pens.text1 if strong else pens.text2)
            shown = pens.text(role, text)
            painter.drawStaticText(QPointF(x, -shown.size().height() / 2), shown)
            x += pens.width(role, text)


class DragWireItem(QGraphicsItem):
    """The wire in the hand: dashed, with a ring at its loose end."""

    def __init__(self, symbol: str) -> None:
        super().__init__()
        self.setZValue(Z_DRAG)
        self.symbol = symbol
        self.snapped = False
        self._path = QPainterPath()
        self._end = QPointF()

    def set_path(self, path: QPainterPath, end: QPointF, snapped: bool) -> None:
        self.prepareGeometryChange()
        self._path, self._end, self.snapped = path, end, snapped

    def path(self) -> QPainterPath:
        return self._path

    def boundingRect(self) -> QRectF:
        return self._path.boundingRect().adjusted(-10, -10, 10, 10)

    def paint(self, painter: QPainter, _option, _widget=None) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(ink().wire(self.symbol, "hover" if self.snapped else "dragged"))
        painter.drawPath(self._path)
        if self.snapped:
            draw_port(painter, self.symbol, self._end.x(), self._end.y(), S.port_big)
            return
        painter.setPen(QPen(theme.port(self.symbol), 2))
        painter.setBrush(ink().canvas)
        painter.drawEllipse(self._end, 5, 5)
