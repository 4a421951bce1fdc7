"""A window that slides over an image: convolution and pooling in two dimensions, with padding, steps and gaps."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPen

from widgets import theme, words
from widgets.controls.base import box
from widgets.pictures.about import About, Picture, WindowView
from widgets.pictures.ink import LEFT, Ink

_MOST_CELLS = 14
_MAP_CELLS = 3


def cells(image: int, window: int, step: int, padding: int) -> tuple[int, int, int, int]:
    """How many cells one axis draws: padding before, image, padding after, and pixels per cell.

    Small images are drawn whole; of large ones the corner where the window starts; a huge window is drawn coarser.
    """
    whole = image + 2 * padding
    wanted = min(whole, max(window + step + 2, 8))
    scale = max(1, -(-wanted // _MOST_CELLS))
    before = min(-(-padding // scale), _MOST_CELLS // 2)
    shown = max(1, min(-(-wanted // scale), _MOST_CELLS))
    after = before if shown * scale >= whole and padding else 0
    return before, max(1, shown - before - after), after, scale


def view_of(about: About) -> WindowView:
    """The window with real sizes; while they are not known, over an image that shows the settings well."""
    if about.window is not None:
        return about.window
    kernel, stride = about.size("kernel", 2, 3), about.size("stride", 2, 1)
    gaps = about.size("dilation", 2, 1)
    pads = about.size("padding", 2, 0)
    side = tuple(max(8, (k - 1) * d + 1 + s) for k, d, s in zip(kernel, gaps, stride, strict=True))
    parts = zip(side, kernel, stride, pads, gaps, strict=True)
    result = tuple(max(1, (n + 2 * p - (k - 1) * d - 1) // max(1, s) + 1) for n, k, s, p, d in parts)
    maps = int(about.number("filters", 1) or 1)
    return WindowView(side, kernel, stride, pads, result, maps)  # type: ignore[arg-type]


def paint(ink: Ink, about: About) -> None:
    """Image, window, its next place, and the maps that come out."""
    view, sizes = view_of(about), ink.sizes
    side = ink.area.height()
    grid = QRectF(ink.area.left(), ink.area.top(), side, side)
    _paint_image(ink, grid, view, about.size("dilation", 2, 1))
    middle = grid.center().y()
    x = grid.right() + sizes.s16
    ink.arrow(QPointF(x, middle), QPointF(x + sizes.s20, middle))
    _paint_maps(ink, x + sizes.s32, middle, view)


def _paint_image(ink: Ink, grid: QRectF, view: WindowView, gaps: tuple[int, ...]) -> None:
    reach = [(length - 1) * gap + 1 for length, gap in zip(view.window, gaps, strict=True)]
    axes = [cells(*one) for one in zip(view.image, reach, view.step, view.padding, strict=True)]  # high, then wide
    counts = [before + shown + after for before, shown, after, _ in axes]
    cell = grid.width() / max(counts)
    filled = ink.grey()
    for down in range(counts[0]):
        for right in range(counts[1]):
            spot = QRectF(grid.x() + right * cell, grid.y() + down * cell, cell, cell)
            inside = all(
                before <= at < before + shown for at, (before, shown, _, _) in zip((down, right), axes, strict=True)
            )
            ink.cell(spot, filled if inside else None, None if inside else "line2", dashed=not inside)
    high, wide = (min(length / axis[3], count) for length, axis, count in zip(reach, axes, counts, strict=True))
    step = view.step[1] / axes[1][3]
    window = QRectF(grid.x(), grid.y(), wide * cell, high * cell)
    walks = view.result[1] > 1
    if walks and wide + step <= counts[1] + 0.01:
        _paint_next(ink, window.translated(step * cell, 0))
    _paint_window(ink, window, cell, view, gaps, axes)
    if walks:
        center = window.center()
        ink.arrow(center, center + QPointF(max(step * cell, ink.sizes.s12), 0), "text1")


def _paint_next(ink: Ink, area: QRectF) -> None:
    ink.painter.setPen(QPen(ink.hue, ink.sizes.hair, Qt.PenStyle.DashLine))
    ink.painter.setBrush(Qt.BrushStyle.NoBrush)
    ink.painter.drawRect(area)


def _paint_window(ink: Ink, window: QRectF, cell: float, view: WindowView, gaps: tuple[int, ...], axes) -> None:
    """The window itself; with gaps only the pixels that it looks at are washed."""
    wash = QColor(ink.hue)
    wash.setAlphaF(0.28)
    spread = max(gaps) > 1 and all(axis[3] == 1 for axis in axes)
    box(ink.painter, window, ink.sizes.gap, None if spread else wash, ink.hue, ink.sizes.hair * 1.5)
    if not spread:
        return
    wash.setAlphaF(0.6)
    for down in range(view.window[0]):
        for right in range(view.window[1]):
            corner = QPointF(window.x() + right * gaps[1] * cell, window.y() + down * gaps[0] * cell)
            ink.cell(QRectF(corner.x(), corner.y(), cell, cell), wash)


def _paint_maps(ink: Ink, x: float, middle: float, view: WindowView) -> None:
    sizes = ink.sizes
    side, shift = sizes.s32 + sizes.s8, sizes.s6
    sheets = min(4, max(1, view.maps))
    top = middle - (side + (sheets - 1) * shift) / 2 - sizes.s8
    edge = theme.mix(ink.hue, "panel", 0.55)
    for sheet in range(sheets - 1, -1, -1):
        card = QRectF(x + sheet * shift, top + sheet * shift, side, side)
        box(ink.painter, card, sizes.gap, "panel")
        cell = side / _MAP_CELLS
        for at in range(_MAP_CELLS**2):
            spot = QRectF(card.x() + at % _MAP_CELLS * cell, card.y() + at // _MAP_CELLS * cell, cell, cell)
            first = sheet == 0 and at == 0
            fill = theme.mix(ink.hue, "panel", 0.5) if first else None
            box(ink.painter, spot.adjusted(0.5, 0.5, -0.5, -0.5), 1, fill, ink.hue if sheet == 0 else edge)
    left = x + side + (sheets - 1) * shift + sizes.s8
    ink.beside(left, words.count(view.maps, "map"), words.shape(view.result))
    if max(view.step) > 1:
        steps = view.step[0] if view.step[0] == view.step[1] else words.shape(view.step)
        under = QRectF(x, top + side + (sheets - 1) * shift + sizes.s4, ink.area.right() - x, ink.line)
        ink.text(under, f"one step = {steps} pixels", align=LEFT)


def said(about: About) -> str:
    view = view_of(about)
    gap = max(about.size("dilation", 2, 1))
    gaps = f", every {gap}th pixel" if gap > 1 else ""
    return (
        f"A window of {words.shape(view.window)}{gaps} walks over {words.shape(view.image)} pixels"
        f" and gives {view.maps} maps of {words.shape(view.result)}"
    )


WINDOW = Picture(paint, said)
