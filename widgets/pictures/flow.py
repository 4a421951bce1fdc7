"""Small diagrams of layers that are made of others: what follows what, and which way leads around."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF

from widgets.pictures.about import About, Picture
from widgets.pictures.ink import LEFT, Ink


def paint_flow(
    ink: Ink, area: QRectF, parts: Sequence[str], shortcuts=False, around=False, times: str = "", sign: str = "+"
) -> None:
    """Boxes under each other; `shortcuts` lead around each one, `around` leads around all of them."""
    beside = ink.sizes.s24 if shortcuts or around else 0
    gap = ink.sizes.s8 + (ink.sizes.s4 if shortcuts else 0)
    ends = ink.sizes.s8
    most = ink.sizes.s24
    high = min(most, (area.height() - 2 * ends - (len(parts) - 1) * gap) / len(parts))
    whole = high * len(parts) + gap * (len(parts) - 1) + 2 * ends
    top = area.center().y() - whole / 2 + ends
    wide = min(area.width() - beside - (ink.sizes.s32 if times else 0), ink.sizes.s32 * 4)
    x = area.left()
    middle = x + wide / 2
    ink.arrow(QPointF(middle, top - ends), QPointF(middle, top - 1))
    for at, name in enumerate(parts):
        box = QRectF(x, top + at * (high + gap), wide, high)
        ink.block(box, name)
        end = box.bottom() + (gap if at < len(parts) - 1 else ends)
        ink.arrow(QPointF(middle, box.bottom() + 1), QPointF(middle, end - 1))
        if shortcuts:
            _around(ink, box, box.right() + ink.sizes.s12, gap)
    if around:
        first, last = QRectF(x, top, wide, high), top + whole - 2 * ends
        _around(ink, QRectF(first.left(), top, wide, last - top), x + wide + ink.sizes.s16, ends, sign)
    if times:
        spot = QRectF(x + wide + beside + 2, area.center().y() - ink.line, ink.sizes.s32, 2 * ink.line)
        ink.text(spot, times, "text1", LEFT, bold=True)


def _around(ink: Ink, box: QRectF, right: float, gap: float, sign: str = "") -> None:
    """A way from above a box to below it, beside the box."""
    middle = box.center().x()
    up, down = box.top() - gap * 0.28, box.bottom() + gap * 0.28
    ink.path([QPointF(middle, up), QPointF(right, up), QPointF(right, down), QPointF(middle + 4, down)], None, 1.4)
    ink.dot(QPointF(middle, down), 3, ink.hue)
    if sign:
        ink.text(QRectF(right + 4, box.center().y() - ink.line / 2, ink.sizes.s16, ink.line), sign, "text1", LEFT, True)


def _squares(about: About, name: str = "kernel") -> str:
    size = about.size(name, 2, 3)
    return f"{size[0]} × {size[1]}"


def parts_of(about: About) -> tuple[list[str], bool, list[str]]:
    """The parts in their order, whether a way leads around them, and words for beside."""
    filters = int(about.number("filters", 0))
    makers = {
        "SeparableConv2d": lambda: (
            [f"{_squares(about)} on each map", "1 × 1 across maps"],
            False,
            [f"{filters} maps", "first each by itself, then mixed"],
        ),
        "SqueezeExcitation": lambda: (
            ["mean of each map", f"÷ {int(about.number('ratio', 8))}, then back", "weight of each map"],
            True,
            ["important maps", "are made louder"],
        ),
        "InvertedResidual": lambda: (
            [f"widen × {int(about.number('expansion', 6))}", f"{_squares(about)} on each map", f"{filters} maps"],
            max(about.size("stride", 2, 1)) == 1,
            ["around it where", "sizes match"],
        ),
        "GatedFeedForward": lambda: (
            [f"{int(about.number('hidden', 1))} values", f"{about.get('gate')} gate opens them", "back to the size"],
            False,
            ["one half", "steers the other"],
        ),
        "MixtureOfExperts": lambda: (
            [
                "router chooses",
                f"{int(about.number('chosen', 1))} of {int(about.number('experts', 1))} experts",
                "weighted sum",
            ],
            False,
            ["others rest:", "size without work"],
        ),
    }
    made: tuple[list[str], bool, list[str]] = makers[about.layer]()
    return made


def paint(ink: Ink, about: About) -> None:
    """The parts at the left, words at the right."""
    parts, around, lines = parts_of(about)
    area = QRectF(ink.area.left(), ink.area.top(), ink.area.width() * 0.6, ink.area.height())
    sign = "×" if about.layer == "SqueezeExcitation" else "+"
    paint_flow(ink, area, parts, around=around, sign=sign)
    ink.beside(area.right() + ink.sizes.s12, *lines)


def said(about: About) -> str:
    parts, around, lines = parts_of(about)
    shortcut = ", with a shortcut around" if around else ""
    return f"{', then '.join(parts)}{shortcut}: {' '.join(lines)}"


FLOW = Picture(paint, said)
