"""The Training overlay of the Build page: follows a run by reading its folder, and shows how every layer fares.

It asks the run store as the Train page does, at most five times a second and only while it is seen; the training
process is another one and never waits for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer

from app.livestory import NetworkStory
from app.liveviews import Illness, Shown, facts_of, flow_of, marks_of
from engine.errors import UserError
from engine.project import Project
from engine.recipes import recipe_of
from engine.runs import Run, RunInfo
from widgets.canvas.live import KEY, LiveOverlay
from widgets.live_values import LiveCourse
from widgets.scrubber import Scrubber

if TYPE_CHECKING:
    from app.build import BuildPage

POLL = 200
"""Milliseconds between two looks into the run's folder."""
BUDGET = 0.01
"""Seconds of a look that may go into judging epochs which nobody looks at yet."""
NO_RUNS = "No runs yet. Train the network, and this shows how every layer fares."
NOTHING = "Nothing was measured inside this run. Runs made from now on are measured."
WAITING = "The first epoch is under way."


class Living(QObject):
    """Canvas, scrubber and inspector on one side, the folder of a run on the other."""

    def __init__(self, page: BuildPage) -> None:
        super().__init__(page)
        self._page = page
        self._document = page.document
        self.overlay = LiveOverlay(page.canvas)
        self.scrubber = Scrubber(page.canvas)
        page.overlays.add(KEY, "Training", "How each layer fares while it trains: gradients, values, steps")
        self.on = False
        self.live = True
        self.epoch = 0
        """The epoch that is wished for; what is shown is the measured one up to it."""
        self.measure = "signal"
        self.shown: Shown | None = None
        self._illness = Illness()
        self._run: Run | None = None
        self._chosen = ""
        self._stories: dict[str, NetworkStory] = {}
        self._project: Project | None = None
        self._info: RunInfo | None = None
        self._version = -1
        self._losses: dict[tuple[str, str], dict[int, float]] = {}
        self._told: tuple[object, ...] = ()
        self._timer = QTimer(self)
        self._timer.setInterval(POLL)
        self._timer.timeout.connect(self.look)
        self._connect()
        QTimer.singleShot(0, self, self._restore)  # once the page is there

    def _connect(self) -> None:
        bar = self.scrubber
        bar.room_wanted.connect(self.overlay.make_room)
        bar.epoch_wanted.connect(self._on_epoch)
        bar.live_wanted.connect(self._on_live)
        bar.run_wanted.connect(self.choose)
        bar.measure_wanted.connect(self._on_measure)
        self._document.changed.connect(lambda _: self._show())
        self._document.moved.connect(self._show)
        self._document.replaced.connect(self._on_replaced)
        self._page.installEventFilter(self)

    # ---- on and off ----------------------------------------------------------------------------------------------

    def turn(self, on: bool) -> None:
        """Show the overlay, or take it away; told whenever an overlay is chosen."""
        if on == self.on:
            return
        self.on = on
        self.scrubber.setVisible(on)
        if on:
            self.look()
            self._timer.start()
        else:
            self._timer.stop()
            self._let_go()
            self._clear()

    def _clear(self) -> None:
        self.shown = None
        self.overlay.clear()
        self._page.inspector.show_training(None)
        self._tell_problems([])

    def _let_go(self) -> None:
        """Forget the run."""
        if self._run is not None:
            self._run.close()
        self._run, self._project, self._info = None, None, None
        self._stories, self._losses, self._version = {}, {}, -1

    def _on_replaced(self) -> None:
        self._let_go()
        self._chosen, self.epoch, self.live = "", 0, True
        self._clear()
        self._restore()

    def _restore(self) -> None:
        """The overlay that the project was left with."""
        kept = str(self._document.project.view.get("overlay", "shapes"))
        if kept == KEY or self.on:
            self.turn(kept == KEY)
            self._page.overlays.show_current(kept)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and self.on:
            self._timer.start()
            QTimer.singleShot(0, self, self.look)
        elif event.type() == QEvent.Type.Hide:
            self._timer.stop()  # nobody sees it
        return False

    # ---- wishes --------------------------------------------------------------------------------------------------

    def choose(self, run_id: str) -> None:
        """Show another run."""
        self._let_go()
        self._chosen, self.epoch, self.live = run_id, 0, True
        self.look()

    def _on_epoch(self, epoch: int) -> None:
        self.epoch, self.live = epoch, False
        self._show()

    def _on_live(self, on: bool) -> None:
        self.live = on
        self._show()

    def _on_measure(self, key: str) -> None:
        self.measure = key
        self._show()

    # ---- looking -------------------------------------------------------------------------------------------------

    def look(self) -> None:
        """See whether the run told something new."""
        if not self.on or not self._page.window_.has_project:
            return
        try:
            run = self._find_run()
            if run is None:
                self._clear()
                self.scrubber.show_note(NO_RUNS)
                return
            new = self._read(run)
        except UserError as error:
            self._clear()
            self.scrubber.show_note(error.message)
            return
        judged = any([story.judge_some(BUDGET) for story in self._stories.values()])
        if new:
            self._show()
        elif judged and self.shown is not None and self._info is not None:
            self._show_scrubber(self.shown.story, self._info, self._losses_of(self.shown.place.network))

    def _find_run(self) -> Run | None:
        """The run that was chosen here, else the one that the Train page shows."""
        train = self._page.window_.train
        runs = train.runs
        known = {run.id: run for run in runs}
        newest = runs[0] if runs else None
        wanted = known.get(self._chosen) or train.chosen or newest
        names = [(run.id, train.info_of(run.id)) for run in runs]
        rows = [(key, f"{len(runs) - place}  {info.name if info else key}") for place, (key, info) in enumerate(names)]
        self.scrubber.show_runs(rows, wanted.id if wanted else "")
        if wanted is None:
            return None
        if self._run is None or self._run.id != wanted.id:
            self._let_go()
            self.epoch, self.live = 0, True
            self._run = Run(wanted.folder)
        return self._run

    def _read(self, run: Run) -> bool:
        version = run.version()
        info = run.info()
        if version == self._version and self._info is not None and info.state == self._info.state:
            return False
        before, self._version, self._info = self._info, version, info
        if self._project is None:
            self._project = run.project()
        if before is not None and info.epoch < before.epoch:
            for story in self._stories.values():  # it was resumed from an earlier state
                story.forget_after(info.epoch)
        newest = max((story.epochs[-1] for story in self._stories.values() if story.epochs), default=0)
        for record in run.health(newest - 1):  # the newest may have been under way
            if record.network not in self._stories:
                self._stories[record.network] = NetworkStory(self._project, record.network)
            self._stories[record.network].add(record)
        done = max((max(part) for part in self._losses.values() if part), default=0)
        for one in run.epochs(done - 1):
            if one.metric == "loss" or one.metric.endswith(".loss"):
                self._losses.setdefault((one.metric, one.part), {})[one.epoch] = one.value
        return True

    def _losses_of(self, network: str) -> dict[str, dict[int, float]]:
        """The loss of a network by part and epoch: that of its role where the run tells one, else the run's."""
        assert self._project is not None
        made = recipe_of(self._project.recipe)
        role = next((role for role in made.networks if made.played_by(role) == network), "")
        metric = f"{role}.loss" if any(name == f"{role}.loss" for name, _ in self._losses) else "loss"
        return {part: known for (name, part), known in self._losses.items() if name == metric}

    # ---- showing -------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        """Bring canvas, scrubber and inspector up to date."""
        if not self.on or self._info is None:
            return
        place, graph, info = self._document.place, self._document.graph, self._info
        story = self._stories.get(place.network)
        if story is None or not story.epochs:
            self._clear()
            other = bool(self._stories)
            text = f"{info.name} does not train the network {place.network}." if other else NOTHING
            self.scrubber.show_note(WAITING if info.active and not other else text)
            return
        if self.live or not self.epoch:
            self.epoch = story.epochs[-1]
        epoch = story.at(self.epoch)
        course = self._losses_of(place.network)
        losses = {part: known[epoch] for part, known in course.items() if epoch in known}
        last = epoch == story.epochs[-1]
        broken = (info.node, info.message) if last and info.state == "failed" and info.node else ("", "")
        self.shown = Shown(story, place, epoch, self.measure, info.name, losses, broken)
        self._show_scrubber(story, info, course)
        self.overlay.show(marks_of(self.shown, graph), flow_of(self.shown, graph))
        self._tell_problems(self._illness.problems(self.shown, self._document.project, graph))
        self.selected()

    def _show_scrubber(self, story: NetworkStory, info: RunInfo, losses: dict[str, dict[int, float]]) -> None:
        assert self.shown is not None
        if self.scrubber.note.isVisibleTo(self.scrubber):
            self.scrubber.show_note("")
        train, valid, epoch = dict(losses.get("train", {})), dict(losses.get("validation", {})), self.shown.epoch
        course = LiveCourse(story.epochs, info.epochs, train, valid, story.ill, info.active)
        self.scrubber.show_course(course, self.live)
        self.scrubber.show_epoch(epoch, info.epochs, train.get(epoch), valid.get(epoch))

    def selected(self) -> None:
        """The choice of cards changed: tell the inspector."""
        names = self._page.selection
        facts = None
        if self.shown is not None and len(names) == 1 and names[0] in self._document.graph.nodes:
            mark = self.overlay.marks.get(names[0])
            facts = facts_of(self.shown, self._document.graph, names[0], mark)
        self._page.inspector.show_training(facts)

    def _tell_problems(self, found: list) -> None:
        """Hand ill layers to whoever shows problems, where they are not those of the last time."""
        told = tuple((one.node, one.title, one.detail, tuple(fix.label for fix in one.fixes)) for one in found)
        if told != self._told:
            self._told = told
            self._document.set_findings(found)
            self._page.show_findings()
