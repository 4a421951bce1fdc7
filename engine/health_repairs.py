"""Repairs of what is ill while a network trains: edits of the project as it is now, for the next run.

They are the same `Fix` as those of the checker: a button, what it leads to, and an edit with its undo.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from engine.check import Fix, Problem
from engine.edits import change
from engine.errors import UserError
from engine.graph import Edge, Graph, Node, label_of, outputs_of
from engine.health import Verdict, bare
from engine.infer import infer
from engine.layer import layers
from engine.places import Place, graph_at, known, with_graph_at
from engine.placing import insert_between
from engine.project import Project
from engine.recipes import recipe_of, recipes
from engine.shapes import Sequence as Steps

MOST = 3
FLAT = ("Sigmoid", "Hardsigmoid", "Tanh", "Hardtanh", "Softsign")
HINGES = ("ReLU", "ReLU6")

Edit = Callable[[Project], Project]


def problem_of(project: Project, verdict: Verdict, network: str, node: str, said: str = "") -> Problem:
    """An illness as a problem of a card, with its repairs. `said` names the node inside where it is another one."""
    title = f"{verdict.title}: {said}" if said else verdict.title
    fixes = tuple(repairs(project, verdict, network))[:MOST]
    # a warning, however bad: the network is sound as it is drawn, and may be trained again
    return Problem("warning", node, title, verdict.text, fixes=fixes, network=network)


def repairs(project: Project, verdict: Verdict, network: str) -> Iterator[Fix]:
    """What can be done at a press, in the project as it is now, where the node is still the same."""
    names = bare(verdict.path)
    place = Place(network, tuple(names[:-1]))
    if network not in project.networks or known(project, place) != place:
        return
    node = graph_at(project, place).nodes.get(names[-1])
    for key in verdict.repairs:
        fix = _RECIPE[key](project, network) if key in _RECIPE else None
        if key in _GRAPH and node is not None:
            fix = _GRAPH[key](project, place, node)
        if fix is not None and _holds(project, fix):
            yield fix


def _holds(project: Project, fix: Fix) -> bool:
    """Whether an edit can be carried out and leaves no shape that does not fit."""
    try:
        after = fix.edit(project)
    except UserError:
        return False
    if after == project:
        return False
    before = {name: _wrong(project, name) for name in project.networks}
    return all(_wrong(after, name) <= before[name] for name in after.networks)


def _wrong(project: Project, network: str) -> int:
    walk = infer(project.networks[network], project.data.schema, project.blocks)
    return sum(len(facts.findings) for facts in walk.facts.values())


# ---- the recipe ------------------------------------------------------------------------------------------------------


def _lower_rate(project: Project, network: str) -> Fix | None:
    name = _optimizer_of(project, network)
    made: Any = recipe_of(project.recipe)
    optimizer = getattr(made, name, None)
    if optimizer is None:
        return None
    rate = float(f"{optimizer.lr / 3:.1g}")

    def edit(project: Project) -> Project:
        given = project.recipe.get(name) or {}
        choice = {"type": given} if isinstance(given, str) else dict(given)
        choice = {"type": type(optimizer).__name__, **choice, "lr": rate}
        return _with_recipe(project, {name: choice})

    return Fix("Lower the learning rate", (f"from {optimizer.lr:g} to {rate:g}", "in the next run"), edit)


def _optimizer_of(project: Project, network: str) -> str:
    """The setting that moves a network's weights: some ways of training have an optimizer for each of two."""
    cls = recipes[str(project.recipe.get("type"))]
    made: Any = recipe_of(project.recipe)
    for role in getattr(made, "networks", {}):
        own = f"{role}_optimizer"
        if made.played_by(role) == network and own in cls.params() and getattr(made, own, None) is not None:
            return own
    return "optimizer"


def _clip(project: Project, network: str) -> Fix | None:
    made: Any = recipe_of(project.recipe)
    limit = getattr(made, "clip_norm", 0.0)
    if limit is not None and limit <= 1.0:
        return None
    return Fix(
        "Limit the gradients", ("to a length of 1 in all", "in the next run"),
        lambda project: _with_recipe(project, {"clip_norm": 1.0}),
    )  # fmt: skip


