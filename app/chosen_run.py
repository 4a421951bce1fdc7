"""Which run the Test and the Export page show: their own choice, until another is chosen on the Train page."""

from __future__ import annotations

from collections.abc import Sequence

from engine.runs import Run


class ChosenRun:
    """Remembers which run the Train page had when a page last looked."""

    def __init__(self) -> None:
        self._seen = ""

    def pick(self, now: str, ids: Sequence[str], chosen: Run | None) -> str:
        """The run to show: the one chosen on the Train page where that changed, such as by a new run.

        Args:
            now: the run that the page shows.
            ids: the runs that can be shown, newest first; at least one.
            chosen: the run of the Train page.
        """
        there = chosen.id if chosen is not None and chosen.id in ids else ""
        changed = bool(there and self._seen and there != self._seen)
        self._seen = there or self._seen
        if now in ids and not changed:
            return now
        return there or ids[0]
