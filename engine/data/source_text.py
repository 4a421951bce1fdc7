"""One long text, for language models: windows of it, and the same one step further on as the answer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from engine.data.fields import Field, tokens
from engine.data.sources import Column, Loaded, Reading, Source, display, read_bytes, regular_file, source
from engine.declare import param
from engine.errors import UserError
from engine.params import PathTo

MOST_BYTES = 512 * 2**20
_NOUN = "a text file (.txt, .md)"


@source("Text file", section="Files", keywords="txt language model gpt characters words next book", icon="file-text")
class TextFile(Source):
    """Reads one long text in windows; the answer is the same window one step on, so a network learns to write."""

    family = "text"

    path: Annotated[str, PathTo("file", (".txt", ".md", ".text"))] = param(
        default="", label="File", help="The text to read."
    )
    unit: Literal["characters", "words"] = param(
        default="characters", help="Whether the network reads and writes characters or whole words."
    )
    length: int = param(
        default=64, min=1, max=100_000, label="Window", help="How many characters or words it reads at once."
    )
    stride: int | None = param(
        default=None,
        min=1,
        max=100_000,
        none="as long as the window",
        help="How far one window begins behind another; smaller than the window makes them overlap.",
        advanced=True,
    )
    vocabulary: int = param(
        default=5000,
        min=10,
        max=200_000,
        shown_if=("unit", ("words",)),
        help="How many different words are told apart; rarer ones all become the unknown word.",
    )

    def title(self) -> str:
        return display(Path(self.path).name) or self.label

    def fingerprint(self) -> str:
        from engine.data.cache import content_hash

        return content_hash(regular_file(self.path, _NOUN))

    def load(self, reading: Reading | None = None) -> Loaded:
        import numpy as np

        from engine.data.table import to_utf8
        from engine.data.windows import Windows, starts_of

        content, notes = to_utf8(read_bytes(regular_file(self.path, _NOUN), MOST_BYTES), self.title())
        text = content.decode().replace("\r\n", "\n")
        classes, ids = self._ids(text)
        starts = starts_of(len(ids), self.length + 1, self.stride or self.length)
        if not len(starts):
            raise UserError(
                f"{self.title()} has {len(ids):,} {self.unit}, fewer than a window of {self.length:,} and the one that "
                "follows it. Make the window shorter, or choose a longer text."
            )
        notes.append(f"{len(ids):,} {self.unit}, {len(classes):,} different ones; {len(starts):,} windows.")
        spans = np.stack([starts, starts + self.length + 1], axis=1)
        # both read the same array, the answer one step further on
        columns: dict[str, Column] = {
            "text": Windows(ids, starts, self.length, "int64"),  # type: ignore[dict-item]
            "next": Windows(ids, starts + 1, self.length, "int64"),  # type: ignore[dict-item]
        }
        fields = (tokens("text", self.length, classes), tokens("next", self.length, classes, "target"))
        return Loaded(fields, columns, None, notes, spans)

    def _ids(self, text: str) -> tuple[tuple[str, ...], Column]:
        """The vocabulary, and the text as the smallest whole numbers that hold it."""
        import numpy as np

        from engine.data.vocabulary import UNKNOWN, cut, encode, places_of, vocabulary

        if self.unit == "characters":
            points = np.frombuffer(text.encode("utf-32-le"), np.uint32)
            present = np.flatnonzero(np.bincount(points))
            table = np.zeros(int(present[-1]) + 1, np.min_scalar_type(len(present)))
            table[present] = np.arange(len(present))
            return tuple(chr(point) for point in present), table[points]
        from collections import Counter

        words = cut(text, "words")
        classes = vocabulary(Counter(words), self.vocabulary - 1, (UNKNOWN,))
        return classes, np.array(encode(words, places_of(classes)), np.min_scalar_type(len(classes)))

    def reads(self, field: Field) -> dict[str, Any] | None:
        """The last window of a text. A shorter one gets line breaks or spaces in front."""
        from engine.data.item_text import text_plan

        return text_plan(self.unit, self.length, keeps="end") if field.kind == "tokens" else None
