"""The Train page: runs at the left, curves in the middle, Doctor, computer and recipe at the right."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from widgets import theme
from widgets.controls.base import Line, Themed, column, surface
from widgets.controls.layout import EmptyState
from widgets.page_frame import PageFrame
from widgets.run_list import RunList
from widgets.train_charts import TrainCharts
from widgets.train_head import TrainHead
from widgets.train_side import TrainSide
from widgets.values import Advice, ComparedRun, EpochRow, Meter, MetricName, RunHead, RunRow, SampleValue, StepRow


class TrainPage(Themed, QWidget):
    """Shows runs; every wish leaves by signal."""

    run_chosen = Signal(str)
    compare_wanted = Signal(list)
    networks_wanted = Signal(list)
    pause_wanted = Signal()
    resume_wanted = Signal()
    stop_epoch_wanted = Signal()
    stop_wanted = Signal()
    train_wanted = Signal()
    doctor_action = Signal(str)
    rename_wanted = Signal(str, str)
    delete_wanted = Signal(str)
    open_folder_wanted = Signal(str)
    wants_ring = False

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.runs = RunList(self)
        self.side = TrainSide(self)
        self.head = TrainHead(self)
        self.charts = TrainCharts(self)
        center = surface(QWidget(self), "canvas")
        shown = column(center)
        self._head_line = Line(center)
        for widget in (self.head, self._head_line):
            shown.addWidget(widget)
        shown.addWidget(self.charts, 1)
        self.empty = EmptyState(
            "chart-line", "No runs yet",
            "Loss, metrics and the health of every layer appear here while the network learns.", "Train", self, "play",
        )  # fmt: skip
        self.empty.clicked.connect(self._on_train)
        nothing = surface(QWidget(self), "canvas")
        sizes = theme.sizes()
        column(nothing, edge=sizes.s16).addWidget(self.empty)
        self.center = QStackedWidget(self)
        self.center.addWidget(nothing)
        self.center.addWidget(center)
        self.frame = PageFrame(self.center, self)
        self.frame.add_left(self.runs, "runs", "history", "Runs")
        self.frame.add_right(self.side, "doctor", "stethoscope", "Doctor, computer, recipe")
        column(self).addWidget(self.frame)
        self._connect()

    def _connect(self) -> None:
        runs, head = self.runs, self.head
        runs.run_chosen.connect(self.run_chosen)
        runs.compare_wanted.connect(self.compare_wanted)
        runs.networks_wanted.connect(self.networks_wanted)
        runs.rename_wanted.connect(self.rename_wanted)
        runs.delete_wanted.connect(self.delete_wanted)
        runs.open_folder_wanted.connect(self.open_folder_wanted)
        head.pause_wanted.connect(self.pause_wanted)
        head.resume_wanted.connect(self.resume_wanted)
        head.stop_epoch_wanted.connect(self.stop_epoch_wanted)
        head.stop_wanted.connect(self.stop_wanted)
        self.side.doctor_action.connect(self.doctor_action)

    # ---- values in -------------------------------------------------------------------------------

    def set_runs(self, runs: list[RunRow]) -> None:
        """Show the list of runs."""
        self.runs.set_runs(runs)

    def set_current(self, run_id: str) -> None:
        self.runs.set_current(run_id)

    def show_run(self, run: RunHead | None) -> None:
        """Show how a run stands; None shows that there is none."""
        self.center.setCurrentIndex(0 if run is None else 1)
        if run is not None:
            self.head.show_run(run)
            self.charts.set_progress(run.epochs, run.best_epoch)

    def set_metrics(self, metrics: list[MetricName]) -> None:
        self.charts.set_metrics(metrics)

    def append_steps(self, rows: list[StepRow]) -> None:
        """Add steps of the shown run."""
        self.charts.append_steps(rows)

    def append_steps_arrays(self, epochs, seconds, losses, rates) -> None:
        """Add steps of the shown run as columns; for long runs."""
        self.charts.append_arrays(epochs, seconds, losses, rates)

    def set_epochs(self, rows: list[EpochRow]) -> None:
        """Show all values per epoch of the shown run."""
        self.charts.set_epochs(rows)

    def append_samples(self, samples: list[SampleValue]) -> None:
        """Add pictures, text or points that the shown run made, in order of their epochs."""
        self.charts.append_samples(samples)

    def set_planned_rate(self, epochs, rates) -> None:
        self.charts.set_planned_rate(epochs, rates)

    def set_gradients(self, names: list[str], values) -> None:
        """Show values[node][epoch]."""
        self.charts.set_gradients(names, values)

    def set_compared(self, runs: list[ComparedRun]) -> None:
        """Lay runs over one another; none leaves the comparison, and the shown run must be given again."""
        comparing = bool(runs)
        self.head.setVisible(not comparing)
        self._head_line.setVisible(not comparing)
        self.charts.set_compared(runs)

    def set_doctor(self, findings: list[Advice], checked: str = "") -> None:
        self.side.set_doctor(findings, checked)

    def set_machine(self, meters: list[Meter]) -> None:
        self.side.set_machine(meters)

    def set_recipe_facts(self, facts: list[tuple[str, str]]) -> None:
        self.side.set_recipe_facts(facts)

    def set_recipe_widget(self, widget: QWidget | None) -> None:
        self.side.set_recipe_widget(widget)

    def set_train_enabled(self, ok: bool, reason: str = "") -> None:
        self.empty.button.set_enabled_because(ok, reason)

    def clear(self) -> None:
        """Forget the curves of the shown run, before another is shown."""
        self.charts.clear()

    def _on_train(self) -> None:
        self.train_wanted.emit()

    def keyPressEvent(self, event):
        if event.key() == Qt.Key.Key_Escape and self.runs.compare.isChecked():
            self.runs.compare.setChecked(False)
        else:
            super().keyPressEvent(event)
