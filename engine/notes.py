"""Notes and frames: edits of what lies on the canvas beside nodes, and which nodes a frame holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from engine.cards import CARD_WIDTH
from engine.errors import UserError
from engine.graph import NO_BLOCKS, Blocks, Frame, Graph
from engine.names import new_id
from engine.placing import bottom_of

NOTE_SIZE = (198.0, 86.0)
LEAST = (96.0, 48.0)
MOST_TEXT = 4000
FRAME_PAD, FRAME_HEAD = 24.0, 40.0
HUES = ("", "Dense", "Convolution", "Pooling", "Activation", "Recurrent", "Attention", "Loss")
"""What a frame may be tinted with: plain, or the hue of a palette section."""

Area = tuple[float, float, float, float]


def _with(graph: Graph, frames: Mapping[str, Frame]) -> Graph:
    return replace(graph, frames=frames)


def frame_of(graph: Graph, name: str) -> Frame:
    """The note or frame of that id; `UserError` where there is none."""
    try:
        return graph.frames[name]
    except KeyError:
        raise UserError(f"There is no note {name!r} in this network any more.") from None


def _fresh(graph: Graph, stem: str) -> str:
    return new_id(replace(graph, nodes=dict.fromkeys(graph.frames)), stem)  # type: ignore[arg-type]


def add_note(graph: Graph, x: float, y: float, text: str = "") -> tuple[Graph, str]:
    """A note card on the canvas; returns the graph and its id."""
    name = _fresh(graph, "note")
    frame = Frame(name, float(x), float(y), *NOTE_SIZE, text=_checked(text), kind="note")
    return _with(graph, {**graph.frames, name: frame}), name


def free_spot(graph: Graph, x: float, y: float) -> tuple[float, float]:
    """A place for a note beside what is there, at the height wanted."""
    wide, high = NOTE_SIZE
    taken: list[tuple[float, float, float, float]] = []
    taken += [(node.x, node.y, CARD_WIDTH, 60.0) for node in graph.nodes.values()]
    taken += [(one.x, one.y, one.width, one.height) for one in graph.frames.values() if one.kind == "note"]
    met = True
    while met:
        met = False
        for left, top, width, height in taken:
            if left < x + wide + 8 and x - 8 < left + width and top < y + high and y < top + height:
                x, met = left + width + 48, True
    return x, y


def frame_around(graph: Graph, names: Iterable[str], text: str = "", blocks: Blocks = NO_BLOCKS) -> tuple[Graph, str]:
    """A frame around nodes; returns the graph and its id.

    Raises:
        UserError: there is nothing to put a frame around.
    """
    chosen = [graph.node(name) for name in names]
    if not chosen:
        raise UserError("A frame goes around nodes. Select some first.")
    left = min(node.x for node in chosen) - FRAME_PAD
    top = min(node.y for node in chosen) - FRAME_HEAD
    right = max(node.x for node in chosen) + CARD_WIDTH + FRAME_PAD
    bottom = max(bottom_of(graph, node.id, blocks) for node in chosen) + FRAME_PAD
    name = _fresh(graph, "frame")
    frame = Frame(name, left, top, right - left, bottom - top, text=_checked(text), kind="frame")
    return _with(graph, {**graph.frames, name: frame}), name


def _checked(text: str) -> str:
    if len(text) > MOST_TEXT:
        raise UserError(f"A note holds at most {MOST_TEXT} letters. This one has {len(text)}; make two of it.")
    return text


def write(graph: Graph, name: str, text: str) -> Graph:
    """Another text for a note or a frame's title."""
    return _with(graph, {**graph.frames, name: replace(frame_of(graph, name), text=_checked(text))})


def tint(graph: Graph, name: str, hue: str) -> Graph:
    """Another tint for a frame or a note, the name of a palette section; empty takes it away."""
    if hue not in HUES:
        raise UserError(f"There is no tint {hue!r}. Choose one of {', '.join(one for one in HUES if one)}.")
    frame = frame_of(graph, name)
    extra = {key: value for key, value in frame.extra.items() if key != "hue"}
    return _with(graph, {**graph.frames, name: replace(frame, extra={**extra, "hue": hue} if hue else extra)})


def hue_of(frame: Frame) -> str:
    """The tint of a frame, empty for the plain one; what a file may hold else counts as plain."""
    hue = frame.extra.get("hue", "")
    return hue if hue in HUES else ""


def place(graph: Graph, areas: Mapping[str, Area]) -> Graph:
    """Put notes and frames elsewhere, with x, y, width and height; none gets smaller than it can be grabbed."""
    frames = dict(graph.frames)
    for name, (x, y, width, height) in areas.items():
        wide, high = max(LEAST[0], float(width)), max(LEAST[1], float(height))
        frames[name] = replace(frame_of(graph, name), x=float(x), y=float(y), width=wide, height=high)
    return _with(graph, frames)


def drop(graph: Graph, names: Iterable[str]) -> Graph:
    """Take notes and frames away; what stood in a frame stays."""
    gone = {frame_of(graph, name).id for name in names}
    return _with(graph, {name: frame for name, frame in graph.frames.items() if name not in gone})


def inside(graph: Graph, name: str, blocks: Blocks = NO_BLOCKS) -> tuple[list[str], list[str]]:
    """What a frame holds: nodes whose cards lie in it, and notes and smaller frames. A note holds nothing."""
    frame = frame_of(graph, name)
    if frame.kind == "note":
        return [], []
    right, bottom = frame.x + frame.width, frame.y + frame.height
    nodes = [
        node.id
        for node in graph.nodes.values()
        if frame.x <= node.x + CARD_WIDTH / 2 <= right and frame.y <= node.y and bottom_of_head(node.y) <= bottom
    ]
    frames = [
        other.id
        for other in graph.frames.values()
        if other.id != name
        and frame.x <= other.x
        and frame.y <= other.y
        and other.x + other.width <= right
        and other.y + other.height <= bottom
    ]
    return nodes, frames


def bottom_of_head(y: float) -> float:
    """How far down a card has to lie in a frame to be held by it: its head, not all its rows."""
    return y + 24
