"""The small windows that are filled from declarations: about, and the finder."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.commands import COMMANDS
from app.lessons_commands import found_lessons, start_lesson
from engine.layer import layers
from engine.templates import templates
from widgets import keymap, theme
from widgets.controls import Button, Label, surface
from widgets.finder import Finder, Found

if TYPE_CHECKING:
    from app.window import Window


class _Dialog(QDialog):
    """A plain dialog with a title, a body and a Close button."""

    def __init__(self, window: Window, title: str, width: int) -> None:
        super().__init__(window)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        surface(self, "panel")
        sizes = theme.sizes()
        self.resize(width, sizes.dialog_height)
        column = QVBoxLayout(self)
        column.setContentsMargins(sizes.s20, sizes.s16, sizes.s20, sizes.s16)
        column.setSpacing(sizes.s12)
        column.addWidget(Label(title, role="page_title"))
        self.body = QVBoxLayout()
        content = QWidget()
        content.setLayout(self.body)
        area = QScrollArea()
        area.setAccessibleName(title)  # keys scroll it
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setWidget(content)
        column.addWidget(area, 1)
        self.foot = QHBoxLayout()
        self.foot.addStretch(1)
        close = Button("Close")
        close.clicked.connect(self.accept)
        self.foot.addWidget(close)
        column.addLayout(self.foot)


def about(window: Window) -> QDialog:
    """What this program is, with the versions that a report needs."""
    import PySide6

    dialog = _Dialog(window, "About Lamina", theme.sizes().dialog_width)
    lines = (
        "Build, train, test and ship neural networks without writing code.",
        f"Python {platform.python_version()}, PySide6 {PySide6.__version__}, {platform.system()} {platform.machine()}",
        f"{len([cls for cls in layers if cls.in_palette])} layers, {len(templates())} templates.",
        "Icons by Lucide (ISC). Typefaces Inter and JetBrains Mono (OFL).",
    )
    for text in lines:
        dialog.body.addWidget(Label(text, role="body", color="text2", wrap=True))
    dialog.body.addStretch(1)
    dialog.open()
    return dialog


def finder(window: Window) -> None:
    """Ctrl+K: every layer, setting, command and template in one list."""
    found = Finder(window)
    found.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    entries = [
        Found("layer", cls.__name__, cls.label, "add", icon=cls.icon, section=cls.section, words=cls.keywords)
        for cls in layers
        if cls.in_palette and window.has_project
    ]
    if window.has_project:
        entries += _recipe_entries(window)
    entries += [
        Found(
            "command",
            one.name,
            one.label,
            one.menu,
            keymap.shown(one.name),
            one.icon,
            why_not=one.why_not(window),
        )
        for one in COMMANDS.values()
    ]
    from app.settings_sheet import found_settings

    entries += found_settings(window)
    entries += [Found("template", one.name, one.title, one.data, words=one.line) for one in templates()]
    entries += found_lessons()
    found.chosen.connect(lambda kind, key: _chosen(window, kind, key))
    found.open(entries, window)


def _recipe_entries(window: Window) -> list[Found]:
    from engine.recipes import recipes

    recipe = window.document.project.recipe
    if str(recipe.get("type")) not in recipes:
        return []
    params = recipes[str(recipe["type"])].params()
    return [Found("setting", name, one.label, "Train", words=one.help) for name, one in params.items()]


def _chosen(window: Window, kind: str, key: str) -> None:
    from app.settings_sheet import FOUND_AS, open_settings

    if kind == "layer":
        window.show_page("build")
        window.build.adding.add_layer(key)
    elif kind == "command":
        window.run_command(key)
    elif kind == "template":
        window.files.use_template(key)
    elif kind == "lesson":
        start_lesson(window, key)
    elif key.startswith(FOUND_AS):
        open_settings(window, key.removeprefix(FOUND_AS))
    else:
        window.show_page("train")
        window.train.recipe.focus_on(key)
