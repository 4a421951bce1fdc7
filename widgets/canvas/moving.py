"""Moving cards, notes, frames and dots: snapping, a ghost for very many, splicing into a wire, copies by Alt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from engine.arrange import can_splice, marked
from engine.cards import REACH, head_height, host_of
from engine.graph import Edge
from engine.notes import inside
from widgets import theme
from widgets.canvas.gestures import GHOST_FROM, GRID, Gesture, Modifiers, hairline
from widgets.canvas.hits import edge_at, nodes_in
from widgets.canvas.leading import moved_dots, snapped, told

if TYPE_CHECKING:
    from widgets.canvas.scene import CanvasScene
    from widgets.canvas.view import Canvas

_ALIGN = 8.0
_SPLICE = 18.0  # on screen, from the head of the card to the wire


def carried(scene: CanvasScene, names: Iterable[str], frames: Iterable[str]) -> tuple[set[str], set[str]]:
    """What moves with these: rows with their stack, frames with all that they hold; what is locked stays."""
    moved, framed = set(names), set(frames)
    for frame in tuple(framed):
        held, notes = inside(scene.graph, frame, scene.blocks)
        moved.update(held)
        framed.update(notes)
    for name in tuple(moved):
        moved.update(scene.followers(name))
    return {name for name in moved if not marked(scene.graph, name, "locked")}, framed


class MoveNodes(Gesture):
    """Moves the chosen cards, the rows of a stack along with its head and a frame's contents along with the frame.

    x snaps to the cards nearby, Shift frees. A single card without wires can be dropped on a wire.
    """

    cursor = Qt.CursorShape.ClosedHandCursor
    scrolls = True

    def __init__(self, view: Canvas, anchor: str, frame: str = "") -> None:
        super().__init__(view)
        self.anchor, self.frame = anchor, frame

    def start(self, place: QPoint) -> None:
        self._grip = self.view.to_scene(place)
        names, frames = self._chosen()
        self._dots = set(self.scene.dots.selected)
        self._frames = {name: self.scene.frames[name].area() for name in frames}
        self._from = {name: QPointF(self.scene.nodes[name].pos()) for name in names}
        self._led = moved_dots(self.scene, self._dots, names, QPointF())
        self._led_from = dict(self._led)
        self._whole = self.scene.bounds(names) if len(names) > GHOST_FROM else QRectF()
        self._ghost = QRectF(self._whole) if len(names) > GHOST_FROM else None
        self._guide: QLineF | None = None
        self._shift = QPointF()
        self.edge: Edge | None = None
        self._free = self._is_free(names)
        self._spliceable: dict[Edge, bool] = {}
        self._loosened = self._loosen(names)
        if self._ghost is None:
            self.scene.begin_move(names)

    def _chosen(self) -> tuple[set[str], set[str]]:
        scene = self.scene
        frames = scene.frames.selected | ({self.frame} if self.frame else set())
        return carried(scene, scene.selected | ({self.anchor} if self.anchor else set()), frames)

    def _is_free(self, names: set[str]) -> bool:
        graph = self.scene.graph
        return names == {self.anchor} and not graph.incoming[self.anchor] and not graph.outgoing[self.anchor]

    def _loosen(self, names: Iterable[str]) -> dict[str, object]:
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
            shift = self._snapped(shift) if self.anchor in self._from else self._freely(shift)
        elif self._guide:
            self._show_guide(None)
        self._shift = shift
        if self._ghost is not None:
            self.view.update_area(self._ghost)
            self._ghost = self._whole.translated(shift)
            self.view.update_area(self._ghost)
            return
        self.scene.dots.show(self._led_from)
        self._led = moved_dots(self.scene, self._dots, self._from, shift)
        self.scene.move({name: at + shift for name, at in self._from.items()}, self._led)
        self.scene.frames.move({name: area.translated(shift) for name, area in self._frames.items()})
        self._show_target()

    def _freely(self, shift: QPointF) -> QPointF:
        """One dot alone comes into line with its neighbors on the wire; anything else moves on the fine grid."""
        if self._from or self._frames or len(self._dots) != 1:
            return _on_grid(shift)
        ((edge, number),) = self._dots
        at = self._led_from[edge][number]
        return snapped(self.scene, edge, number, at + shift, self.view.zoom) - at

    # ---- where it snaps to ---------------------------------------------------------------------------------------

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
        if self._ghost is not None:
            return []  # so many cards move that none nearby stays
        around = QRectF(at.x() - 60, at.y() - 320, 344, 690)
        close = [name for name in nodes_in(self.scene, around) if name not in wired]
        return [name for name in (*wired, *close) if name not in self._from]

    def _show_guide(self, guide: QLineF | None) -> None:
        for line in (self._guide, guide):
            if line:
                self.view.update_area(QRectF(line.p1(), line.p2()).normalized())
        self._guide = guide

    # ---- what it would be dropped on -----------------------------------------------------------------------------

    def _show_target(self) -> None:
        """Light the wire that a free card would be led through, and the frame that would hold what is moved."""
        edge = self._wire_below() if self._free else None
        if edge != self.edge:
            self.edge = edge
            self.scene.hover_edge(edge)
        if self.anchor in self._from:
            center = self.scene.nodes[self.anchor].area().center()
            self.scene.frames.heat(center, set(self._frames))

    def _wire_below(self) -> Edge | None:
        area = self.scene.nodes[self.anchor].area()
        edge = edge_at(self.scene, QPointF(area.center().x(), area.center().y()), _SPLICE / self.view.zoom)
        if edge is None:
            return None
        if edge not in self._spliceable:
            self._spliceable[edge] = can_splice(self.scene.graph, edge, self.anchor, self.scene.blocks)
        return edge if self._spliceable[edge] else None

    # ---- the end -------------------------------------------------------------------------------------------------

    def end(self, place: QPoint, keys: Modifiers) -> None:
        self._finish()
        moved = self._shift.manhattanLength() > 0
        if moved and self.edge is not None:
            self.view.splice_wanted.emit(self.anchor, self.edge)
        elif moved:
            self._tell()
        self.scene.end_move(self._loosened)

    def _tell(self) -> None:
        places = {name: at + self._shift for name, at in self._from.items()}
        nodes = {name: (at.x(), at.y()) for name, at in places.items()}
        if self._dots:
            self.view.dots_moved.emit(self._areas(), nodes, told(self._placed_dots()))
        elif self._frames:
            self.view.frames_moved.emit(self._areas(), nodes)
        elif nodes:
            self.view.moved.emit(nodes)

    def _placed_dots(self) -> dict[Edge, list[QPointF]]:
        self.scene.dots.show(self._led_from)
        return moved_dots(self.scene, self._dots, self._from, self._shift)

    def _areas(self) -> dict[str, tuple[float, float, float, float]]:
        areas = {name: area.translated(self._shift) for name, area in self._frames.items()}
        return {name: (area.x(), area.y(), area.width(), area.height()) for name, area in areas.items()}

    def cancel(self) -> None:
        self._finish()
        self.scene.end_move(self._loosened)

    def _finish(self) -> None:
        for name, card in self._loosened.items():
            self.scene.nodes[name].set_card(card)
        self._show_guide(None)
        self.scene.hover_edge(None)
        self.scene.frames.heat(None)
        if self._ghost is not None:
            self.view.update_area(self._ghost)

    def paint(self, painter: QPainter) -> None:
        if self._guide:
            painter.setPen(hairline("acc_line"))
            painter.drawLine(self._guide)
        if self._ghost:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)  # straight edges; smooth ones cost 2 ms
            painter.fillRect(self._ghost, theme.color("acc_line", 0.08))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(hairline("acc_line"))
            painter.drawRect(self._ghost)


class CopyNodes(Gesture):
    """Alt: pulls copies of the chosen cards out; the cards themselves stay."""

    cursor = Qt.CursorShape.DragCopyCursor
    scrolls = True

    def start(self, place: QPoint) -> None:
        self._grip = self.view.to_scene(place)
        names = set(self.scene.selected)
        for name in tuple(names):
            names.update(self.scene.followers(name))
        self.names = sorted(names)
        self._boxes = [self.scene.nodes[name].area() for name in self.names]
        self._whole = self.scene.bounds(self.names)
        self._shift = QPointF()

    def move(self, place: QPoint, keys: Modifiers) -> None:
        self.view.update_area(self._whole.translated(self._shift))
        self._shift = _on_grid(self.view.to_scene(place) - self._grip)
        self.view.update_area(self._whole.translated(self._shift))

    def end(self, place: QPoint, keys: Modifiers) -> None:
        self.cancel()
        if self._shift.manhattanLength() > 0:
            self.view.copy_wanted.emit(self.names, self._shift.x(), self._shift.y())

    def cancel(self) -> None:
        self.view.update_area(self._whole.translated(self._shift))

    def paint(self, painter: QPainter) -> None:
        painter.setPen(hairline("acc_line"))
        painter.setBrush(theme.color("acc_line", 0.12))
        for box in self._boxes[:GHOST_FROM]:
            painter.drawRoundedRect(box.translated(self._shift), 9, 9)


def _on_grid(shift: QPointF) -> QPointF:
    return QPointF(round(shift.x() / GRID) * GRID, round(shift.y() / GRID) * GRID)
