"""What the system asks of the look: more contrast, less motion; nothing where it does not say."""

from __future__ import annotations

import os
import plistlib
import shutil
import subprocess
import sys
from configparser import ConfigParser, Error
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

_WAIT = 0.4  # seconds for GNOME's answer, which usually comes within a hundredth
_CLIENT_ANIMATION = 0x1042  # SPI_GETCLIENTAREAANIMATION


def more_contrast() -> bool:
    """Whether the system asks for high contrast."""
    hints = QGuiApplication.styleHints()  # held: what it gives goes with it
    return bool(hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast)


def less_motion() -> bool:
    """Whether the system asks that nothing slides or fades; Qt does not tell."""
    if sys.platform == "win32":
        return _windows()
    return _mac() if sys.platform == "darwin" else _linux()


def _windows() -> bool:
    import ctypes

    shown = ctypes.c_int(1)
    known = ctypes.windll.user32.SystemParametersInfoW(_CLIENT_ANIMATION, 0, ctypes.byref(shown), 0)  # type: ignore[attr-defined]
    return bool(known) and not shown.value


def _mac() -> bool:
    path = Path.home() / "Library/Preferences/com.apple.universalaccess.plist"
    try:
        found = plistlib.loads(path.read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(found, dict) and bool(found.get("reduceMotion"))


def _linux() -> bool:
    """GNOME keeps it in its settings, Plasma and plain GTK in files."""
    desktop = os.environ.get("XDG_CURRENT_DESKTOP", "").lower()
    if "kde" in desktop:
        return _number(_said("kdeglobals", "KDE", "AnimationDurationFactor"), 1.0) == 0
    if "gnome" in desktop and shutil.which("gsettings"):
        return _gnome()
    files = ("gtk-4.0/settings.ini", "gtk-3.0/settings.ini")
    said = next((word for word in (_said(one, "Settings", "gtk-enable-animations") for one in files) if word), "")
    return said.lower() in ("0", "false")


def _gnome() -> bool:
    ask = ["gsettings", "get", "org.gnome.desktop.interface", "enable-animations"]
    try:
        return subprocess.run(ask, capture_output=True, text=True, timeout=_WAIT).stdout.strip() == "false"
    except (OSError, subprocess.SubprocessError):
        return False


def _said(file: str, section: str, name: str) -> str:
    """One word of a file in the person's configuration, empty where there is none."""
    folder = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    read = ConfigParser(interpolation=None, strict=False)
    try:
        read.read_string((Path(folder).expanduser() / file).read_text(encoding="utf-8"))
    except (OSError, ValueError, Error):
        return ""
    return read.get(section, name, fallback="").strip()


def _number(words: str, usual: float) -> float:
    try:
        return float(words)
    except ValueError:
        return usual
