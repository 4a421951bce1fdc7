"""What `lamina check` says of the named architectures are the parameter numbers that are published of them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from app.cli import main
from app.nodeview import of_model
from engine.backbone import without_head
from engine.edits import remove, set_param
from engine.infer import infer
from engine.project import Project
from engine.templates import new_from_template

PUBLISHED = {
    "lenet-5": 61_706,
    "alexnet": 61_100_840,
    "vgg-16": 138_357_544,
    "resnet-18": 11_689_512,
    "resnet-50": 25_557_032,
    "densenet-121": 7_978_856,
    "mobilenet-v2": 3_504_872,
    "efficientnet-b0": 5_288_548,
    "convnext-t": 28_589_128,
    "googlenet": 6_624_904,
    "vit-b-16": 86_567_656,
    "gpt-2-small": 124_439_808,
    "bert-base": 109_482_240,
}
HEADS = {"bert-base": 2 * (768 + 1), "resnet-50": 1000 * (2048 + 1), "gpt-2-small": None}
"""Parameters of the last layer: the number of BERT is that of the encoder with its pooler, without an answer of two
classes; the last layer of GPT-2 has the weights of its first."""


@pytest.mark.parametrize("name", PUBLISHED)
def test_check_tells_the_published_number(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["new", name, "-o", "a.lamina"]) == 0
    capsys.readouterr()
    assert main(["check", "a.lamina"]) == 0
    *_, shown = [line for line in capsys.readouterr().out.splitlines() if " parameters" in line]
    assert main(["check", "a.lamina", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    told = found["without_head"] if name == "bert-base" else found["parameters"]
    assert told == PUBLISHED[name]
    text = f"{PUBLISHED[name]:,}".replace(",", "\u2009")
    assert (f"without the head {text};" if name == "bert-base" else f"{text} parameters") in shown
    if name in HEADS:
        head = HEADS[name]
        assert found["without_head"] == (None if head is None else found["parameters"] - head)
        assert ("without the head" in shown) == (head is not None)


def left(project: Project) -> int | None:
    return without_head(project, infer(project.graph, project.data.schema, project.blocks))


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("gpt-2-small", "shares its weights with the embedding"),
        ("logistic-regression", "is nothing but a head"),
        ("autoencoder", "rebuilds what it reads"),
        ("wide-and-deep", "adds two branches"),
        ("dcgan", "has no right answer"),
    ],
)
def test_a_network_without_a_head_of_its_own_has_no_such_number(name: str, why: str) -> None:
    assert left(new_from_template(name)) is None, why


def test_every_answer_has_its_head_and_each_counts_once() -> None:
    two = new_from_template("multi-output")
    walk = infer(two.graph, two.data.schema)
    heads = [
        node.id for node in two.graph.nodes.values() if node.layer == "Linear" and node.params["features"] in (1, 3)
    ]
    assert len(heads) == 2
    assert left(two) == walk.parameters - walk[heads[0]].parameters - walk[heads[1]].parameters
    digits = new_from_template("cnn-digits")
    before = left(digits)
    [last] = [
        node.id for node in digits.graph.nodes.values() if node.layer == "Linear" and node.params["features"] == 10
    ]
    wider = digits.with_graph(set_param(digits.graph, last, "features", 1000))
    assert left(wider) == before, "a larger head changes nothing"
    assert left(digits.with_graph(remove(digits.graph, [last]))) is None


def test_the_window_shows_it_beside_the_parameters() -> None:
    bert = new_from_template("bert-base")
    view = of_model(bert, infer(bert.graph, bert.data.schema, bert.blocks))
    assert (view.parameters, view.backbone) == (109_483_778, 109_482_240)
    bare = replace(bert, networks={"main": new_from_template("gpt-2-small").graph})
    assert of_model(bare, infer(bare.graph, bare.data.schema, bare.blocks)).backbone is None
