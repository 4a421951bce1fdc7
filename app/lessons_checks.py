"""What must be so for a step of a lesson to be done: questions to the document, the runs and the page, never to clicks.

So a person may do a step in any way: by pointer, by keyboard, from a menu. Layers are named by class; "Linear 2" is the
second one from above, "block:Name" a block.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from app.lessons import Call
from engine.errors import UserError
from engine.graph import Graph, Node, make
from engine.wiring import reaches

if TYPE_CHECKING:
    from app.window import Window
    from engine.runs import Run

Check = Callable[..., bool]
CHECKS: dict[str, Check] = {}


def _check(ask: Check) -> Check:
    CHECKS[ask.__name__.strip("_")] = ask
    return ask


def holds(window: Window, calls: Iterable[Call]) -> bool:
    """Whether all of these are so."""
    return all(CHECKS[call[0]](window, *call[1:]) for call in calls)


# ---- finding nodes ----


def nodes_of(graph: Graph, layer: str) -> list[Node]:
    """All nodes of a layer, from above."""
    found = [node for node in graph.nodes.values() if _kind(node) == layer]
    return sorted(found, key=lambda node: (node.y, node.x, node.id))


def node_of(graph: Graph, name: str) -> Node | None:
    """The node that a lesson names: `Linear`, or `Linear 2` for the second one from above."""
    layer, _, number = name.rpartition(" ")
    if not layer or not number.isdigit():
        layer, number = name, "1"
    found = nodes_of(graph, layer)
    place = int(number) - 1
    return found[place] if place < len(found) else None


def _kind(node: Node) -> str:
    return f"block:{node.block}" if node.block else node.layer


# ---- the network ----


@_check
def _follows(window: Window, first: str, *others: str) -> bool:
    """Whether layers follow each other along wires, perhaps with others between."""
    graph = window.document.graph
    here = [node.id for node in _chosen(graph, first)]
    for other in others:
        here = [node.id for node in _chosen(graph, other) if any(reaches(graph, one, node.id) for one in here)]
    return bool(here)


def _chosen(graph: Graph, name: str) -> list[Node]:
    one = node_of(graph, name)
    if name.rpartition(" ")[2].isdigit():
        return [one] if one is not None else []
    return nodes_of(graph, name)


@_check
def _has(window: Window, layer: str, count: int = 1) -> bool:
    """Whether there are so many nodes of a layer."""
    return len(nodes_of(window.document.graph, layer)) >= count


@_check
def _wires_into(window: Window, layer: str, count: int) -> bool:
    """Whether a node gets so many wires."""
    graph = window.document.graph
    return any(len(graph.incoming[node.id]) >= count for node in nodes_of(graph, layer))


@_check
def _faulty(window: Window, layer: str) -> bool:
    """Whether something is wrong with a layer."""
    wrong = {problem.node for problem in window.document.problems_here if problem.level == "error"}
    return any(node.id in wrong for node in nodes_of(window.document.graph, layer))


@_check
def _fine(window: Window, layer: str) -> bool:
    """Whether there is such a layer and nothing is wrong with it."""
    return _has(window, layer) and not _faulty(window, layer)


@_check
def _no_errors(window: Window) -> bool:
    """Whether the network could be trained."""
    return not window.document.errors and bool(window.document.project.graph.nodes)


@_check
def _setting(window: Window, layer: str, name: str, how: str, value: Any) -> bool:
    """Whether a setting of a layer is, is not, or is above or below a value."""
    node = node_of(window.document.graph, layer)
    if node is None:
        return False
    now = node.repeat if name == "repeat" else _value(node, name)
    return _compare(now, how, value)


def _value(node: Node, name: str) -> Any:
    try:
        return getattr(make(node), name, None)
    except UserError:
        return None


def _compare(now: Any, how: str, value: Any) -> bool:
    """Sizes such as (3, 3) count as their first number."""
    first = now[0] if isinstance(now, tuple | list) and now else now
    if first is None and how in ("above", "below"):
        return False
    answers: dict[str, Callable[[], bool]] = {
        "is": lambda: first == value,
        "is not": lambda: first != value,
        "above": lambda: first > value,
        "below": lambda: first < value,
    }
    return answers[how]()


@_check
def _selected(window: Window, layer: str) -> bool:
    """Whether a node of this layer, and nothing else, is selected."""
    node = node_of(window.document.graph, layer)
    return node is not None and window.build.selection == [node.id]


@_check
def _all_selected(window: Window, *layers: str) -> bool:
    """Whether just these nodes are selected."""
    nodes = [node_of(window.document.graph, layer) for layer in layers]
    return all(nodes) and set(window.build.selection) == {node.id for node in nodes if node}


@_check
def _overlay(window: Window, name: str) -> bool:
    """Whether this lies over the cards."""
    return bool(window.document.project.view.get("overlay", "shapes") == name)


@_check
def _bottom(window: Window, name: str) -> bool:
    """Whether this panel is open below the canvas."""
    return bool(window.build.bottom.tabs.current() == name)


@_check
def _block_with(window: Window, layer: str) -> bool:
    """Whether a block that has such a layer inside is used in the network."""
    project = window.document.project
    used = {node.block for node in project.graph.nodes.values() if node.block}
    return any(bool(nodes_of(project.blocks[name].graph, layer)) for name in used if name in project.blocks)


@_check
def _repeated(window: Window, times: int) -> bool:
    """Whether a block follows itself so often."""
    return any(node.block and node.repeat >= times for node in window.document.project.graph.nodes.values())


@_check
def _inside(window: Window) -> bool:
    """Whether the inside of a block is shown."""
    return bool(window.document.place.inside)


@_check
def _outside(window: Window) -> bool:
    """Whether the network itself is shown."""
    return not window.document.place.inside


# ---- pages and data ----


@_check
def _page(window: Window, key: str) -> bool:
    """Whether this page is shown."""
    return window.page == key


@_check
def _data(window: Window, kind: str = "") -> bool:
    """Whether data is chosen, of this source where one is named."""
    data = window.document.project.data
    return bool(data.fields) and (not kind or (data.source or {}).get("type") == kind)


@_check
def _role(window: Window, role: str, kind: str = "") -> bool:
    """Whether a field has a role: input, target or unused."""
    return any(one.role == role and kind in ("", one.kind) for one in window.document.project.data.fields)


@_check
def _field(window: Window, name: str, role: str) -> bool:
    """Whether one field has a role; data without that field passes, for it is the person's own."""
    schema = window.document.project.data.schema
    return name not in schema or schema[name].role == role


