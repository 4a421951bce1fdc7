"""The Test and the Export page follow a new run, and keep their own choice otherwise."""

from __future__ import annotations

from types import SimpleNamespace

from app.chosen_run import ChosenRun


def _run(name: str):
    return SimpleNamespace(id=name)


def test_a_new_run_is_taken() -> None:
    follow = ChosenRun()
    assert follow.pick("", ["one"], _run("one")) == "one"
    assert follow.pick("one", ["two", "one"], _run("two")) == "two"


def test_the_choice_of_the_page_stays_until_another_run_is_chosen_there() -> None:
    follow = ChosenRun()
    ids = ["three", "two", "one"]
    assert follow.pick("", ids, _run("three")) == "three"
    assert follow.pick("one", ids, _run("three")) == "one", "chosen on the page itself"
    assert follow.pick("one", ids, _run("two")) == "two"


def test_what_cannot_be_shown_is_not_taken() -> None:
    follow = ChosenRun()
    assert follow.pick("", ["one"], None) == "one"
    assert follow.pick("gone", ["two", "one"], _run("running")) == "two"
    assert follow.pick("one", ["two", "one"], _run("one")) == "one", "tested before it was exported"
