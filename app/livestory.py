"""What is known of one run's health: its measurements by epoch, judged when they are needed, gathered by card."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from engine.health import Verdict, bare, judge
from engine.health_nodes import Anatomy
from engine.healthstore import HealthRecord, NodeHealth, NodeTable
from engine.project import Project

if TYPE_CHECKING:
    import numpy as np

POINTS = 60
"""Of the course in a card, at most."""
LEAST, MOST = 1e-12, 1e12
COLUMN = {"signal": "signal", "values": "std", "steps": "update"}


class NetworkStory:
    """One network of a run over its epochs."""

    def __init__(self, project: Project, network: str) -> None:
        self.anatomy = Anatomy(project, network)
        self.records: dict[int, HealthRecord] = {}
        self._verdicts: dict[int, dict[str, Verdict]] = {}
        self._ill: dict[int, bool] = {}
        self._index: dict[str, tuple[list[str], list[str]]] = {}
        self._courses: tuple[Any, dict[str, tuple[tuple[int, ...], tuple[float, ...]]]] | None = None
        self._count = 0

    def add(self, record: HealthRecord) -> None:
        """Take over an epoch; one that was under way replaces what was known of it."""
        if not self._index:
            for path in record.nodes:
                names = bare(path)
                for depth in range(1, len(names) + 1):
                    own, inside = self._index.setdefault(".".join(names[:depth]), ([], []))
                    inside.append(path)
                    if depth == len(names):
                        own.append(path)
        self.records[record.epoch] = record
        self._count += 1
        for known in (self._verdicts, self._ill):
            known.pop(record.epoch, None)  # type: ignore[attr-defined]
        self.__dict__.pop("epochs", None)

    def forget_after(self, epoch: int) -> None:
        """Drop what came later: a run that was resumed tells it anew."""
        for later in [one for one in self.records if one > epoch]:
            del self.records[later]
            self._verdicts.pop(later, None)
            self._ill.pop(later, None)
        self.__dict__.pop("epochs", None)

    @cached_property
    def epochs(self) -> tuple[int, ...]:
        """The measured epochs in order."""
        return tuple(sorted(self.records))

    def at(self, epoch: int) -> int:
        """The last measured epoch up to one, else the first; 0 where there is none."""
        known = [one for one in self.epochs if one <= epoch]
        return known[-1] if known else (self.epochs[0] if self.epochs else 0)

    def verdicts(self, epoch: int) -> Mapping[str, Verdict]:
        """What the figures of a measured epoch mean."""
        if epoch not in self._verdicts:
            place = self.epochs.index(epoch)
            before = self.records[self.epochs[place - 1]] if place else None
            found = judge(self.records[epoch], self.anatomy, before)
            self._verdicts[epoch] = found
            self._ill[epoch] = any(one.ill for one in found.values())
            if len(self._verdicts) > 20:  # of a long run only the newest are looked at again
                self._verdicts.pop(next(iter(self._verdicts)))
        return self._verdicts[epoch]

    @property
    def ill(self) -> frozenset[int]:
        """The epochs known so far in which something was ill."""
        return frozenset(epoch for epoch, ill in self._ill.items() if ill)

    def judge_some(self, seconds: float) -> bool:
        """Judge epochs that nobody looked at yet, for a while; False where nothing is left to do."""
        end = time.perf_counter() + seconds
        waiting = [epoch for epoch in self.epochs if epoch not in self._ill]
        for epoch in waiting:
            self.verdicts(epoch)
            if time.perf_counter() > end:
                break
        return bool(waiting)

    def paths(self, card: str) -> tuple[list[str], list[str]]:
        """The paths of a card itself, by copy, and those of it and everything inside."""
        return self._index.get(card, ([], []))

    def figure(self, card: str, epoch: int, measure: str) -> float:
        """What a measure says of a card: its own figure, over copies and for the steps of a block the middle one."""
        own, inside = self.paths(card)
        nodes = self.records[epoch].nodes
        chosen = inside if measure == "steps" else own
        return middle(getattr(nodes[path], COLUMN[measure]) for path in chosen)

    def own(self, card: str, epoch: int) -> list[NodeHealth]:
        """The lines of a card, by copy."""
        return [self.records[epoch].nodes[path] for path in self.paths(card)[0]]

    def largest(self, epoch: int, measure: str) -> float:
        """The largest figure of an epoch."""
        table = _column(self.records[epoch], COLUMN[measure])
        known = [float(one) for one in table if math.isfinite(one)]
        return max(known, default=0.0)

    def course(self, cards: tuple[str, ...], epoch: int, measure: str) -> dict[str, tuple[tuple[float, ...], int]]:
        """A measure over the epochs by card, in powers of ten, and which point is nearest to an epoch."""
        key = (self.epochs, measure, cards, self._count)
        if self._courses is None or self._courses[0] != key:
            self._courses = (key, self._course(cards, measure))
        found = {}
        for card, (epochs, values) in self._courses[1].items():
            at = min(range(len(epochs)), key=lambda place: abs(epochs[place] - epoch))
            found[card] = (values, at)
        return found

    def _course(self, cards: tuple[str, ...], measure: str) -> dict[str, tuple[tuple[int, ...], tuple[float, ...]]]:
        import numpy as np

        epochs = self.epochs
        every = max(1, math.ceil(len(epochs) / POINTS))
        shown = sorted({*epochs[::every], *epochs[-1:]})
        if len(shown) < 2:
            return {}
        place = {path: number for number, path in enumerate(self.records[shown[0]].nodes)}
        with np.errstate(all="ignore"):
            table = np.log10(
                np.clip(np.stack([_column(self.records[one], COLUMN[measure]) for one in shown]), LEAST, MOST)
            )
        lines = table.T.tolist()
        found = {}
        for card in cards:
            own, inside = self.paths(card)
            chosen = [lines[place[path]] for path in (inside if measure == "steps" else own)]
            if not chosen:
                continue
            line = chosen[0] if len(chosen) == 1 else [middle(values) for values in zip(*chosen, strict=True)]
            known = [(one, value) for one, value in zip(shown, line, strict=True) if math.isfinite(value)]
            if len(known) > 1:
                found[card] = (tuple(one for one, _ in known), tuple(value for _, value in known))
        return found


def _column(record: HealthRecord, name: str) -> np.ndarray:
    assert isinstance(record.nodes, NodeTable)
    return record.nodes.column(name)


def middle(values: Iterable[float]) -> float:
    """The middle of the known values."""
    known = sorted(value for value in values if math.isfinite(value))
    return known[len(known) // 2] if known else math.nan
