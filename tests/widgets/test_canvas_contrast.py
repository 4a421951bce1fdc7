"""What the canvas draws can be told from its ground: lines and marks at least 3 to 1, words at least 4.5 to 1."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor

from widgets import theme
from widgets.canvas.dots import DotItem
from widgets.canvas.ink import ink
from widgets.canvas.overview import fill


def luminance(color: QColor) -> float:
    parts = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in color.getRgbF()[:3]]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: QColor, other: QColor) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.fixture(params=[("dark", False), ("dark", True), ("light", False), ("light", True)], ids=str, autouse=True)
def look(request, qapp):
    name, more = request.param
    theme.apply(qapp, name, 1.0, more)
    yield
    theme.apply(qapp, "dark")


@pytest.mark.parametrize("kind", theme.KINDS)
def test_wires_and_dots(kind) -> None:
    ground = theme.color("canvas")
    for state in ("plain", "hover", "selected", "error", "dragged", "muted"):
        assert contrast(ink().wire(kind, state).color(), ground) >= 3, state
    dot = DotItem()
    dot.dress(kind, error=False)
    assert contrast(dot.brush().color(), ground) >= 3


@pytest.mark.parametrize("section", theme.SECTIONS)
def test_boxes_far_away(section) -> None:
    inside, edge = fill(section)
    assert contrast(theme.color("text1"), inside) >= 4.5
    assert contrast(edge, theme.color("canvas")) >= 3


def test_states_of_a_card() -> None:
    pens, card = ink(), theme.color("card")
    for words in (pens.text1, pens.text2, pens.text3, theme.color("good")):
        assert contrast(words, card) >= 4.5
    for ring in (pens.ring, pens.ring_error):
        assert contrast(ring.color(), theme.color("canvas")) >= 3
    assert contrast(pens.error_text, theme.color("error_wash")) >= 4.5


def test_states_differ_in_more_than_color() -> None:
    """Dashes, width or an own sign: a state is told without seeing its color."""
    pens = {state: ink().wire("image", state) for state in ("plain", "selected", "error", "dragged", "muted")}
    shapes = {state: (tuple(pen.dashPattern()), pen.widthF()) for state, pen in pens.items()}
    assert len(set(shapes.values())) == len(shapes), shapes
