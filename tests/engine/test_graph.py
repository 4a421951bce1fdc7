"""The graph and its edits: each gives a new value, leaves the old one alone, and refuses what can never be right."""

from __future__ import annotations

import keyword
from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.edits import add, change, insert, move, part_of, paste, remove, set_param
from engine.errors import UserError
from engine.graph import Edge, Frame, Graph, outputs_of, ports_of
from engine.graphdiff import diff
from engine.names import new_id, stem_of, valid_id
from engine.wiring import connect, disconnect, judge, splice
from tests.engine.making import graph, residual

LINE = graph({"a_1": "Linear", "b_1": "ReLU", "c_1": "Linear"}, "a_1 > b_1", "b_1 > c_1")
JOIN = graph(
    {"a_1": "Linear", "b_1": "Linear", "c_1": "Linear", "add_1": "Add"},
    "a_1 > add_1.inputs 0",
    "b_1 > add_1.inputs 1",
    "c_1 > add_1.inputs 2",
)


def test_a_new_node_gets_a_free_name_and_checked_settings() -> None:
    grown, name = add(LINE, "Conv2d", 5, 6, {"filters": 8})
    assert (
        name == "conv_1"
        and grown.nodes[name].params == {"filters": 8}
        and (grown.nodes[name].x, grown.nodes[name].y) == (5, 6)
    )
    assert name not in LINE.nodes
    again, other = add(grown, "conv 2d", 0, 0)
    assert other == "conv_2" and again.nodes[other].layer == "Conv2d"
    with pytest.raises(UserError, match="Filters needs"):
        add(LINE, "Conv2d", params={"filters": 0})
    with pytest.raises(UserError, match="no layer called"):
        add(LINE, "Konv")
    assert add(LINE, "Conv2d", params={"filters": "=channels * 2"})[0].nodes["conv_1"].params["filters"].startswith("=")


@given(st.text(max_size=80))
def test_every_new_id_is_one_that_a_file_may_hold(stem: str) -> None:
    assert valid_id(new_id(Graph(), stem))
    assert valid_id(new_id(Graph(), stem_of(stem)))


def test_no_id_hides_something_of_torch_or_python() -> None:
    for name in (*dir(torch.nn.Module()), *keyword.kwlist, "torch", "nn", "super", "self"):
        assert not valid_id(name), name
    assert valid_id("conv2d_1") and not valid_id("Conv") and not valid_id("a" * 65) and not valid_id("1a")
    assert not valid_id("größe_1") and not valid_id("a b") and not valid_id("a\n")


def test_removing_takes_the_wires_along_and_closes_up_what_is_left() -> None:
    assert remove(LINE, ["b_1"]).edges == ()
    bridged = remove(LINE, ["b_1"], reconnect=True)
    assert bridged.edges == (Edge("a_1", "out", "c_1", "x"),)
    assert [edge.index for edge in remove(JOIN, ["a_1"]).incoming["add_1"]] == [0, 1]
    long = graph(dict.fromkeys(("a_1", "b_1", "c_1", "d_1"), "ReLU"), "a_1 > b_1", "b_1 > c_1", "c_1 > d_1")
    assert remove(long, ["b_1", "c_1"], reconnect=True).edges == (Edge("a_1", "out", "d_1", "x"),)
    with pytest.raises(UserError, match="no node 'z_9'"):
        remove(LINE, ["z_9"])


def test_a_bridge_follows_the_first_port_and_not_the_first_wire() -> None:
    crossed = graph(
        {"a_1": "Linear", "b_1": "Linear", "sub_1": "Subtract", "c_1": "ReLU"},
        "b_1 > sub_1.right",
        "a_1 > sub_1.left",
        "sub_1 > c_1",
    )
    assert remove(crossed, ["sub_1"], reconnect=True).edges == (Edge("a_1", "out", "c_1", "x"),)


def test_removing_the_owner_of_shared_weights_gives_the_others_their_own() -> None:
    shared = graph({"a_1": "Linear", "b_1": ("Linear", {"~shares": "a_1"})})
    assert remove(shared, ["a_1"]).nodes["b_1"].shares == ""


