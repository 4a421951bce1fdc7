"""Files of a window: new, open, save, leave without loss, pictures of the network."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QMessageBox

from app import memory
from app.places import drafts_folder
from engine.project import SUFFIX, Project

if TYPE_CHECKING:
    from app.window import Window


class Files:
    """What happens to the project of one window as a file."""

    def __init__(self, window: Window) -> None:
        self._window = window

    def new_project(self) -> None:
        if self.may_leave():
            self._window.document.start(Project())
            self._window.show_page("build")

    def use_template(self, name: str) -> None:
        from engine.templates import new_from_template

        def work() -> None:
            project = new_from_template(name)
            if self.may_leave():
                self._window.document.start(replace(project, view={"page": "build"}))

        self._window.attempt(work)

    def ask_open(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self._window, "Open a project", str(self._folder()), f"Lamina projects (*{SUFFIX})"
        )
        if path:
            self.open_path(Path(path))

    def open_path(self, path: Path) -> bool:
        """Open a project file; the present project stays where that fails."""
        elsewhere = self._window.document.hold.elsewhere(path)
        if elsewhere is not None:
            return self._window.opening.decide(elsewhere)
        if not self.may_leave():
            return False

        def work() -> None:
            note = self._window.document.open(path)
            if note:
                self._window.say(note, action="Undo", on_action=self._window.document.stack.undo)

        return self._window.attempt(work)

    def open_files(self, paths: list[str]) -> None:
        """Files dropped on the window: a project is opened, data goes to the Data page."""
        if not paths:
            return
        if paths[0].endswith(SUFFIX):
            self.open_path(Path(paths[0]))
        elif self._window.has_project:
            self._window.show_page("data")
            self._window.data.take_path(paths[0])

    def suggested_name(self) -> str:
        """A path for save dialogs."""
        name = self._window.document.project.name.replace("/", "-")
        return str(self._folder() / f"{name}{SUFFIX}")

    def _folder(self) -> Path:
        return self._window.document.path.parent if self._window.document.path else Path.cwd()

    def save(self) -> bool:
        if self._window.document.path is None:
            return self.save_as()
        if self._window.document.changed_on_disk:
            return self._save_over_change()
        return self._window.attempt(self._window.document.save) and self._said_saved()

    def _save_over_change(self) -> bool:
        """The file changed behind our back: nothing is overwritten without a clear choice."""
        assert self._window.document.path is not None
        path = self._window.document.path
        box = QMessageBox(self._window)
        box.setWindowTitle("Lamina")
        box.setText(f"{path.name} was changed by another program since it was opened here.")
        box.setInformativeText("Your work is safe in this window. What should happen to the file?")
        roles = QMessageBox.ButtonRole
        copy = box.addButton("Save as another file", roles.AcceptRole)
        over = box.addButton("Replace the file", roles.DestructiveRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(copy)
        box.exec()
        if box.clickedButton() is copy:
            return self.save_as()
        if box.clickedButton() is over:
            return self._window.attempt(self._window.document.save) and self._said_saved()
        return False

    def save_as(self) -> bool:
        path, _ = QFileDialog.getSaveFileName(
            self._window, "Save the project", self.suggested_name(), f"Lamina projects (*{SUFFIX})"
        )
        return (
            bool(path) and self._window.attempt(lambda: self._window.document.save(Path(path))) and self._said_saved()
        )

    def _said_saved(self) -> bool:
        assert self._window.document.path is not None
        self._window.status.set_message(f"Saved {self._window.document.path.name}.")
        return True

    def may_leave(self) -> bool:
        """Whether the present project may be put away. Drafts are kept by themselves; a named project with edits
        asks."""
        if not self._window.document.edited:
            self._window.document.write_journal()
            return True
        box = QMessageBox(self._window)
        box.setWindowTitle("Lamina")
        box.setText(f"Save the changes to {self._window.document.project.name}?")
        box.setInformativeText("Without saving, the file stays as it was.")
        buttons = QMessageBox.StandardButton
        box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
        box.setDefaultButton(buttons.Save)
        answer = box.exec()
        if answer == buttons.Save:
            return self.save()
        if answer == buttons.Discard:
            self._window.document.discard_journal()
            return True
        return False

    def save_picture(self, names: Iterable[str] = ()) -> None:
        """Save the network as PNG, SVG or PDF, or only some of its nodes."""
        from widgets.canvas.picture_files import FORMATS

        name = f"{Path(self.suggested_name()).stem}.png"
        kinds = ";;".join(f"{words} (*{ending})" for ending, words in FORMATS.items())
        path, kind = QFileDialog.getSaveFileName(self._window, "Save picture", str(self._folder() / name), kinds)
        if path:
            chosen = Path(path)
            if chosen.suffix.lower() not in FORMATS:  # the ending that the dialog's list says
                ending = next((one for one, words in FORMATS.items() if kind.startswith(words)), ".png")
                chosen = chosen.with_name(chosen.name + ending)
            self._window.attempt(lambda: self.write_picture(chosen, names))

    def write_picture(self, path: Path, names: Iterable[str] = ()) -> None:
        """Write the graph that is worked on as a picture.

        Raises:
            UserError: it could not be written.
        """
        from widgets.canvas.picture_files import part_of_picture, write_picture

        document, blocks = self._window.document, self._window.document.project.blocks
        chosen = list(names)
        graph = part_of_picture(document.graph, chosen, blocks) if chosen else document.graph
        write_picture(path, graph, document.walk_here, blocks)
        self._window.say(f"Saved {path.name}.", tone="good")

    def tidy_drafts(self) -> None:
        """A draft with nothing in it is not worth keeping."""
        draft, project = self._window.document.draft, self._window.document.project
        if (
            self._window.document.read_only
            or draft is None
            or project.graph.nodes
            or project.data.source
            or draft.parent != drafts_folder()
        ):
            return
        if not self._window.document.runs.exists():
            draft.unlink(missing_ok=True)
            memory.forget(draft)
