"""A person looks inside a network: turns the overlay on, steps through items, runs up to a layer, reads its numbers."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QAbstractButton, QApplication

sys.path.insert(0, str(Path(__file__).parent))

from pointer_help import Hands, needs_pointer, open_window, spin

from engine.templates import new_from_template


@pytest.mark.pointer
def test_look_inside(qapp) -> None:
    needs_pointer()
    with open_window((1440, 900)) as window:
        window.document.start(replace(new_from_template("cnn-digits"), view={"page": "build"}))
        window.show_page("build")
        hands = Hands(window, "look-inside")
        page, layer = window.build, window.build.peeking.layer
        hands.until(lambda: page.canvas.isVisible() and page.canvas.camera.percent > 50)
        spin(0.3)
        hands.click(hands.middle(hands.widget("Sample", QAbstractButton, page.overlays)))
        hands.until(lambda: len(layer.shown()) == len(page.graph.nodes), 90, "the values of every layer")
        hands.look("values")
        before = layer.shown()["conv_1"]
        hands.click(hands.middle(page.peeking.bar.stepper.on))
        hands.until(lambda: page.peeking.item.index == 1 and not page.peeking._questions, 20, "the next item")
        assert layer.shown()["conv_1"] is not before
        assert page.peeking.bar.label.text() == "1"
        hands.look("next")
        card = page.canvas.mirror.nodes["relu_2"].area()  # its middle is the port where the row is low
        hands.click(hands.on_canvas(card.center() - QPointF(card.width() / 4, 0)))
        assert page.selection == ["relu_2"]
        hands.key("F9")
        hands.until(lambda: layer.shown().get("relu_2") and layer.shown()["relu_2"].seconds, 30, "the measured values")
        assert "linear_1" not in layer.shown()
        hands.look("up-to-here")
        strip = layer.item("conv_2").area_in_scene()
        hands.click(hands.on_canvas(QPointF(strip.left() + 20, strip.center().y())))
        hands.until(lambda: page.bottom.tabs.current() == "sample", 5, "the panel")
        assert page.selection == ["conv_2"]
        panel = page.peeking.panel
        hands.until(lambda: panel.numbers.numbers.rows, 30, "the numbers")
        hands.look("whole")
        hands.click(hands.middle(panel.copy))
        assert QApplication.clipboard().text().count("\n") == 7, "a map of eight rows"
        hands.click(hands.middle(page.peeking.bar.all))
        hands.until(lambda: "linear_1" in layer.shown(), 30, "every layer again")
        hands.click(hands.middle(hands.widget("Shapes", QAbstractButton, page.overlays)))
        hands.until(lambda: not layer.shown(), 5)
        assert not page.peeking.bar.isVisible()
