"""Where a person's files are kept: settings, state, data and cache, by the habits of each system."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def _base(variable: str, xdg: str, unix: str, mac: str, windows: str) -> Path:
    own = os.environ.get(variable)
    if own:
        return Path(own)
    home = Path.home()
    if sys.platform == "darwin":
        return home / "Library" / mac / "Lamina"
    if os.name == "nt":
        return Path(os.environ.get(windows, str(home / "AppData" / "Local"))) / "Lamina"
    return Path(os.environ.get(xdg) or home / unix) / "lamina"


def data_folder() -> Path:
    """Projects that have no name yet, and their runs (`LAMINA_DATA`)."""
    return _base("LAMINA_DATA", "XDG_DATA_HOME", ".local/share", "Application Support", "LOCALAPPDATA")


def state_folder() -> Path:
    """What the window remembers: recent projects, layout, recovery (`LAMINA_STATE`)."""
    return _base("LAMINA_STATE", "XDG_STATE_HOME", ".local/state", "Application Support/State", "LOCALAPPDATA")


def config_folder() -> Path:
    """The person's settings (`LAMINA_CONFIG`)."""
    return _base("LAMINA_CONFIG", "XDG_CONFIG_HOME", ".config", "Preferences", "APPDATA")


def drafts_folder() -> Path:
    """Projects that were never saved under a name."""
    return data_folder() / "drafts"


def runs_folder(project: Path) -> Path:
    """The runs of a project: `NAME.runs` beside `NAME.lamina`."""
    return project.with_suffix(".runs")
