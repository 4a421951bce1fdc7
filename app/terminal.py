"""How the command line writes: tables, a progress bar that lives on one line, and results in words."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from widgets import words


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> None:
    """Columns as wide as their longest entry; those in `right` are set flush right."""
    widths = [max(len(str(row[place])) for row in [heads, *rows]) for place in range(len(heads))]
    for row in [heads, *rows]:
        cells = [
            str(cell).rjust(width) if place in right else str(cell).ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())


def confusion(classes: Sequence[str], counts: Sequence[Sequence[int]]) -> None:
    """Mix-ups: rows are the truth, columns the answers."""
    if len(classes) > 20:
        return
    names = [name[:12] for name in classes]
    print("  mix-ups (rows: the truth, columns: the answer)")
    width = max(5, *(len(name) + 1 for name in names))
    print("  " + " " * width + "".join(name.rjust(width) for name in names))
    for name, row in zip(names, counts, strict=True):
        print("  " + name.ljust(width) + "".join(str(count or "·").rjust(width) for count in row))


def answers(found: Mapping[str, Any]) -> None:
    """What the model says of each item of a file."""
    for item in found["items"]:
        parts = []
        for name, answer in item["answers"].items():
            if answer.get("probability") is not None:
                parts.append(f"{name}: {answer['class']} ({words.percent(answer['probability'])})")
            elif "class" in answer:
                parts.append(f"{name}: {answer['class']}")
            elif "value" in answer:
                parts.append(f"{name}: {answer['value']}")
            else:
                parts.append(f"{name}: {' × '.join(map(str, answer['shape']))} numbers")
        print(f"{item['name']}: {'; '.join(parts)}")


def proof(path: Path, found: Mapping[str, Any]) -> None:
    """What an exporter proved."""
    print(f"Exported {path}, {words.size(int(found.get('bytes', 0)))}.")
    print(
        f"Compared with PyTorch on {found.get('items', 0)} items: largest difference {found.get('largest', 0):.2g}, "
        f"limit {found.get('limit', 1e-5):g} + {found.get('limit', 1e-5):g} · |value|."
    )
    if found.get("class_items"):
        print(f"Same class in {found['same_class']} of {found['class_items']} cases.")


class Progress:
    """One line that is written over; silent where nobody looks at a terminal."""

    def __init__(self, shown: bool = True) -> None:
        self._shown = shown
        self._live = shown and sys.stderr.isatty()
        self._last = ""
        self._epoch = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live and self._last:
            print(file=sys.stderr)

    def _write(self, line: str) -> None:
        if not self._live or line == self._last:
            return
        room = shutil.get_terminal_size().columns - 1
        print("\r" + line[:room].ljust(min(room, len(self._last))), end="", file=sys.stderr, flush=True)
        self._last = line

    def note(self, text: str) -> None:
        """A sentence of its own."""
        if self._shown:
            print(("\n" if self._live else "") + text, file=sys.stderr)

    def share(self, share: float, text: str = "") -> None:
        """A share from 0 to 1 with what is being done."""
        self._write(f"{bar(share)} {words.percent(share, 0):>6}  {text}")

    def run(self, info: Any) -> None:
        """The state of a run."""
        share = 0.0
        if info.epochs:
            share = (info.epoch + (info.batch / info.batches if info.batches else 0)) / info.epochs
        value = (info.best and f"best {info.best['metric']} {info.best['value']:.4g}") or ""
        left = f"{words.duration(info.left_seconds)} left" if info.left_seconds else ""
        speed = f"{words.thousands(int(info.items_per_second))} items/s" if info.items_per_second else ""
        facts = "  ".join(part for part in (f"epoch {info.epoch} of {info.epochs}", value, speed, left) if part)
        if self._live:
            self._write(f"{bar(min(share, 1.0))} {info.state:9} {facts}")
        elif self._shown and info.epoch != self._epoch and info.active:
            self._epoch = info.epoch
            print(f"{info.state}: {facts}", file=sys.stderr, flush=True)


def bar(share: float, width: int = 24) -> str:
    """A bar of block characters."""
    eighths = round(max(0.0, min(1.0, share)) * width * 8)
    full, part = divmod(eighths, 8)
    tip = " ▏▎▍▌▋▊▉"[part] if part else ""
    return "▕" + ("█" * full + tip).ljust(width) + "▏"
