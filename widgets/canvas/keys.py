"""What the keyboard does on the canvas: walk along wires, wire, rename, remove, zoom; the rest is left to commands.

Which key does what is in force in `widgets.keymap`; the table is in `acts.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent

from widgets import keymap
from widgets.canvas.acts import ACTS, with_shift
from widgets.canvas.hits import Hit
from widgets.canvas.leading import moved_dots, told
from widgets.canvas.linking import KeyWire
from widgets.canvas.moving import carried
from widgets.canvas.spots import ask_quick_add

if TYPE_CHECKING:
    from widgets.canvas.view import Canvas

Key = Qt.Key
_NUDGE, _NUDGE_FAR = 4, 40
ZOOM_STEP = 1.25


def handle(view: Canvas, event: QKeyEvent) -> bool:
    """Do what a key asks for; False where it is not the canvas's and commands may have it."""
    key = Key(event.key())
    if key == Key.Key_Escape:
        return _escape(view)
    found = _table().get(keymap.pressed(event), [])
    if isinstance(view.hand.gesture, KeyWire):
        if ("start_wire", False) in found:
            view.hand.gesture.again()
            return True
        return view.hand.gesture.key(key)
    return not view.hand.gesture and any(RUNS[name](view, shifted) for name, shifted in found)


def has(event: QKeyEvent) -> bool:
    """Whether the canvas has something to do with a key."""
    return keymap.pressed(event) in _table()


def _escape(view: Canvas) -> bool:
    if view.hand.gesture:
        view.hand.cancel()
        return True
    callout = view.mirror.callout
    if callout and callout.row >= 0:
        callout.set_state(callout.hover, -1)
        return True
    scene = view.mirror
    if scene.selected or scene.selected_edges or scene.frames.selected or scene.dots.selected:
        view.choose(())
        return True
    return False


def _walk(view: Canvas, way: tuple[int, int], grow: bool) -> bool:
    """Choose the next card, with `grow` besides those that are chosen."""
    if _in_callout(view, way):
        return True
    found = step(view, way)
    if found:
        view.choose(view.mirror.selected | {found} if grow else {found}, last=found)
        view.camera.show_node(found)
    return True


def _nudge(view: Canvas, way: tuple[int, int], far: bool) -> bool:
    """Move what is chosen; where nothing is, others may have the key: Alt+Up leads out of a block then."""
    scene, by = view.mirror, _NUDGE_FAR if far else _NUDGE
    view.glide.finish()
    names, frames = carried(scene, scene.selected, scene.frames.selected)
    shift = QPointF(way[0] * by, way[1] * by)
    places = {name: scene.nodes[name].pos() + shift for name in names}
    nodes = {name: (place.x(), place.y()) for name, place in places.items()}
    areas = {name: scene.frames[name].area().translated(shift) for name in frames}
    if scene.dots.selected:
        led = moved_dots(scene, scene.dots.selected, places, shift)
        view.dots_moved.emit({n: (a.x(), a.y(), a.width(), a.height()) for n, a in areas.items()}, nodes, told(led))
    elif areas:
        view.frames_moved.emit({n: (a.x(), a.y(), a.width(), a.height()) for n, a in areas.items()}, nodes)
    elif nodes:
        view.moved.emit(nodes)
    return bool(scene.selected or scene.frames.selected or scene.dots.selected)


def _in_callout(view: Canvas, way: tuple[int, int]) -> bool:
    """The repairs of the chosen card are one step to the side of it."""
    callout = view.mirror.callout
    if callout is None or not callout.isVisible() or {callout.problem.node} != view.mirror.selected:
        return False
    count = len(callout.problem.fixes)
    towards = -1 if callout.side == "left" else 1
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
    note = next(iter(sorted(view.mirror.frames.selected)), "")
    if at:
        view.enter_wanted.emit(at)
    elif note:
        view.write(note)
    return bool(at or note)


def _remove(view: Canvas, reconnect: bool) -> bool:
    scene = view.mirror
    if scene.dots.selected:
        view.dots_remove_wanted.emit(sorted(scene.dots.selected), sorted(scene.selected), sorted(scene.frames.selected))
    elif scene.frames.selected:
        view.frames_remove_wanted.emit(sorted(scene.frames.selected), sorted(scene.selected))
    elif scene.selected:
        view.remove_wanted.emit(sorted(scene.selected), reconnect)
    elif scene.selected_edges:
        view.disconnect_wanted.emit(sorted(scene.selected_edges))
    else:
        return False
    return True


def _rename(view: Canvas) -> bool:
    at = view.last_chosen()
    note = next(iter(sorted(view.mirror.frames.selected)), "")
    if at:
        view.rename(at)
    elif note:
        view.write(note)
    return bool(at or note)


