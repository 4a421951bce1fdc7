"""Where the things are that a lesson points at: palette rows, cards, ports, page tabs, controls by their names.

Each kind of target is one function that finds a `Spot`, or None while the thing is not on screen. Things are found by
names that stay (a layer's class, a page's key, what a screen reader says of a control), never by a place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QRect, QRectF
from PySide6.QtWidgets import QAbstractButton, QScrollArea, QWidget

from app.lessons import Call
from app.lessons_checks import node_of
from engine.cards import CARD_WIDTH
from engine.layout import GAP_LABEL
from engine.placing import place_below
from widgets import theme
from widgets.canvas.view import Canvas
from widgets.palette_rows import Item
from widgets.recipe_panel import RecipePanel

if TYPE_CHECKING:
    from app.window import Window


@dataclass(frozen=True)
class Spot:
    """A part of the window: a rectangle inside a widget, and what gets the keyboard when it is pointed at."""

    widget: QWidget
    area: QRect
    focus: QWidget | None = None

    def inside(self, over: QWidget) -> QRect:
        """The rectangle in the coordinates of another widget, cut to what is visible of it."""
        corner = self.widget.mapTo(over.window(), self.area.topLeft())
        seen = QRect(over.mapFrom(over.window(), corner), self.area.size())
        return seen.intersected(over.rect())


MOST_CARDS = 60
"""So many cards are kept clear of the words; in larger networks they lie everywhere."""

Finder = Callable[..., "Spot | None"]
TARGETS: dict[str, Finder] = {}


def _target(find: Finder) -> Finder:
    TARGETS[find.__name__.strip("_")] = find
    return find


def find(window: Window, call: Call) -> Spot | None:
    """Where a target is now; None while it is not on screen."""
    found: Spot | None = TARGETS[call[0]](window, *call[1:])
    return found


def _whole(widget: QWidget | None, focus: QWidget | None = None) -> Spot | None:
    if widget is None or not widget.isVisible():
        return None
    takes = widget.focusPolicy().value != 0
    seen = widget.visibleRegion().boundingRect()
    return Spot(widget, seen if not seen.isEmpty() else widget.rect(), focus or (widget if takes else None))


# ---- the frame of the window ----


@_target
def _tab(window: Window, key: str) -> Spot | None:
    """The tab of a page."""
    return _whole(window.top.tabs.tab(key))


@_target
def _bottom_tab(window: Window, key: str) -> Spot | None:
    """The tab of a panel below the canvas."""
    return _whole(window.build.bottom.tabs.tab(key))


@_target
def _train_button(window: Window) -> Spot | None:
    """The button at the upper right that says Train, Pause or Resume."""
    return _whole(window.top.run)


@_target
def _part(window: Window, name: str) -> Spot | None:
    """A named part of a page; where a narrow window folded its panel away, the button that opens it."""
    widget = PARTS[name](window)
    if widget is not None and not widget.isVisible():
        return _whole(_strip_of(window, widget))
    return _whole(widget)


@_target
def _control(window: Window, name: str, part: str = "") -> Spot | None:
    """A button or field by what a screen reader calls it, within a part of the page where that is given."""
    root = PARTS[part](window) if part else window.stack.currentWidget()
    if root is None:
        return None
    if not root.isVisible():
        return _whole(_strip_of(window, root))
    return _whole(_named(root, name))


def _named(root: QWidget, name: str) -> QWidget | None:
    """The visible control of that name; a name that goes on after a comma counts, too."""
    for one in root.findChildren(QWidget):
        said = one.accessibleName()
        if (said == name or said.startswith(f"{name}, ")) and one.isVisible() and one.focusPolicy().value:
            return one
    return None


def _strip_of(window: Window, inner: QWidget) -> QWidget | None:
    """The button of the drawer in which a panel is folded away."""
    if window.page == "build":
        side = window.build.rooms.side
        folded: QWidget | None = side.strip.button if side.folded and side.isAncestorOf(side.strip) else None
        return folded if side.panel is inner or side.panel.isAncestorOf(inner) else None
    frame = getattr(window.stack.currentWidget(), "frame", None)
    for strip in frame.findChildren(QAbstractButton) if frame is not None else ():
        side = strip.parentWidget().parentWidget()
        panel = getattr(side, "panel", None)
        if panel is not None and strip.isVisible() and (panel is inner or panel.isAncestorOf(inner)):
            button: QWidget = strip
            return button
    return None


@_target
def _recipe(window: Window, name: str) -> Spot | None:
    """A setting of the recipe for the next run."""
    side = window.train.widget.side
    if not side.isVisible():
        return _whole(_strip_of(window, side))
    form = side.findChild(RecipePanel)
    row = form.form.rows.get(name) if form is not None else None
    if row is None or not row.isVisible():
        return _whole(side.form)
    return _whole(row, row.editor)


PARTS: dict[str, Callable[[Window], QWidget | None]] = {
    "inspector": lambda window: window.build.inspector,
    "picture": lambda window: window.build.inspector.node.picture,
    "settings": lambda window: window.build.inspector.node.settings,
    "cost": lambda window: window.build.inspector.node.cost,
    "overlays": lambda window: window.build.overlays,
    "bottom": lambda window: window.build.bottom.area,
    "bottom tabs": lambda window: window.build.bottom.tabs,
    "place": lambda window: window.build.place_bar,
    "facts": lambda window: window.status,
    "data drop": lambda window: (
        window.data.widget.drop if window.data.widget.drop.isVisible() else window.data.widget.sources.drop
    ),
    "data table": lambda window: window.data.widget.table.head,
    "data report": lambda window: window.data.widget.report,
    "data quality": lambda window: window.data.widget.report.quality,
    "data split": lambda window: window.data.widget.report.split,
    "train head": lambda window: window.train.widget.head,
    "loss": lambda window: window.train.widget.charts.loss,
    "doctor": lambda window: window.train.widget.side.doctor,
    "recipe": lambda window: window.train.widget.side.recipe,
    "runs": lambda window: window.train.widget.runs,
    "samples": lambda window: window.train.widget.charts.samples,
    "test numbers": lambda window: window.test.widget.numbers,
    "mix-ups": lambda window: window.test.widget.mixups,
    "mistakes": lambda window: window.test.widget.mistakes.title,
    "try": lambda window: window.test.widget.tries,
    "test page": lambda window: window.test.widget,
    "proof": lambda window: window.export.widget.proof,
    "snippet": lambda window: window.export.widget.snippet,
    "export side": lambda window: window.export.widget.side,
    "export button": lambda window: window.export.widget.side.button,
    "export folder": lambda window: window.export.widget.side.folder,
}
"""Parts of the window that lessons point at, by name."""


# ---- the Build page ----


@_target
def _palette(window: Window, layer: str) -> Spot | None:
    """The row of a layer in the palette, unfolded and scrolled to where it must be."""
    panel = window.build.palette_panel
    view = panel.list
    if panel.is_narrow():  # one icon for each section; its menu has the layer
        section = next((one.section for one in panel.entries() if one.name == layer), "")
        return _whole(panel.icons.buttons.get(section, panel.icons.search))
    if not view.isVisible():
        return _whole(panel.search)
    place = _row_of(window, layer)
    if place < 0:
        return _whole(panel.search)
    index = view.rows().index(place)
    if not view.viewport().rect().contains(view.visualRect(index)):
        view.scrollTo(index)
    return Spot(view.viewport(), view.visualRect(index), view)


def _row_of(window: Window, layer: str) -> int:
    """Where a layer's row is; its section is opened for it, the first time it is looked for."""
    panel = window.build.palette_panel
    rows = panel.list.rows().rows()
    found = [at for at, one in enumerate(rows) if isinstance(one, Item) and one.entry.name == layer]
    if not found and not panel.search.text().strip():
        section = next((one.section for one in panel.entries() if one.name == layer), "")
        if section and section not in panel.open_sections():
            panel.set_open_sections([*panel.open_sections(), section])
            return _row_of(window, layer)
    return found[-1] if found else -1


