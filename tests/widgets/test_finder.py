"""Finder and quick menu: what matches, in which order, and what a key chooses."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from widgets import theme
from widgets.finder import Finder, Found, _Group, hits
from widgets.fuzzy import match, runs
from widgets.quick_add import QuickAdd, QuickRow, found, shortlist

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
ENTRIES = [
    Found("layer", "BatchNorm2d", "Batch norm", "add after Conv 2D", section="Normalization"),
    Found("layer", "LayerNorm", "Layer norm", section="Normalization"),
    Found("setting", "batch_size", "Batch size", "64, Train"),
    Found("command", "largest", "Find the largest batch that fits", keys="Ctrl B"),
    Found("command", "undo", "Undo", why_not="nothing to undo"),
    Found("template", "cnn", "CNN", "Digits", words="pictures convolution"),
]
ROWS = [
    QuickRow("Conv2d", "Conv 2D", "Convolution", "32 ch × 28 × 28"),
    QuickRow("MaxPool2d", "Max pool 2D", "Pooling", "32 ch × 14 × 14"),
    QuickRow("Dropout", "Dropout", "Regularization", "same"),
    QuickRow("Linear", "Linear", "Dense", "adds Flatten first", "bridge"),
    QuickRow("LSTM", "LSTM", "Recurrent", "needs a sequence", "unfit"),
    QuickRow("GRU", "GRU", "Recurrent", "needs a sequence", "unfit"),
]


def test_matches_rank_starts_before_insides_before_letters():
    ranks = [match("bat", words).rank for words in ("Batch norm", "Largest batch", "Acrobat")]
    assert ranks == sorted(ranks)
    assert match("gap", "Global average pool") is not None
    assert match("zz", "Batch norm") is None
    assert match("norm batch", "Batch norm") is not None


def test_the_matching_letters_are_marked():
    assert runs("Batch norm", match("norm", "Batch norm").places) == [("Batch ", False), ("norm", True)]
    assert "".join(piece for piece, _ in runs("Conv 2D", match("c2", "Conv 2D").places)) == "Conv 2D"


def test_results_come_in_groups():
    shown = hits(ENTRIES, "batch")
    assert [one.label if isinstance(one, _Group) else one.found.key for one in shown] == [
        "Layers", "BatchNorm2d", "Settings", "batch_size", "Commands", "largest",
    ]  # fmt: skip


def test_further_words_find_too_but_come_last():
    shown = [one.found.key for one in hits(ENTRIES, "conv") if not isinstance(one, _Group)]
    assert set(shown) == {"BatchNorm2d", "cnn"}


@pytest.fixture
def finder(qapp, qtbot):
    theme.apply(qapp, "dark")
    made = Finder()
    qtbot.addWidget(made)
    made.open(ENTRIES)
    qtbot.waitUntil(made.isVisible)
    made.said = []
    made.chosen.connect(lambda kind, key: made.said.append((kind, key)))
    return made


def test_typing_and_enter_choose_the_first(finder):
    QTest.keyClicks(finder.search, "size")
    QTest.keyClick(finder.search, Qt.Key.Key_Return)
    assert finder.said == [("setting", "batch_size")]
    assert not finder.isVisible()


def test_down_skips_the_names_of_groups(finder):
    QTest.keyClicks(finder.search, "batch")
    QTest.keyClick(finder.search, Qt.Key.Key_Down)
    QTest.keyClick(finder.search, Qt.Key.Key_Return)
    assert finder.said == [("setting", "batch_size")]


def test_what_cannot_be_done_cannot_be_chosen(finder):
    QTest.keyClicks(finder.search, "undo")
    QTest.keyClick(finder.search, Qt.Key.Key_Return)
    assert finder.said == []
    assert finder.isVisible()


def test_escape_clears_then_closes(finder):
    QTest.keyClicks(finder.search, "undo")
    QTest.keyClick(finder.search, Qt.Key.Key_Escape)
    assert finder.isVisible()
    QTest.keyClick(finder.search, Qt.Key.Key_Escape)
    assert not finder.isVisible()


def test_nothing_found_says_what_to_try(finder):
    QTest.keyClicks(finder.search, "zzzz")
    assert finder.nothing.isVisible()
    assert not finder.list.isVisible()


def test_a_press_chooses(finder):
    spot = finder.list.visualRect(finder.list.rows().index(1)).center()
    QTest.mouseClick(finder.list.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert finder.said == [("layer", "BatchNorm2d")]


def test_the_shortlist_keeps_room_for_what_needs_help():
    many = [QuickRow(f"L{at}", f"Layer {at}", "Dense", "same") for at in range(20)] + ROWS[3:]
    assert [one.name for one in shortlist(many)] == ["L0", "L1", "L2", "L3", "L4", "L5", "Linear", "LSTM"]
    assert [one.name for one in shortlist(ROWS[4:])] == ["LSTM", "GRU"]


def test_unfit_layers_come_last_in_a_search():
    assert [one.name for one, _ in found(ROWS, "l")][-1] == "LSTM"
    assert [one.name for one, _ in found(ROWS, "pooling")] == ["MaxPool2d"]


@pytest.fixture
def menu(qapp, qtbot):
    theme.apply(qapp, "dark")
    made = QuickAdd()
    qtbot.addWidget(made)
    made.open_at(QPoint(200, 200), "ReLU", "32 ch × 28 × 28", ROWS)
    qtbot.waitUntil(made.isVisible)
    made.said = []
    made.chosen.connect(made.said.append)
    return made


def names(menu):
    return [one.row.name for one in menu.list.rows().rows()]


def test_the_menu_opens_with_the_first_fit_chosen(menu):
    assert menu.title.text() == "ReLU"
    assert names(menu) == ["Conv2d", "MaxPool2d", "Dropout", "Linear", "LSTM"]
    QTest.keyClick(menu.search, Qt.Key.Key_Return)
    assert menu.said == ["Conv2d"]
    assert not menu.isVisible()


def test_a_bridge_can_be_chosen_and_an_unfit_one_not(menu):
    for _ in range(9):
        QTest.keyClick(menu.search, Qt.Key.Key_Down)
    QTest.keyClick(menu.search, Qt.Key.Key_Return)
    assert menu.said == ["Linear"]


def test_tab_shows_all_and_back(menu):
    QTest.keyClick(menu.search, Qt.Key.Key_Tab)
    assert len(names(menu)) == len(ROWS)
    QTest.keyClick(menu.search, Qt.Key.Key_Tab)
    assert len(names(menu)) == 5


def test_typing_filters_and_escape_closes(menu):
    QTest.keyClicks(menu.search, "drop")
    assert names(menu) == ["Dropout"]
    QTest.keyClick(menu.search, Qt.Key.Key_Escape)
    QTest.keyClick(menu.search, Qt.Key.Key_Escape)
    assert not menu.isVisible()
    assert menu.said == []


def test_the_menu_is_as_wide_as_designed_and_opens_again_fresh(menu):
    QTest.keyClicks(menu.search, "drop")
    menu.close()
    menu.open_at(QPoint(100, 100), "", "", ROWS[:2])
    assert menu.before.text() == "Add a layer"
    assert menu.search.text() == ""
    assert names(menu) == ["Conv2d", "MaxPool2d"]
    assert menu.list.width() < theme.sizes().quick_menu
    menu.close()
