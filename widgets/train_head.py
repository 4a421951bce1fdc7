"""The head of the Train page: which run, how far, how long still, and the buttons that stop it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets import theme, words
from widgets.controls.base import Themed, box, column, row, start, surface, text, width_of
from widgets.controls.buttons import Button
from widgets.controls.labels import Elided
from widgets.controls.marks import ProgressCells
from widgets.values import LIVE_STATES, RunHead

ENDED_EARLY = ("lost", "failed", "stopped")
"""States from which a run can go on with the epochs that are left."""


class FactLine(Themed, QWidget):
    """A line of facts, each with its important part bold; what does not fit is left out from the end."""

    wants_ring = False

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._facts: tuple[tuple[str, str], ...] = ()
        self._end = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_facts(self, facts, end: str = "") -> None:
        """Show (bold, plain) pairs and a quiet end at the right."""
        self._facts, self._end = tuple(facts), end
        self.setAccessibleName(", ".join(f"{bold} {plain}".strip() for bold, plain in self._facts) + f", {end}")
        self.update()

    def sizeHint(self):
        return QSize(theme.sizes().dock_open, theme.line_height("secondary"))

    def paintEvent(self, event):
        painter, sizes, tall = start(self), theme.sizes(), self.height()
        end = width_of(self._end, "secondary") + sizes.s16 if self._end else 0
        x = 0.0
        for bold, plain in self._facts:
            first = width_of(bold, "secondary", True)
            second = width_of(plain, "secondary") + sizes.s4 if plain else 0
            if x + first + second > self.width() - end:
                break
            text(painter, QRectF(x, 0, first + 1, tall), bold, "secondary", "text1", bold=True)
            text(painter, QRectF(x + first + sizes.s4, 0, second + 1, tall), plain, "secondary", "text2")
            x += first + second + sizes.s24
        if self._end and x + end - sizes.s16 <= self.width():
            last = QRectF(self.width() - end + sizes.s16, 0, end, tall)
            text(painter, last, self._end, "secondary", "text2")


class _Dot(Themed, QWidget):
    """The color of the run."""

    wants_ring = False

    def __init__(self, parent: QWidget):
        super().__init__(parent)
        self.number = 1
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self):
        return QSize(theme.sizes().icon_tiny, theme.sizes().icon_tiny)

    def paintEvent(self, event):
        side = self.width()
        box(start(self), QRectF(0, (self.height() - side) / 2, side, side), side / 2, theme.run_color(self.number - 1))


class TrainHead(Themed, QWidget):
    """Name, buttons, one cell per epoch, facts."""

    pause_wanted = Signal()
    resume_wanted = Signal()
    stop_epoch_wanted = Signal()
    stop_wanted = Signal()
    wants_ring = False

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        surface(self, "canvas")
        sizes = theme.sizes()
        self._resumes = False
        whole = column(self, space=sizes.s8)
        whole.setContentsMargins(sizes.s16, sizes.s12, sizes.s16, sizes.s12)
        first = row(space=sizes.s8)
        self.dot = _Dot(self)
        self.name = Elided("", "card_title", parent=self)
        self.number = Elided("", "secondary", "text2", parent=self)
        self.pause = Button("Pause", "pause", parent=self)
        self.stop_epoch = Button("Stop after this epoch", "flag", parent=self)
        self.stop_now = Button("Stop now", "square", parent=self)
        self.pause.clicked.connect(self._on_pause)
        self.stop_epoch.clicked.connect(self._on_stop_epoch)
        self.stop_now.clicked.connect(self._on_stop)
        first.addWidget(self.dot)
        first.addWidget(self.name)
        first.addWidget(self.number, 1)
        for button in (self.pause, self.stop_epoch, self.stop_now):
            first.addWidget(button)
        self.cells = ProgressCells(self)
        self.facts = FactLine(self)
        whole.addLayout(first)
        whole.addWidget(self.cells)
        whole.addWidget(self.facts)
        self._restyle()

    def _restyle(self) -> None:
        if hasattr(self, "facts"):
            self.setFixedHeight(theme.sizes().run_head)

    def show_run(self, run: RunHead) -> None:
        self.dot.number = run.number
        self.dot.update()
        self.name.set_text(run.name)
        self.number.set_text(f"Run {run.number}")
        live = run.state in LIVE_STATES
        for button in (self.pause, self.stop_epoch, self.stop_now):
            button.setVisible(live)
        self._resumes = run.state == "paused" or (not live and run.state in ENDED_EARLY and run.epoch < run.epochs)
        self.pause.setVisible(live or self._resumes)
        steerable, reason = run.state == "running" or self._resumes, "Not while it starts or stops"
        self.pause.set_text("Resume" if self._resumes else "Pause")
        self.pause.set_icon("play" if self._resumes else "pause")
        self.pause.set_enabled_because(steerable, reason)
        self.stop_epoch.set_enabled_because(run.state == "running", reason)
        self.stop_now.set_enabled_because(run.state != "stopping", "It is already stopping")
        part = run.batch / run.batches if run.batches else 0.0
        best = run.best_epoch - 1 if run.best_epoch else None
        self.cells.set_progress(run.epoch, run.epochs, live, part, best)
        self.facts.set_facts(head_facts(run), f"{words.duration(run.seconds)} so far" if live and run.seconds else "")

    def _on_pause(self) -> None:
        (self.resume_wanted if self._resumes else self.pause_wanted).emit()

    def _on_stop_epoch(self) -> None:
        self.stop_epoch_wanted.emit()

    def _on_stop(self) -> None:
        self.stop_wanted.emit()


def head_facts(run: RunHead) -> list[tuple[str, str]]:
    """Return what the head says about a run, in pairs of bold and plain."""
    if run.state in ("waiting", "starting"):
        return [("Starting" if run.state == "starting" else "Waiting", run.device)]
    if run.state in ("failed", "lost"):
        return [("Failed" if run.state == "failed" else "Ended without a word", run.message)]
    if run.state in ("finished", "stopped"):
        said = [("Finished" if run.state == "finished" else "Stopped", f"after {words.count(run.epoch, 'epoch')}")]
        said.append((words.duration(run.seconds), "in all"))
        if run.best_epoch:
            said.append((f"Epoch {run.best_epoch}", "was best and is kept"))
        return said
    now = min(run.epoch + 1, run.epochs) if run.epochs else run.epoch + 1
    batch = f", batch {words.thousands(run.batch)} of {words.thousands(run.batches)}" if run.batches else ""
    facts = [(f"Epoch {words.thousands(now)}", f"of {words.thousands(run.epochs)}{batch}")]
    if run.state == "paused":
        facts.append(("Paused", ""))
    elif run.state == "stopping":
        facts.append(("Stopping", ""))
    elif run.seconds_left is not None:
        at = f", done at {run.done_at}" if run.done_at else ""
        facts.append((words.duration(run.seconds_left), f"left{at}"))
    if run.items_per_second and run.state == "running":
        fast = run.items_per_second
        facts.append((words.number(round(fast) if fast >= 10 else round(fast, 2)), f"{run.item_word} per second"))
    return facts
