"""Declarations: which values a setting takes, how it says no, and that JSON brings every value back."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.catalogue import Catalogue
from engine.declare import Declared, Floats, Ints, Size2, param, plain
from engine.dims import Sym
from engine.errors import UserError, listed
from engine.params import FieldOf, PathTo


class Spice(Declared):
    """Something to add."""

    catalogue_name = "test_spices"
    heat: int = param(default=3, min=0, max=10)


spices: Catalogue[Spice] = Catalogue("test_spices", "spice")


@spices.add("Red pepper", keywords="hot capsicum", was=("Paprika",), section="Warm")
class Pepper(Spice):
    """Burns.

    This is not shown.
    """


@spices.add("Salt", section="Plain")
class Salt(Spice):
    """Is salt."""


class Dish(Declared):
    """Every kind of setting once."""

    label = "Dish"
    count: int = param(default=4, min=1, max=64)
    share: float = param(default=0.5, above=0, below=1)
    warm: bool = param(default=True)
    title: str = param(default="")
    way: Literal["boil", "fry"] = param(default="boil")
    size: Size2 = param(default=3, min=1)
    steps: Ints = param(default=(1, 2))
    weights: Floats = param(default=())
    names: tuple[str, ...] = param(default=())
    column: Annotated[str, FieldOf(("number",))] = param(default="")
    columns: Annotated[tuple[str, ...], FieldOf(("number",), many=True)] = param(default=())
    file: Annotated[str, PathTo("file", (".csv",))] = param(default="")
    limit: float | None = param(default=None, min=0, none="no limit")
    spice: Spice = param(default={"type": "Salt"})
    spices: tuple[Spice, ...] = param(default=())


GOOD: list[tuple[str, Any, Any]] = [
    ("count", 7, 7),
    ("count", 7.0, 7),
    ("count", "7", 7),
    ("share", "0.25", 0.25),
    ("warm", "off", False),
    ("warm", "YES", True),
    ("way", "fry", "fry"),
    ("size", 5, (5, 5)),
    ("size", "3 x 4", (3, 4)),
    ("size", [2, 9], (2, 9)),
    ("steps", "1, 2,3", (1, 2, 3)),
    ("weights", [1, 0.5], (1.0, 0.5)),
    ("names", "a, b", ("a", "b")),
    ("limit", None, None),
    ("limit", 2, 2.0),
    ("spice", "Pepper", Pepper()),
    ("spice", {"type": "Paprika", "heat": 9}, Pepper(heat=9)),
    ("spices", [{"type": "Salt"}, "Pepper"], (Salt(), Pepper())),
]


@pytest.mark.parametrize(("name", "value", "expected"), GOOD)
def test_what_a_setting_takes(name: str, value: object, expected: object) -> None:
    found = getattr(Dish(**{name: value}), name)
    assert found == expected and type(found) is type(expected)


WRONG: list[tuple[str, Any]] = [
    ("count", 0),
    ("count", 65),
    ("count", 1.5),
    ("count", True),
    ("count", "many"),
    ("count", None),
    ("count", 10**400),
    ("count", float("nan")),
    ("count", float("inf")),
    ("share", 0),
    ("share", 1),
    ("share", 10**400),
    ("share", "nan"),
    ("share", "1e999"),
    ("warm", 2),
    ("warm", "perhaps"),
    ("title", 3),
    ("title", "a\x00b"),
    ("title", "x" * 200_000),
    ("way", "roast"),
    ("way", ["fry"]),
    ("size", [1, 2, 3]),
    ("size", 0),
    ("size", {}),
    ("steps", [1, "a"]),
    ("steps", [1] * 20_000),
    ("names", [1]),
    ("names", {}),
    ("limit", -1),
    ("spice", 3),
    ("spice", {}),
    ("spice", {"type": "Sugar"}),
    ("spice", {"type": "Salt", "heat": 99}),
    ("spice", {"type": "Salt", "self": 1}),
    ("spices", "Salt"),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_what_a_setting_refuses_in_a_short_sentence(name: str, value: object) -> None:
    with pytest.raises(UserError) as caught:
        Dish(**{name: value})
    assert 10 < len(caught.value.message) < 400
    assert Dish.problems_of({name: value})[name] == caught.value.message


def test_all_problems_come_at_once() -> None:
    with pytest.raises(UserError) as caught:
        Dish(count=0, share=3, nonsense=1, self=2)
    for word in ("Count", "Share", "'nonsense'", "'self'"):
        assert word in caught.value.message
    assert set(Dish.problems_of({"count": 0, "share": 3, "nonsense": 1, "warm": True})) == {
        "count",
        "share",
        "nonsense",
    }


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("count", "a whole number from 1 to 64"),
        ("share", "a number above 0 below 1"),
        ("limit", "a number of at least 0 or no limit"),
        ("way", "boil or fry"),
        ("size", "one or 2 whole numbers of at least 1"),
        ("file", "the path of a file"),
        ("spice", "one of Pepper or Salt"),
    ],
)
def test_settings_say_what_they_take(name: str, words: str) -> None:
    assert Dish.params()[name].expects() == words


def test_a_declaration_is_a_value() -> None:
    dish = Dish(count=9, spice="Pepper")
    assert dish == Dish(count=9, spice={"type": "Pepper"}) and hash(dish) == hash(Dish(count=9, spice="Pepper"))
    assert dish != Dish(count=9) and dish.with_(spice="Salt") == Dish(count=9)
    assert repr(Salt(heat=5)) == "Salt(heat=5)"
    with pytest.raises(AttributeError, match="use with_"):
        dish.count = 3  # type: ignore[misc]
    assert Pepper.help() == "Burns."


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "count": st.integers(1, 64),
            "share": st.floats(0.01, 0.99),
            "warm": st.booleans(),
            "title": st.text(st.characters(exclude_characters="\x00"), max_size=9),
            "size": st.tuples(st.integers(1, 9), st.integers(1, 9)),
            "weights": st.lists(st.floats(-1e9, 1e9), max_size=4),
            "limit": st.none() | st.floats(0, 1e9),
            "spice": st.sampled_from([{"type": "Salt"}, {"type": "Pepper", "heat": 7}]),
            "spices": st.lists(st.sampled_from([{"type": "Salt"}, {"type": "Pepper"}]), max_size=3),
        },
    )
)
def test_json_brings_every_value_back(values: dict[str, Any]) -> None:
    dish = Dish(**values)
    described = dish.to_json()
    assert Dish(**{name: value for name, value in described.items() if name != "type"}) == dish
    assert all(
        described[name] != plain(Dish.params()[name].coerce(Dish.params()[name].default))
        for name in described
        if name != "type"
    )


def test_a_symbol_stands_for_any_number() -> None:
    symbol = Sym("channels")
    assert Dish(count=symbol, size=symbol).size == (symbol, symbol)
    assert Dish(size=(symbol, 3)).size == (symbol, 3)


def test_a_catalogue_finds_by_name_old_name_and_label() -> None:
    assert spices["Pepper"] is spices["Paprika"] is spices["red pepper"] is Pepper
    assert "Paprika" in spices and "Sugar" not in spices and len(spices) == 2
    with pytest.raises(UserError, match="Did you mean Pepper"):
        spices["Peper"]
    with pytest.raises(UserError, match="Known are Pepper and Salt"):
        spices["xyz"]
    assert spices.search("hot") == [Pepper] and spices.search("") == [Pepper, Salt] and not spices.search("hot salt")
    assert spices.sections() == {"Warm": [Pepper], "Plain": [Salt]}
    with pytest.raises(ValueError, match="two test_spices"):
        spices.add("Again")(type("Salt", (Spice,), {}))


def test_lists_are_said_as_people_say_them() -> None:
    assert listed(["a"]) == "a" and listed(["a", "b"]) == "a or b" and listed([]) == ""
    assert listed(list("abc"), "and") == "a, b and c"
    assert listed(list("abcdefghij"), most=3) == "a, b, c and 7 more"
