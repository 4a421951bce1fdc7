"""`lamina lessons`: the lessons that lead through the window, and which of them were done."""

from __future__ import annotations

from argparse import Namespace

from app import terminal
from app.jobs.printing import print_json
from app.lessons import lessons as all_lessons
from app.lessons import progress


def lessons(options: Namespace) -> None:
    if options.json:
        print_json(
            [
                {
                    "name": one.name,
                    "title": one.title,
                    "line": one.line,
                    "minutes": one.minutes,
                    "steps": [step.title for step in one.steps],
                    "done": progress(one.name).done,
                }
                for one in all_lessons()
            ]
        )
        return
    rows = [
        (one.title, one.line, f"{one.minutes} min", "done" if progress(one.name).done else "") for one in all_lessons()
    ]
    terminal.table(("Lesson", "What it is about", "Time", ""), rows)
    print("They run in the window: open it with `lamina` and choose one at the left.")
