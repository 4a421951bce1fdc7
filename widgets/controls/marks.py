"""Small signs: chips, badges, rings, progress cells, ratio bars."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from widgets import theme, words
from widgets.controls.base import Themed, box, paint_icon, paint_ring, start, text, width_of

# Tone -> fill, border, ink, icon.
TONES = {
    "plain": (None, "line2", "text2", None),
    "accent": ("acc_wash", "acc_line", "text1", None),
    "good": ("good_wash", "good_line", "good", "check"),
    "warning": ("warning_wash", "warning_line", "warning", "triangle-alert"),
    "error": ("error_wash", "error_line", "error", "error"),
    "info": ("info_wash", "info", "info", "info"),
}
TONE_ICONS = {"good": "circle-check", "info": "info", "warning": "triangle-alert", "error": "error"}
_TURN_MS = 40


class Chip(Themed, QAbstractButton):
    """A rounded label that can be pressed, chosen, counted and closed."""

    closed = Signal()
    ring_radius = "s12"

    def __init__(
        self, words_="", icon: str | None = None, dot: str | None = None, count: int | None = None, checkable=False,
        closable=False, tone="plain", parent: QWidget | None = None,
    ):  # fmt: skip
        super().__init__(parent)
        self._icon, self._dot, self._count, self._closable, self._tone = icon, dot, count, closable, tone
        self.setText(words_)
        self.setAccessibleName(words_)
        self.setCheckable(checkable)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_count(self, count: int | None) -> None:
        self._count = count
        self.updateGeometry()
        self.update()

    def set_tone(self, tone: str) -> None:
        self._tone = tone
        self.updateGeometry()
        self.update()

    def set_words(self, text_: str) -> None:
        self.setText(text_)
        self.setAccessibleName(text_)
        self.updateGeometry()

    def _mark(self) -> str | None:
        return self._icon or TONES[self._tone][3]

    def _tail(self) -> str:
        return "" if self._count is None else words.thousands(self._count)

    def sizeHint(self):
        sizes = theme.sizes()
        wide = width_of(self.text(), "secondary") + 2 * sizes.s8 + sizes.s2
        wide += sizes.icon_small + sizes.s6 if self._mark() else 0
        wide += sizes.dot + sizes.s6 if self._dot else 0
        wide += width_of(self._tail(), "secondary") + sizes.s6 if self._tail() else 0
        wide += sizes.icon_small + sizes.s4 if self._closable else 0
        return QSize(round(wide), sizes.chip)

    def mouseReleaseEvent(self, event):
        if self._closable and event.position().x() > self.width() - theme.sizes().target and self.isDown():
            self.setDown(False)
            self.closed.emit()
            return
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event):
        if self._closable and event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.closed.emit()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event):
        sizes, painter, area = theme.sizes(), start(self), QRectF(self.rect())
        fill, line, ink, _icon = TONES["accent" if self.isChecked() else self._tone]
        presses = self.isCheckable() or self.receivers("2clicked(bool)") > 0
        if presses and self.underMouse() and not self.isChecked() and self._tone == "plain":
            fill, line, ink = "hover", "line3", "text1"
        box(painter, area, area.height() / 2, fill, line)
        x, middle = sizes.s8 + sizes.hair, area.center().y()
        if self._dot:
            dot = QRectF(x, middle - sizes.dot / 2, sizes.dot, sizes.dot)
            box(painter, dot, sizes.dot / 2, self._dot)
            x += sizes.dot + sizes.s6
        if self._mark():
            paint_icon(painter, self._mark(), x, middle, sizes.icon_small, ink)
            x += sizes.icon_small + sizes.s6
        text(painter, area.adjusted(x, 0, 0, 0), self.text(), "secondary", ink)
        x += width_of(self.text(), "secondary") + sizes.s6
        if self._tail():
            quiet = "text3" if ink == "text2" else ink  # a class may be called 0: its count looks different
            text(painter, area.adjusted(x, 0, 0, 0), self._tail(), "secondary", quiet)
        if self._closable:
            right = area.right() - sizes.icon_small - sizes.s6
            paint_icon(painter, "x", right, middle, sizes.icon_small, ink)


class Badge(Themed, QWidget):
    """A count in a filled pill; nothing at zero."""

    wants_ring = False
    _FILLS = {"error": ("error_fill", "on_fill"), "accent": ("acc_fill", "on_fill"), "plain": ("hover", "text2")}

    def __init__(self, count: int | str = 0, tone="error", parent: QWidget | None = None):
        super().__init__(parent)
        self._tone = tone
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_count(count)

    def set_count(self, count: int | str) -> None:
        self._words = "" if not count else count if isinstance(count, str) else words.thousands(count)
        self.setAccessibleName(self._words)
        self.updateGeometry()
        self.update()

    def sizeHint(self):
        return QSize(badge_width(self._words) if self._words else 0, theme.sizes().badge)

    def paintEvent(self, event):
        if self._words:
            paint_badge(start(self), QRectF(self.rect()), self._words, *self._FILLS[self._tone])


def badge_width(words_: str) -> int:
    """Return the width of a badge."""
    return max(theme.sizes().badge, round(width_of(words_, "caption", True) + 2 * theme.sizes().s6))


def paint_badge(painter, area: QRectF, words_: str, fill="error_fill", ink="on_fill") -> None:
    """Paint a badge."""
    box(painter, area, area.height() / 2, fill)
    text(painter, area, words_, "caption", ink, Qt.AlignmentFlag.AlignHCenter, bold=True)


class ProgressRing(Themed, QWidget):
    """How far something is; turns where nobody knows. The only thing that loops."""

    wants_ring = False

    def __init__(self, parent: QWidget | None = None, size: int | None = None):
        super().__init__(parent)
        self._size, self._fraction, self._angle = size, None, 0
        self._timer = QTimer(self)
        self._timer.setInterval(_TURN_MS)
        self._timer.timeout.connect(self._on_turn)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_fraction(self, fraction: float | None) -> None:
        self._fraction = fraction
        self.setAccessibleName("working" if fraction is None else words.percent(fraction, 0))
        self._run()
        self.update()

    def _run(self) -> None:
        if self._fraction is None and self.isVisible() and theme.motion("hover"):
            self._timer.start()
        else:
            self._timer.stop()

    def _on_turn(self) -> None:
        self._angle = (self._angle + 14) % 360
        self.update()

    def showEvent(self, event):
        self._run()

    def hideEvent(self, event):
        self._timer.stop()

    def sizeHint(self):
        side = self._size or theme.sizes().icon
        return QSize(side, side)

    def paintEvent(self, event):
        area = QRectF(self.rect())
        turning = self._fraction is None
        paint_ring(start(self), area, 0.3 if turning else self._fraction, self._angle if turning else 0)


class ProgressCells(Themed, QWidget):
    """One cell per epoch: done, running, still to come; a mark over the best one, in the color of validation."""

    wants_ring = False

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._done, self._total, self._running, self._fraction, self._best = 0, 0, False, 0.0, None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_progress(self, done: int, total: int, running=True, fraction=0.0, best: int | None = None) -> None:
        """Show `done` of `total` cells, the next one filled by `fraction`; `best` is an index."""
        self._done, self._total, self._running, self._fraction, self._best = done, total, running, fraction, best
        self.setAccessibleName(f"epoch {done} of {total}")
        self.update()

    def sizeHint(self):
        return QSize(theme.sizes().toast_width, theme.sizes().bar + theme.sizes().s2)

    def paintEvent(self, event):
        if not self._total:
            return
        sizes, painter = theme.sizes(), start(self)
        wide = self.width() / self._total
        if wide > 2 * sizes.gap + sizes.hair:
            self._paint_cells(painter, (self.width() + sizes.gap) / self._total)
        else:  # thousands of epochs have no room for cells of their own
            self._paint_part(painter, 0, self.width(), "line2")
            self._paint_part(painter, 0, min(wide * (self._done + self._fraction), self.width()), "acc_line")
        if self._best is not None:
            wide = max(wide, sizes.s6)
            left = min(self._best * self.width() / self._total, self.width() - wide)
            painter.fillRect(QRectF(left, 0, wide - sizes.gap, sizes.s4), theme.color("validation"))

    def _paint_cells(self, painter: QPainter, wide: float) -> None:
        gap = theme.sizes().gap
        for index in range(self._total):
            self._paint_part(painter, index * wide, wide - gap, "acc_line" if index < self._done else "line2")
            if index == self._done and self._running and self._fraction > 0:
                self._paint_part(painter, index * wide, (wide - gap) * min(self._fraction, 1), "acc_line")

    def _paint_part(self, painter: QPainter, left: float, wide: float, color: str) -> None:
        """A stretch of the bar, below the line where the best epoch is marked."""
        top = theme.sizes().s2
        part = QRectF(left, top, wide, self.height() - top)
        box(painter, part, min(theme.sizes().r4, part.width()) / 2, color)


class Bar(Themed, QWidget):
    """A thin bar that shows a share."""

    wants_ring = False

    def __init__(self, parent: QWidget | None = None, color="acc_line", fraction=0.0):
        super().__init__(parent)
        self._color, self._fraction = color, fraction
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_fraction(self, fraction: float) -> None:
        self._fraction = min(max(fraction, 0.0), 1.0)
        self.setAccessibleName(words.percent(self._fraction, 0))
        self.update()

    def set_color(self, color: str) -> None:
        self._color = color
        self.update()

    def sizeHint(self):
        return QSize(2 * theme.sizes().s32, theme.sizes().groove)

    def paintEvent(self, event):
        painter, area = start(self), QRectF(self.rect())
        round_ = area.height() / 2
        box(painter, area, round_, "line")
        if self._fraction > 0:
            box(
                painter,
                QRectF(0, 0, max(area.height(), area.width() * self._fraction), area.height()),
                round_,
                self._color,
            )
