"""The history panel: every step that can be undone or redone, by name; a press goes there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from widgets import theme
from widgets.controls import surface
from widgets.controls.base import box, column, paint_icon, text, width_of
from widgets.lists import RowList, RowPainter, Rows, State


@dataclass(frozen=True)
class _Step:
    words: str
    when: str
    state: str  # "past", "now" or "undone"


def compare_area(area: QRectF) -> QRectF:
    """Where the button of a row is that compares it with the present."""
    sizes = theme.sizes()
    wide = width_of(_COMPARE, "secondary", True) + 2 * sizes.s8
    return QRectF(area.right() - sizes.s6 - sizes.s4 - wide, area.center().y() - sizes.target / 2, wide, sizes.target)


_COMPARE = "Compare with now"


class _Steps(RowPainter):
    """Paints one step: done, the present one, or undone."""

    def draw(self, painter: QPainter, area: QRectF, row: _Step, state: State) -> None:
        sizes, middle = theme.sizes(), area.center().y()
        card = area.adjusted(sizes.s6, 0, -sizes.s6, 0)
        if state.hover:
            box(painter, card, sizes.r6, "hover")
        elif row.state == "now" or (state.selected and state.focused):
            box(painter, card, sizes.r6, "acc_wash")
        x = card.x() + sizes.s8
        icon, ink = {"past": ("check", "text3"), "now": ("arrow-right", "acc"), "undone": ("redo-2", "text3")}[
            row.state
        ]
        paint_icon(painter, icon, x, middle, sizes.icon_small, ink)
        x += sizes.icon_small + sizes.s8
        right = card.right() - sizes.s8
        if row.state != "now" and (state.hover or (state.selected and state.focused)):
            spot = compare_area(area)
            over = state.pointer is not None and spot.contains(state.pointer)
            box(painter, spot, sizes.r6, "hover" if over else "card", "line3" if over else "line2")
            text(painter, spot, _COMPARE, "secondary", "text1", Qt.AlignmentFlag.AlignHCenter, bold=True)
            right = spot.x() - sizes.s8
        if row.when:
            spot = QRectF(x, area.y(), right - x, area.height())
            text(painter, spot, row.when, "caption", "text3", Qt.AlignmentFlag.AlignRight)
            right -= sizes.form_label
        ink = "text3" if row.state == "undone" else "text1"
        text(painter, QRectF(x, area.y(), right - x, area.height()), row.words, "body", ink, bold=row.state == "now")


class _List(RowList):
    """The steps; C compares the chosen one with the present."""

    compared = Signal(int)

    def keyPressEvent(self, event):
        if event.key() == Qt.Key.Key_C and not event.modifiers() and self.place() >= 0:
            self.compared.emit(self.place())
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event):
        event.accept()  # the first press has gone there


class History(QWidget):
    """The dock panel; `jump_wanted` says the step to go to."""

    jump_wanted = Signal(int)
    compare_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        surface(self, "panel")
        whole = column(self)
        whole.setContentsMargins(0, theme.sizes().s6, 0, 0)
        self.list = _List(Rows(_said), _Steps(), "History", self)
        whole.addWidget(self.list)
        self._now = -1
        self.list.tapped.connect(self._on_tapped)
        self.list.opened.connect(self._jump)
        self.list.compared.connect(self.compare_wanted)

    def show_steps(self, names: Sequence[str], now: int, whens: Sequence[str] = ()) -> None:
        """Show named steps, oldest first; `now` is the one the document stands at."""
        self._now = now
        states = ["past" if at < now else "now" if at == now else "undone" for at in range(len(names))]
        given = list(whens) + [""] * (len(names) - len(whens))
        self.list.rows().set_rows([_Step(*parts) for parts in zip(names, given, states, strict=True)])
        if 0 <= now < len(names):
            self.list.choose(now)

    def _on_tapped(self, place: int, spot) -> None:
        card = QRectF(self.list.visualRect(self.list.rows().index(place)))
        if place != self._now and compare_area(card).contains(spot):
            self.compare_wanted.emit(place)
        else:
            self._jump(place)

    def _jump(self, place: int) -> None:
        if place != self._now:
            self.jump_wanted.emit(place)


def _said(step: _Step) -> str:
    return {"past": step.words, "now": f"{step.words}, now", "undone": f"{step.words}, undone"}[step.state]
