"""The shortcut sheet: finding, pressing a new key, conflicts, and how presses are written."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest

from widgets import keymap, theme
from widgets.shortcut_rows import Group, KeyRow, listing
from widgets.shortcut_sheet import ShortcutSheet

Key, Mod = Qt.Key, Qt.KeyboardModifier
ROWS = [
    KeyRow("undo", "Undo", "Edit", ("Ctrl+Z",), ("Ctrl+Z",)),
    KeyRow("redo", "Redo", "Edit", ("Ctrl+Shift+Z", "Ctrl+Y"), ("Ctrl+Shift+Z", "Ctrl+Y"), changed=True),
    KeyRow("zoom", "Zoom in", "Canvas", (), ()),
    KeyRow("pan", "Pan", "Pointer", shown=("Space+Drag",), fixed=True),
]


@pytest.fixture
def sheet(qtbot, qapp):
    theme.apply(qapp, "dark")
    made = ShortcutSheet()
    qtbot.addWidget(made)
    made.heard = []
    for name in ("key_wanted", "swap_wanted", "take_wanted", "remove_wanted", "reset_wanted"):
        getattr(made, name).connect(lambda *what, name=name: made.heard.append((name, *what)))
    made.show_rows(ROWS)
    made.resize(680, 640)
    made.show()
    qtbot.waitExposed(made)
    return made


def shown(sheet) -> list[str]:
    return [part.label if isinstance(part, Group) else part.row.name for part in sheet.list.rows().rows()]


def test_everything_is_listed_by_group(sheet) -> None:
    assert shown(sheet) == ["Edit", "undo", "redo", "Canvas", "zoom", "Pointer", "pan"]


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("und", ["undo"]),
        ("ctrl+y", ["redo"]),
        ("ctrl + z", ["undo"]),
        ("canvas", ["zoom"]),
        ("drag", ["pan"]),
        ("qq", []),
    ],
)
def test_names_keys_and_groups_are_found(typed, names) -> None:
    found = [part.row.name for part in listing(ROWS, typed) if not isinstance(part, Group)]
    assert [name for name in names if name in found] == names and (names or not found)


def test_only_what_was_changed(sheet) -> None:
    sheet.changed.click()
    assert shown(sheet) == ["Edit", "redo"]


def test_nothing_found_says_so(sheet) -> None:
    sheet.search.setText("qqq")
    assert sheet.nothing.isVisible() and "qqq" in sheet.nothing.text()


def test_enter_in_the_search_waits_for_the_key_of_the_first_found(sheet) -> None:
    sheet.search.setText("redo")
    QTest.keyClick(sheet.search, Key.Key_Return)
    assert sheet.bench.field.isVisible()
    QTest.keyClick(sheet.bench.field, Key.Key_B, Mod.ControlModifier)
    assert sheet.heard == [("key_wanted", "redo", "Ctrl+B", "")]
    assert not sheet.bench.field.isVisible()


def test_a_chip_changes_or_removes_its_key(sheet) -> None:
    sheet.choose("redo")
    assert [chip.text() for chip in sheet.bench.chips] == ["Ctrl+Shift+Z", "Ctrl+Y"]
    sheet.bench.chips[1].click()
    assert "Ctrl+Y" in sheet.bench.note.text()
    QTest.keyClick(sheet.bench.field, Key.Key_F9)
    QTest.keyClick(sheet.bench.chips[0], Key.Key_Delete)
    assert sheet.heard == [("key_wanted", "redo", "F9", "Ctrl+Y"), ("remove_wanted", "redo", "Ctrl+Shift+Z")]


def test_escape_leaves_the_field_not_the_sheet(sheet) -> None:
    sheet.choose("undo")
    sheet.bench.add.click()
    QTest.keyClick(sheet.bench.field, Key.Key_Escape)
    assert not sheet.bench.field.isVisible() and sheet.isVisible() and sheet.heard == []


def test_a_refused_key_waits_for_another(sheet) -> None:
    sheet.choose("undo")
    sheet.bench.add.click()
    sheet.key_wanted.connect(lambda *_: sheet.refuse("Esc stays. Press another key."))
    QTest.keyClick(sheet.bench.field, Key.Key_Tab)
    assert sheet.heard == [("key_wanted", "undo", "Tab", "")]
    assert sheet.bench.field.isVisible() and "another key" in sheet.bench.note.text()


@pytest.mark.parametrize(("button", "said"), [("swap", "swap_wanted"), ("take", "take_wanted")])
def test_a_conflict_is_decided(sheet, button, said) -> None:
    sheet.choose("undo")
    sheet.bench.add.click()
    sheet.key_wanted.connect(lambda *_: sheet.show_conflict("Ctrl+Y is Redo.", "they change", "redo keeps none"))
    QTest.keyClick(sheet.bench.field, Key.Key_Y, Mod.ControlModifier)
    assert sheet.bench.conflict.isVisible() and sheet.bench.conflict.text() == "Ctrl+Y is Redo."
    getattr(sheet.bench, button).click()
    assert sheet.heard[-1] == (said, "undo", "Ctrl+Y", "")


def test_a_conflict_can_be_left(sheet) -> None:
    sheet.choose("undo")
    sheet.bench.add.click()
    sheet.key_wanted.connect(lambda *_: sheet.show_conflict("Ctrl+Y is Redo.", "", "", "Undo has no key."))
    QTest.keyClick(sheet.bench.field, Key.Key_Y, Mod.ControlModifier)
    assert not sheet.bench.swap.isEnabled() and sheet.bench.swap.toolTip() == "Undo has no key."
    QTest.keyClick(sheet.bench.take, Key.Key_Escape)
    assert sheet.isVisible() and not sheet.bench.conflict.isVisible() and len(sheet.heard) == 1


@pytest.mark.parametrize(
    ("key", "mods", "words"),
    [
        (Key.Key_D, Mod.ControlModifier, "Ctrl+D"),
        (Key.Key_A, Mod.ShiftModifier, "Shift+A"),
        (Key.Key_Question, Mod.ShiftModifier, "?"),
        (Key.Key_Exclam, Mod.ShiftModifier | Mod.AltModifier, "Alt+!"),
        (Key.Key_1, Mod.ShiftModifier | Mod.AltModifier, "Alt+Shift+1"),
        (Key.Key_Backtab, Mod.ShiftModifier, "Shift+Tab"),
        (Key.Key_Up, Mod.KeypadModifier, "Up"),
        (Key.Key_Plus, Mod.ControlModifier | Mod.ShiftModifier, "Ctrl++"),
        (Key.Key_Shift, Mod.ShiftModifier, ""),
        (Key.Key_Control, Mod.ControlModifier, ""),
        (Key.Key_F5, Mod.NoModifier, "F5"),
        (Key.Key_Eacute, Mod.ShiftModifier, "Shift+É"),
    ],
)
def test_how_a_press_is_written(key, mods, words) -> None:
    assert keymap.pressed(QKeyEvent(QEvent.Type.KeyPress, key, mods)) == words
    assert keymap.plain(words) == words


def test_shift_and_a_digit_stay_a_digit_on_a_real_keyboard() -> None:
    """The second key of the top row gives a sign with Shift, which one it is differs from country to country."""
    code = keymap._FIRST_DIGIT + 1
    event = QKeyEvent(QEvent.Type.KeyPress, Key.Key_At, Mod.ShiftModifier | Mod.AltModifier, code, 0, 0, "@", False, 1)
    assert keymap.pressed(event) == ("Alt+Shift+2" if keymap._FIRST_DIGIT else "Alt+@")


def test_while_keys_are_held_the_field_shows_them(sheet) -> None:
    sheet.choose("undo")
    sheet.bench.add.click()
    QTest.keyPress(sheet.bench.field, Key.Key_Control, Mod.ControlModifier)
    assert sheet.bench.field._held == "Ctrl+" and sheet.heard == []
