"""Several networks in one project: which one is trained, and new data for all of them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QLabel

sys.path.insert(0, str(Path(__file__).parent))

from window_help import close_extra_windows, open_window, spin

from app.rebinding import rebound
from engine.edits import add
from engine.graph import Graph
from engine.places import Place, add_network
from engine.project import Project, from_json, to_json
from engine.templates import new_from_template
from engine.wiring import connect


@pytest.fixture
def window(qapp):
    with open_window() as made:
        made.document.start(add_network(new_from_template("cnn-digits"), "second"))
        made.show_page("build")
        spin(0.2)
        yield made
        close_extra_windows()


def _entry(window, network: str):
    window.build.blocks.network_menu(network, QPoint(200, 200))
    menu = QApplication.activePopupWidget()
    return next(one for one in menu.actions() if one.text() == "Train this one")


def test_the_network_that_is_trained_is_chosen_at_its_tab(window) -> None:
    first = _entry(window, "main")
    assert not first.isEnabled()
    assert first.toolTip() == "It is the one that is trained."
    close_extra_windows()
    second = _entry(window, "second")
    assert second.isEnabled()
    second.trigger()
    assert list(window.document.project.networks) == ["second", "main"]
    assert window.document.errors, "the empty one cannot be trained"
    window.document.stack.undo()
    assert not window.document.errors


def test_where_a_recipe_gives_parts_the_train_page_says_which(window) -> None:
    window.document.start(new_from_template("dcgan"))
    entry = _entry(window, list(window.document.project.networks)[-1])
    assert not entry.isEnabled()
    assert "Train page" in entry.toolTip()


def test_new_data_reaches_the_inputs_of_every_network() -> None:
    digits, shapes = new_from_template("cnn-digits"), new_from_template("unet-shapes")
    networks = {"main": digits.graph, "other": digits.graph}
    project = rebound(Project(networks=networks, data=shapes.data))
    for graph in project.networks.values():
        assert graph.nodes["image_input_1"].params["field"] == "picture"
        assert graph.nodes["cross_entropy_1"].params["target"] == "mask"


def test_the_order_of_the_networks_is_kept_in_the_file() -> None:
    project = add_network(new_from_template("cnn-digits"), "second").focused("second")
    assert project != project.focused("main")
    assert from_json(to_json(project)) == project


def test_an_empty_second_network_begins_with_the_data_there_is(window) -> None:
    """The ghost card adds both ends for the data that is chosen; the inspector tells of the network that is shown."""
    build = window.build
    window.document.go(Place("second"))
    spin(0.2)
    assert build.inspector.model.isVisible()
    build.canvas.data_wanted.emit()
    graph = window.document.project.networks["second"]
    assert [node.layer for node in graph.nodes.values()] == ["ImageInput", "CrossEntropy"]
    assert len(window.document.project.networks["main"].nodes) == 14
    assert window.page == "build"
    shown = [one.text() for one in build.inspector.model.findChildren(QLabel)]
    assert "2" in shown
    assert "14" not in shown


def test_an_objective_of_the_wrong_kind_may_compare_with_what_fits(window) -> None:
    """A reconstruction: no field of the data is an image to answer with, but the input is one."""
    build, document = window.build, window.document
    document.go(Place("second"))
    graph, image = add(Graph(), "ImageInput", params={"field": "image"})
    graph, end = add(graph, "MSE", params={"target": "digit"})
    graph = connect(graph, image, end)
    document.edit_graph("Draw", lambda _: graph)
    (problem,) = [one for one in document.problems_here if one.node == end]
    assert [fix.label for fix in problem.fixes] == ["Use Cross-entropy", "Compare with image"]
    build.mending.fix(document.problems_here.index(problem), 1)
    assert document.graph.nodes[end].params["target"] == "image"
    assert not [one for one in document.problems_here if one.node == end]
