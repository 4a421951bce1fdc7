"""What is where on the canvas: under a point, ports before cards and cards before wires; and inside an area."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt

from engine.graph import Edge
from widgets.canvas.content import Slot
from widgets.canvas.items import NodeItem, WireItem

if TYPE_CHECKING:
    from widgets.canvas.scene import CanvasScene

_OF_CARD = 0.4
"""The most of a card's height, from its edge, that a port takes of it."""
_BY_RECT = Qt.ItemSelectionMode.IntersectsItemBoundingRect


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
    edge = edge_at(scene, place, max(reach / 2, 6))
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
        # inside of a card its ports leave the middle to the card, which in the low row of a stack is near
        inside = item.area().contains(place)
        found = item.port_at(place, min(reach, item.card.height * _OF_CARD) if inside else reach)
        if not found:
            continue
        side, slot = found
        away = place - item.pos() - QPointF(slot.x, 0 if side == "in" else item.card.height)
        distance = away.x() ** 2 + away.y() ** 2
        if best is None or distance < best[0]:
            best = (distance, Hit("port", item.card.id, side, slot))
    return best[1] if best else None


def node_at(scene: CanvasScene, place: QPointF) -> str:
    """The card under a point, empty where there is none."""
    for item in scene.items(place):
        if isinstance(item, NodeItem) and item.area().contains(place):
            return item.card.id
    return ""


def edge_at(scene: CanvasScene, place: QPointF, reach: float) -> Edge | None:
    """The wire near a point: the one that runs through it before one that only comes near."""
    around = _square(place, reach)
    close = _square(place, reach * 0.3)
    near = [wire for wire in wires_in(scene, around) if wire.touches(around)]
    return next((wire.edge for wire in near if wire.touches(close)), near[0].edge if near else None)


def nodes_in(scene: CanvasScene, area: QRectF) -> list[str]:
    """The cards that reach into an area."""
    found = (item for item in scene.items(area, _BY_RECT) if isinstance(item, NodeItem))
    return [item.card.id for item in found if item.area().intersects(area)]


def nodes_near(scene: CanvasScene, place: QPointF, reach: float) -> list[str]:
    return nodes_in(scene, _square(place, reach))


def wires_in(scene: CanvasScene, area: QRectF) -> list[WireItem]:
    """The wires drawn through an area."""
    return [item for item in scene.items(area, _BY_RECT) if isinstance(item, WireItem) and item.isVisible()]


def _square(place: QPointF, reach: float) -> QRectF:
    return QRectF(place.x() - reach, place.y() - reach, 2 * reach, 2 * reach)
