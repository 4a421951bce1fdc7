"""What a run tells of itself, as values; and whether the process behind it is still there."""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from engine import process

ACTIVE = ("starting", "running", "paused", "stopping")
SILENCE = 60.0
"""Seconds without a sign of life after which a run on another computer counts as lost."""


@dataclass(frozen=True)
class RunInfo:
    """What a run is and how far it is. `state` is waiting, starting, running, paused, stopping, finished, stopped,
    failed, or lost when its process ended without saying so."""

    id: str
    name: str
    state: str
    epoch: int = 0
    epochs: int = 0
    batch: int = 0
    batches: int = 0
    step: int = 0
    created: float = 0.0
    started: float | None = None
    seconds: float = 0.0
    left_seconds: float | None = None
    items_per_second: float = 0.0
    best: Mapping[str, Any] = field(default_factory=dict)
    final: Mapping[str, Any] = field(default_factory=dict)
    message: str = ""
    device: str = ""
    parameters: int = 0
    options: Mapping[str, Any] = field(default_factory=dict)
    node: str = ""

    @property
    def active(self) -> bool:
        """Whether a process works on it."""
        return self.state in ACTIVE


class EpochValue(NamedTuple):
    """One value of one finished epoch."""

    epoch: int
    part: str
    metric: str
    value: float


class Sample(NamedTuple):
    """An artefact of an epoch. `kind`: images (a grid as PNG), text (UTF-8), points (JSON), frame (PNG)."""

    id: int
    epoch: int
    kind: str
    name: str
    blob: bytes


class Event(NamedTuple):
    """Something that happened in a run."""

    id: int
    time: float
    step: int
    kind: str
    text: str


def host() -> str:
    return socket.gethostname()


def lives(beat: Mapping[str, Any]) -> bool:
    if beat["host"] != host() or not beat["pid"]:
        return bool(time.time() - beat["time"] < SILENCE)
    return process.alive(beat["pid"], beat["pid_started"] or "")
