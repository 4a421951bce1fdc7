"""The Data page shows pictures and tables by page and tells every wish."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QBuffer, QIODevice, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDropEvent, QImage
from PySide6.QtWidgets import QApplication, QLabel

from widgets import theme
from widgets.data_page import DataPage
from widgets.data_report import balance_words
from widgets.thumbs import PAGE, THUMB
from widgets.values import (
    Advice,
    Bins,
    ClassCount,
    ColumnInfo,
    DataHead,
    DataReport,
    FieldCard,
    ReadySet,
    SourceCard,
    SplitInfo,
    Thumb,
)

CLASSES = tuple(ClassCount(f"class number {at}", 100 - at) for at in range(12))
COLUMNS = (
    ColumnInfo("width", "number", "input", 3, Bins((1, 4, 2), (0, 1, 2, 3))),
    ColumnInfo("species", "category", "target", 0, None, (ClassCount("a", 5), ClassCount("b", 7))),
)


def png(color: str = "red", side: int = 8) -> bytes:
    picture = QImage(side, side, QImage.Format.Format_RGB32)
    picture.fill(QColor(color))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    picture.save(buffer, "PNG")
    return bytes(buffer.data())


@pytest.fixture
def page(qtbot):
    theme.apply(QApplication.instance(), "light")
    made = DataPage()
    qtbot.addWidget(made)
    made.resize(1440, 852)
    with qtbot.waitExposed(made):
        made.show()
    return made


def test_empty_page_is_a_place_to_drop_with_ways_to_begin(page, qtbot):
    assert page.stack.currentWidget() is page.drop
    assert not page.sources.isVisible() and not page.report.isVisible()
    page.set_ready_sets([ReadySet("iris", "Iris", "150 rows")])
    with qtbot.waitSignal(page.ready_chosen) as told:
        page._ready_line.widgets()[0].click()
    assert told.args == ["iris"]
    buttons = page.drop.findChildren(type(page.cancel))
    with qtbot.waitSignal(page.browse_folder_wanted):
        next(button for button in buttons if button.text() == "Browse for a folder").click()


def test_dropped_folder_is_told_as_its_path(page, qtbot, tmp_path):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path))])
    drop = QDropEvent(
        QPointF(5, 5), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    with qtbot.waitSignal(page.path_dropped) as told:
        page.drop.dropEvent(drop)
    assert told.args == [str(tmp_path)]


def test_only_thumbnails_in_view_are_asked_for_and_shown_when_they_come(page, qtbot):
    told = []
    page.thumbnails_wanted.connect(lambda start, count: told.append((start, count)))
    page.show_data(DataHead("images", 10_000, CLASSES))
    qtbot.waitUntil(lambda: bool(told))
    assert told[0] == (0, PAGE)
    assert len(told) <= 3
    page.set_thumbnails(0, [Thumb(png(), at % 3, f"img_{at}") for at in range(PAGE)])
    model = page.grid.thumbs
    thumb, picture = model.index(4).data(THUMB)
    assert (thumb.name, picture.width()) == ("img_4", 8)
    assert model.data(model.index(4), Qt.ItemDataRole.AccessibleTextRole) == "img_4 · class number 1"
    told.clear()
    page.grid.scrollTo(model.index(9_000))
    qtbot.waitUntil(lambda: any(start <= 9_000 < start + count for start, count in told))
    assert all(count == PAGE for _start, count in told)


def test_thumbnails_fill_about_seven_columns(page):
    page.show_data(DataHead("images", 500, CLASSES))
    assert page.grid.width() // page.grid.gridSize().width() == 7
    first, eighth = (page.grid.visualRect(page.grid.thumbs.index(at)) for at in (0, 7))
    assert eighth.y() > first.y() and eighth.x() == first.x()


def test_class_and_search_are_one_filter(page, qtbot):
    page.show_data(DataHead("images", 500, CLASSES))
    told = []
    page.filter_changed.connect(lambda index, words: told.append((index, words)))
    page.chips._chips[2].click()
    page.search.setText("img")
    page.chips.choose(-1)
    assert told == [(1, ""), (1, "img"), (-1, "img")]
    page.set_count(0)
    assert page.nothing.isVisible()
    page.set_count(3)
    assert page.grid.thumbs.rowCount() == 3
    assert not page.nothing.isVisible()


def test_chips_that_do_not_fit_are_counted_and_the_chosen_one_stays(page):
    page.show_data(DataHead("images", 500, CLASSES))
    shown = sum(chip.isVisible() for chip in page.chips._chips)
    assert page.chips._more.text() == f"{13 - shown} more"
    page.chips.choose(11)
    assert page.chips._chips[12].isVisible()
    last = max(chip.geometry().right() for chip in page.chips._chips if chip.isVisible())
    assert last <= page.chips.width()


def test_table_asks_for_pages_and_shows_gaps_as_a_dash(page, qtbot):
    told = []
    page.rows_wanted.connect(lambda start, count: told.append((start, count)))
    page.show_data(DataHead("table", 100_000, (), COLUMNS))
    qtbot.waitUntil(lambda: bool(told))
    assert told == [(0, 100)]
    page.set_rows(0, [(f"{at}.5", "") for at in range(100)])
    model = page.table.rows
    assert model.index(7, 0).data() == "7.5"
    assert model.index(7, 1).data() == ""
    page.table.scrollTo(model.index(50_000, 0))
    qtbot.waitUntil(lambda: (50_000, 100) in told)
    assert model.headerData(0, Qt.Orientation.Horizontal) == "width"


def test_new_roles_keep_rows(page):
    page.show_data(DataHead("table", 200, (), COLUMNS))
    page.set_rows(0, [("1", "a")] * 100)
    unused = (ColumnInfo("width", "number", "unused", 3), COLUMNS[1])
    page.show_data(DataHead("table", 200, (), unused))
    assert page.table.rows.index(3, 0).data() == "1"
    assert page.table.rows.columns[0].role == "unused"


def test_role_menu_tells_only_a_change(page):
    page.show_data(DataHead("table", 200, (), COLUMNS))
    told = []
    page.role_wanted.connect(lambda field, role: told.append((field, role)))
    menu = page.table.roles_menu(0)
    actions = {action.text(): action for action in menu.actions()}
    assert actions["Input"].isChecked()
    actions["Input"].trigger()
    actions["Target"].trigger()
    assert told == [("width", "target")]
    menu.deleteLater()


def test_split_is_told_once_per_change_and_never_by_showing_it(page, qtbot):
    told = []
    page.split_wanted.connect(lambda shares, seed, stratify: told.append((shares, seed, stratify)))
    page.show_data(DataHead("table", 200, (), COLUMNS))
    page.set_report(DataReport(CLASSES, split=SplitInfo((0.7, 0.15, 0.15), (140, 30, 30), 7)))
    assert told == []
    assert "140 train" in page.report.counts.text()
    page.report.stratify.click()
    assert told == [((0.7, 0.15, 0.15), 7, False)]
    page.report.split_bar.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(page.report.split_bar, Qt.Key.Key_Left)
    assert told[-1][0] == pytest.approx((0.69, 0.16, 0.15))
    assert len(told) == 2
    page.set_report(DataReport(target="price", target_bins=Bins((1, 2), (0, 1, 2)),
                               split=SplitInfo((0.7, 0.15, 0.15), (1, 1, 1), 7, False, False)))  # fmt: skip
    assert not page.report.stratify.isEnabled() and page.report.stratify.toolTip()
    assert page.report.target.isVisible() and not page.report.bars.isVisible()
    assert len(told) == 2


def test_findings_are_counted_and_repaired_by_their_button(page, qtbot):
    page.show_data(DataHead("table", 200, (), COLUMNS))
    findings = (
        Advice("good", "Nothing else found"),
        Advice("warning", "3 values are missing", "width"),
        Advice("error", "2 rows are in train and test", "", "Keep them in train only", "duplicates"),
    )
    page.set_report(DataReport(findings=findings))
    assert page.report.review.text() == "2 to review"
    with qtbot.waitSignal(page.finding_action) as told:
        page.report.findings.rows()[0].button.click()
    assert told.args == ["duplicates"]
    page.set_report(DataReport(findings=(Advice("good", "Nothing found"),)))
    assert not page.report.review.isVisible()


def test_balance_says_how_uneven_classes_are():
    assert balance_words((ClassCount("a", 42), ClassCount("b", 20))) == "largest 2.1 times the smallest"
    assert balance_words((ClassCount("a", 20), ClassCount("b", 20))) == "all about the same"


def test_reading_can_be_stopped_and_an_error_is_said(page, qtbot):
    page.set_busy("Reading 2 480 pictures…", 0.4)
    assert page.busy_words.text() == "Reading 2 480 pictures…"
    with qtbot.waitSignal(page.cancel_wanted):
        page.cancel.click()
    page.set_busy(None)
    assert page.stack.currentWidget() is page.drop
    page.set_error("The folder holds no pictures.", "Choose a folder with a folder per class.")
    assert page.error.isVisible()
    assert page.error.accessibleName().startswith("error: The folder holds no pictures.")
    page.error.close_button.click()
    assert not page.error.isVisible()


def test_a_text_takes_the_width_that_other_columns_leave(page):
    columns = (ColumnInfo("text", "tokens"), ColumnInfo("label", "category", "target", 0, None, (ClassCount("a", 5),)))
    page.show_data(DataHead("table", 50, (), columns))
    QApplication.processEvents()
    table = page.table
    own = [table.head.sectionSizeFromContents(at).width() for at in range(2)]
    assert table.columnWidth(1) == own[1]
    filled = table.verticalHeader().width() + table.columnWidth(0) + table.columnWidth(1)
    assert table.columnWidth(0) > 3 * own[0] and table.width() - filled <= theme.sizes().s24


def test_ready_sets_stand_together_on_a_wide_window(page):
    """A line of them is no longer than one reads, in the middle."""
    page.set_ready_sets([ReadySet(str(at), f"Ready-made set {at}", "") for at in range(16)])
    page.resize(2400, 900)
    page.show_data(None)
    QApplication.processEvents()
    line = page._ready_line
    left = min(one.x() for one in line.widgets())
    right = max(one.geometry().right() for one in line.widgets())
    assert right - left <= theme.sizes().ready_sets < line.width()
    assert abs((left + right) / 2 - line.width() / 2) < theme.sizes().s32
    assert len({one.y() for one in line.widgets()}) > 2


def test_while_other_data_are_opened_nothing_of_those_before_is_left(page):
    page.show_data(DataHead("images", 3, (ClassCount("cat", 2), ClassCount("dog", 1))))
    page.set_report(DataReport(findings=(Advice("warning", "3 values are missing", "width"),)))
    page.show_opening("Opening the data")
    assert page.busy_words.isVisible() and not page.grid.isVisible() and not page.cancel.isVisible()
    assert not page.report.findings.rows()
    page.set_busy("Reading 12 pictures…", 0.5)
    assert page.cancel.isVisible(), "reading can be stopped"
    page.show_data(DataHead("images", 3, (ClassCount("cat", 2), ClassCount("dog", 1))))
    assert page.grid.isVisible()


def test_sources_and_fields_are_cards(page, qtbot):
    page.show_data(DataHead("images", 5, CLASSES))
    page.set_sources(
        [SourceCard("a", "Pet photos", "folder", ("2 480 photos",), True), SourceCard("b", "x.csv", "table")]
    )
    page.set_seen([FieldCard("Photo", "image", "3 × 8 × 8", "feeds the node Photos"),
                   FieldCard("Coat", "value", "8 classes", "the answer", "target")])  # fmt: skip
    with qtbot.waitSignal(page.source_chosen) as told:
        page.sources._cards.itemAt(1).widget().click()
    assert told.args == ["b"]
    names = [page.sources._seen.itemAt(at).widget().accessibleName() for at in (0, 2)]
    assert names == ["input Photo, 3 × 8 × 8, feeds the node Photos", "target Coat, 8 classes, the answer"]


def test_forms_are_hosted(page):
    page.show_data(DataHead("images", 5, CLASSES))
    form, preparation = QLabel("a"), QLabel("b")
    page.set_source_form(form)
    page.set_preparation_form(preparation)
    assert form.isVisible() and preparation.isVisible()
    page.set_source_form(None)
    assert not page.sources.form.isVisible()
    form.deleteLater()
