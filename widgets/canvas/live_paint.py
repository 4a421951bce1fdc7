"""Painting how a card fares while it trains: sign and word at its right, a short course, a bar in its foot.

Nothing has to move for it: it takes the place of the parameter count. From far the same signs stand on the boxes.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QPolygonF

from widgets import theme
from widgets.canvas.content import Card
from widgets.canvas.ink import Ink, ink
from widgets.live_values import LiveMark

S = theme.Sizes()
_SIGN = 12.0
_BAR = 3.0
_CALM = 0.3
"""Powers of ten that a course spans at least: a factor of two."""
_GAP = 4.0
_WIDE, _NARROW, _LEAST = 76.0, 36.0, 28.0
TONES = {"error": "error_fill", "warning": "warning", "info": "info", "good": "good_line", "none": "line2"}


def paint_mark(painter: QPainter, card: Card, mark: LiveMark, pens: Ink, ratio: float) -> float:
    """Paint a mark at the right of a card; returns where it begins beside the title."""
    edge = card.width - 12
    low = not (card.slim or card.row)
    words = pens.text("caption", mark.word)
    wide, high = words.size().width(), words.size().height()
    left = word_start(card, mark, pens)
    y = card.height - high - 6 if low else (card.height - high) / 2
    _sign(painter, mark, QPointF(left, y + (high - _SIGN) / 2), pens, ratio)
    painter.setFont(pens.names["caption"])
    painter.setPen(theme.color(mark.sign[1] if mark.ill else "text2" if mark.known else "text3"))
    painter.drawStaticText(QPointF(edge - wide, y), words)
    if len(mark.spark) < 2:
        return left
    if low:
        wide = min(_WIDE, edge - _title_end(card, pens) - 10)  # the name comes first
        if wide < _LEAST:
            return edge
        _course(painter, mark, QRectF(edge - wide, 7, wide, card.height - high - 17))
        return edge - wide
    room = left - 8 - _NARROW
    if room < _title_end(card, pens):
        return left
    _course(painter, mark, QRectF(room, 7, _NARROW, card.height - 14))
    return room


def word_start(card: Card, mark: LiveMark, pens: Ink) -> float:
    """Where sign and word begin; in a head they stand on the line of the settings."""
    return card.width - 12 - pens.text("caption", mark.word).size().width() - (_SIGN + _GAP if mark.word else _SIGN)


def _title_end(card: Card, pens: Ink) -> float:
    end = S.card_text + pens.width("row" if card.row else "name", card.title)
    return end + (pens.width("name", f"×{card.repeat}") + 5 if card.composite and card.repeat > 1 else 0)


def _sign(painter: QPainter, mark: LiveMark, at: QPointF, pens: Ink, ratio: float) -> None:
    name, role = mark.sign
    picture = pens.icon(name, role, int(_SIGN), ratio)
    painter.drawPixmap(QRectF(at.x(), at.y(), _SIGN, _SIGN), picture, QRectF(picture.rect()))


def _course(painter: QPainter, mark: LiveMark, area: QRectF) -> None:
    """The measure over the epochs, with a dot at the one that is shown."""
    points = course_points(mark.spark, area)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.color("line3", 0.9), 1.25))
    painter.drawPolyline(QPolygonF(points))
    if 0 <= mark.at < len(points):
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(TONES[mark.level] if mark.ill else "text1"))
        painter.drawEllipse(points[mark.at], 2.2, 2.2)


def course_points(values: Sequence[float], area: QRectF) -> list[QPointF]:
    """A course of values, in powers of ten, as points in an area: what hardly changes stays flat in its middle."""
    low, high = min(values), max(values)
    span = max(high - low, _CALM)
    base = (low + high - span) / 2
    step = area.width() / max(1, len(values) - 1)
    return [
        QPointF(area.x() + place * step, area.bottom() - (value - base) / span * area.height())
        for place, value in enumerate(values)
    ]


def paint_bar(painter: QPainter, card: Card, mark: LiveMark, shape: QPainterPath) -> None:
    """The bar in the foot: how much there is of what is measured, on a scale of powers of ten."""
    if mark.share is None:
        return
    painter.save()
    painter.setClipPath(shape, Qt.ClipOperation.IntersectClip)
    painter.setPen(Qt.PenStyle.NoPen)
    high = _BAR if not card.row else _BAR - 1
    top = card.height - high - (0 if card.continues else 1)
    painter.setBrush(theme.color("line"))
    painter.drawRect(QRectF(0, top, card.width, high))
    painter.setBrush(theme.color(TONES[mark.level], 1.0 if mark.ill else 0.75))
    wide = max(4.0, card.width * min(1.0, max(0.0, mark.share)))
    painter.drawRect(QRectF(0, top, wide, high))
    painter.restore()


def paint_far(painter: QPainter, card: Card, mark: LiveMark, box: QRectF, zoom: float, named: bool) -> None:
    """The mark on a box: a bar at its left edge; with names the sign too, from far only where something is ill."""
    pens = ink()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color(TONES[mark.level]))
    wide = 6.0 if named else max(6.0, 3.0 / zoom)
    painter.drawRect(QRectF(box.x(), box.y(), wide, box.height()))
    side = min(box.height() - 4, 22.0) if named else min(box.height() * 1.2, 14.0 / zoom)
    if mark.level == "none" or (not named and not mark.ill):
        return
    name, role = mark.sign
    picture = pens.icon(name, role, int(max(8, side)), max(0.5, zoom))
    spot = QRectF(box.right() - side - (8 if named else 2), box.center().y() - side / 2, side, side)
    if named or mark.ill:
        painter.setBrush(theme.color("canvas"))
        painter.drawEllipse(spot.adjusted(-2, -2, 2, 2))
    painter.drawPixmap(spot, picture, QRectF(picture.rect()))
