"""Every control of every page has a name for screen readers, and a way to see that it has the keyboard."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QApplication,
    QWidget,
)  # fmt: skip

sys.path.insert(0, str(Path(__file__).parent))

from window_help import close_extra_windows, open_window, wait

from engine.templates import new_from_template
from widgets.controls.base import FocusRing

PAGES = ("data", "build", "train", "test", "export")


@pytest.fixture(scope="module")
def window(qapp):
    with open_window() as made:
        made.document.start(replace(new_from_template("resnet-digits"), view={"page": "build"}))
        yield made
        close_extra_windows()


def focusable(root: QWidget) -> list[QWidget]:
    """What Tab can reach and a person can see."""
    by_tab = Qt.FocusPolicy.TabFocus
    return [
        one
        for one in root.findChildren(QWidget)
        if one.isVisible() and one.isEnabled() and one.focusPolicy().value & by_tab.value and one.focusProxy() is None
    ]


def name_of(widget: QWidget) -> str:
    """What a screen reader says of it."""
    listed = QAccessible.queryAccessibleInterface(widget)
    return listed.text(QAccessible.Text.Name).strip() if listed else ""


def unnamed(root: QWidget) -> list[str]:
    return [
        f"{type(one).__name__} in {' < '.join(type(up).__name__ for up in above(one)[:4])}"
        for one in focusable(root)
        if not name_of(one)
    ]


def above(widget: QWidget) -> list[QWidget]:
    found, at = [], widget.parentWidget()
    while at is not None:
        found.append(at)
        at = at.parentWidget()
    return found


@pytest.mark.parametrize("page", PAGES)
def test_every_control_of_a_page_has_a_name(window, page) -> None:
    window.show_page(page)
    QApplication.processEvents()
    assert focusable(window)
    assert unnamed(window) == []


@pytest.mark.parametrize("panel", ["problems", "code", "history", "outline"])
@pytest.mark.parametrize("chosen", [[], ["conv_1"], ["conv_1", "conv_2"], ["residual_block_1"]])
def test_the_panels_of_the_build_page_too(window, panel, chosen) -> None:
    window.show_page("build")
    window.build.bottom.open(panel)
    window.build.select(chosen)
    QApplication.processEvents()
    assert unnamed(window) == []


@pytest.mark.parametrize("command", ["show_settings", "show_shortcuts", "show_about", "finder"])
def test_dialogs_too(window, command) -> None:
    from app.commands import COMMANDS

    name = command if command in COMMANDS else next(one for one, it in COMMANDS.items() if it.label == "Find anything")
    window.run_command(name)
    QApplication.processEvents()
    opened = [one for one in QApplication.topLevelWidgets() if one.isVisible() and one is not window]
    assert opened
    for one in opened:
        assert unnamed(one) == [], name
        one.close()


def marked(widget: QWidget, before: object) -> bool:
    """Whether one can see that a control has the keyboard: a ring around it, or another picture of itself."""
    ring = FocusRing.shown
    return (ring is not None and ring.widget() is widget) or widget.grab().toImage() != before


def test_the_keyboard_can_be_seen_on_every_control(window) -> None:
    close_extra_windows()
    window.activateWindow()
    wait(window.isActiveWindow, 10, "the window to be the active one")
    window.setAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)  # as after a press of Tab
    blind, seen = [], 0
    for page in PAGES:
        window.show_page(page)
        QApplication.processEvents()
        for one in focusable(window):
            if isinstance(one, QAbstractScrollArea):
                continue  # lists show a chosen row, the canvas the chosen card
            window.setFocus(Qt.FocusReason.OtherFocusReason)
            QApplication.processEvents()
            before = one.grab().toImage()
            one.setFocus(Qt.FocusReason.TabFocusReason)
            QApplication.processEvents()
            seen += one.hasFocus()
            if one.hasFocus() and not marked(one, before):
                blind.append(f"{page}: {type(one).__name__} {name_of(one)!r}")
            one.clearFocus()
    assert not blind, "\n".join(blind)
    assert seen > 40
