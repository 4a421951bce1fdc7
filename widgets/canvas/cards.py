"""Painting one card at full detail: head, rows, states, ports, thumbnails, training, cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPolygonF

from widgets import icons, theme
from widgets.canvas.content import Card
from widgets.canvas.ink import Ink, draw_port, ink, ratio_of
from widgets.canvas.live_paint import paint_bar, paint_mark, word_start
from widgets.live_values import LiveMark

S = theme.Sizes()
PLUS = 16  # the button that adds a layer after this one
_STATE_ICON = 18
_ALL: frozenset = frozenset({("", -1)})  # the port of a wire that is looked at


@dataclass
class Marks:
    """What a card shows besides its content: the state of the window, not of the document."""

    hover: bool = False
    selected: bool = False
    thumbs: Sequence[QImage] = ()
    live: LiveMark | None = None
    cost: float = -1.0
    fit_inputs: frozenset[tuple[str, int]] | None = None
    fit_outputs: frozenset[tuple[str, int]] | None = None
    hide_input: bool = False
    plus_hover: bool = False
    lit: frozenset[tuple[str, str, int]] = frozenset()
    difference: str = ""
    extra: dict[str, object] = field(default_factory=dict)


def outline(card: Card) -> QPainterPath:
    """The card's shape: rounded where it ends, square where a row joins."""
    width, height, radius = card.width, card.height, S.r9
    path = QPainterPath()
    if not card.row and not card.continues:
        path.addRoundedRect(QRectF(0.5, 0.5, width - 1, height - 1), radius, radius)
        return path
    left, right, top, bottom = 0.5, width - 0.5, 0.5 if not card.row else 0.0, height - (0.0 if card.continues else 0.5)
    up, down = (0 if card.row else radius), (0 if card.continues else radius)
    path.moveTo(left, top + up)
    if up:
        path.arcTo(QRectF(left, top, 2 * up, 2 * up), 180, -90)
        path.arcTo(QRectF(right - 2 * up, top, 2 * up, 2 * up), 90, -90)
    else:
        path.lineTo(right, top)
    path.lineTo(right, bottom - down)
    if down:
        path.arcTo(QRectF(right - 2 * down, bottom - 2 * down, 2 * down, 2 * down), 0, -90)
        path.arcTo(QRectF(left, bottom - 2 * down, 2 * down, 2 * down), 270, -90)
    else:
        path.lineTo(left, bottom)
    path.closeSubpath()
    return path


def paint_card(painter: QPainter, card: Card, shape: QPainterPath, marks: Marks) -> None:
    """Paint a card with its top left corner at the origin."""
    pen_set = ink()
    ratio = ratio_of(painter)
    if card.muted:
        painter.setOpacity(0.55)
    _body(painter, card, shape, marks, pen_set)
    if card.row:
        _row(painter, card, marks, pen_set, ratio)
    else:
        _head(painter, card, marks, pen_set, ratio)
    _border(painter, card, shape, marks, pen_set)
    painter.setOpacity(0.55 if card.muted else 1.0)
    _ports(painter, card, marks, ratio)
    painter.setOpacity(1.0)
    if marks.hover and card.outputs and not card.continues:
        _plus(painter, card, marks, pen_set)


def _body(painter: QPainter, card: Card, shape: QPainterPath, marks: Marks, pens: Ink) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    if card.composite:
        _deck(painter, card, pens)
        painter.setPen(Qt.PenStyle.NoPen)
    if not card.muted:
        painter.setBrush(pens.shadow)
        painter.drawPath(shape.translated(0, 1))
    painter.setBrush(pens.card)
    painter.drawPath(shape)
    if card.frozen:
        _stripes(painter, card, shape, pens)
    if card.muted and card.inputs and card.outputs:
        _passing(painter, card, pens)
    if marks.cost >= 0:
        _cost(painter, card, marks.cost, shape)
    if marks.live is not None:
        paint_bar(painter, card, marks.live, shape)


