"""The look in force: its colors, sizes and fonts by the role they play.

`apply` sets one look for the whole application and can be called again to switch; `notifier().changed`
tells the parts that paint themselves. Widgets ask `color("text2")`, `sizes().row` and `font("name")`. The values are
in `colors` and `measures`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from functools import lru_cache

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPainterPath, QPolygonF

from widgets.colors import DARK, LIGHT, Theme
from widgets.colors import KINDS as KINDS
from widgets.colors import SECTIONS as SECTIONS
from widgets.measures import CODE_FAMILY, MOTION, SCALE_LEAST, TEXT_FAMILY, TYPE, UNSCALED, Sizes
from widgets.measures import SCALE_MOST as SCALE_MOST
from widgets.measures import SHADOW_INSIDE as SHADOW_INSIDE
from widgets.measures import TYPE_ROLES as TYPE_ROLES


class Notifier(QObject):
    """Tells everything that paints itself that the look changed."""

    changed = Signal()


class _Look:
    """The look in force; `apply` is the only writer."""

    theme: Theme = DARK
    sizes: Sizes = Sizes()
    scale: float = 1.0
    contrast: bool = False
    reduced_motion: bool = False
    notifier: Notifier | None = None


def notifier() -> Notifier:
    """Return the one object whose `changed` fires after every `apply`."""
    if _Look.notifier is None:
        _Look.notifier = Notifier()
    return _Look.notifier


def apply(app, name: str = "dark", scale: float = 1.0, contrast: bool = False) -> None:
    """Give the whole application this look: "dark", "light" or "system"."""
    from widgets import style  # style reads this module

    if name == "system":
        light = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Light
        name = "light" if light else "dark"
    chosen = LIGHT if name == "light" else DARK
    if contrast:
        chosen = replace(chosen, line=chosen.line2, line2=chosen.line3, text3=chosen.text2)
    _Look.theme, _Look.contrast = chosen, contrast
    _Look.scale = min(max(float(scale), SCALE_LEAST), SCALE_MOST)
    _Look.sizes = _scaled(_Look.scale)
    _color.cache_clear()
    font.cache_clear()
    style.dress(app)
    notifier().changed.emit()


@contextmanager
def wearing(name: str) -> Iterator[None]:
    """Paint a picture in another look, "dark" or "light", without touching the window."""
    before = _Look.theme
    if name != before.name:
        _Look.theme = LIGHT if name == "light" else DARK
        _color.cache_clear()
    try:
        yield
    finally:
        if _Look.theme is not before:
            _Look.theme = before
            _color.cache_clear()


def _scaled(factor: float) -> Sizes:
    plain = Sizes()
    grown = {
        item.name: round(getattr(plain, item.name) * factor) for item in fields(Sizes) if item.name not in UNSCALED
    }
    return replace(plain, **grown)


def current() -> Theme:
    """Return the tokens in force."""
    return _Look.theme


def sizes() -> Sizes:
    """Return the lengths in force, already multiplied by the text size setting."""
    return _Look.sizes


def scale() -> float:
    """Return the text size setting, 0.9 to 1.75."""
    return _Look.scale


def is_dark() -> bool:
    """Say whether the dark look is on."""
    return _Look.theme.name == "dark"


def color(role: str | QColor, alpha: float = 1.0) -> QColor:
    """Return the color of a role: a token's name, "hue:<section>", "port:<kind>" or "run:<index>"."""
    if isinstance(role, QColor):
        return role
    return QColor(_color(role, alpha))


@lru_cache(maxsize=512)
def _color(role: str, alpha: float) -> QColor:
    kind, _, name = role.partition(":")
    if kind == "hue":
        text = _Look.theme.hues.get(name, _Look.theme.text2)
    elif kind == "port":
        text = _Look.theme.ports.get(name, _Look.theme.ports["anything"])
    elif kind == "run":
        text = _Look.theme.runs[int(name) % len(_Look.theme.runs)]
    else:
        text = getattr(_Look.theme, role)
    made = QColor(text)
    made.setAlphaF(alpha)
    return made


