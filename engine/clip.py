"""What the clipboard carries from window to window: nodes with the blocks they are made of, as JSON from a stranger."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from engine.blocks import free_name, needs
from engine.errors import UserError, listed
from engine.graph import BLOCK, Block, Blocks, Graph
from engine.graphfile import (
    MOST_BLOCKS,
    MOST_EDGES,
    MOST_NODES,
    Reader,
    block_json,
    blocks_json,
    graph_from_json,
    graph_json,
    read_blocks,
)
from engine.jsontext import parse
from engine.pasting import copied, pasted
from engine.places import Place, block_at, graph_at, with_graph_at
from engine.project import Project

FORMAT = 1
MOST_BYTES = 8 * 2**20
MOST_NESTED = 30
"""Blocks within blocks; people use two or three."""
EMPTY = "The clipboard holds no nodes. Copy some in Lamina first."


@dataclass(frozen=True)
class Clip:
    """Copied nodes and notes, and every block that they are made of."""

    part: Graph
    blocks: Blocks = field(default_factory=dict)


@dataclass(frozen=True)
class Pasted:
    """What a paste brought: the ids of new nodes and notes, new blocks, and those that needed another name."""

    nodes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    blocks: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)

    def words(self) -> str:
        """What a person should know of it, empty where a paste just pasted."""
        if self.renamed:
            pairs = [f"“{old}” is now “{new}”" for old, new in self.renamed.items()]
            return f"This project has other blocks of the same name, so {listed(pairs, 'and')} here."
        if self.blocks:
            names = listed([f"“{name}”" for name in self.blocks], "and")
            return f"The block{'s' if len(self.blocks) > 1 else ''} {names} came along."
        return ""


# ---- to and from text ---------------------------------------------------------------------------------------------


def clip_of(graph: Graph, blocks: Blocks, names: Iterable[str], frames: Iterable[str] = ()) -> Clip:
    """The chosen nodes and notes of a graph, with the blocks they need, the inner ones of those too."""
    part = copied(graph, names, frames)
    return Clip(part, {one: blocks[one] for one in _needed(part, blocks)})


def _needed(part: Graph, blocks: Blocks) -> list[str]:
    """The blocks of a graph's instances, each after those it is made of."""
    used = [node.block for node in part.nodes.values() if node.block in blocks]
    return list(dict.fromkeys(one for name in used for one in needs(blocks, name)))


def to_text(clip: Clip) -> str:
    """A clip as JSON text, which is also readable as text elsewhere."""
    found: dict[str, Any] = {"lamina": "nodes", "format": FORMAT, **graph_json(clip.part)}
    if clip.blocks:
        found["blocks"] = blocks_json(clip.blocks)
    return json.dumps(found, ensure_ascii=False)


def from_text(text: str) -> Clip:
    """A clip out of text that may come from anywhere.

    Raises:
        UserError: it is no clip, too large, damaged, from a newer version, or its blocks cannot be built.
    """
    if not text.lstrip().startswith("{"):
        raise UserError(EMPTY)
    if len(text) > MOST_BYTES:
        raise UserError(f"The clipboard holds more than {MOST_BYTES >> 20} MB, too much to paste. Copy fewer nodes.")
    values = parse(text, "The clipboard")
    if values.get("lamina") != "nodes":
        raise UserError("The clipboard holds JSON of another program. Copy nodes in Lamina first.")
    version = values.get("format", FORMAT)
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise UserError("The clipboard's nodes are damaged: their format is no number. Copy them again.")
    if version > FORMAT:
        raise UserError("These nodes were copied in a newer Lamina. Update Lamina to paste them.")
    reader = Reader()
    rest = {key: value for key, value in values.items() if key not in ("lamina", "format", "blocks")}
    part = graph_from_json(rest, reader, "clipboard")
    blocks = read_blocks(reader.get(values, "blocks", list, [], "clipboard"), reader)
    if reader.problems:
        raise UserError(f"The clipboard's nodes are damaged. {' '.join(reader.problems[:3])} Copy them again.")
    if not part.nodes and not part.frames:
        raise UserError(EMPTY)
    _refuse_circles(part, blocks)
    return Clip(part, {one: blocks[one] for one in _needed(part, blocks)})


