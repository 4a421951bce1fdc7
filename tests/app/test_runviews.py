"""What the Train page is told about runs, in words."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "engine"))

from test_compare_runs import made

from app.runviews import metric_name, recipe_facts, recipe_words
from engine.places import add_network
from engine.project import Project


def test_a_measure_of_a_node_is_told_in_words() -> None:
    assert metric_name("kl_to_a_normal_distribution_1.loss").words == "Loss of kl to a normal distribution"
    assert metric_name("cross_entropy_2.accuracy").words == "Accuracy of cross entropy 2"
    assert metric_name("digit.accuracy").words == "Accuracy of digit"
    assert metric_name("accuracy").words == "Accuracy"


def test_a_run_that_started_from_another_says_so() -> None:
    usual = dict(recipe_facts(Project()))
    assert "Starts from" not in usual
    recipe = {"type": "Supervised", "start_from": {"type": "OtherRun", "run": "2026-01-01 one"}}
    assert dict(recipe_facts(Project(recipe=recipe)))["Starts from"] == "run 2026-01-01 one"


def test_of_several_networks_a_run_says_which_one_learns() -> None:
    one = Project()
    two = add_network(one, "U-Net")
    assert recipe_words(two) == f"Model: {recipe_words(one)}"
    assert recipe_words(two.focused("U-Net")) == f"U-Net: {recipe_words(one)}"


def test_a_star_compares_runs_of_one_question_only(tmp_path) -> None:
    """Other data, another way of judging or another measure make a number that says nothing beside the first."""
    from app.questions import Questions
    from app.runviews import run_rows
    from engine.edits import set_param
    from engine.templates import new_from_template

    digits = new_from_template("resnet-digits")
    wider = digits.with_graph(set_param(digits.graph, "conv_1", "filters", 64))
    softer = digits.with_graph(set_param(digits.graph, "cross_entropy_1", "label_smoothing", 0.2))
    wine = new_from_template("mlp-wine")
    asked = {"plain": (digits, 0.3), "wider": (wider, 0.2), "softer": (softer, 0.01), "wine": (wine, 0.05)}
    runs = [made(tmp_path, project, name, [(loss, 0.5)], best=1) for name, (project, loss) in asked.items()]
    infos = {run.id: run.info() for run in runs}
    found = run_rows([(run.id, infos[run.id]) for run in runs], Questions().of(runs, infos))
    assert {row.name: row.best for row in found} == {"plain": False, "wider": True, "softer": False, "wine": False}
    # a run whose project cannot be read any more is compared with nothing
    (runs[1].folder / "project.lamina").write_text("{")
    found = run_rows([(run.id, infos[run.id]) for run in runs], Questions().of(runs, infos))
    assert not any(row.best for row in found)
