"""Volumes and patches: windows in three dimensions, and transposed convolution in two and three."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPolygonF

from widgets import words
from widgets.pictures.about import About, Picture
from widgets.pictures.ink import Ink, dims_words, fit_side

_LEAN = (0.5, -0.34)
"""How far one unit of depth goes to the right and up."""


def cube(ink: Ink, corner: QPointF, size: tuple[float, float, float], fill: QColor | None, line, dashed=False) -> None:
    """A box seen from the front and a little from above; `size` is deep, high, wide; `corner` its lower left."""
    deep, high, wide = size
    shift = QPointF(deep * _LEAN[0], deep * _LEAN[1])
    a, b = corner, corner + QPointF(wide, 0)
    c, d = corner + QPointF(wide, -high), corner + QPointF(0, -high)
    ink.stroke(line, 1.2, dashed)
    for shade, points in (
        (1.0, (a, b, c, d)),
        (0.75, (d, c, c + shift, d + shift)),
        (0.5, (b, b + shift, c + shift, c)),
    ):
        if fill is not None:
            tone = QColor(fill)
            tone.setAlphaF(fill.alphaF() * shade)
            ink.painter.setBrush(tone)
        ink.painter.drawPolygon(QPolygonF(list(points)))


def _kernel(about: About) -> tuple[int, ...]:
    return about.size("kernel", 3, 3)


def paint_volume(ink: Ink, about: About) -> None:
    """A small box that walks through a large one, and the volumes that come out."""
    kernel, stride = _kernel(about), about.size("stride", 3, 1)
    unit = ink.area.height() / 7.2
    whole = 4.6 * unit
    corner = QPointF(ink.area.left() + 1, ink.area.bottom() - 2)
    cube(ink, corner, (whole, whole, whole), None, "line3")
    parts = tuple(min(4.2, 0.55 + 0.42 * one) * unit for one in kernel)
    lift = QPointF(unit * 0.15, -(whole - parts[1]) - unit * 0.1)
    wash = QColor(ink.hue)
    wash.setAlphaF(0.5)
    moved = corner + lift + QPointF(min(unit * (0.5 + 0.42 * stride[2]), whole - parts[2]), 0)
    if moved.x() > corner.x() + lift.x() + 2:
        cube(ink, moved, parts, None, ink.shade(0.7), dashed=True)  # type: ignore[arg-type]
    cube(ink, corner + lift, parts, wash, ink.hue)  # type: ignore[arg-type]
    right = corner.x() + whole * (1 + _LEAN[0]) + ink.sizes.s12
    middle = ink.area.center().y()
    ink.arrow(QPointF(right, middle), QPointF(right + ink.sizes.s20, middle))
    small = unit * 2.3
    at = QPointF(right + ink.sizes.s32, middle + small * 0.7)
    cube(ink, at, (small, small, small), ink.shade(0.25), ink.shade(0.8))
    x = at.x() + small * 1.5 + ink.sizes.s12
    leaving = about.leaving()
    ink.beside(x, "× ".join(map(str, kernel)).replace("× ", " × "), *([dims_words(leaving)] if leaving else []))


def said_volume(about: About) -> str:
    step = max(about.size("stride", 3, 1))
    return f"A window of {words.shape(_kernel(about))} walks through a volume, in steps of {step}"


def paint_patches(ink: Ink, about: About) -> None:
    """Each pixel is written as a whole patch; patches stand a stride apart and add up where they overlap."""
    kernel, stride = about.size("kernel", 2, 2), about.size("stride", 2, 2)
    left, right = ink.split(ink.area.height() * 0.5)
    side = fit_side(left, 2, 2, ink.sizes.s20)
    corner = QPointF(left.left(), left.center().y() - side)
    ink.cells(corner, side, 2, 2, lambda row, column: ink.shade(0.8) if row == column == 0 else ink.grey())
    high, wide = (stride[at] + kernel[at] for at in (0, 1))
    cell = fit_side(right.adjusted(0, 2, -right.width() * 0.4, -2), high, wide, ink.sizes.s20)
    start = QPointF(right.left(), right.center().y() - high * cell / 2)
    times = [[0] * wide for _ in range(high)]
    for row, column in ((0, 0), (0, 1), (1, 0), (1, 1)):
        for down in range(kernel[0]):
            for over in range(kernel[1]):
                times[row * stride[0] + down][column * stride[1] + over] += 1
    ink.cells(
        start,
        cell,
        high,
        wide,
        lambda row, column: ink.shade(0.22 * times[row][column]) if times[row][column] else None,
    )
    ink.frame(QRectF(start.x(), start.y(), kernel[1] * cell, kernel[0] * cell))
    entering, leaving = about.entering(), about.leaving()
    lines = [f"{words.shape(kernel)} for each"]
    if len(entering) > 2 and len(leaving) > 2:
        lines.append(f"{dims_words(entering[1:])} to")
        lines.append(dims_words(leaving[1:]))
    ink.beside(start.x() + wide * cell + ink.sizes.s12, *lines)


def said_patches(about: About) -> str:
    kernel, stride = about.size("kernel", 2, 2), about.size("stride", 2, 2)
    return f"Each pixel is written as a patch of {words.shape(kernel)}, {max(stride)} pixels apart"


def paint_grown(ink: Ink, about: About) -> None:
    """A small volume that becomes a large one."""
    unit = ink.area.height() / 7.2
    small, large = unit * 1.8, unit * 4.4
    middle = ink.area.center().y()
    at = QPointF(ink.area.left() + 1, middle + small * 0.7)
    cube(ink, at, (small, small, small), ink.shade(0.5), ink.hue)
    x = at.x() + small * 1.5 + ink.sizes.s12
    ink.arrow(QPointF(x, middle), QPointF(x + ink.sizes.s20, middle))
    corner = QPointF(x + ink.sizes.s32, ink.area.bottom() - 2)
    cube(ink, corner, (large, large, large), ink.shade(0.1), "line3")
    part = min(large, unit * (0.5 + 0.55 * max(about.size("kernel", 3, 2))))
    cube(ink, corner, (part, part, part), ink.shade(0.45), ink.hue)
    lines = [f"{words.shape(about.size('kernel', 3, 2))} for each"]
    if about.leaving():
        lines.append(dims_words(about.leaving()[1:]))
    ink.beside(corner.x() + large * 1.5 + ink.sizes.s12, *lines)


def said_grown(about: About) -> str:
    kernel, step = about.size("kernel", 3, 2), max(about.size("stride", 3, 2))
    return f"Each point is written as a box of {words.shape(kernel)}, {step} apart"


VOLUME = Picture(paint_volume, said_volume)
PATCHES = Picture(paint_patches, said_patches)
GROWN = Picture(paint_grown, said_grown)
