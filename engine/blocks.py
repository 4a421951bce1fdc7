"""Blocks as edits: make one from a selection, unpack it, make an instance unique, lend out a setting."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from engine.cards import head_height
from engine.declare import plain
from engine.dots import Dots, dots_of, put
from engine.edits import is_expression, part_of
from engine.errors import UserError, listed
from engine.expressions import evaluate
from engine.graph import BLOCK, Block, BlockParam, Blocks, Edge, Graph, Node, label_of
from engine.graphfile import graph_json
from engine.layer import Input, Objective, layers
from engine.layout import GAP_LABEL
from engine.names import new_id, stem_of
from engine.places import Place, graph_at, with_graph_at
from engine.project import Project
from engine.wiring import reaches

MOST_NAME = 60


def free_name(blocks: Blocks, wanted: str) -> str:
    """A name that no block has yet."""
    name, number = wanted, 2
    while name in blocks:
        name, number = f"{wanted} {number}", number + 1
    return name


def check_name(blocks: Blocks, name: str) -> str:
    """A block's name, tidied; `UserError` where it is empty, too long or taken."""
    name = " ".join(name.split())
    if not name or len(name) > MOST_NAME or not re.search(r"[A-Za-z0-9]", name):
        raise UserError(f"A block needs a name of at most {MOST_NAME} letters, with at least one letter or digit.")
    if name in blocks:
        raise UserError(f"There is a block called {name!r} already. Choose another name.")
    return name


# ---- make and unpack ---------------------------------------------------------------------------------------------


def group(project: Project, place: Place, names: Iterable[str], name: str = "") -> tuple[Project, str]:
    """Put nodes into a new block and one instance of it where they stood; returns the project and the instance's id.

    What the nodes read from outside becomes inputs, what is read of them outside becomes outputs.

    Raises:
        UserError: inputs or losses are among the nodes, or a path leaves the selection and comes back.
    """
    graph = graph_at(project, place)
    chosen = [one for one in graph.order if one in set(names)]
    _refuse(graph, chosen)
    block_name = check_name(project.blocks, name) if name else free_name(project.blocks, "Block")
    block, feeds, reads = _block_of(graph, chosen, block_name)
    top = min((graph.nodes[one] for one in chosen), key=lambda node: (node.y, node.x))
    instance = new_id(graph, stem_of(block_name))
    kept = {one: node for one, node in graph.nodes.items() if one not in chosen}
    node = Node(instance, BLOCK + block_name, {}, top.x, top.y)
    inner = set(chosen)
    edges = [edge for edge in graph.edges if edge.source not in inner and edge.target not in inner]
    edges += [Edge(source, output, instance, end) for (source, output), end in feeds.items()]
    edges += [
        replace(edge, source=instance, output=reads[(edge.source, edge.output)])
        for edge in graph.edges
        if edge.source in inner and edge.target not in inner
    ]
    grown = replace(graph, nodes={**kept, instance: node}, edges=tuple(edges))
    changed = with_graph_at(project, place, grown)
    return replace(changed, blocks={**changed.blocks, block_name: block}), instance


def _refuse(graph: Graph, chosen: list[str]) -> None:
    if not chosen:
        raise UserError("Select the nodes that the block should hold.")
    wrong = [
        label_of(graph.nodes[one])
        for one in chosen
        if graph.nodes[one].layer in layers
        and (
            issubclass(layers[graph.nodes[one].layer], Input | Objective)
            or graph.nodes[one].layer in ("Output", "BlockOutput")
        )
    ]
    if wrong:
        raise UserError(f"{listed(wrong, 'and')} cannot be inside a block. Leave inputs, outputs and losses outside.")
    inner = set(chosen)
    for edge in graph.edges:
        if edge.source in inner and edge.target not in inner and any(reaches(graph, edge.target, one) for one in inner):
            raise UserError(f"{label_of(graph.nodes[edge.target])} stands between the selected nodes. Select it too.")
    sharing = [node.id for node in graph.nodes.values() if node.shares and (node.id in inner) != (node.shares in inner)]
    if sharing:
        raise UserError(f"{listed(sharing, 'and')} shares weights across the block's edge. Select both nodes or none.")