@_target
def _node(window: Window, layer: str) -> Spot | None:
    """The card of a node."""
    node = node_of(window.document.graph, layer)
    item = window.build.canvas.mirror.nodes.get(node.id) if node else None
    return _on_canvas(window, item.area()) if item is not None else None


@_target
def _setting(window: Window, name: str) -> Spot | None:
    """The row of a setting in the inspector; "@repeat" is how often a block follows itself."""
    inspector = window.build.inspector
    if not inspector.isVisible():
        return _whole(_strip_of(window, inspector))
    row = inspector.node.form.rows.get(name)
    return _whole(row, row.editor) if row is not None else None


@_target
def _block(window: Window) -> Spot | None:
    """The card of the first block."""
    found = [node for node in window.document.graph.nodes.values() if node.block]
    item = window.build.canvas.mirror.nodes.get(found[0].id) if found else None
    return _on_canvas(window, item.area()) if item is not None else None


@_target
def _output(window: Window, layer: str) -> Spot | None:
    """The port at the lower edge of a node, where wires begin."""
    node = node_of(window.document.graph, layer)
    item = window.build.canvas.mirror.nodes.get(node.id) if node else None
    if item is None or not item.card.outputs:
        return None
    return _around(window, item.output_point(item.card.outputs[0].port))


