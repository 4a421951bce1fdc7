"""What "Show me" does in a lesson: each deed is one function, and works by steps that can be undone."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.lessons import FOLDER, Call
from app.lessons_checks import node_of
from app.places import data_folder
from engine.edits import change, set_param
from engine.graph import label_of, objectives_of
from engine.placing import place_below
from engine.project import Project
from engine.recipes import recipes
from engine.wiring import connect

if TYPE_CHECKING:
    from app.window import Window

Deed = Callable[..., Any]
DEEDS: dict[str, Deed] = {}


def _deed(work: Deed) -> Deed:
    DEEDS[work.__name__.strip("_")] = work
    return work


def carry_out(window: Window, calls: Iterable[Call]) -> None:
    """Do these one after the other."""
    for call in calls:
        DEEDS[call[0]](window, *call[1:])


def example(name: str) -> Path:
    """A file that comes with the lessons, as the person's own copy, so that a project may name its place."""
    folder = data_folder() / "examples"
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / name
    if not target.exists():
        shutil.copyfile(FOLDER / name, target)
    return target


# ---- pages and data ----


@_deed
def _page(window: Window, key: str) -> None:
    """Go to a page."""
    window.show_page(key)


@_deed
def _command(window: Window, name: str) -> None:
    """Carry out a command of the menus."""
    window.run_command(name)


@_deed
def _data(window: Window, kind: str) -> None:
    """Choose a ready-made set."""
    window.data.scan({"type": kind})


@_deed
def _table(window: Window, name: str) -> None:
    """Load a table that comes with the lessons."""
    window.data.take_path(str(example(name)))


@_deed
def _role(window: Window, field: str, role: Any) -> None:
    """Use a field as input, as target, or not at all."""

    def edit(project: Project) -> Project:
        return replace(project, data=project.data.with_role(field, role))

    window.document.edit(f"Use {field} as {role}", edit)


@_deed
def _prepare(window: Window, name: str, value: Any) -> None:
    """Change a setting of the preparation."""

    def edit(project: Project) -> Project:
        preparation = {**project.data.preparation, name: value}
        return replace(project, data=replace(project.data, preparation=preparation))

    window.document.edit("Change the preparation", edit)


# ---- the network ----


@_deed
def _add(window: Window, layer: str, after: str) -> None:
    """Drop a layer under a card."""
    node = node_of(window.document.graph, after)
    if node is None:
        return
    x, y = place_below(window.document.graph, node.id, window.document.project.blocks)
    window.build.adding.drop(layer, x, y, None, node.id)


@_deed
def _put_between(window: Window, layer: str, first: str, second: str) -> None:
    """Drop a layer onto the wire between two others."""
    graph = window.document.graph
    one, two = node_of(graph, first), node_of(graph, second)
    edges = [edge for edge in graph.edges if one and two and (edge.source, edge.target) == (one.id, two.id)]
    if edges:
        window.build.adding.drop(layer, 0, 0, edges[0], None)


@_deed
def _place(window: Window, layer: str, beside: str, right: float, down: float) -> None:
    """Put a layer on the canvas, not yet wired, so far from a card."""
    node = node_of(window.document.graph, beside)
    if node is not None:
        window.build.adding.drop(layer, node.x + right, node.y + down, None, None)


@_deed
def _wire(window: Window, source: str, target: str, port: str = "") -> None:
    """Draw a wire."""
    graph, blocks = window.document.graph, window.document.project.blocks
    one, two = node_of(graph, source), node_of(graph, target)
    if one is not None and two is not None:
        window.document.edit_graph("Connect", lambda graph: connect(graph, one.id, two.id, port, "", blocks))


@_deed
def _wire_to_loss(window: Window, source: str) -> None:
    """Draw the wire to the first objective."""
    graph, blocks = window.document.graph, window.document.project.blocks
    one, ends = node_of(graph, source), objectives_of(graph)
    if one is not None and ends:
        window.document.edit_graph(
            "Connect", lambda graph: connect(graph, one.id, ends[0].id, "prediction", "", blocks)
        )


@_deed
def _repair(window: Window, label: str) -> None:
    """Press the first repair whose button begins with these words."""
    for place, problem in enumerate(window.document.problems_here):
        for row, fix in enumerate(problem.fixes):
            if fix.label.startswith(label):
                window.build.mending.fix(place, row)
                return


@_deed
def _select(window: Window, *names: str) -> None:
    """Select nodes."""
    found = [node_of(window.document.graph, name) for name in names]
    window.build.select([node.id for node in found if node is not None], center=len(found) == 1)


@_deed
def _set(window: Window, layer: str, name: str, value: Any) -> None:
    """Change a setting of a layer."""
    node = node_of(window.document.graph, layer)
    if node is None:
        return
    window.build.select([node.id])
    words = f"Set {name} of {label_of(node)}"
    window.document.edit_graph(words, lambda graph: set_param(graph, node.id, name, value))


@_deed
def _overlay(window: Window, name: str) -> None:
    """Choose what lies over the cards."""
    window.build.set_overlay(name)


@_deed
def _bottom(window: Window, name: str) -> None:
    """Open a panel below the canvas."""
    window.build.bottom.open(name)


@_deed
def _group(window: Window, name: str) -> None:
    """Put the selected nodes into a block."""
    window.build.blocks.group_as(name)


@_deed
def _repeat_block(window: Window, times: int) -> None:
    """Let the first block follow itself so often."""
    found = [node.id for node in window.document.graph.nodes.values() if node.block]
    if found:
        window.build.select(found[:1])
        window.document.edit_graph("Set repeat", lambda graph: change(graph, found[0], repeat=times))


@_deed
def _enter(window: Window) -> None:
    """Go into the first block."""
    found = [node.id for node in window.document.graph.nodes.values() if node.block]
    if found:
        window.build.blocks.enter(found[0])


@_deed
def _leave(window: Window) -> None:
    """Come out of a block."""
    window.build.blocks.leave()


# ---- runs ----


@_deed
def _train(window: Window) -> None:
    """Start training."""
    window.run_command("train")


@_deed
def _recipe(window: Window, name: str, value: Any) -> None:
    """Change a setting of the recipe."""

    def edit(project: Project) -> Project:
        recipe = {**project.recipe, name: value}
        recipes.make(recipe)
        return replace(project, recipe=recipe)

    window.document.edit(f"Set {name.replace('_', ' ')}", edit)


@_deed
def _export(window: Window) -> None:
    """Press the button at the foot of the Export page."""
    window.show_page("export")
    window.export.widget.side.button.click()
