"""The shortcut sheet at work: shows the table in force, judges new keys, keeps them, and brings in tables of files."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from app import shortcuts
from app.shortcuts import FIXED, Shortcuts, entries
from engine.errors import UserError
from widgets import keymap, theme
from widgets.canvas.acts import ACTS
from widgets.shortcut_rows import KeyRow
from widgets.shortcut_sheet import ShortcutSheet

_SUFFIX = ".json"


class SheetWork(QObject):
    """Answers the wishes of one open sheet."""

    def __init__(self, sheet: ShortcutSheet) -> None:
        super().__init__(sheet)
        self.sheet = sheet
        self.table, _ = shortcuts.load()
        sheet.key_wanted.connect(self._on_key)
        sheet.swap_wanted.connect(self._on_swap)
        sheet.take_wanted.connect(self._on_take)
        sheet.remove_wanted.connect(self._on_remove)
        sheet.reset_wanted.connect(self._on_reset)
        sheet.reset_all_wanted.connect(self._on_reset_all)
        sheet.export_wanted.connect(self._on_export)
        sheet.import_wanted.connect(self._on_import)
        self._show()

    def _show(self) -> None:
        known, held = entries(), self.table.keys()
        rows = [
            KeyRow(
                name=name,
                label=entry.label,
                group=entry.group,
                keys=held[name],
                shown=tuple(keymap.native(key) for key in held[name]),
                changed=held[name] != entry.keys,
                note=_note(name),
            )
            for name, entry in known.items()
        ]
        rows += [
            KeyRow(f"fixed {place}", label, "Pointer", shown=(key,), fixed=True, note="Stays as it is.")
            for place, (label, key) in enumerate(FIXED)
        ]
        self.sheet.show_rows(rows)

    def _take(self, table: Shortcuts, said: str) -> None:
        """Put a table in force and keep it; where that fails, it holds until the program ends."""
        self.table = table
        shortcuts.put_in_force(table)
        self._show()
        try:
            shortcuts.save(table)
        except UserError as error:
            self.sheet.show_note(error.message, "error")
        else:
            self.sheet.show_note(said, "good")

    def _on_key(self, name: str, key: str, instead_of: str) -> None:
        reason = shortcuts.why_not(name, key, self.table, instead_of)
        if reason:
            self.sheet.refuse(reason)
            return
        owner = self.table.owner(key, name)
        if not owner:
            remark = shortcuts.remark(name, key)
            said = f"{keymap.native(key)} is {entries()[name].label} now."
            self._take(self.table.given(name, key, instead_of), f"{said} {remark}".strip())
            return
        known = entries()
        mine, theirs = known[name].label, known[owner].label
        after_swap = self.table.swapped(name, key, instead_of).keys()[owner]
        left = self.table.given(name, key, instead_of).keys()[owner]
        self.sheet.show_conflict(
            f"{keymap.native(key)} is {theirs}.",
            f"{mine} gets {keymap.native(key)}, {theirs} gets {_shown(after_swap)}",
            f"{mine} gets {keymap.native(key)}, {theirs} keeps {_shown(left)}",
            shortcuts.why_not_swap(name, key, self.table, instead_of),
        )

    def _on_swap(self, name: str, key: str, instead_of: str) -> None:
        owner = entries()[self.table.owner(key, name)].label
        self._take(self.table.swapped(name, key, instead_of), f"{entries()[name].label} and {owner} changed keys.")

    def _on_take(self, name: str, key: str, instead_of: str) -> None:
        owner = self.table.owner(key, name)
        table = self.table.given(name, key, instead_of)
        self._take(table, f"{keymap.native(key)} is {entries()[name].label} now. {_rest(owner, table)}")

    def _on_remove(self, name: str, key: str) -> None:
        keys = [one for one in self.table.keys()[name] if one != key]
        self._take(self.table.with_keys(name, keys), f"{keymap.native(key)} does nothing now.")

    def _on_reset(self, name: str) -> None:
        self._take(self.table.reset(name), f"{entries()[name].label} has its usual keys again.")

    def _on_reset_all(self) -> None:
        before = self.table
        self._take(Shortcuts({}, before.unknown), "All keys are as on the first day.")

    def _on_export(self) -> None:
        path, _ = QFileDialog.getSaveFileName(self.sheet, "Export shortcuts", "lamina-shortcuts.json", _filter())
        if not path:
            return
        target = Path(path) if path.endswith(_SUFFIX) else Path(path + _SUFFIX)
        try:
            shortcuts.write(target, self.table)
        except UserError as error:
            self.sheet.show_note(error.message, "error")
        else:
            self.sheet.show_note(f"Saved {target.name}.", "good")

    def _on_import(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self.sheet, "Import shortcuts", "", _filter())
        if not path:
            return
        try:
            table, said = shortcuts.read(Path(path))
        except UserError as error:
            self.sheet.show_note(error.message, "error")
            return
        count = len(table.changed)
        words = f"{count} command{'' if count == 1 else 's'} with keys of {Path(path).name}."
        self._take(table, " ".join([words, *said]))


def _filter() -> str:
    return f"Shortcuts (*{_SUFFIX})"


def _shown(keys: tuple[str, ...]) -> str:
    return " and ".join(keymap.native(key) for key in keys) or "none"


def _rest(owner: str, table: Shortcuts) -> str:
    left = table.keys()[owner]
    label = entries()[owner].label
    return f"{label} keeps {_shown(left)}." if left else f"{label} has no key now."


def _note(name: str) -> str:
    act = ACTS.get(name)
    if act is not None and act.shift:
        return f"With Shift it {act.shift}."
    if name == "leave_block":
        return "Works while nothing is selected; else the key nudges."
    return ""


def open_sheet(window: QWidget) -> ShortcutSheet:
    """Open the sheet over a window."""
    sheet = ShortcutSheet(window)
    sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    SheetWork(sheet)
    room, sizes = window.size(), theme.sizes()
    sheet.resize(
        min(sizes.shortcut_sheet, room.width() - sizes.s32), min(sizes.shortcut_sheet_height, room.height() - sizes.s32)
    )
    sheet.open()
    return sheet
