"""The Welcome page: start new, open, go on with a recent project, or take a template."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtWidgets import QListView, QMenu, QStyle, QWidget

from widgets import icons, theme
from widgets.controls import Button, Chip, Elided, EmptyState, Label, Line, SearchField, surface
from widgets.controls.base import column, row
from widgets.controls.wrap import WrapRow
from widgets.fuzzy import match
from widgets.gallery_cards import (
    BLANK,
    Cards,
    RecentRows,
    button_area,
    button_words,
    card_area,
    card_height,
    columns_for,
)
from widgets.lessons_list import LessonList, LessonRow
from widgets.lists import RowList, Rows
from widgets.page_frame import scrolled
from widgets.running_note import RunningNote
from widgets.views import RecentEntry, TemplateCard

ALL = "All"
_BAR = QStyle.PixelMetric.PM_ScrollBarExtent


class _Grid(RowList):
    """The cards in equal columns that fill the width."""

    def __init__(self, parent: QWidget):
        super().__init__(Rows(_said, lambda card: ""), Cards(), "Templates", parent)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setDragEnabled(False)
        self.tapped.connect(self._on_tapped)

    def room(self) -> int:
        """The width for cards; the scroll bar's is kept free, so that its coming changes nothing."""
        return self.width() - max(theme.sizes().scroll_bar, self.style().pixelMetric(_BAR)) - 1

    def columns(self) -> int:
        """How many cards stand side by side."""
        return columns_for(self.room())

    def _fit(self) -> None:
        wide = self.room() // self.columns()
        size = QSize(wide, card_height() + theme.sizes().s16)
        if size != self.gridSize():
            self.setGridSize(size)

    def resizeEvent(self, event):
        self._fit()
        super().resizeEvent(event)

    def changeEvent(self, event):
        super().changeEvent(event)
        if event.type() == event.Type.StyleChange and self.model() is not None:
            self._fit()

    def keyPressEvent(self, event):
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            if self.place() >= 0:
                self.opened.emit(self.place())
        else:
            QListView.keyPressEvent(self, event)  # the grid walks in two directions

    def _button(self, place: int) -> QRectF:
        card = card_area(QRectF(self.visualRect(self.rows().index(place))))
        return button_area(card, button_words(self.row_at(place)))

    def _on_tapped(self, place: int, spot) -> None:
        if self._button(place).contains(spot):
            self.opened.emit(place)

    def mouseDoubleClickEvent(self, event):
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and self._button(index.row()).contains(event.position()):
            event.accept()  # the first press has taken it
        else:
            super().mouseDoubleClickEvent(event)


