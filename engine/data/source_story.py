"""Made-up stories: text to learn to write from, and pairs of sentences of which some belong together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from engine.data.fields import Field, category, tokens
from engine.data.generated import SECTION, Generated
from engine.data.sources import Column, Loaded, Reading, source
from engine.declare import param
from engine.errors import UserError

if TYPE_CHECKING:
    import numpy as np

_WHO = (
    ("fox", "his"), ("queen", "her"), ("baker", "his"), ("sailor", "her"), ("dragon", "its"), ("farmer", "his"),
    ("witch", "her"), ("painter", "her"), ("wolf", "its"), ("miller", "his"), ("owl", "its"), ("princess", "her"),
)  # fmt: skip
_KIND = ["young", "old", "clever", "lazy", "brave", "shy", "hungry", "proud", "quiet", "merry"]
_WENT = ["walked", "ran", "wandered", "hurried", "climbed", "crept"]
_WHERE = ["forest", "river", "mountain", "market", "castle", "garden", "harbor", "village"]
_FOUND = ["found", "lost", "hid", "forgot", "dropped", "wanted"]
_THING = ["ring", "lamp", "map", "key", "book", "basket", "mirror", "drum", "coin", "letter"]
_MOOD = ["laughed", "wept", "smiled", "sang", "slept", "waited", "danced", "whispered"]


def _choose(random: np.random.Generator, words: tuple[object, ...] | list[str]) -> int:
    return int(random.integers(len(words)))


def story(random: np.random.Generator) -> list[list[str]]:
    """Three sentences of eight words each about the same somebody, and a mark after each."""
    who, whose = _WHO[_choose(random, _WHO)]
    kind, where, thing = (words[_choose(random, words)] for words in (_KIND, _WHERE, _THING))
    went, found, mood = (words[_choose(random, words)] for words in (_WENT, _FOUND, _MOOD))
    return [
        ["one", "day", "the", kind, who, went, "to", "the", where, "."],
        ["near", "the", where, "the", who, found, whose, kind, thing, "."],
        ["then", "the", kind, who, mood, "and", "kept", "the", thing, "."],
    ]


@source("Made-up stories", section=SECTION, keywords="text language model gpt characters words write", icon="file-text")
class StoryText(Generated):
    """Very short stories from a simple grammar; the answer is the same text one step on, to learn writing from."""

    family = "text"

    items: int = param(default=600, min=10, max=100_000, label="Stories", help="How many stories are made.")
    unit: Literal["characters", "words"] = param(
        default="characters", help="Whether the network reads and writes characters or whole words."
    )
    length: int = param(
        default=64, min=1, max=2048, label="Window", help="How many characters or words it reads at once."
    )

    def load(self, reading: Reading | None = None) -> Loaded:
        from collections import Counter

        import numpy as np

        from engine.data.vocabulary import encode, vocabulary
        from engine.data.windows import Windows, starts_of

        random = self._random()
        words = [word for _ in range(self.items) for line in story(random) for word in line]
        text = words if self.unit == "words" else list(" ".join(words).replace(" .", "."))
        classes = vocabulary(Counter(text), len(text))
        ids = np.asarray(encode(text, classes), np.int32)
        starts = starts_of(len(ids), self.length + 1, self.length)
        columns: dict[str, Column] = {
            "text": Windows(ids, starts, self.length, "int64"),  # type: ignore[dict-item]
            "next": Windows(ids, starts + 1, self.length, "int64"),  # type: ignore[dict-item]
        }
        fields = (tokens("text", self.length, classes), tokens("next", self.length, classes, "target"))
        note = f"{len(ids):,} {self.unit}, {len(classes):,} different ones; {len(starts):,} windows."
        return Loaded(fields, columns, None, [note], spans=np.stack([starts, starts + self.length + 1], axis=1))

    def reads(self, field: Field) -> dict[str, Any] | None:
        """The last window of a text."""
        from engine.data.item_text import text_plan

        return text_plan(self.unit, self.length, keeps="end") if field.kind == "tokens" else None


@source("Sentence pairs", section=SECTION, keywords="bert entailment next sentence segments pairs", icon="file-text")
class StoryPairs(Generated):
    """Two sentences each: tell whether the second goes on with the story of the first or comes from another one."""

    family = "text"

    items: int = param(default=2000, min=10, max=100_000, label="Pairs", help="How many pairs are made.")

    def load(self, reading: Reading | None = None) -> Loaded:
        from collections import Counter

        import numpy as np

        from engine.data.vocabulary import encode, vocabulary

        random = self._random()
        texts: list[list[str]] = []
        follows = random.permutation(np.arange(self.items, dtype=np.int64) % 2)
        for goes_on in follows:
            first = story(random)
            other = first
            while not goes_on and other[1] == first[1]:
                other = story(random)
            texts.append(["<class>", *first[0], "<between>", *other[1], "<between>"])
        classes = vocabulary(Counter(word for text in texts for word in text), 10_000)
        ids = np.asarray([encode(text, classes) for text in texts], np.int64)
        long = ids.shape[1]
        segments = np.tile((np.arange(long) > len(story(random)[0]) + 1).astype(np.int64), (self.items, 1))
        fields = (
            tokens("text", long, classes),
            tokens("segments", long, ("first", "second")),
            category("follows", ("no", "yes"), "target"),
        )
        return Loaded(fields, {"text": ids, "segments": segments, "follows": follows})

    def read_item(self, field: Field, value: str) -> Column | None:
        """Two typed sentences, each with its mark at the end; the segments are read from the same text."""
        from engine.data.vocabulary import cut, encode, fitted

        if field.kind != "tokens":
            return None
        words = cut(value, "words", lowercase=True)
        ends = [place + 1 for place, word in enumerate(words) if word in ".!?"]
        if len(ends) != 2 or ends[1] != len(words):
            raise UserError(f"This model reads two sentences, each with its mark at the end. There are {len(ends)}.")
        length: int = field.tensor.dims[0]  # type: ignore[assignment]
        parts = [["<class>", *words[: ends[0]], "<between>"], [*words[ends[0] :], "<between>"]]
        if len(parts[0]) + len(parts[1]) != length:
            raise UserError(f"This model reads sentences of {length - 3} words and marks in all. Type so many.")
        if field.name == "segments":
            return fitted([0] * len(parts[0]) + [1] * len(parts[1]), length)
        return fitted(encode([*parts[0], *parts[1]], field.classes), length)
