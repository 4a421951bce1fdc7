"""Dimensions of a shape and their arithmetic.

A dimension is an `int`, or a `Sym`: a symbol such as `T` (time steps) carried through arithmetic, so that one graph
serves any length.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

# A monomial is a sorted tuple of atoms; an atom is a symbol's name or a floor division that does not come out even.
_Atom: TypeAlias = "str | Floor"
_Terms: TypeAlias = "tuple[tuple[tuple[_Atom, ...], int], ...]"


class Sym:
    """A whole number that is not known yet: a polynomial over named symbols with floor divisions as further atoms."""

    __slots__ = ("_hash", "terms")

    def __init__(self, name: str = "", terms: _Terms | None = None) -> None:
        self.terms: _Terms = terms if terms is not None else (((name,), 1),)
        self._hash = hash(self.terms)

    @staticmethod
    def _of(terms: Mapping[tuple[_Atom, ...], int]) -> Dim:
        kept = {mono: factor for mono, factor in terms.items() if factor}
        if not kept:
            return 0
        if set(kept) == {()}:
            return kept[()]
        return Sym(terms=tuple(sorted(kept.items(), key=lambda term: ([str(atom) for atom in term[0]], term[1]))))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sym) and self.terms == other.terms

    def __hash__(self) -> int:
        return self._hash

    def __add__(self, other: Dim) -> Dim:
        sums = dict(self.terms)
        for mono, factor in _terms(other):
            sums[mono] = sums.get(mono, 0) + factor
        return Sym._of(sums)

    __radd__ = __add__

    def __neg__(self) -> Dim:
        return Sym._of({mono: -factor for mono, factor in self.terms})

    def __sub__(self, other: Dim) -> Dim:
        return self + (-other)

    def __rsub__(self, other: Dim) -> Dim:
        return -self + other

    def __mul__(self, other: Dim) -> Dim:
        products: dict[tuple[_Atom, ...], int] = {}
        for mono, factor in self.terms:
            for other_mono, other_factor in _terms(other):
                both = tuple(sorted(mono + other_mono, key=str))
                products[both] = products.get(both, 0) + factor * other_factor
        return Sym._of(products)

    __rmul__ = __mul__

    def __floordiv__(self, other: Dim) -> Dim:
        if isinstance(other, Sym):
            if other == self:
                return 1
            return Sym(terms=(((Floor(self, other),), 1),))
        if not isinstance(other, int):
            raise TypeError(f"a size is divided by a whole number, not by {other!r}")
        if other == 0:
            raise ZeroDivisionError("a dimension divided by zero")
        even = {mono: factor // other for mono, factor in self.terms if mono and factor % other == 0}
        rest = {mono: factor for mono, factor in self.terms if not (mono and factor % other == 0)}
        remainder = Sym._of(rest)
        if isinstance(remainder, int):
            return Sym._of({**even, (): remainder // other})
        constant = rest.get((), 0)
        whole, part = divmod(constant, other)
        inner = Sym._of({**rest, (): part})
        assert isinstance(inner, Sym)
        floored: tuple[_Atom, ...] = (Floor(inner, other),)
        return Sym._of({**even, floored: even.get(floored, 0) + 1, (): whole})  # both may hold the same division

    def __rfloordiv__(self, other: int) -> Dim:
        return Sym(terms=(((Floor(other, self),), 1),))

    def __mod__(self, other: int) -> Dim:
        return self - (self // other) * other

    def names(self) -> set[str]:
        """The symbols this depends on."""
        found: set[str] = set()
        for mono, _ in self.terms:
            for atom in mono:
                found |= {atom} if isinstance(atom, str) else atom.names()
        return found

    def code(self) -> str:
        """As a Python expression over variables named like the symbols."""
        return self._text("{} // {}", " * ")

    def __str__(self) -> str:
        return self._text("⌊{} ÷ {}⌋", "·")

    __repr__ = code

    def _text(self, floor: str, times: str) -> str:
        found = ""
        # the symbols first, the constant last, positive terms before negative ones
        ordered = sorted(self.terms, key=lambda term: (not term[0], term[1] < 0))
        for mono, factor in ordered:
            parts = [atom if isinstance(atom, str) else atom.text(floor, times) for atom in mono]
            if abs(factor) != 1 or not parts:
                parts.insert(0, str(abs(factor)))
            sign = ("-" if factor < 0 else "") if not found else (" - " if factor < 0 else " + ")
            found += sign + times.join(parts)
        return found


class Floor:
    """A division rounded down that does not come out even: the atom behind `(T + 1) // 2`."""

    __slots__ = ("by", "of")

    def __init__(self, of: Dim, by: Dim) -> None:
        self.of = of
        self.by = by

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Floor) and (self.of, self.by) == (other.of, other.by)

    def __hash__(self) -> int:
        return hash((self.of, self.by))

    def __str__(self) -> str:
        return self.text("{} // {}", " * ")

    def names(self) -> set[str]:
        return {name for part in (self.of, self.by) if isinstance(part, Sym) for name in part.names()}

    def text(self, floor: str, times: str) -> str:
        inside = [_bracketed(part, floor, times) for part in (self.of, self.by)]
        text = floor.format(*inside)
        return text if floor.startswith("⌊") else f"({text})"


def _bracketed(dim: Dim, floor: str, times: str) -> str:
    if isinstance(dim, int):
        return str(dim)
    text = dim._text(floor, times)
    simple = len(dim.terms) == 1 and len(dim.terms[0][0]) == 1 and dim.terms[0][1] == 1
    return text if simple else f"({text})"


Dim: TypeAlias = int | Sym


def _terms(dim: Dim) -> _Terms:
    if isinstance(dim, Sym):
        return dim.terms
    if not isinstance(dim, int):
        raise TypeError(f"a size is a whole number, not {dim!r}")
    return (((), dim),)


def evaluate(dim: Dim, values: Mapping[str, Dim]) -> Dim:
    """The dimension with every symbol replaced; KeyError names a symbol without a value."""
    if isinstance(dim, int):
        return dim
    total: Dim = 0
    for mono, factor in dim.terms:
        term: Dim = factor
        for atom in mono:
            if isinstance(atom, str):
                term = term * values[atom]
            else:
                term = term * (evaluate(atom.of, values) // evaluate(atom.by, values))
        total = total + term
    return total


def at_least(dim: Dim, least: int) -> bool:
    """Whether a dimension reaches a bound; a symbol is taken to be large enough."""
    return isinstance(dim, Sym) or dim >= least


def differ(one: Dim, two: Dim) -> bool:
    """Whether two dimensions are certainly different; a symbol may still turn out equal to a number."""
    return isinstance(one, int) and isinstance(two, int) and one != two


def product(dims: tuple[Dim, ...]) -> Dim:
    """The number of elements."""
    total: Dim = 1
    for dim in dims:
        total = total * dim
    return total
