"""Folds a very long network into columns, cut where only one wire crosses, so that it can be seen at once."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping

from engine.cards import CARD_WIDTH, ROW, head_height
from engine.graph import NO_BLOCKS, Blocks, Edge, Graph
from engine.layout import layout

WORTH = 1800.0
"""A network that is not taller than this is left as it is."""
_ASPECT = 1.5  # how much wider than tall the result may be
_BESIDE = 120.0


def folded(
    graph: Graph, blocks: Blocks = NO_BLOCKS, labels: Collection[Edge] | None = None
) -> dict[str, tuple[float, float]]:
    """Places for all nodes as `layout` gives them, cut into columns that are read from left to right."""
    places = layout(graph, None, blocks, labels)
    if not places:
        return places
    height = max(y for _, y in places.values()) + ROW
    width = max(x for x, _ in places.values()) + CARD_WIDTH
    if height <= WORTH:
        return places
    cuts = _thin_cuts(graph, places, blocks)
    count = max(2, round((_ASPECT * height / (width + _BESIDE)) ** 0.5))
    chosen = _chosen(cuts, height, count)
    if not chosen:
        return places
    return _in_columns(places, chosen)


def _thin_cuts(graph: Graph, places: Mapping[str, tuple[float, float]], blocks: Blocks) -> list[float]:
    """The heights between two cards at which exactly one wire crosses and no card is cut."""
    tops = sorted({y for _, y in places.values()})
    steps: dict[float, int] = {}
    for edge in graph.edges:
        upper, lower = places[edge.source][1], places[edge.target][1]
        if lower > upper:
            steps[upper] = steps.get(upper, 0) + 1
            steps[lower] = steps.get(lower, 0) - 1
    bottoms = sorted((y, y + head_height(graph.nodes[name], blocks)) for name, (_, y) in places.items())
    found, crossing, lowest, at = [], 0, float("-inf"), 0
    for top, following in itertools.pairwise(tops):
        crossing += steps.get(top, 0)
        while at < len(bottoms) and bottoms[at][0] <= top:
            lowest = max(lowest, bottoms[at][1])
            at += 1
        if crossing == 1 and lowest < following - 4:
            found.append(following)
    return found


def _chosen(cuts: list[float], height: float, count: int) -> list[float]:
    """Of the possible cuts those nearest to equal columns."""
    found: list[float] = []
    for number in range(1, count):
        wanted = height * number / count
        best = min(cuts, key=lambda cut: abs(cut - wanted), default=None)
        if best is not None and abs(best - wanted) < height / count / 2 and (not found or best > found[-1]):
            found.append(best)
    return found


def _in_columns(places: Mapping[str, tuple[float, float]], cuts: list[float]) -> dict[str, tuple[float, float]]:
    columns: list[list[str]] = [[] for _ in range(len(cuts) + 1)]
    for name, (_, y) in places.items():
        columns[sum(cut <= y for cut in cuts)].append(name)
    found, left = {}, 0.0
    for names in columns:
        first_x = min(places[name][0] for name in names)
        first_y = min(places[name][1] for name in names)
        for name in names:
            x, y = places[name]
            found[name] = (x - first_x + left, y - first_y)
        left = max(found[name][0] for name in names) + CARD_WIDTH + _BESIDE
    return found
