"""Shapes: the kinds of tensors, with named dimensions. The batch is implied and never part of a shape."""

from __future__ import annotations

import keyword
from collections.abc import Mapping
from typing import ClassVar, Literal, Self

from engine.dims import Dim, Sym, product

Element = Literal["real", "token", "mask"]


class Tensor:
    """The shape of one item on a wire: dimensions with names, what the elements are, and how it is drawn.

    Subclasses are the kinds that ports ask for. `symbol` is the port's drawing (image, numbers, sequence, tokens,
    value, anything, mask); `article` is how a sentence names it.
    """

    axes: ClassVar[tuple[str, ...]] = ()
    symbol: ClassVar[str] = "anything"
    article: ClassVar[str] = "anything"
    default_element: ClassVar[Element] = "real"

    __slots__ = ("_hash", "classes", "dims", "element", "names")

    def __init__(
        self,
        *dims: Dim,
        element: Element | None = None,
        names: tuple[str, ...] | None = None,
        classes: int | None = None,
    ) -> None:
        self.dims: tuple[Dim, ...] = tuple(dims)
        self.names = names if names is not None else self.axes
        if len(self.names) != len(self.dims):
            raise TypeError(f"{type(self).__name__} has {len(self.axes)} dimensions, got {len(dims)}")
        self.element: Element = element or self.default_element
        self.classes = classes
        self._hash = hash((type(self), self.dims, self.element, self.classes, self.names))

    def __eq__(self, other: object) -> bool:
        return (
            type(self) is type(other)
            and isinstance(other, Tensor)
            and self._hash == other._hash
            and self.dims == other.dims
            and self.element == other.element
            and self.names == other.names
            and self.classes == other.classes
        )

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(str, self.dims))})"

    def __getattr__(self, name: str) -> Dim:
        # dimensions are read by name: image.channels, sequence.time
        if name in self.__slots__ or name.startswith("__"):
            raise AttributeError(name)
        try:
            return self.dims[self.names.index(name)]
        except ValueError:
            raise AttributeError(f"{type(self).__name__} has no dimension {name}") from None

    @property
    def rank(self) -> int:
        return len(self.dims)

    @property
    def last(self) -> Dim:
        """The last dimension, on which Linear and most norms work."""
        return self.dims[-1]

    def size(self) -> Dim:
        """Elements of one item."""
        return product(self.dims)

    def with_(self, **dims: Dim) -> Self:
        """The same kind with some dimensions replaced by name."""
        changed = tuple(dims.get(name, dim) for name, dim in zip(self.names, self.dims, strict=True))
        return type(self)(*changed, element=self.element, names=self.names, classes=self.classes)

    def sized(self, *dims: Dim) -> Self:
        """The same kind and names with other dimensions."""
        return type(self)(*dims, element=self.element, names=self.names, classes=self.classes)

    def to_json(self) -> dict[str, object]:
        found: dict[str, object] = {
            "kind": type(self).__name__,
            "dims": [dim if isinstance(dim, int) else dim.code() for dim in self.dims],
        }
        if self.names != self.axes:
            found["names"] = list(self.names)
        if self.element != self.default_element:
            found["element"] = self.element
        if self.classes is not None:
            found["classes"] = self.classes
        return found

    @staticmethod
    def from_json(values: Mapping[str, object]) -> Tensor:
        """A tensor out of a file. Names of sizes end up in generated code, so nothing but plain names is let in.

        Raises:
            ValueError: a size or a name is not what a file of ours holds.
        """
        cls = KINDS[str(values["kind"])]
        dims, names = values["dims"], values.get("names")
        classes, element = values.get("classes"), values.get("element")
        if not isinstance(dims, list) or not isinstance(names, list | None):
            raise ValueError("dims and names are lists")
        if not all(name == "" or _plain_name(name) for name in names or ()):
            raise ValueError("the name of an axis is a plain name")
        return cls(
            *map(_dim, dims),
            names=tuple(names) if names is not None else None,
            element=element if element in ("real", "token", "mask") else None,
            classes=classes if isinstance(classes, int) else None,
        )

    def words(self) -> str:
        """As people read it: `32 ch × 28 × 28`, `120 steps × 16 features`, `128 features`."""
        return "".join(text for text, _ in self.parts())

    def parts(self) -> list[tuple[str, bool]]:
        """The words in pieces; True marks the numbers, which are drawn strong."""
        if not self.dims:
            return [(_SCALARS.get(self.element, "1 number"), False)]
        shown: list[tuple[str, bool]] = []
        for place, (dim, name) in enumerate(zip(self.dims, self.names, strict=True)):
            if place:
                shown.append((" × ", False))
            shown.append((str(dim), True))
            unit = _UNITS.get(name, "")
            if unit and not (name == "features" and self.rank > 1):
                shown.append((f" {unit.removesuffix('s') if dim == 1 and unit != 'steps' else unit}", False))
        return shown