def _passing(painter: QPainter, card: Card, pens: Ink) -> None:
    """What a muted card does: the wire passes straight through, behind its words."""
    start, end = QPointF(card.inputs[0].x, 0), QPointF(card.outputs[0].x, card.height)
    path = QPainterPath(start)
    path.cubicTo(start.x(), card.height / 2, end.x(), card.height / 2, end.x(), end.y())
    painter.save()
    longest = max(pens.width("row" if card.row else "name", card.title), pens.width("settings", card.summary))
    if S.card_text + longest + 4 > start.x() - 2:  # nothing runs through what one reads
        free = QPainterPath()
        free.addRect(QRectF(0, 0, card.width, 6))
        free.addRect(QRectF(0, card.height - 6, card.width, 6))
        painter.setClipPath(free, Qt.ClipOperation.IntersectClip)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(pens.wire(card.outputs[0].symbol, "muted"))
    painter.drawPath(path)
    painter.restore()
    painter.setPen(Qt.PenStyle.NoPen)


def _deck(painter: QPainter, card: Card, pens: Ink) -> None:
    """Two sheets that peep out below: there is more inside."""
    painter.setBrush(pens.card)
    painter.setPen(pens.border)
    for number in (2, 1):
        inset = 6.5 * number
        painter.drawRoundedRect(
            QRectF(inset, card.height - 20 + S.deck * number, card.width - 2 * inset, 20 - 0.5), S.r9, S.r9
        )


def _stripes(painter: QPainter, card: Card, shape: QPainterPath, pens: Ink) -> None:
    painter.save()
    painter.setClipPath(shape, Qt.ClipOperation.IntersectClip)
    painter.setBrush(pens.stripes)
    slant = card.height
    x = -slant
    while x < card.width:
        painter.drawPolygon(
            QPolygonF([QPointF(x, slant), QPointF(x + 10, slant), QPointF(x + 10 + slant, 0), QPointF(x + slant, 0)])
        )
        x += 20
    painter.restore()


def _cost(painter: QPainter, card: Card, share: float, shape: QPainterPath) -> None:
    """A heat bar in the card's foot: its share of the whole model's work."""
    painter.save()
    painter.setClipPath(shape, Qt.ClipOperation.IntersectClip)
    painter.setBrush(theme.color("line"))
    painter.drawRect(QRectF(0, card.height - 4, card.width, 3))
    heat = theme.mix("error_fill", "acc_line", min(1.0, share * 2))
    painter.setBrush(heat)
    painter.drawRect(QRectF(0, card.height - 4, max(2.0 if share else 0.0, card.width * share), 3))
    painter.restore()


def _head(painter: QPainter, card: Card, marks: Marks, pens: Ink, ratio: float) -> None:
    slim = card.slim
    side = S.tile_mid if slim else S.tile
    tile = pens.tile(card.section, card.icon, side, ratio)
    x = S.card_pad + (4 if slim else 1)
    painter.drawPixmap(QRectF(x, (card.height - side) / 2, side, side), tile, QRectF(tile.rect()))
    right = _right(painter, card, marks, pens, ratio)
    signs = _extras(painter, card, marks, pens, ratio, right)
    right = signs if slim else right
    text_x = S.card_text if not slim else S.card_text - 6
    title_most = right - text_x - 4
    repeat = f"×{card.repeat}" if card.composite and card.repeat > 1 else ""
    if repeat:
        title_most -= pens.width("name", repeat) + 5
    title = pens.text("name", card.title, title_most)
    painter.setFont(pens.names["name"])
    painter.setPen(pens.text1)
    y = (card.height - title.size().height()) / 2 if slim else 7
    painter.drawStaticText(QPointF(text_x, y), title)
    if repeat:
        painter.setPen(theme.hue("Blocks"))
        painter.drawStaticText(QPointF(text_x + title.size().width() + 5, y), pens.text("name", repeat))
    if not slim:
        painter.setFont(pens.names["settings"])
        painter.setPen(pens.text2)
        wide = card.level in ("error", "warning") or marks.thumbs or marks.live
        end = word_start(card, marks.live, pens) if marks.live and card.level != "error" else right
        most = min(end if wide else card.width - S.card_pad, signs) - text_x - 4
        painter.drawStaticText(QPointF(text_x, 24), pens.text("settings", card.summary, most))


