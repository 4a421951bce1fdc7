"""What a tested model made: pictures go into files, texts onto the screen."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.errors import UserError
from engine.saving import write_atomically
from widgets import words

SUFFIX = ".png"
MADE = {"pictures": "pictures made", "play": "episodes played"}


def heading(output: Mapping[str, Any], items: int, part: str) -> str:
    """What one output was tested on, or what it made."""
    what = MADE.get(output["kind"]) if "png" in output else None
    return f"{output['name']}: {items} {what or f'items of the {part} part'}"


def check_place(wanted: str | None) -> Path | None:
    """The file for pictures, once it is known that it can be written there."""
    if wanted is None:
        return None
    path = Path(wanted)
    if path.suffix.lower() != SUFFIX:
        raise UserError(f"Samples are pictures: give a name that ends in {SUFFIX}. It is {path.name}.")
    if not path.parent.is_dir():
        raise UserError(f"There is no folder {path.parent}. Choose another place for {path.name}.")
    return path


def texts_of(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Texts that the recipe shows of itself: name and text."""
    samples = (found.get("recipe") or {}).get("samples", ())
    return [(one["name"], one["text"]) for one in samples if one["kind"] == "text"]


def pictures_of(found: Mapping[str, Any]) -> list[tuple[str, bytes]]:
    """Sheets of pictures with what they are called: of a generator or of play, then those of the recipe."""
    sheets = [(one["name"], one["png"]) for one in found["outputs"] if one.get("png")]
    sheets += [(one["name"], one["png"]) for one in (found.get("recipe") or {}).get("samples", ()) if one.get("png")]
    return [(name, base64.b64decode(coded)) for name, coded in sheets]


def write_pictures(found: Mapping[str, Any], path: Path) -> list[Path]:
    """Write every sheet: the first under the name given, the others with what they show behind it."""
    sheets = pictures_of(found)
    if not sheets:
        raise UserError("This way of training makes no pictures, so there is nothing to write. Leave --samples out.")
    written = []
    for place, (name, content) in enumerate(sheets):
        tail = re.sub(r"\W+", "-", name.lower()).strip("-")
        one = path if not place else path.with_stem(f"{path.stem}-{tail}")
        write_atomically(one, content)
        written.append(one)
    return written


def said(found: Mapping[str, Any], written: list[Path]) -> list[str]:
    """Lines below the measures: texts, where the pictures are, or how to get them."""
    lines = [f"{name}:\n{text}\n" for name, text in texts_of(found)]
    sheets = pictures_of(found)
    if written:
        lines += [f"{name}: {path}, {words.size(path.stat().st_size)}" for (name, _), path in
                  zip(sheets, written, strict=True)]  # fmt: skip
    elif sheets:
        lines.append(f"It made pictures, too. Add --samples FILE{SUFFIX} to have them in a file.")
    return lines
