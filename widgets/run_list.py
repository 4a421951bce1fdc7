"""The list of runs: color, name, state, best value; several can be compared."""

from __future__ import annotations

from PySide6.QtCore import QAbstractListModel, QItemSelectionModel, QModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QInputDialog,
    QListView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QWidget,
)

from widgets import icons, theme, words
from widgets.controls.base import Line, box, column, paint_icon, paint_ring, text, width_of
from widgets.controls.buttons import Button
from widgets.controls.labels import Label
from widgets.controls.layout import Panel
from widgets.plots.scales import reading
from widgets.values import LIVE_STATES, RunRow

RUN = Qt.ItemDataRole.UserRole
_SAYINGS = {
    "waiting": "Waiting",
    "starting": "Starting",
    "stopping": "Stopping",
    "stopped": "Stopped",
    "failed": "Failed",
    "lost": "Ended without a word",
}


def state_words(run: RunRow) -> str:
    """Say in a few words how a run stands."""
    share = words.percent(run.fraction, 0)
    if run.state == "running":
        return f"Running, {share}"
    if run.state == "paused":
        return f"Paused, {share}"
    if run.state == "finished":
        return f"{words.count(run.epoch, 'epoch')}, {words.duration(run.seconds)}"
    if run.state == "stopped" and run.epoch:
        return f"Stopped at {words.thousands(run.epoch)}"
    if run.state in ("failed", "lost") and run.message:
        return run.message
    return _SAYINGS.get(run.state, run.state)


class RunsModel(QAbstractListModel):
    """Runs, newest first as given."""

    def __init__(self, parent=None):
        super().__init__(parent)
        self.runs: list[RunRow] = []

    def set_runs(self, runs: list[RunRow]) -> None:
        same = [run.id for run in runs] == [run.id for run in self.runs]
        if not same:
            self.beginResetModel()
        old, self.runs = self.runs, list(runs)
        if not same:
            self.endResetModel()
            return
        for at, (before, after) in enumerate(zip(old, self.runs, strict=True)):
            if before != after:
                self.dataChanged.emit(self.index(at), self.index(at))

    def rowCount(self, parent=None):
        return 0 if parent is not None and parent.isValid() else len(self.runs)

    def data(self, index, role=Qt.ItemDataRole.DisplayRole):
        if not index.isValid():
            return None
        run = self.runs[index.row()]
        if role == RUN:
            return run
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return run.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            best = f", best {reading(run.best_value, run.best_kind)}" if run.best_value is not None else ""
            return f"{run.name}, run {run.number}, {state_words(run)}{best}"
        return None


class _RunDelegate(QStyledItemDelegate):
    """Paints a run in two lines."""

    def sizeHint(self, option, index):
        sizes = theme.sizes()
        tall = theme.line_height("name") + theme.line_height("caption") + 2 * sizes.s6
        return QSize(sizes.palette_least, tall + sizes.s2)

    def paint(self, painter: QPainter, option, index):
        run: RunRow = index.data(RUN)
        sizes = theme.sizes()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(option.rect).adjusted(sizes.s6, 0, -sizes.s6, -sizes.s2)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen:
            box(painter, area, sizes.r6, "acc_wash")
        elif option.state & QStyle.StateFlag.State_MouseOver:
            box(painter, area, sizes.r6, "hover")
        if option.state & QStyle.StateFlag.State_HasFocus and option.state & QStyle.StateFlag.State_KeyboardFocusChange:
            box(painter, area, sizes.r6, None, "acc_line", sizes.ring)
        inside = area.adjusted(sizes.s8, sizes.s6, -sizes.s8, -sizes.s6)
        name_line, state_line = theme.line_height("name"), theme.line_height("caption")
        first = QRectF(inside.x(), inside.y(), inside.width(), name_line)
        second = QRectF(inside.x(), first.bottom(), inside.width(), state_line)
        self._paint_dot(painter, run, first, chosen)
        self._paint_first(painter, run, first)
        self._paint_second(painter, run, second)
        painter.restore()

    def _paint_dot(self, painter: QPainter, run: RunRow, line: QRectF, filled: bool) -> None:
        sizes, ink = theme.sizes(), theme.run_color(run.number - 1)
        side = sizes.icon_tiny
        dot = QRectF(line.x(), line.center().y() - side / 2, side, side)
        if filled or run.state in LIVE_STATES:
            box(painter, dot, side / 2, ink)
            return
        inset = sizes.ring / 2
        painter.setPen(QPen(ink, sizes.ring))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(dot.adjusted(inset, inset, -inset, -inset))

    def _paint_first(self, painter: QPainter, run: RunRow, line: QRectF) -> None:
        sizes = theme.sizes()
        value = reading(run.best_value, run.best_kind) if run.best_value is not None else ""
        wide = width_of(value, "secondary", True) + sizes.s6 if value else 0
        text(painter, line, value, "secondary", "text1", Qt.AlignmentFlag.AlignRight, bold=True)
        if run.best and value:
            wide += sizes.icon_small + sizes.s4
            x = line.right() - wide + sizes.s6
            paint_icon(painter, "star", x, line.center().y(), sizes.icon_small, "validation")
        name = line.adjusted(sizes.icon_tiny + sizes.s8, 0, -wide, 0)
        text(painter, name, run.name, "secondary", "text1", bold=True)

    def _paint_second(self, painter: QPainter, run: RunRow, line: QRectF) -> None:
        sizes = theme.sizes()
        number = f"Run {run.number}"
        text(painter, line, number, "caption", "text2", Qt.AlignmentFlag.AlignRight)
        left = line.adjusted(sizes.icon_tiny + sizes.s8, 0, -width_of(number, "caption") - sizes.s8, 0)
        side, ink = sizes.s12, "text2"
        if run.state in LIVE_STATES:
            ring = QRectF(left.x(), line.center().y() - side / 2, side, side)
            paint_ring(painter, ring, run.fraction, 0)
            left.adjust(side + sizes.s6, 0, 0, 0)
        elif run.state in ("failed", "lost"):
            ink = "error"
            paint_icon(painter, "error", left.x(), line.center().y(), side, ink)
            left.adjust(side + sizes.s6, 0, 0, 0)
        text(painter, left, state_words(run), "caption", ink)


