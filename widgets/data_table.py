"""A table of data: rows come by page; every column's head shows its type, role, gaps and spread."""

from __future__ import annotations

from collections import OrderedDict

from PySide6.QtCore import QAbstractTableModel, QPoint, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QStyle, QStyledItemDelegate, QTableView, QWidget

from widgets import icons, theme, words
from widgets.controls.base import box, paint_icon, text, width_of
from widgets.plots.histogram import paint_bars
from widgets.values import ColumnInfo

PAGE = 100
_KEPT = 200  # pages
ROLES = {"input": ("Input", "arrow-down"), "target": ("Target", "target"), "unused": ("Unused", "eye-off")}
_KINDS = {
    "number": ("hash", "numbers"), "category": ("tag", "categories"), "image": ("image", "pictures"),
    "series": ("activity", "series"), "signal": ("activity", "signal"), "tokens": ("type", "text"),
}  # fmt: skip


class RowsModel(QAbstractTableModel):
    """Rows of text, asked for by page when they come into view."""

    wanted = Signal(int, int)  # start, count

    def __init__(self, parent=None):
        super().__init__(parent)
        self.columns: tuple[ColumnInfo, ...] = ()
        self._count = 0
        self._pages: OrderedDict[int, list] = OrderedDict()
        self._asked: set[int] = set()
        self._new: set[int] = set()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._on_ask)

    def reset(self, columns: tuple[ColumnInfo, ...], count: int) -> None:
        self.beginResetModel()
        self.columns, self._count = tuple(columns), count
        self._pages.clear()
        self._asked.clear()
        self._new.clear()
        self.endResetModel()

    def set_columns(self, columns: tuple[ColumnInfo, ...]) -> None:
        """Take new roles and counts of the same columns; rows stay."""
        self.columns = tuple(columns)
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, max(0, len(columns) - 1))

    def rowCount(self, parent=None):
        return 0 if parent is not None and parent.isValid() else self._count

    def columnCount(self, parent=None):
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def data(self, index, role=Qt.ItemDataRole.DisplayRole):
        if role == Qt.ItemDataRole.DisplayRole:
            return self._cell(index.row(), index.column())
        if role == Qt.ItemDataRole.TextAlignmentRole:
            number = self.columns[index.column()].kind == "number"
            side = Qt.AlignmentFlag.AlignRight if number else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def _cell(self, row: int, column: int) -> str | None:
        page = row // PAGE
        rows = self._pages.get(page)
        if rows is None:
            if page not in self._asked:
                self._asked.add(page)
                self._new.add(page)
                self._timer.start()
            return None
        self._pages.move_to_end(page)
        cells = rows[row - page * PAGE] if row - page * PAGE < len(rows) else ()
        return cells[column] if column < len(cells) else ""

    def headerData(self, section, orientation, role=Qt.ItemDataRole.DisplayRole):
        if role == Qt.ItemDataRole.DisplayRole:
            if orientation == Qt.Orientation.Vertical:
                return words.thousands(section + 1)
            return self.columns[section].name if section < len(self.columns) else ""
        return None

    def _on_ask(self) -> None:
        pages, self._new = sorted(self._new), set()
        for page in pages:
            if page * PAGE < self._count:
                self.wanted.emit(page * PAGE, min(PAGE, self._count - page * PAGE))

    def put(self, start: int, rows: list) -> None:
        """Take rows that came; they begin at a page."""
        for at in range(0, len(rows), PAGE):
            self._pages[(start + at) // PAGE] = list(rows[at : at + PAGE])
        while len(self._pages) > _KEPT:
            gone, _rows = self._pages.popitem(last=False)
            self._asked.discard(gone)
        if rows and self.columns and start < self._count:
            last = min(start + len(rows), self._count) - 1
            self.dataChanged.emit(self.index(start, 0), self.index(last, len(self.columns) - 1))


class ColumnHead(QHeaderView):
    """Paints a column's name, type, role, gaps and a small histogram; a click offers roles."""

    role_asked = Signal(int)

    def __init__(self, model: RowsModel, parent: QWidget):
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._rows = model
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setAccessibleName("Columns")
        self.sectionClicked.connect(self.role_asked)

    def sizeHint(self):
        sizes = theme.sizes()
        tall = theme.line_height("name") + theme.line_height("caption") + sizes.chip + sizes.row + 4 * sizes.s6
        return QSize(super().sizeHint().width(), tall)

    def sectionSizeFromContents(self, section):
        sizes, column = theme.sizes(), self._rows.columns[section]
        name = width_of(column.name, "name") + sizes.icon + 3 * sizes.s8
        wide = min(max(name, sizes.palette_least * 0.54), sizes.palette_most * 0.75)
        return QSize(round(wide), self.sizeHint().height())

    def paintSection(self, painter: QPainter, rect, section):
        if section >= len(self._rows.columns):
            return
        column, sizes = self._rows.columns[section], theme.sizes()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(rect)
        painter.fillRect(area, theme.color("panel"))
        painter.fillRect(QRectF(area.x(), area.bottom() - sizes.hair, area.width(), sizes.hair), theme.color("line"))
        painter.fillRect(QRectF(area.right() - sizes.hair, area.y(), sizes.hair, area.height()), theme.color("line"))
        painter.setOpacity(0.55 if column.role == "unused" else 1.0)
        inside = area.adjusted(sizes.s8, sizes.s6, -sizes.s8, -sizes.s6)
        icon, kind = _KINDS.get(column.kind, ("box", column.kind))
        line = QRectF(inside.x(), inside.y(), inside.width(), theme.line_height("name"))
        paint_icon(painter, icon, line.x(), line.center().y(), sizes.icon_small, "text2")
        text(painter, line.adjusted(sizes.icon_small + sizes.s6, 0, 0, 0), column.name, "body", bold=True)
        line = QRectF(line.x(), line.bottom(), line.width(), theme.line_height("caption"))
        if column.kind == "category" and column.classes:
            kind = words.count(len(column.classes), "class", "classes")
        said = f"{words.thousands(column.missing)} missing" if column.missing else ""
        if width_of(kind, "caption") + width_of(said, "caption") + sizes.s6 <= line.width():
            text(painter, line, kind, "caption", "text2")
        text(painter, line, said, "caption", "warning", Qt.AlignmentFlag.AlignRight)  # more telling than the kind
        self._paint_role(painter, column, QRectF(line.x(), line.bottom() + sizes.s6, line.width(), sizes.chip))
        counts = column.bins.counts if column.bins else [entry.count for entry in column.classes[:40]]
        bars = QRectF(inside.x(), inside.bottom() - sizes.row, inside.width(), sizes.row)
        paint_bars(painter, bars, counts, "validation" if column.role == "target" else "acc_line")
        painter.restore()

    def _paint_role(self, painter: QPainter, column: ColumnInfo, line: QRectF) -> None:
        sizes = theme.sizes()
        words_, icon = ROLES.get(column.role, ROLES["unused"])
        wide = width_of(words_, "caption", True) + 2 * sizes.icon_small + 3 * sizes.s6 + sizes.s4
        chip = QRectF(line.x(), line.y(), min(wide, line.width()), line.height() - sizes.s2)
        ink = {"input": "info", "target": "validation"}.get(column.role, "text2")
        box(painter, chip, chip.height() / 2, "card", "line2")
        middle = chip.center().y()
        paint_icon(painter, icon, chip.x() + sizes.s6, middle, sizes.s12, ink)
        rest = chip.adjusted(sizes.s6 + sizes.icon_small + sizes.s2, 0, -sizes.icon_small - sizes.s4, 0)
        text(painter, rest, words_, "caption", ink, bold=True)
        paint_icon(painter, "chevron-down", chip.right() - sizes.icon_small - sizes.s4, middle, sizes.s12, "text2")


class _CellDelegate(QStyledItemDelegate):
    """Paints a cell; a missing value is a quiet dash."""

    def paint(self, painter: QPainter, option, index):
        sizes, area = theme.sizes(), QRectF(option.rect)
        chosen = option.state & QStyle.StateFlag.State_Selected
        if chosen:
            painter.fillRect(area, theme.color("acc_wash"))
        painter.fillRect(QRectF(area.x(), area.bottom() - sizes.hair, area.width(), sizes.hair), theme.color("line"))
        if option.state & QStyle.StateFlag.State_HasFocus and chosen:
            box(painter, area, sizes.r4, None, "acc_line", sizes.hair)
        value = index.data()
        unused = index.model().columns[index.column()].role == "unused"
        words_ = "…" if value is None else (value or "–")
        ink = "text3" if unused or not value else "text1"
        inside = area.adjusted(sizes.s8, 0, -sizes.s8, 0)
        flags = index.data(Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignHorizontal_Mask
        text(painter, inside, words_, "secondary", ink, flags)


_LONG = ("tokens", "series", "signal")
"""Kinds whose values are as long as there is room: a text, the steps of a series."""


class DataTable(QTableView):
    """Rows with heads; Shift+F10 or a click on a head changes a column's role."""

    role_wanted = Signal(str, str)
    item_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.rows = RowsModel(self)
        self.setModel(self.rows)
        self.head = ColumnHead(self.rows, self)
        self.setHorizontalHeader(self.head)
        self.head.role_asked.connect(self.open_roles)
        self.setItemDelegate(_CellDelegate(self))
        self.setShowGrid(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().setDefaultSectionSize(theme.sizes().row)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setCornerButtonEnabled(False)
        self.setCornerWidget(QWidget(self))  # where both scroll bars meet
        self.setAccessibleName("Rows")
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._on_menu)
        self.selectionModel().currentRowChanged.connect(self._on_current)

    def show_columns(self, columns: tuple[ColumnInfo, ...], count: int) -> None:
        """Show a table; only new roles of the same columns keep rows and widths."""
        same = [(c.name, c.kind) for c in columns] == [(c.name, c.kind) for c in self.rows.columns]
        if same and count == self.rows.rowCount():
            self.rows.set_columns(columns)
            self.head.viewport().update()
            self.viewport().update()
            return
        self.rows.reset(columns, count)
        self._share_width()

    def _share_width(self) -> None:
        """Give columns their own width; what is left over goes to those with long values, else each gets a part."""
        wanted = [self.head.sectionSizeFromContents(at).width() for at in range(len(self.rows.columns))]
        left = self.width() - self.verticalHeader().width() - theme.sizes().scroll_bar - sum(wanted)
        left = max(0, left)
        long = [at for at, one in enumerate(self.rows.columns) if one.kind in _LONG]
        each = left // len(long or wanted) if wanted else 0
        for at, wide in enumerate(wanted):
            more = (each if at in long else 0) if long else min(each, wide)
            self.setColumnWidth(at, wide + more)

    def resizeEvent(self, event):
        super().resizeEvent(event)
        self._share_width()

    def roles_menu(self, section: int) -> QMenu:
        """Return the menu that changes what a column is used for."""
        column = self.rows.columns[section]
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for role, (words_, icon) in ROLES.items():
            action = menu.addAction(icons.icon(icon), words_)
            action.setCheckable(True)
            action.setChecked(role == column.role)
            action.triggered.connect(lambda _on=False, role=role: self._on_role(column, role))
        return menu

    def open_roles(self, section: int) -> None:
        if 0 <= section < len(self.rows.columns):
            x = self.head.sectionViewportPosition(section)
            menu = self.roles_menu(section)
            menu.popup(self.head.viewport().mapToGlobal(self.head.viewport().rect().bottomLeft()) + QPoint(x, 0))

    def _on_role(self, column: ColumnInfo, role: str) -> None:
        if role != column.role:
            self.role_wanted.emit(column.name, role)

    def _on_menu(self, point) -> None:
        index = self.indexAt(point)
        section = index.column() if index.isValid() else self.currentIndex().column()
        self.open_roles(section)

    def _on_current(self, now, _before) -> None:
        if now.isValid():
            self.item_chosen.emit(now.row())
