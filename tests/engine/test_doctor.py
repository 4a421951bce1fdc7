"""The Doctor claims what the figures show, and nothing where they show nothing."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.doctor import MOST, Advice, examine
from engine.runinfo import EpochValue, RunInfo


def told(train: list[float], valid: list[float], state: str = "finished", **about: object) -> list[Advice]:
    info = RunInfo("id", "run", state, epoch=len(train), epochs=len(train), **about)  # type: ignore[arg-type]
    rows = [EpochValue(epoch + 1, "train", "loss", value) for epoch, value in enumerate(train)]
    rows += [EpochValue(epoch + 1, "validation", "loss", value) for epoch, value in enumerate(valid)]
    return examine(info, rows, [])


FALLING = [1.0, 0.8, 0.6, 0.5, 0.4, 0.3, 0.25, 0.2]


def titles(found: list[Advice]) -> list[str]:
    return [one.title for one in found]


def test_learning_by_heart_is_named_with_its_epoch_and_figures() -> None:
    (advice,) = told(FALLING, [1.0, 0.7, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0])
    assert advice.title == "It learned by heart" and advice.remedy == "stop_early"
    assert "epoch 3" in advice.text and "0.5 to 1" in advice.text
    (now,) = told(FALLING, [1.0, 0.7, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0], state="running")
    assert now.remedy == "stop"


def test_a_short_rise_is_no_learning_by_heart() -> None:
    assert not told(FALLING, [1.0, 0.8, 0.6, 0.5, 0.4, 0.39, 0.41, 0.42])
    assert "It learned by heart" not in titles(told([1.0] * 8, [1.0, 0.7, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]))


def test_standing_still_and_swinging_are_told_apart() -> None:
    assert titles(told([1.0, 0.999, 1.0, 0.998, 0.999, 0.999], [])) == ["It does not learn yet"]
    assert titles(told([2.0, 0.5, 1.5, 0.4, 1.6, 0.5, 1.4], [])) == ["The steps are too large"]
    assert told(FALLING, []) == []


def test_a_run_that_still_falls_could_go_on() -> None:
    valid = [1.0, 0.9, 0.8, 0.7, 0.6, 0.5]
    (advice,) = told(valid, valid)
    assert advice.remedy == "more_epochs" and "%" in advice.text
    assert told(valid, valid, state="running") == []


def test_failures_come_first() -> None:
    advice, *_ = told([1.0, math.nan], [], state="failed", message="The loss is not finite.")
    assert (advice.level, advice.remedy) == ("error", "lower_rate")
    advice, *_ = told([], [], state="failed", message="The disk is full.")
    assert advice.remedy == ""
    assert told([], [], state="lost", message="gone")[0].remedy == "resume"


@pytest.mark.parametrize(
    ("norms", "level", "word"),
    [
        ({"a": 0.1, "b": 0.2}, "good", "every layer"),
        ({"a": 0.0, "b": 0.2}, "warning", "a gets no corrections"),
        ({"a": 1e-9, "b": 0.2}, "warning", "reaches a"),
        ({"a": 5e3, "b": 0.2}, "warning", "very large"),
    ],
)
def test_gradients_of_the_last_epoch(norms: dict[str, float], level: str, word: str) -> None:
    rows = [(1, "a", 0.0), *((2, name, value) for name, value in norms.items())]
    (advice,) = examine(RunInfo("id", "run", "running"), [], rows)
    assert advice.level == level and word in advice.title


@given(
    st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=12),
    st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=12),
    st.lists(st.tuples(st.integers(1, 3), st.sampled_from("abc"), st.floats()), max_size=6),
    st.sampled_from(["running", "finished", "failed", "lost", "stopped"]),
)
def test_any_figures_give_at_most_three_findings_the_worst_first(
    train: list[float], valid: list[float], norms: list[tuple[int, str, float]], state: str
) -> None:
    rows = [EpochValue(epoch, "train", "loss", value) for epoch, value in enumerate(train)]
    rows += [EpochValue(epoch, "validation", "loss", value) for epoch, value in enumerate(valid)]
    found = examine(RunInfo("id", "run", state), rows, norms)
    levels = [("error", "warning", "info", "good").index(one.level) for one in found]
    assert len(found) <= MOST and levels == sorted(levels)
