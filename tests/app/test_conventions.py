"""The seventy conventions of node editors: each has at least one test, so that none is lost unseen.

A test says in its name which conventions it tries: `test_32_…`, `test_15_16_…`. Those that were named before this list
are given below. What a hand can try is tried with the real pointer in `tests/journeys/test_canvas_pointer.py`.
"""

from __future__ import annotations

import ast
import re
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QInputDevice, QNativeGestureEvent, QPointingDevice, QWheelEvent
from PySide6.QtWidgets import QApplication

sys.path.insert(0, str(Path(__file__).parent))

from window_help import open_window

from engine.project import Project
from engine.templates import new_from_template

TESTS = Path(__file__).resolve().parents[1]
CONVENTIONS = {
    1: "the wheel zooms at the pointer", 2: "middle drag pans", 3: "Space and drag pans",
    4: "two fingers pan, a pinch or Ctrl and wheel zooms", 5: "fit all", 6: "fit the selection", 7: "zoom keys",
    8: "small map", 9: "find a node", 10: "enter and leave a block", 11: "bookmarks", 12: "scrolling at the edge",
    13: "drag from the palette", 14: "quick search by key", 15: "quick search by double click",
    16: "quick search by right click", 17: "a dropped wire lists what fits", 18: "a new layer joins the selected one",
    19: "files dropped", 20: "search with synonyms", 21: "presets and last settings", 22: "wires both ways",
    23: "snapping, unfit ports fade", 24: "a refusal says why", 25: "the body takes a wire", 26: "an end pulled off",
    27: "all wires of a port", 28: "dropped on a wire", 29: "making room", 30: "delete and reconnect", 31: "cut wires",
    32: "dots on wires", 33: "mute", 34: "turn a wire off", 35: "join selected", 36: "break all wires of a port",
    37: "a new wire replaces the old one", 38: "a wire pointed at", 39: "swap inputs", 40: "take out of a chain",
    41: "rubber band", 42: "all, none, invert", 43: "along the wires", 44: "copy and paste", 45: "duplicate",
    46: "the clipboard is text", 47: "delete", 48: "rename", 49: "nudge", 50: "snap and free", 51: "align, straighten",
    52: "tidy up", 53: "collapse, hide unused ports", 54: "notes and colors", 55: "lock", 56: "frames", 57: "blocks",
    58: "lend settings", 59: "one for all, make unique", 60: "one step for a gesture", 61: "nothing is lost",
    62: "the view is kept", 63: "errors on the node", 64: "progress on nodes", 65: "run up to here", 66: "pictures",
    67: "keys can be changed", 68: "Esc cancels", 69: "menus", 70: "keys alone",
}  # fmt: skip
NAMED_BEFORE = {
    19: "app/test_build_canvas.py::test_files_dropped_on_the_canvas_are_opened",
    21: "app/test_presets.py::test_a_new_layer_takes_the_last_settings_on_request",
    46: "app/test_clipboard.py::test_nodes_go_from_process_to_process",
    61: "app/test_document.py::test_edits_survive_a_killed_window",
    65: "app/test_peeking.py::test_run_up_to_here",
    66: "app/test_build_canvas.py::test_pictures_of_all_and_of_the_selection",
    67: "app/test_shortcuts_window.py::test_a_new_key_works_at_once_everywhere",
}


@cache
def functions_of(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef))


