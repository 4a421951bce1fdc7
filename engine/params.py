"""One declared setting: which values it takes, in words and in code, and what a value from a file becomes."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from engine.catalogue import Catalogue
from engine.dims import Sym
from engine.errors import UserError, listed


@dataclass(frozen=True)
class Axes:
    """Marks a tuple of whole numbers with one entry per named axis; a single number means the same for all."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class FieldOf:
    """Marks a text that names a field of the project's data; `kinds` are the field kinds that fit."""

    kinds: tuple[str, ...]
    many: bool = False


@dataclass(frozen=True)
class ChosenFrom:
    """Marks a text that names a run, or texts that name nodes with weights: forms offer a list of them."""

    what: Literal["runs", "nodes"]


@dataclass(frozen=True)
class PathTo:
    """Marks a text that is a path; `what` is "file" or "folder", `suffixes` what the open dialog shows."""

    what: Literal["file", "folder"]
    suffixes: tuple[str, ...] = ()


Kind = Literal[
    "int",
    "float",
    "bool",
    "text",
    "choice",
    "size",
    "ints",
    "floats",
    "texts",
    "field",
    "fields",
    "path",
    "one_of",
    "many_of",
]


@dataclass(frozen=True)
class Param:
    """One declared setting: what it is called, which values it takes, what it means.

    `min`, `max` are inclusive limits, `above`, `below` exclusive ones. `optional` admits None, shown as `none`.
    `advanced` folds it under "More settings". `shown_if` hides it in forms while another setting has another value.
    """

    name: str = ""
    kind: Kind = "text"
    default: Any = None
    label: str = ""
    help: str = ""
    unit: str = ""
    min: float | None = None
    max: float | None = None
    above: float | None = None
    below: float | None = None
    choices: tuple[tuple[str, str], ...] = ()
    axes: tuple[str, ...] = ()
    optional: bool = False
    none: str = "none"
    advanced: bool = False
    shown_if: tuple[str, tuple[Any, ...]] | None = None
    fields: FieldOf | None = None
    path: PathTo | None = None
    offers: str = ""
    catalogue: str = ""
    log: bool = False
    lines: int = 1

    def coerce(self, value: Any) -> Any:
        """The value in its proper type, or a `UserError` that says what is expected."""
        if value is None:
            if self.optional:
                return None
            raise self._expected(value)
        if isinstance(value, Sym):
            return (value,) * len(self.axes) if self.kind == "size" else value
        return _COERCE[self.kind](self, value)

    def expects(self) -> str:
        """The allowed values in words: `a whole number from 1 to 8`."""
        words = _EXPECTS[self.kind](self)
        return f"{words} or {self.none}" if self.optional else words

    def _expected(self, value: Any) -> UserError:
        shown = "nothing" if value is None else json.dumps(value, default=str, ensure_ascii=False)
        if len(shown) > 60:
            shown = shown[:57] + "…"
        return UserError(f"{self.label} needs {self.expects()}. It is {shown}.")

    def _range(self) -> str:
        low = self.min if self.min is not None else self.above
        high = self.max if self.max is not None else self.below
        low_word = "above" if self.above is not None else "from"
        high_word = "below" if self.below is not None else "to"
        if low is not None and high is not None:
            return f" {low_word} {_digits(low)} {high_word} {_digits(high)}"
        if low is not None:
            return f" above {_digits(low)}" if self.above is not None else f" of at least {_digits(low)}"
        if high is not None:
            return f" below {_digits(high)}" if self.below is not None else f" of at most {_digits(high)}"
        return ""

    def _inside(self, number: float) -> bool:
        return (
            (self.min is None or number >= self.min)
            and (self.max is None or number <= self.max)
            and (self.above is None or number > self.above)
            and (self.below is None or number < self.below)
        )


def _digits(number: float) -> str:
    """A limit as people read it: 1 000 000, not 1e+06."""
    if float(number).is_integer() and 10_000 <= abs(number) < 1e12:
        return f"{int(number):,}".replace(",", "\u2009")
    return f"{number:g}"


def _number(param: Param, value: Any, whole: bool) -> Any:
    if isinstance(value, str):
        try:
            value = float(value) if not whole else int(value)
        except ValueError:
            raise param._expected(value) from None
    if isinstance(value, bool) or not isinstance(value, int | float) or not _holds(value, whole):
        raise param._expected(value)
    value = int(value) if whole else float(value)
    if not param._inside(value):
        raise param._expected(value)
    return value


