"""Pictures of shapes, drawn when they are read: a column of thousands of large pictures takes no room at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Draw = Callable[[np.random.Generator, int], Array]

SHAPES = ("circle", "square", "triangle", "ring", "cross", "star", "diamond", "hexagon", "crescent", "bar")
COLORS = ("red", "orange", "yellow", "green", "teal", "blue", "purple", "pink", "brown", "white")
TEXTURES = ("plain", "striped", "barred", "slanted", "checked", "dotted", "ringed", "shaded", "grainy", "gridded")
_RGB = (
    (220, 50, 47), (235, 130, 30), (230, 205, 60), (60, 170, 75), (30, 165, 165),
    (50, 95, 215), (130, 70, 190), (240, 130, 190), (135, 90, 55), (240, 240, 240),
)  # fmt: skip


class Drawn:
    """A column whose item `i` is `draw(random numbers of i, i)`; the same numbers give the same picture each time.

    It has what the rest of the program asks of a column: `shape`, `dtype`, `ndim`, `nbytes`, `len()`, indexing by
    number, slice, places or yes-and-no, and `np.asarray`, which draws everything.
    """

    dtype = np.dtype(np.uint8)
    nbytes = 0

    def __init__(self, count: int, size: tuple[int, int, int], seed: int, draw: Draw) -> None:
        self.shape = (count, *size)
        self.ndim = 4
        self._seed = seed
        self._draw = draw

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key: Any) -> Array:
        places = np.arange(len(self))[key]
        if places.ndim == 0:
            return self._one(int(places))
        found = np.empty((len(places), *self.shape[1:]), np.uint8)
        for row, place in enumerate(places):
            found[row] = self._one(int(place))
        return found

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        if copy is False:
            raise ValueError("pictures are always drawn anew")
        return self[:].astype(dtype if dtype is not None else self.dtype, copy=False)

    def _one(self, place: int) -> Array:
        return np.asarray(self._draw(np.random.default_rng([self._seed, place]), place))


def scatter(random: np.random.Generator) -> tuple[float, float, float, float]:
    """Where a shape stands: center across and down, radius, turn."""
    radius = random.uniform(0.22, 0.4)
    center = random.uniform(radius, 1 - radius, 2)
    return float(center[0]), float(center[1]), float(radius), float(random.uniform(-0.35, 0.35))


def inside(shape: int, place: tuple[float, float, float, float], side: int) -> Array:
    """Which pixels a shape covers, as booleans (side, side)."""
    across, down, radius, turn = place
    grid = (np.arange(side, dtype=np.float32) + 0.5) / side
    x, y = (grid[None, :] - across) / radius, (grid[:, None] - down) / radius
    u, v = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    return np.asarray(_RULES[shape](u, v))


def _star(u: Array, v: Array) -> Array:
    angle = np.arctan2(v, u)
    return np.asarray(np.hypot(u, v) < 0.62 + 0.38 * np.cos(5 * angle))


_RULES: tuple[Callable[[Array, Array], Array], ...] = (
    lambda u, v: u * u + v * v < 1,
    lambda u, v: np.maximum(abs(u), abs(v)) < 0.8,
    lambda u, v: (v < 0.7) & (v > 1.9 * abs(u) - 1),
    lambda u, v: abs(np.hypot(u, v) - 0.75) < 0.25,
    lambda u, v: (np.minimum(abs(u), abs(v)) < 0.28) & (np.maximum(abs(u), abs(v)) < 1),
    _star,
    lambda u, v: 1.5 * abs(u) + abs(v) < 1,
    lambda u, v: np.maximum(abs(u) * 0.866 + abs(v) * 0.5, abs(v)) < 0.85,
    lambda u, v: (u * u + v * v < 1) & ((u - 0.5) ** 2 + v * v > 0.6),
    lambda u, v: (abs(u) < 1) & (abs(v) < 0.35),
)


def texture(kind: int, random: np.random.Generator, side: int) -> Array:
    """How bright each pixel of a surface is, from 0 to 1 (side, side)."""
    grid = np.arange(side, dtype=np.float32) / side * 2 * np.pi
    x, y = grid[None, :], grid[:, None]
    waves, start = random.uniform(8, 11), random.uniform(0, 2 * np.pi)
    across, down = np.sin(waves * x + start), np.sin(waves * y + start)
    zero = np.zeros((side, side), np.float32)
    surfaces: tuple[Callable[[], Array], ...] = (
        lambda: zero + 1,
        lambda: zero + (down > 0),
        lambda: zero + (across > 0),
        lambda: zero + (np.sin(waves * 0.7 * (x + y) + start) > 0),
        lambda: zero + (across * down > 0),
        lambda: zero + (across * down > 0.45) + (across * down < -0.45),
        lambda: zero + (np.sin(waves * np.hypot(x - 3.1, y - 3.1) + start) > 0),
        lambda: zero + (x + y) / (4 * np.pi),
        lambda: random.random((side, side), dtype=np.float32),
        lambda: zero + ((across > 0.6) | (down > 0.6)),
    )
    return surfaces[kind]()


def background(random: np.random.Generator, side: int) -> Array:
    """A dim, uneven, grainy ground (3, side, side)."""
    shade = random.uniform(15, 95, 3)[:, None, None] + random.uniform(-30, 30, 3)[:, None, None] * np.linspace(
        -1, 1, side, dtype=np.float32
    )
    grain = random.normal(0, 8, (1, side, side)).astype(np.float32)
    return np.asarray(shade[:, None, 0, :] + grain)


def painted(ground: Array, covered: Array, color: int, surface: Array) -> Array:
    """The ground with a colored, textured shape on it, as pixels from 0 to 255."""
    paint = np.asarray(_RGB[color], np.float32)[:, None, None] * (0.35 + 0.65 * surface)
    return np.clip(np.where(covered, paint, ground), 0, 255).astype(np.uint8)


def picture(shape: int, color: int, surface: int, random: np.random.Generator, side: int) -> Array:
    """One picture of one shape (3, side, side)."""
    covered = inside(shape, scatter(random), side)
    return painted(background(random, side), covered, color, texture(surface, random, side))