@_check
def _prepared(window: Window, name: str, how: str, value: Any) -> bool:
    """Whether a setting of the preparation is or is not a value."""
    return _compare(window.document.project.data.preparation.get(name), how, value)


# ---- runs ----


def _runs(window: Window) -> list[Run]:
    runs: list[Run] = window.train.runs
    return runs


@_check
def _trained(window: Window, epochs: int = 1) -> bool:
    """Whether a run has made so many epochs, perhaps still going on."""
    return any((info := window.train.info_of(run.id)) is not None and info.epoch >= epochs for run in _runs(window))


@_check
def _finished(window: Window, count: int = 1) -> bool:
    """Whether so many runs have ended after at least one epoch."""
    infos = [window.train.info_of(run.id) for run in _runs(window)]
    return sum(1 for info in infos if info is not None and not info.active and info.epoch > 0) >= count


@_check
def _recipe(window: Window, name: str, how: str, value: Any) -> bool:
    """Whether a setting of the recipe is, is not, or is above or below a value; unset ones are None."""
    return _compare(window.document.project.recipe.get(name), how, value)


@_check
def _result(window: Window, key: str) -> bool:
    """Whether a run keeps a result: "test", or "export:onnx"."""
    return any(key in _results(run) for run in _runs(window))


@_check
def _sampled(window: Window) -> bool:
    """Whether what a run wrote or drew is there to be seen."""
    return not window.train.widget.charts.samples.empty


def _results(run: Run) -> list[str]:
    try:
        return run.results()
    except UserError:
        return []
