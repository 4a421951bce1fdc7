"""Where one looks on the Build page: kept with the project, nine bookmarks, and finding a node anywhere in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QPointF, Qt

from engine.graph import Graph, label_of
from engine.layer import layers
from engine.places import Place, crumbs, graph_at, known
from engine.project import Project
from widgets.canvas.hits import nodes_in
from widgets.finder import Finder, Found

if TYPE_CHECKING:
    from app.build import BuildPage

LOOKS, BOOKMARKS = "canvas", "bookmarks"


class Looking(QObject):
    """Remembers and restores the view; it is no step of undo and decides no result."""

    def __init__(self, page: BuildPage) -> None:
        super().__init__(page)
        self._page = page
        self._document = page.document
        page.canvas.looked.connect(self._on_looked)
        page.canvas.set_overlay(str(self._document.project.view.get("overlay", "shapes")))

    def _on_looked(self) -> None:
        if self._page.isVisible() and self._page.graph.nodes:
            looks = self._kept(LOOKS)
            self._document.set_view(**{LOOKS: {**looks, _key(self._document.place): self._here()}})

    def _kept(self, name: str) -> dict[str, Any]:
        found = self._document.project.view.get(name)
        return dict(found) if isinstance(found, dict) else {}

    def _here(self) -> list[float]:
        canvas = self._page.canvas
        middle = canvas.camera.seen().center()
        return [round(middle.x(), 1), round(middle.y(), 1), round(canvas.camera.percent, 2)]

    def restore(self) -> None:
        """Look where one looked last here; fit everything where that is not known."""
        if not self._look(self._kept(LOOKS).get(_key(self._document.place))):
            self._page.canvas.camera.fit()

    def _look(self, at: Any) -> bool:
        if not (isinstance(at, list) and len(at) == 3 and all(isinstance(one, int | float) for one in at)):
            return False
        x, y, percent = at
        canvas = self._page.canvas
        canvas.camera.zoom_to(percent)
        canvas.camera.look_at(QPointF(x, y))
        # such as a network that was laid out elsewhere since: an empty view is no place to be
        return bool(nodes_in(canvas.mirror, canvas.camera.seen())) or not self._page.graph.nodes

    # ---- bookmarks -----------------------------------------------------------------------------------------------

    def set_bookmark(self, number: int) -> None:
        """Remember where one looks now under a number."""
        place = self._document.place
        kept = {**self._kept(BOOKMARKS), str(number): [place.network, list(place.path), self._here()]}
        self._document.set_view(**{BOOKMARKS: kept})
        self._page.window_.say(f"Bookmark {number} is here. Alt+{number} comes back.", tone="good")

    def go_to_bookmark(self, number: int) -> None:
        """Look where a bookmark was set, in another network or block, too."""
        kept = self._kept(BOOKMARKS).get(str(number))
        if not (isinstance(kept, list) and len(kept) == 3 and isinstance(kept[1], list)):
            self._page.window_.say(f"Bookmark {number} is not set. Alt+Shift+{number} sets it to what you see.")
            return
        wanted = Place(str(kept[0]), tuple(str(one) for one in kept[1]))
        place = known(self._document.project, wanted)
        self._document.go(place)
        if place != wanted or not self._look(kept[2]):
            self._page.canvas.camera.fit()
            self._page.window_.say("What was there is gone; this is the nearest that is left.")

    # ---- finding -------------------------------------------------------------------------------------------------

    def find(self) -> None:
        """Search the nodes of all networks and blocks by name, settings or note, and go there."""
        finder = Finder(self._page, "Find a node by name, layer or note")
        finder.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        finder.chosen.connect(lambda _, key: self.show_found(key))
        finder.open(self.entries(), self._page.window())

    def entries(self) -> list[Found]:
        """Every node of the project, those of the graph that is shown first."""
        project, here = self._document.project, self._document.place
        found = []
        for place in sorted(places_of(project), key=lambda place: place != here):
            way = " › ".join(words for words, _ in crumbs(project, place)) if place != here else ""
            found += _entries(graph_at(project, place), place, way)
        return found

    def show_found(self, key: str) -> None:
        """Go to a node that was found."""
        network, *path = key.split("\n")
        *inside, name = path
        self._page.window_.show_page("build")
        self._document.go(Place(network, tuple(inside)))
        self._page.select([name], center=True)
        self._page.canvas.setFocus()


def _key(place: Place) -> str:
    return "/".join((place.network, *place.path))


def places_of(project: Project) -> list[Place]:
    """Every network, and the inside of each block at the first instance of it."""
    found, seen = [], set()
    waiting = [Place(name) for name in project.networks]
    while waiting:
        place = waiting.pop(0)
        found.append(place)
        for node in graph_at(project, place).nodes.values():
            if node.block in project.blocks and node.block not in seen:
                seen.add(node.block)
                waiting.append(place.entered(node.id))
    return found


def _entries(graph: Graph, place: Place, way: str) -> list[Found]:
    found = []
    for name in (*graph.order, *sorted(set(graph.nodes) - set(graph.order))):
        node = graph.nodes[name]
        known_layer = node.layer in layers
        cls = layers[node.layer] if known_layer else None
        found.append(
            Found(
                "node",
                "\n".join((place.network, *place.path, name)),
                label_of(node),
                way or name,
                icon=cls.icon if cls else "block",
                section=cls.section if cls else "Blocks",
                words=f"{name} {node.layer} {node.note} {cls.label if cls else ''}",
            )
        )
    return found
