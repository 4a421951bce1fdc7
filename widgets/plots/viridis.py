"""The viridis colors (CC0): equal steps look equal, also without color vision and in gray."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtGui import QColor

# Red, green, blue at every sixteenth from weak to strong.
_STOPS = (
    (68, 1, 84), (72, 23, 105), (71, 44, 122), (66, 63, 133),
    (59, 81, 139), (51, 98, 141), (44, 113, 142), (38, 129, 142),
    (33, 144, 140), (31, 159, 136), (39, 173, 128), (61, 188, 115),
    (92, 200, 98), (129, 211, 76), (170, 220, 49), (213, 226, 25),
    (253, 231, 37),
)  # fmt: skip


def color_at(share: float) -> QColor:
    """Return the color of a share from zero to one."""
    place = min(max(share, 0.0), 1.0) * (len(_STOPS) - 1)
    at = min(int(place), len(_STOPS) - 2)
    part = place - at
    return QColor(*(round(a + (b - a) * part) for a, b in zip(_STOPS[at], _STOPS[at + 1], strict=True)))


@lru_cache(maxsize=1)
def table() -> tuple[int, ...]:
    """Return 256 colors as Qt stores them in an image."""
    return tuple(color_at(index / 255).rgba() for index in range(256))
