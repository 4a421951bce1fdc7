"""Named sets of settings for layers and recipes: those that ship, how one is taken from settings and put on others."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.declare import Declared, plain
from engine.edits import is_expression

_FILE = Path(__file__).resolve().parents[1] / "assets" / "presets.json"
_OF_THE_DATA = ("field", "fields", "path")
"""Kinds of settings that name something of one project; a preset is for all projects."""
_OF_THE_COMPUTER = ("device", "start_from", "teacher_run")


@dataclass(frozen=True)
class Preset:
    """A named set of settings.

    Attributes:
        line: what it is good for, in a sentence; own presets have none.
        settings: as a file holds them.
        whole: whether settings that it does not name go back to their usual values: so for what a person saved, while
            shipped ones leave what they do not speak of.
    """

    name: str
    settings: Mapping[str, Any]
    line: str = ""
    whole: bool = False


def of_layer(name: str) -> list[Preset]:
    """The presets that ship for a layer."""
    return [_made(one) for one in _shipped()["layers"].get(name, [])]


def of_recipe(declared: type[Declared]) -> list[Preset]:
    """The presets that ship for recipes and that this one has all the settings of."""
    known = declared.params()
    found = [_made(one) for one in _shipped()["recipes"]]
    return [one for one in found if set(one.settings) <= set(known)]


def layers_with_presets() -> list[str]:
    """The layers that presets ship for."""
    return list(_shipped()["layers"])


@functools.cache
def _shipped() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return found


def _made(one: Mapping[str, Any]) -> Preset:
    return Preset(one["name"], one["settings"], one["line"])


def taken(declared: type[Declared], values: Mapping[str, Any]) -> dict[str, Any]:
    """What a preset keeps of settings: those that differ from their usual values and belong to no single project."""
    return {
        name: plain(value) for name, value in values.items() if travels(declared, name) and not is_expression(value)
    }


def travels(declared: type[Declared], name: str) -> bool:
    """Whether a setting means the same in every project."""
    one = declared.params().get(name)
    return one is not None and one.kind not in _OF_THE_DATA and name not in _OF_THE_COMPUTER


def put_on(declared: type[Declared], values: Mapping[str, Any], preset: Preset) -> dict[str, Any]:
    """Settings with a preset put on them; what it knows of and the declaration no longer takes is left out."""
    known = declared.params()
    kept = {name: value for name, value in values.items() if not (preset.whole and travels(declared, name))}
    good = {name: value for name, value in preset.settings.items() if travels(declared, name)}
    wrong = declared.problems_of(good)
    made = {**kept, **{name: value for name, value in good.items() if name not in wrong}}
    return {name: value for name, value in made.items() if name not in known or not _is_usual(declared, name, value)}


def _is_usual(declared: type[Declared], name: str, value: Any) -> bool:
    if is_expression(value):
        return False
    one = declared.params()[name]
    return bool(plain(one.coerce(value)) == plain(one.coerce(one.default)))
