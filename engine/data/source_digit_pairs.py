"""Pairs and triplets of handwritten digits, for networks that learn how alike two pictures are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.data.fields import category, image
from engine.data.generated import SECTION, Generated
from engine.data.sources import Column, Loaded, Reading, source
from engine.declare import param

if TYPE_CHECKING:
    import numpy as np

_POOLS = 60
"""The digits are divided into pools, and pairs are made within one, so that no picture is in training and in test."""


def _digits() -> tuple[Column, Column]:
    import numpy as np
    import sklearn.datasets

    found = sklearn.datasets.load_digits()
    return np.round(found.images * (255 / 16)).astype(np.uint8)[:, None], found.target.astype(np.int64)


class _OfDigits(Generated):
    """Base of both: fingerprint with the version that the digits come from."""

    family = "pictures"

    def fingerprint(self) -> str:
        from importlib.metadata import version

        return f"{super().fingerprint()} scikit-learn {version('scikit-learn')}"

    def _pools(self, random: np.random.Generator, count: int) -> Column:
        """The pool of each digit: every pool has some of each class as far as they go."""
        import numpy as np

        return np.asarray(random.permutation(np.arange(count) % _POOLS))


@source("Digit pairs", section=SECTION, keywords="siamese similarity same contrastive verification", icon="image")
class DigitPairs(_OfDigits):
    """Pairs of handwritten digits, 8 × 8 pixels: tell whether both show the same digit."""

    items: int = param(default=3000, min=10, max=200_000, help="How many pairs are made, half of them of one digit.")

    def load(self, reading: Reading | None = None) -> Loaded:
        import numpy as np

        pictures, digits = _digits()
        random = self._random()
        pools = self._pools(random, len(digits))
        first: list[int] = []
        second: list[int] = []
        same: list[int] = []
        while len(first) < self.items:
            one = int(random.integers(len(digits)))
            near = np.flatnonzero((pools == pools[one]) & (np.arange(len(digits)) != one))
            wanted = len(first) % 2 == 0
            fitting = near[(digits[near] == digits[one]) == wanted]
            if len(fitting):
                first.append(one)
                second.append(int(random.choice(fitting)))
                same.append(int(wanted))
        fields = (image("first", 1, 8, 8), image("second", 1, 8, 8), category("same", ("no", "yes"), "target"))
        columns = {"first": pictures[first], "second": pictures[second], "same": np.array(same, np.int64)}
        names = [f"{digits[one]} and {digits[other]}" for one, other in zip(first, second, strict=True)]
        return Loaded(fields, columns, names, ["No picture is in two parts."], groups=pools[first].astype(np.int64))


@source(
    "Digit triplets",
    section=SECTION,
    keywords="triplet metric embedding anchor positive negative",
    icon="image",
)
class DigitTriplets(_OfDigits):
    """Triplets of handwritten digits: an anchor, another picture of the same digit, and one of another digit."""

    items: int = param(default=3000, min=10, max=200_000, help="How many triplets are made.")

    def load(self, reading: Reading | None = None) -> Loaded:
        import numpy as np

        pictures, digits = _digits()
        random = self._random()
        pools = self._pools(random, len(digits))
        rows: list[tuple[int, int, int]] = []
        while len(rows) < self.items:
            one = int(random.integers(len(digits)))
            near = np.flatnonzero((pools == pools[one]) & (np.arange(len(digits)) != one))
            same, other = near[digits[near] == digits[one]], near[digits[near] != digits[one]]
            if len(same) and len(other):
                rows.append((one, int(random.choice(same)), int(random.choice(other))))
        places = np.array(rows)
        columns = {name: pictures[places[:, at]] for at, name in enumerate(("anchor", "positive", "negative"))}
        columns["digit"] = digits[places[:, 0]]
        fields = (
            *(image(name, 1, 8, 8) for name in ("anchor", "positive", "negative")),
            category("digit", tuple("0123456789"), "target"),
        )
        notes = ["“digit” is what the anchor and the positive picture show. No picture is in two parts."]
        return Loaded(fields, columns, None, notes, groups=pools[places[:, 0]].astype(np.int64))
