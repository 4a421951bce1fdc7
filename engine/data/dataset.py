"""A data set as the program uses it: opened through the cache, its fields scanned into a project's choice."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from engine.data import cache as store
from engine.data.fields import Field
from engine.data.sources import Column, Loaded, Reading, sources
from engine.errors import UserError, listed
from engine.project import DataChoice

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Dataset:
    """Everything a source holds, in memory or mapped.

    Attributes:
        fields: with the roles of the project where it was opened by a project's choice, else the source's own.
        columns: by field name; see `Loaded` for the types.
        count: number of items.
        names: what the items are called (files), None where they have no name but their row.
        notes: what a person should know about how it was read.
        fingerprint: changes with the content.
        spans, groups: what must be divided in order, or not at all; see `Loaded`.
    """

    fields: tuple[Field, ...]
    columns: Mapping[str, Column]
    count: int
    names: Sequence[str] | None
    notes: tuple[str, ...]
    fingerprint: str
    spans: Column | None = None
    groups: Column | None = None

    @property
    def schema(self) -> dict[str, Field]:
        """The fields by name."""
        return {one.name: one for one in self.fields}

    def field(self, name: str) -> Field:
        """One field; `UserError` where the data has none of that name."""
        found = self.schema.get(name)
        if found is None:
            raise UserError(
                f"The data has no field “{name}”. It has {listed([one.name for one in self.fields], 'and')}."
            )
        return found

    def take(self, name: str, indices: Column | None = None) -> Column:
        """The values of a field at some places, in memory; all of them without places."""
        self.field(name)
        column = self.columns[name]
        return np.asarray(column if indices is None else column[np.asarray(indices, np.int64)])

    def missing(self, name: str, indices: Column | None = None) -> Column:
        """Which items lack the field, as booleans."""
        kind = self.field(name).kind
        if kind in ("number", "category"):
            values = self.take(name, indices)
            return np.asarray(np.isnan(values) if kind == "number" else values < 0)
        count = self.count if indices is None else len(indices)
        if kind == "text":
            return np.asarray(self.take(name, indices) == b"")
        return np.zeros(count, bool)

    def named(self, index: int) -> str:
        """How messages call an item: its file, or its row counted from 1."""
        return self.names[index] if self.names is not None else f"row {index + 1}"


def open_dataset(
    choice: DataChoice | Mapping[str, Any] | None, cache: Path | None = None, progress: Progress | None = None
) -> Dataset:
    """Open a source (a declaration as JSON) or a project's data, from the cache when it was read before.

    A project's data gives its roles, and must still match the fields that the project was made for.

    Raises:
        UserError: no source is chosen, it cannot be read, or it changed since the project scanned it.
    """
    source_choice = choice.source if isinstance(choice, DataChoice) else choice
    if not source_choice:
        raise UserError("No data is chosen yet. Choose a source on the Data page.")
    source = sources.make(source_choice)
    fingerprint = source.fingerprint()
    entry = store.entry_folder(source.to_json(), fingerprint, cache)
    loaded = source.load() if source.drawn else store.read(entry)
    if loaded is None:
        loaded = _build(source.load, entry, progress)
        store.prune(cache)
    if not loaded.count:
        raise UserError(f"{source.title()} holds no items. Choose data with at least one item.")
    fields = loaded.fields
    if isinstance(choice, DataChoice) and choice.fields:
        fields = _with_roles(fields, choice.fields, source.title())
    notes = tuple(loaded.notes)
    return Dataset(fields, loaded.columns, loaded.count, loaded.names, notes, fingerprint, loaded.spans, loaded.groups)


def _build(load: Callable[[Reading], Loaded], entry: Path, progress: Progress | None) -> Loaded:
    with store.Scratch(entry) as scratch:
        reading = Reading(scratch.allocate, progress or (lambda done, total: None))
        loaded = load(reading)
        if scratch.keep(loaded.fields, loaded.columns, loaded):
            return store.read(entry) or load(Reading(progress=reading.progress))
        if any(isinstance(column, np.memmap) for column in loaded.columns.values()):
            # the entry could not be kept and its folder goes: what was mapped there moves into memory
            columns = {name: np.array(column) for name, column in loaded.columns.items()}
            return replace(loaded, columns=columns)
        return loaded


def _with_roles(found: Sequence[Field], wanted: Sequence[Field], title: str) -> tuple[Field, ...]:
    """The fields found, with the roles wanted; `UserError` names everything that no longer matches."""
    now = {one.name: one for one in found}
    problems = []
    fields = []
    for before in wanted:  # in the project's order, in which its table inputs take the columns
        one = now.pop(before.name, None)
        if one is None:
            if before.role != "unused":
                problems.append(f"“{before.name}” is gone")
            continue
        same = (before.kind, before.tensor, before.classes) == (one.kind, one.tensor, one.classes)
        if not same and before.role != "unused":
            problems.append(f"“{one.name}” {_difference(before, one)}")
        fields.append(one.with_role(before.role))
    fields += [one.with_role("unused") for one in now.values()]
    if problems:
        raise UserError(
            f"{title} changed since this project read it: {listed(problems, 'and', 5)}. "
            "Read the data again on the Data page."
        )
    return tuple(fields)


def _difference(before: Field, now: Field) -> str:
    if before.kind != now.kind:
        return f"was read as {before.kind} and is now {now.kind}"
    if before.classes != now.classes:
        gone = [name for name in before.classes if name not in now.classes]
        new = [name for name in now.classes if name not in before.classes]
        if gone or new:
            parts = [f"lost {listed(gone, 'and', 3)}"] if gone else []
            return " and ".join(parts + ([f"gained {listed(new, 'and', 3)}"] if new else []))
        return "has its classes in another order"
    return f"was {before.tensor.words()} and is now {now.tensor.words()}"


def scan(
    source_choice: Mapping[str, Any],
    previous: DataChoice | None = None,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> DataChoice:
    """A project's data choice for a source: its fields with sensible roles, those of `previous` where names match.

    Raises:
        UserError: the source cannot be read.
    """
    dataset = open_dataset(source_choice, cache, progress)
    before = {one.name: one.role for one in previous.fields} if previous is not None else {}
    kept = {one.name for one in dataset.fields} & set(before)
    kept_target = any(before[name] == "target" for name in kept)
    fields = []
    for one in dataset.fields:
        role = before[one.name] if one.name in kept and kept_target else one.role
        if kept_target and one.name not in kept and role == "target":
            role = "input"  # the person's own target stays the only one
        fields.append(one.with_role("unused" if one.kind == "text" else role))
    return replace(previous or DataChoice(), source=dict(source_choice), fields=tuple(fields), count=dataset.count)
