"""Many short texts with a label each: messages, reviews, titles, in a table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from engine.data.fields import Field, tokens
from engine.data.sources import Column, Loaded, Reading, Source, display, read_bytes, regular_file, source
from engine.declare import param
from engine.errors import UserError, listed
from engine.params import PathTo

if TYPE_CHECKING:
    import polars

    from engine.data.cells import ReadColumn

MOST_BYTES = 2**30
_NOUN = "a table of texts (.csv, .tsv, .txt)"


@source(
    "Table of texts", section="Files", keywords="messages reviews spam sentiment classification nlp", icon="file-text"
)
class TextTable(Source):
    """Reads a table with a text and a label in each row; every text becomes a list of numbered words of one length."""

    family = "text"

    path: Annotated[str, PathTo("file", (".csv", ".tsv", ".tab", ".txt"))] = param(
        default="", label="File", help="The table to read."
    )
    text: str = param(
        default="", label="Text column", help="The column with the texts; empty takes the one with the longest."
    )
    label_column: str = param(
        default="", label="Label column", help="The column with the answers; empty takes the most likely one."
    )
    unit: Literal["words", "characters"] = param(
        default="words", help="Whether a text is cut into words or characters."
    )
    length: int = param(default=40, min=1, max=100_000, help="Longer texts lose their end, shorter ones are filled up.")
    vocabulary: int = param(
        default=5000,
        min=10,
        max=200_000,
        help="How many different words are told apart; rarer ones all become the unknown word.",
    )
    lowercase: bool = param(default=True, label="Ignore capitals", help="Whether “Free” and “free” are one word.")
    separator: Literal["auto", "comma", "semicolon", "tab", "bar"] = param(
        default="auto", help="What stands between the columns.", advanced=True
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

        from engine.data.cells import TEXT_BYTES, read_column
        from engine.data.table import read_cells

        content = read_bytes(regular_file(self.path, _NOUN), MOST_BYTES)
        frame, rows, comma, notes = read_cells(content, self.title(), self.separator, "auto", self.header)
        text = self._column(self.text, frame.columns, "Text column") or _longest(frame)
        others = [name for name in frame.columns if name != text]
        wanted = self._column(self.label_column, others, "Label column")
        found = [read_column(frame[name], rows, comma, False) for name in ([wanted] if wanted else others)]
        label = _label([one for one in found if one is not None and one.field.kind in ("category", "number")])
        if wanted and label is None:
            raise UserError(f"“{wanted}” holds no classes and no numbers. Choose another label column.")
        texts = frame[text].cast(str).fill_null("").to_list()
        field, ids = self._ids(_name(text, "text"), texts, notes)
        fields, columns = [field], {field.name: ids}
        if label is not None:
            name = _name(label.field.name, "label")
            name = f"{name} label" if name == field.name else name
            fields.append(Field(**{**vars(label.field), "name": name, "role": "target"}))
            columns[name] = label.values
            notes += label.notes
        left = [name for name in others if label is None or name != label.field.name]
        if left:
            notes.append(
                f"{listed([f'“{name}”' for name in left], 'and', 5)} {'is' if len(left) == 1 else 'are'} left out."
            )
        names = [" ".join(one[:TEXT_BYTES].split()) or "empty" for one in texts]
        # the same text in training and test would be an answer known beforehand
        _, groups = np.unique(ids, axis=0, return_inverse=True)
        again = len(groups) - len(np.unique(groups))
        if again:
            notes.append(f"Texts that repeat another: {again:,}. The same text is always in one part only.")
        return Loaded(tuple(fields), columns, names, notes, groups=groups.ravel().astype(np.int64) if again else None)

    def _column(self, name: str, names: list[str], setting: str) -> str:
        if name and name not in names:
            raise UserError(
                f"{self.title()} has no column “{name}”. It has {listed(names, 'and')}. Change “{setting}”."
            )
        return name

    def _ids(self, name: str, texts: list[str], notes: list[str]) -> tuple[Field, Column]:
        from collections import Counter

        import numpy as np

        from engine.data.vocabulary import PADDING, UNKNOWN, cut, places_of, vocabulary

        cuts = [cut(one, self.unit, self.lowercase) for one in texts]
        counts = Counter(token for one in cuts for token in one)
        if not counts:
            raise UserError(f"“{name}” of {self.title()} holds no text. Choose another text column.")
        classes = vocabulary(counts, self.vocabulary - 2, (PADDING, UNKNOWN))
        places = places_of(classes)
        ids = np.zeros((len(cuts), self.length), np.int64)
        for row, one in enumerate(cuts):
            part = [places.get(token, 1) for token in one[: self.length]]
            ids[row, : len(part)] = part
        long = sum(len(one) > self.length for one in cuts)
        kept = "all are in the vocabulary" if len(counts) <= len(classes) - 2 else f"{len(classes) - 2:,} are kept"
        notes.append(f"{len(counts):,} different {self.unit} occur; {kept}.")
        if long:
            notes.append(f"Texts longer than {self.length:,} {self.unit} lose their end: {long:,} of {len(texts):,}.")
        return tokens(name, self.length, classes), ids

    def reads(self, field: Field) -> dict[str, Any] | None:
        from engine.data.item_text import text_plan

        return text_plan(self.unit, self.length, self.lowercase, empty=True) if field.kind == "tokens" else None


def _name(column: str, usual: str) -> str:
    """A column without a heading is called by what it holds."""
    return usual if column.startswith("column ") and column[7:].isdigit() else column


def _longest(frame: polars.DataFrame) -> str:
    """The column with the longest texts on average."""
    import polars

    lengths = {
        column.name: float(column.drop_nulls().str.len_chars().mean() or 0)  # type: ignore[arg-type]
        for column in frame.iter_columns()
        if column.dtype == polars.String
    }
    if not lengths:
        raise UserError("The table holds numbers only. Choose “Table file” for it, or a table with texts.")
    return max(lengths, key=lambda name: lengths[name])


def _label(found: list[ReadColumn]) -> ReadColumn | None:
    """The column with the answers: one with a telling name, else the first with classes, else the first."""
    from engine.data.cells import TARGET_NAMES

    telling = [one for one in found if one.field.name.strip().lower() in TARGET_NAMES]
    classes = [one for one in found if one.field.kind == "category"]
    return next(iter(telling + classes + found), None)
