"""Blocks put together and numbers summed up: concatenate, stack, matrix product; means, sums, places, choices."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRectF

from widgets.pictures.about import About, Picture
from widgets.pictures.ink import Ink, dims_words, fit_side
from widgets.pictures.mixing import bars

_VALUES = (0.4, 0.9, 0.2, 0.7, 0.5, 0.3)


# ---- side by side ----


def paint_joined(ink: Ink, about: About) -> None:
    """Two blocks behind each other along one axis, or as sheets of a new one."""
    stacked = about.layer == "Stack"
    high = ink.area.height() - ink.line * 1.4
    side = min(high / 2.4, ink.sizes.s32 * 1.3)
    left = ink.area.left()
    tops = (ink.area.top() + ink.line, ink.area.top() + ink.line + side * 1.25)
    for at, top in enumerate(tops):
        spot = QRectF(left, top, side * (1.5 if at == 0 else 1.0), side)
        ink.block(spot, _axis_size(about, at), 0.2 if at == 0 else 0.6)
    x = left + side * 1.5 + ink.sizes.s12
    middle = ink.area.center().y() + ink.line * 0.4
    ink.arrow(QPointF(x, middle), QPointF(x + ink.sizes.s20, middle))
    start = x + ink.sizes.s32
    if stacked:
        shift = ink.sizes.s12
        for at in (1, 0):
            spot = QRectF(start + at * shift, middle - side / 2 - shift / 2 + at * shift, side * 1.3, side)
            ink.painter.fillRect(spot, ink.grey(0.05))
            ink.block(spot, "", 0.2 if at == 0 else 0.6)
        end = start + side * 1.3 + shift
    else:
        first = QRectF(start, middle - side / 2, side * 1.5, side)
        ink.block(first, _axis_size(about, 0), 0.2)
        ink.block(QRectF(first.right(), first.top(), side, side), _axis_size(about, 1), 0.6)
        end = first.right() + side
    shapes = [dims_words(one) for one in about.outputs[:1]]
    lines = ("a new axis",) if stacked else ("behind each other", f"along {_axis_words(about)}")
    ink.beside(end + ink.sizes.s12, *lines, *shapes)


def _axis_words(about: About) -> str:
    axis = str(about.get("axis", "first"))
    return {"first": "the first axis", "last": "the last axis"}.get(axis, axis)


def _axis_size(about: About, place: int) -> str:
    dims = about.entering(place)
    if not dims:
        return ""
    return dims_words((dims[-1] if str(about.get("axis")) in ("last", "features", "width") else dims[0],))


def said_joined(about: About) -> str:
    if about.layer == "Stack":
        return "Inputs of the same size are stacked along a new axis"
    return f"Inputs are put behind each other along {_axis_words(about)}"


def paint_product(ink: Ink, about: About) -> None:
    """A row of the first meets a column of the second and gives one number."""
    turned = bool(about.get("transpose", False))
    rows, inner, columns = 4, 3, 5
    room = QRectF(0, 0, ink.area.width() * 0.56, ink.area.height() * 0.9)
    side = fit_side(room, rows, inner + columns * 2 + 2, ink.sizes.s16)
    top = ink.area.center().y() - rows * side / 2
    x = ink.area.left()
    ink.cells(QPointF(x, top), side, rows, inner, lambda row, _column: ink.shade(0.9) if row == 1 else ink.grey(0.25))
    x += inner * side
    ink.text(
        QRectF(x, ink.area.center().y() - ink.line, side * 1.6, 2 * ink.line), "×", "text1", bold=True, role="name"
    )
    x += side * 1.6
    high, wide = (columns, inner) if turned else (inner, columns)
    corner = QPointF(x, ink.area.center().y() - high * side / 2)

    def fill(row: int, column: int):
        met = row == 2 if turned else column == 2
        return ink.shade(0.6) if met else ink.grey(0.25)

    ink.cells(corner, side, high, wide, fill)
    x += wide * side
    ink.text(
        QRectF(x, ink.area.center().y() - ink.line, side * 1.6, 2 * ink.line), "=", "text1", bold=True, role="name"
    )
    x += side * 1.6
    ink.cells(
        QPointF(x, top), side, rows, columns,
        lambda row, column: ink.shade(1.0) if (row, column) == (1, 2) else ink.grey(0.25),
    )  # fmt: skip
    shapes = [dims_words(one) for one in about.outputs[:1]]
    second = "row" if turned else "column"
    ink.beside(x + columns * side + ink.sizes.s12, "row meets", second, *shapes)


def _sign(ink: Ink, x: float, wide: float, sign: str) -> None:
    spot = QRectF(x, ink.area.center().y() - ink.line, wide, 2 * ink.line)
    ink.text(spot, sign, "text1", bold=True, role="name")


def said_product(about: About) -> str:
    return f"Each row of the first meets each {'row' if about.get('transpose') else 'column'} of the second"


# ---- many become one ----


def _variance(values: Sequence[float]) -> float:
    mean = sum(values) / len(values)
    return sum((value - mean) ** 2 for value in values) / len(values)


SUMS: dict[str, Callable[[Sequence[float]], float]] = {
    "mean": lambda values: sum(values) / len(values),
    "sum": sum,
    "largest": max,
    "smallest": min,
    "length": lambda values: math.sqrt(sum(value * value for value in values)),
    "variance": _variance,
    "log-sum-exp": lambda values: math.log(sum(math.exp(value) for value in values)),
    "product": math.prod,
}
"""What Reduce makes of many numbers."""


def _way(about: About) -> str:
    fixed = {"MeanOverSteps": "mean", "MaxOverSteps": "largest", "MaskedMean": "mean"}
    return fixed.get(about.layer, str(about.get("by", "mean")))


def paint_reduced(ink: Ink, about: About) -> None:
    """Some numbers, and the one they become."""
    way = _way(about)
    masked = about.layer == "MaskedMean"
    used = _VALUES[:4] if masked else _VALUES
    value = SUMS[way](used)
    left, right = ink.split(ink.area.width() * 0.4)
    area = left.adjusted(0, 4, 0, -ink.line)
    top = max(*_VALUES, value)
    bars(ink, area, _VALUES, top, _VALUES.index(max(_VALUES)) if way == "largest" else -1)
    if masked:
        for at in (4, 5):
            wide = area.width() / 6
            ink.cross(QRectF(area.left() + at * wide, area.bottom() - wide * 1.2, wide, wide), "text1")
    ink.below(area, "steps" if "Step" in about.layer or masked else "numbers along the axis", "text3")
    single = QRectF(right.left(), area.top(), area.width() / 6, area.height())
    bars(ink, single, (value,), top, 0)
    ink.below(single, f"{value:.2g}", "text1")
    shapes = [dims_words(one) for one in about.outputs[:1]]
    extra = ["masked ones", "do not count"] if masked else []
    ink.beside(single.right() + ink.sizes.s24, f"the {way}", *extra, *shapes)


def said_reduced(about: About) -> str:
    way = _way(about)
    return f"Many numbers become one: their {way}"


def paint_running(ink: Ink, about: About) -> None:
    """Each number is the sum of all before it and itself."""
    sums = [sum(_VALUES[: at + 1]) for at in range(len(_VALUES))]
    _two(ink, _VALUES, sums, ("numbers", "running sum"), ("each with all", "before it"))


def paint_place(ink: Ink, about: About) -> None:
    """The place of the largest number."""
    best = _VALUES.index(max(_VALUES))
    left, right = ink.split(ink.area.width() * 0.4)
    area = left.adjusted(0, 4, 0, -ink.line)
    bars(ink, area, _VALUES, max(_VALUES), best)
    spot = QRectF(right.left(), right.center().y() - ink.sizes.row / 2, ink.sizes.row, ink.sizes.row)
    ink.block(spot, str(best), 0.3)
    ink.beside(spot.right() + ink.sizes.s16, "its place,", "counted from 0")


def _two(ink: Ink, one: Sequence[float], two: Sequence[float], names: tuple[str, str], lines: tuple[str, ...]) -> None:
    left, right = ink.split(ink.area.width() * 0.3)
    right.setWidth(left.width())
    top = max(*one, *two)
    for area, values, name in ((left, one, names[0]), (right, two, names[1])):
        inner = area.adjusted(0, 4, 0, -ink.line)
        bars(ink, inner, values, top)
        ink.below(inner, name, "text3")
    ink.beside(right.right() + ink.sizes.s16, *lines)


TESTS: dict[str, Callable[[float, float], bool]] = {
    "less": lambda a, b: a < b,
    "at most": lambda a, b: a <= b,
    "greater": lambda a, b: a > b,
    "at least": lambda a, b: a >= b,
    "equal": lambda a, b: a == b,
    "different": lambda a, b: a != b,
}
"""What Compare asks of two numbers."""


def paint_compared(ink: Ink, about: About) -> None:
    """Numbers against a level: yes or no for each."""
    operator = str(about.get("operator", "greater"))
    edge = 0.45
    area = QRectF(ink.area.left(), ink.area.top() + 4, ink.area.width() * 0.55, ink.area.height() - ink.line - 6)
    bars(ink, area, _VALUES, max(_VALUES))
    y = area.bottom() - edge / max(_VALUES) * area.height()
    ink.stroke("text1", 1.5, dashed=True)
    ink.painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
    wide = area.width() / len(_VALUES)
    for at, value in enumerate(_VALUES):
        yes = TESTS[operator](value, edge)
        spot = QPointF(area.left() + (at + 0.5) * wide, area.bottom() + ink.line * 0.6)
        ink.dot(spot, 4, ink.hue if yes else None, None if yes else "line3")
    ink.beside(area.right() + ink.sizes.s16, f"{operator}?", "filled: yes", "empty: no")


def said_compared(about: About) -> str:
    return f"Each number is asked: {about.get('operator', 'greater')}? Yes or no comes out"


def paint_chosen(ink: Ink, about: About) -> None:
    """A mask chooses from the first or the second input."""
    mask = (True, False, True, True, False, False)
    side = min(ink.sizes.s24, ink.area.width() * 0.62 / 7)
    names = ("mask", "yes", "no", "out")
    high = ink.area.height() / 4
    x = ink.area.left() + ink.sizes.s32 + ink.sizes.s4
    for row, name in enumerate(names):
        y = ink.area.top() + row * high
        ink.text(QRectF(ink.area.left(), y, ink.sizes.s32, high), name, "text3")
        for at, yes in enumerate(mask):
            spot = QRectF(x + at * side, y + (high - min(side, high - 3)) / 2, side, min(side, high - 3))
            tones = (
                ink.grey(0.8) if yes else None,
                ink.shade(0.9) if yes else ink.shade(0.15),
                ink.grey(0.15) if yes else ink.grey(0.6),
                ink.shade(0.9) if yes else ink.grey(0.6),
            )
            ink.cell(spot, tones[row], "line2" if tones[row] is None else None)
    ink.beside(x + 6 * side + ink.sizes.s16, "yes: first input", "no: second")
    del about


def said_chosen(_about: About) -> str:
    return "Where the mask says yes, the first input passes, elsewhere the second"


JOINED = Picture(paint_joined, said_joined)
PRODUCT = Picture(paint_product, said_product)
REDUCED = Picture(paint_reduced, said_reduced)
RUNNING = Picture(paint_running, lambda _about: "Each number becomes the sum of itself and all before it")
PLACE = Picture(paint_place, lambda _about: "The place of the largest number, counted from 0")
COMPARED = Picture(paint_compared, said_compared)
CHOSEN = Picture(paint_chosen, said_chosen)
