"""The curves of the Train page: loss, a metric, learning rate, gradient flow, and what steers them."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPen
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from widgets import theme
from widgets.controls import SliderField
from widgets.controls.base import Themed, column, row, start, text, width_of
from widgets.controls.buttons import Segmented
from widgets.controls.fields import Choice
from widgets.controls.labels import Label
from widgets.plots.chart import EPOCHS, TIME, Chart, Crosshair, PlotCard, Style
from widgets.plots.heat import HeatMap
from widgets.plots.marks import star
from widgets.samples import SamplesCard
from widgets.values import ComparedRun, EpochRow, MetricName, SampleValue, StepRow

TRAIN, VALIDATION, RATE = "train", "validation", "rate"
SMOOTHING = 0.75
LONG_RUN, VERY_LONG_RUN = 100, 1000
"""Epochs from which the first ones can be stretched over more of the width, and from which they are."""


class Legend(Themed, QWidget):
    """Which sign means what; what does not fit is left out from the end."""

    wants_ring = False

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._compare, self._best = False, False
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._tell()

    def set_state(self, compare: bool, best: bool) -> None:
        if (compare, best) != (self._compare, self._best):
            self._compare, self._best = compare, best
            self._tell()
            self.update()

    def _entries(self) -> list[tuple[str, str, str]]:
        if self._compare:
            return [("solid", "text1", "Validation"), ("dashed", "text1", "Training")]
        entries = [("solid", "training", "Training"), ("dots", "validation", "Validation")]
        return [*entries, ("star", "validation", "Best epoch, kept")] if self._best else entries

    def _tell(self) -> None:
        self.setAccessibleName("Legend: " + ", ".join(words for _sign, _color, words in self._entries()))

    def sizeHint(self):
        return QSize(theme.sizes().dock_open, theme.sizes().target)

    def paintEvent(self, event):
        painter, sizes, middle = start(self), theme.sizes(), self.height() / 2
        x = 0.0
        for sign, color, words in self._entries():
            wide = sizes.s12 + sizes.s6
            length = wide + sizes.s8 + width_of(words, "secondary")
            if x + length > self.width():
                return
            pen = QPen(theme.color(color), sizes.ring)
            if sign == "dashed":
                pen.setDashPattern([3, 2])
            painter.setPen(pen)
            if sign == "star":
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.color(color))
                painter.drawPath(star(QPointF(x + wide / 2, middle), sizes.s8))
            else:
                painter.drawLine(QPointF(x, middle), QPointF(x + wide, middle))
            if sign == "dots":
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.color(color))
                painter.drawEllipse(QPointF(x + wide / 2, middle), sizes.s4 * 0.8, sizes.s4 * 0.8)
            area = QRectF(x + wide + sizes.s8, 0, width_of(words, "secondary") + 1, self.height())
            text(painter, area, words, "secondary", "text2")
            x += length + sizes.s20


class TrainCharts(Themed, QWidget):
    """Shows the numbers of one run, or of several compared."""

    wants_ring = False

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        sizes = theme.sizes()
        self._metrics: list[MetricName] = []
        self._epochs: list[EpochRow] = []
        self._compared: list[ComparedRun] = []
        self._best: int | None = None
        self.crosshair = Crosshair(self)
        whole = column(self, space=sizes.s8)
        whole.setContentsMargins(sizes.s16, sizes.s12, sizes.s16, sizes.s16)
        whole.addLayout(self._make_bar())
        self.loss = Chart("Loss", "number", self.crosshair, scale_switch=True, parent=self)
        self.metric_chart = Chart("Metric", "number", self.crosshair, parent=self)
        self.metric_choice = Choice(self)
        self.metric_choice.setAccessibleName("Metric")
        self.metric_choice.chosen.connect(self._on_metric)
        self.metric_chart.head.insertWidget(0, self.metric_choice)
        self.rate = Chart("Learning rate", "number", self.crosshair, expandable=False, parent=self)
        self.gradients = PlotCard("Gradient flow", self, "size of the correction in each layer")
        self.heat = HeatMap(self.gradients)
        self.heat.setAccessibleName("Gradient flow")
        self.gradients.body.addWidget(self.heat, 1)
        self.samples = SamplesCard(self)
        self._grid = QGridLayout()
        self._grid.setSpacing(sizes.s12)
        self._grid.setContentsMargins(0, 0, 0, 0)
        whole.addLayout(self._grid, 1)
        self._lower = row(space=sizes.s12)
        self._lower.addWidget(self.rate, 7)
        self._lower.addWidget(self.gradients, 12)
        self._lay_out(None)
        self.loss.expanded.connect(lambda large: self._lay_out(self.loss if large else None))
        self.metric_chart.expanded.connect(lambda large: self._lay_out(self.metric_chart if large else None))
        self.set_metrics([])
        self._set_styles()

    def _make_bar(self):
        sizes = theme.sizes()
        bar = row(space=sizes.s12)
        self.legend = Legend(self)
        self.smoothing = SliderField(SMOOTHING, 0.0, 0.99, 0.01, integer=False, parent=self)
        self.smoothing.setAccessibleName("Smoothing")
        self.smoothing.setFixedWidth(sizes.palette_least)
        self.smoothing.valueMoved.connect(self._on_smoothing)
        self.smoothing.valueChanged.connect(self._on_smoothing)
        self.axis = Segmented(self)
        self.axis.add("epochs", "Epochs")
        self.axis.add("stretched", "Log epochs", tip="The first epochs take more of the width than the later ones")
        self.axis.set_shown("stretched", False)
        self.axis.add("time", "Time")
        self.axis.changed.connect(self._on_axis)
        self._axis_by_hand = False
        bar.addWidget(self.legend, 1)
        bar.addWidget(Label("Smoothing", "secondary", "text2", parent=self))
        bar.addWidget(self.smoothing)
        bar.addWidget(self.axis)
        return bar

    def _restyle(self) -> None:
        if hasattr(self, "smoothing"):
            self.smoothing.setFixedWidth(theme.sizes().palette_least)

    def charts(self) -> tuple[Chart, ...]:
        return (self.loss, self.metric_chart, self.rate)

    # ---- layout ----------------------------------------------------------------------------------

    def _lay_out(self, large: Chart | None) -> None:
        """Show all plots, or one large."""
        for card in (self.loss, self.metric_chart, self.rate, self.gradients):
            card.setVisible(large is None or card is large)
        self.metric_chart.setVisible(large is self.metric_chart or (large is None and bool(self._metrics)))
        sampled = large is None and not self.samples.empty and not self._compared
        self.samples.setVisible(sampled)
        grid = self._grid
        for item in (self.loss, self.metric_chart, self.samples):
            grid.removeWidget(item)
        grid.removeItem(self._lower)
        if large is not None:
            grid.addWidget(large, 0, 0, 1, 2)
        else:
            grid.addWidget(self.loss, 0, 0, 1, 1 if self._metrics else 2)
            if self._metrics:
                grid.addWidget(self.metric_chart, 0, 1)
        grid.addLayout(self._lower, 1, 0, 1, 2)
        if sampled:
            grid.addWidget(self.samples, 0, 2, 2, 1)
        for at, stretch in enumerate((2, 2, 3 if sampled else 0)):
            grid.setColumnStretch(at, stretch)
        grid.setRowStretch(0, theme.sizes().plot)
        grid.setRowStretch(1, 0 if large is not None else theme.sizes().plot * 7 // 10)

    def _set_styles(self) -> None:
        """Say which curves the charts have: of one run, or of each compared one."""
        if not self._compared:
            dots = Style(VALIDATION, "Validation", "validation", "validation", smooth=False, dots=True)
            self.loss.area.set_styles([Style(TRAIN, "Training", "training"), dots])
            self.metric_chart.area.set_styles([Style(TRAIN, "Training", "training", smooth=False), dots])
            self.rate.area.set_styles([Style(RATE, "", "acc", "plain", smooth=False)])
            return
        losses, metrics, rates = [], [], []
        for run in self._compared:
            color = f"run:{run.number - 1}"
            dashed = {"part": "training", "dashed": True, "label": False}
            name = run.name
            losses += [Style(f"{run.id}/t", f"{name}, training", color, **dashed)]
            metrics += [Style(f"{run.id}/t", f"{name}, training", color, smooth=False, **dashed)]
            solid = Style(f"{run.id}/v", name, color, "validation", smooth=False, dots=True)
            losses.append(solid)
            metrics.append(solid)
            rates.append(Style(run.id, name, color, "plain", smooth=False, label=False))
        self.loss.area.set_styles(losses)
        self.metric_chart.area.set_styles(metrics)
        self.rate.area.set_styles(rates)

    # ---- values in -------------------------------------------------------------------------------

    def set_metrics(self, metrics: list[MetricName]) -> None:
        if metrics == self._metrics and self.metric_choice.count():
            return
        chosen = self.metric_choice.current()
        self._metrics = list(metrics)
        self.metric_choice.clear()
        for metric in metrics:
            self.metric_choice.add(metric.key, metric.words)
        self.metric_choice.setVisible(len(metrics) > 1)
        self.metric_chart.title.setVisible(len(metrics) < 2)
        keys = [metric.key for metric in metrics]
        if keys:
            self.metric_choice.set_current(chosen if chosen in keys else keys[0])
        self._lay_out(None)
        self._show_metric()

    def chosen_metric(self) -> MetricName | None:
        key = self.metric_choice.current()
        return next((metric for metric in self._metrics if metric.key == key), None)

    def append_arrays(self, epochs, seconds, losses, rates) -> None:
        """Add steps of the shown run as columns."""
        if self._compared:
            return
        self.loss.area.append(TRAIN, epochs, seconds, losses)
        self.rate.area.append(RATE, epochs, seconds, rates)

    def append_steps(self, rows: list[StepRow]) -> None:
        if rows:
            self.append_arrays(*_columns(rows))

    def set_epochs(self, rows: list[EpochRow]) -> None:
        self._epochs = list(rows)
        if not self._compared:
            _put(self.loss.area, VALIDATION, rows, "validation", "loss")
            self._show_metric()

    def set_gradients(self, names, values) -> None:
        self.heat.set_values(names, values)

    def append_samples(self, samples: list[SampleValue]) -> None:
        """Add what the network made at later epochs of the shown run."""
        first = self.samples.empty and bool(samples)
        self.samples.add(samples)
        if first and not self._is_large():
            self._lay_out(None)

    def set_planned_rate(self, epochs, rates) -> None:
        self.rate.area.put(future=(RATE, list(epochs), list(rates)) if len(epochs) else None)

    def set_progress(self, total_epochs: int, best_epoch: int | None) -> None:
        self._best = best_epoch
        if self._compared:
            return
        for chart in self.charts():
            chart.area.put(total_epochs=total_epochs)
        for chart in (self.loss, self.metric_chart):
            chart.area.put(best_key=VALIDATION, best_epoch=best_epoch)
        self._offer_stretch(total_epochs)
        self.legend.set_state(False, best_epoch is not None)

    def set_compared(self, runs: list[ComparedRun]) -> None:
        """Lay runs over one another; none goes back to one run, whose numbers must then be given again."""
        self._compared = list(runs)
        for chart in self.charts():
            chart.area.clear()
            chart.area.put(total_epochs=0)
        self._set_styles()
        self.gradients.setVisible(not runs and not self._is_large())
        self.samples.setVisible(not runs and not self._is_large() and not self.samples.empty)
        for run in runs:
            if run.steps:
                epochs, seconds, losses, rates = _columns(run.steps)
                self.loss.area.append(f"{run.id}/t", epochs, seconds, losses)
                self.rate.area.append(run.id, epochs, seconds, rates)
            _put(self.loss.area, f"{run.id}/v", run.epochs, "validation", "loss")
        self._show_metric()
        self.legend.set_state(bool(runs), self._best is not None)

    def _is_large(self) -> bool:
        return self.loss.expand.isChecked() or self.metric_chart.expand.isChecked()

    def clear(self) -> None:
        """Forget the numbers of the shown run."""
        self._epochs, self._best = [], None
        for chart in self.charts():
            chart.area.clear()
        self.heat.set_values([], [])
        if not self.samples.empty:
            self.samples.clear()
            self._lay_out(None)

    def _show_metric(self) -> None:
        metric = self.chosen_metric()
        if metric is None:
            return
        self.metric_chart.set_title(metric.words)
        self.metric_chart.area.put(kind=metric.kind)
        if not self._compared:
            _put(self.metric_chart.area, TRAIN, self._epochs, "train", metric.key)
            _put(self.metric_chart.area, VALIDATION, self._epochs, "validation", metric.key)
        for run in self._compared:
            _put(self.metric_chart.area, f"{run.id}/t", run.epochs, "train", metric.key)
            _put(self.metric_chart.area, f"{run.id}/v", run.epochs, "validation", metric.key)

    # ---- steering --------------------------------------------------------------------------------

    def _on_smoothing(self, weight) -> None:
        for chart in (self.loss, self.metric_chart):
            chart.area.set_weight(float(weight))

    def _on_axis(self, key: str) -> None:
        self._axis_by_hand = True
        self._show_axis(key)

    def _show_axis(self, key: str) -> None:
        self.crosshair.put(None)
        for chart in self.charts():
            chart.area.put(axis=TIME if key == "time" else EPOCHS, stretch=key == "stretched")

    def _offer_stretch(self, total_epochs: int) -> None:
        """A long run falls within its first epochs: these can take more of the width, and do unless one chose."""
        self.axis.set_shown("stretched", total_epochs >= LONG_RUN)
        wanted = "stretched" if total_epochs >= VERY_LONG_RUN else "epochs"
        if self.axis.current() == "stretched" and total_epochs < LONG_RUN:
            wanted, self._axis_by_hand = "epochs", False
        if not self._axis_by_hand and self.axis.current() in ("epochs", "stretched") and self.axis.current() != wanted:
            self.axis.set_current(wanted)
            self._show_axis(wanted)

    def _on_metric(self, _key: str) -> None:
        self._show_metric()


def _columns(rows) -> tuple[list, list, list, list]:
    return (
        [row.epoch for row in rows],
        [row.seconds for row in rows],
        [row.loss for row in rows],
        [row.learning_rate for row in rows],
    )


def _put(area, key: str, rows, part: str, metric: str) -> None:
    """Give a curve the values of one part and metric, one per epoch."""
    found = [row for row in rows if row.part == part and row.metric == metric]
    area.clear_curve(key)
    if found:
        area.append(key, [r.epoch for r in found], [r.seconds for r in found], [r.value for r in found])
