"""The form: one row per declared setting, one `changed` per edit, nothing rebuilt while values change."""

from typing import Annotated, Literal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.catalogue import Catalogue
from engine.declare import Declared, Size2, param
from engine.params import FieldOf, PathTo
from widgets import form_editors, theme
from widgets.form import Form
from widgets.views import FieldView, FormContext, Note

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

_makers = Catalogue("form_test_makers", "maker")


class _Maker(Declared):
    catalogue_name = "form_test_makers"


@_makers.add("Steady")
class _Steady(_Maker):
    """Always the same."""

    rate: float = param(default=0.1, above=0)


@_makers.add("Falling")
class _Falling(_Maker):
    """Less and less."""

    rate: float = param(default=0.1, above=0)
    every: int = param(default=10, min=1)


class _Sample(Declared):
    """One setting of every kind."""

    count: int = param(default=4, min=1, max=99, label="Count", help="How many.")
    share: float = param(default=0.5, min=0, below=1)
    on: bool = param(default=True)
    mode: Literal["left", "right"] = param(default="left")
    many: Literal["alpha", "beta", "gamma", "delta"] = param(default="alpha")
    kernel: Size2 = param(default=3, min=1)
    limit: float | None = param(default=None, min=0, none="no limit")
    window: Size2 | None = param(default=None, none="as the kernel", min=1)
    sizes: tuple[int, ...] = param(default=(8,), min=1)
    target: Annotated[str, FieldOf(("category",))] = param(default="")
    columns: Annotated[tuple[str, ...], FieldOf(("number",), many=True)] = param(default=())
    table: Annotated[str, PathTo("file", (".csv",))] = param(default="")
    maker: _Maker = param(default=_Steady())
    makers: tuple[_Maker, ...] = param(default=())
    only_left: int = param(default=1, min=0, shown_if=("mode", ("left",)))
    rare: int = param(default=7, min=0, advanced=True)
    rarer: int = param(default=8, min=0, advanced=True)


@pytest.fixture
def shown(qapp, qtbot):
    theme.apply(qapp, "dark")
    window = QWidget()
    layout = QVBoxLayout(window)
    layout.setContentsMargins(0, 0, 0, 0)
    made = Form()
    layout.addWidget(made)
    layout.addStretch(1)
    qtbot.addWidget(window)
    fields = (FieldView("coat", "category"), FieldView("weight", "number"), FieldView("age", "number"))
    made.show_values(_Sample, {}, {}, FormContext(fields, expressions=True))
    window.resize(theme.sizes().inspector, 900)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    made.heard = []
    made.changed.connect(lambda name, value: made.heard.append((name, value)))
    yield made  # the window lives as long as the test
    theme.apply(qapp, "dark")


def type_into(field, text):
    field.setFocus(Qt.FocusReason.TabFocusReason)
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def editor(form, name):
    return form.rows[name].editor


def click(widget):
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def test_every_declared_setting_has_a_row_in_order(shown):
    assert list(shown.rows) == list(_Sample.params())


def test_a_typed_number_is_said_once(shown):
    type_into(editor(shown, "count").inner.field, "12")
    editor(shown, "count").inner.field.clearFocus()
    assert shown.heard == [("count", 12)]


def test_values_come_out_as_they_stand_in_the_file(shown):
    click(editor(shown, "on").inner)
    editor(shown, "mode").inner._parts["right"].click()
    type_into(editor(shown, "sizes").inner, "3, 5")
    size = editor(shown, "kernel").inner
    size.link.setChecked(False)
    type_into(size._fields[1], "5")
    assert shown.heard == [("on", False), ("mode", "right"), ("sizes", [3, 5]), ("kernel", [3, 5])]


