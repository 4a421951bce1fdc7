"""The look follows what the system asks for, unless the person has said otherwise."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from app import memory, system_look
from app.places import config_folder
from app.window import apply_settings
from widgets import theme


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    """A person's configuration on a plain Linux desktop that says nothing yet."""
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("LAMINA_CONFIG", str(tmp_path / "lamina"))
    monkeypatch.delenv("XDG_CURRENT_DESKTOP", raising=False)
    return tmp_path


@pytest.fixture
def dressed(qapp):
    """The look is put back, whatever a test gave it."""
    yield
    theme.set_reduced_motion(False)
    theme.apply(qapp)


def write(path: Path, words: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(words, encoding="utf-8")


@pytest.mark.parametrize(
    ("desktop", "file", "words", "less"),
    [
        ("", "gtk-3.0/settings.ini", "[Settings]\ngtk-enable-animations=0\n", True),
        ("XFCE", "gtk-4.0/settings.ini", "[Settings]\ngtk-enable-animations=false\n", True),
        ("XFCE", "gtk-4.0/settings.ini", "[Settings]\ngtk-enable-animations=1\n", False),
        ("XFCE", "gtk-4.0/settings.ini", "[Settings]\ngtk-theme-name=50%\n", False),
        ("KDE", "kdeglobals", "[KDE]\nAnimationDurationFactor=0\n", True),
        ("KDE", "kdeglobals", "[KDE]\nAnimationDurationFactor=0.5\n", False),
        ("KDE", "kdeglobals", "[KDE]\nAnimationDurationFactor=fast\n", False),
        ("KDE", "kdeglobals", "no section at all", False),
        ("KDE", "nothing", "", False),
    ],
)
def test_less_motion_is_read_where_each_desktop_keeps_it(home, monkeypatch, desktop, file, words, less) -> None:
    monkeypatch.setenv("XDG_CURRENT_DESKTOP", desktop)
    write(home / file, words)
    assert system_look.less_motion() is less


@pytest.mark.skipif(os.name != "posix", reason="the stand-in is a shell script")
@pytest.mark.parametrize(("answer", "less"), [("false", True), ("true", False), ("", False)])
def test_gnome_is_asked(home, monkeypatch, answer, less) -> None:
    program = home / "bin" / "gsettings"
    write(program, f"#!/bin/sh\necho {answer}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    monkeypatch.setenv("XDG_CURRENT_DESKTOP", "ubuntu:GNOME")
    monkeypatch.setattr(system_look, "_WAIT", 30)
    assert system_look.less_motion() is less


@pytest.mark.parametrize("asks", [True, False])
def test_the_system_decides_until_the_person_does(dressed, monkeypatch, asks) -> None:
    monkeypatch.setattr(system_look, "less_motion", lambda: asks)
    monkeypatch.setattr(system_look, "more_contrast", lambda: asks)
    apply_settings(memory.Settings(contrast="normal", reduced_motion="off"))
    plain = theme.color("line2").name()
    assert theme.motion("insert") > 0
    apply_settings(memory.Settings())
    assert (theme.motion("insert") == 0) is asks
    assert (theme.color("line2").name() != plain) is asks
    apply_settings(memory.Settings(contrast="more", reduced_motion="on"))
    assert theme.motion("insert") == 0 and theme.color("line2").name() != plain


def test_what_qt_says_of_contrast_is_read(qapp) -> None:
    assert system_look.more_contrast() is False  # a display without a desktop asks for nothing


def test_the_switches_of_before_stay_on(home) -> None:
    write(config_folder() / "settings.json", json.dumps({"contrast": True, "reduced_motion": True, "scale": 1.25}))
    assert memory.load_settings() == memory.Settings(contrast="more", reduced_motion="on", scale=1.25)
    write(config_folder() / "settings.json", json.dumps({"contrast": False, "reduced_motion": 3}))
    assert memory.load_settings() == memory.Settings()
