"""What every recipe keeps: it is declared fully, has a loop of its own, and says which networks it needs."""

from __future__ import annotations

import importlib

import pytest

from engine.check import check
from engine.graph import Graph
from engine.project import Project, dumps, loads
from engine.recipes import Recipe, recipe_of, recipes

EVERY = list(recipes)


@pytest.mark.parametrize("cls", EVERY, ids=lambda cls: cls.__name__)
def test_it_is_declared_fully(cls: type[Recipe]) -> None:
    assert cls.label and cls.help().endswith(".")
    for name, one in cls.params().items():
        assert one.help.endswith("."), name
        assert one.label, name
    assert recipe_of(cls().to_json()) == cls()
    assert {"epochs", "seed", "device"} <= set(cls.params())


@pytest.mark.parametrize("cls", EVERY, ids=lambda cls: cls.__name__)
def test_it_has_a_loop_of_its_own(cls: type[Recipe]) -> None:
    loop = importlib.import_module(f"engine.run.recipes.{cls.loop}").loop
    assert loop.__doc__ and callable(loop.step)


@pytest.mark.parametrize("cls", EVERY, ids=lambda cls: cls.__name__)
def test_a_project_without_its_networks_is_told_what_is_missing(cls: type[Recipe]) -> None:
    made = Project("Empty", {"other": Graph()}, recipe=cls().to_json())
    errors = [one.words() for one in check(made) if one.level == "error"]
    assert errors and all(text.strip() for text in errors)
    for role in cls().roles():
        name = cls().played_by(role)
        assert not name or any(f"“{name}”" in text for text in errors), role
    assert loads(dumps(made)).recipe == made.recipe


def test_labels_are_used_once() -> None:
    assert len({cls.label for cls in EVERY}) == len(EVERY) >= 5
