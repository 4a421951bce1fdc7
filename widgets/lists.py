"""Lists of rows: one model of plain values, one view and one painter per list; the panels' lists build on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QWidget

from widgets import theme

ROW = Qt.ItemDataRole.UserRole
"""The role under which a list keeps its row values."""


class Rows(QAbstractListModel):
    """A list of frozen values. `words` says a row for screen readers, `tip` explains it, `stops` makes it choosable."""

    def __init__(
        self,
        words: Callable[[Any], str],
        tip: Callable[[Any], str] | None = None,
        stops: Callable[[Any], bool] | None = None,
        parent: QWidget | None = None,
    ):
        super().__init__(parent)
        self._rows: list[Any] = []
        self._words, self._tip, self._stops = words, tip, stops

    def set_rows(self, rows: Sequence[Any]) -> None:
        """Show these rows; a list of the same length and words keeps its selection and place."""
        rows = list(rows)
        if rows == self._rows:
            return
        if len(rows) == len(self._rows):
            self._rows = rows
            self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def rows(self) -> list[Any]:
        return list(self._rows)

    def rowCount(self, parent=QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index, role=Qt.ItemDataRole.DisplayRole):
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row = self._rows[index.row()]
        if role == ROW:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._words(row)
        if role == Qt.ItemDataRole.ToolTipRole and self._tip:
            return self._tip(row)
        return None

    def stops(self, place: int) -> bool:
        """Whether the row at this place can be chosen."""
        return 0 <= place < len(self._rows) and (self._stops is None or self._stops(self._rows[place]))

    def flags(self, index):
        if not self.stops(index.row()):
            return Qt.ItemFlag.ItemIsEnabled
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


@dataclass(frozen=True)
class State:
    """How a row is met right now: chosen, under the pointer, where the pointer is."""

    selected: bool = False
    hover: bool = False
    focused: bool = False
    pointer: QPointF | None = None


class RowPainter(QStyledItemDelegate):
    """Paints one row; subclasses give `height` and `draw`."""

    def height(self, row: Any) -> int:
        """How high a row is."""
        return theme.sizes().row

    def draw(self, painter: QPainter, area: QRectF, row: Any, state: State) -> None:
        """Paint one row into an area."""
        raise NotImplementedError

    def sizeHint(self, option, index):
        row = index.data(ROW)
        return QSize(0, self.height(row) if row is not None else theme.sizes().row)

    def paint(self, painter, option, index):
        row = index.data(ROW)
        if row is None:
            return
        view = option.widget
        flags = option.state
        hover = bool(flags & QStyle.StateFlag.State_MouseOver)
        state = State(
            selected=bool(flags & QStyle.StateFlag.State_Selected),
            hover=hover,
            focused=bool(flags & QStyle.StateFlag.State_HasFocus),
            pointer=view.pointer if hover and isinstance(view, RowList) else None,
        )
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        self.draw(painter, QRectF(option.rect), row, state)
        painter.restore()


class RowList(QListView):
    """A list without a frame whose rows paint themselves.

    `opened` says Enter or a double-click, `tapped` one press and release on the same row; the second press of a
    double-click taps nothing, so that a hasty hand does not press the button that just came up under it.
    """

    opened = Signal(int)
    tapped = Signal(int, QPointF)

    def __init__(self, rows: Rows, painter: RowPainter, name: str, parent: QWidget | None = None):
        super().__init__(parent)
        self.pointer: QPointF | None = None
        self._held = -1
        rows.setParent(self)
        painter.setParent(self)
        self.setModel(rows)
        self.setItemDelegate(painter)
        self.setAccessibleName(name)
        self.setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.verticalScrollBar().setSingleStep(theme.sizes().row)

    def rows(self) -> Rows:
        model = self.model()
        assert isinstance(model, Rows)
        return model

    def place(self) -> int:
        """Where the chosen row is, -1 without one."""
        return self.currentIndex().row()

    def row_at(self, place: int) -> Any:
        return self.rows().index(place).data(ROW)

    def choose(self, place: int) -> None:
        """Choose a row and bring it into view; -1 chooses none."""
        if place < 0:
            self.clearSelection()
            self.setCurrentIndex(QModelIndex())
            return
        index = self.rows().index(place)
        self.setCurrentIndex(index)
        self.scrollTo(index)

    def choose_first(self) -> None:
        """Choose the first row that can be chosen."""
        self.choose(next((at for at in range(self.rows().rowCount()) if self.rows().stops(at)), -1))

    def move_by(self, steps: int) -> None:
        """Choose the row so many choosable rows further on, or the last one in that direction."""
        direction = 1 if steps > 0 else -1
        at = found = self.place()
        left = abs(steps)
        while left:
            at += direction
            if not 0 <= at < self.rows().rowCount():
                break
            if self.rows().stops(at):
                found, left = at, left - 1
        if found >= 0:
            self.choose(found)

    def keyPressEvent(self, event):
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if event.key() in steps:
            self.move_by(steps[event.key()])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.rows().stops(self.place()):
            self.opened.emit(self.place())
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event):
        super().focusInEvent(event)
        if self.place() < 0 and event.reason() != Qt.FocusReason.MouseFocusReason:
            self.choose_first()

    def mousePressEvent(self, event):
        index = self.indexAt(event.position().toPoint())
        self._held = index.row() if event.button() == Qt.MouseButton.LeftButton else -1
        super().mousePressEvent(event)

    def viewportEvent(self, event):
        if event.type() == QEvent.Type.MouseButtonDblClick:
            self._held = -1  # whatever a subclass does with it, its release is no tap
        return super().viewportEvent(event)

    def mouseReleaseEvent(self, event):
        super().mouseReleaseEvent(event)
        held, self._held = self._held, -1
        if held >= 0 and self.indexAt(event.position().toPoint()).row() == held and self.rows().stops(held):
            self.tapped.emit(held, event.position())

    def mouseMoveEvent(self, event):
        self.pointer = event.position()
        super().mouseMoveEvent(event)
        index = self.indexAt(event.position().toPoint())
        if index.isValid():
            self.update(index)

    def leaveEvent(self, event):
        self.pointer = None
        super().leaveEvent(event)

    def mouseDoubleClickEvent(self, event):
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and self.rows().stops(index.row()) and event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit(index.row())
        event.accept()

    def changeEvent(self, event):
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.PaletteChange):
            palette = self.palette()
            palette.setColor(QPalette.ColorRole.Text, theme.color("text1"))
            self.scheduleDelayedItemsLayout()
            self.viewport().update()
