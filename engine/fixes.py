"""What a repair is, and repairs that are only worked out when somebody looks at them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, overload

from engine.project import Project

MOST_FIXES = 3
"""Repairs offered for one problem."""


@dataclass(frozen=True)
class Fix:
    """A repair: its button, what it leads to in one or two short lines, the edit, and how many parameters it adds."""

    label: str
    lines: tuple[str, ...]
    edit: Callable[[Project], Project]
    price: int = 0


class Later(Sequence[Fix]):
    """Repairs worked out on first sight: each is tried on the whole network, and most problems are never looked at."""

    def __init__(self, make: Callable[[], Iterable[Fix]], most: int = MOST_FIXES) -> None:
        self._make, self._most = make, most
        self._found: tuple[Fix, ...] | None = None

    def _all(self) -> tuple[Fix, ...]:
        if self._found is None:
            self._found = tuple(islice(self._make(), self._most))
        return self._found

    def __len__(self) -> int:
        return len(self._all())

    @overload
    def __getitem__(self, place: int) -> Fix: ...

    @overload
    def __getitem__(self, place: slice) -> tuple[Fix, ...]: ...

    def __getitem__(self, place: Any) -> Any:
        return self._all()[place]

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Sequence) and self._all() == tuple(other))

    __hash__ = None  # type: ignore[assignment]
