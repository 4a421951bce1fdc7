"""Tables in text files: CSV, TSV and their relatives."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from engine.data.sources import Loaded, Reading, Source, display, read_bytes, regular_file, source
from engine.declare import param
from engine.params import PathTo

MOST_BYTES = 4 * 2**30
_NOUN = "a table as a text file (.csv, .tsv, .txt)"


@source("Table file", section="Files", keywords="csv tsv text spreadsheet excel columns rows", icon="table")
class TableFile(Source):
    """Reads a table from a text file: a row per item, columns separated by commas, semicolons or tabs."""

    path: Annotated[str, PathTo("file", (".csv", ".tsv", ".tab", ".txt"))] = param(
        default="", label="File", help="The table to read."
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
    categories: tuple[str, ...] = param(
        default=(),
        label="Numbers that are classes",
        help="Columns of numbers that stand for choices, such as 1, 2 and 3 for kinds of ticket.",
        advanced=True,
    )

    def title(self) -> str:
        return display(Path(self.path).name) or self.label

    def fingerprint(self) -> str:
        from engine.data.cache import content_hash

        return content_hash(regular_file(self.path, _NOUN))

    def load(self, reading: Reading | None = None) -> Loaded:
        from engine.data.table import read_table

        path = regular_file(self.path, _NOUN)
        content = read_bytes(path, MOST_BYTES)
        return read_table(content, self.title(), self.separator, self.decimal, self.header, self.categories)
