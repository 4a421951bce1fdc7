"""A recording as the numbers that a network reads, by the plan of its data source. Exported programs hold the same
functions, so this module needs nothing but numpy (and scipy for recordings of another rate).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from engine.data.raw import FULL_SCALE, as_signal
from engine.data.spectrum import picture, resampled
from engine.data.wav import read_samples

Array = np.ndarray[Any, Any]


def sound_plan(rate: int, length: int, form: str, bands: int) -> dict[str, Any]:
    """How recordings become numbers, as a JSON value: samples per second, how many samples, and waveform, spectrogram
    or mel with so many bands."""
    return {"how": "sound", "rate": rate, "length": length, "form": form, "bands": bands}


def read_sound(content: bytes, name: str, plan: Mapping[str, Any]) -> Array:
    """The item in a WAV file: samples from −1 to 1 (1, samples), or a picture (1, pitches, moments) from 0 to 255.

    Raises:
        UserError: it is no WAV file that can be read.
    """
    samples, rate = read_samples(content, name)
    one = resampled(samples.mean(axis=0, keepdims=True), rate, plan["rate"])[:, : plan["length"]]
    sounds = np.zeros((1, plan["length"]), np.float32)
    sounds[:, : one.shape[1]] = one
    found = formed(sounds, plan)[0]
    return as_signal(found) if plan["form"] == "waveform" else found


def formed(sounds: Array, plan: Mapping[str, Any]) -> Array:
    """Sounds (items, samples) as they are kept: whole numbers of 16 bits, or pictures."""
    if plan["form"] == "waveform":
        return np.asarray(np.round(np.clip(sounds, -1, 1) * FULL_SCALE).astype(np.int16)[:, None])
    return picture(sounds, plan["rate"], plan["bands"] if plan["form"] == "mel" else None)
