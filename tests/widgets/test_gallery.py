"""The Welcome page: cards reflow, search and tags filter, every way in says what it wants."""

import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from widgets import theme
from widgets.gallery import Gallery
from widgets.gallery_cards import button_area, button_words, card_area, columns_for
from widgets.views import RecentEntry, TemplateCard

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
PICTURE = QImage(90, 60, QImage.Format.Format_RGB32)
CARDS = [
    TemplateCard("mlp", "MLP", "Tables in, a class out.", "Wine", "10 s", ("Tables",), PICTURE),
    TemplateCard("cnn", "CNN", "Small pictures into classes.", "Digits", "", ("Pictures",)),
    TemplateCard("resnet", "ResNet", "Deeper, with shortcuts.", "Digits", "2 min", ("Pictures",)),
    TemplateCard("lstm", "LSTM", "Reads step by step.", "Sine waves", "", ("Time series", "Sound")),
]


@pytest.fixture
def shown(qapp, qtbot):
    theme.apply(qapp, "dark")
    made = Gallery()
    qtbot.addWidget(made)
    made.set_templates(CARDS, "All of them train here.")
    made.set_recent([RecentEntry("/a/pets.lamina", "Pet coats", "2 min ago", PICTURE), RecentEntry("/b.lamina", "B")])
    made.resize(1440, 850)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    made.said = []
    made.template_wanted.connect(lambda name: made.said.append(("template", name)))
    made.recent_wanted.connect(lambda path: made.said.append(("recent", path)))
    made.new_wanted.connect(lambda: made.said.append(("new",)))
    made.open_wanted.connect(lambda: made.said.append(("open",)))
    return made


def titles(shown):
    return [card.title for card in shown.cards.rows().rows()]


def card(shown, place):
    return card_area(QRectF(shown.cards.visualRect(shown.cards.rows().index(place))))


def press(view, spot):
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(round(spot.x()), round(spot.y())))


def test_five_equal_columns_and_fewer_where_there_is_less_room(shown, qapp):
    tops = [card(shown, place).top() for place in range(5)]
    assert len(set(tops)) == 1
    assert len({card(shown, place).width() for place in range(5)}) == 1
    assert card(shown, 4).right() <= shown.cards.viewport().width()
    shown.resize(1000, 850)
    qapp.processEvents()
    columns = shown.cards.columns()
    assert 1 < columns < 5
    assert card(shown, columns - 1).top() == card(shown, 0).top()
    assert card(shown, columns).top() > card(shown, 0).top()


def test_columns_never_vanish():
    assert [columns_for(width) for width in (10, 500, 5000)] == [1, 2, 5]


def test_the_blank_canvas_starts_a_project(shown):
    assert titles(shown)[0] == "Blank canvas"
    press(shown.cards, button_area(card(shown, 0), button_words(shown.cards.row_at(0))).center())
    QTest.mouseClick(shown.new_button, Qt.MouseButton.LeftButton)
    QTest.mouseClick(shown.open_button, Qt.MouseButton.LeftButton)
    assert shown.said == [("new",), ("new",), ("open",)]


def test_the_button_takes_a_template_and_the_card_only_chooses(shown):
    press(shown.cards, card(shown, 2).center() - QPoint(0, 60))
    assert shown.said == []
    assert shown.cards.place() == 2
    press(shown.cards, button_area(card(shown, 2), button_words(CARDS[1])).center())
    assert shown.said == [("template", "cnn")]


def test_arrows_walk_the_grid_and_enter_takes(shown):
    shown.cards.setFocus(Qt.FocusReason.TabFocusReason)
    assert shown.cards.place() == 0
    QTest.keyClick(shown.cards, Qt.Key.Key_Right)
    QTest.keyClick(shown.cards, Qt.Key.Key_Right)
    QTest.keyClick(shown.cards, Qt.Key.Key_Left)
    QTest.keyClick(shown.cards, Qt.Key.Key_Return)
    assert shown.said == [("template", "mlp")]


