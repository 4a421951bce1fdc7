"""The parts of the Sample panel: what goes in, one node's whole value as a picture or a table, and its figures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QHeaderView, QSizePolicy, QTableView, QToolTip, QWidget

from widgets import theme, words
from widgets.canvas.ink import ink
from widgets.canvas.sample_paint import draw_bars, draw_line, draw_plane, draw_raw, draw_sample
from widgets.controls.base import Themed, start, text
from widgets.sample_values import NodeSample, Plane, Value, told_tokens

Index = QModelIndex | QPersistentModelIndex
NUMBER_BESIDE = 13.0


class RawView(Themed, QWidget):
    """An item as it is before it is prepared: a picture, a text, rows of a table, curves."""

    wants_ring = False

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._raws: list[tuple[str, Mapping[str, Any]]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("What goes in")

    def show_raws(self, raws: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        """Show what each input gets, by its title."""
        self._raws = list(raws)
        self.setAccessibleDescription(", ".join(title for title, _ in self._raws))
        self.update()

    def paintEvent(self, event) -> None:
        if not self._raws:
            return
        painter, sizes = start(self), theme.sizes()
        line = theme.line_height("caption")
        titled = len(self._raws) > 1
        tall = self.height() / len(self._raws)
        for place, (title, raw) in enumerate(self._raws):
            area = QRectF(0, place * tall, self.width(), tall - sizes.s6)
            if titled:
                text(painter, QRectF(area.x(), area.y(), area.width(), line), title, "caption", "text2")
                area.setTop(area.top() + line + sizes.gap)
            if raw.get("kind") == "text":
                painter.setFont(theme.font("secondary"))
                painter.setPen(theme.color("text1"))
                painter.drawText(area, Qt.TextFlag.TextWordWrap, str(raw.get("text", "")))
            else:
                _scaled(painter, area, lambda spot, raw=raw: draw_raw(painter, spot, raw, ink()))


def _scaled(painter: QPainter, area: QRectF, draw) -> None:
    """Paint with the canvas's measures, which do not know the size of text that a person chose."""
    scale = theme.scale()
    painter.save()
    painter.scale(scale, scale)
    draw(QRectF(area.x() / scale, area.y() / scale, area.width() / scale, area.height() / scale))
    painter.restore()


