"""Fuzzy matching for the finder and the quick menu: which letters match, and how well."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Match:
    """A text that matches: a lower rank is better; `places` are the matching letters."""

    rank: int
    places: frozenset[int]


def match(typed: str, words: str) -> Match | None:
    """Find every typed word in a text: at its start, at a word's start, inside, or letter by letter in order."""
    text = words.lower()
    rank, places = 0, set[int]()
    for part in typed.lower().split():
        found = _one(part, text)
        if found is None:
            return None
        rank += found[0]
        places.update(found[1])
    return Match(rank, frozenset(places))


def _one(part: str, text: str) -> tuple[int, range | list[int]] | None:
    starts = [at for at in range(len(text)) if at == 0 or not text[at - 1].isalnum()]
    for at in starts:
        if text.startswith(part, at):
            return (0 if at == 0 else 10 + min(at, 9)), range(at, at + len(part))
    at = text.find(part)
    if at >= 0:
        return 30 + min(at, 19), range(at, at + len(part))
    initials = _in_order(part, text, starts)
    if initials:
        return 50, initials
    scattered = _in_order(part, text, list(range(len(text)))) if len(part) > 2 else None
    if scattered and scattered[-1] - scattered[0] <= 3 * len(part):
        return 60 + scattered[-1] - scattered[0], scattered
    return None


def _in_order(part: str, text: str, allowed: list[int]) -> list[int] | None:
    found: list[int] = []
    for at in allowed:
        if len(found) < len(part) and text[at] == part[len(found)]:
            found.append(at)
    return found if len(found) == len(part) else None


def runs(words: str, places: frozenset[int]) -> list[tuple[str, bool]]:
    """Cut a text into pieces; True marks the matching ones, which are drawn strong."""
    pieces: list[tuple[str, bool]] = []
    for at, letter in enumerate(words):
        strong = at in places
        if pieces and pieces[-1][1] == strong:
            pieces[-1] = (pieces[-1][0] + letter, strong)
        else:
            pieces.append((letter, strong))
    return pieces
