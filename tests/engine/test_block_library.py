"""The block library: each block works in two uses with one class, and says where it comes from."""

from __future__ import annotations

import re
from typing import Any

import pytest
import torch

from engine.blocks import needs
from engine.codegen import generate
from engine.data.fields import category, image, series, signal, tokens
from engine.edits import add, change, set_param
from engine.facts import Inference
from engine.graph import BLOCK, Block, BlockParam, Graph, make
from engine.infer import infer
from engine.layer import layers
from engine.library import load_library, save_library, shipped
from engine.project import DataChoice, Project
from engine.wiring import connect

LIBRARY = shipped()
INPUTS = {"image": ("ImageInput", image("x", 3, 16, 16)), "signal": ("SignalInput", signal("x", 3, 24))}
INPUTS["sequence"] = ("SeriesInput", series("x", 12, 6))
FIRST = {"image": ("Conv2d", {"kernel": 1}), "signal": ("Conv1d", {"kernel": 1}), "sequence": ("Linear", {})}
"""What brings the data to the width of a use: 16, then 32."""


def use(graph: Graph, name: str, feed: str, other: str, params: dict[str, Any]) -> tuple[Graph, str]:
    """A block, its first input fed by one node and a second one, where it has one, by another."""
    if LIBRARY[name].inputs[-1].id == "condition":
        graph, pooled = add(graph, "GlobalAvgPool2d")
        graph, other = connect(graph, other, pooled), pooled
    graph, node = add(graph, BLOCK + name, params=params)
    for place, end in enumerate(LIBRARY[name].inputs):
        graph = connect(graph, feed if not place else other, node, end.id, blocks=LIBRARY)
    return graph, node


def twice(name: str) -> Project:
    """A network that uses a block twice, with another width and other settings the second time."""
    block = LIBRARY[name]
    kind = block.inputs[0].id
    layer, field = INPUTS[kind]
    graph, start = add(Graph(), layer, params={"field": "x"})
    ends = []
    for width, more in ((16, 0), (32, 1)):
        first, settings = FIRST[kind]
        size = {"features": width} if first == "Linear" else {"filters": width}
        graph, feed = add(graph, first, params={**settings, **size})
        graph = connect(graph, start, feed)
        other = feed
        if name == "U-Net up":  # what comes from below is half as large
            graph, feed = add(graph, "MaxPool2d")
            graph = connect(graph, other, feed)
        graph, node = use(graph, name, feed, other, settings_of(block, more))
        ends += [(node, out.id) for out in block.outputs]
    for place, (node, output) in enumerate(ends):
        graph, end = add(graph, "Output", params={"name": f"out_{place}"})
        graph = connect(graph, node, end, output=output, blocks=LIBRARY)
    fields = (field, category("y", ("a", "b"), "target"))
    return Project("Twice", {"main": graph}, blocks=LIBRARY, data=DataChoice(fields=fields))


def settings_of(block: Block, more: int) -> dict[str, Any]:
    """Settings of one use: whole numbers differ from use to use, as far as they go with the widths."""
    found: dict[str, Any] = {}
    for one in block.params:
        if isinstance(one.default, bool) or not isinstance(one.default, int):
            continue
        steps = {"kernel": 2, "wide": 2, "heads": 4, "narrow": 2, "stride": 1, "expand": 1, "dilation": 1}
        base = min(one.default, 8)
        found[one.name] = base + more * steps.get(one.name, 4)
        if one.name in ("heads", "groups"):
            found[one.name] = 4 * (1 + more)
        if one.name == "narrow":
            found[one.name] = 2 * (1 + more)
    return found


@pytest.mark.parametrize("name", LIBRARY)
def test_one_class_serves_two_different_uses(name: str) -> None:
    project = twice(name)
    walk = infer(project.graph, project.data.schema, project.blocks)
    assert walk.ok, [facts.findings for facts in walk.facts.values() if facts.findings]
    source = generate(project)
    uses = re.findall(rf"self\.{project_stem(project, name)}_\d = (\w+)\(", source.text)
    assert len(uses) == 2 and len(set(uses)) == 1, source.text
    assert len(re.findall(rf"^class {uses[0]}\d*\(", source.text, re.M)) == 1
    runs(source, project, walk)


def project_stem(project: Project, name: str) -> str:
    """What the ids of a block's uses begin with."""
    node = next(node for node in project.graph.nodes.values() if node.block == name)
    return node.id.rsplit("_", 1)[0]


def runs(source: Any, project: Project, walk: Inference) -> None:
    names: dict[str, Any] = {}
    exec(compile(source.text, "blocks", "exec"), names)
    torch.manual_seed(0)
    made = names[source.class_name]()
    assert sum(weight.numel() for weight in made.parameters()) == walk.parameters
    found = made(torch.randn(2, *source.inputs[0].tensor.dims))
    assert [tuple(one.shape[1:]) for one in found] == [one.tensor.dims for one in source.outputs]
    sum(one.sum() for one in found).backward()
    assert all(weight.grad is not None for weight in made.parameters())


