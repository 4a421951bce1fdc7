"""The Sample panel below the canvas: which item, whose weights, and the chosen node's whole value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from widgets import theme, words
from widgets.canvas.sample_bar import ItemStepper
from widgets.controls import Choice, Elided, EmptyState, IconButton, Label, Line, Segmented
from widgets.controls.base import column, row, surface
from widgets.plots.histogram import Histogram
from widgets.sample_values import ItemSample, NodeSample, Value, facts, value_of, weights_words
from widgets.sample_views import FactsView, NumbersView, RawView, ValueView


class SamplePanel(QWidget):
    """Values come in; wishes go out."""

    item_wanted = Signal(str, int)  # a step, a number
    from_wanted = Signal(str)  # all, part:NAME, class:NUMBER
    weights_wanted = Signal(str)  # empty for the newest that fits, untrained, or a run's folder
    page_wanted = Signal(int)
    channel_wanted = Signal(int)
    port_wanted = Signal(str)
    on_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        surface(self, "panel")
        self.setAccessibleName("Sample")
        self._page, self._pages = 0, 1
        self._ports: tuple[str, ...] = ()
        self._shown, self._title, self._answers = ("", ""), "", False
        self._channel = ""
        self.empty = EmptyState("images", "No item flows through yet", "", "Show a sample", parent=self)
        self.empty.clicked.connect(self.on_wanted)
        self.whole = QWidget(self)
        line = row(self.whole, space=0)
        line.addWidget(self._item_side())
        line.addWidget(Line(self.whole, vertical=True))
        line.addWidget(self._middle(), 1)
        line.addWidget(Line(self.whole, vertical=True))
        line.addWidget(self._figures_side())
        self.stack = QStackedWidget(self)
        self.stack.addWidget(self.empty)
        self.stack.addWidget(self.whole)
        outer = column(self)
        outer.addWidget(self.stack)
        self.show_off()

    def _show(self, part: QWidget) -> None:
        """One of the two; the dashed frame of the empty one keeps away from the edges."""
        edge = theme.sizes().s12 if part is self.empty else 0
        self.layout().setContentsMargins(edge, edge, edge, edge)
        self.stack.setCurrentWidget(part)

    # ---- made once -----------------------------------------------------------------------------------------------

    def _side(self, wide: int) -> tuple[QWidget, QVBoxLayout]:
        side = QWidget(self.whole)
        side.setFixedWidth(wide)
        return side, column(side, space=theme.sizes().s8, edge=theme.sizes().s12)

    def _item_side(self) -> QWidget:
        side, lines = self._side(theme.sizes().palette + theme.sizes().tile)
        self.stepper = ItemStepper(side)
        self.froms, self.weights = Choice(side), Choice(side)
        self.froms.setAccessibleName("Choose items from")
        self.weights.setAccessibleName("Weights")
        self.raw = RawView(side)
        self.said = Elided("", "caption", "text2", parent=side)
        lines.addWidget(self.stepper)
        for widget in (self.froms, self.weights, self.said):
            lines.addWidget(widget)
        lines.addWidget(self.raw, 1)
        self.stepper.wanted.connect(self.item_wanted)
        self.froms.chosen.connect(self.from_wanted)
        self.weights.chosen.connect(self.weights_wanted)
        return side

    def _middle(self) -> QWidget:
        middle = QWidget(self.whole)
        lines = column(middle, space=theme.sizes().s8, edge=theme.sizes().s12)
        head = row(space=theme.sizes().s8)
        self.title = Elided("", "name", "text1", bold=True, parent=middle)
        self.port = Choice(middle)
        self.port.setAccessibleName("Output")
        self.port.chosen.connect(self.port_wanted)
        self.back = IconButton("chevron-left", "Earlier channels", parent=middle, small=True)
        self.pages = Label("", "caption", "text2", parent=middle)
        self.on = IconButton("chevron-right", "Later channels", parent=middle, small=True)
        self.back.clicked.connect(lambda: self.page_wanted.emit(self._page - 1))
        self.on.clicked.connect(lambda: self.page_wanted.emit(self._page + 1))
        for widget in (self.title, self.port, self.back, self.pages, self.on):
            head.addWidget(widget, 1 if widget is self.title else 0)
        self.value = ValueView(middle)
        self.value.channel_wanted.connect(self.channel_wanted)
        self.numbers = NumbersView(middle)
        self.reason = Label("", "body", "text2", wrap=True, parent=middle)
        self.reason.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.shown = QStackedWidget(middle)
        for widget in (self.value, self.numbers, self.reason):
            self.shown.addWidget(widget)
        lines.addLayout(head)
        lines.addWidget(self.shown, 1)
        return middle

    def _figures_side(self) -> QWidget:
        side, lines = self._side(theme.sizes().palette + theme.sizes().s20)
        self.how = Segmented(side)
        self.how.setAccessibleName("How it is shown")
        self.how.add("picture", "Picture")
        self.how.add("numbers", "Numbers")
        self.how.changed.connect(self._on_how)
        self.facts = FactsView(side)
        self.histogram = Histogram(parent=side)
        self.histogram.setAccessibleName("How often numbers occur")
        self.copy = IconButton("copy", "Copy the numbers", parent=side)
        self.copy.clicked.connect(self._on_copy)
        head = row(space=theme.sizes().s8)
        head.addWidget(self.how)
        head.addStretch(1)
        head.addWidget(self.copy)
        lines.addLayout(head)
        lines.addWidget(self.facts)
        lines.addWidget(self.histogram, 20)
        lines.addStretch(1)
        return side

    # ---- values in -----------------------------------------------------------------------------------------------

    def show_off(self) -> None:
        """The overlay is off: say what it would show."""
        line = "One item of your data goes through the network, and every layer shows what it makes of it."
        self.empty.set_words("Look inside the network", line, "Show a sample")
        self._show(self.empty)

    def show_choices(
        self, froms: Sequence[tuple[str, str]], chosen: str, weights: Sequence[tuple[str, str]], run: str
    ) -> None:
        """What can be chosen from: parts and classes of the data, and runs."""
        for choice, rows, current in ((self.froms, froms, chosen), (self.weights, weights, run)):
            choice.clear()
            for key, text in rows:
                choice.add(key, text)
            choice.set_current(current)
        self.froms.setVisible(len(froms) > 1)

    def show_item(self, item: ItemSample | None, raws: Sequence[tuple[str, Mapping[str, Any]]], said: str) -> None:
        """Show the item, what goes in, and the sentence about the weights."""
        self._show(self.whole)
        self.stepper.setEnabled(item is not None)
        if item is not None:
            self.stepper.show_item(item)
        self.raw.show_raws(raws)
        self.said.set_text(said)

    def show_nothing(self, sentence: str) -> None:
        """No node is chosen, or it has no value."""
        self._show(self.whole)
        self.title.set_text("")
        self._show_head(None, ())
        self.reason.setText(sentence)
        self.shown.setCurrentWidget(self.reason)
        self._shown, self._channel = ("", ""), ""
        self.numbers.numbers.set_table({})
        self._show_figures([], {})

    def show_node(self, name: str, title: str, sample: NodeSample, port: str) -> None:
        """What is known at once of the chosen node; the whole value follows."""
        if sample.why:
            self.show_nothing(sample.why)
            self.title.set_text(title)
            return
        value = sample.values.get(port) or sample.value
        self._title, self._answers = title, sample.answer and (bool(sample.shares) or _kind(value) == "number")
        if not self._same(name, port or sample.port):
            self._pages, self._channel = 1, ""
            self.numbers.numbers.set_table({})
        self._show_head(value, tuple(sample.values), port or sample.port)
        note = weights_words(sample)
        self._show_figures([*facts(sample, port), *([("Weights", "untrained")] if note else [])], {})
        if self._answers:
            self.value.show_answer(sample)
        else:
            self.value.show_value(value)
        self._on_how(self.how.current() or "picture")

    def _same(self, name: str, port: str) -> bool:
        """Whether the same node was shown before; then its numbers stay until the new ones come."""
        before, self._shown = self._shown, (name, port)
        return before == self._shown

    def show_whole(self, told: Mapping[str, Any], channel: int) -> None:
        """The whole value out of the helper's answer."""
        value = value_of(told)
        self._page, self._pages = int(told.get("page", 0)), int(told.get("pages", 1))
        self._show_head(value, self._ports, self.port.current())
        if not self._answers:
            self.value.show_value(value, channel)
        table = told.get("table", {})
        self._channel = f" · channel {table['channel'] + 1}" if "channel" in table else ""
        self.numbers.numbers.set_table(table)
        cut = bool(table.get("cut"))
        self.copy.set_tip(
            "Copy the first numbers: all of them are more than a table holds" if cut else "Copy the numbers"
        )
        self._show_histogram(told.get("histogram", {}) if value.kind != "tokens" else {})
        self._on_how(self.how.current() or "picture")

    def _show_head(self, value: Value | None, ports: tuple[str, ...], port: str = "") -> None:
        if ports != self._ports:
            self._ports = ports
            self.port.clear()
            for name in ports:
                self.port.add(name, name.replace("_", " ").capitalize())
        if port:
            self.port.set_current(port)
        self.port.setVisible(len(ports) > 1)
        maps = value is not None and value.kind == "maps" and self._pages > 1
        for widget in (self.back, self.pages, self.on):
            widget.setVisible(maps)
        if maps and value is not None:
            first = value.chosen[0] + 1 if value.chosen else 1
            last = value.chosen[-1] + 1 if value.chosen else 1
            self.pages.setText(f"{first} to {last} of {words.thousands(value.channels)}")
            self.back.set_enabled_because(self._page > 0, "These are the first channels.")
            self.on.set_enabled_because(self._page < self._pages - 1, "These are the last channels.")
        self.how.setEnabled(value is not None)

    def _show_figures(self, rows: list[tuple[str, str]], histogram: Mapping[str, Any]) -> None:
        self.facts.show_rows(rows)
        self._show_histogram(histogram)

    def _show_histogram(self, histogram: Mapping[str, Any]) -> None:
        counts = [round(count) for count in histogram.get("counts", ())]
        self.histogram.setVisible(len(counts) > 1)
        if len(counts) > 1:
            self.histogram.set_values(counts, histogram.get("edges", ()))
        self.copy.set_enabled_because(bool(self.numbers.numbers.rows), "There are no numbers to copy yet.")

    def _on_how(self, key: str) -> None:
        numbers = key == "numbers"
        self.shown.setCurrentWidget(self.numbers if numbers else self.value)
        self.title.set_text(self._title + (self._channel if numbers else ""))

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.numbers.numbers.as_text())


def _kind(value: Value | None) -> str:
    return value.kind if value is not None else ""
