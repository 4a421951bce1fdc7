"""What goes where: reshaping, cutting, turning and repeating, shown on an example whose cells have their own shade."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRectF

from widgets.pictures.about import About, Dims, Picture
from widgets.pictures.ink import Ink, center_grid, dims_words, fit_side

_ROW = tuple(range(8))
Cells = list[list[int | None]]
"""Rows of cells; each holds the number of the cell that it came from, None where something new stands."""


def _whole(value: object, other: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else other


def _slice(about: About) -> list[list[int | None]]:
    start, stop = _whole(about.get("start"), 0), about.get("stop")
    every = max(1, _whole(about.get("every"), 1))
    end = stop if isinstance(stop, int) else None
    return [list(_ROW[start:end:every]) or [None]]


def _split(about: About) -> Cells:
    parts = min(8, max(1, int(about.number("parts", 2))))
    size = -(-len(_ROW) // parts)
    return [list(_ROW[at : at + size]) for at in range(0, len(_ROW), size)]


def _split_sizes(about: About) -> Cells:
    found: Cells = []
    at = 0
    for size in about.get("sizes", (4, 4)):
        found.append(list(_ROW[at : at + size]))
        at += size
    return [row for row in found if row] or [[None]]


def _roll(about: About) -> Cells:
    by = int(about.number("by", 1)) % len(_ROW)
    return [list(_ROW[-by:] + _ROW[:-by]) if by else list(_ROW)]


def _repeat(about: About) -> Cells:
    times, row = min(4, max(1, int(about.number("times", 2)))), _ROW[:4]
    return [[one for one in row for _ in range(times)] if about.get("each") else list(row) * times]


def _expand(about: About) -> Cells:
    return [list(_ROW) for _ in range(min(5, max(1, int(about.number("size", 2)))))]


def _pad_axis(about: About) -> Cells:
    before, after = int(about.number("before")), int(about.number("after"))
    return [[*[None] * min(4, before), *_ROW, *[None] * min(4, after)]]


def _select(about: About) -> Cells:
    index = int(about.number("index"))
    return [[_ROW[index]]] if -len(_ROW) <= index < len(_ROW) else [[None]]


def _gather(about: About) -> Cells:
    fixed = [at for at in about.get("fixed", ()) if isinstance(at, int)][: len(_ROW)]
    return [[_ROW[max(-len(_ROW), min(at, len(_ROW) - 1))] for at in fixed or (2, 5, 1)]]


def _shuffle(about: About) -> Cells:
    groups = int(about.number("groups", 2))
    groups = groups if groups in (1, 2, 4, 8) else 2
    size = len(_ROW) // groups
    return [[_ROW[group * size + at] for at in range(size) for group in range(groups)]]


ROWS: dict[str, Callable[[About], Cells]] = {
    "Slice": _slice,
    "Split": _split,
    "SplitSizes": _split_sizes,
    "Select": _select,
    "Flip": lambda _about: [list(reversed(_ROW))],
    "Roll": _roll,
    "Repeat": _repeat,
    "Expand": _expand,
    "PadAxis": _pad_axis,
    "ChannelShuffle": _shuffle,
    "LastStep": lambda _about: [[_ROW[-1]]],
    "FirstStep": lambda _about: [[_ROW[0]]],
    "Gather": _gather,
    "Identity": lambda _about: [list(_ROW)],
}
"""What each layer makes of a row of eight cells."""

WORDS: dict[str, tuple[str, ...]] = {
    "Slice": ("a part", "along one axis"),
    "Split": ("parts of", "equal size"),
    "SplitSizes": ("parts of", "given sizes"),
    "Select": ("one of them",),
    "Flip": ("back to front",),
    "Roll": ("moved on, the end", "comes in front"),
    "Repeat": ("again and again",),
    "Expand": ("the same, many times",),
    "PadAxis": ("room at the ends",),
    "ChannelShuffle": ("groups are mixed", "like cards"),
    "LastStep": ("the last step",),
    "FirstStep": ("the first step",),
    "Gather": ("the places that", "are asked for"),
    "Identity": ("nothing changes",),
}


def tone(ink: Ink, cell: int | None, count: int = len(_ROW)):
    """The shade of a cell; a new one has none."""
    return None if cell is None else ink.shade((cell + 0.5) / count)


def paint_row(ink: Ink, about: About) -> None:
    """The row before, above; what becomes of it, below."""
    rows = ROWS[about.layer](about)
    source = _ROW[:4] if about.layer == "Repeat" else _ROW
    longest = max(len(source), *(len(row) for row in rows))
    room = QRectF(0, 0, ink.area.width() * 0.64, ink.area.height() * 0.26)
    side = fit_side(room, 1, longest, ink.sizes.s20)
    small = min(side, (ink.area.height() - side - ink.sizes.s24) / len(rows))
    high = side + ink.sizes.s24 + small * len(rows)
    top = ink.area.center().y() - high / 2
    left = ink.area.left()
    ink.cells(QPointF(left, top), side, 1, len(source), lambda _row, column: tone(ink, source[column]))
    middle = left + side * len(source) / 2
    ink.arrow(QPointF(middle, top + side + 5), QPointF(middle, top + side + ink.sizes.s24 - 5))
    start = top + side + ink.sizes.s24
    for at, row in enumerate(rows):
        for column, cell in enumerate(row):
            spot = QRectF(left + column * side, start + at * small, side, small)
            ink.cell(spot, tone(ink, cell), "line3" if cell is None else None, dashed=cell is None)
    leaving = [dims_words(one) for one in about.outputs[:1]]
    ink.beside(left + side * longest + ink.sizes.s16, *WORDS[about.layer], *leaving)


def said_row(about: About) -> str:
    rows = [" ".join("new" if cell is None else str(cell + 1) for cell in row) for row in ROWS[about.layer](about)]
    return f"Eight cells, 1 to 8, become {', and '.join(rows)}"


# ---- grids that become other grids ----

_GRID = 3


def _grid_of(cells: Sequence[Sequence[int]]) -> Cells:
    return [list(row) for row in cells]


_PICTURE = _grid_of([[0, 1, 2], [3, 4, 5], [6, 7, 8]])

GRIDS: dict[str, tuple[Cells, Cells, tuple[str, ...]]] = {
    "Flatten": (_PICTURE, [list(range(9))], ("one long list", "in reading order")),
    "SwapTimeChannels": (
        [[0, 1, 2, 3], [4, 5, 6, 7]],
        [[0, 4], [1, 5], [2, 6], [3, 7]],
        ("rows become", "columns"),
    ),
    "RowsAsSteps": (_PICTURE, [[0, 1, 2], [3, 4, 5], [6, 7, 8]], ("each row", "is one step")),
    "PixelsAsSteps": (_PICTURE, [[at] for at in range(9)], ("each pixel", "is one step")),
    "StepsAsChannels": ([[0, 1, 2], [3, 4, 5]], [[0, 1, 2], [3, 4, 5]], ("each step", "is one map")),
    "AsSequence": ([[0, 1, 2, 3, 4]], [[0], [1], [2], [3], [4]], ("each number", "is one step")),
}
"""An example before, after, and what to say of it."""


def _example(about: About) -> tuple[Cells, Cells, tuple[str, ...]]:
    if about.layer == "AsSequence" and about.get("steps") == "one":
        row: Cells = [[0, 1, 2, 3, 4]]
        return row, row, ("all numbers", "are one step")
    return GRIDS[about.layer]


def paint_grid(ink: Ink, about: About) -> None:
    """The cells before, and the same cells in their new places."""
    before, after, lines = _example(about)
    left, right = ink.split(ink.area.width() * 0.26)
    count = max(cell for row in before for cell in row if cell is not None) + 1
    columns = max(len(before[0]), 3)
    side = fit_side(left, len(before), columns, ink.sizes.s20)
    room = QRectF(right.left(), right.top(), right.width() * 0.52, right.height())
    small = fit_side(room, len(after), len(after[0]), side)
    corner = center_grid(left, side, len(before), len(before[0]))
    apart = about.layer in ("RowsAsSteps", "StepsAsChannels", "AsSequence", "PixelsAsSteps")
    ink.cells(corner, side, len(before), len(before[0]), lambda row, column: tone(ink, before[row][column], count))
    gap = min(ink.sizes.s4, small * 0.3) if apart else 0
    small = min(small, (room.height() - gap * len(after)) / len(after))
    top = right.center().y() - (small + gap) * len(after) / 2
    for at, row in enumerate(after):
        for column, cell in enumerate(row):
            ink.cell(
                QRectF(right.left() + column * small, top + at * (small + gap), small, small), tone(ink, cell, count)
            )
    shapes = [dims_words(one) for one in about.outputs[:1]]
    ink.beside(right.left() + small * len(after[0]) + ink.sizes.s16, *lines, *shapes)


def said_grid(about: About) -> str:
    return " ".join(_example(about)[2]).capitalize()


# ---- shapes that are told by their sizes ----


def paint_sizes(ink: Ink, about: About) -> None:
    """The sizes before and after, joined by lines where an axis only moves."""
    before = about.entering() or (2, 3, 4)
    after = about.leaving()
    order = about.get("order")
    if not after and isinstance(order, tuple) and len(order) == len(before):
        after = tuple(before[at - 1] for at in order if isinstance(at, int) and 0 < at <= len(before))
    after = after or _usual_sizes(about, before)
    high, wide = ink.sizes.row, ink.sizes.s32 * 1.5
    top, bottom = ink.area.top() + ink.sizes.s4, ink.area.bottom() - high - ink.sizes.s4
    places = []
    for row, (dims, y) in enumerate(((before, top), (after, bottom))):
        step = min(wide + ink.sizes.s12, ink.area.width() * 0.66 / max(1, len(dims)))
        found = []
        for at, dim in enumerate(dims):
            spot = QRectF(ink.area.left() + at * step, y, step - ink.sizes.s8, high)
            ink.block(spot, dims_words((dim,)), 0.12 if row == 0 else 0.3)
            found.append(spot)
        places.append(found)
    _join(ink, places, order)
    ink.beside(ink.area.left() + ink.area.width() * 0.68, *_size_words(about))


def _usual_sizes(about: About, before: Dims) -> Dims:
    """What comes out while nothing is connected."""
    if about.layer == "Unsqueeze":
        return (1, *before) if about.get("place") == "first" else (*before, 1)
    if about.layer == "Squeeze":
        return before
    return tuple(about.get("size") or ("?",))


def _join(ink: Ink, places: list[list[QRectF]], order: object) -> None:
    if isinstance(order, tuple) and len(order) == len(places[1]):
        for at, source in enumerate(order):
            if isinstance(source, int) and 0 < source <= len(places[0]):
                start, end = places[0][source - 1], places[1][at]
                ink.arrow(
                    QPointF(start.center().x(), start.bottom() + 2), QPointF(end.center().x(), end.top() - 2), ink.hue
                )
        return
    start, end = places[0][0].united(places[0][-1]), places[1][0].united(places[1][-1])
    middle = min(start.center().x(), end.center().x())
    ink.arrow(QPointF(middle, start.bottom() + 3), QPointF(middle, end.top() - 3))


def _size_words(about: About) -> tuple[str, ...]:
    return {
        "Permute": ("axes change their places",),
        "Unsqueeze": ("one more axis", "of size 1"),
        "Squeeze": ("an axis of size 1", "is gone"),
    }.get(about.layer, ("the same numbers,", "other sizes"))


def said_sizes(about: About) -> str:
    before, after = dims_words(about.entering()), dims_words(about.leaving())
    sizes = f": {before} becomes {after}" if before and after else ""
    return f"{' '.join(_size_words(about)).capitalize()}{sizes}"


ROW = Picture(paint_row, said_row)
GRID = Picture(paint_grid, said_grid)
SIZES = Picture(paint_sizes, said_sizes)
