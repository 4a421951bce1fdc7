"""What turns one graph into another, node by node and wire by wire: the canvas redraws only that."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.graph import Edge, Graph


@dataclass(frozen=True)
class Diff:
    """What changed between two graphs, by node id and edge. `moved` are nodes of which only the place changed."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    added_edges: tuple[Edge, ...] = ()
    removed_edges: tuple[Edge, ...] = ()
    frames: bool = False

    def __bool__(self) -> bool:
        return any(
            (self.added, self.removed, self.changed, self.moved, self.added_edges, self.removed_edges, self.frames)
        )


def diff(before: Graph, after: Graph) -> Diff:
    """What turns one graph into the other."""
    changed: list[str] = []
    moved: list[str] = []
    for name, node in after.nodes.items():
        old = before.nodes.get(name)
        if old is None or old is node or old == node:
            continue
        (moved if replace(old, x=node.x, y=node.y) == node else changed).append(name)
    old_edges, new_edges = set(before.edges), set(after.edges)
    return Diff(
        added=tuple(name for name in after.nodes if name not in before.nodes),
        removed=tuple(name for name in before.nodes if name not in after.nodes),
        changed=tuple(changed),
        moved=tuple(moved),
        added_edges=tuple(edge for edge in after.edges if edge not in old_edges),
        removed_edges=tuple(edge for edge in before.edges if edge not in new_edges),
        frames=before.frames != after.frames,
    )
