"""Dimensions and their arithmetic: every result is what whole numbers give; files cannot smuggle code in as names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.dims import Sym, at_least, differ, evaluate, product
from engine.shapes import KINDS, Anything, Category, Image, Mask, Numbers, Sequence, Tensor, Tokens, Value, tensor

VALUES = {"T": 7, "H": 12, "n": 3}


@st.composite
def dims(draw: st.DrawFn, depth: int = 3) -> tuple[object, int]:
    """A dimension made by arithmetic, and the number that plain whole numbers give."""
    if not depth or draw(st.booleans()):
        name = draw(st.sampled_from([*VALUES, ""]))
        if name:
            return Sym(name), VALUES[name]
        number = draw(st.integers(0, 9))
        return number, number
    (left, a), (right, b) = draw(dims(depth - 1)), draw(dims(depth - 1))
    match draw(st.sampled_from("+-*/%")):
        case "+":
            return left + right, a + b
        case "-":
            return left - right, a - b
        case "*":
            return left * right, a * b
        case "/":
            by = draw(st.integers(1, 5))
            return left // by, a // by
        case _:
            by = draw(st.integers(1, 5))
            return left % by, a % by


@given(dims())
def test_arithmetic_over_symbols_means_what_numbers_mean(made: tuple[object, int]) -> None:
    dim, expected = made
    assert evaluate(dim, VALUES) == expected
    if isinstance(dim, Sym):
        assert eval(dim.code(), {}, VALUES) == expected  # the code that the compiler writes
        assert dim.names() <= set(VALUES)
        assert hash(dim) == hash(Sym(terms=dim.terms)) and dim == Sym(terms=dim.terms)


def test_a_remainder_of_a_remainder_is_the_remainder() -> None:
    n = Sym("n")
    assert (n % 2) % 2 == n % 2 and evaluate((n % 2) // 2, VALUES) == 0


@given(dims(), dims())
def test_sums_and_products_do_not_depend_on_the_order(one: tuple[object, int], two: tuple[object, int]) -> None:
    assert one[0] + two[0] == two[0] + one[0]
    assert one[0] * two[0] == two[0] * one[0]
    assert one[0] - one[0] == 0


def test_division_by_a_symbol_and_of_a_number() -> None:
    t, h = Sym("T"), Sym("H")
    assert t // t == 1
    assert evaluate((t * 2) // h, VALUES) == 14 // 12
    assert evaluate(100 // t, VALUES) == 14
    with pytest.raises(ZeroDivisionError):
        t // 0
    with pytest.raises(KeyError, match="T"):
        evaluate(t, {})


@pytest.mark.parametrize("wrong", [0.5, 2.0, "2", None])
def test_a_size_never_becomes_a_fraction_or_a_text(wrong: object) -> None:
    for operation in (lambda t: t * wrong, lambda t: t + wrong, lambda t: t // wrong):
        with pytest.raises(TypeError):
            operation(Sym("T"))


def test_words_are_the_ones_people_read() -> None:
    assert Image(32, 28, 28).words() == "32 ch × 28 × 28"
    assert Numbers(128).words() == "128 features"
    assert Numbers(1).words() == "1 feature"
    assert Value().words() == "1 number"
    assert Category(classes=3).words() == "1 token"
    assert (Sym("T") // 2 + 1).__str__() == "⌊T ÷ 2⌋ + 1"
    assert (2 * Sym("T") - 3).code() == "2 * T - 3"


def test_dimensions_are_read_and_replaced_by_name() -> None:
    image = Image(3, 8, 9)
    assert (image.channels, image.height, image.width, image.last, image.rank) == (3, 8, 9, 9, 3)
    assert image.with_(channels=5) == Image(5, 8, 9) != Image(3, 8, 9)
    assert image.size() == 216 == product(image.dims)
    with pytest.raises(AttributeError, match="no dimension time"):
        _ = image.time
    with pytest.raises(TypeError, match="3 dimensions"):
        Image(1, 2)


def test_bounds_and_differences_give_symbols_the_benefit_of_the_doubt() -> None:
    assert at_least(Sym("T"), 10**6) and at_least(3, 3) and not at_least(2, 3)
    assert differ(2, 3) and not differ(2, 2) and not differ(Sym("T"), 3)


@pytest.mark.parametrize("cls", KINDS.values())
def test_every_kind_survives_json(cls: type[Tensor]) -> None:
    sizes = [2 + place for place in range(len(cls.axes))]
    made = cls(*sizes, classes=4)
    assert Tensor.from_json(made.to_json()) == made
    free = cls(*(Sym(f"s{place}") for place in range(len(cls.axes))))
    assert Tensor.from_json(free.to_json()) == free


def test_a_nameless_tensor_survives_json() -> None:
    made = Anything(2, 3, names=("rows", ""), element="token")
    assert Tensor.from_json(made.to_json()) == made


@pytest.mark.parametrize(
    "dims",
    [
        ["__import__('os').system('id')"],
        ["T\n        import os"],
        ["T)"],
        ["class"],
        [""],
        [-1],
        [True],
        [2**40],
        [1.5],
        [None],
        "TT",
        {"a": 1},
    ],
)
def test_a_file_cannot_bring_code_or_absurd_numbers_in_as_a_size(dims: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        Tensor.from_json({"kind": "Numbers", "dims": dims})


@pytest.mark.parametrize("names", [["a: int = exit()"], ["a b"], [3], "features"])
def test_a_file_cannot_bring_code_in_as_the_name_of_an_axis(names: object) -> None:
    with pytest.raises(ValueError):
        Tensor.from_json({"kind": "Anything", "dims": [3], "names": names})


def test_the_kind_follows_from_names_or_from_the_number_of_dimensions() -> None:
    assert tensor(4) == Numbers(4)
    assert tensor(4, 5) == Sequence(4, 5)
    assert tensor(4, 5, names=("channels", "time")).symbol == "sequence"
    assert tensor(4, element="token") == Tokens(4)
    assert tensor(4, element="mask") == Mask(4)
    assert isinstance(tensor(1, 2, 3, 4, 5), Anything)
