"""Pasting between projects: blocks come along, are joined or renamed; damaged and hostile clips are refused."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.blocks import group, needs
from engine.clip import MOST_BYTES, MOST_NESTED, Clip, clip_of, from_text, joined, paste, to_text
from engine.edits import add, change, move, set_param
from engine.edits import paste as paste_nodes
from engine.errors import UserError
from engine.graph import Block, Graph, Node
from engine.graphfile import MOST_NODES, block_json, blocks_from_json
from engine.infer import infer
from engine.places import Place
from engine.project import Project, dumps, loads
from engine.wiring import connect
from tests.engine.making import graph

HERE = Place("main")


def chain(*layers: str) -> Graph:
    """Block ends around a chain of layers."""
    drawn, last = add(Graph(), "BlockInput")
    for layer in (*layers, "BlockOutput"):
        drawn, name = add(drawn, layer, x=10, y=20)
        drawn, last = connect(drawn, last, name), name
    return drawn


def source() -> Project:
    """A network with a block made of another block, and two layers of shared weights."""
    inner = Block("Inner", chain("ReLU", "Dropout"))
    outer_graph = graph({"block_input_1": "BlockInput", "inner_1": "block:Inner", "block_output_1": "BlockOutput"})
    outer_graph = connect(outer_graph, "block_input_1", "inner_1", input="block_input_1", blocks={"Inner": inner})
    outer_graph = connect(outer_graph, "inner_1", "block_output_1", blocks={"Inner": inner})
    blocks = {"Inner": inner, "Outer": Block("Outer", outer_graph, help="What it is for.")}
    drawn, first = add(Graph(), "Linear")
    drawn, second = add(drawn, "Linear", y=100)
    drawn = change(drawn, second, shares=first)
    drawn, use = add(drawn, "block:Outer", y=200)
    drawn = connect(connect(drawn, first, second), second, use, blocks=blocks)
    return Project("Source", {"main": drawn}, blocks)


def carried(project: Project, *names: str) -> Clip:
    """A clip as another window gets it: through its text."""
    found = from_text(to_text(clip_of(project.graph, project.blocks, names or project.graph.nodes)))
    assert found == clip_of(project.graph, project.blocks, names or project.graph.nodes)
    return found


# ---- what comes along ------------------------------------------------------------------------------------------------


def test_blocks_come_along_with_those_inside_them_and_weights_stay_shared() -> None:
    clip = carried(source())
    assert list(clip.blocks) == ["Inner", "Outer"]
    grown, brought = paste(Project("Other"), HERE, clip, 5, 7)
    assert list(grown.blocks) == ["Inner", "Outer"] and grown.blocks == source().blocks
    assert brought.blocks == ("Inner", "Outer") and not brought.renamed and "came along" in brought.words()
    linear, twin, use = brought.nodes
    assert grown.graph.nodes[twin].shares == linear and grown.graph.nodes[use].layer == "block:Outer"
    assert len(grown.graph.edges) == 2 and grown.graph.nodes[use].y == 207
    assert loads(dumps(grown)) == grown


def test_only_the_blocks_that_are_needed_travel() -> None:
    assert not carried(source(), "linear_1").blocks
    text = json.loads(to_text(clip_of(source().graph, source().blocks, ["linear_1"])))
    text["blocks"] = [block_json(source().blocks["Inner"])]
    assert not from_text(json.dumps(text)).blocks


def test_weights_shared_with_a_node_that_is_not_copied_are_free() -> None:
    grown, brought = paste(Project("Other"), HERE, carried(source(), "linear_2"), 0, 0)
    assert grown.graph.nodes[brought.nodes[0]].shares == ""


def test_the_same_block_is_joined_wherever_its_cards_stand() -> None:
    mine = source()
    stood = replace(mine.blocks["Inner"], graph=move(mine.blocks["Inner"].graph, {"relu_1": (900.0, 1.5)}))
    mine = replace(mine, blocks={**mine.blocks, "Inner": stood})
    grown, brought = paste(mine, HERE, carried(source(), "outer_1"), 0, 0)
    assert grown.blocks == mine.blocks and not brought.blocks and not brought.words()


def test_another_block_of_the_same_name_gets_a_new_name_once() -> None:
    mine = source()
    inner = mine.blocks["Inner"]
    mine = replace(
        mine, blocks={**mine.blocks, "Inner": replace(inner, graph=set_param(inner.graph, "dropout_1", "rate", 0.9))}
    )
    clip = carried(source(), "outer_1")
    grown, brought = paste(mine, HERE, clip, 0, 0)
    # Outer reads the same, but it is made of another Inner
    assert brought.renamed == {"Inner": "Inner 2", "Outer": "Outer 2"}
    assert "“Inner” is now “Inner 2” and “Outer” is now “Outer 2”" in brought.words()
    assert grown.graph.nodes[brought.nodes[0]].layer == "block:Outer 2"
    assert needs(grown.blocks, "Outer 2") == ["Inner 2", "Outer 2"]
    assert {name: grown.blocks[name] for name in mine.blocks} == mine.blocks
    again, more = paste(grown, HERE, clip, 0, 0)
    assert again.blocks == grown.blocks and not more.words()
    assert again.graph.nodes[more.nodes[0]].layer == "block:Outer 2"


def test_a_block_that_stands_for_nothing_is_pasted_as_it_is() -> None:
    lost = replace(source(), blocks={})
    grown, brought = paste(Project(), HERE, carried(lost, "outer_1"), 0, 0)
    assert grown.graph.nodes[brought.nodes[0]].layer == "block:Outer" and not grown.blocks


def test_wires_from_outside_lead_to_the_same_kind_of_node_only() -> None:
    clip = carried(source(), "outer_1")
    grown, brought = paste(source(), HERE, clip, 0, 0, outer=True)
    assert [edge.source for edge in grown.graph.incoming[brought.nodes[0]]] == ["linear_2"]
    other = replace(source(), networks={"main": graph({"linear_2": "ReLU"})})
    grown, brought = paste(other, HERE, clip, 0, 0, outer=True)
    assert not grown.graph.incoming[brought.nodes[0]]


def test_another_network_of_the_project_takes_them_too() -> None:
    mine = replace(source(), networks={**source().networks, "second": Graph()})
    grown, brought = paste(mine, Place("second"), carried(mine), 0, 0)
    assert len(grown.networks["second"].nodes) == 3 and grown.networks["main"] == mine.networks["main"]
    assert grown.blocks == mine.blocks and not brought.words()


def test_a_block_is_never_pasted_into_itself() -> None:
    mine = source()
    clip = carried(mine, "outer_1")
    with pytest.raises(UserError, match="“Outer” would contain itself"):
        paste(mine, HERE.entered("outer_1"), clip, 0, 0)
    with pytest.raises(UserError, match="“Inner” would contain itself"):
        paste(mine, HERE.entered("outer_1").entered("inner_1"), clip, 0, 0)
    other, _ = group(mine, HERE, ["linear_1", "linear_2"], "Alone")
    grown, _ = paste(other, HERE.entered("alone_1"), clip, 0, 0)
    assert "block:Outer" in {node.layer for node in grown.blocks["Alone"].graph.nodes.values()}


def test_a_project_never_outgrows_what_opens_again() -> None:
    full = Graph({f"n_{place}": Node(f"n_{place}", "ReLU") for place in range(MOST_NODES)})
    with pytest.raises(UserError, match="at most 20000 nodes"):
        paste(Project(networks={"main": full}), HERE, carried(source(), "linear_1"), 0, 0)


# ---- from strangers --------------------------------------------------------------------------------------------------


def clip_json(**more: Any) -> dict[str, Any]:
    return {**json.loads(to_text(clip_of(source().graph, source().blocks, source().graph.nodes))), **more}


def nested(depth: int) -> list[dict[str, Any]]:
    """Blocks within each other, the outermost first."""
    found = [block_json(Block("B0", chain("ReLU")))]
    for number in range(1, depth):
        nodes = [{"id": "a_1", "layer": f"block:B{number - 1}"}]
        found.insert(0, {"name": f"B{number}", "graph": {"nodes": nodes, "edges": []}})
    return found


def use_of(name: str) -> dict[str, Any]:
    return {"nodes": [{"id": "a_1", "layer": f"block:{name}"}], "edges": []}


ITSELF = [{"name": "A", "graph": use_of("B")}, {"name": "B", "graph": use_of("A")}]
ROUND = {
    "nodes": [{"id": "a_1", "layer": "ReLU"}, {"id": "b_1", "layer": "ReLU"}],
    "edges": [["a_1", "out", "b_1", "x"], ["b_1", "out", "a_1", "x"]],
}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "holds no nodes"),
        ("hello", "holds no nodes"),
        ("[1, 2]", "holds no nodes"),
        ("{", "not valid JSON"),
        ('{"lamina": "nodes", "nodes": [], "edges": []}', "holds no nodes"),
        ('{"nodes": [], "edges": []}', "another program"),
        ('{"lamina": "nodes", "format": NaN}', "NaN is no number"),
        ('{"lamina": "nodes", "lamina": "nodes"}', "appears twice"),
        ('{"a":' * 5000, "nested too deeply"),
        ('{"a":' * 100 + "1" + "}" * 100, "nested too deeply"),
        ('{"lamina": "' + "x" * MOST_BYTES + '"}', "more than 8 MB"),
        (json.dumps(clip_json(format=99)), "newer Lamina"),
        (json.dumps(clip_json(format="1")), "format is no number"),
        (json.dumps(clip_json(format=True)), "format is no number"),
        (json.dumps(clip_json(nodes=3)), "should be an object with nodes and edges"),
        (json.dumps(clip_json(nodes=[{"id": "self", "layer": "ReLU"}], edges=[])), "a plain name"),
        (json.dumps(clip_json(edges=[["lost_1", "out", "linear_1", "x"]])), "nodes that exist"),
        (json.dumps(clip_json(blocks={"a": 1})), "should be a list"),
        (json.dumps(clip_json(blocks=[{"graph": {}}])), "an object with a name"),
        (json.dumps(clip_json(blocks=[{"name": "A", "graph": 7}])), "an object with nodes and edges"),
        (json.dumps(clip_json(blocks=nested(2) * 2)), "used once"),
        (json.dumps(clip_json(blocks=ITSELF)), "contains itself"),
        (json.dumps(clip_json(blocks=[{"name": "A", "graph": use_of("A")}])), "contains itself"),
        (json.dumps(clip_json(blocks=nested(MOST_NESTED + 1))), "blocks within each other"),
        (json.dumps(clip_json(blocks=nested(900)[::-1])), "blocks within each other"),
        (json.dumps(clip_json(blocks=nested(1001))), "more than 1000 blocks"),
        (json.dumps(clip_json(**ROUND)), "in a circle"),
    ],
)
def test_what_is_no_clip_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence) as told:
        from_text(text)
    assert len(told.value.message) < 600


def test_blocks_nested_as_deep_as_allowed_are_pasted_and_walked() -> None:
    text = json.dumps({"lamina": "nodes", **use_of(f"B{MOST_NESTED - 1}"), "blocks": nested(MOST_NESTED)})
    grown, _ = paste(Project(), HERE, from_text(text), 0, 0)
    assert len(grown.blocks) == MOST_NESTED and infer(grown.graph, {}, grown.blocks).facts
    assert loads(dumps(grown)) == grown


@settings(max_examples=150)
@given(st.data())
def test_a_clip_with_any_part_of_it_spoilt_is_pasted_or_refused(data: st.DataObject) -> None:
    values = clip_json()
    spot: Any = values
    while True:
        keys = list(spot) if isinstance(spot, dict) else list(range(len(spot)))
        key = data.draw(st.sampled_from(keys))
        if isinstance(spot[key], dict | list) and spot[key] and data.draw(st.integers(0, 3)):
            spot = spot[key]
            continue
        break
    junk = st.sampled_from([None, True, -1, 1e300, "", "x", "block:Outer", "=a", [], {}, ["a"], {"id": "a_1"}])
    spot[key] = data.draw(junk)
    try:
        clip = from_text(json.dumps(values))
    except UserError:
        return
    grown, brought = paste(source(), HERE, clip, 1, 1, outer=True)
    assert set(brought.nodes) <= set(grown.graph.nodes)
    assert {node.block for one in grown.blocks.values() for node in one.graph.nodes.values()}
    infer(grown.graph, {}, grown.blocks)
    assert loads(dumps(grown)).networks == grown.networks


def test_joining_never_changes_what_is_there() -> None:
    mine, other = source().blocks, {"Inner": Block("Inner", chain("Tanh")), "Inner 2": Block("Inner 2", chain("GELU"))}
    found, called = joined({**mine, "Inner 2": Block("Inner 2", chain("Sigmoid"))}, other)
    assert called == {"Inner": "Inner 3", "Inner 2": "Inner 2 2"}
    assert found["Inner"] is mine["Inner"] and {"Inner 3", "Inner 2 2"} <= set(found)


@pytest.mark.parametrize("order", [1, -1])
def test_a_project_of_blocks_too_deep_to_walk_is_refused_and_one_that_goes_round_opens(order: int) -> None:
    with pytest.raises(UserError, match="more than 100 blocks within each other"):
        blocks_from_json(nested(101)[::order], "The file")
    assert len(blocks_from_json(nested(100)[::order], "The file")) == 100
    assert len(blocks_from_json(ITSELF, "The file")) == 2


def test_many_nodes_are_pasted_with_ids_of_their_own() -> None:
    many = Graph({f"relu_{place}": Node(f"relu_{place}", "ReLU") for place in range(1, 3001)})
    grown, made = paste_nodes(many, many, 1, 1)
    assert len(grown.nodes) == 6000 and made[0] == "relu_3001" and made[-1] == "relu_6000"
