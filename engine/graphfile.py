"""Graphs and blocks as JSON: one record per node and wire; what this version does not know is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from engine.errors import UserError
from engine.graph import Block, BlockParam, Edge, Frame, Graph, Node
from engine.layer import layers
from engine.names import valid_id

MOST_NODES = 20_000
MOST_EDGES = 100_000
MOST_BLOCKS = 1_000
DEEPEST_BLOCKS = 100
"""Blocks within blocks; people use two or three."""
MOST_TEXT = 20_000
MOST_NAME = 200
FARTHEST = 1e7
"""How far from the middle a card may stand; farther out, adding a pixel would change nothing."""


def _node_json(node: Node) -> dict[str, Any]:
    found: dict[str, Any] = {"id": node.id, "layer": node.layer, "x": _short(node.x), "y": _short(node.y)}
    if node.params:
        found["params"] = dict(node.params)
    for name, usual in (
        ("title", ""),
        ("note", ""),
        ("muted", False),
        ("frozen", False),
        ("lr", 1.0),
        ("shares", ""),
        ("repeat", 1),
    ):
        value = getattr(node, name)
        if value != usual:
            found[name] = value
    return {**found, **node.extra}


def _short(number: float) -> float | int:
    return int(number) if float(number).is_integer() else round(number, 3)


def _edge_json(edge: Edge) -> list[Any]:
    ends = [edge.source, edge.output, edge.target, edge.input]
    return [*ends, edge.index] if edge.index else ends


def graph_json(graph: Graph) -> dict[str, Any]:
    """A graph as JSON, also used for the clipboard: nodes in order of their ids, wires sorted."""
    found: dict[str, Any] = {
        "nodes": [_node_json(graph.nodes[name]) for name in sorted(graph.nodes)],
        "edges": [_edge_json(edge) for edge in sorted(graph.edges)],
    }
    if graph.frames:
        found["frames"] = [_open(vars(graph.frames[name])) for name in sorted(graph.frames)]
    return {**found, **graph.extra}


def _open(values: Mapping[str, Any]) -> dict[str, Any]:
    """A record with what this version does not know of it put back among its keys."""
    return {**{name: value for name, value in values.items() if name != "extra"}, **values["extra"]}


def block_json(block: Block) -> dict[str, Any]:
    params = [
        _open({name: value for name, value in vars(declared).items() if value is not None and value != ""})
        for declared in block.params
    ]
    found: dict[str, Any] = {"name": block.name, "graph": graph_json(block.graph)}
    if params:
        found["params"] = params
    if block.help:
        found["help"] = block.help
    return {**found, **block.extra}


def blocks_json(blocks: Mapping[str, Block]) -> list[dict[str, Any]]:
    """Blocks as JSON, as the project file and library files have them."""
    return [block_json(block) for block in blocks.values()]


# ---- from JSON ---------------------------------------------------------------------------------------------------


class Reader:
    """Collects everything that is wrong with a file, so that a person sees it all at once."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def wrong(self, where: str, expected: str) -> None:
        if len(self.problems) < 20:
            self.problems.append(f"{where} should be {expected}.")

    def get(self, values: Mapping[str, Any], name: str, kind: type | tuple[type, ...], usual: Any, where: str) -> Any:
        value = values.get(name, usual)
        if value is usual:
            return usual
        numbers = kind in (float, int) or kind == (int, float)
        good = isinstance(value, (int, float) if kind is float else kind) and not (numbers and isinstance(value, bool))
        if not good or (isinstance(value, str) and len(value) > MOST_TEXT):
            words = {str: "text", bool: "true or false", dict: "an object", list: "a list"}
            self.wrong(f"{where}: “{name}”", words.get(kind, "a number") if isinstance(kind, type) else "a number")
            return usual
        return value


