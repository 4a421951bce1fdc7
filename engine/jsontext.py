"""JSON text of our files: written so that versions compare well, read as if it came from a stranger."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from engine.errors import UserError

DEEPEST = 60
"""Lists and objects within each other; a project needs about ten."""

_flat = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode  # made once: json.dumps makes one every time


def pretty(value: Any) -> str:
    """JSON with one line per record, so that versions compare well.

    Half a character of a broken file name is written as its escape, so that it survives in a UTF-8 file.
    """
    text = _pretty(value, 0) + "\n"
    return re.sub("[\ud800-\udfff]", lambda found: f"\\u{ord(found[0]):04x}", text)


def _pretty(value: Any, depth: int) -> str:
    parts = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    if not any(isinstance(part, dict | list) for part in parts):
        return _flat(value)
    records = isinstance(value, list) and any(isinstance(part, dict) or depth > 2 for part in parts)
    if depth > 1 and not records and not _has_graph(value) and len(short := _flat(value)) < 200:
        return short
    pad, inner = "  " * depth, "  " * (depth + 1)
    if isinstance(value, dict):
        lines = [f"{inner}{_flat(name)}: {_pretty(part, depth + 1)}" for name, part in value.items()]
        return "{\n" + ",\n".join(lines) + f"\n{pad}}}"
    # a list of records takes one line per record; a record that holds a graph opens up
    lines = [inner + (_pretty(part, depth + 1) if _has_graph(part) else _flat(part)) for part in parts]
    return "[\n" + ",\n".join(lines) + f"\n{pad}]"


def _has_graph(value: Any) -> bool:
    return isinstance(value, dict) and ("graph" in value or "nodes" in value)


def parse(text: str, name: str) -> Any:
    """JSON text from a stranger: no NaN, no double keys, no bottomless nesting. `UserError` says where it breaks."""
    try:
        value = json.loads(
            text, object_pairs_hook=_no_doubles, parse_constant=_no_constant, parse_float=_float, parse_int=_int
        )
    except RecursionError:
        raise UserError(f"{name} is nested too deeply to be a project.") from None
    except json.JSONDecodeError as error:
        raise UserError(
            f"{name} is not valid JSON: line {error.lineno}, column {error.colno}: {error.msg}. "
            "If it was cut off while copying, fetch it again."
        ) from None
    except ValueError as error:
        raise UserError(f"{name} is not a valid project: {error}.") from None
    if _too_deep(value):
        raise UserError(f"{name} is nested too deeply to be a project.")
    return value


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [key for key, _ in pairs]
        twice = next(key for key in names if names.count(key) > 1)
        raise ValueError(f"the key {twice[:40]!r} appears twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _float(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"{digits[:20]} is too large a number")
    return number


def _int(digits: str) -> int:
    if len(digits) > 20:
        raise ValueError(f"{digits[:20]}… is too large a number")
    return int(digits)


def _too_deep(value: Any) -> bool:
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(DEEPEST):
        parts = [part for one in level for part in (one.values() if isinstance(one, dict) else one)]
        level = [part for part in parts if isinstance(part, dict | list)]
        if not level:
            return False
    return True
