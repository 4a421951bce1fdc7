"""What the keyboard does on the canvas: walk along wires, wire, rename, remove, zoom; the rest is left to commands."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent

from engine.arrange import marked
from engine.notes import inside
from widgets.canvas.hits import Hit
from widgets.canvas.linking import KeyWire

if TYPE_CHECKING:
    from widgets.canvas.view import Canvas

Key, Mod = Qt.Key, Qt.KeyboardModifier
_ARROWS = {Key.Key_Up: (0, -1), Key.Key_Down: (0, 1), Key.Key_Left: (-1, 0), Key.Key_Right: (1, 0)}
_NUDGE, _NUDGE_FAR = 4, 40
ZOOM_STEP = 1.25


def handle(view: Canvas, event: QKeyEvent) -> bool:
    """Do what a key asks for; False where it is not the canvas's and commands may have it."""
    key, mods = Key(event.key()), event.modifiers() & ~Mod.KeypadModifier
    if key == Key.Key_Escape:
        return _escape(view)
    if isinstance(view.gesture, KeyWire) and view.gesture.key(key):
        return True
    if view.gesture:
        return False
    if key in _ARROWS:
        return _arrow(view, _ARROWS[key], mods)
    action = _ACTIONS.get((key, mods))
    if action is None and mods == Mod.ControlModifier | Mod.ShiftModifier and key in (Key.Key_Plus, Key.Key_Equal):
        action = _zoom_in
    return action(view) if action else False


def _escape(view: Canvas) -> bool:
    if view.gesture:
        view.cancel_gesture()
        return True
    callout = view.mirror.callout
    if callout and callout.row >= 0:
        callout.set_state(callout.hover, -1)
        return True
    if view.mirror.selected or view.mirror.selected_edges or view.mirror.selected_frames:
        view.choose(())
        return True
    return False


def _arrow(view: Canvas, way: tuple[int, int], mods: Mod) -> bool:
    if mods & Mod.AltModifier:
        if mods & Mod.ControlModifier:
            return False
        return _nudge(view, way, _NUDGE_FAR if mods & Mod.ShiftModifier else _NUDGE)
    if mods & Mod.ControlModifier:
        return False
    if _in_callout(view, way):
        return True
    found = step(view, way)
    if found:
        view.choose(view.mirror.selected | {found} if mods & Mod.ShiftModifier else {found}, last=found)
        view.show_node(found)
    return True


def _nudge(view: Canvas, way: tuple[int, int], by: int) -> bool:
    scene = view.mirror
    view.glide.finish()
    names, frames = set(scene.selected), set(scene.selected_frames)
    for frame in tuple(frames):
        held, notes = inside(scene.graph, frame, scene.blocks)
        names.update(held)
        frames.update(notes)
    for name in tuple(names):
        names.update(scene.followers(name))
    shift = QPointF(way[0] * by, way[1] * by)
    places = {name: scene.nodes[name].pos() + shift for name in names if not marked(scene.graph, name, "locked")}
    nodes = {name: (place.x(), place.y()) for name, place in places.items()}
    areas = {name: scene.frames[name].area().translated(shift) for name in frames}
    if areas:
        view.frames_moved.emit({n: (a.x(), a.y(), a.width(), a.height()) for n, a in areas.items()}, nodes)
    elif nodes:
        view.moved.emit(nodes)
    return bool(names or frames)


def _in_callout(view: Canvas, way: tuple[int, int]) -> bool:
    """The repairs of the chosen card are one step to the side of it."""
    callout = view.mirror.callout
    if callout is None or not callout.isVisible() or {callout.problem.node} != view.mirror.selected:
        return False
    count = len(callout.problem.fixes)
    towards = -1 if callout.on_left else 1
    if callout.row < 0:
        if way[0] != towards or not count:
            return False
        row = 0
    elif way[0] == -towards:
        row = -1
    else:
        row = min(max(callout.row + way[1], 0), count - 1)
    callout.set_state(callout.hover, row)
    if row >= 0:
        fix = callout.problem.fixes[row]
        view.say(f"Repair: {fix.label}. {'. '.join(fix.lines)}")
    return True


def step(view: Canvas, way: tuple[int, int]) -> str:
    """The card one step away: along a wire where there is one that way, else the nearest in that direction."""
    scene = view.mirror
    at = view.last_chosen()
    if not at:
        ordered = sorted(scene.nodes.values(), key=lambda item: (item.pos().y(), item.pos().x()))
        return ordered[0].card.id if ordered else ""
    graph = scene.graph
    if way == (0, 1):
        near = [edge.target for edge in graph.outgoing[at]]
    elif way == (0, -1):
        near = [edge.source for edge in graph.incoming[at]]
    else:
        near = [edge.target for up in graph.incoming[at] for edge in graph.outgoing[up.source]]
        near += [edge.source for down in graph.outgoing[at] for edge in graph.incoming[down.target]]
        near = [name for name in near if name != at and _is_that_way(scene, at, name, way)]
    if near:
        return near[0] if way[1] else min(near, key=lambda name: _distance(scene, at, name, way))
    others = [name for name in scene.nodes if name != at and _is_that_way(scene, at, name, way)]
    return min(others, key=lambda name: _distance(scene, at, name, way), default="")


