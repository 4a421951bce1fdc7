"""The outline: the network as a plain list that mirrors the canvas, for the keyboard and for screen readers.

Every key of the canvas works here, too: a row that is chosen is the chosen card.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QRectF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractItemView, QWidget

from widgets import icons, theme
from widgets.controls import Label, SearchField, surface
from widgets.controls.base import box, column, paint_icon, row, text, width_of
from widgets.fuzzy import match
from widgets.lists import RowList, RowPainter, Rows, State


@dataclass(frozen=True)
class OutlineRow:
    """A node as the outline lists it; `said` is what a screen reader says, `depth` how deep in a frame it lies."""

    id: str
    label: str
    said: str
    section: str
    icon: str = ""
    shape: str = ""
    feeds: str = ""
    level: str = ""
    muted: bool = False
    depth: int = 0


class _OutlineRows(RowPainter):
    """Paints a tile, the name, who feeds it, and the shape that comes out."""

    def draw(self, painter: QPainter, area: QRectF, row: OutlineRow, state: State) -> None:
        sizes, middle = theme.sizes(), area.center().y()
        card = area.adjusted(sizes.s6, 0, -sizes.s6, 0)
        if state.selected:
            box(painter, card, sizes.r6, "acc_wash")
        elif state.hover:
            box(painter, card, sizes.r6, "hover")
        x = card.x() + sizes.s8 + row.depth * sizes.s16
        painter.setOpacity(0.55 if row.muted else 1.0)
        icons.paint_tile(painter, QRectF(x, middle - sizes.tile_small / 2, sizes.tile_small, sizes.tile_small),
                         row.section, row.icon or None)  # fmt: skip
        x += sizes.tile_small + sizes.s8
        wide = width_of(row.label, "body", True)
        text(painter, QRectF(x, area.y(), wide, area.height()), row.label, "body", bold=True)
        x += wide + sizes.s8
        if row.level:
            icon, ink = ("error", "error") if row.level == "error" else ("triangle-alert", "warning")
            paint_icon(painter, icon, x, middle, sizes.icon_small, ink)
            x += sizes.icon_small + sizes.s8
        right = card.right() - sizes.s8
        if row.shape:
            wide = width_of(row.shape, "secondary")
            text(painter, QRectF(right - wide, area.y(), wide, area.height()), row.shape, "secondary", "text2")
            right -= wide + sizes.s12
        if row.feeds and right - x > sizes.s32:
            text(painter, QRectF(x, area.y(), right - x, area.height()), row.feeds, "secondary", "text3")
        painter.setOpacity(1.0)


class _List(RowList):
    """Several rows may be chosen; keys that are not the list's go to the canvas."""

    key_left = Signal(object)

    def keyPressEvent(self, event):
        plain = event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End)
        plain = plain and not event.modifiers() & Qt.KeyboardModifier.AltModifier
        if plain or event.key() in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            QAbstractItemView.keyPressEvent(self, event)
        else:
            event.ignore()
            self.key_left.emit(event)


class Outline(QWidget):
    """The dock panel. Choosing rows chooses cards; Enter shows the card; other keys are told as `key_left`."""

    chosen = Signal(list)
    shown = Signal(str)
    key_left = Signal(object)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        surface(self, "panel")
        sizes = theme.sizes()
        whole = column(self)
        whole.setContentsMargins(0, sizes.s6, 0, 0)
        head = row(space=sizes.s8)
        head.setContentsMargins(sizes.s12, 0, sizes.s12, sizes.s6)
        self.search = SearchField("Filter by name")
        self.search.setAccessibleName("Filter the outline")
        head.addWidget(self.search, 1)
        self.count = Label("", "caption", "text2")
        head.addWidget(self.count)
        whole.addLayout(head)
        self.list = _List(Rows(lambda one: one.said), _OutlineRows(), "Outline of the network", self)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        whole.addWidget(self.list, 1)
        self._rows: list[OutlineRow] = []
        self._quiet = False
        self.search.textChanged.connect(self._filter)
        self.list.selectionModel().selectionChanged.connect(self._on_chosen)
        self.list.opened.connect(lambda place: self.shown.emit(self.list.row_at(place).id))
        self.list.key_left.connect(self._on_key)

    def show_rows(self, rows: Sequence[OutlineRow], chosen: Iterable[str]) -> None:
        """Show these nodes, in the order in which data flows."""
        self._rows = list(rows)
        self._filter()
        self.choose(chosen)

    def choose(self, names: Iterable[str]) -> None:
        """Choose rows silently."""
        names = set(names)
        self._quiet = True
        model, selection = self.list.rows(), QItemSelection()
        for place, one in enumerate(model.rows()):
            if one.id in names:
                selection.select(model.index(place), model.index(place))
        if {index.data(Qt.ItemDataRole.UserRole).id for index in self.list.selectedIndexes()} != names:
            self.list.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            if not selection.isEmpty():
                first = selection.indexes()[0]
                self.list.selectionModel().setCurrentIndex(first, QItemSelectionModel.SelectionFlag.NoUpdate)
                self.list.scrollTo(first)
        self._quiet = False

    def _filter(self) -> None:
        typed = self.search.text().strip()
        shown = [one for one in self._rows if not typed or match(typed, f"{one.label} {one.id}")]
        self._quiet = True
        self.list.rows().set_rows(shown)
        self._quiet = False
        total = len(self._rows)
        self.count.setText(f"{len(shown)} of {total}" if typed else f"{total} node{'s' if total != 1 else ''}")

    def _on_chosen(self, *_: object) -> None:
        if not self._quiet:
            rows = sorted(self.list.selectedIndexes(), key=lambda index: index.row())
            self.chosen.emit([index.data(Qt.ItemDataRole.UserRole).id for index in rows])

    def _on_key(self, event) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.list.place() >= 0:
            self.shown.emit(self.list.row_at(self.list.place()).id)
        else:
            self.key_left.emit(event)
