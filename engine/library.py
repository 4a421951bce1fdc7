"""Library files: blocks that travel from project to project, as JSON, with the blocks inside them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from engine.blocks import needs
from engine.errors import UserError
from engine.graph import Block, Blocks
from engine.graphfile import blocks_from_json, blocks_json
from engine.jsontext import parse
from engine.project import MOST_BYTES
from engine.saving import write_atomically

SUFFIX = ".lamina-blocks"
FORMAT = 1
FOLDER = Path(__file__).resolve().parent.parent / "assets" / "blocks"
"""The library that ships: one file per family of blocks."""


def save_library(blocks: Blocks, names: Iterable[str], path: Path) -> None:
    """Write blocks, with all that they are made of, to a library file.

    Raises:
        UserError: the file cannot be written; an old one stays as it was.
    """
    wanted = list(dict.fromkeys(one for name in names for one in needs(blocks, name)))
    found = {"format": FORMAT, "blocks": blocks_json({name: blocks[name] for name in wanted})}
    write_atomically(path, (json.dumps(found, ensure_ascii=False, indent=1) + "\n").encode())


def load_library(path: Path) -> dict[str, Block]:
    """Read a library file.

    Raises:
        UserError: there is no such file, it is damaged, or from a newer version.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UserError(f"{path.name} is too large for a library of blocks.")
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError:
        raise UserError(f"{path.name} is no text file, so it is no library of blocks.") from None
    values = parse(text, path.name)
    if not isinstance(values, dict) or not isinstance(values.get("format"), int):
        raise UserError(f"{path.name} is not a library of blocks: it has no format number.")
    if values["format"] > FORMAT:
        raise UserError(f"{path.name} was saved by a newer Lamina. Update Lamina to use it.")
    return blocks_from_json(values.get("blocks", []), path.name)


@cache
def shipped() -> dict[str, Block]:
    """The blocks that ship with the program, by name."""
    found: dict[str, Block] = {}
    for path in sorted(FOLDER.glob(f"*{SUFFIX}")):
        found.update(load_library(path))
    return found
