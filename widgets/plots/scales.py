"""Round ranges and ticks for axes, and how their numbers are written."""

from __future__ import annotations

import math

from widgets import words

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_ROOM, _FEW_EPOCHS = 4, 50
"""A long run shows this many times what it has reached, and never fewer epochs than these."""
_SPANS = (1, 2, 5, 10, 20, 30, 60, 120, 180, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400)


def round_step(span: float, wanted: int, whole: bool = False) -> float:
    """Return a round step that divides a span into about `wanted` parts."""
    raw = max(span, 1e-12) / max(wanted, 1)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in _STEPS if factor * power >= raw * 0.999)
    if whole:
        step = max(1.0, float(round(step))) if step != 2.5 else 2.0
    return step


def round_range(low: float, high: float, wanted: int = 5) -> tuple[float, float]:
    """Widen a range to whole steps."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return 0.0, 1.0
    if high - low < 1e-6 * max(abs(high), abs(low), 1e-6):  # values are kept in 32 bits: less is rounding, not news
        pad = abs(high) * 0.5 or 1.0
        low, high = low - pad, high + pad
    step = round_step(high - low, wanted)
    return math.floor(low / step + 1e-5) * step, math.ceil(high / step - 1e-5) * step


def value_range(low: float, high: float, kind: str, log: bool) -> tuple[float, float]:
    """Return the range an axis shows for measured values: shares reach 100 %, a falling loss stands on zero."""
    if log:
        low = low if low > 0 else (high * 1e-4 if high > 0 else 1e-4)
        low, high = math.log10(low), math.log10(max(high, low * 1.01))
        pad = max((high - low) * 0.06, 0.05)
        return low - pad, high + pad
    if kind == "share":
        return (max(0.0, math.floor(low * 5) / 5) if low >= 0 else low), max(1.0, high)
    if 0 <= low < 0.6 * high:
        low = 0.0
    return round_range(low, high)


def ticks(low: float, high: float, wanted: int, whole: bool = False) -> list[float]:
    """Return round places inside a range."""
    if not high > low:
        return [low]
    step = round_step(high - low, wanted, whole)
    first = math.ceil(low / step - 1e-9)
    return [index * step for index in range(first, math.floor(high / step + 1e-9) + 1)]


def log_ticks(low: float, high: float) -> list[float]:
    """Return places for a range of powers of ten: each power, with 2 and 5 between where there are few."""
    span = high - low
    factors = (1, 2, 5) if span < 2.2 else (1,)
    step = max(1, round(span / 6))
    found = []
    for power in range(math.floor(low), math.ceil(high) + 1):
        if power % step == 0:
            found += [power + math.log10(factor) for factor in factors]
    return [place for place in found if low - 1e-9 <= place <= high + 1e-9]


def time_ticks(high: float, wanted: int) -> list[float]:
    """Return places from zero in round seconds, minutes or hours."""
    step = next((span for span in _SPANS if span * wanted >= high), None)
    if step is None:
        step = math.ceil(high / wanted / 86_400) * 86_400
    return [index * step for index in range(int(high // step) + 1)]


def value_ticks(low: float, high: float, wanted: int, kind: str, log: bool) -> list[tuple[float, str]]:
    """Return places of a value axis and what is written there; a logarithmic axis is in powers of ten."""
    if log:
        return [(place, write(10**place, 10 ** math.floor(place), kind)) for place in log_ticks(low, high)]
    places = ticks(low, high, wanted)
    step = places[1] - places[0] if len(places) > 1 else high - low
    return [(place, write(place, step, kind)) for place in places]


def step_ticks(high: float, wanted: int, time: bool) -> list[tuple[float, str]]:
    """Return places of an axis of epochs or of time and what is written there."""
    if time:
        return [(place, seconds(place)) for place in time_ticks(high, wanted)]
    return [(place, write(place, 1, "number")) for place in ticks(0, high, min(wanted, 5), True)]


def stretched_ticks(high: float, wanted: int) -> list[tuple[float, str]]:
    """Return places of an axis of epochs whose first ones are stretched: powers of ten, and the end."""
    powers = [10.0**power for power in range(8) if 10**power <= high]
    powers = powers[:: max(1, -(-len(powers) // max(2, wanted)))]
    places = [0.0, *powers]
    if high >= 2.5 * places[-1]:
        places.append(float(math.floor(high)))
    return [(place, write(place, 1, "number")) for place in places]


def epochs_in_view(reached: float, total: float) -> float:
    """Return where the axis of epochs ends: at the end of the run, unless what was reached would be a sliver of it.

    A run of 5,000 epochs would keep its first 50 within the first hundredth of the width for all that time, so the
    axis grows with it, in round steps.
    """
    if total <= _FEW_EPOCHS or reached * _ROOM >= total:
        return max(total, reached)
    wanted = max(reached * _ROOM, float(_FEW_EPOCHS))
    power = 10.0 ** math.floor(math.log10(wanted))
    return min(total, next(factor * power for factor in (1.0, 2.0, 5.0, 10.0) if factor * power >= wanted * 0.999))


def write(value: float, step: float, kind: str) -> str:
    """Write a number beside an axis with as many decimals as its step needs."""
    if kind == "share":
        value, step = value * 100, step * 100
    if abs(step) >= 1e6 or (0 < abs(step) < 1e-5):
        text = words.number(value, 3)
    else:
        text = f"{value:.{_decimals(step)}f}".replace("-", "−")
        text = text.rstrip("0").rstrip(".") if "." in text and abs(step) < 0.009 else text
        text = words.thousands(round(value)) if _decimals(step) == 0 else text
    return f"{text}{words.HARD}%" if kind == "share" else text


def _decimals(step: float) -> int:
    """Return how many decimals tell places of this step apart: 0.5 needs one, 0.25 two."""
    count = 0
    while count < 6 and abs(step * 10**count - round(step * 10**count)) > 1e-6:
        count += 1
    return count


def reading(value: float, kind: str) -> str:
    """Write one measured value: 0.148, 93.4 %."""
    if kind == "share":
        return words.percent(value)
    if 1e-5 <= abs(value) < 1e-3:  # people read 0.00041 sooner than 4.1e-4
        decimals = 2 - math.floor(math.log10(abs(value)))
        return f"{value:.{decimals}f}".rstrip("0").replace("-", "−")
    return words.number(value, 3)


def seconds(value: float) -> str:
    """Write a place on a time axis."""
    return "0" if value == 0 else words.duration(value)
