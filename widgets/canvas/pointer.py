"""What the pointer does on the canvas: which gesture a press starts; clicks, double clicks and the wheel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QInputDevice, QMouseEvent, QWheelEvent

from widgets.canvas.frames import CURSORS
from widgets.canvas.framing import ResizeFrame
from widgets.canvas.gestures import CutWires, Modifiers, Pan, Rubber
from widgets.canvas.hits import Hit
from widgets.canvas.leading import PullDot
from widgets.canvas.linking import grab
from widgets.canvas.moving import CopyNodes, MoveNodes
from widgets.canvas.rewiring import MoveWires, wires_of
from widgets.canvas.speech import tip

if TYPE_CHECKING:
    from widgets.canvas.view import Canvas

Button = Qt.MouseButton
DRAG_FROM = 4  # pixels until a press becomes a drag
NOTCH = 1.0015  # zoom for one unit of the wheel; a notch is 120


def press(view: Canvas, event: QMouseEvent) -> None:
    """A button goes down."""
    place, button, keys = event.position().toPoint(), event.button(), event.modifiers()
    if view.hand.gesture:
        return
    if button == Button.MiddleButton or (button == Button.LeftButton and view.hand.space_held):
        view.hand.begin(Pan(view), place, button)
    elif button == Button.RightButton:
        if keys & Modifiers.ControlModifier:
            view.hand.begin(CutWires(view), place, button)
    elif button == Button.LeftButton:
        _press_left(view, place, keys)


def _press_left(view: Canvas, place: QPoint, keys: Modifiers) -> None:
    hit = view.hit(place)
    if hit.kind == "port" and hit.slot:
        _press_port(view, hit, place, keys)
    elif hit.kind == "node":
        _press_node(view, hit, place, keys)
    elif hit.kind == "frame":
        _press_frame(view, hit, place, keys)
    elif hit.kind == "wire" and hit.edge:
        _press_wire(view, hit, place, keys)
    elif hit.kind == "dot" and hit.edge:
        _press_dot(view, hit, place, keys)
    elif hit.kind in ("plus", "button", "ghost"):
        view.hand.pressed = hit
        view.hand.press_place = place
    elif hit.kind in ("empty", "rest"):
        view.hand.begin(Rubber(view), place)


def _press_wire(view: Canvas, hit: Hit, place: QPoint, keys: Modifiers) -> None:
    """A wire is chosen; Alt puts a dot on it, and so does pulling at it."""
    assert hit.edge is not None
    if keys & Modifiers.AltModifier:
        view.hand.begin(PullDot(view, hit.edge), place)
        return
    scene = view.mirror
    more = bool(keys & (Modifiers.ShiftModifier | Modifiers.ControlModifier))
    edges = scene.selected_edges ^ {hit.edge} if more else {hit.edge}
    view.choose(scene.selected if more else (), edges)
    view.hand.pressed, view.hand.press_place = hit, place


def _press_dot(view: Canvas, hit: Hit, place: QPoint, keys: Modifiers) -> None:
    assert hit.edge is not None
    scene, dot = view.mirror, (hit.edge, hit.row)
    view.hand.pressed, view.hand.press_place = hit, place
    if keys & (Modifiers.ShiftModifier | Modifiers.ControlModifier):
        view.choose(scene.selected, frames=scene.frames.selected, dots=scene.dots.selected ^ {dot})
    elif dot not in scene.dots.selected:
        view.choose((), dots={dot})


def _press_port(view: Canvas, hit: Hit, place: QPoint, keys: Modifiers) -> None:
    """A wire into the hand; with Ctrl or Shift all wires of the port; with Alt they are broken."""
    assert hit.slot is not None
    edges = wires_of(view, hit.node, hit.side, hit.slot)
    if keys & Modifiers.AltModifier:
        if edges:
            view.disconnect_wanted.emit(edges)
    elif edges and keys & (Modifiers.ControlModifier | Modifiers.ShiftModifier):
        view.hand.begin(MoveWires(view, hit.node, hit.side, hit.slot, edges), place)
    else:
        view.hand.begin(grab(view, hit.node, hit.side, hit.slot), place)


def _press_node(view: Canvas, hit: Hit, place: QPoint, keys: Modifiers) -> None:
    scene = view.mirror
    view.hand.pressed, view.hand.press_place = hit, place
    if keys & Modifiers.ControlModifier:
        view.choose(scene.selected ^ {hit.node}, last=hit.node, frames=scene.frames.selected, dots=scene.dots.selected)
    elif keys & Modifiers.ShiftModifier:
        view.choose(scene.selected | {hit.node}, last=hit.node, frames=scene.frames.selected, dots=scene.dots.selected)
    elif hit.node not in scene.selected:
        view.choose({hit.node}, last=hit.node)


def _press_frame(view: Canvas, hit: Hit, place: QPoint, keys: Modifiers) -> None:
    """A note or frame is chosen; its edges are pulled, the rest of it is moved."""
    scene = view.mirror
    if keys & (Modifiers.ControlModifier | Modifiers.ShiftModifier):
        view.choose(scene.selected, frames=scene.frames.selected ^ {hit.frame}, dots=scene.dots.selected)
    elif hit.frame not in scene.frames.selected:
        view.choose((), frames={hit.frame})
    if hit.side == "move":
        view.hand.pressed, view.hand.press_place = hit, place
    else:
        view.hand.begin(ResizeFrame(view, hit.frame, hit.side), place)


def move(view: Canvas, event: QMouseEvent) -> None:
    """The pointer moves, with or without a button."""
    place, keys = event.position().toPoint(), event.modifiers()
    if view.hand.gesture:
        view.hand.move(place, keys)
        return
    pressed = view.hand.pressed
    if pressed and pressed.kind in ("node", "frame", "wire", "dot") and event.buttons() & Button.LeftButton:
        if (place - view.hand.press_place).manhattanLength() >= DRAG_FROM:
            _drag(view, pressed, place, keys)
        return
    if not event.buttons():
        view.show_hover(view.hit(place))


def _drag(view: Canvas, pressed: Hit, place: QPoint, keys: Modifiers) -> None:
    """A press became a drag."""
    scene = view.mirror
    dot = pressed.kind == "dot" and (pressed.edge, pressed.row) in scene.dots.selected
    wire = pressed.kind == "wire" and pressed.edge in scene.selected_edges
    if not (dot or wire or pressed.node in scene.selected or pressed.frame in scene.frames.selected):
        return  # Ctrl took it out of the choice
    view.hand.pressed = None
    if wire and pressed.edge:
        view.hand.begin(PullDot(view, pressed.edge), view.hand.press_place)
    elif dot:
        view.hand.begin(MoveNodes(view, ""), view.hand.press_place)
    elif pressed.frame:
        view.hand.begin(MoveNodes(view, "", pressed.frame), view.hand.press_place)
    elif keys & Modifiers.AltModifier:
        view.hand.begin(CopyNodes(view), view.hand.press_place)
    else:
        view.hand.begin(MoveNodes(view, pressed.node), view.hand.press_place)
    view.hand.move(place, keys)


def release(view: Canvas, event: QMouseEvent) -> None:
    """A button goes up."""
    place, keys = event.position().toPoint(), event.modifiers()
    if view.hand.gesture:
        if event.button() == view.hand.button:
            view.hand.finish(place, keys)
            view.show_hover(view.hit(place))
        return
    pressed, view.hand.pressed = view.hand.pressed, None
    if event.button() == Button.RightButton and not keys & Modifiers.ControlModifier:
        _context(view, place, keys)
    elif pressed and event.button() == Button.LeftButton:
        _click(view, pressed, place, keys)


def _click(view: Canvas, pressed: Hit, place: QPoint, keys: Modifiers) -> None:
    here = view.hit(place)
    if pressed.kind == "node" and not keys & (Modifiers.ShiftModifier | Modifiers.ControlModifier):
        view.choose({pressed.node}, last=pressed.node)
    elif pressed.kind == "dot" and not keys & (Modifiers.ShiftModifier | Modifiers.ControlModifier):
        view.choose((), dots={(pressed.edge, pressed.row)})
    elif pressed.kind == "button" and here == pressed:
        callout = view.mirror.callout
        if callout:
            view.fix_wanted.emit(callout.index, pressed.row)
    elif pressed.kind == "ghost" and here.kind == "ghost":
        view.data_wanted.emit()
    elif pressed.kind == "plus" and here.kind == "plus" and pressed.slot:
        item = view.mirror.nodes[pressed.node]
        below = item.output_point(pressed.slot.port) + QPointF(0, 30)
        at = view.viewport().mapToGlobal(place)
        view.quick_add_wanted.emit(below, at, pressed.node, pressed.slot.port, "", "")


def _context(view: Canvas, place: QPoint, keys: Modifiers) -> None:
    """Right click: the menu of what is there; on empty canvas the quick search, with Shift the canvas's menu."""
    hit = view.hit(place)
    at = view.viewport().mapToGlobal(place)
    if hit.kind in ("port", "frame", "rest", "dot") or (
        hit.kind in ("empty", "ghost") and keys & Modifiers.ShiftModifier
    ):
        if hit.frame and hit.frame not in view.mirror.frames.selected:
            view.choose((), frames={hit.frame})
        if hit.kind == "dot" and (hit.edge, hit.row) not in view.mirror.dots.selected:
            view.choose((), dots={(hit.edge, hit.row)})
        view.menu_wanted.emit(hit, at)
    elif hit.kind in ("node", "plus"):
        if hit.node not in view.mirror.selected:
            view.choose({hit.node}, last=hit.node)
        view.context_wanted.emit(sorted(view.mirror.selected), None, at)
    elif hit.kind == "wire":
        view.choose((), {hit.edge})
        view.context_wanted.emit([], hit.edge, at)
    elif hit.kind in ("empty", "ghost"):
        view.quick_add_wanted.emit(view.to_scene(place), at, "", "", "", "")


