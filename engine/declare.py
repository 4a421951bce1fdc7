"""How anything with settings is declared, listed, checked, and turned to and from JSON.

A declaration is a class whose annotated attributes are `param(...)`. From it follow the form, the ranges, the
command line, the file format and the help page; nobody writes those a second time:

    class Dropout(Layer):
        \"\"\"Switches random numbers off while training, so that no unit relies on another.\"\"\"

        rate: float = param(default=0.5, min=0, below=1, help="Share of the numbers switched off.")
"""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal, Self

from engine.errors import UserError, listed
from engine.params import Axes, ChosenFrom, FieldOf, Param, PathTo

Json = Any
"""A value made of dict, list, str, int, float, bool and None."""


Size1 = Annotated[tuple[int, ...], Axes(("long",))]
Size2 = Annotated[tuple[int, ...], Axes(("high", "wide"))]
Size3 = Annotated[tuple[int, ...], Axes(("deep", "high", "wide"))]
Ints = tuple[int, ...]
Floats = tuple[float, ...]


def param(default: Any, **about: Any) -> Any:
    """Declare a setting; `about` takes the attributes of `Param` (min, max, help, label, unit, advanced …)."""
    return Param(default=default, **about)


def _kind_of(hint: Any) -> dict[str, Any]:
    """What an annotation says of a parameter: its kind and the marks that go with it."""
    if typing.get_origin(hint) is Annotated:
        base, *marks = typing.get_args(hint)
        for mark in marks:
            if isinstance(mark, Axes):
                return {"kind": "size", "axes": mark.names}
            if isinstance(mark, FieldOf):
                return {"kind": "fields" if mark.many else "field", "fields": mark}
            if isinstance(mark, PathTo):
                return {"kind": "path", "path": mark}
            if isinstance(mark, ChosenFrom):
                return {**_kind_of(base), "offers": mark.what}
        return _kind_of(base)
    if typing.get_origin(hint) is Literal:
        return {"kind": "choice"}
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        parts = [part for part in typing.get_args(hint) if part is not type(None)]
        return {**_kind_of(parts[0]), "optional": True}
    return _kind_of_plain(hint)


def _kind_of_plain(hint: Any) -> dict[str, Any]:
    plain = {int: "int", float: "float", bool: "bool", str: "text", Ints: "ints", Floats: "floats"}
    if hint in plain:
        return {"kind": plain[hint]}
    if hint == tuple[str, ...]:
        return {"kind": "texts"}
    if typing.get_origin(hint) is tuple:
        return {"kind": "many_of", "catalogue": typing.get_args(hint)[0].catalogue_name}
    if isinstance(hint, type) and issubclass(hint, Declared):
        return {"kind": "one_of", "catalogue": hint.catalogue_name}
    raise TypeError(f"no form for a parameter of type {hint!r}")


def _choices_of(hint: Any) -> tuple[tuple[str, str], ...]:
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        hint = typing.get_args(hint)[0]
    if typing.get_origin(hint) is not Literal:
        return ()
    return tuple((value, value.replace("_", " ").capitalize()) for value in typing.get_args(hint))


class Declared:
    """Base of everything a person can choose: an immutable value with declared, checked settings."""

    catalogue_name: ClassVar[str] = ""
    label: ClassVar[str] = ""
    section: ClassVar[str] = ""
    keywords: ClassVar[str] = ""
    was: ClassVar[tuple[str, ...]] = ()
    icon: ClassVar[str] = ""
    _params: ClassVar[dict[str, Param] | None] = None

    def __init__(self, /, **values: Any) -> None:
        params = self.params()
        unknown = [name for name in values if name not in params]
        problems = [
            f"{self.label or type(self).__name__} has no setting {name!r}. It has {listed(list(params)) or 'none'}."
            for name in unknown
        ]
        for name, declared in params.items():
            try:
                object.__setattr__(self, name, declared.coerce(values.get(name, declared.default)))
            except UserError as error:
                problems.append(error.message)
        if problems:
            raise UserError(" ".join(problems))

    @classmethod
    def params(cls) -> dict[str, Param]:
        """The declared settings by name, those of base classes first."""
        if "_params" not in cls.__dict__:
            hints = typing.get_type_hints(cls, include_extras=True)
            found: dict[str, Param] = {}
            for base in reversed(cls.__mro__):
                for name, value in vars(base).items():
                    if isinstance(value, Param):
                        hint = hints[name]
                        about = _kind_of(hint)
                        about["optional"] = about.get("optional", False) or value.optional
                        label = value.label or name.replace("_", " ").capitalize()
                        choices = value.choices or _choices_of(hint)
                        found[name] = replace(value, name=name, label=label, choices=choices, **about)
            cls._params = found
        assert cls._params is not None
        return cls._params

    @classmethod
    def help(cls) -> str:
        """The first paragraph of the docstring: what it does, for people who do not program."""
        return " ".join((cls.__doc__ or "").strip().split("\n\n")[0].split())

    @classmethod
    def problems_of(cls, values: Mapping[str, Any]) -> dict[str, str]:
        """Every wrong value with its sentence, by parameter name; empty when all is well."""
        found = {}
        for name, value in values.items():
            declared = cls.params().get(name)
            if declared is None:
                found[name] = f"{cls.label} has no setting {name!r}. It has {listed(list(cls.params())) or 'none'}."
                continue
            try:
                declared.coerce(value)
            except UserError as error:
                found[name] = error.message
        return found

    def to_json(self) -> dict[str, Json]:
        """The type's name and every setting that differs from its default."""
        found: dict[str, Json] = {"type": type(self).__name__}
        for name, declared in self.params().items():
            value = getattr(self, name)
            if value != declared.coerce(declared.default):
                found[name] = plain(value)
        return found

    def with_(self, **changes: Any) -> Self:
        """A copy with some settings changed."""
        values = {name: getattr(self, name) for name in self.params()}
        return type(self)(**{**values, **changes})

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{type(self).__name__} is a value: use with_({name}=…)")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and all(getattr(self, name) == getattr(other, name) for name in self.params())

    def __hash__(self) -> int:
        return hash((type(self), *(getattr(self, name) for name in self.params())))

    def __repr__(self) -> str:
        inside = ", ".join(f"{name}={value!r}" for name, value in self.to_json().items() if name != "type")
        return f"{type(self).__name__}({inside})"


def plain(value: Any) -> Json:
    """A setting's value as JSON: tuples become lists, declarations their own JSON."""
    if isinstance(value, Declared):
        return value.to_json()
    if isinstance(value, tuple | list):
        return [plain(part) for part in value]
    return value
