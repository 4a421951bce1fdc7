"""A ResNet with a U-Net beside it, drawn from nothing by pointer and keyboard, trained and exported."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QScrollArea, QWidget

sys.path.insert(0, str(Path(__file__).parent))

from pointer_help import Hands, needs_pointer, open_window, spin

from engine.check import check
from engine.codegen import generate
from widgets.controls import NumberField


@pytest.mark.long
@pytest.mark.pointer
@pytest.mark.timeout(900)
def test_resnet_and_unet(qapp, tmp_path) -> None:
    """Two networks in one project: the first by palette, dropped wires, keys and a block of its own; the second by the
    keyboard alone. Digits train the one, pictures with masks the other, and both leave as proven files."""
    needs_pointer()
    with open_window((1440, 1000)) as window:
        hands = Hands(window, "resnet-unet")
        choose_digits(hands)
        draw_the_stem(hands)
        draw_a_residual_part(hands)
        make_a_block(hands)
        lend_out_filters(hands)
        go_down_and_end(hands)
        add_a_network(hands)
        draw_the_unet(hands)
        check_both(hands)
        train_and_export(hands, tmp_path / "resnet")
        take_the_other(hands)
        train_and_export(hands, tmp_path / "unet")


def choose_digits(hands: Hands) -> None:
    window = hands.window
    hands.click(hands.middle(hands.widget("New project", QAbstractButton)))
    hands.until(lambda: window.page == "build" and hands.canvas.width() > 400, 10, "the Build page")
    ghost = hands.canvas._empty.card().center()
    hands.until(lambda: hands.canvas.viewport().rect().contains(hands.canvas.mapFromScene(ghost)))
    hands.click(hands.on_canvas(ghost))
    hands.until(lambda: window.page == "data", 10, "the Data page")
    hands.click(hands.middle(hands.widget("Handwritten digits")))
    hands.until(lambda: window.document.project.data.fields, 60, "the data")
    hands.key("ctrl+2")
    hands.until(lambda: window.page == "build")
    spin(0.5)
    hands.look("ends")


def draw_the_stem(hands: Hands) -> None:
    """Conv 2D dragged from the palette, its setting typed, the rest of the stem by keyboard."""
    hands.drag(hands.palette("Conv 2D"), hands.out("image_input_1") + QPoint(0, 40))
    hands.until(lambda: wired(hands, "image_input_1", "conv_1"), 5, "Conv 2D under the input")
    setting(hands, "Filters", "16")
    card(hands, "conv_1")
    hands.key("k")
    assert shape(hands, "conv_1") == "16 ch × 8 × 8"
    after(hands, "batch norm", "batch_norm_1")
    after(hands, "relu", "relu_1")
    hands.look("stem")


def draw_a_residual_part(hands: Hands) -> None:
    """A wire dropped on the open canvas asks what comes next; the shortcut is drawn with the pointer."""
    spin(0.3)
    hands.drag(hands.out("relu_1"), hands.out("relu_1") + QPoint(0, 60))
    spin(0.3)
    hands.look("dropped")
    hands.type("conv 2d")
    hands.key("Return")
    hands.until(lambda: wired(hands, "relu_1", "conv_2"), 5, "Conv 2D at the dropped wire")
    setting(hands, "Filters", "16")
    card(hands, "conv_2")
    hands.key("k")
    for words, name in (("batch norm", "batch_norm_2"), ("relu", "relu_2"), ("conv 2d", "conv_3")):
        after(hands, words, name)
    setting(hands, "Filters", "16")
    card(hands, "conv_3")
    hands.key("k")
    for words, name in (("batch norm", "batch_norm_3"), ("add", "add_1")):
        after(hands, words, name)
    hands.look("add")
    hands.drag(hands.out("relu_1"), into(hands, "add_1", 1))
    hands.until(lambda: wired(hands, "relu_1", "add_1"), 5, "the shortcut")
    after(hands, "relu", "relu_3", at="add_1")
    hands.look("residual")


def make_a_block(hands: Hands) -> None:
    """A rubber band around the residual part, Ctrl+G, a name, repeated twice."""
    window = hands.window
    hands.key("Home")
    spin(0.4)
    first, last = hands.canvas.mirror.nodes["conv_2"].area(), hands.canvas.mirror.nodes["relu_3"].area()
    start = hands.on_canvas(first.topLeft() + QPointF(-30, -8))
    end = hands.on_canvas(last.bottomRight() + QPointF(20, 8))
    hands.drag(start, end)
    spin(0.2)
    hands.look("chosen")
    answer_dialog(hands, ["key", "ctrl+g"], "My residual")
    hands.until(lambda: "My residual" in window.document.project.blocks, 5, "the block")
    spin(0.3)
    setting(hands, "Repeat", "2")
    hands.look("repeated")


def lend_out_filters(hands: Hands) -> None:
    window = hands.window
    (instance,) = window.build.selection
    card(hands, instance)
    hands.key("Return")
    hands.until(lambda: window.document.place.inside, 5, "the inside of the block")
    spin(0.4)
    hands.look("inside")
    nodes = window.document.graph.nodes
    for name in [one for one in nodes if nodes[one].layer == "Conv2d"]:
        card(hands, name)
        field = hands.widget("Filters", NumberField, window.build.inspector)
        hands.click(hands.middle(field) - QPoint(120, 0), button=3)
        spin(0.3)
        press(hands, "Lend out to the block's instances")
        spin(0.3)
    hands.look("lent")
    (lent,) = window.document.project.blocks["My residual"].params
    assert lent.name == "filters"
    hands.key("Escape", "alt+Up")
    hands.until(lambda: not window.document.place.inside, 5)
    spin(0.3)
    hands.look("outside")


def go_down_and_end(hands: Hands) -> None:
    """Half the size and twice the filters, the block once more out of the quick search, and the head."""
    window = hands.window
    (instance,) = window.build.selection
    after(hands, "conv 2d", "conv_2", at=instance)
    for label, value in (("Filters", "32"), ("Stride, high", "2")):
        setting(hands, label, value)
    padded_by_one(hands)
    assert shape(hands, "conv_2") == "32 ch × 4 × 4"
    card(hands, "conv_2")
    for words, name in (("batch norm", "batch_norm_2"), ("relu", "relu_2"), ("my residual", "my_residual_2")):
        after(hands, words, name)
    setting(hands, "Filters", "32")
    setting(hands, "Repeat", "2")
    hands.look("second")
    after(hands, "global average", "global_average_pool_1", at="my_residual_2")
    after(hands, "linear", "linear_1")
    setting(hands, "Features", "10")
    card(hands, "linear_1")
    hands.key("w")
    spin(0.1)
    hands.key("Return")
    hands.until(lambda: wired(hands, "linear_1", "cross_entropy_1"), 5, "the wire to the objective")
    hands.key("l", "Home")
    spin(0.5)
    hands.look("resnet")
    assert not window.document.problems, window.document.problems


def add_a_network(hands: Hands) -> None:
    window = hands.window
    plus = hands.widget("Add a network", QAbstractButton)
    at = hands.middle(plus)
    answer_dialog(hands, ["mousemove", str(at.x()), str(at.y()), "click", "1"], "U-Net")
    hands.until(lambda: window.document.place.network == "U-Net", 5, "the second network")
    spin(0.3)
    hands.look("second-network")
    assert hands.canvas.hasFocus()


def draw_the_unet(hands: Hands) -> None:
    """Down, the bottom, up with two skips: without the pointer."""
    window = hands.window
    hands.key("Tab")
    spin(0.2)
    hands.type("image input")
    hands.key("Return")
    hands.until(lambda: window.build.selection == ["image_input_1"], 5, "the input")
    convolution(hands, 1, "16")
    after(hands, "max pool 2d", "max_pool_1")
    convolution(hands, 2, "32")
    after(hands, "max pool 2d", "max_pool_2")
    convolution(hands, 3, "64")
    hands.look("down-by-keys")
    after(hands, "upsample", "upsample_1")
    after(hands, "concatenate", "concatenate_1")
    skip(hands, "relu_2", "concatenate_1")
    convolution(hands, 4, "32")
    after(hands, "upsample", "upsample_2")
    after(hands, "concatenate", "concatenate_2")
    skip(hands, "relu_1", "concatenate_2")
    convolution(hands, 5, "16")
    after(hands, "conv 2d", "conv_6")
    type_setting(hands, "1")
    hands.key("k")
    after(hands, "mean squared", "mean_squared_error_1")
    (problem,) = window.document.problems
    assert problem.title == "Mean squared error does not fit “digit”", "digits have no picture to answer with"
    hands.key("Home")
    spin(0.4)
    hands.look("loss")
    hands.key("Right", "Down")
    assert hands.canvas.mirror.callout.problem.fixes[hands.canvas.mirror.callout.row].label == "Compare with image"
    hands.key("Return")
    hands.until(lambda: not window.document.problems, 5, "the repair")
    hands.look("unet")


def check_both(hands: Hands) -> None:
    """Both networks are error-free, checked and compiled; the skips are where a U-Net has them."""
    project = hands.window.document.project
    assert check(project) == []
    for name in ("main", "U-Net"):
        compile(generate(project, network=name).text, name, "exec")
    unet = project.networks["U-Net"]
    assert {edge.source for edge in unet.incoming["concatenate_1"]} == {"upsample_1", "relu_2"}
    assert {edge.source for edge in unet.incoming["concatenate_2"]} == {"upsample_2", "relu_1"}
    assert generate(project, network="main").text.count("MyResidual(") >= 2


def train_and_export(hands: Hands, folder: Path) -> None:
    """One epoch, and the proven file."""
    window = hands.window
    folder.mkdir()
    hands.key("ctrl+3")
    hands.until(lambda: window.page == "train")
    spin(0.3)
    if window.train.chosen is None:
        setting(hands, "Epochs", "2", window)
    before = len(window.train.runs)
    hands.look("to-train")
    hands.click(hands.middle(window.top.run))
    hands.until(lambda: len(window.train.runs) > before, 30, "the run")
    hands.until(lambda: window.train.info and window.train.info.state == "finished", 180, "the end of the run")
    hands.look("trained")
    hands.key("ctrl+5")
    hands.until(lambda: window.page == "export")
    hands.fill(hands.widget("Save to", QLineEdit), str(folder))
    hands.click(hands.middle(hands.widget("Export ONNX", QAbstractButton)))
    run = window.train.chosen
    hands.until(lambda: run.result("export:onnx"), 120, "the export of the run that was just trained")
    proof = run.result("export:onnx")
    assert Path(proof["file"]).parent == folder
    assert all(one["within"] for one in proof["batches"])
    spin(0.5)
    hands.look("exported")


def take_the_other(hands: Hands) -> None:
    """The U-Net is the one to train, on pictures with masks."""
    window = hands.window
    hands.key("ctrl+2")
    tab = hands.widget("U-Net", QAbstractButton, window.build.place_bar)
    hands.click(hands.middle(tab), button=3)
    spin(0.3)
    hands.look("tab-menu")
    press(hands, "Train this one")
    hands.until(lambda: next(iter(window.document.project.networks)) == "U-Net", 5, "the U-Net first")
    hands.key("ctrl+1")
    hands.until(lambda: window.page == "data")
    spin(0.3)
    row = hands.widget("Shapes to find")
    scroll_to(hands, row)
    hands.look("data")
    hands.click(hands.middle(row))
    hands.until(lambda: any(one.name == "mask" for one in window.document.project.data.fields), 60, "the data")
    spin(0.5)
    hands.look("masks")
    assert not window.document.errors


def convolution(hands: Hands, number: int, filters: str) -> None:
    after(hands, "conv 2d", f"conv_{number}")
    type_setting(hands, filters)
    hands.key("k")
    after(hands, "relu", f"relu_{number}")


def type_setting(hands: Hands, value: str) -> None:
    """Enter goes to the form's first setting, Escape comes back."""
    hands.key("Return")
    hands.until(lambda: isinstance(QApplication.focusWidget(), NumberField), 5, "the first setting")
    hands.type(value)
    hands.key("Return")
    hands.key("Escape")
    hands.until(lambda: hands.canvas.hasFocus(), 5, "the canvas to have the keys again")


