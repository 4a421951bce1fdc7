"""Numbers that meet numbers: Linear and its kin, softmax, gates, and two inputs that become one."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRectF

from widgets import words
from widgets.pictures.about import About, Picture
from widgets.pictures.ink import CENTER, Ink

_A = (0.9, 0.35, -0.5, 0.6)
_B = (0.3, 0.8, 0.4, -0.7)
_SCORES = (2.0, 0.5, -1.0, 1.2, 0.1)


# ---- Linear ----


def _dots(ink: Ink, x: float, count: int | str, most: int) -> list[QPointF]:
    """A column of dots that stands for so many numbers; where there are more, three small ones say so."""
    shown = count if isinstance(count, int) and count <= most else most
    more = not isinstance(count, int) or count > most
    step = (ink.area.height() - ink.line) / (most + 0.5)
    top = ink.area.top() + (ink.area.height() - ink.line - shown * step) / 2 + step / 2
    places = [QPointF(x, top + at * step) for at in range(shown)]
    if more and shown > 2:
        gone = places.pop(shown - 2)
        for at in (-1, 0, 1):
            ink.dot(gone + QPointF(0, at * step / 4), 1.2, "text3")
    return places


def paint_linear(ink: Ink, about: About) -> None:
    """Every number in is joined to every number out, with a weight for each line."""
    entering = about.entering()
    count: int | str = entering[-1] if entering else "?"
    features = int(about.number("features", 1)) if about.get("features") else 1
    radius = ink.sizes.s4 * 0.9
    left = ink.area.left() + ink.sizes.s24
    right = left + ink.area.height() * 1.15
    ins, outs = _dots(ink, left, count, 6), _dots(ink, right, features, 5)
    for at, end in enumerate(outs):
        for start in ins:
            ink.stroke(ink.shade(0.8) if at == 0 else ink.shade(0.22), 1.2 if at == 0 else 0.8)
            ink.painter.drawLine(start, end)
    for start in ins:
        ink.dot(start, radius, ink.grey(0.7))
    for at, end in enumerate(outs):
        ink.dot(end, radius, ink.hue if at == 0 else ink.shade(0.55))
    foot = ink.area.bottom() - ink.line
    for x, said_ in ((left, _count(count)), (right, _count(features))):
        ink.text(QRectF(x - 30, foot, 60, ink.line), said_)
    ink.beside(right + ink.sizes.s24, *_weights(about, count))


def _weights(about: About, count: int | str) -> tuple[str, str]:
    if about.layer == "Bilinear":
        return "a weight for each pair", "of the two inputs"
    bias = " + 1" if about.get("bias", False) else ""
    return f"{_count(count)}{bias} weights", "for each number out"


def _count(value: int | str) -> str:
    return words.thousands(value) if isinstance(value, int) else str(value)


def said_linear(about: About) -> str:
    entering = about.entering()
    count = _count(entering[-1]) if entering else "All"
    return f"{count} numbers in, {_count(int(about.number('features', 1)))} out, each joined to all"


# ---- bars ----


def bars(ink: Ink, area: QRectF, values: Sequence[float], top: float, strong: int = -1, bottom: float = 0.0) -> None:
    """Numbers as bars around a zero line; `top` is the largest that fits, `bottom` the least."""
    low = min(bottom, 0.0, *values)
    high = max(top, 1e-6)
    span = high - low
    zero = area.bottom() + low / span * area.height()
    wide = area.width() / len(values)
    for at, value in enumerate(values):
        y = zero - max(0.0, value) / span * area.height()
        tall = abs(value) / span * area.height()
        spot = QRectF(area.left() + at * wide + 1, y, wide - 2, max(tall, 1.0))
        ink.cell(spot, ink.hue if at == strong else ink.shade(0.45))
    ink.stroke("line3", 1)
    ink.painter.drawLine(QPointF(area.left(), zero), QPointF(area.right(), zero))


def softmax(values: Sequence[float], temperature: float = 1.0) -> list[float]:
    """Shares that add up to 1."""
    powers = [math.exp(value / max(temperature, 1e-3)) for value in values]
    return [power / sum(powers) for power in powers]


def _shares(about: About) -> list[float]:
    sign = -1.0 if about.layer == "Softmin" else 1.0
    return softmax([sign * value for value in _SCORES], about.number("temperature", 1.0) or 1.0)


def paint_softmax(ink: Ink, about: About) -> None:
    """Five scores, and what becomes of them: shares that add up to 1, or their logarithms."""
    left, right = ink.split(ink.area.width() * 0.26)
    for area in (left, right):
        area.adjust(0, ink.line, 0, -2)
    right.setWidth(left.width())
    bars(ink, left, _SCORES, max(_SCORES), 0)
    shares = _shares(about)
    best = shares.index(max(shares))
    logs = about.layer == "LogSoftmax"
    bars(ink, right, [math.log(share) for share in shares] if logs else shares, 1e-6 if logs else max(shares), best)
    ink.above(left, "scores")
    ink.above(right, "logarithms" if logs else "shares")
    lines = [f"{shares[best] * 100:.0f} % for the best", "they add up to 100 %"]
    ink.beside(right.right() + ink.sizes.s16, *lines)


def said_softmax(about: About) -> str:
    shares = ", ".join(f"{share * 100:.0f} %" for share in _shares(about))
    return f"Scores {', '.join(f'{one:g}' for one in _SCORES)} become {shares}"


# ---- two become one ----


def _divide(a: float, b: float) -> float:
    return a / b if b else 0.0


MEETINGS: dict[str, tuple[str, Callable[[float, float], float]]] = {
    "Add": ("+", lambda a, b: a + b),
    "Subtract": ("−", lambda a, b: a - b),
    "Multiply": ("×", lambda a, b: a * b),
    "Divide": ("÷", _divide),
    "Average": ("mean", lambda a, b: (a + b) / 2),
    "Maximum": ("max", max),
    "Minimum": ("min", min),
}
"""What each merging layer does with two numbers, and how it is written."""


def paint_merge(ink: Ink, about: About) -> None:
    """Two rows of numbers, and the real result below one another's places."""
    sign, meet = MEETINGS[about.layer]
    result = [meet(a, b) for a, b in zip(_A, _B, strict=True)]
    wide = ink.area.width() * 0.25
    gap = (ink.area.width() - 3 * wide) / 2
    top, bottom = max(*_A, *_B, *result), min(*_A, *_B, *result)
    names = ("first", "second", "together")
    for at, values in enumerate((_A, _B, result)):
        area = QRectF(ink.area.left() + at * (wide + gap), ink.area.top() + 4, wide, ink.area.height() - ink.line - 8)
        bars(ink, area, values, top, bottom=bottom)
        ink.below(area, names[at])
        if at < 2:
            spot = QRectF(area.right(), area.center().y() - ink.line, gap, 2 * ink.line)
            ink.text(spot, sign if at == 0 else "=", "text1", CENTER, True, "caption" if len(sign) > 1 else "name")


