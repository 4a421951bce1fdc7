"""Gestures of the pointer: one class each, with start, move, end and cancel. Each ends in one wish or in nothing."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPoint, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from engine.graph import Edge
from widgets import theme
from widgets.canvas.hits import wires_in

if TYPE_CHECKING:
    from widgets.canvas.view import Canvas

Modifiers = Qt.KeyboardModifier
GHOST_FROM = 500  # so many cards are moved as one outline
GRID = 4


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
        self.view.camera.scroll_by(place - self._last)
        self._last = place


class Rubber(Gesture):
    """Chooses what a rectangle touches; Shift adds, Ctrl toggles."""

    scrolls = True

    def start(self, place: QPoint) -> None:
        self._from = self._to = self.view.to_scene(place)
        self._before, self._dots = set(self.scene.selected), set(self.scene.dots.selected)
        self._moved = False

    def move(self, place: QPoint, keys: Modifiers) -> None:
        self.view.update_area(self._area())
        self._to = self.view.to_scene(place)
        self._moved = True
        area = self._area()
        self.view.update_area(area)
        touched = {name for name, item in self.scene.nodes.items() if area.intersects(item.area())}
        frames = {name for name, item in self.scene.frames.items() if area.contains(item.area())}
        dots = _joined(self._dots, self.scene.dots.inside(area), keys)
        self.view.choose(_joined(self._before, touched, keys), frames=frames, dots=dots)

    def end(self, place: QPoint, keys: Modifiers) -> None:
        if not self._moved and not keys & (Modifiers.ShiftModifier | Modifiers.ControlModifier):
            self.view.choose(())
        self.view.update_area(self._area())

    def cancel(self) -> None:
        self.view.choose(self._before, dots=self._dots)
        self.view.update_area(self._area())

    def _area(self) -> QRectF:
        return QRectF(self._from, self._to).normalized()

    def paint(self, painter: QPainter) -> None:
        if self._moved:
            painter.setPen(hairline("acc_line"))
            painter.setBrush(theme.color("acc_line", 0.12))
            painter.drawRect(self._area())


def _joined(before: set, touched: set, keys: Modifiers) -> set:
    if keys & Modifiers.ShiftModifier:
        return before | touched
    return before ^ touched if keys & Modifiers.ControlModifier else touched


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
        for wire in wires_in(self.scene, area):
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
        painter.setPen(hairline("error", 2))
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


def hairline(role: str, width: float = 1) -> QPen:
    """A pen that is as thin at every zoom."""
    pen = QPen(theme.color(role), width)
    pen.setCosmetic(True)
    return pen
