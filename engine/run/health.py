"""The health of networks while they train: what their nodes give out, how gradients reach them, how fast they move.

A few steps of an epoch are looked at: there the forward pass runs through the same source with eyes, and the optimizer
is watched. What that costs is measured and kept under a share of the run's own time; between such steps it costs one
comparison of numbers.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from engine.healthstore import COLUMNS, LEAST_ROWS
from engine.run.health_eyes import Eyes

if TYPE_CHECKING:
    from engine.run.mover import Mover
    from engine.run.session import Loop, Step
    from engine.run.setup import Course

SHARE = 0.012
"""Of the run's time, at most, goes into looking."""
DISTURBED = 1.6
"""What a look costs in all, by what can be counted of it: the step and the next one are slower besides, since caches
are lost. Measured 1.1 on convolutions and an LSTM, 1.2 on a ResNet, 1.7 on a tiny network, 2.1 on a Transformer."""
FREE_SECONDS = 0.01
"""What may be spent beyond that, so that the shortest runs are looked at too."""
LOOKS = 16
"""Steps of an epoch that are looked at, at most."""
LEAST_LOOKS = 5
"""Steps of the first and the last epoch that are looked at whatever it costs, where batches are small."""
EPOCHS = 400
"""About so many epochs of a run are looked at, at most."""
NEWS_SECONDS = 1.0
"""Between two reports of an epoch that is still under way."""

Names = dict[str, list[str]]
Rows = list[tuple[int, str, int, np.ndarray]]


class Health:
    """Looks into the networks of a loop. It is made with the run's `Setup`, so that movers find it, and sees nothing
    until `attend` gives it the loop."""

    def __init__(self) -> None:
        self._loop: Loop | None = None
        self._eyes: list[Eyes] = []
        self._tell: Callable[[Names, Rows], None] = lambda names, rows: None
        self._course: Course | None = None
        self._since = self._since_busy = 0.0
        self._usual: frozenset[int] = frozenset()
        self._places: frozenset[int] = frozenset()
        self._every = 1
        self._outermost = False
        self._not_before = 0.0
        self._epoch = self._epochs = self._looks = self._items = 0
        self._spent = 0.0
        self._told = -math.inf
        self._named = self._open = False

    def attend(self, loop: Loop, course: Course, epochs: int, tell: Callable[[Names, Rows], None]) -> None:
        """Watch a loop; `tell` is given the nodes by network, once, and rows of `healthstore.put`."""
        self._loop, self._course, self._epochs, self._tell = loop, course, epochs, tell
        self._since, self._since_busy = course.seconds, time.process_time()
        self._every = max(1, math.ceil(epochs / EPOCHS))
        count = min(LOOKS, loop.batches)
        self._usual = frozenset(loop.batches - 1 - place * loop.batches // count for place in range(count))
        self._eyes = [Eyes(built) for built in {id(one): one for one in loop.networks.values()}.values()]

    # ---- when ------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """An epoch begins: choose the steps that may be looked at, the last one among them."""
        if self._loop is None or self._course is None:
            return
        if self._looks:
            for eyes in self._eyes:
                eyes.forget()
        self._epoch, self._looks, self._items = self._course.epoch + 1, 0, 0
        self._outermost = self._epoch in (1, self._epochs)
        self._places = self._usual if self._outermost or self._epoch % self._every == 0 else frozenset()

    def due(self, place: int) -> bool:
        """Whether to look at a step of the epoch (counted from 0)."""
        if place not in self._places:
            return False
        return self._needed(place) or (time.perf_counter() >= self._not_before and self._affordable())

    def _needed(self, place: int) -> bool:
        """Whether the first or the last epoch would otherwise show too little."""
        if not self._outermost or self._items >= LEAST_ROWS:
            return False
        assert self._loop is not None
        each = max(1, self._loop.items // self._loop.batches)
        left = sum(other >= place for other in self._places)
        return left <= min(LEAST_LOOKS, 1 + math.ceil(LEAST_ROWS / each))

    def _affordable(self) -> bool:
        over = DISTURBED * self._spent - FREE_SECONDS - SHARE * self._worked()
        if over > 0:  # asking costs something too
            self._not_before = time.perf_counter() + over / max(SHARE, 1e-6)
        return over <= 0

    def _worked(self) -> float:
        """Seconds of work so far: of the clock where several cores work, of the processor where others use it too."""
        assert self._course is not None
        return min(self._course.seconds - self._since, time.process_time() - self._since_busy)

    # ---- a step ----------------------------------------------------------------------------------------------

    def step(self, place: int, last: bool) -> Step:
        """Let the loop take a step and look at it."""
        assert self._loop is not None
        try:
            with self._opened():
                told = self._loop.step(place, last)
        except BaseException:
            self._gather()  # what was seen tells where it broke
            self.report()
            raise
        self._items += told.items
        blind = self._gather()
        if blind and not last:  # such as a generator that moves at every fifth step only
            self._places |= {place + 1}
        if time.perf_counter() - self._told > NEWS_SECONDS:
            self.report()
        return told

    @contextmanager
    def _opened(self) -> Iterator[None]:
        start = time.thread_time()
        for eyes in self._eyes:
            eyes.open()
        self._open = True
        self._spent += time.thread_time() - start
        try:
            yield
        finally:
            self._open = False
            for eyes in self._eyes:
                eyes.close()

    def before(self, mover: Mover) -> Callable[[], None] | None:
        """Look at a network's gradients before they move its weights; gives what to do afterwards."""
        if not self._open:
            return None
        eyes = next((one for one in self._eyes if one.built is mover.built), None)
        return None if eyes is None else eyes.before(mover)

    def _gather(self) -> bool:
        """Take over what a step showed; says whether some network was not used in it."""
        start = time.thread_time()
        seen = [eyes.gather() for eyes in self._eyes]
        self._looks += 1
        self._spent += time.thread_time() - start + sum(eyes.take_time() for eyes in self._eyes)
        return not all(seen)

    # ---- telling ---------------------------------------------------------------------------------------------

    def report(self) -> None:
        """Tell what this epoch showed so far."""
        start = time.thread_time()
        rows: Rows = []
        for eyes in self._eyes:
            if eyes.looks:
                table = np.array([one.health() for one in eyes.watched], np.float32).reshape(-1, len(COLUMNS))
                rows.append((self._epoch, eyes.name, eyes.looks, table))
        if rows:
            self._tell({} if self._named else {eyes.name: eyes.paths for eyes in self._eyes}, rows)
            self._named = True
        self._told = time.perf_counter()
        self._spent += time.thread_time() - start

    def done(self) -> None:
        """The epoch is over."""
        if self._looks:
            self.report()
