"""What the Test page is given: each kind of report becomes facts, texts, pictures or mix-ups."""

from __future__ import annotations

import base64

from app.testviews import report_of, result_of
from widgets import words

TOKENS = {
    "kind": "tokens",
    "count": 2,
    "steps": 8,
    "target": "next",
    "metrics": {"accuracy": 0.75, "perplexity": 2.5, "whole_right": 0.5},
    "mistakes": [{"item": 4, "name": "row 5", "right": 0.5, "truth": "abcd", "answer": "abxx"}],
}


def test_texts_stand_beside_what_they_should_have_been() -> None:
    recipe = {"recipe": "LanguageModel", "values": {}, "samples": [{"kind": "text", "name": "Text", "text": "hello"}]}
    made = result_of({"outputs": [TOKENS], "recipe": recipe})
    assert made is not None
    assert made.kind == "texts"
    assert [fact.value for fact in made.facts] == [words.percent(0.75), "2.5", words.percent(0.5)]
    assert made.texts[0] == ("It wrote: Text", "hello")
    assert made.texts[1][0] == f"row 5, {words.percent(0.5, 0)} right"
    assert "abcd" in made.texts[1][1]
    assert "abxx" in made.texts[1][1]


def test_a_recipe_shows_its_own_picture_and_values() -> None:
    picture = {"kind": "images", "name": "Reconstructions", "png": base64.b64encode(b"PNG").decode()}
    found = {
        "outputs": [{"kind": "pictures", "count": 3, "metrics": {}, "mistakes": []}],
        "recipe": {"recipe": "Autoencoder", "values": {"loss": 0.25, "accuracy": 0.5}, "samples": [picture]},
    }
    made = result_of(found)
    assert made is not None
    assert (made.kind, made.png) == ("made", b"PNG")
    assert [fact.value for fact in made.facts] == ["0.25", words.percent(0.5)]


def test_masks_are_told_point_by_point_with_the_worst_by_name() -> None:
    metrics = {"accuracy": 0.98, "f1": 0.9, "overlap": 0.8, "mae": 0.04, "rmse": 0.125}
    mistakes = [{"item": 3, "name": "picture 4", "error": 0.25}]
    output = {"kind": "pictures", "count": 90, "metrics": metrics, "mistakes": mistakes}
    made = result_of({"outputs": [output]})
    assert made is not None and made.kind == "texts"
    shown = [words.percent(0.98), words.percent(0.8), words.percent(0.9), "0.04", "0.125"]
    assert [fact.value for fact in made.facts] == shown
    assert made.texts == (("picture 4", "off by 0.25"),)
    plain = result_of({"outputs": [{**output, "metrics": {"mae": 0.04, "rmse": 0.125}}]})
    assert plain is not None and [fact.value for fact in plain.facts] == ["0.04", "0.125"]


def test_nothing_to_compare_is_no_result() -> None:
    assert result_of({"outputs": [{"kind": "none"}]}) is None
    assert report_of({"outputs": [{"kind": "none"}]}) is None


def test_classes_keep_their_mix_ups_and_mistakes() -> None:
    report = {
        "kind": "classes",
        "count": 3,
        "right": 2,
        "target": "digit",
        "classes": ["a", "b"],
        "metrics": {"accuracy": 2 / 3, "f1": 0.6},
        "weakest": {"class": "b", "index": 1, "found": 0.5},
        "sure": {"threshold": 0.9, "count": 1, "right": 1, "share": 1.0},
        "confusion": [[1, 0], [1, 1]],
        "mistakes": [{"item": 7, "truth": 1, "answer": 0, "probability": 0.8, "truth_probability": 0.2}],
    }
    made = result_of({"outputs": [report]})
    assert made is not None
    assert made.confusion == ((1, 0), (1, 1))
    assert (made.mistakes[0].index, made.mistakes[0].answer_share) == (7, 0.8)
    assert words.percent(2 / 3) in made.facts[0].value
