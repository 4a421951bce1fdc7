"""Cards as the layout sees them: which stand in one stack, how high they are, which wires have a label."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.errors import UserError
from engine.facts import Inference
from engine.graph import NO_BLOCKS, Blocks, Edge, Graph, Node, make
from engine.layer import Input, layers

CARD_WIDTH, HEAD, SLIM, ROW = 224, 49, 37, 27
"""Measures of a card at 100 %: width, head with settings, head without, each further row of a stack."""
JOINED = frozenset({"Normalization", "Activation", "Regularization"})
"""Sections whose cards join the one above them as a row."""
REACH = 12
"""How far off a row may stand and still be drawn as joined: a head may lose or gain its line of settings."""

_summaries: dict[tuple[Any, ...], str] = {}


def summary_of(node: Node, blocks: Blocks = NO_BLOCKS) -> str:
    """The line of settings on a node's card, empty where there is none to show."""
    if node.block:
        return _block_summary(node, blocks)
    key = node.key
    if key not in _summaries:
        if len(_summaries) > 20_000:
            _summaries.clear()
        _summaries[key] = _layer_summary(node)
    return _summaries[key]


def _layer_summary(node: Node) -> str:
    if node.layer not in layers:
        return "not known here"
    try:
        return make(node).summary()
    except (UserError, TypeError, ValueError, KeyError):
        # an expression over a block's settings has no number yet: show what was typed
        return _typed(node)


def _typed(node: Node) -> str:
    """Settings as they were typed: expressions over a block's settings, and the settings of a block."""
    declared = layers[node.layer].params() if node.layer in layers else {}
    shown = []
    for key, value in node.params.items():
        label = declared[key].label.lower() if key in declared else key.replace("_", " ")
        if isinstance(value, bool):
            shown.append(label if value else f"no {label}")
        elif isinstance(value, str) and value.startswith("="):
            shown.append(f"{label} = {value.lstrip('= ')}")
        else:
            shown.append(f"{label} {' × '.join(map(str, value)) if isinstance(value, list) else value}")
    return " · ".join(shown[:3])


def _block_summary(node: Node, blocks: Blocks) -> str:
    if node.params or node.block not in blocks:
        return _typed(node) or "not known here"
    inside = blocks[node.block]
    count = len(inside.graph.nodes) - len(inside.inputs) - len(inside.outputs)
    return f"{count} layers" if count != 1 else "1 layer"


def host_of(graph: Graph, name: str) -> str:
    """The node that this one may join as a row, by what the two are and how they are wired; empty where none."""
    node = graph.nodes[name]
    feeds = graph.incoming[name]
    if node.layer not in layers or layers[node.layer].section not in JOINED or len(feeds) != 1:
        return ""
    host = graph.nodes[feeds[0].source]
    if host.block or host.layer not in layers or issubclass(layers[host.layer], Input):
        return ""
    return host.id if len(graph.outgoing[host.id]) == 1 else ""


def head_height(node: Node, blocks: Blocks = NO_BLOCKS) -> int:
    """How high a node's card is on its own."""
    if node.extra.get("collapsed") is True:
        return SLIM
    return HEAD if node.block or summary_of(node, blocks) or not node.known else SLIM


def stacks(graph: Graph, blocks: Blocks = NO_BLOCKS) -> dict[str, tuple[str, float]]:
    """The rows of all stacks as they stand: row -> (the stack's head, how far below the head's top it is drawn)."""
    rows: dict[str, tuple[str, float]] = {}
    bottoms: dict[str, float] = {}  # below the top of its stack
    for name in graph.order:
        host = host_of(graph, name)
        if host:
            head, _ = rows.get(host, (host, 0.0))
            top = graph.nodes[head]
            offset = bottoms[host]
            node = graph.nodes[name]
            if abs(node.x - top.x) <= 1 and abs(top.y + offset - node.y) <= REACH:
                rows[name] = (head, offset)
                bottoms[name] = offset + ROW
                continue
        bottoms[name] = head_height(graph.nodes[name], blocks)
    return rows


def labelled(
    graph: Graph, inference: Inference | None, rows: Mapping[str, tuple[str, float]] | None = None
) -> set[Edge]:
    """The wires that carry a shape label: where a shape changes, one wire for each output."""
    if inference is None:
        return set()
    rows = rows or {}
    found = set()
    for name, edges in graph.outgoing.items():
        head = rows.get(name, (name, 0.0))[0]
        facts = inference.facts.get(head)
        if facts is None:
            continue
        given = {tensor for tensors in facts.inputs.values() for tensor in tensors}
        here = graph.nodes[name]
        # the straightest wire of an output carries its label
        straight = sorted(
            edges, key=lambda edge: (abs(graph.nodes[edge.target].x - here.x), graph.nodes[edge.target].y)
        )
        shown = set()
        for edge in straight:
            tensor = inference.output(name, edge.output)
            if tensor is not None and tensor not in given and edge.output not in shown:
                shown.add(edge.output)
                found.add(edge)
    return found
