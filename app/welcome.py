"""The welcome page: templates with pictures of their real graphs, and the projects opened before."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, QTimer
from PySide6.QtGui import QImage

from app import memory
from app.lessons_commands import lesson_rows, start_lesson
from app.places import drafts_folder
from app.runviews import fraction
from engine.errors import UserError
from engine.project import load
from engine.templates import templates
from widgets import theme, words
from widgets.canvas.picture import thumbnail
from widgets.gallery import Gallery
from widgets.views import RecentEntry, TemplateCard

if TYPE_CHECKING:
    from app.window import Window

AFTER_PAINT = 40
"""Milliseconds until the first picture is drawn: the window is painted before."""
MOMENT = 0.02
"""Seconds of drawing at a time."""
SCREENFUL = 15
FOLLOW_MS = 500
"""How often the page looks how far a run is."""


class Welcome(QObject):
    """Wires the gallery to the window."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self.widget = Gallery()
        self._pictures: dict[tuple[str, float, str], QImage] = {}
        gallery = self.widget
        gallery.new_wanted.connect(window.files.new_project)
        gallery.open_wanted.connect(window.files.ask_open)
        gallery.recent_wanted.connect(lambda path: window.files.open_path(Path(path)))
        gallery.forget_wanted.connect(self._on_forget)
        gallery.template_wanted.connect(window.files.use_template)
        gallery.shortcuts_wanted.connect(window.show_shortcuts)
        gallery.lesson_wanted.connect(lambda name: start_lesson(window, name))
        theme.notifier().changed.connect(self._on_theme_changed)
        self._undrawn: list[tuple[Path, bool]] = []
        gallery.running.back_wanted.connect(lambda: window.show_page("train"))
        self._following = QTimer(self)
        self._following.setInterval(FOLLOW_MS)
        self._following.timeout.connect(self._show_running)
        self._drawing = QTimer(self)
        self._drawing.timeout.connect(self._on_draw)

    def shown(self, on: bool) -> None:
        """While the page is looked at, it follows the run that is in progress."""
        if on:
            self._following.start()
            self._show_running()
        else:
            self._following.stop()

    def _show_running(self) -> None:
        """Say that a run of the open project is in progress, and how far it is."""
        window = self._window
        made = window.made("train") if window.has_project else None
        info = made.info if made is not None else None
        if info is None or not info.active:
            self.widget.running.show_run("")
            return
        doing = "is paused" if info.state == "paused" else "is training"
        parts = [f"epoch {info.epoch} of {info.epochs}"] if info.epochs else []
        if info.left_seconds and info.state == "running":
            parts.append(f"about {words.duration(info.left_seconds)} left")
        self.widget.running.show_run(
            f"{window.document.project.name} {doing}", ", ".join([info.name, *parts]), fraction(info)
        )

    def refresh(self) -> None:
        """Show what there is now; pictures that are missing are drawn after the first paint, a few at a time."""
        self._show()
        wanted = [(path, True) for path, _ in memory.recent()] + [(one.path, False) for one in templates()]
        self._undrawn = [one for one in wanted if self._kept(*one) is None]
        if self._undrawn:
            self._drawing.start(AFTER_PAINT)

    def _on_draw(self) -> None:
        """Draw for a moment, then let the window answer. They are shown when a screenful is there, and at the end."""
        until, before = time.monotonic() + MOMENT, len(self._pictures)
        while self._undrawn and time.monotonic() < until:
            self._draw(*self._undrawn.pop(0))
        self._drawing.start(0)
        if not self._undrawn:
            self._drawing.stop()
        if not self._undrawn or before < SCREENFUL <= len(self._pictures):
            self._show()

    def _show(self) -> None:
        self.widget.set_lessons(lesson_rows())
        self.widget.set_templates(
            [
                TemplateCard(
                    one.name,
                    one.title,
                    one.line,
                    words.sentence(one.data),
                    words.duration(one.seconds),
                    one.tags,
                    self._kept(one.path, small=False),
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
            picture = self._kept(path, small=True)
            entries.append(RecentEntry(str(path), name, f"Draft, {said}" if draft else said, picture))
        self.widget.set_recent(entries)

    def _key(self, path: Path, small: bool) -> tuple[str, float, str]:
        return (str(path), _written(path), f"{small}{theme.current().name}")

    def _kept(self, path: Path, small: bool) -> QImage | None:
        """The picture that was drawn of a file, until the file or the theme changes."""
        return self._pictures.get(self._key(path, small))

    def _draw(self, path: Path, small: bool) -> None:
        """Draw the graph of a file; one that cannot be read stays without."""
        sizes = theme.sizes()
        little = QSize(sizes.recent_picture_width, sizes.recent_picture_height)
        try:
            project = load(path)
        except UserError:
            return
        size = little if small else self.widget.picture_size()
        ratio = self.widget.devicePixelRatioF()
        self._pictures[self._key(path, small)] = thumbnail(project.graph, size, project.blocks, ratio)

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
