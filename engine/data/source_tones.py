"""Made-up sounds: tones of four shapes of wave, to tell apart by ear."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from engine.data.fields import Field, category
from engine.data.generated import SECTION, Generated
from engine.data.sources import Column, Loaded, Reading, source
from engine.declare import param

if TYPE_CHECKING:
    from engine.data.sound import Form

RATE = 8000
SHAPES = ("sine", "square", "triangle", "chirp")


@source("Tones", section=SECTION, keywords="audio sound waveform generated signal spectrogram", icon="music")
class GeneratedTones(Generated):
    """Made-up tones with noise: tell a sine, a square, a triangle and a rising chirp apart, at any pitch."""

    family = "sound"

    items: int = param(default=800, min=10, max=100_000, help="How many tones are made.")
    form: Literal["waveform", "mel"] = param(
        default="waveform",
        choices=(("waveform", "Waveform"), ("mel", "Picture: pitch as people hear it (mel)")),
        label="Read as",
        help="Its samples one after another, or a picture of the sound.",
    )
    seconds: float = param(default=0.25, min=0.05, max=10, unit="s", help="How long each tone is.")
    noise: float = param(default=0.1, min=0, max=10, help="How loud the noise is; a tone is 1 high at most.")

    def _form(self) -> Form:
        from engine.data.sound import Form

        return Form(RATE, self.seconds, self.form, 32)

    def load(self, reading: Reading | None = None) -> Loaded:
        import numpy as np

        from engine.data.sound import field_of, shaped

        random, form = self._random(), self._form()
        codes = np.arange(self.items) % len(SHAPES)
        random.shuffle(codes)
        time = np.arange(form.length) / RATE
        sounds = np.empty((self.items, form.length), np.float32)
        for row, code in enumerate(codes):
            pitch, phase = random.uniform(150, 900), random.uniform(0, 1)
            loud, begin = random.uniform(0.3, 0.7), random.uniform(0, 0.3) * self.seconds
            turns = (pitch * time + phase) % 1 if code < 3 else pitch * (time + time**2 / self.seconds) % 1
            wave = (_sine, _square, _triangle, _sine)[code](turns)
            fade = np.clip((time - begin) / 0.01, 0, 1) * np.clip((self.seconds - time) / 0.01, 0, 1)
            sounds[row] = loud * wave * fade + random.normal(0, self.noise * loud, form.length)
        field = field_of(form)
        fields = (field, category("wave", SHAPES, "target"))
        return Loaded(fields, {field.name: shaped(sounds, form), "wave": codes.astype(np.int64)})

    def reads(self, field: Field) -> dict[str, Any] | None:
        return self._form().plan() if field.kind in ("signal", "image") else None


def _sine(turns: Column) -> Column:
    import numpy as np

    return np.asarray(np.sin(2 * np.pi * turns))


def _square(turns: Column) -> Column:
    import numpy as np

    return np.asarray(np.where(turns < 0.5, 0.8, -0.8))


def _triangle(turns: Column) -> Column:
    import numpy as np

    return np.asarray(4 * np.abs(turns - 0.5) - 1)