def _right(painter: QPainter, card: Card, marks: Marks, pens: Ink, ratio: float) -> float:
    """What stands at the right of a head; returns where it begins."""
    edge = card.width - 12
    if marks.live is not None and card.level != "error":
        return paint_mark(painter, card, marks.live, pens, ratio)
    sign = _sign(card)
    if sign:
        name, role = sign
        picture = pens.icon(name, role, _STATE_ICON, ratio)
        y = 9 if card.frozen and card.level not in ("error", "warning") else (card.height - _STATE_ICON) / 2
        painter.drawPixmap(QRectF(edge - _STATE_ICON, y, _STATE_ICON, _STATE_ICON), picture, QRectF(picture.rect()))
        return edge - _STATE_ICON
    if marks.thumbs:
        return _thumbs(painter, card, marks, edge)
    if not card.count:
        return edge
    text = pens.text("caption", card.count)
    painter.setFont(pens.names["caption"])
    painter.setPen(pens.text3)
    y = (card.height - text.size().height()) / 2 if card.slim else 9
    painter.drawStaticText(QPointF(edge - text.size().width(), y), text)
    return edge - text.size().width()


def _extras(painter: QPainter, card: Card, marks: Marks, pens: Ink, ratio: float, right: float) -> float:
    """A note and a lock, small, in the lower corner of a head or beside its count; returns where they begin."""
    names = [name for name, on in (("lock", card.locked), ("sticky-note", bool(card.note))) if on]
    low = not (card.slim or card.row or marks.thumbs or marks.live or _sign(card))
    x, y = (card.width - 12.0, 27.0) if low else (right - 4, (card.height - S.icon_small) / 2)
    for name in names:
        x -= S.icon_small
        picture = pens.icon(name, "warning" if name == "sticky-note" else "text3", S.icon_small, ratio)
        painter.drawPixmap(QRectF(x, y, S.icon_small, S.icon_small), picture, QRectF(picture.rect()))
        x -= 4
    return x if names else card.width if low else right


def _sign(card: Card) -> tuple[str, str] | None:
    if card.level == "error":
        return ("error", "error_fill")
    if card.level == "warning":
        return ("triangle-alert", "warning")
    if card.muted:
        return ("eye-off", "text2")
    if card.frozen:
        return ("snowflake", "port:image")
    return None


def _thumbs(painter: QPainter, card: Card, marks: Marks, edge: float) -> float:
    shown = list(marks.thumbs)[:3]
    side, gap = 20.0, 1.0
    left = edge - len(shown) * (side + gap) + gap
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    for number, image in enumerate(shown):
        least = min(image.width(), image.height())
        cut = QRectF((image.width() - least) / 2, (image.height() - least) / 2, least, least)
        spot = QRectF(left + number * (side + gap), (card.height - side) / 2, side, side)
        painter.drawImage(spot, image, cut)
    return left


def _row(painter: QPainter, card: Card, marks: Marks, pens: Ink, ratio: float) -> None:
    painter.setPen(pens.separator)
    painter.drawLine(QPointF(1, 0), QPointF(card.width - 1, 0))
    tile = pens.tile(card.section, card.icon, S.tile_small, ratio)
    side = S.tile_small
    painter.drawPixmap(QRectF(15, (card.height - side) / 2, side, side), tile, QRectF(tile.rect()))
    right = _right_of_row(painter, card, marks, pens, ratio)
    right = _extras(painter, card, marks, pens, ratio, right)
    painter.setFont(pens.names["row"])
    painter.setPen(pens.text1)
    title = pens.text("row", card.title, right - 50)
    y = (card.height - title.size().height()) / 2
    painter.drawStaticText(QPointF(S.card_text - 6, y), title)
    if card.summary:
        x = S.card_text - 6 + title.size().width() + 5
        painter.setPen(pens.text2)
        painter.setFont(pens.names["settings"])
        if right - x > 24:
            text = pens.text("settings", card.summary, right - x - 6)
            painter.drawStaticText(QPointF(x, (card.height - text.size().height()) / 2), text)


def _right_of_row(painter: QPainter, card: Card, marks: Marks, pens: Ink, ratio: float) -> float:
    if marks.live is not None and card.level != "error":
        return paint_mark(painter, card, marks.live, pens, ratio)
    if _sign(card) or card.count:
        sign = _sign(card)
        if sign:
            side = S.icon_small
            picture = pens.icon(*sign, side, ratio)
            spot = QRectF(card.width - 12 - side, (card.height - side) / 2, side, side)
            painter.drawPixmap(spot, picture, QRectF(picture.rect()))
            return card.width - 12 - side
        text = pens.text("caption", card.count)
        painter.setFont(pens.names["caption"])
        painter.setPen(pens.text3)
        x = card.width - 12 - text.size().width()
        painter.drawStaticText(QPointF(x, (card.height - text.size().height()) / 2), text)
        return x
    return card.width - 12


