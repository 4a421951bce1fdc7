"""The inspector's small picture of a sliding window: image, window, its next place, and the maps that come out."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets import theme, words
from widgets.controls.base import Themed, box, start, text
from widgets.views import WindowView

_MOST_CELLS = 14
_SHEETS = 4
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


class ShapePicture(Themed, QWidget):
    """Paints how a window of so many pixels walks over an image."""

    wants_ring = False

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._view: WindowView | None = None
        self._hue = "acc_line"
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_window(self, view: WindowView | None, hue: str) -> None:
        """Show a window in the hue of its section; None shows nothing."""
        self._view, self._hue = view, hue
        self.setVisible(view is not None)
        if view is not None:
            self.setAccessibleName(
                f"A window of {words.shape(view.window)} walks over {words.shape(view.image)} pixels"
                f" and gives {view.maps} maps of {words.shape(view.result)}"
            )
        self.update()

    def sizeHint(self):
        side = theme.sizes().s24 * 4
        return QSize(side * 2, side + theme.sizes().s8)

    def paintEvent(self, event):
        view = self._view
        if view is None:
            return
        sizes, painter = theme.sizes(), start(self)
        side = self.height() - sizes.s8
        grid = QRectF(sizes.gap, sizes.s4, side, side)
        self._paint_image(painter, grid, view)
        middle = grid.center().y()
        x = grid.right() + sizes.s16
        _arrow(painter, QPointF(x, middle), QPointF(x + sizes.s20, middle), theme.color("text3"))
        self._paint_maps(painter, x + sizes.s32, middle, view)

    def _paint_image(self, painter: QPainter, grid: QRectF, view: WindowView) -> None:
        sizes, hue = theme.sizes(), theme.color(self._hue)
        axes = [
            cells(*one) for one in zip(view.image, view.window, view.step, view.padding, strict=True)
        ]  # high, then wide
        counts = [before + shown + after for before, shown, after, _ in axes]
        cell = grid.width() / max(counts)
        faint, filled = theme.color("line2"), theme.mix("text3", "panel", 0.35)
        for down in range(counts[0]):
            for right in range(counts[1]):
                spot = QRectF(grid.x() + right * cell, grid.y() + down * cell, cell, cell).adjusted(
                    0.5, 0.5, -0.5, -0.5
                )
                inside = all(
                    before <= at < before + shown for at, (before, shown, _, _) in zip((down, right), axes, strict=True)
                )
                if inside:
                    painter.fillRect(spot, filled)
                else:
                    painter.setPen(QPen(faint, sizes.hair, Qt.PenStyle.DotLine))
                    painter.setBrush(Qt.BrushStyle.NoBrush)
                    painter.drawRect(spot)
        high, wide = (
            min(length / axis[3], count) for length, axis, count in zip(view.window, axes, counts, strict=True)
        )
        step = view.step[1] / axes[1][3]
        window = QRectF(grid.x(), grid.y(), wide * cell, high * cell)
        if view.result[1] > 1 and wide + step <= counts[1] + 0.01:
            box(painter, window.translated(step * cell, 0), sizes.gap, None, None)
            painter.setPen(QPen(hue, sizes.hair, Qt.PenStyle.DashLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(window.translated(step * cell, 0))
        wash = QColor(hue)
        wash.setAlphaF(0.28)
        box(painter, window, sizes.gap, wash, hue, sizes.hair * 1.5)
        if view.result[1] > 1:
            center = window.center()
            way = max(step * cell, sizes.s12)
            _arrow(painter, center, center + QPointF(way, 0), theme.color("text1"))

    def _paint_maps(self, painter: QPainter, x: float, middle: float, view: WindowView) -> None:
        sizes, hue = theme.sizes(), theme.color(self._hue)
        side, shift = sizes.s32 + sizes.s8, sizes.s6
        sheets = min(_SHEETS, max(1, view.maps))
        top = middle - (side + (sheets - 1) * shift) / 2 - sizes.s8
        edge = theme.mix(hue, "panel", 0.55)
        for sheet in range(sheets - 1, -1, -1):
            card = QRectF(x + sheet * shift, top + sheet * shift, side, side)
            box(painter, card, sizes.gap, "panel")
            cell = side / _MAP_CELLS
            for at in range(_MAP_CELLS**2):
                spot = QRectF(card.x() + at % _MAP_CELLS * cell, card.y() + at // _MAP_CELLS * cell, cell, cell)
                first = sheet == 0 and at == 0
                fill = theme.mix(hue, "panel", 0.5) if first else None
                box(painter, spot.adjusted(0.5, 0.5, -0.5, -0.5), 1, fill, hue if sheet == 0 else edge)
        left = x + side + (sheets - 1) * shift + sizes.s8
        line = theme.line_height("secondary")
        room = max(0, self.width() - left)
        first = QRectF(left, middle - line - sizes.s4, room, line)
        text(painter, first, words.count(view.maps, "map"), "secondary", "text1", bold=True)
        text(painter, first.translated(0, line), words.shape(view.result), "secondary", "text2")
        if max(view.step) > 1:
            steps = view.step[0] if view.step[0] == view.step[1] else words.shape(view.step)
            under = QRectF(x, top + side + (sheets - 1) * shift + sizes.s4, self.width() - x, line)
            text(painter, under, f"one step = {steps} pixels", "caption", "text2")


def _arrow(painter: QPainter, tail: QPointF, tip: QPointF, ink: QColor) -> None:
    head = theme.sizes().s4
    pen = QPen(ink, theme.sizes().hair * 1.5)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.drawLine(tail, tip)
    painter.drawLine(tip, tip + QPointF(-head, -head))
    painter.drawLine(tip, tip + QPointF(-head, head))
