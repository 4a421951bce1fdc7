"""Curves of functions: every activation as it really is, with its settings, and the axes it is read on."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF

from widgets import theme
from widgets.pictures.about import About, Picture
from widgets.pictures.ink import LEFT, Ink

Function = Callable[[float], float]
_REACH = 4.0
_POINTS = 161


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def _softplus(x: float, beta: float = 1.0, threshold: float = 20.0) -> float:
    return x if beta * x > threshold else math.log1p(math.exp(beta * x)) / beta


def _gelu(about: About) -> Function:
    if about.get("approximate") == "tanh":
        scale = math.sqrt(2 / math.pi)
        return lambda x: 0.5 * x * (1 + math.tanh(scale * (x + 0.044715 * x**3)))
    return lambda x: 0.5 * x * (1 + math.erf(x / math.sqrt(2)))


def _celu(about: About) -> Function:
    alpha = about.number("alpha", 1.0) or 1.0
    return lambda x: max(0.0, x) + min(0.0, alpha * math.expm1(min(0.0, x) / alpha))


def _elu(about: About) -> Function:
    alpha = about.number("alpha", 1.0)
    return lambda x: x if x > 0 else alpha * math.expm1(x)


def _selu(_about: About) -> Function:
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    return lambda x: scale * (x if x > 0 else alpha * math.expm1(x))


def _shrink(about: About, soft: bool) -> Function:
    edge = about.number("lambd", 0.5)
    return lambda x: 0.0 if abs(x) <= edge else (x - math.copysign(edge, x) if soft else x)


def _slope(about: About, name: str, other: float) -> Function:
    slope = about.number(name, other)
    return lambda x: x if x >= 0 else slope * x


def _power(about: About) -> Function:
    """The size to a power, with the sign kept."""
    exponent = about.number("exponent", 2.0)
    return lambda x: math.copysign(abs(x) ** exponent, x)


def _clamp(about: About) -> Function:
    low, high = about.get("low"), about.get("high")
    return lambda x: max(low if low is not None else -math.inf, min(high if high is not None else math.inf, x))


def _threshold(about: About) -> Function:
    edge, value = about.number("threshold"), about.number("value")
    return lambda x: x if x > edge else value


def _guarded(function: Function) -> Function:
    """Where a function has no value, the curve has a gap."""

    def guarded(x: float) -> float:
        try:
            return function(x)
        except (ValueError, ZeroDivisionError, OverflowError):
            return math.nan

    return guarded


FUNCTIONS: dict[str, Function] = {
    "absolute": abs,
    "square": lambda x: x * x,
    "root": math.sqrt,
    "exponential": math.exp,
    "logarithm": math.log,
    "sine": math.sin,
    "cosine": math.cos,
    "reciprocal": lambda x: 1 / x,
    "negative": lambda x: -x,
    "sign": lambda x: math.copysign(1, x) if x else 0.0,
    "floor": lambda x: float(math.floor(x)),
    "round": lambda x: float(round(x)),
    "erf": math.erf,
}
"""The functions of the layer Function by name."""

CURVES: dict[str, Callable[[About], Function]] = {
    "ReLU": lambda _: lambda x: max(0.0, x),
    "LeakyReLU": lambda about: _slope(about, "negative_slope", 0.01),
    "PReLU": lambda about: _slope(about, "init", 0.25),
    "RReLU": lambda about: _slope_between(about),
    "GELU": _gelu,
    "Sigmoid": lambda _: _sigmoid,
    "Tanh": lambda _: math.tanh,
    "SiLU": lambda _: lambda x: x * _sigmoid(x),
    "ELU": _elu,
    "SELU": _selu,
    "CELU": _celu,
    "Mish": lambda _: lambda x: x * math.tanh(_softplus(x)),
    "ReLU6": lambda _: lambda x: min(6.0, max(0.0, x)),
    "Hardswish": lambda _: lambda x: x * min(6.0, max(0.0, x + 3)) / 6,
    "Hardsigmoid": lambda _: lambda x: min(1.0, max(0.0, x / 6 + 0.5)),
    "Hardtanh": lambda about: lambda x: min(about.number("max_val", 1.0), max(about.number("min_val", -1.0), x)),
    "Softplus": lambda about: lambda x: _softplus(x, about.number("beta", 1.0) or 1.0, about.number("threshold", 20.0)),
    "Softsign": lambda _: lambda x: x / (1 + abs(x)),
    "Softshrink": lambda about: _shrink(about, soft=True),
    "Hardshrink": lambda about: _shrink(about, soft=False),
    "Tanhshrink": lambda _: lambda x: x - math.tanh(x),
    "LogSigmoid": lambda _: lambda x: -_softplus(-x),
    "Threshold": _threshold,
    "Power": _power,
    "Clamp": _clamp,
    "Scale": lambda about: lambda x: about.number("factor", 1.0) * x + about.number("offset"),
    "LayerScale": lambda about: lambda x: about.number("start", 1.0) * x,
    "Function": lambda about: _guarded(FUNCTIONS[str(about.get("function"))]),
}
"""Layer to the function that it applies to each number."""


def _slope_between(about: About) -> Function:
    """In use, the slope is the middle of its range."""
    middle = (about.number("lower", 0.125) + about.number("upper", 1 / 3)) / 2
    return lambda x: x if x >= 0 else middle * x


def plot(ink: Ink, area: QRectF, functions: list[tuple[Function, bool]], low: float, high: float) -> QRectF:
    """Axes through zero and curves over a range of x; the range of y follows. Returns the plotted area."""
    xs = [low + (high - low) * at / (_POINTS - 1) for at in range(_POINTS)]
    lines = [([function(x) for x in xs], strong) for function, strong in functions]
    known = [y for ys, _ in lines for y in ys if math.isfinite(y)] or [0.0]
    bottom, top = max(min(known), -2 * _REACH), min(max(known), 2 * _REACH)
    bottom, top = min(bottom, -0.25), max(top, 0.25)
    edge = (top - bottom) * 0.06
    bottom, top = bottom - edge, top + edge

    def at(x: float, y: float) -> QPointF:
        right = area.left() + (x - low) / (high - low) * area.width()
        return QPointF(right, area.bottom() - (y - bottom) / (top - bottom) * area.height())

    ink.stroke("line3", 1)
    if bottom <= 0 <= top:
        ink.painter.drawLine(at(low, 0), at(high, 0))
    if low <= 0 <= high:
        ink.painter.drawLine(at(0, bottom), at(0, top))
    for ys, strong in lines:
        _draw(ink, [(at(x, y) if bottom <= y <= top else None) for x, y in zip(xs, ys, strict=True)], strong)
    _ticks(ink, area, at, (low, high), (bottom, top))
    return area


def _draw(ink: Ink, points: list[QPointF | None], strong: bool) -> None:
    """A curve in pieces: where it has no value or leaves the plot there is a gap."""
    piece: list[QPointF] = []
    for point in [*points, None]:
        if point is not None:
            piece.append(point)
            continue
        ink.path(piece, None if strong else "text3", 2.0 if strong else 1.2, dashed=not strong)
        piece = []


def _ticks(ink: Ink, area: QRectF, at, across: tuple[float, float], up: tuple[float, float]) -> None:
    """One number on each axis, so that the scale can be read."""
    x = max(1, int(across[1] * 0.75))
    y = 1 if up[1] >= 1 else None
    spot = at(x, 0)
    ink.stroke("line3", 1)
    if up[0] <= 0 <= up[1]:
        ink.painter.drawLine(spot + QPointF(0, -2), spot + QPointF(0, 2))
        down = min(spot.y() + 2, area.bottom() - ink.line * 0.4)
        left = min(spot.x() - 14, area.right() - 20)
        ink.text(QRectF(left, down, 28, ink.line), str(x), "text3")
    if y is not None and across[0] <= 0 <= across[1]:
        spot = at(0, y)
        ink.stroke("line3", 1)
        ink.painter.drawLine(spot + QPointF(-2, 0), spot + QPointF(2, 0))
        ink.text(QRectF(spot.x() - 18, spot.y() - ink.line / 2, 14, ink.line), str(y), "text3")


def function_of(about: About) -> Function:
    """The function that a layer applies to each number."""
    return CURVES[about.layer](about)


def paint(ink: Ink, about: About) -> None:
    """The curve at the left, what it does at the right."""
    wide = min(ink.area.width() * 0.62, ink.area.height() * 1.7)
    area = QRectF(ink.area.left(), ink.area.top(), wide, ink.area.height() - ink.line * 0.6)
    plot(ink, area, [(function_of(about), True)], -_REACH, _REACH)
    function = function_of(about)
    rows = [("in", "out"), *((f"{x:g}".replace("-", "−"), _number(function(x))) for x in (-2.0, 0.0, 2.0))]
    x = area.right() + ink.sizes.s20
    high = ink.line + 3
    top = ink.area.center().y() - len(rows) * high / 2
    column = theme.sizes().s32
    for at, (left, right) in enumerate(rows):
        color = "text3" if at == 0 else "text1"
        ink.text(QRectF(x, top + at * high, column, ink.line), left, "text3" if at == 0 else "text2", LEFT)
        ink.text(QRectF(x + column, top + at * high, ink.area.right() - x - column, ink.line), right, color, LEFT)


def _number(value: float) -> str:
    if not math.isfinite(value):
        return "–"
    return f"{value:.3g}".replace("-", "−")


def said(about: About) -> str:
    function = function_of(about)
    return "Its curve: " + ", ".join(f"{x:g} becomes {_number(function(x))}" for x in (-2.0, 0.0, 2.0))


CURVE = Picture(paint, said)
