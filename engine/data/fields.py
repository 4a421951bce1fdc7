"""What one column of a data set is: its kind, its shape as the model sees it, its classes, and its part in the task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from engine.shapes import Anything, Category, Image, Numbers, Tensor

FieldKind = Literal["number", "category", "image", "series", "signal", "tokens", "text"]
Role = Literal["input", "target", "unused"]


@dataclass(frozen=True)
class Field:
    """One field of a data set.

    Attributes:
        name: the column's name, or `image`, `label`.
        kind: number, category, image (pictures), series (steps × features), signal (channels × samples), tokens,
            text (free text such as names, shown but never read by the model).
        tensor: the shape of one raw item: `Numbers(1)` for a number, `Category()` for a category, `Image(1, 8, 8)`.
        classes: the names of a category's values in order of their codes; the vocabulary of tokens.
        role: whether the model reads it, answers with it, or neither.
        missing: how many items lack it.
    """

    name: str
    kind: FieldKind
    tensor: Tensor
    classes: tuple[str, ...] = ()
    role: Role = "input"
    missing: int = 0

    @property
    def width(self) -> int:
        """How many numbers it becomes in a table input: one for a number, one per class for a category."""
        return len(self.classes) if self.kind == "category" else 1

    def with_role(self, role: Role) -> Field:
        return replace(self, role=role)

    def to_json(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "name": self.name,
            "kind": self.kind,
            "tensor": self.tensor.to_json(),
            "role": self.role,
        }
        if self.classes:
            found["classes"] = list(self.classes)
        if self.missing:
            found["missing"] = self.missing
        return found

    @staticmethod
    def from_json(values: Mapping[str, Any]) -> Field:
        return Field(
            name=str(values["name"]),
            kind=values["kind"],
            tensor=Tensor.from_json(values["tensor"]),
            classes=tuple(map(str, values.get("classes", ()))),
            role=values.get("role", "input"),
            missing=int(values.get("missing", 0)),
        )


def number(name: str, role: Role = "input", missing: int = 0) -> Field:
    """A field of one real number per item."""
    return Field(name, "number", Numbers(1), role=role, missing=missing)


def category(name: str, classes: tuple[str, ...], role: Role = "input", missing: int = 0) -> Field:
    """A field of one class per item."""
    return Field(name, "category", Category(classes=len(classes)), classes, role, missing)


def image(name: str, channels: int, high: int, wide: int, role: Role = "input") -> Field:
    """A field of one picture per item."""
    return Field(name, "image", Image(channels, high, wide), role=role)


def text(name: str, missing: int = 0) -> Field:
    """A field of free text: it is shown and never used."""
    return Field(name, "text", Anything(), role="unused", missing=missing)


Schema = Mapping[str, Field]
"""The fields of a data set by name, in order."""
