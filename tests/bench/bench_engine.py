"""How fast shapes, problems and source come: `python tests/bench/bench_engine.py`, or `make bench`. Prints only."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from engine import infer_layer, recall
from engine.check import check
from engine.codegen import generate
from engine.data.fields import Field, category, image
from engine.edits import set_param
from engine.graph import Edge, Graph, Node
from engine.infer import infer
from engine.layer import layers
from engine.project import DataChoice, Project
from engine.templates import templates

FIELDS: tuple[Field, ...] = (image("picture", 3, 32, 32), category("kind", tuple("abcdefghij"), "target"))


def network(count: int) -> Graph:
    """A trunk of residual blocks, drawn out, that ends in a loss."""
    nodes = {"n_0": Node("n_0", "ImageInput"), "first": Node("first", "Conv2d", {"filters": 16, "padding": 1})}
    edges, at, start = [Edge("n_0", "out", "first", "image")], "first", "first"
    for number in range(1, count - 4):
        name, layer = f"n_{number}", ("Conv2d", "BatchNorm", "ReLU", "Conv2d", "Add")[(number - 1) % 5]
        nodes[name] = Node(name, layer, {"filters": 16, "padding": 1} if layer == "Conv2d" else {})
        port = layers[layer].ports()[0].name
        edges.append(Edge(at, "out", name, port))
        if layer == "Add":
            edges.append(Edge(start, "out", name, port, 1))
            start = name
        at = name
    for name, layer, params in (("pool", "GlobalAvgPool2d", {}), ("last", "Linear", {"features": 10})):
        nodes[name] = Node(name, layer, params)
        edges.append(Edge(at, "out", name, layers[layer].ports()[0].name))
        at = name
    nodes["loss"] = Node("loss", "CrossEntropy", {"target": "kind"})
    return Graph(nodes, (*edges, Edge(at, "out", "loss", "prediction")))


def times(action: Callable[[int], Any], rounds: int = 15) -> str:
    """The best and the median: on a busy machine only the best says much."""
    taken = []
    for number in range(rounds):
        start = time.perf_counter()
        action(number)
        taken.append(1000 * (time.perf_counter() - start))
    return f"best {min(taken):7.2f} ms   median {statistics.median(taken):7.2f} ms"


def forget() -> None:
    """As in a fresh process: nothing is remembered."""
    infer_layer._layer_rule.cache_clear()
    infer_layer.layer_of.cache_clear()
    recall.forget()


@pytest.mark.bench
def test_bench_engine() -> None:
    graph = network(1000)
    schema = {one.name: one for one in FIELDS}
    project = Project("Bench", {"main": graph}, data=DataChoice(source={"type": "DigitsData"}, fields=FIELDS))
    infer(graph, schema)

    def cold(_: int) -> None:
        forget()
        infer(Graph(graph.nodes, graph.edges), schema)

    def edited(number: int) -> None:
        infer(set_param(graph, "last", "features", 11 + number), schema)

    def edited_early(number: int) -> None:
        infer(set_param(graph, "n_1", "dilation", 2 + number), schema)

    def wired(number: int) -> None:
        edges = [one for one in graph.edges if (one.source, one.target) != ("pool", "last")]
        infer(Graph(graph.nodes, (*edges, Edge("pool", "out", "last", "x"))), schema)

    print(f"\n1,000 nodes: shapes, nothing remembered   {times(cold)}")
    print(f"1,000 nodes: shapes again                 {times(lambda _: infer(graph, schema))}")
    print(f"1,000 nodes: after a setting of the last  {times(edited)}")
    print(f"1,000 nodes: after a setting of the first {times(edited_early)}")
    print(f"1,000 nodes: after one wire               {times(wired)}")
    print(f"1,000 nodes: problems                     {times(lambda _: check(project))}")
    print(f"1,000 nodes: source                       {times(lambda _: generate(project), 5)}")
    for one in templates():
        made = one.project()
        walked = times(lambda _, made=made: infer(made.graph, made.data.schema, made.blocks), 5)  # type: ignore[misc]
        source = times(lambda _, made=made: generate(made), 5)  # type: ignore[misc]
        print(f"{one.name:24} shapes {walked}   source {source}")


if __name__ == "__main__":
    test_bench_engine()