def test_a_wrong_value_is_told_under_its_field_and_stays_inside(shown):
    type_into(editor(shown, "sizes").inner, "3, zero")
    assert shown.heard == []
    assert "whole numbers" in shown.rows["sizes"].error
    assert shown.rows["sizes"].problem_words.isVisible()
    type_into(editor(shown, "sizes").inner, "3")
    assert shown.rows["sizes"].error == ""
    assert shown.heard == [("sizes", [3])]


def test_an_exclusive_end_is_refused(shown):
    type_into(editor(shown, "share").inner.field, "1")
    assert shown.heard == []
    assert "below 1" in shown.rows["share"].error


def test_new_values_keep_the_widgets_and_the_typing(shown):
    field = editor(shown, "sizes").inner
    field.setFocus(Qt.FocusReason.TabFocusReason)
    field.selectAll()
    QTest.keyClicks(field, "1, 2")
    before = dict(shown.rows)
    shown.show_values(_Sample, {"count": 30}, {}, shown._context)
    assert shown.rows == before
    assert editor(shown, "count").inner.value() == 30
    assert field.hasFocus()
    assert field.text() == "1, 2"
    assert shown.heard == []


def test_errors_from_outside_appear_and_go(shown):
    shown.show_values(_Sample, {"count": 9}, {"count": "A 9 × 9 window does not fit."}, shown._context)
    assert shown.rows["count"].problem_words.text() == "A 9 × 9 window does not fit."
    shown.show_values(_Sample, {"count": 9}, {}, shown._context)
    assert not shown.rows["count"].problem_words.isVisible()


def test_a_setting_is_hidden_while_it_means_nothing(shown):
    assert shown.rows["only_left"].isVisible()
    editor(shown, "mode").inner._parts["right"].click()
    assert not shown.rows["only_left"].isVisible()


def test_unusual_settings_are_folded_and_counted(shown):
    assert not shown.rows["rare"].isVisible()
    assert shown.more.note == "2 at their usual value"
    shown.more.click()
    assert shown.rows["rare"].isVisible()
    type_into(editor(shown, "rare").inner, "9")
    assert shown.more.note == "1 changed"


def test_focus_on_a_folded_setting_unfolds_it(shown):
    shown.focus_on("rarer")
    assert editor(shown, "rarer").inner.hasFocus()


def test_a_dot_marks_what_was_changed_and_resets_it(shown):
    assert not shown.rows["count"].dot.isVisible()
    type_into(editor(shown, "count").inner.field, "12")
    dot = shown.rows["count"].dot
    assert dot.isVisible()
    assert dot.toolTip() == "Reset to 4"
    click(dot)
    assert shown.heard == [("count", 12), ("count", 4)]
    assert not dot.isVisible()


def test_an_optional_number_may_be_left_empty(shown):
    field = editor(shown, "limit").inner
    assert field.placeholderText() == "no limit"
    type_into(field, "2")
    type_into(field, "")
    QTest.keyClick(field, Qt.Key.Key_Backspace)
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert shown.heard == [("limit", 2.0), ("limit", None)]


def test_an_optional_size_has_a_switch(shown):
    click(editor(shown, "window").inner)
    click(editor(shown, "window").inner)
    assert shown.heard == [("window", [1, 1]), ("window", None)]


def test_only_fitting_fields_of_the_data_are_offered(shown):
    choice = editor(shown, "target").inner
    assert [choice.itemData(at) for at in range(choice.count())] == ["coat"]
    choice.setCurrentIndex(0)
    choice.activated.emit(0)
    assert shown.heard == [("target", "coat")]


def test_a_field_that_is_gone_is_shown_as_gone(shown):
    shown.show_values(_Sample, {"target": "breed"}, {}, shown._context)
    assert editor(shown, "target").inner.currentText() == "breed (not in the data)"


def test_fields_are_ticked_in_a_list_and_said_once(shown):
    part = editor(shown, "columns")
    click(part.inner)
    assert [box.text() for box in part.boxes] == ["weight", "age"]
    for box in part.boxes:
        box.setChecked(True)
    part.popup.close()
    assert shown.heard == [("columns", ["weight", "age"])]
    assert part.inner.text() == "All 2 fields"


