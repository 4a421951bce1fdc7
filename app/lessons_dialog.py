"""The small window that lists all lessons: what each is about, how long it takes, how far one is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog

from app.lessons_commands import lesson_rows, start_lesson
from widgets import theme
from widgets.controls import Button, Label, surface
from widgets.controls.base import column, row
from widgets.lessons_list import LessonList

if TYPE_CHECKING:
    from app.window import Window


class LessonsDialog(QDialog):
    """Choose a lesson; the chosen one begins when the dialog has closed."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self.setWindowTitle("Lessons")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        surface(self, "panel")
        sizes = theme.sizes()
        self.resize(sizes.dialog_width, sizes.s32)
        whole = column(self, space=sizes.s12)
        whole.setContentsMargins(sizes.s20, sizes.s16, sizes.s20, sizes.s16)
        whole.addWidget(Label("Learn by doing", role="page_title", parent=self))
        about = "Each lesson has a project of its own. What you have open is kept and is one press away afterwards."
        whole.addWidget(Label(about, "body", "text2", wrap=True, parent=self))
        self.list = LessonList(self)
        self.list.set_lessons(lesson_rows())
        whole.addWidget(self.list)
        self.line = Label("", "secondary", "text2", wrap=True, parent=self)
        self.line.setMinimumHeight(theme.line_height("secondary") * 2)
        whole.addWidget(self.line)
        foot = row(space=sizes.s8)
        foot.addStretch(1)
        close = Button("Close", parent=self)
        self.begin = Button("Begin", "play", "primary", self)
        foot.addWidget(close)
        foot.addWidget(self.begin)
        whole.addLayout(foot)
        close.clicked.connect(self.reject)
        self.begin.clicked.connect(lambda: self._on_opened(self.list.place()))
        self.list.opened.connect(self._on_opened)
        self.list.selectionModel().currentChanged.connect(self._on_chosen)
        self._choose_next()
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _choose_next(self) -> None:
        """The lesson that is begun, else the first that is not done."""
        rows = self.list.rows().rows()
        begun = [at for at, one in enumerate(rows) if one.share]
        fresh = [at for at, one in enumerate(rows) if not one.done]
        self.list.choose((begun or fresh or [0])[0])

    def _on_chosen(self) -> None:
        one = self.list.row_at(self.list.place())
        if one is not None:
            self.line.setText(f"{one.line} {one.state().capitalize()}.")
            self.begin.set_text("Go on" if one.share else "Begin again" if one.done else "Begin")

    def _on_opened(self, place: int) -> None:
        if place < 0:
            return
        name = self.list.row_at(place).name
        self.accept()
        start_lesson(self._window, name)
