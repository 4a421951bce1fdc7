"""Runs to pick two of, for a comparison of what was trained and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from widgets import theme
from widgets.controls import Button, EmptyState, Label
from widgets.controls.base import box, column, paint_icon, row, text, width_of
from widgets.lists import RowList, RowPainter, Rows, State
from widgets.plots.scales import reading
from widgets.run_list import state_words
from widgets.values import RunRow

NOW = ""
"""Stands for the project as it is now, where an id is meant."""


@dataclass(frozen=True)
class Pick:
    """One row: a run or the project as it is now, with a few words and its best value."""

    id: str
    name: str
    line: str
    value: str = ""
    picked: bool = False


def picks_of(runs: Sequence[RunRow]) -> list[Pick]:
    """The project as it is now, then the runs as given."""
    found = [Pick(NOW, "The project as it is now", "What the Build page shows")]
    for run in runs:
        value = reading(run.best_value, run.best_kind) if run.best_value is not None else ""
        found.append(Pick(run.id, run.name, f"Run {run.number}, {state_words(run)}", value))
    return found


class _Painter(RowPainter):
    def draw(self, painter: QPainter, area: QRectF, row: Pick, state: State) -> None:
        sizes, middle = theme.sizes(), area.center().y()
        card = area.adjusted(sizes.s6, sizes.hair, -sizes.s6, -sizes.hair)
        if row.picked:
            box(painter, card, sizes.r6, "acc_wash")
        elif state.hover:
            box(painter, card, sizes.r6, "hover")
        if state.selected and state.focused:
            box(painter, card, sizes.r6, None, "acc_line", sizes.ring)
        x, right = card.x() + sizes.s8, card.right() - sizes.s8
        icon, ink = ("square-check", "acc") if row.picked else ("square", "line3")
        paint_icon(painter, icon, x, middle, sizes.icon, ink)
        x += sizes.icon + sizes.s8
        text(painter, QRectF(x, area.y(), right - x, area.height()), row.value, "secondary", "text1", _RIGHT, bold=True)
        right -= width_of(row.value, "secondary", True) + sizes.s12 if row.value else 0
        wide = min(width_of(row.name, "body", True), (right - x) * 0.6)
        text(painter, QRectF(x, area.y(), wide, area.height()), row.name, "body", "text1", bold=True)
        x += wide + sizes.s12
        text(painter, QRectF(x, area.y(), right - x, area.height()), row.line, "secondary", "text2")


_RIGHT = Qt.AlignmentFlag.AlignRight


class _List(RowList):
    """The rows; Space picks as a press does."""

    def keyPressEvent(self, event):
        if event.key() == Qt.Key.Key_Space and self.place() >= 0:
            self.opened.emit(self.place())
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event):
        event.accept()  # two presses: picked and left again


class RunPick(QWidget):
    """`compare_wanted` says the ids of the two picked, the older run first; `NOW` is the project as it is."""

    compare_wanted = Signal(list)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        sizes = theme.sizes()
        self._picked: list[str] = []
        whole = column(self)
        self.empty = EmptyState(
            "activity", "No runs yet", "Train the network, then compare two runs here, or a run with now."
        )
        whole.addWidget(self.empty, 1)
        self.list = _List(Rows(_said), _Painter(), "Runs to compare", self)
        whole.addWidget(self.list, 1)
        self.foot = QWidget(self)
        line = row(self.foot, space=sizes.s12)
        line.setContentsMargins(sizes.s12, sizes.s8, sizes.s12, sizes.s8)
        self.hint = Label("", "secondary", "text2")
        line.addWidget(self.hint, 1)
        self.button = Button("Compare the networks", "diff", kind="primary")
        self.button.clicked.connect(self._on_compare)
        line.addWidget(self.button)
        whole.addWidget(self.foot)
        self.list.tapped.connect(lambda place, _: self._toggle(place))
        self.list.opened.connect(self._toggle)
        self.show_runs([])

    def show_runs(self, runs: Sequence[RunRow]) -> None:
        """Show runs, the newest first; what was picked stays picked."""
        self._picks = picks_of(runs)
        self.list.setVisible(bool(runs))
        self.foot.setVisible(bool(runs))
        self.empty.setVisible(not runs)
        self.pick(self._picked)

    def pick(self, ids: Sequence[str]) -> None:
        """Pick runs by their ids; of more than two the last two."""
        known = [one.id for one in self._picks]
        self._picked = [one for one in ids if one in known][-2:]
        self.list.rows().set_rows([replace(one, picked=one.id in self._picked) for one in self._picks])
        left = 2 - len(self._picked)
        self.hint.setText(("", "Pick one more.", "Pick two: what was trained, and what came of it.")[left])
        self.button.set_enabled_because(not left, "Pick two runs first")

    def picked(self) -> list[str]:
        """The ids, the older run first; the project as it is now comes last."""
        order = [one.id for one in reversed(self._picks)]  # now stands first in the list, so last here
        return sorted(self._picked, key=order.index)

    def _toggle(self, place: int) -> None:
        name = self.list.row_at(place).id
        self.pick([one for one in self._picked if one != name] if name in self._picked else [*self._picked, name])

    def _on_compare(self) -> None:
        self.compare_wanted.emit(self.picked())


def _said(pick: Pick) -> str:
    parts = (pick.name, pick.line, f"best {pick.value}" if pick.value else "", "picked" if pick.picked else "")
    return ", ".join(part for part in parts if part)
