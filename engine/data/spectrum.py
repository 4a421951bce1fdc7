"""Sounds as pictures: how loud each pitch is at each moment, on a linear or on the mel scale.

Short-time Fourier transform with a Hann window (Allen & Rabiner 1977); mel bands as overlapping triangles (Davis &
Mermelstein 1980) on the scale 2595 · log10(1 + f / 700) (O'Shaughnessy 1987); loudness in decibels below the loudest
moment, down to −80.
"""

from __future__ import annotations

from math import gcd
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

WINDOW_SECONDS = 0.025
HOP_SECONDS = 0.010
FLOOR = 80.0
"""How many decibels below the loudest moment are shown as black."""


def _sizes(rate: int) -> tuple[int, int, int]:
    """Samples in a window, from one window to the next, and in a transform."""
    window = max(2, round(WINDOW_SECONDS * rate))
    return window, max(1, round(HOP_SECONDS * rate)), 1 << (window - 1).bit_length()


def power(sounds: Array, rate: int) -> Array:
    """Sounds (items, samples) → power (items, frequencies, moments)."""
    window, hop, size = _sizes(rate)
    short = window - sounds.shape[1]
    if short > 0:
        sounds = np.pad(sounds, ((0, 0), (0, short)))
    frames = np.lib.stride_tricks.sliding_window_view(sounds, window, axis=1)[:, ::hop]  # (items, moments, samples)
    hann = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(window) / window)).astype(np.float32)
    spectrum = np.fft.rfft(frames * hann, size, axis=-1)
    return (spectrum.real**2 + spectrum.imag**2).transpose(0, 2, 1).astype(np.float32)


def mel_bands(bands: int, rate: int) -> Array:
    """Weights (bands, frequencies) of triangles that overlap by half, evenly spaced on the mel scale."""
    size = _sizes(rate)[2]
    top = 2595 * np.log10(1 + rate / 2 / 700)
    corners = 700 * (10 ** (np.linspace(0, top, bands + 2) / 2595) - 1)  # in hertz
    frequencies = np.arange(size // 2 + 1) * rate / size
    rising = (frequencies - corners[:-2, None]) / (corners[1:-1] - corners[:-2])[:, None]
    falling = (corners[2:, None] - frequencies) / (corners[2:] - corners[1:-1])[:, None]
    weights = np.clip(np.minimum(rising, falling), 0, None)
    # a band narrower than the distance of two frequencies holds none of them: it takes the nearest
    for band in np.flatnonzero(weights.sum(axis=1) == 0):
        weights[band, int(np.argmin(np.abs(frequencies - corners[band + 1])))] = 1
    return weights.astype(np.float32)


def picture(sounds: Array, rate: int, bands: int | None) -> Array:
    """Sounds (items, samples) → uint8 (items, 1, pitches, moments), low pitches at the bottom, loud ones bright."""
    strength = power(sounds, rate)
    if bands is not None:
        strength = np.matmul(mel_bands(bands, rate), strength)
    level = 10 * np.log10(np.maximum(strength, 1e-10))
    loudest = np.maximum(level.max(axis=(1, 2), keepdims=True), -60)  # silence stays dark
    shown = np.clip((level - loudest) / FLOOR + 1, 0, 1)
    return np.asarray(np.round(shown * 255).astype(np.uint8)[:, None, ::-1])


def resampled(samples: Array, rate: int, wanted: int) -> Array:
    """Samples (channels, time) at another rate, pitches above its half taken out."""
    if rate == wanted:
        return samples
    from scipy.signal import resample_poly

    shared = gcd(rate, wanted)
    found = resample_poly(samples.astype(np.float64), wanted // shared, rate // shared, axis=-1)
    return np.asarray(found).astype(np.float32)
