"""The settings, as their declaration says them: searchable, in force at once, with a way to the keys and the layout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog

from widgets import theme
from widgets.controls import Button, EmptyState, Label, SearchField, surface
from widgets.controls.base import column, row
from widgets.finder import Found
from widgets.form import Form
from widgets.fuzzy import match
from widgets.page_frame import scrolled
from widgets.views import FormContext, Note

if TYPE_CHECKING:
    from app.window import Window
    from engine.params import Param

KEPT_ELSEWHERE = ("favorites",)
"""Settings that have their own place in the window."""
FOUND_AS = "settings."


def shown_settings(window: Window) -> dict[str, Param]:
    """The settings that the sheet shows."""
    return {name: one for name, one in type(window.settings).params().items() if name not in KEPT_ELSEWHERE}


def found_settings(window: Window) -> list[Found]:
    """The settings as rows of the finder."""
    return [
        Found("setting", FOUND_AS + name, one.label, "Settings", words=one.help)
        for name, one in shown_settings(window).items()
    ]


class SettingsSheet(QDialog):
    """A search line, the form, and three ways out: reset, keys, close."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self.setWindowTitle("Settings")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        surface(self, "panel")
        sizes = theme.sizes()
        whole = column(self, space=sizes.s12)
        whole.setContentsMargins(sizes.s20, sizes.s16, sizes.s20, sizes.s16)
        whole.addWidget(Label("Settings", role="page_title"))
        self.search = SearchField("Search settings")
        whole.addWidget(self.search)
        self.form = Form()
        self.nothing = EmptyState("search", "", "", "Clear search", kind="plain")
        self.nothing.hide()
        self.nothing.clicked.connect(self.search.clear)
        self._area = scrolled(self.form)
        whole.addWidget(self._area, 1)
        whole.addWidget(self.nothing, 1)
        foot = row(space=sizes.s8)
        self.reset = Button("Reset all", "rotate-ccw", "quiet")
        self.keys = Button("Shortcuts", "keyboard", "quiet", command="show_shortcuts")
        self.layout_ = Button("Reset the layout", "panel-left", "quiet", command="reset_layout")
        close = Button("Close")
        for button in (self.reset, self.keys, self.layout_):
            foot.addWidget(button)
        foot.addStretch(1)
        foot.addWidget(close)
        whole.addLayout(foot)
        self.search.textChanged.connect(lambda _: self._show())
        self.search.left.connect(self.reject)
        self.form.changed.connect(self._on_changed)
        self.reset.clicked.connect(self._on_reset)
        self.keys.clicked.connect(self._on_keys)
        self.layout_.clicked.connect(lambda: window.run_command("reset_layout"))
        close.clicked.connect(self.accept)
        self._show()
        room = window.size() - QSize(sizes.s32, sizes.s32)
        wide = min(sizes.dialog_width, room.width())
        self.resize(wide, min(self._wanted_height(wide), room.height()))

    def _wanted_height(self, wide: int) -> int:
        """As high as all settings need, no higher: a sheet says by its size how much there is to settle."""
        layout, form = self.layout(), self.form.layout()
        margins = layout.contentsMargins()
        inside = wide - margins.left() - margins.right()
        asked = form.heightForWidth(inside) if form.hasHeightForWidth() else form.sizeHint().height()
        others = layout.sizeHint().height() - self._area.sizeHint().height()
        return max(theme.sizes().settings_least, others + asked + theme.sizes().s4)

    def focus_on(self, name: str) -> None:
        """Put the keyboard into a setting."""
        self.form.focus_on(name)
        if name in self.form.rows:
            self._area.ensureWidgetVisible(self.form.rows[name])

    def _show(self) -> None:
        typed = self.search.text().strip()
        found = {
            name: one
            for name, one in shown_settings(self._window).items()
            if not typed or match(typed, one.label) or match(typed, f"{one.help} {_choices(one)}")
        }
        # what a setting does stands beside it, where the sheet has the room
        context = FormContext(notes={name: Note(one.help) for name, one in found.items()})
        self.form.show_values(found, self._window.settings.to_json(), {}, context)
        self._area.setVisible(bool(found))
        self.nothing.setVisible(not found)
        self.nothing.set_words(f"No setting matches “{typed}”", "Try what it changes, such as “text”.", "Clear search")
        usual, now = type(self._window.settings)(), self._window.settings
        changed = any(getattr(usual, name) != getattr(now, name) for name in shown_settings(self._window))
        self.reset.set_enabled_because(changed, "All settings are at their usual value.")

    def _on_changed(self, name: str, value: Any) -> None:
        self._window.change_settings(**{name: value})
        self._show()

    def _on_reset(self) -> None:
        usual = type(self._window.settings)()
        self._window.change_settings(**{name: getattr(usual, name) for name in shown_settings(self._window)})
        self._show()

    def _on_keys(self) -> None:
        self.accept()
        self._window.run_command("show_shortcuts")


def _choices(one: Param) -> str:
    return " ".join(words for _, words in one.choices)


def open_settings(window: Window, name: str = "") -> SettingsSheet:
    """Open the sheet; with a name, at that setting."""
    sheet = SettingsSheet(window)
    sheet.open()
    if name:
        sheet.focus_on(name)
    return sheet
