"""Networks follow the data: inputs and objectives are bound to the fields of a new source, by kind and by name."""

from __future__ import annotations

from dataclasses import replace

from engine.cards import CARD_WIDTH
from engine.check import usual_objective
from engine.edits import add, set_param
from engine.facts import Schema
from engine.graph import Graph, inputs_of, objectives_of
from engine.layer import layers
from engine.layout import GAP_LABEL
from engine.project import Project


def rebound(project: Project) -> Project:
    """Inputs and objectives that name a field which the new data lacks take the only one that fits, where there is
    one; else they keep the name, and the problems say so."""
    networks = {name: _rebound(graph, project.data.schema) for name, graph in project.networks.items()}
    return replace(project, networks=networks)


def _rebound(graph: Graph, schema: Schema) -> Graph:
    ends = {node.id: "target" for node in objectives_of(graph)} | {node.id: "input" for node in inputs_of(graph)}
    for node, role in ((graph.nodes[one], role) for one, role in ends.items()):
        if node.layer not in layers:
            continue
        for name, declared in layers[node.layer].params().items():
            old = node.params.get(name)
            if declared.kind != "field" or declared.fields is None or not old or old in schema:
                continue
            fit = [one.name for one in schema.values() if one.role == role and one.kind in declared.fields.kinds]
            if len(fit) == 1:
                graph = set_param(graph, node.id, name, fit[0])
    return graph


INPUTS = {"image": "ImageInput", "series": "SeriesInput", "signal": "SignalInput", "tokens": "TokenInput"}
"""The input of each sort of field that is read one by one; numbers and categories are read together, as a table."""


def with_ends(project: Project, blank: bool) -> Project:
    """On a blank canvas, inputs and an objective for the data just chosen, so that only the middle is missing."""
    if not blank:
        return project
    fields = [one for one in project.data.fields if one.role == "input"]
    ends: list[tuple[str, dict[str, str]]] = [
        (INPUTS[one.kind], {"field": one.name}) for one in fields if one.kind in INPUTS
    ]
    if any(one.kind in ("number", "category") for one in fields):
        ends.append(("TableInput", {}))
    graph = project.graph
    for place, (layer, params) in enumerate(ends):
        graph, _ = add(graph, layer, place * (CARD_WIDTH + GAP_LABEL), 0, params)
    target = next((one for one in project.data.fields if one.role == "target"), None)
    if target is not None and target.kind in ("number", "category"):
        graph, _ = add(graph, usual_objective(target), 0, 360, {"target": target.name})
    return project.with_graph(graph)