class RunList(Panel):
    """The left panel of the Train page."""

    run_chosen = Signal(str)
    compare_wanted = Signal(list)
    networks_wanted = Signal(list)
    rename_wanted = Signal(str, str)
    delete_wanted = Signal(str)
    open_folder_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None):
        super().__init__("Runs", parent)
        sizes = theme.sizes()
        self.model = RunsModel(self)
        self.view = QListView(self)
        self.view.setModel(self.model)
        self.view.setItemDelegate(_RunDelegate(self.view))
        self.view.setMouseTracking(True)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.setAccessibleName("Runs")
        self.view.customContextMenuRequested.connect(self._on_menu)
        self.view.selectionModel().selectionChanged.connect(self._on_selection)
        self.body.addWidget(self.view, 1)
        self.hint = Label("", "caption", "text3", wrap=True, parent=self)
        self.hint.setContentsMargins(sizes.s12, 0, sizes.s12, sizes.s6)
        self.hint.hide()
        self.body.addWidget(self.hint)
        self.body.addWidget(Line(self))
        foot = column(space=sizes.s8)
        foot.setContentsMargins(sizes.s12, sizes.s8, sizes.s12, sizes.s8)
        self.compare = Button("Compare", "arrow-left-right", parent=self)
        self.compare.setCheckable(True)
        self.compare.toggled.connect(self._on_compare)
        self.networks = Button("Compare the networks", "diff", parent=self)
        self.networks.clicked.connect(lambda: self.networks_wanted.emit(self.chosen()))
        self.networks.hide()
        foot.addWidget(self.networks, 0, Qt.AlignmentFlag.AlignLeft)
        foot.addWidget(self.compare, 0, Qt.AlignmentFlag.AlignLeft)
        self.body.addLayout(foot)
        self._silent = False
        self.set_runs([])

    def set_runs(self, runs: list[RunRow]) -> None:
        chosen = self.chosen()
        self._silent = True
        self.model.set_runs(runs)
        for at, run in enumerate(runs):
            if run.id in chosen:
                self._select(at)
        self._silent = False
        self.compare.set_enabled_because(len(runs) > 1, "Needs two runs")

    def chosen(self) -> list[str]:
        return [index.data(RUN).id for index in self.view.selectionModel().selectedIndexes()]

    def set_current(self, run_id: str) -> None:
        """Mark a run without saying so."""
        if self.compare.isChecked():
            return
        self._silent = True
        for at, run in enumerate(self.model.runs):
            if run.id == run_id:
                self.view.setCurrentIndex(self.model.index(at))
        self._silent = False

    def _select(self, at: int) -> None:
        flag = QItemSelectionModel.SelectionFlag
        self.view.selectionModel().select(self.model.index(at), flag.Select)
        self.view.selectionModel().setCurrentIndex(self.model.index(at), flag.NoUpdate)

    def _on_selection(self, _on, _off) -> None:
        self._offer_networks()
        if self._silent:
            return
        if self.compare.isChecked():
            self.compare_wanted.emit(self.chosen())
        elif self.chosen():
            self.run_chosen.emit(self.chosen()[0])

    def _offer_networks(self) -> None:
        """Two runs can be compared as networks, too."""
        self.networks.setVisible(self.compare.isChecked())
        self.networks.set_enabled_because(len(self.chosen()) == 2, "Needs two runs: choose them above")

    def _on_compare(self, on: bool) -> None:
        mode = QAbstractItemView.SelectionMode
        self.view.setSelectionMode(mode.MultiSelection if on else mode.SingleSelection)
        self.hint.setText("Click runs to lay them over one another." if on else "")
        self.hint.setVisible(on)
        self.compare.set_text("Stop comparing" if on else "Compare")
        self._offer_networks()
        if on:
            self.compare_wanted.emit(self.chosen())
            return
        keep = self.view.currentIndex()
        self.compare_wanted.emit([])
        self._silent = True
        self.view.clearSelection()
        self._silent = False
        if keep.isValid():
            self.view.setCurrentIndex(keep)

    def _on_menu(self, point) -> None:
        index: QModelIndex = self.view.indexAt(point)
        if index.isValid():
            self.menu_of(index.data(RUN)).popup(self.view.viewport().mapToGlobal(point))

    def menu_of(self, run: RunRow) -> QMenu:
        """Return the menu of a run."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(icons.icon("pencil"), "Rename…", lambda: self._on_rename(run))
        menu.addAction(icons.icon("folder-open"), "Open folder", lambda: self.open_folder_wanted.emit(run.id))
        menu.addSeparator()
        delete = menu.addAction(icons.icon("trash-2"), "Delete", lambda: self.delete_wanted.emit(run.id))
        delete.setEnabled(run.state not in LIVE_STATES)
        return menu

    def _on_rename(self, run: RunRow) -> None:
        name, ok = QInputDialog.getText(self, "Rename run", "Name", text=run.name)
        if ok and name.strip() and name.strip() != run.name:
            self.rename_wanted.emit(run.id, name.strip())
