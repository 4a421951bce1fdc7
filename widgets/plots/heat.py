"""The heat map of gradient flow: one row per node, one column per epoch, strong is bright."""

from __future__ import annotations

import math

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QLinearGradient, QPainter
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from widgets import theme, words
from widgets.controls.base import Themed, start, text, width_of
from widgets.plots.scales import reading
from widgets.plots.viridis import color_at, table


class HeatMap(Themed, QWidget):
    """Shows numbers by color on a logarithmic scale, with names left and the last values right."""

    wants_ring = False

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._names: list[str] = []
        self._values: list[list[float]] = []
        self._image: QImage | None = None
        self._low, self._high = 0.0, 1.0
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.notifier().changed.connect(self._on_changed)

    def set_values(self, names: list[str], values) -> None:
        """Show values[node][epoch]; NaN or nothing is an empty cell."""
        self._names = list(names)
        self._values = [[float(value) for value in row] for row in values]
        real = [math.log10(v) for row in self._values for v in row if math.isfinite(v) and v > 0]
        self._low, self._high = (min(real), max(real)) if real else (0.0, 1.0)
        if self._high - self._low < 1e-6:
            self._low -= 1
        self._make_image()
        lasts = [f"{name} {self._last(at)}" for at, name in enumerate(self._names)]
        self.setAccessibleDescription(", ".join(lasts))
        self.updateGeometry()
        self.update()

    def columns(self) -> int:
        return max((len(row) for row in self._values), default=0)

    def _on_changed(self) -> None:
        self._make_image()
        self.update()

    def _make_image(self) -> None:
        rows, columns = len(self._values), self.columns()
        if not rows or not columns:
            self._image = None
            return
        image = QImage(columns, rows, QImage.Format.Format_ARGB32)
        image.fill(theme.color("field"))
        colors = table()
        for y, row in enumerate(self._values):
            for x, value in enumerate(row):
                if math.isfinite(value):
                    share = (math.log10(value) - self._low) / (self._high - self._low) if value > 0 else 0.0
                    image.setPixel(x, y, colors[round(min(max(share, 0.0), 1.0) * 255)])
        self._image = image

    def _last(self, row: int) -> str:
        real = [value for value in self._values[row] if math.isfinite(value)]
        return _short(real[-1]) if real else "–"

    def _places(self) -> tuple[QRectF, float, float]:
        """Return where cells lie, the width of names and of values."""
        sizes = theme.sizes()
        names = max((width_of(name, "caption") for name in self._names), default=0)
        names = min(names, self.width() * 0.28)
        values = max((width_of(self._last(at), "caption") for at in range(len(self._names))), default=0)
        scale = sizes.s8 + sizes.s12 + width_of("strong", "caption") + sizes.s16
        line = theme.line_height("caption")
        left, right = names + sizes.s8, self.width() - values - sizes.s12 - scale
        return QRectF(left, 0, max(1.0, right - left), max(1.0, self.height() - line - sizes.s4)), names, values

    def paintEvent(self, event):
        if self._image is None:
            return
        painter, sizes = start(self), theme.sizes()
        cells, names, values = self._places()
        self._paint_cells(painter, cells)
        tall = cells.height() / len(self._names)
        line = theme.line_height("caption")
        every = max(1, math.ceil(line * 0.9 / tall))
        for at, name in enumerate(self._names):
            if at % every:
                continue
            area = QRectF(0, cells.y() + at * tall + (tall * every - line) / 2, names, line)
            if every > 1:
                area.moveTop(cells.y() + (at + 0.5) * tall - line / 2)
            text(painter, area, name, "caption", "text2", Qt.AlignmentFlag.AlignRight)
            area = QRectF(cells.right() + sizes.s8, area.y(), values + 1, line)
            text(painter, area, self._last(at), "caption", "text2")
        self._paint_epochs(painter, cells, line)
        self._paint_scale(painter, cells, cells.right() + sizes.s8 + values + sizes.s16, line)

    def _paint_cells(self, painter: QPainter, cells: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        rows, columns = len(self._names), self.columns()
        tall, wide = cells.height() / rows, cells.width() / columns
        gap = theme.sizes().hair
        if wide < 4 * gap or tall < 4 * gap:
            painter.drawImage(cells, self._image)
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for y in range(rows):
            top, bottom = round(cells.y() + y * tall), round(cells.y() + (y + 1) * tall)
            for x in range(columns):
                left, right = round(cells.x() + x * wide), round(cells.x() + (x + 1) * wide)
                painter.fillRect(left, top, right - left - gap, bottom - top - gap, self._image.pixelColor(x, y))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _paint_epochs(self, painter: QPainter, cells: QRectF, line: float) -> None:
        area = QRectF(cells.x(), cells.bottom() + theme.sizes().s4, cells.width(), line)
        text(painter, area, "Epoch 1", "caption", "text3")
        if self.columns() > 1:
            text(painter, area, words.thousands(self.columns()), "caption", "text3", Qt.AlignmentFlag.AlignRight)

    def _paint_scale(self, painter: QPainter, cells: QRectF, x: float, line: float) -> None:
        sizes = theme.sizes()
        bar = QRectF(x, cells.y(), sizes.s8, cells.height())
        ramp = QLinearGradient(bar.topLeft(), bar.bottomLeft())
        for step in range(9):
            ramp.setColorAt(step / 8, color_at(1 - step / 8))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ramp)
        painter.drawRoundedRect(bar, sizes.r4 / 2, sizes.r4 / 2)
        side = QRectF(bar.right() + sizes.s6, bar.y(), width_of("strong", "caption") + 1, line)
        text(painter, side, "strong", "caption", "text3")
        side.moveBottom(bar.bottom())
        text(painter, side, "weak", "caption", "text3")

    def cell_at(self, point: QPoint) -> tuple[int, int] | None:
        """Return row and column under a point."""
        if self._image is None:
            return None
        cells, _names, _values = self._places()
        if not cells.contains(point):
            return None
        row = int((point.y() - cells.y()) / cells.height() * len(self._names))
        return min(row, len(self._names) - 1), min(
            int((point.x() - cells.x()) / cells.width() * self.columns()), self.columns() - 1
        )

    def mouseMoveEvent(self, event):
        found = self.cell_at(event.position().toPoint())
        if found is None or found[1] >= len(self._values[found[0]]):
            QToolTip.hideText()
            return
        row, column = found
        value = reading(self._values[row][column], "number")
        QToolTip.showText(event.globalPosition().toPoint(), f"{self._names[row]}, epoch {column + 1}: {value}", self)

    def sizeHint(self):
        return QSize(theme.sizes().dock_open, max(4, len(self._names)) * theme.sizes().s16)

    def minimumSizeHint(self):
        return QSize(theme.sizes().palette, theme.sizes().tile * 3)


def _short(value: float) -> str:
    """Write two digits: 0.0035."""
    if 1e-5 <= abs(value) < 1:
        return f"{value:.{1 - math.floor(math.log10(abs(value)))}f}"
    return words.number(value, 2)
