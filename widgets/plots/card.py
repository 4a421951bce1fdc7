"""The card beside the crosshair: one line per curve, placed where it hides least."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QPainter

from widgets import shadow, theme
from widgets.controls.base import box, text, width_of
from widgets.plots.marks import paint_sign


def size(title: str, rows) -> QSizeF:
    """Return how large a card of (style, value) rows is."""
    sizes, line = theme.sizes(), theme.line_height("caption")
    names = max(width_of(style.words or "Value", "caption") for style, _ in rows)
    values = max(width_of(value, "caption", True) for _, value in rows)
    wide = max(names + values + sizes.dot + sizes.s6 + sizes.s16, width_of(title, "caption")) + 2 * sizes.s8
    return QSizeF(round(wide), round(line * (len(rows) + 1) + 2 * sizes.s6))


def free_place(x: float, top: float, height: float, width: float, wanted: QSizeF, points: list[QPointF]) -> QRectF:
    """Return where a card beside a place hides the fewest points."""
    gap, best = theme.sizes(), None
    tall, wide = wanted.height(), wanted.width()
    tops = (top + gap.s4, top + (height - tall) / 2, top + height - tall - gap.s4)
    for left in (x + gap.s12, x - gap.s12 - wide):
        for start in tops:
            place = QRectF(round(left), round(start), wide, tall)
            cost = sum(place.contains(point) for point in points)
            cost += 100 if place.right() > width or place.left() < 0 else 0
            if best is None or cost < best[0]:
                best = (cost, place)
    return best[1]


def paint(painter: QPainter, card: QRectF, title: str, rows) -> None:
    """Paint the card."""
    sizes, line = theme.sizes(), theme.line_height("caption")
    shadow.paint(painter, card, sizes.r6)
    box(painter, card, sizes.r6, "hover" if theme.is_dark() else "card", "line2")
    at = QRectF(card.x() + sizes.s8, card.y() + sizes.s6, card.width() - 2 * sizes.s8, line)
    text(painter, at, title, "caption", "text2")
    for style, value in rows:
        at = at.translated(0, line)
        sign = QRectF(at.x(), at.center().y() - sizes.dot / 2, sizes.dot, sizes.dot)
        paint_sign(painter, style.part, style.color, sign)
        text(painter, at.adjusted(sizes.dot + sizes.s6, 0, 0, 0), style.words or "Value", "caption", "text1")
        text(painter, at, value, "caption", "text1", Qt.AlignmentFlag.AlignRight, bold=True)
