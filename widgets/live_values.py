"""What the Training overlay shows, as plain values: a mark per card, the way of the loss, facts for the inspector."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

ICONS: Mapping[str, tuple[str, str]] = {
    "error": ("error", "error"),
    "warning": ("triangle-alert", "warning"),
    "info": ("info", "info"),
    "good": ("check", "good"),
    "none": ("minus", "text3"),
}
"""The sign of each level and its color: the sign says the same without the color."""


@dataclass(frozen=True)
class LiveMark:
    """How one card fares in the epoch that is shown."""

    level: str
    """error, warning, info, good, or none where there is nothing to judge."""
    word: str = ""
    """What is wrong in two words; the measured figure where nothing is."""
    share: float | None = None
    """How far the bar in the foot reaches; None where the measure says nothing of this card."""
    spark: tuple[float, ...] = ()
    """The measure over the epochs, on a scale that can be drawn as it is."""
    at: int = -1
    """Which of them is shown."""
    icon: str = ""
    """Another sign than that of the level, such as the snowflake of frozen weights."""
    tip: str = ""
    tell: Callable[[], str] | None = field(default=None, compare=False)
    """Makes the tip when somebody asks for it."""
    known: bool = True
    """Whether the run has this card at all."""

    @property
    def said(self) -> str:
        """What a tooltip says."""
        return self.tip or (self.tell() if self.tell else "")

    @property
    def sign(self) -> tuple[str, str]:
        """The sign and its color."""
        name, role = ICONS[self.level]
        return self.icon or name, role

    @property
    def ill(self) -> bool:
        return self.level in ("error", "warning")


@dataclass(frozen=True)
class LivePart:
    """A node inside of a block, by copy."""

    words: str
    level: str
    word: str


@dataclass(frozen=True)
class LiveFacts:
    """What the inspector says of the chosen card in the epoch that is shown."""

    head: str
    """Such as `Epoch 12 of Run 3`."""
    level: str = "none"
    title: str = ""
    text: str = ""
    rows: tuple[tuple[str, str, str], ...] = ()
    """Words, figure, and what it means."""
    parts: tuple[LivePart, ...] = ()
    icon: str = ""


@dataclass(frozen=True)
class LiveCourse:
    """What the scrubber shows of a run: which epochs were measured, how the loss went, where something was ill."""

    epochs: tuple[int, ...] = ()
    planned: int = 0
    train: Mapping[int, float] | None = None
    validation: Mapping[int, float] | None = None
    ill: frozenset[int] = frozenset()
    running: bool = False
