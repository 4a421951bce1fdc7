"""One setting of a project by its path, as the command line names it: `recipe.optimizer.lr`, `graph.conv_1.filters`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine.catalogue import Catalogue
from engine.declare import Declared
from engine.edits import set_param
from engine.errors import UserError, listed
from engine.layer import layers
from engine.params import Param
from engine.project import Project

_PLACES = "recipe.…, graph.NODE.…, data.source.…, data.preparation.…, data.seed, data.stratify, data.split or name"


def set_path(project: Project, path: str, value: str) -> Project:
    """The project with one setting changed.

    Args:
        path: names separated by dots.
        value: text as typed; numbers, true and false, lists and `{"type": …}` are read as JSON.

    Raises:
        UserError: there is no such setting, or it does not take the value.
    """
    head, *rest = path.split(".")
    if path == "name":
        return replace(project, name=value)
    if head == "recipe" and rest:
        return replace(project, recipe=_declared(project.recipe, "recipes", rest, value, path))
    if head == "graph" and len(rest) >= 2:
        node, name = project.graph.node(rest[0]), ".".join(rest[1:])
        declared = layers[node.layer].params().get(name) if node.layer in layers else None
        return project.with_graph(set_param(project.graph, node.id, name, _read(value, declared)))
    if head == "data" and rest:
        return _data(project, rest, value, path)
    raise UserError(f"There is no setting {path!r}. Settings are {_PLACES}.")


def _data(project: Project, rest: list[str], value: str, path: str) -> Project:
    data = project.data
    if rest[0] == "source" and len(rest) > 1 and data.source is not None:
        return replace(project, data=replace(data, source=_declared(data.source, "sources", rest[1:], value, path)))
    if rest[0] == "preparation" and len(rest) > 1:
        made = _declared(data.preparation, "preparations", rest[1:], value, path)
        return replace(project, data=replace(data, preparation=made))
    if rest == ["seed"]:
        return replace(
            project, data=replace(data, seed=int(Param(name="seed", kind="int", label="The seed", min=0).coerce(value)))
        )
    if rest == ["stratify"]:
        return replace(project, data=replace(data, stratify=Param(kind="bool", label="Stratify").coerce(value)))
    if rest == ["split"]:
        return replace(project, data=replace(data, split=_split(value)))
    raise UserError(f"There is no setting {path!r}. Settings are {_PLACES}.")


def _split(value: str) -> tuple[float, float, float]:
    parts = Param(kind="floats", label="The split", min=0, max=1).coerce(value)
    if len(parts) != 3 or abs(sum(parts) - 1) > 1e-6:
        raise UserError(f"The split needs three shares that add up to 1, such as 0.7,0.15,0.15. It is {value}.")
    return (parts[0], parts[1], parts[2])


def _declared(values: Mapping[str, Any], catalogue: str, path: list[str], value: str, whole: str) -> dict[str, Any]:
    _load(catalogue)
    cls = Catalogue.named(catalogue)[str(values.get("type"))]
    name, *deeper = path
    declared = cls.params().get(name)
    if declared is None:
        raise UserError(f"There is no setting {whole!r}. {cls.label} has {listed(list(cls.params()), 'and', 30)}.")
    if deeper:
        inner = values.get(name, declared.default)
        if isinstance(inner, str):
            inner = {"type": inner}
        if isinstance(inner, Declared):
            inner = inner.to_json()
        if declared.kind != "one_of" or not isinstance(inner, Mapping):
            raise UserError(f"{declared.label} has no settings of its own, so there is no {whole!r}.")
        return {**values, name: _declared(inner, declared.catalogue, deeper, value, whole)}
    read = _read(value, declared)
    declared.coerce(read)
    return {**values, name: read}


def _load(catalogue: str) -> None:
    """Import the module that makes a catalogue; catalogues register themselves."""
    import importlib

    homes = {"recipes": "engine.recipes", "sources": "engine.data.sources", "preparations": "engine.data.preparation"}
    importlib.import_module(homes.get(catalogue, "engine.recipes"))


def _read(value: str, declared: Param | None) -> Any:
    """The value as JSON where it is that; what is a text anyway stays as typed, so that a file may be called `7`."""
    if declared is not None and declared.kind in ("text", "field", "path", "choice") and value != "null":
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value