def _holds(number: float, whole: bool) -> bool:
    """Whether a number keeps its value as a setting: finite, and as a whole number one that JSON readers keep."""
    if isinstance(number, float) and not math.isfinite(number):
        return False
    if whole:
        return number == int(number) and abs(number) <= 2**53
    return abs(number) < 1e300


def _coerce_bool(param: Param, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false", "on", "off", "yes", "no", "1", "0"):
        return value.lower() in ("true", "on", "yes", "1")
    raise param._expected(value)


def _coerce_text(param: Param, value: Any) -> str:
    if not isinstance(value, str) or len(value) > 100_000 or "\x00" in value:
        raise param._expected(value)
    return value


def _coerce_choice(param: Param, value: Any) -> str:
    if not isinstance(value, str) or value not in dict(param.choices):
        raise param._expected(value)
    return value


def _parts(value: Any) -> list[Any] | None:
    """A list out of a list, or out of text like `3, 3` or `3 x 3`."""
    if isinstance(value, str):
        return [part for part in value.replace("×", ",").replace("x", ",").replace(" ", ",").split(",") if part]
    if isinstance(value, list | tuple):
        return list(value)
    return None


def _coerce_size(param: Param, value: Any) -> tuple[Any, ...]:
    parts = [value] if isinstance(value, int | float) else _parts(value)
    if parts is None:
        raise param._expected(value)
    if len(parts) == 1:
        parts = parts * len(param.axes)
    if len(parts) != len(param.axes):
        raise param._expected(value)
    return tuple(part if isinstance(part, Sym) else _number(param, part, whole=True) for part in parts)


def _coerce_numbers(param: Param, value: Any) -> tuple[Any, ...]:
    parts = [value] if isinstance(value, int | float) else _parts(value)
    if parts is None or len(parts) > 10_000:
        raise param._expected(value)
    return tuple(part if isinstance(part, Sym) else _number(param, part, param.kind == "ints") for part in parts)


def _coerce_texts(param: Param, value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",") if part.strip()]
    if not isinstance(value, list | tuple) or not all(isinstance(part, str) for part in value):
        raise param._expected(value)
    return tuple(value)


def _coerce_one_of(param: Param, value: Any) -> Any:
    catalogue = Catalogue.named(param.catalogue)
    if isinstance(value, tuple(catalogue)):
        return value
    if isinstance(value, str):
        value = {"type": value}
    if not isinstance(value, Mapping) or not isinstance(value.get("type"), str):
        raise param._expected(value)
    return catalogue.make(value)


def _coerce_many_of(param: Param, value: Any) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise param._expected(value)
    return tuple(_coerce_one_of(param, part) for part in value)


_COERCE: dict[str, Callable[[Param, Any], Any]] = {
    "int": lambda param, value: _number(param, value, whole=True),
    "float": lambda param, value: _number(param, value, whole=False),
    "bool": _coerce_bool,
    "text": _coerce_text,
    "field": _coerce_text,
    "path": _coerce_text,
    "choice": _coerce_choice,
    "size": _coerce_size,
    "ints": _coerce_numbers,
    "floats": _coerce_numbers,
    "texts": _coerce_texts,
    "fields": _coerce_texts,
    "one_of": _coerce_one_of,
    "many_of": _coerce_many_of,
}

_EXPECTS: dict[str, Callable[[Param], str]] = {
    "int": lambda param: f"a whole number{param._range()}",
    "float": lambda param: f"a number{param._range()}",
    "bool": lambda param: "on or off",
    "text": lambda param: "text",
    "field": lambda param: "the name of a data field",
    "fields": lambda param: "names of data fields",
    "path": lambda param: f"the path of a {param.path.what if param.path else 'file'}",
    "choice": lambda param: listed([value for value, _ in param.choices]),
    "size": lambda param: (
        f"a whole number{param._range()}"
        if len(param.axes) == 1
        else f"one or {len(param.axes)} whole numbers{param._range()}"
    ),
    "ints": lambda param: f"whole numbers{param._range()}, separated by commas",
    "floats": lambda param: f"numbers{param._range()}, separated by commas",
    "texts": lambda param: "names, separated by commas",
    "one_of": lambda param: f"one of {listed(sorted(Catalogue.named(param.catalogue).names()))}",
    "many_of": lambda param: f"a list of {listed(sorted(Catalogue.named(param.catalogue).names()))}",
}
