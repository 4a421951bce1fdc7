"""Unsaved edits of a project: where they are kept, and the copy that no killed window can be too quick for.

The document writes them for good a moment after an edit, so that a burst of edits costs one write. Until then the
project lies in the hands of the system: written as soon as the edit is done, without waiting for the disk. That
outlives the program, though not a power cut.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from app.places import state_folder
from engine.errors import UserError
from engine.project import SUFFIX, Project, dumps, load, write_atomically

MOST_NODES = 5000
"""Up to so many nodes each edit is written at once: 3 ms for 400, 6 ms for 1,000, 43 ms for 5,000, less than the edit
itself takes. Larger projects wait for the moment."""


def journal_of(path: Path) -> Path:
    """Where the unsaved edits of a named project are kept: never in the project's own folder."""
    key = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:16]
    return state_folder() / "journal" / f"{key}{SUFFIX}"


def left_behind(kept: Path) -> Project | None:
    """The edits of last time. Those that cannot be read are put aside, so that new ones do not write over what
    somebody may still get out of them."""
    try:
        return load(kept)
    except UserError:
        with contextlib.suppress(OSError):
            kept.replace(kept.with_suffix(".damaged"))
        return None


class AtOnce(QObject):
    """Hands each state of a project to the system as soon as the program has dealt with the edit."""

    def __init__(self, parent: QObject, kept: Callable[[], tuple[Project, Path | None]]) -> None:
        super().__init__(parent)
        self._kept = kept
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._write)

    @property
    def waiting(self) -> bool:
        """Whether there is an edit that is not written yet."""
        return self._timer.isActive()

    def edited(self) -> None:
        project, _ = self._kept()
        graphs = (*project.networks.values(), *(block.graph for block in project.blocks.values()))
        if sum(len(graph.nodes) for graph in graphs) <= MOST_NODES:
            self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def _write(self) -> None:
        project, target = self._kept()
        if target is None:
            return
        with contextlib.suppress(OSError, UserError):  # the write for good, which follows, says why it fails
            target.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(target, dumps(project).encode(), lasting=False)
