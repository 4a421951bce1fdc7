"""Leads through a lesson in the real window: points at things, looks whether the step is done, goes on.

The lesson has a project of its own; what the person had open is kept on disk first and is one press away afterwards.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QShortcut
from PySide6.QtWidgets import QApplication

from app.document import new_draft
from app.lessons import Call, Lesson, Progress, Step, lesson, lessons, progress, remember
from app.lessons_checks import holds, node_of
from app.lessons_doing import carry_out
from app.lessons_targets import Spot, bring_into_view, cards_on, find, put_drawer_away
from engine.errors import UserError
from engine.project import load
from widgets import theme
from widgets.spotlight import LessonCard, Spotlight, StepView, place_card

if TYPE_CHECKING:
    from app.window import Window

LOOK_EVERY = 150
"""Milliseconds between two looks at what the person did and where things are."""
GO_ON_AFTER = 900
"""Milliseconds for which a step that needs no further words says that it is done."""
BY_MENU = "This window is narrow: press the icon that is lit, and choose the layer there."
ONLY_BEFORE = ("palette", "below", "wire", "output", "input")
"""Targets that say how to do a step; once it is done they are not lit any more."""


def guide(window: Window) -> Guide:
    """The window's guide, made when it is first needed."""
    return window.findChild(Guide) or Guide(window)


