"""Dots on wires: points that a wire is led through. They are drawn and kept with the graph, and compute nothing.

A graph keeps them under a key of its `extra`, so that files without dots stay as they were and an older version keeps
the dots of a newer one. `carried` is asked once after every edit: it lets dots follow what became of their wires.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.arrange import resting
from engine.graph import Edge, Graph
from engine.graphfile import FARTHEST, _short
from engine.project import Project

DOTS = "wire_dots"
"""The key of `Graph.extra` that keeps them: source, output, target, input, index, points."""
MOST = 64
"""So many dots lead one wire."""

Point = tuple[float, float]
Dots = dict[Edge, tuple[Point, ...]]


def dots_of(graph: Graph) -> Dots:
    """The dots of each wire that has some, in the order in which the wire runs through them; of resting ones, too."""
    kept = graph.extra.get(DOTS, ())
    if not isinstance(kept, list | tuple) or not kept:
        return {}
    found: Dots = {}
    lost: list[tuple[Edge, tuple[Point, ...]]] = []
    rest = resting(graph)
    edges = {*graph.edges, *rest}
    for edge, points in filter(None, map(_read, kept)):
        if edge in edges:
            found[edge] = points
        else:
            lost.append((edge, points))
    for old, points in lost:  # wires of one port are numbered anew when one of them goes
        near = (*graph.incoming.get(old.target, ()), *rest)
        same = [edge for edge in near if _ends(edge) == _ends(old) and edge not in found]
        if same:
            found[same[0]] = points
    return found


def _ends(edge: Edge) -> tuple[str, str, str, str]:
    return edge.source, edge.output, edge.target, edge.input


def _read(entry: Any) -> tuple[Edge, tuple[Point, ...]] | None:
    """One entry of a file, None where it makes no sense: dots are no reason to refuse a network."""
    if not isinstance(entry, list | tuple) or len(entry) != 6 or not all(isinstance(part, str) for part in entry[:4]):
        return None
    index, points = entry[4], entry[5]
    if not isinstance(index, int) or isinstance(index, bool) or not isinstance(points, list | tuple):
        return None
    read = [point for point in map(_point, points[:MOST]) if point is not None]
    source, output, target, input = entry[:4]
    return (Edge(source, output, target, input, index), tuple(read)) if read else None


def _point(value: Any) -> Point | None:
    if not isinstance(value, list | tuple) or len(value) != 2:
        return None
    if not all(isinstance(one, int | float) and not isinstance(one, bool) and math.isfinite(one) for one in value):
        return None
    x, y = (max(-FARTHEST, min(FARTHEST, float(one))) for one in value)
    return x, y


def _keep(graph: Graph, dots: Mapping[Edge, Sequence[Point]]) -> Graph:
    rows = [
        [*_ends(edge), edge.index, [[_short(x), _short(y)] for x, y in points[:MOST]]]
        for edge, points in sorted(dots.items())
        if points
    ]
    extra = {key: value for key, value in graph.extra.items() if key != DOTS}
    return replace(graph, extra={**extra, DOTS: rows} if rows else extra)


def put(graph: Graph, dots: Mapping[Edge, Sequence[Point]]) -> Graph:
    """Lead wires through these points from now on; through none where there are none."""
    return _keep(graph, {**dots_of(graph), **dots})


def without(graph: Graph, chosen: Iterable[tuple[Edge, int]]) -> Graph:
    """Take single dots away, each by its wire and its place along it."""
    gone = set(chosen)
    left = {
        edge: tuple(point for place, point in enumerate(points) if (edge, place) not in gone)
        for edge, points in dots_of(graph).items()
    }
    return _keep(graph, left)


def cleared(graph: Graph, names: Iterable[str] | None = None) -> Graph:
    """No dots on any wire, or on none between chosen nodes: what a new layout does, which lays wires by itself."""
    if DOTS not in graph.extra:
        return graph
    inner = None if names is None else set(names)
    kept = {
        edge: points
        for edge, points in dots_of(graph).items()
        if inner is not None and not {edge.source, edge.target} <= inner
    }
    return _keep(graph, kept)


def copied(graph: Graph, part: Graph) -> Graph:
    """A part of a graph with the dots of its inner wires."""
    inner = set(part.edges)
    kept = {edge: points for edge, points in dots_of(graph).items() if edge in inner}
    return _keep(part, kept) if kept else part


def pasted(graph: Graph, part: Graph, names: Mapping[str, str], dx: float, dy: float) -> Graph:
    """The dots of a part on the copies of its wires; `names` says which node became which."""
    made = {
        replace(edge, source=names[edge.source], target=names[edge.target]): _moved(points, dx, dy)
        for edge, points in dots_of(part).items()
        if edge.source in names and edge.target in names
    }
    return put(graph, made) if made else graph


def _moved(points: Iterable[Point], dx: float, dy: float) -> tuple[Point, ...]:
    return tuple((x + dx, y + dy) for x, y in points)


# ---- what becomes of dots when the network changes ---------------------------------------------------------------


def carried_along(before: Project, after: Project) -> Project:
    """A project after an edit, with the dots where they belong now; inner wires of a new block take theirs along."""
    old, new = _graphs(before), _graphs(after)
    if not any(DOTS in graph.extra for graph in (*old.values(), *new.values())):
        return after
    known = {edge: points for graph in old.values() for edge, points in dots_of(graph).items()}
    changed = {}
    for key, graph in new.items():
        if key in old:
            grown = carried(old[key], graph)
        else:
            grown = put(graph, {edge: points for edge, points in known.items() if edge in graph.edges})
        if grown is not graph:
            changed[key] = grown
    return _with_graphs(after, changed) if changed else after


def _graphs(project: Project) -> dict[tuple[str, str], Graph]:
    networks = {("network", name): graph for name, graph in project.networks.items()}
    return networks | {("block", name): block.graph for name, block in project.blocks.items()}


def _with_graphs(project: Project, graphs: Mapping[tuple[str, str], Graph]) -> Project:
    networks, blocks = dict(project.networks), dict(project.blocks)
    for (kind, name), graph in graphs.items():
        if kind == "network":
            networks[name] = graph
        else:
            blocks[name] = replace(blocks[name], graph=graph)
    return replace(project, networks=networks, blocks=blocks)


def carried(before: Graph, after: Graph) -> Graph:
    """A graph after an edit, with dots that follow their wires.

    Dots that the edit set or took away are left as it says. The others move where both ends of their wire moved
    alike, are shared out where a node came into the wire, joined where one went, and stay with a wire whose end goes
    elsewhere.
    """
    old = dots_of(before)
    if before is after or not (old or DOTS in after.extra):
        return after
    given = dots_of(after)
    standing = {*after.edges, *resting(after)}
    heirs = _Heirs(before, after)
    found: dict[Edge, tuple[Point, ...]] = dict(given)
    flow = {name: place for place, name in enumerate(before.order)}
    for edge, points in sorted(old.items(), key=lambda entry: (flow.get(entry[0].source, 0), entry[0])):
        if edge not in standing:
            for heir, share in heirs.of(edge, points):
                if heir not in given:
                    found[heir] = (*found.get(heir, ()), *share)
        elif given.get(edge) == points:
            found[edge] = _moved(points, *_shift(before, after, edge))
    kept = _keep(after, found)
    return after if kept.extra == after.extra else kept


def _step(before: Graph, after: Graph, name: str) -> Point:
    one, two = before.nodes[name], after.nodes.get(name)
    return (two.x - one.x, two.y - one.y) if two else (0.0, 0.0)


def _shift(before: Graph, after: Graph, edge: Edge) -> Point:
    """How far a wire moved as a whole: nothing where its ends moved differently."""
    start, end = _step(before, after, edge.source), _step(before, after, edge.target)
    return start if start == end else (0.0, 0.0)


class _Heirs:
    """Which new wires stand for a wire that an edit took away."""

    def __init__(self, before: Graph, after: Graph) -> None:
        self._before, self._after = before, after
        known, standing = set(before.edges), set(after.edges)
        self._fresh = sorted(standing - known)
        self._gone = sorted(known - standing)

    def of(self, edge: Edge, points: tuple[Point, ...]) -> list[tuple[Edge, tuple[Point, ...]]]:
        """The new wires with the dots that each takes over."""
        chain = self._chain(edge)
        if chain:
            return self._shared(edge, chain, points)
        same = [one for one in self._fresh if (one.source, one.output) == (edge.source, edge.output)]
        if len(same) == 1:  # its end goes elsewhere, or the node behind it went
            return [(same[0], points)]
        ends = [one for one in self._fresh if (one.target, one.input) == (edge.target, edge.input)]
        behind = [one for one in ends if self._led(one, edge)]
        if len(behind) == 1:
            return [(behind[0], _moved(points, *_step(self._before, self._after, edge.target)))]
        return []

    def _chain(self, edge: Edge) -> list[Edge]:
        """New wires that lead from where a wire began to where it ended, through nodes that came in."""
        path: list[Edge] = []
        at, output = edge.source, edge.output
        while len(path) <= len(self._fresh):
            steps = [one for one in self._fresh if one.source == at and output in ("", one.output) and one not in path]
            home = [one for one in steps if (one.target, one.input) == (edge.target, edge.input)]
            if home:
                return [*path, home[0]]
            if len(steps) != 1:
                return []
            path.append(steps[0])
            at, output = steps[0].target, ""
        return []

    def _shared(self, edge: Edge, chain: list[Edge], points: tuple[Point, ...]) -> list[tuple[Edge, tuple[Point, ...]]]:
        """The dots above a node that came in go to the wire into it, those below to the wire out of it."""
        down = _step(self._before, self._after, edge.target)
        left = list(points)
        found = []
        for wire in chain[:-1]:
            level = self._after.nodes[wire.target].y
            above = []
            while left and left[0][1] <= level:
                above.append(left.pop(0))
            found.append((wire, tuple(above)))
        # what the newcomers pushed down takes the dots in front of it along
        last = tuple(left) if len(chain) == 1 else _moved(left, *down)
        return [(wire, share) for wire, share in (*found, (chain[-1], last)) if share]

    def _led(self, fresh: Edge, edge: Edge) -> bool:
        """Whether a new wire begins where the old one came from, over nodes that went or were closed up behind."""
        if edge.source not in self._after.nodes:
            return True
        at = edge.source
        for _ in self._gone:
            feeds = [one for one in self._gone if one.target == at]
            if any((one.source, one.output) == (fresh.source, fresh.output) for one in feeds):
                return True
            if len(feeds) != 1:
                return False
            at = feeds[0].source
        return False
