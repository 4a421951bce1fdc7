"""The menu of presets, for a layer in the inspector and for a recipe: choose one, save, rename, delete."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QInputDialog, QLineEdit, QMenu, QMessageBox

from app import presets
from app.presets import Shelf
from engine.declare import Declared
from engine.errors import UserError
from engine.presets import Preset, put_on, taken
from widgets import icons

if TYPE_CHECKING:
    from app.window import Window


class PresetMenu(QObject):
    """Opens the menu for one declaration and its present settings; `use` gets the settings that were chosen."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window

    def menu(
        self,
        declared: type[Declared],
        values: Mapping[str, Any],
        shipped: list[Preset],
        use: Callable[[str, dict[str, Any]], None],
    ) -> QMenu:
        """The menu; `use` is told the name of what was chosen and all settings with it put on."""
        shelf, said = presets.load()
        about = declared.__name__
        menu = QMenu(self._window)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.setToolTipsVisible(True)
        last = presets.last_used(about)
        groups = ([last] if last else [], shelf.of(about), shipped)
        for group in groups:
            for preset in group:
                self._add(menu, declared, values, preset, use)
            if group:
                menu.addSeparator()
        for sentence in said:
            menu.addAction(icons.icon("triangle-alert", "warning"), sentence).setEnabled(False)
        kept = taken(declared, values)
        save = menu.addAction(icons.icon("plus"), "Save as preset…", lambda: self._save(declared, kept))
        save.setEnabled(bool(kept))
        save.setToolTip("" if kept else "All settings are at their usual value.")
        self._add_own(menu, shelf, about)
        return menu

    def open(self, at: QPoint, *about: Any) -> None:
        self.menu(*about).popup(at)

    def _add(self, menu: QMenu, declared: Any, values: Mapping[str, Any], preset: Preset, use: Callable) -> None:
        here = not presets.changes(declared, values, preset)
        words = words_of(declared, preset.settings) if preset.whole else ""
        action = menu.addAction(
            f"{preset.name}\t{words}" if words else preset.name,
            lambda: use(preset.name, put_on(declared, values, preset)),
        )
        action.setToolTip(preset.line)
        action.setCheckable(here)
        action.setChecked(here)

    def _add_own(self, menu: QMenu, shelf: Shelf, about: str) -> None:
        own = shelf.of(about)
        for words, icon, work in (("Rename", "pencil", self._rename), ("Delete", "trash-2", self._delete)):
            part = menu.addMenu(icons.icon(icon), words)
            part.setEnabled(bool(own))
            for preset in own:
                part.addAction(preset.name, lambda name=preset.name, work=work: work(about, name))

    # ---- keeping ----

    def _change(self, change: Callable[[Shelf], Shelf], said: str, before: Shelf | None = None) -> bool:
        def work() -> None:
            presets.save(change(presets.load()[0]))

        if not self._window.attempt(work):
            return False
        if before is None:
            self._window.say(said, tone="good")
        else:
            self._window.say(said, action="Undo", on_action=lambda: self._change(lambda _: before, "It is back."))
        return True

    def _ask(self, title: str, words: str, name: str = "") -> str:
        text, fine = QInputDialog.getText(self._window, title, words, QLineEdit.EchoMode.Normal, name)
        return text if fine else ""

    def _save(self, declared: type[Declared], kept: dict[str, Any]) -> None:
        about = declared.__name__
        name = self._ask("Save as preset", f"Name of this {declared.label} preset")
        if not name:
            return
        try:
            name = presets.checked_name(name)
        except UserError as error:
            self._window.say(error.message, tone="error")
            return
        if presets.load()[0].has(about, name) and not self._may_replace(name):
            return
        self._change(
            lambda shelf: shelf.with_preset(about, name, kept),
            f"“{name}” is kept. It is here and in the quick search.",
        )

    def _may_replace(self, name: str) -> bool:
        buttons = QMessageBox.StandardButton
        box = QMessageBox(self._window)
        box.setWindowTitle("Lamina")
        box.setText(f"There is a preset “{name}” already.")
        box.setInformativeText("Replacing it changes no layer that was made from it.")
        over = box.addButton("Replace it", QMessageBox.ButtonRole.AcceptRole)
        box.addButton(buttons.Cancel)
        box.exec()
        return box.clickedButton() is over

    def _rename(self, about: str, old: str) -> None:
        name = self._ask("Rename preset", "New name", old)
        if name and name != old:
            self._change(lambda shelf: shelf.renamed(about, old, name), f"“{old}” has a new name.")

    def _delete(self, about: str, name: str) -> None:
        before = presets.load()[0]
        self._change(lambda shelf: shelf.without(about, name), f"“{name}” is deleted.", before)


def words_of(declared: type[Declared], settings: Mapping[str, Any]) -> str:
    """Two settings of a preset in words, to tell presets from each other."""
    known = declared.params()
    parts = [
        f"{known[name].label.lower()} {_said(value)}"
        for name, value in settings.items()
        if name in known and not isinstance(value, dict)
    ]
    return ", ".join(parts[:2]) + (" …" if len(parts) > 2 else "")


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, list | tuple):
        return " × ".join(dict.fromkeys(map(str, value))) if len(set(value)) == 1 else " × ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
