"""The list of what differs between two projects: a sign, a sentence, and where it is a node, the way there."""

from __future__ import annotations

import re
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from engine.compare import Comparison
from widgets import theme
from widgets.controls import Label, surface
from widgets.controls.base import box, column, paint_icon, text
from widgets.lists import RowList, RowPainter, Rows, State

SIGNS = {"+": ("plus", "good", "added"), "-": ("minus", "error", "removed"), "~": ("diff", "warning", "changed")}


@dataclass(frozen=True)
class _Line:
    sign: str
    words: str

    @property
    def node(self) -> str:
        found = re.search(r"\((\w+)\)", self.words)
        return found.group(1) if found else ""


class _Lines(RowPainter):
    def draw(self, painter: QPainter, area: QRectF, row: _Line, state: State) -> None:
        sizes = theme.sizes()
        card = area.adjusted(sizes.s4, 0, -sizes.s4, 0)
        if state.selected or state.hover:
            box(painter, card, sizes.r6, "acc_wash" if state.selected else "hover")
        icon, ink, _ = SIGNS[row.sign]
        paint_icon(painter, icon, card.x() + sizes.s8, area.center().y(), sizes.icon_small, ink)
        left = card.x() + sizes.s8 + sizes.icon_small + sizes.s8
        text(painter, QRectF(left, area.y(), card.right() - sizes.s8 - left, area.height()), row.words, "secondary")


class Differences(QWidget):
    """The panel; choosing a line that names a node tells it as `node_chosen`."""

    node_chosen = Signal(str)

    def __init__(self, comparison: Comparison, parent: QWidget | None = None):
        super().__init__(parent)
        surface(self, "panel")
        whole = column(self)
        lines = [_Line(*line) for line in comparison.lines()]
        rows = Rows(lambda one: f"{SIGNS[one.sign][2]}: {one.words}", lambda one: one.words)
        self.list = RowList(rows, _Lines(), "Differences", self)
        self.list.rows().set_rows(lines)
        whole.addWidget(self.list, 1)
        self.same = Label("The two are the same, places aside.", "body", "text2", wrap=True)
        whole.addWidget(self.same)
        self.list.setVisible(bool(lines))
        self.same.setVisible(not lines)
        self.list.tapped.connect(lambda place, _: self._show(place))
        self.list.opened.connect(self._show)

    def _show(self, place: int) -> None:
        node = self.list.row_at(place).node
        if node:
            self.node_chosen.emit(node)
