"""Lets no exception leave a method that Qt calls in a state that kills the program.

Two things end the whole process where a method of ours that Qt calls (an event, a size, a paint) raises:

- On Python 3.11 an error raised by C code (an index, a division, an object that Qt deleted, Ctrl+C) is a bare text
  until somebody catches it. The binding takes it for an exception object and crashes. Catching it once makes it one.
- The traceback keeps the local names of the method alive, a painter among them. It would go on painting on a surface
  that is gone. So the frames of a failed paint are emptied before Qt goes on.

The exception itself goes where it went before.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterator
from functools import update_wrapper
from types import FunctionType
from typing import Any

import shiboken6

OURS = ("app", "widgets")
_PAINT = "paintEvent"
_ALL = sys.version_info < (3, 12)
"""Newer versions make every error an exception object at once; there only painting needs care."""
_MARK = "_guarded"


def install() -> None:
    """Guard the classes of the program: those that are there, and those still to come. Once is enough."""
    hook = vars(shiboken6.Object).get("__init_subclass__")
    if getattr(hook, _MARK, False):
        return

    def grown(cls: type, **rest: Any) -> None:
        super(shiboken6.Object, cls).__init_subclass__(**rest)
        cover(cls)

    setattr(grown, _MARK, True)
    made = classmethod(grown)
    setattr(made, _MARK, True)
    shiboken6.Object.__init_subclass__ = made
    for cls in _below(shiboken6.Object):
        cover(cls)


def cover(cls: type) -> None:
    """Guard the methods of a class of ours, and of what is mixed into it, that Qt may call."""
    line = cls.__mro__
    if not _is_ours(cls):
        return
    known = [vars(base) for base in line if base.__module__.startswith("PySide6.")]
    for part in line:
        if _is_ours(part):
            for name, method in list(vars(part).items()):
                if _is_open(name, method) and any(name in names for names in known):
                    setattr(part, name, guarded(method))


def guarded(method: Callable[..., Any]) -> Callable[..., Any]:
    """The method, whose errors leave it as exception objects; a paint that fails has ended its painting."""
    made = _made(method, _emptied if method.__name__ == _PAINT else _as_it_is)
    update_wrapper(made, method)
    setattr(made, _MARK, True)
    return made


def _is_ours(cls: type) -> bool:
    return cls.__module__.partition(".")[0] in OURS


def _is_open(name: str, method: Any) -> bool:
    """Whether a member is a plain method that is not guarded yet and needs it."""
    if not isinstance(method, FunctionType) or name.startswith("__") or getattr(method, _MARK, False):
        return False
    return _ALL or name == _PAINT


def _below(cls: type) -> Iterator[type]:
    for child in type.__subclasses__(cls):
        yield child
        yield from _below(child)


def _as_it_is(error: BaseException) -> None:
    """Nothing: that it was caught is enough."""


def _emptied(error: BaseException) -> None:
    """Let go of everything that the frames below hold, so that a painter among it ends now."""
    traceback.clear_frames(error.__traceback__)


def _made(method: Callable[..., Any], tidy: Callable[[BaseException], None]) -> Callable[..., Any]:
    """The guard of as many arguments as the method takes: Qt looks at their number where it is a slot."""
    code = method.__code__  # type: ignore[attr-defined]
    plain = not (method.__defaults__ or code.co_kwonlyargcount or code.co_flags & 0x0C)  # type: ignore[attr-defined]
    return (_BY_COUNT.get(code.co_argcount, _any) if plain else _any)(method, tidy)


def _alone(method: Callable[..., Any], tidy: Callable[[BaseException], None]) -> Callable[..., Any]:
    def made(self: Any) -> Any:
        try:
            return method(self)
        except BaseException as error:
            tidy(error)
            raise

    return made


def _with_one(method: Callable[..., Any], tidy: Callable[[BaseException], None]) -> Callable[..., Any]:
    def made(self: Any, value: Any) -> Any:
        try:
            return method(self, value)
        except BaseException as error:
            tidy(error)
            raise

    return made


def _with_two(method: Callable[..., Any], tidy: Callable[[BaseException], None]) -> Callable[..., Any]:
    def made(self: Any, value: Any, other: Any) -> Any:
        try:
            return method(self, value, other)
        except BaseException as error:
            tidy(error)
            raise

    return made


def _any(method: Callable[..., Any], tidy: Callable[[BaseException], None]) -> Callable[..., Any]:
    def made(*values: Any, **named: Any) -> Any:
        try:
            return method(*values, **named)
        except BaseException as error:
            tidy(error)
            raise

    return made


_BY_COUNT = {1: _alone, 2: _with_one, 3: _with_two}