def _refuse_circles(part: Graph, blocks: Blocks) -> None:
    """Neither wires nor blocks may go round: nothing in Lamina copies such nodes."""
    if len(part.order) < len(part.nodes):
        raise UserError("The clipboard's nodes feed each other in a circle. Data flows one way; copy other nodes.")
    depths: dict[str, int] = {}
    for name in blocks:
        if _depth(name, blocks, depths, ()) > MOST_NESTED:
            raise UserError(
                f"The clipboard's block “{name[:40]}” has more than {MOST_NESTED} blocks within each other."
            )


def _depth(name: str, blocks: Blocks, known: dict[str, int], path: tuple[str, ...]) -> int:
    """How many blocks lie within each other, this one counted; `UserError` where one contains itself."""
    if name in path:
        raise UserError(f"The clipboard's block “{name[:40]}” contains itself, so it cannot be built.")
    if name not in known:
        inner = {node.block for node in blocks[name].graph.nodes.values() if node.block in blocks}
        deepest = MOST_NESTED if len(path) > MOST_NESTED else 0  # deep enough to be refused: no need to go on
        for one in sorted(inner) if not deepest else ():
            deepest = max(deepest, _depth(one, blocks, known, (*path, name)))
        known[name] = deepest + 1
    return known[name]


# ---- into a project -----------------------------------------------------------------------------------------------


def paste(
    project: Project, place: Place, clip: Clip, dx: float, dy: float, outer: bool = False
) -> tuple[Project, Pasted]:
    """Put a clip into a project: blocks that are there already are used, others come along.

    A block of the same name with another inside gets a new name, and so does every block that is made of it.

    Args:
        outer: also wire the copies to what fed the originals, as far as that is still there and fits.

    Raises:
        UserError: a block would contain itself, or the project would grow beyond what can be opened again.
    """
    blocks, called = joined(project.blocks, clip.blocks)
    part = _renamed(clip.part, called)
    _refuse_inside_itself(part, blocks, block_at(project, place))
    grown, nodes, notes = pasted(graph_at(project, place), part, dx, dy, outer, blocks)
    if len(grown.nodes) > MOST_NODES or len(grown.edges) > MOST_EDGES or len(blocks) > MOST_BLOCKS:
        raise UserError(f"A network holds at most {MOST_NODES} nodes, {MOST_EDGES} wires and {MOST_BLOCKS} blocks.")
    changed = with_graph_at(replace(project, blocks=blocks), place, grown)
    new = tuple(name for name in blocks if name not in project.blocks)
    renamed = {old: name for old, name in called.items() if old != name and name in new}
    return changed, Pasted(tuple(nodes), tuple(notes), new, renamed)


def joined(mine: Blocks, others: Blocks) -> tuple[dict[str, Block], dict[str, str]]:
    """Two sets of blocks as one, and what each of the others is called in it."""
    found = dict(mine)
    called: dict[str, str] = {}
    for old in dict.fromkeys(one for name in others for one in needs(others, name)):
        block = replace(others[old], graph=_renamed(others[old].graph, called))
        called[old] = _same(found, block) or free_name(found, old)
        if called[old] not in found:
            found[called[old]] = replace(block, name=called[old])
    return found, called


def _same(blocks: Blocks, block: Block) -> str:
    """The block that is the same but for places, under its own name or one it was given before."""
    wanted = _content(block)
    given = re.compile(re.escape(block.name) + r"( \d+)?")
    return next((name for name, one in blocks.items() if given.fullmatch(name) and _content(one) == wanted), "")


def _content(block: Block) -> dict[str, Any]:
    """What a block is, without its name and without where its cards stand."""
    found = {key: value for key, value in block_json(block).items() if key != "name"}
    graph = dict(found["graph"])
    for kind in ("nodes", "frames"):
        graph[kind] = [
            {key: value for key, value in one.items() if key not in ("x", "y", "width", "height")}
            for one in graph.get(kind, ())
        ]
    return {**found, "graph": graph}


def _renamed(graph: Graph, called: Mapping[str, str]) -> Graph:
    """The graph with its instances pointing at blocks by the names they have now."""
    other = {BLOCK + old: BLOCK + new for old, new in called.items() if old != new}
    nodes = {
        name: replace(node, layer=other[node.layer]) if node.layer in other else node
        for name, node in graph.nodes.items()
    }
    return replace(graph, nodes=nodes)


def _refuse_inside_itself(part: Graph, blocks: Blocks, around: str) -> None:
    """A block cannot be a part of itself, nor of what it is made of."""
    if around and around in _needed(part, blocks):
        raise UserError(f"“{around}” would contain itself. Leave the block to paste this beside it.")
