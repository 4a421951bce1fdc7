"""Comparing two runs: the runs the History panel offers, and the picture of two networks with what came of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.comparing import ComparisonDialog, compare_states
from engine.errors import UserError
from widgets.run_pick import NOW

if TYPE_CHECKING:
    from app.build import BuildPage
    from app.window import Window
    from engine.runs import Run


class RunComparing(QObject):
    """What the History panel needs to know of runs, and what happens when two are picked."""

    def __init__(self, page: BuildPage) -> None:
        super().__init__(page)
        self._page = page
        self._window = page.window_
        history = page.bottom.history
        history.runs_wanted.connect(self.show_runs)
        history.compare_runs_wanted.connect(lambda ids: self._window.attempt(lambda: self.compare(ids)))

    def _runs(self) -> list[Run]:
        """The runs of the project, the newest first; damaged ones are left out."""
        from engine.runs import list_runs

        found = [run for folder in self._page.document.all_runs for run in list_runs(folder)]
        return sorted(found, key=lambda run: run.info().created, reverse=True)

    def show_runs(self) -> None:
        """Bring the list of runs up to date."""
        from app.runviews import run_rows

        self._page.bottom.history.runs.show_runs(run_rows([(run.id, run.info()) for run in self._runs()]))

    def compare(self, ids: Sequence[str]) -> ComparisonDialog:
        """Show two runs, or a run and the project as it is now, side by side.

        Raises:
            UserError: a run is gone or damaged.
        """
        from app.difference_lines import result_lines
        from engine.compare_runs import compare_runs

        mine = self._runs()
        runs = {run.id: run for run in mine}
        called = {run.id: f"Run {len(mine) - place}, {run.info().name}" for place, run in enumerate(mine)}
        lost = [one for one in ids if one != NOW and one not in runs]
        if lost or len(ids) != 2:
            self.show_runs()
            raise UserError("One of these runs is gone or damaged. Pick two of those in the list.")
        first, second = (runs.get(one) for one in ids)
        if first is None or second is None:
            run = first or second
            assert run is not None
            return compare_states(self._window, run.project(), f"{called[run.id]} → now")
        found = compare_runs(first, second)
        title = " → ".join(called[one] for one in ids)
        place, lines = self._page.document.place, result_lines(found.results)
        dialog = ComparisonDialog(self._window, found.before, found.after, place, title, lines)
        dialog.open()
        return dialog


def compare_networks(window: Window, ids: Sequence[str]) -> None:
    """From the list of runs to the comparison: the History panel with both picked, and the picture over it."""
    window.show_page("build")
    window.build.bottom.open("history")
    history = window.build.bottom.history
    history.show_kind("runs")
    history.runs.pick(ids)
    window.attempt(lambda: window.build.comparing.compare(history.runs.picked()))


def show_runs(window: Window) -> None:
    """Open the History panel at its runs."""
    window.show_page("build")
    window.build.bottom.open("history")
    window.build.bottom.history.show_kind("runs")
    window.build.bottom.history.runs.list.setFocus()
