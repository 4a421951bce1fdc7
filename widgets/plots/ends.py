"""The labels at the ends of curves: each curve's name and last value, and the room they need."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from widgets import theme
from widgets.controls.base import text, width_of
from widgets.plots import scales
from widgets.plots.marks import spread
from widgets.plots.strokes import Style

if TYPE_CHECKING:
    from widgets.plots.area import Area

_FEW_CURVES = 2
_NEAR_ZERO = 1e-3
_NAME_SHARE = 0.2  # of the width, for a curve's name at its end


def room(area: Area, left: float, x_high: float) -> float:
    """Return what must stay free at the right so that labels at line ends are not cut."""
    sizes = theme.sizes()
    widest = max((width_of(words, "caption", True) for words in _words(area)), default=0)
    if not widest:
        return sizes.s12
    done = area.reached() / x_high
    if area.stretched:
        done = math.log1p(area.reached()) / math.log1p(x_high)
    free = (area.width() - left - sizes.s12) * (1 - done)
    return sizes.s12 + max(0.0, widest + sizes.s12 - free)


def _words(area: Area) -> list[str]:
    found = []
    for style in area.styles:
        last = area.last(style.key) if style.label else None
        if last is not None:
            found.append(_label(area, style, last[1]))
    return found


def _label(area: Area, style: Style, value: float) -> str:
    """Return the words at a curve's end; a long name is cut, its value never. Narrow charts leave names to the
    legend: they would take a third of the width from the curves."""
    said = scales.reading(value, area.kind)
    if style.part == "plain" and area.frame is not None and 0 < value < area.frame.y_high * _NEAR_ZERO and not area.log:
        said = "almost 0"  # a learning rate at its end: on this axis nothing else can be seen of it
    if area.width() < theme.sizes().callout_width and len(area.styles) <= _FEW_CURVES:
        return said
    most = area.width() * _NAME_SHARE
    name = QFontMetricsF(theme.font("caption", True)).elidedText(style.words, Qt.TextElideMode.ElideRight, most)
    return f"{name} {said}".strip()


def paint(area: Area, painter: QPainter) -> None:
    """Write each curve's label at its end, moved apart where they would overlap."""
    frame, drawn_of = area.frame, area.drawn
    ends = [
        (style, drawn_of[style.key])
        for style in area.styles
        if style.label and style.key in drawn_of and drawn_of[style.key].end is not None
    ]
    height = theme.line_height("caption")
    wanted = [drawn.end.y() for _style, drawn in ends]
    placed = spread(wanted, height, frame.top, frame.top + frame.height)
    furthest = max((drawn.end.x() for _style, drawn in ends), default=0.0)
    for (style, drawn), y in zip(ends, placed, strict=True):
        words = _label(area, style, drawn.end_value)
        # Ends that nearly meet share one edge; labels of many curves stand clear of them all.
        near = furthest - drawn.end.x() < theme.sizes().s32 or len(ends) > 2
        x = (furthest if near else drawn.end.x()) + theme.sizes().s8
        place = QRectF(x, y - height / 2, width_of(words, "caption", True) + 1, height)
        text(painter, place, words, "caption", style.color, bold=True)
