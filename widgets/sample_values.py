"""What the Sample overlay knows of a network: the value of each node for one item, as it came from the helper."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from widgets import words

BAD = 255
"""The byte of a picture that stands for what is no finite number."""


@dataclass(frozen=True, eq=False)
class Plane:
    """A small picture: bytes from 0 (`low`) to 254 (`high`) row by row; with a depth of 1 or 3 gray or colors."""

    width: int
    height: int
    data: bytes
    low: float | None = None
    high: float | None = None
    depth: int = 0


@dataclass(frozen=True, eq=False)
class Value:
    """One output of a node. `kind`: maps, strip, bars, number or tokens."""

    kind: str
    words: str
    figures: Mapping[str, Any] = field(default_factory=dict)
    maps: tuple[Plane, ...] = ()
    chosen: tuple[int, ...] = ()
    channels: int = 0
    strip: Plane | None = None
    lines: tuple[tuple[float | None, ...], ...] = ()
    features: int = 0
    bars: tuple[float | None, ...] = ()
    tokens: tuple[str, ...] = ()
    number: float | None = None

    @property
    def bad(self) -> int:
        """How many numbers are not finite."""
        return int(self.figures.get("nan", 0)) + int(self.figures.get("infinite", 0))


@dataclass(frozen=True)
class Share:
    """One class and how sure the network is of it."""

    name: str
    share: float


@dataclass(frozen=True, eq=False)
class NodeSample:
    """What is shown of a node; `why` says why there is no value."""

    why: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)
    port: str = ""
    weights: str = ""
    """trained, untrained, partly, or empty where it has none."""
    raw: Mapping[str, Any] | None = None
    shares: tuple[Share, ...] = ()
    truth: str = ""
    loss: float | None = None
    answer: bool = False
    untrained: bool = False
    """Of an answer: whether nothing in front of it has learned anything."""
    odd: bool = False
    """Whether it is untrained while other nodes are trained."""
    seconds: float | None = None
    bytes: int = 0
    weight_bytes: int = 0

    @property
    def value(self) -> Value | None:
        """The output that counts first."""
        return self.values.get(self.port)


@dataclass(frozen=True)
class ItemSample:
    """Which item flows through: its number among those to choose from, and what there is to say of it."""

    index: int = 0
    place: int = 0
    count: int = 0
    name: str = ""
    label: str = ""
    note: str = ""
    usual: bool = False

    @property
    def random(self) -> bool:
        """Whether its numbers are made up."""
        return bool(self.note)


def item_sample(told: Mapping[str, Any]) -> ItemSample:
    """The item out of the helper's answer."""
    return ItemSample(
        int(told.get("index", 0)),
        int(told.get("place", 0)),
        int(told.get("count", 0)),
        str(told.get("name", "")),
        str(told.get("label", "")),
        str(told.get("note", "")),
        bool(told.get("usual")),
    )


def node_sample(told: Mapping[str, Any], raw: Mapping[str, Any] | None = None, untrained: bool = False) -> NodeSample:
    """A node's sample out of the helper's answer; of an input also what goes in as it is.

    Args:
        untrained: whether the whole network has random weights.
    """
    if "why" in told:
        return NodeSample(why=str(told["why"]))
    return NodeSample(
        values={name: value_of(one) for name, one in told.get("ports", {}).items()},
        port=str(told.get("port", "")),
        weights=str(told.get("weights", "")),
        raw=raw,
        shares=tuple(Share(str(one["name"]), float(one["share"])) for one in told.get("shares", ())),
        truth=str(told.get("truth") or ""),
        loss=told.get("loss"),
        answer=bool(told.get("answer")),
        untrained=untrained and bool(told.get("answer")),
        odd=not untrained and told.get("weights") in ("untrained", "partly"),
        seconds=told.get("seconds"),
        bytes=int(told.get("bytes", 0)),
        weight_bytes=int(told.get("weight_bytes", 0)),
    )


def value_of(told: Mapping[str, Any]) -> Value:
    """One output's value out of the helper's answer."""
    return Value(
        kind=str(told.get("kind", "bars")),
        words=str(told.get("words", "")),
        figures=dict(told.get("figures", {})),
        maps=tuple(plane_of(one) for one in told.get("maps", ())),
        chosen=tuple(told.get("chosen", ())),
        channels=int(told.get("channels", 0)),
        strip=plane_of(told["strip"]) if told.get("strip") else None,
        lines=tuple(tuple(line) for line in told.get("lines", ())),
        features=int(told.get("features", 0)),
        bars=tuple(told.get("bars", ())),
        tokens=tuple(told.get("tokens", ())),
        number=told.get("value"),
    )


