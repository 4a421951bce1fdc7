"""What one column of a data set is: its kind, its shape as the model sees it, its classes, and its part in the task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, get_args

from engine.shapes import Anything, Category, Image, Numbers, Sequence, Signal, Tensor, Tokens

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
        classes: the names of a category's values in order of their codes; the vocabulary of tokens (see
            `engine.data.vocabulary` for the entries that stand for padding, unknown words, begin and end).
        role: whether the model reads it, answers with it, or neither.
        missing: how many items lack it.
    """

    name: str
    kind: FieldKind
    tensor: Tensor
    classes: tuple[str, ...] = ()
    role: Role = "input"
    missing: int = 0
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False, repr=False)

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
        return {**found, **self.extra}

    @staticmethod
    def from_json(values: Mapping[str, Any]) -> Field:
        """A field out of a file; KeyError, TypeError or ValueError where it is not what a file of ours holds."""
        kind, role, classes = values["kind"], values.get("role", "input"), values.get("classes", [])
        if kind not in get_args(FieldKind) or role not in get_args(Role) or not isinstance(classes, list):
            raise ValueError("a field has a known kind and role, and a list of classes")
        known = {one.name for one in fields(Field)} - {"extra"}
        return Field(
            name=str(values["name"]),
            kind=kind,
            tensor=Tensor.from_json(values["tensor"]),
            classes=tuple(map(str, classes)),
            role=role,
            missing=int(values.get("missing", 0)),
            extra={key: value for key, value in values.items() if key not in known},
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


def series(name: str, steps: int, features: int, role: Role = "input") -> Field:
    """A field of one sequence per item: steps × features."""
    return Field(name, "series", Sequence(steps, features), role=role)


def signal(name: str, channels: int, samples: int, role: Role = "input") -> Field:
    """A field of one sound or other measurement per item: channels × samples."""
    return Field(name, "signal", Signal(channels, samples), role=role)


def tokens(name: str, steps: int, vocabulary: tuple[str, ...], role: Role = "input") -> Field:
    """A field of one text per item, as numbers in a vocabulary."""
    return Field(name, "tokens", Tokens(steps, classes=len(vocabulary)), vocabulary, role=role)


def text(name: str, missing: int = 0) -> Field:
    """A field of free text: it is shown and never used."""
    return Field(name, "text", Anything(), role="unused", missing=missing)


Schema = Mapping[str, Field]
"""The fields of a data set by name, in order."""
