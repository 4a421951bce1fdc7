"""Whole numbers that remember how they came about, so that any layer's own arithmetic can be told in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

SIGNS = {"+": " + ", "-": " − ", "*": " × ", "/": " ÷ "}


class Told(int):
    """A whole number with the calculation behind it. It counts as the number everywhere; what it does not follow
    (a comparison, a rest, a sign) just gives a plain number."""

    sign: str
    parts: tuple[int, ...]

    def __new__(cls, value: int, sign: str = "", parts: tuple[int, ...] = ()) -> Told:
        made = super().__new__(cls, value)
        made.sign, made.parts = sign, parts
        return made

    def __add__(self, other: Any) -> Any:
        return _join("+", self, other, int.__add__)

    def __radd__(self, other: Any) -> Any:
        return _join("+", other, self, int.__add__)

    def __sub__(self, other: Any) -> Any:
        return _join("-", self, other, int.__sub__)

    def __rsub__(self, other: Any) -> Any:
        return _join("-", other, self, int.__sub__)

    def __mul__(self, other: Any) -> Any:
        return _join("*", self, other, int.__mul__)

    def __rmul__(self, other: Any) -> Any:
        return _join("*", other, self, int.__mul__)

    def __floordiv__(self, other: Any) -> Any:
        return _join("/", self, other, int.__floordiv__)

    def __rfloordiv__(self, other: Any) -> Any:
        return _join("/", other, self, int.__floordiv__)

    def __hash__(self) -> int:
        return int.__hash__(self)

    def __eq__(self, other: object) -> bool:
        return int(self) == other

    def __deepcopy__(self, memo: Any) -> Told:
        return self

    def words(self, sizes: bool = True, longest: int = 90) -> str:
        """The calculation with its result, empty for a number that was not calculated. One that would be too long
        is told with the values of its parts.

        Args:
            sizes: whether differences are told too: how often a window fits, say; else only their value.
        """
        if not self.sign:
            return ""
        number = self if sizes else _settled(self)
        told = _told(number)
        for depth in (3, 2, 1):
            if len(told) > longest:
                told = _told(number, depth)
        return f"{told} = {thousands(self)}{'' if _even(self) else ', rounded down'}"


def _join(sign: str, left: Any, right: Any, work: Callable[[int, int], int]) -> Any:
    if not isinstance(left, int) or not isinstance(right, int) or isinstance(left, bool) or isinstance(right, bool):
        return NotImplemented
    value = work(int(left), int(right))
    for one, other, idle in ((left, right, _IDLE_RIGHT[sign]), (right, left, _IDLE_LEFT.get(sign))):
        if idle is not None and other == idle:  # plus nothing, times one: not worth a word
            return one if isinstance(one, Told) else Told(one)
    if sign == "+" and isinstance(left, Told) and left.sign == "-" and left.parts[1] == right:
        return left.parts[0]  # the reach of a window: 3 − 1 + 1
    if sign == "*" and value == 0:
        return Told(0)
    parts = (*_flat(sign, left), *_flat(sign, right)) if sign in "+*" else (left, right)
    return Told(value, sign, parts)


_IDLE_RIGHT = {"+": 0, "-": 0, "*": 1, "/": 1}
_IDLE_LEFT = {"+": 0, "*": 1}


def _flat(sign: str, number: int) -> tuple[int, ...]:
    return number.parts if isinstance(number, Told) and number.sign == sign else (number,)


def _settled(number: Told) -> Told:
    """The same calculation with every part that holds a difference as its value alone."""
    if not number.sign:
        return number
    return Told(number, number.sign, tuple(int(part) if _differs(part) else part for part in number.parts))


def _differs(number: int) -> bool:
    return isinstance(number, Told) and (number.sign == "-" or any(_differs(part) for part in number.parts))


def _told(number: int, depth: int = 9) -> str:
    if not isinstance(number, Told) or not number.sign or not depth:
        return thousands(number)
    return SIGNS[number.sign].join(_inner(number.sign, place, part, depth) for place, part in enumerate(number.parts))


def _inner(sign: str, place: int, part: int, depth: int) -> str:
    told = _told(part, depth - 1)
    weak = isinstance(part, Told) and part.sign and depth > 1
    if not weak:
        return f"({told})" if part < 0 and place else told
    assert isinstance(part, Told)
    if sign == "+":
        return told if part.sign != "-" or not place else f"({told})"
    if sign == "-":
        return told if part.sign in "*/" or not place else f"({told})"
    return told if sign == part.sign == "*" else f"({told})"


def _even(number: int) -> bool:
    """Whether every division in it comes out even."""
    if not isinstance(number, Told):
        return True
    if number.sign == "/" and int(number.parts[0]) % int(number.parts[1]):
        return False
    return all(_even(part) for part in number.parts)


def thousands(number: int) -> str:
    """`1 234 567`, with thin spaces."""
    return f"{int(number):,}".replace(",", "\u2009").replace("-", "−")
