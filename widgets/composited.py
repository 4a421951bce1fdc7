"""Windows without a frame where nothing blends them with what lies below: X servers without a compositor.

There a see-through window shows black where nothing is painted; such windows are cut to their card instead.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import time

from PySide6.QtCore import QEvent, QObject, QRectF
from PySide6.QtGui import QGuiApplication, QPainterPath, QRegion
from PySide6.QtWidgets import QWidget

_KEPT_SECONDS = 5.0
"""A compositor may come or go while the program runs."""
_last: tuple[float, bool] = (0.0, True)


class _Cookie(ctypes.Structure):
    _fields_ = [("sequence", ctypes.c_uint)]


class _Atom(ctypes.Structure):
    _fields_ = [("head", ctypes.c_uint8 * 8), ("atom", ctypes.c_uint32)]


def composited() -> bool:
    """Whether see-through windows are blended with what lies below; taken to be so where that cannot be asked."""
    global _last
    if QGuiApplication.platformName() != "xcb":
        return True
    now = time.monotonic()
    if now - _last[0] > _KEPT_SECONDS or not _last[0]:
        _last = (now, _asked())
    return _last[1]


def _asked() -> bool:
    """Ask the X server whether a compositor owns the selection that each of them takes."""
    try:
        xcb = ctypes.CDLL(ctypes.util.find_library("xcb") or "libxcb.so.1")
        free = ctypes.CDLL(None).free
    except (OSError, AttributeError):
        return True
    xcb.xcb_connect.restype = ctypes.c_void_p
    screen = ctypes.c_int(0)
    connection = ctypes.c_void_p(xcb.xcb_connect(None, ctypes.byref(screen)))
    try:
        if xcb.xcb_connection_has_error(connection):
            return True
        name = f"_NET_WM_CM_S{screen.value}".encode()
        atom = _reply(xcb, "xcb_intern_atom", connection, free, ctypes.c_uint8(0), ctypes.c_uint16(len(name)), name)
        if not atom:
            return True
        return bool(_reply(xcb, "xcb_get_selection_owner", connection, free, ctypes.c_uint32(atom)))
    finally:
        xcb.xcb_disconnect(connection)


def _reply(xcb: ctypes.CDLL, call: str, connection: ctypes.c_void_p, free: object, *values: object) -> int:
    """The atom or window that a request answers with, 0 for none."""
    ask, answer = getattr(xcb, call), getattr(xcb, f"{call}_reply")
    ask.restype, answer.restype = _Cookie, ctypes.POINTER(_Atom)
    found = answer(connection, ask(connection, *values), None)
    if not found:
        return 0
    value = int(found.contents.atom)
    free(found)  # type: ignore[operator]
    return value


def cut(widget: QWidget, card: QRectF, radius: float) -> None:
    """Cut a frameless window to its card where nothing would blend its rim."""
    if composited():
        widget.clearMask()
        return
    path = QPainterPath()
    path.addRoundedRect(card, radius, radius)
    widget.setMask(QRegion(path.toFillPolygon().toPolygon()))


class Cutter(QObject):
    """Keeps menus and tooltips cut to their rounded rectangle."""

    def __init__(self, radius: float, parent: QObject) -> None:
        super().__init__(parent)
        self._radius = radius

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Show, QEvent.Type.Resize) and isinstance(watched, QWidget):
            cut(watched, QRectF(watched.rect()), self._radius)
        return False
