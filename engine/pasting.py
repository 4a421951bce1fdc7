"""Copies of nodes and notes for the clipboard: with what fed them from outside, placed where the person wants them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from engine import dots
from engine.edits import move, part_of, paste
from engine.errors import UserError
from engine.graph import NO_BLOCKS, Blocks, Edge, Frame, Graph, Node
from engine.graphfile import FARTHEST
from engine.notes import add_note, frame_of
from engine.wiring import connect

OUTER = "outer_wires"


def copied(graph: Graph, names: Iterable[str], frames: Iterable[str] = ()) -> Graph:
    """The chosen nodes with the wires between them, chosen notes and frames, and a record of the wires from outside."""
    part = part_of(graph, names)
    outer = [
        [edge.source, edge.output, edge.target, edge.input, graph.nodes[edge.source].layer]
        for name in part.nodes
        for edge in graph.incoming[name]
        if edge.source not in part.nodes
    ]
    chosen = {name: frame_of(graph, name) for name in frames}
    return dots.copied(graph, replace(part, frames=chosen, extra={OUTER: outer} if outer else {}))


def corner(part: Graph) -> tuple[float, float]:
    """The upper left corner of what was copied."""
    things: list[Node | Frame] = [*part.nodes.values(), *part.frames.values()]
    return min((one.x for one in things), default=0.0), min((one.y for one in things), default=0.0)


def pasted(
    graph: Graph, part: Graph, dx: float, dy: float, outer: bool = False, blocks: Blocks = NO_BLOCKS
) -> tuple[Graph, list[str], list[str]]:
    """Add a copy of nodes and notes with new ids; returns the graph, the new nodes and the new notes and frames.

    Args:
        outer: also wire the copies to what fed the originals, as far as that is still there and fits.
    """
    grown, made = paste(graph, replace(part, frames={}, extra={}), dx, dy)
    grown = dots.pasted(grown, part, dict(zip(part.nodes, made, strict=True)), dx, dy)
    if outer:
        new = dict(zip(part.nodes, made, strict=True))
        for edge, layer in _outer_wires(part):
            # in another network a node may bear the same id by chance
            if edge.source in graph.nodes and graph.nodes[edge.source].layer == layer and edge.target in new:
                grown = _fed(grown, replace(edge, target=new[edge.target]), blocks)
    near = {name: (_near(grown.nodes[name].x), _near(grown.nodes[name].y)) for name in made}
    grown = move(grown, near)
    notes = []
    for frame in part.frames.values():
        grown, name = add_note(grown, 0, 0)
        copy = replace(frame, id=name, x=_near(frame.x + dx), y=_near(frame.y + dy))
        grown = replace(grown, frames={**grown.frames, name: copy})
        notes.append(name)
    return grown, made, notes


def _near(place: float) -> float:
    """A place on the canvas that a file can hold, whatever a clip says."""
    return max(-FARTHEST, min(FARTHEST, place))


def _outer_wires(part: Graph) -> list[tuple[Edge, str]]:
    """The wires that came from outside, each with what kind of node it came from."""
    kept = part.extra.get(OUTER, ())
    return [
        (Edge(*entry[:4]), entry[4])
        for entry in (kept if isinstance(kept, list) else ())
        if isinstance(entry, list) and len(entry) == 5 and all(isinstance(one, str) for one in entry)
    ]


def _fed(graph: Graph, edge: Edge, blocks: Blocks) -> Graph:
    try:
        return connect(graph, edge.source, edge.target, edge.input, edge.output, blocks)
    except UserError:
        return graph  # the network has changed since: the copy stays open there
