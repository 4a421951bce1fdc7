"""What a column of text cells is: numbers, a category, yes or no, free text; and which cells are missing or wrong.

The rules, in this order. A column is *number* when at least 95 % of its cells that are there are numbers, or all but
one of at least six; the rest count as missing and are listed by row. 0 and 1 alone are a *category*, and so are yes and
no. Other texts are a *category* up to 1,000 different values, *text* (shown, never used) above that or when more than
half of the values are different. Numbers that count the rows, or are called id, are left unused.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.data.fields import Field, category, number, text
from engine.data.sources import MOST_NAMED, Column
from engine.errors import listed

if TYPE_CHECKING:
    import polars

MISSING = frozenset(
    [
        "",
        "na",
        "n/a",
        "n.a.",
        "#n/a",
        "<na>",
        "nan",
        "#nan",
        "-nan",
        "null",
        "nil",
        "none",
        "missing",
        "?",
        "-",
        "--",
        ".",
        "#value!",
        "#div/0!",
        "#ref!",
        "#null!",
        "nd",
        "(blank)",
    ]
)
"""Spellings of "not there", in lower case."""
MISSING_EXACT = ("", "NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", "?", "-", "#N/A")
"""The usual spellings, which the reader itself takes out at no cost."""

ENOUGH_NUMBERS = 0.95
MOST_CLASSES = 1000
TEXT_BYTES = 64
_BOOLEANS = (("false", "true"), ("no", "yes"), ("n", "y"), ("f", "t"), ("off", "on"))
_ID_NAME = re.compile(
    r"(?i:(^|[\s_.-])(id|uuid|guid|index|key|nr|no|number|row)$|^unnamed|^column 1$)|[a-z]I[dD]$|^[A-Z]{1,3}ID$"
)
TARGET_NAMES = (
    *("target", "label", "labels", "y", "output", "outcome", "answer", "survived", "diagnosis", "species", "churn"),
    *("price", "quality", "class", "category"),
)
_CLASS_NAMES = ("target", "label", "labels", "class", "y", "category", "outcome", "digit")

_SPACES = "[\\s\u00a0\u202f'’]"
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_COMMA_ALONE = r"^[+-]?\d*,\d+([eE][+-]?\d+)?$"
_THOUSANDS_COMMA = r"^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$"
_THOUSANDS_POINT = r"^[+-]?\d{1,3}(\.\d{3})+(,\d*)?$"
_THOUSANDS_SPACE = rf"^[+-]?\d{{1,3}}({_SPACES}\d{{3}})+([.,]\d*)?$"
DATE = r"^\d{4}[-/.]\d{1,2}([-/.]\d{1,2})?([T ].*)?$|^\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}([T ].*)?$"


@dataclass(frozen=True)
class Rows:
    """Where rows stand in the file: places that were kept, and the number of the first as spreadsheets count."""

    kept: Column
    first: int

    def number(self, place: int) -> int:
        return int(self.kept[place]) + self.first


@dataclass(frozen=True)
class ReadColumn:
    """A column with its type found out."""

    field: Field
    values: Column
    notes: list[str] = dataclasses.field(default_factory=list)


def looks_numeric(cell: str) -> bool:
    """Whether one cell is a number in some spelling."""
    cell = cell.strip()
    return any(
        re.match(one, cell) for one in (_NUMBER, _COMMA_ALONE, _THOUSANDS_COMMA, _THOUSANDS_POINT, _THOUSANDS_SPACE)
    )


def plain_numbers(column: polars.Series) -> bool:
    """Whether all cells of a sample are plain numbers with a decimal point, fit to be read at full speed."""
    import polars

    there = column.drop_nulls()
    return bool(len(there)) and bool(
        there.str.contains(_NUMBER).all()
        and not _leading_zeros(there)
        and there.cast(polars.Float64, strict=False).is_not_null().all()
    )


def _leading_zeros(there: polars.Series) -> bool:
    """01234 is a post code or an article, not a number."""
    return bool(there.str.contains(r"^0\d+$").any())


def decimal_comma(frame: polars.DataFrame) -> bool:
    """Whether the numbers of a table are written 1,5: more cells say so for sure than say the opposite."""
    import polars

    comma = point = 0
    for column in frame.iter_columns():
        if column.dtype == polars.String:
            some = column.head(2000).drop_nulls().str.strip_chars()
            sure_comma = r"^[+-]?\d{1,3}(\.\d{3})+,\d+$|^[+-]?\d*,(\d{1,2}|\d{4,})$|^[+-]?(0|\d{4,}),\d+$"
            sure_point = r"^[+-]?\d{1,3}(,\d{3})+\.\d+$|^[+-]?\d*\.(\d{1,2}|\d{4,})$|^[+-]?(0|\d{4,})\.\d+$"
            comma += int(some.str.contains(sure_comma).sum())
            point += int(some.str.contains(sure_point).sum())
    return comma > point


def read_column(column: polars.Series, rows: Rows, comma: bool, as_category: bool) -> ReadColumn | None:
    """The type and values of one column; None for one without name or content, as trailing separators make."""
    import polars

    name = column.name
    if column.dtype != polars.String:
        return _numbers(name, column.to_numpy(), None, rows, as_category)
    cells = column.str.strip_chars()
    cells = cells.set(cells.str.to_lowercase().is_in(list(MISSING)), None) if len(cells) else cells
    there = cells.drop_nulls()
    if not len(there):
        if re.fullmatch(r"column \d+", name):
            return None
        values = np.full(len(cells), np.nan, np.float32)
        return ReadColumn(number(name, "unused", len(cells)), values, [f"“{name}” is empty and is left unused."])
    numbers = parse_numbers(cells, comma)
    good, bad = int(numbers.is_not_null().sum()), int((numbers.is_null() & cells.is_not_null()).sum())
    if good and not _leading_zeros(there) and (good >= ENOUGH_NUMBERS * len(there) or (bad == 1 and good >= 5)):
        values = numbers.cast(polars.Float32).to_numpy()
        return _numbers(name, values, cells if bad else None, rows, as_category)
    return _texts(name, cells, numbers if good * 2 >= len(there) else None, rows)


def parse_numbers(cells: polars.Series, comma: bool) -> polars.Series:
    """Cells as float64, null where a cell is no number. Thousands separators are taken out."""
    import polars

    flat = cells.str.replace_all(_SPACES, "")
    spaced = cells.str.contains(_THOUSANDS_SPACE)
    cells = polars.select(polars.when(spaced).then(flat).otherwise(cells)).to_series()
    if comma:
        swapped = cells.str.replace_all(".", "", literal=True).str.replace_all(",", ".", literal=True)
        fits = cells.str.contains(f"{_THOUSANDS_POINT}|{_COMMA_ALONE}")
    else:
        swapped = cells.str.replace_all(",", "", literal=True)
        fits = cells.str.contains(_THOUSANDS_COMMA)
    cells = polars.select(polars.when(fits).then(swapped).otherwise(cells)).to_series()
    numbers = cells.cast(polars.Float64, strict=False)
    usable = cells.str.contains(_NUMBER) & (numbers.abs() <= float(np.finfo(np.float32).max))
    return polars.select(polars.when(usable).then(numbers).otherwise(None)).to_series()


# ---- numbers -----------------------------------------------------------------------------------------------------


def _numbers(name: str, values: Column, cells: polars.Series | None, rows: Rows, as_category: bool) -> ReadColumn:
    values = np.array(values, np.float32)
    values[~np.isfinite(values)] = np.nan
    missing = np.isnan(values)
    there = values[~missing]
    notes = _bad_cells(name, missing, cells, rows) if cells is not None else []
    if not len(there):
        return ReadColumn(number(name, "unused", len(values)), values, [f"“{name}” is empty and is left unused."])
    whole = bool((there == np.round(there)).all())
    if as_category or (
        whole
        and set(np.unique(there[:1000])) <= {0.0, 1.0}
        and len(different := np.unique(there)) == 2
        and different[1] == 1.0
        and different[0] == 0.0
    ):
        return _number_classes(name, values, missing, notes)
    made = number(name, missing=int(missing.sum()))
    if whole and not made.missing and _counts_rows(name, there):
        notes.append(f"“{name}” only numbers the rows and is left unused.")
        made = made.with_role("unused")
    return ReadColumn(made, values, notes)


def _bad_cells(name: str, missing: Column, cells: polars.Series, rows: Rows) -> list[str]:
    places = np.flatnonzero(missing & cells.is_not_null().to_numpy())
    if not len(places):
        return []
    named = [f"“{_short(str(cells[int(place)]))}” in row {rows.number(int(place)):,}" for place in places]
    what = "1 cell is no number and counts" if len(places) == 1 else f"{len(places):,} cells are no numbers and count"
    return [f"“{name}”: {what} as missing: {listed(named, 'and', MOST_NAMED)}."]


def _short(cell: str) -> str:
    cell = " ".join(cell.split())
    return cell if len(cell) <= 30 else f"{cell[:29]}…"


def _counts_rows(name: str, values: Column) -> bool:
    if len(values) < 10:
        return False
    steps = np.diff(values)
    if values[0] in (0, 1) and bool((steps == 1).all()):
        return True
    return bool(_ID_NAME.search(name)) and len(np.unique(values)) == len(values)


def _number_classes(name: str, values: Column, missing: Column, notes: list[str]) -> ReadColumn:
    different = np.unique(values[~missing])
    if len(different) > MOST_CLASSES:
        notes = [*notes, f"“{name}” has {len(different):,} different values, too many for classes, and stays a number."]
        return ReadColumn(number(name, missing=int(missing.sum())), values, notes)
    codes = np.searchsorted(different, values).astype(np.int64)
    codes[missing] = -1
    return ReadColumn(
        category(name, tuple(f"{value:g}" for value in different), missing=int(missing.sum())), codes, notes
    )


# ---- texts -------------------------------------------------------------------------------------------------------


def _texts(name: str, cells: polars.Series, numbers: polars.Series | None, rows: Rows) -> ReadColumn:
    import polars

    there = cells.drop_nulls()
    missing = len(cells) - len(there)
    boolean = _boolean(cells)
    if boolean is not None:
        return ReadColumn(category(name, boolean[0], missing=missing), boolean[1])
    different = there.unique().sort()
    notes = []
    if numbers is not None:
        odd = np.flatnonzero((numbers.is_null() & cells.is_not_null()).to_numpy())
        named = [f"“{_short(str(cells[int(place)]))}” in row {rows.number(int(place)):,}" for place in odd]
        if named:
            holds = f"{len(named):,} texts, such as" if len(named) > 1 else "1 text,"
            notes.append(
                f"“{name}” is mostly numbers but holds {holds} {listed(named, 'and', 3)}, so it "
                "is read as text. Correct or empty these cells to use its numbers."
            )
    if len(different) > MOST_CLASSES or (len(different) > 20 and len(different) * 2 > len(there)):
        return ReadColumn(text(name, missing), _bytes(cells), [*notes, _why_unused(name, there, len(different))])
    codes = cells.cast(polars.Enum(different)).to_physical().cast(polars.Int64).fill_null(-1).to_numpy()
    classes = tuple(str(one)[:TEXT_BYTES] for one in different)
    if len(set(classes)) < len(classes):  # long texts that only differ at their end
        return ReadColumn(text(name, missing), _bytes(cells), [*notes, _why_unused(name, there, len(different))])
    return ReadColumn(category(name, classes, missing=missing), np.array(codes), notes)


def _boolean(cells: polars.Series) -> tuple[tuple[str, str], Column] | None:
    import polars

    lower = cells.str.to_lowercase()
    different = set(lower.drop_nulls().unique().to_list())
    for pair in _BOOLEANS:
        if different == set(pair):
            codes = lower.cast(polars.Enum(list(pair))).to_physical().cast(polars.Int64).fill_null(-1).to_numpy()
            return pair, np.array(codes)
    return None


def _bytes(cells: polars.Series) -> Column:
    short = [cell.encode()[:TEXT_BYTES] for cell in cells.fill_null("").to_list()]
    return np.array(short, f"S{TEXT_BYTES}")


def _why_unused(name: str, there: polars.Series, different: int) -> str:
    if bool(there.head(1000).str.contains(DATE).all()):
        return f"“{name}” holds dates; the model does not read them, so it is left unused."
    if different == len(there):
        return f"“{name}” is different in every row, like a name or an id, and is left unused."
    return f"“{name}” is free text ({different:,} different values) and is left unused."


# ---- the target --------------------------------------------------------------------------------------------------


def choose_target(
    fields: list[Field], columns: dict[str, Column], notes: list[str]
) -> tuple[list[Field], dict[str, Column]]:
    """Make one column the target: the one with a telling name, else the last that is used."""
    usable = [one for one in fields if one.role == "input"]
    if not usable:
        return fields, columns
    by_name = {one.name.strip().lower(): one for one in reversed(usable)}
    if "x" in by_name:
        by_name.pop("y", None)  # measures or places, not an answer
    chosen = next((by_name[name] for name in TARGET_NAMES if name in by_name), usable[-1])
    made = chosen.with_role("target")
    values = columns[chosen.name]
    if chosen.kind == "number" and chosen.name.strip().lower() in _CLASS_NAMES and _few_classes(values):
        read = _number_classes(chosen.name, values, np.isnan(values), [])
        made, values = read.field.with_role("target"), read.values
        notes.append(f"“{chosen.name}” holds {len(made.classes)} different whole numbers and is read as classes.")
    return [made if one is chosen else one for one in fields], {**columns, chosen.name: values}


def _few_classes(values: Column) -> bool:
    there = values[~np.isnan(values)]
    different = np.unique(there)
    return bool((there == np.round(there)).all()) and len(different) <= 20 and len(different) * 5 <= len(there)