class ValueView(Themed, QWidget):
    """One value as large as fits: all maps of a page, a heat picture over time, bars, or words.

    `channel_wanted` gives the map that was pressed or walked to.
    """

    channel_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._value: Value | None = None
        self._answer: NodeSample | None = None
        self._channel = -1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Value")
        self.setMouseTracking(True)

    def show_value(self, value: Value | None, channel: int = -1) -> None:
        """Show a value; of maps the chosen one wears a ring."""
        self._value, self._channel, self._answer = value, channel, None
        self.setAccessibleDescription("" if value is None else value.words)
        self.update()

    def show_answer(self, sample: NodeSample) -> None:
        """Show what the network says of the item: its likeliest classes, or the number, and what is right."""
        self._value, self._channel, self._answer = None, -1, sample
        self.setAccessibleDescription(", ".join(f"{one.name} {words.percent(one.share)}" for one in sample.shares))
        self.update()

    def _grid(self) -> tuple[int, float, float]:
        """Columns, width and height of a cell, so that all maps are as large as can be."""
        assert self._value is not None
        maps, gap = self._value.maps, theme.sizes().s8
        line = theme.line_height("caption")
        shape = maps[0].width / max(1, maps[0].height)
        best = (1, 1.0, 1.0)
        for columns in range(1, len(maps) + 1):
            rows = math.ceil(len(maps) / columns)
            wide = (self.width() - gap * (columns - 1)) / columns
            tall = (self.height() - gap * (rows - 1)) / rows - line
            side = min(wide / shape, tall, 6.0 * line * 2)
            if side > best[2]:
                best = (columns, side * shape, side)
        return best

    def _cells(self) -> list[QRectF]:
        if self._value is None or not self._value.maps:
            return []
        columns, wide, tall = self._grid()
        gap, line = theme.sizes().s8, theme.line_height("caption")
        return [
            QRectF((place % columns) * (wide + gap), (place // columns) * (tall + gap + line), wide, tall)
            for place in range(len(self._value.maps))
        ]

    def paintEvent(self, event) -> None:
        value = self._value
        if self._answer is not None:
            painter, tall = start(self), theme.line_height("body") * 1.6
            high = tall * (len(self._answer.shares) or 3) + (tall if self._answer.untrained else 0)
            area = QRectF(0, 0, min(self.width(), 26 * theme.line_height("body")), min(self.height(), high))
            _scaled(painter, area, lambda spot, sample=self._answer: draw_sample(painter, spot, sample))
            return
        if value is None:
            return
        painter = start(self)
        area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        if value.kind == "maps":
            self._paint_maps(painter, value)
        elif value.kind == "strip" and value.strip is not None:
            self._paint_strip(painter, area, value)
        elif value.kind == "tokens":
            painter.setFont(theme.font("body"))
            painter.setPen(theme.color("text1"))
            wrap = Qt.TextFlag.TextWrapAnywhere if " " not in told_tokens(value.tokens) else Qt.TextFlag.TextWordWrap
            painter.drawText(area, wrap, told_tokens(value.tokens))
        elif value.kind == "number":
            shown = "–" if value.number is None else words.number(value.number, 6)
            text(painter, area, shown, "page_title", align=Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        else:
            room = QRectF(area.x(), area.y(), area.width(), min(area.height(), 8.0 * theme.line_height("body")))
            draw_bars(painter, room, value.bars, "port:numbers")

    def _paint_maps(self, painter: QPainter, value: Value) -> None:
        line, sizes = theme.line_height("caption"), theme.sizes()
        for cell, plane, channel in zip(self._cells(), value.maps, value.chosen, strict=False):
            draw_plane(painter, cell, plane)
            below = QRectF(cell.x(), cell.bottom() + sizes.gap, cell.width(), line)
            chosen = channel == self._channel
            text(painter, below, str(channel + 1), "caption", "text1" if chosen else "text3")
            if chosen:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(theme.color("acc_line"), sizes.ring))
                painter.drawRect(cell.adjusted(-1, -1, 1, 1))

    def _paint_strip(self, painter: QPainter, area: QRectF, value: Value) -> None:
        """Steps run to the right, features down; few features as curves above."""
        curves = value.lines if value.features <= 3 else ()
        if not curves:
            assert value.strip is not None
            most = theme.line_height("body") * 10.0
            draw_plane(painter, QRectF(area.x(), area.y(), area.width(), min(area.height(), most)), value.strip, False)
            return
        tall = area.height() / len(curves)
        for place, curve in enumerate(curves):
            spot = QRectF(area.x(), area.y() + place * tall + 2, area.width(), tall - 6)
            draw_line(painter, spot, curve, f"run:{place}")

    # ---- the chosen map ------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self._map_at(event.position())
        if place >= 0 and self._value is not None:
            self.channel_wanted.emit(self._value.chosen[place])

    def _map_at(self, place) -> int:
        return next((number for number, cell in enumerate(self._cells()) if cell.contains(place)), -1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        value = self._value
        if value is not None and value.maps and event.key() in steps:
            at = value.chosen.index(self._channel) if self._channel in value.chosen else -1
            at = min(max(0, at + steps[Qt.Key(event.key())]), len(value.chosen) - 1)
            self.channel_wanted.emit(value.chosen[at])
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent) and self._value is not None:
            at = self._map_at(event.pos().toPointF())
            if at >= 0:
                QToolTip.showText(event.globalPos(), self._map_words(self._value.maps[at], at), self)
                return True
        return super().event(event)

    def _map_words(self, plane: Plane, at: int) -> str:
        assert self._value is not None
        if plane.low is None or plane.high is None:
            return f"Channel {self._value.chosen[at] + 1}"
        span = f"{words.number(plane.low, 4)} to {words.number(plane.high, 4)}"
        return f"Channel {self._value.chosen[at] + 1}: {span}"


class Numbers(QAbstractTableModel):
    """The numbers of a value as text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[list[str]] = []
        self._columns = 0

    def set_table(self, table: Mapping[str, Any]) -> None:
        """Show a table out of the helper's answer."""
        self.beginResetModel()
        self.rows = [list(row) for row in table.get("rows", ())]
        self._columns = int(table.get("columns", 0))
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else self._columns

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            row = self.rows[index.row()]
            return row[index.column()] if index.column() < len(row) else ""
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        return str(section + 1) if role == Qt.ItemDataRole.DisplayRole else None

    def as_text(self) -> str:
        """The whole table for the clipboard, with tabs between columns."""
        return "\n".join("\t".join(row) for row in self.rows)


class NumbersView(QTableView):
    """The table of a value; Ctrl+C copies what is selected."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.numbers = Numbers(self)
        self.setModel(self.numbers)
        self.setAccessibleName("Numbers")
        self.setFont(theme.font("code"))
        self.setShowGrid(False)
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
            header.setHighlightSections(False)
        self._restyle()

    def _restyle(self) -> None:
        self.setFont(theme.font("code"))
        self.verticalHeader().setDefaultSectionSize(theme.sizes().row_fact)
        self.horizontalHeader().setDefaultSectionSize(theme.sizes().tile * 3)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_C and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            QGuiApplication.clipboard().setText(self.selected_text())
            event.accept()
        else:
            super().keyPressEvent(event)

    def selected_text(self) -> str:
        """The selected cells, with tabs between columns."""
        rows: dict[int, list[tuple[int, str]]] = {}
        for index in self.selectedIndexes():
            rows.setdefault(index.row(), []).append((index.column(), str(index.data())))
        return "\n".join("\t".join(cell for _, cell in sorted(row)) for _, row in sorted(rows.items()))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._restyle()


class FactsView(Themed, QWidget):
    """Figures, one a row: the name at the left, the number at the right."""

    wants_ring = False

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[tuple[str, str]] = []
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def show_rows(self, rows: Sequence[tuple[str, str]]) -> None:
        """Show rows of figures; what is not finite is red."""
        self._rows = list(rows)
        self.setAccessibleName("; ".join(f"{name}: {value}" for name, value in self._rows))
        self.updateGeometry()
        self.update()

    def _row(self) -> int:
        return theme.line_height("secondary") + theme.sizes().gap

    def sizeHint(self) -> QSize:
        return QSize(theme.sizes().palette, self._row() * max(1, len(self._rows)))

    def paintEvent(self, event) -> None:
        painter, tall = start(self), self._row()
        for place, (name, value) in enumerate(self._rows):
            area = QRectF(0, place * tall, self.width(), tall)
            bad = name in ("Not a number", "Infinite")
            text(painter, area, name, "secondary", "error" if bad else "text2")
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            text(painter, area, value, "secondary", "error" if bad else "text1", right)
