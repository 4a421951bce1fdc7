"""The open project: one immutable value, the steps that led to it, and the file it is kept in.

An edit is a function from project to project. Undo is one command that holds the value before and after. A project
without a name is a draft in the user's data folder, written after every edit; a named one is written when the person
saves, and its unsaved state is kept beside the drafts, so that nothing is lost when the window dies.
"""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from app import memory
from app.holding import READ_ONLY, Hold, stamp
from app.journal import AtOnce, journal_of, left_behind
from app.places import drafts_folder, runs_folder
from engine.check import Problem, check
from engine.check_inside import problems_inside
from engine.codegen import Source, generate
from engine.dots import carried_along
from engine.errors import UserError
from engine.facts import Inference
from engine.graph import Graph
from engine.graphdiff import diff
from engine.infer import infer
from engine.places import Place, graph_at, known, walk_at, with_graph_at
from engine.project import SUFFIX, Project, dumps, load, write_atomically

MERGE_SECONDS = 0.5
"""Edits of the same thing within this time become one step."""


class _Step(QUndoCommand):
    """One step: the project before and after."""

    def __init__(self, document: Document, name: str, before: Project, after: Project, merge: str) -> None:
        super().__init__(name)
        self._document = document
        self.before = before
        self.after = after
        self._merge = merge
        self._time = time.monotonic()
        self._first = True

    def id(self) -> int:
        return (hash(self._merge) & 0x3FFFFFFF) if self._merge else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, _Step) or other._merge != self._merge or other._time - self._time > MERGE_SECONDS:
            return False
        self.after = other.after
        self._time = other._time
        return True

    def redo(self) -> None:
        self._document._take(self.after)

    def undo(self) -> None:
        self._document._take(self.before)


