"""The panels below the canvas: problems, code, sample, history and outline; each is filled while it is open."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFileDialog, QStackedWidget

from app import nodeview
from app.comparing import compare_states
from app.signs import is_blank
from engine.check import Problem
from engine.codeedit import edit_value
from engine.saving import write_atomically
from widgets.canvas import keys
from widgets.canvas.speech import outline_rows
from widgets.code_view import CodeView
from widgets.controls import DockTabs
from widgets.history import History
from widgets.node_view import problem_views
from widgets.outline import Outline
from widgets.problems import Problems

if TYPE_CHECKING:
    from app.build import BuildPage

_FIRST = "As it was opened"


class Bottom(QObject):
    """The tabs, the panel that is open, and what the panels wish."""

    def __init__(self, page: BuildPage) -> None:
        super().__init__(page)
        self._page = page
        self._document = page.document
        self.problems = Problems()
        self.code = CodeView()
        self.history = History()
        self.outline = Outline()
        self._panels = {
            "problems": self.problems,
            "code": self.code,
            "sample": page.peeking.panel,
            "history": self.history,
            "outline": self.outline,
        }
        self.tabs = DockTabs()
        self.tabs.add("problems", "Problems", "triangle-alert")
        self.tabs.add("code", "Code", "code")
        self.tabs.add("sample", "Sample", "images")
        self.tabs.add("history", "History", "history")
        self.tabs.add("outline", "Outline", "list")
        self.area = QStackedWidget()
        for panel in self._panels.values():
            self.area.addWidget(panel)
        self.area.hide()
        self._connect()

    def _connect(self) -> None:
        page = self._page
        self.tabs.chosen.connect(self._on_chosen)
        self.problems.problem_chosen.connect(page.mending.show)
        self.problems.fix_wanted.connect(page.mending.fix)
        self.code.node_chosen.connect(lambda name: page.select([name.split("/")[0]], center=True))
        self.code.save_wanted.connect(self.save_code)
        self.code.value_wanted.connect(self._on_code_value)
        self.code.refused.connect(page.window_.say)
        self.history.jump_wanted.connect(lambda place: self._document.stack.setIndex(place))
        self.history.compare_wanted.connect(self.compare_step)
        self.outline.chosen.connect(self._on_outline)
        self.outline.shown.connect(lambda name: page.select([name], center=True))
        self.outline.key_left.connect(self._on_outline_key)
        self._document.stack.indexChanged.connect(self._show_history)

    # ---- showing ----

    def open(self, key: str) -> None:
        """Open one of the panels, or none."""
        self.tabs.set_current(key)
        self._on_chosen(key)

    def _on_chosen(self, key: str) -> None:
        self.area.setVisible(bool(key))
        if key:
            self.area.setCurrentWidget(self._panels[key])
        self._fill()

    def refresh(self) -> None:
        """The network or what is known of it changed."""
        problems = self._told()
        errors = sum(problem.level == "error" for problem in problems)
        self.tabs.set_count("problems", errors, "error")
        others = len(problems) - errors
        self.tabs.set_note("problems", f"{others} tip{'s' if others > 1 else ''}" if others else "")
        self._fill()

    def selected(self) -> None:
        """Other nodes are chosen."""
        self.code.highlight(self._page.selection)
        if self.tabs.current() == "outline":
            self.outline.choose(self._page.selection)

    def _told(self) -> list[Problem]:
        """The problems that are counted and listed: a project that nobody began has none."""
        return [] if is_blank(self._document) else self._document.problems_here

    def _fill(self) -> None:
        page, current = self._page, self.tabs.current()
        if current == "problems":
            self.problems.show_problems(problem_views(self._told(), page.graph))
        elif current == "code":
            self._show_code()
        elif current == "history":
            self._show_history()
        elif current == "sample":
            page.peeking.selected()
        elif current == "outline":
            self.outline.show_rows(outline_rows(page.canvas.mirror), page.selection)

    def _show_code(self) -> None:
        source = self._document.source
        hues = {name: nodeview.section_of(node) for name, node in self._page.graph.nodes.items()}
        wrong = {one.node: one.title for one in self._document.errors if one.node}
        self.code.show_code(source.text, dict(source.lines), hues, wrong)
        self.code.highlight(self._page.selection)

    def _steps(self) -> list[str]:
        return [_FIRST, *self._document.steps()]

    def _show_history(self, *_: object) -> None:
        self.history.show_steps(self._steps(), self._document.stack.index())
        if self.history.shows_runs() and self.tabs.current() == "history":
            self._page.comparing.show_runs()

    # ---- what the panels wish ----

    def compare_step(self, place: int) -> None:
        """Show what differs between a step of the history and now."""
        before = self._document.state_at(place)
        if before is not None:
            compare_states(self._page.window_, before, f"{self._steps()[place]} → now")

    def _on_outline(self, names: list[str]) -> None:
        self._page.select(names)
        if names:
            self._page.canvas.camera.show_node(names[-1])

    def _on_outline_key(self, event: QKeyEvent) -> None:
        """The canvas's keys work in the outline; what needs a place on the canvas goes on there."""
        canvas = self._page.canvas
        if keys.handle(canvas, event):
            event.accept()
            if canvas.hand.gesture:
                canvas.setFocus()

    def _on_code_value(self, line: int, place: int, typed: str) -> None:
        self._document.edit("Change in the code", lambda project: edit_value(project, line, place, typed)[0])

    def save_code(self) -> None:
        """Ask for a file and write the code into it."""
        window = self._page.window_
        name = f"{Path(window.files.suggested_name()).stem}.py"
        path, _ = QFileDialog.getSaveFileName(self._page, "Save code", name, "Python (*.py)")
        if path:
            window.attempt(lambda: self._write_code(Path(path)))

    def _write_code(self, path: Path) -> None:
        write_atomically(path, self._document.source.text.encode())
        self._page.window_.say(f"Saved {path.name}.", tone="good")
