"""Presets that ship, and how presets are taken from settings and put on others."""

from __future__ import annotations

import pytest

from engine.layer import layers
from engine.presets import Preset, layers_with_presets, of_layer, of_recipe, put_on, taken
from engine.recipes import recipes

SHIPPED = [(name, preset) for name in layers_with_presets() for preset in of_layer(name)]


@pytest.mark.parametrize(("name", "preset"), SHIPPED, ids=lambda one: getattr(one, "name", one))
def test_what_ships_for_layers_can_be_put_on(name, preset) -> None:
    cls = layers[name]
    assert cls.problems_of(preset.settings) == {}
    assert preset.line.endswith(".") and not preset.whole
    made = put_on(cls, {}, preset)
    layer = cls(**made)
    for key, value in preset.settings.items():
        assert cls.params()[key].coerce(value) == getattr(layer, key), key


def test_names_are_told_apart() -> None:
    for name in layers_with_presets():
        names = [preset.name for preset in of_layer(name)]
        assert len(set(names)) == len(names) and all(len(one) <= 30 for one in names)


def test_recipes_get_the_presets_that_they_have_all_settings_of() -> None:
    names = {cls.__name__: [preset.name for preset in of_recipe(cls)] for cls in recipes}
    assert "AdamW for Transformers" in names["Supervised"] and "AdamW for Transformers" in names["LanguageModel"]
    assert names["Gan"] == ["As in DCGAN"]
    assert "As in DCGAN" not in names["Supervised"]
    for cls in recipes:
        for preset in of_recipe(cls):
            assert cls.problems_of(preset.settings) == {}
            cls(**put_on(cls, {}, preset))


def test_one_that_ships_leaves_what_it_does_not_speak_of() -> None:
    stem = next(preset for preset in of_layer("Conv2d") if preset.name == "3 × 3, halves")
    assert put_on(layers["Conv2d"], {"filters": 48, "kernel": [7, 7]}, stem) == {
        "filters": 48, "stride": [2, 2], "padding": [1, 1],
    }  # fmt: skip


def test_an_own_one_brings_everything_back_that_it_was_saved_with() -> None:
    own = Preset("mine", {"filters": 48}, whole=True)
    assert put_on(layers["Conv2d"], {"filters": 8, "kernel": [7, 7], "bias": False}, own) == {"filters": 48}


def test_fields_of_the_data_stay_with_the_project() -> None:
    cls = layers["CrossEntropy"]
    kept = taken(cls, {"target": "breed", "label_smoothing": 0.1})
    assert kept == {"label_smoothing": 0.1}
    put = put_on(cls, {"target": "coat"}, Preset("mine", {"target": "breed", "label_smoothing": 0.1}, whole=True))
    assert put == {"target": "coat", "label_smoothing": 0.1}


def test_what_a_declaration_does_not_take_is_left_out() -> None:
    odd = Preset("odd", {"filters": -3, "kernel": "large", "stride": [2, 2], "teleport": 1}, whole=True)
    assert put_on(layers["Conv2d"], {}, odd) == {"stride": [2, 2]}


def test_expressions_of_a_block_are_not_kept() -> None:
    assert taken(layers["Conv2d"], {"filters": "=channels * 2", "bias": False}) == {"bias": False}