def _border(painter: QPainter, card: Card, shape: QPainterPath, marks: Marks, pens: Ink) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if marks.selected:
        # the glow lies outside the ring
        painter.setPen(pens.ring_glow)
        painter.drawRoundedRect(QRectF(-2.5, -2.5, card.width + 5, card.height + 5), S.r11, S.r11)
        painter.setPen(pens.ring)
        painter.drawPath(_ring(card, shape))
        return
    if card.level == "error":
        painter.setPen(pens.ring_error)
        painter.drawPath(_ring(card, shape))
        return
    if marks.difference:
        painter.setPen(pens.difference[marks.difference])
        painter.drawPath(_ring(card, shape))
        return
    pen = pens.border
    if card.muted:
        pen = pens.border_muted
    elif card.level == "warning":
        pen = pens.border_warning
    elif marks.hover:
        pen = pens.border_hover
    painter.setPen(pen)
    if card.row or card.continues:
        painter.drawPath(_open(card))
    else:
        painter.drawPath(shape)


def _ring(card: Card, shape: QPainterPath) -> QPainterPath:
    if not card.row and not card.continues:
        return shape
    path = QPainterPath()
    path.addRoundedRect(QRectF(0.5, 0.5, card.width - 1, card.height - 1), S.r6, S.r6)
    return path


def _open(card: Card) -> QPainterPath:
    """The border of a part of a stack: no line where the next part goes on."""
    width, height, radius = card.width, card.height, S.r9
    path = QPainterPath()
    if not card.row:
        path.moveTo(0.5, height)
        path.lineTo(0.5, radius)
        path.arcTo(QRectF(0.5, 0.5, 2 * radius, 2 * radius), 180, -90)
        path.arcTo(QRectF(width - 0.5 - 2 * radius, 0.5, 2 * radius, 2 * radius), 90, -90)
        path.lineTo(width - 0.5, height)
    elif card.continues:
        path.moveTo(0.5, 0)
        path.lineTo(0.5, height)
        path.moveTo(width - 0.5, 0)
        path.lineTo(width - 0.5, height)
    else:
        path.moveTo(0.5, 0)
        path.lineTo(0.5, height - radius)
        path.arcTo(QRectF(0.5, height - 0.5 - 2 * radius, 2 * radius, 2 * radius), 180, 90)
        path.arcTo(QRectF(width - 0.5 - 2 * radius, height - 0.5 - 2 * radius, 2 * radius, 2 * radius), 270, 90)
        path.lineTo(width - 0.5, 0)
    return path


def _ports(painter: QPainter, card: Card, marks: Marks, ratio: float) -> None:
    base = painter.opacity()
    if not card.row:
        for slot in card.inputs:
            fit = marks.fit_inputs if ("in", slot.port, slot.index) not in marks.lit else _ALL
            _port(painter, slot.symbol, slot.x, 0.0, (slot.port, slot.index), fit, ratio, base)
    if not card.continues:
        for slot in card.outputs:
            fit = marks.fit_outputs if ("out", slot.port, 0) not in marks.lit else _ALL
            _port(painter, slot.symbol, slot.x, card.height, (slot.port, 0), fit, ratio, base)
    painter.setOpacity(base)


def _port(
    painter: QPainter, symbol: str, x: float, y: float, key: tuple[str, int], fit: frozenset | None, ratio: float,
    base: float,
) -> None:  # fmt: skip
    if fit is _ALL:
        draw_port(painter, symbol, x, y, S.port_big, ratio)
    elif fit is None:
        draw_port(painter, symbol, x, y, S.port, ratio)
    elif key in fit:
        draw_port(painter, symbol, x, y, S.port_big, ratio)
    else:
        painter.setOpacity(base * 0.3)
        draw_port(painter, symbol, x, y, S.port, ratio)
        painter.setOpacity(base)


def plus_center(card: Card) -> QPointF:
    """Where the plus stands, below the first output."""
    return QPointF(card.outputs[0].x, card.height + 15)


def _plus(painter: QPainter, card: Card, marks: Marks, pens: Ink) -> None:
    center = plus_center(card)
    area = QRectF(center.x() - PLUS / 2, center.y() - PLUS / 2, PLUS, PLUS)
    painter.setBrush(theme.color("hover") if marks.plus_hover else pens.card)
    painter.setPen(pens.border_hover)
    painter.drawEllipse(area)
    icons.paint(painter, "plus", area.adjusted(3, 3, -3, -3), "text1" if marks.plus_hover else "text2")
