"""The cards of the Welcome page: templates with their pictures, and recent projects, painted row by row."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPen, QTextLayout, QTextOption

from widgets import theme
from widgets.controls.base import box, paint_icon, text, width_of
from widgets.lists import ROW, RowPainter, State
from widgets.views import RecentEntry, TemplateCard

BLANK = TemplateCard("", "Blank canvas", "Start from your own data.", "Any data")
_USE, _START = "Use template", "Start"


def card_height() -> int:
    """How high a card is: picture, name, two lines, foot."""
    sizes = theme.sizes()
    lines = theme.line_height("name") + 2 * theme.line_height("secondary") + theme.line_height("caption")
    return sizes.template_picture + lines + 3 * sizes.s12 + sizes.s4


def columns_for(width: int) -> int:
    """How many cards stand side by side: five where there is room."""
    sizes = theme.sizes()
    return max(1, min(5, (width + sizes.s16) // (sizes.palette_least + sizes.s16)))


def button_area(card: QRectF, words: str) -> QRectF:
    """Where a card's button is."""
    sizes = theme.sizes()
    wide = width_of(words, "secondary", True) + 2 * sizes.s8
    return QRectF(card.right() - sizes.s8 - wide, card.bottom() - sizes.s8 - sizes.target, wide, sizes.target)


def card_area(area: QRectF) -> QRectF:
    """The card inside its cell of the grid."""
    gap = theme.sizes().s16
    return area.adjusted(0, 0, -gap, -gap)


def button_words(card: TemplateCard) -> str:
    """What a card's button says."""
    return _USE if card.name else _START


class Cards(RowPainter):
    """Paints one template: picture above, words below, its button while it is met."""

    def sizeHint(self, option, index):
        sizes, view = theme.sizes(), option.widget
        return view.gridSize() if view is not None else QSize(sizes.card_width, card_height() + sizes.s16)

    def draw(self, painter: QPainter, area: QRectF, row: TemplateCard, state: State) -> None:
        sizes, card = theme.sizes(), card_area(area)
        met = state.hover and state.pointer is not None and card.contains(state.pointer)
        active = met or (state.selected and state.focused)
        path = QPainterPath()
        path.addRoundedRect(card, sizes.r11, sizes.r11)
        painter.save()
        painter.setClipPath(path)
        picture = QRectF(card.x(), card.y(), card.width(), sizes.template_picture)
        painter.fillRect(card, theme.color("card"))
        painter.fillRect(picture, theme.color("canvas"))
        _draw_dots(painter, picture)
        if row.name:
            draw_picture(painter, picture.adjusted(sizes.s8, sizes.s8, -sizes.s8, -sizes.s8), row.picture)
        else:
            side = sizes.s32
            paint_icon(painter, "plus", picture.center().x() - side / 2, picture.center().y(), side, "text2")
        painter.fillRect(QRectF(card.x(), picture.bottom(), card.width(), sizes.hair), theme.color("line"))
        painter.restore()
        edge = "acc_line" if active else "line3" if met else "line2"
        box(painter, card, sizes.r11, None, edge, sizes.ring if active else sizes.hair)
        self._draw_words(painter, card, picture, row, state, active)

    @staticmethod
    def _draw_words(painter, card: QRectF, picture: QRectF, row: TemplateCard, state: State, active: bool) -> None:
        sizes = theme.sizes()
        inside = QRectF(card.x() + sizes.s12, picture.bottom() + sizes.s12, card.width() - 2 * sizes.s12, 0)
        head = QRectF(inside.x(), inside.y(), inside.width(), theme.line_height("name"))
        below = QRectF(head.x(), head.bottom(), head.width(), 2 * theme.line_height("secondary"))
        if width_of(row.title, "name") <= head.width():
            text(painter, head, row.title, "name")
            draw_wrapped(painter, below, row.line)
        else:  # a long name is worth more than the second line below it
            draw_wrapped(painter, head, row.title, "name", "text1")
            text(painter, below.translated(0, head.height()).adjusted(0, 0, 0, -below.height() / 2), row.line,
                 "secondary", "text2")  # fmt: skip
        line = theme.line_height("caption")
        foot = QRectF(inside.x(), card.bottom() - sizes.s12 - line, inside.width(), line)
        right = foot.right()
        if active:
            words = button_words(row)
            spot = button_area(card, words)
            over = state.pointer is not None and spot.contains(state.pointer)
            box(painter, spot, sizes.r6, "acc_hover" if over else "acc_fill")
            text(painter, spot, words, "secondary", "on_fill", Qt.AlignmentFlag.AlignHCenter, bold=True)
            right = spot.x() - sizes.s8
        elif row.time:
            wide = width_of(row.time, "caption")
            spot = QRectF(right - wide, foot.y(), wide, line)
            text(painter, spot, row.time, "caption", "text2")
            right = spot.x() - sizes.s4 - sizes.icon_small
            paint_icon(painter, "clock", right, foot.center().y(), sizes.icon_small, "text3")
        text(painter, QRectF(foot.x(), foot.y(), right - foot.x() - sizes.s8, line), row.data, "caption", "text3")


