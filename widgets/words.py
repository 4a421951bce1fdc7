"""Numbers as people read them: thin-spaced thousands, sizes, shares, durations."""

from __future__ import annotations

import math
import re

THIN = "\u2009"  # between thousands
HARD = "\u00a0"  # between a number and its unit, so a line never breaks there
_MINUS = "−"


def thousands(value: int) -> str:
    """Write a whole number with thin spaces: 1 234 567."""
    return f"{int(value):,}".replace(",", THIN).replace("-", _MINUS)


def number(value: float, digits: int = 4) -> str:
    """Write any number shortly: 0.001, 12.35, 1e-5."""
    if not math.isfinite(value):
        return "not a number" if math.isnan(value) else ("∞" if value > 0 else f"{_MINUS}∞")
    if float(value).is_integer() and abs(value) < 1e15:
        return thousands(int(value))
    if abs(value) < 1e-3 or abs(value) >= 1e7:
        text = f"{value:.{digits - 1}e}"
        mantissa, _, power = text.partition("e")
        mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
        return f"{mantissa}e{int(power)}".replace("-", _MINUS, 1) if value < 0 else f"{mantissa}e{int(power)}"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    text = f"{value:.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", _MINUS)


def parse_number(text: str) -> float | None:
    """Read what a person typed; None where it is no number."""
    plain = text.strip()
    for space in (THIN, HARD, "\u202f", " "):
        plain = plain.replace(space, "")
    plain = plain.replace(_MINUS, "-").replace("×10^", "e")
    if "," in plain and "." not in plain:
        plain = plain.replace(",", ".")
    share = plain.endswith("%")
    try:
        value = float(plain.rstrip("%"))
    except ValueError:
        return None
    if not math.isfinite(value):
        return None
    return value / 100 if share else value


def _short(value: float) -> str:
    """Write at most three digits: 7.4, 117, 12."""
    return f"{value:.0f}" if value >= 99.5 or float(value).is_integer() else f"{value:.1f}".removesuffix(".0")


def _stepped(value: float, units: tuple[str, ...], step: int) -> str:
    left, index = float(value), 0
    while left >= step * 0.9995 and index < len(units) - 1:
        left, index = left / step, index + 1
    unit = units[index]
    return f"{_short(left)}{HARD}{unit}" if unit else _short(left)


def size(count: int) -> str:
    """Write a number of bytes: 1.3 MB."""
    return _stepped(count, ("B", "kB", "MB", "GB", "TB"), 1000)


def work(flops: float) -> str:
    """Write an amount of work in FLOPs: 7.4 M."""
    return _stepped(flops, ("", "k", "M", "G", "T", "P"), 1000)


def percent(share: float, digits: int = 1) -> str:
    """Write a share of one: 92.7 %."""
    if not math.isfinite(share):
        return "–"
    return f"{share * 100:.{digits}f}{HARD}%".replace("-", _MINUS)


def duration(seconds: float) -> str:
    """Write a time span in its two largest units: 3 min 12 s."""
    if seconds < 1:
        return f"{max(0, round(seconds * 1000))}{HARD}ms"
    if seconds < 10:
        return f"{_short(round(seconds, 1))}{HARD}s"
    whole = round(seconds)
    parts = []
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        amount, whole = divmod(whole, length)
        if amount or parts:
            parts.append((amount, unit))
    shown = [f"{amount}{HARD}{unit}" for amount, unit in parts[:2] if amount]
    return " ".join(shown)


def ago(seconds: float) -> str:
    """Write how long something is past: 2 min ago."""
    for name, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= length:
            return f"{int(seconds // length)}{HARD}{name} ago"
    return "just now"


def count(amount: int, one: str, many: str = "") -> str:
    """Write an amount with its word: 1 run, 3 runs."""
    return f"{thousands(amount)} {one if amount == 1 else many or one + 's'}"


def sentence(text: str) -> str:
    """A sentence of the engine with its numbers as people read them: 5 158 groups, 21.6 %."""
    spaced = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", THIN, text)
    return re.sub(r"(?<=\d)%", f"{HARD}%", spaced)


def shape(lengths) -> str:
    """Write a shape: 3 × 112 × 112."""
    return " × ".join("?" if length is None else thousands(length) for length in lengths)
