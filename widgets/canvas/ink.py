"""Pens, brushes, fonts and shared texts of the canvas, made once for each theme."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontMetricsF,
    QPaintEngine,
    QPainter,
    QPen,
    QPixmap,
    QStaticText,
    QTransform,
)

from widgets import icons, theme

S = theme.Sizes()
_TEXTS_MOST = 20_000
_VECTOR = (QPaintEngine.Type.SVG, QPaintEngine.Type.Pdf, QPaintEngine.Type.Picture)


class Ink:
    """Everything a painter needs, resolved to colors of the theme in force."""

    def __init__(self) -> None:
        self.dark = theme.is_dark()
        self._ports: dict[tuple[str, int, int], tuple[QPixmap, QRectF]] = {}
        self.card = theme.color("card")
        self.canvas = theme.color("canvas")
        self.text1, self.text2, self.text3 = (theme.color(f"text{number}") for number in (1, 2, 3))
        self.acc = theme.color("acc_line")
        self.glow = theme.color("acc_line", 0.25)
        self.error = theme.color("error_fill")
        self.error_text = theme.color("error")
        self.shadow = theme.color("shadow", theme.current().shadow_card)
        self.border = QPen(theme.color("line2"), 1)
        self.border_hover = QPen(theme.color("line3"), 1)
        self.border_warning = QPen(theme.color("warning_line"), 1)
        self.border_good = QPen(theme.color("good_line"), 1)
        self.border_muted = QPen(theme.color("line2"), 1, Qt.PenStyle.DashLine)
        self.ring = QPen(self.acc, S.ring)
        self.ring_glow = QPen(self.glow, S.glow)
        self.ring_error = QPen(self.error, S.ring)
        self.difference = {
            "added": QPen(theme.color("good"), S.ring),
            "removed": QPen(theme.color("error"), S.ring, Qt.PenStyle.DashLine),
            "changed": QPen(theme.color("warning"), S.ring),
        }
        self.separator = QPen(theme.color("line"), 1)
        self.stripes = QBrush(theme.color("port:image", 0.07))
        self.names = {role: _font(role) for role in ("name", "row", "settings", "caption", "body", "secondary")}
        self.label_font = _font("caption", QFont.Weight.DemiBold)
        self.box_font = QFont(self.names["name"])
        self.box_font.setPixelSize(26)
        self.row_box_font = QFont(self.names["name"])
        self.row_box_font.setPixelSize(19)
        self._texts: dict[tuple[str, str, int], QStaticText] = {}
        self._tall: dict[tuple[str, str, int], tuple[QStaticText, float]] = {}
        self._tiles: dict[tuple[str, str, int, int], QPixmap] = {}
        self._icons: dict[tuple[str, str, int, int], QPixmap] = {}
        self._metrics = {name: QFontMetricsF(font) for name, font in self.names.items()}
        self._metrics["label"] = QFontMetricsF(self.label_font)
        self._metrics["box"] = QFontMetricsF(self.box_font)
        self._metrics["row_box"] = QFontMetricsF(self.row_box_font)
        self._wires: dict[tuple[str, str], QPen] = {}

    def font(self, role: str) -> QFont:
        special = {"label": self.label_font, "box": self.box_font, "row_box": self.row_box_font}
        return special.get(role) or self.names[role]

    def width(self, role: str, text: str) -> float:
        return self._metrics[role].horizontalAdvance(text)

    def port(self, symbol: str, size: int, ratio: int) -> tuple[QPixmap, QRectF]:
        """The picture of a port, and all of it as a source; `ratio` in eighths."""
        key = (symbol, size, ratio)
        found = self._ports.get(key)
        if found is None:
            picture = _port_picture(symbol, size, ratio, theme.port(symbol).name(), theme.current().canvas)
            found = self._ports[key] = picture, QRectF(picture.rect())
        return found

    def text(self, role: str, text: str, most: float = 0) -> QStaticText:
        """A text laid out once and shared by all cards that show it, elided where it would be too wide."""
        key = (role, text, int(most))
        found = self._texts.get(key)
        if found is None:
            if len(self._texts) > _TEXTS_MOST:
                self._texts.clear()
            shown = self._metrics[role].elidedText(text, Qt.TextElideMode.ElideRight, most) if most else text
            found = QStaticText(shown)
            found.setTextFormat(Qt.TextFormat.PlainText)
            found.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
            found.prepare(QTransform(), self.font(role))
            self._texts[key] = found
        return found

    def tall_text(self, role: str, text: str, most: float) -> tuple[QStaticText, float]:
        """A shared text with its height, which Qt would measure anew each time."""
        key = (role, text, int(most))
        found = self._tall.get(key)
        if found is None:
            if len(self._tall) > _TEXTS_MOST:
                self._tall.clear()
            shown = self.text(role, text, most)
            found = self._tall[key] = (shown, shown.size().height())
        return found

    def tile(self, section: str, icon: str, size: int, ratio: float) -> QPixmap:
        """A section's tile at the painter's scale, so that it stays sharp."""
        key = (section, icon, size, round(ratio * 8))
        found = self._tiles.get(key)
        if found is None:
            if len(self._tiles) > 2000:
                self._tiles.clear()
            found = icons.section_tile(section, size, icon or None, round(ratio * 8) / 8)
            self._tiles[key] = found
        return found

    def icon(self, name: str, role: str, size: int, ratio: float) -> QPixmap:
        key = (name, role, size, round(ratio * 8))
        found = self._icons.get(key)
        if found is None:
            if len(self._icons) > 2000:
                self._icons.clear()
            found = icons.pixmap(name, role, size, round(ratio * 8) / 8)
            self._icons[key] = found
        return found

    def wire(self, symbol: str, state: str) -> QPen:
        """The pen of a wire: plain, hover, selected, error, dragged or muted."""
        found = self._wires.get((symbol, state))
        if found is None:
            found = _wire_pen(symbol, state, self)
            self._wires[(symbol, state)] = found
        return found


def _font(role: str, weight: QFont.Weight | None = None) -> QFont:
    font = QFont(theme.font(role))
    font.setPixelSize(max(1, round(font.pixelSize() / theme.scale())))
    if weight is not None:
        font.setWeight(weight)
    return font


def _wire_pen(symbol: str, state: str, ink: Ink) -> QPen:
    color = theme.port(symbol)
    if state == "hover":
        return _round(QPen(color, S.wire_hover))
    if state == "selected":
        return _round(QPen(ink.acc, S.wire_hover))
    if state == "error":
        return _dashes(QPen(ink.error, S.wire), 5, 4)
    if state == "dragged":
        return _dashes(QPen(color, S.wire), 4, 4)
    if state == "added":
        return _round(QPen(theme.color("good"), S.wire_hover))
    if state == "removed":
        return _dashes(QPen(theme.color("error"), S.wire), 5, 4)
    if state == "muted":
        return _dashes(QPen(theme.color("text3"), 1.5), 1.5, 3)
    # on the light ground three quarters of a hue would be fainter than 3 to 1
    return _round(QPen(theme.mix(color, "canvas", 0.75 if ink.dark else 0.85), S.wire))


def _round(pen: QPen) -> QPen:
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    return pen


def _dashes(pen: QPen, on: float, off: float) -> QPen:
    pen.setDashPattern([on / pen.widthF(), off / pen.widthF()])
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    return pen


@lru_cache(maxsize=1)
def _made(_look: tuple) -> Ink:
    return Ink()


def ink() -> Ink:
    """The ink of the theme in force."""
    return _made((theme.current().name, theme.scale(), theme.current().line2, theme.current().text3))


def _port_picture(symbol: str, size: int, ratio: int, color: str, edge: str) -> QPixmap:
    """A port of one kind with a rim in the canvas color, as a picture: blitting beats filling a path."""
    side = size + 8
    picture = QPixmap(round(side * ratio / 8), round(side * ratio / 8))
    picture.setDevicePixelRatio(ratio / 8)
    picture.fill(Qt.GlobalColor.transparent)
    with QPainter(picture) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        center = QPointF(side / 2, side / 2)
        path = theme.port_path(symbol, size, center)
        if symbol == "anything":
            path = theme.port_path(symbol, size - 2, center)
            painter.setBrush(QColor(edge))
            painter.setPen(QPen(QColor(edge), 5))
            painter.drawPath(path)
            painter.setPen(QPen(QColor(color), 2))
            painter.drawPath(path)
        else:
            painter.setPen(QPen(QColor(edge), 3))
            painter.setBrush(QColor(edge))
            painter.drawPath(path)
            painter.fillPath(path, QColor(color))
    return picture


def draw_port(painter: QPainter, symbol: str, x: float, y: float, size: int = S.port, ratio: float = 1.0) -> None:
    """Paint a port centered on a point of the card's edge."""
    picture, source = ink().port(symbol, size, max(4, round(ratio * 8)))
    half = size / 2 + 4
    painter.drawPixmap(QRectF(x - half, y - half, size + 8, size + 8), picture, source)


def ratio_of(painter: QPainter) -> float:
    """How many device pixels one scene unit has, in eighths, for pictures that are to stay sharp."""
    if painter.paintEngine().type() in _VECTOR:
        return 4.0
    transform = painter.worldTransform()
    return max(0.5, min(abs(transform.m11()) * painter.device().devicePixelRatioF(), 4.0))
