"""A person's own presets and the settings each layer was used with last, kept beside the settings as JSON.

Both files may be damaged, or be of another version: what cannot be read is left out with a sentence, and what this
version does not know survives.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.places import config_folder, state_folder
from engine.declare import Declared
from engine.errors import UserError
from engine.presets import Preset, put_on
from engine.saving import write_atomically

FILE, LAST_FILE = "presets.json", "last_settings.json"
LAST = "As last used"
MOST_BYTES, MOST_PRESETS, MOST_NAME, MOST_LAST = 1_000_000, 200, 60, 300
_KIND, _FORMAT = "lamina presets", 1


@dataclass(frozen=True)
class Shelf:
    """A person's presets, by the name of a layer or a recipe, then by their own."""

    held: Mapping[str, Mapping[str, Mapping[str, Any]]]

    def of(self, about: str) -> list[Preset]:
        """The presets of a layer or recipe, in the order they were saved."""
        return [Preset(name, settings, whole=True) for name, settings in self.held.get(about, {}).items()]

    def has(self, about: str, name: str) -> bool:
        return name in self.held.get(about, {})

    def with_preset(self, about: str, name: str, settings: Mapping[str, Any]) -> Shelf:
        """One more preset, or other settings for one that there is.

        Raises:
            UserError: the name is empty or too long, or there are too many.
        """
        mine = dict(self.held.get(about, {}))
        name = checked_name(name)
        if name not in mine and len(mine) >= MOST_PRESETS:
            raise UserError(f"There are {MOST_PRESETS} presets here, which is the most. Delete one first.")
        return Shelf({**self.held, about: {**mine, name: dict(settings)}})

    def renamed(self, about: str, old: str, new: str) -> Shelf:
        """A preset under another name, at the same place.

        Raises:
            UserError: the name is empty, too long, or taken.
        """
        new, mine = checked_name(new), self.held.get(about, {})
        if new != old and new in mine:
            raise UserError(f"There is a preset “{new}” already. Choose another name.")
        return Shelf({**self.held, about: {new if name == old else name: one for name, one in mine.items()}})

    def without(self, about: str, name: str) -> Shelf:
        return Shelf({**self.held, about: {one: kept for one, kept in self.held.get(about, {}).items() if one != name}})


def checked_name(name: str) -> str:
    """A name as it is kept.

    Raises:
        UserError: it is empty or too long.
    """
    name = " ".join("".join(char if char.isprintable() else " " for char in name).split())
    if not name:
        raise UserError("A preset needs a name. Type what it is for, such as “stem 7 × 7”.")
    if len(name) > MOST_NAME:
        raise UserError(f"The name has {len(name)} letters; {MOST_NAME} is the most. Shorten it.")
    return name


def load() -> tuple[Shelf, list[str]]:
    """The person's presets, and a sentence where some of them could not be read."""
    path = config_folder() / FILE
    if not path.exists():
        return Shelf({}), []
    found = _read(path)
    if not isinstance(found, dict) or found.get("kind") != _KIND or not isinstance(found.get("presets"), dict):
        return Shelf({}), [f"Your presets in {path} could not be read. Those that ship are there; the file stays."]
    held: dict[str, dict[str, dict[str, Any]]] = {}
    lost = 0
    for about, listed in found["presets"].items():
        if not isinstance(listed, dict):
            lost += 1
            continue
        good = {str(name)[:MOST_NAME]: one for name, one in listed.items() if isinstance(one, dict)}
        lost += len(listed) - len(good)
        held[str(about)] = good
    words = f"{lost} of your presets could not be read and {'is' if lost == 1 else 'are'} left out."
    return Shelf(held), [words] if lost else []


def save(shelf: Shelf) -> None:
    """Keep the person's presets. A file that could not be read is kept beside the new one.

    Raises:
        UserError: they could not be written.
    """
    path = config_folder() / FILE
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and load()[1]:
            path.replace(path.with_suffix(".damaged.json"))
    except OSError as error:
        raise UserError(f"The preset was not saved: {error.strerror}. Check {path.parent}.") from error
    about = {"kind": _KIND, "format": _FORMAT, "presets": {name: dict(one) for name, one in shelf.held.items() if one}}
    write_atomically(path, json.dumps(about, ensure_ascii=False, indent=1).encode())


def _read(path: Any) -> Any:
    try:
        if path.stat().st_size > MOST_BYTES:
            return None
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None


# ---- last used ----


def lasts() -> dict[str, Preset]:
    """The settings that each layer was given last; those that never were given any are not here."""
    found = _read(state_folder() / LAST_FILE)
    known = found.items() if isinstance(found, dict) else ()
    return {about: Preset(LAST, one, whole=True) for about, one in known if isinstance(one, dict) and one}


def last_used(about: str) -> Preset | None:
    """The settings that a layer was given last, None where it never was given any."""
    return lasts().get(about)


def remember_used(about: str, settings: Mapping[str, Any]) -> None:
    """Note what a layer was given last; a comfort, so a disk that takes nothing does not stop the work."""
    path = state_folder() / LAST_FILE
    found = _read(path)
    kept = {name: one for name, one in found.items() if name != about} if isinstance(found, dict) else {}
    recent = dict(list({**kept, about: dict(settings)}.items())[-MOST_LAST:])
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, json.dumps(recent, ensure_ascii=False).encode())
    except (OSError, UserError):
        return


def changes(declared: type[Declared], values: Mapping[str, Any], preset: Preset) -> bool:
    """Whether a preset would change anything."""
    return put_on(declared, values, preset) != put_on(declared, values, Preset("", {}))
