"""A made-up series: waves of several lengths with a trend and noise, to forecast."""

from __future__ import annotations

from engine.data.generated import SECTION, Generated
from engine.data.sources import Loaded, Reading, source
from engine.declare import param


@source("Waves", section=SECTION, keywords="series forecast sine generated seasonal time", icon="chart-line")
class GeneratedWaves(Generated):
    """A made-up series of three waves, a slow drift and noise; predict how it goes on."""

    family = "series"

    items: int = param(default=2000, min=50, max=1_000_000, label="Steps", help="How long the series is.")
    window: int = param(default=32, min=1, max=10_000, unit="steps", help="How many past steps the network reads.")
    horizon: int = param(
        default=1, min=1, max=10_000, unit="steps", label="Ahead", help="How far after the window the value lies."
    )
    noise: float = param(default=0.1, min=0, max=10, help="How much chance there is in each step; a wave is 1 high.")

    def load(self, reading: Reading | None = None) -> Loaded:
        import numpy as np

        from engine.data.source_series import cut_series

        random = self._random()
        time = np.arange(self.items)
        lengths = np.array([11.0, 29.0, 97.0]) * random.uniform(0.9, 1.1, 3)
        phases = random.uniform(0, 2 * np.pi, 3)
        waves = sum(
            high * np.sin(2 * np.pi * time / long + phase)
            for high, long, phase in zip((1.0, 0.6, 0.8), lengths, phases, strict=True)
        )
        drift = np.cumsum(random.normal(0, 0.02, self.items))
        values = (waves + drift + random.normal(0, self.noise, self.items)).astype(np.float32)
        return cut_series(values[:, None], values, "value", self.window, self.horizon, 1, None, "The series")
