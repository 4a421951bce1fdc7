"""A typed text as the numbers that a network reads, by the plan of its data source. Exported programs hold the same
functions, so this module needs nothing but numpy and the vocabulary.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from engine.data.vocabulary import cut, encode
from engine.errors import UserError

Array = np.ndarray[Any, Any]


def text_plan(unit: str, length: int, lowercase: bool = False, keeps: str = "start", **more: Any) -> dict[str, Any]:
    """How texts become numbers, as a JSON value.

    Args:
        unit: what a text is cut into: words, characters, parts (between spaces) or signs (characters but spaces).
        length: how many numbers the network reads.
        keeps: what remains of a longer text: its start, its end, or all (then a longer one is refused). Where the end
            is kept, a shorter text is filled up in front.
        more: `begin`, a number that comes first; `numerals`, whether hyphens and the word "and" are dropped; `empty`,
            whether there may be no text at all.
    """
    return {"how": "text", "unit": unit, "lowercase": lowercase, "length": length, "keeps": keeps, **more}


def read_text(text: str, about: Mapping[str, Any]) -> Array:
    """The numbers (steps,) of a text.

    Args:
        about: `reads`, the plan, and `classes`, the vocabulary.

    Raises:
        UserError: there is no text, too much of it, or the vocabulary lacks something.
    """
    plan, classes = about["reads"], about["classes"]
    length, begin = plan["length"], plan.get("begin")
    ids = encode(parts_of(text, plan), classes)
    if not ids and not plan.get("empty"):
        raise UserError("There is no text to read. Type at least one word or character.")
    ids = ids if begin is None else [begin, *ids]
    if plan["keeps"] == "all" and len(ids) > length:
        raise UserError(f"“{text[:40]}” has {len(ids)} parts; this model reads {length} at most. Type less.")
    if plan["keeps"] == "end":
        blank = [classes.index(mark) for mark in ("\n", " ") if mark in classes]
        ids = [*(blank[:1] or ids[:1]) * max(0, length - len(ids)), *ids[-length:]]
    found = np.zeros(length, np.int64)
    found[: min(length, len(ids))] = ids[:length]
    return found


def parts_of(text: str, plan: Mapping[str, Any]) -> list[str]:
    """The words, characters or signs of a text, as the training data was cut."""
    if plan.get("numerals"):
        text = text.lower().replace("-", " ").replace(" and ", " ")
    if plan["unit"] == "parts":
        return text.split()
    if plan["unit"] == "signs":
        return [one for one in text if not one.isspace()]
    return cut(text, plan["unit"], plan["lowercase"])
