"""Made-up points in the plane, in patterns that a straight line cannot divide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from engine.data.fields import category, number
from engine.data.generated import SECTION, Generated
from engine.data.sources import Column, Loaded, Reading, source
from engine.declare import param

if TYPE_CHECKING:
    import numpy as np


@source("Points in the plane", section=SECTION, keywords="moons spirals circles blobs xor toy 2d", icon="table")
class PointsData(Generated):
    """Made-up points with two coordinates and a class: moons, spirals, circles, blobs or a checkerboard (XOR)."""

    pattern: Literal["moons", "spirals", "circles", "blobs", "xor"] = param(
        default="moons",
        choices=(
            ("moons", "Two moons"),
            ("spirals", "Spirals"),
            ("circles", "Circles"),
            ("blobs", "Blobs"),
            ("xor", "Checkerboard (XOR)"),
        ),
        help="How the classes lie.",
    )
    classes: int = param(
        default=2,
        min=2,
        max=10,
        shown_if=("pattern", ("spirals", "circles", "blobs")),
        help="How many classes there are.",
    )
    noise: float = param(default=0.1, min=0, max=5, help="How far points lie off their place; the whole is 2 wide.")

    def load(self, reading: Reading | None = None) -> Loaded:
        import numpy as np

        random = self._random()
        count = 2 if self.pattern in ("moons", "xor") else self.classes
        codes = np.arange(self.items) % count
        random.shuffle(codes)
        places = self._places(random, codes, count) + random.normal(0, self.noise / 2, (self.items, 2))
        x, y = places.astype(np.float32).T
        columns: dict[str, Column] = {"x": x.copy(), "y": y.copy(), "class": codes.astype(np.int64)}
        names = tuple(("orange", "blue", "green", "red", "purple", "brown", "pink", "gray", "olive", "cyan")[:count])
        return Loaded((number("x"), number("y"), category("class", names, "target")), columns)

    def _places(self, random: np.random.Generator, codes: Column, count: int) -> Column:
        import numpy as np

        share = random.random(len(codes))
        if self.pattern == "moons":
            turn = np.pi * share
            low = codes == 1
            x = np.where(low, 1 - np.cos(turn), np.cos(turn)) - 0.5
            y = np.where(low, 0.5 - np.sin(turn), np.sin(turn)) - 0.25
            return np.stack([x, y], axis=1) / 1.5
        if self.pattern == "xor":
            side = random.integers(0, 2, (len(codes),)) * 2 - 1
            places = random.uniform(0.05, 1, (len(codes), 2))
            return np.asarray(places * np.stack([side, np.where(codes == 0, side, -side)], axis=1))
        if self.pattern == "spirals":
            away = 0.1 + 0.9 * share
            turn = 2 * np.pi * codes / count + 3.5 * np.pi * share / max(1, count / 2)
        elif self.pattern == "circles":
            away, turn = (codes + 0.5) / count, 2 * np.pi * share
        else:
            away, turn = np.full(len(codes), 0.7), 2 * np.pi * codes / count
            spread = random.normal(0, 0.7 / count, (len(codes), 2))
            return np.stack([away * np.cos(turn), away * np.sin(turn)], axis=1) + spread
        return np.stack([away * np.cos(turn), away * np.sin(turn)], axis=1)
