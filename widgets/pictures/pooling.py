"""From a whole map to one number or a few, and the way back: global, adaptive and reversed pooling."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor

from widgets.pictures.about import About, Picture
from widgets.pictures.ink import Ink, center_grid, dims_words, fit_side

_LEVELS = (0.2, 0.5, 0.3, 0.1, 0.6, 0.9, 0.4, 0.2, 0.3, 0.7, 0.5, 0.1, 0.1, 0.2, 0.8, 0.3)
"""How bright each cell of an example map of 4 × 4 is."""


def _axes(about: About) -> int:
    return next((int(sign) for sign in "123" if f"{sign}d" in about.layer), 2)


def _kept(about: About) -> tuple[int, int]:
    """How many rows and columns are left."""
    if about.layer.startswith("Global"):
        return 1, 1
    size = about.size("size", _axes(about), 1)
    rows = size[-2] if len(size) > 1 else 1
    return min(rows, 4), min(size[-1], 4)


def _bounds(parts: int, part: int, whole: int = 4) -> tuple[int, int]:
    """Which cells one number is made of, as torch divides them."""
    return part * whole // parts, -(-(part + 1) * whole // parts)


def _level(rows: int, columns: int, row: int, column: int, largest: bool, high: int) -> float:
    up, down = _bounds(rows, row, high)
    left, right = _bounds(columns, column)
    found = [_LEVELS[y * 4 + x] for y in range(up, down) for x in range(left, right)]
    return max(found) if largest else sum(found) / len(found)


def paint(ink: Ink, about: About) -> None:
    """An example map, and what is left of it: the mean or the largest of each part."""
    rows, columns = _kept(about)
    high = 1 if _axes(about) == 1 else 4
    largest = "Max" in about.layer
    left, right = ink.split(ink.area.height())
    side = fit_side(left, high, 4)
    corner = center_grid(left, side, high, 4)
    ink.cells(corner, side, high, 4, lambda row, column: ink.shade(_LEVELS[row * 4 + column]))
    down, over = _bounds(rows, 0, high), _bounds(columns, 0)
    ink.frame(QRectF(corner.x(), corner.y(), over[1] * side, down[1] * side).adjusted(-1, -1, 1, 1), width=2)
    small = min(side, fit_side(right, rows, columns))
    start = QPointF(right.left(), right.center().y() - rows * small / 2)

    def fill(row: int, column: int) -> QColor:
        return ink.shade(_level(rows, columns, row, column, largest, high))

    ink.cells(start, small, rows, columns, fill)
    leaving = about.leaving()
    lines = ["the largest" if largest else "the mean", "of each map" if rows * columns == 1 else "of each part"]
    if leaving:
        lines.append(dims_words(leaving))
    ink.beside(start.x() + columns * small + ink.sizes.s16, *lines)


def said(about: About) -> str:
    rows, columns = _kept(about)
    what = "the largest number" if "Max" in about.layer else "the mean"
    return (
        f"{what.capitalize()} of each map"
        if rows * columns == 1
        else f"{what.capitalize()} of {rows} × {columns} parts"
    )


def paint_back(ink: Ink, about: About) -> None:
    """Each number goes back to where it was the largest; all other places become zero."""
    kernel = min(max(about.size("kernel", _axes(about), 2)), 4)
    high = 1 if _axes(about) == 1 else 2
    left, right = ink.split(ink.area.height() * 0.6)
    side = fit_side(left, high, 2, ink.sizes.s24)
    levels = (0.9, 0.5, 0.7, 0.35)
    ink.cells(center_grid(left, side, high, 2), side, high, 2, lambda row, column: ink.shade(levels[row * 2 + column]))
    rows, columns = (1 if high == 1 else 2 * kernel), 2 * kernel
    cell = fit_side(right, rows, columns, side)
    start = QPointF(right.left(), right.center().y() - rows * cell / 2)
    places = ((0, kernel - 1), (kernel - 1, 0), (0, 0), (kernel - 1, kernel - 1))

    def fill(row: int, column: int) -> QColor | None:
        part = (row // kernel) * 2 + column // kernel
        down, over = places[part]
        met = (row % kernel == down or high == 1) and column % kernel == over
        return ink.shade(levels[part]) if met else None

    ink.cells(start, cell, rows, columns, fill)
    ink.beside(start.x() + columns * cell + ink.sizes.s16, "back to its place", "zero elsewhere")


def said_back(_about: About) -> str:
    return "Each number goes back to the place where it was the largest; the others become zero"


POOL = Picture(paint, said)
UNPOOL = Picture(paint_back, said_back)
