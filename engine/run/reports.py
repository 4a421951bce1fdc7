"""What the answers of a model say about it: for classes and for numbers, as plain values that a page can show."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from engine.run.metrics import ClassCounts, NumberCounts, of_confusion

SURE = 0.9
"""From this probability on an answer counts as sure."""
MOST_MISTAKES = 100
MOST_PAIRS = 2_000
MOST_ANSWERS = 5_000
MOST_CELLS = 200
"""Confusion matrices of more classes than this are left out: nobody reads 40,000 cells."""

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.integer[Any]]


def class_probabilities(answers: Floats, classes: int) -> Floats:
    """One probability per class: a single number is that of the second of two classes. Answers of several steps give
    a row per step; they may hold more tokens than the data has."""
    if answers.ndim == 3 and (answers.shape[2] == classes or answers.shape[1] != classes < answers.shape[2]):
        return answers.reshape(-1, answers.shape[2]).astype(np.float64)
    rows = answers.reshape(len(answers), -1).astype(np.float64)
    if classes == 2 and rows.shape[1] == 1:
        rows = np.concatenate([1 - rows, rows], axis=1)
    return rows


def are_probabilities(rows: Floats) -> bool:
    """Whether every row lies between 0 and 1 and adds up to 1; scores of some losses do not."""
    inside = bool(np.all(rows >= -1e-6)) and bool(np.all(rows <= 1 + 1e-6))
    return inside and bool(np.all(np.abs(rows.sum(axis=1) - 1) < 1e-3))


def class_report(
    answers: Floats, truth: Ints, classes: Sequence[str], items: Ints, named: Callable[[int], str]
) -> dict[str, Any]:
    """Right answers, mix-ups, sureness and the worst mistakes.

    Args:
        answers: a row of class probabilities per item.
        truth: the right class of each item.
        items: the items' places in the data set; named: how people call the item at a place.
    """
    count, width = len(truth), len(classes)
    order = np.argsort(-answers, axis=1, kind="stable")
    best = order[:, 0]
    confusion = np.zeros((width, width), np.int64)
    np.add.at(confusion, (truth, best), 1)
    right = best == truth
    metrics = of_confusion(torch.from_numpy(confusion))
    for top in (2, 3, 5):
        if width > top:
            metrics[f"top{top}"] = _share(int((order[:, :top] == truth[:, None]).any(axis=1).sum()), count)
    support = confusion.sum(axis=1)
    found = [
        _share(int(hit), int(all_)) if all_ else None for hit, all_ in zip(confusion.diagonal(), support, strict=True)
    ]
    report: dict[str, Any] = {
        "kind": "classes",
        "classes": list(classes),
        "count": count,
        "right": int(right.sum()),
        "metrics": metrics,
        "found": found,
        "support": support.tolist(),
        "weakest": _weakest(found, classes),
        "confusion": confusion.tolist() if width <= MOST_CELLS else None,
    }
    sure = answers[np.arange(count), best]
    probable = are_probabilities(answers)
    report["sure"] = _sure(sure, right) if probable else None
    report["reliability"] = _reliability(sure, right) if probable else None
    wrong = np.flatnonzero(~right)
    worst = wrong[np.argsort(-sure[wrong], kind="stable")][:MOST_MISTAKES]
    report["mistakes"] = [
        {
            "item": int(items[place]),
            "name": named(int(items[place])),
            "truth": int(truth[place]),
            "answer": int(best[place]),
            "truth_name": classes[truth[place]],
            "answer_name": classes[best[place]],
            "probability": float(sure[place]),
            "truth_probability": float(answers[place, truth[place]]),
            "top": [[classes[one], float(answers[place, one])] for one in order[place, :3]],
        }
        for place in worst
    ]
    report["answers"] = {
        "items": items[:MOST_ANSWERS].tolist(),
        "truth": truth[:MOST_ANSWERS].tolist(),
        "answer": best[:MOST_ANSWERS].tolist(),
        "probability": np.round(sure[:MOST_ANSWERS], 6).tolist(),
    }
    return report


def number_report(answers: Floats, truth: Floats, items: Ints, named: Callable[[int], str]) -> dict[str, Any]:
    """How far the answers are off, the pairs for a picture, and the worst errors."""
    told, right = answers.reshape(-1).astype(np.float64), truth.reshape(-1).astype(np.float64)
    off = told - right
    counts = NumberCounts()
    counts.add(torch.from_numpy(told), torch.from_numpy(right))
    metrics = counts.values()
    if len(off):
        metrics["median_error"] = float(np.median(np.abs(off)))
    shown = np.linspace(0, len(off) - 1, min(len(off), MOST_PAIRS)).astype(np.int64) if len(off) else np.array([], int)
    worst = np.argsort(-np.abs(off), kind="stable")[:MOST_MISTAKES]
    return {
        "kind": "numbers",
        "count": len(off),
        "metrics": metrics,
        "pairs": [[float(right[place]), float(told[place])] for place in shown],
        "pair_items": items[shown].tolist(),
        "mistakes": [
            {
                "item": int(items[place]),
                "name": named(int(items[place])),
                "truth": float(right[place]),
                "answer": float(told[place]),
                "error": float(off[place]),
            }
            for place in worst
        ],
    }


def picture_report(
    answers: Floats, truth: Floats, items: Ints, named: Callable[[int], str], yes_no: bool = False
) -> dict[str, Any]:
    """For answers that are whole pictures or series: the error of each item, the worst first.

    Args:
        yes_no: whether each point is a yes or a no, as in a mask; then the points are counted as classes, too.
    """
    off = (answers.astype(np.float64) - truth).reshape(len(answers), -1)
    counts = NumberCounts()
    counts.add(torch.from_numpy(answers), torch.from_numpy(truth))
    errors = np.sqrt(np.mean(off**2, axis=1)) if len(off) else np.array([])
    worst = np.argsort(-errors, kind="stable")[:MOST_MISTAKES]
    return {
        "kind": "pictures",
        "count": len(off),
        "metrics": {**(_points(answers, truth) if yes_no else {}), **counts.values()},
        "mistakes": [
            {"item": int(items[place]), "name": named(int(items[place])), "error": float(errors[place])}
            for place in worst
        ],
    }


def _points(answers: Floats, truth: Floats) -> dict[str, float]:
    """The measures of a mask, point by point; `overlap` is what is said and true of all that is said or true (IoU)."""
    points = ClassCounts(2)
    points.add(torch.from_numpy(answers), torch.from_numpy(truth))
    (_, wrong), (missed, hits) = points.confusion.tolist()
    either = wrong + missed + hits
    return {**points.values(), "overlap": hits / either if either else 1.0}


def _weakest(found: Sequence[float | None], classes: Sequence[str]) -> dict[str, Any] | None:
    """The class of which the smallest share is found."""
    known = [(share, place) for place, share in enumerate(found) if share is not None]
    if not known:
        return None
    share, place = min(known)
    return {"class": classes[place], "index": place, "found": share}


def _sure(sure: Floats, right: NDArray[np.bool_]) -> dict[str, Any]:
    chosen = sure >= SURE
    count, hits = int(chosen.sum()), int((chosen & right).sum())
    return {"threshold": SURE, "count": count, "right": hits, "share": _share(hits, count) if count else None}


def _reliability(sure: Floats, right: NDArray[np.bool_]) -> list[dict[str, Any]]:
    """Ten bins of sureness: how sure the model was, and how often it was right."""
    places = np.minimum((sure * 10).astype(int), 9)
    found = []
    for place in range(10):
        chosen = places == place
        count = int(chosen.sum())
        if count:
            found.append(
                {
                    "low": place / 10,
                    "high": (place + 1) / 10,
                    "count": count,
                    "sure": float(sure[chosen].mean()),
                    "right": float(right[chosen].mean()),
                }
            )
    return found


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