def skip(hands: Hands, source: str, target: str) -> None:
    """Up along the wires to where the skip starts, W, arrows to the port, Enter, and back."""
    window = hands.window
    for _ in range(12):
        if window.build.selection == [source]:
            break
        hands.key("Up")
    assert window.build.selection == [source], window.build.selection
    hands.key("w")
    for _ in range(40):
        if hands.canvas.hand.gesture._snap[0] == target:
            break
        hands.key("Down")
    hands.look("skip")
    hands.key("Return")
    hands.until(lambda: wired(hands, source, target), 5, "the skip")
    for _ in range(12):
        if window.build.selection == [target]:
            break
        hands.key("Down")
    assert window.build.selection == [target], window.build.selection


def answer_dialog(hands: Hands, before: list[str], text: str) -> None:
    """What asks for a name, the name, Enter: in one go, for the dialog runs a loop of its own."""
    words = [*before, "sleep", "0.8", "key", "ctrl+a", "type", "--args", "1", "--delay", "30", text]
    hands._do([*words, "sleep", "0.1", "key", "Return", "sleep", "0.1"], 20)
    hands.window.activateWindow()  # a window manager gives the keys back; there is none here
    spin(0.2)


def scroll_to(hands: Hands, widget: QWidget) -> None:
    """Turn the wheel over a panel until a part of it is in view."""
    area = widget.parentWidget()
    while not isinstance(area, QScrollArea):
        area = area.parentWidget()
    port = area.viewport()
    for _ in range(60):
        if port.rect().contains(widget.mapTo(port, widget.rect().center())):
            return
        hands.click(hands.middle(port), button=5)
    raise AssertionError("the wheel does not bring it into view")


