"""The lessons as values: read from `assets/lessons`, one JSON file each, with the place in each where the person is.

A step has words, what is highlighted, what must be so for it to be done, and how the program would do it. Targets,
checks and deeds are lists such as `["wired", "Conv2d", "ReLU"]`: a name of `lessons_targets`, `lessons_checks` or
`lessons_doing` with its arguments. Nothing here knows Qt, so that the command line lists lessons too.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from app import memory
from engine.errors import UserError, listed
from engine.project import Project, load
from engine.settings import set_path
from engine.templates import new_from_template

FOLDER = Path(__file__).resolve().parent.parent / "assets" / "lessons"

Call = tuple[Any, ...]
"""A name with its arguments: `("wired", "Conv2d", "ReLU")`."""


@dataclass(frozen=True)
class Step:
    """One thing to do or to look at.

    Attributes:
        title: what to do, in a few words.
        text: why and how; what stands between ** is shown bold.
        page: the page on which it happens; elsewhere the tab of that page is highlighted first.
        target: what is highlighted; the first gets the keyboard.
        drag: whether one drags from the first target to the second.
        done: everything that must be so; empty where there is only something to look at.
        show: what "Show me" does.
        after: what has happened, said once it is done.
        look: what is highlighted then, instead.
    """

    title: str
    text: str
    page: str = ""
    target: tuple[Call, ...] = ()
    drag: bool = False
    done: tuple[Call, ...] = ()
    show: tuple[Call, ...] = ()
    after: str = ""
    look: tuple[Call, ...] = ()


@dataclass(frozen=True)
class Lesson:
    """A lesson with its steps; `start` says which project it opens, `end` what the person can do now."""

    name: str
    title: str
    line: str
    minutes: int
    start: dict[str, Any]
    steps: tuple[Step, ...]
    end: str

    def project(self) -> Project:
        """The project in which the lesson begins: a blank one, a template, or a file beside the lesson."""
        start = self.start
        if "template" in start:
            project = new_from_template(start["template"])
        elif "file" in start:
            project = load(FOLDER / start["file"])
        else:
            project = Project()
        for path, value in start.get("set", {}).items():
            project = set_path(project, path, json.dumps(value))
        page = self.steps[0].page or "build"
        return replace(project, name=self.title, view={"page": page})


@cache
def lessons() -> tuple[Lesson, ...]:
    """All lessons in the order in which they are meant to be taken."""
    found = [
        (json.loads(path.read_text(encoding="utf-8")), path.stem) for path in FOLDER.glob("*.json") if path.is_file()
    ]
    found.sort(key=lambda one: (one[0]["place"], one[1]))
    return tuple(_lesson(about, name) for about, name in found)


def lesson(name: str) -> Lesson:
    """The lesson of that name; `UserError` names those there are."""
    for one in lessons():
        if one.name == name:
            return one
    raise UserError(f"There is no lesson {name!r}. There are {listed([one.name for one in lessons()], 'and', 20)}.")


def _lesson(about: dict[str, Any], name: str) -> Lesson:
    steps = tuple(_step(one) for one in about["steps"])
    return Lesson(name, about["title"], about["line"], about["minutes"], about["start"], steps, about["end"])


def _step(about: dict[str, Any]) -> Step:
    calls = {key: tuple(tuple(one) for one in about.get(key, ())) for key in ("target", "done", "show", "look")}
    return Step(**{**about, **calls})


# ---- how far the person is ----


@dataclass(frozen=True)
class Progress:
    """How far the person is in a lesson.

    Attributes:
        step: the step that comes next, counted from 0.
        done: whether the lesson was finished once.
        draft: the project of the lesson that is under way, empty where none is.
    """

    step: int = 0
    done: bool = False
    draft: str = ""

    def share(self, steps: int) -> float:
        """How much of the lesson lies behind the person."""
        return min(1.0, self.step / steps) if self.draft and steps else 0.0


def progress(name: str) -> Progress:
    """Where the person is in a lesson; what cannot be read counts as not begun."""
    kept = memory.lesson_progress().get(name)
    if not isinstance(kept, dict):
        return Progress()
    step, done, draft = kept.get("step"), kept.get("done"), kept.get("draft")
    return Progress(
        step if isinstance(step, int) and not isinstance(step, bool) and step >= 0 else 0,
        done is True,
        draft if isinstance(draft, str) else "",
    )


def remember(name: str, now: Progress) -> None:
    """Keep where the person is in a lesson."""
    kept = {key: value for key, value in memory.lesson_progress().items() if isinstance(value, dict)}
    memory.save_lesson_progress({**kept, name: {"step": now.step, "done": now.done, "draft": now.draft}})
