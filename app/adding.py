"""Adding nodes on the Build page: from the palette, by drop, and by the quick search that shows what fits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QPoint, QPointF

from app import memory, nodeview
from engine.blocks import needs, take_blocks
from engine.cards import CARD_WIDTH
from engine.check import bridges
from engine.edits import add
from engine.graph import BLOCK, Block, Edge, Graph, label_of, outputs_of
from engine.layer import Input, layers
from engine.layout import GAP_LABEL
from engine.library import shipped
from engine.places import block_at, graph_at, with_graph_at
from engine.placing import add_after, free_place, insert_between, place_below
from engine.project import Project
from engine.wiring import connect
from widgets.quick_add import QuickAdd, QuickRow

if TYPE_CHECKING:
    from app.build import BuildPage


class Adding(QObject):
    """Puts new nodes on the canvas, wired where that is meant."""

    def __init__(self, page: BuildPage) -> None:
        super().__init__(page)
        self._page = page
        self._document = page.document
        self._menu = QuickAdd(page)
        self._menu.chosen.connect(self._on_chosen)
        self._quick: tuple[QPointF | None, str, str, str, str] | None = None

    @property
    def _blocks(self) -> dict[str, Block]:
        """The project's blocks and those of the library that ships; a name of the project comes first."""
        return {**shipped(), **self._document.project.blocks}

    def _carry_out(self, words: str, change_graph: Callable[[Graph], tuple[Graph, str]]) -> None:
        """One step of undo that adds a node; a block of the library comes into the project with it."""
        made: list[str] = []
        place, blocks = self._document.place, self._blocks

        def edit(project: Project) -> Project:
            grown, name = change_graph(graph_at(project, place))
            made.append(name)
            for node in grown.nodes.values():
                if node.block and node.block not in project.blocks:
                    project = take_blocks(project, blocks, node.block)
            return with_graph_at(project, place, grown)

        if self._document.edit(words, edit) and made:
            self._page.select([made[-1]])
            self._page.canvas.camera.show_node(made[-1])
            self._page.canvas.setFocus()

    def drop(self, layer: str, x: float, y: float, edge: Edge | None, after: str | None) -> None:
        if edge is not None:
            self._carry_out(f"Insert {label(layer)}", lambda graph: self._between(graph, edge, layer))
            return
        if after:
            self._carry_out(f"Add {label(layer)}", lambda graph: self._after(graph, after, "", layer))
            return
        self._carry_out(f"Add {label(layer)}", lambda graph: self._added(graph, layer, x, y))

    def _between(self, graph: Graph, edge: Edge, layer: str) -> tuple[Graph, str]:
        """A layer put into a wire."""
        grown = insert_between(graph, edge, layer, self._usual_params(layer), self._blocks)
        return grown, next(one for one in grown.nodes if one not in graph.nodes)

    def _added(self, graph: Graph, layer: str, x: float, y: float) -> tuple[Graph, str]:
        return add(graph, layer, x, y, self._usual_params(layer))

    def _usual_params(self, layer: str) -> dict[str, Any]:
        """What a fresh node starts with: a preset where one was chosen, and of the data the only field that fits."""
        if layer not in layers:
            return {}
        schema = self._document.project.data.schema
        found = self._page.presets.start(layer)
        for name, declared in layers[layer].params().items():
            if declared.kind == "field" and declared.fields is not None:
                role = "input" if issubclass(layers[layer], Input) else "target"
                fit = [one.name for one in schema.values() if one.kind in declared.fields.kinds and one.role == role]
                if len(fit) == 1:
                    found[name] = fit[0]
        return found

    def _after(
        self, graph: Graph, source: str, output: str, layer: str, place: tuple[float, float] | None = None
    ) -> tuple[Graph, str]:
        element = self._page.wires.element(source, output or "out")
        blocks = self._blocks
        return add_after(graph, source, layer, self._usual_params(layer), output, place, blocks, element)

    def add_layer(self, layer: str) -> None:
        """From the palette by key or double-click: after the selected node, else in the middle of the view."""
        if len(self._page.selection) == 1 and not (layer in layers and issubclass(layers[layer], Input)):
            self._insert_layer_after(self._page.selection[0], layer)
            return
        center = self._page.canvas.camera.seen().center()
        place = free_place(self._document.graph, center.x() - CARD_WIDTH / 2, center.y())
        self._carry_out(f"Add {label(layer)}", lambda graph: self._added(graph, layer, *place))

    def _insert_layer_after(self, name: str, layer: str) -> None:
        outputs = outputs_of(self._document.graph.nodes[name], self._blocks)
        edges = [edge for edge in self._document.graph.outgoing[name] if outputs and edge.output == outputs[0]]
        gives = layers[layer].outputs if layer in layers else ("out",)
        if len(edges) == 1 and gives:
            self._carry_out(f"Insert {label(layer)}", lambda graph: self._between(graph, edges[0], layer))
            return
        self._carry_out(f"Add {label(layer)}", lambda graph: self._after(graph, name, "", layer))

    def add_ends(self) -> None:
        """The ghost of an empty canvas: an input and an objective for the data; without data, the way to choose it."""
        from app.rebinding import with_ends

        place = self._document.place
        if not self._document.project.data.fields or place.inside:
            self._page.window_.show_page("data")
            return

        def edit(project: Project) -> Project:
            ends = with_ends(replace(project, networks={"here": Graph()}), blank=True)
            return with_graph_at(project, place, ends.graph)

        if self._document.edit("Add both ends", edit):
            self._page.canvas.camera.fit()

    def insert_after(self, name: str) -> None:
        """Open the quick search for what should follow a node."""
        outputs = outputs_of(self._document.graph.nodes[name], self._blocks)
        if not outputs:
            self._page.window_.say(
                f"{label_of(self._document.graph.nodes[name])} has no output, so nothing can follow it."
            )
            return
        self._page.canvas.camera.show_node(name)
        x, y = place_below(self._document.graph, name, self._blocks)
        at = self._page.canvas.viewport().mapToGlobal(self._page.canvas.mapFromScene(QPointF(x, y)))
        self._open_quick(None, at, name, outputs[0], "", "")

    def quick_add(self, scene: QPointF, at: QPoint, source: str, output: str, target: str, input: str) -> None:
        # behind a card the new one finds its place by itself; a wire dropped somewhere says where
        inserts = source and not target and self._is_below(scene, source)
        self._open_quick(None if inserts else scene, at, source, output, target, input)

    def _is_below(self, scene: QPointF, source: str) -> bool:
        x, y = place_below(self._document.graph, source, self._blocks)
        return abs(scene.x() - x - CARD_WIDTH / 2) < CARD_WIDTH / 4 and abs(scene.y() - y) < GAP_LABEL

    def _open_quick(self, scene: QPointF | None, at: QPoint, source: str, output: str, target: str, input: str) -> None:
        self._quick = (scene, source, output, target, input)
        tensor = self._document.walk_here.output(source, output) if source else None
        title = label_of(self._document.graph.nodes[source]) if source else ""
        self._menu.open_at(at, title, tensor.words() if tensor else "", self._quick_rows(source, output, target))

    def _quick_rows(self, source: str, output: str, target: str) -> list[QuickRow]:
        tensor = self._document.walk_here.output(source, output) if source else None
        shown = [cls for cls in layers if cls.in_palette and not (source and issubclass(cls, Input))]
        rows = [nodeview.quick_row(cls, tensor, self._bridge_to) for cls in shown]
        of_presets = self._page.presets.rows({row.name: row for row in rows})
        if target:
            rows = [row for row in rows if layers[row.name].outputs]
            of_presets = [row for row in of_presets if layers[row.name.partition("#")[0]].outputs]
        blocks = self._blocks
        rows += [nodeview.quick_block_row(name, blocks, tensor) for name in blocks if self._may_hold(name)]
        order = {"fit": 0, "bridge": 1, "unfit": 2}
        liked = [*self._page.window_.settings.favorites, *memory.recent_layers()]
        rank = {name: place for place, name in reversed(list(enumerate(liked)))}
        ordered = sorted(rows, key=lambda row: (order[row.state], rank.get(row.name, len(liked))))
        return ordered + sorted(of_presets, key=lambda row: order[row.state])

    def _may_hold(self, block: str) -> bool:
        """Whether a block may stand where one is: not within itself."""
        here = block_at(self._document.project, self._document.place)
        return not here or here not in needs(self._blocks, block)

    def _bridge_to(self, tensor: Any, port: Any) -> str:
        found = bridges(tensor, port)
        return found[0][0].__name__ if found else ""

    def _on_chosen(self, name: str) -> None:
        if self._quick is not None:
            self._add_chosen(self._page.presets.choose(name), self._quick)
            self._page.presets.done()

    def _add_chosen(self, layer: str, quick: tuple[QPointF | None, str, str, str, str]) -> None:
        scene, source, output, target, input = quick
        self._quick = None
        memory.remember_layer(layer)
        words = f"Add {label(layer)}"
        at = self._page.canvas.camera.seen().center() if scene is None else scene
        place = (at.x() - CARD_WIDTH / 2, at.y())
        if target and not source:

            def feed(graph: Graph) -> tuple[Graph, str]:
                grown, name = self._added(graph, layer, place[0], place[1] - 60)
                return connect(grown, name, target, input, "", self._blocks), name

            self._carry_out(words, feed)
        elif not source:
            self._carry_out(words, lambda graph: self._added(graph, layer, *place))
        elif target:
            edges = [
                one
                for one in self._document.graph.outgoing[source]
                if (one.output, one.target, one.input) == (output, target, input)
            ]
            self._carry_out(f"Insert {label(layer)}", lambda graph: self._between(graph, edges[0], layer))
        else:
            self._carry_out(
                words, lambda graph: self._bridged(graph, source, output, layer, None if scene is None else place)
            )

    def _bridged(
        self, graph: Graph, source: str, output: str, layer: str, place: tuple[float, float] | None
    ) -> tuple[Graph, str]:
        """A layer after another one, with the layer between that makes it fit where that is needed."""
        tensor = self._document.walk_here.output(source, output)
        ports = layers[layer].ports() if layer in layers else ()
        bridge = self._bridge_to(tensor, ports[0]) if tensor is not None and ports and not ports[0].fits(tensor) else ""
        if (
            place is None
            and not bridge
            and len([edge for edge in graph.outgoing[source] if edge.output == output]) == 1
        ):
            edge = next(edge for edge in graph.outgoing[source] if edge.output == output)
            if layer not in layers or layers[layer].outputs:
                return self._between(graph, edge, layer)
        if not bridge:
            return self._after(graph, source, output, layer, place)
        grown, between = self._after(graph, source, output, bridge, place)
        return self._after(grown, between, "", layer)


def label(layer: str) -> str:
    """What a layer or a block is called."""
    return layers[layer].label if layer in layers else layer.removeprefix(BLOCK)
