"""The rows of the shortcut sheet: a group's name, or a command with its keys; how they are found and painted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from widgets import theme
from widgets.controls.base import box, paint_icon, text, width_of
from widgets.controls.labels import cap_width, paint_cap
from widgets.fuzzy import match
from widgets.lists import RowPainter, State
from widgets.quick_add import draw_runs


@dataclass(frozen=True)
class KeyRow:
    """One command of the sheet.

    Attributes:
        keys: as files write them, in the order they are shown.
        shown: the same keys as this system writes them.
        changed: whether a person gave it other keys than those of the first day.
        fixed: whether it is a stroke of the pointer that stays as it is.
        note: what Shift adds, or why it is fixed.
    """

    name: str
    label: str
    group: str
    keys: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    changed: bool = False
    fixed: bool = False
    note: str = ""


@dataclass(frozen=True)
class Group:
    """The head of a group."""

    label: str


@dataclass(frozen=True)
class Line:
    """A command as it is found."""

    row: KeyRow
    places: frozenset[int] = frozenset()


def listing(rows: Iterable[KeyRow], typed: str = "", changed_only: bool = False) -> list[Group | Line]:
    """The rows that match, by group; what is typed is looked for in names, keys and groups."""
    found: dict[str, list[Line]] = {}
    wanted = _squeezed(typed)
    for one in rows:
        if changed_only and not one.changed:
            continue
        hit = match(typed, one.label) if wanted else None
        by_key = wanted and any(wanted in _squeezed(key) for key in (*one.keys, *one.shown))
        if wanted and hit is None and not by_key and wanted not in _squeezed(one.group):
            continue
        found.setdefault(one.group, []).append(Line(one, hit.places if hit else frozenset()))
    return [part for group, lines in found.items() for part in (Group(group), *lines)]


def _squeezed(words: str) -> str:
    return words.lower().replace(" ", "").replace("ctrl-", "ctrl+")


def said(part: Group | Line) -> str:
    """A row for screen readers."""
    if isinstance(part, Group):
        return part.label
    keys = " or ".join(part.row.shown) or "no key"
    return ", ".join(word for word in (part.row.label, keys, "changed" if part.row.changed else "") if word)


def tip(part: Group | Line) -> str:
    """What a row cannot show."""
    return "" if isinstance(part, Group) else part.row.note


def stops(part: Group | Line) -> bool:
    """Heads and fixed strokes cannot be chosen."""
    return isinstance(part, Line) and not part.row.fixed


class KeyRows(RowPainter):
    """Paints a group's name, or a name with its keys at the right."""

    def height(self, part) -> int:
        return theme.sizes().row_form if isinstance(part, Group) else theme.sizes().row_palette

    def draw(self, painter: QPainter, area: QRectF, part, state: State) -> None:
        sizes = theme.sizes()
        if isinstance(part, Group):
            text(painter, area.adjusted(sizes.s12, sizes.s6, 0, 0), part.label, "secondary", "text1", bold=True)
            return
        row, middle = part.row, area.center().y()
        if state.selected:
            box(painter, area, sizes.r6, "acc_wash")
        elif state.hover and not row.fixed:
            box(painter, area, sizes.r6, "hover")
        right = area.right() - sizes.s12
        for key in reversed(row.shown):
            wide = cap_width(key)
            paint_cap(painter, QRectF(right - wide, round(middle - sizes.key_cap / 2), wide, sizes.key_cap), key)
            right -= wide + sizes.s6
        if not row.shown:
            wide = width_of("no key", "caption")
            text(painter, QRectF(right - wide, area.y(), wide, area.height()), "no key", "caption", "text3")
            right -= wide + sizes.s6
        if row.changed:
            paint_icon(painter, "pencil", right - sizes.icon_small, middle, sizes.icon_small, "acc")
            right -= sizes.icon_small + sizes.s8
        left = area.x() + sizes.s12
        spot = QRectF(left, area.y(), right - left - sizes.s8, area.height())
        draw_runs(painter, spot, row.label, part.places, "text2" if row.fixed else "text1")
