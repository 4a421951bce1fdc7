"""What the Train page is told about runs, in words."""

from __future__ import annotations

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
