"""Pairs of sequences, for networks that read one and write another: number words, and lists to reorder."""

from __future__ import annotations

from typing import Any, Literal

from engine.data.fields import Field, tokens
from engine.data.generated import SECTION, Generated
from engine.data.sources import Loaded, Reading, source
from engine.declare import param
from engine.errors import UserError

_ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ["-", "-", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_LARGEST = 999_999
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@source(
    "Sequence pairs", section=SECTION, keywords="seq2seq translation copy reverse sort number words", icon="file-text"
)
class SequencePairs(Generated):
    """Made-up pairs of sequences, one to read and one to write: number words and digits, or letters to reorder."""

    family = "text"

    task: Literal["number words", "spelled out", "reverse", "copy", "sort"] = param(
        default="number words",
        choices=(
            ("number words", "Words to digits: four hundred twelve → 412"),
            ("spelled out", "Digits to words: 412 → four hundred twelve"),
            ("reverse", "Letters in reverse"),
            ("copy", "The same letters again"),
            ("sort", "Letters in order of the alphabet"),
        ),
        help="What turns the first sequence into the second.",
    )
    items: int = param(default=4000, min=10, max=500_000, help="How many pairs are made; no two are the same.")
    length: int = param(
        default=8,
        min=2,
        max=200,
        label="Longest list",
        shown_if=("task", ("reverse", "copy", "sort")),
        help="The most letters that a list has; it has at least two.",
    )

    def load(self, reading: Reading | None = None) -> Loaded:
        import numpy as np

        from engine.data.vocabulary import BEGIN, END, PADDING, encode

        pairs = self._numbers() if self._of_numbers() else self._lists()
        special = (PADDING, BEGIN, END)
        reads = (PADDING, *sorted({token for one, _ in pairs for token in one}))
        writes = (*special, *sorted({token for _, one in pairs for token in one}))
        wide, far = max(len(one) for one, _ in pairs), max(len(one) for _, one in pairs) + 1
        columns = {
            "source": np.zeros((len(pairs), wide), np.int64),
            "answer": np.zeros((len(pairs), far), np.int64),
            "next": np.zeros((len(pairs), far), np.int64),
        }
        for row, (one, other) in enumerate(pairs):
            said = encode(other, writes)
            columns["source"][row, : len(one)] = encode(one, reads)
            columns["answer"][row, : len(said) + 1] = [1, *said]
            columns["next"][row, : len(said) + 1] = [*said, 2]
        fields = (
            tokens("source", wide, reads),
            tokens("answer", far, writes),
            tokens("next", far, writes, "target"),
        )
        note = "“answer” begins with <begin> and is what was written so far; “next” is what follows at each step."
        return Loaded(fields, columns, None, [note])

    def _of_numbers(self) -> bool:
        return self.task in ("number words", "spelled out")

    def _numbers(self) -> list[tuple[list[str], list[str]]]:
        """Numbers of all lengths, short ones as likely as long ones as far as there are enough."""
        random = self._random()
        found: dict[int, None] = {}
        while len(found) < self.items:
            most = 10 ** random.integers(2, 7, 4 * self.items)
            found.update(dict.fromkeys((random.random(len(most)) * most).astype(int).tolist()))
        numbers = list(found)[: self.items]
        pairs = [(number_words(one), list(str(one))) for one in numbers]
        return pairs if self.task == "number words" else [(digits, words) for words, digits in pairs]

    def _lists(self) -> list[tuple[list[str], list[str]]]:
        letters = _LETTERS[:12]
        most = sum(len(letters) ** size for size in range(2, min(self.length, 6) + 1))
        if self.items > most // 2:
            raise UserError(
                f"There are only {most:,} different lists of up to {self.length} letters, and {self.items:,} are asked "
                "for. Make fewer items, or longer lists."
            )
        random = self._random()
        found: dict[str, None] = {}
        while len(found) < self.items:
            sizes = random.integers(2, self.length + 1, self.items)
            drawn = random.integers(0, len(letters), (self.items, self.length))
            rows = zip(drawn.tolist(), sizes.tolist(), strict=True)
            found.update(dict.fromkeys("".join(letters[one] for one in row[:size]) for row, size in rows))
        lists = [list(one) for one in list(found)[: self.items]]
        if self.task == "copy":
            return [(one, one) for one in lists]
        return [(one, sorted(one) if self.task == "sort" else one[::-1]) for one in lists]

    def reads(self, field: Field) -> dict[str, Any] | None:
        """Words or digits to read; of the answer what is written so far."""
        from engine.data.item_text import text_plan
        from engine.data.vocabulary import BEGIN

        if field.kind != "tokens":
            return None
        words = self._of_numbers() and (self.task == "number words") == (field.name == "source")
        length: int = field.tensor.dims[0]  # type: ignore[assignment]
        more: dict[str, Any] = {"empty": True, "numerals": self._of_numbers()}
        if BEGIN in field.classes:
            more["begin"] = field.classes.index(BEGIN)
        return text_plan("parts" if words else "signs", length, keeps="all", **more)


def number_words(number: int) -> list[str]:
    """A whole number below a million in English words."""
    if not 0 <= number <= _LARGEST:
        raise ValueError(number)
    thousands, rest = divmod(number, 1000)
    if thousands:
        return [*number_words(thousands), "thousand", *(number_words(rest) if rest else [])]
    hundreds, rest = divmod(number, 100)
    if hundreds:
        return [_ONES[hundreds], "hundred", *(number_words(rest) if rest else [])]
    if number < 20:
        return [_ONES[number]]
    tens, ones = divmod(number, 10)
    return [_TENS[tens], *([_ONES[ones]] if ones else [])]
