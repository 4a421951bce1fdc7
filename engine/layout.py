"""Auto layout: a network read downwards, one straight trunk in the middle, shortcuts and side branches beside it.

Cards that belong together (a convolution, its norm, its activation) are laid out as one stack. Ranks are longest
paths, long wires become chains of thin placeholders, barycentre sweeps order each rank, and the straightest possible
columns are then packed from left to right. Pure Python: 1,000 nodes take a few hundredths of a second.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left, insort
from collections.abc import Collection, Mapping

from engine.cards import CARD_WIDTH, ROW, head_height, host_of
from engine.graph import NO_BLOCKS, Blocks, Edge, Graph, ports_of

GAP_LABEL, GAP = 40, 24
"""The room between two cards with and without a shape label on the wire."""
_SIDE, _BESIDE, _LANE = 56, 27, 14


def layout(
    graph: Graph,
    sizes: Mapping[str, tuple[float, float]] | None = None,
    blocks: Blocks = NO_BLOCKS,
    labels: Collection[Edge] | None = None,
) -> dict[str, tuple[float, float]]:
    """Places for all nodes, top left corners.

    Args:
        graph: any graph; nodes of a circle are put aside.
        sizes: width and height by node where they differ from a plain card; a size also keeps a node out of a stack.
        blocks: the definitions that block instances refer to.
        labels: the wires that need room for a shape label; all of them by default.
    """
    if not graph.nodes:
        return {}
    units = _Units(graph, sizes or {}, blocks)
    ranks = _ranks(units)
    net = _Net(units, ranks)
    _order(net)
    x = _columns(net, _trunk(units, ranks))
    y = _heights(units, ranks, labels)
    places = {}
    left = min(x[unit] - units.width[unit] / 2 for unit in units.members)
    for unit, members in units.members.items():
        top = y[ranks[unit]]
        for name, offset in members:
            places[name] = (float(round((x[unit] - units.width[unit] / 2 - left) / 4) * 4), float(round(top + offset)))
    return places


class _Units:
    """The graph with stacks taken as one: members with offsets, sizes, and wires between units."""

    def __init__(self, graph: Graph, sizes: Mapping[str, tuple[float, float]], blocks: Blocks) -> None:
        self.graph = graph
        self.unit: dict[str, str] = {}
        self.members: dict[str, list[tuple[str, float]]] = {}
        self.width: dict[str, float] = {}
        self.height: dict[str, float] = {}
        known = set(graph.order)
        for name in (*graph.order, *(name for name in graph.nodes if name not in known)):
            host = host_of(graph, name)
            if host in self.unit and name not in sizes and host not in sizes:
                unit = self.unit[host]
                self.unit[name] = unit
                self.members[unit].append((name, self.height[unit]))
                self.height[unit] += ROW
                continue
            width, height = sizes.get(name, (CARD_WIDTH, head_height(graph.nodes[name], blocks)))
            self.unit[name], self.members[name] = name, [(name, 0.0)]
            self.width[name], self.height[name] = width, height
        self._wires(graph, blocks)

    def _wires(self, graph: Graph, blocks: Blocks) -> None:
        self.before: dict[str, list[str]] = {unit: [] for unit in self.members}
        self.after: dict[str, list[str]] = {unit: [] for unit in self.members}
        known = set(graph.order)
        for name in graph.order:
            places = {port.name: place for place, port in enumerate(ports_of(graph.nodes[name], blocks))}
            feeds = sorted(graph.incoming[name], key=lambda edge: (places.get(edge.input, 0), edge.index))
            target = self.unit[name]
            for edge in feeds:
                source = self.unit[edge.source]
                if edge.source in known and source != target and source not in self.before[target]:
                    self.before[target].append(source)
                    self.after[source].append(target)


def _ranks(units: _Units) -> dict[str, int]:
    """Longest path from above; what only feeds something far below moves down to it."""
    ranks: dict[str, int] = {}
    for unit in units.members:  # the members are in data flow order
        ranks[unit] = max((ranks[source] + 1 for source in units.before[unit]), default=0)
    for unit in reversed(list(units.members)):
        if not units.before[unit] and units.after[unit]:
            ranks[unit] = min(ranks[target] for target in units.after[unit]) - 1
    return ranks


def _trunk(units: _Units, ranks: Mapping[str, int]) -> list[str]:
    """The longest way through the network, which stands in one straight column."""
    length: dict[str, int] = {}
    follow: dict[str, str] = {}
    for unit in reversed(list(units.members)):
        best = max(units.after[unit], key=lambda target: length[target], default="")
        length[unit] = 1 + length.get(best, 0)
        follow[unit] = best
    at = max(units.members, key=lambda unit: length[unit])
    found = []
    while at:
        found.append(at)
        at = follow[at]
    return found


class _Net:
    """Units and placeholders by rank, with wires between neighboring ranks only."""

    def __init__(self, units: _Units, ranks: Mapping[str, int]) -> None:
        self.width: dict[str, float] = dict(units.width)
        self.up: dict[str, list[str]] = {unit: [] for unit in units.members}
        self.down: dict[str, list[str]] = {unit: [] for unit in units.members}
        self.rows: list[list[str]] = [[] for _ in range(max(ranks.values()) + 1)]
        self.dummies: set[str] = set()
        placed: set[str] = set()
        roots = sorted(
            (unit for unit in units.members if not units.before[unit]),
            key=lambda unit: (units.graph.nodes[unit].x, units.graph.nodes[unit].y),
        )
        for root in roots:
            self._place(root, units, ranks, placed)

    def _place(self, root: str, units: _Units, ranks: Mapping[str, int], placed: set[str]) -> None:
        """Depth first, the direct way before shortcuts: so shortcuts start out at the right of what they pass."""
        stack = [root]
        while stack:
            unit = stack.pop()
            if unit in placed:
                continue
            placed.add(unit)
            self.rows[ranks[unit]].append(unit)
            targets = sorted(units.after[unit], key=lambda target: ranks[target])
            for target in targets:
                self._wire(unit, target, ranks)
            stack.extend(reversed(targets))

    def _wire(self, source: str, target: str, ranks: Mapping[str, int]) -> None:
        at = source
        for rank in range(ranks[source] + 1, ranks[target]):
            dummy = f"{source}>{target}@{rank}"
            self.dummies.add(dummy)
            self.width[dummy] = _LANE
            self.up[dummy], self.down[dummy] = [], []
            self.rows[rank].append(dummy)
            self._link(at, dummy)
            at = dummy
        self._link(at, target)

    def _link(self, upper: str, lower: str) -> None:
        self.down[upper].append(lower)
        self.up[lower].append(upper)

    def room(self, left: str, right: str) -> float:
        """The least distance between the centers of two neighbors of one rank."""
        thin = (left in self.dummies) + (right in self.dummies)
        return (self.width[left] + self.width[right]) / 2 + (_SIDE, _BESIDE, 0)[thin]


def _order(net: _Net) -> None:
    """Barycentre sweeps down and up; the best order of all is kept."""
    # the first sweep sorts what the walk above left in order of discovery
    best, fewest = [list(row) for row in net.rows], _crossings(net)
    stale = 0
    for sweep in range(8):
        if not fewest or stale > 2:
            break
        _sweep(net, down=sweep % 2 == 0)
        count = _crossings(net)
        if count < fewest:
            best, fewest, stale = [list(row) for row in net.rows], count, 0
        else:
            stale += 1
    net.rows = best


def _sweep(net: _Net, down: bool) -> None:
    links = net.up if down else net.down
    rows = net.rows if down else net.rows[::-1]
    for other, row in itertools.pairwise(rows):
        place = {name: number for number, name in enumerate(other)}
        keys = {}
        for number, name in enumerate(row):
            # what feeds the first port of a card stands left of what feeds its second
            found = [place[near] + (0 if down else 0.01 * net.up[near].index(name)) for near in links[name]]
            keys[name] = sum(found) / len(found) if found else number * len(other) / max(1, len(row))
        row.sort(key=lambda name: keys[name])


def _crossings(net: _Net) -> int:
    """Wire crossings, counted row by row as inversions."""
    total = 0
    for upper, lower in zip(net.rows, net.rows[1:], strict=False):
        place = {name: number for number, name in enumerate(lower)}
        seen: list[int] = []
        for name in upper:
            ends = sorted(place[target] for target in net.down[name])
            total += sum(len(seen) - bisect_left(seen, end + 1) for end in ends)
            for end in ends:
                insort(seen, end)
    return total


def _columns(net: _Net, trunk: list[str]) -> dict[str, float]:
    """The center of everything: columns as straight as they can be, packed, then drawn towards their neighbors."""
    place = {name: number for row in net.rows for number, name in enumerate(row)}
    column = _aligned(net, place, trunk)
    x = _packed(net, column)
    for _ in range(3):
        _relax(net, column, x, place)
    return {name: x[column[name]] for name in place}


def _aligned(net: _Net, place: Mapping[str, int], trunk: list[str]) -> dict[str, str]:
    """Each node's column: wires become vertical by importance, as long as no two vertical ones would cross."""
    on_trunk = set(itertools.pairwise(trunk))
    wanted: list[tuple[int, int, str, str]] = []
    rank = {name: number for number, row in enumerate(net.rows) for name in row}
    for upper, targets in net.down.items():
        for lower in targets:
            both = (upper in net.dummies) + (lower in net.dummies)
            weight = 0 if (upper, lower) in on_trunk else 1 if both == 2 else 2 if not both else 3
            wanted.append((weight, net.up[lower].index(upper), upper, lower))
    wanted.sort(key=lambda wish: wish[:2])
    column = {name: name for name in place}
    below: dict[str, str] = {}
    above: dict[str, str] = {}
    taken: dict[int, list[tuple[int, int]]] = {}
    for _, _, upper, lower in wanted:
        if upper in below or lower in above:
            continue
        pairs = taken.setdefault(rank[upper], [])
        pair = (place[upper], place[lower])
        at = bisect_left(pairs, pair)
        if (at and pairs[at - 1][1] >= pair[1]) or (at < len(pairs) and pairs[at][1] <= pair[1]):
            continue
        pairs.insert(at, pair)
        below[upper], above[lower] = lower, upper
    for row in net.rows:
        for name in row:
            if name in above:
                column[name] = column[above[name]]
    return column