@_target
def _input(window: Window, layer: str, port: str = "") -> Spot | None:
    """A port at the upper edge of a node, where wires end."""
    node = node_of(window.document.graph, layer)
    item = window.build.canvas.mirror.nodes.get(node.id) if node else None
    if item is None or not item.card.inputs:
        return None
    return _around(window, item.input_point(port or item.card.inputs[0].port, 0))


@_target
def _below(window: Window, layer: str) -> Spot | None:
    """The place under a card where the next layer is dropped."""
    graph = window.document.graph
    node = node_of(graph, layer)
    if node is None:
        return None
    x, y = place_below(graph, node.id, window.document.project.blocks)
    return _on_canvas(window, QRectF(x, y - GAP_LABEL / 2, CARD_WIDTH, GAP_LABEL))


@_target
def _wire(window: Window, first: str, second: str) -> Spot | None:
    """The middle of the wire between two nodes."""
    graph = window.document.graph
    one, two = node_of(graph, first), node_of(graph, second)
    scene = window.build.canvas.mirror
    ends = (one.id, two.id) if one and two else ("", "")
    found = [item for edge, item in scene.wires.items() if (edge.source, edge.target) == ends]
    if not found:
        return None
    middle, sizes = found[0].path().pointAtPercent(0.5), theme.sizes()
    return _on_canvas(window, QRectF(middle.x() - sizes.s32 * 2, middle.y() - sizes.s12, sizes.s32 * 4, sizes.s24))


@_target
def _callout(window: Window, layer: str) -> Spot | None:
    """The callout beside a card with what is wrong; the card itself while it is not open."""
    callout = window.build.canvas.mirror.callout
    node = node_of(window.document.graph, layer)
    if callout is None or node is None or not callout.isVisible() or callout.problem.node != node.id:
        return _node(window, layer)
    return _on_canvas(window, callout.mapRectToScene(callout.area()))


def _around(window: Window, place: Any) -> Spot | None:
    reach = theme.sizes().port_grab / 2
    return _on_canvas(window, QRectF(place.x() - reach, place.y() - reach, 2 * reach, 2 * reach))


def _on_canvas(window: Window, area: QRectF) -> Spot | None:
    """A part of the scene as it is seen now; None where it lies outside the view."""
    canvas: Canvas = window.build.canvas
    if not canvas.isVisible():
        return None
    seen = canvas.mapFromScene(area).boundingRect()
    view = canvas.viewport().rect()
    if not view.contains(seen.center()):
        return None
    shown = seen.intersected(view)
    return Spot(canvas.viewport(), shown.adjusted(0, 0, 1, 1), canvas)


def cards_on(window: Window, over: QWidget) -> list[QRect]:
    """Where cards of the canvas are, which the words of a lesson should rather not cover."""
    if window.page != "build":
        return []
    items = list(window.build.canvas.mirror.nodes.values())[:MOST_CARDS]
    spots = (_on_canvas(window, item.area()) for item in items)
    return [spot.inside(over) for spot in spots if spot is not None]


def bring_into_view(window: Window, call: Call) -> None:
    """Scroll and unfold so that a target can be seen; once, when a step begins on its page."""
    if call[0] in ("node", "output", "input", "below", "callout", "wire"):
        node = node_of(window.document.graph, call[1])
        if node is not None:
            window.build.canvas.camera.show_node(node.id)
    elif call[0] == "recipe":
        window.train.widget.side.form.set_open(True)
        form = window.train.widget.side.findChild(RecipePanel)
        if form is not None:
            form.focus_on(call[1])
    if call[0] in ("recipe", "control", "part", "setting"):
        spot = find(window, call)
        if spot is not None:
            _scroll_to(spot.widget)


IN_DRAWER = ("inspector", "picture", "settings", "cost")
"""Parts that lie in the drawer of a narrow Build page."""


def put_drawer_away(window: Window, calls: Iterable[Call]) -> None:
    """Close the drawer of a narrow Build page, unless one of these targets lies in it: it covers the canvas."""
    inside = any(call[0] == "setting" or (call[0] == "part" and call[1] in IN_DRAWER) for call in calls)
    if window.page == "build" and window.build.rooms.side.folded and not inside:
        window.build.rooms.side.strip.button.setChecked(False)


def _scroll_to(widget: QWidget) -> None:
    """Bring a widget into view in whatever scrolls around it."""
    around = widget.parentWidget()
    while around is not None:
        if isinstance(around, QScrollArea):
            around.ensureWidgetVisible(widget)
        around = around.parentWidget()
