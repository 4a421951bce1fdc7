"""Which key does what: the table of the first day, a person's changes to it, and the file these are kept in.

A table is a value: each change makes a new one. Keys are written as files write them (`Ctrl+Shift+Z`), on every system
alike. What a person changed is kept beside the settings as JSON, in the form that is exported and imported as well.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from app.commands import COMMANDS, MENUS
from app.places import config_folder
from engine.errors import UserError, listed
from engine.saving import write_atomically
from widgets import keymap
from widgets.canvas.acts import ACTS, with_shift

FILE = "shortcuts.json"
MOST_KEYS, MOST_BYTES = 8, 200_000
_KIND, _FORMAT = "lamina shortcuts", 1
CANVAS_GROUP = "Canvas"
TOGETHER = (frozenset({"leave_block", "nudge_up"}),)
"""Commands that may have the same key: the one works while something is selected, the other while nothing is."""

FIXED = (
    ("Cancel what is going on", "Esc"),
    ("Quick search", "Double-click"),
    ("Menu of the canvas", "Right-click"),
    ("Pan", "Space+Drag"),
    ("Pan", "Middle-drag"),
    ("Zoom", "Wheel"),
    ("Select several", "Drag on empty"),
    ("Cut wires", "Ctrl+Right-drag"),
    ("Lead a wire through a dot", "Drag or Alt+Click"),
    ("Remove a dot", "Double-click"),
    ("Copy by pulling", "Alt+Drag"),
    ("Move all wires of a port", "Ctrl+Drag"),
    ("Break all wires of a port", "Alt+Click"),
    ("Drop a free card into a wire", "Drag"),
)
"""Strokes of the pointer and the one key that always leads back; they stay as they are."""

_TAKEN = {
    "Esc": "Esc cancels everywhere",
    "Space": "Space pans the canvas and presses buttons",
    "Shift+Tab": "Shift+Tab leads back from field to field",
}
_ONLY_CANVAS = {
    "Tab": "Tab leads from field to field",
    "Return": "Enter presses buttons and ends fields",
    "Enter": "Enter presses buttons and ends fields",
    **{key: "arrows walk through lists and fields" for key in ("Up", "Down", "Left", "Right")},
    **{f"Shift+{key}": "arrows walk through lists and fields" for key in ("Up", "Down", "Left", "Right")},
}


@dataclass(frozen=True)
class Entry:
    """One thing that can have keys."""

    name: str
    label: str
    group: str
    keys: tuple[str, ...]
    on_canvas: bool
    """Whether its keys work on the canvas alone, so that Tab and the arrows may be among them."""


def _plain(keys: Iterable[str]) -> tuple[str, ...]:
    return tuple(keymap.plain(key) or key for key in keys)


def entries() -> dict[str, Entry]:
    """Everything that can have keys, by group: the commands of the menus, then what the canvas does itself."""
    found = {}
    for menu in MENUS:
        for one in COMMANDS.values():
            if one.menu == menu:
                found[one.name] = Entry(one.name, one.label, menu, _plain(one.keys), one.where in ("canvas", "menu"))
    for name, act in ACTS.items():
        if name not in found:
            found[name] = Entry(name, act.label, CANVAS_GROUP, _plain(act.keys), True)
    return found


@dataclass(frozen=True)
class Shortcuts:
    """The table in force: what a person changed, over the keys of the first day.

    Attributes:
        changed: the keys of commands that a person gave other keys, in the order they did it.
        unknown: keys of commands that this version does not have; kept for the one that has them.
    """

    changed: Mapping[str, tuple[str, ...]]
    unknown: Mapping[str, tuple[str, ...]]

    def keys(self) -> dict[str, tuple[str, ...]]:
        """The keys of every command. A key that a person gave away is gone from where it was on the first day."""
        taken = {key: name for name, keys in self.changed.items() for key in claims(name, keys)}
        return {
            name: self.changed[name]
            if name in self.changed
            else tuple(key for key in entry.keys if _all_may_share(taken, claims(name, (key,)), name))
            for name, entry in entries().items()
        }

    def owner(self, key: str, besides: str) -> str:
        """The command that a key belongs to already, empty where it is free for `besides`."""
        for name, keys in self.keys().items():
            if not _may_share(name, besides) and key in claims(name, keys):
                return name
        return ""

    def with_keys(self, name: str, keys: Iterable[str]) -> Shortcuts:
        """Other keys for a command; the keys of the first day count as unchanged."""
        new = tuple(dict.fromkeys(keys))
        changed = _without(self.changed, name)
        if new != entries()[name].keys:
            changed[name] = new
        return replace(self, changed=changed)

    def given(self, name: str, key: str, instead_of: str = "") -> Shortcuts:
        """A key for a command, besides those it has or in place of one; taken from whoever had it."""
        mine = list(self.keys()[name])
        if instead_of in mine:
            mine[mine.index(instead_of)] = key
        elif key not in mine:
            mine.append(key)
        table, owner = self, self.owner(key, name)
        if owner:
            table = table.with_keys(owner, [one for one in self.keys()[owner] if one != key])
        return table.with_keys(name, mine)

    def swapped(self, name: str, key: str, instead_of: str = "") -> Shortcuts:
        """A key for a command; whoever had it gets the one that it replaces."""
        owner, mine = self.owner(key, name), self.keys()[name]
        back = instead_of if instead_of in mine else (mine[0] if mine else "")
        theirs = [back if one == key else one for one in self.keys()[owner]]
        table = self.with_keys(owner, [one for one in theirs if one])
        return table.with_keys(name, [key if one == back else one for one in mine] if back else [key])

    def reset(self, name: str) -> Shortcuts:
        """The keys of the first day for a command; whoever was given one of them since loses it."""
        table, back = replace(self, changed=_without(self.changed, name)), claims(name, entries()[name].keys)
        for other, keys in self.changed.items():
            if not _may_share(other, name):
                table = table.with_keys(other, [key for key in keys if back.isdisjoint(claims(other, (key,)))])
        return table


def _may_share(one: str, two: str) -> bool:
    return one == two or frozenset({one, two}) in TOGETHER


def _all_may_share(taken: Mapping[str, str], keys: Iterable[str], name: str) -> bool:
    return all(_may_share(taken.get(key, name), name) for key in keys)


def _without(changed: Mapping[str, tuple[str, ...]], name: str) -> dict[str, tuple[str, ...]]:
    return {other: keys for other, keys in changed.items() if other != name}


def claims(name: str, keys: Iterable[str]) -> set[str]:
    """Keys with what Shift adds to them on the canvas."""
    each = list(keys)
    return {key for key in (*each, *(with_shift(name, key) for key in each)) if key}


def doubles(table: Shortcuts) -> dict[str, list[str]]:
    """Keys that more than one command would have, with their commands; there are none in a table that is in force."""
    owners: dict[str, list[str]] = {}
    for name, keys in table.keys().items():
        for key in claims(name, keys):
            owners.setdefault(key, []).append(name)
    return {key: names for key, names in owners.items() if len(names) > 1 and frozenset(names) not in TOGETHER}


USUAL = Shortcuts({}, {})


def why_not(name: str, key: str, table: Shortcuts, instead_of: str = "") -> str:
    """Why a command cannot have a key at all, in a sentence; empty where it can."""
    entry = entries()[name]
    shown = keymap.native(key)
    if not key:
        return "That is no key that can be told from others. Press another one."
    if key in _TAKEN:
        return f"{_TAKEN[key]}, so it stays. Press another key."
    if key in _ONLY_CANVAS and not entry.on_canvas:
        return f"{_ONLY_CANVAS[key]}, so {shown} can only work on the canvas. Press another key, or add Ctrl or Alt."
    held = table.keys()[name]
    if key in held:
        return f"{entry.label} has {shown} already."
    if len(held) >= MOST_KEYS and not instead_of:
        return f"{entry.label} has {MOST_KEYS} keys, which is the most. Remove one first."
    owner = table.owner(key, name)
    if owner and key not in table.keys()[owner]:
        return f"{shown} is {entries()[owner].label} with Shift. Change that one first, or press another key."
    return _why_not_with_shift(name, key, table)


def _why_not_with_shift(name: str, key: str, table: Shortcuts) -> str:
    more = with_shift(name, key)
    other = table.owner(more, name) if more else ""
    if not other:
        return ""
    return (
        f"{entries()[name].label} takes {keymap.native(more)} as well, which is {entries()[other].label}. "
        "Press another key, or change that one first."
    )


def why_not_swap(name: str, key: str, table: Shortcuts, instead_of: str = "") -> str:
    """Why two commands cannot change keys, in a sentence; empty where they can."""
    known, held = entries(), table.keys()
    owner = table.owner(key, name)
    back = instead_of if instead_of in held[name] else (held[name][0] if held[name] else "")
    if not back:
        return f"{known[name].label} has no key to give in return."
    if back in _ONLY_CANVAS and not known[owner].on_canvas:
        return f"{known[owner].label} cannot have {keymap.native(back)}: {_ONLY_CANVAS[back]}."
    for twice, names in doubles(table.swapped(name, key, instead_of)).items():
        other = next(one for one in names if one != owner)
        return f"{known[owner].label} would take {keymap.native(twice)} as well, which is {known[other].label}."
    return ""


def remark(name: str, key: str) -> str:
    """What a person should know of a key that they give; empty where there is nothing."""
    alone = not any(part in key for part in ("Ctrl+", "Alt+", "Meta+"))
    letter = alone and len(key.removeprefix("Shift+")) == 1
    if letter and not entries()[name].on_canvas:
        return f"While text is typed, {keymap.native(key)} writes."
    return ""


# ---- the file ----


def to_json(table: Shortcuts) -> dict[str, Any]:
    """What a person changed, as a file holds it."""
    keys = {**table.unknown, **table.changed}
    return {"kind": _KIND, "format": _FORMAT, "keys": {name: list(listed) for name, listed in keys.items()}}


def from_json(found: Any) -> tuple[Shortcuts, list[str]]:
    """A table from what a file holds, and a sentence for each part that had to be left out."""
    if not isinstance(found, dict) or found.get("kind") != _KIND or not isinstance(found.get("keys"), dict):
        raise UserError(
            'These are no shortcuts of Lamina: a JSON object with "kind": "lamina shortcuts" and "keys" was '
            "expected. Choose a file that Lamina exported."
        )
    if isinstance(found.get("format"), int) and found["format"] > _FORMAT:
        raise UserError("These shortcuts come from a newer version of Lamina. Update Lamina, or export them again.")
    known, table, said = entries(), USUAL, []
    unknown: dict[str, tuple[str, ...]] = {}
    for name, listing in list(found["keys"].items())[:2000]:
        keys = _keys_of(listing)
        if keys is None:
            said.append(str(name)[:60])
        elif name not in known:
            unknown[str(name)[:60]] = keys
        else:
            table, wrong = _entered(table, name, keys)
            said += wrong
    whose = listed(list(dict.fromkeys(said)), "and")
    sentences = [f"The kept keys of {whose} cannot be used. They are as on the first day."] if said else []
    return replace(table, unknown=unknown), sentences


def _keys_of(listing: Any) -> tuple[str, ...] | None:
    if not isinstance(listing, list) or len(listing) > MOST_KEYS:
        return None
    if not all(isinstance(key, str) and len(key) < 60 for key in listing):
        return None
    return tuple(listing)


def _entered(table: Shortcuts, name: str, keys: tuple[str, ...]) -> tuple[Shortcuts, list[str]]:
    """A command's keys into a table; all of them or none, as half a set of keys is nobody's wish."""
    label, good = entries()[name].label, []
    for key in map(keymap.plain, keys):
        if not key or key in _TAKEN or (key in _ONLY_CANVAS and not entries()[name].on_canvas):
            return table, [label]
        good.append(key)
    taken = {key: other for other, held in table.changed.items() for key in claims(other, held)}
    if not _all_may_share(taken, claims(name, good), name):
        return table, [label]
    return table.with_keys(name, good), []


def read(path: Path) -> tuple[Shortcuts, list[str]]:
    """Read an exported table.

    Raises:
        UserError: the file cannot be read, or holds no shortcuts.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UserError(f"{path.name} is too large for shortcuts. Choose a file that Lamina exported.")
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{path.name} could not be read: {error.strerror}. Choose another file.") from error
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path.name} holds no JSON. Choose a file that Lamina exported.") from error
    return from_json(found)


def write(path: Path, table: Shortcuts) -> None:
    """Write a table to a file.

    Raises:
        UserError: it could not be written.
    """
    write_atomically(path, json.dumps(to_json(table), ensure_ascii=False, indent=1).encode())


def load() -> tuple[Shortcuts, list[str]]:
    """The person's table; what is damaged falls back to the keys of the first day, with a sentence."""
    path = config_folder() / FILE
    if not path.exists():
        return USUAL, []
    try:
        return read(path)
    except UserError:
        return USUAL, [f"The file of your shortcuts, {path}, could not be read. All keys are as on the first day."]


def save(table: Shortcuts) -> None:
    """Keep the person's table.

    Raises:
        UserError: it could not be written.
    """
    path = config_folder() / FILE
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{path} was not saved: {error.strerror}. The keys hold until Lamina is closed.") from error
    write(path, table)


def put_in_force(table: Shortcuts) -> None:
    """Let every window follow a table."""
    keymap.bind(table.keys())
