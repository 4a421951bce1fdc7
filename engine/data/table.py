"""Reading text tables: encoding, separator, quotes and header are found out, then polars reads all cells at once."""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from engine.data import cells
from engine.data.fields import Field
from engine.data.sources import MOST_NAMED, Column, Loaded
from engine.errors import UserError, listed

if TYPE_CHECKING:
    import polars

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
MOST_COLUMNS = 10_000
_SAMPLE_BYTES = 256 * 1024
_SAMPLE_ROWS = 2000
_LONGEST_NAME = 200


@dataclass(frozen=True)
class Layout:
    """How a text table is written."""

    name: str
    separator: str
    quote: str | None
    header: bool
    columns: tuple[str, ...]


def read_table(
    content: bytes,
    name: str,
    separator: str = "auto",
    decimal: str = "auto",
    header: str = "auto",
    categories: Sequence[str] = (),
) -> Loaded:
    """The columns of a text table; the settings are those of `TableFile`.

    Raises:
        UserError: it is no text, has no rows, or rows do not fit the columns.
    """
    frame, rows, comma, notes = read_cells(content, name, separator, decimal, header)
    unknown = [one for one in categories if one not in frame.columns]
    if unknown:
        raise UserError(
            f"{name} has no column “{listed(unknown, 'and')}”. It has {listed(frame.columns, 'and')}. "
            "Change “Numbers that are classes”."
        )
    found = [cells.read_column(frame[one], rows, comma, one in categories) for one in frame.columns]
    fields: list[Field] = []
    columns: dict[str, Column] = {}
    for one in found:
        if one is not None:
            fields.append(one.field)
            columns[one.field.name] = one.values
            notes += one.notes
    if not fields:
        raise UserError(f"{name} has no column with anything in it. Choose a file with data.")
    fields, columns = cells.choose_target(fields, columns, notes)
    return Loaded(tuple(fields), columns, None, notes)


def read_cells(
    content: bytes, name: str, separator: str = "auto", decimal: str = "auto", header: str = "auto"
) -> tuple[polars.DataFrame, cells.Rows, bool, list[str]]:
    """All cells of a text table, where its rows stand, whether numbers are written 1,5, and notes for people."""
    content, notes = to_utf8(content, name)
    layout = find_layout(content, name, separator, header)
    frame, rows = _frame(content, layout, decimal)
    dropped = int(rows.kept[-1]) + 1 - len(rows.kept)
    if dropped:
        notes.append(f"{dropped:,} empty row{'s are' if dropped > 1 else ' is'} left out.")
    comma = decimal == "comma" or (decimal == "auto" and cells.decimal_comma(frame))
    return frame, rows, comma, notes


# ---- text --------------------------------------------------------------------------------------------------------


def to_utf8(content: bytes, name: str) -> tuple[bytes, list[str]]:
    """The text as UTF-8 without a mark at its beginning, and a note where the encoding had to be guessed."""
    if not content.strip():
        raise UserError(f"{name} is empty. Choose a file with a table.")
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if content.startswith(mark):
            try:
                return content.decode(encoding).encode(), []
            except UnicodeError:
                raise _no_text(name) from None
    content = content.removeprefix(codecs.BOM_UTF8)
    if b"\0" in content[: 2**20] or content.startswith((b"PK\3\4", b"%PDF", b"\xd0\xcf\x11\xe0", b"PAR1")):
        raise _no_text(name)
    if b"\n" not in content:
        content = content.replace(b"\r", b"\n")  # as old Macs end their lines
    if content[:1] in b"\r\n" or content.endswith((b"\n\n", b"\n\r\n")):
        content = content.strip(b"\r\n")
    if content.isascii() or _is_utf8(content):
        return content, []
    try:
        return content.decode("cp1252").encode(), [
            f"{name} is not in UTF-8; its text was read as Western (Windows-1252)."
        ]
    except UnicodeError:
        return content.decode("latin-1").encode(), [f"{name} is not in UTF-8; its text was read as Latin-1."]


def _no_text(name: str) -> UserError:
    return UserError(
        f"{name} is no text file. Save the table as CSV (in a spreadsheet: File, Save as, CSV UTF-8) and choose that."
    )


def _is_utf8(content: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(content), 2**24):
            decoder.decode(content[start : start + 2**24])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


# ---- layout ------------------------------------------------------------------------------------------------------


def find_layout(content: bytes, name: str, separator: str = "auto", header: str = "auto") -> Layout:
    """Separator, quotes, header and names of the columns, found out from the beginning of the text."""
    lines = _first_lines(content)
    sign = SEPARATORS[separator] if separator != "auto" else _sniff(lines)
    quote = _quote(content[: 2**23], sign)
    rows = [row for row in _parse(lines, sign, quote) if any(cell.strip() for cell in row)]
    if not rows:
        raise UserError(f"{name} has no rows. Choose a file with a table.")
    width = Counter(len(row) for row in rows[1:] or rows).most_common(1)[0][0]
    named = header == "yes" or (header == "auto" and _has_header(rows))
    first = rows[0] if named else []
    if named and len(rows) == 1:
        raise UserError(f"{name} holds a row of column names and nothing below. Choose a file with data.")
    if len(first) == width - 1:
        first = ["row", *first]  # as R writes tables: the names of the rows have no heading
    width = max(width, len(first))
    if width > MOST_COLUMNS:
        raise UserError(f"{name} has {width:,} columns, more than the {MOST_COLUMNS:,} that Lamina reads.")
    return Layout(name, sign, quote, named, _names(first, width))


