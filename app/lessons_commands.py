"""Where lessons are chosen: the command of the Help menu with its list, and the rows of the finder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.commands import command
from app.lessons import lessons, progress

if TYPE_CHECKING:
    from app.window import Window
    from widgets.finder import Found
    from widgets.lessons_list import LessonRow


@command("Lessons", menu="Help", icon="graduation-cap")
def show_lessons(window: Window) -> None:
    from app.lessons_dialog import LessonsDialog

    LessonsDialog(window).show()


def lesson_rows() -> list[LessonRow]:
    """All lessons with how far the person is in them."""
    from widgets.lessons_list import LessonRow

    found = []
    for one in lessons():
        now = progress(one.name)
        found.append(LessonRow(one.name, one.title, one.line, one.minutes, now.done, now.share(len(one.steps))))
    return found


def found_lessons() -> list[Found]:
    """The lessons as rows of the finder."""
    from widgets.finder import Found

    return [Found("lesson", one.name, one.title, f"{one.minutes} min", words=one.line) for one in lessons()]


def start_lesson(window: Window, name: str) -> None:
    """Begin a lesson, or go on where it was left."""
    from app.lessons_guide import guide

    guide(window).start(name)
