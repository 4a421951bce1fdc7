"""What is taken away or disturbed while training: dropout of numbers and of channels, paths, noise, samples."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF

from widgets.pictures.about import About, Picture
from widgets.pictures.ink import Ink, fit_side

_ROWS, _COLUMNS = 5, 8
_ORDER = (
    13, 2, 31, 22, 7, 36, 18, 27, 0, 39, 10, 33, 5, 24, 16, 29, 3, 35, 20, 11,
    38, 8, 26, 14, 1, 30, 23, 6, 37, 17, 9, 32, 21, 4, 28, 12, 34, 19, 25, 15,
)  # fmt: skip
"""A fixed shuffle of the cells, so that the same rate always takes the same ones."""


def dropped(rate: float, count: int = _ROWS * _COLUMNS) -> set[int]:
    """Which of so many cells are gone at a rate."""
    order = [one for one in _ORDER if one < count]
    return set(order[: round(min(1.0, max(0.0, rate)) * count)])


def paint(ink: Ink, about: About) -> None:
    """Cells of which the given share is struck out; the others grow to make up for it."""
    rate = about.number("rate", 0.5)
    if _by_channel(about):
        _paint_channels(ink, rate)
    else:
        gone = dropped(rate)
        side = fit_side(QRectF(0, 0, ink.area.width() * 0.62, ink.area.height()), _ROWS, _COLUMNS)
        corner = QPointF(ink.area.left(), ink.area.center().y() - _ROWS * side / 2)
        for at in range(_ROWS * _COLUMNS):
            spot = QRectF(corner.x() + at % _COLUMNS * side, corner.y() + at // _COLUMNS * side, side, side)
            ink.cell(spot, None if at in gone else ink.shade(0.7), "line2" if at in gone else None)
            if at in gone:
                ink.cross(spot)
    grows = "" if rate >= 1 or "Alpha" in about.layer else f"others × {1 / (1 - rate):.3g}"
    lines = [f"{rate * 100:.3g} % off", "others each time", *([grows] if grows else [])]
    ink.beside(ink.area.left() + ink.area.width() * 0.62 + ink.sizes.s16, *lines)


def _by_channel(about: About) -> bool:
    return about.layer in ("Dropout1d", "Dropout2d", "Dropout3d", "FeatureAlphaDropout")


def _paint_channels(ink: Ink, rate: float) -> None:
    """Eight channels; whole ones are gone."""
    gone = dropped(rate, 8)
    wide, high = ink.area.width() * 0.62 / 4, ink.area.height() / 2
    side = min(wide, high) - ink.sizes.s6
    for at in range(8):
        spot = QRectF(ink.area.left() + at % 4 * wide, ink.area.top() + at // 4 * high + 2, side, side)
        if at in gone:
            ink.frame(spot, strong=False, dashed=True, width=1)
            ink.cross(spot)
        else:
            cell = side / 3
            ink.cells(
                spot.topLeft(),
                cell,
                3,
                3,
                lambda row, column, at=at: ink.shade(0.3 + 0.1 * ((row * 3 + column + at) % 6)),
            )


def said(about: About) -> str:
    what = "channels" if _by_channel(about) else "numbers"
    return f"While training, {about.number('rate', 0.5) * 100:.3g} % of the {what} are set to zero, others each time"


def paint_path(ink: Ink, about: About) -> None:
    """Whole layers are skipped for some items of a batch."""
    rate = about.number("rate", 0.1)
    gone = dropped(rate, 10)
    step = ink.area.height() / 5
    for at in range(10):
        x = ink.area.left() + (0 if at < 5 else ink.area.width() * 0.33)
        y = ink.area.top() + (at % 5 + 0.5) * step
        off = at in gone
        ink.arrow(QPointF(x, y), QPointF(x + ink.area.width() * 0.26, y), "line3" if off else ink.hue, dashed=off)
        if off:
            ink.cross(QRectF(x + ink.area.width() * 0.1, y - 7, 14, 14), "text2")
    ink.beside(
        ink.area.left() + ink.area.width() * 0.66, f"{rate * 100:.3g} % of the items", "go around it", "while training"
    )


def said_path(about: About) -> str:
    return f"While training, {about.number('rate', 0.1) * 100:.3g} % of the items skip this path"


_JITTER = (0.3, -0.8, 1.1, -0.2, 0.6, -1.3, 0.9, 0.1, -0.5, 1.4, -0.9, 0.4, -0.1, 0.8, -1.1, 0.5, 1.0, -0.6, 0.2, -0.7)


def paint_noise(ink: Ink, about: About) -> None:
    """A smooth row of numbers, and the same with noise of the given strength."""
    strength = about.number("strength", 0.1)
    left, right = ink.split(ink.area.width() * 0.27)
    right.setWidth(left.width())
    for area, noisy in ((left, False), (right, True)):
        points = []
        for at in range(60):
            value = math.sin(at / 9) + (strength * _JITTER[at * 7 % len(_JITTER)] if noisy else 0)
            value = max(-2.0, min(2.0, value))
            points.append(
                QPointF(area.left() + at / 59 * area.width(), area.center().y() - value * area.height() * 0.24)
            )
        ink.path(points, None, 1.6)
    ink.beside(right.right() + ink.sizes.s12, f"± {strength:g}", "new each time,", "in training only")


def said_noise(about: About) -> str:
    return f"While training, noise with a spread of {about.number('strength', 0.1):g} is added"


def paint_sample(ink: Ink, about: About) -> None:
    """A bell of a given middle and width, and points drawn from it."""
    area = ink.area.adjusted(0, 4, -ink.area.width() * 0.42, -ink.line)
    points = []
    for at in range(81):
        x = (at - 40) / 13
        points.append(
            QPointF(area.left() + at / 80 * area.width(), area.bottom() - math.exp(-x * x / 2) * area.height() * 0.95)
        )
    ink.path(points)
    ink.stroke("line3", 1)
    ink.painter.drawLine(area.bottomLeft(), area.bottomRight())
    for at, jitter in enumerate(_JITTER[:12]):
        ink.dot(QPointF(area.center().x() + jitter * area.width() / 6.2, area.bottom() + 6 + at % 2 * 4), 2, ink.hue)
    ink.beside(area.right() + ink.sizes.s16, "middle and width", "come in,", "one draw goes out")


def said_sample(_about: About) -> str:
    return "A random draw from a bell curve whose middle and width come in"


def paint_stop(ink: Ink, about: About) -> None:
    """Forward it passes; the corrections that come back end here."""
    y = ink.area.center().y()
    x = ink.area.left() + ink.area.width() * 0.3
    ink.arrow(QPointF(ink.area.left(), y - 14), QPointF(x * 1.0 + ink.area.width() * 0.3, y - 14), ink.hue, width=2)
    ink.arrow(QPointF(ink.area.left() + ink.area.width() * 0.6, y + 14), QPointF(x + 6, y + 14), "text3", dashed=True)
    ink.stroke("error", 2.5)
    ink.painter.drawLine(QPointF(x, y + 2), QPointF(x, y + 26))
    ink.beside(ink.area.left() + ink.area.width() * 0.66, "forward: passes", "corrections: end here")


def said_stop(_about: About) -> str:
    return "Numbers pass forward; corrections do not go back"


DROPOUT = Picture(paint, said)
PATH = Picture(paint_path, said_path)
NOISE = Picture(paint_noise, said_noise)
SAMPLE = Picture(paint_sample, said_sample)
STOP = Picture(paint_stop, said_stop)
