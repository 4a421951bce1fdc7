"""What is under a point of the canvas: ports before cards, cards before wires."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF

from engine.graph import Edge
from widgets.canvas.content import Slot
from widgets.canvas.items import NodeItem

if TYPE_CHECKING:
    from widgets.canvas.scene import CanvasScene


@dataclass(frozen=True)
class Hit:
    """What is under a point: a card, a port, a wire, the plus, a button, a callout, a note, a resting wire, a dot."""

    kind: str
    node: str = ""
    side: str = ""
    slot: Slot | None = None
    edge: Edge | None = None
    row: int = -1
    frame: str = ""


def hit_at(scene: CanvasScene, place: QPointF, reach: float, callouts: bool = True) -> Hit:
    """What is under a point; `reach` is the grab radius of a port in scene units."""
    found = _in_callout(scene, place) if callouts else None
    if found:
        return found
    around = QRectF(place.x() - reach, place.y() - reach - 20, 2 * reach, 2 * reach + 20)
    near = [item for item in scene.items(around) if isinstance(item, NodeItem)]
    found = _plus(near, place) or _port(near, place, reach)
    if found:
        return found
    for item in near:
        if item.area().contains(place):
            return Hit("node", item.card.id)
    frame = _frame(scene, place)
    if frame.side == "rb":
        return frame  # a wire may run over the grip of a frame
    dot = scene.dots.at(place, max(reach, 8)) if callouts else None
    if dot:
        return Hit("dot", edge=dot[0], row=dot[1])
    edge = scene.edge_at(place, max(reach / 2, 6))
    if edge:
        return Hit("wire", edge=edge)
    rest = scene.resting.at(place, max(reach / 2, 6))
    return Hit("rest", edge=rest) if rest else frame


def _frame(scene: CanvasScene, place: QPointF) -> Hit:
    """A note, a frame's title or its edges; inside a frame it is as empty as outside."""
    for item in sorted(scene.frames.values(), key=lambda one: -one.zValue()):
        part = item.part_at(place)
        if part:
            return Hit("frame", side=part, frame=item.frame.id)
    return Hit("empty")


def _in_callout(scene: CanvasScene, place: QPointF) -> Hit | None:
    callout = scene.callout
    if callout is None or not callout.isVisible():
        return None
    row = callout.button_at(place)
    if row >= 0:
        return Hit("button", row=row)
    return Hit("callout") if callout.area().contains(callout.mapFromScene(place)) else None


def _plus(near: list[NodeItem], place: QPointF) -> Hit | None:
    for item in near:
        if item.plus_at(place):
            return Hit("plus", item.card.id, "out", item.card.outputs[0])
    return None


def _port(near: list[NodeItem], place: QPointF, reach: float) -> Hit | None:
    """The nearest port; a card that covers another one's port keeps it covered."""
    best: tuple[float, Hit] | None = None
    for item in near:
        found = item.port_at(place, reach)
        if not found:
            continue
        side, slot = found
        away = place - item.pos() - QPointF(slot.x, 0 if side == "in" else item.card.height)
        distance = away.x() ** 2 + away.y() ** 2
        if best is None or distance < best[0]:
            best = (distance, Hit("port", item.card.id, side, slot))
    return best[1] if best else None
