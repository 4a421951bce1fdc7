"""Where one works in a project: a network, or the inside of a block that an instance in it stands for."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.errors import UserError
from engine.facts import Inference
from engine.graph import Graph, label_of
from engine.project import Project


@dataclass(frozen=True)
class Place:
    """A network by name, and the block instances that were entered, from the outside in."""

    network: str = ""
    path: tuple[str, ...] = ()

    @property
    def inside(self) -> bool:
        """Whether this is the inside of a block."""
        return bool(self.path)

    def entered(self, name: str) -> Place:
        """The inside of a block instance that stands here."""
        return replace(self, path=(*self.path, name))

    def left(self) -> Place:
        """One level up; the network itself stays where it is."""
        return replace(self, path=self.path[:-1])


def known(project: Project, place: Place) -> Place:
    """The place, or the nearest one around it that the project still has."""
    network = place.network if place.network in project.networks else next(iter(project.networks))
    graph = project.networks[network]
    path: list[str] = []
    for name in place.path:
        node = graph.nodes.get(name)
        if node is None or node.block not in project.blocks:
            break
        path.append(name)
        graph = project.blocks[node.block].graph
    return Place(network, tuple(path))


def block_at(project: Project, place: Place) -> str:
    """The name of the block whose inside this is, empty for a network."""
    graph = project.networks[place.network]
    block = ""
    for name in place.path:
        block = graph.nodes[name].block
        graph = project.blocks[block].graph
    return block


def graph_at(project: Project, place: Place) -> Graph:
    """The graph at a place."""
    block = block_at(project, place)
    return project.blocks[block].graph if block else project.networks[place.network]


def with_graph_at(project: Project, place: Place, graph: Graph) -> Project:
    """The project with another graph at a place; inside a block, every instance of the block changes with it."""
    block = block_at(project, place)
    if block:
        return replace(project, blocks={**project.blocks, block: replace(project.blocks[block], graph=graph)})
    return replace(project, networks={**project.networks, place.network: graph})


def walk_at(walk: Inference, place: Place) -> Inference | None:
    """The inference at a place, out of the network's own: the first repeat of every instance on the way."""
    found = walk
    for name in place.path:
        facts = found.facts.get(name)
        if facts is None or not facts.inner:
            return None
        found = facts.inner[0]
    return found


def crumbs(project: Project, place: Place) -> list[tuple[str, Place]]:
    """The way to a place in words, the network first."""
    found = [(place.network, Place(place.network))]
    graph = project.networks[place.network]
    for depth, name in enumerate(place.path):
        node = graph.nodes[name]
        found.append((label_of(node), Place(place.network, place.path[: depth + 1])))
        graph = project.blocks[node.block].graph
    return found


def add_network(project: Project, name: str) -> Project:
    """One more network on a tab of its own.

    Raises:
        UserError: the name is empty or taken.
    """
    name = name.strip()
    if not name or len(name) > 60:
        raise UserError("A network needs a name of at most 60 letters.")
    if name in project.networks:
        raise UserError(f"There is a network called {name!r} already. Choose another name.")
    return replace(project, networks={**project.networks, name: Graph()})


def rename_network(project: Project, old: str, new: str) -> Project:
    """Another name for a network; its place among the tabs stays."""
    if old == new:
        return project
    grown = add_network(project, new)
    renamed = {(new.strip() if name == old else name): graph for name, graph in project.networks.items()}
    return replace(grown, networks=renamed)


def remove_network(project: Project, name: str) -> Project:
    """The project without one of its networks; the last one stays."""
    if len(project.networks) == 1:
        raise UserError("A project has at least one network. Add another one first.")
    return replace(project, networks={other: graph for other, graph in project.networks.items() if other != name})
