"""The corner of the canvas: zoom buttons above a small map of the whole network; and the pointer to errors outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPen, QPixmap
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QLabel, QWidget

from widgets import keymap, theme
from widgets.canvas.ink import ink
from widgets.controls import IconButton

if TYPE_CHECKING:
    from widgets.canvas.view import Canvas

_REFRESH = 200  # at most five times a second


class Minimap(QWidget):
    """All cards as bars of their hue, and the part that the canvas shows; a drag in it moves the canvas."""

    def __init__(self, view: Canvas) -> None:
        super().__init__(view)
        self._view = view
        self._picture = QPixmap()
        self._scale, self._origin = 1.0, QPointF()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_REFRESH)
        self._timer.timeout.connect(self.redraw)
        self.setAccessibleName("Map of the network")
        self.setToolTip("Drag to move the view")
        view.mirror.changed_shape.connect(self.soil)
        self._resize()

    def _resize(self) -> None:
        self.setFixedSize(theme.sizes().minimap_width, theme.sizes().minimap_height)

    def soil(self) -> None:
        """Something changed: draw the map again soon."""
        if not self._timer.isActive():
            self._timer.start()

    def redraw(self) -> None:
        self._resize()
        ratio = self.devicePixelRatioF()
        self._picture = QPixmap(self.size() * ratio)
        self._picture.setDevicePixelRatio(ratio)
        self._picture.fill(theme.color("panel"))
        self._place()
        with QPainter(self._picture) as painter:
            painter.translate(self._origin)
            painter.scale(self._scale, self._scale)
            for section, rects in self._view.overview.boxes(self._view.mirror):
                color = theme.color("error_fill" if section == "error" else f"hue:{section}")
                pen = QPen(color, 0)  # one pixel however small the map: no card vanishes
                painter.setPen(pen if self._scale < 0.05 else Qt.PenStyle.NoPen)
                painter.setBrush(color)
                painter.drawRects(rects)
        self.update()

    def _place(self) -> None:
        bounds = self._view.overview.bounds(self._view.mirror)
        inner = QRectF(self.rect()).adjusted(8, 8, -8, -8)
        self._scale = min(0.12, inner.width() / max(1.0, bounds.width()), inner.height() / max(1.0, bounds.height()))
        self._origin = inner.center() - bounds.center() * self._scale

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        seen = self._view.camera.seen()
        frame = QRectF(seen.topLeft() * self._scale + self._origin, seen.size() * self._scale)
        painter.setPen(QPen(ink().acc, 1))
        painter.setBrush(theme.color("acc_line", 0.12))
        painter.drawRect(frame.intersected(QRectF(self.rect()).adjusted(4, 4, -5, -5)))
        painter.setPen(ink().separator)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))

    def mousePressEvent(self, event) -> None:
        self.mouseMoveEvent(event)

    def mouseReleaseEvent(self, event) -> None:
        event.accept()

    def mouseMoveEvent(self, event) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton and self._view.mirror.nodes:
            self._view.camera.look_at((event.position() - self._origin) / self._scale)


class Percent(QAbstractButton):
    """How large the canvas is shown; a click brings it back to 100 %."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("Zoom")
        self._show_tip()
        keymap.notifier().changed.connect(self._show_tip)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setText("100 %")

    def _show_tip(self) -> None:
        self.setToolTip(keymap.tip("Back to 100 %", "zoom_100"))

    def sizeHint(self) -> QSize:
        return QSize(theme.sizes().row, theme.sizes().field)

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.setFont(theme.font("row"))
        painter.setPen(theme.color("text1" if self.underMouse() else "text2"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())


class ZoomBar(QWidget):
    """Smaller, how large, larger, everything."""

    smaller, plain, larger, everything = Signal(), Signal(), Signal(), Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(0)
        smaller, larger = (
            IconButton("minus", "Smaller", parent=self, command="zoom_out"),
            IconButton("plus", "Larger", parent=self, command="zoom_in"),
        )
        everything = IconButton("maximize", "Show everything", parent=self, command="fit")
        self._percent = Percent(self)
        for button in (smaller, larger, everything):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        for button, signal in (
            (smaller, self.smaller),
            (self._percent, self.plain),
            (larger, self.larger),
            (everything, self.everything),
        ):
            button.clicked.connect(signal)
            row.addWidget(button, 1 if button is self._percent else 0)

    def set_zoom(self, zoom: float) -> None:
        self._percent.setText(f"{round(zoom * 100)} %")
        self._percent.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.sizes().minimap_width, theme.sizes().row)

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(ink().separator)
        painter.setBrush(theme.color("panel"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), theme.sizes().r6, theme.sizes().r6)


class ErrorPointer(QLabel):
    """At the edge of the canvas: there is an error further that way. A click goes there."""

    chosen = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.hide()

    def show_words(self, words: str, way: str) -> None:
        arrow = {"below": "↓", "above": "↑", "left": "←", "right": "→"}[way]
        text = f"{words} {way} {arrow}" if way in ("below", "above") else f"{words} to the {way} {arrow}"
        if text != self.text():
            self.setText(text)
            self.setAccessibleName(text)
            sizes = theme.sizes()
            self.setStyleSheet(
                f"background: {theme.current().error_wash}; color: {theme.current().error};"
                f"border: {sizes.hair}px solid {theme.current().error_line}; border-radius: {sizes.row // 2}px;"
                f"padding: 0 {sizes.s12}px;"
            )
            self.setFont(theme.font("row"))
            self.setFixedHeight(sizes.row)
            self.adjustSize()

    def mousePressEvent(self, event) -> None:
        event.accept()

    def mouseReleaseEvent(self, event) -> None:
        event.accept()
        if self.rect().contains(event.position().toPoint()):
            self.chosen.emit()
