"""What the window remembers between starts: settings and recent projects, in small JSON files that may be damaged."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any, Literal

from app.places import config_folder, state_folder
from engine.declare import Declared, param
from engine.errors import UserError
from engine.saving import write_atomically


class Settings(Declared):
    """What a person prefers; declared, so that form, storage and reset follow."""

    label = "Settings"

    theme: Literal["system", "dark", "light"] = param(default="dark", label="Theme", help="Colors of the window.")
    scale: float = param(
        default=1.0, min=0.9, max=1.75, unit="×", label="Text size", help="Multiplies all type and row heights."
    )
    contrast: Literal["system", "normal", "more"] = param(
        default="system", label="Contrast", help="Stronger lines, clearer text."
    )
    reduced_motion: Literal["system", "on", "off"] = param(
        default="system", label="Reduced motion", help="On: nothing slides or fades."
    )
    as_last_used: bool = param(
        default=False, label="New layers as last used", help="A new layer takes the settings its type had last."
    )
    favorites: tuple[str, ...] = param(
        default=("Conv2d", "Linear", "ReLU"), label="Favorites", help="Layers on top of the palette."
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(path: Path, values: dict[str, Any]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, json.dumps(values, ensure_ascii=False, indent=1).encode())
    except (OSError, UserError):
        pass  # remembering is a comfort: a full disk must not stop the work


def load_settings() -> Settings:
    """The stored settings; what is damaged or unknown falls back to its default."""
    values = _read(config_folder() / "settings.json")
    for name, on in (("contrast", "more"), ("reduced_motion", "on")):  # both were switches, kept only when on
        if values.get(name) is True:
            values[name] = on
    good = {
        name: value
        for name, value in values.items()
        if name in Settings.params() and not Settings.problems_of({name: value})
    }
    return Settings(**good)


def save_settings(settings: Settings) -> None:
    values = settings.to_json()
    values.pop("type")
    _write(config_folder() / "settings.json", values)


MOST_RECENT = 12


def recent() -> list[tuple[Path, float]]:
    """Projects opened before that still exist, the latest first, with the time."""
    found = []
    for entry in _read(state_folder() / "recent.json").get("projects", []):
        if (
            isinstance(entry, list)
            and len(entry) == 2
            and isinstance(entry[0], str)
            and isinstance(entry[1], int | float)
        ):
            path = Path(entry[0])
            if path.exists():
                found.append((path, float(entry[1])))
    return found


def remember(path: Path) -> None:
    """Put a project on top of the recent ones."""
    path = path.resolve()
    others = [[str(other), when] for other, when in recent() if other != path]
    _write(state_folder() / "recent.json", {"projects": [[str(path), time.time()], *others][:MOST_RECENT]})


def forget(path: Path) -> None:
    """Take a project off the list."""
    others = [[str(other), when] for other, when in recent() if other != path.resolve()]
    _write(state_folder() / "recent.json", {"projects": others})


def window_state() -> dict[str, Any]:
    """Layout of the window as last closed."""
    return _read(state_folder() / "window.json")


def save_window_state(values: dict[str, Any]) -> None:
    _write(state_folder() / "window.json", values)


MOST_LAYERS = 12


def recent_layers() -> list[str]:
    """The layers that were added last, the latest first."""
    found = _read(state_folder() / "layers.json").get("layers", [])
    return [name for name in found if isinstance(name, str)][:MOST_LAYERS] if isinstance(found, list) else []


def remember_layer(name: str) -> None:
    """Put a layer on top of those that were added last."""
    others = [other for other in recent_layers() if other != name]
    _write(state_folder() / "layers.json", {"layers": [name, *others][:MOST_LAYERS]})


def lesson_progress() -> dict[str, Any]:
    """How far the person is in each lesson."""
    return _read(state_folder() / "lessons.json")


def save_lesson_progress(values: dict[str, Any]) -> None:
    _write(state_folder() / "lessons.json", values)
