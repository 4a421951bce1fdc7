"""The look keeps its promises: contrast, scaling, fonts, icons, one place for colors."""

import re
from pathlib import Path

import pytest
from PySide6.QtGui import QFontInfo
from PySide6.QtWidgets import QLabel

from widgets import icons, style, theme, words

WIDGETS = Path(theme.__file__).parent
LOOKS = [("dark", False), ("light", False), ("dark", True), ("light", True)]


@pytest.fixture
def look(qapp):
    """Switch the look for one test and put it back after."""

    def put_on(name="dark", scale=1.0, contrast=False):
        theme.apply(qapp, name, scale, contrast)
        return theme.current()

    yield put_on
    theme.apply(qapp, "dark")


def luminance(hex_text: str) -> float:
    parts = [int(hex_text[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("name", "more"), LOOKS)
def test_text_can_be_read_on_every_surface(look, name, more):
    tokens = look(name, contrast=more)
    surfaces = [tokens.canvas, tokens.bar, tokens.panel, tokens.card, tokens.hover, tokens.field]
    for ink in (tokens.text1, tokens.text2, tokens.text3, tokens.acc, tokens.error, tokens.warning, tokens.good):
        for ground in surfaces[:4]:
            assert contrast(ink, ground) >= 4.5
    for ink in (tokens.text1, tokens.text2, tokens.text3):
        for ground in surfaces:
            assert contrast(ink, ground) >= 4.5
    for tone in ("error", "warning", "good", "info"):
        assert contrast(getattr(tokens, tone), getattr(tokens, f"{tone}_wash")) >= 4.5
    for fill in (tokens.acc_fill, tokens.error_fill):
        assert contrast(tokens.on_fill, fill) >= 4.5


@pytest.mark.parametrize(("name", "more"), LOOKS)
def test_shares_can_be_read_in_the_bar_of_the_split(look, name, more):
    tokens = look(name, contrast=more)
    ink = tokens.canvas if name == "dark" else tokens.on_fill
    for fill in (tokens.training, tokens.validation, tokens.text3):
        assert contrast(ink, fill) >= 4.5


@pytest.mark.parametrize(("name", "more"), LOOKS)
def test_lines_hues_and_ports_stand_out(look, name, more):
    tokens = look(name, contrast=more)
    for mark in [tokens.line3, tokens.acc_line, *tokens.hues.values(), *tokens.ports.values(), *tokens.runs]:
        assert contrast(mark, tokens.panel) >= 3.0


def test_more_contrast_moves_the_lines_up(look):
    plain, more = look("dark"), look("dark", contrast=True)
    assert (more.line, more.line2, more.text3) == (plain.line2, plain.line3, plain.text2)


def test_every_section_and_kind_has_a_color_a_glyph_and_a_shape(look):
    look("light")
    assert len(theme.SECTIONS) == 14
    for section in theme.SECTIONS:
        assert icons.exists(icons.section_glyph(section))
        assert not icons.section_tile(section).isNull()
    for kind in theme.KINDS:
        assert theme.port(kind).name() != theme.color("text1").name()
        assert not theme.port_path(kind, theme.sizes().port).isEmpty()


def test_scale_grows_type_and_rows_within_its_bounds(look):
    look(scale=1.5)
    assert theme.sizes().row == 42
    assert theme.sizes().card_width == 336
    assert theme.sizes().hair == 1
    assert theme.font("page_title").pixelSize() == 30
    look(scale=9)
    assert theme.scale() == theme.SCALE_MOST


def test_the_shipped_fonts_are_the_ones_used(look):
    look()
    assert {"Inter", "JetBrains Mono"} <= set(style.load_fonts())
    assert QFontInfo(theme.font("body")).family() == "Inter"
    assert QFontInfo(theme.font("code")).family() == "JetBrains Mono"


def test_a_new_look_is_told_and_reaches_widgets(look, qtbot):
    label = QLabel("x")
    qtbot.addWidget(label)
    with qtbot.waitSignal(theme.notifier().changed, timeout=10000):
        look("light")
    assert label.palette().windowText().color().name().upper() == theme.LIGHT.text1


def test_the_sheet_leaves_no_placeholder(look):
    look()
    assert not re.search(r"@\w|\{\w+\}", style.sheet())


def test_icons_take_the_color_asked_for(look):
    look()
    image = icons.pixmap("mark", "error", 24, 1.0).toImage()
    assert image.pixelColor(12, 7).name() == theme.color("error").name()
    assert icons.pixmap("no such icon", "error", 24, 1.0).toImage() == icons.pixmap("box", "error", 24, 1.0).toImage()


def test_colors_live_in_one_file():
    for path in WIDGETS.rglob("*.py"):
        if path.name in ("colors.py", "measures.py"):
            continue
        found = re.findall(r"[\"']#[0-9A-Fa-f]{6}\b", path.read_text(encoding="utf-8"))
        assert not found, f"{path.name}: take the color from widgets/theme instead of {found}"


def test_reduced_motion_stops_movement_but_not_reading_time():
    theme.set_reduced_motion(True)
    try:
        assert theme.motion("insert") == 0
        assert theme.motion("toast_stay") == 6000
    finally:
        theme.set_reduced_motion(False)


def plain(text: str) -> str:
    return text.replace(words.THIN, " ").replace(words.HARD, " ")


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (words.thousands(1234567), "1 234 567"),
        (words.thousands(-1200), "−1 200"),
        (words.size(1_300_000), "1.3 MB"),
        (words.size(12), "12 B"),
        (words.size(999_999), "1 MB"),
        (words.percent(0.927), "92.7 %"),
        (words.percent(0.5, 0), "50 %"),
        (words.duration(192), "3 min 12 s"),
        (words.duration(3600), "1 h"),
        (words.duration(4.25), "4.2 s"),
        (words.duration(0.012), "12 ms"),
        (words.duration(9.97), "10 s"),
        (words.work(7_400_000), "7.4 M"),
        (words.work(117e6), "117 M"),
        (words.work(980), "980"),
        (words.number(0.001), "0.001"),
        (words.number(1e-5), "1e-5"),
        (words.number(-2.5e-5), "−2.5e-5"),
        (words.number(12.3456), "12.35"),
        (words.number(64), "64"),
        (words.number(0.6), "0.6"),
        (words.count(1, "run"), "1 run"),
        (words.count(1200, "run"), "1 200 runs"),
        (words.shape((3, 112, None)), "3 × 112 × ?"),
        (words.ago(130), "2 min ago"),
    ],
)
def test_numbers_read_well(made, expected):
    assert plain(made) == expected


@pytest.mark.parametrize(
    ("typed", "value"),
    [("1e-5", 1e-5), ("0,5", 0.5), ("1\u2009234", 1234), ("−3", -3), ("20 %", 0.2), ("abc", None), ("", None)],
)
def test_what_people_type_is_read(typed, value):
    assert words.parse_number(typed) == value


def test_everything_that_names_an_icon_has_it():
    """A name without a picture would show a plain box for all of them."""
    from engine.data.sources import sources
    from engine.layer import layers

    named = {cls.__name__: cls.icon for one in (sources, layers) for cls in one if cls.icon}
    assert {name: icon for name, icon in named.items() if not icons.exists(icon)} == {}
