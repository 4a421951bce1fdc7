"""The history panel: every step that can be undone or redone, by name, a press goes there; and runs to compare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStackedWidget, QWidget

from widgets import theme
from widgets.controls import Segmented, surface
from widgets.controls.base import box, column, paint_icon, row, text, width_of
from widgets.lists import RowList, RowPainter, Rows, State
from widgets.run_pick import RunPick


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
    """The dock panel; `jump_wanted` says the step to go to, `compare_runs_wanted` two runs by their ids."""

    jump_wanted = Signal(int)
    compare_wanted = Signal(int)
    compare_runs_wanted = Signal(list)
    runs_wanted = Signal()

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        surface(self, "panel")
        sizes = theme.sizes()
        whole = column(self)
        whole.setContentsMargins(0, sizes.s6, 0, 0)
        head = row(space=sizes.s8)
        head.setContentsMargins(sizes.s12, 0, sizes.s12, sizes.s6)
        self.kinds = Segmented()
        self.kinds.add("steps", "Steps", "history", tip="What can be undone and redone")
        self.kinds.add("runs", "Runs", "activity", tip="Compare the networks of two runs, and what came of them")
        head.addWidget(self.kinds)
        head.addStretch(1)
        whole.addLayout(head)
        self.pages = QStackedWidget()
        self.list = _List(Rows(_said), _Steps(), "History", self)
        self.runs = RunPick()
        self.pages.addWidget(self.list)
        self.pages.addWidget(self.runs)
        whole.addWidget(self.pages, 1)
        self._now = -1
        self.kinds.changed.connect(self.show_kind)
        self.list.tapped.connect(self._on_tapped)
        self.list.opened.connect(self._jump)
        self.list.compared.connect(self.compare_wanted)
        self.runs.compare_wanted.connect(self.compare_runs_wanted)

    def show_kind(self, kind: str) -> None:
        """Show the steps, or the runs (they are asked for by `runs_wanted`)."""
        self.kinds.set_current(kind)
        if kind == "runs":
            self.runs_wanted.emit()
        self.pages.setCurrentWidget(self.runs if kind == "runs" else self.list)

    def shows_runs(self) -> bool:
        return self.kinds.current() == "runs"

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