def double(view: Canvas, event: QMouseEvent) -> None:
    """Double click: enter a card, search on empty canvas, insert into a wire, take a dot away."""
    if event.button() != Button.LeftButton:
        return
    place = event.position().toPoint()
    hit = view.hit(place)
    at = view.viewport().mapToGlobal(place)
    view.hand.pressed = None
    if hit.kind == "node":
        view.choose({hit.node}, last=hit.node)
        view.enter_wanted.emit(hit.node)
    elif hit.kind == "frame":
        view.write(hit.frame)
    elif hit.kind == "rest" and hit.edge:
        view.rest_wanted.emit(hit.edge, True)
    elif hit.kind == "dot" and hit.edge:
        view.dots_remove_wanted.emit([(hit.edge, hit.row)], [], [])
    elif hit.kind == "wire" and hit.edge:
        edge = hit.edge
        view.quick_add_wanted.emit(view.to_scene(place), at, edge.source, edge.output, edge.target, edge.input)
    elif hit.kind == "empty":
        view.quick_add_wanted.emit(view.to_scene(place), at, "", "", "", "")


def wheel(view: Canvas, event: QWheelEvent) -> None:
    """The wheel zooms at the pointer; two fingers on a touchpad move; Ctrl always zooms, Shift moves sideways."""
    keys, turned, pixels = event.modifiers(), event.angleDelta(), event.pixelDelta()
    touchpad = event.pointingDevice().type() == QInputDevice.DeviceType.TouchPad
    fingers = not pixels.isNull() and (touchpad or event.phase() != Qt.ScrollPhase.NoScrollPhase)
    if fingers and not keys & Modifiers.ControlModifier:
        view.camera.scroll_by(pixels)
    elif keys & Modifiers.ShiftModifier and not keys & Modifiers.ControlModifier:
        view.camera.scroll_by(QPoint(turned.y() + turned.x(), 0))
    else:
        view.camera.turn(event.position().toPoint(), NOTCH ** (turned.y() or turned.x()))
    event.accept()


