"""The Data page: where the data comes from, what is in it, how it is divided."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QMenu, QStackedWidget, QWidget

from widgets import theme, words
from widgets.controls.base import Themed, column, row, surface
from widgets.controls.buttons import Button
from widgets.controls.fields import SearchField
from widgets.controls.labels import Label
from widgets.controls.marks import Chip, ProgressRing
from widgets.controls.wrap import WrapRow
from widgets.data_report import DataReportPanel
from widgets.data_sources import DataSources
from widgets.data_table import DataTable
from widgets.drop import Banner, DropArea
from widgets.page_frame import PageFrame
from widgets.thumbs import ThumbGrid
from widgets.values import DataHead, DataReport, FieldCard, ReadySet, SourceCard, Thumb

ALL = -1


class ClassChips(Themed, QWidget):
    """All, then the classes with their counts; those that do not fit are in a menu."""

    chosen = Signal(int)
    wants_ring = False

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._classes = ()
        self._current = ALL
        self._line = row(self, space=theme.sizes().s6)
        self._group = QButtonGroup(self)
        self._group.idClicked.connect(self._on_clicked)
        self._chips: list[Chip] = []
        self._more = Chip("", "chevron-down", parent=self)
        self._more.clicked.connect(self._on_more)
        self._line.addWidget(self._more)
        self._line.addStretch(1)

    def set_classes(self, classes, total: int) -> None:
        for chip in self._chips:
            self._group.removeButton(chip)
            chip.hide()
            chip.deleteLater()
        self._classes, self._current = tuple(classes), ALL
        self._chips = [Chip("All", count=total, checkable=True, parent=self)]
        self._chips += [
            Chip(entry.name, dot=f"run:{at}", count=entry.count, checkable=True, parent=self)
            for at, entry in enumerate(self._classes[:40])
        ]
        for at, chip in enumerate(self._chips):
            self._line.insertWidget(at, chip)
            self._group.addButton(chip, at)
        self._chips[0].setChecked(True)
        self.setVisible(bool(classes))
        self._fit()

    def current(self) -> int:
        return self._current

    def choose(self, index: int) -> None:
        """Choose a class, or -1 for all, and say so."""
        self._current = index
        if index + 1 < len(self._chips):
            self._chips[index + 1].setChecked(True)
        self._fit()
        self.chosen.emit(index)

    def _on_clicked(self, number: int) -> None:
        self.choose(number - 1)

    def _on_more(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for at, entry in enumerate(self._classes):
            if at + 1 >= len(self._chips) or not self._chips[at + 1].isVisible():
                menu.addAction(f"{entry.name}  {words.thousands(entry.count)}", lambda at=at: self.choose(at))
        menu.popup(self._more.mapToGlobal(self._more.rect().bottomLeft()))

    def _fit(self) -> None:
        """Show as many chips as the width holds, always the chosen one."""
        space, room = self._line.spacing(), self.width()
        widths = [chip.sizeHint().width() + space for chip in self._chips]
        hidden = len(self._classes) + 1 - len(self._chips)
        all_fit = sum(widths) <= room and not hidden
        left = room if all_fit else room - theme.sizes().form_label
        keep = self._current + 1
        left -= widths[keep] if keep < len(widths) else 0
        shown = 0
        for at, chip in enumerate(self._chips):
            fits = at == keep or widths[at] <= left
            if fits and at != keep:
                left -= widths[at]
            elif not fits:
                left = 0
            chip.setVisible(fits)
            shown += fits
        more = len(self._classes) + 1 - shown
        self._more.set_words(f"{more} more")
        self._more.setVisible(more > 0)

    def resizeEvent(self, event):
        super().resizeEvent(event)
        if self._chips:
            self._fit()

    def minimumSizeHint(self):
        hint = super().minimumSizeHint()
        hint.setWidth(theme.sizes().palette_least)
        return hint


class DataPage(Themed, QWidget):
    """Shows data; every wish leaves by signal."""

    source_chosen = Signal(str)
    path_dropped = Signal(str)
    browse_folder_wanted = Signal()
    browse_file_wanted = Signal()
    ready_chosen = Signal(str)
    thumbnails_wanted = Signal(int, int)
    rows_wanted = Signal(int, int)
    filter_changed = Signal(int, str)
    role_wanted = Signal(str, str)
    split_wanted = Signal(tuple, int, bool)
    finding_action = Signal(str)
    cancel_wanted = Signal()
    item_chosen = Signal(int)
    wants_ring = False

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._shape, self._ready = "", ()
        self.sources = DataSources(self)
        self.report = DataReportPanel(self)
        self.error = Banner("error", self)
        self.stack = QStackedWidget(self)
        for made in (self._make_empty(), self._make_busy(), self._make_images(), self._make_table()):
            self.stack.addWidget(made)
        sizes = theme.sizes()
        center = surface(QWidget(self), "canvas")
        inside = column(center, space=sizes.s12)
        inside.setContentsMargins(sizes.s16, sizes.s12, sizes.s16, sizes.s12)
        inside.addWidget(self.error)
        inside.addWidget(self.stack, 1)
        self.frame = PageFrame(center, self)
        self.frame.add_left(self.sources, "data_sources", "database", "Sources")
        self.frame.add_right(self.report, "data_report", "list-checks", "Report")
        column(self).addWidget(self.frame)
        self._connect()
        self.show_data(None)

    def _make_empty(self) -> QWidget:
        self.drop = DropArea(
            "Drop a folder, table, text or IDX file here",
            "Folders of pictures or sounds, tables, texts and IDX files are read where they lie.",
            "upload", large=True, parent=self,
        )  # fmt: skip
        folder = self.drop.add_button("Browse for a folder", "folder-open", primary=True, small=False)
        file = self.drop.add_button("Browse for a file", "file", small=False)
        folder.clicked.connect(self._on_folder)
        file.clicked.connect(self._on_file)
        self.drop.path_dropped.connect(self.path_dropped)
        self._ready_words = Label("or begin with a ready-made set", "secondary", "text2", parent=self)
        self._ready_words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._ready_line = WrapRow(self.drop, most="ready_sets")
        self.drop.below.addSpacing(theme.sizes().s12)
        self.drop.below.addWidget(self._ready_words)
        self.drop.below.addWidget(self._ready_line)
        self._ready_words.hide()
        return self.drop

    def _make_busy(self) -> QWidget:
        page, sizes = QWidget(self), theme.sizes()
        inside = column(page, space=sizes.s12)
        inside.addStretch(1)
        middle = Qt.AlignmentFlag.AlignHCenter
        self.ring = ProgressRing(page, sizes.s32)
        self.busy_words = Label("", "body", parent=page)
        self.busy_words.setAlignment(middle)
        self.cancel = Button("Cancel", parent=page)
        self.cancel.clicked.connect(self._on_cancel)
        inside.addWidget(self.ring, 0, middle)
        inside.addWidget(self.busy_words)
        inside.addWidget(self.cancel, 0, middle)
        inside.addStretch(1)
        return page

    def _make_images(self) -> QWidget:
        page, sizes = QWidget(self), theme.sizes()
        inside = column(page, space=sizes.s12)
        bar = row(space=sizes.s8)
        self.search = SearchField("Search names", parent=page)
        self.search.setFixedWidth(sizes.template_picture + sizes.s12)
        self.search.textChanged.connect(self._on_filter)
        self.chips = ClassChips(page)
        self.chips.chosen.connect(self._on_filter)
        bar.addWidget(self.search)
        bar.addWidget(self.chips, 1)
        self.grid = ThumbGrid(page)
        self.grid.thumbs.wanted.connect(self.thumbnails_wanted)
        self.grid.selectionModel().currentChanged.connect(self._on_thumb)
        self.nothing = Label("Nothing matches.", "body", "text2", parent=page)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.nothing.hide()
        inside.addLayout(bar)
        inside.addWidget(self.nothing)
        inside.addWidget(self.grid, 1)
        return page

    def _make_table(self) -> QWidget:
        page, sizes = surface(QWidget(self), "card"), theme.sizes()
        inside = column(page, edge=sizes.hair)
        self.table_words = Label("", "secondary", "text2", parent=page)
        self.table_words.setContentsMargins(sizes.s12, sizes.s8, sizes.s12, sizes.s8)
        self.table = DataTable(page)
        self.table.rows.wanted.connect(self.rows_wanted)
        self.table.role_wanted.connect(self.role_wanted)
        self.table.item_chosen.connect(self.item_chosen)
        inside.addWidget(self.table_words)
        inside.addWidget(self.table, 1)
        return page

    def _connect(self) -> None:
        left, right = self.sources, self.report
        left.source_chosen.connect(self.source_chosen)
        left.path_dropped.connect(self.path_dropped)
        left.browse_folder_wanted.connect(self.browse_folder_wanted)
        left.browse_file_wanted.connect(self.browse_file_wanted)
        left.ready_chosen.connect(self.ready_chosen)
        right.split_wanted.connect(self.split_wanted)
        right.finding_action.connect(self.finding_action)

    # ---- values in -------------------------------------------------------------------------------

    def set_sources(self, cards: list[SourceCard]) -> None:
        self.sources.set_sources(cards)

    def set_ready_sets(self, sets: list[ReadySet]) -> None:
        """Offer shipped sets, at the left and on the empty page."""
        self.sources.set_ready_sets(sets)
        self._ready_line.clear()
        self._ready_words.setVisible(bool(sets))
        for ready in sets:
            chip = Chip(ready.name, "database", parent=self.drop)
            chip.setToolTip(ready.note)
            chip.clicked.connect(lambda _on=False, key=ready.key: self.ready_chosen.emit(key))
            self._ready_line.add(chip)

    def set_seen(self, fields: list[FieldCard]) -> None:
        self.sources.set_seen(fields)

    def set_source_form(self, widget: QWidget | None) -> None:
        self.sources.set_form("form", widget)

    def set_preparation_form(self, widget: QWidget | None) -> None:
        self.sources.set_form("preparation", widget)

    def show_data(self, head: DataHead | None) -> None:
        """Show pictures or a table; None shows the place to drop some."""
        self._shape = head.shape if head else ""
        self.frame.set_bare(head is None)
        if head is None:
            self.stack.setCurrentIndex(0)
            return
        if head.shape == "images":
            self.search.blockSignals(True)
            self.search.clear()
            self.search.blockSignals(False)
            self.chips.set_classes(head.classes, head.count)
            self.grid.thumbs.reset(head.count, [entry.name for entry in head.classes])
            self.nothing.hide()
        else:
            self.table.show_columns(head.columns, head.count)
            columns = words.count(len(head.columns), "column")
            self.table_words.setText(f"{words.count(head.count, 'row')}, {columns}. Click a head to change its role.")
        self.stack.setCurrentIndex(2 if head.shape == "images" else 3)

    def set_count(self, count: int) -> None:
        """Say how many pictures match the present filter; they are asked for again."""
        self.grid.thumbs.reset(count)
        self.nothing.setVisible(count == 0)

    def set_thumbnails(self, start: int, thumbs: list[Thumb]) -> None:
        self.grid.thumbs.put(start, thumbs)

    def set_rows(self, start: int, rows: list) -> None:
        self.table.rows.put(start, rows)

    def set_report(self, report: DataReport | None) -> None:
        self.report.set_report(report)

    def show_opening(self, said: str) -> None:
        """Other data are on their way: nothing of those before stays, as it would be taken for the new."""
        self._shape = ""
        self.frame.set_bare(False)
        self.set_report(None)
        self.set_busy(said, stoppable=False)

    def set_busy(self, said: str | None, fraction: float | None = None, stoppable: bool = True) -> None:
        """Say what is being read, with a way to stop it; None goes back."""
        self.cancel.setVisible(stoppable)
        if said is None:
            self.ring.hide()
            self.stack.setCurrentIndex({"images": 2, "table": 3}.get(self._shape, 0))
            return
        self.ring.show()
        self.ring.set_fraction(fraction)
        self.busy_words.setText(said)
        self.stack.setCurrentIndex(1)

    def set_error(self, title: str, line: str = "") -> None:
        """Say what went wrong and what to do; an empty title takes it back."""
        self.error.show_words(title, line)

    # ---- wishes out ------------------------------------------------------------------------------

    def _on_filter(self, _what=None) -> None:
        self.filter_changed.emit(self.chips.current(), self.search.text().strip())

    def _on_thumb(self, now, _before) -> None:
        if now.isValid():
            self.item_chosen.emit(now.row())

    def _on_folder(self) -> None:
        self.browse_folder_wanted.emit()

    def _on_file(self) -> None:
        self.browse_file_wanted.emit()

    def _on_cancel(self) -> None:
        self.cancel_wanted.emit()