def _dim(value: object) -> Dim:
    """A size out of a file: a whole number, or the name of one that is not known yet."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31:
        return value
    if _plain_name(value):
        return Sym(str(value))
    raise ValueError(f"{value!r} is no size")


def _plain_name(value: object) -> bool:
    return isinstance(value, str) and value.isascii() and value.isidentifier() and not keyword.iskeyword(value)


_UNITS = {"channels": "ch", "time": "steps", "features": "features"}
_SCALARS = {"token": "1 token", "mask": "1 mask"}


class Numbers(Tensor):
    """A flat list of numbers: (features)."""

    __slots__ = ()
    axes = ("features",)
    symbol, article = "numbers", "a flat list of numbers"


class Sequence(Tensor):
    """Steps in order, each a list of numbers: (time, features)."""

    __slots__ = ()
    axes = ("time", "features")
    symbol, article = "sequence", "a sequence of steps"


class Signal(Tensor):
    """Channels over time, as 1-D convolutions read it: (channels, time)."""

    __slots__ = ()
    axes = ("channels", "time")
    symbol, article = "sequence", "a signal of channels over time"


class Image(Tensor):
    """A picture or a stack of feature maps: (channels, height, width)."""

    __slots__ = ()
    axes = ("channels", "height", "width")
    symbol, article = "image", "an image"


class Volume(Tensor):
    """A solid or a film: (channels, depth, height, width)."""

    __slots__ = ()
    axes = ("channels", "depth", "height", "width")
    symbol, article = "image", "a volume"


class Tokens(Tensor):
    """Numbered words or characters in order: (time), whole numbers below `classes`."""

    __slots__ = ()
    axes = ("time",)
    symbol, article, default_element = "tokens", "token ids", "token"


class Category(Tensor):
    """One numbered choice per item: (), a whole number below `classes`."""

    __slots__ = ()
    symbol, article, default_element = "tokens", "one category", "token"


class Value(Tensor):
    """One number per item: ()."""

    __slots__ = ()
    symbol, article = "value", "a single value"


class Mask(Tensor):
    """Yes or no per step, for attention: (time); yes means "look here"."""

    __slots__ = ()
    axes = ("time",)
    symbol, article, default_element = "mask", "a mask", "mask"


class Anything(Tensor):
    """Any shape: as a port it takes all kinds, as a tensor it is one that fits no named kind."""

    __slots__ = ()
    symbol, article = "anything", "any tensor"


KINDS: dict[str, type[Tensor]] = {
    cls.__name__: cls for cls in (Numbers, Sequence, Signal, Image, Volume, Tokens, Category, Value, Mask, Anything)
}
_BY_RANK: dict[int, type[Tensor]] = {0: Value, 1: Numbers, 2: Sequence, 3: Image, 4: Volume}
_BY_NAMES: dict[tuple[str, ...], type[Tensor]] = {
    cls.axes: cls for cls in (Numbers, Sequence, Signal, Image, Volume)
} | {(): Value}


def tensor(*dims: Dim, names: tuple[str, ...] | None = None, element: Element = "real") -> Tensor:
    """A tensor of the kind that its names, or else its number of dimensions, suggest."""
    if element == "token":
        return (
            Tokens(*dims)
            if len(dims) == 1
            else Category()
            if not dims
            else Anything(*dims, names=names or ("",) * len(dims), element=element)
        )
    if element == "mask" and len(dims) == 1:
        return Mask(*dims)
    if names is not None and names in _BY_NAMES and element == "real":
        return _BY_NAMES[names](*dims)
    if names is None and len(dims) in _BY_RANK and element == "real":
        return _BY_RANK[len(dims)](*dims)
    return Anything(*dims, names=names or ("",) * len(dims), element=element)
