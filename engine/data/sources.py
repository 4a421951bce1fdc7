"""The catalogue of data sources, and what they have in common: a source reads files into compact columns.

A new kind of source is one class in one module `engine/data/source_*.py`, entered with `@source("Label")`.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias, TypeVar

from engine.catalogue import Catalogue
from engine.data.fields import Field
from engine.declare import Declared
from engine.errors import UserError

if TYPE_CHECKING:
    import numpy as np

    Column: TypeAlias = np.ndarray[Any, Any]
else:
    Column = Any  # numpy is imported by whoever reads, not by whoever lists the sources

MOST_RECORDING = 512 * 2**20
"""Bytes of one recording."""
MOST_NAMED = 5
"""How many rows or files a message names before it counts the rest."""


@dataclass(frozen=True)
class Loaded:
    """What a source gives: fields, one column each, names of the items (files) and notes for people.

    Columns are compact: images uint8 (N, C, H, W); numbers float32 (N,) with NaN for missing; categories int64 codes
    (N,) with −1 for missing; series float32 (N, T, F); signals int16 (N, C, T), full scale 32767, or float32; tokens
    int64 (N, T); text as UTF-8 bytes (N,), cut to 64. Overlapping stretches of one array are a
    `engine.data.windows.Windows`.

    Attributes:
        spans: (N, 2) int64 for items that lie in an order, such as time: from where to where each reaches. Parts are
            then stretches of that order, and an item that lies in two parts is left out.
        groups: (N,) int64 for items that share something, such as a person: a group is never divided.
    """

    fields: tuple[Field, ...]
    columns: dict[str, Column]
    names: list[str] | None = None
    notes: list[str] = field(default_factory=list)
    spans: Column | None = None
    groups: Column | None = None

    @property
    def count(self) -> int:
        """How many items there are."""
        return len(next(iter(self.columns.values()))) if self.columns else 0


def _in_memory(name: str, shape: Sequence[int], dtype: str) -> Column:
    import numpy as np

    return np.empty(tuple(shape), dtype)


@dataclass(frozen=True)
class Reading:
    """How a source reads: where large columns are put, and whom to tell how far it is.

    Attributes:
        allocate: makes an empty column (name, shape, dtype); the cache puts large ones on disk.
        progress: called with (done, total) now and then; an exception it raises stops the reading.
    """

    allocate: Callable[[str, Sequence[int], str], Column] = _in_memory
    progress: Callable[[int, int], None] = lambda done, total: None


class Source(Declared):
    """Base of all data sources: an immutable choice that can be read."""

    catalogue_name = "sources"
    family: ClassVar[str] = "table"
    """What kind of data it brings: table, pictures, text, series or sound."""
    drawn: ClassVar[bool] = False
    """Whether items are made when they are read, so that the cache would only cost room."""

    def load(self, reading: Reading | None = None) -> Loaded:
        """Read everything.

        Raises:
            UserError: file, where, why, and what to do.
        """
        raise NotImplementedError

    def fingerprint(self) -> str:
        """A hash that changes whenever the content does."""
        raise NotImplementedError

    def reads(self, field: Field) -> dict[str, Any] | None:
        """How one item of a field is read from a typed text or a recording: the plan of `engine.data.item_text` or
        `engine.data.item_sound`, which exported programs carry. None where the field is neither."""
        return None

    def read_item(self, field: Field, value: str) -> Column | None:
        """The raw value of one field out of what a person hands in: typed text, or the path of a file.

        None where this source has no way of its own to read it. Shapes and types are those of its columns, for one
        item, with tokens and series as they are and signals as float32.

        Raises:
            UserError: the text or the file does not fit.
        """
        plan = self.reads(field)
        if plan is None:
            return None
        if plan["how"] == "text":
            from engine.data.item_text import read_text

            return read_text(value, {"reads": plan, "classes": field.classes})
        from engine.data.item_sound import read_sound

        path = regular_file(value, "a recording (.wav)")
        return read_sound(read_bytes(path, MOST_RECORDING), display(path.name), plan)

    def title(self) -> str:
        """A short name for lists and headings: `iris`, `diamonds.csv`."""
        return self.label


def _load() -> None:
    package = importlib.import_module("engine.data")
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda module: module.name):
        if module.name.startswith("source_"):
            importlib.import_module(f"engine.data.{module.name}")


sources: Catalogue[Source] = Catalogue("sources", "data source", _load)
"""Every kind of data source."""

S = TypeVar("S", bound=type[Source])


def source(label: str, *, section: str, keywords: str = "", icon: str = "") -> Callable[[S], S]:
    """Enter a source class into the catalogue, under its class name."""
    return sources.add(label, section=section, keywords=keywords, icon=icon)  # type: ignore[return-value]


def display(name: str) -> str:
    """A file name that can be shown and written: bytes that are no text become �."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def regular_file(path: str, noun: str) -> Path:
    """The path of an ordinary file that exists; `UserError` for folders, pipes, devices and nothing."""
    found = _existing(path, noun, "file")
    mode = found.stat().st_mode
    if stat.S_ISDIR(mode):
        raise UserError(f"{display(str(found))} is a folder. Choose {noun}.")
    if not stat.S_ISREG(mode):
        raise UserError(f"{display(str(found))} is no ordinary file. Choose {noun}.")
    return found


def folder(path: str, noun: str) -> Path:
    """The path of a folder that exists; `UserError` otherwise."""
    found = _existing(path, noun, "folder")
    if not found.is_dir():
        raise UserError(f"{display(str(found))} is a file. Choose {noun}.")
    return found


def _existing(path: str, noun: str, what: str) -> Path:
    if not path.strip():
        raise UserError(f"No {what} is chosen yet. Choose {noun}.")
    found = Path(os.path.expanduser(path))
    try:
        found.stat()
    except FileNotFoundError:
        raise UserError(
            f"There is no {what} {display(str(found))}. If it was moved or renamed, choose it again on the Data page."
        ) from None
    except (OSError, ValueError) as error:
        raise unreadable(found, error) from error
    return found


def unreadable(path: Path, error: Exception) -> UserError:
    """The sentence for a file or folder that the system does not let us read."""
    why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return UserError(f"{display(str(path))} cannot be read: {why}. Check that it exists and that you may open it.")


def read_bytes(path: Path, most: int) -> bytes:
    """The whole content of a file; `UserError` above `most` bytes. Never mapped: a file cut short would crash us."""
    try:
        size = path.stat().st_size
        if size > most:
            raise UserError(
                f"{display(path.name)} has {size / 2**30:.1f} GB, more than the {most / 2**30:g} GB that Lamina reads. "
                "Take a part of it."
            )
        return path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error
