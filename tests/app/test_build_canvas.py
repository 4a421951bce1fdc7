"""The Build page's canvas in the real window: commands, menus, bookmarks, outline, comparison, pictures, code edits."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QInputDialog

sys.path.insert(0, str(Path(__file__).parent))

from window_help import close_extra_windows, open_window, spin

from app import memory
from app.canvas_menus import CANVAS, NODE, SEVERAL
from app.commands import COMMANDS
from app.comparing import ComparisonDialog, compare_states
from engine import arrange
from engine.errors import UserError
from engine.project import Project, save
from engine.templates import new_from_template
from widgets.canvas.hits import Hit, nodes_in

Key, Mod = Qt.Key, Qt.KeyboardModifier


@pytest.fixture(scope="module")
def whole(qapp):
    with open_window() as made:
        yield made


@pytest.fixture
def window(whole):
    """A window with a small residual network; nothing of the test before is left in it."""
    whole.document.start(replace(new_from_template("resnet-digits"), view={"page": "build"}))
    QApplication.processEvents()
    yield whole
    close_extra_windows()
    whole.document.start(Project())


@pytest.fixture
def page(window):
    return window.build


def ends(page) -> set[tuple[str, str]]:
    return {(edge.source, edge.target) for edge in page.graph.edges}


def undo_is_one_step(page, before) -> None:
    page.document.stack.undo()
    assert page.graph == before


# ---- commands --------------------------------------------------------------------------------------------------------


def test_every_menu_entry_is_a_command() -> None:
    assert {name for name in (*NODE, *SEVERAL, *CANVAS) if name} <= set(COMMANDS)


@pytest.mark.parametrize(
    ("chosen", "name", "check"),
    [
        (["conv_1", "conv_2"], "align_left", lambda p: p.graph.nodes["conv_1"].x == p.graph.nodes["conv_2"].x),
        (["conv_2"], "extract", lambda p: ("residual_block_1", "batch_norm_2") in ends(p)),
        (["conv_2"], "break_wires", lambda p: not p.graph.incoming["conv_2"] and not p.graph.outgoing["conv_2"]),
        (["conv_2"], "collapse", lambda p: arrange.marked(p.graph, "conv_2", "collapsed")),
        (["conv_2"], "lock", lambda p: arrange.marked(p.graph, "conv_2", "locked")),
        (["conv_2"], "keep_size", lambda p: p.graph.nodes["conv_2"].params["same"] is True),
        (["conv_1", "relu_1"], "frame", lambda p: len(p.graph.frames) == 1),
        ([], "add_note", lambda p: len(p.graph.frames) == 1),
        (["conv_1"], "duplicate", lambda p: len(p.graph.nodes) == 13),
        (["conv_2"], "duplicate_with_inputs", lambda p: ("residual_block_1", p.selection[0]) in ends(p)),
        (["conv_2"], "mute", lambda p: p.graph.nodes["conv_2"].muted),
    ],
)
def test_commands_are_one_step(page, chosen, name, check) -> None:
    page.arranging.straighten() if name != "align_left" else page._on_moved({"conv_1": (50.0, 0.0)})
    before = page.graph
    page.select(chosen)
    page.window_.run_command(name)
    page.canvas._note_field._close()
    assert check(page)
    undo_is_one_step(page, before)


def test_join_wires_what_is_selected(page) -> None:
    page.adding.drop("Conv2d", 400, 0, None, None)
    first = page.selection[0]
    page.adding.drop("Conv2d", 400, 200, None, None)
    page.select([first, page.selection[0]])
    page.window_.run_command("join")
    assert (first, page.selection[0] if page.selection[0] != first else page.selection[1]) in ends(page)


def test_selecting_along_the_wires(page) -> None:
    page.select(["conv_2"])
    page.window_.run_command("select_upstream")
    assert set(page.selection) == arrange.upstream(page.graph, ["conv_2"])
    page.window_.run_command("invert_selection")
    assert set(page.selection) == set(page.graph.nodes) - arrange.upstream(page.graph, ["conv_2"])


def test_what_cannot_be_done_says_why(page) -> None:
    page.select([])
    for name in ("join", "distribute_down", "frame", "keep_size", "toggle_wires", "save_picture_of_selection"):
        reason = COMMANDS[name].why_not(page.window_)
        assert reason.endswith("."), name
    page.select(["relu_1"])
    assert COMMANDS["keep_size"].why_not(page.window_) == "Select a convolution first."


def test_tidy_leaves_locked_cards_and_can_be_limited_to_the_selection(page) -> None:
    page._on_moved({"conv_1": (500.0, 900.0), "linear_1": (700.0, 30.0)})
    page.select(["conv_1"])
    page.window_.run_command("lock")
    page.select(["linear_1", "global_average_pool_1"])
    stays = page.graph.nodes["residual_block_1"]
    page.window_.run_command("tidy")
    assert page.graph.nodes["residual_block_1"] == stays
    page.select([])
    page.window_.run_command("tidy")
    assert (page.graph.nodes["conv_1"].x, page.graph.nodes["conv_1"].y) == (500, 900)


def test_a_wire_is_turned_off_and_on(page) -> None:
    before = page.graph
    edge = before.incoming["linear_1"][0]
    page.canvas.choose((), {edge})
    page.window_.run_command("toggle_wires")
    assert edge not in page.graph.edges and page.canvas.mirror.resting.keys() == {edge}
    page.canvas.rest_wanted.emit(edge, True)
    assert page.graph == before


# ---- clipboard -------------------------------------------------------------------------------------------------------


def test_paste_brings_notes_and_on_wish_the_wires_from_outside(page) -> None:
    page.arranging.add_note()
    page.canvas._note_field._close()
    note = next(iter(page.graph.frames))
    page.canvas.choose({"conv_2", "batch_norm_2"}, frames={note})
    page.window_.run_command("copy")
    assert json.loads(QGuiApplication.clipboard().text())["lamina"] == "nodes"
    page.window_.run_command("paste")
    first = list(page.selection)
    assert len(first) == 2 and len(page.graph.frames) == 2
    assert not any(edge.source == "residual_block_1" for name in first for edge in page.graph.incoming[name])
    page.window_.run_command("paste_with_inputs")
    assert any(edge.source == "residual_block_1" for name in page.selection for edge in page.graph.incoming[name])


@pytest.mark.parametrize(
    "text", ["", "hello", "{", '{"nodes": 3, "edges": []}', '{"nodes": [], "edges": []}', "[" * 5000]
)
def test_a_foreign_clipboard_is_refused_with_a_sentence(page, text) -> None:
    before = page.graph
    QGuiApplication.clipboard().setText(text)
    page.window_.run_command("paste")
    assert page.graph == before


# ---- looking ---------------------------------------------------------------------------------------------------------


def test_bookmarks_lead_into_blocks(page) -> None:
    page.blocks.enter("residual_block_1")
    page.looking.set_bookmark(3)
    page.blocks.leave()
    assert not page.document.place.inside
    page.window_.run_command("bookmark_3")
    assert page.document.place.path == ("residual_block_1",)
    page.looking.go_to_bookmark(7)  # not set: a sentence, and nothing moves
    assert page.document.place.path == ("residual_block_1",)


@pytest.mark.parametrize("kept", [3, {"1": 3}, {"1": ["x", [], [1]]}, {"1": ["gone", ["a"], ["x", 1, 2]]}])
def test_what_a_file_may_hold_as_bookmarks(page, kept) -> None:
    page.document.set_view(bookmarks=kept, canvas=kept)
    page.looking.go_to_bookmark(1)
    page.looking.restore()
    assert nodes_in(page.canvas.mirror, page.canvas.camera.seen())


def test_the_view_is_kept_with_the_project(page, tmp_path) -> None:
    page.canvas.camera.zoom_to(80)
    page.canvas.camera.center_on("linear_1")
    spin(0.6)
    kept = page.document.project.view["canvas"]["main"]
    assert kept[2] == pytest.approx(page.canvas.camera.percent, abs=0.1)
    middle = page.canvas.camera.seen().center()
    path = tmp_path / "a.lamina"
    page.document.save(path)
    page.window_.document.start(Project())
    page.document.open(path)
    spin(0.1)
    assert (page.canvas.camera.seen().center() - middle).manhattanLength() < 12


def test_find_goes_to_a_node_in_a_block(page) -> None:
    entries = page.looking.entries()
    inner = next(one for one in entries if one.key == "main\nresidual_block_1\nconv_2")
    assert "Residual block" in inner.hint
    page.looking.show_found(inner.key)
    assert page.document.place.path == ("residual_block_1",) and page.selection == ["conv_2"]


# ---- outline, menus, overlays ----------------------------------------------------------------------------------------


def test_the_outline_mirrors_the_canvas_and_takes_its_keys(page) -> None:
    page.window_.run_command("show_outline")
    rows = page.bottom.outline.list.rows().rows()
    assert [one.id for one in rows] == list(page.graph.order)
    assert "input from Digits" in next(one.said for one in rows if one.id == "conv_1")
    QTest.keyClick(page.bottom.outline.list, Key.Key_Home)
    QTest.keyClick(page.bottom.outline.list, Key.Key_Down)
    assert page.selection == ["conv_1"] and page.canvas.mirror.selected == {"conv_1"}
    QTest.keyClick(page.bottom.outline.list, Key.Key_Down, Mod.ShiftModifier)
    assert set(page.selection) == {"conv_1", "batch_norm_1"}
    page.select(["relu_2"])
    assert [index.row() for index in page.bottom.outline.list.selectedIndexes()] == [
        list(page.graph.order).index("relu_2")
    ]
    QTest.keyClick(page.bottom.outline.list, Key.Key_Delete)
    assert "relu_2" not in page.graph.nodes
    page.bottom.outline.search.setText("conv")
    assert {one.label for one in page.bottom.outline.list.rows().rows()} == {"Conv 2D"}
    page.bottom.outline.search.clear()
    page.bottom.tabs.set_current(None)
    page.bottom._on_chosen("")


def test_menus_of_ports_notes_and_wires(page) -> None:
    item = page.canvas.mirror.nodes["relu_1"]
    port = page.menus.of_port(Hit("port", "relu_1", "out", item.card.outputs[0]))
    texts = [action.text() for action in port.actions()]
    assert "Turn all wires here off" in texts and "Remove all wires here" in texts
    next(action for action in port.actions() if action.text() == "Remove all wires here").trigger()
    assert not page.graph.outgoing["relu_1"]
    page.select(["conv_1"])
    page.window_.run_command("frame")
    page.canvas._note_field._close()
    frame = page.menus.of_frame(Hit("frame", frame="frame_1"))
    tints = next(action.menu() for action in frame.actions() if action.menu())
    tints.actions()[1].trigger()
    assert page.graph.frames["frame_1"].extra["hue"] == "Dense"
    next(action for action in frame.actions() if action.text().startswith("Delete frame")).trigger()
    assert not page.graph.frames and "conv_1" in page.graph.nodes
    wire = page.menus.of_wire(page.graph.incoming["linear_1"][0])
    next(action for action in wire.actions() if action.text() == "Turn off").trigger()
    assert arrange.resting(page.graph)
    page.menus.of_nodes()
    page.menus.of_canvas()


def test_the_overlay_is_chosen_in_the_bar_and_by_command(page) -> None:
    page.window_.run_command("overlay_cost")
    assert page.overlays.switch.current() == "cost" and page.canvas.mirror.overlay == "cost"
    assert page.canvas.mirror.nodes["conv_2"].marks.cost > 0
    page.overlays.chosen.emit("shapes")
    assert page.canvas.mirror.overlay == "shapes" and page.document.project.view["overlay"] == "shapes"


def test_a_note_on_a_node(page, monkeypatch) -> None:
    monkeypatch.setattr(QInputDialog, "getMultiLineText", lambda *_, **__: ("Why so wide?", True))
    page.select(["conv_2"])
    page.window_.run_command("note_on_node")
    assert page.graph.nodes["conv_2"].note == "Why so wide?"
    assert page.canvas.mirror.nodes["conv_2"].card.note == "Why so wide?"


def test_what_was_added_last_comes_first_in_the_quick_search(page) -> None:
    memory.remember_layer("Dropout")
    rows = page.adding._quick_rows("relu_1", "out", "")
    names = [row.name for row in rows]
    liked = [name for name in (*page.window_.settings.favorites, "Dropout") if name in names[:6]]
    assert "Dropout" in liked and names[0] in page.window_.settings.favorites


def test_splicing_by_hand_makes_room(page) -> None:
    page.adding.drop("Dropout", 500, 0, None, None)
    name = page.selection[0]
    edge = page.graph.incoming["linear_1"][0]
    page.canvas.splice_wanted.emit(name, edge)
    assert {("global_average_pool_1", name), (name, "linear_1")} <= ends(page)
    areas = [item.area() for item in page.canvas.mirror.nodes.values()]
    assert not any(one is not two and one.intersects(two) for one in areas for two in areas)


# ---- comparison, pictures, code --------------------------------------------------------------------------------------


def test_history_compares_with_now(page) -> None:
    page._on_param("conv_1", "filters", 64)
    page.remove(["relu_2"], True)
    page.bottom.open("history")
    assert [row.words for row in page.bottom.history.list.rows().rows()] == [
        "As it was opened", "Set filters of Conv 2D", "Delete ReLU",
    ]  # fmt: skip
    page.bottom.history.compare_wanted.emit(0)
    dialog = next(one for one in QApplication.topLevelWidgets() if isinstance(one, ComparisonDialog))
    assert dialog.states == {"conv_1": "changed", "relu_2": "removed"}
    assert dialog.canvas.mirror.nodes["relu_2"].marks.difference == "removed"
    assert any("filters 32 → 64" in line.words for line in dialog.list.list.rows().rows())
    dialog.close()
    page.bottom.history.jump_wanted.emit(1)
    assert "relu_2" in page.graph.nodes and page.graph.nodes["conv_1"].params["filters"] == 64
    page.document.stack.setIndex(0)
    dialog = compare_states(page.window_, page.document.project, "the same")
    assert dialog.list.same.isVisible() and not dialog.states
    dialog.close()


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_pictures_of_all_and_of_the_selection(window, page, tmp_path, ending) -> None:
    whole, part = tmp_path / f"a.{ending}", tmp_path / f"b.{ending}"
    window.files.write_picture(whole)
    window.files.write_picture(part, ["conv_1", "relu_1"])
    starts = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}[ending]
    assert whole.read_bytes().startswith(starts) and part.stat().st_size < whole.stat().st_size
    if ending == "svg":
        assert "Residual block" in whole.read_text() and "Residual block" not in part.read_text()


def test_a_picture_that_cannot_be_written_says_so(window, tmp_path) -> None:
    with pytest.raises(UserError, match="endings"):
        window.files.write_picture(tmp_path / "a.bmp")
    with pytest.raises(UserError, match="could not be written"):
        window.files.write_picture(tmp_path / "gone" / "a.svg")


def test_a_value_changed_in_the_code_view(page) -> None:
    page.bottom.open("code")
    code = page.bottom.code.code
    number, line = next(
        (at, text)
        for at, text in enumerate(page.bottom.code.text().split("\n"), 1)
        if "self.conv_1 = nn.Conv2d(1, 32" in text
    )
    code.edit_at(number, line.index("32") + 1)
    assert code.field.isVisible() and code.field.text() == "32"
    code.field.setText("48")
    QTest.keyClick(code.field, Key.Key_Return)
    assert page.graph.nodes["conv_1"].params["filters"] == 48
    assert "nn.Conv2d(1, 48" in page.bottom.code.text()
    before = page.graph
    code.edit_at(number, line.index("(1") + 1)
    code.field.setText("3")
    QTest.keyClick(code.field, Key.Key_Return)
    assert page.graph == before
    code.edit_at(1, 3)
    assert not code.field.isVisible()


def test_files_dropped_on_the_canvas_are_opened(page, tmp_path) -> None:
    path = tmp_path / "b.lamina"
    save(replace(new_from_template("mlp-wine"), name="Dropped"), path)
    page.canvas.files_dropped.emit([str(path)])
    assert page.document.project.name == "Dropped"


# ---- command line ----------------------------------------------------------------------------------------------------


def test_diff_on_the_command_line(tmp_path, capsys) -> None:
    from app.cli import main

    one, two = tmp_path / "a.lamina", tmp_path / "b.lamina"
    project = new_from_template("resnet-digits")
    save(project, one)
    graph = arrange.remove(project.graph, ["relu_2"], True)
    save(replace(project, networks={**project.networks, "main": graph}), two)
    assert main(["diff", str(one), str(two)]) == 0
    assert "- ReLU (relu_2)" in capsys.readouterr().out
    assert main(["diff", str(one), str(one)]) == 0
    assert "the same" in capsys.readouterr().out
    assert main(["diff", str(one), str(two), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["graphs"]["main"]["removed"] == ["relu_2"] and not found["same"]
    assert main(["diff", str(one), str(tmp_path / "gone.lamina")]) == 1
