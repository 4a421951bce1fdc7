"""Tables and places: embeddings, bags of words, positions of every kind, patches of an image."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF

from widgets import words
from widgets.pictures.about import About, Picture
from widgets.pictures.ink import LEFT, Ink, fit_side

_ROWS, _COLUMNS = 6, 7


def _level(row: int, column: int) -> float:
    """How bright a number of an example table is."""
    return 0.5 + 0.5 * math.sin(row * 12.9898 + column * 78.233 + row * column * 3.1)


def _table(ink: Ink, corner: QPointF, side: float, chosen: tuple[int, ...]) -> QRectF:
    return ink.cells(
        corner, side, _ROWS, _COLUMNS,
        lambda row, column: ink.shade(0.25 + 0.7 * _level(row, column)) if row in chosen else ink.grey(0.22),
    )  # fmt: skip


def _row(ink: Ink, corner: QPointF, side: float, levels: list[float]) -> QRectF:
    return ink.cells(corner, side, 1, len(levels), lambda _row, column: ink.shade(0.25 + 0.7 * levels[column]))


def paint_table(ink: Ink, about: About) -> None:
    """A token picks its row of the table; a bag picks several and takes one mean, sum or largest of them."""
    chosen = (1, 3, 4) if about.layer == "EmbeddingBag" else (3,)
    side = fit_side(QRectF(0, 0, ink.area.width() * 0.42, ink.area.height()), _ROWS, _COLUMNS)
    token = ink.sizes.s24
    corner = QPointF(ink.area.left() + token + ink.sizes.s16, ink.area.center().y() - _ROWS * side / 2)
    for row in chosen:
        y = corner.y() + (row + 0.5) * side
        ink.text(QRectF(ink.area.left(), y - ink.line / 2, token, ink.line), str(row), "text1", bold=True)
        ink.arrow(QPointF(ink.area.left() + token - 4, y), QPointF(corner.x() - 3, y), ink.hue)
    table = _table(ink, corner, side, chosen)
    mode = str(about.get("mode", "mean"))
    levels = [_joined([_level(row, column) for row in chosen], mode) for column in range(_COLUMNS)]
    start = QPointF(table.right() + ink.sizes.s32, ink.area.center().y() - side - 2)
    ink.arrow(QPointF(table.right() + 5, start.y() + side / 2), QPointF(start.x() - 5, start.y() + side / 2))
    small = min(side, (ink.area.right() - start.x()) / _COLUMNS)
    out = _row(ink, start, small, levels)
    under = QRectF(out.left(), out.bottom() + 3, ink.area.right() - out.left(), ink.line)
    ink.text(under, words.count(int(about.number("features", 1)), "number"), "text1", LEFT, bold=True)
    said_ = f"{mode} of the rows" if len(chosen) > 1 else "for each token"
    ink.text(under.translated(0, ink.line), said_, align=LEFT)


def _joined(levels: list[float], mode: str) -> float:
    if mode == "max":
        return max(levels)
    return min(1.0, sum(levels)) if mode == "sum" else sum(levels) / len(levels)


def said_table(about: About) -> str:
    features = words.count(int(about.number("features", 1)), "number")
    if about.layer == "EmbeddingBag":
        return f"Each token has a row of {features}; the {about.get('mode', 'mean')} of all rows goes out"
    return f"Each token picks its row of {features} from a learned table"


def paint_one_hot(ink: Ink, about: About) -> None:
    """Each token becomes a row with a single one."""
    tokens = (2, 0, 4)
    side = fit_side(QRectF(0, 0, ink.area.width() * 0.5, ink.area.height() * 0.7), 3, 6)
    corner = QPointF(ink.area.left() + ink.sizes.s32 * 1.5, ink.area.center().y() - 1.5 * side)
    for at, token in enumerate(tokens):
        y = corner.y() + (at + 0.5) * side
        ink.text(QRectF(ink.area.left(), y - ink.line / 2, ink.sizes.s20, ink.line), str(token), "text1", bold=True)
        ink.arrow(QPointF(ink.area.left() + ink.sizes.s20, y), QPointF(corner.x() - 4, y))
    ink.cells(corner, side, 3, 6, lambda row, column: ink.shade(1) if column == tokens[row] else None)
    ink.beside(corner.x() + 6 * side + ink.sizes.s16, "a one", "at its place")


def said_one_hot(_about: About) -> str:
    return "Each token becomes a row of zeros with a one at its place"


# ---- positions ----


def wave(place: int, column: int, features: int, longest: float = 10000.0) -> float:
    """The usual sine and cosine of a place, from −1 to 1."""
    angle = place / longest ** (2 * (column // 2) / features)
    return math.sin(angle) if column % 2 == 0 else math.cos(angle)


def paint_waves(ink: Ink, about: About) -> None:
    """Fast waves at the left, slow ones at the right: each place gets a pattern of its own."""
    longest = about.number("longest", about.number("base", 10000.0)) or 10000.0
    wide, high = ink.area.width() * 0.55, ink.area.height() - ink.line
    area = QRectF(ink.area.left() + ink.sizes.s20, ink.area.top(), wide, high)
    rows, columns = 12, 24
    wide, high = area.width() / columns, area.height() / rows
    for row in range(rows):
        for column in range(columns):
            level = (wave(row * 2, column, columns * 2, longest) + 1) / 2
            spot = QRectF(area.left() + column * wide, area.top() + row * high, wide, high)
            ink.painter.fillRect(spot.adjusted(0, 0, 0.3, 0.3), ink.shade(level))
    ink.text(QRectF(ink.area.left() - 2, area.top(), ink.sizes.s20, ink.line), "1", "text3")
    ink.text(QRectF(area.left(), area.bottom(), area.width(), ink.line), "numbers of each place", "text3", LEFT)
    learned = "then learned layers" if about.layer == "TimeStepEmbedding" else "not learned"
    lines = ["a pattern", "for each moment" if "Step" in about.layer else "for each place", learned]
    ink.beside(area.right() + ink.sizes.s16, *lines)


def said_waves(about: About) -> str:
    what = "moment" if "Step" in about.layer else "place"
    return f"Each {what} gets a pattern of fast and slow waves"


def paint_learned_places(ink: Ink, about: About) -> None:
    """The numbers of a step plus those of its place."""
    side = fit_side(QRectF(0, 0, ink.area.width() * 0.24, ink.area.height() - ink.line), 4, 4)
    top = ink.area.center().y() - 2 * side - ink.line / 2
    gap = side * 1.6
    names = ("steps", "places", "together")
    for at in range(3):
        corner = QPointF(ink.area.left() + at * (4 * side + gap), top)

        def fill(row: int, column: int, at: int = at):
            levels = (_level(row, column), _level(row + 9, column + 2))
            return ink.shade(levels[at] if at < 2 else sum(levels) / 2)

        grid = ink.cells(corner, side, 4, 4, fill)
        ink.below(grid, names[at])
        if at < 2:
            sign = QRectF(grid.right(), grid.center().y() - ink.line, gap, 2 * ink.line)
            ink.text(sign, "+" if at == 0 else "=", "text1", bold=True, role="name")
    steps = about.get("steps") or (about.entering()[0] if about.entering() else "")
    ink.beside(ink.area.left() + 3 * (4 * side + gap), *([f"{steps} places"] if steps else ["one row"]), "each learned")


def said_learned_places(_about: About) -> str:
    return "Each place has learned numbers of its own, which are added"


def paint_turning(ink: Ink, about: About) -> None:
    """Pairs of numbers are turned, further at each place: what matters is how far apart two places are."""
    count = 5
    step = ink.area.width() * 0.66 / count
    radius = min(step, ink.area.height() - ink.line) * 0.4
    for place in range(count):
        middle = QPointF(ink.area.left() + (place + 0.5) * step, ink.area.center().y() - ink.line / 2)
        ink.dot(middle, radius, None, "line2")
        angle = place * 0.7
        ink.arrow(middle, middle + QPointF(radius * math.cos(angle), -radius * math.sin(angle)), ink.hue, width=2)
        ink.text(QRectF(middle.x() - step / 2, middle.y() + radius + 2, step, ink.line), str(place + 1), "text3")
    ink.beside(ink.area.left() + ink.area.width() * 0.66 + ink.sizes.s16, "turned further", "at each place")


def said_turning(_about: About) -> str:
    return "Pairs of numbers are turned, further at each place"


# ---- images as tokens ----


def paint_patches(ink: Ink, about: About) -> None:
    """An image cut into squares; each square becomes a list of numbers, in reading order."""
    patch = max(1, int(about.number("patch", 4)))
    entering = about.entering()
    high = int(entering[1]) if len(entering) == 3 and isinstance(entering[1], int) else 4 * patch
    count = max(1, min(5, high // patch))
    cells = max(1, min(4, patch))
    side = ink.area.height() * 0.92 / (count * cells)
    top = ink.area.center().y() - count * cells * side / 2
    for row in range(count * cells):
        for column in range(count * cells):
            spot = QRectF(ink.area.left() + column * side, top + row * side, side, side)
            first = row < cells and column < cells
            ink.cell(spot, ink.shade(0.75) if first else ink.grey(0.3))
    whole, left = count * cells * side, ink.area.left()
    for at in range(count + 1):
        ink.stroke("panel", 2.5)
        here = at * cells * side
        ink.painter.drawLine(QPointF(left + here, top), QPointF(left + here, top + whole))
        ink.painter.drawLine(QPointF(left, top + here), QPointF(left + whole, top + here))
    right = ink.area.left() + count * cells * side + ink.sizes.s32
    middle = ink.area.center().y()
    ink.arrow(QPointF(right - ink.sizes.s24, middle), QPointF(right - ink.sizes.s8, middle))
    small = ink.area.height() / 7
    for at in range(5):
        spot = QPointF(right, ink.area.top() + small * (at + 1))
        tone = ink.shade(0.9 if at == 0 else 0.3)
        ink.cells(spot, small * 0.9, 1, 4, lambda _row, _column, tone=tone: tone)
    leaving = about.leaving()
    steps = f"{leaving[0]} steps" if leaving else "one step each"
    lines = (steps, f"{patch} × {patch} pixels", f"{int(about.number('features', 1))} numbers")
    ink.beside(right + small * 4 + ink.sizes.s12, *lines)


def said_patches(about: About) -> str:
    patch, features = int(about.number("patch", 4)), int(about.number("features", 1))
    return f"The image is cut into squares of {patch} × {patch} pixels; each becomes {features} numbers"


def paint_class_token(ink: Ink, about: About) -> None:
    """One learned step in front of all others, in which the answer is gathered."""
    side = min(ink.sizes.s24, ink.area.width() / 14)
    y = ink.area.center().y() - side
    for at in range(7):
        spot = QRectF(ink.area.left() + at * side * 1.15, y, side, side * 2)
        ink.cell(spot, ink.shade(0.95) if at == 0 else ink.grey())
        if at:
            tail = QPointF(spot.center().x(), y - 2)
            ink.bend(tail, QPointF(ink.area.left() + side / 2, y - 3), side * (0.4 + 0.12 * at), "text3")
    ink.beside(ink.area.left() + 7 * side * 1.15 + ink.sizes.s16, "a learned step", "in front", "gathers the answer")


def said_class_token(_about: About) -> str:
    return "One learned step is put in front of all others"


TABLE = Picture(paint_table, said_table)
ONE_HOT = Picture(paint_one_hot, said_one_hot)
WAVES = Picture(paint_waves, said_waves)
PLACES = Picture(paint_learned_places, said_learned_places)
TURNING = Picture(paint_turning, said_turning)
PATCHED = Picture(paint_patches, said_patches)
CLASS_TOKEN = Picture(paint_class_token, said_class_token)
