"""The finder: one field that finds layers, settings, commands and templates (Ctrl+K)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from widgets import icons, theme
from widgets.controls import KeyCap, Label, Line, Popup
from widgets.controls.base import box, paint_icon, row, text, width_of
from widgets.controls.fields import SearchField
from widgets.controls.labels import cap_width, paint_cap
from widgets.fuzzy import match
from widgets.lists import RowList, RowPainter, Rows, State
from widgets.quick_add import draw_runs

_GROUPS = {
    "node": "Nodes", "layer": "Layers", "setting": "Settings", "command": "Commands", "template": "Templates",
    "lesson": "Lessons",
}  # fmt: skip
_ICONS = {"setting": "settings-2", "command": "command", "template": "layout-template", "lesson": "graduation-cap"}
_MOST_PER_GROUP, _MOST_ALONE, _MOST_ROWS_HIGH = 6, 60, 12


@dataclass(frozen=True)
class Found:
    """One thing the finder finds.

    Attributes:
        kind: layer, setting, command, template or lesson.
        key: what the window gets back.
        hint: what it is now or what it does, at the right: `64, Train`, `add after Conv 2D`.
        keys: its shortcut.
        words: further words the search finds it by.
        why_not: why it cannot be chosen now, empty where it can.
    """

    kind: str
    key: str
    label: str
    hint: str = ""
    keys: str = ""
    icon: str = ""
    section: str = ""
    words: str = ""
    why_not: str = ""


@dataclass(frozen=True)
class _Group:
    label: str


@dataclass(frozen=True)
class _Hit:
    found: Found
    places: frozenset[int] = frozenset()


def hits(entries: Iterable[Found], typed: str) -> list[_Group | _Hit]:
    """What matches, in groups; the group with the best match comes first, in it the best match first."""
    ranked: dict[str, list[tuple[int, int, _Hit]]] = {}
    for place, one in enumerate(entries):
        if not typed.strip():
            ranked.setdefault(one.kind, []).append((0, place, _Hit(one)))
            continue
        hit = match(typed, one.label)
        if hit is not None:
            ranked.setdefault(one.kind, []).append((hit.rank, place, _Hit(one, hit.places)))
            continue
        other = match(typed, f"{one.words} {one.hint}")
        if other is not None and other.rank < 50:
            ranked.setdefault(one.kind, []).append((100 + other.rank, place, _Hit(one)))
    order = {kind: place for place, kind in enumerate(_GROUPS)}

    def best(kind: str) -> tuple[bool, int]:
        # only a group without any match by name steps back
        return (min(rank for rank, *_ in ranked[kind]) >= 100, order.get(kind, len(order)))

    most = _MOST_PER_GROUP if len(ranked) > 1 else _MOST_ALONE
    rows: list[_Group | _Hit] = []
    for kind in sorted(ranked, key=best):
        rows.append(_Group(_GROUPS.get(kind, kind.capitalize())))
        rows += [hit for _, _, hit in sorted(ranked[kind], key=lambda part: part[:2])[:most]]
    return rows


class _FinderRows(RowPainter):
    """Paints a group's name, or an icon, a name, a hint and a key."""

    def height(self, row) -> int:
        return theme.sizes().s24 if isinstance(row, _Group) else theme.sizes().row_palette

    def draw(self, painter: QPainter, area: QRectF, row, state: State) -> None:
        sizes = theme.sizes()
        if isinstance(row, _Group):
            text(painter, area.adjusted(sizes.s8, 0, 0, 0), row.label, "caption", "text3")
            return
        one, middle = row.found, area.center().y()
        if state.selected:
            box(painter, area, sizes.r6, "acc_wash")
        elif state.hover:
            box(painter, area, sizes.r6, "hover")
        side, x = sizes.tile_mid, area.x() + sizes.s8
        if one.section:
            icons.paint_tile(painter, QRectF(x, middle - side / 2, side, side), one.section, one.icon or None)
        else:
            icon = one.icon or _ICONS.get(one.kind, "command")
            paint_icon(painter, icon, x + (side - sizes.icon) / 2, middle, sizes.icon, "text2")
        x += side + sizes.s8
        right = area.right() - sizes.s8
        cap = one.keys or ("↵" if state.selected else "")
        if cap:
            wide = cap_width(cap)
            paint_cap(painter, QRectF(right - wide, round(middle - sizes.key_cap / 2), wide, sizes.key_cap), cap)
            right -= wide + sizes.s8
        hint = one.why_not or one.hint
        if hint:
            wide = min(width_of(hint, "secondary"), (right - x) * 0.5)
            spot = QRectF(right - wide, area.y(), wide, area.height())
            text(painter, spot, hint, "secondary", "text3" if one.why_not else "text2", Qt.AlignmentFlag.AlignRight)
            right = spot.x() - sizes.s8
        ink = "text3" if one.why_not else "text1"
        draw_runs(painter, QRectF(x, area.y(), right - x, area.height()), one.label, row.places, ink)