def _wire(view: Canvas) -> bool:
    at = view.last_chosen()
    if not at or not view.mirror.nodes[at].card.outputs:
        return False
    view.hand.begin(KeyWire(view, at), QPoint())
    return True


def _menu(view: Canvas) -> bool:
    """The menu of what is chosen, opened beside it."""
    scene = view.mirror
    at = view.last_chosen()
    edge = next(iter(sorted(scene.selected_edges)), None)
    note = next(iter(sorted(scene.frames.selected)), "")
    dot = next(iter(sorted(scene.dots.selected)), None)
    if not at and dot is not None:
        shown = view.viewport().mapToGlobal(view.mapFromScene(scene.dots.item(dot).pos()))
        view.menu_wanted.emit(Hit("dot", edge=dot[0], row=dot[1]), shown)
        return True
    if not at and edge is None:
        area = scene.frames[note].area() if note else view.camera.seen()
        shown = view.viewport().mapToGlobal(view.mapFromScene(area.center()))
        view.menu_wanted.emit(Hit("frame", frame=note) if note else Hit("empty"), shown)
        return True
    place = scene.nodes[at].area().center() if at else scene.wires[edge].path().pointAtPercent(0.5)
    shown = view.viewport().mapToGlobal(view.mapFromScene(place))
    view.context_wanted.emit(sorted(scene.selected), None if at else edge, shown)
    return True


def _quick_add(view: Canvas) -> bool:
    ask_quick_add(view)
    return True


def _cut_hovered(view: Canvas) -> bool:
    """X takes the wire under the pointer away; on a dot, the dot."""
    edge, dot = view.mirror.hovered_edge, view.mirror.dots.hovered
    if dot is not None:
        view.dots_remove_wanted.emit([dot], [], [])
        return True
    if edge is not None:
        view.disconnect_wanted.emit([edge])
    return edge is not None


def _zoom_in(view: Canvas) -> bool:
    view.camera.zoom_at(view.viewport().rect().center(), ZOOM_STEP)
    return True


def _zoom_out(view: Canvas) -> bool:
    view.camera.zoom_at(view.viewport().rect().center(), 1 / ZOOM_STEP)
    return True


def _do(action: Callable[[Canvas], object]) -> Callable[[Canvas, bool], bool]:
    """A thing to do that always has the key."""

    def run(view: Canvas, _shifted: bool) -> bool:
        action(view)
        return True

    return run


def _try(action: Callable[[Canvas], bool]) -> Callable[[Canvas, bool], bool]:
    """A thing to do that leaves the key to others where there is nothing to do."""
    return lambda view, _shifted: action(view)


def _arrows(
    name: str, run: Callable[[Canvas, tuple[int, int], bool], bool]
) -> dict[str, Callable[[Canvas, bool], bool]]:
    ways = {"up": (0, -1), "down": (0, 1), "left": (-1, 0), "right": (1, 0)}
    return {f"{name}_{arrow}": lambda view, more, way=way: run(view, way, more) for arrow, way in ways.items()}


RUNS: dict[str, Callable[[Canvas, bool], bool]] = {
    "add_layer": _do(lambda view: ask_quick_add(view)),
    "open_node": _try(_enter),
    "start_wire": _try(_wire),
    "cut_hovered": _try(_cut_hovered),
    "canvas_menu": _try(_menu),
    **_arrows("walk", _walk),
    **_arrows("nudge", _nudge),
    "leave_block": _do(lambda view: view.command_wanted.emit("leave_block")),
    "zoom_100": _do(lambda view: view.camera.zoom_to(100)),
    "zoom_in": _try(_zoom_in),
    "zoom_out": _try(_zoom_out),
    "delete": _try(lambda view: _remove(view, False)),
    "delete_reconnect": _try(lambda view: _remove(view, True)),
    "rename": _try(_rename),
    "fit": _do(lambda view: view.camera.fit()),
    "fit_selection": _do(lambda view: view.camera.fit_selection()),
    "select_all": _do(lambda view: view.choose_all()),
}
"""What each act of the table does; told whether Shift is held besides, it says whether the key was meant for it."""


class _Table:
    """What each key does, remembered until other keys are in force."""

    source: dict[str, tuple[str, ...]] | None = None
    found: dict[str, list[tuple[str, bool]]] = {}


def _table() -> dict[str, list[tuple[str, bool]]]:
    """The acts of each key, with whether Shift is held besides; of two the first that has something to do does it."""
    bound = keymap.bound()
    if _Table.source is not bound:
        _Table.source, _Table.found = bound, {}
        for name, act in ACTS.items():
            for key in bound.get(name, act.keys):
                _Table.found.setdefault(key, []).append((name, False))
                more = with_shift(name, key)
                if more:
                    _Table.found.setdefault(more, []).append((name, True))
    return _Table.found
