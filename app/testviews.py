"""From what the helper found to what the Test page shows: facts, mix-ups, mistakes, texts and pictures."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.runviews import metric_name
from widgets import words
from widgets.values import Answer, Fact, Mistake, TestResult

MOST_SHOWN = 60


def result_of(found: Mapping[str, Any]) -> TestResult | None:
    """A test as the page shows it; None where there is nothing to compare."""
    made = next((one for one in found["outputs"] if one["kind"] in ("pictures", "play") and "png" in one), None)
    if made is not None:
        return made_result(made)
    report = report_of(found)
    if report is not None and report["kind"] == "tokens":
        return tokens_result(report, found.get("recipe"))
    if report is None or found.get("recipe"):
        return recipe_result(found) or pictures_result(found)
    return classes_result(report, found) if report["kind"] == "classes" else numbers_result(report, found)


def report_of(found: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The output that is shown: the first that was compared with right answers."""
    return next((one for one in found["outputs"] if one["kind"] in ("classes", "numbers", "tokens")), None)


def tokens_result(report: Mapping[str, Any], recipe: Mapping[str, Any] | None) -> TestResult:
    """Answers at every step: texts beside what they should have been."""
    metrics = report["metrics"]
    facts = (
        Fact("Right steps", words.percent(metrics["accuracy"]), f"of {words.thousands(report['steps'])}", "Accuracy"),
        Fact("Perplexity", words.number(metrics["perplexity"], 4), "", "e to the power of the cross-entropy"),
        Fact("Whole texts right", words.percent(metrics["whole_right"]), f"of {words.thousands(report['count'])}"),
    )
    texts = [(f"It wrote: {one['name']}", one["text"]) for one in _texts(recipe)]
    texts += [
        (
            f"{one['name']}, {words.percent(one['right'], 0)} right",
            f"should be  {one['truth']}\nit says    {one['answer']}",
        )
        for one in report["mistakes"][:MOST_SHOWN]
    ]
    return TestResult(kind="texts", facts=facts, texts=tuple(texts), target=str(report.get("target", "")))


def recipe_result(found: Mapping[str, Any]) -> TestResult | None:
    """What the recipe itself measures and shows, such as reconstructions."""
    recipe = found.get("recipe")
    if not recipe:
        return None
    facts = tuple(_fact(name, value) for name, value in list(recipe["values"].items())[:5])
    picture = next((one for one in recipe["samples"] if one["kind"] == "images"), None)
    if picture is not None:
        return TestResult(kind="made", facts=facts, png=base64.b64decode(picture["png"]))
    texts = tuple((str(one["name"]), one["text"]) for one in _texts(recipe))
    return TestResult(kind="texts", facts=facts, texts=texts)


def pictures_result(found: Mapping[str, Any]) -> TestResult | None:
    """Answers that are pictures, such as masks: how far off they are, and the worst of them by name."""
    report = next((one for one in found["outputs"] if one["kind"] == "pictures"), None)
    if report is None or not report["metrics"]:
        return None
    metrics = report["metrics"]
    facts = []
    if "overlap" in metrics:
        facts = [
            Fact("Right points", words.percent(metrics["accuracy"]), f"of {words.thousands(report['count'])} pictures",
                 "Accuracy, point by point"),
            Fact("Overlap", words.percent(metrics["overlap"]), "", "Intersection over union of what is marked"),
            Fact("F1", words.percent(metrics["f1"]), "", "Mean over marked and not of the balance of precision and "
                 "recall"),
        ]  # fmt: skip
    facts.append(Fact("Off by, on average", words.number(metrics["mae"], 4), "", "Mean absolute error"))
    facts.append(Fact("Large errors count more", words.number(metrics["rmse"], 4), "", "Root mean squared error"))
    texts = tuple((str(one["name"]), f"off by {words.number(one['error'], 3)}") for one in report["mistakes"])
    return TestResult(kind="texts", facts=tuple(facts), texts=texts[:MOST_SHOWN])