def _first_lines(content: bytes) -> list[str]:
    lines = content[:_SAMPLE_BYTES].decode("utf-8", "ignore").replace("\r\n", "\n").split("\n")
    if len(content) > _SAMPLE_BYTES and len(lines) > 1:
        lines.pop()  # probably cut in the middle
    return lines


def _parse(lines: list[str], sign: str, quote: str | None) -> list[list[str]]:
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE
    rows: list[list[str]] = []
    reader = csv.reader([f"{line}\n" for line in lines], delimiter=sign, quotechar=quote or '"', quoting=quoting)
    with contextlib.suppress(csv.Error):  # a cell longer than the csv module takes: what was read is sample enough
        rows.extend(reader)
    return [[cell.rstrip("\n") if not quote else cell for cell in row] for row in rows]


def _sniff(lines: list[str]) -> str:
    """The separator that gives most rows the same, largest number of columns."""
    best, best_score = ",", (0.0, 0)
    for sign in SEPARATORS.values():
        rows = [len(row) for row in _parse(lines[:200], sign, '"') if row]
        width, often = Counter(rows).most_common(1)[0] if rows else (1, 0)
        score = (often / len(rows) if width > 1 else 0.0, width)
        if score > best_score:
            best, best_score = sign, score
    return best


def _quote(content: bytes, sign: str) -> str | None:
    """The quotation mark, None where the text uses it as a plain letter: free text between tabs often does."""
    if sign != "\t":
        return '"'
    for line in content.splitlines():
        if b'"' in line:
            for cell in line.split(b"\t"):
                if cell.startswith(b'"') and (len(cell) < 2 or not cell.endswith(b'"') or cell.count(b'"') % 2):
                    return None
    return '"'


def _has_header(rows: list[list[str]]) -> bool:
    """Names are no numbers; they stand above numbers, or are texts that do not occur again below."""
    first, below = [cell.strip() for cell in rows[0]], rows[1:200]
    if any(cells.looks_numeric(cell) or (cell and cell.lower() in cells.MISSING) for cell in first):
        return False
    columns = [[row[place].strip() for row in below if place < len(row)] for place in range(len(first))]
    if any(column and all(map(cells.looks_numeric, filter(None, column))) and any(column) for column in columns):
        return True
    named = [cell for cell in first if cell]
    return len(set(named)) == len(named) and not any(
        cell and cell in column for cell, column in zip(first, columns, strict=True)
    )


def _names(first: Sequence[str], width: int) -> tuple[str, ...]:
    """Names of all columns, made unique, without line breaks."""
    found: list[str] = []
    taken: set[str] = set()
    for place in range(width):
        plain = " ".join(re.sub(r"[\x00-\x1f\x7f]", " ", first[place]).split()) if place < len(first) else ""
        name = made = plain[:_LONGEST_NAME] or f"column {place + 1}"
        number = 2
        while made in taken:
            made, number = f"{name} {number}", number + 1
        taken.add(made)
        found.append(made)
    return tuple(found)


# ---- cells -------------------------------------------------------------------------------------------------------


def _frame(content: bytes, layout: Layout, decimal: str) -> tuple[polars.DataFrame, cells.Rows]:
    """All cells: columns that look like plain numbers at once as such, the others as text."""
    import polars

    head = _read(content, layout, {}, _SAMPLE_ROWS)
    plain = (
        {} if decimal == "comma" else {one: polars.Float32 for one in layout.columns if cells.plain_numbers(head[one])}
    )
    try:
        frame = _read(content, layout, plain, None)
    except UserError:
        if not plain:
            raise
        frame = _read(content, layout, {}, None)  # further down is a cell that is no number
    empty = frame.select(polars.all_horizontal(polars.all().is_null())).to_series()
    keep = (~empty).arg_true().to_numpy()
    if not len(keep):
        raise UserError(f"{layout.name} has no rows with anything in them. Choose a file with data.")
    first = 2 if layout.header else 1
    return (frame if len(keep) == len(frame) else frame.filter(~empty)), cells.Rows(keep, first)


def _read(content: bytes, layout: Layout, types: dict[str, Any], rows: int | None) -> polars.DataFrame:
    import polars

    def call(quote: str | None) -> polars.DataFrame:
        return polars.read_csv(
            io.BytesIO(content),
            has_header=False,
            skip_rows=1 if layout.header else 0,
            schema={one: types.get(one, polars.String) for one in layout.columns},
            separator=layout.separator,
            quote_char=quote,
            null_values=list(cells.MISSING_EXACT),
            n_rows=rows,
            raise_if_empty=False,
        )

    try:
        return call(layout.quote)
    except polars.exceptions.PolarsError as error:
        if types:
            raise UserError("some cells are no numbers") from error
        _refuse_long_rows(content, layout)
        raise UserError(
            f"{layout.name} cannot be read as a table: its quotation marks or rows are damaged. "
            "Open it in a spreadsheet and save it as CSV again.",
            str(error),
        ) from error


def _refuse_long_rows(content: bytes, layout: Layout) -> None:
    width = len(layout.columns)
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if layout.quote else csv.QUOTE_NONE
    lines = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8", errors="replace", newline="")
    reader = csv.reader(lines, delimiter=layout.separator, quoting=quoting)
    try:
        long = [f"row {reader.line_num:,} has {len(row):,}" for row in reader if len(row) > width]
    except csv.Error as error:
        raise UserError(f"{layout.name} is damaged near row {reader.line_num:,}: {error}. Mend that row.") from error
    if long:
        sign = next(word for word, sign in SEPARATORS.items() if sign == layout.separator)
        raise UserError(
            f"{layout.name} has {width:,} columns, but {listed(long, 'and', MOST_NAMED)}. Put texts that hold a {sign} "
            "in quotation marks, or choose another separator."
        )
