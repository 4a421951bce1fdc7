"""The project's data as the Data page shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.errors import UserError
from engine.graph import inputs_of, label_of, objectives_of
from engine.layer import layers
from engine.project import DataChoice, Project, to_json
from widgets import words
from widgets.values import Bins, FieldCard


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
