"""What happens to an exception that nobody expected: the work is kept, the person is told, a report can be copied."""

from __future__ import annotations

import contextlib
import math
import platform
import sys
import time
import traceback
from collections.abc import Callable
from types import TracebackType

from widgets import guard

SAME_AGAIN = 30.0
"""Seconds in which the same fault is told once."""
KEPT = "Something in Lamina broke. Your work is kept; you can go on."
NOT_KEPT = "Something in Lamina broke, and your work is not on disk. Save it under another name now."


def report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> str:
    """The report as text: versions and traceback, nothing of the person's data."""
    import PySide6

    return "\n".join(
        [
            f"Lamina on Python {platform.python_version()}, PySide6 {PySide6.__version__}, {platform.platform()}",
            "".join(traceback.format_exception(kind, error, trace)),
        ]
    )


def install(keep: Callable[[], bool], tell: Callable[[str, str], None]) -> None:
    """Catch what falls through: first `keep` writes the work to disk, then `tell` gets a sentence and the report.

    `keep` answers whether all of the work is on disk. The same fault is told once in a while, not each time: a paint
    that fails does so many times a second.
    """
    guard.install()
    busy = False
    told: dict[str, float] = {}

    def handle(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        nonlocal busy
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        text, now, fault = report(kind, error, trace), time.monotonic(), _fault(kind, trace)
        if busy:  # an error while telling of an error
            _print(text)
            return
        busy = True
        try:
            kept = _kept(keep)
            _print(text)
            if now - told.get(fault, -math.inf) > SAME_AGAIN:
                told[fault] = now
                tell(KEPT if kept else NOT_KEPT, text)
        except Exception:  # telling of an error must not be the next one
            _print(traceback.format_exc())
        finally:
            busy = False

    sys.excepthook = handle


def _kept(keep: Callable[[], bool]) -> bool:
    try:
        return keep()
    except Exception:
        _print(traceback.format_exc())
        return False


def _print(text: str) -> None:
    with contextlib.suppress(OSError, ValueError):  # the terminal it was started from may be gone
        print(text, file=sys.stderr)


def _fault(kind: type[BaseException], trace: TracebackType | None) -> str:
    """What tells one fault from another: its kind, and the line that raised it."""
    frames = traceback.extract_tb(trace)
    return f"{kind.__name__} {frames[-1].filename}:{frames[-1].lineno}" if frames else kind.__name__
