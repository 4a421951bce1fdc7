"""The keys in force, by command: what menus and tips show, and how a press is written. The window alone writes."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QKeyCombination, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence

Key, Mod = Qt.Key, Qt.KeyboardModifier
_MODIFIERS = (
    Key.Key_Shift, Key.Key_Control, Key.Key_Alt, Key.Key_Meta, Key.Key_AltGr, Key.Key_CapsLock, Key.Key_NumLock,
    Key.Key_ScrollLock, Key.Key_Super_L, Key.Key_Super_R, Key.Key_Hyper_L, Key.Key_Hyper_R, Key.Key_unknown,
)  # fmt: skip
_FIRST_DIGIT = {"win32": 2}.get(sys.platform, 10) if sys.platform != "darwin" else 0
"""The scan code of the key 1; ten keys follow each other on all keyboards but those of macOS."""


class Notifier(QObject):
    """Tells everything that shows a key that keys changed."""

    changed = Signal()


class _Bound:
    """The keys in force; `bind` is the only writer."""

    keys: dict[str, tuple[str, ...]] = {}
    notifier: Notifier | None = None


def notifier() -> Notifier:
    """The one object whose `changed` fires after every `bind`."""
    if _Bound.notifier is None:
        _Bound.notifier = Notifier()
    return _Bound.notifier


def bind(keys: Mapping[str, Sequence[str]]) -> None:
    """Put keys in force, by the name of a command."""
    _Bound.keys = {name: tuple(listed) for name, listed in keys.items()}
    notifier().changed.emit()


def bound() -> dict[str, tuple[str, ...]]:
    """Everything in force; empty before the window bound any."""
    return _Bound.keys


def first(name: str) -> str:
    """The first key of a command as files write it, empty without one."""
    found = _Bound.keys.get(name, ())
    return found[0] if found else ""


def shown(name: str) -> str:
    """The first key of a command as this system writes it, empty without one."""
    key = first(name)
    return native(key) if key else ""


def tip(words: str, name: str) -> str:
    """The words of a tooltip, with the key of the command that does the same."""
    key = shown(name)
    return f"{words}  {key}".strip() if key else words


def native(key: str) -> str:
    """A key as this system writes it."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)


def plain(words: str) -> str:
    """A single key as files write it; empty for words that are none."""
    found = QKeySequence(words, QKeySequence.SequenceFormat.PortableText)
    if found.count() != 1 or found[0].key() in _MODIFIERS or found[0].key() == Key(0):
        return ""
    return found.toString(QKeySequence.SequenceFormat.PortableText)


def pressed(event: QKeyEvent) -> str:
    """A press as files write it; empty while only Shift, Ctrl or Alt are held.

    A sign that needs Shift is written by the sign alone, as its place differs from keyboard to keyboard: `?`, not
    `Shift+/`. With Ctrl or Alt the digits stay digits.
    """
    key, mods = Key(event.key()), event.modifiers() & ~(Mod.KeypadModifier | Mod.GroupSwitchModifier)
    if key in _MODIFIERS or key == Key(0):
        return ""
    if key == Key.Key_Backtab:
        key, mods = Key.Key_Tab, mods | Mod.ShiftModifier
    if mods & Mod.ShiftModifier and _is_sign(key):
        digit = event.nativeScanCode() - _FIRST_DIGIT
        if _FIRST_DIGIT and 0 <= digit < 10 and mods & ~Mod.ShiftModifier:
            key = Key(Key.Key_0 + (digit + 1) % 10)
        else:
            mods &= ~Mod.ShiftModifier
    return QKeySequence(QKeyCombination(mods, key)).toString(QKeySequence.SequenceFormat.PortableText)


def _is_sign(key: Key) -> bool:
    code = int(key)
    return 0x20 < code < 0x110000 and chr(code).isprintable() and not chr(code).isalnum()
