"""How anything with settings is declared, listed, checked, and turned to and from JSON.

A declaration is a class whose annotated attributes are `param(...)`. From it follow the form, the ranges, the
command line, the file format and the help page; nobody writes those a second time:

    class Dropout(Layer):
        \"\"\"Switches random numbers off while training, so that no unit relies on another.\"\"\"

        rate: float = param(default=0.5, min=0, below=1, help="Share of the numbers switched off.")
"""

from __future__ import annotations

import difflib
import json
import math
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar, Generic, Literal, Self, TypeVar

from engine.errors import UserError, listed
from engine.shapes import Sym

Json = Any
"""A value made of dict, list, str, int, float, bool and None."""


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
class PathTo:
    """Marks a text that is a path; `what` is "file" or "folder", `suffixes` what the open dialog shows."""

    what: Literal["file", "folder"]
    suffixes: tuple[str, ...] = ()


Size1 = Annotated[tuple[int, ...], Axes(("long",))]
Size2 = Annotated[tuple[int, ...], Axes(("high", "wide"))]
Size3 = Annotated[tuple[int, ...], Axes(("deep", "high", "wide"))]
Ints = tuple[int, ...]
Floats = tuple[float, ...]

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
    if isinstance(value, Declared):
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


T = TypeVar("T", bound=Declared)


class Catalogue(Generic[T]):
    """All declarations of one sort, by class name, in the order in which they were declared.

    Args:
        name: how annotations and the file refer to it, for example `optimizers`.
        noun: what people call one entry, for example `optimizer`.
        load: imports the modules that declare entries; called once, on first use.
    """

    _all: ClassVar[dict[str, Catalogue[Any]]] = {}
    _loaders: ClassVar[dict[str, str]] = {}

    def __init__(self, name: str, noun: str, load: Callable[[], None] | None = None) -> None:
        self.name = name
        self.noun = noun
        self._load = load
        self._entries: dict[str, type[T]] = {}
        self._old: dict[str, str] = {}
        Catalogue._all[name] = self

    @staticmethod
    def named(name: str) -> Catalogue[Any]:
        """The catalogue of that name."""
        return Catalogue._all[name]

    def add(
        self, label: str, *, section: str = "", keywords: str = "", was: Iterable[str] = (), icon: str = ""
    ) -> Callable[[type[T]], type[T]]:
        """A class decorator that enters the class under its own name, with the label people see."""

        def enter(cls: type[T]) -> type[T]:
            name = cls.__name__
            if name in self._entries:
                raise ValueError(f"two {self.name} are called {name}")
            cls.label, cls.section, cls.keywords, cls.was, cls.icon = label, section, keywords, tuple(was), icon
            cls.params()
            self._entries[name] = cls
            self._old.update({old: name for old in cls.was})
            return cls

        return enter

    def _ready(self) -> dict[str, type[T]]:
        if self._load is not None:
            load, self._load = self._load, None
            load()
        return self._entries

    def names(self) -> list[str]:
        return list(self._ready())

    def __iter__(self) -> Iterator[type[T]]:
        return iter(self._ready().values())

    def __len__(self) -> int:
        return len(self._ready())

    def __contains__(self, name: str) -> bool:
        entries = self._ready()
        return name in entries or name in self._old

    def __getitem__(self, name: str) -> type[T]:
        entries = self._ready()
        entry = entries.get(self._old.get(name, name))
        if entry is None:
            by_label = {cls.label.lower(): cls for cls in entries.values()}
            if name.lower() in by_label:
                return by_label[name.lower()]
            near = difflib.get_close_matches(name, [*entries, *by_label], n=1, cutoff=0.6)
            known = f"Did you mean {near[0]}?" if near else f"Known are {listed(sorted(entries), last='and')}."
            raise UserError(f"There is no {self.noun} called {name!r}. {known}")
        return entry

    def make(self, values: Mapping[str, Any]) -> T:
        """The declaration that JSON describes: `{"type": "Adam", "lr": 0.001}`."""
        cls = self[str(values.get("type"))]
        return cls(**{name: value for name, value in values.items() if name != "type"})

    def sections(self) -> dict[str, list[type[T]]]:
        """The entries by section, both in order of declaration."""
        found: dict[str, list[type[T]]] = {}
        for cls in self:
            found.setdefault(cls.section, []).append(cls)
        return found

    def search(self, text: str) -> list[type[T]]:
        """Entries that match every word of the text by label, name or keyword; the best first."""
        words = text.lower().split()
        scored = []
        for place, cls in enumerate(self):
            label = cls.label.lower()
            heap = f"{label} {cls.__name__.lower()} {cls.keywords.lower()} {cls.section.lower()}"
            if all(word in heap for word in words):
                head = " ".join(words)
                rank = 0 if label.startswith(head) else 1 if head in label else 2
                scored.append((rank, place, cls))
        return [cls for _, _, cls in sorted(scored, key=lambda found: found[:2])]