class Document(QObject):
    """Holds the project and tells everybody when it changes. Panels get values from it; only the window edits it."""

    changed = Signal(object)
    """The project changed; carries the graph's `Diff`."""
    replaced = Signal()
    """Another project was opened."""
    state_changed = Signal()
    """Path or saved state changed."""
    moved = Signal()
    """Another network, or the inside of a block, is worked on."""
    refused = Signal(str)
    """An edit was refused; carries the sentence."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.project = Project()
        self.path: Path | None = None
        self.draft: Path | None = None
        self.read_only = False
        self.hold = Hold(self)
        self._on_disk: tuple[int, int] | None = None
        self.place = known(self.project, Place())
        self.walk: Inference = infer(self.project.graph, {})
        """The inference of the network that is worked on."""
        self.problems: list[Problem] = []
        self.findings: list[Problem] = []
        self._source: Source | None = None
        self._saved = self.project
        self.stack = QUndoStack(self)
        self._steps: list[_Step] = []
        self._journal = QTimer(self, singleShot=True, interval=300)
        self._journal.timeout.connect(self.write_journal)
        self._journal_dirty = False
        self._at_once = AtOnce(self, lambda: (self.project, self._kept_in()))
        self._analyse()

    # ---- edits ----

    def edit(self, name: str, change: Callable[[Project], Project], merge: str = "") -> bool:
        """Carry out an edit as one step of undo; False where it was refused (the sentence goes out as `refused`)."""
        try:
            if self.read_only:
                raise UserError(READ_ONLY)
            after = carried_along(self.project, change(self.project))
        except UserError as error:
            self.refused.emit(error.message)
            if self.read_only:  # panels show again what holds
                self.changed.emit(diff(self.project.graph, self.project.graph))
            return False
        if after == self.project:
            return True
        step = _Step(self, name, self.project, after, merge)
        self._steps.append(step)  # Qt's stack holds no Python reference
        self.stack.push(step)
        if len(self._steps) > self.stack.count():  # some were merged, or undone and replaced: let go of them
            kept = [self.stack.command(place) for place in range(self.stack.count())]
            self._steps = [one for one in kept if isinstance(one, _Step)]
        return True

    def edit_graph(self, name: str, change: Callable[[Graph], Graph], merge: str = "") -> bool:
        """An edit of the graph that is worked on: a network, or the inside of a block."""
        place = self.place

        def edit(project: Project) -> Project:
            return with_graph_at(project, place, change(graph_at(project, place)))

        return self.edit(name, edit, merge)

    @property
    def graph(self) -> Graph:
        """The graph that is worked on."""
        return graph_at(self.project, self.place)

    @property
    def walk_here(self) -> Inference:
        """The inference of the graph that is worked on; that of a block comes from the instance that was entered."""
        found = walk_at(self.walk, self.place)
        return found if found is not None else infer(self.graph, {}, self.project.blocks)

    @property
    def problems_here(self) -> list[Problem]:
        """The problems of what is worked on; inside a block those of its own nodes."""
        if not self.place.inside:
            return [*self.problems, *self.findings]
        return [*problems_inside(self.project, self.place, self.walk_here), *self.findings]

    def set_findings(self, found: list[Problem]) -> None:
        """What somebody else found at nodes of what is worked on, such as how they fared in a run."""
        self.findings = found

    def go(self, place: Place) -> None:
        """Work on another network or inside another block; no step of undo."""
        place = known(self.project, place)
        if place == self.place:
            return
        other = place.network != self.place.network
        self.place = place
        if other:
            self._analyse()
        self.moved.emit()

    def set_view(self, **values: Any) -> None:
        """Remember where the person is; no step of undo, does not count as edited."""
        view = {**self.project.view, **values}
        if view != self.project.view:
            saved = self._saved is self.project
            self.project = replace(self.project, view=view)
            if saved:
                self._saved = self.project

    def _take(self, project: Project) -> None:
        before = self.project
        self.project = replace(project, view=before.view)
        self._journal_dirty = True  # first of all: whatever fails below, the edit is kept
        if not self._journal.isActive():
            self._journal.start()
        self._at_once.edited()
        where, self.place = self.place, known(self.project, self.place)
        self._analyse()
        if where != self.place:
            self.moved.emit()
        self.changed.emit(diff(before.graph, project.graph))
        self.state_changed.emit()

    def _analyse(self) -> None:
        graph = self.project.networks[self.place.network]
        self.walk = infer(graph, self.project.data.schema, self.project.blocks)
        self.problems = check(self.project, self.walk)
        self._source = None

    @property
    def source(self) -> Source:
        """The generated source of the project as it is, broken parts as comments."""
        if self._source is None:
            self._source = generate(self.project, strict=False)
        return self._source

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.level == "error"]

    # ---- files ----

    @property
    def edited(self) -> bool:
        """Whether there is something that the file does not have."""
        return self.path is not None and _content(self.project) != _content(self._saved)

    @property
    def changed_on_disk(self) -> bool:
        """Whether somebody else has written the file since it was opened or saved here."""
        return self.path is not None and self._on_disk is not None and stamp(self.path) != self._on_disk

    @property
    def runs(self) -> Path:
        """The folder for new runs."""
        home = self.path or self.draft
        assert home is not None
        return runs_folder(home)

    @property
    def all_runs(self) -> list[Path]:
        """Every folder that holds runs of this project: those of the draft it was once, too."""
        also = [Path(part) for part in self.project.view.get("also_runs", ()) if isinstance(part, str)]
        return list(dict.fromkeys([self.runs, *also]))

    def start(
        self, project: Project, path: Path | None = None, draft: Path | None = None, read_only: bool = False
    ) -> None:
        """Show a project, forgetting the steps of the one before.

        Raises:
            OpenElsewhere: another window holds its file, and it is not only to be looked at.
        """
        home = path or draft or new_draft(project.name)
        lock = None if read_only else self.hold.taken(home)
        self.write_journal()
        self.stack.clear()
        self._steps.clear()
        self.hold.keep(home, lock)
        self.read_only = read_only
        self.path = path
        self.draft = home if path is None else None
        self.project = project
        self.place = known(project, Place())
        self._saved = project
        self._on_disk = stamp(path) if path else None
        self._analyse()
        self._journal_dirty = path is None
        self.write_journal()
        self.replaced.emit()
        self.state_changed.emit()
        if self.path or self.draft:
            memory.remember(self.path or self.draft)  # type: ignore[arg-type]

    def open(self, path: Path, read_only: bool = False) -> str:
        """Open a file; returns what the person should know, such as that unsaved work was found, else nothing.

        Raises:
            UserError: the file cannot be opened; the present project stays.
        """
        project = load(path)
        path = path.resolve()
        if path.parent == drafts_folder().resolve():
            self.start(project, draft=path, read_only=read_only)
            return ""
        kept = journal_of(path)
        self.start(project, path=path, read_only=read_only)
        if kept.exists() and not read_only:
            recovered = left_behind(kept)
            if recovered is None:
                return "Edits that were not saved last time cannot be read; the project is as it was saved."
            if _content(recovered) != _content(project):
                self.edit("Recovered edits", lambda _: recovered)
                return "Edits that were not saved last time are back. Undo takes them away."
        return ""

    def save(self, path: Path | None = None) -> None:
        """Write the file; with a path, under that name from now on.

        Raises:
            UserError: it could not be written; the old file and the work are unchanged.
        """
        target = (path or self.path or Path()).resolve()
        if path is None and self.path is None:
            raise UserError("This project has no name yet. Choose where to save it.")
        if target.suffix != SUFFIX:
            target = target.with_name(target.name + SUFFIX)
        project = self.project
        moved = target != self.path
        if self.read_only and not moved:
            raise UserError(READ_ONLY)
        if moved:
            also = [str(part) for part in self.all_runs if part != runs_folder(target)]
            project = replace(project, view={**project.view, "also_runs": also})
            if self.path is None or project.name == self.path.stem:
                project = replace(project, name=project.name if project.name != "Untitled" else target.stem)
        with self.hold.writing(target):
            write_atomically(target, dumps(project).encode())
        mine = not self.read_only  # what is only looked at keeps its draft and its unsaved edits
        old = journal_of(self.path) if self.path and mine else None
        draft = self.draft if mine else None
        self.read_only = False
        self.path, self.draft = target, None
        self._on_disk = stamp(target)
        self.project = project
        self._saved = project
        self._journal_dirty = False
        self._quiet()
        for gone in filter(None, (old, journal_of(target), draft)):
            gone.unlink(missing_ok=True)
        if draft is not None:
            memory.forget(draft)
        memory.remember(target)
        self.state_changed.emit()

    def write_journal(self) -> bool:
        """Keep the present state on disk: the draft itself, or the unsaved edits of a named project.

        Returns whether all of it is there now.
        """
        self._quiet()
        target = self._kept_in()
        if not self._journal_dirty or target is None:
            return True
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(target, dumps(self.project).encode())
            self._journal_dirty = False
        except (OSError, UserError) as error:
            self.refused.emit(f"Your work could not be kept on disk: {error}")
        return not self._journal_dirty

    def _kept_in(self) -> Path | None:
        """Where what is not saved is kept; nowhere for what is only looked at."""
        if self.read_only:
            return None
        return self.draft or (journal_of(self.path) if self.path else None)

    def _quiet(self) -> None:
        self._journal.stop()
        self._at_once.stop()

    def close(self) -> None:
        """Keep what is open and forget the steps. A stack that is deleted with steps in it tells a window that is gone,
        and crashes where Python has ended before Qt."""
        self.write_journal()
        self.hold.release()
        self.stack.blockSignals(True)
        self.stack.clear()
        self._steps.clear()

    def discard_journal(self) -> None:
        """Forget unsaved edits of a named project, once the person decided so."""
        self._quiet()
        self._journal_dirty = False
        if self.path and not self.read_only:
            journal_of(self.path).unlink(missing_ok=True)

    # ---- history ----

    def steps(self) -> list[str]:
        """The names of all steps, from the first."""
        return [self.stack.text(place) for place in range(self.stack.count())]

    def state_at(self, place: int) -> Project | None:
        """The project after so many steps, None where there are not so many."""
        if not 0 <= place <= self.stack.count():
            return None
        if self.stack.count() == 0:
            return self.project
        step = self.stack.command(max(0, place - 1))
        assert isinstance(step, _Step)
        return step.after if place else step.before


def _content(project: Project) -> Project:
    return replace(project, view={})


def slug(name: str) -> str:
    """A project's name as a file name without an ending: `CNN on digits` to `cnn-on-digits`."""
    return re.sub(r"[^\w]+", "-", name.lower()).strip("-")[:60] or "model"


def new_draft(name: str) -> Path:
    """A fresh file name among the drafts."""
    stem = re.sub(r"[^\w\- ]", "", name).strip()[:40] or "Untitled"
    return drafts_folder() / f"{stem}-{uuid.uuid4().hex[:8]}{SUFFIX}"
