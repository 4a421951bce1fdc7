"""The project's data as the Data page shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.errors import UserError
from engine.graph import inputs_of, label_of, objectives_of
from engine.layer import layers
from engine.project import DataChoice, Project, to_json
from widgets import words
from widgets.values import Advice, Bins, FieldCard


def data_json(data: DataChoice) -> dict[str, Any]:
    """A data choice as the helper takes it."""
    found: dict[str, Any] = to_json(Project(data=data))["data"]
    return found


def short(text: str) -> str:
    """How many items a set has, told by the number its help begins with: `1,797 small pictures` has 1 797 items."""
    return f"{text.split()[0].replace(',', words.THIN)} items" if text[:1].isdigit() else ""


def target_of(data: DataChoice) -> str:
    """The name of the first target, empty where there is none."""
    return next((one.name for one in data.fields if one.role == "target"), "")


def hundredths(shares: tuple[float, float, float]) -> tuple[float, float, float]:
    """Shares in whole hundredths that add up to exactly 1."""
    train, validation = round(shares[0], 2), round(shares[1], 2)
    return (train, validation, round(1 - train - validation, 2))


def bins(about: Mapping[str, Any]) -> Bins | None:
    """The histogram of a column's summary."""
    found = about.get("histogram")
    if not found or not found["counts"]:
        return None
    return Bins(tuple(int(count) for count in found["counts"]), tuple(float(edge) for edge in found["edges"]))


def cell(value: Any) -> str:
    """A value of the table as text."""
    return "" if value is None else words.number(value) if isinstance(value, float) else str(value)


def seen(project: Project) -> list[FieldCard]:
    """What the network reads and answers, as cards."""
    found = []
    schema = project.data.schema
    for node in inputs_of(project.graph):
        try:
            made: Any = layers[node.layer](**node.params)
            tensor = made.tensor(schema)
        except UserError:
            continue
        name = getattr(made, "field", "") or label_of(node)
        found.append(FieldCard(name, tensor.symbol, tensor.words(), f"feeds the node {label_of(node)}"))
    for node in objectives_of(project.graph):
        target = str(node.params.get("target", "")) or target_of(project.data)
        field = schema.get(target)
        if field is not None:
            shape = words.count(len(field.classes), "class", "classes") if field.classes else field.tensor.words()
            symbol = "numbers" if field.kind != "image" else "image"
            found.append(FieldCard(target, symbol, shape, f"the answer, for {label_of(node)}", "target"))
    return found


_LEFT_OUT = ("leak", "constant", "missing")
"""Kinds of findings that go away when the field is left out."""


def advice_of(found: Sequence[Mapping[str, Any]]) -> tuple[Advice, ...]:
    """Findings about the data as the report shows them: those of one title are one, and some fields can be left out."""
    texts: dict[tuple[str, str], list[str]] = {}
    buttons: dict[tuple[str, str], tuple[str, str]] = {}
    for one in found:
        level, title, field = str(one["level"]), words.sentence(str(one["title"])), one.get("field")
        texts.setdefault((level, title), []).append(words.sentence(str(one["detail"])))
        if field and one.get("kind") in _LEFT_OUT and level == "warning":
            buttons[level, title] = (f"Leave “{field}” out", str(field))
    return tuple(Advice(*key, " ".join(parts), *buttons.get(key, ())) for key, parts in texts.items())
