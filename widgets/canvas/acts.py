"""Everything the canvas does by key: what it is called, its keys of the first day, and what Shift adds.

What each does stands in `keys.py`; this table alone is needed before a canvas is made.
"""

from __future__ import annotations

from dataclasses import dataclass

from widgets import keymap


@dataclass(frozen=True)
class Act:
    """Something the keyboard does on the canvas.

    Attributes:
        keys: the keys of the first day; those in force are in `widgets.keymap`.
        shift: what Shift adds, empty where it adds nothing; the key with Shift is taken then as well.
    """

    label: str
    keys: tuple[str, ...]
    shift: str = ""


_ARROWS = ("Up", "Down", "Left", "Right")
ACTS: dict[str, Act] = {
    "add_layer": Act("Add a layer", ("Shift+A", "Tab")),
    "open_node": Act("Enter a block, or go to the settings", ("Return", "Enter")),
    "start_wire": Act("Start a wire", ("W",)),
    "cut_hovered": Act("Remove the wire under the pointer", ("X",)),
    "canvas_menu": Act("Menu of what is chosen", ("Shift+F10", "Menu")),
    **{f"walk_{key.lower()}": Act(f"Walk {key.lower()}", (key,), "adds to what is chosen") for key in _ARROWS},
    **{
        f"nudge_{key.lower()}": Act(f"Nudge {key.lower()}", (f"Alt+{key}",), "goes ten times as far") for key in _ARROWS
    },
    "leave_block": Act("Leave block", ("Alt+Up",)),
    "zoom_100": Act("Zoom to 100 %", ("Ctrl+0",)),
    "zoom_in": Act("Zoom in", ("Ctrl+=", "Ctrl++")),
    "zoom_out": Act("Zoom out", ("Ctrl+-",)),
    "delete": Act("Delete", ("Del", "Backspace")),
    "delete_reconnect": Act("Delete and reconnect", ("Ctrl+Del",)),
    "rename": Act("Rename", ("F2",)),
    "fit": Act("Fit the network into the view", ("Home", "A")),
    "fit_selection": Act("Fit the selection into the view", (".",)),
    "select_all": Act("Select all", ("Ctrl+A",)),
}
"""Those that are commands as well carry the command's name. Of two with one key, the first that has something to do
does it."""


def with_shift(name: str, key: str) -> str:
    """The key that an act takes besides, with Shift; empty where it takes none."""
    act = ACTS.get(name)
    return keymap.plain(f"Shift+{key}") if act is not None and act.shift and "Shift+" not in key else ""
