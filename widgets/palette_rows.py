"""The palette's rows: which sections and layers it lists, and how one row and one dragged card are painted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QPainter, QPixmap

from widgets import icons, shadow, theme, words
from widgets.controls.base import box, center_square, paint_icon, text, width_of
from widgets.lists import RowPainter, State

FAVORITES = "Favorites"
BLOCKS = "Blocks"
BLOCK = "block:"


@dataclass(frozen=True)
class Entry:
    """One layer or block of the palette; `name` is what the canvas gets."""

    name: str
    label: str
    section: str
    icon: str = ""
    help: str = ""


@dataclass(frozen=True)
class Head:
    """The line of a section, with how many it holds and whether it is open."""

    section: str
    count: int
    open: bool


@dataclass(frozen=True)
class Item:
    """The line of a layer. In a search its section stands at the right."""

    entry: Entry
    favorite: bool = False
    in_section: str = ""
    flat: bool = False


def listing(
    sections: Mapping[str, Sequence[Entry]], favorites: Sequence[str], open_sections: Iterable[str]
) -> list[Head | Item]:
    """All rows while nothing is searched: favorites first, then the sections, layers only where one is open."""
    by_name = {entry.name: entry for entries in sections.values() for entry in entries}
    liked = [by_name[name] for name in favorites if name in by_name]
    groups = ([(FAVORITES, liked)] if liked else []) + [
        (name, entries) for name, entries in sections.items() if entries
    ]
    opened, found = set(open_sections), list[Head | Item]()
    for name, entries in groups:
        found.append(Head(name, len(entries), name in opened))
        if name in opened:
            found += [Item(entry, entry.name in favorites, name) for entry in entries]
    return found


def said(row: Head | Item) -> str:
    """A row for screen readers and tests."""
    if isinstance(row, Head):
        return f"{row.section}, {words.count(row.count, 'layer')}, {'open' if row.open else 'closed'}"
    return row.entry.label


def star_area(area: QRectF) -> QRectF:
    """Where a row's star is pressed."""
    side = theme.sizes().target
    return QRectF(area.right() - theme.sizes().s6 - 2 * side, area.center().y() - side / 2, side, side)


def plus_area(area: QRectF) -> QRectF:
    """Where a row's plus is pressed."""
    return star_area(area).translated(theme.sizes().target, 0)


class PaletteRows(RowPainter):
    """Paints a section's head or a layer: tile, name, and under the pointer a star and a plus."""

    def height(self, row) -> int:
        return theme.sizes().row_palette

    def draw(self, painter: QPainter, area: QRectF, row: Head | Item, state: State) -> None:
        sizes = theme.sizes()
        card = area.adjusted(sizes.s6, 0, -sizes.s6, 0)
        if state.selected:
            box(painter, card, sizes.r6, "acc_wash" if state.focused else "hover")
        elif state.hover:
            box(painter, card, sizes.r6, "hover")
        if isinstance(row, Head):
            self._draw_head(painter, area, row, state)
        else:
            self._draw_item(painter, area, row, state)

    @staticmethod
    def _draw_head(painter: QPainter, area: QRectF, row: Head, state: State) -> None:
        sizes, middle = theme.sizes(), area.center().y()
        x = area.x() + sizes.s8 + sizes.s2
        arrow = "chevron-down" if row.open else "chevron-right"
        paint_icon(painter, arrow, x, middle, sizes.icon_small, "text2" if state.hover or state.selected else "text3")
        x += sizes.icon_small + sizes.s6
        if row.section == FAVORITES:
            paint_icon(painter, "star", x - (sizes.icon_small - sizes.dot) / 2, middle, sizes.icon_small, "text2")
        else:
            box(painter, QRectF(x, middle - sizes.dot / 2, sizes.dot, sizes.dot), sizes.gap, f"hue:{row.section}")
        x += sizes.dot + sizes.s8
        count = words.thousands(row.count)
        right = area.adjusted(0, 0, -sizes.s12, 0)
        text(painter, right, count, "secondary", "text3", Qt.AlignmentFlag.AlignRight)
        wide = right.right() - x - width_of(count, "secondary") - sizes.s8
        ink = "text1" if row.open or state.hover else "text2"
        text(painter, QRectF(x, area.y(), wide, area.height()), row.section, "body", ink, bold=True)

    @staticmethod
    def _draw_item(painter: QPainter, area: QRectF, row: Item, state: State) -> None:
        sizes, middle, side = theme.sizes(), area.center().y(), theme.sizes().tile_mid
        x = area.x() + sizes.s16 + sizes.s2
        icons.paint_tile(painter, QRectF(x, middle - side / 2, side, side), row.entry.section, row.entry.icon or None)
        x += side + sizes.s8
        right = area.right() - sizes.s12
        if state.hover or state.selected:
            right = star_area(area).x()
            _draw_mark(painter, star_area(area), "star", state, "warning" if row.favorite else "text3")
            _draw_mark(painter, plus_area(area), "plus", state, "text2")
        elif row.flat:
            wide = width_of(row.entry.section, "caption")
            if x + width_of(row.entry.label, "body") + sizes.s8 + wide <= right:  # the name comes first
                spot = QRectF(right - wide, area.y(), wide, area.height())
                text(painter, spot, row.entry.section, "caption", "text3", Qt.AlignmentFlag.AlignRight)
        text(painter, QRectF(x, area.y(), right - x, area.height()), row.entry.label, "body")


def _draw_mark(painter: QPainter, spot: QRectF, icon: str, state: State, ink: str) -> None:
    sizes = theme.sizes()
    met = state.pointer is not None and spot.contains(state.pointer)
    if met:
        box(painter, spot.adjusted(1, 1, -1, -1), sizes.r4, "line2")
        ink = "warning" if icon == "star" else "text1"
    icons.paint(painter, icon, center_square(spot, sizes.icon_small), ink)


def card_picture(entry: Entry, ratio: float | None = None) -> tuple[QPixmap, QPoint]:
    """What hangs at the pointer while a layer is dragged, a slim node card, and the point it hangs by."""
    sizes, room = theme.sizes(), shadow.margins("popup")
    ratio = ratio or QGuiApplication.primaryScreen().devicePixelRatio()
    wide, high = sizes.card_width, sizes.card_slim
    size = (wide + room.left() + room.right(), high + room.top() + room.bottom())
    picture = QPixmap(round(size[0] * ratio), round(size[1] * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    with QPainter(picture) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        card = QRectF(room.left(), room.top(), wide, high)
        shadow.paint(painter, card, sizes.r9)
        box(painter, card, sizes.r9, "card", "acc_line", sizes.ring)
        side = sizes.tile_mid
        tile = QRectF(card.x() + sizes.card_pad, card.center().y() - side / 2, side, side)
        icons.paint_tile(painter, tile, entry.section, entry.icon or None)
        text(painter, card.adjusted(sizes.card_pad + side + sizes.s8, 0, -sizes.s8, 0), entry.label, "name")
    return picture, QPoint(room.left() + sizes.s20, room.top() + high // 2)
