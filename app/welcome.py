"""The welcome page: templates with pictures of their real graphs, and the projects opened before."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, QTimer
from PySide6.QtGui import QImage

from app import memory
from app.places import drafts_folder
from engine.errors import UserError
from engine.project import load
from engine.templates import templates
from widgets import theme, words
from widgets.canvas.picture import thumbnail
from widgets.gallery import Gallery
from widgets.views import RecentEntry, TemplateCard

if TYPE_CHECKING:
    from app.window import Window


class Welcome(QObject):
    """Wires the gallery to the window."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self.widget = Gallery()
        self._pictures: dict[tuple[str, float, str], QImage] = {}
        gallery = self.widget
        gallery.new_wanted.connect(window.new_project)
        gallery.open_wanted.connect(window.ask_open)
        gallery.recent_wanted.connect(lambda path: window.open_path(Path(path)))
        gallery.forget_wanted.connect(self._on_forget)
        gallery.template_wanted.connect(window.use_template)
        gallery.shortcuts_wanted.connect(window.show_shortcuts)
        theme.notifier().changed.connect(self._on_theme_changed)

    def refresh(self) -> None:
        """Show what there is now; pictures are drawn after the first paint."""
        self._show(pictures=False)
        QTimer.singleShot(0, self, lambda: self._show(pictures=True))

    def _show(self, pictures: bool) -> None:
        self.widget.set_templates(
            [
                TemplateCard(
                    one.name,
                    one.title,
                    one.line,
                    one.data,
                    words.duration(one.seconds),
                    one.tags,
                    self._picture(one.path, small=False) if pictures else None,
                )
                for one in templates()
            ],
            "Every template brings its own data and trains on this computer.",
        )
        entries = []
        for path, when in memory.recent():
            draft = path.parent == drafts_folder().resolve()
            name = path.stem.rsplit("-", 1)[0] if draft else path.stem
            said = words.ago(max(0.0, time.time() - max(when, _written(path))))
            picture = self._picture(path, small=True) if pictures else None
            entries.append(RecentEntry(str(path), name, f"Draft, {said}" if draft else said, picture))
        self.widget.set_recent(entries)

    def _picture(self, path: Path, small: bool) -> QImage | None:
        """The graph of a file as a picture, kept until the file or the theme changes."""
        try:
            key = (str(path), path.stat().st_mtime, f"{small}{theme.current().name}")
            if key not in self._pictures:
                sizes = theme.sizes()
                project = load(path)
                size = (
                    self.widget.picture_size()
                    if not small
                    else QSize(sizes.recent_picture_width, sizes.recent_picture_height)
                )
                self._pictures[key] = thumbnail(project.graph, size, project.blocks, self.widget.devicePixelRatioF())
            return self._pictures[key]
        except (OSError, UserError):
            return None

    def _on_forget(self, path: str) -> None:
        memory.forget(Path(path))
        self.refresh()

    def _on_theme_changed(self) -> None:
        self._pictures.clear()
        if self._window.page == "gallery":
            self.refresh()


def _written(path: Path) -> float:
    """When a file was last written; 0 where that cannot be told."""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
