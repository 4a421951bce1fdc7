"""Projects with several networks: each is checked, compiled and repaired on its own."""

from __future__ import annotations

from typing import ClassVar

import pytest

from engine import edits, wiring
from engine.check import check, ready
from engine.codegen import generate
from engine.data.dataset import scan
from engine.errors import UserError
from engine.graph import Graph
from engine.infer import infer
from engine.project import DataChoice, Project
from engine.recipes import Recipe, recipes, shared


def chain(*cards) -> Graph:
    graph, last = Graph(), ""
    for place, card in enumerate(cards):
        name, settings = (card, {}) if isinstance(card, str) else card
        graph, node = edits.add(graph, name, 0, 100.0 * place, settings)
        graph = wiring.connect(graph, last, node) if last else graph
        last = node
    return graph


SMALL = ("TableInput", ("Linear", {"features": 3}), "CrossEntropy")
LARGE = ("TableInput", ("Linear", {"features": 8}), "ReLU", ("Linear", {"features": 2}), "CrossEntropy")


def project(**networks: Graph) -> Project:
    found = scan({"type": "IrisData"}, None)
    data = DataChoice(source=found.source, fields=found.fields, count=found.count)
    return Project("Two", networks, data=data)


class Pair(Recipe):
    """Two networks, for tests."""

    networks: ClassVar[dict[str, str]] = {"left": "It learns first.", "right": "It learns second."}
    objectives: ClassVar[tuple[str, ...]] = ("left",)
    epochs: int = shared.EPOCHS
    left: str = shared.network("left")
    right: str = shared.network("right")


@pytest.fixture
def pair(monkeypatch):
    recipes.names()  # loads the real ones
    monkeypatch.setattr(recipes, "_entries", {**recipes._entries, "Pair": Pair})
    monkeypatch.setattr(Pair, "label", "Pair", raising=False)


def test_each_network_is_compiled_by_its_name():
    both = project(small=chain(*SMALL), large=chain(*LARGE))
    assert generate(both).text == generate(both, "small").text
    assert "8" in generate(both, "large").text and generate(both, "large").text != generate(both).text
    assert list(both.focused("large").networks) == ["large", "small"] and both.focused("") is both
    with pytest.raises(UserError, match=r"no network called 'none'.*small and large"):
        generate(both, "none")


def test_a_network_that_does_not_learn_never_keeps_training_from_starting():
    both = project(small=chain(*SMALL), large=chain(*LARGE))
    [found] = check(both)
    assert (found.level, found.network, found.node) == ("warning", "large", "cross_entropy_1")
    ready(both)


def test_problems_and_repairs_name_and_mend_their_own_network(pair):
    both = project(left=chain(*SMALL), right=chain(*LARGE))
    both = Project("Two", both.networks, data=both.data, recipe={"type": "Pair"})
    [found] = check(both, infer(both.networks["right"], both.data.schema))
    assert (found.level, found.network) == ("error", "right")
    with pytest.raises(UserError, match=r"In right: Cross-entropy \(cross_entropy_1\)"):
        ready(both)
    mended = found.fixes[0].edit(both)
    assert check(mended) == [] and list(mended.networks) == ["left", "right"]
    assert mended.networks["left"] is both.networks["left"]


def test_only_roles_that_need_an_objective_are_asked_for_one(pair):
    without = chain("TableInput", ("Linear", {"features": 2}), "Output")
    both = Project(
        "Two", {"left": chain(*SMALL), "right": without}, data=project(a=Graph()).data, recipe={"type": "Pair"}
    )
    assert check(both) == []
    turned = Project("Two", {"left": without, "right": chain(*SMALL)}, data=both.data, recipe={"type": "Pair"})
    assert [one.title for one in check(turned)] == ["The network has no objective"]


def test_a_role_that_nobody_plays_and_a_wrong_recipe_are_sentences(pair):
    one = Project("One", {"left": chain(*SMALL)}, data=project(a=Graph()).data, recipe={"type": "Pair"})
    [found] = check(one)
    assert found.words().startswith("Pair needs a network called “right”. It learns second. Add a network")
    wrong = Project("One", one.networks, data=one.data, recipe={"type": "Pair", "epochs": 0})
    [found] = check(wrong)
    assert found.title == "The training settings cannot be used" and "Epochs needs a whole number" in found.detail


def test_only_supervised_training_has_a_stand_alone_script():
    from engine.script import script

    one = project(main=chain(*SMALL))
    assert "class Two" in script(one)
    with pytest.raises(UserError, match="“Learn what is alike” has no stand-alone script"):
        script(Project("Two", one.networks, data=one.data, recipe={"type": "Contrastive"}))
