"""The menus of the right button on the canvas: of nodes, a wire, a port, a note or frame, and of the canvas itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QMenu

from engine.graph import Edge, label_of
from engine.notes import HUES, hue_of

if TYPE_CHECKING:
    from app.build import BuildPage
    from widgets.canvas.hits import Hit

NODE = (
    "insert_after", "run_to_here", "note_on_node", "", "duplicate", "copy", "cut", "", "mute", "freeze", "collapse",
    "hide_ports", "lock", "keep_size", "", "rename", "frame", "group", "unpack_block", "extract", "break_wires", "",
    "delete_reconnect", "delete",
)  # fmt: skip
SEVERAL = (
    "join", "swap_inputs", "", "align_left", "align_center", "align_right", "align_top", "align_middle",
    "align_bottom", "distribute_across", "distribute_down", "straighten",
)  # fmt: skip
CANVAS = (
    "add_layer", "add_note", "", "paste", "paste_with_inputs", "select_all", "", "tidy", "fold", "fit", "",
    "find_node", "overlay_sample", "save_picture", "leave_block",
)  # fmt: skip


class CanvasMenus(QObject):
    """Opens the menu that fits what was pressed."""

    def __init__(self, page: BuildPage) -> None:
        super().__init__(page)
        self._page = page
        page.canvas.context_wanted.connect(self._on_context)
        page.canvas.menu_wanted.connect(self._on_menu)

    def _on_context(self, names: list[str], edge: Edge | None, at: QPoint) -> None:
        menu = self.of_wire(edge) if edge is not None and not names else self.of_nodes()
        menu.popup(at)

    def _on_menu(self, hit: Hit, at: QPoint) -> None:
        menus = {"port": self.of_port, "frame": self.of_frame, "rest": self.of_rest, "dot": self._page.dots.menu}
        make = menus.get(hit.kind)
        (make(hit) if make else self.of_canvas()).popup(at)

    def of_nodes(self) -> QMenu:
        """What can be done with the selected nodes."""
        menu = self._page.window_.menus.menu_of(NODE)
        part = self._page.window_.menus.menu_of(SEVERAL)
        part.setTitle("Arrange and wire")
        part.setParent(menu, part.windowFlags())
        menu.addSeparator()
        menu.addMenu(part)
        return menu

    def of_canvas(self) -> QMenu:
        """What can be done with the network."""
        return self._page.window_.menus.menu_of(CANVAS)

    def of_wire(self, edge: Edge) -> QMenu:
        """What can be done with a wire."""
        menu, page = self._page.window_.menus.menu_of(()), self._page
        menu.addAction("Insert a layer", lambda: self._insert(edge))
        page.dots.add_to_menu(menu, edge)
        menu.addAction("Turn off", lambda: page.arranging.turn_off([edge]))
        menu.addAction("Remove this wire", lambda: page.wires.disconnect([edge]))
        menu.addSeparator()
        for name, words in ((edge.source, "Go to where it starts"), (edge.target, "Go to where it ends")):
            menu.addAction(words, lambda name=name: page.select([name], center=True))
        return menu

    def _insert(self, edge: Edge) -> None:
        canvas = self._page.canvas
        wire = canvas.mirror.wires[edge]
        middle = wire.path().pointAtPercent(0.5)
        at = canvas.viewport().mapToGlobal(canvas.mapFromScene(middle))
        self._page.adding.quick_add(middle, at, edge.source, edge.output, edge.target, edge.input)

    def of_port(self, hit: Hit) -> QMenu:
        """What can be done with a port."""
        assert hit.slot is not None
        from widgets.canvas.rewiring import wires_of

        page, menu = self._page, self._page.window_.menus.menu_of(())
        edges = wires_of(page.canvas, hit.node, hit.side, hit.slot)
        label = label_of(page.graph.nodes[hit.node])
        what = "output" if hit.side == "out" else "input"
        title = menu.addAction(f"{label}, {what} {hit.slot.port.replace('_', ' ')}")
        title.setEnabled(False)
        menu.addSeparator()
        words = "Add a layer after this" if hit.side == "out" else "Add a layer before this"
        menu.addAction(words, lambda: self._add_at(hit))
        remove = menu.addAction("Remove all wires here", lambda: page.wires.disconnect(edges))
        off = menu.addAction("Turn all wires here off", lambda: page.arranging.turn_off(edges))
        for action in (remove, off):
            action.setEnabled(bool(edges))
            action.setToolTip("" if edges else "No wire is here.")
        return menu

    def _add_at(self, hit: Hit) -> None:
        assert hit.slot is not None
        canvas = self._page.canvas
        item, port = canvas.mirror.nodes[hit.node], hit.slot.port
        point = item.output_point(port) if hit.side == "out" else item.input_point(port, hit.slot.index)
        at = canvas.viewport().mapToGlobal(canvas.mapFromScene(point))
        ends = (hit.node, port, "", "") if hit.side == "out" else ("", "", hit.node, port)
        self._page.adding.quick_add(point, at, *ends)

    def of_frame(self, hit: Hit) -> QMenu:
        """What can be done with a note or a frame."""
        page, menu = self._page, self._page.window_.menus.menu_of(())
        frame = page.graph.frames[hit.frame]
        menu.addAction("Write" if frame.kind == "note" else "Rename", lambda: page.canvas.write(hit.frame))
        if frame.kind == "frame":
            menu.addAction("Select what is in it", lambda: self._select_inside(hit.frame))
        tints = menu.addMenu("Tint")
        for hue in HUES:
            action = tints.addAction(hue or "Plain", lambda hue=hue: page.arranging.tint(hit.frame, hue))
            action.setCheckable(True)
            action.setChecked(hue == hue_of(frame))
        menu.addSeparator()
        words = "Delete note" if frame.kind == "note" else "Delete frame, keep its layers"
        menu.addAction(words, lambda: page.arranging.remove_frames([hit.frame], []))
        return menu

    def _select_inside(self, frame: str) -> None:
        from engine.notes import inside

        self._page.select(inside(self._page.graph, frame, self._page.document.project.blocks)[0])

    def of_rest(self, hit: Hit) -> QMenu:
        """What can be done with a wire that is turned off."""
        page, menu, edge = self._page, self._page.window_.menus.menu_of(()), hit.edge
        menu.addAction("Turn on", lambda: page.canvas.rest_wanted.emit(edge, True))
        menu.addAction("Remove this wire", lambda: page.arranging.forget(edge))
        return menu
