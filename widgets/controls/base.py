"""What all controls share: repainting on a new look, the keyboard focus ring, small paint helpers."""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QFocusFrame, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from widgets import icons, theme

KEYBOARD = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


class FocusRing(QFocusFrame):
    """The 2 px accent ring around whatever has the keyboard focus, 2 px away from it."""

    shown: FocusRing | None = None

    @classmethod
    def show_around(cls, widget: QWidget, radius: float) -> None:
        cls.hide_from(None)
        ring = cls(widget.window())
        ring.radius = radius
        ring.setWidget(widget)
        cls.shown = ring

    @classmethod
    def hide_from(cls, widget: QWidget | None) -> None:
        ring = cls.shown
        if ring is None:
            return
        if not shiboken6.isValid(ring):
            cls.shown = None
        elif widget is None or ring.widget() is widget:
            ring.setWidget(None)
            ring.deleteLater()
            cls.shown = None

    def paintEvent(self, event):
        sizes = theme.sizes()
        painter = start(self)
        painter.setPen(QPen(theme.color("acc_line"), sizes.ring))
        inset = sizes.ring / 2
        radius = self.radius + sizes.gap + inset
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), radius, radius)


class Themed:
    """Mixed into a widget: `_restyle` runs on every change of look; keyboard focus shows the ring."""

    ring_radius = "r6"
    wants_ring = True

    def _restyle(self) -> None:
        """Take sizes and fonts of the look again."""

    def changeEvent(self, event):
        if event.type() == QEvent.Type.StyleChange:
            self._restyle()
            self.updateGeometry()
            self.update()
        super().changeEvent(event)

    def focusInEvent(self, event):
        if self.wants_ring and event.reason() in KEYBOARD:
            FocusRing.show_around(self, getattr(theme.sizes(), self.ring_radius))
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event):
        FocusRing.hide_from(self)
        super().focusOutEvent(event)
        self.update()


def start(widget: QWidget) -> QPainter:
    """Begin painting a widget, smooth, without a pen."""
    painter = QPainter(widget)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setPen(Qt.PenStyle.NoPen)
    return painter


def box(painter: QPainter, rect: QRectF, radius: float, fill=None, line=None, width: float | None = None) -> None:
    """Paint a rounded rectangle whose border lies inside the rectangle."""
    pen_width = width if width is not None else theme.sizes().hair
    inset = pen_width / 2 if line is not None else 0
    painter.setPen(QPen(theme.color(line), pen_width) if line is not None else Qt.PenStyle.NoPen)
    painter.setBrush(theme.color(fill) if fill is not None else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(rect).adjusted(inset, inset, -inset, -inset), radius, radius)


def text(painter: QPainter, rect: QRectF, words: str, role: str, color="text1", align=None, bold=False) -> None:
    """Write one line into a rectangle, elided at its end where it does not fit."""
    font = theme.font(role, bold)
    shown = QFontMetricsF(font).elidedText(words, Qt.TextElideMode.ElideRight, rect.width() + 0.5)
    painter.setFont(font)
    painter.setPen(theme.color(color))
    flags = align if align is not None else Qt.AlignmentFlag.AlignLeft
    painter.drawText(rect, flags | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, shown)


def width_of(words: str, role: str, bold: bool = False) -> float:
    """Return how wide a line of text is."""
    return QFontMetricsF(theme.font(role, bold)).horizontalAdvance(words)


def paint_icon(painter: QPainter, name: str, x: float, middle: float, size: int, color="text2") -> None:
    """Paint an icon from its left edge and vertical middle."""
    icons.paint(painter, name, QRectF(round(x), round(middle - size / 2), size, size), color)


def paint_ring(painter: QPainter, area: QRectF, fraction: float, start_degrees: float, color="acc_line", track="line2"):
    """Paint a progress ring."""
    width = max(1.5, area.width() / 8)
    inner = area.adjusted(width / 2, width / 2, -width / 2, -width / 2)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.color(track), width))
    painter.drawEllipse(inner)
    pen = QPen(theme.color(color), width)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.drawArc(inner, round((90 - start_degrees) * 16), round(-fraction * 360 * 16))


def surface(widget: QWidget, role: str) -> QWidget:
    """Give a plain widget one of the backgrounds: canvas, bar, panel, card, field."""
    widget.setProperty("surface", role)
    widget.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    return widget


def column(parent: QWidget | None = None, space: int = 0, edge: int = 0) -> QVBoxLayout:
    """Return a vertical layout without Qt's default margins."""
    layout = QVBoxLayout(parent) if parent is not None else QVBoxLayout()
    layout.setContentsMargins(edge, edge, edge, edge)
    layout.setSpacing(space)
    return layout


def row(parent: QWidget | None = None, space: int = 0, edge: int = 0) -> QHBoxLayout:
    """Return a horizontal layout without Qt's default margins."""
    layout = QHBoxLayout(parent) if parent is not None else QHBoxLayout()
    layout.setContentsMargins(edge, edge, edge, edge)
    layout.setSpacing(space)
    return layout


class Line(Themed, QFrame):
    """A one-pixel separator."""

    def __init__(self, parent: QWidget | None = None, vertical: bool = False):
        super().__init__(parent)
        hair = theme.sizes().hair
        if vertical:
            self.setFixedWidth(hair)
        else:
            self.setFixedHeight(hair)

    def paintEvent(self, event):
        QPainter(self).fillRect(self.rect(), theme.color("line"))


def center_square(area: QRectF, side: float) -> QRectF:
    """Return a square in the middle of an area."""
    corner = area.center() - QPointF(side / 2, side / 2)
    return QRectF(round(corner.x()), round(corner.y()), side, side)
