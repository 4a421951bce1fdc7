"""Where news stand so that they cover nothing that is used: over the canvas, else on the status bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QWidget

from widgets import theme

if TYPE_CHECKING:
    from app.window import Window


def toast_room(window: Window) -> QRect:
    """The area at whose lower edge toasts are stacked, in the coordinates of the window's central widget."""
    shell, sizes = window.centralWidget(), theme.sizes()
    if window.page == "build":
        return _over_canvas(window, shell)
    left, right = sizes.s16, shell.width() - sizes.s16
    if window.status.isHidden():
        return QRect(QPoint(left, 0), QPoint(right, shell.height() - sizes.s12))
    left = max(left, window.status.problems.geometry().right() + sizes.s12)
    right = min(right, window.status.facts.geometry().left() - sizes.s12)
    return QRect(QPoint(left, 0), QPoint(right, shell.height() - sizes.hair))


def _over_canvas(window: Window, shell: QWidget) -> QRect:
    """The canvas without its corners: the small map at the left stays free, and so does the pointer to errors."""
    canvas, sizes = window.build.canvas, theme.sizes()
    seen = canvas.viewport()  # the scrubber lies inside of the canvas, below what is seen of the network
    room = QRect(seen.mapTo(shell, QPoint(0, 0)), seen.size())
    bottom, corner = room.bottom() - sizes.s12, canvas.corner
    if corner.pointer.isVisible() and corner.pointer.geometry().bottom() > seen.geometry().bottom() - sizes.s32:
        bottom -= corner.pointer.height() + sizes.s8
    if not corner.map.isVisible():
        return QRect(QPoint(room.left() + sizes.s12, room.top()), QPoint(room.right() - sizes.s12, bottom))
    beside = room.left() + corner.map.geometry().right() + sizes.s12
    return QRect(QPoint(beside, room.top()), QPoint(room.right() - sizes.s12, bottom))