def test_a_path_comes_from_the_dialog(shown, monkeypatch):
    asked = []
    monkeypatch.setattr(form_editors, "ask_path", lambda _, param, start: asked.append(param.name) or "/data/iris.csv")
    click(editor(shown, "table").button)
    assert asked == ["table"]
    assert shown.heard == [("table", "/data/iris.csv")]
    assert editor(shown, "table").inner.text() == "/data/iris.csv"


def test_one_of_shows_the_settings_of_the_chosen_one(shown):
    part = editor(shown, "maker")
    assert list(part.form.rows) == ["rate"]
    part.inner.setCurrentIndex(1)
    part.inner.activated.emit(1)
    assert list(part.form.rows) == ["rate", "every"]
    type_into(part.form.rows["every"].editor.inner, "25")
    assert shown.heard == [("maker", {"type": "_Falling"}), ("maker", {"type": "_Falling", "every": 25})]


def test_many_of_adds_moves_sets_and_removes(shown):
    part = editor(shown, "makers")
    for action in part.menu.actions():
        action.trigger()
    assert shown.heard[-1] == ("makers", [{"type": "_Steady"}, {"type": "_Falling"}])
    click(part.items[1].buttons["up"])
    assert [one["type"] for one in shown.heard[-1][1]] == ["_Falling", "_Steady"]
    type_into(part.items[1].editor.form.rows["rate"].editor.inner, "0.3")
    assert shown.heard[-1][1][1] == {"type": "_Steady", "rate": 0.3}
    click(part.items[0].buttons["remove"])
    assert shown.heard[-1] == ("makers", [{"type": "_Steady", "rate": 0.3}])
    assert len(part.items) == 1


def test_an_expression_is_shown_as_text_and_can_be_taken_back(shown):
    shown.show_values(_Sample, {"count": "=width * 2"}, {}, shown._context)
    assert editor(shown, "count").inner.text() == "=width * 2"
    type_into(editor(shown, "count").inner, "=width * 4")
    type_into(editor(shown, "count").inner, "5")
    assert shown.heard == [("count", "=width * 4"), ("count", 5)]
    assert editor(shown, "count").inner.value() == 5


def test_the_menu_offers_an_expression_inside_a_block(shown):
    row = shown.rows["count"]
    actions = {action.text(): action for action in row.menu().actions()}
    actions["Use an expression"].trigger()
    assert editor(shown, "count").inner.text() == "=4"
    assert shown.heard == []


def test_a_note_with_a_value_is_a_link_that_sets_it(shown):
    shown.show_values(_Sample, {}, {}, FormContext(notes={"rare": Note("Set to keep size", 3), "count": Note("few")}))
    shown.more.setChecked(True)
    click(shown.rows["rare"].link)
    assert shown.heard == [("rare", 3)]


def test_long_numbers_drive_the_axes_names_out(shown):
    fields = editor(shown, "kernel").inner._fields
    assert [field._suffix for field in fields] == ["high", "wide"]
    shown.show_values(_Sample, {"kernel": [224, 224]}, {}, shown._context)
    assert [field._suffix for field in fields] == ["", ""]
    assert fields[0].text() == "224"


def test_a_damaged_value_is_told_instead_of_raised(shown):
    shown.show_values(_Sample, {"many": "omega", "on": 3, "kernel": "x"}, {}, shown._context)
    assert all(shown.rows[name].error for name in ("many", "on", "kernel"))


def test_the_whole_form_follows_text_size_and_theme(shown, qapp):
    theme.apply(qapp, "light", scale=1.5)
    qapp.processEvents()
    assert shown.rows["count"].form_row.minimumHeight() == theme.sizes().row_form
    assert editor(shown, "limit").inner.width() >= theme.sizes().number_field
    theme.apply(qapp, "dark")
