"""Gestures of the pointer: one class each, with start, move, end and cancel. Each ends in one wish or in nothing."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from engine.graph import Edge
from engine.layout import REACH, head_height, host_of
from widgets import theme

if TYPE_CHECKING:
    from widgets.canvas.view import Canvas

Modifiers = Qt.KeyboardModifier
GHOST_FROM = 500  # so many cards are moved as one outline
GRID = 4
_ALIGN = 8.0


class Gesture:
    """What the pointer is doing between press and release."""

    cursor: Qt.CursorShape | None = None
    scrolls = False
    """Whether the view scrolls when the pointer comes to its edge."""

    def __init__(self, view: Canvas) -> None:
        self.view = view
        self.scene = view.mirror

    def start(self, place: QPoint) -> None:
        """The press, in pixels of the viewport."""

    def move(self, place: QPoint, keys: Modifiers) -> None:
        """Each step of the pointer."""

    def end(self, place: QPoint, keys: Modifiers) -> None:
        """The release: tell the wish."""

    def cancel(self) -> None:
        """Esc: as if nothing had been."""

    def paint(self, painter: QPainter) -> None:
        """What only this gesture shows, in scene coordinates, over everything."""


class Pan(Gesture):
    """Moves the view with the pointer."""

    cursor = Qt.CursorShape.ClosedHandCursor

    def start(self, place: QPoint) -> None:
        self._last = place

    def move(self, place: QPoint, keys: Modifiers) -> None:
        self.view.scroll_by(place - self._last)
        self._last = place


class Rubber(Gesture):
    """Chooses what a rectangle touches; Shift adds, Ctrl toggles."""

    scrolls = True

    def start(self, place: QPoint) -> None:
        self._from = self._to = self.view.to_scene(place)
        self._before = set(self.scene.selected)
        self._moved = False

    def move(self, place: QPoint, keys: Modifiers) -> None:
        self.view.update_area(self._area())
        self._to = self.view.to_scene(place)
        self._moved = True
        area = self._area()
        self.view.update_area(area)
        touched = {name for name, item in self.scene.nodes.items() if area.intersects(item.area())}
        self.view.choose(self._joined(touched, keys))

    def _joined(self, touched: set[str], keys: Modifiers) -> set[str]:
        if keys & Modifiers.ShiftModifier:
            return self._before | touched
        return self._before ^ touched if keys & Modifiers.ControlModifier else touched

    def end(self, place: QPoint, keys: Modifiers) -> None:
        if not self._moved and not keys & (Modifiers.ShiftModifier | Modifiers.ControlModifier):
            self.view.choose(())
        self.view.update_area(self._area())

    def cancel(self) -> None:
        self.view.choose(self._before)
        self.view.update_area(self._area())

    def _area(self) -> QRectF:
        return QRectF(self._from, self._to).normalized()

    def paint(self, painter: QPainter) -> None:
        if self._moved:
            painter.setPen(_hairline("acc_line"))
            painter.setBrush(theme.color("acc_line", 0.12))
            painter.drawRect(self._area())


class MoveNodes(Gesture):
    """Moves the chosen cards, the rows of a stack along with its head; x snaps to the cards nearby, Shift frees."""

    cursor = Qt.CursorShape.ClosedHandCursor
    scrolls = True

    def __init__(self, view: Canvas, anchor: str) -> None:
        super().__init__(view)
        self.anchor = anchor

    def start(self, place: QPoint) -> None:
        self._grip = self.view.to_scene(place)
        names = set(self.scene.selected) | {self.anchor}
        for name in tuple(names):
            names.update(self.scene.followers(name))
        self._from = {name: QPointF(self.scene.nodes[name].pos()) for name in names}
        self._whole = self.scene.bounds(names) if len(names) > GHOST_FROM else QRectF()
        self._ghost = QRectF(self._whole) if len(names) > GHOST_FROM else None
        self._guide: QLineF | None = None
        self._shift = QPointF()
        self._loosened = self._loosen(names)
        if self._ghost is None:
            self.scene.begin_move(names)

    def _loosen(self, names: set[str]) -> dict[str, object]:
        """A row that leaves its stack is a card of its own while it is in the hand."""
        cards = {}
        for name in names:
            if name in self.scene.rows and self.scene.rows[name][0] not in names:
                item = self.scene.nodes[name]
                cards[name] = item.card
                height = head_height(self.scene.graph.nodes[name], self.scene.blocks)
                item.set_card(replace(item.card, row=False, continues=False, height=height))
        return cards

    def move(self, place: QPoint, keys: Modifiers) -> None:
        shift = self.view.to_scene(place) - self._grip
        if not keys & Modifiers.ShiftModifier:
            shift = self._snapped(shift)
        elif self._guide:
            self._show_guide(None)
        self._shift = shift
        if self._ghost is not None:
            self.view.update_area(self._ghost)
            self._ghost = self._whole.translated(shift)
            self.view.update_area(self._ghost)
            return
        self.scene.move({name: at + shift for name, at in self._from.items()})

    def _snapped(self, shift: QPointF) -> QPointF:
        at = self._from[self.anchor] + shift
        x, y = round(at.x() / GRID) * GRID, round(at.y() / GRID) * GRID
        best, guide = _ALIGN / max(self.view.zoom, 0.3), None
        for name in self._near(at):
            other = self.scene.nodes[name].pos()
            if abs(other.x() - at.x()) < best:
                best, x = abs(other.x() - at.x()), other.x()
                middle = x + self.scene.nodes[name].card.width / 2
                guide = QLineF(middle, other.y(), middle, at.y())
        host = host_of(self.scene.graph, self.anchor)
        if host and host not in self._from and x == self.scene.nodes[host].pos().x():
            below = self.scene.nodes[host].area().bottom()
            if abs(at.y() - below) <= REACH:
                y = below
        self._show_guide(guide)
        return QPointF(x, y) - self._from[self.anchor]

    def _near(self, at: QPointF) -> list[str]:
        """The cards whose columns may catch the one in the hand: its neighbors by wire, and what is close."""
        graph = self.scene.graph
        wired = [edge.source for edge in graph.incoming[self.anchor]]
        wired += [edge.target for edge in graph.outgoing[self.anchor]]
        around = QRectF(at.x() - 60, at.y() - 320, 344, 690)
        close = [name for name in self.view.names_in(around) if name not in wired]
        return [name for name in (*wired, *close) if name not in self._from]

    def _show_guide(self, guide: QLineF | None) -> None:
        for line in (self._guide, guide):
            if line:
                self.view.update_area(QRectF(line.p1(), line.p2()).normalized())
        self._guide = guide

    def end(self, place: QPoint, keys: Modifiers) -> None:
        self._finish()
        if self._shift.manhattanLength() > 0:
            places = {name: at + self._shift for name, at in self._from.items()}
            self.view.moved.emit({name: (at.x(), at.y()) for name, at in places.items()})
        self.scene.end_move()

    def cancel(self) -> None:
        self._finish()
        self.scene.end_move()

    def _finish(self) -> None:
        for name, card in self._loosened.items():
            self.scene.nodes[name].set_card(card)
        self._show_guide(None)
        if self._ghost is not None:
            self.view.update_area(self._ghost)

    def paint(self, painter: QPainter) -> None:
        if self._guide:
            painter.setPen(_hairline("acc_line"))
            painter.drawLine(self._guide)
        if self._ghost:
            painter.setPen(_hairline("acc_line"))
            painter.setBrush(theme.color("acc_line", 0.08))
            painter.drawRect(self._ghost)


class CutWires(Gesture):
    """Cuts every wire that a stroke crosses."""

    cursor = Qt.CursorShape.CrossCursor

    def start(self, place: QPoint) -> None:
        self._line = [self.view.to_scene(place)]
        self._cut: list[Edge] = []

    def move(self, place: QPoint, keys: Modifiers) -> None:
        step = QLineF(self._line[-1], self.view.to_scene(place))
        if step.length() * self.view.zoom < 3:
            return
        self._line.append(step.p2())
        area = QRectF(step.p1(), step.p2()).normalized().adjusted(-1, -1, 1, 1)
        for wire in self.view.wires_in(area):
            if wire.edge not in self._cut and crosses(wire.path(), step):
                self._cut.append(wire.edge)
                wire.mark("cut", True)
        self.view.update_area(area)

    def end(self, place: QPoint, keys: Modifiers) -> None:
        self._finish()
        if self._cut:
            self.view.disconnect_wanted.emit(list(self._cut))

    def cancel(self) -> None:
        self._finish()

    def _finish(self) -> None:
        for edge in self._cut:
            if edge in self.scene.wires:
                self.scene.wires[edge].mark("cut", False)
        self.view.viewport().update()

    def paint(self, painter: QPainter) -> None:
        painter.setPen(_hairline("error", 2))
        painter.drawPolyline(self._line)


def crosses(path, step: QLineF) -> bool:
    """Whether a straight step crosses a wire."""
    for polygon in path.toSubpathPolygons():
        points = polygon.toList() if hasattr(polygon, "toList") else list(polygon)
        for one, two in itertools.pairwise(points):
            kind, _ = step.intersects(QLineF(one, two))
            if kind == QLineF.IntersectionType.BoundedIntersection:
                return True
    return False


def _hairline(role: str, width: float = 1) -> QPen:
    pen = QPen(theme.color(role), width)
    pen.setCosmetic(True)
    return pen
