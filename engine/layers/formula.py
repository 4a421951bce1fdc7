"""The formula node: arithmetic over its inputs, read by a small walker over a fixed grammar and written as torch calls.

Allowed are the names a, b, c, d, numbers, + − * / **, and the functions below. Nothing of the text ever reaches the
generated source: the walker builds new source from what it understood.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping

from engine.declare import param
from engine.errors import UserError, listed
from engine.layer import Layer, layer
from engine.layers.merge import SECTION, STRETCH_HELP, joined
from engine.layers.rules import by_port, real, refuse
from engine.shapes import Anything, Tensor

MOST = 200
NAMES = ("a", "b", "c", "d")
CALLS: dict[str, tuple[str, Callable[[float], float]]] = {
    "sigmoid": ("torch.sigmoid", lambda x: 1 / (1 + math.exp(-x))),
    "tanh": ("torch.tanh", math.tanh),
    "relu": ("torch.relu", lambda x: max(x, 0.0)),
    "exp": ("torch.exp", math.exp),
    "log": ("torch.log", math.log),
    "sqrt": ("torch.sqrt", math.sqrt),
    "abs": ("torch.abs", abs),
    "sin": ("torch.sin", math.sin),
    "cos": ("torch.cos", math.cos),
}
PAIRS: dict[str, tuple[str, str, Callable[[float, float], float]]] = {
    "min": ("torch.minimum", "max", min),
    "max": ("torch.maximum", "min", max),
}
"""For two inputs the torch function, for an input and a number the limit that `clamp` takes."""
SIGNS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: lambda x, y: x + y,
    ast.Sub: lambda x, y: x - y,
    ast.Mult: lambda x, y: x * y,
    ast.Div: lambda x, y: x / y,
    ast.Pow: lambda x, y: float(math.pow(x, y)),
}
GRAMMAR = f"It is made of {', '.join(NAMES)}, numbers, + − * / ** and {listed([*CALLS, *PAIRS], 'and')}."


def used(text: str) -> list[str]:
    """The names of inputs that a formula reads, in order; `UserError` where it is none."""
    tree = _parsed(text)
    _written(tree, {name: name for name in NAMES})
    return sorted({node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id in NAMES})


def source(text: str, variables: Mapping[str, str]) -> str:
    """The formula as torch source, with the variables that stand for its names."""
    return ast.unparse(_written(_parsed(text), variables))


def _parsed(text: str) -> ast.expr:
    plain = text.strip().removeprefix("=").strip().replace("−", "-").replace("×", "*").replace("^", "**")
    if not plain:
        raise UserError("The formula is empty. Write one, such as a * sigmoid(b).")
    if len(plain) > MOST:
        raise UserError(f"The formula is longer than {MOST} characters. Split it over two nodes.")
    try:
        return ast.parse(plain, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise UserError(f"The formula “{plain}” does not read as arithmetic, such as a * sigmoid(b).") from None


def _written(node: ast.expr, variables: Mapping[str, str]) -> ast.expr:
    """A new tree of torch calls; a `Constant` wherever no input is read."""
    match node:
        case ast.Constant(value=value) if isinstance(value, int | float) and not isinstance(value, bool):
            return _constant(lambda: float(value))
        case ast.Name(id=name) if name in NAMES and name in variables:
            return ast.Name(variables[name])
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign, operand=operand):
            inner = _written(operand, variables)
            if isinstance(sign, ast.UAdd):
                return inner
            return _constant(lambda: -_value(inner)) if _fixed(inner) else ast.UnaryOp(ast.USub(), inner)
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in SIGNS:
            return _joined(_written(left, variables), sign, _written(right, variables))
        case ast.Call(func=ast.Name(id=name), args=[one], keywords=[]) if name in CALLS:
            return _called(name, _written(one, variables))
        case ast.Call(func=ast.Name(id=name), args=[one, two], keywords=[]) if name in PAIRS:
            return _paired(name, _written(one, variables), _written(two, variables))
    raise UserError(f"The formula has a part that is not allowed: “{ast.unparse(node)[:40]}”. {GRAMMAR}")


def _fixed(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant)


def _value(node: ast.expr) -> float:
    assert isinstance(node, ast.Constant) and isinstance(node.value, float)
    return node.value


def _constant(compute: Callable[[], float]) -> ast.Constant:
    try:
        value = compute()
    except (ValueError, OverflowError, ZeroDivisionError, TypeError):
        value = math.nan
    if not math.isfinite(value) or abs(value) > 1e30:
        raise UserError("A number in the formula is too large or has no value, such as 1 / 0. Change it.")
    return ast.Constant(value)


def _joined(left: ast.expr, sign: ast.operator, right: ast.expr) -> ast.expr:
    if _fixed(left) and _fixed(right):
        return _constant(lambda: SIGNS[type(sign)](_value(left), _value(right)))
    return ast.BinOp(left, sign, right)


def _called(name: str, inner: ast.expr) -> ast.expr:
    function, compute = CALLS[name]
    if _fixed(inner):
        return _constant(lambda: compute(_value(inner)))
    return ast.Call(ast.parse(function, mode="eval").body, [inner], [])


def _paired(name: str, one: ast.expr, two: ast.expr) -> ast.expr:
    function, limit, compute = PAIRS[name]
    if _fixed(one) and _fixed(two):
        return _constant(lambda: compute(_value(one), _value(two)))
    if _fixed(one) or _fixed(two):
        x, number = (two, one) if _fixed(one) else (one, two)
        return ast.Call(ast.parse("torch.clamp", mode="eval").body, [x], [ast.keyword(limit, number)])
    return ast.Call(ast.parse(function, mode="eval").body, [one, two], [])


@layer("Formula", section=SECTION, keywords="expression arithmetic math own custom calculate equation", icon="sigma")
class Formula(Layer):
    """Calculates with its inputs number by number, by a formula that you write, such as a * sigmoid(b).

    The inputs are a, b, c and d. Functions are sigmoid, tanh, relu, exp, log, sqrt, abs, sin, cos, min and max.
    """

    samples = (
        {"formula": "a ** 2 + 1"},
        {"formula": "max(a, 0) - min(1, b) / (2 + exp(-abs(b)))"},
        {"formula": "max(a, b) * relu(-c) + tanh(d) * cos(3 * 2) - 0.5", "stretch": True},
    )

    formula: str = param(default="a * sigmoid(b)", help="Made of a, b, c, d, numbers, + − * / **, and functions.")
    stretch: bool = param(default=False, advanced=True, label="Stretch size 1", help=STRETCH_HELP)

    def shape(
        self, a: Anything, b: Anything | None = None, c: Anything | None = None, d: Anything | None = None
    ) -> Tensor:
        wired = {name: x for name, x in zip(NAMES, (a, b, c, d), strict=True) if x is not None}
        try:
            read = used(self.formula)
        except UserError as error:
            first, _, rest = error.message.partition(". ")
            refuse(first, rest or "Change the formula.")
        missing = [name for name in read if name not in wired]
        if missing:
            refuse(
                f"The formula reads {listed(missing, 'and')}",
                f"Nothing is wired to it. Drag a wire to “{missing[0]}”, or leave it out of the formula.",
                missing[0],
            )
        idle = [name for name in wired if name not in read]
        if idle:
            refuse(
                f"The formula does not read {listed(idle, 'and')}", "Use it in the formula, or cut its wire.", idle[0]
            )
        if len(wired) > 1:
            return joined(self, tuple(wired.values()), self.stretch, tuple(wired))
        real(self, a, "a")
        return a

    def lines(self, module: str | None, args: list[str], outputs: list[str]) -> list[str]:
        return [f"{outputs[0]} = {source(self.formula, by_port(self, args))}"]

    def summary(self) -> str:
        return self.formula if len(self.formula) < 32 else f"{self.formula[:30]}…"
