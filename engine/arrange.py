"""Edits of several nodes or wires at once: align, distribute, straighten, join, swap, take out of the chain, rest."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Literal

from engine.cards import CARD_WIDTH, stacks
from engine.edits import change, move, remove
from engine.errors import UserError
from engine.graph import NO_BLOCKS, Blocks, Edge, Graph, label_of, outputs_of, ports_of
from engine.layout import GAP_LABEL
from engine.placing import _push_down, _settle, bottom_of
from engine.wiring import connect, disconnect, first_feed, judge, splice

Side = Literal["left", "center", "right", "top", "middle", "bottom"]
RESTING = "resting_wires"
"""The key of `Graph.extra` that keeps wires which are turned off."""


# ---- where nodes stand -------------------------------------------------------------------------------------------


def _heads(graph: Graph, names: Iterable[str], blocks: Blocks) -> list[str]:
    """The chosen cards; rows of a stack stand for the stack they are part of."""
    rows = stacks(graph, blocks)
    return list(dict.fromkeys(rows.get(name, (name, 0.0))[0] for name in names))


def _bottom(graph: Graph, name: str, blocks: Blocks) -> float:
    rows = stacks(graph, blocks)
    members = [row for row, (head, _) in rows.items() if head == name]
    return max([bottom_of(graph, one, blocks) for one in (name, *members)])


def _shifted(graph: Graph, shifts: dict[str, tuple[float, float]], blocks: Blocks) -> Graph:
    """Move cards, each stack as one."""
    rows = stacks(graph, blocks)
    places = {}
    for name, node in graph.nodes.items():
        dx, dy = shifts.get(rows.get(name, (name, 0.0))[0], (0.0, 0.0))
        if dx or dy:
            places[name] = (node.x + dx, node.y + dy)
    return move(graph, places)


def align(graph: Graph, names: Iterable[str], side: Side, blocks: Blocks = NO_BLOCKS) -> Graph:
    """Bring chosen cards into line with the outermost of them, or with their middle."""
    heads = _heads(graph, names, blocks)
    if len(heads) < 2:
        raise UserError("Aligning takes at least two cards. Select more.")
    nodes = {name: graph.nodes[name] for name in heads}
    ends = {name: _bottom(graph, name, blocks) for name in heads}
    shifts: dict[str, tuple[float, float]] = {}
    for name, node in nodes.items():
        if side in ("left", "right"):  # all cards are equally wide
            edge = (min if side == "left" else max)(one.x for one in nodes.values())
            shifts[name] = (edge - node.x, 0.0)
        elif side == "center":
            middle = (min(one.x for one in nodes.values()) + max(one.x for one in nodes.values())) / 2
            shifts[name] = (round(middle) - node.x, 0.0)
        elif side == "top":
            shifts[name] = (0.0, min(one.y for one in nodes.values()) - node.y)
        elif side == "bottom":
            shifts[name] = (0.0, max(ends.values()) - ends[name])
        else:
            middle = (min(one.y for one in nodes.values()) + max(ends.values())) / 2
            shifts[name] = (0.0, round(middle - (node.y + ends[name]) / 2))
    return _shifted(graph, shifts, blocks)


def distribute(graph: Graph, names: Iterable[str], down: bool, blocks: Blocks = NO_BLOCKS) -> Graph:
    """Give chosen cards equal gaps; the outermost two stay."""
    heads = _heads(graph, names, blocks)
    if len(heads) < 3:
        raise UserError("Distributing takes at least three cards. Select more.")
    nodes = graph.nodes
    start = {name: nodes[name].y if down else nodes[name].x for name in heads}
    size = {name: _bottom(graph, name, blocks) - nodes[name].y if down else CARD_WIDTH for name in heads}
    heads.sort(key=lambda name: (start[name], name))
    last = heads[-1]
    gap = (start[last] - start[heads[0]] - sum(size[name] for name in heads[:-1])) / (len(heads) - 1)
    shifts, at = {}, start[heads[0]]
    for name in heads:
        shift = float(round(at) - start[name]) if name != last else 0.0
        shifts[name] = (0.0, shift) if down else (shift, 0.0)
        at += size[name] + gap
    return _shifted(graph, shifts, blocks)


def straighten(graph: Graph, names: Iterable[str], blocks: Blocks = NO_BLOCKS) -> Graph:
    """Bring each chosen card right below the chosen card that feeds it, so that the wires between them are straight."""
    chosen = set(_heads(graph, names, blocks))
    rows = stacks(graph, blocks)
    for name in graph.order:
        if name not in chosen:
            continue
        feed = first_feed(graph.nodes[name], graph.incoming[name], blocks)
        above = rows.get(feed.source, (feed.source, 0.0))[0] if feed else ""
        if above in chosen:
            graph = _shifted(graph, {name: (graph.nodes[above].x - graph.nodes[name].x, 0.0)}, blocks)
    return graph


# ---- which nodes -------------------------------------------------------------------------------------------------


def upstream(graph: Graph, names: Iterable[str]) -> set[str]:
    """The chosen nodes and everything that feeds them."""
    return _reached(names, lambda name: [edge.source for edge in graph.incoming.get(name, ())])


def downstream(graph: Graph, names: Iterable[str]) -> set[str]:
    """The chosen nodes and everything that they feed."""
    return _reached(names, lambda name: [edge.target for edge in graph.outgoing.get(name, ())])


def _reached(names: Iterable[str], near: Any) -> set[str]:
    found, waiting = set(), list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(near(name))
    return found


# ---- wires -------------------------------------------------------------------------------------------------------


def join(graph: Graph, names: Iterable[str], blocks: Blocks = NO_BLOCKS) -> Graph:
    """Wire chosen nodes one after the other, from top to bottom, where an input is still free.

    Raises:
        UserError: no wire could be made; says why for the first pair.
    """
    chain = sorted((graph.node(name) for name in names), key=lambda node: (node.y, node.x, node.id))
    if len(chain) < 2:
        raise UserError("Joining takes at least two nodes. Select more.")
    whys, made = [], False
    for upper, lower in itertools.pairwise(chain):
        if any(edge.source == upper.id for edge in graph.incoming[lower.id]):
            continue
        try:
            graph = _joined(graph, upper.id, lower.id, blocks)
            made = True
        except UserError as error:
            whys.append(error.message)
    if not made:
        raise UserError(whys[0] if whys else "These nodes are joined already.")
    return graph


def _joined(graph: Graph, upper: str, lower: str, blocks: Blocks) -> Graph:
    taken = {edge.input for edge in graph.incoming[lower]}
    free = [port for port in ports_of(graph.nodes[lower], blocks) if port.many or port.name not in taken]
    if not free:
        raise UserError(f"{label_of(graph.nodes[lower])} has no free input. Remove a wire first.")
    return connect(graph, upper, lower, free[0].name, "", blocks)


def swap_inputs(graph: Graph, name: str, blocks: Blocks = NO_BLOCKS) -> Graph:
    """Exchange the first two wires into a node.

    Raises:
        UserError: fewer than two wires come in, or one of them does not fit the other's port.
    """
    node = graph.node(name)
    order = {port.name: place for place, port in enumerate(ports_of(node, blocks))}
    feeds = sorted(graph.incoming[name], key=lambda edge: (order.get(edge.input, 99), edge.index))[:2]
    if len(feeds) < 2:
        raise UserError(f"{label_of(node)} has fewer than two wires coming in, so there is nothing to swap.")
    one, two = feeds
    kept = [edge for edge in graph.edges if edge not in feeds]
    bare = replace(graph, edges=tuple(kept))
    for edge, other in ((one, two), (two, one)):
        judge(bare, edge.source, edge.output, name, other.input, blocks)
    swapped = [
        replace(one, input=two.input, index=two.index),
        replace(two, input=one.input, index=one.index),
    ]
    return replace(graph, edges=(*kept, *swapped))


def extract(graph: Graph, names: Iterable[str], aside: float = CARD_WIDTH + 96) -> Graph:
    """Take nodes out of the chain: what fed them feeds what they fed, and they stand beside it with their own wires."""
    chosen = [graph.node(name).id for name in names]
    inner = [edge for edge in graph.edges if edge.source in chosen and edge.target in chosen]
    bridged = remove(graph, chosen, reconnect=True)
    if bridged.edges == remove(graph, chosen).edges and not _crossing(graph, chosen):
        raise UserError("These nodes stand alone already.")
    nodes = {name: replace(node, x=node.x + aside) if name in chosen else node for name, node in graph.nodes.items()}
    return replace(graph, nodes=nodes, edges=(*bridged.edges, *inner))


def _crossing(graph: Graph, chosen: list[str]) -> bool:
    return any((edge.source in chosen) != (edge.target in chosen) for edge in graph.edges)


def splice_here(graph: Graph, edge: Edge, name: str, blocks: Blocks = NO_BLOCKS) -> Graph:
    """Lead a wire through a node that stands free, bring the node into line and move what is below out of its way."""
    wired = splice(graph, edge, name, blocks)
    settled = _settle(wired, name, edge.source, blocks)
    if graph.nodes[edge.target].y <= graph.nodes[edge.source].y:
        return settled
    return _push_down(settled, name, edge.target, blocks)


def can_splice(graph: Graph, edge: Edge, name: str, blocks: Blocks = NO_BLOCKS) -> bool:
    """Whether a node that stands free could stand in a wire."""
    if graph.incoming[name] or graph.outgoing[name] or name in (edge.source, edge.target):
        return False
    try:
        splice(graph, edge, name, blocks)
    except UserError:
        return False
    return True


def rewire(graph: Graph, old: Iterable[Edge], side: str, node: str, port: str, blocks: Blocks = NO_BLOCKS) -> Graph:
    """Move one end of several wires to another port: of outputs where `side` is "out", else of inputs."""
    moved = sorted(old)
    graph = disconnect(graph, moved)
    for edge in moved:
        if side == "out":
            graph = connect(graph, node, edge.target, edge.input, port, blocks)
        else:
            graph = connect(graph, edge.source, node, port, edge.output, blocks)
    return graph


# ---- wires at rest -----------------------------------------------------------------------------------------------


def resting(graph: Graph) -> tuple[Edge, ...]:
    """The wires that are turned off: they carry nothing, but are still drawn and can be turned on again."""
    found = []
    kept = graph.extra.get(RESTING, ())
    for entry in kept if isinstance(kept, list | tuple) else ():
        if isinstance(entry, list | tuple) and len(entry) == 4 and all(isinstance(part, str) for part in entry):
            edge = Edge(*entry)
            if edge.source in graph.nodes and edge.target in graph.nodes and not _same_wire(graph, edge):
                found.append(edge)
    return tuple(dict.fromkeys(found))


def _same_wire(graph: Graph, edge: Edge) -> bool:
    ends = (edge.source, edge.output, edge.target, edge.input)
    return any((one.source, one.output, one.target, one.input) == ends for one in graph.incoming[edge.target])


def _keep_resting(graph: Graph, edges: Iterable[Edge]) -> Graph:
    rest = [[edge.source, edge.output, edge.target, edge.input] for edge in sorted(set(edges))]
    extra = {key: value for key, value in graph.extra.items() if key != RESTING}
    return replace(graph, extra={**extra, RESTING: rest} if rest else extra)


def turn_off(graph: Graph, edges: Iterable[Edge]) -> Graph:
    """Turn wires off: the network goes on as if they were not there."""
    chosen = list(edges)
    cut = disconnect(graph, chosen)
    return _keep_resting(cut, [*resting(graph), *(replace(edge, index=0) for edge in chosen)])


def turn_on(graph: Graph, edge: Edge, blocks: Blocks = NO_BLOCKS) -> Graph:
    """Turn a resting wire on again; `UserError` where it does not fit any more."""
    others = [one for one in resting(graph) if one != edge]
    wired = connect(graph, edge.source, edge.target, edge.input, edge.output, blocks)
    return _keep_resting(wired, others)


def forget_resting(graph: Graph, edges: Iterable[Edge]) -> Graph:
    """Take resting wires away for good."""
    gone = set(edges)
    return _keep_resting(graph, [one for one in resting(graph) if one not in gone])


# ---- marks of nodes ----------------------------------------------------------------------------------------------


def marked(graph: Graph, name: str, mark: str) -> bool:
    """Whether a node is "locked" (stays where it is) or "collapsed" (shows its name alone)."""
    return graph.node(name).extra.get(mark) is True


def mark(graph: Graph, names: Iterable[str], mark: str, on: bool) -> Graph:
    """Turn a mark of nodes on or off."""
    for name in names:
        extra = {key: value for key, value in graph.node(name).extra.items() if key != mark}
        graph = change(graph, name, extra={**extra, mark: True} if on else extra)
    return graph


def free_outputs(graph: Graph, name: str, blocks: Blocks = NO_BLOCKS) -> list[str]:
    """The outputs of a node that feed nothing yet."""
    used = {edge.output for edge in graph.outgoing[name]}
    return [output for output in outputs_of(graph.nodes[name], blocks) if output not in used]


def room_below(graph: Graph, name: str, blocks: Blocks = NO_BLOCKS) -> float:
    """Where the next card would begin."""
    return _bottom(graph, name, blocks) + GAP_LABEL
