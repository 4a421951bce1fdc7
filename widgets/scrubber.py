"""The scrubber below the canvas: which run and which epoch the Training overlay shows, and what it measures.

Values come in, wishes go out. `Live` follows the newest epoch of a run that is under way; moving the handle lets go.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from widgets import theme, words
from widgets.controls import Chip, Choice, Elided, IconButton, Label, Segmented
from widgets.controls.base import start
from widgets.epoch_track import EpochTrack
from widgets.live_values import LiveCourse

STEP = 250
"""Milliseconds that an epoch is shown while it plays."""
MEASURES = (
    ("signal", "Gradient", "How strong the correction is that comes back to each layer. Wires are as wide as it is."),
    ("values", "Values", "How far the values spread that each layer gives out."),
    ("steps", "Steps", "How far one step moves the weights, relative to them. About 0.1 % is usual."),
)


class Scrubber(QWidget):
    """A band at the lower edge while the Training overlay is on; the canvas makes room, so that no card is covered."""

    epoch_wanted = Signal(int)
    live_wanted = Signal(bool)
    run_wanted = Signal(str)
    measure_wanted = Signal(str)

    room_wanted = Signal(int)
    """How much of the canvas's lower edge it takes, 0 where it is hidden."""

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas)
        self.setAccessibleName("Training over the epochs")
        sizes = theme.sizes()
        column = QVBoxLayout(self)
        column.setContentsMargins(sizes.s12, sizes.s8, sizes.s12, sizes.s8)
        column.setSpacing(sizes.s6)
        self.runs = Choice(self)
        self.runs.setAccessibleName("Run")
        self.runs.setMaximumWidth(6 * sizes.tile)
        self.measures = Segmented(self)
        self.measures.setAccessibleName("What is shown")
        for key, text, tip in MEASURES:
            self.measures.add(key, text, tip=tip)
        self.epoch = Label("", "secondary", "text1", bold=True, parent=self)
        self.losses = Elided("", "secondary", "text2", parent=self)
        self.live = Chip("Live", "activity", checkable=True, parent=self)
        self.live.setToolTip("Follow the newest epoch")
        self.play = IconButton("play", "Play the epochs", parent=self, small=True)
        self.track = EpochTrack(self)
        self.note = Elided("", "secondary", "text2", parent=self)
        top = QHBoxLayout()
        top.setSpacing(sizes.s8)
        for widget in (self.runs, self.measures, self.epoch, self.losses, self.live):
            top.addWidget(widget, 1 if widget is self.losses else 0)
        column.addLayout(top)
        self._lower = QStackedWidget(self)
        tracks = QWidget(self._lower)
        row = QHBoxLayout(tracks)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(sizes.s6)
        row.addWidget(self.play)
        row.addWidget(self.track, 1)
        self._lower.addWidget(tracks)
        self._lower.addWidget(self.note)
        column.addWidget(self._lower)
        self._plays = QTimer(self)
        self._plays.setInterval(STEP)
        self._plays.timeout.connect(self._on_tick)
        self.runs.chosen.connect(self.run_wanted)
        self.measures.changed.connect(self.measure_wanted)
        self.live.clicked.connect(self._on_live)
        self.play.clicked.connect(self.toggle)
        self.track.epoch_moved.connect(self._on_moved)
        canvas.installEventFilter(self)
        self.hide()

    # ---- values in -----------------------------------------------------------------------------------------------

    def show_runs(self, runs: Sequence[tuple[str, str]], current: str) -> None:
        """List the runs by id and name."""
        known = [(self.runs.itemData(place), self.runs.itemText(place)) for place in range(self.runs.count())]
        if known != list(runs):
            self.runs.clear()
            for key, name in runs:
                self.runs.add(key, name)
        self.runs.set_current(current)
        self.runs.setVisible(len(runs) > 0)

    def show_note(self, text: str) -> None:
        """Say why there is nothing to scrub; empty where there is."""
        self.note.set_text(text)
        self._lower.setCurrentIndex(1 if text else 0)
        for widget in (self.measures, self.epoch, self.losses, self.live):
            widget.setVisible(not text)
        if text:
            self.stop()
        self.settle()

    def show_course(self, course: LiveCourse, live: bool) -> None:
        """Show the run that is scrubbed, and whether the newest epoch is followed."""
        if self.track.course != course:
            self.track.show_course(course)
        self.live.setVisible(course.running)
        self.live.setChecked(live and course.running)
        self.play.set_enabled_because(len(course.epochs) > 1, "There is only one epoch to show.")

    def show_epoch(self, epoch: int, planned: int, train: float | None, validation: float | None) -> None:
        """Show which epoch it is, with its losses."""
        self.track.set_epoch(epoch)
        going = ", under way" if train is None and self.track.course.running else ""
        self.epoch.setText(f"Epoch {epoch} of {max(planned, epoch)}{going}")
        said = [f"Loss {words.number(train, 3)}"] if train is not None else []
        said += [f"validation {words.number(validation, 3)}"] if validation is not None else []
        self.losses.set_text(" · ".join(said))

    # ---- wishes out ----------------------------------------------------------------------------------------------

    def _on_live(self) -> None:
        self.stop()
        self.live_wanted.emit(self.live.isChecked())

    def _on_moved(self, epoch: int) -> None:
        self.stop()
        self.live.setChecked(False)
        self.epoch_wanted.emit(epoch)

    # ---- playing -------------------------------------------------------------------------------------------------

    @property
    def playing(self) -> bool:
        return self._plays.isActive()

    def toggle(self) -> None:
        """Play from here, from the start where it is at the end; or stop."""
        if self.playing:
            self.stop()
            return
        epochs = self.track.course.epochs
        if len(epochs) < 2:
            return
        self.live.setChecked(False)
        if self.track.value() >= len(epochs) - 1:
            self.track.set_epoch(epochs[0])
            self.epoch_wanted.emit(epochs[0])
        self._plays.start()
        self.play.set_icon("pause")
        self.play.set_tip("Stop")

    def stop(self) -> None:
        """Play no further."""
        if self.playing:
            self._plays.stop()
            self.play.set_icon("play")
            self.play.set_tip("Play the epochs")

    def _on_tick(self) -> None:
        epochs, place = self.track.course.epochs, self.track.value()
        if place >= len(epochs) - 1:
            self.stop()
            return
        self.track.set_epoch(epochs[place + 1])
        self.epoch_wanted.emit(epochs[place + 1])
        if place + 1 >= len(epochs) - 1:
            self.stop()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:  # buttons keep theirs; it comes from the track
            self.toggle()
        elif event.key() == Qt.Key.Key_Escape:
            self.parentWidget().setFocus(Qt.FocusReason.OtherFocusReason)
        event.accept()  # what means nothing here must not reach the cards, such as Delete

    # ---- where it lies -------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Along the lower edge."""
        canvas = self.parentWidget()
        self.losses.setVisible(canvas.width() > 18 * theme.sizes().tile and self._lower.currentIndex() == 0)
        self.setFixedWidth(canvas.width())
        self.adjustSize()
        self.move(0, canvas.height() - self.height())
        self.raise_()
        if self.isVisible():
            self.room_wanted.emit(self.height())

    def paintEvent(self, event) -> None:
        painter, sizes = start(self), theme.sizes()
        painter.fillRect(self.rect(), theme.color("panel"))
        painter.fillRect(QRectF(0, 0, self.width(), sizes.hair), theme.color("line"))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show) and not self.isHidden():
            self.settle()
        return False

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and not self.isHidden():
            self.settle()

    def showEvent(self, event) -> None:
        super().showEvent(event)
        self.settle()

    def hideEvent(self, event) -> None:
        self.stop()
        if self.isHidden():  # by itself, not with the page
            self.room_wanted.emit(0)
        super().hideEvent(event)
