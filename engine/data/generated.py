"""What the shipped example sets have in common: made from a seed, the same every time, without any file."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from engine.data.sources import Source
from engine.declare import param

if TYPE_CHECKING:
    import numpy as np

SECTION = "Examples"


class Generated(Source):
    """Base of the generated sets: how many items, and the seed that they are drawn with."""

    version: ClassVar[int] = 1
    """Counts up when the items come out differently, so that nobody keeps old ones in the cache."""

    items: int = param(default=1000, min=10, max=1_000_000, help="How many items are made.")
    seed: int = param(
        default=1, min=0, max=2**31, help="Another number makes other items of the same kind.", advanced=True
    )

    def fingerprint(self) -> str:
        return f"{type(self).__name__} {self.version}"

    def _random(self) -> np.random.Generator:
        import numpy as np

        return np.random.Generator(np.random.PCG64(self.seed))
