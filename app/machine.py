"""What this computer is doing: processor and memory of the last minute, read without further libraries."""

from __future__ import annotations

import os
import sys
from collections import deque
from pathlib import Path

from widgets import words

SECONDS = 60

Row = tuple[str, str, str, tuple[float, ...]]
"""Key, words, value, and the shares of the last minute."""


class Meters:
    """Reads once a second; systems that do not tell get no row."""

    def __init__(self) -> None:
        self._last: tuple[float, float] | None = None
        self._history: dict[str, deque[float]] = {}

    def read(self) -> list[Row]:
        """One row for each thing that can be measured here."""
        rows = []
        processor = self._processor()
        if processor is not None:
            rows.append(self._row("processor", "Processor", processor, words.percent(processor, 0)))
        memory = _memory()
        if memory is not None:
            used, total = memory
            text = f"{used / 1e9:.1f} of {total / 1e9:.0f} GB"
            rows.append(self._row("memory", "Memory", used / total, text))
        return rows

    def _row(self, key: str, text: str, share: float, value: str) -> Row:
        history = self._history.setdefault(key, deque(maxlen=SECONDS))
        history.append(min(1.0, max(0.0, share)))
        return (key, text, value, tuple(history))

    def _processor(self) -> float | None:
        if not sys.platform.startswith("linux"):
            # without /proc the load over a minute is the best there is
            return min(1.0, os.getloadavg()[0] / (os.cpu_count() or 1)) if hasattr(os, "getloadavg") else None
        try:
            fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
        except OSError:
            return None
        numbers = [float(field) for field in fields]
        idle, total = numbers[3] + numbers[4], sum(numbers[:8])
        last, self._last = self._last, (idle, total)
        if last is None or total <= last[1]:
            return 0.0
        return 1 - (idle - last[0]) / (total - last[1])


def _memory() -> tuple[int, int] | None:
    """Bytes used and in all."""
    try:
        lines = Path("/proc/meminfo").read_text().split("\n")
    except OSError:
        return None
    facts = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in lines if ":" in line}
    if "MemTotal" not in facts or "MemAvailable" not in facts:
        return None
    return facts["MemTotal"] - facts["MemAvailable"], facts["MemTotal"]
