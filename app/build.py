"""The Build page: palette, canvas, inspector, and the panels below them. Values in, edits out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QInputDialog, QMainWindow, QVBoxLayout, QWidget

from app import nodeview
from app.adding import Adding
from app.arranging import Arranging
from app.blocks import BlockCommands
from app.bottom import Bottom
from app.build_layout import BuildLayout
from app.canvas_menus import CanvasMenus
from app.clipboard import Clipboard
from app.dots import DotCommands
from app.layer_presets import LayerPresets
from app.living import Living
from app.looking import Looking
from app.mending import Mending
from app.peeking import Peeking
from app.run_comparing import RunComparing
from app.wires import Wires
from engine.edits import change, move, remove
from engine.graph import Graph, label_of
from engine.library import shipped
from engine.notes import MOST_TEXT
from engine.padding import set_joined
from engine.places import crumbs
from widgets.canvas.overlay_bar import OverlayBar
from widgets.canvas.view import Canvas
from widgets.inspector import Inspector
from widgets.node_view import many_view, node_view
from widgets.palette import Palette
from widgets.place_bar import PlaceBar
from widgets.views import NodeView

if TYPE_CHECKING:
    from app.window import Window


class BuildPage(QMainWindow):
    """Wires the panels of the Build page to the document."""

    def __init__(self, window: Window) -> None:
        super().__init__()
        self.setWindowFlags(Qt.WindowType.Widget)
        self.window_ = window
        self.document = window.document
        self.selection: list[str] = []
        self.canvas = Canvas()
        self.palette_panel = Palette()
        self.inspector = Inspector()
        self.adding = Adding(self)
        self.presets = LayerPresets(self)
        self.clipboard = Clipboard(self)
        self.blocks = BlockCommands(self)
        self.arranging = Arranging(self)
        self.wires = Wires(self)
        self.mending = Mending(self)
        self.dots = DotCommands(self)
        self.menus = CanvasMenus(self)
        self.looking = Looking(self)
        self.place_bar = PlaceBar(self.canvas)
        self.overlays = OverlayBar(self.canvas)
        self.peeking = Peeking(self)
        self.living = Living(self)
        self.bottom = Bottom(self)
        self.comparing = RunComparing(self)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.bottom.tabs)
        column.addWidget(self.bottom.area)
        self.setCentralWidget(middle)
        self.rooms = BuildLayout(self)
        self._connect_canvas()
        self._connect_panels()
        self.document.changed.connect(self._on_changed)
        self.document.replaced.connect(self._on_replaced)
        self.document.moved.connect(self._on_moved_place)
        window.menus.add_canvas_actions(self.canvas)
        window.menus.add_canvas_actions(self.bottom.outline)
        window.menus.add_page_actions(self)
        self.palette_panel.set_favorites(window.settings.favorites)
        self._fitted = False
        self._grown_unseen = False
        self._pictured: object = None
        if window.has_project:
            self._on_replaced()

    def panels(self) -> list[QWidget]:
        """What F6 walks through."""
        return self.rooms.panels()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._fitted:  # docks take a width, and the canvas fits, only once they are on screen
            self._fitted = True
            QTimer.singleShot(0, self, self._on_first_shown)
        elif self._grown_unseen:  # such as the two ends that chosen data brings
            self._grown_unseen = False
            QTimer.singleShot(0, self, self.canvas.camera.fit)

    def _on_first_shown(self) -> None:
        self.rooms.restore()
        self.looking.restore()
        self.canvas.setFocus()

    def reset_layout(self) -> None:
        """Panels back to where they were on the first day."""
        self.rooms.reset()

    # ---- wiring ----

    def _connect_canvas(self) -> None:
        canvas = self.canvas
        canvas.set_judge(self.wires.judge)
        canvas.moved.connect(self._on_moved)
        canvas.connect_wanted.connect(self.wires.connect)
        canvas.reconnect_wanted.connect(self.wires.reconnect)
        canvas.disconnect_wanted.connect(self.wires.disconnect)
        canvas.remove_wanted.connect(self.remove)
        canvas.drop_wanted.connect(self.adding.drop)
        canvas.quick_add_wanted.connect(self.adding.quick_add)
        canvas.selection_changed.connect(self._on_selected)
        canvas.enter_wanted.connect(self._on_enter)
        canvas.rename_wanted.connect(self._on_rename)
        canvas.fix_wanted.connect(self.mending.fix)
        self.arranging.connect_canvas()
        canvas.files_dropped.connect(self.window_.files.open_files)
        canvas.refused.connect(self.window_.say)
        canvas.command_wanted.connect(self.window_.run_command)
        canvas.data_wanted.connect(self.adding.add_ends)

    def _connect_panels(self) -> None:
        self.palette_panel.add_wanted.connect(self.adding.add_layer)
        self.palette_panel.favorite_wanted.connect(self.window_.set_favorite)
        inspector = self.inspector
        inspector.param_changed.connect(self._on_param)
        inspector.many_changed.connect(lambda key, value: self.arranging.set_of_all(key, value))
        inspector.lend_wanted.connect(self.blocks.promote)
        inspector.rename_wanted.connect(self._on_rename)
        inspector.mute_wanted.connect(lambda name, on: self._set(name, "Mute" if on else "Unmute", muted=on))
        inspector.freeze_wanted.connect(lambda name, on: self._set(name, "Freeze" if on else "Unfreeze", frozen=on))
        inspector.insert_after_wanted.connect(self.adding.insert_after)
        inspector.reset_wanted.connect(self._on_reset)
        inspector.fix_wanted.connect(self.mending.fix_here)
        inspector.command_wanted.connect(self.window_.run_command)
        inspector.left.connect(self.canvas.setFocus)
        inspector.about_changed.connect(self._on_about)
        self.overlays.chosen.connect(self.set_overlay)
        self.overlays.tidy_wanted.connect(self.arranging.tidy)
        self.overlays.note_wanted.connect(lambda: self.arranging.add_note())
        inspector.open_block_wanted.connect(self.blocks.enter)
        self.place_bar.place_wanted.connect(self.document.go)
        self.place_bar.network_wanted.connect(self.blocks.add_network)
        self.place_bar.menu_wanted.connect(self.blocks.network_menu)

    # ---- showing ----

    def _on_replaced(self) -> None:
        self.selection = []
        self._pictured = None
        self._show_all()
        self.looking.restore()

    def _show_pictures(self) -> None:
        """Three photos in the card of an image input, asked for when the data changed."""
        data = self.document.project.data
        names = [node.id for node in self.graph.nodes.values() if node.layer == "ImageInput"]
        if (data.source, names) == self._pictured:
            return
        self._pictured = (data.source, names)
        if names and data.fields:
            self.window_.data.ask_input_pictures(
                lambda images: [self.canvas.set_thumbnails(name, images) for name in names if name in self.graph.nodes]
            )

    def _on_changed(self, difference: object) -> None:
        self.selection = [name for name in self.selection if name in self.graph.nodes]
        self._grown_unseen |= not self.isVisible() and bool(getattr(difference, "added", ()))
        self._show_all(gliding=True)

    @property
    def graph(self) -> Graph:
        return self.document.graph

    def _show_all(self, gliding: bool = False) -> None:
        document = self.document
        project = document.project
        self.canvas.show_graph(self.graph, document.walk_here, project.blocks, document.problems_here, gliding)
        self.canvas.set_selection(self.selection)
        self._show_place()
        self._show_selection()
        self.bottom.refresh()
        self._show_pictures()

    def _show_place(self) -> None:
        """Where one is: the way into blocks, and a tab for each network."""
        project, place = self.document.project, self.document.place
        self.place_bar.show_place(crumbs(project, place), list(project.networks), place)
        self.palette_panel.set_blocks(list(dict.fromkeys([*project.blocks, *shipped()])))

    def _on_moved_place(self) -> None:
        self.selection = []
        self._pictured = None
        self._show_all()
        self.looking.restore()

    def _node_view(self, name: str) -> NodeView:
        document = self.document
        own = [one for one in document.problems_here if one.node == name]
        folder = str(document.path.parent) if document.path else ""
        return node_view(document.project, self.graph, document.walk_here, name, own, folder)

    def _show_selection(self) -> None:
        project, walk = self.document.project, self.document.walk_here
        if len(self.selection) == 1 and self.selection[0] in self.graph.nodes:
            self.inspector.show_node(self._node_view(self.selection[0]))
        elif self.selection:
            self.inspector.show_many(many_view(project, self.graph, walk, self.selection))
        else:
            here = replace(project, networks={"here": self.graph})  # another network, or the inside of a block
            self.inspector.show_nothing(nodeview.of_model(here, walk))
        self.peeking.selected()
        self.living.selected()
        self.bottom.selected()

    def show_findings(self) -> None:
        """Other problems are known of the same graph."""
        self._show_all()

    def set_overlay(self, name: str) -> None:
        """Choose what lies over the cards; kept with the project."""
        self.canvas.set_overlay(name)
        self.overlays.show_current(name)
        self.document.set_view(overlay=name)
        self.peeking.turn(name == "sample")
        self.living.turn(name == "training")

    def _on_selected(self, names: list[str]) -> None:
        self.selection = [name for name in names if name in self.graph.nodes]
        self._show_selection()

    def select(self, names: list[str], center: bool = False) -> None:
        """Select nodes from outside the canvas."""
        self.selection = [name for name in names if name in self.graph.nodes]
        self.canvas.set_selection(self.selection)
        if center and self.selection:
            self.canvas.camera.center_on(self.selection[0])
        self._show_selection()

    # ---- edits of nodes ----

    def edit(self, name: str, change_graph: Callable[[Graph], Graph], merge: str = "") -> bool:
        return self.document.edit_graph(name, change_graph, merge)

    def _set(self, name: str, words: str, **about: Any) -> None:
        self.edit(f"{words} {label_of(self.graph.nodes[name])}", lambda graph: change(graph, name, **about))

    def _on_param(self, name: str, key: str, value: Any) -> None:
        label = label_of(self.graph.nodes[name])
        self.edit(f"Set {key} of {label}", lambda graph: set_joined(graph, name, key, value), merge=f"{name}.{key}")

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

    def remove_selected(self, reconnect: bool) -> None:
        """Remove the selected nodes, and notes that are chosen with them."""
        frames = sorted(self.canvas.mirror.frames.selected)
        if frames:
            self.arranging.remove_frames(frames, self.selection)
        else:
            self.remove(self.selection, reconnect)

    def ask_note(self) -> None:
        """Write a note on the selected node."""
        name = self.selection[-1]
        node = self.graph.nodes[name]
        text, fine = QInputDialog.getMultiLineText(self, "Note", f"Note on {label_of(node)}", node.note)
        if fine and text.strip() != node.note:
            self._on_about(name, "note", text.strip()[:MOST_TEXT])

    def search_layers(self) -> None:
        """Put the keyboard into the palette's search."""
        self.rooms.search()

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

    # ---- rest ----

    def _on_enter(self, name: str) -> None:
        if self.graph.nodes[name].block:
            self.blocks.enter(name)
            return
        self.rooms.show_inspector()
        self.inspector.focus_setting()