def numbered() -> dict[int, list[str]]:
    """The tests that carry numbers, by number."""
    found: dict[int, list[str]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        for name in functions_of(path):
            carried = re.match(r"test_((?:\d+_)+)", name)
            for number in carried[1].split("_")[:-1] if carried else ():
                found.setdefault(int(number), []).append(f"{path.relative_to(TESTS)}::{name}")
    return found


@pytest.mark.parametrize("number", range(1, 71))
def test_every_convention_has_a_test(number) -> None:
    assert number in CONVENTIONS
    place = NAMED_BEFORE.get(number)
    if place is None:
        assert numbered().get(number), f"{number} ({CONVENTIONS[number]}) has no test"
        return
    path, name = place.split("::")
    assert name in functions_of(TESTS / path), f"{number} ({CONVENTIONS[number]}) was tested by {place}, which is gone"


# ---- those that have no other place ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def whole(qapp):
    with open_window() as made:
        yield made


@pytest.fixture
def page(whole):
    whole.document.start(replace(new_from_template("resnet-digits"), view={"page": "build"}))
    QApplication.processEvents()
    yield whole.build
    whole.document.start(Project())


def touchpad() -> QPointingDevice:
    kinds = QInputDevice.Capability.Position | QInputDevice.Capability.PixelScroll
    return QPointingDevice(
        "pad", 1, QInputDevice.DeviceType.TouchPad, QPointingDevice.PointerType.Finger, kinds, 2, 2
    )  # fmt: skip


def test_04_two_fingers_pan_and_ctrl_or_a_pinch_zooms(page) -> None:
    view, pad = page.canvas, touchpad()
    place = QPointF(view.viewport().rect().center())
    shown = QPointF(view.viewport().mapToGlobal(place.toPoint()))

    def slide(keys: Qt.KeyboardModifier) -> None:
        event = QWheelEvent(
            place, shown, QPoint(12, -30), QPoint(24, -60), Qt.MouseButton.NoButton, keys,
            Qt.ScrollPhase.ScrollUpdate, False, Qt.MouseEventSource.MouseEventNotSynthesized, pad,
        )  # fmt: skip
        QApplication.sendEvent(view.viewport(), event)
        view.camera._on_frame()

    before, zoom = view.mapToScene(0, 0), view.zoom
    slide(Qt.KeyboardModifier.NoModifier)
    moved = (before - view.mapToScene(0, 0)) * view.zoom
    assert (round(moved.x()), round(moved.y())) == (12, -30) and view.zoom == zoom
    slide(Qt.KeyboardModifier.ControlModifier)
    assert view.zoom < zoom
    zoom = view.zoom
    pinch = QNativeGestureEvent(
        Qt.NativeGestureType.ZoomNativeGesture, pad, 2, place, place, shown, 0.25, QPointF(), 1
    )  # fmt: skip
    QApplication.sendEvent(view.viewport(), pinch)
    view.camera._on_frame()
    assert view.zoom == pytest.approx(zoom * 1.25)
    assert pinch.type() == QEvent.Type.NativeGesture


def test_39_swap_inputs(page) -> None:
    page.adding.drop("Add", 500, 0, None, None)
    name = page.selection[0]
    page.wires.connect("conv_1", "out", name, _port(page, name))
    page.wires.connect("conv_2", "out", name, _port(page, name))
    before = [edge.source for edge in page.graph.incoming[name]]
    page.select([name])
    page.window_.run_command("swap_inputs")
    assert [edge.source for edge in page.graph.incoming[name]] == before[::-1]
    page.document.stack.undo()
    assert [edge.source for edge in page.graph.incoming[name]] == before


def _port(page, name: str) -> str:
    return page.canvas.mirror.nodes[name].card.inputs[0].port


def test_58_59_a_setting_is_lent_and_a_block_made_unique(page) -> None:
    block = page.graph.nodes["residual_block_1"].block
    count = sum(node.block == block for node in page.graph.nodes.values())
    assert count == 2
    page.select(["residual_block_1"])
    page.blocks.make_unique()
    own = page.graph.nodes["residual_block_1"].block
    assert own != block and page.graph.nodes["residual_block_2"].block == block
    page.blocks.enter("residual_block_1")
    inner = next(name for name, node in page.graph.nodes.items() if node.layer == "ReLU")
    page.select([inner])
    page._set(inner, "Mute", muted=True)
    blocks = page.document.project.blocks
    assert blocks[own].graph.nodes[inner].muted and not blocks[block].graph.nodes[inner].muted
    conv = next(name for name, node in page.graph.nodes.items() if node.layer == "Conv2d")
    before = {one.name for one in blocks[own].params}
    page.blocks._lend(own, conv, "dilation")
    lent = {one.name for one in page.document.project.blocks[own].params} - before
    assert len(lent) == 1 and page.graph.nodes[conv].params["dilation"] == f"={lent.pop()}"
