"""Notes and frames as items: a note card, or a frame behind the nodes it holds together; where they can be grabbed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem

from engine.graph import Frame
from engine.notes import hue_of
from widgets import icons, theme
from widgets.canvas.ink import ink

if TYPE_CHECKING:
    from widgets.canvas.scene import CanvasScene

S = theme.Sizes()
Z_FRAME = -2
TITLE = 32.0
_EDGE = 7.0
_CORNER = 16.0


class FrameItem(QGraphicsItem):
    """A note card, or a frame behind the nodes it holds together."""

    def __init__(self, frame: Frame) -> None:
        super().__init__()
        self.setZValue(Z_FRAME)
        self.selected = self.hover = self.hot = False
        self.set_frame(frame)

    def set_frame(self, frame: Frame) -> None:
        self.frame = frame
        self.set_area(QRectF(frame.x, frame.y, frame.width, frame.height))
        # a note lies over the frames, a small frame over a large one
        self.setZValue(Z_FRAME + (0.5 if frame.kind == "note" else 0.4 / (1 + frame.width * frame.height / 1e6)))

    def set_area(self, area: QRectF) -> None:
        """Show it elsewhere or of another size; the document may not know yet."""
        self.prepareGeometryChange()
        self.width, self.height = area.width(), area.height()
        self.setPos(area.topLeft())
        self.update()

    def area(self) -> QRectF:
        """Where it lies in the scene."""
        return QRectF(self.pos().x(), self.pos().y(), self.width, self.height)

    def set_state(self, selected: bool | None = None, hover: bool | None = None, hot: bool | None = None) -> None:
        """Whether it is chosen, under the pointer, or about to take a card in."""
        before = (self.selected, self.hover, self.hot)
        self.selected = self.selected if selected is None else selected
        self.hover = self.hover if hover is None else hover
        self.hot = self.hot if hot is None else hot
        if before != (self.selected, self.hover, self.hot):
            self.update()

    def part_at(self, place: QPointF, reach: float = 0.0) -> str:
        """What of it is under a point of the scene: "move", the sides to be pulled such as "rb", or nothing."""
        area, slack = self.area(), max(_EDGE, reach)
        if not area.adjusted(-slack / 2, -slack / 2, slack / 2, slack / 2).contains(place):
            return ""
        sides = _sides(area, place, slack)
        if sides:
            return sides
        if self.frame.kind == "note" or place.y() < area.top() + TITLE:
            return "move"
        return ""

    def boundingRect(self) -> QRectF:
        return QRectF(-4, -4, self.width + 8, self.height + 8)

    def paint(self, painter: QPainter, _option, _widget=None) -> None:
        pens = ink()
        note = self.frame.kind == "note"
        hue = hue_of(self.frame)
        color = theme.hue(hue) if hue else theme.color("warning" if note else "text2")
        area = QRectF(0.5, 0.5, self.width - 1, self.height - 1)
        painter.setBrush(theme.mix(color, "canvas", 0.14 if self.hot else 0.09 if note or hue else 0.05))
        strength = 0.6 if self.hover or self.hot else 0.30 if note or hue else 0.22
        painter.setPen(pens.ring if self.selected else QPen(theme.mix(color, "canvas", strength), 1))
        painter.drawRoundedRect(area, S.r9, S.r9)
        inner = area.adjusted(12, 10, -12, -10)
        painter.setFont(pens.names["caption"])
        if note:
            self._note(painter, inner)
        else:
            painter.setPen(theme.mix(color, "text1", 0.5) if hue else pens.text2)
            flags = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft
            words = painter.fontMetrics().elidedText(
                self.frame.text or "Frame", Qt.TextElideMode.ElideRight, int(inner.width())
            )
            painter.drawText(inner, flags, words)
        if self.hover or self.selected:
            self._grip(painter, area)

    def _note(self, painter: QPainter, inner: QRectF) -> None:
        pens = ink()
        icons.paint(painter, "sticky-note", QRectF(inner.x(), inner.y() + 1, 14, 14), "text3")
        painter.setPen(pens.text3)
        painter.drawText(inner.adjusted(20, 0, 0, 0), Qt.AlignmentFlag.AlignTop, "Note")
        painter.setFont(pens.names["secondary"])
        painter.setPen(pens.text1 if self.frame.text else pens.text3)
        body = inner.adjusted(0, 22, 0, 0)
        painter.save()
        painter.setClipRect(body, Qt.ClipOperation.IntersectClip)
        painter.drawText(body, Qt.TextFlag.TextWordWrap, self.frame.text or "Double-click to write")
        painter.restore()

    def _grip(self, painter: QPainter, area: QRectF) -> None:
        painter.setPen(QPen(theme.color("line3"), 1.5))
        for step in (5, 9):
            painter.drawLine(
                QPointF(area.right() - step - 2, area.bottom() - 3), QPointF(area.right() - 3, area.bottom() - step - 2)
            )


def _sides(area: QRectF, place: QPointF, slack: float) -> str:
    if place.x() > area.right() - _CORNER and place.y() > area.bottom() - _CORNER:
        return "rb"
    across = "l" if place.x() < area.left() + slack / 2 else "r" if place.x() > area.right() - slack / 2 else ""
    along = "t" if place.y() < area.top() + slack / 2 else "b" if place.y() > area.bottom() - slack / 2 else ""
    return across + along


CURSORS = {
    "l": Qt.CursorShape.SizeHorCursor, "r": Qt.CursorShape.SizeHorCursor,
    "t": Qt.CursorShape.SizeVerCursor, "b": Qt.CursorShape.SizeVerCursor,
    "lt": Qt.CursorShape.SizeFDiagCursor, "rb": Qt.CursorShape.SizeFDiagCursor,
    "rt": Qt.CursorShape.SizeBDiagCursor, "lb": Qt.CursorShape.SizeBDiagCursor,
    "move": Qt.CursorShape.OpenHandCursor,
}  # fmt: skip


class Frames(dict[str, FrameItem]):
    """The notes and frames of a scene by their ids: shown, chosen, and elsewhere while they are dragged."""

    def __init__(self, scene: CanvasScene) -> None:
        super().__init__()
        self._scene = scene
        self.selected: set[str] = set()

    def refresh(self) -> None:
        """Show those that the graph has."""
        wanted = self._scene.graph.frames
        for name in [name for name in self if name not in wanted]:
            self._scene.removeItem(self.pop(name))
            self.selected.discard(name)
        for name, frame in wanted.items():
            if name in self:
                self[name].set_frame(frame)
            else:
                self[name] = FrameItem(frame)
                self._scene.addItem(self[name])

    def select(self, names: Iterable[str]) -> None:
        self.selected = {name for name in names if name in self}
        for name, item in self.items():
            item.set_state(selected=name in self.selected)

    def move(self, areas: Mapping[str, QRectF]) -> None:
        """Show some elsewhere while they are dragged; the document does not know yet."""
        for name, area in areas.items():
            self[name].set_area(area)

    def put_back(self) -> None:
        """Show all where the document has them."""
        for name, item in self.items():
            item.set_frame(self._scene.graph.frames[name])

    def heat(self, place: QPointF | None, without: Collection[str] = ()) -> None:
        """Light the frame that would hold a card at a place."""
        hit = [
            item
            for name, item in self.items()
            if place is not None and name not in without and item.frame.kind == "frame" and item.area().contains(place)
        ]
        for item in self.values():
            item.set_state(hot=bool(hit) and item is min(hit, key=lambda one: one.width * one.height))
