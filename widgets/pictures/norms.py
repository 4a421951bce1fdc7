"""Which numbers are measured together: batch, layer, group, instance and RMS norm; and scaling that is steered."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor

from widgets.pictures.about import About, Picture
from widgets.pictures.ink import Ink

_ITEMS, _CHANNELS, _PLACES = 3, 6, 3
"""The example: three items of a batch, six channels, three places in each."""


def together(about: About, item: int, channel: int, place: int) -> bool:
    """Whether a number is measured together with the first one."""
    return {
        "BatchNorm": channel == 0,
        "InstanceNorm": item == 0 and channel == 0,
        "GroupNorm": item == 0 and channel < _per_group(about),
        "LocalResponseNorm": item == 0 and place == 0 and channel <= int(about.number("size", 5)) // 2,
    }.get(about.layer, _of_layer(about, item, place))


def _of_layer(about: About, item: int, place: int) -> bool:
    """LayerNorm and RMSNorm: one item; over each place by itself, or over all."""
    return item == 0 and (place == 0 or about.get("over", "features") == "all")


def _per_group(about: About) -> int:
    return max(1, round(_CHANNELS / max(1.0, about.number("groups", 1))))


def paint(ink: Ink, about: About) -> None:
    """Items behind each other's names, channels side by side, places below: what is bright is measured together."""
    foot, side = ink.line, ink.line * 2.2
    area = QRectF(ink.area.left() + side, ink.area.top(), ink.area.width() * 0.58, ink.area.height() - foot)
    gap = ink.sizes.s6
    high = (area.height() - (_ITEMS - 1) * gap) / (_ITEMS * _PLACES)
    wide = min(area.width() / _CHANNELS, high * 2.6)
    for item in range(_ITEMS):
        top = area.top() + item * (_PLACES * high + gap)
        for channel in range(_CHANNELS):
            for place in range(_PLACES):
                spot = QRectF(area.left() + channel * wide, top + place * high, wide, high)
                met = together(about, item, channel, place)
                ink.cell(spot, ink.shade(0.95) if met else ink.grey(0.25))
        words = QRectF(ink.area.left(), top, side - 4, _PLACES * high)
        ink.text(words, f"{item + 1}", "text3")
    under = QRectF(area.left(), area.bottom(), wide * _CHANNELS, foot)
    ink.text(under, "channels", "text3")
    ink.beside(area.left() + wide * _CHANNELS + ink.sizes.s16, *_lines(about))


def _lines(about: About) -> list[str]:
    lines = {
        "BatchNorm": ["each channel", "over all items", "of the batch"],
        "InstanceNorm": ["each channel", "of each item"],
        "GroupNorm": [f"{int(about.number('groups', 1))} groups", "of channels,", "each item by itself"],
        "LocalResponseNorm": [f"{int(about.number('size', 5))} channels", "around each one"],
    }.get(about.layer)
    if lines is not None:
        return lines
    whole = about.get("over", "features") == "all"
    first = "each item" if whole else "each place"
    mean = "its size alone" if about.layer == "RMSNorm" else "mean and spread"
    return [first, "over all channels", mean]


def said(about: About) -> str:
    return "Measured together: " + " ".join(_lines(about))


def paint_steered(ink: Ink, about: About) -> None:
    """Every channel is stretched and moved by numbers that come from a second input, or are learned."""
    before, steer = (0.5, 0.8, 0.35, 0.6), (1.5, 0.4, 1.9, 0.8)
    area = ink.area.adjusted(0, 4, 0, -ink.line)
    wide, step = area.width() * 0.2, area.width() * 0.31
    start = about.number("start", 1.0)
    factors = steer if about.layer == "FiLM" else (start,) * 4
    rows = (
        (before, "channels"),
        (factors, "factors"),
        ([a * b for a, b in zip(before, factors, strict=True)], "result"),
    )
    for at, (values, name) in enumerate(rows):
        spot = QRectF(area.left() + at * step, area.top(), wide, area.height())
        _columns(ink, spot, values)
        ink.below(spot, f"× {start:g}" if at == 1 and about.layer == "LayerScale" else name)
        if at < 2:
            sign = QRectF(spot.right(), spot.center().y() - ink.line, step - wide, 2 * ink.line)
            ink.text(sign, "×" if at == 0 else "=", "text1", bold=True, role="name")


def _columns(ink: Ink, area: QRectF, values) -> None:
    wide = area.width() / len(values)
    for at, value in enumerate(values):
        tall = max(1.0, area.height() * min(1.0, value / 2))
        tone: QColor = ink.shade(0.3 + 0.3 * min(2.0, value))
        ink.cell(
            QRectF(
                QPointF(area.left() + at * wide, area.bottom() - tall),
                QPointF(area.left() + (at + 1) * wide, area.bottom()),
            ),
            tone,
        )


def said_steered(about: About) -> str:
    what = (
        "come from the second input"
        if about.layer == "FiLM"
        else f"are learned, from {about.number('start', 1.0):g} on"
    )
    return f"Each channel is multiplied; the factors {what}"


NORM = Picture(paint, said)
STEERED = Picture(paint_steered, said_steered)
