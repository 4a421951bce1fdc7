"""Small bars: histograms of columns and targets, and of differences with a dashed limit."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from widgets import theme, words
from widgets.controls.base import Themed, start, text, width_of


def bins_of(values: list[float], wanted: int) -> tuple[list[int], list[float]]:
    """Count values into equal bins."""
    if not values:
        return [], []
    low, high = min(values), max(values)
    span = (high - low) or abs(high) or 1.0
    counts = [0] * wanted
    for value in values:
        counts[min(int((value - low) / span * wanted), wanted - 1)] += 1
    return counts, [low + span * at / wanted for at in range(wanted + 1)]


def paint_bars(painter: QPainter, area: QRectF, counts, color, gap: float | None = None) -> None:
    """Paint bars that fill a rectangle; a bar with anything in it is always visible."""
    most = max(counts, default=0)
    if not most:
        return
    hair = theme.sizes().hair
    wide = area.width() / len(counts)
    gap = (hair if wide > 3 * hair else 0) if gap is None else gap
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color(color))
    for at, count in enumerate(counts):
        if count:
            tall = max(hair, area.height() * count / most)
            bar = QRectF(area.x() + at * wide, area.bottom() - tall, max(hair, wide - gap), tall)
            radius = min(theme.sizes().gap, bar.width() / 4, tall / 2)
            painter.drawRoundedRect(bar, radius, radius)


class Histogram(Themed, QWidget):
    """Counts between edges, the range written below; `limit` is a dashed line with its words."""

    wants_ring = False

    def __init__(self, color="acc_line", powers=False, parent: QWidget | None = None):
        super().__init__(parent)
        self._counts, self._edges = (), ()
        self._color, self._powers = color, powers
        self._limit: float | None = None
        self._limit_words = ""
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def set_values(self, counts, edges, limit: float | None = None, limit_words: str = "", color=None) -> None:
        """Show counts; with `powers` edges and limit are powers of ten."""
        self._counts, self._edges, self._limit, self._limit_words = tuple(counts), tuple(edges), limit, limit_words
        self._color = color or self._color
        self.setAccessibleDescription(
            f"{words.thousands(sum(counts))} values from {self._write(edges[0])} to {self._write(edges[-1])}"
            if counts
            else ""
        )
        self.update()

    def _write(self, edge: float) -> str:
        value = 10.0**edge if self._powers else edge
        if not 1e-10 <= abs(value) < 1e-3:
            return words.number(value, 3)
        return f"{value:.{1 - math.floor(math.log10(abs(value)))}f}".rstrip("0").rstrip(".")

    def _range(self) -> tuple[float, float]:
        low, high = self._edges[0], self._edges[-1]
        if self._limit is not None:
            pad = (max(high, self._limit) - min(low, self._limit)) * 0.03
            low, high = min(low, self._limit - pad), max(high, self._limit + pad)
        return low, high

    def _bars(self) -> QRectF:
        line = theme.line_height("caption")
        top = line + theme.sizes().s4 if self._limit is not None else 0
        return QRectF(0, top, self.width(), max(1, self.height() - top - line - theme.sizes().s4))

    def paintEvent(self, event):
        if not self._counts:
            return
        painter, sizes, bars = start(self), theme.sizes(), self._bars()
        low, high = self._range()
        scale = bars.width() / ((high - low) or 1)
        left = bars.x() + (self._edges[0] - low) * scale
        filled = QRectF(left, bars.y(), (self._edges[-1] - self._edges[0]) * scale, bars.height())
        paint_bars(painter, filled, self._counts, self._color, gap=sizes.gap)
        painter.fillRect(QRectF(bars.x(), bars.bottom(), bars.width(), sizes.hair), theme.color("line2"))
        line = theme.line_height("caption")
        below = QRectF(0, bars.bottom() + sizes.s4, bars.width(), line)
        least = self._edges[0] if self._limit is None else min(self._edges[0], self._limit)
        text(painter, below, self._write(least), "caption", "text3")
        right = max(self._edges[-1], self._limit) if self._limit is not None else high
        words_ = self._write(right)
        text(painter, below, words_, "caption", "text3", Qt.AlignmentFlag.AlignRight)
        if self._limit is not None:
            self._paint_limit(painter, bars, bars.x() + (self._limit - low) * scale, line)

    def _paint_limit(self, painter: QPainter, bars: QRectF, x: float, line: float) -> None:
        pen = QPen(theme.color("error"), theme.sizes().hair)
        pen.setDashPattern([3, 3])
        painter.setPen(pen)
        painter.drawLine(QPointF(round(x) + 0.5, 0), QPointF(round(x) + 0.5, bars.bottom()))
        wide = width_of(self._limit_words, "caption") + 1
        gap = theme.sizes().s6
        area = QRectF(x - wide - gap if x > wide + gap else x + gap, 0, wide, line)
        text(painter, area, self._limit_words, "caption", "error")

    def bin_at(self, x: float) -> int | None:
        """Return which bar is at a place."""
        if not self._counts:
            return None
        low, high = self._range()
        value = low + x / max(1, self.width()) * (high - low)
        share = (value - self._edges[0]) / ((self._edges[-1] - self._edges[0]) or 1)
        at = math.floor(share * len(self._counts))
        return at if 0 <= at < len(self._counts) else None

    def mouseMoveEvent(self, event):
        at = self.bin_at(event.position().x())
        if at is None:
            QToolTip.hideText()
            return
        span = f"{self._write(self._edges[at])} to {self._write(self._edges[at + 1])}"
        QToolTip.showText(event.globalPosition().toPoint(), f"{span}: {words.thousands(self._counts[at])}", self)

    def sizeHint(self):
        return QSize(theme.sizes().palette, 3 * theme.sizes().row_head)

    def minimumSizeHint(self):
        return QSize(theme.sizes().tile * 3, theme.sizes().tile * 2)
