"""Problems of the Build page: walked, shown on their node, mended with one press and one undo."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.build import BuildPage


class Mending:
    """What a person does with the problems of the graph that is shown."""

    def __init__(self, page: BuildPage) -> None:
        self._page = page

    def fix(self, problem: int, repair: int) -> None:
        """Carry out a repair of the list of problems."""
        if not (0 <= problem < len(self._page.document.problems_here)):
            return
        found = self._page.document.problems_here[problem]
        if not (0 <= repair < len(found.fixes)):
            return
        chosen = found.fixes[repair]
        if self._page.document.edit(chosen.label, chosen.edit):
            self._page.window_.say(
                f"{chosen.label}: done.", tone="good", action="Undo", on_action=self._page.document.stack.undo
            )

    def fix_here(self, problem: int, repair: int) -> None:
        """The inspector numbers the problems of its node alone."""
        own = [
            place
            for place, one in enumerate(self._page.document.problems_here)
            if self._page.selection and one.node == self._page.selection[0]
        ]
        if problem < len(own):
            self.fix(own[problem], repair)

    def show(self, place: int) -> None:
        """Bring a problem of the list into view, with its callout."""
        found = self._page.document.problems_here[place]
        if found.node:
            self._page.select([found.node], center=True)
            callout = self._page.canvas.mirror.callout
            if callout is not None:  # all of what it says and offers
                self._page.canvas.ensureVisible(callout.sceneBoundingRect(), 0, 0)
        elif "data" in found.title.lower():
            self._page.window_.show_page("data")

    def next(self) -> None:
        """Walk the problems, from the one that is selected on."""
        if not self._page.document.problems_here:
            self._page.window_.say("There are no problems.", tone="good")
            return
        here = next(
            (
                place
                for place, one in enumerate(self._page.document.problems_here)
                if self._page.selection and one.node == self._page.selection[0]
            ),
            -1,
        )
        self._page.window_.show_page("build")
        self._page.bottom.open("problems")
        self.show((here + 1) % len(self._page.document.problems_here))
