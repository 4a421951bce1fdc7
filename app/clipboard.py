"""Copy, cut, paste and duplicate: nodes travel as JSON text with the blocks they are made of, between windows too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication

from engine.clip import EMPTY, MOST_BYTES, Clip, Pasted, clip_of, from_text, paste, to_text
from engine.errors import UserError
from engine.pasting import corner
from engine.project import Project
from widgets.canvas.spots import spot

if TYPE_CHECKING:
    from app.build import BuildPage

CLIP = "application/x-lamina-nodes+json"


class Clipboard:
    """The Build page's clipboard."""

    def __init__(self, page: BuildPage) -> None:
        self._page = page
        self._pastes = 0

    def _clip(self, names: list[str], frames: list[str]) -> Clip:
        return clip_of(self._page.graph, self._page.document.project.blocks, names, frames)

    def copy(self) -> None:
        frames = sorted(self._page.canvas.mirror.frames.selected)
        text = to_text(self._clip(self._page.selection, frames))
        data = QMimeData()
        data.setText(text)
        data.setData(CLIP, text.encode())
        QGuiApplication.clipboard().setMimeData(data)
        self._pastes = 0

    def cut(self) -> None:
        self.copy()
        frames = sorted(self._page.canvas.mirror.frames.selected)
        if frames:
            self._page.arranging.remove_frames(frames, list(self._page.selection))
        else:
            self._page.remove(self._page.selection, False)

    def paste(self, outer: bool = False) -> None:
        """Paste nodes from the clipboard, from another window too; text from elsewhere is refused with a sentence.

        Args:
            outer: also wire them to what fed the originals.
        """
        try:
            clip = from_text(_clipboard_text())
        except UserError as error:
            self._page.window_.say(error.message)
            return
        left, top = corner(clip.part)
        words = "Paste with inputs" if outer else "Paste"
        canvas = self._page.canvas
        if canvas.viewport().underMouse():  # at the pointer
            at = spot(canvas)
            self._paste(clip, words, round(at.x() - left), round(at.y() - top), outer)
            return
        self._pastes += 1
        self._paste(clip, words, 32.0 * self._pastes, 32.0 * self._pastes, outer)

    def _paste(self, clip: Clip, words: str, dx: float, dy: float, outer: bool = False) -> None:
        document = self._page.document
        place = document.place
        brought: list[Pasted] = []

        def edit(project: Project) -> Project:
            grown, found = paste(project, place, clip, dx, dy, outer)
            brought.append(found)
            return grown

        if document.edit(words, edit) and brought:
            self._page.canvas.choose(brought[-1].nodes, frames=brought[-1].notes)
            if brought[-1].words():
                self._page.window_.say(brought[-1].words(), action="Undo", on_action=document.stack.undo)

    def duplicate(self, outer: bool = False) -> None:
        """A copy of what is selected beside it; with `outer` it reads from what the originals read."""
        words = "Duplicate with inputs" if outer else "Duplicate"
        frames = sorted(self._page.canvas.mirror.frames.selected)
        self._paste(self._clip(self._page.selection, frames), words, 32.0, 32.0, outer)

    def copy_by(self, names: list[str], dx: float, dy: float) -> None:
        """A copy of nodes so far off, pulled out by hand."""
        self._paste(self._clip(names, []), "Duplicate", dx, dy)


def _clipboard_text() -> str:
    """The clipboard's nodes as text, else whatever text it holds; empty where it holds none."""
    data = QGuiApplication.clipboard().mimeData()
    if data is None:
        raise UserError(EMPTY)
    if not data.hasFormat(CLIP):
        return data.text()
    raw = bytes(data.data(CLIP).data())
    if len(raw) > 4 * MOST_BYTES:
        raise UserError(f"The clipboard holds more than {MOST_BYTES >> 20} MB, too much to paste. Copy fewer nodes.")
    return raw.decode("utf-8", "replace")