def test_double_click_takes(shown):
    spot = card(shown, 3).center().toPoint() - QPoint(0, 60)
    QTest.mouseDClick(shown.cards.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert shown.said == [("template", "resnet")]


def test_a_double_click_on_the_button_takes_once(shown):
    spot = button_area(card(shown, 1), button_words(CARDS[0])).center().toPoint()
    # QTest's own double-click is only its third event; a hand sends press, release, double-click, release
    for act in (QTest.mouseClick, QTest.mouseDClick, QTest.mouseRelease):
        act(shown.cards.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert shown.said == [("template", "mlp")]


def test_tags_filter(shown):
    QTest.mouseClick(shown._chips["Pictures"], Qt.MouseButton.LeftButton)
    assert titles(shown) == ["CNN", "ResNet"]
    QTest.mouseClick(shown._chips["All"], Qt.MouseButton.LeftButton)
    assert len(titles(shown)) == 5


def test_search_filters_and_enter_takes_the_only_one(shown):
    QTest.keyClicks(shown.search, "sine")
    assert titles(shown) == ["LSTM"]
    QTest.keyClick(shown.search, Qt.Key.Key_Return)
    assert shown.said == [("template", "lstm")]


def test_a_search_without_result_leads_back(shown):
    QTest.mouseClick(shown._chips["Sound"], Qt.MouseButton.LeftButton)
    QTest.keyClicks(shown.search, "zzz")
    assert shown.nothing.isVisible()
    QTest.mouseClick(shown.nothing.button, Qt.MouseButton.LeftButton)
    assert len(titles(shown)) == 5


def test_one_press_opens_a_recent_project(shown):
    spot = shown.recent.visualRect(shown.recent.rows().index(0)).center()
    press(shown.recent, spot)
    assert shown.said == [("recent", "/a/pets.lamina")]


def test_without_recent_projects_the_list_says_so(shown):
    shown.set_recent([])
    assert shown.no_recent.isVisible()
    assert not shown.recent.isVisible()


def test_the_page_paints_in_both_looks_and_large(shown, qapp):
    for name, scale in (("light", 1.75), ("dark", 0.9)):
        theme.apply(qapp, name, scale)
        qapp.processEvents()
        assert shown.grab().toImage().pixelColor(3, 400) == theme.color("panel")
        assert shown.picture_size().height() < theme.sizes().template_picture
    theme.apply(qapp, "dark")


def test_a_run_in_progress_is_said_with_the_way_back(qapp, qtbot):
    from widgets.running_note import RunningNote

    note = RunningNote()
    qtbot.addWidget(note)
    note.show_run("Digits is training", "epoch 3 of 20", 0.15)
    assert note.isVisibleTo(None) or not note.isHidden()
    assert note.accessibleName() == "Digits is training. epoch 3 of 20"
    with qtbot.waitSignal(note.back_wanted):
        note.back.click()
    note.show_run("")
    assert note.isHidden()


def test_the_note_gives_way_before_the_chips_break_their_line(shown, qtbot):
    assert shown.note.isVisible()
    lines = shown._tags.height()
    chips = sum(chip.width() for chip in shown._chips.values())
    for width in range(1400, 700, -50):
        shown.resize(width, 850)
        qtbot.wait(1)
        if not shown.note.isVisible():
            break
        assert shown._tags.height() == lines, width
    assert not shown.note.isVisible() and shown.width() > chips


def test_a_name_that_is_too_long_takes_a_second_line(qapp, qtbot, monkeypatch):
    """Nothing of a template's name is left out."""
    from PySide6.QtCore import QRect
    from PySide6.QtGui import QPainter

    from widgets import gallery_cards
    from widgets.lists import State

    theme.apply(qapp, "dark")
    said = []
    write = gallery_cards.text
    monkeypatch.setattr(gallery_cards, "text", lambda *args, **named: (said.append(args[2]), write(*args, **named))[1])
    name = "Sequence to sequence with attention over many words"
    image = QImage(240, 260, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    area = QRectF(QRect(0, 0, 240, gallery_cards.card_height() + theme.sizes().s16))
    gallery_cards.Cards(None).draw(painter, area, TemplateCard("s", name, "Reads words.", "Words"), State())
    painter.end()
    assert " ".join(said[:2]) == name and "Reads words." in said
