"""The Build page: palette, canvas, inspector, and below them problems, code and history. Values in, edits out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import QDockWidget, QFileDialog, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from app import nodeview
from engine.check import bridges
from engine.errors import UserError
from engine.graph import (
    Edge,
    Graph,
    add,
    change,
    connect,
    disconnect,
    judge,
    label_of,
    move,
    outputs_of,
    part_of,
    paste,
    remove,
    set_param,
)
from engine.layer import Input, layers
from engine.layout import CARD_WIDTH, GAP_LABEL, layout
from engine.placing import add_after, free_place, insert_between, place_below
from engine.project import graph_from_json, graph_json, parse
from widgets import theme
from widgets.canvas.view import Canvas
from widgets.code_view import CodeView
from widgets.controls import DockTabs
from widgets.history import History
from widgets.inspector import Inspector
from widgets.palette import Palette
from widgets.problems import Problems
from widgets.quick_add import QuickAdd, QuickRow

if TYPE_CHECKING:
    from app.window import Window

CLIP = "application/x-lamina-nodes+json"
MOST_CLIP = 8 * 2**20


class BuildPage(QMainWindow):
    """Wires the panels of the Build page to the document."""

    def __init__(self, window: Window) -> None:
        super().__init__()
        self.setWindowFlags(Qt.WindowType.Widget)
        self._window = window
        self.document = window.document
        self.selection: list[str] = []
        self._quick: tuple[QPointF | None, str, str, str, str] | None = None
        self._pastes = 0
        sizes = theme.sizes()
        self.canvas = Canvas()
        self.palette_panel = Palette()
        self.inspector = Inspector()
        self.problems_panel = Problems()
        self.code = CodeView()
        self.history = History()
        self.quick_add = QuickAdd(self)
        self.bottom_tabs = DockTabs()
        self.bottom_tabs.add("problems", "Problems", "triangle-alert")
        self.bottom_tabs.add("code", "Code", "code")
        self.bottom_tabs.add("history", "History", "history")
        self.bottom = QStackedWidget()
        for panel in (self.problems_panel, self.code, self.history):
            self.bottom.addWidget(panel)
        self.bottom.setFixedHeight(sizes.dock_open - sizes.dock_tabs)
        self.bottom.hide()
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.bottom_tabs)
        column.addWidget(self.bottom)
        self.setCentralWidget(middle)
        self.left = self._dock("Palette", self.palette_panel, Qt.DockWidgetArea.LeftDockWidgetArea)
        self.right = self._dock("Inspector", self.inspector, Qt.DockWidgetArea.RightDockWidgetArea)
        self.reset_layout()
        self._connect_canvas()
        self._connect_panels()
        self.document.changed.connect(self._on_changed)
        self.document.replaced.connect(self._on_replaced)
        self.document.stack.indexChanged.connect(self._on_history)
        window.add_canvas_actions(self.canvas)
        self.palette_panel.set_favorites(window.settings.favorites)
        self._fitted = False
        self._pictured: object = None
        if window.has_project:
            self._on_replaced()

    def panels(self) -> list[QWidget]:
        """What F6 walks through."""
        return [self.palette_panel, self.canvas, self.inspector]

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._fitted:  # docks take a width, and the canvas fits, only once they are on screen
            self._fitted = True
            QTimer.singleShot(0, self, self._on_first_shown)

    def _on_first_shown(self) -> None:
        self.reset_layout()
        self.canvas.fit()
        self.canvas.setFocus()

    def _dock(self, name: str, widget: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(name, self)
        dock.setObjectName(name.lower())
        dock.setWidget(widget)
        dock.setTitleBarWidget(QWidget(dock))
        dock.setFeatures(QDockWidget.DockWidgetFeature.DockWidgetClosable)
        self.addDockWidget(area, dock)
        return dock

    def reset_layout(self) -> None:
        """Panels back to where they were on the first day."""
        sizes = theme.sizes()
        self.left.show()
        self.right.show()
        self.resizeDocks([self.left, self.right], [sizes.palette, sizes.inspector], Qt.Orientation.Horizontal)
        self.bottom_tabs.set_current(None)
        self.bottom.hide()

    def fit_width(self, width: int) -> None:
        """Narrow windows give the canvas its room: first the inspector goes, then the palette."""
        unit = theme.scale()
        self.right.setVisible(width >= 1240 * unit or bool(self.selection and width >= 1100 * unit))

    # ---- wiring ----

    def _connect_canvas(self) -> None:
        canvas = self.canvas
        canvas.set_judge(self._judge)
        canvas.moved.connect(self._on_moved)
        canvas.connect_wanted.connect(self._on_connect)
        canvas.reconnect_wanted.connect(self._on_reconnect)
        canvas.disconnect_wanted.connect(self._on_disconnect)
        canvas.remove_wanted.connect(self.remove)
        canvas.drop_wanted.connect(self._on_drop)
        canvas.quick_add_wanted.connect(self._on_quick_add)
        canvas.selection_changed.connect(self._on_selected)
        canvas.enter_wanted.connect(self._on_enter)
        canvas.rename_wanted.connect(self._on_rename)
        canvas.fix_wanted.connect(self.fix)
        canvas.context_wanted.connect(self._on_context)
        canvas.files_dropped.connect(self._window.open_files)
        canvas.refused.connect(self._window.say)

    def _connect_panels(self) -> None:
        self.palette_panel.add_wanted.connect(self.add_layer)
        self.palette_panel.favorite_wanted.connect(self._window.set_favorite)
        inspector = self.inspector
        inspector.param_changed.connect(self._on_param)
        inspector.rename_wanted.connect(self._on_rename)
        inspector.mute_wanted.connect(lambda name, on: self._set(name, "Mute" if on else "Unmute", muted=on))
        inspector.freeze_wanted.connect(lambda name, on: self._set(name, "Freeze" if on else "Unfreeze", frozen=on))
        inspector.insert_after_wanted.connect(self.insert_after)
        inspector.reset_wanted.connect(self._on_reset)
        inspector.fix_wanted.connect(self._on_inspector_fix)
        inspector.command_wanted.connect(self._window.run_command)
        inspector.about_changed.connect(self._on_about)
        self.problems_panel.problem_chosen.connect(self._on_problem)
        self.problems_panel.fix_wanted.connect(self.fix)
        self.code.node_chosen.connect(lambda name: self.select([name.split("/")[0]], center=True))
        self.code.save_wanted.connect(self.save_code)
        self.history.jump_wanted.connect(lambda place: self.document.stack.setIndex(place))
        self.bottom_tabs.chosen.connect(self._on_bottom)
        self.quick_add.chosen.connect(self._on_quick_chosen)

    # ---- showing ----

    def _on_replaced(self) -> None:
        self.selection = []
        self._pictured = None
        self._show_all()
        self.canvas.fit()

    def _show_pictures(self) -> None:
        """Three photos in the card of an image input, asked for when the data changed."""
        data = self.document.project.data
        if data.source == self._pictured:
            return
        self._pictured = data.source
        names = [node.id for node in self.graph.nodes.values() if node.layer == "ImageInput"]
        if names and data.fields:
            self._window.data.ask_input_pictures(
                lambda images: [self.canvas.set_thumbnails(name, images) for name in names if name in self.graph.nodes]
            )

    def _on_changed(self, difference: object) -> None:
        self.selection = [name for name in self.selection if name in self.graph.nodes]
        self._show_all()

    @property
    def graph(self) -> Graph:
        return self.document.project.graph

    def _show_all(self) -> None:
        document = self.document
        project = document.project
        self.canvas.show_graph(project.graph, document.walk, project.blocks, document.problems)
        self.canvas.set_selection(self.selection)
        errors = sum(problem.level == "error" for problem in document.problems)
        self.bottom_tabs.set_count("problems", errors, "error")
        others = len(document.problems) - errors
        self.bottom_tabs.set_note("problems", f"{others} tip{'s' if others > 1 else ''}" if others else "")
        self._show_selection()
        self._show_bottom()
        self._show_pictures()

    def _show_selection(self) -> None:
        project, walk = self.document.project, self.document.walk
        if len(self.selection) == 1 and self.selection[0] in project.graph.nodes:
            self.inspector.show_node(nodeview.of_node(self.document, self.selection[0]))
        elif self.selection:
            self.inspector.show_many(nodeview.of_many(self.document, self.selection))
        else:
            self.inspector.show_nothing(nodeview.of_model(project, walk))
        self.code.highlight(self.selection)

    def _show_bottom(self) -> None:
        current = self.bottom_tabs.current()
        if current == "problems":
            self.problems_panel.show_problems(
                [nodeview.of_problem(self.document, one) for one in self.document.problems]
            )
        elif current == "code":
            source = self.document.source
            graph = self.graph
            hues = {name: nodeview.section_of(node) for name, node in graph.nodes.items()}
            wrong = {one.node: one.title for one in self.document.errors if one.node}
            self.code.show_code(source.text, dict(source.lines), hues, wrong)
            self.code.highlight(self.selection)
        elif current == "history":
            self._on_history()

    def _on_history(self, *_: object) -> None:
        self.history.show_steps(self.document.steps(), self.document.stack.index())

    def _on_bottom(self, key: str) -> None:
        panels = {"problems": self.problems_panel, "code": self.code, "history": self.history}
        self.bottom.setVisible(bool(key))
        if key:
            self.bottom.setCurrentWidget(panels[key])
        self._show_bottom()

    def show_bottom(self, key: str) -> None:
        """Open one of the panels below the canvas."""
        self.bottom_tabs.set_current(key)
        self._on_bottom(key)

    def _on_selected(self, names: list[str]) -> None:
        self.selection = list(names)
        self._show_selection()

    def select(self, names: list[str], center: bool = False) -> None:
        """Select nodes from outside the canvas."""
        self.selection = [name for name in names if name in self.graph.nodes]
        self.canvas.set_selection(self.selection)
        if center and self.selection:
            self.canvas.center_on(self.selection[0])
        self._show_selection()

    # ---- edits of nodes ----

    def edit(self, name: str, change_graph: Callable[[Graph], Graph], merge: str = "") -> bool:
        return self.document.edit_graph(name, change_graph, merge)

    def _set(self, name: str, words: str, **about: Any) -> None:
        self.edit(f"{words} {label_of(self.graph.nodes[name])}", lambda graph: change(graph, name, **about))

    def _on_param(self, name: str, key: str, value: Any) -> None:
        label = label_of(self.graph.nodes[name])
        self.edit(f"Set {key} of {label}", lambda graph: set_param(graph, name, key, value), merge=f"{name}.{key}")

    def _on_reset(self, name: str) -> None:
        self._set(name, "Reset", params={})

    def _on_rename(self, name: str, title: str) -> None:
        self._set(name, "Rename", title=title.strip()[:80])

    def _on_about(self, name: str, key: str, value: Any) -> None:
        """A node's own attributes: note, repeat count, learning-rate multiplier."""
        if key in ("note", "repeat", "lr", "title"):
            self._set(name, f"Set {key} of", **{key: value})

    def toggle(self, flag: str, words: str) -> None:
        """Mute or freeze the selected nodes; all of them the way the first one turns."""
        names = self.selection
        on = not getattr(self.graph.nodes[names[0]], flag)

        def edit(graph: Graph) -> Graph:
            for name in names:
                graph = change(graph, name, **{flag: on})
            return graph

        self.edit(words if on else f"Un{words.lower()}", edit)

    def rename(self) -> None:
        self.canvas.rename(self.selection[-1])

    def remove(self, names: list[str], reconnect: bool) -> None:
        known = [name for name in names if name in self.graph.nodes]
        if known:
            words = label_of(self.graph.nodes[known[0]]) if len(known) == 1 else f"{len(known)} nodes"
            self.edit(f"Delete {words}", lambda graph: remove(graph, known, reconnect))

    def _on_moved(self, places: dict[str, tuple[float, float]]) -> None:
        count = len(places)
        self.edit(f"Move {count} node{'s' if count > 1 else ''}", lambda graph: move(graph, places), merge="move")

    def tidy(self) -> None:
        def edit(graph: Graph) -> Graph:
            return move(graph, layout(graph, None, self.document.project.blocks))

        if self.edit("Tidy up", edit):
            self.canvas.fit()

    # ---- wires ----

    def _element(self, source: str, output: str) -> str:
        tensor = self.document.walk.output(source, output)
        return tensor.element if tensor else ""

    def _judge(self, source: str, output: str, target: str, input: str) -> str:
        try:
            judge(
                self.graph, source, output, target, input, self.document.project.blocks, self._element(source, output)
            )
        except UserError as error:
            return error.message
        return ""

    def _on_connect(self, source: str, output: str, target: str, input: str) -> None:
        blocks, element = self.document.project.blocks, self._element(source, output)
        self.edit("Connect", lambda graph: connect(graph, source, target, input, output, blocks, element))

    def _on_reconnect(self, old: Edge, source: str, output: str, target: str, input: str) -> None:
        blocks, element = self.document.project.blocks, self._element(source, output)
        self.edit(
            "Move wire",
            lambda graph: connect(disconnect(graph, [old]), source, target, input, output, blocks, element),
        )

    def _on_disconnect(self, edges: list[Edge]) -> None:
        self.edit("Disconnect", lambda graph: disconnect(graph, edges))

    # ---- adding ----

    def _adding(self, words: str, change_graph: Callable[[Graph], tuple[Graph, str]]) -> None:
        made: list[str] = []

        def edit(graph: Graph) -> Graph:
            grown, name = change_graph(graph)
            made.append(name)
            return grown

        if self.edit(words, edit) and made:
            self.select([made[-1]])
            self.canvas.setFocus()

    def _on_drop(self, layer: str, x: float, y: float, edge: Edge | None, after: str | None) -> None:
        label = _label(layer)
        if edge is not None:
            blocks, params = self.document.project.blocks, self._usual_params(layer)

            def into(graph: Graph) -> tuple[Graph, str]:
                grown = insert_between(graph, edge, layer, params, blocks)
                return grown, next(one for one in grown.nodes if one not in graph.nodes)

            self._adding(f"Insert {label}", into)
            return
        if after:
            self._adding(f"Add {label}", lambda graph: self._after(graph, after, "", layer))
            return
        self._adding(f"Add {label}", lambda graph: self._added(graph, layer, x, y))

    def _added(self, graph: Graph, layer: str, x: float, y: float) -> tuple[Graph, str]:
        return add(graph, layer, x, y, self._usual_params(layer))

    def _usual_params(self, layer: str) -> dict[str, Any]:
        """What a fresh node takes from the data: the only field that fits its form."""
        if layer not in layers:
            return {}
        schema = self.document.project.data.schema
        found: dict[str, Any] = {}
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
        element = self._element(source, output or "out")
        blocks = self.document.project.blocks
        return add_after(graph, source, layer, self._usual_params(layer), output, place, blocks, element)

    def add_layer(self, layer: str) -> None:
        """From the palette by key or double-click: after the selected node, else in the middle of the view."""
        if len(self.selection) == 1 and not (layer in layers and issubclass(layers[layer], Input)):
            self._insert_layer_after(self.selection[0], layer)
            return
        center = self.canvas.visible_area().center()
        place = free_place(self.graph, center.x() - CARD_WIDTH / 2, center.y())
        self._adding(f"Add {_label(layer)}", lambda graph: self._added(graph, layer, *place))

    def _insert_layer_after(self, name: str, layer: str) -> None:
        outputs = outputs_of(self.graph.nodes[name], self.document.project.blocks)
        edges = [edge for edge in self.graph.outgoing[name] if outputs and edge.output == outputs[0]]
        gives = layers[layer].outputs if layer in layers else ("out",)
        if len(edges) == 1 and gives:

            def edit(graph: Graph) -> tuple[Graph, str]:
                grown = insert_between(graph, edges[0], layer, self._usual_params(layer), self.document.project.blocks)
                return grown, next(one for one in grown.nodes if one not in graph.nodes)

            self._adding(f"Insert {_label(layer)}", edit)
            return
        self._adding(f"Add {_label(layer)}", lambda graph: self._after(graph, name, "", layer))

    def insert_after(self, name: str) -> None:
        """Open the quick search for what should follow a node."""
        outputs = outputs_of(self.graph.nodes[name], self.document.project.blocks)
        if not outputs:
            self._window.say(f"{label_of(self.graph.nodes[name])} has no output, so nothing can follow it.")
            return
        self.canvas.show_node(name)
        x, y = place_below(self.graph, name, self.document.project.blocks)
        at = self.canvas.viewport().mapToGlobal(self.canvas.mapFromScene(QPointF(x, y)))
        self._open_quick(None, at, name, outputs[0], "", "")

    def _on_quick_add(self, scene: QPointF, at: QPoint, source: str, output: str, target: str, input: str) -> None:
        # behind a card the new one finds its place by itself; a wire dropped somewhere says where
        inserts = source and not target and self._is_below(scene, source)
        self._open_quick(None if inserts else scene, at, source, output, target, input)

    def _is_below(self, scene: QPointF, source: str) -> bool:
        x, y = place_below(self.graph, source, self.document.project.blocks)
        return abs(scene.x() - x - CARD_WIDTH / 2) < CARD_WIDTH / 4 and abs(scene.y() - y) < GAP_LABEL

    def _open_quick(self, scene: QPointF | None, at: QPoint, source: str, output: str, target: str, input: str) -> None:
        self._quick = (scene, source, output, target, input)
        tensor = self.document.walk.output(source, output) if source else None
        title = label_of(self.graph.nodes[source]) if source else ""
        self.quick_add.open_at(at, title, tensor.words() if tensor else "", self._quick_rows(source, output, target))

    def _quick_rows(self, source: str, output: str, target: str) -> list[QuickRow]:
        tensor = self.document.walk.output(source, output) if source else None
        shown = [cls for cls in layers if cls.in_palette and not (source and issubclass(cls, Input))]
        rows = [nodeview.quick_row(cls, tensor, self._bridge_to) for cls in shown]
        if target:
            rows = [row for row in rows if layers[row.name].outputs]
        order = {"fit": 0, "bridge": 1, "unfit": 2}
        favorites = self._window.settings.favorites
        return sorted(rows, key=lambda row: (order[row.state], row.name not in favorites))

    def _bridge_to(self, tensor: Any, port: Any) -> str:
        found = bridges(tensor, port)
        return found[0][0].__name__ if found else ""

    def _on_quick_chosen(self, layer: str) -> None:
        if self._quick is None:
            return
        scene, source, output, target, input = self._quick
        self._quick = None
        words = f"Add {_label(layer)}"
        at = self.canvas.visible_area().center() if scene is None else scene
        place = (at.x() - CARD_WIDTH / 2, at.y())
        if target and not source:

            def feed(graph: Graph) -> tuple[Graph, str]:
                grown, name = self._added(graph, layer, place[0], place[1] - 60)
                return connect(grown, name, target, input, "", self.document.project.blocks), name

            self._adding(words, feed)
        elif not source:
            self._adding(words, lambda graph: self._added(graph, layer, *place))
        else:
            self._adding(
                words, lambda graph: self._bridged(graph, source, output, layer, None if scene is None else place)
            )

    def _bridged(
        self, graph: Graph, source: str, output: str, layer: str, place: tuple[float, float] | None
    ) -> tuple[Graph, str]:
        """A layer after another one, with the layer between that makes it fit where that is needed."""
        tensor = self.document.walk.output(source, output)
        ports = layers[layer].ports()
        bridge = self._bridge_to(tensor, ports[0]) if tensor is not None and ports and not ports[0].fits(tensor) else ""
        if (
            place is None
            and not bridge
            and len([edge for edge in graph.outgoing[source] if edge.output == output]) == 1
        ):
            edge = next(edge for edge in graph.outgoing[source] if edge.output == output)
            if layers[layer].outputs:
                blocks = self.document.project.blocks
                grown = insert_between(graph, edge, layer, self._usual_params(layer), blocks)
                return grown, next(one for one in grown.nodes if one not in graph.nodes)
        if not bridge:
            return self._after(graph, source, output, layer, place)
        grown, between = self._after(graph, source, output, bridge, place)
        return self._after(grown, between, "", layer)

    # ---- clipboard ----

    def copy(self) -> None:
        text = json.dumps({"lamina": "nodes", **graph_json(part_of(self.graph, self.selection))}, ensure_ascii=False)
        data = QMimeData()
        data.setText(text)
        data.setData(CLIP, text.encode())
        QGuiApplication.clipboard().setMimeData(data)
        self._pastes = 0

    def cut(self) -> None:
        self.copy()
        self.remove(self.selection, False)

    def paste(self) -> None:
        """Paste nodes from the clipboard, from another window too; text from elsewhere is refused with a sentence."""
        data = QGuiApplication.clipboard().mimeData()
        text = bytes(data.data(CLIP).data()).decode("utf-8", "replace") if data.hasFormat(CLIP) else data.text()
        try:
            if len(text) > MOST_CLIP or not text.lstrip().startswith("{"):
                raise UserError("The clipboard holds no nodes. Copy some in Lamina first.")
            part = graph_from_json(parse(text, "The clipboard"))
        except UserError as error:
            self._window.say(error.message)
            return
        self._paste(part, "Paste")

    def _paste(self, part: Graph, words: str) -> None:
        self._pastes += 1
        offset = 32.0 * self._pastes
        made: list[str] = []

        def edit(graph: Graph) -> Graph:
            grown, names = paste(graph, part, offset, offset)
            made.extend(names)
            return grown

        if self.edit(words, edit):
            self.select(made)

    def duplicate(self, names: Iterable[str] = ()) -> None:
        self._pastes = 0
        self._paste(part_of(self.graph, list(names) or self.selection), "Duplicate")

    # ---- problems ----

    def fix(self, problem: int, repair: int) -> None:
        """Carry out a repair of the list of problems."""
        if not (0 <= problem < len(self.document.problems)):
            return
        found = self.document.problems[problem]
        if not (0 <= repair < len(found.fixes)):
            return
        chosen = found.fixes[repair]
        if self.document.edit(chosen.label, chosen.edit):
            self._window.say(f"{chosen.label}: done.", tone="good", action="Undo", on_action=self.document.stack.undo)

    def _on_inspector_fix(self, problem: int, repair: int) -> None:
        """The inspector numbers the problems of its node alone."""
        own = [
            place
            for place, one in enumerate(self.document.problems)
            if self.selection and one.node == self.selection[0]
        ]
        if problem < len(own):
            self.fix(own[problem], repair)

    def _on_problem(self, place: int) -> None:
        found = self.document.problems[place]
        if found.node:
            self.select([found.node], center=True)
        elif "data" in found.title.lower():
            self._window.show_page("data")

    def next_problem(self) -> None:
        """Walk the problems, from the one that is selected on."""
        if not self.document.problems:
            self._window.say("There are no problems.", tone="good")
            return
        here = next(
            (
                place
                for place, one in enumerate(self.document.problems)
                if self.selection and one.node == self.selection[0]
            ),
            -1,
        )
        self._window.show_page("build")
        self.show_bottom("problems")
        self._on_problem((here + 1) % len(self.document.problems))

    # ---- rest ----

    def _on_enter(self, name: str) -> None:
        self.right.show()
        self.inspector.focus_setting()

    def _on_context(self, names: list[str], edge: Edge | None, at: QPoint) -> None:
        entries = (
            ["insert_after", "duplicate", "copy", "cut", "mute", "freeze", "rename", "delete_reconnect", "delete"]
            if names
            else ["paste", "select_all", "tidy", "fit", "save_picture"]
        )
        menu = self._window.menu_of(entries)
        if edge is not None and not names:
            menu.addSeparator()
            menu.addAction("Remove this wire", lambda: self._on_disconnect([edge]))
        menu.popup(at)

    def save_code(self) -> None:
        name = f"{Path(self._window.suggested_name()).stem}.py"
        path, _ = QFileDialog.getSaveFileName(self, "Save code", name, "Python (*.py)")
        if path:
            self._window.attempt(lambda: self._write_code(Path(path)))

    def _write_code(self, path: Path) -> None:
        from engine.project import write_atomically

        write_atomically(path, self.document.source.text.encode())
        self._window.say(f"Saved {path.name}.", tone="good")


def _label(layer: str) -> str:
    return layers[layer].label if layer in layers else layer.removeprefix("block:")
