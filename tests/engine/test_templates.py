"""Templates: each loads, checks clean, compiles and keeps its word; the large ones learn in the long tests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from engine import jobs
from engine.check import check
from engine.codegen import generate
from engine.data.sources import sources
from engine.errors import UserError
from engine.infer import infer
from engine.names import valid_id
from engine.project import dumps, loads
from engine.recipes import recipes
from engine.templates import new_from_template, template, templates

ALL = {one.name: one for one in templates()}
QUICK = ("mlp-iris", "regression-diabetes")
MOST_WEIGHTS = 2_000_000
LARGE = 600
"""Seconds above which a template is for machines with an accelerator."""
JUDGED = (None, "loss", "recognized")
"""Goals that no test of a run measures; pictures that are made have a judge of their own in the long tests."""


@pytest.mark.parametrize("name", ALL)
def test_it_opens_clean_and_compiles(name: str) -> None:
    value = ALL[name].project()
    assert [problem.words() for problem in check(value) if problem.level != "info"] == []
    assert loads(dumps(value)) == value
    assert all(valid_id(node) for graph in value.networks.values() for node in graph.nodes)
    recipes.make(value.recipe)
    sources.make(value.data.source or {})
    source = generate(value)
    names: dict[str, Any] = {}
    exec(compile(source.text, name, "exec"), names)
    with torch.device("meta"):  # counted without room for the weights of the large ones
        made = names[source.class_name]()
    assert (
        sum(weight.numel() for weight in made.parameters())
        == infer(value.graph, value.data.schema, value.blocks).parameters
    )
    assert max(len(line) for line in source.text.split("\n")) <= 120


@pytest.mark.parametrize("name", ALL)
def test_the_gallery_has_its_words(name: str) -> None:
    one = ALL[name]
    assert one.title and one.line and one.data and one.seconds > 0 and one.tags
    assert not one.goal or {"at_least", "at_most", "falls"} & set(one.goal)
    file = json.loads(one.path.read_text(encoding="utf-8"))
    assert file["name"] and "seconds" not in one.project().about and one.project().about["template"] == name


@pytest.mark.parametrize("name", ALL)
def test_one_batch_goes_forward_and_back(name: str) -> None:
    value = ALL[name].project()
    source = generate(value)
    size = infer(value.graph, value.data.schema, value.blocks).parameters
    if not isinstance(size, int) or size > MOST_WEIGHTS:
        pytest.skip("too large to run here")
    if not source.inputs or any(not isinstance(dim, int) for one in source.inputs for dim in one.tensor.dims):
        pytest.skip("its inputs have no fixed size")
    names: dict[str, Any] = {}
    exec(compile(source.text, name, "exec"), names)
    torch.manual_seed(0)
    made = names[source.class_name]()
    inputs = [
        torch.randint(0, max(1, one.tensor.classes or 2), (3, *one.tensor.dims))
        if one.tensor.element == "token"
        else torch.randn(3, *one.tensor.dims)
        for one in source.inputs
    ]
    found = made(*inputs)
    found = found if isinstance(found, tuple) else (found,)
    assert [tuple(one.shape[1:]) for one in found] == [one.tensor.dims for one in source.outputs]
    sum(one.float().sum() for one in found if one.is_floating_point()).backward()
    learned = [weight for weight in made.parameters() if weight.requires_grad]
    assert sum(weight.grad is not None for weight in learned) >= 0.9 * len(learned)


def value_of(found: dict[str, Any], name: str) -> float:
    """A metric of a test: `accuracy` of the first output, `price.r2` of the one called so."""
    output, _, metric = name.rpartition(".")
    chosen = next(one for one in found["outputs"] if output in ("", one["name"]))
    return float(chosen["metrics"][metric])


def holds(goal: Mapping[str, Any], value: float, slack: float = 0.0) -> bool:
    return bool(value >= goal["at_least"] - slack if "at_least" in goal else value <= goal["at_most"] + slack)


@pytest.mark.parametrize("name", QUICK)
def test_the_small_ones_learn_and_leave_for_onnx(name: str, tmp_path: Path) -> None:
    one = ALL[name]
    run = jobs.train(one.project(), tmp_path, device="cpu")
    value = value_of(jobs.test(run), one.goal["metric"])
    assert holds(one.goal, value, slack=0.1), value  # the goal is that of all divisions together
    proof = jobs.export(run, tmp_path / "model.onnx")
    assert proof["items"] > 0 and proof["largest"] <= 1e-3 and (tmp_path / "model.onnx").stat().st_size > 100


def test_no_small_template_is_without_a_goal_that_a_test_measures() -> None:
    """The long tests measure a number of the test part, or have a judge look at what was made; both export."""
    for one in ALL.values():
        if one.seconds < LARGE:
            assert {"at_least", "at_most"} & set(one.goal), f"{one.name} promises nothing that can be measured"
            assert one.goal["metric"] not in (None, "loss"), f"the loss of {one.name} says nothing to people"


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("name", ["tiny-vit", "mlp-mixer"])
def test_patches_are_read_with_any_seed(name: str, seed: int, tmp_path: Path) -> None:
    one, value = ALL[name], ALL[name].project()
    other = replace(value, data=replace(value.data, seed=value.data.seed + seed))  # another division of the pictures
    run = jobs.train(other, tmp_path, device="cpu", seed=seed)
    found = value_of(jobs.test(run), one.goal["metric"])
    print(f"{name}, seed {seed}: {found:.4f} of the test part, {run.info().seconds:.0f} s")
    assert holds(one.goal, found)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(
    "name", [one.name for one in templates() if one.goal.get("metric") not in JUDGED and one.seconds < LARGE]
)
def test_every_template_keeps_its_word(name: str, tmp_path: Path) -> None:
    one = ALL[name]
    if "folds" in one.goal:
        found = jobs.cross_validate(one.project(), one.goal["folds"], tmp_path, device="cpu")
        (output, *_) = found["outputs"].values()
        assert holds(one.goal, output[one.goal["metric"]]["mean"])
    run = jobs.train(one.project(), tmp_path, device="cpu")
    if "folds" not in one.goal:  # one division of so few items says little; the folds were held to the goal
        assert holds(one.goal, value_of(jobs.test(run), one.goal["metric"]))
    proof = jobs.export(run, tmp_path / "model.onnx")
    assert proof["items"] > 0 and proof["scaled"] <= 1e-5  # |a - b| against 1 + |b|


def test_templates_are_found_by_name_or_title() -> None:
    one = templates()[0]
    assert template(one.name.upper()) is template(one.title) is one
    with pytest.raises(UserError, match="There are "):
        template("no-such")
    assert new_from_template(one.name) == one.project()


def test_names_are_unique() -> None:
    assert len({one.title for one in templates()}) == len(templates()) == len(ALL)
