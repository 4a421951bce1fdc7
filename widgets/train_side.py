"""The right panel of the Train page: what the Doctor found, how busy this computer is, the recipe."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from widgets import theme
from widgets.controls.base import Line, Themed, column, row
from widgets.controls.labels import Elided, IconLabel, Label
from widgets.controls.layout import Section
from widgets.findings import Findings
from widgets.page_frame import scrolled
from widgets.plots.lines import Sparkline
from widgets.values import Advice, Meter


class _MeterRow(QWidget):
    """Name, the last minute, the present value."""

    def __init__(self, parent: QWidget):
        super().__init__(parent)
        self.inside: QHBoxLayout = row(self, space=theme.sizes().s8)
        self.name = Elided("", "secondary", "text2", parent=self)
        self.curve = Sparkline(parent=self)
        self.value = Elided("", "secondary", bold=True, parent=self)
        self.name.setFixedWidth(theme.sizes().form_label)
        self.inside.addWidget(self.name)
        self.inside.addWidget(self.curve)
        self.inside.addStretch(1)
        self.inside.addWidget(self.value)
        self.setMinimumHeight(theme.sizes().row)

    def show_meter(self, meter: Meter) -> None:
        self.name.set_text(meter.words)
        self.curve.set_values(meter.history)
        self.value.set_text(meter.value)
        self.setAccessibleName(f"{meter.words}: {meter.value}")


class TrainSide(Themed, QWidget):
    """Doctor, this computer, recipe."""

    doctor_action = Signal(str)
    wants_ring = False

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        sizes = theme.sizes()
        inside = QWidget(self)
        area = scrolled(inside, "panel", self)
        column(self).addWidget(area)
        self._column = column(inside)
        self.doctor = self._block()
        head = row(space=sizes.s8)
        head.addWidget(IconLabel("stethoscope", "acc", sizes.icon, self))
        head.addWidget(Label("Doctor", "name", parent=self), 1)
        self.checked = Label("", "caption", "text3", parent=self)
        head.addWidget(self.checked)
        self.doctor.layout().addLayout(head)
        self.findings = Findings(self)
        self.findings.action.connect(self.doctor_action)
        self.doctor.layout().addWidget(self.findings)
        self.machine = self._block()
        head = row(space=sizes.s8)
        head.addWidget(Label("This computer", "name", parent=self), 1)
        head.addWidget(Label("last minute", "caption", "text3", parent=self))
        self.machine.layout().addLayout(head)
        self._meters: list[_MeterRow] = []
        self.recipe = self._block(last=True)
        self.facts = Section("Recipe of this run", parent=self)
        self.recipe.layout().addWidget(self.facts)
        self.form = Section("Recipe for the next run", parent=self)
        self.recipe.layout().addWidget(self.form)
        self._host: QWidget | None = None
        self._column.addStretch(1)
        self.set_doctor([])
        self.set_machine([])
        self.facts.hide()
        self.form.hide()

    def _block(self, last=False) -> QWidget:
        """Add a part of the panel with a line below."""
        sizes = theme.sizes()
        block = QWidget(self)
        inside = column(block, space=sizes.s4)
        inside.setContentsMargins(sizes.s12, sizes.s12, sizes.s12, sizes.s12)
        holder = QWidget(self)
        stacked = column(holder)
        stacked.addWidget(block)
        if not last:
            stacked.addWidget(Line(holder))
        self._column.addWidget(holder)
        return block

    def set_doctor(self, findings: list[Advice], checked: str = "") -> None:
        """Show at most three findings, worst first."""
        self.findings.set_findings(findings[:3])
        self.checked.setText(f"checked {checked}" if checked else "")
        self.doctor.setVisible(bool(findings))
        self.doctor.parentWidget().setVisible(bool(findings))

    def set_machine(self, meters: list[Meter]) -> None:
        while len(self._meters) < len(meters):
            made = _MeterRow(self.machine)
            self._meters.append(made)
            self.machine.layout().addWidget(made)
        for at, shown in enumerate(self._meters):
            shown.setVisible(at < len(meters))
            if at < len(meters):
                shown.show_meter(meters[at])
        self.machine.setVisible(bool(meters))
        self.machine.parentWidget().setVisible(bool(meters))

    def set_recipe_facts(self, facts: list[tuple[str, str]]) -> None:
        """Show the recipe of the shown run in words."""
        while self.facts.body.count():
            old = self.facts.body.takeAt(0).widget()
            old.hide()
            old.deleteLater()
        for label, value in facts:
            line = QWidget(self.facts)
            inside = row(line, space=theme.sizes().s8)
            name = Elided(label, "secondary", "text2", parent=line)
            name.setFixedWidth(theme.sizes().form_label)
            inside.addWidget(name)
            inside.addWidget(Elided(value, "secondary", parent=line), 1)
            line.setMinimumHeight(theme.sizes().row_fact)
            self.facts.add(line)
        self.facts.setVisible(bool(facts))
        self.form.set_open(not facts)

    def set_recipe_widget(self, widget: QWidget | None) -> None:
        """Host the form of the recipe for the next run."""
        if self._host is not None and self._host is not widget:
            self._host.setParent(None)
        self._host = widget
        if widget is not None:
            self.form.add(widget)
        self.form.setVisible(widget is not None)
