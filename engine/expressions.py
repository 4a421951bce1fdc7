"""Expressions in settings (`= channels * 2`): parsed by a small walker over a fixed grammar, never by eval.

Allowed are numbers, names, attributes of inputs (`input.channels`), + − * / // % **, comparison-free min, max, round,
int and abs. Values are numbers or dimensions.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

from engine.dims import Sym
from engine.errors import UserError, listed
from engine.shapes import Tensor

_OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a // b if isinstance(a, Sym) or isinstance(b, Sym) else _divided(a, b),
    ast.FloorDiv: lambda a, b: a // b,
    ast.Mod: lambda a, b: a % b,
    ast.Pow: lambda a, b: _power(a, b),
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "min": min,
    "max": max,
    "round": lambda number: round(number),  # without a second argument, which can ask for endless digits
    "int": int,
    "abs": abs,
}


def _divided(a: float, b: float) -> float:
    exact = a / b
    return int(exact) if isinstance(a, int) and isinstance(b, int) and exact.is_integer() else exact


def _power(a: float, b: float) -> float:
    if abs(b) > 64 or abs(a) > 2**31:
        raise ValueError("a power this large")
    return float(a**b) if not (isinstance(a, int) and isinstance(b, int) and b >= 0) else a**b


def evaluate(text: str, names: Mapping[str, Any]) -> Any:
    """The value of an expression, with or without its leading `=`.

    Args:
        names: numbers, dimensions and input tensors by name; a tensor's dimensions are its attributes.

    Raises:
        UserError: it does not parse, uses something not allowed, or names something unknown.
    """
    source = text.removeprefix("=").strip()
    if len(source) > 200:
        raise UserError("This expression is longer than 200 characters. Make it shorter.")
    try:
        tree = ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise UserError(f"The expression “{source}” does not read as arithmetic, such as channels * 2.") from None
    try:
        value = _walk(tree, names)
    except (ZeroDivisionError, ValueError, TypeError, OverflowError, RecursionError) as error:
        raise UserError(f"The expression “{source}” has no value here: {error}.") from None
    if isinstance(value, Tensor):
        raise UserError(
            f"The expression “{source}” names an input; take one of its dimensions, such as input.channels."
        )
    return value


def _number(node: ast.expr, names: Mapping[str, Any]) -> Any:
    """An operand: texts would multiply and format, which is no arithmetic."""
    value = _walk(node, names)
    if not isinstance(value, int | float | Sym):
        raise TypeError(f"{ast.unparse(node)} is no number")
    return value


def _walk(node: ast.expr, names: Mapping[str, Any]) -> Any:
    match node:
        case ast.Constant(value=value) if isinstance(value, int | float) and not isinstance(value, bool):
            return value
        case ast.Name(id=name):
            if name not in names:
                raise UserError(
                    f"The expression uses {name!r}, which is unknown. Known are {listed(sorted(names), 'and')}."
                )
            return names[name]
        case ast.Attribute(value=ast.Name(id=name), attr=attribute):
            owner = _walk(node.value, names)
            if not isinstance(owner, Tensor) or attribute not in owner.names:
                has = listed(list(owner.names), "and") if isinstance(owner, Tensor) else "no parts"
                raise UserError(f"{name!r} has no {attribute!r}. It has {has}.")
            return getattr(owner, attribute)
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _OPERATORS:
            return _OPERATORS[type(operator)](_number(left, names), _number(right, names))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_number(operand, names)
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in _FUNCTIONS:
            return _FUNCTIONS[name](*(_number(arg, names) for arg in args))
    raise UserError("Expressions are made of numbers, names, + − * / // % and min, max, round, int, abs.")