def test_a_setting_is_checked_stored_plainly_and_forgotten_when_it_is_the_usual_one() -> None:
    order = LINE.order
    changed = set_param(LINE, "a_1", "features", "128")
    assert changed.nodes["a_1"].params == {"features": 128} and LINE.nodes["a_1"].params == {}
    assert set_param(changed, "a_1", "features", 64).nodes["a_1"].params == {}
    assert changed.order is order  # the wiring is the same: no new sort
    with pytest.raises(UserError, match="Features needs a whole number"):
        set_param(LINE, "a_1", "features", -1)
    with pytest.raises(UserError, match="no setting 'sides'"):
        set_param(LINE, "a_1", "sides", 3)
    with pytest.raises(UserError, match="no setting 'sides'"):
        set_param(LINE, "a_1", "sides", "=3")


def test_a_text_that_starts_with_an_equals_sign_is_a_text_where_a_text_is_asked_for() -> None:
    drawn = graph({"mse_1": "MSE"})
    assert set_param(drawn, "mse_1", "target", "=sum").nodes["mse_1"].params == {"target": "=sum"}


def test_a_setting_that_takes_outputs_away_cuts_their_wires() -> None:
    drawn = graph({"split_1": ("Split", {"parts": 3}), "a_1": "ReLU", "b_1": "ReLU"})
    outputs = outputs_of(drawn.nodes["split_1"])
    wired = connect(connect(drawn, "split_1", "a_1", output=outputs[0]), "split_1", "b_1", output=outputs[-1])
    fewer = set_param(wired, "split_1", "parts", 2)
    assert {edge.target for edge in fewer.edges} == {"a_1"}


def test_wires_that_can_never_be_right_are_refused_with_the_reason() -> None:
    tokens = graph({"in_1": "TokenInput", "conv_1": "Conv2d"})
    cases = [
        (LINE, ("a_1", "out", "a_1", "x"), "cannot feed itself"),
        (LINE, ("c_1", "out", "a_1", "x"), "close a circle"),
        (LINE, ("a_1", "out", "b_1", "x"), "already connected"),
        (LINE, ("a_1", "nope", "c_1", "x"), "no output called 'nope'"),
        (LINE, ("a_1", "out", "c_1", "y"), "no input called 'y'"),
        (LINE, ("z_1", "out", "c_1", "x"), "no node 'z_1'"),
    ]
    for drawn, wire, why in cases:
        with pytest.raises(UserError, match=why):
            judge(drawn, *wire)
    with pytest.raises(UserError, match="gives token ids"):
        judge(tokens, "in_1", "out", "conv_1", "image", element="token")
    with pytest.raises(UserError, match="has no output"):
        connect(graph({"mse_1": "MSE", "a_1": "ReLU"}), "mse_1", "a_1")
    with pytest.raises(UserError, match="has no input"):
        connect(graph({"a_1": "ReLU", "in_1": "TokenInput"}), "a_1", "in_1")


def test_a_wire_replaces_the_one_on_its_port_and_joins_those_on_a_port_for_many() -> None:
    other, name = add(LINE, "Tanh")
    rewired = connect(other, name, "c_1")
    assert [edge.source for edge in rewired.incoming["c_1"]] == [name]
    more = connect(JOIN, "a_1", "add_1")
    assert [edge.index for edge in more.incoming["add_1"]] == [0, 1, 2, 3]
    left = connect(graph({"a_1": "Linear", "b_1": "Linear", "sub_1": "Subtract"}), "a_1", "sub_1")
    both = connect(left, "b_1", "sub_1")
    assert {(edge.source, edge.input) for edge in both.edges} == {("a_1", "left"), ("b_1", "right")}


def test_cutting_a_wire_closes_up_those_behind_it() -> None:
    middle = next(edge for edge in JOIN.edges if edge.source == "b_1")
    cut = disconnect(JOIN, [middle])
    assert [(edge.source, edge.index) for edge in cut.incoming["add_1"]] == [("a_1", 0), ("c_1", 1)]
    assert disconnect(JOIN, [Edge("x", "out", "y", "x")]) == JOIN


