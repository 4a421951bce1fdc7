"""Copy, cut, paste and duplicate: nodes travel as JSON text, between windows too."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication

from engine.errors import UserError
from engine.graph import Graph, part_of, paste
from engine.graphfile import graph_from_json, graph_json
from engine.jsontext import parse

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
        text = json.dumps(
            {"lamina": "nodes", **graph_json(part_of(self._page.graph, self._page.selection))}, ensure_ascii=False
        )
        data = QMimeData()
        data.setText(text)
        data.setData(CLIP, text.encode())
        QGuiApplication.clipboard().setMimeData(data)
        self._pastes = 0

    def cut(self) -> None:
        self.copy()
        self._page.remove(self._page.selection, False)

    def paste(self) -> None:
        """Paste nodes from the clipboard, from another window too; text from elsewhere is refused with a sentence."""
        data = QGuiApplication.clipboard().mimeData()
        text = bytes(data.data(CLIP).data()).decode("utf-8", "replace") if data.hasFormat(CLIP) else data.text()
        try:
            if len(text) > MOST_CLIP or not text.lstrip().startswith("{"):
                raise UserError("The clipboard holds no nodes. Copy some in Lamina first.")
            part = graph_from_json(parse(text, "The clipboard"))
        except UserError as error:
            self._page.window_.say(error.message)
            return
        self._paste(part, "Paste")

    def _paste(self, part: Graph, words: str) -> None:
        self._pastes += 1
        offset = 32.0 * self._pastes
        made: list[str] = []

        def edit(graph: Graph) -> Graph:
            grown, names = paste(graph, part, offset, offset)
            made.extend(names)
            return grown

        if self._page.edit(words, edit):
            self._page.select(made)

    def duplicate(self, names: Iterable[str] = ()) -> None:
        self._pastes = 0
        self._paste(part_of(self._page.graph, list(names) or self._page.selection), "Duplicate")