def _block_of(
    graph: Graph, chosen: list[str], name: str
) -> tuple[Block, dict[tuple[str, str], str], dict[tuple[str, str], str]]:
    """The block, which outside value feeds which of its inputs, and which of its outputs carries which inner value."""
    inner = set(chosen)
    inside = part_of(graph, chosen)
    left = min(node.x for node in inside.nodes.values())
    top = min(node.y for node in inside.nodes.values())
    low = max(node.y for node in inside.nodes.values())
    nodes = dict(inside.nodes)
    edges = list(inside.edges)
    feeds: dict[tuple[str, str], str] = {}
    for edge in sorted(
        (one for one in graph.edges if one.target in inner and one.source not in inner),
        key=lambda one: (chosen.index(one.target), one.input, one.index),
    ):
        origin = (edge.source, edge.output)
        if origin not in feeds:
            end = new_id(Graph(nodes), "block_input")
            feeds[origin] = end
            nodes[end] = Node(
                end,
                "BlockInput",
                {"order": len(feeds) - 1} if len(feeds) > 1 else {},
                left + 240.0 * (len(feeds) - 1),
                top - 100,
            )
        edges.append(replace(edge, source=feeds[origin], output="out"))
    reads: dict[tuple[str, str], str] = {}
    leaving = [one for one in graph.edges if one.source in inner and one.target not in inner]
    origins = list(
        dict.fromkeys((one.source, one.output) for one in sorted(leaving, key=lambda one: chosen.index(one.source)))
    )
    if not origins:
        last = next(one for one in reversed(chosen) if not any(edge.source == one for edge in inside.edges))
        origins = [(last, "out")]
    for place, origin in enumerate(origins):
        end = new_id(Graph(nodes), "block_output")
        reads[origin] = end
        nodes[end] = Node(end, "BlockOutput", {"order": place} if place else {}, left + 240.0 * place, low + 100)
        edges.append(Edge(origin[0], origin[1], end, "x"))
    return Block(name, Graph(nodes, tuple(edges))), feeds, reads


def unpack(project: Project, place: Place, name: str) -> tuple[Project, list[str]]:
    """Put the inside of an instance in its place, settings filled in; repeats come one after the other.

    Raises:
        UserError: it is no block, or an expression over input sizes cannot be filled in here.
    """
    graph = graph_at(project, place)
    node = graph.node(name)
    block = project.blocks.get(node.block)
    if block is None:
        raise UserError(f"{label_of(node)} is no block.")
    if node.repeat > 1 and (len(block.inputs) != 1 or len(block.outputs) != 1):
        raise UserError(
            f"“{node.block}” is repeated, but has not one input and one output. Set repeat to 1, then unpack."
        )
    unpacking = _Unpacking(graph, node, block)
    for turn in range(node.repeat):
        unpacking.copy(turn)
    return with_graph_at(project, place, unpacking.result()), unpacking.made