def _read_node(values: Any, reader: Reader, where: str) -> Node | None:
    if (
        not isinstance(values, dict)
        or not isinstance(values.get("id"), str)
        or not isinstance(values.get("layer"), str)
    ):
        reader.wrong(where, "a node with an id and a layer")
        return None
    name = values["id"]
    if not valid_id(name):
        reader.wrong(f"{where}: the id {name[:40]!r}", "a plain name such as conv2d_1")
        return None
    known = {one.name for one in fields(Node)} - {"extra"}
    get = reader.get
    return Node(
        id=name,
        layer=_layer_now(values["layer"]),
        params=get(values, "params", dict, {}, name),
        x=_coordinate(get(values, "x", float, 0.0, name)),
        y=_coordinate(get(values, "y", float, 0.0, name)),
        title=get(values, "title", str, "", name),
        note=get(values, "note", str, "", name),
        muted=get(values, "muted", bool, False, name),
        frozen=get(values, "frozen", bool, False, name),
        lr=float(get(values, "lr", float, 1.0, name)),
        shares=get(values, "shares", str, "", name),
        repeat=max(1, min(10_000, int(get(values, "repeat", int, 1, name)))),
        extra={key: value for key, value in values.items() if key not in known},
    )


def _layer_now(name: str) -> str:
    """What a layer is called today; a name that this version does not know stays."""
    return layers[name].__name__ if name in layers else name


def _input_now(layer: str, name: str) -> str:
    """What an input is called today."""
    return layers[layer].old_ports.get(name, name) if layer in layers else name


def _coordinate(value: float) -> float:
    return max(-FARTHEST, min(FARTHEST, float(value)))


def _read_frame(values: Any, reader: Reader, where: str) -> Frame | None:
    if not isinstance(values, dict) or not isinstance(values.get("id"), str):
        reader.wrong(where, "an object with an id")
        return None
    sizes = {key: _coordinate(reader.get(values, key, float, 0.0, where)) for key in ("x", "y", "width", "height")}
    kind = values.get("kind", "note")
    if kind not in ("note", "frame"):
        reader.wrong(f"{where}: “kind”", "note or frame")
        kind = "note"
    known = {one.name for one in fields(Frame)} - {"extra"}
    return Frame(
        values["id"],
        **sizes,
        text=reader.get(values, "text", str, "", where),
        kind=kind,
        extra={key: value for key, value in values.items() if key not in known},
    )


def graph_from_json(values: Any, reader: Reader | None = None, where: str = "network") -> Graph:
    """A graph out of JSON; raises `UserError` with every fault unless a reader collects them."""
    own = reader is None
    reader = reader or Reader()
    if (
        not isinstance(values, dict)
        or not isinstance(values.get("nodes"), list)
        or not isinstance(values.get("edges"), list)
    ):
        reader.wrong(where, "an object with nodes and edges")
        values = {"nodes": [], "edges": []}
    if len(values["nodes"]) > MOST_NODES or len(values["edges"]) > MOST_EDGES:
        raise UserError(f"This network has more than {MOST_NODES} nodes or {MOST_EDGES} wires, more than Lamina opens.")
    nodes: dict[str, Node] = {}
    for place, item in enumerate(values["nodes"]):
        node = _read_node(item, reader, f"{where}: node {place + 1}")
        if node is not None and node.id in nodes:
            reader.wrong(f"{where}: the id {node.id!r}", "used once")
        elif node is not None:
            nodes[node.id] = node
    edges = _read_edges(values["edges"], nodes, reader, where)
    frames = {}
    for place, item in enumerate(reader.get(values, "frames", list, [], where)):
        frame = _read_frame(item, reader, f"{where}: note {place + 1}")
        if frame is not None:
            frames[frame.id] = frame
    if own and reader.problems:
        raise UserError(" ".join(reader.problems))
    extra = {key: value for key, value in values.items() if key not in ("nodes", "edges", "frames")}
    return Graph(nodes, edges, frames, extra)


