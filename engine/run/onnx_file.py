"""What an ONNX file says of itself, and what it must not say: names and facts in, traces of this computer out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import metadata
from typing import Any

import onnx

from engine.data.sources import sources
from engine.errors import UserError
from engine.exporters.signature import Signature
from engine.project import Project, to_json

PRODUCER = "Lamina"
ABOUT = ("author", "license", "version", "description", "purpose")
CLASSES, INPUTS, OUTPUTS, PROJECT, VERSION = (
    "lamina.classes",
    "lamina.inputs",
    "lamina.outputs",
    "lamina.project",
    "lamina.version",
)
"""Keys of the facts that other programs may want to read; each value but the version is JSON."""


def finish(model: onnx.ModelProto, project: Project, sign: Signature, name: str, names: bool) -> None:
    """Make a fresh export fit to be handed over.

    Args:
        name: of the graph.
        names: whether the names of classes and columns go in.
    """
    strip(model.graph)
    for function in model.functions:
        function.doc_string = ""
        del function.metadata_props[:], function.value_info[:]
        _strip_nodes(function.node)
    del model.metadata_props[:]
    model.graph.name = name
    model.producer_name, model.producer_version = PRODUCER, version()
    model.doc_string = str(project.about.get("purpose") or project.about.get("description") or "")
    onnx.helper.set_model_props(model, facts(project, sign, names))


def strip(graph: onnx.GraphProto) -> None:
    """Take out stack traces with local paths, and the shapes inside, which quantizing would trip over."""
    graph.doc_string = ""
    del graph.value_info[:], graph.metadata_props[:]
    for part in (*graph.input, *graph.output, *graph.initializer):
        part.doc_string = ""
        del part.metadata_props[:]
    _strip_nodes(graph.node)


def _strip_nodes(nodes: Any) -> None:
    for node in nodes:
        node.doc_string = ""
        del node.metadata_props[:]
        for attribute in node.attribute:
            for inner in (attribute.g, *attribute.graphs):
                if inner.node:
                    strip(inner)


def facts(project: Project, sign: Signature, names: bool) -> dict[str, str]:
    """Everything the file says of itself, as texts."""
    inputs = [one.to_json() for one in sign.inputs]
    if not names:
        inputs = [{key: value for key, value in one.items() if key not in ("columns", "classes")} for one in inputs]
    outputs = [
        {"name": one.name, "target": one.target if names else "", "shape": [str(dim) for dim in one.tensor.dims]}
        for one in sign.outputs
    ]
    found = {
        VERSION: version(),
        "project": project.name,
        INPUTS: _text(inputs),
        OUTPUTS: _text(outputs),
        PROJECT: _text(embedded(project, names)),
        **{key: str(project.about[key]) for key in ABOUT if project.about.get(key)},
    }
    if names:
        found[CLASSES] = _text({one.name: list(one.classes) for one in sign.outputs if one.classes})
    return found


def embedded(project: Project, names: bool = True) -> dict[str, Any]:
    """The project as it travels inside an exported file, so that it opens in Lamina again: no folders of this
    computer, not where the person was looking."""
    found = to_json(project)
    found.pop("view", None)
    source = found["data"]["source"]
    if not names:
        found["data"] = {**found["data"], "source": None, "fields": [], "count": 0}
    elif source is not None:
        found["data"]["source"] = _without_folders(source)
    return found


def _without_folders(source: Mapping[str, Any]) -> dict[str, Any] | None:
    """A data source that says the file's name but not where it lies."""
    try:
        params = sources[str(source.get("type"))].params()
    except UserError:
        return None  # of a newer version: nobody knows which of its settings is a path
    return {
        name: str(value).replace("\\", "/").rstrip("/").rpartition("/")[2]
        if name in params and params[name].kind == "path"
        else value
        for name, value in source.items()
    }


def version() -> str:
    """The version of this program."""
    try:
        return metadata.version("lamina")
    except metadata.PackageNotFoundError:
        return "0"


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
