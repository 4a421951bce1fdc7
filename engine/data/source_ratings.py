"""Made-up ratings of films by people, to recommend what somebody will like."""

from __future__ import annotations

from engine.data.fields import category, number
from engine.data.generated import SECTION, Generated
from engine.data.sources import Loaded, Reading, source
from engine.declare import param

_GENRES = ("Space", "Love", "Crime", "Comedy", "History", "Horror")
_WORDS = ("Storm", "River", "Letter", "Garden", "Night", "Train", "Island", "Mirror", "Winter", "Stranger", "Bridge")


@source("Film ratings", section=SECTION, keywords="recommender embedding user item two tower", icon="table")
class RatingsData(Generated):
    """Made-up ratings of films from 1 to 5 stars: predict what a person would give a film not seen yet."""

    items: int = param(default=8000, min=10, max=1_000_000, label="Ratings", help="How many ratings are made.")
    people: int = param(default=200, min=5, max=20_000, help="How many people rate.")
    films: int = param(default=120, min=5, max=20_000, help="How many films there are.")

    def load(self, reading: Reading | None = None) -> Loaded:
        import numpy as np

        random = self._random()
        count = min(self.items, self.people * self.films // 2)
        genre = random.integers(0, len(_GENRES), self.films)
        taste = random.normal(0, 0.8, (self.people, len(_GENRES)))
        hidden = random.normal(0, 0.5, (self.people, 3)), random.normal(0, 0.7, (self.films, 3))
        kind, good = random.normal(0, 0.4, self.people), random.normal(0, 0.5, self.films)
        # known films are rated more often, and some people rate much more than others
        often = random.permutation(1 / np.arange(1, self.films + 1) ** 0.6)
        busy = random.gamma(2, 1, self.people)
        pairs: dict[int, None] = {}
        while len(pairs) < count:  # nobody rates a film twice
            who = random.choice(self.people, count, p=busy / busy.sum())
            what = random.choice(self.films, count, p=often / often.sum())
            pairs.update(dict.fromkeys((who * self.films + what).tolist()))
        drawn = np.array(list(pairs)[:count])
        who, what = drawn // self.films, drawn % self.films
        liked = 3.4 + kind[who] + good[what] + taste[who, genre[what]] + (hidden[0][who] * hidden[1][what]).sum(axis=1)
        stars = np.clip(np.round(liked + random.normal(0, 0.4, count)), 1, 5)
        people = tuple(f"person {one + 1}" for one in range(self.people))
        films = tuple(f"{_GENRES[one]} {_WORDS[place % len(_WORDS)]} {place + 1}" for place, one in enumerate(genre))
        columns = {
            "person": who.astype(np.int64),
            "film": what.astype(np.int64),
            "genre": genre[what].astype(np.int64),
            "stars": stars.astype(np.float32),
        }
        fields = (
            category("person", people),
            category("film", films),
            category("genre", _GENRES, "unused"),
            number("stars", "target"),
        )
        fewer = f"With {self.people} people and {self.films} films, {count:,} ratings are made."
        return Loaded(fields, columns, None, [fewer] if count < self.items else [])
