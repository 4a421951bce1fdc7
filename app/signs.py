"""What a window tells all the time: state of the file, facts of the network, signs of the pages, the Run button."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.nodeview import bytes_in_training, number
from widgets import words

if TYPE_CHECKING:
    from app.document import Document
    from app.window import Window


def is_blank(document: Document) -> bool:
    """Whether nothing was begun: what is missing then is no problem yet."""
    return not document.project.graph.nodes and document.project.data.source is None


class Signs:
    """Keeps top bar and status bar of one window true."""

    def __init__(self, window: Window) -> None:
        self._window = window

    def show_state(self) -> None:
        if not self._window.has_project:
            return
        document = self._window.document
        state = "draft" if document.path is None else "edited" if document.edited else "saved"
        state = "read-only" if document.read_only else state
        self._window.top.set_project(document.project.name, state)
        self._window.setWindowTitle(f"{document.project.name} · Lamina")
        self.show_history()

    def show_history(self) -> None:
        self._window.top.set_history(self._window.document.stack.undoText(), self._window.document.stack.redoText())

    def show_facts(self) -> None:
        document = self._window.document
        blank = is_blank(document)
        errors = 0 if blank else len(document.errors)
        self._window.status.set_problems(errors, 0 if blank else len(document.problems) - errors)
        parameters, flops = number(document.walk.parameters), number(document.walk.flops)
        batch = int(document.project.recipe.get("batch_size", 32))
        memory_bytes = bytes_in_training(document.walk, batch)
        self._window.status.set_facts(
            words.thousands(parameters) if parameters is not None else "",
            f"{words.work(flops)} FLOPs per item" if flops else "",
            words.size(memory_bytes) if memory_bytes and parameters else "",
        )

    def show_signs(self) -> None:
        """The signs on the page tabs: done, running, errors, findings, not yet."""
        document, tabs = self._window.document, self._window.top.tabs
        data = document.project.data
        tabs.set_sign("data", "done" if data.fields else "todo")
        errors = len([one for one in document.errors if one.node])
        if errors:
            tabs.set_sign("build", "errors", errors)
        else:
            tabs.set_sign("build", "done" if not document.errors else "todo")
        train = self._window.made("train")
        if train is not None:
            train.show_signs()
        else:
            for key in ("train", "test", "export"):
                tabs.set_sign(key, "todo")

    def show_run_button(self) -> None:
        """Bring the Run button up to date."""
        if not self._window.has_project:
            return
        filled = self._window.page in ("data", "build", "train")
        train = self._window.made("train")
        text, icon = train.run_words() if train is not None else ("Train", "play")
        reason = train.why_not_train() if text == "Train" and train is not None else self._errors_in_words()
        self._window.top.set_run(text, icon, filled, reason if text == "Train" else "")

    def _errors_in_words(self) -> str:
        errors = self._window.document.errors
        if not errors:
            return ""
        return f"{errors[0].words()}" + (f" And {len(errors) - 1} more." if len(errors) > 1 else "")