class _Recent(RowList):
    """Recent projects; one press opens."""

    forget = Signal(str)

    def __init__(self, parent: QWidget):
        super().__init__(
            Rows(lambda one: f"{one.name}, {one.when}", lambda one: one.path), RecentRows(), "Recent", parent
        )
        self.tapped.connect(self._on_tapped)

    def _on_tapped(self, place: int, _spot) -> None:
        self.opened.emit(place)

    def mouseDoubleClickEvent(self, event):
        event.accept()  # the first press has opened it

    def contextMenuEvent(self, event):
        index = self.indexAt(event.pos())
        if index.isValid():
            path = self.row_at(index.row()).path
            menu = QMenu(self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.addAction(icons.icon("x"), "Remove from this list", lambda: self.forget.emit(path))
            menu.popup(event.globalPos())


def _said(card: TemplateCard) -> str:
    return ". ".join(part.rstrip(".") for part in (card.title, card.line, card.data, card.time) if part)


class Gallery(QWidget):
    """The page; its pictures come from outside, as images."""

    new_wanted = Signal()
    open_wanted = Signal()
    recent_wanted = Signal(str)
    forget_wanted = Signal(str)
    template_wanted = Signal(str)
    shortcuts_wanted = Signal()
    lesson_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        surface(self, "panel")
        self._templates: list[TemplateCard] = []
        self._tag = ALL
        self._chips: dict[str, Chip] = {}
        whole = row(self)
        self._build_side(whole)
        whole.addWidget(Line(vertical=True))
        self._build_center(whole)
        self._restyle()
        self._show()

    def _restyle(self) -> None:
        sizes = theme.sizes()
        self._side_area.setFixedWidth(sizes.welcome_side)
        self.search.setMaximumWidth(sizes.card_width)
        self.search.setMinimumWidth(sizes.tile * 4)
        for button in (self.new_button, self.open_button):
            button.setMinimumHeight(sizes.row_form)

    def changeEvent(self, event):
        super().changeEvent(event)
        if event.type() == event.Type.StyleChange and hasattr(self, "search"):
            self._restyle()

    def resizeEvent(self, event):
        super().resizeEvent(event)
        self._show_note()

    def _show_note(self) -> None:
        """The note stands beside the chips where they leave room in their line."""
        sizes = theme.sizes()
        chips = sum(chip.sizeHint().width() + sizes.s8 for chip in self._chips.values())
        margins = sizes.s24 + sizes.s8 + sizes.s16 + sizes.scroll_bar + sizes.s12 + sizes.hair
        room = self.width() - sizes.welcome_side - margins
        self.note.setVisible(chips + self.note.sizeHint().width() <= room)

    def _build_side(self, whole) -> None:
        sizes = theme.sizes()
        side = surface(QWidget(), "panel")
        inside = column(side, space=sizes.s8)
        inside.setContentsMargins(sizes.s6, sizes.s16, sizes.s6, sizes.s12)
        top = column(space=sizes.s8)
        top.setContentsMargins(sizes.s6, 0, sizes.s6, 0)
        inside.addLayout(top)
        self.new_button = Button("New project", "plus", "primary")
        self.open_button = Button("Open", "folder-open")
        for button in (self.new_button, self.open_button):
            top.addWidget(button)
        top.addSpacing(sizes.s12)
        self.recent_title = Label("Recent", "secondary", "text2", bold=True)
        top.addWidget(self.recent_title)
        self.recent = _Recent(self)
        inside.addWidget(self.recent, 1)
        self.no_recent = Label("Projects you open appear here.", "secondary", "text3", wrap=True)
        top.addWidget(self.no_recent)
        inside.addStretch(0)
        self._build_lessons(inside)
        self.shortcuts = Button("Shortcuts", "keyboard", "quiet")
        self.shortcuts.set_small(True)
        foot = row()
        foot.addWidget(self.shortcuts)
        foot.addStretch(1)
        inside.addLayout(foot)
        self.recent.setMinimumHeight(2 * sizes.top_bar)
        self._side_area = scrolled(side)
        whole.addWidget(self._side_area)
        self.new_button.clicked.connect(self.new_wanted)
        self.open_button.clicked.connect(self.open_wanted)
        self.shortcuts.clicked.connect(self.shortcuts_wanted)
        self.recent.opened.connect(self._on_recent)
        self.recent.forget.connect(self.forget_wanted)

    def _build_lessons(self, inside) -> None:
        sizes = theme.sizes()
        self.lessons_title = Label("Learn by doing", "secondary", "text2", bold=True)
        titled = row()
        titled.setContentsMargins(sizes.s6, sizes.s8, 0, 0)
        titled.addWidget(self.lessons_title)
        inside.addLayout(titled)
        self.lessons = LessonList(self)
        self.lessons.opened.connect(lambda at: self.lesson_wanted.emit(self.lessons.row_at(at).name))
        inside.addWidget(self.lessons)
        self.set_lessons([])

    def set_lessons(self, lessons: Sequence[LessonRow]) -> None:
        """Show these lessons at the left."""
        self.lessons.set_lessons(list(lessons))
        for widget in (self.lessons, self.lessons_title):
            widget.setVisible(bool(lessons))

    def _build_center(self, whole) -> None:
        sizes = theme.sizes()
        center = surface(QWidget(), "bar")
        inside = column(center, space=sizes.s12)
        inside.setContentsMargins(sizes.s24, sizes.s20, sizes.s8, 0)
        head = row(space=sizes.s12)
        head.setContentsMargins(0, 0, sizes.s16 + sizes.scroll_bar, 0)
        head.addWidget(Elided("What do you want to build?", "page_title"), 1)
        self.search = SearchField("Search templates")
        self.search.setAccessibleName("Search templates")
        head.addWidget(self.search)
        self.running = RunningNote()
        noted = row()
        noted.setContentsMargins(0, 0, sizes.s16 + sizes.scroll_bar, 0)
        noted.addWidget(self.running)
        inside.addLayout(noted)
        inside.addLayout(head)
        line = row(space=sizes.s8)
        line.setContentsMargins(0, 0, sizes.s16 + sizes.scroll_bar, 0)
        self._tags = WrapRow(centered=False)
        line.addWidget(self._tags, 1)
        line.addSpacing(sizes.s12)
        self.note = Elided("", "secondary", "text2")
        line.addWidget(self.note)
        inside.addLayout(line)
        self.cards = _Grid(self)
        inside.addWidget(self.cards, 1)
        self.nothing = EmptyState("search", "", "", "Show all", kind="plain")
        self.nothing.hide()
        inside.addWidget(self.nothing, 1)
        whole.addWidget(center, 1)
        self.search.textChanged.connect(self._show)
        self.search.moved.connect(self._on_moved)
        self.search.returnPressed.connect(self._on_return)
        self.cards.opened.connect(self._on_opened)
        self.nothing.clicked.connect(self._on_show_all)

    def picture_size(self) -> QSize:
        """How large a template's picture may be."""
        sizes = theme.sizes()
        wide = self.cards.room() // self.cards.columns() - sizes.s32
        return QSize(max(wide, sizes.s32), sizes.template_picture - sizes.s16)

    def set_templates(self, templates: Iterable[TemplateCard], note: str = "") -> None:
        """Show these templates after the blank canvas; `note` says something true of all of them."""
        self._templates = list(templates)
        self.note.set_text(note)
        tags = [ALL, *dict.fromkeys(tag for one in self._templates for tag in one.tags)]
        if tags != list(self._chips):
            self._make_chips(tags)
        self._show_note()
        self._show()

    def set_recent(self, entries: Sequence[RecentEntry]) -> None:
        """Show these projects, the newest first."""
        self.recent.rows().set_rows(list(entries))
        self.recent.setVisible(bool(entries))
        self.no_recent.setVisible(not entries)

    def _make_chips(self, tags: list[str]) -> None:
        self._tags.clear()
        self._chips = {}
        for tag in tags:
            chip = Chip(tag, checkable=True)
            chip.clicked.connect(lambda _=False, tag=tag: self._on_tag(tag))
            self._tags.add(chip)
            self._chips[tag] = chip
        self._tag = self._tag if self._tag in tags else ALL

    def _show(self) -> None:
        typed = self.search.text().strip()
        shown = [one for one in self._templates if self._tag in (ALL, *one.tags) and _fits(one, typed)]
        if not typed and self._tag == ALL:
            shown = [BLANK, *shown]
        self.cards.rows().set_rows(shown)
        self.cards.setVisible(bool(shown))
        self.nothing.setVisible(not shown)
        self.nothing.set_words(f"No template matches “{typed}”", "Start new, or look at all of them.", "Show all")
        for tag, chip in self._chips.items():
            chip.setChecked(tag == self._tag)

    def _on_tag(self, tag: str) -> None:
        self._tag = tag
        self._show()

    def _on_show_all(self) -> None:
        self._tag = ALL
        self.search.clear()
        self._show()
        self.search.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_moved(self, steps: int) -> None:
        self.cards.setFocus(Qt.FocusReason.TabFocusReason)
        if self.cards.place() < 0:
            self.cards.choose_first()

    def _on_return(self) -> None:
        if self.search.text().strip() and self.cards.rows().rowCount() == 1:
            self._on_opened(0)
        else:
            self._on_moved(1)

    def _on_opened(self, place: int) -> None:
        name = self.cards.row_at(place).name
        if name:
            self.template_wanted.emit(name)
        else:
            self.new_wanted.emit()

    def _on_recent(self, place: int) -> None:
        self.recent_wanted.emit(self.recent.row_at(place).path)


def _fits(card: TemplateCard, typed: str) -> bool:
    return not typed or match(typed, " ".join((card.title, card.line, card.data, *card.tags))) is not None