class _Unpacking:
    """The copies of a block's inside, wired one behind the other."""

    def __init__(self, graph: Graph, node: Node, block: Block) -> None:
        self.graph, self.node, self.block = graph, node, block
        self.kept = {
            one: replace(other, shares="") if other.shares == node.id else other
            for one, other in graph.nodes.items()
            if one != node.id
        }
        self.nodes: dict[str, Node] = dict(self.kept)
        self.edges = [edge for edge in graph.edges if node.id not in (edge.source, edge.target)]
        self.made: list[str] = []
        # what each end of the block carries: its inputs from outside, its outputs after a copy
        self.fed = {edge.input: (edge.source, edge.output) for edge in graph.incoming[node.id]}
        self.out: dict[str, tuple[str, str]] = {}
        self.dots: Dots = {}
        ends = {end.id for end in (*block.inputs, *block.outputs)}
        self.inner = [one for one in block.graph.nodes.values() if one.id not in ends]
        self.left = min((one.x for one in self.inner), default=0.0)
        self.top = min((one.y for one in self.inner), default=0.0)
        self.height = max((one.y for one in self.inner), default=0.0) - self.top + 100

    def copy(self, turn: int) -> None:
        """One more copy, fed by the one before it."""
        fed = self.fed if turn == 0 else {self.block.inputs[0].id: self.out[self.block.outputs[0].id]}
        names: dict[str, str] = {}
        shift = (self.node.x - self.left, self.node.y - self.top + turn * self.height)
        for one in self.inner:
            new = new_id(Graph(self.nodes), re.sub(r"_\d+$", "", one.id))
            names[one.id] = new
            x, y = one.x + shift[0], one.y + shift[1]
            params = _filled(self.block, self.node.params, one)
            frozen = one.frozen or self.node.frozen
            self.nodes[new] = replace(one, id=new, params=params, x=x, y=y, shares="", frozen=frozen)
        for one in self.inner:
            if one.shares:
                self.nodes[names[one.id]] = replace(self.nodes[names[one.id]], shares=names.get(one.shares, ""))
        self.made += names.values()
        self.out = {}
        dots = dots_of(self.block.graph)
        for edge in self.block.graph.edges:
            origin = fed.get(edge.source) if edge.source not in names else (names[edge.source], edge.output)
            if origin is None:
                continue
            if edge.target in names:
                wire = replace(edge, source=origin[0], output=origin[1], target=names[edge.target])
                self.edges.append(wire)
                if edge in dots and edge.source in names:
                    self.dots[wire] = tuple((x + shift[0], y + shift[1]) for x, y in dots[edge])
            else:
                self.out[edge.target] = origin

    def result(self) -> Graph:
        """The graph with the copies in the instance's place."""
        for edge in self.graph.outgoing[self.node.id]:
            if edge.output in self.out:
                source, output = self.out[edge.output]
                self.edges.append(replace(edge, source=source, output=output))
        wired = replace(self.graph, nodes=self.nodes, edges=tuple(self.edges))
        return _cleared(put(wired, self.dots) if self.dots else wired, self.made, self.kept)


def _cleared(graph: Graph, made: list[str], kept: Mapping[str, Node]) -> Graph:
    """Move what stood below the instance down, clear of the nodes that came in."""
    if not made:
        return graph
    top = min(graph.nodes[one].y for one in made)
    low = max(graph.nodes[one].y + head_height(graph.nodes[one]) for one in made) + GAP_LABEL
    below = [node.y for one, node in graph.nodes.items() if one in kept and node.y > top]
    shift = max(0.0, low - min(below)) if below else 0.0
    nodes = {
        one: replace(node, y=node.y + shift) if one in kept and node.y > top else node
        for one, node in graph.nodes.items()
    }
    return replace(graph, nodes=nodes)


def _filled(block: Block, values: Mapping[str, Any], inner: Node) -> dict[str, Any]:
    """An inner node's settings with the block's settings put into its expressions."""
    known = {one.name: values.get(one.name, one.default) for one in block.params}
    found = {}
    for key, value in inner.params.items():
        if is_expression(value):
            try:
                value = plain(evaluate(value, known))
            except UserError as error:
                raise UserError(
                    f"{label_of(inner)}: {key} is worked out from the size of the block's input ({value}), so the "
                    "block cannot be unpacked. Set a number there first."
                ) from error
        found[key] = value
    return found


# ---- settings and copies -----------------------------------------------------------------------------------------


def promote(project: Project, block_name: str, node: str, key: str, name: str = "") -> Project:
    """Lend a setting of an inner node to the block's instances: it becomes a setting of the block.

    Raises:
        UserError: the setting is an expression already, or the name is taken.
    """
    block = project.blocks[block_name]
    inner = block.graph.node(node)
    cls = layers[inner.layer]
    declared = cls.params().get(key)
    if declared is None:
        raise UserError(f"{label_of(inner)} has no setting {key!r}.")
    value = inner.params.get(key, plain(declared.coerce(declared.default)))
    if is_expression(value):
        raise UserError(f"{declared.label} of {label_of(inner)} is lent out already ({value}).")
    if declared.kind == "size" and isinstance(value, list) and len(set(value)) == 1:
        value = value[0]
    if not isinstance(value, int | float | str | bool):
        raise UserError(f"{declared.label} is a list and cannot be lent out.")
    name = re.sub(r"\W", "_", (name or key).strip().lower())
    taken = {one.name for one in block.params} | {"input"}
    stem, number = name, 2
    while name in taken:
        name, number = f"{stem}_{number}", number + 1
    lent = BlockParam(name, value, declared.label, declared.help, declared.min, declared.max)
    nodes = {**block.graph.nodes, node: replace(inner, params={**inner.params, key: f"={name}"})}
    changed = replace(block, params=(*block.params, lent), graph=replace(block.graph, nodes=nodes))
    return replace(project, blocks={**project.blocks, block_name: changed})


