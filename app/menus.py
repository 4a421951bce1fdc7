"""The commands of a window as actions with keys and as menus that say why something cannot be done now."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from app.commands import COMMANDS, MENUS, Command
from widgets import icons, keymap

if TYPE_CHECKING:
    from app.window import Window


class Menus(QObject):
    """Actions and menus of one window; their keys are those in force, which a person may change at any time."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._actions: dict[str, QAction] = {}
        self._make()
        self._set_keys()
        keymap.notifier().changed.connect(self._set_keys)

    def _make(self) -> None:
        for one in COMMANDS.values():
            action = QAction(one.label, self._window)
            action.triggered.connect(lambda _=False, name=one.name: self._window.run_command(name))
            self._actions[one.name] = action
            if one.where == "window":
                self._window.addAction(action)
            elif one.where != "menu":
                action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def _set_keys(self) -> None:
        bound = keymap.bound()
        for one in COMMANDS.values():
            if one.where != "menu":  # to those the canvas listens itself
                keys = [QKeySequence(key) for key in bound.get(one.name, one.keys)]
                self._actions[one.name].setShortcuts(keys)

    def add_canvas_actions(self, canvas: QWidget) -> None:
        """Keys that only work while the canvas has the focus."""
        for one in COMMANDS.values():
            if one.where == "canvas":
                canvas.addAction(self._actions[one.name])

    def add_page_actions(self, page: QWidget) -> None:
        """Keys that work everywhere on the Build page."""
        for one in COMMANDS.values():
            if one.where == "build":
                page.addAction(self._actions[one.name])

    def menu_of(self, names: Iterable[str]) -> QMenu:
        """A menu of commands; those that cannot be done now are greyed and say why."""
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        for name in names:
            if name:
                self._add_to(menu, COMMANDS[name])
            else:
                menu.addSeparator()
        return menu

    def _add_to(self, menu: QMenu, one: Command) -> None:
        reason = one.why_not(self._window)
        action = menu.addAction(one.label, lambda: self._window.run_command(one.name))
        if one.icon:
            action.setIcon(icons.icon(one.icon))
        key = keymap.shown(one.name)
        if key:
            action.setText(f"{one.label}\t{key}")
        action.setEnabled(not reason)
        action.setToolTip(reason)

    def show_main(self, at: QPoint) -> None:
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for title in MENUS:
            part = menu.addMenu(title)
            part.setToolTipsVisible(True)
            for one in COMMANDS.values():
                if one.menu == title:
                    self._add_to(part, one)
        menu.popup(at)
