"""The list of what differs between two projects or runs: a sign, a sentence, and where it is a node, the way there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from widgets import theme
from widgets.controls import Label, surface
from widgets.controls.base import box, column, paint_icon, text, width_of
from widgets.lists import RowList, RowPainter, Rows, State

SIGNS = {"+": ("plus", "good", "added"), "-": ("minus", "error", "removed"), "~": ("diff", "warning", "changed")}
VERDICTS = {1: ("check", "good", "better"), -1: ("trending-down", "warning", "worse")}


@dataclass(frozen=True)
class Difference:
    """One line. `sign`: + - ~ for a change; a result has `old` and `new` instead, and a verdict 1, 0 or -1.
    A line with `head` alone is a heading."""

    words: str
    sign: str = ""
    graph: str = ""
    node: str = ""
    old: str = ""
    new: str = ""
    verdict: int = 0
    head: bool = False

    def said(self) -> str:
        """The line for screen readers and tooltips."""
        if self.head:
            return self.words
        if self.sign:
            return f"{SIGNS[self.sign][2]}: {self.words}"
        better = f", {VERDICTS[self.verdict][2]}" if self.verdict else ""
        return f"{self.words}: {self.old} → {self.new}{better}" if self.old != self.new else f"{self.words}: {self.new}"


class _Lines(RowPainter):
    def height(self, row: Difference) -> int:
        sizes = theme.sizes()
        return sizes.row_form if row.head else sizes.row if row.sign else 2 * theme.line_height("secondary") + sizes.s6

    def draw(self, painter: QPainter, area: QRectF, row: Difference, state: State) -> None:
        sizes = theme.sizes()
        card = area.adjusted(sizes.s4, 0, -sizes.s4, 0)
        if row.head:
            line = card.adjusted(sizes.s8, sizes.s6, -sizes.s8, 0)
            text(painter, line, row.words, "secondary", "text2", bold=True)
            return
        if state.selected or state.hover:
            box(painter, card, sizes.r6, "acc_wash" if state.selected else "hover")
        if row.sign:
            self._change(painter, card, row)
        else:
            self._result(painter, card, row)

    def _change(self, painter: QPainter, card: QRectF, row: Difference) -> None:
        sizes = theme.sizes()
        icon, ink, _ = SIGNS[row.sign]
        paint_icon(painter, icon, card.x() + sizes.s8, card.center().y(), sizes.icon_small, ink)
        left = card.x() + sizes.s8 + sizes.icon_small + sizes.s8
        text(painter, QRectF(left, card.y(), card.right() - sizes.s8 - left, card.height()), row.words, "secondary")

    def _result(self, painter: QPainter, card: QRectF, row: Difference) -> None:
        """The name above, below it before and after; a verdict has a sign and a word."""
        sizes, tall = theme.sizes(), theme.line_height("secondary")
        left = card.x() + sizes.s8 + sizes.icon_small + sizes.s8
        right = card.right() - sizes.s8
        top = QRectF(left, card.y() + sizes.s2, right - left, tall)
        low = top.translated(0, tall)
        if row.verdict:
            icon, ink, word = VERDICTS[row.verdict]
            paint_icon(painter, icon, card.x() + sizes.s8, card.center().y(), sizes.icon_small, ink)
            text(painter, top, word, "caption", ink, Qt.AlignmentFlag.AlignRight)
        text(painter, top, row.words, "secondary", "text2")
        if row.old == row.new:
            text(painter, low, row.new, "secondary", "text1", bold=True)
            return
        before = f"{row.old}  →  "
        text(painter, low, before, "secondary", "text2")
        rest = low.adjusted(width_of(before, "secondary"), 0, 0, 0)
        text(painter, rest, row.new, "secondary", "text1", bold=True)


class Differences(QWidget):
    """The panel; choosing a line that names a node tells it as `node_chosen`, with the graph it is in."""

    node_chosen = Signal(str, str)

    def __init__(self, lines: Sequence[Difference], parent: QWidget | None = None):
        super().__init__(parent)
        surface(self, "panel")
        sizes = theme.sizes()
        whole = column(self)
        self.same = Label("The networks and their settings are the same, places aside.", "body", "text2", wrap=True)
        self.same.setContentsMargins(sizes.s12, sizes.s6, sizes.s12, sizes.s6)
        self.same.setVisible(not any(line.sign for line in lines))
        whole.addWidget(self.same)
        self.list = RowList(Rows(Difference.said, Difference.said, _stops), _Lines(), "Differences", self)
        self.list.rows().set_rows(list(lines))
        self.list.setVisible(bool(lines))
        whole.addWidget(self.list, 1)
        if not lines:
            whole.addStretch(1)
        self.list.tapped.connect(lambda place, _: self._show(place))
        self.list.opened.connect(self._show)

    def _show(self, place: int) -> None:
        line = self.list.row_at(place)
        if line.node:
            self.node_chosen.emit(line.graph, line.node)


def _stops(line: Difference) -> bool:
    return not line.head