class _BareSearch(SearchField):
    """The finder's search line: without a frame, the popup is its frame."""

    def __init__(self, placeholder: str):
        super().__init__(placeholder)
        self.setStyleSheet("QLineEdit, QLineEdit:focus, QLineEdit:hover { background: transparent; border: none; }")


class Finder(Popup):
    """The popup; `chosen` says kind and key of what was picked."""

    chosen = Signal(str, str)

    def __init__(self, parent: QWidget | None = None, placeholder: str = "Find layers, settings, commands, templates"):
        super().__init__(parent)
        sizes = theme.sizes()
        self.setAccessibleName("Find anything")
        self._entries: list[Found] = []
        line = row(space=sizes.s8)
        line.setContentsMargins(sizes.s4, sizes.s4, sizes.s8, sizes.s6)
        self.search = _BareSearch(placeholder)
        line.addWidget(self.search, 1)
        line.addWidget(KeyCap("Esc"))
        self.body.addLayout(line)
        self.body.addWidget(Line())
        self.body.addSpacing(sizes.s4)
        self.list = RowList(Rows(_said, None, _stops), _FinderRows(), "Found")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.body.addWidget(self.list)
        self.nothing = Label("", "secondary", "text2", wrap=True)
        self.nothing.setMargin(sizes.s12)
        self.nothing.hide()
        self.body.addWidget(self.nothing)
        self.search.textChanged.connect(self._show)
        self.search.moved.connect(self.list.move_by)
        self.search.returnPressed.connect(self._on_return)
        self.search.left.connect(self.close)
        self.list.tapped.connect(self._on_tapped)

    def open(self, entries: Iterable[Found], over: QWidget | None = None) -> None:
        """Open over the upper middle of a window."""
        self.set_inner_width(theme.sizes().finder)
        self._entries = list(entries)
        self.search.clear()
        self._show()
        over = over or self.parentWidget()
        area = over.window().rect() if over else self.screen().availableGeometry()
        left = (area.width() - theme.sizes().finder) // 2
        corner = QPoint(max(0, left), theme.sizes().top_bar + theme.sizes().s24)
        self.open_at(over.window().mapToGlobal(corner) if over else corner)
        self.search.setFocus(Qt.FocusReason.PopupFocusReason)

    def _show(self) -> None:
        typed = self.search.text().strip()
        rows = hits(self._entries, typed)
        self.list.rows().set_rows(rows)
        self.list.choose(-1)
        self.list.choose_first()
        self.list.scrollToTop()
        self.list.setVisible(bool(rows))
        self.nothing.setText(f"Nothing matches “{typed}”. Try a layer, a setting, or what you want to do.")
        self.nothing.setVisible(not rows)
        painter = self.list.itemDelegate()
        high = sum(painter.height(one) for one in rows)
        self.list.setFixedHeight(min(high, _MOST_ROWS_HIGH * theme.sizes().row_palette))
        self.adjustSize()

    def _choose(self, place: int) -> None:
        if self.list.rows().stops(place):
            found = self.list.row_at(place).found
            self.close()
            self.chosen.emit(found.kind, found.key)

    def _on_return(self) -> None:
        self._choose(self.list.place())

    def _on_tapped(self, place: int, _spot) -> None:
        self._choose(place)


def _said(one) -> str:
    if isinstance(one, _Group):
        return one.label
    return ", ".join(part for part in (one.found.label, one.found.why_not or one.found.hint, one.found.keys) if part)


def _stops(one) -> bool:
    return isinstance(one, _Hit) and not one.found.why_not
