"""Made-up sentences with the kind of each word, which often only its neighbors on both sides tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.data.fields import Field, tokens
from engine.data.generated import SECTION, Generated
from engine.data.sources import Loaded, Reading, source
from engine.declare import param

if TYPE_CHECKING:
    import numpy as np

TAGS = ("noun", "verb", "adjective", "article", "preposition", "pronoun", "adverb", "mark")

_BOTH = ("watch", "book", "play", "light", "walk", "dance", "paint", "plant", "drink", "call", "help", "hope", "love")
"""Words that are noun or verb by where they stand."""

_WORDS = {
    "article": ("the", "a", "this", "that", "every", "some"),
    "adjective": ("old", "small", "red", "quiet", "happy", "strange", "cold", "bright", "tall", "clever", "light"),
    "noun": ("dog", "child", "teacher", "house", "river", "song", "door", "city", "garden", "train", "bird", *_BOTH),
    "verb": ("see", "find", "hear", "bring", "follow", "like", "open", "close", "forget", "wait", "sleep", *_BOTH),
    "preposition": ("in", "near", "behind", "under", "with", "without", "to", "from", "after", "before"),
    "pronoun": ("we", "they", "you", "i", "people", "children"),
    "adverb": ("often", "never", "slowly", "gladly", "soon", "again", "here"),
}


@source(
    "Tagged words", section=SECTION, keywords="tagger part of speech sequence labeling nlp grammar", icon="file-text"
)
class TaggedWords(Generated):
    """Made-up sentences: tell for every word whether it is a noun, a verb and so on; many words can be either."""

    family = "text"

    items: int = param(default=2000, min=10, max=200_000, help="How many sentences are made; no two are the same.")
    length: int = param(default=16, min=6, max=60, help="Longer sentences lose their end, shorter ones are filled up.")

    def load(self, reading: Reading | None = None) -> Loaded:
        import numpy as np

        from engine.data.vocabulary import PADDING, UNKNOWN, places_of

        random = self._random()
        made: dict[tuple[str, ...], list[str]] = {}
        while len(made) < self.items:
            pairs = _sentence(random)[: self.length]
            made.setdefault(tuple(word for word, _ in pairs), [tag for _, tag in pairs])
        words = (PADDING, UNKNOWN, *sorted({word for sentence in made for word in sentence}))
        tags = (PADDING, *TAGS)
        places, kinds = places_of(words), places_of(tags)
        columns = {name: np.zeros((self.items, self.length), np.int64) for name in ("words", "tags")}
        for row, (sentence, kind) in enumerate(made.items()):
            columns["words"][row, : len(sentence)] = [places[word] for word in sentence]
            columns["tags"][row, : len(kind)] = [kinds[tag] for tag in kind]
        fields = (tokens("words", self.length, words), tokens("tags", self.length, tags, "target"))
        return Loaded(fields, columns, None, [f"{len(_BOTH)} words can be noun or verb, by where they stand."])

    def reads(self, field: Field) -> dict[str, Any] | None:
        from engine.data.item_text import text_plan

        return text_plan("words", self.length, lowercase=True) if field.name == "words" else None


def _sentence(random: np.random.Generator) -> list[tuple[str, str]]:
    """Subject, verb and more, in one of several orders, with a mark at the end."""

    def word(tag: str) -> tuple[str, str]:
        return str(random.choice(_WORDS[tag])), tag

    def thing() -> list[tuple[str, str]]:
        found = [word("article")]
        if random.random() < 0.45:
            found.append(word("adjective"))
        return [*found, word("noun")]

    def where() -> list[tuple[str, str]]:
        return [word("preposition"), *thing()]

    subject = [word("pronoun")] if random.random() < 0.6 else thing()
    found = [*(where() if random.random() < 0.2 else []), *subject]
    if random.random() < 0.3:
        found.append(word("adverb"))
    found.append(word("verb"))
    if random.random() < 0.75:
        found += thing()
    if random.random() < 0.4:
        found += where()
    if random.random() < 0.2:
        found += [("and", "preposition"), word("pronoun"), word("verb"), *thing()]
    return [*found, (str(random.choice([".", "!", "?"])), "mark")]
