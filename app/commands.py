"""Everything the menus, the keys, the finder and the shortcut sheet can do: one function each.

From a declaration follow the menu entry, the shortcut, the row in the finder and in the sheet of shortcuts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from app.window import Window

Where = Literal["window", "build", "canvas", "menu"]


def _always(window: Window) -> str:
    return ""


@dataclass(frozen=True)
class Command:
    """One thing to do.

    `where` is the widget that must have the focus for the key to work: the window, the Build page, its canvas; "menu"
    shows a key that the canvas itself listens to. `why_not` says why it cannot be done now, empty where it can.
    """

    name: str
    label: str
    run: Callable[[Window], None]
    keys: tuple[str, ...] = ()
    menu: str = ""
    icon: str = ""
    where: Where = "window"
    why_not: Callable[[Window], str] = _always


COMMANDS: dict[str, Command] = {}
MENUS = ("File", "Edit", "Network", "View", "Bookmarks", "Run", "Help")


def command(
    label: str,
    *keys: str,
    menu: str = "",
    icon: str = "",
    where: Where = "window",
    why_not: Callable[[Window], str] = _always,
) -> Callable[[Callable[[Window], None]], Callable[[Window], None]]:
    """Declare a command; its name is the function's."""

    def enter(run: Callable[[Window], None]) -> Callable[[Window], None]:
        COMMANDS[run.__name__] = Command(run.__name__, label, run, keys, menu, icon, where, why_not)
        return run

    return enter


def needs_project(window: Window) -> str:
    return "" if window.has_project else "Open a project first."


def needs_selection(window: Window) -> str:
    return needs_project(window) or ("" if window.build.selection else "Select a node first.")


def _needs_undo(window: Window) -> str:
    return "" if window.document.stack.canUndo() else "There is nothing to undo."


def _needs_redo(window: Window) -> str:
    return "" if window.document.stack.canRedo() else "There is nothing to redo."


# ---- file ----


@command("New project", "Ctrl+N", menu="File", icon="plus")
def new_project(window: Window) -> None:
    window.files.new_project()


@command("Open", "Ctrl+O", menu="File", icon="folder-open")
def open_project(window: Window) -> None:
    window.files.ask_open()


@command("Templates", "Ctrl+T", menu="File", icon="layout-template")
def show_gallery(window: Window) -> None:
    window.show_gallery()


@command("Save", "Ctrl+S", menu="File", icon="save", why_not=needs_project)
def save(window: Window) -> None:
    window.files.save()


@command("Save as", "Ctrl+Shift+S", menu="File", why_not=needs_project)
def save_as(window: Window) -> None:
    window.files.save_as()


@command("Save picture of the network", menu="File", icon="image", why_not=needs_project)
def save_picture(window: Window) -> None:
    window.files.save_picture()


@command("Save code", menu="File", icon="code", why_not=needs_project)
def save_code(window: Window) -> None:
    window.build.bottom.save_code()


@command("Quit", "Ctrl+Q", menu="File")
def close_window(window: Window) -> None:
    window.close()


# ---- edit ----


@command("Undo", "Ctrl+Z", menu="Edit", icon="undo-2", why_not=_needs_undo)
def undo(window: Window) -> None:
    window.document.stack.undo()


@command("Redo", "Ctrl+Shift+Z", "Ctrl+Y", menu="Edit", icon="redo-2", why_not=_needs_redo)
def redo(window: Window) -> None:
    window.document.stack.redo()


@command("Cut", "Ctrl+X", menu="Edit", icon="scissors", where="canvas", why_not=needs_selection)
def cut(window: Window) -> None:
    window.build.clipboard.cut()


@command("Copy", "Ctrl+C", menu="Edit", icon="copy", where="canvas", why_not=needs_selection)
def copy(window: Window) -> None:
    window.build.clipboard.copy()


@command("Paste", "Ctrl+V", menu="Edit", icon="clipboard", where="canvas", why_not=needs_project)
def paste(window: Window) -> None:
    window.build.clipboard.paste()


@command("Duplicate", "Ctrl+D", menu="Edit", icon="copy", where="canvas", why_not=needs_selection)
def duplicate(window: Window) -> None:
    window.build.clipboard.duplicate()


@command("Select all", "Ctrl+A", menu="Edit", where="canvas", why_not=needs_project)
def select_all(window: Window) -> None:
    window.build.select(list(window.build.graph.nodes))


@command("Delete", "Del", "Backspace", menu="Edit", icon="trash-2", where="menu", why_not=needs_selection)
def delete(window: Window) -> None:
    window.build.remove_selected(False)


@command("Delete and reconnect", "Ctrl+Del", menu="Edit", where="menu", why_not=needs_selection)
def delete_reconnect(window: Window) -> None:
    window.build.remove_selected(True)


# ---- network ----


@command("Insert after", "I", menu="Network", icon="plus", where="canvas", why_not=needs_selection)
def insert_after(window: Window) -> None:
    window.build.adding.insert_after(window.build.selection[-1])


@command("Mute", "M", menu="Network", icon="eye-off", where="canvas", why_not=needs_selection)
def mute(window: Window) -> None:
    window.build.toggle("muted", "Mute")


@command("Freeze weights", "F", menu="Network", icon="snowflake", where="canvas", why_not=needs_selection)
def freeze(window: Window) -> None:
    window.build.toggle("frozen", "Freeze")


