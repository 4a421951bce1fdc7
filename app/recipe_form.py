"""The recipe of the next run as a form: how to train, its settings, what the Doctor changes in it, the device."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QMenu

from app.preset_menu import PresetMenu
from app.run_offers import RunOffers
from app.runviews import as_choice
from engine.presets import of_recipe
from engine.project import Project
from engine.recipes import recipes
from widgets.recipe_panel import RecipePanel
from widgets.views import FieldView, FormContext

if TYPE_CHECKING:
    from app.window import Window


class RecipeForm(QObject):
    """Wires the form to the project's recipe."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._document = window.document
        self.panel = RecipePanel()
        self.panel.set_recipes([(cls.__name__, cls.label) for cls in recipes])
        self.panel.changed.connect(self._on_recipe)
        self.panel.recipe_chosen.connect(self._on_recipe_type)
        self._offers = RunOffers(window.document)
        self._presets = PresetMenu(window)
        self.panel.presets_wanted.connect(self._on_presets)

    def show(self) -> None:
        recipe = self._document.project.recipe
        if not self._window.has_project or str(recipe.get("type")) not in recipes:
            return
        cls = recipes[str(recipe["type"])]
        values = {name: value for name, value in recipe.items() if name != "type"}
        fields = tuple(FieldView(one.name, one.kind) for one in self._document.project.data.fields)
        context = FormContext(fields, runs=self._offers.runs, nodes=self._offers.nodes)
        self.panel.show_recipe(cls.__name__, cls.help(), cls, values, cls.problems_of(values), context)

    def focus_on(self, name: str) -> None:
        """Put the keyboard into a setting of the recipe."""
        self.panel.focus_on(name)

    def _on_recipe_type(self, name: str) -> None:
        """Train in another way; settings that both ways have stay as they are."""
        shared = recipes[name].params()

        def edit(project: Project) -> Project:
            kept = {key: value for key, value in project.recipe.items() if key in shared}
            return replace(project, recipe={**kept, "type": name})

        self._document.edit(f"Train by {recipes[name].label.lower()}", edit)

    def _on_recipe(self, name: str, value: Any) -> None:
        self.edit(f"Set {name.replace('_', ' ')}", {name: value}, merge=f"recipe.{name}")

    def edit(self, words: str, values: Mapping[str, Any], merge: str = "") -> bool:
        """Change settings of the recipe as one step of the history; False where a value cannot be."""

        def edit(project: Project) -> Project:
            recipe = {**project.recipe, **values}
            recipes.make(recipe)
            return replace(project, recipe=recipe)

        return self._document.edit(words, edit, merge)

    def _on_presets(self, at: QPoint) -> None:
        recipe = self._document.project.recipe
        if str(recipe.get("type")) not in recipes:
            return
        cls = recipes[str(recipe["type"])]
        values = {name: value for name, value in recipe.items() if name != "type"}

        def use(name: str, chosen: dict[str, Any]) -> None:
            made = {"type": cls.__name__, **chosen}
            self._document.edit(f"Train as in {name}", lambda project: replace(project, recipe=made))

        self._presets.open(at, cls, values, of_recipe(cls), use)

    def follow_doctor(self, remedy: str) -> None:
        """Change the recipe of the next run as the Doctor proposes."""
        recipe = dict(self._document.project.recipe)
        optimizer = as_choice(recipe.get("optimizer", "Adam"))
        made: Any = recipes.make(recipe)
        rate = made.optimizer.lr
        changes: dict[str, dict[str, Any]] = {
            "lower_rate": {"optimizer": {**optimizer, "lr": rate / 3}},
            "raise_rate": {"optimizer": {**optimizer, "lr": rate * 3}},
            "stop_early": {"early_stopping": 8},
            "clip": {"clip_norm": 1.0},
            "more_epochs": {"epochs": made.epochs * 2},
        }
        change = changes.get(remedy)
        if change and self.edit("Follow the Doctor", change):
            self._window.say(
                "The recipe of the next run is changed.",
                tone="good",
                action="Undo",
                on_action=self._document.stack.undo,
            )

    def show_devices(self, at: QPoint) -> None:
        """A menu of the devices that this computer has."""
        menu = QMenu(self._window)
        menu.aboutToHide.connect(menu.deleteLater)
        current = str(self._document.project.recipe.get("device", "auto"))
        names = {
            "auto": "Fastest there is",
            "cpu": f"Processor, {os.cpu_count()} cores",
            "cuda": "NVIDIA GPU (CUDA)",
            "mps": "Apple GPU",
        }
        for key, text in names.items():
            action = menu.addAction(text, lambda key=key: self.edit("Choose device", {"device": key}))
            action.setCheckable(True)
            action.setChecked(key == current)
        menu.popup(at)
