"""Icons tinted at run time: one SVG each in assets/icons, cached per name, color, size and screen."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from widgets import theme

FOLDER = Path(__file__).resolve().parent.parent / "assets" / "icons"
FALLBACK = "box"
_GLYPHS = {"Inputs and outputs": "section-inputs"}


@lru_cache(maxsize=1)
def names() -> frozenset[str]:
    """Return the names of all icons."""
    return frozenset(path.stem for path in FOLDER.glob("*.svg"))


def exists(name: str) -> bool:
    """Say whether an icon of this name is shipped."""
    return name in names()


@lru_cache(maxsize=512)
def _source(name: str) -> str:
    return (FOLDER / f"{name if exists(name) else FALLBACK}.svg").read_text(encoding="utf-8")


@lru_cache(maxsize=2048)
def _tinted(name: str, rgba: str, size: int, ratio: float) -> QPixmap:
    tint = QColor(rgba)
    svg = _source(name).replace("currentColor", tint.name(QColor.NameFormat.HexRgb))
    picture = QPixmap(round(size * ratio), round(size * ratio))
    picture.fill(Qt.GlobalColor.transparent)
    with QPainter(picture) as painter:
        painter.setOpacity(tint.alphaF())
        QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(picture.rect()))
    picture.setDevicePixelRatio(ratio)
    return picture


def _ratio(ratio: float | None) -> float:
    if ratio is not None:
        return ratio
    app = QGuiApplication.instance()
    return app.devicePixelRatio() if app is not None else 1.0


def pixmap(name: str, color="text2", size: int | None = None, dpr: float | None = None) -> QPixmap:
    """Return an icon in the color of a role."""
    tint = theme.color(color).name(QColor.NameFormat.HexArgb)
    return _tinted(name, tint, size or theme.sizes().icon, _ratio(dpr))


def paint(painter: QPainter, name: str, rect, color="text2") -> None:
    """Paint an icon into a square, sharp on every screen."""
    area = QRectF(rect)
    size = max(1, round(min(area.width(), area.height())))
    ratio = painter.device().devicePixelRatioF()
    picture = pixmap(name, color, size, ratio)
    painter.drawPixmap(QRectF(area.x(), area.y(), size, size), picture, QRectF(picture.rect()))


class _Engine(QIconEngine):
    """Draws one icon in its color, or in text 3 where its owner is disabled."""

    def __init__(self, name: str, color, size: int):
        super().__init__()
        self._name, self._color, self._size = name, color, size

    def clone(self):
        return _Engine(self._name, self._color, self._size)

    def actualSize(self, size, mode, state):
        return QSize(self._size, self._size).boundedTo(size)

    def scaledPixmap(self, size, mode, state, scale):
        side = max(1, round(min(size.width(), size.height()) / max(scale, 1.0)))
        return pixmap(self._name, self._role(mode), side, scale)

    def pixmap(self, size, mode, state):
        return pixmap(self._name, self._role(mode), max(1, min(size.width(), size.height())), 1.0)

    def paint(self, painter, rect, mode, state):
        paint(painter, self._name, rect, self._role(mode))

    def _role(self, mode):
        return "text3" if mode == QIcon.Mode.Disabled else self._color


def icon(name: str, color="text2", size: int | None = None) -> QIcon:
    """Return an icon for menus, actions and views; its color follows the theme by role."""
    return QIcon(_Engine(name, color, size or theme.sizes().icon))


def section_glyph(section: str) -> str:
    """Return the name of a section's icon."""
    return _GLYPHS.get(section, f"section-{section.lower()}")


def paint_tile(painter: QPainter, rect, section: str, name: str | None = None) -> None:
    """Paint a section's tile: its hue, thin, with the icon in the full hue."""
    area = QRectF(rect)
    side = area.width()
    sizes = theme.sizes()
    radius = sizes.r6 if side >= sizes.tile else sizes.r4
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.tile_fill(section))
    painter.drawRoundedRect(area, radius, radius)
    glyph = round(side * sizes.tile_icon / sizes.tile)
    pad = (side - glyph) / 2
    wanted = name if name and exists(name) else section_glyph(section)
    paint(painter, wanted, area.adjusted(pad, pad, -pad, -pad), theme.hue(section))
    painter.restore()


def section_tile(section: str, size: int | None = None, icon: str | None = None, dpr: float | None = None) -> QPixmap:
    """Return a section's tile as a picture."""
    return _tile(section, size or theme.sizes().tile, icon, _ratio(dpr), theme.current().name, theme.scale())


@lru_cache(maxsize=512)
def _tile(section: str, size: int, name: str | None, ratio: float, look: str, scale: float) -> QPixmap:
    picture = QPixmap(round(size * ratio), round(size * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    with QPainter(picture) as painter:
        paint_tile(painter, QRectF(0, 0, size, size), section, name)
    return picture