def _read_edges(items: list[Any], nodes: Mapping[str, Node], reader: Reader, where: str) -> tuple[Edge, ...]:
    """The wires, each between nodes that exist. Whether they may be is asked by `engine.check` and the inference: a
    file with a circle opens, shows the problem and can be mended."""
    edges: dict[tuple[str, str, int], Edge] = {}
    for place, item in enumerate(items):
        label = f"{where}: wire {place + 1}"
        if not isinstance(item, list) or len(item) not in (4, 5) or not all(isinstance(part, str) for part in item[:4]):
            reader.wrong(label, "[source, output, target, input]")
            continue
        index = item[4] if len(item) == 5 else 0
        if not isinstance(index, int) or isinstance(index, bool) or not 0 <= index < MOST_NODES:
            reader.wrong(label, "numbered from 0")
            continue
        edge = Edge(item[0], item[1], item[2], item[3], index)
        lost = [name for name in (edge.source, edge.target) if name not in nodes]
        if lost:
            reader.wrong(
                f"{label} ({edge.source} to {edge.target})", f"between nodes that exist; there is no {lost[0]!r}"
            )
        else:
            edge = replace(edge, input=_input_now(nodes[edge.target].layer, edge.input))
            edges[(edge.target, edge.input, edge.index)] = edge
    return tuple(edges.values())


def read_blocks(items: list[Any], reader: Reader) -> dict[str, Block]:
    """The blocks of a file by name; what is wrong goes to the reader."""
    blocks: dict[str, Block] = {}
    if len(items) > MOST_BLOCKS:
        raise UserError(f"This file has more than {MOST_BLOCKS} blocks, more than Lamina opens.")
    for place, item in enumerate(items):
        where = f"block {place + 1}"
        name = item.get("name") if isinstance(item, dict) else None
        if not isinstance(name, str) or not 0 < len(name) <= MOST_NAME:
            reader.wrong(where, f"an object with a name of at most {MOST_NAME} characters")
            continue
        if name in blocks:
            reader.wrong(f"{where}: the name {name!r}", "used once")
        found = [
            _read_setting(one, reader, f"block {name!r}: setting {number + 1}")
            for number, one in enumerate(reader.get(item, "params", list, [], f"block {name!r}"))
        ]
        graph = graph_from_json(item.get("graph"), reader, f"block {name}")
        known = {"name", "graph", "params", "help"}
        extra = {key: value for key, value in item.items() if key not in known}
        params = tuple(one for one in found if one is not None)
        blocks[name] = Block(name, graph, params, reader.get(item, "help", str, "", f"block {name!r}"), extra)
    _refuse_depth(blocks)
    return blocks


def _read_setting(values: Any, reader: Reader, where: str) -> BlockParam | None:
    """A block's setting. Its name becomes an argument of the generated class, so it has to be a plain one."""
    if not isinstance(values, dict) or not isinstance(values.get("name"), str) or not valid_id(values["name"]):
        reader.wrong(where, "an object with a plain name, such as channels")
        return None
    default = values.get("default")
    if not isinstance(default, str | int | float | list) or (isinstance(default, str) and len(default) > MOST_TEXT):
        reader.wrong(f"{where}: “default”", "a value")
        return None
    known = {one.name for one in fields(BlockParam)} - {"extra"}
    return BlockParam(
        values["name"],
        default,
        label=reader.get(values, "label", str, "", where),
        help=reader.get(values, "help", str, "", where),
        min=reader.get(values, "min", float, None, where),
        max=reader.get(values, "max", float, None, where),
        extra={key: value for key, value in values.items() if key not in known},
    )


def _refuse_depth(blocks: Mapping[str, Block]) -> None:
    """Refuse blocks within each other beyond what can be walked; those that go round are shown as a problem."""
    left = {
        name: {node.block for node in block.graph.nodes.values() if node.block in blocks}
        for name, block in blocks.items()
    }
    rounds = 0
    while leaves := {name for name, used in left.items() if not used}:
        left = {name: used - leaves for name, used in left.items() if name not in leaves}
        rounds += 1
    if max(rounds, len(left)) > DEEPEST_BLOCKS:
        raise UserError(f"This file has more than {DEEPEST_BLOCKS} blocks within each other, more than Lamina opens.")


def blocks_from_json(values: Any, name: str) -> dict[str, Block]:
    """Blocks out of JSON; `UserError` with everything that is wrong."""
    reader = Reader()
    if not isinstance(values, list):
        reader.wrong("blocks", "a list")
        values = []
    found = read_blocks(values, reader)
    if reader.problems:
        raise UserError(f"{name} is damaged. " + " ".join(reader.problems))
    return found