def _draw_dots(painter: QPainter, area: QRectF) -> None:
    """The canvas grid, so that the picture reads as a piece of canvas."""
    step = theme.sizes().grid_step
    painter.setPen(QPen(theme.color("grid"), theme.sizes().hair * 1.5))
    y = area.y() + step / 2
    while y < area.bottom():
        x = area.x() + step / 2
        while x < area.right():
            painter.drawPoint(round(x), round(y))
            x += step
        y += step
    painter.setPen(Qt.PenStyle.NoPen)


def draw_picture(painter: QPainter, area: QRectF, picture: QImage | None) -> None:
    """A picture in the middle of an area, made smaller where it must be, never larger."""
    if picture is None or picture.isNull():
        return
    ratio = picture.devicePixelRatio()
    wide, high = picture.width() / ratio, picture.height() / ratio
    scale = min(1.0, area.width() / wide, area.height() / high)
    spot = QRectF(0, 0, wide * scale, high * scale)
    spot.moveCenter(area.center())
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(spot, picture)


def draw_wrapped(painter: QPainter, area: QRectF, words: str, role: str = "secondary", ink: str = "text2") -> None:
    """Two lines of text; the second ends in an ellipsis where it must."""
    layout = QTextLayout(words, theme.font(role))
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WordWrap)
    layout.setTextOption(option)
    layout.beginLayout()
    line = layout.createLine()
    line.setLineWidth(area.width())
    cut = line.textLength()
    layout.endLayout()
    high = theme.line_height(role)
    text(painter, QRectF(area.x(), area.y(), area.width(), high), words[:cut].rstrip(), role, ink)
    if words[cut:].strip():
        text(painter, QRectF(area.x(), area.y() + high, area.width(), high), words[cut:].strip(), role, ink)


class RecentRows(RowPainter):
    """Paints one recent project: small picture, name, when."""

    def height(self, row) -> int:
        return theme.sizes().s32 + theme.sizes().s20

    def sizeHint(self, option, index):
        return QSize(0, self.height(index.data(ROW)))

    def draw(self, painter: QPainter, area: QRectF, row: RecentEntry, state: State) -> None:
        sizes = theme.sizes()
        if state.hover or (state.selected and state.focused):
            fill = "acc_wash" if state.selected and state.focused and not state.hover else "hover"
            box(painter, area, sizes.r6, fill)
        high = area.height() - 2 * sizes.s6
        picture = QRectF(area.x() + sizes.s6, area.y() + sizes.s6, high * 1.3, high)
        box(painter, picture, sizes.r4, "canvas", "line2")
        if row.picture is None:
            side = sizes.icon_small
            paint_icon(painter, "file", picture.center().x() - side / 2, picture.center().y(), side, "text3")
        draw_picture(painter, picture.adjusted(sizes.gap, sizes.gap, -sizes.gap, -sizes.gap), row.picture)
        x = picture.right() + sizes.s12
        lines = theme.line_height("body") + theme.line_height("caption")
        top = area.center().y() - lines / 2
        room = area.right() - x - sizes.s6
        text(painter, QRectF(x, top, room, theme.line_height("body")), row.name, "body")
        under = QRectF(x, top + theme.line_height("body"), room, theme.line_height("caption"))
        text(painter, under, row.when, "caption", "text3")
