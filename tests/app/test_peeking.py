"""Looking inside the network in the real window: values follow edits, reasons follow errors, nothing blocks."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

sys.path.insert(0, str(Path(__file__).parent))

from window_help import close_extra_windows, open_window, spin, wait, wine

from app.commands import COMMANDS
from engine.edits import set_param
from engine.places import Place
from engine.project import Project
from engine.templates import new_from_template


@pytest.fixture(scope="module")
def whole(qapp):
    with open_window() as made:
        yield made


@pytest.fixture
def page(whole):
    """The Build page with the CNN on digits, the overlay off."""
    whole.document.start(replace(new_from_template("cnn-digits"), view={"page": "build"}))
    whole.show_page("build")
    QApplication.processEvents()
    yield whole.build
    whole.build.set_overlay("shapes")
    whole.build.bottom.open("problems")
    close_extra_windows()
    whole.document.start(Project())


def settled(page) -> None:
    """Wait until every question is answered."""
    wait(lambda: page.peeking.layer.shown(), 90, "the first values")
    wait(lambda: not page.peeking._questions and not page.peeking._timer.isActive(), 90, "the values")


def shows(page, name: str, words: str) -> bool:
    sample = page.peeking.layer.shown().get(name)
    return sample is not None and sample.value is not None and sample.value.words == words


def test_values_stand_beside_the_cards_and_follow_edits(page) -> None:
    page.set_overlay("sample")
    settled(page)
    shown = page.peeking.layer.shown()
    assert set(shown) == set(page.graph.nodes)
    assert shown["conv_1"].value.words == "32 ch × 8 × 8"
    assert shown["image_input_1"].raw["kind"] == "picture"
    assert shown["cross_entropy_1"].untrained
    assert page.peeking.bar._rows[0][2].text() == "Untrained: the values are random."
    assert page.peeking.bar.label.text() == "0"
    page.edit("Fewer filters", lambda graph: set_param(graph, "conv_1", "filters", 5))
    assert page.peeking.layer.shown(), "the old values stay until the new ones come"
    wait(lambda: shows(page, "relu_1", "5 ch × 8 × 8"), 30, "the values after the edit")
    page.document.stack.undo()
    wait(lambda: shows(page, "relu_1", "32 ch × 8 × 8"), 30, "the values after undo")


def test_moving_a_card_asks_nothing(page) -> None:
    page.set_overlay("sample")
    settled(page)
    asked = []
    ask = page.window_.helper.ask
    page.window_.helper.ask = lambda *words, **more: asked.append(words[0]) or ask(*words, **more)
    try:
        page.canvas.moved.emit({"flatten_1": (900.0, 400.0)})
        spin(0.5)
    finally:
        page.window_.helper.ask = ask
    assert "peek" not in asked


def test_another_item_and_another_class(page) -> None:
    page.set_overlay("sample")
    settled(page)
    first = page.peeking.layer.shown()["conv_1"]
    page.peeking.bar.stepper.on.click()
    wait(lambda: page.peeking.item is not None and page.peeking.item.index == 1, 20, "the next item")
    settled(page)
    assert page.peeking.layer.shown()["conv_1"] is not first
    assert page.peeking.bar.label.text() == "1"
    page.peeking.panel.from_wanted.emit("class:7")
    wait(lambda: page.peeking.item is not None and page.peeking.item.label == "7", 20, "an item of that class")
    assert page.peeking.item.count < 1797
    page.peeking.bar.stepper.number.valueChanged.emit(3)
    wait(lambda: page.peeking.item.place == 2, 20, "the third seven")
    assert page.peeking.item.label == "7"


def test_errors_have_reasons_and_the_rest_goes_on(page) -> None:
    page.set_overlay("sample")
    settled(page)
    page.wires.disconnect([edge for edge in page.graph.edges if edge.target == "linear_1"])
    wait(lambda: page.peeking.layer.shown()["linear_2"].why, 30, "reasons")
    shown = page.peeking.layer.shown()
    assert shown["flatten_1"].value is not None
    assert "no input" in shown["linear_1"].why
    assert "waits for" in shown["linear_2"].why
    page.document.stack.undo()
    wait(lambda: page.peeking.layer.shown()["linear_2"].value, 30, "values again")


def test_run_up_to_here(page) -> None:
    page.select([])
    assert COMMANDS["run_to_here"].why_not(page.window_), "nothing is chosen"
    page.select(["relu_1"])
    page.window_.run_command("run_to_here")
    wait(lambda: page.peeking.on, 5, "the overlay")
    settled(page)
    shown = page.peeking.layer.shown()
    assert set(shown) == {"image_input_1", "conv_1", "batch_norm_1", "relu_1"}
    assert shown["relu_1"].seconds > 0
    assert shown["conv_1"].weight_bytes == (9 * 32 + 32) * 4
    assert page.peeking.bar.all.isVisible()
    assert "Up to ReLU" in page.peeking.bar._rows[0][2].text()
    page.peeking.bar.all.click()
    wait(lambda: len(page.peeking.layer.shown()) == len(page.graph.nodes), 30, "everything")
    assert not page.peeking.bar.all.isVisible()


def test_the_panel_follows_the_chosen_node(page) -> None:
    page.bottom.open("sample")
    panel = page.peeking.panel
    assert panel.stack.currentWidget() is panel.empty
    panel.empty.button.click()
    settled(page)
    page.select(["conv_2"])
    wait(lambda: panel.numbers.numbers.rows and panel.pages.isVisible(), 30, "the whole value")
    assert panel.pages.text() == "1 to 24 of 64"
    panel.on.click()
    wait(lambda: panel.pages.text() == "25 to 48 of 64", 20, "the next page")
    page.select(["flatten_1"])
    wait(lambda: len(panel.numbers.numbers.rows) == 400, 20, "the numbers of Flatten")
    assert not panel.pages.isVisible()
    page.select([])
    assert panel.reason.text() == "Choose a layer to see all that it gives."


def test_inside_a_block_and_back(whole, page) -> None:
    whole.document.start(replace(new_from_template("resnet-digits"), view={"page": "build"}))
    page.set_overlay("sample")
    settled(page)
    name = next(name for name, node in page.graph.nodes.items() if node.block)
    whole.document.go(Place("main", (name,)))
    settled(page)
    assert set(page.peeking.layer.shown()) == set(page.graph.nodes)
    assert all(one.value is not None for one in page.peeking.layer.shown().values())
    whole.document.go(Place("main"))
    settled(page)
    assert name in page.peeking.layer.shown()


def test_the_window_lives_while_values_are_computed(whole, page) -> None:
    """A large network takes the helper seconds; the window goes on turning, and a newer question replaces it."""
    whole.document.start(replace(new_from_template("resnet-18"), view={"page": "build"}))
    QApplication.processEvents()
    page.set_overlay("sample")
    longest, last = 0.0, time.perf_counter()
    until = time.perf_counter() + 1.5
    while time.perf_counter() < until:
        spin(0.01)
        now = time.perf_counter()
        longest, last = max(longest, now - last), now
    assert longest < 1.0, "the window stood still"
    whole.document.start(replace(new_from_template("cnn-digits"), view={"page": "build", "overlay": "sample"}))
    wait(lambda: shows(page, "conv_1", "32 ch × 8 × 8"), 90, "the values of the newer project")


def test_weights_of_a_run_are_used_and_named(whole, page) -> None:
    from engine.jobs import wait as run_to_end
    from engine.runs import create

    whole.document.start(wine(2))
    project = whole.document.project
    run = create(project, whole.document.runs, "first")
    run_to_end(run)
    page.set_overlay("sample")
    settled(page)
    said = page.peeking.bar._rows[0][2].text()
    assert said.startswith("Weights of run “first”"), said
    ends = [one for one in page.peeking.layer.shown().values() if one.shares]
    assert ends
    assert not ends[0].untrained
    page.peeking.panel.weights_wanted.emit("untrained")
    wait(lambda: "ntrained" in page.peeking.bar._rows[0][2].text(), 30, "untrained values")


def test_the_overlay_is_kept_with_the_project(whole, page) -> None:
    page.set_overlay("sample")
    assert whole.document.project.view["overlay"] == "sample"
    page.set_overlay("cost")
    assert not page.peeking.on
    assert not page.peeking.bar.isVisible()
    assert page.peeking.layer.shown() == {}
