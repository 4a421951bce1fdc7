"""How jobs print: JSON that every reader takes, and numbers with thin spaces."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from widgets import words


def print_json(value: Any) -> None:
    print(json.dumps(finite(value), ensure_ascii=False, indent=1, allow_nan=False))


def finite(value: Any) -> Any:
    """The value with null for what JSON has no number for: a loss that is not finite."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {name: finite(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [finite(part) for part in value]
    return value


def plain(dim: Any) -> Any:
    return dim if isinstance(dim, int) else str(dim)


def spaced(number: Any) -> str:
    return words.thousands(number) if isinstance(number, int) else str(number)
