"""Wires: the one judge of a link, and the edits that make, take away and lead wires elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from engine.errors import UserError
from engine.graph import NO_BLOCKS, Blocks, Edge, Graph, Node, label_of, outputs_of, ports_of


def first_feed(node: Node, edges: Iterable[Edge], blocks: Blocks = NO_BLOCKS) -> Edge | None:
    """Of the wires into a node the one that counts as its main input: the first wire of the first port in use."""
    ports = {port.name: place for place, port in enumerate(ports_of(node, blocks))}
    return min(edges, key=lambda edge: (ports.get(edge.input, len(ports)), edge.index, edge.input), default=None)


def judge(
    graph: Graph, source: str, output: str, target: str, input: str, blocks: Blocks = NO_BLOCKS, element: str = ""
) -> Edge:
    """The wire as it would be, or a `UserError` that says why there can be none.

    Every way to make a wire asks here: the drag, the menu, the keyboard, the importer and the file loader. What only
    depends on sizes (an image into Linear) is allowed and shown as a problem with repairs; what can never be right
    (a circle, token ids into a convolution) is refused.

    Args:
        element: what the source's elements are (real, token, mask) where shapes are known.
    """
    start, end = graph.node(source), graph.node(target)
    if output not in outputs_of(start, blocks) and start.known:
        raise UserError(f"{label_of(start)} has no output called {output!r}.")
    ports = {port.name: port for port in ports_of(end, blocks)}
    if input not in ports and end.known:
        raise UserError(f"{label_of(end)} has no input called {input!r}.")
    if source == target:
        raise UserError(f"{label_of(start)} cannot feed itself. Data flows one way; put another node between.")
    if reaches(graph, target, source):
        raise UserError(
            f"This wire would close a circle: {label_of(end)} already feeds {label_of(start)}. Data flows one way."
        )
    port = ports.get(input)
    if (
        port
        and element
        and element not in port.elements()
        and not any(kind.article == "any tensor" for kind in port.accepts)
    ):
        given = {"token": "token ids", "mask": "a mask", "real": "numbers"}[element]
        raise UserError(f"{label_of(end)} needs {port.words()} at {input!r}. {label_of(start)} gives {given}.")
    taken = [edge for edge in graph.incoming[target] if edge.input == input]
    if any((edge.source, edge.output) == (source, output) for edge in taken) and not (port and port.many):
        raise UserError(f"{label_of(start)} and {label_of(end)} are already connected.")
    index = max((edge.index for edge in taken), default=-1) + 1 if port and port.many else 0
    return Edge(source, output, target, input, index)


def reaches(graph: Graph, start: str, goal: str) -> bool:
    """Whether data flows from one node to another."""
    seen, stack = {start}, [start]
    while stack:
        name = stack.pop()
        if name == goal:
            return True
        for edge in graph.outgoing[name]:
            if edge.target not in seen:
                seen.add(edge.target)
                stack.append(edge.target)
    return False


def connect(
    graph: Graph,
    source: str,
    target: str,
    input: str = "",
    output: str = "",
    blocks: Blocks = NO_BLOCKS,
    element: str = "",
) -> Graph:
    """Wire two nodes. Without port names it takes the first output and the first free input. On an input that takes
    one wire the new one replaces the old one.

    Raises:
        UserError: `judge` refuses the link, or every input of the target is taken.
    """
    output = output or _first(outputs_of(graph.node(source), blocks), label_of(graph.node(source)), "output")
    input = input or _free_input(graph, target, blocks)
    edge = judge(graph, source, output, target, input, blocks, element)
    many = any(port.many for port in ports_of(graph.node(target), blocks) if port.name == input)
    kept = [old for old in graph.edges if many or (old.target, old.input) != (target, input)]
    return graph.with_(edges=[*kept, edge])


def _first(names: tuple[str, ...], label: str, noun: str) -> str:
    if not names:
        raise UserError(f"{label} has no {noun}.")
    return names[0]


def _free_input(graph: Graph, target: str, blocks: Blocks) -> str:
    node = graph.node(target)
    ports = ports_of(node, blocks)
    taken = {edge.input for edge in graph.incoming[target]}
    for port in ports:
        if port.many or port.name not in taken:
            return port.name
    return _first(tuple(port.name for port in ports), label_of(node), "input")


def disconnect(graph: Graph, edges: Iterable[Edge]) -> Graph:
    """Take wires away; those behind them on the same port close up."""
    gone = set(edges)
    return graph.with_(edges=closed_up([edge for edge in graph.edges if edge not in gone]))


def closed_up(edges: list[Edge]) -> list[Edge]:
    """The wires of each port numbered from 0 without a gap."""
    counts: dict[tuple[str, str], int] = {}
    numbered: dict[Edge, Edge] = {}
    for edge in sorted(edges, key=lambda edge: edge.index):
        place = counts.get((edge.target, edge.input), 0)
        counts[(edge.target, edge.input)] = place + 1
        numbered[edge] = edge if edge.index == place else replace(edge, index=place)
    return [numbered[edge] for edge in edges]


def splice(graph: Graph, edge: Edge, name: str, blocks: Blocks = NO_BLOCKS) -> Graph:
    """Lead a wire through a node that is already there, by its first input and first output."""
    node = graph.node(name)
    if edge not in graph.edges:
        raise UserError(f"There is no wire from {edge.source!r} to {edge.target!r} any more.")
    ports, outputs = ports_of(node, blocks), outputs_of(node, blocks)
    if not ports or not outputs:
        raise UserError(f"{label_of(node)} cannot stand in a wire: it needs an input and an output.")
    without = graph.with_(edges=[old for old in graph.edges if old != edge])
    fed = connect(without, edge.source, name, ports[0].name, edge.output, blocks)
    judge(fed, name, outputs[0], edge.target, edge.input, blocks)
    return fed.with_(edges=[*fed.edges, Edge(name, outputs[0], edge.target, edge.input, edge.index)])
