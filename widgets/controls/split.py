"""The bar that divides items into training, validation and test; its two edges can be dragged."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainterPath
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets import theme, words
from widgets.controls.base import Themed, box, start, text, width_of

_PARTS = (("Train", "training"), ("Validation", "validation"), ("Test", "text3"))
_LEAST = 0.01


class SplitBar(Themed, QWidget):
    """Train, validation and test shares; Left and Right move the chosen edge, Space changes the edge."""

    sharesChanged = Signal(tuple)
    shares_moved = Signal(tuple)

    def __init__(self, parent: QWidget | None = None, editable=True):
        super().__init__(parent)
        self._shares = self._sent = (0.8, 0.1, 0.1)
        self._editable, self._edge, self._dragging = editable, 0, False
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if editable else Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(editable)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._tell()

    def shares(self) -> tuple:
        return self._shares

    def set_shares(self, train: float, validation: float, test: float) -> None:
        """Show shares without saying so; they are brought to a sum of one."""
        total = (train + validation + test) or 1
        self._shares = self._sent = (train / total, validation / total, test / total)
        self._tell()
        self.update()

    def _tell(self) -> None:
        parts = zip(_PARTS, self._shares, strict=True)
        self.setAccessibleName("Split: " + ", ".join(f"{name} {words.percent(share, 0)}" for (name, _), share in parts))

    def _edges(self) -> tuple[float, float]:
        return self._shares[0], self._shares[0] + self._shares[1]

    def _put(self, edge: int, at: float) -> None:
        first, second = self._edges()
        at = round(at, 2)
        if edge == 0:
            first = min(max(at, _LEAST), second - _LEAST)
        else:
            second = min(max(at, first + _LEAST), 1.0)
        shares = (round(first, 4), round(second - first, 4), round(1 - second, 4))
        if shares != self._shares:
            self._shares = shares
            self._tell()
            self.update()
            self.shares_moved.emit(shares)

    def _commit(self) -> None:
        if self._shares != self._sent:
            self._sent = self._shares
            self.sharesChanged.emit(self._shares)

    def _near(self, x: float) -> int | None:
        distances = [abs(x - edge * self.width()) for edge in self._edges()]
        edge = distances.index(min(distances))
        return edge if distances[edge] <= theme.sizes().target / 2 else None

    def mousePressEvent(self, event):
        edge = self._near(event.position().x()) if self._editable else None
        if edge is not None:
            self._edge, self._dragging = edge, True

    def mouseMoveEvent(self, event):
        x = event.position().x()
        if self._dragging:
            self._put(self._edge, x / max(1, self.width()))
        elif self._editable:
            near = self._near(x) is not None
            self.setCursor(Qt.CursorShape.SplitHCursor if near else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event):
        if self._dragging:
            self._dragging = False
            self._commit()

    def keyPressEvent(self, event):
        step = {Qt.Key.Key_Left: -0.01, Qt.Key.Key_Right: 0.01}.get(event.key())
        if step is not None:
            self._put(self._edge, self._edges()[self._edge] + step)
        elif event.key() == Qt.Key.Key_Space:
            self._edge = 1 - self._edge
            self.update()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event):
        if not event.isAutoRepeat():
            self._commit()
        super().keyReleaseEvent(event)

    def sizeHint(self):
        sizes = theme.sizes()
        return QSize(sizes.palette, sizes.target + sizes.s6 + theme.line_height("caption"))

    def paintEvent(self, event):
        sizes, painter = theme.sizes(), start(self)
        bar = QRectF(0, 0, self.width(), sizes.target)
        clip = QPainterPath()
        clip.addRoundedRect(bar, sizes.r4, sizes.r4)
        painter.save()
        painter.setClipPath(clip)
        x = 0.0
        for (_name, color), share in zip(_PARTS, self._shares, strict=True):
            wide = share * self.width()
            part = QRectF(x, 0, max(0, wide - sizes.gap), bar.height())
            painter.fillRect(part, theme.color(color))
            if self._fits(share):
                ink = "canvas" if theme.is_dark() else "on_fill"
                text(painter, part, words.percent(share, 0), "caption", ink, Qt.AlignmentFlag.AlignHCenter, bold=True)
            x += wide
        painter.restore()
        if self.hasFocus():
            at = self._edges()[self._edge] * self.width() - sizes.gap / 2
            painter.setBrush(theme.color("text1"))
            painter.drawEllipse(QPointF(at, bar.center().y()), sizes.s6, sizes.s6)
        self._paint_words(painter, bar.bottom() + sizes.s6)

    def _fits(self, share: float) -> bool:
        """Whether a part is wide enough to say its share."""
        return width_of(words.percent(share, 0), "caption", True) + theme.sizes().s8 <= share * self.width()

    def _paint_words(self, painter, top: float) -> None:
        sizes, height = theme.sizes(), theme.line_height("caption")
        said = [
            name if self._fits(share) else f"{name} {words.percent(share, 0)}"
            for (name, _), share in zip(_PARTS, self._shares, strict=True)
        ]
        wide = [sizes.dot + sizes.s4 + width_of(words_, "caption") + 1 for words_ in said]
        places = (0.0, (self.width() - wide[1]) / 2, self.width() - wide[2])
        for (_name, color), words_, x, length in zip(_PARTS, said, places, wide, strict=True):
            area = QRectF(x, top, length, height)
            dot = QRectF(area.x(), area.center().y() - sizes.dot / 2, sizes.dot, sizes.dot)
            box(painter, dot, sizes.r4 / 2, color)
            text(painter, area.adjusted(sizes.dot + sizes.s4, 0, 0, 0), words_, "caption", "text2")
