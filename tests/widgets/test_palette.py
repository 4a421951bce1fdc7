"""The palette: sections fold, search lists, keys and marks add layers and favorites."""

import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtTest import QTest

from engine.layer import layers
from widgets import palette as module
from widgets import theme
from widgets.palette import MIME, Palette
from widgets.palette_rows import Head, Item, card_picture, plus_area, star_area

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def shown(qapp, qtbot):
    theme.apply(qapp, "dark")
    made = Palette()
    qtbot.addWidget(made)
    made.set_favorites(["Conv2d", "Linear"])
    made.resize(theme.sizes().palette, 800)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    made.added, made.liked = [], []
    made.add_wanted.connect(made.added.append)
    made.favorite_wanted.connect(lambda name, on: made.liked.append((name, on)))
    return made


def rows(shown):
    return shown.list.rows().rows()


def labels(shown):
    return [row.entry.label if isinstance(row, Item) else row.section for row in rows(shown)]


def find(shown, label):
    return labels(shown).index(label)


def area(shown, place):
    return QRectF(shown.list.visualRect(shown.list.rows().index(place)))


def press(shown, spot):
    QTest.mouseClick(shown.list.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(round(spot.x()), round(spot.y())))


def test_favorites_stand_first_and_sections_follow_in_order(shown):
    heads = [row.section for row in rows(shown) if isinstance(row, Head)]
    assert labels(shown)[:3] == ["Favorites", "Conv 2D", "Linear"]
    known = [name for name in theme.SECTIONS if name in layers.sections()]
    assert heads[1:] == [name for name in known if any(cls.in_palette for cls in layers.sections()[name])]


def test_the_search_field_counts_what_can_be_added(shown):
    count = sum(cls.in_palette for cls in layers)
    assert shown.search.placeholderText() == f"Search {count} layers"


def test_a_press_on_a_head_unfolds_its_section(shown):
    place = find(shown, "Dense")
    press(shown, area(shown, place).center())
    assert labels(shown)[place + 1] == "Linear"
    assert "Dense" in shown.open_sections()
    press(shown, area(shown, place).center())
    assert "Dense" not in shown.open_sections()


def test_right_and_left_unfold_and_fold(shown):
    shown.list.setFocus()
    shown.list.choose(find(shown, "Dense"))
    QTest.keyClick(shown.list, Qt.Key.Key_Right)
    assert "Dense" in shown.open_sections()
    QTest.keyClick(shown.list, Qt.Key.Key_Down)
    assert shown.list.row_at(shown.list.place()).in_section == "Dense"
    QTest.keyClick(shown.list, Qt.Key.Key_Left)
    assert shown.list.row_at(shown.list.place()).section == "Dense"
    QTest.keyClick(shown.list, Qt.Key.Key_Left)
    assert "Dense" not in shown.open_sections()


def test_enter_and_double_click_add(shown):
    shown.list.setFocus()
    shown.list.choose(1)
    QTest.keyClick(shown.list, Qt.Key.Key_Return)
    spot = area(shown, 2).center()
    QTest.mouseDClick(shown.list.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(round(spot.x()), round(spot.y())))
    assert shown.added == ["Conv2d", "Linear"]


def test_plus_adds_and_star_changes_the_favorites(shown):
    press(shown, plus_area(area(shown, 1)).center())
    press(shown, star_area(area(shown, 1)).center())
    assert shown.added == ["Conv2d"]
    assert shown.liked == [("Conv2d", False)]


def test_the_star_key_marks_a_favorite(shown):
    shown.list.setFocus()
    shown.list.choose(find(shown, "Conv 1D"))
    QTest.keyClicks(shown.list, "*")
    assert shown.liked == [("Conv1d", True)]


def test_search_lists_flat_and_enter_adds_the_first(shown):
    QTest.keyClicks(shown.search, "batch norm")
    expected = [cls.label for cls in layers.search("batch norm") if cls.in_palette]
    assert labels(shown) == expected
    QTest.keyClick(shown.search, Qt.Key.Key_Return)
    assert shown.added == [layers.search("batch norm")[0].__name__]


def test_down_in_the_search_field_moves_through_the_results(shown):
    QTest.keyClicks(shown.search, "conv")
    QTest.keyClick(shown.search, Qt.Key.Key_Down)
    QTest.keyClick(shown.search, Qt.Key.Key_Return)
    assert shown.added == [layers.search("conv")[1].__name__]


def test_a_search_without_result_says_what_to_do(shown):
    QTest.keyClicks(shown.search, "zzzz")
    assert shown.nothing.isVisible()
    assert "zzzz" in shown.nothing.title.text()
    QTest.mouseClick(shown.nothing.button, Qt.MouseButton.LeftButton)
    assert shown.search.text() == ""
    assert shown.list.isVisible()


def test_blocks_of_the_project_are_listed_and_found(shown):
    shown.set_blocks(["Residual block"])
    shown.set_open_sections(["Blocks"])
    assert "Residual block" in labels(shown)
    QTest.keyClicks(shown.search, "resid")
    QTest.keyClick(shown.search, Qt.Key.Key_Return)
    assert shown.added == ["block:Residual block"]


def test_the_chosen_row_stays_chosen_when_favorites_change(shown):
    place = find(shown, "Conv 3D")
    shown.list.choose(place)
    shown.set_favorites(["Linear"])
    assert shown.list.row_at(shown.list.place()).entry.label == "Conv 3D"


def test_a_drag_carries_the_class_name_and_a_card(shown, monkeypatch):
    drags = []

    class Drag:
        def __init__(self, source):
            drags.append(self)

        def setMimeData(self, data):
            self.data = data

        def setPixmap(self, picture):
            self.picture = picture

        def setHotSpot(self, spot):
            pass

        def exec(self, action):
            self.action = action

    monkeypatch.setattr(module, "QDrag", Drag)
    start = area(shown, 1).center().toPoint() - QPoint(40, 0)
    QTest.mousePress(shown.list.viewport(), Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(shown.list.viewport(), start + QPoint(60, 20))
    QTest.mouseMove(shown.list.viewport(), start + QPoint(80, 30))
    QTest.mouseRelease(shown.list.viewport(), Qt.MouseButton.LeftButton, pos=start + QPoint(80, 30))
    assert len(drags) == 1
    assert bytes(drags[0].data.data(MIME)) == b"Conv2d"
    assert drags[0].picture.deviceIndependentSize().width() > theme.sizes().card_width


def test_a_narrow_palette_opens_menus(shown, qapp):
    wide, added = shown.width(), shown.added
    asked = []
    shown.wide_wanted.connect(lambda: asked.append(True))
    shown.set_narrow(True)
    qapp.processEvents()
    assert shown.width() < wide
    assert not shown.list.isVisible()
    assert list(shown.icons.buttons)[:2] == ["Favorites", "Inputs and outputs"]
    actions = {action.text(): action for action in shown.icons.menu("Favorites").actions()}
    actions["Linear"].trigger()
    assert added == ["Linear"]
    QTest.mouseClick(shown.icons.search, Qt.MouseButton.LeftButton)
    assert asked == [True]
    shown.set_narrow(False)
    assert shown.list.isVisible()


def test_the_dragged_card_is_as_sharp_as_the_screen(shown):
    picture, spot = card_picture(rows(shown)[1].entry, 2.0)
    assert picture.devicePixelRatio() == 2.0
    assert spot.x() > 0
