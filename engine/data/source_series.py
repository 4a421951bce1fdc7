"""Measurements over time in a table: windows of past steps, and a later value as the answer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from engine.data.fields import Field, number, series
from engine.data.sources import Column, Loaded, Reading, Source, display, read_bytes, regular_file, source
from engine.declare import param
from engine.errors import UserError, listed
from engine.params import PathTo

MOST_BYTES = 2 * 2**30
_NOUN = "a table with a row per point in time (.csv, .tsv, .txt)"


@source(
    "Time series", section="Files", keywords="forecast csv sensor steps window weather sales stock", icon="chart-line"
)
class SeriesTable(Source):
    """Reads a table with a row per point in time; from the last rows the network predicts a value further on."""

    family = "series"

    path: Annotated[str, PathTo("file", (".csv", ".tsv", ".tab", ".txt"))] = param(
        default="", label="File", help="The table to read; its rows are in order of time."
    )
    columns: tuple[str, ...] = param(
        default=(), help="The columns that the network reads; none chosen means every column of numbers."
    )
    target: str = param(default="", label="Predicted column", help="The column to predict; empty takes the last one.")
    window: int = param(default=12, min=1, max=100_000, unit="rows", help="How many past rows the network reads.")
    horizon: int = param(
        default=1, min=1, max=100_000, unit="rows", label="Ahead", help="How far after the window the value lies."
    )
    stride: int = param(
        default=1, min=1, max=100_000, unit="rows", help="How far one window begins behind another.", advanced=True
    )
    separator: Literal["auto", "comma", "semicolon", "tab", "bar"] = param(
        default="auto", help="What stands between the columns.", advanced=True
    )
    decimal: Literal["auto", "point", "comma"] = param(
        default="auto", label="Decimal mark", help="Whether one and a half is written 1.5 or 1,5.", advanced=True
    )
    header: Literal["auto", "yes", "no"] = param(
        default="auto", label="First row holds names", help="Whether the first row names the columns.", advanced=True
    )

    def title(self) -> str:
        return display(Path(self.path).name) or self.label

    def fingerprint(self) -> str:
        from engine.data.cache import content_hash

        return content_hash(regular_file(self.path, _NOUN))

    def load(self, reading: Reading | None = None) -> Loaded:
        import numpy as np

        content = read_bytes(regular_file(self.path, _NOUN), MOST_BYTES)
        names, values, labels, notes = self._table(content, self.title())
        chosen = [self._named(name, names) for name in self.columns] or names
        target = self._named(self.target, names) if self.target else chosen[-1]
        read = np.ascontiguousarray(values[:, [names.index(name) for name in chosen]])
        loaded = cut_series(
            read, values[:, names.index(target)], target, self.window, self.horizon, self.stride, labels, self.title()
        )
        gaps = int(np.isnan(read).sum())
        if gaps:
            notes.append(f"{gaps:,} values inside windows are missing; the preparation puts the usual value there.")
        return Loaded(loaded.fields, loaded.columns, loaded.names, notes + loaded.notes, loaded.spans)

    def _named(self, name: str, names: list[str]) -> str:
        if name not in names:
            raise UserError(
                f"{self.title()} has no column of numbers “{name}”. It has {listed(names, 'and')}. Change the columns."
            )
        return name

    def _table(self, content: bytes, title: str) -> tuple[list[str], Column, list[str] | None, list[str]]:
        """The columns of numbers (rows, columns), what the rows are called, and notes."""
        import numpy as np
        import polars

        from engine.data.cells import parse_numbers
        from engine.data.table import read_cells

        frame, _, comma, notes = read_cells(content, title, self.separator, self.decimal, self.header)
        names: list[str] = []
        found: list[Column] = []
        labels: list[str] | None = None
        for column in frame.iter_columns():
            cells = column.str.strip_chars() if column.dtype == polars.String else column
            numbers = parse_numbers(cells, comma) if column.dtype == polars.String else column
            good, there = len(numbers) - numbers.null_count(), len(cells) - cells.null_count()
            if good and good >= 0.9 * there:
                names.append(column.name)
                found.append(numbers.cast(polars.Float32).fill_null(float("nan")).to_numpy())
                if good < there:
                    notes.append(f"“{column.name}”: {there - good:,} cells are no numbers and count as missing.")
            elif labels is None:
                labels = cells.fill_null("").to_list()  # the first column of texts: dates, as a rule
        if not names:
            raise UserError(f"{title} has no column of numbers. Choose a table of measurements.")
        values = np.stack(found, axis=1).astype(np.float32)
        values[~np.isfinite(values)] = np.nan
        return names, values, labels, notes

    def _trained_on(self) -> list[str]:
        """The columns of the table of the training; nothing where it is no longer there."""
        try:
            return self._table(read_bytes(regular_file(self.path, _NOUN), MOST_BYTES), self.title())[0]
        except UserError:
            return []

    def read_item(self, field: Field, value: str) -> Column | None:
        """The last window of another table with the same columns."""
        import numpy as np

        if field.kind != "series":
            return None
        path = regular_file(value, _NOUN)
        name = display(path.name)
        names, values, _, _ = self._table(read_bytes(path, MOST_BYTES), name)
        width = field.tensor.dims[-1]
        wanted = list(self.columns) or self._trained_on() or names
        missing = [one for one in wanted if one not in names]
        if missing or len(wanted) != width:
            needs = listed(wanted, "and") if missing else f"{width} columns of numbers"
            raise UserError(f"{name} does not fit: this model reads {needs}. It has {listed(names, 'and')}.")
        if len(values) < self.window:
            raise UserError(
                f"{name} has {len(values):,} rows; this model reads {self.window:,}. Give at least so many."
            )
        return np.ascontiguousarray(values[-self.window :, [names.index(one) for one in wanted]])


def cut_series(
    values: Column,
    target: Column,
    name: str,
    window: int,
    horizon: int,
    stride: int,
    labels: Sequence[str] | None,
    title: str,
) -> Loaded:
    """Windows of rows (rows, features) with the target's value `horizon` rows behind each."""
    import numpy as np

    from engine.data.windows import Windows, starts_of

    reach = window + horizon
    starts = starts_of(len(values), reach, stride)
    if not len(starts):
        raise UserError(
            f"{title} has {len(values):,} rows, fewer than a window of {window:,} and {horizon:,} ahead. "
            "Make the window shorter, or choose a longer series."
        )
    answers = target[starts + reach - 1].astype(np.float32)
    called = "series" if name != "series" else "window"
    fields = (
        series(called, window, values.shape[1]),
        number(name, "target", int(np.isnan(answers).sum())),
    )
    columns: dict[str, Column] = {called: Windows(values, starts, window), name: answers}  # type: ignore[dict-item]
    names = None if labels is None else [f"{labels[one]}" for one in starts + reach - 1]
    ahead = "one row" if horizon == 1 else f"{horizon:,} rows"
    notes = [f"{len(starts):,} windows of {window:,} rows; “{name}” is its value {ahead} further on."]
    return Loaded(fields, columns, names, notes, np.stack([starts, starts + reach], axis=1))
