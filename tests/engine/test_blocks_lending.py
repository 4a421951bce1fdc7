"""Settings that a block lends out: made from a node's setting, followed by others, told on the cards inside."""

from __future__ import annotations

from dataclasses import replace

from engine.blocks import follow, group, lent_alike, promote
from engine.cards import summary_of
from engine.edits import add
from engine.places import Place
from engine.project import Project
from engine.wiring import connect


def _residual() -> tuple[Project, str]:
    graph = Project().graph
    graph, first = add(graph, "Conv2d", 0, 0, {"filters": 16, "same": True})
    graph, second = add(graph, "Conv2d", 0, 90, {"filters": 16, "same": True})
    graph = connect(graph, first, second)
    return group(Project().with_graph(graph), Place("main"), [first, second], "Part")


def test_a_second_node_follows_the_setting_of_the_first() -> None:
    project, _ = _residual()
    first, second = [node.id for node in project.blocks["Part"].graph.nodes.values() if node.layer == "Conv2d"]
    assert lent_alike(project, "Part", first, "filters") == ""
    project = promote(project, "Part", first, "filters")
    assert lent_alike(project, "Part", second, "filters") == "filters"
    assert lent_alike(project, "Part", second, "kernel") == ""
    project = follow(project, "Part", second, "filters", "filters")
    block = project.blocks["Part"]
    assert [one.name for one in block.params] == ["filters"]
    assert {block.graph.nodes[one].params["filters"] for one in (first, second)} == {"=filters"}


def test_a_setting_with_another_value_is_lent_out_apart() -> None:
    project, _ = _residual()
    first, second = [node.id for node in project.blocks["Part"].graph.nodes.values() if node.layer == "Conv2d"]
    project = promote(project, "Part", first, "filters")
    block = project.blocks["Part"]
    other = {**block.graph.nodes[second].params, "filters": 64}
    nodes = {**block.graph.nodes, second: type(block.graph.nodes[second])(second, "Conv2d", other)}

    project = replace(project, blocks={"Part": replace(block, graph=replace(block.graph, nodes=nodes))})
    assert lent_alike(project, "Part", second, "filters") == ""
    project = promote(project, "Part", second, "filters")
    assert [one.name for one in project.blocks["Part"].params] == ["filters", "filters_2"]


def test_a_card_tells_what_it_follows() -> None:
    project, _ = _residual()
    first = next(node.id for node in project.blocks["Part"].graph.nodes.values() if node.layer == "Conv2d")
    project = promote(project, "Part", first, "filters")
    assert summary_of(project.blocks["Part"].graph.nodes[first]) == "filters = filters · keep size"
