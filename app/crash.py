"""What happens to an exception that nobody expected: the work is kept, the person is told, a report can be copied."""

from __future__ import annotations

import platform
import sys
import traceback
from collections.abc import Callable
from types import TracebackType


def report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> str:
    """The report as text: versions and traceback, nothing of the person's data."""
    import PySide6

    return "\n".join(
        [
            f"Lamina on Python {platform.python_version()}, PySide6 {PySide6.__version__}, {platform.platform()}",
            "".join(traceback.format_exception(kind, error, trace)),
        ]
    )


def install(keep: Callable[[], None], tell: Callable[[str, str], None]) -> None:
    """Catch what falls through: first `keep` writes the work to disk, then `tell` gets a sentence and the report."""
    busy = False

    def handle(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        nonlocal busy
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        text = report(kind, error, trace)
        print(text, file=sys.stderr)
        if busy:  # an error while telling of an error
            return
        busy = True
        try:
            keep()
            tell("Something in Lamina broke. Your work is kept; you can go on.", text)
        finally:
            busy = False

    sys.excepthook = handle
