"""Code, problems and history panels: colors, the way between line and node, repairs, jumps."""

import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from widgets import theme
from widgets.code_view import CodeView
from widgets.history import History
from widgets.problems import Problems, fix_areas
from widgets.views import FixView, ProblemView

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
SOURCE = (
    '''from torch import nn


class Net(nn.Module):
    """Says 3
    things. # not a comment"""

    def __init__(self) -> None:
        self.conv_1 = nn.Conv2d(3, 32)  # 32 ch
        self.linear_1 = nn.Linear(12, "a")
'''
    + "\n" * 60
    + "# end\n"
)
LINES = {9: "conv_1", 10: "linear_1", 40: "far_1"}
HUES = {"conv_1": "Convolution", "linear_1": "Dense", "far_1": "Merge"}


def put(qapp, qtbot, made):
    theme.apply(qapp, "dark")
    qtbot.addWidget(made)
    made.resize(800, 300)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    return made


@pytest.fixture
def code(qapp, qtbot):
    made = put(qapp, qtbot, CodeView())
    made.show_code(SOURCE, LINES, HUES, {"linear_1": "Needs numbers"})
    made.said = []
    made.node_chosen.connect(made.said.append)
    return made


def color_at(code, number, words):
    """The color of a piece of a line."""
    block = code.code.document().findBlockByNumber(number - 1)
    at = block.text().index(words)
    for piece in block.layout().formats():
        if piece.start <= at < piece.start + piece.length:
            return piece.format.foreground().color()
    return None


def test_words_get_the_colors_of_the_theme(code, qapp):
    assert color_at(code, 1, "import") == theme.color("code_keyword")
    assert color_at(code, 9, "Conv2d") == theme.color("code_function")
    assert color_at(code, 9, "32") == theme.color("code_number")
    assert color_at(code, 9, "# 32 ch") == theme.color("text3")
    assert color_at(code, 10, '"a"') == theme.color("code_text")
    assert color_at(code, 6, "# not") == theme.color("code_text")
    assert color_at(code, 9, "conv_1") is None
    theme.apply(qapp, "light")
    qapp.processEvents()
    assert color_at(code, 1, "import") == theme.color("code_keyword")
    theme.apply(qapp, "dark")


def press_line(code, number):
    view = code.code
    block = view.document().findBlockByNumber(number - 1)
    spot = view.blockBoundingGeometry(block).translated(view.contentOffset()).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(60, round(spot.y())))


def test_a_press_on_a_line_says_its_node(code):
    press_line(code, 9)
    press_line(code, 8)
    assert code.said == ["conv_1"]
    assert code.code.marked == {9}


def test_highlighted_nodes_come_into_view_and_say_nothing(code):
    code.highlight(["far_1"])
    assert code.code.marked == {40}
    assert code.code.firstVisibleBlock().blockNumber() > 10
    assert code.said == []


def test_new_code_keeps_the_place_and_the_marked_node(code):
    code.highlight(["far_1"])
    place = code.code.verticalScrollBar().value()
    code.show_code("# more\n" + SOURCE, {line + 1: node for line, node in LINES.items()}, HUES)
    assert code.code.verticalScrollBar().value() == place
    assert code.code.marked == {41}
    assert code.said == []


def test_lines_with_problems_are_marked_twice(code):
    assert code.code.stripe(9) == "hue:Convolution"
    assert code.code.stripe(10) == "error_fill"
    assert code.code.stripe(1) == ""
    waves = [one for one in code.code.extraSelections() if one.format.underlineColor() == theme.color("error_fill")]
    assert [one.cursor.blockNumber() + 1 for one in waves] == [10]
    assert waves[0].cursor.selectedText().startswith("self.linear_1")


def test_copy_takes_the_whole_source(code):
    QTest.mouseClick(code.copy_button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == SOURCE
    assert code.code.isReadOnly()


def test_while_there_is_no_code_the_buttons_say_why(code):
    code.show_waiting("Mend the error first.")
    assert code.waiting.text() == "Mend the error first."
    assert not code.code.isVisible()
    assert not code.copy_button.isEnabled()
    assert code.copy_button.toolTip()
    code.show_code("x = 1\n", {})
    assert code.copy_button.isEnabled()


PROBLEMS = [
    ProblemView(
        "error",
        "Linear needs numbers",
        "It gets an image.",
        "linear_1",
        "Linear",
        (FixView("Insert Flatten"), FixView("Average")),
    ),
    ProblemView("warning", "Bias is not needed", "", "conv_1", "Conv 2D"),
]


@pytest.fixture
def problems(qapp, qtbot):
    made = put(qapp, qtbot, Problems())
    made.show_problems(PROBLEMS)
    made.said = []
    made.problem_chosen.connect(lambda place: made.said.append(place))
    made.fix_wanted.connect(lambda place, fix: made.said.append((place, fix)))
    return made


def test_a_press_shows_the_node_and_a_press_on_a_repair_repairs(problems, qapp):
    qapp.processEvents()
    area = QRectF(problems.list.visualRect(problems.list.rows().index(0)))
    spots = fix_areas(area.adjusted(theme.sizes().s6, 0, -theme.sizes().s6, 0), PROBLEMS[0])
    view = problems.list.viewport()
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(60, round(area.y() + 12)))
    for spot in spots:
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=spot.center().toPoint())
    assert problems.said == [0, (0, 0), (0, 1)]


def test_a_double_click_on_a_repair_repairs_once(problems, qapp):
    qapp.processEvents()
    side = theme.sizes().s6
    area = QRectF(problems.list.visualRect(problems.list.rows().index(0))).adjusted(side, 0, -side, 0)
    spot = fix_areas(area, PROBLEMS[0])[0].center().toPoint()
    # QTest's own double-click is only its third event; a hand sends press, release, double-click, release
    for act in (QTest.mouseClick, QTest.mouseDClick, QTest.mouseRelease):
        act(problems.list.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert problems.said == [(0, 0)]


def test_keys_choose_and_repair(problems):
    problems.list.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClicks(problems.list, "2")
    QTest.keyClicks(problems.list, "9")
    QTest.keyClick(problems.list, Qt.Key.Key_Down)
    QTest.keyClick(problems.list, Qt.Key.Key_Return)
    assert problems.said == [(0, 1), 1]


def test_rows_are_read_aloud_with_level_node_and_repairs(problems):
    words = problems.list.rows().index(0).data()
    assert (
        words == "error at Linear: Linear needs numbers. It gets an image. repair 1: Insert Flatten. repair 2: Average"
    )


def test_without_problems_there_is_one_good_line(problems):
    problems.show_problems([])
    assert problems.good.isVisible()
    assert not problems.list.isVisible()


def test_history_marks_now_and_jumps(qapp, qtbot):
    made = put(qapp, qtbot, History())
    made.show_steps(["Open", "Add Conv 2D", "Delete Linear"], 1)
    said = []
    made.jump_wanted.connect(said.append)
    assert [made.list.rows().index(at).data() for at in range(3)] == [
        "Open",
        "Add Conv 2D, now",
        "Delete Linear, undone",
    ]
    for place in (2, 1, 0):
        spot = made.list.visualRect(made.list.rows().index(place)).center()
        QTest.mouseClick(made.list.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert said == [2, 0]
    made.list.setFocus(Qt.FocusReason.TabFocusReason)
    made.list.choose(2)
    QTest.keyClick(made.list, Qt.Key.Key_Return)
    assert said == [2, 0, 2]
