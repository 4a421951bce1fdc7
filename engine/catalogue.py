"""Catalogues: all declarations of one sort (layers, optimizers, data sources …), found by name, label or keyword."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from engine.errors import UserError, listed

if TYPE_CHECKING:
    from engine.declare import Declared

T = TypeVar("T", bound="Declared")


class Catalogue(Generic[T]):
    """All declarations of one sort, by class name, in the order in which they were declared.

    Args:
        name: how annotations and the file refer to it, for example `optimizers`.
        noun: what people call one entry, for example `optimizer`.
        load: imports the modules that declare entries; called once, on first use.
    """

    _all: ClassVar[dict[str, Catalogue[Any]]] = {}
    _loaders: ClassVar[dict[str, str]] = {}

    def __init__(self, name: str, noun: str, load: Callable[[], None] | None = None) -> None:
        self.name = name
        self.noun = noun
        self._load = load
        self._entries: dict[str, type[T]] = {}
        self._old: dict[str, str] = {}
        Catalogue._all[name] = self

    @staticmethod
    def named(name: str) -> Catalogue[Any]:
        """The catalogue of that name."""
        return Catalogue._all[name]

    def add(
        self, label: str, *, section: str = "", keywords: str = "", was: Iterable[str] = (), icon: str = ""
    ) -> Callable[[type[T]], type[T]]:
        """A class decorator that enters the class under its own name, with the label people see."""

        def enter(cls: type[T]) -> type[T]:
            name = cls.__name__
            if name in self._entries:
                raise ValueError(f"two {self.name} are called {name}")
            cls.label, cls.section, cls.keywords, cls.was, cls.icon = label, section, keywords, tuple(was), icon
            cls.params()
            self._entries[name] = cls
            self._old.update({old: name for old in cls.was})
            return cls

        return enter

    def _ready(self) -> dict[str, type[T]]:
        if self._load is not None:
            load, self._load = self._load, None
            load()
        return self._entries

    def names(self) -> list[str]:
        return list(self._ready())

    def __iter__(self) -> Iterator[type[T]]:
        return iter(self._ready().values())

    def __len__(self) -> int:
        return len(self._ready())

    def __contains__(self, name: str) -> bool:
        entries = self._ready()
        return name in entries or name in self._old

    def __getitem__(self, name: str) -> type[T]:
        entries = self._ready()
        entry = entries.get(self._old.get(name, name))
        if entry is None:
            by_label = {cls.label.lower(): cls for cls in entries.values()}
            if name.lower() in by_label:
                return by_label[name.lower()]
            near = difflib.get_close_matches(name, [*entries, *by_label], n=1, cutoff=0.6)
            known = f"Did you mean {near[0]}?" if near else f"Known are {listed(sorted(entries), last='and')}."
            raise UserError(f"There is no {self.noun} called {name!r}. {known}")
        return entry

    def make(self, values: Mapping[str, Any]) -> T:
        """The declaration that JSON describes: `{"type": "Adam", "lr": 0.001}`."""
        cls = self[str(values.get("type"))]
        return cls(**{name: value for name, value in values.items() if name != "type"})

    def sections(self) -> dict[str, list[type[T]]]:
        """The entries by section, both in order of declaration."""
        found: dict[str, list[type[T]]] = {}
        for cls in self:
            found.setdefault(cls.section, []).append(cls)
        return found

    def search(self, text: str) -> list[type[T]]:
        """Entries that match every word of the text by label, name or keyword; the best first. Where there is none,
        those with a setting or a choice of that name, such as the layers that can be wrapped in spectral norm."""
        words = text.lower().replace("-", " ").split()
        scored = []
        for place, cls in enumerate(self):
            label = cls.label.lower().replace("-", " ")
            heap = f"{label} {cls.__name__} {cls.keywords} {cls.section}".lower().replace("-", " ")
            if all(word in heap for word in words):
                head = " ".join(words)
                rank = 0 if label.startswith(head) else 1 if head in label else 2
                scored.append((rank, place, cls))
        if words and not scored:
            return [cls for cls in self if _has_setting(cls, " ".join(words))]
        return [cls for _, _, cls in sorted(scored, key=lambda found: found[:2])]


def _has_setting(cls: type[Declared], text: str) -> bool:
    """Whether a setting, or one of the choices that it offers, begins with this text."""
    return any(
        name.lower().startswith(text)
        for one in cls.params().values()
        for name in (one.label, *(part for choice in one.choices for part in choice))
    )
