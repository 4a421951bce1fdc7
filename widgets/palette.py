"""The palette: every layer by section, searchable, with favorites; drag one to the canvas or press Enter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QByteArray, QMimeData, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QDrag
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from engine.layer import Layer, layers
from widgets import theme
from widgets.controls import EmptyState, IconLabel, Label, Line, SearchField, rich_tip, surface
from widgets.controls.base import column, row
from widgets.fuzzy import match
from widgets.lists import RowList, Rows
from widgets.page_frame import scrolled
from widgets.palette_icons import PaletteIcons
from widgets.palette_rows import (
    BLOCK,
    BLOCKS,
    FAVORITES,
    Entry,
    Head,
    Item,
    PaletteRows,
    card_picture,
    listing,
    plus_area,
    said,
    star_area,
)

MIME = "application/x-lamina-layer"
_OPEN = (FAVORITES, "Convolution")


def entry_of(cls: type[Layer]) -> Entry:
    """A layer class as a row of the palette."""
    return Entry(cls.__name__, cls.label, cls.section, cls.icon, cls.help())


def mime_of(name: str) -> QMimeData:
    """What a drag carries: the layer's class name."""
    data = QMimeData()
    data.setData(MIME, QByteArray(name.encode()))
    return data


class _List(RowList):
    """The rows; a press on a head folds it, on a star marks a favorite, on a plus adds, a drag takes a layer along."""

    folded = Signal(str, bool)
    starred = Signal(str, bool)
    added = Signal(str)

    def __init__(self, parent: QWidget):
        super().__init__(Rows(said, _tip), PaletteRows(), "Layers", parent)
        self._press: tuple[QPoint, Item] | None = None
        self.opened.connect(self._on_opened)

    def _part(self, event):
        index = self.indexAt(event.position().toPoint())
        if not index.isValid():
            return None, QRectF()
        return self.row_at(index.row()), QRectF(self.visualRect(index))

    def mousePressEvent(self, event):
        super().mousePressEvent(event)
        found, area = self._part(event)
        if event.button() != Qt.MouseButton.LeftButton or found is None:
            return
        if isinstance(found, Head):
            self.folded.emit(found.section, not found.open)
        elif star_area(area).contains(event.position()):
            self.starred.emit(found.entry.name, not found.favorite)
        elif plus_area(area).contains(event.position()):
            self.added.emit(found.entry.name)
        else:
            self._press = (event.position().toPoint(), found)

    def mouseMoveEvent(self, event):
        super().mouseMoveEvent(event)
        if self._press is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        start_at, item = self._press
        if (event.position().toPoint() - start_at).manhattanLength() >= QApplication.startDragDistance():
            self._press = None
            self._drag(item.entry)

    def mouseReleaseEvent(self, event):
        self._press = None
        super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event):
        found, area = self._part(event)
        marks = star_area(area).contains(event.position()) or plus_area(area).contains(event.position())
        if isinstance(found, Head) or marks:
            self.mousePressEvent(event)  # two quick presses on a fold or a star are two presses
        else:
            super().mouseDoubleClickEvent(event)

    def _drag(self, entry: Entry) -> None:
        drag = QDrag(self)
        drag.setMimeData(mime_of(entry.name))
        picture, spot = card_picture(entry, self.devicePixelRatioF())
        drag.setPixmap(picture)
        drag.setHotSpot(spot)
        drag.exec(Qt.DropAction.CopyAction)

    def _on_opened(self, place: int) -> None:
        found = self.row_at(place)
        if isinstance(found, Head):
            self.folded.emit(found.section, not found.open)
        else:
            self.added.emit(found.entry.name)

    def keyPressEvent(self, event):
        found = self.row_at(self.place()) if self.place() >= 0 else None
        fold = {Qt.Key.Key_Left: False, Qt.Key.Key_Right: True}.get(event.key())
        if fold is not None and found is not None:
            self._fold(found, fold)
        elif event.text() == "*" and isinstance(found, Item):
            self.starred.emit(found.entry.name, not found.favorite)
        else:
            super().keyPressEvent(event)

    def _fold(self, found: Head | Item, open_: bool) -> None:
        if isinstance(found, Head):
            self.folded.emit(found.section, open_)
        elif not open_ and found.in_section:
            heads = [at for at, one in enumerate(self.rows().rows()) if isinstance(one, Head)]
            self.choose(max(at for at in heads if at < self.place()))


