"""The inspector: what it shows of a node, what it asks for, and how views come out of a project."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from engine.check import check
from engine.data.fields import Field
from engine.edits import add, change
from engine.graph import Graph
from engine.infer import infer
from engine.layer import layers
from engine.project import Project
from engine.shapes import Category, Image
from engine.wiring import connect
from widgets import theme, words
from widgets.inspector import Inspector
from widgets.inspector_pages import Scroll
from widgets.node_view import many_view, node_view
from widgets.pictures.about import About, WindowView
from widgets.pictures.window import cells
from widgets.views import CostView, FixView, ModelView, NodeView, PortView, ProblemView

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def shown(qapp, qtbot):
    theme.apply(qapp, "dark")
    made = Inspector()
    qtbot.addWidget(made)
    made.resize(theme.sizes().inspector, 900)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    return made


@pytest.fixture
def built():
    """A small network over photos whose last node does not fit."""
    graph, photos = add(Graph(), "ImageInput")
    graph, conv = add(graph, "Conv2d", params={"kernel": [7, 7], "stride": [4, 4], "padding": [3, 3]})
    graph, linear = add(graph, "Linear")
    graph = connect(connect(graph, photos, conv), conv, linear)
    project = Project(networks={"main": graph})
    fields = (
        Field("photo", "image", Image(3, 112, 112)),
        Field("coat", "category", Category(classes=2), ("tabby", "tan"), "target"),
    )
    project = replace(project, data=replace(project.data, fields=fields))
    return project, graph, infer(graph, project.data.schema), (photos, conv, linear)


def texts(widget):
    return [label.text() for label in widget.findChildren(QLabel)]


def heard(signal):
    got = []
    signal.connect(lambda *args: got.append(args))
    return got


def view_of(name="Conv2d", **about):
    cls = layers[name]
    base = {
        "id": "node_1", "title": cls.label, "label": cls.label, "section": cls.section, "help": cls.help(),
        "params": cls.params(), "outputs": (PortView("out", "image", (("8", True), (" ch", False))),),
    }  # fmt: skip
    return NodeView(**{**base, **about})


def click(widget):
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def test_a_view_of_a_real_convolution(built):
    project, graph, walk, (photos, conv, _) = built
    view = node_view(project, graph, walk, conv)
    assert (view.title, view.id, view.section) == ("Conv 2D", conv, "Convolution")
    assert view.inputs[0].words == "3 ch × 112 × 112"
    assert view.inputs[0].others == node_view(project, graph, walk, photos).title
    assert (view.outputs[0].symbol, view.outputs[0].words, view.outputs[0].others) == (
        "image",
        "32 ch × 28 × 28",
        "Linear",
    )
    assert view.picture.window == WindowView((112, 112), (7, 7), (4, 4), (3, 3), (28, 28), 32)
    assert view.cost.parameters == 3 * 32 * 49 + 32
    assert view.cost.parameters_share == 1.0
    assert view.context.notes["stride"].words == "keeps 1 pixel in 16"


def test_a_view_of_a_node_that_does_not_fit(built):
    project, graph, walk, (_, _, linear) = built
    problems = [one for one in check(project, walk) if one.node == linear]
    view = node_view(project, graph, walk, linear, problems)
    assert view.inputs[0].problem
    assert view.outputs[0].words == ""
    assert view.cost == CostView()
    assert view.problems[0].where == "Linear"
    assert "Insert Flatten" in [fix.label for fix in view.problems[0].fixes]


def test_an_input_says_which_field_it_reads_and_cannot_be_muted(built):
    project, graph, walk, (photos, _, _) = built
    view = node_view(project, graph, walk, photos)
    assert "photo" in view.context.notes["field"].words
    assert view.mute_why
    assert view.freeze_why


def test_a_muted_convolution_has_no_picture(built):
    project, graph, _, (_, conv, _) = built
    graph = change(graph, conv, muted=True)
    view = node_view(project, graph, infer(graph, project.data.schema), conv)
    assert view.picture is None
    assert view.muted


def test_many_nodes_are_counted_by_kind(built):
    project, graph, _walk, (_, conv, _) = built
    graph, other = add(graph, "Conv2d")
    view = many_view(project, graph, infer(graph, project.data.schema), [conv, other])
    assert view.count == 2
    assert [(kind.label, kind.count) for kind in view.kinds] == [("Conv 2D", 2)]


def test_settings_say_node_name_and_value(shown):
    shown.show_node(view_of())
    said = heard(shown.param_changed)
    field = shown.node.form.rows["filters"].editor.inner
    QTest.mouseClick(field, Qt.MouseButton.LeftButton)
    field.selectAll()
    QTest.keyClicks(field, "48")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert said == [("node_1", "filters", 48)]


def test_repeat_and_learning_speed_are_the_nodes_own(shown):
    shown.show_node(view_of(repeat=3, lr=1.0))
    said, params = heard(shown.about_changed), heard(shown.param_changed)
    shown.node.form._on_edited("@repeat", 4)
    shown.node.form._on_edited("@lr", 0.1)
    assert said == [("node_1", "repeat", 4), ("node_1", "lr", 0.1)]
    assert params == []


def test_the_title_is_renamed_in_place(shown):
    shown.show_node(view_of())
    said = heard(shown.rename_wanted)
    QTest.mouseDClick(shown.node.title.label, Qt.MouseButton.LeftButton)
    assert shown.node.title.field.hasFocus()
    QTest.keyClicks(shown.node.title.field, "Edges")
    QTest.keyClick(shown.node.title.field, Qt.Key.Key_Return)
    assert said == [("node_1", "Edges")]
    assert shown.node.title.label.isVisible()


def test_escape_leaves_the_name_as_it_was(shown):
    shown.show_node(view_of())
    said = heard(shown.rename_wanted)
    shown.start_rename()
    QTest.keyClicks(shown.node.title.field, "Edges")
    QTest.keyClick(shown.node.title.field, Qt.Key.Key_Escape)
    QTest.keyClick(shown.node.title.field, Qt.Key.Key_Escape)
    assert said == []
    assert shown.node.title.label.isVisible()
    assert shown.node.title.field.text() == "Conv 2D"


def test_head_and_foot_ask_for_what_they_say(shown):
    shown.show_node(view_of(values={"filters": 8}))
    mute, freeze = heard(shown.mute_wanted), heard(shown.freeze_wanted)
    insert, reset = heard(shown.insert_after_wanted), heard(shown.reset_wanted)
    for button in (shown.node.mute, shown.node.freeze, shown.node.insert, shown.node.reset):
        click(button)
    assert (mute, freeze) == ([("node_1", True)], [("node_1", True)])
    assert (insert, reset) == ([("node_1",)], [("node_1",)])


def test_what_cannot_be_done_says_why(shown):
    shown.show_node(view_of(mute_why="Data comes in here.", outputs=()))
    assert not shown.node.mute.isEnabled()
    assert shown.node.mute.toolTip() == "Data comes in here."
    assert not shown.node.insert.isEnabled()
    assert "nothing comes after" in shown.node.insert.toolTip()
    assert "usual value" in shown.node.reset.toolTip()


def test_a_repair_says_problem_and_fix(shown):
    fixes = (FixView("Insert Flatten", ("12 544 numbers out",)), FixView("Average each channel"))
    problems = (ProblemView("error", "Needs numbers", "Gets an image.", fixes=fixes), ProblemView("info", "Large"))
    shown.show_node(view_of(problems=problems))
    said = heard(shown.fix_wanted)
    boxes = shown.node.problems.widgets
    click(boxes[0].buttons[1])
    assert said == [(0, 1)]
    assert [button._kind for button in boxes[0].buttons] == ["primary", "plain"]
    shown.show_node(view_of())
    assert not shown.node.problems.isVisible()


def test_the_same_node_keeps_focus_and_widgets(shown):
    shown.show_node(view_of())
    shown.focus_setting("kernel")
    field = shown.node.form.rows["kernel"].editor.inner
    shown.show_node(view_of(values={"filters": 8}, muted=True))
    assert shown.node.form.rows["kernel"].editor.inner is field
    assert field._fields[0].hasFocus()
    assert shown.node.mute.isChecked()


def test_a_scroll_bar_moves_nothing(shown, qapp):
    shown.show_node(view_of())
    qapp.processEvents()
    wide = shown.node.form.width()
    shown.node.form.more.setChecked(True)
    shown.resize(shown.width(), 300)
    qapp.processEvents()
    bar = shown.node.findChild(Scroll).bar
    assert bar.isVisible()
    assert shown.node.form.width() == wide
    bar.setValue(bar.maximum())
    assert shown.node.findChild(Scroll).verticalScrollBar().value() == bar.maximum() > 0


def test_costs_are_shown_as_shares(shown):
    shown.show_node(view_of(cost=CostView(4736, 0.02, 7.4e6, 0.0005)))
    assert shown.node.parameters.amount.text() == "4\u2009736"
    assert shown.node.parameters.share.text() == "2\u00a0% of model"
    assert shown.node.work.share.text() == "under 1\u00a0% of model"
    shown.show_node(view_of())
    assert not shown.node.cost.isVisible()


def test_pages_follow_the_selection(shown, built):
    project, graph, walk, (_, conv, linear) = built
    shown.show_many(many_view(project, graph, walk, [conv, linear], "They are not connected."))
    assert shown.many.title.text() == "2 nodes selected"
    assert shown.many.buttons["group"].toolTip() == "They are not connected."
    said = heard(shown.command_wanted)
    click(shown.many.buttons["delete"])
    assert said == [("delete",)]
    shown.show_nothing(ModelView("Pet coats", 3, 4736, 7.4e6, tips=("Add an output.",)))
    assert shown.model.title.text() == "Pet coats"
    assert shown.model.isVisible()
    assert "Without the head" not in texts(shown.model.facts)
    shown.show_nothing(ModelView("Pet coats", 3, 4736, 7.4e6, backbone=4000))
    assert "Without the head" in texts(shown.model.facts) and words.thousands(4000) in texts(shown.model.facts)


@pytest.mark.parametrize("axis", [(112, 7, 4, 3), (5, 3, 1, 1), (1, 1, 1, 0), (300, 200, 100, 90), (8, 8, 8, 0)])
def test_the_picture_never_draws_more_cells_than_fit(axis):
    before, shown_cells, after, scale = cells(*axis)
    assert shown_cells >= 1
    assert before + shown_cells + after <= 2 * 14
    assert (before + shown_cells + after) * scale >= min(axis[1], axis[0])


@pytest.mark.parametrize("name", ["dark", "light"])
def test_the_picture_paints_every_odd_window(shown, qapp, name):
    theme.apply(qapp, name)
    for window in (
        WindowView((1, 1), (1, 1), (1, 1), (0, 0), (1, 1), 1),
        WindowView((5, 900), (3, 80), (1, 40), (1, 0), (5, 21), 2),
        WindowView((4, 4), (9, 9), (2, 2), (4, 4), (2, 2), 512),
    ):
        about = About("Conv2d", "Convolution", {"dilation": (1, 1)}, window=window)
        shown.show_node(view_of(picture=about, inputs=(PortView("x"),)))
        picture = shown.node.picture.grab().toImage()
        colors = {picture.pixel(x, y) for x in range(0, picture.width(), 3) for y in range(0, picture.height(), 3)}
        assert len(colors) > 5
    theme.apply(qapp, "dark")


def test_a_setting_inside_a_block_can_be_lent_out(qtbot):
    from engine.layer import layers
    from widgets.form import Form
    from widgets.views import FormContext

    form = Form()
    qtbot.addWidget(form)
    cls = layers["Conv2d"]
    form.show_values(cls, {"filters": 8}, {}, FormContext(expressions=True))
    with qtbot.waitSignal(form.lend_wanted) as heard:
        actions = {action.text(): action for action in form.rows["filters"].menu().actions()}
        actions["Lend out to the block's instances"].trigger()
    assert heard.args == ["filters"]
    form.show_values(cls, {"filters": 8}, {}, FormContext())
    assert not any("Lend" in action.text() for action in form.rows["filters"].menu().actions())


def test_the_keyboard_comes_to_the_first_usual_setting(shown, built):
    """Enter on a card: the settings few people change stay folded."""
    project, graph, walk, names = built
    shown.show_node(node_view(project, graph, walk, names[1]))
    shown.focus_setting()
    rows = shown.node.form.rows
    assert rows["filters"].editor.inner.hasFocus()
    assert not shown.node.form.more.isChecked()
    left = []
    shown.left.connect(lambda: left.append(1))
    QTest.keyClick(rows["filters"].editor.inner, Qt.Key.Key_Escape)
    assert left == [1]
    QTest.keyClicks(rows["filters"].editor.inner, "16")
    QTest.keyClick(rows["filters"].editor.inner, Qt.Key.Key_Escape)
    assert left == [1], "the first Escape takes back what was typed"
    QTest.keyClicks(rows["filters"].editor.inner, "16")
    QTest.keyClick(rows["filters"].editor.inner, Qt.Key.Key_Return)
    QTest.keyClick(rows["filters"].editor.inner, Qt.Key.Key_Escape)
    assert left == [1, 1], "what was confirmed stays, and Escape leads out"