def _away(scene, one: str, two: str) -> QPointF:
    return scene.nodes[two].area().center() - scene.nodes[one].area().center()


def _is_that_way(scene, one: str, two: str, way: tuple[int, int]) -> bool:
    away = _away(scene, one, two)
    along = away.x() * way[0] + away.y() * way[1]
    across = abs(away.x() * way[1]) + abs(away.y() * way[0])
    return along > 1 and across <= 2 * along


def _distance(scene, one: str, two: str, way: tuple[int, int]) -> float:
    away = _away(scene, one, two)
    return abs(away.x() * way[0] + away.y() * way[1]) + 2 * (abs(away.x() * way[1]) + abs(away.y() * way[0]))


def _enter(view: Canvas) -> bool:
    callout = view.mirror.callout
    if callout and callout.row >= 0 and {callout.problem.node} == view.mirror.selected:
        view.fix_wanted.emit(callout.index, callout.row)
        return True
    at = view.last_chosen()
    note = next(iter(sorted(view.mirror.selected_frames)), "")
    if at:
        view.enter_wanted.emit(at)
    elif note:
        view.write(note)
    return bool(at or note)


def _remove(view: Canvas, reconnect: bool) -> bool:
    scene = view.mirror
    if scene.selected_frames:
        view.frames_remove_wanted.emit(sorted(scene.selected_frames), sorted(scene.selected))
    elif scene.selected:
        view.remove_wanted.emit(sorted(scene.selected), reconnect)
    elif scene.selected_edges:
        view.disconnect_wanted.emit(sorted(scene.selected_edges))
    else:
        return False
    return True


def _rename(view: Canvas) -> bool:
    at = view.last_chosen()
    note = next(iter(sorted(view.mirror.selected_frames)), "")
    if at:
        view.rename(at)
    elif note:
        view.write(note)
    return bool(at or note)


def _wire(view: Canvas) -> bool:
    at = view.last_chosen()
    if not at or not view.mirror.nodes[at].card.outputs:
        return False
    view.begin(KeyWire(view, at), QPoint())
    return True


def _menu(view: Canvas) -> bool:
    """The menu of what is chosen, opened beside it."""
    scene = view.mirror
    at = view.last_chosen()
    edge = next(iter(sorted(scene.selected_edges)), None)
    note = next(iter(sorted(scene.selected_frames)), "")
    if not at and edge is None:
        area = scene.frames[note].area() if note else view.visible_area()
        shown = view.viewport().mapToGlobal(view.mapFromScene(area.center()))
        view.menu_wanted.emit(Hit("frame", frame=note) if note else Hit("empty"), shown)
        return True
    place = scene.nodes[at].area().center() if at else scene.wires[edge].path().pointAtPercent(0.5)
    shown = view.viewport().mapToGlobal(view.mapFromScene(place))
    view.context_wanted.emit(sorted(scene.selected), None if at else edge, shown)
    return True


def _quick_add(view: Canvas) -> bool:
    view.quick_add_here()
    return True


def _cut_hovered(view: Canvas) -> bool:
    """X takes the wire under the pointer away."""
    edge = view.mirror.hovered_edge
    if edge is not None:
        view.disconnect_wanted.emit([edge])
    return edge is not None


def _zoom_in(view: Canvas) -> bool:
    view.zoom_at(view.viewport().rect().center(), ZOOM_STEP)
    return True


def _zoom_out(view: Canvas) -> bool:
    view.zoom_at(view.viewport().rect().center(), 1 / ZOOM_STEP)
    return True


def _done(action: Callable[[Canvas], object]) -> Callable[[Canvas], bool]:
    def run(view: Canvas) -> bool:
        action(view)
        return True

    return run


_PLAIN, _CTRL, _SHIFT = Mod.NoModifier, Mod.ControlModifier, Mod.ShiftModifier
_ACTIONS: dict[tuple[Key, Mod], Callable[[Canvas], bool]] = {
    (Key.Key_Tab, _PLAIN): _quick_add,
    (Key.Key_A, _SHIFT): _quick_add,
    (Key.Key_Menu, _PLAIN): _menu,
    (Key.Key_F10, _SHIFT): _menu,
    (Key.Key_Return, _PLAIN): _enter,
    (Key.Key_Enter, _PLAIN): _enter,
    (Key.Key_Delete, _PLAIN): lambda view: _remove(view, False),
    (Key.Key_Backspace, _PLAIN): lambda view: _remove(view, False),
    (Key.Key_Delete, _CTRL): lambda view: _remove(view, True),
    (Key.Key_F2, _PLAIN): _rename,
    (Key.Key_W, _PLAIN): _wire,
    (Key.Key_X, _PLAIN): _cut_hovered,
    (Key.Key_Home, _PLAIN): _done(lambda view: view.fit()),
    (Key.Key_A, _PLAIN): _done(lambda view: view.fit()),
    (Key.Key_Period, _PLAIN): _done(lambda view: view.fit_selection()),
    (Key.Key_0, _CTRL): _done(lambda view: view.zoom_to(100)),
    (Key.Key_Equal, _CTRL): _zoom_in,
    (Key.Key_Plus, _CTRL): _zoom_in,
    (Key.Key_Minus, _CTRL): _zoom_out,
    (Key.Key_A, _CTRL): _done(lambda view: view.choose(set(view.mirror.nodes))),
}
