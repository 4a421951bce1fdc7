"""Made-up houses: a picture, a table of facts, and two answers: the price, and how much it is sought after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.data.fields import category, image, number
from engine.data.generated import SECTION, Generated
from engine.data.sources import Column, Loaded, Reading, source
from engine.declare import param

if TYPE_CHECKING:
    import numpy as np

HIGH, WIDE = 24, 32
PLACES = ("city", "suburb", "village")


@source("Houses", section=SECTION, keywords="multi input output picture table price regression mixed", icon="table")
class HousesData(Generated):
    """Made-up houses with a picture and facts: predict the price from both, and how much a house is sought after."""

    items: int = param(default=1200, min=10, max=100_000, help="How many houses are made.")

    def load(self, reading: Reading | None = None) -> Loaded:
        import numpy as np

        random, count = self._random(), self.items
        place = random.choice(3, count, p=[0.35, 0.4, 0.25])
        area = np.round(random.gamma(9, 13, count) + 30)
        age = np.round(random.uniform(0, 100, count))
        floors = 1 + (area > random.uniform(70, 200, count)) + (area > random.uniform(180, 400, count))
        state = random.beta(2.5, 1.5, count)  # only the picture shows it
        garden = random.random(count) < np.array([0.2, 0.6, 0.9])[place]  # likewise
        base = area * np.array([4200, 2900, 1900])[place] * (1.05 - 0.003 * age) * (0.55 + 0.6 * state)
        price = (base + 25_000 * garden) * np.exp(random.normal(0, 0.06, count)) / 1000
        wanted = 1.2 * state + 0.6 * garden - 0.008 * age + np.array([0.5, 0.2, -0.3])[place]
        wanted = wanted + random.normal(0, 0.25, count)
        demand = (wanted > 0.55).astype(np.int64) + (wanted > 1.15)
        pictures = np.stack([_picture(int(floors[one]), state[one], bool(garden[one]), random) for one in range(count)])
        facts = {"area": area, "age": age, "rooms": np.round(area / 24 + random.normal(0, 0.7, count)).clip(1)}
        columns = {
            "picture": pictures,
            **{name: values.astype(np.float32) for name, values in facts.items()},
            "place": place.astype(np.int64),
            "price": price.astype(np.float32),
            "demand": demand.astype(np.int64),
        }
        lost = random.random(count) < 0.02
        columns["age"][lost] = np.nan  # as in life, some facts are not known
        fields = (
            image("picture", 3, HIGH, WIDE),
            number("area"),
            number("age", missing=int(lost.sum())),
            number("rooms"),
            category("place", PLACES),
            number("price", "target"),
            category("demand", ("low", "medium", "high"), "unused"),
        )
        note = "“price” is in thousands. Only the picture shows the state of a house and whether it has a garden."
        return Loaded(fields, columns, None, [note])


def _picture(floors: int, state: float, garden: bool, random: np.random.Generator) -> Column:
    """A house from the front: floors and windows, paint that fades with its state, and a tree where it has a garden."""
    import numpy as np

    made = np.empty((HIGH, WIDE, 3))
    made[:] = np.array([0.55, 0.7, 0.9]) + random.normal(0, 0.05)
    made[-4:] = (0.35, 0.6, 0.3) if garden else (0.55, 0.55, 0.55)
    left, wide = int(random.integers(4, 8)), int(random.integers(13, 17))
    top = HIGH - 4 - 5 * floors
    wall = np.array([0.85, 0.75, 0.6]) * (0.5 + 0.5 * state) + random.normal(0, 0.04, 3)
    made[top : HIGH - 4, left : left + wide] = wall
    for row in range(4):  # the roof
        inset = 3 - row
        made[top - 4 + row, left + inset : left + wide - inset] = np.array([0.6, 0.25, 0.2]) * (0.5 + 0.5 * state)
    for floor in range(floors):
        for window in range(left + 2, left + wide - 2, 4):
            broken = random.random() > 0.4 + 0.6 * state
            y = HIGH - 8 - 5 * floor
            made[y : y + 2, window : window + 2] = (0.15, 0.12, 0.1) if broken else (0.95, 0.95, 0.7)
    if garden:
        right = left + wide + 2
        made[HIGH - 9 : HIGH - 4, right + 1 : right + 2] = (0.4, 0.25, 0.15)
        made[HIGH - 12 : HIGH - 7, right - 1 : right + 4] = (0.15, 0.5, 0.2)
    made += random.normal(0, 0.04, made.shape)
    return np.round(np.clip(made, 0, 1) * 255).astype(np.uint8).transpose(2, 0, 1)
