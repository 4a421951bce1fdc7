"""Lets no exception leave a method that Qt calls in a state that kills the program.

Qt knows no exceptions. What one of our events, sizes or paints raises is kept by the binding and raised again by
whatever it does next, in other methods and half-made objects, until the process crashes. Two more ways lead there:

- On Python 3.11 an error raised by C code (an index, a division, an object that Qt deleted, Ctrl+C) is a bare text
  until somebody catches it. The binding takes it for an exception object.
- The traceback keeps the local names of the method alive, a painter among them. It would go on painting on a surface
  that is gone.

So a fault is told at once, as every other is (`sys.excepthook`), its frames are emptied, and Qt gets an empty answer.
Methods without one, and what is meant to end the program, raise as ever.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterator
from functools import update_wrapper
from types import FunctionType
from typing import Any

import shiboken6
from PySide6.QtCore import QRectF, QSize

OURS = ("app", "widgets")
_BARE = sys.version_info < (3, 12)
"""Newer versions make every error an exception object at once."""
_MARK = "_guarded"
_NOTHING = {"paint", "paintSection", "drawBackground", "drawForeground", "drawPrimitive", "scrollContentsBy"}
_EMPTY: dict[str, Callable[[], Any]] = {
    "event": bool, "eventFilter": bool, "viewportEvent": bool, "focusNextPrevChild": bool, "hasHeightForWidth": bool,
    "sizeHint": QSize, "minimumSizeHint": QSize, "sectionSizeFromContents": QSize, "boundingRect": QRectF,
    "heightForWidth": lambda: -1, "rowCount": int, "columnCount": int, "pixelMetric": int,
    "data": lambda: None, "headerData": lambda: None,
}  # fmt: skip
"""What Qt can go on with where a method failed."""
Method = Callable[..., Any]


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


def guarded(method: Method) -> Method:
    """The method with its faults told and an empty answer in their place; it takes as much as before."""
    empty = _empty(method.__name__)
    made = _made(method, _told if empty else _never, empty or (lambda: None))
    update_wrapper(made, method)
    setattr(made, _MARK, True)
    return made


def report(error: Exception) -> None:
    """Tell of a fault as Python does where nobody catches it."""
    sys.excepthook(type(error), error, error.__traceback__)


def _empty(name: str) -> Callable[[], Any] | None:
    """What makes the answer that Qt gets for a method that failed; None where there is none."""
    if name in _EMPTY:
        return _EMPTY[name]
    return (lambda: None) if name in _NOTHING or name.endswith("Event") else None


def _told(error: BaseException) -> bool:
    """Tell of a fault and let go of what its frames hold, so that a painter among it ends now."""
    if not isinstance(error, Exception):
        return False
    seen: BaseException | None = error
    known: set[int] = set()
    while seen is not None and id(seen) not in known:  # two errors can be each other's cause
        known.add(id(seen))
        traceback.clear_frames(seen.__traceback__)
        seen = seen.__cause__ or seen.__context__
    report(error)
    return True


def _never(error: BaseException) -> bool:
    """It is raised again; that it was caught is enough."""
    return False


def _is_ours(cls: type) -> bool:
    return cls.__module__.partition(".")[0] in OURS


def _is_open(name: str, method: Any) -> bool:
    """Whether a member is a plain method that is not guarded yet and needs it."""
    if not isinstance(method, FunctionType) or name.startswith("__") or getattr(method, _MARK, False):
        return False
    return _BARE or _empty(name) is not None


def _below(cls: type) -> Iterator[type]:
    for child in type.__subclasses__(cls):
        yield child
        yield from _below(child)


def _made(method: Method, told: Callable[[BaseException], bool], empty: Callable[[], Any]) -> Method:
    """The guard of as many arguments as the method takes: Qt looks at their number where it is a slot."""
    code = method.__code__  # type: ignore[attr-defined]
    plain = not (method.__defaults__ or code.co_kwonlyargcount or code.co_flags & 0x0C)  # type: ignore[attr-defined]
    return (_BY_COUNT.get(code.co_argcount, _any) if plain else _any)(method, told, empty)


def _alone(method: Method, told: Callable[[BaseException], bool], empty: Callable[[], Any]) -> Method:
    def made(self: Any) -> Any:
        try:
            return method(self)
        except BaseException as error:
            if not told(error):
                raise
        return empty()

    return made


def _with_one(method: Method, told: Callable[[BaseException], bool], empty: Callable[[], Any]) -> Method:
    def made(self: Any, value: Any) -> Any:
        try:
            return method(self, value)
        except BaseException as error:
            if not told(error):
                raise
        return empty()

    return made


def _with_two(method: Method, told: Callable[[BaseException], bool], empty: Callable[[], Any]) -> Method:
    def made(self: Any, value: Any, other: Any) -> Any:
        try:
            return method(self, value, other)
        except BaseException as error:
            if not told(error):
                raise
        return empty()

    return made


def _any(method: Method, told: Callable[[BaseException], bool], empty: Callable[[], Any]) -> Method:
    def made(*values: Any, **named: Any) -> Any:
        try:
            return method(*values, **named)
        except BaseException as error:
            if not told(error):
                raise
        return empty()

    return made


_BY_COUNT = {1: _alone, 2: _with_one, 3: _with_two}