def said_merge(about: About) -> str:
    sign, meet = MEETINGS[about.layer]
    return f"Number by number: {_A[0]:g} {sign} {_B[0]:g} = {meet(_A[0], _B[0]):.2g}"


# ---- gates ----


def paint_gate(ink: Ink, about: About) -> None:
    """One half of the numbers opens or closes the other half."""
    area = ink.area.adjusted(0, ink.line, 0, -ink.line)
    wide = area.width() * 0.2
    values, gates = (0.9, -0.5, 0.7, 0.4), (0.95, 0.1, 0.5, 0.8)
    result = [a * b for a, b in zip(values, gates, strict=True)]
    step = area.width() * 0.31
    for at, (row, name) in enumerate(((values, "one half"), (gates, "gate, 0 to 1"), (result, "what passes"))):
        spot = QRectF(area.left() + at * step, area.top(), wide, area.height())
        bars(ink, spot, row, 1.0, bottom=-0.5)
        ink.below(spot, name)
        if at < 2:
            ink.text(
                QRectF(spot.right(), spot.center().y() - ink.line, step - wide, 2 * ink.line),
                "×" if at == 0 else "=",
                "text1",
                CENTER,
                True,
                "name",
            )


def said_gate(_about: About) -> str:
    return "One half of the numbers goes through sigmoid and opens or closes the other half"


# ---- distance ----


def paint_angle(ink: Ink, about: About) -> None:
    """Two lists of numbers as arrows: the angle between them, or how far their tips are apart."""
    angle = about.layer == "CosineSimilarity"
    origin = QPointF(ink.area.left() + ink.sizes.s16, ink.area.bottom() - ink.sizes.s12)
    length = ink.area.height() * 1.25
    one = origin + QPointF(length * math.cos(0.25), -length * math.sin(0.25) * 0.8)
    two = origin + QPointF(length * 0.75 * math.cos(0.95), -length * 0.75 * math.sin(0.95))
    ink.arrow(origin, one, ink.hue, width=2)
    ink.arrow(origin, two, ink.shade(0.6), width=2)
    if angle:
        arc = QRectF(origin.x() - 34, origin.y() - 34, 68, 68)
        ink.stroke("text1", 1.5)
        ink.painter.drawArc(arc, 12 * 16, 42 * 16)
        ink.beside(one.x() + ink.sizes.s16, "1: same way", "0: at right angles", "−1: opposite")
    else:
        ink.path([one, two], "text1", 1.5, dashed=True)
        power = about.number("power", 2.0)
        ink.beside(one.x() + ink.sizes.s16, "0: the same", f"differences to the power {power:g}")


def said_angle(about: About) -> str:
    what = "the angle between them" if about.layer == "CosineSimilarity" else "how far apart they are"
    return f"Two lists of numbers become one number: {what}"


LINEAR = Picture(paint_linear, said_linear)
SOFTMAX = Picture(paint_softmax, said_softmax)
MERGE = Picture(paint_merge, said_merge)
GATE = Picture(paint_gate, said_gate)
ANGLE = Picture(paint_angle, said_angle)