@command("Rename", "F2", menu="Network", where="canvas", why_not=needs_selection)
def rename(window: Window) -> None:
    window.build.rename()


def _needs_block(window: Window) -> str:
    from app.blocks import why_not_unpack

    return needs_project(window) or why_not_unpack(window.build)


def _needs_inside(window: Window) -> str:
    from app.blocks import why_not_leave

    return needs_project(window) or why_not_leave(window.build)


@command("Group into block", "Ctrl+G", menu="Network", icon="boxes", where="canvas", why_not=needs_selection)
def group(window: Window) -> None:
    window.build.blocks.group()


@command("Unpack block", "Ctrl+Shift+G", menu="Network", icon="ungroup", where="canvas", why_not=_needs_block)
def unpack_block(window: Window) -> None:
    window.build.blocks.unpack()


@command("Leave block", "Alt+Up", menu="Network", icon="arrow-up", where="menu", why_not=_needs_inside)
def leave_block(window: Window) -> None:
    window.build.blocks.leave()


@command("Make block unique", menu="Network", why_not=_needs_block)
def unique_block(window: Window) -> None:
    window.build.blocks.make_unique()


@command("Rename block", menu="Network", why_not=_needs_block)
def rename_block(window: Window) -> None:
    window.build.blocks.rename_block()


@command("Save block to a file", menu="Network", icon="download", why_not=_needs_block)
def save_block(window: Window) -> None:
    window.build.blocks.save_to_library()


@command("Load blocks from a file", menu="Network", icon="upload", why_not=needs_project)
def load_blocks(window: Window) -> None:
    window.build.blocks.load_from_library()


@command("Add a network", menu="Network", icon="layers", why_not=needs_project)
def add_network(window: Window) -> None:
    window.build.blocks.add_network()


@command("Tidy up", "L", menu="Network", icon="list-tree", where="canvas", why_not=needs_project)
def tidy(window: Window) -> None:
    window.build.arranging.tidy()


@command("Next problem", "F8", menu="Network", icon="triangle-alert", why_not=needs_project)
def next_problem(window: Window) -> None:
    window.build.mending.next()


# ---- view ----


@command("Data page", "Ctrl+1", menu="View", why_not=needs_project)
def page_data(window: Window) -> None:
    window.show_page("data")


@command("Build page", "Ctrl+2", menu="View", why_not=needs_project)
def page_build(window: Window) -> None:
    window.show_page("build")


@command("Train page", "Ctrl+3", menu="View", why_not=needs_project)
def page_train(window: Window) -> None:
    window.show_page("train")


@command("Test page", "Ctrl+4", menu="View", why_not=needs_project)
def page_test(window: Window) -> None:
    window.show_page("test")


@command("Export page", "Ctrl+5", menu="View", why_not=needs_project)
def page_export(window: Window) -> None:
    window.show_page("export")


@command(
    "Fit the network into the view", "Home", "A", menu="View", icon="maximize", where="canvas", why_not=needs_project
)
def fit(window: Window) -> None:
    window.build.canvas.camera.fit()


@command("Fit the selection into the view", ".", menu="View", where="canvas", why_not=needs_selection)
def fit_selection(window: Window) -> None:
    window.build.canvas.camera.fit_selection()


@command("Light or dark", menu="View", icon="sun")
def toggle_theme(window: Window) -> None:
    window.toggle_theme()


@command("Settings", "Ctrl+,", menu="View", icon="settings")
def show_settings(window: Window) -> None:
    window.show_settings()


@command("Reset the layout", "Ctrl+Alt+0", menu="View")
def reset_layout(window: Window) -> None:
    window.reset_layout()


@command("Find anything", "Ctrl+K", menu="View", icon="search")
def find_anything(window: Window) -> None:
    window.show_finder()


@command("Next panel", "F6", menu="View")
def next_panel(window: Window) -> None:
    window.next_panel()


# ---- run ----


@command("Train", "Ctrl+Return", menu="Run", icon="play", why_not=lambda window: window.train.why_not_train())
def train(window: Window) -> None:
    window.train.start()


@command("Pause or resume", menu="Run", icon="pause", why_not=lambda window: window.train.why_not_pause())
def pause(window: Window) -> None:
    window.train.toggle_pause()


@command("Stop after this epoch", menu="Run", icon="flag", why_not=lambda window: window.train.why_not_pause())
def stop_epoch(window: Window) -> None:
    window.train.request("stop_epoch")


@command("Stop now", menu="Run", icon="square", why_not=lambda window: window.train.why_not_pause())
def stop_now(window: Window) -> None:
    window.train.request("stop")


@command("Test the chosen run", menu="Run", why_not=lambda window: window.test.why_not_test())
def test_run(window: Window) -> None:
    window.show_page("test")
    window.test.run_test()


# ---- help ----


@command("Shortcuts", "?", menu="Help", icon="keyboard")
def show_shortcuts(window: Window) -> None:
    window.show_shortcuts()


@command("About Lamina", menu="Help", icon="info")
def show_about(window: Window) -> None:
    window.show_about()


from app import canvas_commands as _canvas_commands  # noqa: E402, F401 (declares its commands on import)
from app import dots as _dots  # noqa: E402, F401
from app import lessons_commands as _lessons_commands  # noqa: E402, F401
from app import ports as _ports  # noqa: E402, F401
from app import sample_commands as _sample_commands  # noqa: E402, F401
