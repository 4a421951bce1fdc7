"""What the Data page is told about the data."""

from __future__ import annotations

from app.dataviews import advice_of
from widgets import words


def _finding(kind: str, title: str, detail: str, field: str | None = None, level: str = "warning") -> dict:
    return {"level": level, "kind": kind, "title": title, "detail": detail, "field": field}


def test_a_field_that_gives_the_answer_away_can_be_left_out() -> None:
    (advice,) = advice_of([_finding("leak", "“alive” gives the answer away", "It says the same.", "alive")])
    assert (advice.action, advice.key) == ("Leave “alive” out", "alive")


def test_what_needs_no_repair_has_no_button() -> None:
    few = _finding("missing", "Missing values in “age”", "2 of 891 items lack “age”.", "age", "info")
    same = _finding("duplicates", "The test part repeats training items", "22 of 134 items.")
    assert [one.action for one in advice_of([few, same])] == ["", ""]


def test_notes_of_one_title_are_one_and_numbers_read_as_elsewhere() -> None:
    notes = [
        _finding("reading", "How it was read", "8,942 different words occur; 4,998 are kept.", level="info"),
        _finding("reading", "How it was read", "29 of 134 items (21.6%).", level="info"),
    ]
    (advice,) = advice_of(notes)
    assert (
        advice.text
        == f"8{words.THIN}942 different words occur; 4{words.THIN}998 are kept. 29 of 134 items (21.6{words.HARD}%)."
    )
    assert words.sentence("1, 2 and 3,14 are no thousands") == "1, 2 and 3,14 are no thousands"