def _tip(found: Head | Item) -> str:
    if isinstance(found, Head):
        return ""
    return rich_tip(found.entry.label, found.entry.help)


class Palette(QWidget):
    """The panel at the left of the Build page."""

    add_wanted = Signal(str)
    favorite_wanted = Signal(str, bool)
    folds_changed = Signal()
    wide_wanted = Signal()

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        surface(self, "panel")
        sizes = theme.sizes()
        self._entries = [entry_of(cls) for cls in layers if cls.in_palette]
        self._blocks: list[Entry] = []
        self._favorites: list[str] = []
        self._open = set(_OPEN)
        self._narrow = False
        outer = column(self)
        self.icons = PaletteIcons()
        self._icons = scrolled(self.icons)
        self._icons.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)  # the wheel and Tab move it
        self._icons.hide()
        outer.addWidget(self._icons)
        self._wide = QWidget()
        outer.addWidget(self._wide)
        whole = column(self._wide)
        top = row(edge=sizes.s8)
        self.search = SearchField("", command="search_layers")
        top.addWidget(self.search)
        whole.addLayout(top)
        self.list = _List(self)
        whole.addWidget(self.list, 1)
        self.nothing = EmptyState("search", "", "", "Clear search", kind="plain")
        self.nothing.hide()
        around = row(edge=sizes.s12)
        around.addWidget(self.nothing)
        whole.addLayout(around)
        self._stretch = QWidget()
        self._stretch.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self._stretch.hide()
        whole.addWidget(self._stretch, 1)
        whole.addWidget(Line())
        self._foot = foot = QWidget()
        line = row(foot, space=sizes.s8)
        line.setContentsMargins(sizes.s12, 0, sizes.s12, 0)
        line.addWidget(IconLabel("mouse-pointer-2", "text3", sizes.icon_small))
        line.addWidget(Label("Drag, or press Enter to add", "secondary", "text2"), 1)
        whole.addWidget(foot)
        self.search.textChanged.connect(self._on_searched)
        self.search.moved.connect(self.list.move_by)
        self.search.returnPressed.connect(self._on_return)
        self.search.left.connect(self._on_left)
        self.list.folded.connect(self._on_folded)
        self.list.starred.connect(self.favorite_wanted)
        self.list.added.connect(self.add_wanted)
        self.icons.add_wanted.connect(self.add_wanted)
        self.icons.search_wanted.connect(self.wide_wanted)
        self.nothing.clicked.connect(self._on_clear)
        self._restyle()
        self._show()

    def is_narrow(self) -> bool:
        """Whether it shows tiles instead of the list."""
        return self._narrow

    def set_narrow(self, narrow: bool) -> None:
        """Show one tile per section instead of the list; `wide_wanted` asks for the list again."""
        self._narrow = narrow
        self._icons.setVisible(narrow)
        self._wide.setVisible(not narrow)
        self._restyle()

    def _restyle(self) -> None:
        sizes = theme.sizes()
        self.setMinimumWidth(sizes.top_bar if self._narrow else sizes.palette_least)
        self.setMaximumWidth(sizes.top_bar if self._narrow else sizes.palette_most)
        self._foot.setFixedHeight(theme.sizes().dock_tabs)

    def changeEvent(self, event):
        super().changeEvent(event)
        if event.type() == event.Type.StyleChange and hasattr(self, "_foot"):
            self._restyle()

    def set_favorites(self, names: Sequence[str]) -> None:
        """Show these layers on top."""
        self._favorites = list(names)
        self._show()

    def set_blocks(self, names: Iterable[str]) -> None:
        """Show the project's own blocks under Blocks."""
        self._blocks = [
            Entry(f"{BLOCK}{name}", name, BLOCKS, "block", "A block of this project. Enter it to see what is inside.")
            for name in names
        ]
        self._show()

    def entries(self) -> list[Entry]:
        """Every layer and block it lists."""
        return [*self._entries, *self._blocks]

    def choose(self, name: str) -> None:
        """Choose the row of a layer or block, so that Enter adds it."""
        rows = self.list.rows().rows()
        found = [at for at, one in enumerate(rows) if isinstance(one, Item) and one.entry.name == name]
        if found:
            self.list.choose(found[-1])

    def open_sections(self) -> list[str]:
        """The unfolded sections, for the next start."""
        return sorted(self._open)

    def reset_sections(self) -> None:
        """Unfold what is unfolded on the first day."""
        self.set_open_sections(_OPEN)

    def set_open_sections(self, names: Iterable[str]) -> None:
        self._open = set(names)
        self._show()

    def focus_search(self) -> None:
        """Put the keyboard into the search field."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def _sections(self) -> dict[str, list[Entry]]:
        found: dict[str, list[Entry]] = {}
        for entry in [*self._entries, *self._blocks]:
            found.setdefault(entry.section, []).append(entry)
        order = {name: place for place, name in enumerate(theme.SECTIONS)}
        return dict(sorted(found.items(), key=lambda part: order.get(part[0], len(order))))

    def _show(self) -> None:
        count = len(self._entries) + len(self._blocks)
        self.search.setPlaceholderText(f"Search {count} layers")
        self.search.setAccessibleName(f"Search {count} layers")
        typed = self.search.text().strip()
        rows = self._found(typed) if typed else listing(self._sections(), self._favorites, self._open)
        kept = self.list.row_at(self.list.place()) if self.list.place() >= 0 else None
        self.icons.show_sections({FAVORITES: self._liked(), **self._sections()})
        self.list.rows().set_rows(rows)
        self._keep(kept, rows)
        self.list.setVisible(bool(rows))
        self.nothing.setVisible(not rows)
        self._stretch.setVisible(not rows)
        if not rows:
            self.nothing.set_words(
                f"No layer matches “{typed}”", "Try another word, such as what it does.", "Clear search"
            )

    def _liked(self) -> list[Entry]:
        known = {entry.name: entry for entry in [*self._entries, *self._blocks]}
        return [known[name] for name in self._favorites if name in known]

    def _found(self, typed: str) -> list[Head | Item]:
        blocks = [entry for entry in self._blocks if match(typed, entry.label)]
        known = [entry_of(cls) for cls in layers.search(typed) if cls.in_palette]
        return [Item(entry, entry.name in self._favorites, flat=True) for entry in [*blocks, *known]]

    def _keep(self, kept: Head | Item | None, rows: list[Head | Item]) -> None:
        """Leave the same row chosen after a fold or a star moved the others."""

        def key(one):
            return one.section if isinstance(one, Head) else (one.entry.name, one.in_section)

        if self.search.text().strip():
            self.list.choose_first()
        elif kept is not None:
            self.list.choose(next((at for at, one in enumerate(rows) if key(one) == key(kept)), -1))

    def _on_searched(self, _typed: str) -> None:
        self._show()
        self.list.scrollToTop()

    def _on_return(self) -> None:
        place = self.list.place()
        if place >= 0 and isinstance(self.list.row_at(place), Item):
            self.add_wanted.emit(self.list.row_at(place).entry.name)

    def _on_left(self) -> None:
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_clear(self) -> None:
        self.search.clear()
        self.focus_search()

    def _on_folded(self, section: str, open_: bool) -> None:
        self._open = self._open | {section} if open_ else self._open - {section}
        self._show()
        self.folds_changed.emit()