def press(hands: Hands, words: str) -> None:
    """Press an entry of the menu that is open."""
    menu = QApplication.activePopupWidget()
    action = next(one for one in menu.actions() if one.text() == words)
    hands.click(menu.mapToGlobal(menu.actionGeometry(action).center()))


# ---- small words ----


def setting(hands: Hands, label: str, value: str, root=None) -> None:
    inspector = root or hands.window.build.inspector
    hands.until(
        lambda: any(one.isVisible() and one.accessibleName() == label for one in inspector.findChildren(NumberField)),
        10,
        label,
    )
    hands.fill(hands.widget(label, NumberField, inspector), value)


def padded_by_one(hands: Hands) -> None:
    """Of the three ways of padding the numbers, which begin at 1."""
    hands.click(hands.middle(hands.widget("Number", QAbstractButton, hands.window.build.inspector)))
    spin(0.2)


def card(hands: Hands, node: str) -> None:
    """Click a card's head."""
    area = hands.canvas.mirror.nodes[node].area()
    hands.click(hands.on_canvas(area.topLeft() + QPointF(60, 12)))
    hands.until(lambda: hands.window.build.selection == [node], 5, f"{node} chosen")


def after(hands: Hands, words: str, name: str, at: str = "") -> None:
    """I, a few letters, Enter."""
    if at:
        card(hands, at)
    hands.key("i")
    menu = hands.window.build.adding._menu
    hands.until(lambda: menu.isVisible(), 5, "the quick search")
    hands.type(words)
    hands.until(lambda: menu.search.text() == words, 5, "the words in the quick search")
    hands.key("Return")
    hands.until(lambda: name in hands.window.document.graph.nodes, 5, f"{name} on the canvas")
    hands.until(lambda: hands.window.build.selection == [name], 5, f"{name} chosen")


def into(hands: Hands, node: str, place: int) -> QPoint:
    item = hands.canvas.mirror.nodes[node]
    slot = item.card.inputs[place]
    return hands.on_canvas(item.input_point(slot.port, slot.index))


def shape(hands: Hands, node: str) -> str:
    return hands.window.document.walk.output(node, "out").words()


def wired(hands: Hands, source: str, target: str) -> bool:
    return any(edge.source == source and edge.target == target for edge in hands.window.document.graph.edges)
