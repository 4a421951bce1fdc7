"""Grids that grow or shrink: upsampling, pixels shuffled between maps and places, borders of every kind, patches."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor

from widgets import words
from widgets.pictures.about import About, Picture
from widgets.pictures.ink import Ink, center_grid, dims_words, fit_side

_LEVELS = ((0.15, 0.8, 0.4), (0.55, 0.3, 0.95), (0.85, 0.6, 0.2))
"""How bright the cells of the example map are."""


# ---- larger and smaller ----


def _factors(about: About) -> tuple[float, float]:
    """How much higher and wider it gets; a fixed size over the size that comes in."""
    if about.get("factor") is not None:
        factor = about.get("factor")
        if isinstance(factor, tuple):
            return float(factor[0]), float(factor[-1])
        return float(factor), float(factor)
    entering = about.entering()
    size = about.size("size", int(about.layer[-2]), 8)
    sides = [part for part in entering[-len(size) :] if isinstance(part, int)] if entering else []
    if len(sides) != len(size):
        return 2.0, 2.0
    ratios = [new / max(1, old) for new, old in zip(size, sides, strict=True)]
    return (ratios[-2] if len(ratios) > 1 else 1.0), ratios[-1]


def _smooth(about: About) -> bool:
    return str(about.get("mode")) not in ("nearest", "nearest-exact")


def level_at(row: float, column: float, smooth: bool) -> float:
    """The brightness at a place between the cells of the example, in cells."""
    if not smooth:
        return _LEVELS[min(2, max(0, int(row)))][min(2, max(0, int(column)))]
    y, x = min(2.0, max(0.0, row - 0.5)), min(2.0, max(0.0, column - 0.5))
    up, left = min(1, int(y)), min(1, int(x))
    dy, dx = y - up, x - left
    top = _LEVELS[up][left] * (1 - dx) + _LEVELS[up][left + 1] * dx
    low = _LEVELS[up + 1][left] * (1 - dx) + _LEVELS[up + 1][left + 1] * dx
    return top * (1 - dy) + low * dy


def paint_scaled(ink: Ink, about: About) -> None:
    """A map of 3 × 3, and the same with more or fewer cells: repeated, or blended smoothly."""
    line = about.layer.endswith("1d")
    up, over = _factors(about)
    before = (1, 3) if line else (3, 3)
    after = (1 if line else max(1, min(9, round(3 * up))), max(1, min(9, round(3 * over))))
    left, right = ink.split(ink.area.height() * 0.7)
    side = fit_side(left, *before, ink.sizes.s24)
    corner = center_grid(left, side, *before)
    ink.cells(corner, side, *before, lambda row, column: ink.shade(_LEVELS[row][column]))
    cell = fit_side(right, *after, side if max(after) <= 3 else ink.sizes.s16)
    start = QPointF(right.left(), right.center().y() - after[0] * cell / 2)
    smooth = _smooth(about)

    def fill(row: int, column: int) -> QColor:
        place = ((row + 0.5) / after[0] * before[0], (column + 0.5) / after[1] * before[1])
        return ink.shade(level_at(*place, smooth))

    ink.cells(start, cell, *after, fill)
    sizes = [dims_words(one) for one in about.outputs[:1]]
    times = f"× {over:g}" if up == over or line else f"× {up:g} and × {over:g}"
    ink.beside(start.x() + after[1] * cell + ink.sizes.s16, times, "blended" if smooth else "repeated", *sizes)


def said_scaled(about: About) -> str:
    up, over = _factors(about)
    return (
        f"{up:g} times as high, {over:g} times as wide, {'blended smoothly' if _smooth(about) else 'pixels repeated'}"
    )


# ---- maps to places and back ----


def paint_shuffled(ink: Ink, about: About) -> None:
    """Cells of several maps become neighbors on one larger map, or the other way round."""
    factor = max(2, min(4, int(about.number("factor", 2))))
    back = about.layer == "PixelUnshuffle"
    side, gap = ink.area.height() * 0.86, ink.sizes.s32
    top = ink.area.center().y() - side / 2
    first = QPointF(ink.area.left(), top)
    second = first + QPointF(side + gap, 0)
    _paint_maps(ink, second if back else first, side, factor)
    count = factor * factor
    ink.cells(
        first if back else second, side / (2 * factor), 2 * factor, 2 * factor,
        lambda row, column: ink.shade((row % factor * factor + column % factor + 0.5) / count),
    )  # fmt: skip
    middle = ink.area.center().y()
    ink.arrow(QPointF(first.x() + side + 6, middle), QPointF(second.x() - 6, middle))
    lines = ("neighbors go", f"to {count} maps") if back else (f"{count} maps", "become neighbors")
    ink.beside(second.x() + side + ink.sizes.s12, *lines)


def _paint_maps(ink: Ink, corner: QPointF, side: float, factor: int) -> None:
    """As many small maps as there are cells in a square of the factor, each with its shade."""
    step = side / factor
    cell = step * 0.41
    for at in range(factor * factor):
        spot = corner + QPointF(at % factor * step, at // factor * step)
        tone = ink.shade((at + 0.5) / (factor * factor))
        ink.cells(spot, cell, 2, 2, lambda _row, _column, tone=tone: tone)


def said_shuffled(about: About) -> str:
    factor = int(about.number("factor", 2))
    if about.layer == "PixelUnshuffle":
        return f"Squares of {factor} × {factor} pixels become {factor * factor} maps"
    return f"{factor * factor} maps become squares of {factor} × {factor} pixels on one larger map"


# ---- borders ----


def source_of(place: int, size: int, mode: str) -> int | None:
    """Which cell a place outside shows: None for a fixed number."""
    if 0 <= place < size:
        return place
    if mode == "replicate":
        return 0 if place < 0 else size - 1
    if mode == "circular":
        return place % size
    if mode == "reflect":
        if size == 1:
            return 0
        period = 2 * (size - 1)
        turned = place % period
        return turned if turned < size else period - turned
    return None


def _borders(about: About) -> tuple[int, int, int, int]:
    """Left, right, top, bottom, as far as they are drawn."""
    if about.layer == "Pad3d":
        size = about.size("size", 3, 1)
        sides = (size[2], size[2], size[1], size[1])
    elif about.layer == "Pad1d":
        sides = (int(about.number("left")), int(about.number("right")), 0, 0)
    else:
        names = ("left", "right", "top", "bottom")
        sides = tuple(int(about.number(name)) for name in names)  # type: ignore[assignment]
    return tuple(max(-2, min(4, side)) for side in sides)  # type: ignore[return-value]


def paint_padded(ink: Ink, about: About) -> None:
    """The example with its border: what the border is made of can be seen by the shades."""
    left, right, top, bottom = _borders(about)
    rows, columns = (1, 4) if about.layer == "Pad1d" else (3, 3)
    mode = str(about.get("mode", "zeros"))
    high, wide = rows + top + bottom, columns + left + right
    if high < 1 or wide < 1:
        high, wide, left, top = rows, columns, 0, 0
    room = QRectF(0, 0, ink.area.width() * 0.6, ink.area.height() - 2)
    side = fit_side(room, high, wide, ink.sizes.s24)
    corner = QPointF(ink.area.left() + 1, ink.area.center().y() - high * side / 2)
    for row in range(high):
        for column in range(wide):
            spot = QRectF(corner.x() + column * side, corner.y() + row * side, side, side)
            y, x = source_of(row - top, rows, mode), source_of(column - left, columns, mode)
            inside = 0 <= row - top < rows and 0 <= column - left < columns
            if y is None or x is None:
                ink.cell(spot, None, "line3", dashed=True)
                value = about.number("value") if mode == "constant" else 0.0
                ink.text(spot, f"{value:g}", "text3")
            else:
                shade = _LEVELS[y][x % 3] if rows > 1 else (0.15, 0.45, 0.7, 0.95)[x]
                ink.cell(spot, ink.shade(shade), None)
                if not inside:
                    ink.cell(spot.adjusted(1, 1, -1, -1), None, "text3", dashed=True)
    middle = QRectF(corner.x() + left * side, corner.y() + top * side, columns * side, rows * side)
    ink.frame(middle, width=2)
    ink.beside(
        corner.x() + wide * side + ink.sizes.s16, *_border_words(mode), *[dims_words(one) for one in about.outputs[:1]]
    )


def _border_words(mode: str) -> tuple[str, ...]:
    return {
        "zeros": ("zeros around",),
        "constant": ("a fixed number", "around"),
        "reflect": ("mirrored", "at the edge"),
        "replicate": ("the edge,", "repeated"),
        "circular": ("goes on from", "the other side"),
    }.get(mode, (mode,))


def said_padded(about: About) -> str:
    left, right, top, bottom = (words.thousands(side) for side in _borders(about))
    what = " ".join(_border_words(str(about.get("mode", "zeros"))))
    return f"A border of {left} left, {right} right, {top} above, {bottom} below: {what}"


# ---- patches out of a map and back ----


def paint_unfolded(ink: Ink, about: About) -> None:
    """Every window is written as one column, or columns are put back as windows."""
    kernel, stride = about.size("kernel", 2, 2), about.size("stride", 2, 2)
    back = about.layer == "Fold"
    cells = min(8, kernel[0] * kernel[1])
    side = ink.area.height() * 0.9 / 6
    grid = 6
    step = max(1, stride[1])
    count = max(1, min(6, (grid - kernel[1]) // step + 1))
    top = ink.area.center().y() - grid * side / 2
    column_side = min(side, ink.area.height() * 0.9 / cells)
    columns_wide = count * column_side * 1.5
    grid_x = ink.area.left() + (columns_wide + ink.sizes.s32 if back else 0)
    columns_x = ink.area.left() + (0 if back else grid * side + ink.sizes.s32)
    shades = [0.95 - 0.7 * at / max(1, count) for at in range(count)]

    def fill(row: int, column: int) -> QColor:
        met = [at for at in range(count) if at * step <= column < at * step + kernel[1] and row < kernel[0]]
        return ink.shade(shades[met[0]]) if met else ink.grey(0.25)

    ink.cells(QPointF(grid_x, top), side, grid, grid, fill)
    for at in range(count):
        spot = QPointF(columns_x + at * column_side * 1.5, ink.area.center().y() - cells * column_side / 2)
        tone = ink.shade(shades[at])
        ink.cells(spot, column_side, cells, 1, lambda _row, _column, tone=tone: tone)
    middle = ink.area.center().y()
    tail = ink.area.left() + (columns_wide if back else grid * side) + 4
    ink.arrow(QPointF(tail, middle), QPointF(tail + ink.sizes.s20, middle))
    end = max(grid_x + grid * side, columns_x + columns_wide) + ink.sizes.s12
    ink.beside(end, "columns", "become windows") if back else ink.beside(end, "each window", "is a column")


def said_unfolded(about: About) -> str:
    kernel = words.shape(about.size("kernel", 2, 2))
    if about.layer == "Fold":
        return f"Each column is put back as a window of {kernel}; where windows overlap, numbers add up"
    return f"Each window of {kernel} becomes one column of {math.prod(about.size('kernel', 2, 2))} numbers"


SCALED = Picture(paint_scaled, said_scaled)
SHUFFLED = Picture(paint_shuffled, said_shuffled)
PADDED = Picture(paint_padded, said_padded)
UNFOLDED = Picture(paint_unfolded, said_unfolded)