def plane_of(told: Mapping[str, Any]) -> Plane:
    """A picture out of the helper's answer; one that is not whole is empty."""
    width, height, depth = int(told.get("w", 0)), int(told.get("h", 0)), int(told.get("depth", 0))
    try:
        data = base64.b64decode(str(told.get("data", "")), validate=True)
    except (ValueError, binascii.Error):
        data = b""
    if len(data) != width * height * max(1, depth):
        return Plane(0, 0, b"")
    return Plane(width, height, data, told.get("low"), told.get("high"), depth)


# ---- in words ----------------------------------------------------------------------------------------------------


def caption(sample: NodeSample) -> tuple[str, str]:
    """One short line under the maps, and its color: the range, what is not finite, how much is zero."""
    value = sample.value
    if value is None:
        return "", "text3"
    if value.bad:
        return f"{words.thousands(value.bad)} not finite", "error"
    if sample.seconds is not None:
        return f"{span(sample.seconds)} · {words.size(sample.bytes)}", "text2"
    if sample.answer and not sample.shares:
        return _answer_words(sample)
    low, high = value.figures.get("min"), value.figures.get("max")
    if low is None or high is None or value.kind in ("tokens", "number"):
        return "", "text3"
    if sample.odd:
        return "untrained" if sample.weights == "untrained" else "partly untrained", "warning"
    zeros = float(value.figures.get("zeros", 0.0))
    text = f"{words.number(low, 3)} … {words.number(high, 3)}"
    if zeros >= 1.0:
        return "all zeros", "warning"
    return (f"{text} · {words.percent(zeros, 0)} zeros" if zeros >= 0.05 else text), "text3"


def _answer_words(sample: NodeSample) -> tuple[str, str]:
    """What stands under an answer that is no class: the right one, the loss, and whether it is chance."""
    right = sample.truth and f"right: {words.number(float(sample.truth), 4)}"
    loss = sample.loss is not None and f"loss {words.number(sample.loss, 3)}"
    parts = [part for part in (sample.untrained and "untrained", right, loss) if part]
    return " · ".join(parts), "warning" if sample.untrained else "text2"


def facts(sample: NodeSample, port: str = "") -> list[tuple[str, str]]:
    """Everything in figures, for the tip and the panel."""
    value = sample.values.get(port or sample.port)
    if value is None:
        return []
    found = [("Size", value.words)]
    if value.kind != "tokens":
        found += _figures(value)
    for label, key in (("Not a number", "nan"), ("Infinite", "infinite")):
        count = int(value.figures.get(key, 0))
        if count:
            found.append((label, words.thousands(count)))
    if sample.loss is not None:
        found.append(("Loss of this item", words.number(sample.loss, 4)))
    if sample.seconds is not None:
        found.append(("Time", span(sample.seconds)))
        weights = f" + {words.size(sample.weight_bytes)} weights" if sample.weight_bytes else ""
        found.append(("Memory", words.size(sample.bytes) + weights))
    return found


def _figures(value: Value) -> list[tuple[str, str]]:
    """Range, mean, spread and the share of zeros."""
    found = []
    low, high = value.figures.get("min"), value.figures.get("max")
    if low is not None and high is not None:
        found.append(("Range", f"{words.number(low, 4)} … {words.number(high, 4)}"))
    for label, key in (("Mean", "mean"), ("Spread", "std")):
        number = value.figures.get(key)
        if number is not None:
            found.append((label, words.number(number, 4)))
    return [*found, ("Zeros", words.percent(float(value.figures.get("zeros", 0.0))))]


def span(seconds: float) -> str:
    """A short time in words."""
    if seconds < 1e-3:
        return f"{seconds * 1e6:.0f} µs"
    return f"{seconds * 1e3:.3g} ms" if seconds < 1 else f"{seconds:.3g} s"


def weights_words(sample: NodeSample) -> str:
    """What is said of a node's own weights."""
    return {
        "untrained": "Untrained: its weights are random.",
        "partly": "Partly untrained: some of its weights are random.",
    }.get(sample.weights, "")


def told_right(sample: NodeSample) -> bool | None:
    """Whether the likeliest class is the right one; None where it is not known."""
    if not sample.shares or not sample.truth:
        return None
    return sample.shares[0].name == sample.truth


def told_tokens(tokens: Sequence[str]) -> str:
    """Tokens in a row, with signs for what cannot be seen."""
    shown = {" ": "␣", "\n": "⏎", "\t": "⇥"}
    between = "" if all(len(token) == 1 for token in tokens) else " "
    return between.join(shown.get(token, token) for token in tokens)
