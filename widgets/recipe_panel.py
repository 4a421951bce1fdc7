"""The recipe of the next run: which way of training, and its settings. Values come in, wishes go out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtWidgets import QLayout, QVBoxLayout, QWidget

from widgets import theme
from widgets.controls import Choice, Label
from widgets.form import Form
from widgets.link import Link
from widgets.views import FormContext


class RecipePanel(QWidget):
    """A choice of recipes, what the chosen one does in a sentence, and its form."""

    recipe_chosen = Signal(str)
    changed = Signal(str, object)
    presets_wanted = Signal(QPoint)
    """The menu of presets, to open at a point of the screen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        sizes = theme.sizes()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(sizes.s8)
        self.choice = Choice()
        self.choice.setAccessibleName("Recipe")
        self.choice.chosen.connect(self.recipe_chosen)
        self.help = Label("", role="secondary", color="text2", wrap=True)
        self.form = Form()
        # a form that wraps labels reports too little height for its width; its least height is right
        self.form.layout().setSizeConstraint(QLayout.SizeConstraint.SetMinimumSize)
        self.form.changed.connect(self.changed)
        self.presets = Link("Presets")
        self.presets.setToolTip("Settings under a name: choose, save, rename")
        self.presets.clicked.connect(self._on_presets)
        for widget in (self.choice, self.help, self.presets, self.form):
            column.addWidget(widget, 0, Qt.AlignmentFlag.AlignLeft if widget is self.presets else Qt.AlignmentFlag(0))
        self._names: tuple[str, ...] = ()

    def set_recipes(self, recipes: Sequence[tuple[str, str]]) -> None:
        """The recipes that there are, as (name, words)."""
        names = tuple(name for name, _ in recipes)
        if names == self._names:
            return
        self._names = names
        self.choice.clear()
        for name, words in recipes:
            self.choice.add(name, words)
        self.choice.setVisible(len(names) > 1)

    def show_recipe(
        self,
        name: str,
        about: str,
        params: Any,
        values: Mapping[str, Any],
        errors: Mapping[str, str],
        context: FormContext,
    ) -> None:
        """Show one recipe with its settings; `params` is its class or its declared settings."""
        self.choice.set_current(name)
        self.help.setText(about)
        self.form.show_values(params, values, errors, context)

    def event(self, event: QEvent) -> bool:
        """Take the height that the present width asks for: a wrapped sentence needs more than a wide one hints at."""
        done = super().event(event)
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize) and self.layout() is not None:
            high = max(0, self.layout().heightForWidth(self.width()))  # -1 before there is a width
            if high != self.minimumHeight():
                self.setMinimumHeight(high)
        return done

    def _on_presets(self) -> None:
        self.presets_wanted.emit(self.presets.mapToGlobal(self.presets.rect().bottomLeft()))

    def focus_on(self, name: str) -> None:
        """Put the keyboard into a setting."""
        self.form.focus_on(name)
