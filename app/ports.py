"""The command that leaves the unused ports of cards out, or shows them again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.commands import command, needs_selection
from engine.arrange import marked
from engine.spare import HIDES, hide, spare_ports

if TYPE_CHECKING:
    from app.window import Window


def _why_not(window: Window) -> str:
    why = needs_selection(window)
    if why:
        return why
    page = window.build
    graph, blocks = page.graph, window.document.project.blocks
    names = [name for name in page.selection if name in graph.nodes]
    if any(marked(graph, name, HIDES) or any(spare_ports(graph, name, blocks)) for name in names):
        return ""
    return "No selected node has an unused port that could be hidden."


@command("Hide unused ports", "Ctrl+H", menu="Network", icon="eye-off", where="canvas", why_not=_why_not)
def hide_ports(window: Window) -> None:
    page = window.build
    names, blocks = list(page.selection), window.document.project.blocks
    on = not any(marked(page.graph, name, HIDES) for name in names)
    words = "Hide unused ports" if on else "Show all ports"
    page.edit(words, lambda graph: hide(graph, names, on, blocks))