class Guide(QObject):
    """One lesson at a time over one window."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self.setObjectName("guide")
        self._window = window
        over = window.centralWidget()
        self.spotlight = Spotlight(over)
        self.card = LessonCard(over)
        self.lesson: Lesson | None = None
        self.at = 0
        self.met = False
        self.ended = False
        self._own: Path | None = None
        self._starting = False
        self._brought = False
        self._placed: object = None
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_EVERY)
        self._timer.timeout.connect(self.look)
        self._go_on = QTimer(self)
        self._go_on.setSingleShot(True)
        self._go_on.setInterval(GO_ON_AFTER)
        self._go_on.timeout.connect(self.next)
        self._key = QShortcut(Qt.Key.Key_F1, window)
        self._key.setEnabled(False)
        self._key.activated.connect(self._on_card_key)
        card = self.card
        card.back_wanted.connect(self.back)
        card.next_wanted.connect(self.next)
        card.show_wanted.connect(self.show_me)
        card.leave_wanted.connect(self.leave)
        window.document.replaced.connect(self._on_replaced)
        theme.notifier().changed.connect(self._on_theme_changed)
        window.installEventFilter(self)
        over.installEventFilter(self)

    @property
    def step(self) -> Step | None:
        """The step that the person is at; None at the end and without a lesson."""
        return self.lesson.steps[self.at] if self.lesson is not None and not self.ended else None

    # ---- coming and going ----

    def start(self, name: str, again: bool = False) -> None:
        """Begin a lesson, or go on where it was left; `again` begins it anew."""
        chosen, kept = lesson(name), progress(name)
        if self.lesson is None:
            document = self._window.document
            self._own = (document.path or document.draft) if self._window.has_project else None
        self._window.document.write_journal()  # what is not saved comes back when the project is opened again
        opened = not again and bool(kept.draft) and self._open(Path(kept.draft))
        if not opened:
            draft = new_draft(chosen.title)
            self._begin(lambda: self._window.document.start(chosen.project(), draft=draft))
        self.lesson, self.ended = chosen, False
        self._key.setEnabled(True)
        self._timer.start()
        self._go_to(min(kept.step, len(chosen.steps) - 1) if opened else 0)

    def _open(self, draft: Path) -> bool:
        """Open the project of a lesson that was left; False where it is gone, damaged or open in another window."""
        try:
            project = load(draft)
            self._begin(lambda: self._window.document.start(project, draft=draft))
        except UserError:
            return False
        return True

    def _begin(self, work) -> None:  # type: ignore[no-untyped-def]
        self._starting = True
        try:
            work()
        finally:
            self._starting = False

    def _on_replaced(self) -> None:
        if self.lesson is not None and not self._starting:
            self._stop()  # the person opened something else; the lesson waits where it was

    def leave(self) -> None:
        """Leave the lesson; where the person is in it is kept."""
        if self.lesson is None:
            return
        left, at, ended = self.lesson, self.at, self.ended
        self._stop()
        text = "" if ended else f"The lesson is kept at step {at + 1} of {len(left.steps)}."
        own = self._own
        if own is not None and own.exists():
            self._window.say(
                text or f"{left.title} is done.",
                tone="good" if ended else "info",
                action="Back to my project",
                on_action=lambda: self._window.files.open_path(own),
            )
        elif text:
            self._window.say(text)

    def _stop(self) -> None:
        self.lesson = None
        self._timer.stop()
        self._go_on.stop()
        self._key.setEnabled(False)
        self.spotlight.hide()
        self.card.hide()
        self.card.view = None

    # ---- steps ----

    def next(self) -> None:
        """Go on; after the last step the lesson is done."""
        if self.lesson is None:
            return
        if self.ended:
            self._on_after_end()
        elif self.at + 1 < len(self.lesson.steps):
            self._go_to(self.at + 1)
        else:
            self._end()

    def back(self) -> None:
        """Look at the step before."""
        if self.lesson is not None:
            self._go_to(len(self.lesson.steps) - 1 if self.ended else max(0, self.at - 1))

    def show_me(self) -> None:
        """Do the step for the person."""
        step = self.step
        if step is None:
            return
        if step.page and self._window.page != step.page:
            self._window.show_page(step.page)
        try:
            carry_out(self._window, step.show)
        except UserError as error:
            self._window.say(error.message, tone="error")
        self.look()

    def _go_to(self, at: int) -> None:
        assert self.lesson is not None
        self._go_on.stop()
        self.at, self.ended, self.met = at, False, False
        self._placed = None
        self._keep()
        step = self.lesson.steps[at]
        self.met = bool(step.done) and self._holds(step)
        self._brought = False
        self._bring(step)
        self._show()
        QTimer.singleShot(0, self, self._focus)

    def _bring(self, step: Step) -> None:
        """Unfold and scroll so that what is meant can be seen; once, when the person is on the page of the step."""
        if self._brought or not self._here(step):
            return
        self._brought = True
        put_drawer_away(self._window, (*step.target, *step.look))
        self._bring_targets()
        QTimer.singleShot(LOOK_EVERY, self, self._bring_targets)  # again, once what unfolded has its place

    def _bring_targets(self) -> None:
        step = self.step
        if step is not None and not self.met and self._here(step):
            for call in step.target:
                bring_into_view(self._window, call)

    def _keep(self) -> None:
        assert self.lesson is not None
        draft = self._window.document.draft or self._window.document.path
        before = progress(self.lesson.name)
        remember(self.lesson.name, replace(before, step=self.at, draft=str(draft or "")))

    def _end(self) -> None:
        assert self.lesson is not None
        self.ended = True
        remember(self.lesson.name, Progress(done=True))
        self._placed = None
        self._show()

    def _on_after_end(self) -> None:
        following = self._following()
        if following is None:
            self.leave()
        else:
            self.start(following.name)

    def _following(self) -> Lesson | None:
        """The next lesson that was not done yet."""
        assert self.lesson is not None
        names = [one.name for one in lessons()]
        later = lessons()[names.index(self.lesson.name) + 1 :]
        return next((one for one in later if not progress(one.name).done), None)

    # ---- looking ----

    def _here(self, step: Step) -> bool:
        return not step.page or self._window.page == step.page

    def _holds(self, step: Step) -> bool:
        return self._window.has_project and holds(self._window, step.done)

    def look(self) -> None:
        """See whether the step is done, and follow what it points at."""
        step = self.step
        if self.lesson is None:
            return
        if self._window.page == "gallery":
            self._stop()
            return
        if step is not None and not self._brought:
            self._bring(step)
            if self._brought:
                QTimer.singleShot(0, self, self._focus)
        if step is not None and step.done and not self.met and self._holds(step):
            self.met = True
            self._placed = None
            if not step.after:
                self._go_on.start()
        self._show()

    def _show(self) -> None:
        self._show_words()
        step = self.step
        spots = self._spots(step) if step is not None else []
        over = self.card.parentWidget()
        areas = [area for area in (spot.inside(over) for spot in spots) if not area.isEmpty()]
        drag = step is not None and step.drag and not self.met and self._here(step) and len(areas) > 1
        drag = drag and not (step is not None and self._by_menu(step))
        self._lay(areas, drag)

    def _by_menu(self, step: Step) -> bool:
        """Whether the palette is icons now: then a layer is chosen from a menu and not dragged."""
        return any(call[0] == "palette" for call in step.target) and self._window.build.palette_panel.is_narrow()

    def _show_words(self) -> None:
        assert self.lesson is not None
        step, count = self.step, len(self.lesson.steps)
        if step is None:
            following = self._following()
            view = StepView(
                self.lesson.title, 0, count, "Lesson done", self.lesson.end, back=True,
                next_words=f"Next: {following.title}" if following else "Close",
            )  # fmt: skip
        else:
            last = self.at + 1 == count
            words = ("Finish" if last else "Next") if self.met or not step.done else "Skip"
            text = f"{step.text} {BY_MENU}" if self._here(step) and self._by_menu(step) else step.text
            view = StepView(
                self.lesson.title, self.at + 1, count, step.title, text, step.after, self.met, bool(step.show),
                words, self.at > 0,
            )  # fmt: skip
        if view != self.card.view:
            self.card.show_step(view)

    def _spots(self, step: Step) -> list[Spot]:
        """What is pointed at now: elsewhere than on the step's page, the tab of that page."""
        calls: tuple[Call, ...] = step.target
        if self.met:  # where to drag from and to is no longer of interest
            calls = step.look or tuple(call for call in calls if call[0] not in ONLY_BEFORE)
        elif not self._here(step):
            calls = (("tab", step.page),)
        found = (find(self._window, call) for call in calls)
        return [spot for spot in found if spot is not None]

    def _lay(self, areas: list[QRect], drag: bool) -> None:
        """Put the light and the card where they belong, without moving either for nothing."""
        over = self.card.parentWidget()
        self.spotlight.setGeometry(over.rect())
        now = ([area.getRect() for area in areas], self.card.size(), over.size(), drag)
        if now != self._placed:
            fresh = self._placed is None
            self.spotlight.show_holes(areas, drag, glide=fresh)
            self._placed = now
            self._move_card(areas, drag, fresh)
        self.card.show()
        self.spotlight.show_card(self.card.geometry())
        self.spotlight.show()
        self.spotlight.raise_()
        self.card.raise_()

    def _move_card(self, areas: list[QRect], drag: bool, fresh: bool) -> None:
        """Beside what is lit; where nothing is, at the lower right; the last words of a lesson in the middle.

        What is lit may move a little while a page fills; the card only follows where it would be in the way.
        """
        over = self.card.parentWidget()
        edge = theme.sizes().s12
        room = over.rect().adjusted(edge, edge, -edge, -edge)
        card = self.card.geometry()
        if not fresh and room.contains(card) and not any(card.intersects(area) for area in areas):
            return
        lit = areas
        if not areas and not self.ended:
            stays = self.met and self.card.isVisible()
            lit = [QRect(self.card.geometry().center() if stays else room.bottomRight(), QSize(1, 1))]
        size, gap = self.card.size(), theme.sizes().s16
        self.card.move(place_card(size, lit, room, gap, drag, cards_on(self._window, over)))

    def _focus(self) -> None:
        """Give the keyboard to what is pointed at."""
        step = self.step
        if step is None or self.met or QApplication.activePopupWidget() is not None:
            return
        spots = self._spots(step)
        takes = spots[0].focus if spots else None
        if takes is None and self._window.page == "build":
            takes = self._window.build.canvas  # its keys do what the words say
        if takes is not None:
            takes.setFocus(Qt.FocusReason.OtherFocusReason)
        if self._here(step):
            self._choose(step)

    def _choose(self, step: Step) -> None:
        """What Enter in the palette needs: the row chosen there, and the card chosen that it is to follow."""
        for call in step.target:
            if call[0] in ("below", "wire"):
                node = node_of(self._window.document.graph, call[1])
                if node is not None:
                    self._window.build.select([node.id])
            elif call[0] == "palette":
                self._window.build.palette_panel.choose(call[1])

    def _on_card_key(self) -> None:
        """F1 goes to the card's button and back to what it points at."""
        if self.card.isAncestorOf(QApplication.focusWidget()):
            self._focus()
        else:
            self.card.next.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _on_theme_changed(self) -> None:
        self._placed = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self.lesson is not None:
            if event.type() == QEvent.Type.Resize and watched is self.card.parentWidget():
                self._placed = None
                QTimer.singleShot(0, self, self.look)
            elif watched is self._window and _is_escape(event):
                self.leave()
                return True
        return super().eventFilter(watched, event)


def _is_escape(event: QEvent) -> bool:
    """Whether Escape was pressed; the window hears of it only when nothing that has the focus wanted it."""
    return isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Escape
