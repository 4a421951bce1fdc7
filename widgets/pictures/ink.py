"""The pens and small shapes that all pictures share: cells, sheets, boxes, arrows, curves, words."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from widgets import theme
from widgets.controls.base import box, text, width_of

CENTER, LEFT, RIGHT = Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight


class Ink:
    """A painter with the hue of a section and an area to fill."""

    def __init__(self, painter: QPainter, area: QRectF, section: str) -> None:
        self.painter = painter
        self.area = area
        self.hue = theme.hue(section)
        self.sizes = theme.sizes()
        self.line = theme.line_height("caption")

    # ---- colors ----

    def shade(self, level: float) -> QColor:
        """The hue over the panel: 0 is faint, 1 is full."""
        return theme.mix(self.hue, "panel", 0.12 + 0.78 * min(1.0, max(0.0, level)))

    def grey(self, level: float = 0.35) -> QColor:
        """A neutral color over the panel."""
        return theme.mix("text3", "panel", level)

    # ---- shapes ----

    def cell(self, area: QRectF, fill: QColor | None = None, line: QColor | str | None = None, dashed=False) -> None:
        """One small rectangle with a hair of room around it."""
        inner = area.adjusted(0.5, 0.5, -0.5, -0.5)
        painter = self.painter
        pen = QPen(theme.color(line), self.sizes.hair) if line is not None else QPen(Qt.PenStyle.NoPen)
        if dashed:
            pen.setStyle(Qt.PenStyle.DotLine)
        painter.setPen(pen)
        painter.setBrush(fill if fill is not None else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(inner, 1, 1)

    def cells(
        self, corner: QPointF, side: float, rows: int, columns: int, fill: Callable[[int, int], QColor | None]
    ) -> QRectF:
        """A grid of squares; a cell without a fill is outlined. Returns the grid's area."""
        for row in range(rows):
            for column in range(columns):
                spot = QRectF(corner.x() + column * side, corner.y() + row * side, side, side)
                color = fill(row, column)
                self.cell(spot, color, None if color is not None else "line2")
        return QRectF(corner.x(), corner.y(), columns * side, rows * side)

    def frame(self, area: QRectF, strong=True, dashed=False, width: float = 1.5, wash: float = 0.0) -> None:
        """A rounded outline in the hue, or quiet."""
        pen = QPen(self.hue if strong else theme.color("line3"), self.sizes.hair * width)
        if dashed:
            pen.setStyle(Qt.PenStyle.DashLine)
        self.painter.setPen(pen)
        fill = QColor(self.hue)
        fill.setAlphaF(wash)
        self.painter.setBrush(fill if wash else Qt.BrushStyle.NoBrush)
        self.painter.drawRoundedRect(area, self.sizes.gap, self.sizes.gap)

    def block(self, area: QRectF, words: str = "", level: float = 0.12, color: str = "text1") -> None:
        """A named box of a small diagram."""
        box(self.painter, area, self.sizes.r4, self.shade(level), self.shade(0.75), self.sizes.hair)
        if words:
            self.text(area, words, color)

    def sheets(self, corner: QPointF, side: float, count: int, draw: Callable[[QRectF, bool], None]) -> QRectF:
        """Some maps behind each other, the front one last; returns what they cover."""
        shift, shown = self.sizes.s4, max(1, min(4, count))
        for sheet in range(shown - 1, -1, -1):
            area = QRectF(corner.x() + sheet * shift, corner.y() + sheet * shift, side, side)
            box(self.painter, area, 1, "panel")
            draw(area, sheet == 0)
        whole = side + (shown - 1) * shift
        return QRectF(corner.x(), corner.y(), whole, whole)

    # ---- lines ----

    def stroke(self, color: QColor | str | None = None, width: float = 1.5, dashed=False) -> None:
        """Take up a pen."""
        pen = QPen(self.hue if color is None else theme.color(color), self.sizes.hair * width)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        if dashed:
            pen.setStyle(Qt.PenStyle.DashLine)
        self.painter.setPen(pen)
        self.painter.setBrush(Qt.BrushStyle.NoBrush)

    def arrow(self, tail: QPointF, tip: QPointF, color: QColor | str = "text3", dashed=False, width=1.5) -> None:
        """A straight arrow."""
        self.stroke(color, width, dashed)
        self.painter.drawLine(tail, tip)
        self._head(tail, tip, color, width)

    def _head(self, tail: QPointF, tip: QPointF, color: QColor | str, width: float) -> None:
        self.stroke(color, width)
        back = QLineF(tip, tail)
        if back.length() < 0.5:
            return
        for turn in (32, -32):
            wing = QLineF(back)
            wing.setLength(self.sizes.s4 + 1.5)
            wing.setAngle(back.angle() + turn)
            self.painter.drawLine(wing)

    def bend(self, tail: QPointF, tip: QPointF, by: float, color: QColor | str = "text3", dashed=False) -> None:
        """An arrow that swings out to one side by so many pixels."""
        across = QPointF(-(tip.y() - tail.y()), tip.x() - tail.x())
        length = math.hypot(across.x(), across.y()) or 1
        middle = (tail + tip) / 2 + across * (by / length)
        path = QPainterPath(tail)
        path.quadTo(middle, tip)
        self.stroke(color, 1.5, dashed)
        self.painter.drawPath(path)
        self._head(middle, tip, color, 1.5)

    def path(self, points: Sequence[QPointF], color: QColor | str | None = None, width=2.0, dashed=False) -> None:
        """A line through points."""
        if len(points) < 2:
            return
        made = QPainterPath(points[0])
        for point in points[1:]:
            made.lineTo(point)
        self.stroke(color, width, dashed)
        self.painter.drawPath(made)

    def dot(self, at: QPointF, radius: float, fill: QColor | str | None = None, line: QColor | str | None = None):
        """A small disk, or a ring without a fill."""
        self.painter.setPen(QPen(theme.color(line), self.sizes.hair) if line is not None else Qt.PenStyle.NoPen)
        self.painter.setBrush(theme.color(fill) if fill is not None else Qt.BrushStyle.NoBrush)
        self.painter.drawEllipse(at, radius, radius)

    def cross(self, area: QRectF, color: QColor | str = "text3") -> None:
        """Struck out."""
        inner = area.adjusted(area.width() * 0.28, area.height() * 0.28, -area.width() * 0.28, -area.height() * 0.28)
        self.stroke(color, 1.2)
        self.painter.drawLine(inner.topLeft(), inner.bottomRight())
        self.painter.drawLine(inner.topRight(), inner.bottomLeft())

    # ---- words ----

    def text(self, area: QRectF, words: str, color="text2", align=CENTER, bold=False, role="caption") -> None:
        """One line in the middle of an area."""
        text(self.painter, area, words, role, color, align, bold)

    def above(self, area: QRectF, words: str, color="text2") -> None:
        """A line over an area, as wide as it must be."""
        wide = max(area.width(), width_of(words, "caption") + 2)
        x = max(self.area.left(), area.center().x() - wide / 2)
        self.text(QRectF(x, area.top() - self.line, wide, self.line), words, color)

    def below(self, area: QRectF, words: str, color="text2") -> None:
        """A line under an area."""
        wide = max(area.width(), width_of(words, "caption") + 2)
        x = min(max(self.area.left(), area.center().x() - wide / 2), self.area.right() - wide)
        self.text(QRectF(x, area.bottom() + 1, wide, self.line), words, color)

    def beside(self, x: float, *lines: str) -> None:
        """Lines at the right of the picture, around its middle; the first one is strong."""
        room = max(0.0, self.area.right() - x)
        rows = [(part, at == 0) for at, words in enumerate(lines) for part in wrapped(words, room, bold=at == 0)]
        top = self.area.center().y() - len(rows) * (self.line + 1) / 2
        for at, (words, strong) in enumerate(rows):
            spot = QRectF(x, top + at * (self.line + 1), room, self.line)
            self.text(spot, words, "text1" if strong else "text2", LEFT, bold=strong)

    # ---- layout ----

    def split(self, left: float, gap: float | None = None) -> tuple[QRectF, QRectF]:
        """The area in two, with an arrow from the first to the second."""
        gap = self.sizes.s32 if gap is None else gap
        area = self.area
        one = QRectF(area.left(), area.top(), left, area.height())
        two = QRectF(one.right() + gap, area.top(), max(1.0, area.right() - one.right() - gap), area.height())
        middle = area.center().y()
        self.arrow(QPointF(one.right() + gap * 0.22, middle), QPointF(two.left() - gap * 0.22, middle))
        return one, two


def wrapped(words: str, room: float, bold: bool = False) -> list[str]:
    """Words in as many lines as they need; a single word that is too long stays."""
    found: list[str] = []
    for word in words.split():
        longer = f"{found[-1]} {word}" if found else word
        if found and width_of(longer, "caption", bold) <= room:
            found[-1] = longer
        else:
            found.append(word)
    return found or [""]


def fit_side(area: QRectF, rows: int, columns: int, most: float = 1e9) -> float:
    """How large the squares of a grid may be."""
    return max(2.0, min(area.width() / max(1, columns), area.height() / max(1, rows), most))


def center_grid(area: QRectF, side: float, rows: int, columns: int) -> QPointF:
    """The corner of a grid that stands in the middle of an area."""
    return QPointF(area.center().x() - columns * side / 2, area.center().y() - rows * side / 2)


def dims_words(dims: Sequence[int | str]) -> str:
    """Sizes as one reads them: `32 × 8 × 8`."""
    from widgets import words

    return " × ".join(words.thousands(dim) if isinstance(dim, int) else str(dim) for dim in dims)
