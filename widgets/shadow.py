"""Soft shadows under cards, menus and toasts: one cached nine-patch picture each."""

from __future__ import annotations

import math
from functools import lru_cache

from PySide6.QtCore import QMargins, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap

from widgets import theme

_INSIDE = theme.SHADOW_INSIDE  # how far the falling edge is followed under the card


def margins(kind: str = "popup") -> QMargins:
    """Return the room a shadow needs around its card."""
    layers = theme.shadows(kind)
    side = max(layer.blur for layer in layers) * 3 // 4
    down = max(layer.down for layer in layers)
    return QMargins(side, max(side - down, 0), side, side + down)


def paint(painter: QPainter, rect: QRectF, radius: float, kind: str = "popup") -> None:
    """Paint the shadow of a rounded card, before the card itself."""
    ratio = painter.device().devicePixelRatioF()
    room = margins(kind)
    picture = _picture(kind, round(radius), theme.current().name, ratio)
    left, top, right, bottom = room.left(), room.top(), room.right(), room.bottom()
    corner = round(radius) + _INSIDE
    outer = QRectF(rect).adjusted(-left, -top, right, bottom)
    widths = (left + corner, outer.width() - left - right - 2 * corner, right + corner)
    heights = (top + corner, outer.height() - top - bottom - 2 * corner, bottom + corner)
    from_widths, from_heights = (widths[0], 1, widths[2]), (heights[0], 1, heights[2])
    y = from_y = 0.0
    for row in range(3):
        x = from_x = 0.0
        for column in range(3):
            target = QRectF(outer.x() + x, outer.y() + y, widths[column], heights[row])
            source = QRectF(from_x * ratio, from_y * ratio, from_widths[column] * ratio, from_heights[row] * ratio)
            painter.drawPixmap(target, picture, source)
            x += widths[column]
            from_x += from_widths[column]
        y += heights[row]
        from_y += from_heights[row]


@lru_cache(maxsize=16)
def _picture(kind: str, radius: int, look: str, ratio: float) -> QPixmap:
    room = margins(kind)
    core = 2 * (radius + _INSIDE) + 1
    width, height = room.left() + core + room.right(), room.top() + core + room.bottom()
    picture = QPixmap(math.ceil(width * ratio), math.ceil(height * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    with QPainter(picture) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for layer in theme.shadows(kind):
            _paint_layer(painter, QRectF(room.left(), room.top() + layer.down, core, core), radius, layer)
    return picture


def _paint_layer(painter: QPainter, rect: QRectF, radius: int, layer: theme.Shadow) -> None:
    """Stack rounded rectangles whose alphas add up to the falling edge of a Gaussian blur."""
    sigma = layer.blur / 2
    reach = min(layer.blur * 3 // 4, round(2 * sigma)) or 1
    covered = 0.0
    inside = min(_INSIDE, reach)
    for out in range(reach, -inside - 1, -1):
        share = layer.alpha * 0.5 * (1 - math.erf(out / (sigma * math.sqrt(2))))
        step = 1 - (1 - min(share, 0.99)) / (1 - covered)
        if step <= 0:
            continue
        covered = min(share, 0.99)
        corner = max(radius + out, 1)
        shade = QColor(theme.current().shadow)
        shade.setAlphaF(step)
        painter.setBrush(shade)
        painter.drawRoundedRect(rect.adjusted(-out, -out, out, out), corner, corner)
