"""Which source reads what a person dropped or chose: told by the kinds of files, and by what stands in a text file."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.data.sources import display, unreadable
from engine.errors import UserError

if TYPE_CHECKING:
    import polars

SOUNDS = (".wav", ".wave")
PICTURES = (".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp")
TABLES = (".csv", ".tsv", ".tab")
TEXTS = (".txt", ".md", ".text")
_SAMPLE_BYTES = 256 * 1024
_SAMPLE_FILES = 2000
_LONG_TEXT = 20
"""From this many letters on, on average, a column holds texts and not names."""


def source_for(path: str) -> dict[str, Any]:
    """A choice for the catalogue of sources, with the path filled in.

    Raises:
        UserError: the file is of no kind that is read.
    """
    place = Path(os.path.expanduser(path))
    name = place.name.lower()
    if place.is_dir():
        return {"type": _of_folder(place), "path": path}
    if name.endswith(SOUNDS):
        return {"type": "SoundFolder", "path": str(place.parent)}
    if name.endswith((".gz", ".idx", "-ubyte")) or "idx" in name:
        return {"type": "IdxFiles", "images": path}
    if name.endswith(TABLES + TEXTS):
        return {"type": _of_text(place), "path": path}
    raise UserError(
        f"{display(place.name)} is of a kind that Lamina does not read. Give a folder of pictures or recordings, a "
        "table (.csv), a text (.txt) or an IDX file."
    )


def _of_folder(place: Path) -> str:
    """Sounds where most of the files that can be read are recordings, else pictures."""
    kinds: Counter[str] = Counter()
    for _, folders, names in os.walk(place):
        folders[:] = sorted(one for one in folders if not one.startswith("."))
        for name in names:
            suffix = os.path.splitext(name)[1].lower()
            kinds["sounds" if suffix in SOUNDS else "pictures" if suffix in PICTURES else "others"] += 1
        if kinds.total() > _SAMPLE_FILES:
            break
    return "SoundFolder" if kinds["sounds"] > kinds["pictures"] else "ImageFolder"


def _of_text(place: Path) -> str:
    from engine.data.table import read_cells

    try:
        with place.open("rb") as file:
            sample = file.read(_SAMPLE_BYTES)
    except OSError as error:
        raise unreadable(place, error) from error
    plain = place.name.lower().endswith(TEXTS)
    if len(sample) == _SAMPLE_BYTES:
        sample = sample[: sample.rfind(b"\n") + 1] or sample
    try:
        frame = read_cells(sample, place.name)[0]
    except UserError:
        return "TextFile" if plain else "TableFile"
    if plain and not _even(sample, len(frame.columns)):
        return "TextFile"
    return _of_table(frame)


def _even(sample: bytes, width: int) -> bool:
    """Whether all lines have the same columns: a table, not a text with some commas."""
    lines = [line for line in sample.splitlines() if line.strip()][:500]
    if width < 2 or len(lines) < 2:
        return False
    signs = max((b"\t", b",", b";", b"|"), key=lambda sign: sum(line.count(sign) >= width - 1 for line in lines))
    return sum(line.count(signs) >= width - 1 for line in lines) >= 0.98 * len(lines)


def _of_table(frame: polars.DataFrame) -> str:
    """Texts with a label, rows in order of time with numbers, or any other table."""
    import polars

    from engine.data.cells import DATE, plain_numbers

    texts = [column for column in frame.iter_columns() if column.dtype == polars.String]
    words = [column for column in texts if not plain_numbers(column)]
    long = [one for one in words if float(one.str.len_chars().mean() or 0) >= _LONG_TEXT]  # type: ignore[arg-type]
    if len(long) == 1 and 2 <= len(frame.columns) <= 3 and long[0].n_unique() > 0.5 * len(frame):
        return "TextTable"
    first = frame.to_series(0)
    dated = len(words) == 1 and words[0].name == first.name and len(frame) > 2 and bool(first.str.contains(DATE).all())
    if dated and len(frame.columns) > 1 and first.n_unique() == len(first) and first.is_sorted():
        return "SeriesTable"
    return "TableFile"