@pytest.mark.parametrize("name", LIBRARY)
def test_it_says_what_it_does_and_who_found_it(name: str) -> None:
    block = LIBRARY[name]
    assert len(block.help) > 40 and re.search(r"(19|20)\d\d", block.help), block.help
    assert all(one.help and one.label for one in block.params)
    used = str([node.params for node in block.graph.nodes.values()])
    assert all(re.search(rf"\b{one.name}\b", used) for one in block.params), "a setting that nothing reads"


@pytest.mark.parametrize("name", LIBRARY)
def test_its_nodes_are_known_and_its_ports_have_words(name: str) -> None:
    block = LIBRARY[name]
    for node in block.graph.nodes.values():
        assert node.block in LIBRARY if node.block else node.layer in layers
        if not any(str(value).startswith("=") for value in node.params.values()) and not node.block:
            make(node)
    assert all(not end.id.startswith("block_") for end in (*block.inputs, *block.outputs))
    assert name in needs(LIBRARY, name)


def test_a_library_comes_back_from_its_file(tmp_path: Any) -> None:
    path = tmp_path / "mine.lamina-blocks"
    save_library(LIBRARY, ["U-Net up", "GPT block"], path)
    assert load_library(path) == {name: LIBRARY[name] for name in ("U-Net up", "GPT block")}


def test_a_block_in_a_block_hands_its_sizes_on() -> None:
    graph, start = add(Graph(), "BlockInput")
    graph, inner = add(graph, "block:Inverted residual", params={"expand": "=inner"})
    graph, end = add(graph, "BlockOutput")
    graph = connect(connect(graph, start, inner, blocks=LIBRARY), inner, end, blocks=LIBRARY)
    blocks = {**LIBRARY, "Outer": Block("Outer", graph, (BlockParam("inner", 2),))}
    graph, start = add(Graph(), "ImageInput", params={"field": "x"})
    for width, inner_width in ((8, 2), (12, 3)):
        graph, conv = add(graph, "Conv2d", params={"filters": width})
        graph = connect(graph, start, conv)
        graph, node = add(graph, "block:Outer", params={"inner": inner_width})
        graph = connect(graph, conv, node, blocks=blocks)
        graph, out = add(graph, "Output")
        graph = connect(graph, node, out, blocks=blocks)
    project = Project("Nested", {"main": graph}, blocks=blocks, data=DataChoice(fields=(image("x", 3, 16, 16),)))
    source = generate(project)
    assert re.search(r"InvertedResidual\w*\(channels, inner, 3\)", source.text)
    assert len(re.findall(r"^class InvertedResidual", source.text, re.M)) == 1
    runs(source, project, infer(project.graph, project.data.schema, blocks))


# ---- one weight for two kinds of layer ---------------------------------------------------------------------------


def language(bias: bool = False, features: int = 6, **linear: Any) -> Project:
    words = tuple(map(str, range(9)))
    graph, start = add(Graph(), "TokenInput", params={"field": "x"})
    graph, table = add(graph, "Embedding", params={"features": features})
    graph, scores = add(graph, "Linear", params={"features": 9, "bias": bias, **linear})
    graph, end = add(graph, "SequenceCrossEntropy", params={"target": "y"})
    for one, other in ((start, table), (table, scores), (scores, end)):
        graph = connect(graph, one, other)
    graph = change(graph, scores, shares=table)
    fields = (tokens("x", 5, words), tokens("y", 5, words, "target"))
    return Project("Tied", {"main": graph}, data=DataChoice(fields=fields))


@pytest.mark.parametrize("bias", [False, True])
def test_a_linear_scores_with_the_table_of_an_embedding(bias: bool) -> None:
    project = language(bias)
    walk = infer(project.graph, project.data.schema)
    assert walk.parameters == 9 * 6 + 9 * bias
    source = generate(project)
    names: dict[str, Any] = {}
    exec(source.text, names)
    made = names["Tied"]()
    assert made.linear_1.weight is made.embedding_1.weight
    assert sum(weight.numel() for weight in made.parameters()) == walk.parameters
    ids = torch.arange(5).reshape(1, 5)
    wanted = made.embedding_1(ids) @ made.embedding_1.weight.T + (made.linear_1.bias if bias else 0)
    torch.testing.assert_close(made(ids), wanted)


def test_a_weight_of_another_size_is_refused_with_both_sizes() -> None:
    project = language()
    graph = set_param(project.graph, "linear_1", "features", 10)
    [finding] = infer(graph, project.data.schema)["linear_1"].findings
    assert "10 × 6" in finding.detail and "9 × 6" in finding.detail
    [finding] = infer(language(wrap="weight norm").graph, project.data.schema)["linear_1"].findings
    assert "another kind" in finding.detail
