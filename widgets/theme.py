"""Every color, size and font of the window: the only file with a hex value or a pixel.

`apply` sets one look for the whole application and can be called again to switch; `notifier().changed`
tells the parts that paint themselves. Widgets ask `color("text2")`, `sizes().row` and `font("name")`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPainterPath, QPolygonF

# Section -> hue on dark, hue on light: equal lightness within a theme (OKLCH 0.78 and 0.50).
_HUES = {
    "Inputs and outputs": ("#AEB8C8", "#5B6473"),
    "Dense": ("#F2A26A", "#984B00"),
    "Convolution": ("#7ABDFF", "#1B66A7"),
    "Pooling": ("#62C8DF", "#007188"),
    "Normalization": ("#71CBB9", "#007465"),
    "Activation": ("#7CCD8E", "#19763A"),
    "Regularization": ("#ADC367", "#5B6D00"),
    "Recurrent": ("#EE97C9", "#934173"),
    "Attention": ("#D19FF5", "#7B499C"),
    "Embedding": ("#F19E97", "#964944"),
    "Merge": ("#D3B555", "#7D5F00"),
    "Reshape": ("#CBB394", "#755F41"),
    "Blocks": ("#AFACFF", "#5D56A7"),
    "Loss": ("#F996A9", "#9C3F55"),
}
SECTIONS = tuple(_HUES)
_PORTS = {
    "image": ("#5FB0FF", "#1F7AD0"),
    "numbers": ("#F0A35A", "#B25E0C"),
    "sequence": ("#4FD0AE", "#0B8468"),
    "tokens": ("#E892CC", "#B03A86"),
    "value": ("#E3CF5A", "#857000"),
    "anything": ("#9AA3B2", "#6C7482"),
    "mask": ("#C9A0FF", "#7B499C"),
}
KINDS = tuple(_PORTS)
_RUNS = {
    "dark": ("#6CB6FF", "#5CCB95", "#E892CC", "#E3CF5A", "#FF8A80", "#C9A0FF"),
    "light": ("#1F73C4", "#18794E", "#B03A86", "#857000", "#C0272D", "#7B499C"),
}


def _side(table: dict[str, tuple[str, str]], index: int) -> dict[str, str]:
    return {name: pair[index] for name, pair in table.items()}


@dataclass(frozen=True)
class Theme:
    """One look: every color by the role it plays."""

    name: str
    canvas: str
    bar: str
    panel: str
    card: str
    hover: str
    field: str
    grid: str
    line: str
    line2: str
    line3: str
    text1: str
    text2: str
    text3: str
    acc: str
    acc_fill: str
    acc_hover: str
    acc_line: str
    acc_wash: str
    error: str
    error_fill: str
    error_wash: str
    error_line: str
    warning: str
    warning_wash: str
    warning_line: str
    good: str
    good_wash: str
    good_line: str
    info: str
    info_wash: str
    training: str
    validation: str
    code_keyword: str
    code_function: str
    code_number: str
    code_text: str
    shadow_card: float
    shadow_far: float
    shadow_near: float
    tile_share: float
    right: str = "#0F62AE"
    wrong: str = "#E07B1A"
    on_fill: str = "#FFFFFF"
    knob: str = "#FFFFFF"
    shadow: str = "#000000"
    hues: dict[str, str] = field(default_factory=dict)
    ports: dict[str, str] = field(default_factory=dict)
    runs: tuple[str, ...] = ()


DARK = Theme(
    name="dark", canvas="#101216", bar="#16181D", panel="#1A1C22", card="#23262E", hover="#2C3039", field="#121419",
    grid="#22262E", line="#2A2E36", line2="#3D434F", line3="#6B7382", text1="#E8EAEF", text2="#B0B7C4",
    text3="#929AA9", acc="#9D94FF", acc_fill="#6557E8", acc_hover="#7365F2", acc_line="#8379FF", acc_wash="#2A2850",
    error="#FF8A80", error_fill="#D8383E", error_wash="#35191C", error_line="#B8464A", warning="#F2B84B",
    warning_wash="#322814", warning_line="#8A6A2A", good="#5CCB95", good_wash="#152B22", good_line="#2F7A57",
    info="#6CB6FF", info_wash="#14273A", training="#6CB6FF", validation="#F5A04C", code_keyword="#C4A7FF",
    code_function="#7ABDFF", code_number="#F2A26A", code_text="#7CCD8E", shadow_card=0.35, shadow_far=0.50,
    shadow_near=0.35, tile_share=0.17, hues=_side(_HUES, 0), ports=_side(_PORTS, 0), runs=_RUNS["dark"],
)  # fmt: skip
LIGHT = Theme(
    name="light", canvas="#F1F2F5", bar="#F8F8FA", panel="#FFFFFF", card="#FFFFFF", hover="#ECEEF2", field="#F5F6F8",
    grid="#DADDE4", line="#E3E5EA", line2="#C9CDD6", line3="#808896", text1="#1A1D23", text2="#4A515E",
    text3="#5F6773", acc="#5443D6", acc_fill="#5B4BDB", acc_hover="#6A5BE6", acc_line="#6A5BE6", acc_wash="#ECEAFD",
    error="#C0272D", error_fill="#D33B40", error_wash="#FDECEC", error_line="#E3A0A2", warning="#8A5A00",
    warning_wash="#FDF3DC", warning_line="#DDBB72", good="#18794E", good_wash="#E5F5EC", good_line="#8FCBAC",
    info="#0B68B8", info_wash="#E6F1FB", training="#1F73C4", validation="#B85600", code_keyword="#5D56A7",
    code_function="#1B66A7", code_number="#984B00", code_text="#19763A", shadow_card=0.08, shadow_far=0.16,
    shadow_near=0.08, tile_share=0.12, hues=_side(_HUES, 1), ports=_side(_PORTS, 1), runs=_RUNS["light"],
)  # fmt: skip


@dataclass(frozen=True)
class Sizes:
    """Every length in device-independent pixels; `hair`, `ring` and `gap` do not grow with the type."""

    hair: int = 1
    ring: int = 2
    gap: int = 2
    s2: int = 2
    s4: int = 4
    s6: int = 6
    s8: int = 8
    s12: int = 12
    s16: int = 16
    s20: int = 20
    s24: int = 24
    s32: int = 32
    r4: int = 4
    r6: int = 6
    r9: int = 9
    r11: int = 11
    row_fact: int = 22
    row: int = 28
    row_palette: int = 30
    row_form: int = 34
    row_head: int = 40
    field: int = 28
    target: int = 24
    icon: int = 16
    icon_small: int = 14
    icon_tiny: int = 10
    icon_big: int = 24
    tile: int = 28
    tile_mid: int = 20
    tile_small: int = 18
    tile_icon: int = 18
    dot: int = 8
    switch_width: int = 30
    switch_height: int = 18
    switch_knob: int = 14
    tick: int = 16
    knob: int = 14
    groove: int = 4
    bar: int = 6
    badge: int = 18
    key_cap: int = 18
    chip: int = 24
    scroll_bar: int = 10
    number_field: int = 72
    slider_field: int = 56
    form_label: int = 96
    toast: int = 34
    toast_width: int = 360
    empty_width: int = 420
    # The window and its panels.
    top_bar: int = 48
    status_bar: int = 26
    page_tab: int = 88
    dock_tabs: int = 34
    dock_open: int = 300
    palette: int = 232
    palette_least: int = 200
    palette_most: int = 360
    inspector: int = 304
    inspector_least: int = 260
    inspector_most: int = 420
    canvas_least: int = 480
    data_sources: int = 264
    data_report: int = 304
    data_preparation: int = 180
    step_card: int = 112
    thumb: int = 110
    runs: int = 240
    doctor: int = 304
    run_head: int = 102
    plot: int = 326
    mixups: int = 504
    mixup_cell: int = 42
    try_panel: int = 320
    test_numbers: int = 72
    export_panel: int = 320
    welcome_side: int = 256
    template_picture: int = 130
    finder: int = 560
    dialog_width: int = 520
    shortcut_sheet: int = 680
    shortcut_sheet_height: int = 680
    settings_height: int = 420
    shortcut_bench: int = 104
    recent_picture_width: int = 48
    recent_picture_height: int = 32
    dialog_height: int = 600
    finder_field: int = 160
    window_width: int = 1440
    window_height: int = 900
    window_least_width: int = 1100
    window_least_height: int = 680
    drawer_below: int = 1240
    icons_below: int = 1160
    # The canvas.
    card_width: int = 224
    card_head: int = 49
    card_slim: int = 37
    card_row: int = 27
    card_pad: int = 9
    card_text: int = 46
    deck: int = 5
    glow: int = 4
    sparkline: int = 26
    port: int = 10
    port_big: int = 14
    port_grab: int = 24
    wire: int = 2
    wire_hover: int = 3
    wire_pull: int = 18
    shortcut_beside: int = 34
    label_height: int = 20
    label_gap: int = 37
    plain_gap: int = 22
    callout_width: int = 348
    repair_width: int = 168
    leader: int = 26
    quick_menu: int = 252
    minimap_width: int = 128
    minimap_height: int = 108
    grid_step: int = 20


# Role -> pixels, line height, weight.
_TYPE = {
    "page_title": (20, 28, QFont.Weight.DemiBold),
    "card_title": (15, 20, QFont.Weight.DemiBold),
    "name": (13, 18, QFont.Weight.DemiBold),
    "body": (13, 18, QFont.Weight.Normal),
    "row": (12, 17, QFont.Weight.Medium),
    "settings": (11.5, 16, QFont.Weight.Normal),
    "secondary": (12, 17, QFont.Weight.Normal),
    "caption": (11, 16, QFont.Weight.Normal),
    "code": (12, 19, QFont.Weight.Normal),
}
TYPE_ROLES = tuple(_TYPE)
TEXT_FAMILY = "Inter"
CODE_FAMILY = "JetBrains Mono"
SCALE_LEAST, SCALE_MOST = 0.9, 1.75
_MOTION = {
    "hover": 80,
    "select": 120,
    "menu": 160,
    "insert": 220,
    "toast_in": 200,
    "toast_stay": 6000,
    "toast_out": 160,
}
SHADOW_INSIDE = 8
_UNSCALED = {"hair", "ring", "gap", "window_least_width", "window_least_height", "drawer_below", "icons_below"}
_UNSCALED |= {"window_width", "window_height"}


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
        item.name: round(getattr(plain, item.name) * factor) for item in fields(Sizes) if item.name not in _UNSCALED
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
    return _MOTION[name]


def set_reduced_motion(on: bool) -> None:
    """Turn all movement off or on."""
    _Look.reduced_motion = on


@lru_cache(maxsize=64)
def font(role: str, bold: bool = False) -> QFont:
    """Return the font of a role with figures of equal width; `bold` makes it semibold."""
    pixels, _line, weight = _TYPE[role]
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
    return round(_TYPE[role][1] * _Look.scale)


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
