"""The top bar: the finder looks like the field it opens, and the settings are one press away before a project is."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from widgets import keymap, theme
from widgets.shell import TopBar


@pytest.fixture
def bar(qapp, qtbot):
    theme.apply(qapp, "dark")
    kept = keymap.bound()
    keymap.bind({"find_anything": ("Ctrl+K",)})
    made = TopBar()
    qtbot.addWidget(made)
    made.resize(1440, theme.sizes().top_bar)
    made.set_project("Pet coats", "saved")
    made.show()
    qtbot.waitExposed(made)
    yield made
    keymap.bind(kept)


def test_the_finder_is_a_field_with_its_key(bar, qtbot):
    assert bar.finder.width() >= theme.sizes().finder_field
    heard = []
    bar.find_wanted.connect(lambda: heard.append(1))
    QTest.mouseClick(bar.finder, Qt.MouseButton.LeftButton)
    assert heard == [1]
    wide = bar.finder.sizeHint().width()
    keymap.bind({"find_anything": ("Ctrl+Alt+Shift+F12",)})
    assert bar.finder.sizeHint().width() > wide, "a longer key has its room"


def test_the_finder_is_an_icon_where_there_is_no_room(bar):
    bar.resize(1100, bar.height())
    assert bar.finder.text() == "" and bar.finder.sizeHint().width() == theme.sizes().row


def test_settings_are_one_press_away_before_a_project_is_open(bar):
    assert not bar.settings.isVisible()
    bar.set_project("", "")
    assert bar.settings.isVisible()
    heard = []
    bar.settings_wanted.connect(lambda: heard.append(1))
    QTest.mouseClick(bar.settings, Qt.MouseButton.LeftButton)
    assert heard == [1]
