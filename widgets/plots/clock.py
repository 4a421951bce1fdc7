"""The one timer that redraws plots, and the crosshair all charts share.

A plot with news says so; every 33 ms those that are visible are drawn. With nothing to draw the timer stands
still. Where a tick takes longer than its budget, plots are drawn with fewer buckets until it fits again.
"""

from __future__ import annotations

from time import perf_counter

import shiboken6
from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal

TICK_MS = 33
BUDGET_MS = 12.0
_MOST, _LEAST = 500, 120


class Clock(QObject):
    """Redraws visible plots that have news."""

    _shared: Clock | None = None

    @classmethod
    def shared(cls) -> Clock:
        if cls._shared is None or not shiboken6.isValid(cls._shared):
            cls._shared = cls(QCoreApplication.instance())
        return cls._shared

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self.buckets = _MOST
        self._wanting: dict[int, object] = {}
        self._painted_ms = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self.tick)

    def is_running(self) -> bool:
        return self._timer.isActive()

    def want(self, plot) -> None:
        """Ask for a drawing at the next tick; a hidden plot asks again when it is shown."""
        if plot.isVisible():
            self._wanting[id(plot)] = plot
            if not self._timer.isActive():
                self._timer.start()

    def painted(self, spent_ms: float) -> None:
        """Hear how long a plot took to paint; it counts for the next tick."""
        self._painted_ms += spent_ms

    def tick(self) -> None:
        """Draw what wants it."""
        wanting, self._wanting = list(self._wanting.values()), {}
        start = perf_counter()
        for plot in wanting:
            if shiboken6.isValid(plot) and plot.isVisible():
                plot.redraw()
        self._adapt((perf_counter() - start) * 1000 + self._painted_ms)
        self._painted_ms = 0.0
        if not self._wanting:
            self._timer.stop()

    def _adapt(self, spent_ms: float) -> None:
        if spent_ms > BUDGET_MS:
            self.buckets = max(_LEAST, self.buckets * 3 // 4)
        elif spent_ms < BUDGET_MS / 3:
            self.buckets = min(_MOST, self.buckets * 5 // 4)


class Crosshair(QObject):
    """One place on the shared axis that every chart marks; None when the pointer is away."""

    moved = Signal()

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self.place: float | None = None

    def put(self, place: float | None) -> None:
        if place != self.place:
            self.place = place
            self.moved.emit()