def lent_alike(project: Project, block_name: str, node: str, key: str) -> str:
    """The block's setting that another node's setting of the same kind and value follows already, empty where none:
    two convolutions of a residual block share their number of filters."""
    block = project.blocks[block_name]
    inner = block.graph.node(node)
    declared = layers[inner.layer].params().get(key)
    if declared is None:
        return ""
    value = inner.params.get(key, plain(declared.coerce(declared.default)))
    alike = [one for one in block.params if one.label == declared.label and one.default == value]
    return alike[0].name if alike else ""


def follow(project: Project, block_name: str, node: str, key: str, name: str) -> Project:
    """Let a setting of an inner node follow a setting that the block lends out already."""
    block = project.blocks[block_name]
    inner = block.graph.node(node)
    nodes = {**block.graph.nodes, node: replace(inner, params={**inner.params, key: f"={name}"})}
    changed = replace(block, graph=replace(block.graph, nodes=nodes))
    return replace(project, blocks={**project.blocks, block_name: changed})


def make_unique(project: Project, place: Place, name: str) -> tuple[Project, str]:
    """Give an instance a block of its own, so that edits inside no longer change the others; returns the new name."""
    graph = graph_at(project, place)
    node = graph.node(name)
    block = project.blocks.get(node.block)
    if block is None:
        raise UserError(f"{label_of(node)} is no block.")
    new = free_name(project.blocks, block.name)
    nodes = {**graph.nodes, name: replace(node, layer=BLOCK + new)}
    changed = with_graph_at(project, place, replace(graph, nodes=nodes))
    return replace(changed, blocks={**changed.blocks, new: replace(block, name=new)}), new


def rename_block(project: Project, old: str, new: str) -> Project:
    """Another name for a block, in every instance."""
    if " ".join(new.split()) == old:
        return project
    name = check_name(project.blocks, new)

    def renamed(graph: Graph) -> Graph:
        nodes = {
            one: replace(node, layer=BLOCK + name) if node.block == old else node for one, node in graph.nodes.items()
        }
        return replace(graph, nodes=nodes)

    blocks = {
        (name if key == old else key): replace(block, name=name if key == old else key, graph=renamed(block.graph))
        for key, block in project.blocks.items()
    }
    networks = {key: renamed(graph) for key, graph in project.networks.items()}
    return replace(project, blocks=blocks, networks=networks)


def used(project: Project, name: str) -> int:
    """How many instances of a block there are, in networks and in other blocks."""
    graphs = [*project.networks.values(), *(block.graph for block in project.blocks.values())]
    return sum(node.block == name for graph in graphs for node in graph.nodes.values())


def needs(blocks: Blocks, name: str) -> list[str]:
    """The blocks that a block is made of, itself last."""
    found: list[str] = []
    seen: set[str] = set()  # a file may hold blocks that contain each other

    def visit(one: str) -> None:
        if one in seen or one not in blocks:
            return
        seen.add(one)
        for node in blocks[one].graph.nodes.values():
            if node.block:
                visit(node.block)
        found.append(one)

    visit(name)
    return found


def take_blocks(project: Project, blocks: Blocks, name: str) -> Project:
    """Bring a block of a library, with those it is made of, into a project. One that is there already with the same
    inside is used; one of the same name with another inside is an error.

    Raises:
        UserError: a name is taken by a different block.
    """
    found = dict(project.blocks)
    for one in needs(blocks, name):
        mine = found.get(one)
        if mine is not None and graph_json(mine.graph) != graph_json(blocks[one].graph):
            raise UserError(f"This project has another block called {one!r}. Rename that one first.")
        found[one] = blocks[one]
    return replace(project, blocks=found)
