"""The one error that is meant for people: what was expected, what was found, what to do."""

from __future__ import annotations


class UserError(Exception):
    """Something a person caused or can fix; its text is shown as it is, never a traceback.

    Args:
        message: one or two sentences in plain words: expected, found, do this.
        details: technical text for those who want it (a path, torch's own words); shown folded.
    """

    def __init__(self, message: str, details: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.details = details

    def __str__(self) -> str:
        return self.message


def listed(items: list[str] | tuple[str, ...], last: str = "or", most: int = 8) -> str:
    """Join names as one says them: `a, b or c`; more than `most` are counted, not named."""
    shown = [str(item) for item in items[:most]]
    rest = len(items) - len(shown)
    if rest > 0:
        return f"{', '.join(shown)} and {rest} more"
    if len(shown) < 2:
        return "".join(shown)
    return f"{', '.join(shown[:-1])} {last} {shown[-1]}"