def _packed(net: _Net, column: Mapping[str, str]) -> dict[str, float]:
    """The leftmost place of every column."""
    right: dict[str, dict[str, float]] = {name: {} for name in set(column.values())}
    waiting = dict.fromkeys(right, 0)
    for row in net.rows:
        for one, two in itertools.pairwise(row):
            a, b = column[one], column[two]
            if b not in right[a]:
                waiting[b] += 1
            right[a][b] = max(right[a].get(b, 0.0), net.room(one, two))
    x = dict.fromkeys(right, 0.0)
    ready = [name for name, count in waiting.items() if not count]
    for name in ready:  # grows while it is walked
        for other, room in right[name].items():
            x[other] = max(x[other], x[name] + room)
            waiting[other] -= 1
            if not waiting[other]:
                ready.append(other)
    return x


def _relax(net: _Net, column: Mapping[str, str], x: dict[str, float], place: Mapping[str, int]) -> None:
    """Move each column towards the middle of what it is wired to, as far as its neighbors let it."""
    low = dict.fromkeys(x, float("-inf"))
    high = dict.fromkeys(x, float("inf"))
    pull: dict[str, list[float]] = {name: [] for name in x}
    members: dict[str, list[str]] = {name: [] for name in x}
    rank = {}
    for number, row in enumerate(net.rows):
        for name in row:
            members[column[name]].append(name)
            rank[name] = number
    for name in sorted(x, key=lambda name: -x[name]):
        low[name], high[name] = float("-inf"), float("inf")
        for member in members[name]:
            row, at = net.rows[rank[member]], place[member]
            if at:
                low[name] = max(low[name], x[column[row[at - 1]]] + net.room(row[at - 1], member))
            if at + 1 < len(row):
                high[name] = min(high[name], x[column[row[at + 1]]] - net.room(member, row[at + 1]))
            pull[name] += [x[column[near]] for near in (*net.up[member], *net.down[member]) if column[near] != name]
        found = sorted(pull[name])
        if found and low[name] <= high[name]:
            middle = (found[(len(found) - 1) // 2] + found[len(found) // 2]) / 2
            x[name] = min(max(middle, low[name]), high[name])


def _heights(units: _Units, ranks: Mapping[str, int], labels: Collection[Edge] | None) -> list[float]:
    """The top of every rank."""
    count = max(ranks.values()) + 1
    tall = [0.0] * count
    gap = [GAP_LABEL if labels is None else GAP] * count
    for unit, rank in ranks.items():
        tall[rank] = max(tall[rank], units.height[unit])
    for edge in labels or ():
        if edge.source in units.unit:
            gap[ranks[units.unit[edge.source]]] = GAP_LABEL
    tops, at = [], 0.0
    for rank in range(count):
        tops.append(at)
        at += tall[rank] + gap[rank]
    return tops
