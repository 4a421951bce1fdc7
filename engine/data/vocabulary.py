"""Text as numbers: cut into words or characters, counted, and looked up in a vocabulary; and back into text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from engine.errors import UserError, listed

if TYPE_CHECKING:
    from engine.data.sources import Column

PADDING = "<padding>"
UNKNOWN = "<unknown>"
BEGIN = "<begin>"
END = "<end>"
SPECIAL = (PADDING, UNKNOWN, BEGIN, END)
"""Entries of a vocabulary that stand for no word. Where there is padding, it is entry 0."""

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|\n|[^\w\s]|_")
_NO_SPACE_BEFORE = set(".,;:!?)]}%'’…”\n")
_NO_SPACE_AFTER = set("([{“\n#$£€@")


def cut(text: str, unit: str, lowercase: bool = False) -> list[str]:
    """The words and punctuation marks of a text in order, or its characters."""
    if lowercase:
        text = text.lower()
    return list(text) if unit == "characters" else _WORD.findall(text)


def vocabulary(counts: Counter[str], most: int, special: Sequence[str] = ()) -> tuple[str, ...]:
    """The special entries, then the most frequent tokens; equally frequent ones in order of their letters."""
    kept = sorted(((-count, token) for token, count in counts.items() if token not in special))
    return (*special, *(token for _, token in kept[: max(0, most)]))


def encode(tokens: Iterable[str], classes: Sequence[str] | dict[str, int]) -> list[int]:
    """Tokens as places in a vocabulary; what is not there becomes unknown.

    Raises:
        UserError: there is something new and the vocabulary has no entry for that.
    """
    places = classes if isinstance(classes, dict) else places_of(classes)
    unknown = places.get(UNKNOWN)
    if unknown is not None:
        return [places.get(token, unknown) for token in tokens]
    found: list[int] = []
    strange: dict[str, None] = {}
    for token in tokens:
        if token in places:
            found.append(places[token])
        else:
            strange[token] = None
    if strange:
        shown = listed([f"“{token}”" for token in list(strange)[:5]], "and")
        raise UserError(f"The training data has no {shown}, so the model cannot read it. Leave it out.")
    return found


def places_of(classes: Sequence[str]) -> dict[str, int]:
    """Where each entry stands."""
    return {token: place for place, token in enumerate(classes)}


def fitted(ids: Sequence[int], length: int, filler: int = 0) -> Column:
    """Ids at one length: the beginning of longer ones, shorter ones filled up at the end."""
    import numpy as np

    found = np.full(length, filler, np.int64)
    found[: min(len(ids), length)] = ids[:length]
    return found


def decode(ids: Iterable[int], classes: Sequence[str]) -> str:
    """Readable text: padding, begin and end are left out; words are set with spaces, characters without."""
    tokens = [classes[place] for place in ids if 0 <= place < len(classes)]
    tokens = ["�" if token == UNKNOWN and _of_characters(classes) else token for token in tokens]
    tokens = [token for token in tokens if token not in (PADDING, BEGIN, END)]
    if _of_characters(classes):
        return "".join(tokens)
    found = ""
    for token in tokens:
        tight = not found or token[0] in _NO_SPACE_BEFORE or found[-1] in _NO_SPACE_AFTER
        found += token if tight else f" {token}"
    return found


def _of_characters(classes: Sequence[str]) -> bool:
    return all(len(token) == 1 for token in classes if token not in SPECIAL)
