"""Popups, menus and tooltips without a compositor: nothing black around them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu, QToolTip, QWidget

from widgets import composited, theme
from widgets.controls import Label, Popup

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def page(qapp, qtbot):
    if QGuiApplication.platformName() != "xcb":
        pytest.skip("only X servers lack a compositor")
    theme.apply(qapp, "light")
    made = QWidget()
    made.setObjectName("page")
    made.setStyleSheet("#page { background: #00ff00 }")
    made.setGeometry(0, 0, 700, 500)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    return made


def seen(x: int, y: int) -> QColor:
    """The color of a point of the screen."""
    QApplication.processEvents()
    return QGuiApplication.primaryScreen().grabWindow(0, x, y, 1, 1).toImage().pixelColor(0, 0)


def settle(qtbot) -> None:
    qtbot.wait(150)


def test_this_server_has_no_compositor_and_the_answer_is_kept(page, monkeypatch) -> None:
    assert composited._asked() is False and composited.composited() is False
    monkeypatch.setattr(composited, "_asked", lambda: True)
    assert composited.composited() is False  # asked again only after a while
    monkeypatch.setattr(composited, "_last", (0.0, True))
    assert composited.composited() is True
    monkeypatch.setattr(composited, "_last", (0.0, True))


def test_around_a_popup_one_sees_what_lies_below(page, qtbot) -> None:
    popup = Popup(page)
    popup.body.addWidget(Label("words"))
    popup.set_inner_width(200)
    popup.open_at(QPoint(200, 200))
    settle(qtbot)
    assert seen(190, 210) == QColor("#00ff00") and seen(300, 205) != QColor("#00ff00")
    assert seen(200, 200) == QColor("#00ff00")  # the rounded corner
    popup.close()


def test_around_a_menu_one_sees_what_lies_below(page, qtbot) -> None:
    menu = QMenu(page)
    menu.addAction("One")
    menu.popup(QPoint(200, 200))
    settle(qtbot)
    assert seen(200, 200) == QColor("#00ff00") and seen(230, 215) != QColor("#00ff00")
    menu.close()


def test_a_tooltip_is_cut_too(page, qtbot) -> None:
    QToolTip.showText(QPoint(200, 200), "words", page)
    settle(qtbot)
    tip = next(one for one in QApplication.topLevelWidgets() if one.inherits("QTipLabel"))
    assert not tip.mask().isEmpty()
    QToolTip.hideText()


def test_with_a_compositor_nothing_is_cut(page, qtbot, monkeypatch) -> None:
    monkeypatch.setattr("widgets.composited.composited", lambda: True)
    popup = Popup(page)
    popup.body.addWidget(Label("words"))
    popup.open_at(QPoint(200, 200))
    settle(qtbot)
    assert popup.mask().isEmpty()
    popup.close()
