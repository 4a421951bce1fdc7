"""Small projects for the tests of the engine's core, drawn in a few words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from engine.data.fields import Field, category, image, number
from engine.graph import Block, BlockParam, Edge, Graph, Node
from engine.project import DataChoice, Project

IRIS = (
    number("sepal"),
    number("petal"),
    category("species", ("a", "b", "c"), role="target"),
)
DIGITS = (image("image", 1, 8, 8), category("digit", tuple("0123456789"), role="target"))
HOUSES = (number("rooms"), number("area"), number("price", role="target"))


def graph(nodes: dict[str, Any], *wires: str) -> Graph:
    """`graph({"a_1": "Linear", "b_1": ("Linear", {"features": 3})}, "a_1 > b_1", "a_1.out > b_1.x 1")`."""
    made = {}
    for place, (name, about) in enumerate(nodes.items()):
        layer, params = (about, {}) if isinstance(about, str) else about
        more = {key[1:]: params[key] for key in params if key.startswith("~")}
        params = {key: value for key, value in params.items() if not key.startswith("~")}
        made[name] = Node(name, layer, params, 0.0, 100.0 * place, **more)
    return Graph(made, tuple(_edge(wire) for wire in wires))


def _edge(wire: str) -> Edge:
    left, right = wire.split(" > ")
    source, _, output = left.partition(".")
    end, _, index = right.partition(" ")
    target, _, port = end.partition(".")
    usual = "prediction" if target.startswith(("loss", "mse", "cross")) else "x"
    return Edge(source, output or "out", target, port or usual, int(index or 0))


def project(drawn: Graph, fields: Sequence[Field] = IRIS, blocks: Sequence[Block] = (), **about: Any) -> Project:
    """A project around a graph; its data is named and not read."""
    source = {"type": "IrisData"}
    data = DataChoice(source=source, fields=tuple(fields), count=150)
    made = Project(name="Trial", networks={"main": drawn}, blocks={one.name: one for one in blocks}, data=data)
    return replace(made, **about)


def chain(*layers: Any, fields: Sequence[Field] = IRIS, loss: str = "CrossEntropy", **about: Any) -> Project:
    """Table input, these layers one after another, and a loss."""
    start = "ImageInput" if fields is DIGITS else "TableInput"
    nodes: dict[str, Any] = {"input_1": start}
    wires, last = [], "input_1"
    for place, layer in enumerate(layers, 1):
        name = f"layer_{place}"
        nodes[name] = layer
        port = {"Flatten": "x", "Conv2d": "image", "MaxPool2d": "image"}.get(
            layer if isinstance(layer, str) else layer[0], "x"
        )
        wires.append(f"{last} > {name}.{port}")
        last = name
    nodes["loss_1"] = loss
    wires.append(f"{last} > loss_1")
    return project(graph(nodes, *wires), fields, **about)


def block(name: str, drawn: Graph, *params: BlockParam) -> Block:
    return Block(name, drawn, params)


def residual() -> Block:
    """A block with a setting: two Linear and a shortcut. `wide` is the width inside, the width outside stays."""
    inner = graph(
        {
            "block_input_1": "BlockInput",
            "linear_1": ("Linear", {"features": "=wide"}),
            "relu_1": "ReLU",
            "linear_2": ("Linear", {"features": "=input.features"}),
            "add_1": "Add",
            "block_output_1": "BlockOutput",
        },
        "block_input_1 > linear_1",
        "linear_1 > relu_1",
        "relu_1 > linear_2",
        "linear_2 > add_1.inputs",
        "block_input_1 > add_1.inputs 1",
        "add_1 > block_output_1",
    )
    return block("Residual", inner, BlockParam("wide", 16))


def as_file(value: Project) -> dict[str, Any]:
    """A project's JSON, to be spoiled."""
    from engine.project import dumps

    made: dict[str, Any] = json.loads(dumps(value))
    return made
