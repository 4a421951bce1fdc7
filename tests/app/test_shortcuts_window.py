"""Keys in the real window: each fires what it stands for, a new key works at once and after a restart, text fields
keep theirs."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

sys.path.insert(0, str(Path(__file__).parent))

from window_help import open_window, spin, wait, wine

from app import shortcuts
from app.commands import COMMANDS
from app.shortcuts import USUAL, entries
from widgets import keymap
from widgets.canvas import keys as canvas_keys
from widgets.canvas.acts import ACTS, with_shift
from widgets.shortcut_sheet import ShortcutSheet


@pytest.fixture(autouse=True)
def config(tmp_path, monkeypatch):
    monkeypatch.setenv("LAMINA_CONFIG", str(tmp_path / "config"))
    yield tmp_path / "config"
    keymap.bind({})


@pytest.fixture
def window(qapp):
    with open_window() as made:
        made.document.start(wine())
        made.show_page("build")
        spin(0.3)
        activate(made)
        made.build.canvas.setFocus()
        QApplication.processEvents()
        yield made


def activate(window) -> None:
    """Keys go to the active window alone; without a window manager nobody else makes it that."""
    window.activateWindow()
    wait(window.isActiveWindow, 5, "the window to be active")


def press(window, key: str) -> None:
    """Press a key as the system brings it to the window."""
    combination: QKeyCombination = QKeySequence(key)[0]
    QTest.keyClick(window.windowHandle(), combination.key(), combination.keyboardModifiers())
    QApplication.processEvents()


def sheet_of(window) -> ShortcutSheet:
    return next(one for one in window.findChildren(ShortcutSheet) if one.isVisible())


def listen(window, monkeypatch) -> list[str]:
    """Hear what keys ask for, instead of doing it."""
    heard: list[str] = []
    monkeypatch.setattr(window, "run_command", heard.append)
    for name in ACTS:

        def run(_view, shifted, name=name) -> bool:
            heard.append(f"{name} with Shift" if shifted else name)
            return True

        monkeypatch.setitem(canvas_keys.RUNS, name, run)
    return heard


def test_every_key_of_the_first_day_fires_what_it_stands_for(window, monkeypatch) -> None:
    heard = listen(window, monkeypatch)
    silent = []
    for name, entry in entries().items():
        for key in entry.keys:
            heard.clear()
            window.build.canvas.setFocus()
            press(window, key)
            shared = {other for pair in shortcuts.TOGETHER if name in pair for other in pair} | {name}
            if len(heard) != 1 or heard[0] not in shared:
                silent.append((name, key, list(heard)))
            more = with_shift(name, key)
            if more:
                heard.clear()
                press(window, more)
                if heard != [f"{name} with Shift"]:
                    silent.append((name, more, list(heard)))
    assert silent == []


def test_every_command_fires_by_a_key_that_a_person_gives(window, monkeypatch) -> None:
    """Those without a key on the first day too; each by the same free key, one after the other."""
    heard = listen(window, monkeypatch)
    silent = []
    for name in entries():
        shortcuts.put_in_force(USUAL.with_keys(name, ("Ctrl+F11",)))
        heard.clear()
        window.build.canvas.setFocus()
        press(window, "Ctrl+F11")
        if heard != [name]:
            silent.append((name, list(heard)))
    assert silent == []


def test_alt_up_nudges_what_is_selected_and_else_leaves(window, monkeypatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(window, "say", lambda text, *_, **__: said.append(text))
    window.build.select(["linear_1"])
    before = window.build.graph.nodes["linear_1"].y
    press(window, "Alt+Up")
    assert window.build.graph.nodes["linear_1"].y == before - 4 and said == []
    window.build.canvas.choose(())
    press(window, "Alt+Up")
    assert said == [COMMANDS["leave_block"].why_not(window)] and said[0]


def test_a_new_key_works_at_once_everywhere(window) -> None:
    press(window, "?")
    sheet = sheet_of(window)
    sheet.choose("duplicate")
    sheet.bench.start()
    QTest.keyClick(sheet.bench.field, Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)
    assert sheet.bench.conflict.isVisible() and "Group into block" in sheet.bench.conflict.text()
    sheet.bench.swap.click()
    sheet.choose("undo")
    sheet.bench.start("Ctrl+Z")
    QTest.keyClick(sheet.bench.field, Qt.Key.Key_F10)
    sheet.accept()
    activate(window)
    menu = window.menus.menu_of(["duplicate", "group"])
    assert [action.text().split("\t")[1] for action in menu.actions()] == ["Ctrl+G", "Ctrl+D"]
    menu.close()
    assert window.top.undo.toolTip().endswith("F10") or not window.top.undo.isEnabled()
    window.build.select(["linear_1"])
    count = len(window.build.graph.nodes)
    window.build.canvas.setFocus()
    press(window, "Ctrl+G")
    assert len(window.build.graph.nodes) == count + 1, "Ctrl+G duplicates now"
    press(window, "Ctrl+Z")
    assert len(window.build.graph.nodes) == count + 1, "Ctrl+Z does nothing now"
    assert window.top.undo.toolTip() == "Undo duplicate  F10"
    press(window, "F10")
    assert len(window.build.graph.nodes) == count


def test_a_new_key_is_there_after_a_restart(qapp, config) -> None:
    with open_window() as first:
        first.document.start(wine())
        first.show_shortcuts()
        sheet = sheet_of(first)
        for name, key in (("zoom_in", Qt.Key.Key_B), ("page_train", Qt.Key.Key_F7)):
            sheet.choose(name)
            sheet.bench.start()
            QTest.keyClick(sheet.bench.field, key)
        sheet.accept()
    keymap.bind({})
    assert json.loads((config / "shortcuts.json").read_text())["keys"]["zoom_in"] == ["Ctrl+=", "Ctrl++", "B"]
    with open_window() as second:
        second.document.start(wine())
        spin(0.3)
        activate(second)
        canvas = second.build.canvas
        canvas.setFocus()
        before = canvas.zoom
        press(second, "B")
        assert canvas.zoom > before
        press(second, "F7")
        assert second.page == "train"


def test_damaged_keys_are_said_at_the_start_and_the_usual_ones_hold(qapp, config) -> None:
    config.mkdir(parents=True)
    (config / "shortcuts.json").write_text("{")
    with open_window() as window:
        wait(lambda: "shortcuts.json" in window.status.message.text(), 5, "the sentence")
        window.document.start(wine())
        activate(window)
        press(window, "Ctrl+3")
        assert window.page == "train"


@pytest.mark.parametrize("key", ["B", "Del", "Home", "Return", "Ctrl+C", "Ctrl+Left"])
def test_text_fields_keep_what_they_need(window, monkeypatch, key) -> None:
    heard = listen(window, monkeypatch)
    shortcuts.put_in_force(USUAL.with_keys("page_data", (key,)).with_keys("copy", ()))
    window.build.canvas.setFocus()
    press(window, key)
    assert heard == ["page_data"], "anywhere else it works"
    heard.clear()
    search = window.build.palette_panel.search
    search.setFocus()
    search.setText("relu")
    search.setCursorPosition(2)
    press(window, key)
    assert heard == []
    assert {
        "B": search.text().lower() == "rebl" or search.text().lower() == "reblu",
        "Del": search.text() == "reu",
    }.get(key, search.text() == "relu")


def test_what_fields_do_not_need_goes_to_commands(window, monkeypatch) -> None:
    heard = listen(window, monkeypatch)
    window.build.palette_panel.search.setFocus()
    for key in ("Ctrl+S", "F8", "Ctrl+K", "Ctrl+2"):
        press(window, key)
    assert heard == ["save", "next_problem", "find_anything", "page_build"]


def test_tables_travel_in_files(window, monkeypatch, tmp_path) -> None:
    path = tmp_path / "mine"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(path), ""))
    window.show_shortcuts()
    sheet = sheet_of(window)
    sheet.choose("duplicate")
    sheet.bench.start("Ctrl+D")
    QTest.keyClick(sheet.bench.field, Qt.Key.Key_F10)
    sheet.give_out.click()
    assert "Saved mine.json" in sheet.bench.note.text()
    sheet.reset_all.click()
    assert keymap.bound()["duplicate"] == ("Ctrl+D",) and not sheet.reset_all.isEnabled()
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, **__: (str(tmp_path / "mine.json"), ""))
    sheet.take_in.click()
    assert keymap.bound()["duplicate"] == ("F10",) and "1 command with keys of mine.json" in sheet.bench.note.text()
    (tmp_path / "mine.json").write_text("no")
    sheet.take_in.click()
    assert "holds no JSON" in sheet.bench.note.text()
    assert keymap.bound()["duplicate"] == ("F10",), "what cannot be read changes nothing"
    sheet.accept()


def test_where_nothing_can_be_kept_the_sheet_says_so(window, monkeypatch, config) -> None:
    shutil.rmtree(config)
    config.write_text("a file where the folder should be")
    window.show_shortcuts()
    sheet = sheet_of(window)
    sheet.choose("duplicate")
    sheet.bench.start()
    QTest.keyClick(sheet.bench.field, Qt.Key.Key_F10)
    assert "was not saved" in sheet.bench.note.text()
    assert keymap.bound()["duplicate"] == ("Ctrl+D", "F10"), "it holds until the end"
    sheet.accept()
