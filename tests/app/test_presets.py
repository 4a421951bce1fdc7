"""A person's presets: kept, damaged, and at work in the inspector, the quick search and on the Train page."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QInputDialog, QMenu, QMessageBox

sys.path.insert(0, str(Path(__file__).parent))

from window_help import open_window, spin, wait

from app import presets
from app.presets import MOST_NAME, MOST_PRESETS, Shelf
from engine.errors import UserError
from engine.templates import new_from_template


@pytest.fixture(autouse=True)
def folders(tmp_path, monkeypatch):
    monkeypatch.setenv("LAMINA_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("LAMINA_STATE", str(tmp_path / "state"))
    return tmp_path


# ---- kept ----


def test_they_are_kept_renamed_and_deleted() -> None:
    shelf = (
        Shelf({}).with_preset("Conv2d", "  stem   7 × 7 ", {"filters": 64}).with_preset("Conv2d", "b", {"bias": False})
    )
    presets.save(shelf)
    again, said = presets.load()
    assert again == shelf and said == []
    assert [one.name for one in again.of("Conv2d")] == ["stem 7 × 7", "b"]
    assert [one.name for one in again.renamed("Conv2d", "stem 7 × 7", "first").of("Conv2d")] == ["first", "b"]
    assert [one.name for one in again.without("Conv2d", "b").of("Conv2d")] == ["stem 7 × 7"]
    assert again.of("Linear") == []


@pytest.mark.parametrize("name", ["", "   ", "\n\t", "x" * (MOST_NAME + 1)])
def test_names_that_cannot_be(name) -> None:
    with pytest.raises(UserError):
        Shelf({}).with_preset("Conv2d", name, {"filters": 1})


def test_a_taken_name_and_too_many_are_told() -> None:
    shelf = Shelf({"Linear": {str(place): {"features": 1} for place in range(MOST_PRESETS)}})
    with pytest.raises(UserError, match="already"):
        shelf.renamed("Linear", "1", "2")
    with pytest.raises(UserError, match="most"):
        shelf.with_preset("Linear", "one more", {"features": 2})
    assert shelf.with_preset("Linear", "1", {"features": 2}).held["Linear"]["1"] == {"features": 2}


@pytest.mark.parametrize(
    "damaged", ["", "{", "[]", "null", '{"kind": "lamina presets"}', "[" * 9999, '{"presets": {}}']
)
def test_a_damaged_file_is_told_and_set_aside_not_lost(folders, damaged) -> None:
    path = folders / "config" / "presets.json"
    path.parent.mkdir()
    path.write_text(damaged)
    shelf, said = presets.load()
    assert shelf == Shelf({}) and len(said) == 1 and "could not be read" in said[0]
    presets.save(shelf.with_preset("Linear", "wide", {"features": 512}))
    assert presets.load() == (Shelf({"Linear": {"wide": {"features": 512}}}), [])
    assert (path.parent / "presets.damaged.json").read_text() == damaged


def test_damaged_parts_are_left_out_alone(folders) -> None:
    path = folders / "config" / "presets.json"
    path.parent.mkdir()
    found = {"Conv2d": {"good": {"filters": 8}, "bad": 3}, "Linear": [], "Teleport": {"far": {"x": 1}}}
    path.write_text(json.dumps({"kind": "lamina presets", "presets": found}))
    shelf, said = presets.load()
    assert shelf.held == {"Conv2d": {"good": {"filters": 8}}, "Teleport": {"far": {"x": 1}}}
    assert said == ["2 of your presets could not be read and are left out."]


def test_the_last_settings_are_noted_and_may_be_damaged(folders) -> None:
    presets.remember_used("Conv2d", {"filters": 8})
    presets.remember_used("Linear", {"features": 9})
    assert presets.last_used("Conv2d").settings == {"filters": 8}
    assert presets.last_used("GRU") is None
    (folders / "state" / "last_settings.json").write_text("{")
    assert presets.last_used("Conv2d") is None
    presets.remember_used("Conv2d", {"filters": 7})
    assert presets.last_used("Conv2d").settings == {"filters": 7}


# ---- at work ----


@pytest.fixture
def window(qapp):
    with open_window() as made:
        made.document.start(new_from_template("cnn-digits"))
        made.show_page("build")
        spin(0.3)
        yield made


def layer_menu(window, node: str) -> QMenu:
    """The menu that the link in the inspector opens."""
    window.build.select([node])
    spin(0.05)
    window.build.inspector.node.presets.click()
    return next(menu for menu in window.findChildren(QMenu) if menu.isVisible())


def pick(menu: QMenu, *words: str) -> None:
    """Choose an entry, through its sub-menus."""
    for word in words[:-1]:
        menu = next(one for one in menu.actions() if one.text() == word).menu()
    next(one for one in menu.actions() if one.text().split("\t")[0] == words[-1]).trigger()
    for one in menu.window().findChildren(QMenu):
        one.close()


def close(menu: QMenu) -> None:
    menu.close()
    spin(0.02)


def typing(monkeypatch, *answers: str) -> None:
    left = list(answers)
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, **__: (left.pop(0), True))


def test_a_shipped_one_is_put_on_and_undone(window) -> None:
    before = window.build.graph.nodes["conv_1"].params
    menu = layer_menu(window, "conv_1")
    pick(menu, "Stem 7 × 7")
    close(menu)
    node = window.build.graph.nodes["conv_1"]
    assert (node.params["filters"], node.params["kernel"], node.params["bias"]) == (64, [7, 7], False)
    assert window.document.stack.undoText() == "Put Stem 7 × 7 on Conv 2D"
    window.run_command("undo")
    assert window.build.graph.nodes["conv_1"].params == before
    again = layer_menu(window, "conv_1")
    assert not next(one for one in again.actions() if one.text() == "Stem 7 × 7").isChecked()
    close(again)


def test_save_rename_use_and_delete_in_the_inspector(window, monkeypatch) -> None:
    window.build.inspector.param_changed.emit("conv_1", "filters", 48)
    typing(monkeypatch, "stem", "stem for photos")
    menu = layer_menu(window, "conv_1")
    pick(menu, "Save as preset…")
    close(menu)
    kept = presets.load()[0].held["Conv2d"]["stem"]
    assert kept["filters"] == 48
    menu = layer_menu(window, "conv_2")
    pick(menu, "Rename", "stem")
    close(menu)
    menu = layer_menu(window, "conv_2")
    pick(menu, "stem for photos")
    close(menu)
    assert window.build.graph.nodes["conv_2"].params == window.build.graph.nodes["conv_1"].params
    menu = layer_menu(window, "conv_2")
    assert next(one for one in menu.actions() if one.text().startswith("stem for photos")).isChecked()
    pick(menu, "Delete", "stem for photos")
    close(menu)
    assert presets.load()[0].of("Conv2d") == []
    window.toasts.toasts()[-1].action_triggered.emit()
    assert [one.name for one in presets.load()[0].of("Conv2d")] == ["stem for photos"], "Undo brings it back"


def test_a_taken_name_is_asked_for(window, monkeypatch) -> None:
    presets.save(Shelf({"Conv2d": {"stem": {"filters": 1}}}))
    monkeypatch.setattr(QMessageBox, "exec", lambda *_: 0)
    monkeypatch.setattr(QMessageBox, "clickedButton", lambda *_: None)
    typing(monkeypatch, "stem")
    menu = layer_menu(window, "conv_1")
    pick(menu, "Save as preset…")
    close(menu)
    assert presets.load()[0].held["Conv2d"]["stem"] == {"filters": 1}


def test_the_quick_search_adds_a_layer_with_its_preset(window) -> None:
    presets.save(Shelf({"Conv2d": {"stem for photos": {"filters": 48, "kernel": [5, 5]}}}))
    window.build.adding.insert_after("conv_1")
    menu = window.build.adding._menu
    assert "Conv2d#stem for photos" not in [part.row.name for part in menu.list.rows().rows()], "not in the short list"
    menu.search.setText("stem pho")
    assert [part.row.label for part in menu.list.rows().rows()][:1] == ["Conv 2D · stem for photos"]
    menu._on_return()
    (made,) = window.build.selection
    assert window.build.graph.nodes[made].params == {"filters": 48, "kernel": [5, 5]}
    assert any(edge.source == "conv_1" and edge.target == made for edge in window.build.graph.edges)
    window.build.adding.add_layer("Conv2d")
    assert window.build.graph.nodes[window.build.selection[0]].params == {}, "the next one is a usual one again"


def test_a_new_layer_takes_the_last_settings_on_request(window) -> None:
    window.build.inspector.param_changed.emit("conv_1", "filters", 77)
    wait(lambda: (note := presets.last_used("Conv2d")) is not None and note.settings.get("filters") == 77, 5, "note")
    window.build.adding.add_layer("Conv2d")
    assert "filters" not in window.build.graph.nodes[window.build.selection[0]].params, "not unless asked for"
    window.change_settings(as_last_used=True)
    window.build.adding.add_layer("Conv2d")
    assert window.build.graph.nodes[window.build.selection[0]].params["filters"] == 77
    window.change_settings(as_last_used=False)
    window.build.adding.insert_after("conv_1")
    menu = window.build.adding._menu
    menu.search.setText("conv 2d last used")
    assert menu.list.row_at(menu.list.place()).row.label == "Conv 2D · As last used"
    menu._on_return()
    assert window.build.graph.nodes[window.build.selection[0]].params["filters"] == 77


def test_a_recipe_takes_a_preset(window) -> None:
    window.show_page("train")
    spin(0.2)
    window.train.recipe.panel.presets.click()
    menu = next(one for one in window.findChildren(QMenu) if one.isVisible())
    pick(menu, "AdamW for Transformers")
    close(menu)
    recipe = window.document.project.recipe
    assert recipe["optimizer"] == {"type": "AdamW", "lr": 0.0003, "weight_decay": 0.05, "beta2": 0.98}
    assert recipe["schedule"] == {"type": "Cosine"} and recipe["clip_norm"] == 1.0 and recipe["type"] == "Supervised"
    window.run_command("undo")
    assert window.document.project.recipe.get("clip_norm") is None
