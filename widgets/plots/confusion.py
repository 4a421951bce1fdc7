"""The matrix of mix-ups: rows are the truth, columns the model's answer; one widget, a cell found by division."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from widgets import theme, words
from widgets.controls.base import Themed, box, start, text, width_of

HEAT_FROM = 31  # classes; beyond, cells are too small for names and numbers
_LABEL_SHARE = 0.30
_MOST_UPRIGHT = 12  # columns; more of them are too narrow for a name across
_FOUND = "found"


class Confusion(Themed, QWidget):
    """Counts of every truth and answer; arrows walk, Space or a click chooses a cell, Esc lets it go."""

    cell_chosen = Signal(int, int)  # truth, answer; -1, -1 where the choice is taken back
    ring_radius = "r6"

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self._counts: tuple[tuple[int, ...], ...] = ()
        self._shares = False
        self._chosen: tuple[int, int] | None = None
        self._cursor = (0, 0)
        self._heat: QImage | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Mix-ups")
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme.notifier().changed.connect(self._on_changed)

    def set_values(self, names, counts) -> None:
        """Show counts[truth][answer]."""
        self._names, self._counts = tuple(names), tuple(tuple(row) for row in counts)
        self._rows = [sum(row) for row in self._counts]
        off = [n for t, row in enumerate(self._counts) for a, n in enumerate(row) if t != a]
        self._most_wrong = max(off, default=0)
        self._most = max((n for row in self._counts for n in row), default=0)
        self._chosen, self._cursor = None, (0, 0)
        self._make_heat()
        self.updateGeometry()
        self.update()

    def set_shares(self, shares: bool) -> None:
        self._shares = shares
        self.update()

    def chosen(self) -> tuple[int, int] | None:
        return self._chosen

    def choose(self, cell: tuple[int, int] | None) -> None:
        """Choose a cell, or none, and say so."""
        if cell == self._chosen:
            cell = None
        self._chosen = cell
        self._cursor = cell or self._cursor
        self.cell_chosen.emit(*(cell or (-1, -1)))
        self.setAccessibleDescription(self.spoken(cell) if cell else "")
        self.update()

    def found(self, truth: int) -> float:
        """Return the share of a class that was answered right."""
        return self._counts[truth][truth] / self._rows[truth] if self._rows[truth] else math.nan

    def spoken(self, cell: tuple[int, int]) -> str:
        truth, answer = cell
        count = self._counts[truth][answer]
        if truth == answer:
            return f"{self._names[truth]}: {count} of {self._rows[truth]} right"
        return f"{self._names[truth]} taken for {self._names[answer]}: {count} of {self._rows[truth]}"

    # ---- geometry --------------------------------------------------------------------------------

    def _is_heat(self) -> bool:
        return len(self._names) >= HEAT_FROM

    def _widths(self) -> tuple[float, float, float]:
        """Return the width of row names and found shares, and the height of turned column names."""
        longest = max((width_of(name, "secondary") for name in self._names), default=0)
        sizes = theme.sizes()
        if self._is_heat():
            return theme.line_height("caption") + sizes.s4, 0.0, theme.line_height("caption") + sizes.s4
        left = min(longest, self.width() * _LABEL_SHARE) + sizes.s12
        right = max(width_of("100 %", "caption"), width_of(_FOUND, "caption")) + sizes.s12
        upright = sizes.s4 if self._is_upright(longest) else min(longest, self.width() * _LABEL_SHARE) * 0.72
        return left, right, upright + theme.line_height("secondary")

    def _is_upright(self, longest: float) -> bool:
        """Whether every name fits over its column, so that none needs to be turned."""
        return longest <= theme.sizes().mixup_cell * 0.75 and len(self._names) <= _MOST_UPRIGHT

    def cells(self) -> QRectF:
        """Return the square all cells fill."""
        left, right, top = self._widths()
        count = max(1, len(self._names))
        room = min(self.width() - left - right, max(1.0, self.height() - top))
        side = min(room / count, theme.sizes().mixup_cell * (1.6 if count < 6 else 1.0))
        if not self._is_heat() and side > 1:
            side = math.floor(side)
        return QRectF(left, top, side * count, side * count)

    def cell_at(self, point: QPointF) -> tuple[int, int] | None:
        """Return truth and answer under a point."""
        area = self.cells()
        if not self._names or not area.contains(point):
            return None
        side = area.width() / len(self._names)
        last = len(self._names) - 1
        return min(int((point.y() - area.y()) / side), last), min(int((point.x() - area.x()) / side), last)

    def cell_rect(self, truth: int, answer: int) -> QRectF:
        area = self.cells()
        side = area.width() / len(self._names)
        return QRectF(area.x() + answer * side, area.y() + truth * side, side, side)

    def heightForWidth(self, width: int) -> int:
        return round(self._tall(width))

    def _tall(self, width: float) -> float:
        left, right, top = self._widths()
        count = max(1, len(self._names))
        side = min((width - left - right) / count, theme.sizes().mixup_cell * (1.6 if count < 6 else 1.0))
        return top + side * count + theme.sizes().s4

    def sizeHint(self):
        return QSize(theme.sizes().mixups - theme.sizes().s32, round(self._tall(self.width())))

    def resizeEvent(self, event):
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()  # the height follows the width; Qt keeps an old hint otherwise

    def minimumSizeHint(self):
        return QSize(theme.sizes().palette, theme.sizes().palette)

    # ---- painting --------------------------------------------------------------------------------

    def _on_changed(self) -> None:
        self._make_heat()
        self.update()

    def _fill(self, truth: int, answer: int):
        """Return the color of a cell and how strong it is."""
        count = self._counts[truth][answer]
        if not count:
            return theme.color("field" if not theme.is_dark() else "hover", 0.45 if theme.is_dark() else 1), 0.0
        if truth == answer:
            strength = 0.35 + 0.65 * count / max(1, self._rows[truth])
            return theme.mix("right", "card", strength), strength
        strength = 0.38 + 0.62 * count / max(1, self._most_wrong)
        return theme.mix("wrong", "card", strength), strength

    def _make_heat(self) -> None:
        self._heat = None
        if not self._is_heat():
            return
        count = len(self._names)
        image = QImage(count, count, QImage.Format.Format_ARGB32)
        image.fill(theme.color("field"))
        for truth, row in enumerate(self._counts):
            for answer, number in enumerate(row):
                if number:
                    image.setPixelColor(answer, truth, self._fill(truth, answer)[0])
        self._heat = image

    def paintEvent(self, event):
        if not self._names:
            return
        painter = start(self)
        if self._heat is not None:
            self._paint_heat(painter)
        else:
            self._paint_names(painter)
            self._paint_cells(painter)
        for cell, color in ((self._cursor if self.hasFocus() else None, "text3"), (self._chosen, "acc_line")):
            if cell is not None:
                self._paint_frame(painter, cell, color)

    def _paint_frame(self, painter: QPainter, cell: tuple[int, int], color: str) -> None:
        sizes = theme.sizes()
        box(painter, self.cell_rect(*cell).adjusted(-1, -1, 1, 1), sizes.r4, None, color, sizes.ring)

    def _paint_heat(self, painter: QPainter) -> None:
        area, line = self.cells(), theme.line_height("caption")
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(area, self._heat)
        top = QRectF(area.x(), area.y() - line - theme.sizes().s2, area.width(), line)
        text(painter, top, "the model's answer", "caption", "text3")
        painter.save()
        painter.translate(0, area.bottom())
        painter.rotate(-90)
        side = QRectF(0, 0, area.height(), line)
        text(painter, side, "the truth", "caption", "text3", Qt.AlignmentFlag.AlignRight)
        painter.restore()

    def _paint_names(self, painter: QPainter) -> None:
        area, sizes, line = self.cells(), theme.sizes(), theme.line_height("secondary")
        side = area.width() / len(self._names)
        if side < line * 0.8:
            return
        longest = self.width() * _LABEL_SHARE
        upright = self._is_upright(max(width_of(name, "secondary") for name in self._names))
        row, column = self._chosen or (None, None)
        for at, name in enumerate(self._names):
            y = area.y() + (at + 0.5) * side - line / 2
            place = QRectF(0, y, area.x() - sizes.s8, line)
            text(painter, place, name, "secondary", "text1", Qt.AlignmentFlag.AlignRight, bold=at == row)
            place = QRectF(area.right() + sizes.s8, y, self.width() - area.right() - sizes.s8, line)
            text(painter, place, words.percent(self.found(at), 0), "caption", "text2")
            if upright:
                place = QRectF(area.x() + at * side, area.y() - line - sizes.s2, side, line)
                center = Qt.AlignmentFlag.AlignHCenter
                text(painter, place, name, "secondary", "text1", center, bold=at == column)
                continue
            painter.save()
            painter.translate(area.x() + (at + 0.5) * side - line * 0.2, area.y() - sizes.s4)
            painter.rotate(-45)
            text(painter, QRectF(0, -line / 2, longest, line), name, "secondary", "text1", bold=at == column)
            painter.restore()
        head = QRectF(area.right() + sizes.s8, area.y() - line - sizes.s2, self.width() - area.right(), line)
        text(painter, head, _FOUND, "caption", "text3")

    def _paint_cells(self, painter: QPainter) -> None:
        sizes = theme.sizes()
        area = self.cells()
        side = area.width() / len(self._names)
        gap = sizes.gap if side > 3 * sizes.s4 else sizes.hair
        role = "body" if side >= sizes.mixup_cell * 0.8 else "caption"
        for truth, row in enumerate(self._counts):
            for answer, count in enumerate(row):
                color, strength = self._fill(truth, answer)
                cell = QRectF(area.x() + answer * side, area.y() + truth * side, side, side)
                box(painter, cell.adjusted(gap / 2, gap / 2, -gap / 2, -gap / 2), min(sizes.r4, side / 6), color)
                words_ = self._words(truth, count)
                if count and width_of(words_, role, True) <= side - gap:
                    ink = _ink_on(color, 0.3 if truth == answer else 0.2) if strength else theme.color("text1")
                    text(painter, cell, words_, role, ink, Qt.AlignmentFlag.AlignHCenter, bold=True)

    def _words(self, truth: int, count: int) -> str:
        if not self._shares:
            return words.thousands(count)
        share = count / self._rows[truth] if self._rows[truth] else 0.0
        return f"{share * 100:.0f}" if share >= 0.0095 else "<1"

    # ---- pointer and keys ------------------------------------------------------------------------

    def mousePressEvent(self, event):
        cell = self.cell_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and cell is not None:
            self.choose(cell)

    def mouseMoveEvent(self, event):
        cell = self.cell_at(event.position())
        if cell is None:
            QToolTip.hideText()
        else:
            QToolTip.showText(event.globalPosition().toPoint(), self.spoken(cell), self)

    def keyPressEvent(self, event):
        steps = {
            Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0),
        }  # fmt: skip
        if event.key() in steps and self._names:
            last = len(self._names) - 1
            down, right = steps[event.key()]
            self._cursor = (min(max(self._cursor[0] + down, 0), last), min(max(self._cursor[1] + right, 0), last))
            self.setAccessibleDescription(self.spoken(self._cursor))
            self.update()
        elif event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._names:
            self.choose(self._cursor)
        elif event.key() == Qt.Key.Key_Escape and self._chosen is not None:
            self.choose(None)
        else:
            super().keyPressEvent(event)


def _ink_on(color, white_below: float):
    """Return white on colors darker than a luminance, else near black."""
    light = 0.2126 * color.redF() ** 2.2 + 0.7152 * color.greenF() ** 2.2 + 0.0722 * color.blueF() ** 2.2
    dark = theme.color("canvas") if theme.is_dark() else theme.color("text1")
    return theme.color("on_fill") if light < white_below else dark
