"""Looking inside a network: values are those of a plain forward pass; half-built networks show what they can."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent))

from peek_help import look, opener, quiet, with_graph

from engine.data.raw import raw_inputs
from engine.edits import change
from engine.errors import UserError
from engine.graph import Edge, Graph, Node
from engine.peek import computable, node_named, part_of
from engine.places import Place
from engine.project import Project
from engine.run import model, peek_view
from engine.run.peek import Peeker, Question
from engine.run.peek_item import Wish
from engine.run.peek_trace import Watch, watching
from engine.shapes import Image, Sequence
from engine.templates import new_from_template


def seen_in(project: Project, path: tuple[str, ...] = (), item: int = 0) -> tuple[dict, tuple, Any]:
    """Every value that a watched pass tells of, what the network gave, and the built model."""
    part = part_of(project, Place("", path))
    peeker = Peeker(opener)
    made, flowing = peeker._ready(part, Question(part.project, wish=Wish(item)), quiet)
    values: dict[tuple[str, str], torch.Tensor] = {}
    watch = Watch(made.built, path, lambda name, port, value: values.update({(name, port): value.clone()}))
    raw = [torch.from_numpy(np.array(one)) for one in flowing.raw]
    with watching(watch), torch.inference_mode():
        watched = made.built.outputs(made.built.prepared(raw))
    with torch.inference_mode():
        plain = made.built.outputs(made.built.prepared(raw))
    assert all(torch.equal(one, two) for one, two in zip(watched, plain, strict=True)), "watching changes nothing"
    assert "__peek__" not in made.built.source.text
    return values, plain, made.built


@pytest.mark.parametrize("name", ["cnn-digits", "lstm-digits", "vae", "resnet-digits", "transformer-digits"])
def test_values_are_those_of_a_plain_pass(name: str) -> None:
    """Each node with a module of its own gives what its module gives from what its hook saw come in."""
    values, plain, built = seen_in(new_from_template(name), item=3)
    hooked: dict[str, torch.Tensor] = {}

    def keep(node: str):
        def hook(_module, _given, given):
            hooked[node] = given if isinstance(given, torch.Tensor) else given[0]

        return hook

    handles = [child.register_forward_hook(keep(node)) for node, child in built.network.named_children()]
    dataset, _ = opener(built.project)
    pairs = model.bindings(built.project, built.source)
    raw = [torch.from_numpy(np.array(one)) for one in raw_inputs(dataset, pairs, np.array([3]))]
    with torch.inference_mode():
        again = built.outputs(built.prepared(raw))
    for handle in handles:
        handle.remove()
    assert all(torch.equal(one, two) for one, two in zip(again, plain, strict=True))
    compared = 0
    for (node, port), value in values.items():
        if port == "out" and node in hooked and hooked[node].shape == value.shape:
            assert torch.equal(hooked[node], value), node
            compared += 1
    assert compared >= 2


def test_nodes_without_a_module_are_seen_too() -> None:
    """A mean over the picture is no module, yet it has a value: that of the mean of what came before it."""
    project = new_from_template("resnet-digits")
    values, _, _ = seen_in(project)
    feed = project.graph.incoming["global_average_pool_1"][0]
    before, after = values[(feed.source, feed.output)], values[("global_average_pool_1", "out")]
    assert torch.allclose(before.mean(dim=(2, 3)), after)


def test_inside_a_repeated_block_the_first_copy_is_seen() -> None:
    project = new_from_template("resnet-digits")
    outside, _, _ = seen_in(project)
    inside, _, built = seen_in(project, ("residual_block_1",))
    entry = next(value for (name, _), value in inside.items() if name not in dict(built.source.values))
    assert torch.allclose(entry, outside[("relu_1", "out")]), "what comes in is what the layer before gives"
    found = look(project, place=Place("", ("residual_block_1",)))
    assert not any("why" in one for one in found["nodes"].values())
    relu = found["nodes"]["relu_2"]["ports"]["out"]["figures"]
    assert relu["min"] >= 0


def test_everything_that_is_told_is_small_and_honest() -> None:
    found = look(new_from_template("cnn-digits"), wish=Wish(5))
    conv = found["nodes"]["conv_1"]["ports"]["out"]
    assert conv["kind"] == "maps"
    assert len(conv["maps"]) == 6
    assert conv["words"] == "32 ch × 8 × 8"
    answer = found["nodes"]["cross_entropy_1"]
    assert sum(one["share"] for one in answer["shares"]) <= 1.0001
    assert answer["truth"] == found["item"]["label"] == "5"
    assert answer["loss"] > 0
    assert found["weights"] == {
        "run": "",
        "trained": False,
        "whole": False,
        "words": "Untrained: the values are random.",
    }
    assert found["raws"][0]["raw"]["kind"] == "picture"
    assert len(json.dumps(found)) < 60_000


def test_only_what_is_asked_for_is_told() -> None:
    found = look(new_from_template("cnn-digits"), nodes=("relu_1",))
    assert list(found["nodes"]) == ["relu_1"]


def test_a_broken_network_shows_what_comes_before_the_error() -> None:
    def cut(graph: Graph) -> Graph:
        return replace(graph, edges=tuple(edge for edge in graph.edges if edge.target != "flatten_1"))

    nodes = look(with_graph(new_from_template("cnn-digits"), cut))["nodes"]
    assert nodes["max_pool_1"]["ports"]
    assert nodes["dropout_1"]["ports"], "a result that nobody reads is computed, too"
    assert "no input" in nodes["flatten_1"]["why"]
    assert "It waits for Flatten" in nodes["linear_1"]["why"]
    assert "why" in nodes["cross_entropy_1"]


def test_a_network_without_any_input_says_why() -> None:
    project = Project(networks={"main": Graph({"relu_1": Node("relu_1", "ReLU")})})
    found = look(project)
    assert found["item"] is None
    assert "no input" in found["nodes"]["relu_1"]["why"]


def test_a_muted_node_shows_what_passes_through() -> None:
    project = with_graph(new_from_template("cnn-digits"), lambda graph: change(graph, "relu_1", muted=True))
    nodes = look(project)["nodes"]
    assert nodes["relu_1"]["ports"]["out"]["figures"] == nodes["batch_norm_1"]["ports"]["out"]["figures"]


def test_numbers_that_are_not_finite_are_counted() -> None:
    value = torch.zeros(1, 2, 4, 4)
    value[0, 0, 0, 0] = float("nan")
    value[0, 1, 1, 1] = float("inf")
    value[0, 1, 2, 2] = 3.0
    view = peek_view.view(value, Image(2, 4, 4))
    assert (view["figures"]["nan"], view["figures"]["infinite"]) == (1, 1)
    assert view["figures"]["max"] == 3.0
    assert view["figures"]["zeros"] == round(29 / 32, 6)
    import base64

    data = [base64.b64decode(one["data"]) for one in view["maps"]]
    assert data[0][0] == peek_view.BAD
    assert data[1][5] == peek_view.BAD
    assert data[1][10] == 254
    json.dumps(view, allow_nan=False)


def test_a_nan_in_the_network_is_told_at_its_node() -> None:
    def log_of_negative(graph: Graph) -> Graph:
        nodes = {**graph.nodes, "function_9": Node("function_9", "Function", {"function": "logarithm"})}
        return replace(graph, nodes=nodes, edges=(*graph.edges, Edge("linear_2", "out", "function_9", "x")))

    found = look(with_graph(new_from_template("cnn-digits"), log_of_negative))
    figures = found["nodes"]["function_9"]["ports"]["out"]["figures"]
    assert figures["nan"] > 0
    assert found["nodes"]["linear_2"]["ports"]["out"]["figures"]["nan"] == 0


def test_large_values_are_made_small() -> None:
    big = torch.randn(1, 512, 224, 224)
    view = peek_view.view(big, Image(512, 224, 224))
    assert all(one["w"] <= peek_view.SIDE and one["h"] <= peek_view.SIDE for one in view["maps"])
    strip = peek_view.view(torch.randn(1, 5000, 64), Sequence(5000, 64))
    assert (strip["strip"]["w"], strip["strip"]["h"]) == peek_view.STRIP
    assert len(json.dumps(view)) + len(json.dumps(strip)) < 40_000
    bars = peek_view.bars(torch.tensor([0.0] * 999 + [-7.0]))
    assert len(bars) == peek_view.BARS
    assert bars[-1] == -7.0, "the number farthest from zero stands for its neighbors"


def test_up_to_one_node_only_what_it_depends_on_is_computed_and_measured() -> None:
    found = look(new_from_template("multi-input"), targets=("relu_3",), measure=True)
    assert set(found["nodes"]) - {name for name, one in found["nodes"].items() if "why" in one} == {
        "table_input_1",
        "linear_1",
        "relu_3",
    }
    linear = found["nodes"]["linear_1"]
    assert linear["seconds"] > 0
    assert linear["bytes"] == 32 * 4
    assert linear["weight_bytes"] == (6 * 32 + 32) * 4


def test_items_are_chosen_by_number_step_part_and_class() -> None:
    project = new_from_template("cnn-digits")
    peeker = Peeker(opener)

    def item(**wish: Any) -> dict[str, Any]:
        return peeker.look(Question(project, nodes=("relu_1",), wish=Wish(**wish)), quiet)["item"]

    assert item(index=7)["label"] == "7"
    assert item(index=7, step="next")["index"] == 8
    assert item(index=0, step="previous")["index"] == 1796
    three = item(index=0, step="place", label=3)
    assert three["label"] == "3"
    assert item(index=three["index"], step="next", label=3)["label"] == "3"
    test = item(index=0, step="place", part="test")
    assert test["count"] < 1797
    with pytest.raises(UserError, match="no item 5,000"):
        item(index=5000)


def test_without_data_random_numbers_flow_and_say_so() -> None:
    project = new_from_template("cnn-digits")
    bare = replace(project, data=replace(project.data, source=None))
    found = look(bare)
    assert "no data yet" in found["item"]["note"]
    assert found["nodes"]["conv_1"]["ports"]
    assert look(bare, wish=Wish(3))["nodes"]["conv_1"] != found["nodes"]["conv_1"]
    assert look(bare)["nodes"]["conv_1"] == found["nodes"]["conv_1"], "the same draw gives the same numbers"
    generator = look(new_from_template("dcgan"), place=Place("generator"))
    assert generator["item"]["usual"]


def test_one_nodes_whole_value() -> None:
    project = new_from_template("cnn-digits")
    peeker = Peeker(opener)
    told = peeker.more(Question(project), "conv_2", "out", 1, 30, quiet)
    assert (told["page"], told["pages"]) == (1, 3)
    assert told["chosen"] == list(range(24, 48))
    assert sum(told["histogram"]["counts"]) == 64 * 8 * 8
    assert told["table"]["channel"] == 30
    assert len(told["table"]["rows"]) == 8
    values, _, _ = seen_in(project)
    assert float(told["table"]["rows"][2][3]) == pytest.approx(float(values[("conv_2", "out")][0, 30, 2, 3]), rel=1e-3)
    json.dumps(told, allow_nan=False)


def test_a_newer_question_ends_a_pass() -> None:
    def canceled(share: float, _text: str) -> None:
        if share > 0.3:
            raise KeyError("canceled")

    peeker = Peeker(opener)
    with pytest.raises(KeyError, match="canceled"):
        peeker.look(Question(new_from_template("cnn-digits")), canceled)
    assert peeker.look(Question(new_from_template("cnn-digits")), quiet)["nodes"]["conv_1"]["ports"]


def test_an_error_while_running_is_told_at_its_node() -> None:
    project = new_from_template("cnn-digits")
    peeker = Peeker(opener)
    peeker.look(Question(project), quiet)
    assert peeker._model is not None
    network = peeker._model.built.network

    def broken(*_given: object) -> None:
        raise RuntimeError("weights of another size")

    network.get_submodule("conv_2").forward = broken  # type: ignore[method-assign]
    nodes = peeker.look(Question(project), quiet)["nodes"]
    assert nodes["relu_1"]["ports"]
    assert "weights of another size" in nodes["conv_2"]["why"]
    assert "stopped" in nodes["linear_1"]["why"]


def test_a_graph_in_a_circle_has_reasons() -> None:
    nodes = {"a": Node("a", "ReLU"), "b": Node("b", "ReLU")}
    graph = Graph(nodes, (Edge("a", "out", "b", "x"), Edge("b", "out", "a", "x")))
    from engine.infer import infer

    able, reasons = computable(graph, infer(graph, {}), {})
    assert not able
    assert all("circle" in one for one in reasons.values())


def test_nodes_are_found_by_title() -> None:
    graph = new_from_template("cnn-digits").graph
    assert node_named(graph, "flatten") == "flatten_1"
    with pytest.raises(UserError, match="Several"):
        node_named(graph, "Conv 2D")
    with pytest.raises(UserError, match="no node"):
        node_named(graph, "nowhere")


def test_the_whole_answer_names_all_classes() -> None:
    told = Peeker(opener).more(Question(new_from_template("cnn-digits")), "cross_entropy_1", "", 0, 0, quiet)
    rows = told["table"]["rows"]
    assert [name for name, _ in rows] == [str(digit) for digit in range(10)]
    assert sum(float(share) for _, share in rows) == pytest.approx(1.0, abs=1e-3)


def test_several_nodes_are_run_up_to() -> None:
    found = look(new_from_template("multi-input"), targets=("relu_3", "max_pool_1"))
    assert {"relu_3", "linear_1", "max_pool_1", "conv_1"} <= {
        name for name, one in found["nodes"].items() if "why" not in one
    }
    assert "concatenate_1" not in found["nodes"]
