"""What the Build page does with several nodes, wires, notes and frames at once: each an edit of one step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QPointF

from engine import arrange, notes
from engine.arrange import Side, marked
from engine.cards import labelled
from engine.dots import cleared
from engine.edits import move, part_of, remove
from engine.errors import UserError
from engine.facts import Facts
from engine.fold import folded
from engine.graph import Edge, Graph, label_of
from engine.keeping import keeping
from engine.layer import layers
from engine.layout import layout
from engine.padding import joins, set_joined
from engine.wiring import connect, disconnect
from widgets.canvas.spots import spot

if TYPE_CHECKING:
    from app.build import BuildPage


class Arranging(QObject):
    """Commands and wishes of the canvas about where things stand and how they hang together."""

    def __init__(self, page: BuildPage) -> None:
        super().__init__(page)
        self._page = page
        self._document = page.document

    def connect_canvas(self) -> None:
        """Listen to the canvas."""
        canvas = self._page.canvas
        canvas.frames_moved.connect(self._on_frames_moved)
        canvas.frame_text_wanted.connect(self._on_frame_text)
        canvas.frames_remove_wanted.connect(self.remove_frames)
        canvas.splice_wanted.connect(self._on_splice)
        canvas.copy_wanted.connect(self._on_copy)
        canvas.rewire_wanted.connect(self._on_rewire)
        canvas.rest_wanted.connect(self._on_rest)

    @property
    def _names(self) -> list[str]:
        return list(self._page.selection)

    @property
    def _blocks(self):
        return self._document.project.blocks

    def _edit(self, words: str, change: Callable[[Graph], Graph], merge: str = "") -> bool:
        return self._page.edit(words, change, merge)

    # ---- where things stand --------------------------------------------------------------------------------------

    def align(self, side: Side) -> None:
        """Bring the selected cards into line."""
        self._edit(f"Align {side}", lambda graph: arrange.align(graph, self._names, side, self._blocks))

    def distribute(self, down: bool) -> None:
        """Even gaps between the selected cards."""
        words = "Distribute down" if down else "Distribute across"
        self._edit(words, lambda graph: arrange.distribute(graph, self._names, down, self._blocks))

    def straighten(self) -> None:
        """Straight wires between the selected cards, between all where none is selected."""
        names = self._names or list(self._page.graph.nodes)
        self._edit("Straighten", lambda graph: arrange.straighten(cleared(graph, names), names, self._blocks))

    def tidy(self) -> None:
        """Lay out the selected nodes where they stand, all where fewer than two are; dots on their wires go."""
        names = self._names if len(self._names) > 1 else []
        walk = self._document.walk_here

        def edit(graph: Graph) -> Graph:
            part = part_of(graph, names) if names else graph
            graph = cleared(graph, names or None)  # the layout leads wires by itself
            places = layout(part, None, self._blocks, labelled(part, walk))
            if names:
                left, top = (min(getattr(graph.nodes[name], axis) for name in names) for axis in "xy")
                places = {name: (x + left, y + top) for name, (x, y) in places.items()}
            return move(graph, {name: at for name, at in places.items() if not marked(graph, name, "locked")})

        if self._edit("Tidy up the selection" if names else "Tidy up", edit) and not names:
            self._page.canvas.camera.fit()

    def fold(self) -> None:
        """Lay everything out in columns, so that a very long network can be seen at once."""
        walk = self._document.walk_here

        def edit(graph: Graph) -> Graph:
            graph = cleared(graph)
            places = folded(graph, self._blocks, labelled(graph, walk))
            return move(graph, {name: at for name, at in places.items() if not marked(graph, name, "locked")})

        if self._edit("Tidy up in columns", edit):
            self._page.canvas.camera.fit()

    def toggle_mark(self, mark: str, words: str) -> None:
        """Lock or collapse the selected nodes; all of them the way the first one turns."""
        on = not marked(self._page.graph, self._names[0], mark)
        said = words if on else f"{'Unlock' if mark == 'locked' else 'Expand'}"
        self._edit(said, lambda graph: arrange.mark(graph, self._names, mark, on))

    # ---- choosing ------------------------------------------------------------------------------------------------

    def select_upstream(self) -> None:
        self._page.select(sorted(arrange.upstream(self._page.graph, self._names)))

    def select_downstream(self) -> None:
        self._page.select(sorted(arrange.downstream(self._page.graph, self._names)))

    def invert(self) -> None:
        """Select what is not selected."""
        self._page.select([name for name in self._page.graph.nodes if name not in self._names])

    # ---- wires ---------------------------------------------------------------------------------------------------

    def join(self) -> None:
        """Wire the selected nodes from top to bottom."""
        self._edit("Join", lambda graph: arrange.join(graph, self._names, self._blocks))

    def swap_inputs(self) -> None:
        name = self._names[-1]
        self._edit("Swap inputs", lambda graph: arrange.swap_inputs(graph, name, self._blocks))

    def extract(self) -> None:
        """Take the selected nodes out of the chain, which closes behind them."""
        self._edit("Take out of the chain", lambda graph: arrange.extract(graph, self._names))

    def break_wires(self) -> None:
        """Remove every wire of the selected nodes."""

        def edit(graph: Graph) -> Graph:
            ends = set(self._names)
            gone = [edge for edge in graph.edges if edge.source in ends or edge.target in ends]
            if not gone:
                raise UserError("These nodes have no wires.")
            return disconnect(graph, gone)

        self._edit("Break wires", edit)

    def turn_off(self, edges: Iterable[Edge]) -> None:
        """Turn wires off; they are kept and can be turned on again."""
        chosen = list(edges)
        self._edit("Turn wire off", lambda graph: arrange.turn_off(graph, chosen))

    def forget(self, edge: Edge) -> None:
        self._edit("Remove wire", lambda graph: arrange.forget_resting(graph, [edge]))

    def _on_rest(self, edge: Edge, on: bool) -> None:
        if on:
            self._edit("Turn wire on", lambda graph: arrange.turn_on(graph, edge, self._blocks))
        else:
            self.turn_off([edge])

    def toggle_wires(self) -> None:
        """Turn the chosen wires off; where none is chosen, all resting ones of the selected nodes on."""
        edges = sorted(self._page.canvas.mirror.selected_edges)
        if edges:
            self.turn_off(edges)
            return
        names = set(self._names)
        rest = [one for one in arrange.resting(self._page.graph) if {one.source, one.target} & names]

        def edit(graph: Graph) -> Graph:
            for edge in rest:
                graph = arrange.turn_on(graph, edge, self._blocks)
            return graph

        self._edit("Turn wires on", edit)

    def why_not_toggle_wires(self) -> str:
        """Why no wire can be turned off or on, empty where one can."""
        names = set(self._names)
        rest = any({one.source, one.target} & names for one in arrange.resting(self._page.graph))
        return "" if self._page.canvas.mirror.selected_edges or rest else "Click a wire first."

    def _on_rewire(self, edges: list[Edge], side: str, node: str, port: str) -> None:
        blocks = self._blocks
        self._edit("Move wires", lambda graph: arrange.rewire(graph, edges, side, node, port, blocks))

    def _on_splice(self, name: str, edge: Edge) -> None:
        words = f"Insert {label_of(self._page.graph.nodes[name])}"
        self._edit(words, lambda graph: arrange.splice_here(graph, edge, name, self._blocks))

    def _on_copy(self, names: list[str], dx: float, dy: float) -> None:
        self._page.clipboard.copy_by(names, dx, dy)

    # ---- notes and frames ----------------------------------------------------------------------------------------

    def frame(self) -> None:
        """A frame around the selected nodes, its title ready to be written."""
        made: list[str] = []

        def edit(graph: Graph) -> Graph:
            grown, name = notes.frame_around(graph, self._names, "", self._blocks)
            made.append(name)
            return grown

        if self._edit("Frame", edit) and made:
            self._page.canvas.choose((), frames={made[-1]})
            self._page.canvas.write(made[-1])

    def add_note(self, at: QPointF | None = None) -> None:
        """A note card, ready to be written."""
        place = at or spot(self._page.canvas)
        made: list[str] = []

        def edit(graph: Graph) -> Graph:
            grown, name = notes.add_note(graph, *notes.free_spot(graph, round(place.x()), round(place.y())))
            made.append(name)
            return grown

        if self._edit("Add note", edit) and made:
            self._page.canvas.choose((), frames={made[-1]})
            self._page.canvas.write(made[-1])

    def tint(self, frame: str, hue: str) -> None:
        self._edit("Tint", lambda graph: notes.tint(graph, frame, hue))

    def remove_frames(self, frames: list[str], names: list[str]) -> None:
        """Remove notes and frames, and nodes that were chosen with them."""
        words = "Delete note" if len(frames) == 1 and not names else "Delete"
        self._edit(words, lambda graph: notes.drop(remove(graph, names), frames))

    def _on_frames_moved(self, areas: dict, places: dict) -> None:
        self._edit("Move frame", lambda graph: move(notes.place(graph, areas), places), merge="move")

    def _on_frame_text(self, frame: str, text: str) -> None:
        self._edit("Write note", lambda graph: notes.write(graph, frame, text))

    # ---- settings ------------------------------------------------------------------------------------------------

    def why_not_keep_size(self) -> str:
        """Why the selected nodes cannot be set to keep their size, empty where one can."""
        if self._keepings():
            return ""
        slides = [name for name in self._names if "padding" in self._settings(name)]
        return "No padding keeps the size here, or it is kept already." if slides else "Select a convolution first."

    def _settings(self, name: str) -> Mapping[str, Any]:
        layer = self._page.graph.nodes[name].layer
        return layers[layer].params() if layer in layers else {}

    def _keepings(self) -> dict[str, tuple[str, Any]]:
        """For each selected node the setting that keeps its size; a convolution with steps divides it by them."""
        found: dict[str, tuple[str, Any]] = {}
        for name in self._names:
            node = self._page.graph.nodes[name]
            kept = keeping(node, self._page.document.walk_here.facts.get(name, Facts()))
            if kept is not None:
                found[name] = (kept.name, kept.value)
            elif joins(self._settings(name), node.params) and not node.params.get("same"):
                found[name] = ("same", True)
        return found

    def keep_size(self) -> None:
        """Set the padding of the selected nodes so that what comes out is as large as what goes in."""
        found = self._keepings()

        def edit(graph: Graph) -> Graph:
            for name, (key, value) in found.items():
                graph = set_joined(graph, name, key, value)
            return graph

        self._edit("Keep size", edit)

    def set_of_all(self, key: str, value: Any) -> None:
        """Set one setting of all selected nodes."""
        names = list(self._names)

        def edit(graph: Graph) -> Graph:
            for name in names:
                graph = set_joined(graph, name, key, value)
            return graph

        self._edit(f"Set {key.replace('_', ' ')} of {len(names)} nodes", edit, merge=f"{','.join(names)}.{key}")

    def wire(self, source: str, output: str, target: str, input: str) -> None:
        """One wire, from a menu."""
        self._edit("Connect", lambda graph: connect(graph, source, target, input, output, self._blocks))
