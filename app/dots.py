"""Dots on wires: the commands that add and remove them, and the canvas's wishes about them; each is one step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu

from app.commands import command, needs_project
from engine import dots, notes
from engine.dots import Dots
from engine.edits import move, remove
from engine.graph import Edge, Graph
from widgets.canvas.leading import middle_of, told, wires_meant

if TYPE_CHECKING:
    from app.build import BuildPage
    from app.window import Window
    from widgets.canvas.dots import Dot
    from widgets.canvas.hits import Hit

_CHOOSE = "Click a wire first, or select the two cards it runs between."


class DotCommands(QObject):
    """What the Build page does with dots."""

    def __init__(self, page: BuildPage) -> None:
        super().__init__(page)
        self._page = page
        canvas = page.canvas
        canvas.dots_wanted.connect(self._on_wanted)
        canvas.dots_moved.connect(self._on_moved)
        canvas.dots_remove_wanted.connect(self.remove)

    def _on_wanted(self, words: str, led: Dots) -> None:
        self._page.edit(words, lambda graph: dots.put(graph, led))

    def _on_moved(self, areas: dict, places: dict, led: Dots) -> None:
        words = "Move" if areas or places else "Move dot"

        def edit(graph: Graph) -> Graph:
            return dots.put(move(notes.place(graph, areas), places), led)

        self._page.edit(words, edit, merge="move")

    def remove(self, chosen: list[Dot], names: list[str], frames: list[str]) -> None:
        """Remove dots, and nodes, notes and frames that were chosen with them."""
        alone = not names and not frames
        words = f"Delete {len(chosen)} dots" if alone and len(chosen) > 1 else "Delete dot" if alone else "Delete"

        def edit(graph: Graph) -> Graph:
            return notes.drop(remove(dots.without(graph, chosen), names), frames)

        self._page.edit(words, edit)

    def add(self) -> None:
        """A dot in the middle of each wire that is meant, chosen so that arrow keys move it."""
        scene = self._page.canvas.mirror
        made: set[Dot] = set()
        led: dict[Edge, list] = {}
        for edge in wires_meant(scene):
            found = middle_of(scene, edge)
            if found:
                led[edge] = found[0]
                made.add((edge, found[1]))
        if self._page.edit("Add dot", lambda graph: dots.put(graph, told(led))):
            self._page.canvas.choose((), dots=made)

    def why_not_add(self) -> str:
        """Why no dot can be added, empty where one can."""
        scene = self._page.canvas.mirror
        wires = wires_meant(scene)
        if not wires:
            return _CHOOSE
        drawn = any(not scene.wires[edge].joined for edge in wires)
        return "" if drawn else "These cards are joined, so no wire is drawn between them. Pull them apart first."

    def clear(self) -> None:
        """No dots any more on the wires that are meant, or the chosen dots alone."""
        scene = self._page.canvas.mirror
        chosen = sorted(scene.dots.selected)
        if chosen:
            self.remove(chosen, [], [])
            return
        wires = wires_meant(scene)
        self._page.edit("Remove dots", lambda graph: dots.put(graph, {edge: () for edge in wires}))

    def why_not_clear(self) -> str:
        """Why there are no dots to remove, empty where there are some."""
        scene = self._page.canvas.mirror
        if scene.dots.selected or any(scene.dots.points(edge) for edge in wires_meant(scene)):
            return ""
        return "This wire has no dots." if wires_meant(scene) else _CHOOSE

    def menu(self, hit: Hit) -> QMenu:
        """What can be done with a dot."""
        page, menu, edge = self._page, self._page.window_.menus.menu_of(()), hit.edge
        assert edge is not None
        dot = (edge, hit.row)
        chosen = page.canvas.mirror.dots.selected
        several = sorted(chosen) if dot in chosen and len(chosen) > 1 else []
        words = f"Delete {len(several)} dots" if several else "Delete this dot"
        menu.addAction(words, lambda: self.remove(several or [dot], [], []))
        if len(page.canvas.mirror.dots.points(edge)) > 1:
            menu.addAction("Delete all dots of this wire", lambda: self._on_wanted("Remove dots", {edge: ()}))
        menu.addSeparator()
        menu.addAction("Choose the wire", lambda: page.canvas.choose((), {edge}))
        menu.addAction("Remove this wire", lambda: page.wires.disconnect([edge]))
        return menu

    def add_to_menu(self, menu: QMenu, edge: Edge) -> None:
        """The entries about dots in the menu of a wire."""
        menu.addAction("Add a dot", self.add)
        if self._page.canvas.mirror.dots.points(edge):
            menu.addAction("Remove its dots", lambda: self._on_wanted("Remove dots", {edge: ()}))


def _why_not_add(window: Window) -> str:
    return needs_project(window) or window.build.dots.why_not_add()


def _why_not_clear(window: Window) -> str:
    return needs_project(window) or window.build.dots.why_not_clear()


@command("Add a dot to the wire", "D", menu="Network", icon="waypoints", where="canvas", why_not=_why_not_add)
def add_dot(window: Window) -> None:
    window.build.dots.add()


@command("Remove dots from the wire", "Shift+D", menu="Network", where="canvas", why_not=_why_not_clear)
def remove_dots(window: Window) -> None:
    window.build.dots.clear()
