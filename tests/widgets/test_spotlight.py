"""The spotlight: readable where it is dimmed, never in the way; the card covers nothing that is lit."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget

from widgets import theme
from widgets.spotlight import DIM, LessonCard, Spotlight, StepView, bold, place_card

STEP = StepView("Your first network", 3, 10, "Drag in a layer", "Press **Conv 2D** & wait <b>.", "It is there.")


def luminance(color: QColor) -> float:
    parts = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in color.getRgbF()[:3]]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


@pytest.mark.parametrize("name", ["dark", "light"])
@pytest.mark.parametrize("surface", ["panel", "card", "bar", "canvas"])
def test_words_stay_readable_where_it_is_dimmed(qapp, name, surface) -> None:
    theme.apply(qapp, name)
    for role in ("text1", "text2"):
        ink, paper = (theme.mix("shadow", one, DIM[name]) for one in (role, surface))
        light, dark = sorted((luminance(ink), luminance(paper)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, role


ROOM = QRect(12, 12, 1076, 640)
rects = some.builds(
    lambda x, y, wide, high: QRect(x, y, wide, high),
    some.integers(12, 900), some.integers(12, 500), some.integers(8, 300), some.integers(8, 240),
)  # fmt: skip


@given(some.lists(rects, min_size=1, max_size=2))
@settings(max_examples=150)
def test_the_card_covers_nothing_that_is_lit(holes) -> None:
    size = QSize(348, 220)
    at = place_card(size, holes, ROOM, 16)
    card = QRect(at, size)
    assert ROOM.contains(card)
    spots = [
        QRect(QPoint(x, y), size)
        for x in range(ROOM.left(), ROOM.right() - 347, 24)
        for y in range(ROOM.top(), ROOM.bottom() - 219, 20)
    ]
    if any(not any(spot.adjusted(-16, -16, 16, 16).intersects(hole) for hole in holes) for spot in spots):
        assert not any(card.intersects(hole) for hole in holes)


def test_presses_go_through_the_dimmed_part(qapp, qtbot) -> None:
    over = QWidget()
    qtbot.addWidget(over)
    over.resize(600, 400)
    button = QPushButton("Press", over)
    button.setGeometry(20, 20, 80, 30)
    spotlight = Spotlight(over)
    over.show()
    spotlight.setGeometry(over.rect())
    spotlight.show_holes([QRect(300, 200, 50, 50)])
    spotlight.show()
    spotlight.raise_()
    assert over.childAt(40, 30) is button
    pressed = []
    button.clicked.connect(lambda: pressed.append(True))
    QTest.mouseClick(over.childAt(40, 30), Qt.MouseButton.LeftButton)
    assert pressed
    lit, dim = spotlight.grab().toImage(), QPoint(500, 350)
    assert lit.pixelColor(325, 225).alpha() == 0 and lit.pixelColor(dim).alpha() > 0


def test_light_jumps_where_motion_is_reduced(qapp, qtbot) -> None:
    over = QWidget()
    qtbot.addWidget(over)
    over.resize(600, 400)
    spotlight = Spotlight(over)
    spotlight.setGeometry(over.rect())
    theme.set_reduced_motion(True)
    spotlight.show_holes([QRect(10, 10, 50, 50)])
    spotlight.show()
    over.show()
    spotlight.show_holes([QRect(200, 100, 50, 50)], glide=True)
    edge = theme.sizes().s4
    assert spotlight.holes() == [QRect(200, 100, 50, 50).adjusted(-edge, -edge, edge, edge)]


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_no_words_of_the_card_are_cut(qapp, qtbot, scale) -> None:
    theme.apply(qapp, "dark", scale)
    over = QWidget()
    qtbot.addWidget(over)
    over.resize(1100, 680)
    over.show()
    card = LessonCard(over)
    for done in (True, False, True):
        card.show_step(StepView("L", 1, 3, "A title " * 6, "Words " * 40, "After " * 20, done))
        card.show()
        qapp.processEvents()
        for label in (card.title, card.text, *([card.after_words] if done else [])):
            assert label.height() >= label.heightForWidth(label.width()), label.text()
    theme.apply(qapp, "dark")


def test_the_card_says_its_step_and_leaves_by_escape(qapp, qtbot) -> None:
    over = QWidget()
    qtbot.addWidget(over)
    over.show()
    card = LessonCard(over)
    card.show_step(STEP)
    assert card.accessibleName() == ("Your first network, step 3 of 10. Drag in a layer. Press Conv 2D & wait <b>.")
    assert bold(STEP.text) == "Press <b>Conv 2D</b> &amp; wait &lt;b&gt;."
    left = []
    card.leave_wanted.connect(lambda: left.append(True))
    card.show()
    QTest.keyClick(card.next, Qt.Key.Key_Escape)
    assert left
