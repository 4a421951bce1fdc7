"""The layout of the window: drawers and icons on narrow windows, large texts, what is remembered, what reset brings."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

sys.path.insert(0, str(Path(__file__).parent))

from window_help import open_window, spin, wait, wine

from app import memory
from app.settings_sheet import SettingsSheet, open_settings, shown_settings
from app.window import PAGES
from widgets import theme
from widgets.page_frame import PageFrame


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("LAMINA_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("LAMINA_CONFIG", str(tmp_path / "config"))
    yield tmp_path / "state"
    app = QApplication.instance()
    theme.apply(app, "dark")


def build(window):
    window.document.start(wine())
    window.show_page("build")
    widths: list[int] = []

    def stands() -> bool:
        spin(0.15)
        widths.append(window.build.canvas.width())
        return len(widths) > 2 and len(set(widths[-3:])) == 1

    wait(stands, 20, "the panels' places")
    return window.build


def resized(window, width: int, height: int = 760):
    window.resize(width, height)
    spin(0.1)
    return window.build


@pytest.mark.parametrize(
    ("width", "drawer", "icons"),
    [(1440, False, False), (1241, False, False), (1239, True, False), (1161, True, False), (1159, True, True),
     (1100, True, True)],
)  # fmt: skip
def test_first_the_inspector_folds_then_the_palette(qapp, width, drawer, icons) -> None:
    with open_window((width, 760)) as window:
        page = build(window)
        assert page.rooms.side.folded is drawer
        assert page.palette_panel.is_narrow() is icons
        assert page.inspector.isVisible() is not drawer
        assert page.canvas.width() >= 480


def test_it_folds_and_unfolds_while_the_window_is_dragged(qapp) -> None:
    with open_window((1440, 800)) as window:
        page = build(window)
        for width in (1100, 1200, 1300, 1150, 1440, 1100, 1440):
            resized(window, width)
        assert not page.rooms.side.folded and not page.palette_panel.is_narrow()
        assert page.inspector.isVisible() and page.inspector.width() >= theme.sizes().inspector_least
        assert page.palette_panel.width() == theme.sizes().palette


def test_the_drawer_lies_over_the_canvas_and_escape_closes_it(qapp) -> None:
    with open_window((1180, 760)) as window:
        page = build(window)
        wide = page.canvas.width()
        page.rooms.side.strip.button.click()
        assert page.inspector.isVisible() and page.canvas.width() == wide
        drawn = QRect(page.inspector.mapTo(page, QPoint(0, 0)), page.inspector.size())
        strip = page.rooms.side.strip.mapTo(page, QPoint(0, 0)).x()
        assert drawn.right() + 1 == strip and drawn.height() == page.height()
        page.select(["linear_1"])
        assert page.inspector.isVisible(), "it stays while one node after the other is looked at"
        QTest.keyClick(page.inspector, Qt.Key.Key_Escape)
        assert not page.inspector.isVisible()


def test_enter_on_a_node_opens_the_drawer_at_its_settings(qapp) -> None:
    with open_window((1180, 760)) as window:
        page = build(window)
        page.canvas.enter_wanted.emit("linear_1")
        page.select(["linear_1"])
        assert page.inspector.isVisible()


def test_the_search_makes_room_for_the_list_and_gives_it_back(qapp) -> None:
    with open_window((1100, 680)) as window:
        page = build(window)
        window.activateWindow()
        window.run_command("search_layers")
        spin(0.1)
        assert not page.palette_panel.is_narrow() and page.palette_panel.search.isVisible()
        page.canvas.setFocus()
        spin(0.1)
        assert page.palette_panel.is_narrow()


def test_every_tile_of_the_narrow_palette_can_be_reached(qapp) -> None:
    with open_window((1100, 680), scale=1.5) as window:
        page = build(window)
        assert page.palette_panel.is_narrow()
        last = list(page.palette_panel.icons.buttons.values())[-1]
        last.setFocus(Qt.FocusReason.TabFocusReason)
        spin(0.05)
        area = page.palette_panel._icons
        area.ensureWidgetVisible(last)
        shown = QRect(last.mapTo(area, QPoint(0, 0)), last.size())
        assert area.rect().contains(shown)


def covers(one: QWidget, other: QWidget, window: QWidget) -> bool:
    first = QRect(one.mapTo(window, QPoint(0, 0)), one.size())
    return first.intersects(QRect(other.mapTo(window, QPoint(0, 0)), other.size()))


@pytest.mark.parametrize(("size", "scale"), [((1100, 680), 0.9), ((1100, 680), 1.0), ((1100, 680), 1.75),
                                             ((1280, 800), 1.25), ((1920, 1080), 1.5)])  # fmt: skip
def test_the_top_bar_holds(qapp, size, scale) -> None:
    """Nothing lies over a page tab, and nothing of the bar sticks out of the window."""
    with open_window(size, scale=scale) as window:
        build(window)
        assert window.size().width() == size[0] and window.size().height() == size[1], "no page forces a larger window"
        top = window.top
        parts = [top.mark, top.title, top.state_icon, top.state, top.undo, top.redo, top.finder, top.device, top.run]
        shown = [one for one in parts if one.isVisible()]
        assert {top.mark, top.title, top.run} <= set(shown)
        for one in shown:
            assert not covers(one, top.tabs, window), one.accessibleName()
            assert one.mapTo(window, QPoint(one.width(), 0)).x() <= size[0]
        for page in PAGES:
            window.show_page(page)
            QApplication.processEvents()
            assert window.width() == size[0], page


def test_the_panel_below_leaves_the_canvas_its_half(qapp) -> None:
    with open_window((1100, 680), scale=1.75) as window:
        page = build(window)
        page.bottom.open("code")
        spin(0.1)
        assert page.bottom.area.height() <= page.height() / 2 and page.canvas.height() > 60


def test_a_new_text_size_is_followed_at_once(qapp) -> None:
    with open_window((1600, 900)) as window:
        page = build(window)
        before = window.top.height(), window.status.height()
        window.change_settings(scale=1.5)
        spin(0.2)
        after = window.top.height(), window.status.height()
        assert [round(new / old, 1) for new, old in zip(after, before, strict=True)] == [1.5] * 2
        assert page.rooms.side.folded and page.palette_panel.is_narrow(), "1600 at 150 % is as narrow as 1067"
        window.change_settings(scale=1.0)
        spin(0.2)
        assert not page.rooms.side.folded and page.inspector.isVisible()


# ---- remembered ----


def test_the_layout_is_there_after_a_restart(qapp) -> None:
    with open_window((1500, 900)) as first:
        page = build(first)
        page.resizeDocks([page.rooms._left, page.rooms._right], [300, 400], Qt.Orientation.Horizontal)
        page.bottom.open("history")
        page.palette_panel.set_open_sections(["Pooling"])
        spin(0.1)
        first.close()
    with open_window((1500, 900)) as second:
        page = build(second)
        assert (page.palette_panel.width(), page.inspector.width()) == (300, 400)
        assert page.bottom.tabs.current() == "history" and page.bottom.area.isVisible()
        assert page.palette_panel.open_sections() == ["Pooling"]
        second.run_command("reset_layout")
        spin(0.1)
        sizes = theme.sizes()
        assert (page.palette_panel.width(), page.inspector.width()) == (sizes.palette, sizes.inspector)
        assert not page.bottom.area.isVisible() and "Convolution" in page.palette_panel.open_sections()


def test_a_window_that_never_showed_the_page_keeps_what_was_kept(qapp, state) -> None:
    memory.save_window_state({"build": {"left": 300}})
    with open_window() as window:
        window.close()
    assert memory.window_state()["build"] == {"left": 300}


@pytest.mark.parametrize(
    "kept",
    [None, 7, [], {"left": "wide", "right": True}, {"left": -5, "right": 99999}, {"bottom": "cellar", "sections": [1]}],
)
def test_a_damaged_layout_is_that_of_the_first_day(qapp, kept) -> None:
    memory.save_window_state({"geometry": "zz", "build": kept})
    with open_window((1500, 900)) as window:
        page = build(window)
        sizes = theme.sizes()
        assert sizes.palette_least <= page.palette_panel.width() <= sizes.palette_most
        assert sizes.inspector_least <= page.inspector.width() <= sizes.inspector_most
        assert not page.bottom.area.isVisible() and "Convolution" in page.palette_panel.open_sections()


def test_reset_closes_the_drawers_of_all_pages(qapp) -> None:
    with open_window((1100, 680)) as window:
        build(window)
        window.show_page("train")
        spin(0.2)
        frame = window.train.widget.findChild(PageFrame)
        frame._sides[0].strip.button.click()
        assert frame._sides[0].panel.isVisible()
        window.run_command("reset_layout")
        assert not frame._sides[0].panel.isVisible()


# ---- settings ----


def test_the_settings_are_all_there_and_work_at_once(qapp, state) -> None:
    with open_window() as window:
        sheet = open_settings(window)
        assert list(sheet.form.rows) == list(shown_settings(window))
        assert {"theme", "scale", "contrast", "reduced_motion", "as_last_used"} <= set(sheet.form.rows)
        scale = type(window.settings).params()["scale"]
        assert (scale.min, scale.max) == (0.9, 1.75)
        assert {key for key, _ in type(window.settings).params()["theme"].choices} == {"system", "dark", "light"}
        sheet.form.changed.emit("theme", "light")
        assert not theme.is_dark() and memory.load_settings().theme == "light"
        line = theme.color("line2").name()
        sheet.form.changed.emit("contrast", "more")
        assert theme.color("line2").name() != line
        sheet.form.changed.emit("reduced_motion", "off")
        assert theme.motion("insert") > 0
        sheet.form.changed.emit("reduced_motion", "on")
        assert theme.motion("insert") == 0
        sheet.reset.click()
        assert memory.load_settings() == memory.Settings() and not sheet.reset.isEnabled()
        assert theme.is_dark()


@pytest.mark.parametrize(("typed", "found"), [("text", "scale"), ("light", "theme"), ("fade", "reduced_motion")])
def test_settings_are_found_by_what_they_do(qapp, typed, found) -> None:
    with open_window() as window:
        sheet = open_settings(window)
        sheet.search.setText(typed)
        assert found in sheet.form.rows
        assert len(sheet.form.rows) < len(shown_settings(window))
        sheet.search.setText("qqqq")
        assert sheet.nothing.isVisible() and not sheet.form.isVisible()


@pytest.mark.parametrize(("size", "scale"), [((1440, 900), 1.0), ((2560, 1440), 1.5)])
def test_the_settings_sheet_is_as_high_as_its_settings(qapp, size, scale) -> None:
    """Every setting says beside it what it does, whole, and no room is left empty."""
    from widgets.controls.base import width_of

    with open_window(size, scale=scale) as window:
        sheet = open_settings(window)
        spin(0.1)
        assert sheet._area.verticalScrollBar().maximum() == 0
        assert sheet._area.height() - sheet.form.height() <= theme.sizes().row
        for name, one in sheet.form.rows.items():
            note = one.form_row.note
            if note.isVisible():
                assert width_of(note.text(), "caption") <= note.width() + 1, name


def test_the_finder_finds_settings_and_leads_there(qapp) -> None:
    from app.dialogs import _chosen

    with open_window() as window:
        _chosen(window, "setting", "settings.contrast")
        sheet = next(one for one in window.findChildren(SettingsSheet) if one.isVisible())
        assert sheet.form.rows["contrast"].isVisible()


def test_damaged_settings_are_as_on_the_first_day_each_alone(tmp_path) -> None:
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "settings.json").write_text(json.dumps({"theme": "pink", "scale": 1.5, "contrast": "much", "new": 1}))
    assert memory.load_settings() == memory.Settings(scale=1.5)
    (folder / "settings.json").write_text("{")
    assert memory.load_settings() == memory.Settings()
