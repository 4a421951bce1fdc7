"""Hiding unused ports in the real window: by key, one step, kept in the file, and shown while a wire is dragged."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "journeys"))

from pointer_help import Hands, needs_pointer
from window_help import open_window, spin

from app.commands import COMMANDS
from engine.project import load, save
from engine.templates import new_from_template


@pytest.fixture(scope="module")
def page(qapp):
    with open_window() as window:
        window.document.start(replace(new_from_template("resnet-digits"), view={"page": "build"}))
        spin(0.2)
        yield window.build


def test_53_ctrl_h_with_the_real_keys_and_pointer(page, tmp_path) -> None:
    needs_pointer()
    hands, before, text = Hands(page.window_), page.graph, page.document.source.text
    name = next(name for name, node in before.nodes.items() if node.layer == "CrossEntropy")
    assert COMMANDS["hide_ports"].why_not(page.window_) == "Select a node first."
    page.select(["conv_1"])
    assert "no selected node" in COMMANDS["hide_ports"].why_not(page.window_).lower()
    page.canvas.camera.zoom_to(100)
    page.canvas.camera.center_on(name)
    spin(0.2)
    item = page.canvas.mirror.nodes[name]
    hands.click(hands.on_canvas(item.area().center()))
    hands.key("ctrl+h")
    hands.until(lambda: [slot.port for slot in item.card.hidden_inputs] == ["target"], 5, "the port is hidden")
    assert page.document.source.text == text
    save(page.document.project, tmp_path / "a.lamina")
    assert load(tmp_path / "a.lamina").graph == page.graph
    start = hands.out("linear_1")
    hands._do(["mousemove", str(start.x()), str(start.y()), "mousedown", "1", "sleep", "0.1"])
    for step in range(1, 6):
        place = start + QPoint(8 * step, 3 * step)
        hands._do(["mousemove", str(place.x()), str(place.y()), "sleep", "0.02"])
    assert "target" in {slot.port for slot in item.card.inputs}  # it could take the wire
    hands.key("Escape")
    hands._do(["mouseup", "1"])
    assert [slot.port for slot in item.card.hidden_inputs] == ["target"]
    hands.key("ctrl+h")
    hands.until(lambda: not item.card.hidden_inputs, 5, "the port is back")
    assert page.graph == before and page.document.steps() == ["Hide unused ports", "Show all ports"]
    page.document.stack.setIndex(0)
