"""Along one line: convolution and pooling over steps, and their transposed forms, which write wide what was narrow."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF

from widgets.pictures.about import About, Picture
from widgets.pictures.ink import LEFT, Ink

_CELLS = 13


def _settings(about: About) -> tuple[int, int, int, int]:
    """Kernel, stride, padding before, gap between what the window looks at."""
    kernel = max(1, about.size("kernel", 1, 3)[0])
    stride = max(1, about.size("stride", 1, kernel)[0])
    gap = max(1, about.size("dilation", 1, 1)[0])
    padding = about.get("padding", 0)
    same = bool(about.get("same", False))
    before = about.size("padding", 1, 0)[0] if not isinstance(padding, str) and not same else (kernel - 1) * gap // 2
    return kernel, stride, before, gap


def _places(count: int, kernel: int, stride: int, gap: int) -> list[int]:
    """Where the window begins each time, as long as it fits."""
    reach = (kernel - 1) * gap + 1
    return list(range(0, max(1, count - reach + 1), stride)) or [0]


def paint(ink: Ink, about: About) -> None:
    """The steps, the window with its next places, and the steps that come out below."""
    kernel, stride, before, gap = _settings(about)
    reach = (kernel - 1) * gap + 1
    count = max(_CELLS, min(reach + stride + 1, 28))
    padding = min(before, count // 3)
    side = min(ink.area.width() / count, ink.area.height() / 4.2)
    top = ink.area.top() + ink.sizes.s12
    left = ink.area.left()
    for at in range(count):
        inside = padding <= at < count - padding
        spot = QRectF(left + at * side, top, side, side)
        ink.cell(spot, ink.grey() if inside else None, None if inside else "line2", dashed=not inside)
    for tap in range(kernel):
        if tap * gap < count:
            ink.cell(QRectF(left + tap * gap * side, top, side, side), ink.shade(0.65))
    ink.frame(QRectF(left, top, min(reach, count) * side, side).adjusted(-1, -2, 1, 2))
    places = _places(count, kernel, stride, gap)
    if len(places) > 1:
        ink.frame(QRectF(left + stride * side, top, reach * side, side).adjusted(-1, -2, 1, 2), dashed=True, width=1)
    under = top + side * 2.1
    for at, place in enumerate(places):
        middle = left + (place + reach / 2) * side
        spot = QRectF(middle - side / 2, under, side, side)
        if at < 2:
            ink.arrow(QPointF(middle, top + side + 4), QPointF(middle, under - 2), "text3" if at else ink.hue)
        ink.cell(spot, ink.shade(0.55) if at == 0 else None, None if at == 0 else ink.shade(0.6))
    ink.text(QRectF(left, ink.area.bottom() - ink.line, ink.area.width(), ink.line), said(about), align=LEFT)


def said(about: About) -> str:
    kernel, stride, _before, gap = _settings(about)
    parts = [f"{kernel} steps at a time"]
    if gap > 1:
        parts.append(f"{gap} apart")
    parts.append(f"moves on by {stride}")
    if about.get("filters"):
        parts.append(f"{int(about.number('filters'))} patterns")
    return ", ".join(parts)


def paint_transposed(ink: Ink, about: About) -> None:
    """Each step is written as a patch; patches overlap where the kernel is longer than the stride."""
    kernel, stride, _before, gap = _settings(about)
    reach = (kernel - 1) * gap + 1
    entering = 4
    count = (entering - 1) * stride + reach
    side = min(ink.area.width() / max(count, 9), ink.area.height() / 5)
    top, left = ink.area.top() + ink.sizes.s12, ink.area.left()
    under = top + side * 2.1
    written = [0] * count
    for at in range(entering):
        for tap in range(kernel):
            written[at * stride + tap * gap] += 1
    for at, times in enumerate(written):
        spot = QRectF(left + at * side, under, side, side)
        ink.cell(spot, ink.shade(0.3 * times) if times else None, None if times else "line2")
    for at in range(entering):
        middle = left + (at * stride + reach / 2) * side
        ink.cell(QRectF(middle - side / 2, top, side, side), ink.shade(0.8) if at == 0 else ink.grey())
        ink.arrow(QPointF(middle, top + side + 2), QPointF(middle, under - 2), ink.hue if at == 0 else "text3")
    ink.frame(QRectF(left, under, reach * side, side).adjusted(-1, -2, 1, 2))
    ink.text(QRectF(left, ink.area.bottom() - ink.line, ink.area.width(), ink.line), said_transposed(about), align=LEFT)


def said_transposed(about: About) -> str:
    kernel, stride, _before, _gap = _settings(about)
    meet = ", patches overlap" if kernel > stride else ""
    return f"each step writes {kernel}, every {stride} steps{meet}"


STRIP = Picture(paint, said)
STRIP_TRANSPOSED = Picture(paint_transposed, said_transposed)