def hover(view: Canvas, hit: Hit, before: str) -> str:
    """Show what is under the pointer: borders, the plus, a wire's shape, the cursor, the tooltip."""
    scene = view.mirror
    node = hit.node if hit.kind in ("node", "port", "plus") else ""
    if node != before and before in scene.nodes:
        scene.nodes[before].set_hover(False)
    if node:
        item = scene.nodes[node]
        item.set_hover(True)
        if item.marks.plus_hover != (hit.kind == "plus"):
            item.marks.plus_hover = hit.kind == "plus"
            item.update()
    scene.hover_edge(hit.edge if hit.kind in ("wire", "dot") else None)
    scene.dots.hover((hit.edge, hit.row) if hit.kind == "dot" and hit.edge else None)
    for name, frame in scene.frames.items():
        frame.set_state(hover=name == hit.frame)
    if scene.callout:
        scene.callout.set_state(hit.row if hit.kind == "button" else -1)
    cursor = CURSORS.get(hit.side) if hit.kind == "frame" else _CURSORS.get(hit.kind)
    if cursor is None:
        view.viewport().unsetCursor()
    else:
        view.viewport().setCursor(cursor)
    view.viewport().setToolTip(tip(scene, hit))
    return node


_CURSORS = {
    "plus": Qt.CursorShape.PointingHandCursor,
    "button": Qt.CursorShape.PointingHandCursor,
    "ghost": Qt.CursorShape.PointingHandCursor,
    "port": Qt.CursorShape.CrossCursor,
    "dot": Qt.CursorShape.OpenHandCursor,
}
