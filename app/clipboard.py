"""Copy, cut, paste and duplicate: nodes travel as JSON text, between windows too."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication

from engine.errors import UserError
from engine.graph import Graph
from engine.graphfile import graph_from_json, graph_json
from engine.jsontext import parse
from engine.pasting import copied, corner, pasted

if TYPE_CHECKING:
    from app.build import BuildPage

CLIP = "application/x-lamina-nodes+json"
MOST_CLIP = 8 * 2**20


class Clipboard:
    """The Build page's clipboard."""

    def __init__(self, page: BuildPage) -> None:
        self._page = page
        self._pastes = 0

    def copy(self) -> None:
        frames = self._page.canvas.mirror.selected_frames
        part = copied(self._page.graph, self._page.selection, sorted(frames))
        text = json.dumps({"lamina": "nodes", **graph_json(part)}, ensure_ascii=False)
        data = QMimeData()
        data.setText(text)
        data.setData(CLIP, text.encode())
        QGuiApplication.clipboard().setMimeData(data)
        self._pastes = 0

    def cut(self) -> None:
        self.copy()
        frames = sorted(self._page.canvas.mirror.selected_frames)
        if frames:
            self._page.arranging.remove_frames(frames, list(self._page.selection))
        else:
            self._page.remove(self._page.selection, False)

    def paste(self, outer: bool = False) -> None:
        """Paste nodes from the clipboard, from another window too; text from elsewhere is refused with a sentence.

        Args:
            outer: also wire them to what fed the originals.
        """
        data = QGuiApplication.clipboard().mimeData()
        text = bytes(data.data(CLIP).data()).decode("utf-8", "replace") if data.hasFormat(CLIP) else data.text()
        try:
            if len(text) > MOST_CLIP or not text.lstrip().startswith("{"):
                raise UserError("The clipboard holds no nodes. Copy some in Lamina first.")
            part = graph_from_json(parse(text, "The clipboard"))
            left, top = corner(part)
        except UserError as error:
            self._page.window_.say(error.message)
            return
        words = "Paste with inputs" if outer else "Paste"
        canvas = self._page.canvas
        if canvas.viewport().underMouse():  # at the pointer
            at = canvas.spot()
            self._paste(part, words, round(at.x() - left), round(at.y() - top), outer)
            return
        self._pastes += 1
        self._paste(part, words, 32.0 * self._pastes, 32.0 * self._pastes, outer)

    def _paste(self, part: Graph, words: str, dx: float, dy: float, outer: bool = False) -> None:
        made: list[str] = []
        notes: list[str] = []
        blocks = self._page.document.project.blocks

        def edit(graph: Graph) -> Graph:
            grown, names, frames = pasted(graph, part, dx, dy, outer, blocks)
            made.extend(names)
            notes.extend(frames)
            return grown

        if self._page.edit(words, edit):
            self._page.canvas.choose(made, frames=notes)

    def duplicate(self, outer: bool = False) -> None:
        """A copy of what is selected beside it; with `outer` it reads from what the originals read."""
        words = "Duplicate with inputs" if outer else "Duplicate"
        frames = sorted(self._page.canvas.mirror.selected_frames)
        self._paste(copied(self._page.graph, self._page.selection, frames), words, 32.0, 32.0, outer)

    def copy_by(self, names: list[str], dx: float, dy: float) -> None:
        """A copy of nodes so far off, pulled out by hand."""
        self._paste(copied(self._page.graph, names), "Duplicate", dx, dy)