def mix(over: str | QColor, under: str | QColor, share: float) -> QColor:
    """Return `share` of one color laid over another."""
    top, bottom = color(over), color(under)
    parts = [
        (top.redF(), bottom.redF()),
        (top.greenF(), bottom.greenF()),
        (top.blueF(), bottom.blueF()),
    ]
    return QColor.fromRgbF(*(a * share + b * (1 - share) for a, b in parts))


def hue(section: str) -> QColor:
    """Return the hue of a palette section."""
    return color(f"hue:{section}")


def tile_fill(section: str) -> QColor:
    """Return the fill of a section's tile: its hue, thin, over a card."""
    return mix(hue(section), "card", _Look.theme.tile_share)


def port(kind: str) -> QColor:
    """Return the color of a port or wire kind."""
    return color(f"port:{kind}")


def run_color(index: int) -> QColor:
    """Return the color of the run with this number."""
    return color(f"run:{index}")


def run_dashed(index: int) -> bool:
    """Say whether this run repeats a color and so is drawn dashed."""
    return (index // len(_Look.theme.runs)) % 2 == 1


def port_path(kind: str, size: float, center: QPointF | None = None) -> QPainterPath:
    """Return the shape of a port kind; "anything" is a ring, to be stroked instead of filled."""
    c = center or QPointF()
    half = size / 2
    path = QPainterPath()
    corners = {
        "sequence": [(0, -1.15), (1.15, 0), (0, 1.15), (-1.15, 0)],
        "tokens": [(-1.1, -0.9), (1.1, -0.9), (0, 1.1)],
        "value": [(-0.55, -1), (0.55, -1), (1.1, 0), (0.55, 1), (-0.55, 1), (-1.1, 0)],
    }
    if kind in corners:
        path.addPolygon(QPolygonF([QPointF(c.x() + x * half, c.y() + y * half) for x, y in corners[kind]]))
        path.closeSubpath()
    elif kind == "image":
        path.addRoundedRect(QRectF(c.x() - half, c.y() - half, size, size), half * 0.2, half * 0.2)
    elif kind == "mask":
        path.addRect(QRectF(c.x() - half * 1.2, c.y() - half * 0.5, size * 1.2, half))
    else:
        path.addEllipse(c, half, half)
    return path


def motion(name: str) -> int:
    """Return how long a movement lasts in milliseconds; nothing moves under reduced motion, toasts still stay."""
    if _Look.reduced_motion and name != "toast_stay":
        return 0
    return MOTION[name]


def set_reduced_motion(on: bool) -> None:
    """Turn all movement off or on."""
    _Look.reduced_motion = on


@lru_cache(maxsize=64)
def font(role: str, bold: bool = False) -> QFont:
    """Return the font of a role with figures of equal width; `bold` makes it semibold."""
    pixels, _line, weight = TYPE[role]
    made = QFont(CODE_FAMILY if role == "code" else TEXT_FAMILY)
    if role == "code":
        made.setStyleHint(QFont.StyleHint.Monospace)
    made.setPixelSize(max(1, round(pixels * _Look.scale)))
    made.setWeight(QFont.Weight.DemiBold if bold and weight < QFont.Weight.DemiBold else weight)
    made.setFeature(QFont.Tag("tnum"), 1)
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return made


def line_height(role: str) -> int:
    """Return the height of one line of text in this role."""
    return round(TYPE[role][1] * _Look.scale)


@dataclass(frozen=True)
class Shadow:
    """One layer of a shadow: how far down, how soft, how dark."""

    down: int
    blur: int
    alpha: float


def shadows(kind: str) -> tuple[Shadow, ...]:
    """Return the layers of the "card" or the "popup" shadow."""
    look = _Look.theme
    if kind == "card":
        return (Shadow(1, 2, look.shadow_card),)
    return (Shadow(12, 32, look.shadow_far), Shadow(2, 6, look.shadow_near))