def _with_recipe(project: Project, values: Mapping[str, Any]) -> Project:
    recipe = {**project.recipe, **values}
    recipe_of(recipe)
    return replace(project, recipe=recipe)


# ---- the graph -------------------------------------------------------------------------------------------------------


def _at(place: Place, edit: Callable[[Graph], Graph]) -> Edit:
    return lambda project: with_graph_at(project, place, edit(graph_at(project, place)))


def _leaky(project: Project, place: Place, node: Node) -> Fix | None:
    if node.layer not in HINGES:
        return None
    lines = ("a little gets through", "below zero too")
    return Fix("Use Leaky ReLU", lines, _at(place, lambda graph: _swapped(graph, [node.id], "LeakyReLU")))


def _unbounded(project: Project, place: Place, node: Node) -> Fix | None:
    """ReLU instead of the bounded curves: of this one, or of all hidden ones of the network around it."""
    graph = graph_at(project, place)
    names = [node.id] if node.layer in FLAT else [one.id for one in graph.nodes.values() if _squeezes(graph, one)]
    if not names:
        return None
    label = layers[graph.nodes[names[0]].layer].label
    count = f"{len(names)} times instead of {label}" if len(names) > 1 else f"instead of {label}"
    return Fix("Use ReLU", (count, "gradients pass unchanged"), _at(place, lambda g: _swapped(g, names, "ReLU")))


def _squeezes(graph: Graph, node: Node) -> bool:
    """A bounded curve between two layers that learn, as opposed to one that makes the answer."""
    if node.layer not in FLAT:
        return False
    stack, seen = [node.id], set()
    while stack:
        for edge in graph.outgoing.get(stack.pop(), ()):
            after = graph.nodes[edge.target]
            if after.id not in seen:
                seen.add(after.id)
                stack.append(after.id)
                if after.block or after.layer.startswith(("Linear", "Conv", "Transposed")):
                    return True
    return False


def _swapped(graph: Graph, names: list[str], layer: str) -> Graph:
    for name in names:
        graph = change(graph, name, layer=layer, params={})
    return graph


def _normalize(project: Project, place: Place, node: Node) -> Fix | None:
    """A normalization before an activation, behind anything else."""
    graph = graph_at(project, place)
    section = layers[node.layer].section if node.layer in layers else ""
    edges = graph.incoming.get(node.id, ()) if section == "Activation" else graph.outgoing.get(node.id, ())
    if section == "Normalization" or len(edges) != 1:
        return None
    edge: Edge = next(iter(edges))
    ends = (graph.nodes[edge.source], graph.nodes[edge.target])
    if any(one.layer in layers and layers[one.layer].section == "Normalization" for one in ends):
        return None
    layer = _norm_for(project, place, edge)
    where = f"after {label_of(ends[0])}", f"before {label_of(ends[1])}"
    if not outputs_of(ends[1], project.blocks):
        return None
    return Fix(
        f"Add {layers[layer].label}", where,
        _at(place, lambda graph: insert_between(graph, edge, layer, None, project.blocks)),
    )  # fmt: skip


def _norm_for(project: Project, place: Place, edge: Edge) -> str:
    """Batch norm, for steps layer norm: over a batch of texts of differing length there is nothing to average."""
    if place.inside:
        return "BatchNorm"
    walk = infer(project.networks[place.network], project.data.schema, project.blocks)
    tensor = walk.output(edge.source, edge.output)
    return "LayerNorm" if isinstance(tensor, Steps) else "BatchNorm"


_RECIPE: Mapping[str, Callable[[Project, str], Fix | None]] = {"lower_rate": _lower_rate, "clip": _clip}
_GRAPH: Mapping[str, Callable[[Project, Place, Node], Fix | None]] = {
    "leaky": _leaky, "unbounded": _unbounded, "normalize": _normalize,
}  # fmt: skip