def _texts(recipe: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    return [one for one in (recipe or {"samples": ()})["samples"] if one["kind"] == "text"]


def _fact(name: str, value: float) -> Fact:
    about = metric_name(name)
    return Fact(about.words, words.percent(value) if about.kind == "share" else words.number(value, 4))


def answers_of(answer: Mapping[str, Any]) -> tuple[Answer, ...]:
    if "top" in answer:
        return tuple(Answer(str(name), float(share)) for name, share in answer["top"])
    value = answer.get("value")
    return (Answer("answer", None, "not a number" if value is None else words.number(float(value), 6)),)


def cells(row: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((name, _cell(value)) for name, value in row.items() if name)


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return words.number(value)
    return "" if value is None else str(value)


def made_result(made: Mapping[str, Any]) -> TestResult:
    """What a generator made, or how an agent played."""
    if made["kind"] == "pictures":
        facts = (
            Fact("Made", str(made["count"]), "pictures"),
            Fact("Time", words.number(made["milliseconds"], 3), "ms per picture"),
            *((Fact("Columns", f"{made['classes'][0]} … {made['classes'][-1]}"),) if made["classes"] else ()),
        )
    else:
        facts = (
            Fact("Mean return", words.number(made["mean"], 4), f"of {made['count']} episodes"),
            Fact("Least", words.number(made["least"], 4), ""),
            Fact("Most", words.number(made["most"], 4), ""),
            Fact("Solved", "yes" if made["solved"] else "not yet", f"from {made['goal']:g}"),
        )
    return TestResult(kind="made", facts=facts, png=base64.b64decode(made["png"]))


def classes_result(report: Mapping[str, Any], found: Mapping[str, Any]) -> TestResult:
    metrics = report["metrics"]
    facts = [
        Fact(
            "Right answers", words.percent(metrics["accuracy"]), f"{report['right']} of {report['count']}", "Accuracy"
        ),
    ]
    if metrics.get("top3") is not None:
        facts.append(Fact("Right in the first three", words.percent(metrics["top3"]), "", "Top-3 accuracy"))
    weakest = report.get("weakest")
    if weakest:
        facts.append(
            Fact("Weakest class", str(weakest["class"]), f"{words.percent(weakest['found'], 0)} found", "Lowest recall")
        )
    sure = report.get("sure")
    if sure and sure.get("share") is not None:
        facts.append(
            Fact(
                "When it says 90 % sure",
                words.percent(sure["share"], 0),
                f"are right, {words.count(int(sure['count']), 'item')}",
                "Share of right answers with a probability of at least 0.9",
            )
        )
    facts.append(
        Fact("F1", words.percent(metrics["f1"]), "", "Mean over the classes of the balance of precision and recall")
    )
    mistakes = tuple(
        Mistake(
            int(one["item"]),
            int(one["truth"]),
            int(one["answer"]),
            float(one["truth_probability"]),
            float(one["probability"]),
        )
        for one in report["mistakes"][:MOST_SHOWN]
    )
    return TestResult(
        kind="classes",
        facts=tuple(facts),
        classes=tuple(report["classes"]),
        confusion=tuple(tuple(int(cell) for cell in row) for row in report["confusion"] or ()),
        mistakes=mistakes,
        target=str(report["target"]),
    )


def numbers_result(report: Mapping[str, Any], found: Mapping[str, Any]) -> TestResult:
    metrics = report["metrics"]
    facts = (
        Fact(
            "Explained",
            "—" if metrics.get("r2") is None else f"{metrics['r2']:.3f}",
            "R²",
            "Coefficient of determination: 1 is perfect, 0 is no better than the mean",
        ),
        Fact("Off by, on average", words.number(metrics["mae"], 4), "", "Mean absolute error"),
        Fact("Large errors count more", words.number(metrics["rmse"], 4), "", "Root mean squared error"),
        Fact("Items", words.thousands(report["count"])),
    )
    mistakes = tuple(
        Mistake(int(one["item"]), 0, 0, float(one["truth"]), float(one["answer"]))
        for one in report["mistakes"][:MOST_SHOWN]
    )
    return TestResult(
        kind="number",
        facts=facts,
        mistakes=mistakes,
        truth=tuple(float(pair[0]) for pair in report["pairs"]),
        predicted=tuple(float(pair[1]) for pair in report["pairs"]),
        target=str(report["target"]),
    )


def with_item(mistake: Mistake, png: bytes, row: Mapping[str, Any]) -> Mistake:
    return replace(mistake, png=png, values=cells(row))


def replaced(made: TestResult, mistakes: tuple[Mistake, ...]) -> TestResult:
    return replace(made, mistakes=mistakes)
