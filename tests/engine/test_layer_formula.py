"""The formula node: it calculates what is written, and nothing else gets through it."""

from __future__ import annotations

import ast
import math
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import UserError
from engine.layer import Misfit, layers
from engine.layers.formula import MOST, source, used
from engine.shapes import Image, Numbers, Sequence, Tokens
from tests.contracts.invent import Built, Case

NAMES = {name: name for name in "abcd"}


def value(text: str, **numbers: float) -> float:
    tensors = {name: torch.tensor([number], dtype=torch.float64) for name, number in numbers.items()}
    found = eval(source(text, NAMES), {"torch": torch, **tensors})
    return float(found)


@pytest.mark.parametrize(
    ("text", "a", "b", "expected"),
    [
        ("a + b * 2", 3, 4, 11),
        ("(a + b) * 2", 3, 4, 14),
        ("a - (b - 1)", 3, 4, 0),
        ("a / b / 2", 8, 2, 2),
        ("a / (b / 2)", 8, 2, 8),
        ("-a ** 2", 3, 0, -9),
        ("(-a) ^ 2", 3, 0, 9),
        ("2 ** a", 3, 0, 8),
        ("a ** b ** 2", 2, 3, 512),
        ("= a × 2 − b", 3, 4, 2),
        ("max(a, b) + min(a, 1)", 3, 4, 5),
        ("max(2, a)", 1, 0, 2),
        ("a * max(2, 3) + sqrt(4)", 2, 0, 8),
        ("sigmoid(a) + tanh(b) + relu(-a)", 1, 2, 1 / (1 + math.exp(-1)) + math.tanh(2)),
        ("exp(log(a)) + abs(-b) + sin(a) + cos(b)", 3, 4, 7 + math.sin(3) + math.cos(4)),
        ("+a - -b", 3, 4, 7),
    ],
)
def test_formulas_have_the_values_of_school(text: str, a: float, b: float, expected: float) -> None:
    assert value(text, a=a, b=b) == pytest.approx(expected, rel=1e-6)


HOSTILE = [
    "__import__('os').system('true')",
    "a.__class__",
    "a.data",
    "a[0]",
    "[a]",
    "(a, b)",
    "lambda: a",
    "exec(a)",
    "eval('a')",
    "open(a)",
    "torch.load(a)",
    "torch",
    "self",
    "e",
    "a if b else c",
    "a and b",
    "a < b",
    "a == b",
    "not a",
    "~a",
    "a // b",
    "a % b",
    "a @ b",
    "a | b",
    "f'{a}'",
    "'text'",
    "b'text'",
    "True",
    "None",
    "...",
    "1j",
    "a := b",
    "(a := b)",
    "a; b",
    "a\nb",
    "import os",
    "sigmoid",
    "sigmoid()",
    "sigmoid(a, b)",
    "sigmoid(x=a)",
    "sigmoid(*a)",
    "max(a)",
    "max(a, b, c)",
    "max(a, b, key=c)",
    "min(*a, *b)",
    "[x for x in a]",
    "a(b)",
    "sigmoid(a)(b)",
    "await a",
    "yield a",
    "9 ** 9 ** 9 * a",
    "a * 1e999",
    "a / (1 / 0)",
    "exp(1e9) * a",
    "log(0 - 1) * a",
    "sqrt(-1) * a",
    "(0 - 8) ** 0.5 * a",
    "1" * (MOST + 1),
    "(" * 90 + "a" + ")" * 91,
    "-" * 199 + "a" + "b",
    "",
    "=",
    "a +",
    "\x00",
    "a\u200b",
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:30])
def test_nothing_else_gets_through(text: str) -> None:
    with pytest.raises(UserError) as caught:
        used(text)
    assert caught.value.message.endswith((".", "…"))
    with pytest.raises(UserError):
        layers["Formula"](formula=text).shape(Numbers(8))


ALLOWED = {"torch", *"abcd"}


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="abcd()+-*/ .,0123456789esinmaxlogtrqu_[]'\"=<>", max_size=60))
def test_what_comes_out_holds_only_what_the_grammar_has(text: str) -> None:
    try:
        written = source(text, NAMES)
    except UserError:
        return
    for node in ast.walk(ast.parse(written, mode="eval")):
        assert isinstance(
            node,
            ast.Expression | ast.Name | ast.Constant | ast.BinOp | ast.UnaryOp | ast.Call | ast.Attribute | ast.keyword
            | ast.operator | ast.unaryop | ast.expr_context,
        )  # fmt: skip
        if isinstance(node, ast.Name):
            assert node.id in ALLOWED
        if isinstance(node, ast.Constant):
            assert isinstance(node.value, float)
            assert math.isfinite(node.value)
        if isinstance(node, ast.Attribute):
            assert isinstance(node.value, ast.Name)
            assert node.value.id == "torch"


def case(formula: str, **inputs: Any) -> Case:
    return Case(layers["Formula"](formula=formula), {name: (x,) for name, x in inputs.items()})


def test_wires_and_names_must_agree() -> None:
    with pytest.raises(Misfit, match="The formula reads b") as caught:
        case("a * b", a=Numbers(8)).shapes()
    assert caught.value.port == "b"
    with pytest.raises(Misfit, match="does not read b") as caught:
        case("a * 2", a=Numbers(8), b=Numbers(8)).shapes()
    assert caught.value.port == "b"
    with pytest.raises(Misfit, match="one shape") as caught:
        case("a * b", a=Numbers(8), b=Numbers(9)).shapes()
    assert caught.value.port == "b"
    with pytest.raises(Misfit, match="needs numbers"):
        case("a * 2", a=Tokens(6, classes=9)).shapes()
    with pytest.raises(Misfit, match="does not read a"):
        case("b * 2", a=Numbers(8), b=Numbers(8)).shapes()


def test_an_open_port_in_between_is_no_matter() -> None:
    one = case("a - 2 * d", a=Sequence(3, 4), d=Sequence(3, 4))
    assert one.shapes() == (Sequence(3, 4),)
    a, d = torch.randn(2, 3, 4), torch.randn(2, 3, 4)
    torch.testing.assert_close(Built(one)(a, d)[0], a - 2 * d)


def test_stretching_is_a_setting() -> None:
    layer = layers["Formula"](formula="a * sigmoid(b)", stretch=True)
    assert layer.shape(Image(3, 8, 8), Image(3, 1, 1)) == Image(3, 8, 8)
