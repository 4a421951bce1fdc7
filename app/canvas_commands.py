"""The commands of the canvas: arranging, wiring, notes and frames, looking around."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.commands import command, needs_project, needs_selection
from widgets.canvas.spots import ask_quick_add

if TYPE_CHECKING:
    from app.window import Window


def _needs(count: int, words: str) -> Callable[[Window], str]:
    def why_not(window: Window) -> str:
        return needs_project(window) or ("" if len(window.build.selection) >= count else words)

    return why_not


_needs_two = _needs(2, "Select at least two nodes first.")
_needs_three = _needs(3, "Select at least three nodes first.")


def _needs_wire(window: Window) -> str:
    return needs_project(window) or window.build.arranging.why_not_toggle_wires()


def _needs_size(window: Window) -> str:
    return needs_selection(window) or window.build.arranging.why_not_keep_size()


# ---- edit ----


@command("Paste with inputs", "Ctrl+Shift+V", menu="Edit", where="canvas", why_not=needs_project)
def paste_with_inputs(window: Window) -> None:
    window.build.clipboard.paste(outer=True)


@command("Duplicate with inputs", "Ctrl+Shift+D", menu="Edit", where="canvas", why_not=needs_selection)
def duplicate_with_inputs(window: Window) -> None:
    window.build.clipboard.duplicate(outer=True)


@command("Select what feeds it", "Ctrl+Up", menu="Edit", icon="arrow-up", where="canvas", why_not=needs_selection)
def select_upstream(window: Window) -> None:
    window.build.arranging.select_upstream()


@command("Select what it feeds", "Ctrl+Down", menu="Edit", icon="arrow-down", where="canvas", why_not=needs_selection)
def select_downstream(window: Window) -> None:
    window.build.arranging.select_downstream()


@command("Invert the selection", "Ctrl+I", menu="Edit", where="canvas", why_not=needs_project)
def invert_selection(window: Window) -> None:
    window.build.arranging.invert()


@command("Find a node", "Ctrl+F", menu="Edit", icon="text-search", where="build", why_not=needs_project)
def find_node(window: Window) -> None:
    window.build.looking.find()


@command("Compare with a file", menu="Edit", icon="diff", why_not=needs_project)
def compare_file(window: Window) -> None:
    from app.comparing import compare_with_file

    compare_with_file(window)


@command("Compare with what was opened", menu="Edit", icon="diff", why_not=needs_project)
def compare_opened(window: Window) -> None:
    window.build.bottom.compare_step(0)


@command("Compare two runs", menu="Edit", icon="diff", why_not=needs_project)
def compare_two_runs(window: Window) -> None:
    from app.run_comparing import show_runs

    show_runs(window)


# ---- network ----


@command("Add a layer", "Shift+A", "Tab", menu="Network", icon="plus", where="menu", why_not=needs_project)
def add_layer(window: Window) -> None:
    window.show_page("build")
    ask_quick_add(window.build.canvas)


@command("Search layers", "/", menu="Network", icon="search", where="build", why_not=needs_project)
def search_layers(window: Window) -> None:
    window.show_page("build")
    window.build.search_layers()


@command("Join selected", "J", menu="Network", icon="git-merge", where="canvas", why_not=_needs_two)
def join(window: Window) -> None:
    window.build.arranging.join()


@command("Swap inputs", "Alt+S", menu="Network", icon="arrow-left-right", where="canvas", why_not=needs_selection)
def swap_inputs(window: Window) -> None:
    window.build.arranging.swap_inputs()


@command("Take out of the chain", "Ctrl+Shift+X", menu="Network", where="canvas", why_not=needs_selection)
def extract(window: Window) -> None:
    window.build.arranging.extract()


@command("Break wires", "Ctrl+Shift+B", menu="Network", icon="link-2-off", where="canvas", why_not=needs_selection)
def break_wires(window: Window) -> None:
    window.build.arranging.break_wires()


@command("Turn wires off or on", "Shift+M", menu="Network", where="canvas", why_not=_needs_wire)
def toggle_wires(window: Window) -> None:
    window.build.arranging.toggle_wires()


@command("Frame", "Ctrl+J", menu="Network", icon="frame", where="canvas", why_not=needs_selection)
def frame(window: Window) -> None:
    window.build.arranging.frame()


@command("Add a note", "N", menu="Network", icon="sticky-note", where="canvas", why_not=needs_project)
def add_note(window: Window) -> None:
    window.build.arranging.add_note()


@command("Note on the node", "Shift+N", menu="Network", where="canvas", why_not=needs_selection)
def note_on_node(window: Window) -> None:
    window.build.ask_note()


@command("Collapse", "H", menu="Network", icon="minimize-2", where="canvas", why_not=needs_selection)
def collapse(window: Window) -> None:
    window.build.arranging.toggle_mark("collapsed", "Collapse")


@command("Lock in place", "P", menu="Network", icon="lock", where="canvas", why_not=needs_selection)
def lock(window: Window) -> None:
    window.build.arranging.toggle_mark("locked", "Lock in place")


@command("Set to keep size", "K", menu="Network", icon="ruler", where="canvas", why_not=_needs_size)
def keep_size(window: Window) -> None:
    window.build.arranging.keep_size()


@command("Tidy up in columns", "Shift+L", menu="Network", icon="columns-3", where="canvas", why_not=needs_project)
def fold(window: Window) -> None:
    window.build.arranging.fold()


@command("Straighten wires", "Q", menu="Network", where="canvas", why_not=needs_project)
def straighten(window: Window) -> None:
    window.build.arranging.straighten()


@command("Align left", menu="Network", icon="align-left", why_not=_needs_two)
def align_left(window: Window) -> None:
    window.build.arranging.align("left")


@command("Align centers", menu="Network", why_not=_needs_two)
def align_center(window: Window) -> None:
    window.build.arranging.align("center")


@command("Align right", menu="Network", why_not=_needs_two)
def align_right(window: Window) -> None:
    window.build.arranging.align("right")


@command("Align tops", menu="Network", why_not=_needs_two)
def align_top(window: Window) -> None:
    window.build.arranging.align("top")


@command("Align middles", menu="Network", why_not=_needs_two)
def align_middle(window: Window) -> None:
    window.build.arranging.align("middle")


@command("Align bottoms", menu="Network", why_not=_needs_two)
def align_bottom(window: Window) -> None:
    window.build.arranging.align("bottom")


@command("Distribute across", menu="Network", why_not=_needs_three)
def distribute_across(window: Window) -> None:
    window.build.arranging.distribute(False)


@command("Distribute down", menu="Network", icon="arrow-up-down", why_not=_needs_three)
def distribute_down(window: Window) -> None:
    window.build.arranging.distribute(True)


# ---- view ----


@command("Show shapes", menu="View", why_not=needs_project)
def overlay_shapes(window: Window) -> None:
    window.build.set_overlay("shapes")


@command("Show cost", menu="View", icon="gauge", why_not=needs_project)
def overlay_cost(window: Window) -> None:
    window.build.set_overlay("cost")


@command("Show training", menu="View", icon="activity", why_not=needs_project)
def overlay_training(window: Window) -> None:
    window.build.set_overlay("training")


@command("Outline", "Ctrl+Shift+O", menu="View", icon="list", where="build", why_not=needs_project)
def show_outline(window: Window) -> None:
    window.show_page("build")
    window.build.bottom.open("outline")
    window.build.bottom.outline.list.setFocus()


@command("Save picture of the selection", menu="File", icon="image", why_not=needs_selection)
def save_picture_of_selection(window: Window) -> None:
    window.files.save_picture(window.build.selection)


def _bookmark(number: int) -> None:
    def go(window: Window) -> None:
        window.show_page("build")
        window.build.looking.go_to_bookmark(number)

    def put(window: Window) -> None:
        window.build.looking.set_bookmark(number)

    go.__name__, put.__name__ = f"bookmark_{number}", f"set_bookmark_{number}"
    icon = "bookmark" if number == 1 else ""
    command(f"Go to bookmark {number}", f"Alt+{number}", menu="Bookmarks", icon=icon, why_not=needs_project)(go)
    command(f"Set bookmark {number}", f"Alt+Shift+{number}", menu="Bookmarks", where="canvas", why_not=needs_project)(
        put
    )


for _number in range(1, 10):
    _bookmark(_number)


# ---- weights ----


@command("Share weights, or stop sharing", menu="Network", icon="link", where="canvas", why_not=_needs_two)
def share_weights(window: Window) -> None:
    from engine.sharing import share

    names = list(window.build.selection)
    window.build.edit("Share weights", lambda graph: share(graph, names))
