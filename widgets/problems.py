"""The problems panel: everything that is wrong or doubtful, worst first, each with its repairs."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from widgets import theme, words
from widgets.controls import IconLabel, Label, surface
from widgets.controls.base import box, column, paint_icon, row, text, width_of
from widgets.inspector_parts import SIGNS
from widgets.lists import RowList, RowPainter, Rows, State
from widgets.views import FixView, ProblemView


def price_words(fix: FixView) -> str:
    """What a repair costs in parameters, as short as can be: `+640`."""
    return f"{'+' if fix.price >= 0 else '−'}{words.thousands(abs(fix.price))}"


def fix_areas(area: QRectF, problem: ProblemView) -> list[QRectF]:
    """Where the repair buttons of a row are: under its sentence, the first repair first."""
    sizes = theme.sizes()
    left, high = area.x() + sizes.s8 + sizes.icon + sizes.s8, sizes.target
    top = area.bottom() - sizes.s6 - high
    most = (area.right() - sizes.s8 - left - sizes.s6 * (len(problem.fixes) - 1)) / max(len(problem.fixes), 1)
    spots = []
    for fix in problem.fixes:
        told = width_of(fix.label, "secondary", True) + width_of(price_words(fix), "caption") + sizes.s6
        wide = min(told + 2 * sizes.s8 + sizes.ring, most)
        spots.append(QRectF(left, top, wide, high))
        left += wide + sizes.s6
    return spots


class _ProblemRows(RowPainter):
    """Paints the sign of the level, the node, the sentence, the repairs."""

    def height(self, row) -> int:
        sizes = theme.sizes()
        return sizes.row_form + (sizes.target + sizes.s4 if row.fixes else 0)

    def draw(self, painter: QPainter, area: QRectF, row: ProblemView, state: State) -> None:
        sizes = theme.sizes()
        card = area.adjusted(sizes.s6, 0, -sizes.s6, 0)
        area = QRectF(area.x(), area.y(), area.width(), sizes.row_form)
        middle = area.center().y()
        if state.selected:
            box(painter, card, sizes.r6, "acc_wash")
        elif state.hover:
            box(painter, card, sizes.r6, "hover")
        icon, ink = SIGNS[row.level]
        x = card.x() + sizes.s8
        paint_icon(painter, icon, x, middle, sizes.icon, ink)
        x += sizes.icon + sizes.s8
        spots = fix_areas(card, row)
        right = card.right() - sizes.s8
        if row.where:
            wide = min(width_of(row.where, "secondary"), sizes.form_label * 1.5)
            text(painter, QRectF(x, area.y(), wide, area.height()), row.where, "secondary", "text2")
            x += wide + sizes.s12
        wide = min(width_of(row.title, "body", True), max(0, right - x))
        text(painter, QRectF(x, area.y(), wide, area.height()), row.title, "body", bold=True)
        x += wide + sizes.s8
        if right - x > sizes.s32:
            text(painter, QRectF(x, area.y(), right - x, area.height()), row.detail, "secondary", "text2")
        for spot, fix in zip(spots, row.fixes, strict=True):
            over = state.pointer is not None and spot.contains(state.pointer)
            box(painter, spot, sizes.r6, "hover" if over else "card", "line3" if over else "line2")
            inside = spot.adjusted(sizes.s8, 0, -sizes.s8, 0)
            price = price_words(fix)
            text(painter, inside, price, "caption", "text2", Qt.AlignmentFlag.AlignRight)
            inside.adjust(0, 0, -width_of(price, "caption") - sizes.s6, 0)
            text(painter, inside, fix.label, "secondary", "text1", bold=True)


class _List(RowList):
    """The rows; a press on a repair repairs, elsewhere it shows the node. Keys 1 to 9 choose a repair."""

    fixed = Signal(int, int)

    def tap(self, place: int, spot) -> None:
        """Repair where a repair's button is, else show the node."""
        side = theme.sizes().s6
        card = QRectF(self.visualRect(self.rows().index(place))).adjusted(side, 0, -side, 0)
        for number, area in enumerate(fix_areas(card, self.row_at(place))):
            if area.contains(spot):
                self.fixed.emit(place, number)
                return
        self.opened.emit(place)

    def mouseDoubleClickEvent(self, event):
        event.accept()  # the first press has shown the node

    def keyPressEvent(self, event):
        digit = event.text()
        if digit.isdigit() and self.place() >= 0 and 1 <= int(digit) <= len(self.row_at(self.place()).fixes):
            self.fixed.emit(self.place(), int(digit) - 1)
        else:
            super().keyPressEvent(event)


def _said(problem: ProblemView) -> str:
    repairs = [f"repair {place}: {fix.label}" for place, fix in enumerate(problem.fixes, 1)]
    parts = (
        f"{problem.level}{f' at {problem.where}' if problem.where else ''}: {problem.title}",
        problem.detail,
        *repairs,
    )
    return ". ".join(part.rstrip(".") for part in parts if part)


def _tip(problem: ProblemView) -> str:
    repairs = "".join(f"\n{fix.label}: {', '.join(fix.lines)}" for fix in problem.fixes if fix.lines)
    return f"{problem.title}\n{problem.detail}{repairs}".strip()


class Problems(QWidget):
    """The dock panel; `fix_wanted` says which repair of which problem."""

    problem_chosen = Signal(int)
    fix_wanted = Signal(int, int)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        surface(self, "panel")
        sizes = theme.sizes()
        whole = column(self)
        whole.setContentsMargins(0, sizes.s6, 0, 0)
        self.list = _List(Rows(_said, _tip), _ProblemRows(), "Problems", self)
        whole.addWidget(self.list, 1)
        self.good = QWidget()
        line = row(self.good, space=sizes.s8)
        line.setContentsMargins(sizes.s16, sizes.s6, sizes.s16, sizes.s6)
        line.addWidget(IconLabel("circle-check", "good"))
        line.addWidget(Label("No problems", "body", "good"))
        line.addStretch(1)
        whole.addWidget(self.good)
        whole.addStretch(0)
        self.list.tapped.connect(self.list.tap)
        self.list.opened.connect(self.problem_chosen)
        self.list.fixed.connect(self.fix_wanted)
        self.show_problems(())

    def show_problems(self, problems: Sequence[ProblemView]) -> None:
        """Show these problems in their order."""
        self.list.rows().set_rows(list(problems))
        self.list.setVisible(bool(problems))
        self.good.setVisible(not problems)
        layout = self.layout()
        layout.setStretch(2, 0 if problems else 1)

    def choose(self, place: int) -> None:
        """Mark the problem at this place."""
        self.list.choose(place)
