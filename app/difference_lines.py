"""Differences in words: of networks, of settings by the labels of their forms, and of what came of two runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from engine.catalogue import Catalogue
from engine.compare import Comparison, said
from engine.project import Project
from widgets import words
from widgets.differences import Difference
from widgets.plots.scales import reading

if TYPE_CHECKING:
    from engine.compare_runs import Result

PARTS = {"validation": "validation", "train": "training", "test": "test"}
DATA = {"count": "Items", "split": "Parts", "seed": "Seed of the parts", "stratify": "Same shares of classes"}


def change_lines(found: Comparison, before: Project, after: Project) -> list[Difference]:
    """What differs between two projects: their networks, then their settings."""
    network = [Difference(one.words, one.sign, one.graph, one.node) for one in found.entries()]
    settings = []
    for path, (old, new) in found.settings.items():
        sign = "+" if old is None else "-" if new is None else "~"
        told = said(new if old is None else old) if sign != "~" else f"{said(old)} → {said(new)}"
        settings.append(Difference(f"{setting_words(path, before, after)}: {told}", sign))
    heads = [Difference("Network", head=True)] if network else []
    return [*heads, *network, *([Difference("Settings", head=True)] if settings else []), *settings]


def setting_words(path: str, before: Project, after: Project) -> str:
    """A setting by the labels that its form shows: `recipe.optimizer.lr` is Optimizer, Learning rate."""
    from engine.data.preparation import preparations
    from engine.data.sources import sources
    from engine.recipes import recipes

    first, *rest = path.split(".")
    if first == "recipe":
        return _labels(recipes, after.recipe, rest) or _labels(recipes, before.recipe, rest) or "Recipe"
    if first != "data" or not rest:
        return path
    if rest[0] == "source":
        return f"Data, {_labels(sources, after.data.source or before.data.source or {}, rest[1:]) or 'source'}"
    if rest[0] == "preparation":
        return f"Preparation, {_labels(preparations, after.data.preparation, rest[1:]) or 'kind'}"
    return f"Field {'.'.join(rest[1:])}" if rest[0] == "field" else DATA.get(rest[0], path)


def _labels(catalogue: Catalogue[Any] | None, choice: Any, keys: Sequence[str]) -> str:
    """The labels along a path of nested choices; a key that this version does not know stands for itself."""
    found = []
    for key in keys:
        if key == "type":
            break
        name = str(choice.get("type", "")) if isinstance(choice, Mapping) else ""
        param = catalogue[name].params().get(key) if catalogue is not None and name in catalogue else None
        found.append(param.label if param else key.replace("_", " "))
        choice = choice.get(key) if isinstance(choice, Mapping) else None
        catalogue = Catalogue.named(param.catalogue) if param and param.catalogue else None
    return ", ".join(found)


def result_lines(results: Sequence[Result]) -> list[Difference]:
    """What came of two runs, measures first."""
    found = [
        Difference(_name(one), old=old, new=new, verdict=one.verdict if old != new else 0)
        for one in results
        for old, new in [(_value(one, one.old), _value(one, one.new))]
    ]
    return [Difference("Results", head=True), *found] if found else []


def _name(result: Result) -> str:
    from app.runviews import metric_name

    if result.kind == "metric":
        return f"{metric_name(result.name).words}, {PARTS.get(result.part, result.part)}"
    return result.name.capitalize()


def _value(result: Result, value: Any) -> str:
    from app.runviews import metric_name

    if value is None:
        return "none"
    if result.kind == "metric":
        return reading(value, metric_name(result.name).kind)
    if result.kind == "seconds":
        return words.duration(value)
    return words.thousands(value) if result.kind == "count" else str(value)
