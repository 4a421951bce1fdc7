"""How sizes and costs come about, in words: what is told works out to what the layer says, for every layer."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "contracts"))

import invent

from engine.edits import add
from engine.explain import explain, repeated
from engine.facts import Facts
from engine.graph import Graph, Node, make
from engine.infer import infer
from engine.infer_layer import arguments
from engine.keeping import keeping
from engine.layer import Layer, layers
from engine.shapes import Image, Numbers, Sequence, Signal, Tensor, Volume
from engine.told import Told


def value_of(words: str) -> tuple[int, int]:
    """What a calculation in words comes to, and what it says it comes to."""
    text = words.removesuffix(", rounded down").replace("\u2009", "").replace("−", "-")
    left, _, right = text.replace("×", "*").replace("÷", "//").rpartition(" = ")
    assert re.fullmatch(r"[0-9+*/() -]+", left), words
    return eval(left), int(right)


def facts_of(layer: Layer, inputs: dict[str, tuple[Tensor, ...]]) -> Facts:
    args, named = arguments(layer, inputs)
    return Facts(
        inputs=inputs,
        parameters=layer.parameters(*args, **named),
        flops=layer.flops(*args, **named),
        arithmetic=layer.arithmetic(*args, **named),
    )


@pytest.mark.parametrize("cls", [one for one in layers if one in invent.walked()], ids=lambda cls: cls.__name__)
def test_what_is_told_of_a_layer_comes_to_what_it_costs(cls: type[Layer]) -> None:
    for case in invent.cases(cls)[:12]:
        facts = facts_of(case.layer, dict(case.inputs))
        told = explain(case.layer, facts)
        for words, known in ((told.parameters, facts.parameters), (told.work, facts.flops)):
            if words:
                assert value_of(words) == (known, known)


SAME = "8 features become {0}, as “Hidden” says"
WORDS = [
    ("Conv2d", {"filters": 16, "padding": 1}, Image(3, 32, 32), "32 + 2 × 1 − 3 + 1 = 32", "16 × 3 × 3 × 3 + 16 = 448"),
    ("Conv1d", {"filters": 4, "kernel": 5, "stride": 2}, Signal(2, 40), "(40 − 5) ÷ 2 + 1 = 18", "4 × 2 × 5 + 4 = 44"),
    ("Conv3d", {"filters": 2}, Volume(1, 9, 9, 9), "9 − 3 + 1 = 7", "2 × 3 × 3 × 3 + 2 = 56"),
    ("ConvTranspose2d", {"filters": 4}, Image(8, 7, 7), "(7 − 1) × 2 + 2 = 14", "8 × 4 × 2 × 2 + 4 = 132"),
    ("MaxPool2d", {"kernel": 3, "stride": 2}, Image(8, 15, 15), "(15 − 3) ÷ 2 + 1 = 7", ""),
    ("AvgPool1d", {}, Signal(8, 16), "(16 − 2) ÷ 2 + 1 = 8", ""),
    ("GlobalAvgPool2d", {}, Image(8, 6, 6), "8 × 6 × 6 become 8", ""),
    ("Linear", {"features": 10}, Numbers(84), "84 features become 10, as “Features” says", "84 × 10 + 10 = 850"),
    ("LSTM", {"hidden": 32}, Sequence(9, 8), SAME.format(32), "4 × 32 × (8 + 32 + 2) = 5\u2009376"),
    ("LSTM", {"hidden": 32, "directions": "both"}, Sequence(9, 8), "32 × 2 = 64 features", ""),
    ("GRU", {"hidden": 16}, Sequence(9, 8), SAME.format(16), "3 × 16 × (8 + 16 + 2) = 1\u2009248"),
    ("Flatten", {}, Image(3, 4, 5), "3 × 4 × 5 = 60", ""),
    ("Reshape", {"size": (2, -1)}, Numbers(12), "12 ÷ 2 = 6", ""),
    ("LastStep", {}, Sequence(9, 8), "9 × 8 become 8", ""),
    ("SwapTimeChannels", {}, Signal(3, 7), "3 × 7 arranged as 7 × 3", ""),
    ("PixelShuffle", {}, Image(8, 6, 6), "8 ÷ (2 × 2) = 2 channels; 6 × 2 = 12 wide", ""),
    ("ReLU", {}, Numbers(4), "", ""),
]  # fmt: skip


@pytest.mark.parametrize(("name", "settings", "x", "shape", "parameters"), WORDS, ids=lambda part: str(part)[:20])
def test_words(name: str, settings: dict, x: Tensor, shape: str, parameters: str) -> None:
    declared = layers[name].params()
    if "directions" in settings and "directions" not in declared:
        both = next(key for key, one in declared.items() if one.kind in ("bool", "choice") and "irect" in key)
        settings = {"hidden": 32, both: True if declared[both].kind == "bool" else "both"}
    layer = layers[name](**settings)
    told = explain(layer, facts_of(layer, {layer.ports()[0].name: (x,)}))
    assert told.shape.startswith(shape) if shape else told.shape == ""
    if parameters:
        assert told.parameters == parameters


def test_weights_of_another_node_are_not_told() -> None:
    layer = layers["Linear"](features=4)
    facts = facts_of(layer, {"x": (Numbers(8),)})
    assert explain(layer, facts).parameters
    assert explain(layer, Facts(inputs=facts.inputs, parameters=0, flops=facts.flops)).parameters == ""


def test_repeats_of_a_block() -> None:
    assert repeated([18_560, 18_560], 37_120) == "2 × 18\u2009560 = 37\u2009120"
    assert repeated([10, 20], 30) == "10 + 20 = 30" and repeated([10], 10) == ""


def test_a_number_that_remembers_is_the_number() -> None:
    seven = Told(3) * 2 + 1
    assert seven == 7 and hash(seven) == hash(7) and {7: "x"}[seven] == "x" and isinstance(seven, int)
    assert seven.words() == "3 × 2 + 1 = 7" and (2 * Told(5) * 1 + 0).words() == "2 × 5 = 10"
    assert (Told(10) - (Told(4) + 1)).words() == "10 − (4 + 1) = 5"
    assert (Told(7) // 2).words() == "7 ÷ 2 = 3, rounded down" and (Told(3) - 1 + 1) == 3
    assert not (Told(3) - 1 + 1).sign and Told(1) * 0 == 0


# ---- the padding that keeps the size -----------------------------------------------------------------------------

KEEPS = [
    ("Conv2d", {}, Image(3, 8, 8), ("same", True, (1, 1))),
    ("Conv2d", {"kernel": [5, 3]}, Image(3, 8, 8), ("same", True, (2, 1))),
    ("Conv2d", {"kernel": 3, "dilation": 2}, Image(3, 8, 8), ("same", True, (2, 2))),
    ("Conv1d", {"kernel": 7}, Signal(3, 20), ("same", True, (3,))),
    ("Conv2d", {"kernel": 4}, Image(3, 8, 8), None),  # an even kernel cannot
    ("Conv2d", {"stride": 2}, Image(3, 8, 8), None),
    ("Conv2d", {"same": True}, Image(3, 8, 8), None),  # it does already
    ("Conv2d", {"padding": 1}, Image(3, 8, 8), None),
    ("Conv2d", {"padding": 3}, Image(3, 8, 8), ("same", True, (1, 1))),
    ("MaxPool2d", {"kernel": 3, "stride": 1}, Image(3, 8, 8), ("padding", [1, 1], (1, 1))),
    ("MaxPool2d", {}, Image(3, 8, 8), None),
    ("DepthwiseConv2d", {"kernel": 5, "padding": 0}, Image(3, 8, 8), ("padding", [2, 2], (2, 2))),
    ("ConvTranspose2d", {"kernel": 3, "stride": 1}, Image(3, 8, 8), ("padding", [1, 1], (1, 1))),
    ("ConvTranspose2d", {}, Image(3, 8, 8), None),
    ("Linear", {}, Numbers(8), None),
    ("Conv1d", {}, Image(3, 8, 8), None),  # nothing that it takes
    ("Conv2d", {}, Image(3, 2, 2), ("same", True, (1, 1))),  # too small without padding
]


@pytest.mark.parametrize(("name", "settings", "x", "wanted"), KEEPS)
def test_the_padding_that_keeps_the_size(name: str, settings: dict, x: Tensor, wanted: tuple | None) -> None:
    port = layers[name].ports()[0].name
    found = keeping(Node("a_1", name, settings), Facts(inputs={port: (x,)}))
    assert (None if found is None else (found.name, found.value, found.padding)) == wanted


def test_the_padding_in_words() -> None:
    node = Node("a_1", "Conv2d", {"kernel": [5, 3]})
    found = keeping(node, Facts(inputs={"image": (Image(3, 8, 8),)}))
    assert found is not None and found.words() == "Set to keep size: padding 2 × 1"


@pytest.mark.parametrize("cls", list(layers), ids=lambda cls: cls.__name__)
def test_a_layer_that_nothing_feeds_is_no_fault(cls: type[Layer]) -> None:
    graph, name = add(Graph(), cls.__name__)
    explain(make(graph.nodes[name]), infer(graph, {}).facts[name])
