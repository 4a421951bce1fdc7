"""The controls: values, keys, signals, names; at both ends of the text size."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QVBoxLayout, QWidget

from widgets import controls as c
from widgets import theme

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen one says so


@pytest.fixture
def show(qapp, qtbot):
    """Show a control in a window, active enough to take the keyboard."""
    theme.apply(qapp, "dark")
    windows = []  # qtbot holds them weakly

    def put(control):
        window = QWidget()
        windows.append(window)
        layout = QVBoxLayout(window)
        layout.addWidget(control)
        qtbot.addWidget(window)
        window.resize(400, 200)
        with qtbot.waitActive(window):
            window.show()
            window.activateWindow()
        return control

    yield put
    theme.apply(qapp, "dark")


def heard(signal) -> list:
    got = []
    signal.connect(lambda *args: got.append(args[0] if args else None))
    return got


def type_into(field, text):
    field.setFocus(Qt.FocusReason.TabFocusReason)
    field.selectAll()
    QTest.keyClicks(field, text)


def test_number_says_its_value_once_per_edit(show):
    field = show(c.NumberField(3, 1, 9))
    changed = heard(field.valueChanged)
    type_into(field, "7")
    assert changed == []
    QTest.keyClick(field, Qt.Key.Key_Return)
    field.clearFocus()
    assert changed == [7]
    assert field.value() == 7


def test_number_stays_in_its_range_and_refuses_words(show):
    field = show(c.NumberField(3, 1, 9))
    changed = heard(field.valueChanged)
    type_into(field, "50")
    QTest.keyClick(field, Qt.Key.Key_Return)
    type_into(field, "many")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert changed == [9]
    assert field.text() == "9"


def test_number_steps_with_arrows_and_takes_typing_back_with_escape(show):
    field = show(c.NumberField(3, 1, 90))
    changed = heard(field.valueChanged)
    field.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(field, Qt.Key.Key_Up)
    QTest.keyClick(field, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    type_into(field, "55")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert changed == [4, 1]


def test_small_numbers_are_written_and_read_in_powers(show):
    field = show(c.NumberField(1e-5, 0, 1, integer=False, logarithmic=True))
    changed = heard(field.valueChanged)
    assert field.text() == "1e-5"
    type_into(field, "3e-4")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert changed == [3e-4]


def test_number_may_be_empty_where_it_is_optional(show):
    field = show(c.NumberField(4, optional=True))
    changed = heard(field.valueChanged)
    field.setFocus(Qt.FocusReason.TabFocusReason)
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_Delete)
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert changed == [None]


def test_dragging_a_number_moves_it_and_commits_once(show):
    field = show(c.NumberField(10, 0, 100))
    field.clearFocus()
    changed, moved = heard(field.valueChanged), heard(field.valueMoved)
    start = QPoint(10, 10)
    QTest.mousePress(field, Qt.MouseButton.LeftButton, pos=start)
    for way in (10, 20, 30, 40):
        QTest.mouseMove(field, start + QPoint(way, 0))
    QTest.mouseRelease(field, Qt.MouseButton.LeftButton, pos=start + QPoint(40, 0))
    assert changed == [20]
    assert moved[-1] == 20
    assert not field.hasFocus()


def test_pressing_a_number_without_dragging_lets_one_type(show):
    field = show(c.NumberField(10))
    field.clearFocus()
    QTest.mouseClick(field, Qt.MouseButton.LeftButton, pos=QPoint(10, 10))
    assert field.hasFocus()
    assert field.selectedText() == "10"


def test_setting_values_is_silent(show):
    slider, size = show(c.SliderField(1, 0, 10)), show(c.SizeField((3, 3)))
    said = heard(slider.valueChanged) + heard(size.valueChanged)
    slider.set_value(4)
    size.set_values((5, 7))
    assert (slider.value(), size.values(), said) == (4, (5, 7), [])
    assert not size.link.isChecked()


def test_slider_and_field_say_the_same(show):
    slider = show(c.SliderField(32, 1, 128))
    changed = heard(slider.valueChanged)
    QTest.keyClick(slider.track, Qt.Key.Key_Right)
    assert (slider.value(), slider.field.text(), changed) == (33, "33", [33])
    middle = slider.track.rect().center()
    QTest.mouseClick(slider.track, Qt.MouseButton.LeftButton, pos=middle)
    assert 60 <= slider.value() <= 68
    assert len(changed) == 2


def test_linked_sizes_stay_equal_and_speak_once(show):
    size = show(c.SizeField((3, 3)))
    changed = heard(size.valueChanged)
    field = size._fields[0]
    type_into(field, "7")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert changed == [(7, 7)]
    size.link.click()
    type_into(size._fields[1], "5")
    QTest.keyClick(size._fields[1], Qt.Key.Key_Return)
    assert changed[-1] == (7, 5)
    assert len(changed) == 2


def test_choices_speak_only_when_a_person_chooses(show):
    parts = show(c.Segmented())
    for key in ("epochs", "time", "steps"):
        parts.add(key, key.title())
    changed = heard(parts.changed)
    parts.set_current("time")
    assert (parts.current(), changed) == ("time", [])
    QTest.mouseClick(parts._parts["steps"], Qt.MouseButton.LeftButton)
    assert changed == ["steps"]
    parts._parts["steps"].setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(parts._parts["steps"], Qt.Key.Key_Left)
    assert (parts.current(), changed) == ("time", ["steps", "time"])


def test_choice_keeps_keys_beside_words(show):
    choice = show(c.Choice())
    choice.add("adamw", "AdamW")
    choice.add("sgd", "SGD")
    chosen = heard(choice.chosen)
    choice.set_current("sgd")
    assert (choice.current(), chosen) == ("sgd", [])
    choice.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(choice, Qt.Key.Key_Up)
    assert chosen == ["adamw"]


def test_switch_and_button_follow_the_keyboard(show):
    switch, button = show(c.Switch("Bias")), show(c.Button("Train", "play", "primary"))
    toggled, clicked = heard(switch.toggled), heard(button.clicked)
    switch.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(switch, Qt.Key.Key_Space)
    QTest.keyClick(button, Qt.Key.Key_Space)
    assert (toggled, len(clicked)) == ([True], 1)
    button.set_busy(True)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert len(clicked) == 1
    button.set_busy(False)
    button.set_enabled_because(False, "Add data first")
    assert button.toolTip() == "Add data first"


def test_the_ring_shows_on_keyboard_focus_only(show):
    button = show(c.Button("Review"))
    button.setFocus(Qt.FocusReason.MouseFocusReason)
    assert c.FocusRing.shown is None
    button.clearFocus()
    button.setFocus(Qt.FocusReason.TabFocusReason)
    assert c.FocusRing.shown.widget() is button
    button.clearFocus()
    assert c.FocusRing.shown is None


def test_text_is_committed_once(show):
    field = show(c.TextField("conv_1"))
    committed = heard(field.committed)
    type_into(field, "conv_2")
    QTest.keyClick(field, Qt.Key.Key_Return)
    field.clearFocus()
    assert committed == ["conv_2"]


def test_search_hands_arrows_on_and_escape_clears_first(show):
    field = show(c.SearchField("Search", "/"))
    moved, left = heard(field.moved), heard(field.left)
    type_into(field, "conv")
    QTest.keyClick(field, Qt.Key.Key_Down)
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert (moved, field.text(), left) == ([1], "", [])
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert len(left) == 1


def test_chip_is_closed_by_its_cross_or_delete(show):
    chip = show(c.Chip("cats", closable=True))
    closed, clicked = heard(chip.closed), heard(chip.clicked)
    QTest.mouseClick(chip, Qt.MouseButton.LeftButton, pos=QPoint(chip.width() - 8, 10))
    QTest.keyClick(chip, Qt.Key.Key_Delete)
    assert (len(closed), len(clicked)) == (2, 0)


def test_section_folds(show):
    section = show(c.Section("Cost", open=False))
    inside = section.add(c.Label("Parameters"))
    toggled = heard(section.toggled)
    assert not inside.isVisible()
    QTest.mouseClick(section.head, Qt.MouseButton.LeftButton)
    assert inside.isVisible()
    assert toggled == [True]


def test_split_edges_move_by_key_and_keep_the_sum(show):
    split = show(c.SplitBar())
    changed = heard(split.sharesChanged)
    split.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(split, Qt.Key.Key_Left)
    assert changed == [pytest.approx((0.79, 0.11, 0.1))]
    assert sum(split.shares()) == pytest.approx(1)


def test_every_share_of_a_split_is_said_once(show):
    """In the bar where there is room, else in the legend below."""
    split = show(c.SplitBar())
    split.resize(280, split.sizeHint().height())
    split.set_shares(0.96, 0.02, 0.02)
    assert [split._fits(share) for share in split.shares()] == [True, False, False]
    split.set_shares(0.7, 0.15, 0.15)
    assert all(split._fits(share) for share in split.shares())


def test_tabs_keep_signs_and_say_what_was_chosen(show):
    tabs = show(c.PageTabs())
    for key in ("data", "build", "train"):
        tabs.add(key, key.title())
    chosen = heard(tabs.chosen)
    tabs.set_sign("build", "errors", 2)
    QTest.mouseClick(tabs._tabs["build"], Qt.MouseButton.LeftButton)
    assert (tabs.current(), chosen) == ("build", ["build"])
    assert tabs._tabs["build"].accessibleDescription() == "2 errors"


def test_dock_tab_pressed_twice_closes(show):
    tabs = show(c.DockTabs())
    tabs.add("code", "Code", "code")
    chosen = heard(tabs.chosen)
    for _ in range(2):
        QTest.mouseClick(tabs._tabs["code"], Qt.MouseButton.LeftButton)
    assert chosen == ["code", ""]


def test_toasts_pass_but_errors_stay(show, qtbot):
    host = c.ToastHost(show(QWidget()))
    undone = []
    host.show_message("Stopped.", "error", stay_ms=1)
    passing = host.show_message("Flatten inserted.", "good", "Undo", lambda: undone.append(1), stay_ms=1)
    qtbot.waitUntil(lambda: passing not in host.toasts(), timeout=10000)
    assert [toast.text() for toast in host.toasts()] == ["Stopped."]
    again = host.show_message("Flatten inserted.", "good", "Undo", lambda: undone.append(1))
    again.action.click()
    assert undone == [1]
    host.clear()
    assert host.toasts() == []


def test_at_most_three_toasts(show):
    host = c.ToastHost(show(QWidget()))
    for index in range(5):
        host.show_message(str(index))
    assert [toast.text() for toast in host.toasts()] == ["2", "3", "4"]
    host.clear()


def test_callout_says_which_repair(show):
    callout = show(c.Callout("error", "Linear needs a flat list of numbers", "It gets an image."))
    chosen = heard(callout.repair_chosen)
    callout.add_repair("Insert Flatten", ("12 544 numbers out",), primary=True)
    callout.add_repair("Average each channel").click()
    assert chosen == [1]


def test_empty_state_offers_its_button(show):
    empty = show(c.EmptyState("chart-line", "No runs yet", "Train once.", "Train"))
    clicked = heard(empty.clicked)
    empty.button.click()
    assert len(clicked) == 1


def test_a_popup_says_when_it_closes(show, qtbot):
    popup = c.Popup()
    qtbot.addWidget(popup)
    popup.body.addWidget(c.Label("inside"))
    closed = heard(popup.closed)
    popup.open_at(QPoint(5, 5))
    popup.close()
    assert len(closed) == 1


CONTROLS = {
    "button": lambda: c.Button("Train", "play"),
    "icon button": lambda: c.IconButton("eye", "Mute"),
    "switch": lambda: c.Switch("Bias"),
    "number": lambda: c.NumberField(3, suffix="high"),
    "slider": lambda: c.SliderField(3, 0, 9),
    "size": lambda: c.SizeField((3, 3, 3), ("deep", "high", "wide")),
    "search": lambda: c.SearchField("Search layers", "/"),
    "chip": lambda: c.Chip("Ready", tone="good", count=3, closable=True, dot="training"),
    "badge": lambda: c.Badge(3),
    "ring": lambda: c.ProgressRing(),
    "form row": lambda: c.FormRow("Stride", c.NumberField(4), "keeps 1 pixel in 16"),
    "section": lambda: c.Section("Cost", note="3"),
    "empty": lambda: c.EmptyState("box", "Nothing", "Not yet.", "Add"),
    "panel": lambda: c.Panel("Sources"),
    "callout": lambda: c.Callout("warning", "Rather strong"),
    "split": lambda: c.SplitBar(),
    "elided": lambda: c.Elided("some words"),
}


@pytest.mark.parametrize("name", CONTROLS)
def test_every_control_paints_in_every_look_and_grows(show, qapp, name):
    control = show(CONTROLS[name]())
    small = control.sizeHint()
    for look, scale in (("light", 0.9), ("dark", 1.75)):
        theme.apply(qapp, look, scale)
        assert not control.grab().isNull()
    assert control.sizeHint().height() > small.height()


@pytest.mark.parametrize("name", ["button", "icon button", "switch", "chip", "split", "elided", "empty", "panel"])
def test_controls_have_names(show, name):
    assert show(CONTROLS[name]()).accessibleName()
