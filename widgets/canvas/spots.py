"""Where something new goes on the canvas: after the chosen card, at the pointer, or in the middle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF

if TYPE_CHECKING:
    from widgets.canvas.view import Canvas

_BELOW = 30  # a card that comes after another one


def spot(view: Canvas) -> QPointF:
    """The place of the pointer while it is over the canvas, else the middle."""
    return view.to_scene(_inside(view, over=view.underMouse()))


def ask_quick_add(view: Canvas) -> None:
    """Ask for the quick search: after the chosen card, else at the pointer or in the middle."""
    at = view.last_chosen()
    outputs = view.mirror.nodes[at].card.outputs if at else ()
    if outputs:
        place = view.mirror.nodes[at].output_point(outputs[0].port) + QPointF(0, _BELOW)
        shown = view.viewport().mapToGlobal(view.mapFromScene(place))
        view.quick_add_wanted.emit(place, shown, at, outputs[0].port, "", "")
        return
    inside = _inside(view)
    view.quick_add_wanted.emit(view.to_scene(inside), view.viewport().mapToGlobal(inside), "", "", "", "")


def _inside(view: Canvas, over: bool = True) -> QPoint:
    inside, room = view.viewport().mapFromGlobal(view.cursor().pos()), view.viewport().rect()
    return inside if over and room.contains(inside) else room.center()