def test_a_node_stands_in_a_wire_and_keeps_its_place_on_the_port() -> None:
    wire = next(edge for edge in JOIN.edges if edge.source == "b_1")
    grown, name = insert(JOIN, wire, "ReLU", 0, 0)
    assert [edge.source for edge in grown.incoming["add_1"]] == ["a_1", name, "c_1"]
    assert [edge.source for edge in grown.incoming[name]] == ["b_1"]
    with pytest.raises(UserError, match="any more"):
        splice(grown, wire, name)
    with pytest.raises(UserError, match="needs an input and an output"):
        insert(JOIN, wire, "MSE", 0, 0)
    loose, tanh = add(LINE, "Tanh")
    first = LINE.edges[0]
    assert [edge.source for edge in splice(loose, first, tanh).incoming["b_1"]] == [tanh]


def test_a_copy_keeps_inner_wires_and_shared_weights_under_new_names() -> None:
    drawn = graph({"a_1": "Linear", "b_1": ("Linear", {"~shares": "a_1"}), "c_1": "ReLU"}, "a_1 > b_1", "b_1 > c_1")
    grown, names = paste(drawn, part_of(drawn, ["a_1", "b_1"]), 10, 20)
    assert names == ["a_2", "b_2"] and grown.nodes["b_2"].shares == "a_2"
    assert (grown.nodes["a_2"].x, grown.nodes["a_2"].y) == (10, 20)
    assert Edge("a_2", "out", "b_2", "x") in grown.edges and len(grown.edges) == 3
    alone, (copy,) = paste(drawn, part_of(drawn, ["b_1"]), 0, 0)
    assert alone.nodes[copy].shares == ""  # its owner was not copied along


def test_moving_and_naming_change_nothing_else() -> None:
    moved = move(LINE, {"a_1": (3, 4)})
    assert (moved.nodes["a_1"].x, moved.nodes["a_1"].y) == (3, 4)
    assert diff(LINE, moved).moved == ("a_1",) and not diff(LINE, moved).changed
    titled = change(LINE, "a_1", title="First")
    assert diff(LINE, titled).changed == ("a_1",) and titled.nodes["a_1"].key == LINE.nodes["a_1"].key


def test_a_difference_names_everything_that_changed_and_nothing_else() -> None:
    assert not diff(LINE, LINE) and not diff(LINE, replace(LINE))
    grown, name = add(remove(LINE, ["c_1"]), "Tanh")
    found = diff(LINE, grown)
    assert (found.added, found.removed) == ((name,), ("c_1",))
    assert found.removed_edges == (Edge("b_1", "out", "c_1", "x"),) and not found.added_edges
    assert diff(LINE, replace(LINE, frames={"n": Frame("n", 0, 0, 1, 1)})).frames
    back = diff(grown, LINE)
    assert (back.added, back.removed) == (found.removed, found.added)


def test_the_order_of_the_program_depends_on_ids_and_wires_alone() -> None:
    shuffled = Graph(dict(reversed(JOIN.nodes.items())), tuple(reversed(JOIN.edges)))
    assert shuffled == JOIN and shuffled.order == JOIN.order
    assert [edge.source for edge in shuffled.incoming["add_1"]] == ["a_1", "b_1", "c_1"]
    circle = graph({"a_1": "ReLU", "b_1": "ReLU", "c_1": "ReLU"}, "a_1 > b_1", "b_1 > a_1", "b_1 > c_1")
    assert circle.order == ()


def test_a_block_offers_its_ends_in_their_order_whatever_a_file_says() -> None:
    made = residual()
    assert [end.id for end in made.inputs] == ["block_input_1"]
    spoiled = replace(
        made,
        graph=graph(
            {
                "a_1": ("BlockInput", {"order": "first"}),
                "b_1": ("BlockInput", {"order": None}),
                "c_1": ("BlockInput", {"order": -1}),
            }
        ),
    )
    assert [end.id for end in spoiled.inputs] == ["c_1", "a_1", "b_1"]
    node = graph({"one_1": "block:Residual"}).nodes["one_1"]
    assert [port.name for port in ports_of(node, {"Residual": made})] == ["block_input_1"] and ports_of(node) == ()
