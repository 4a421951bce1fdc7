"""Over the canvas while the Sample overlay is on: which item flows through, and whose weights it meets."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from widgets import theme, words
from widgets.canvas.items import NodeItem
from widgets.canvas.view import Canvas
from widgets.controls import Elided, IconButton, IconLabel, Label, NumberField, ProgressRing
from widgets.controls.base import box, start
from widgets.sample_values import ItemSample

HALF_CARD = 112
"""A trunk in the middle of the canvas stays in sight beside the bar where there is room."""
PATIENCE = 300
"""Milliseconds of work before the ring turns: most answers are there sooner."""


class ItemStepper(QWidget):
    """Previous, number, next, any. `wanted` gives a step and a number counted from 0."""

    wanted = Signal(str, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        sizes = theme.sizes()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(sizes.s4)
        self.back = IconButton("chevron-left", "Previous item", parent=self, small=True)
        self.number = NumberField(1, 1, 1, parent=self)
        self.number.setAccessibleName("Item")
        self.of = Label("", "caption", "text2", parent=self)
        self.on = IconButton("chevron-right", "Next item", parent=self, small=True)
        self.any = IconButton("shuffle", "Any item", parent=self, small=True)
        for widget in (self.back, self.number, self.of, self.on, self.any):
            row.addWidget(widget)
        row.addStretch(1)
        self._index = 0
        self._counted = self._narrow = False
        self.back.clicked.connect(lambda: self.wanted.emit("previous", self._index))
        self.on.clicked.connect(lambda: self.wanted.emit("next", self._index))
        self.any.clicked.connect(lambda: self.wanted.emit("random", self._index))
        self.number.valueChanged.connect(self._on_number)
        self._restyle()

    def show_item(self, item: ItemSample) -> None:
        """Show which item it is."""
        self._index = item.index
        self.number.set_range(1, item.count or None)
        self.number.set_value(item.place + 1 if item.count else item.index + 1)
        self.of.setText(f"of {words.thousands(item.count)}" if item.count else "")
        self._counted = bool(item.count)
        self.of.setVisible(self._counted and not self._narrow)

    def set_narrow(self, narrow: bool) -> None:
        """Leave out how many items there are."""
        self._narrow = narrow
        self.of.setVisible(self._counted and not narrow)

    def _on_number(self, value: object) -> None:
        if isinstance(value, int | float):
            self.wanted.emit("place", max(0, round(value) - 1))

    def _restyle(self) -> None:
        self.number.setFixedWidth(theme.sizes().tile * 2 + theme.sizes().s8)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._restyle()


class SampleBar(QWidget):
    """Lies below the bar of places. `wanted` asks for another item, `open_wanted` for everything about it."""

    wanted = Signal(str, int)
    open_wanted = Signal()
    all_wanted = Signal()
    """After running up to one node: show everything in view again."""

    def __init__(self, canvas: QWidget, above: QWidget) -> None:
        super().__init__(canvas)
        self.setAccessibleName("Sample")
        self._above = above
        sizes = theme.sizes()
        column = QVBoxLayout(self)
        column.setContentsMargins(sizes.s8, sizes.s4, sizes.s8, sizes.s6)
        column.setSpacing(sizes.s4)
        row = QHBoxLayout()
        row.setSpacing(sizes.s6)
        self.stepper = ItemStepper(self)
        self.label = Elided("", "secondary", "text1", bold=True, parent=self)
        self.ring = ProgressRing(self, sizes.icon_small)
        self.open = IconButton("chevron-up", "Open everything about it below", parent=self, small=True)
        self.all = IconButton("x", "Show every layer again", parent=self, small=True)
        self.all.clicked.connect(self.all_wanted)
        self.all.hide()
        for widget in (self.stepper, self.label, self.ring, self.all, self.open):
            row.addWidget(widget, 1 if widget is self.label else 0)
        column.addLayout(row)
        self._rows = [self._row(column) for _ in range(2)]
        self.stepper.wanted.connect(self.wanted)
        self.open.clicked.connect(self.open_wanted)
        self._waits = QTimer(self)
        self._waits.setSingleShot(True)
        self._waits.setInterval(PATIENCE)
        self._waits.timeout.connect(lambda: self.ring.setVisible(True))
        self._rests = QTimer(self)
        self._rests.setSingleShot(True)
        self._rests.setInterval(PATIENCE)
        self._rests.timeout.connect(self._on_rest)
        self.ring.hide()
        canvas.installEventFilter(self)
        if isinstance(canvas, Canvas):
            canvas.looked.connect(self.look)
        self.hide()

    def _row(self, column: QVBoxLayout) -> tuple[QWidget, IconLabel, Elided]:
        line = QWidget(self)
        row = QHBoxLayout(line)
        row.setContentsMargins(theme.sizes().s4, 0, 0, 0)
        row.setSpacing(theme.sizes().s6)
        icon = IconLabel("info", "text2", theme.sizes().icon_small, parent=line)
        words_ = Elided("", "caption", "text2", parent=line)
        row.addWidget(icon)
        row.addWidget(words_, 1)
        column.addWidget(line)
        line.hide()
        return line, icon, words_

    def show_item(self, item: ItemSample | None, lines: list[tuple[str, str]], narrowed: bool = False) -> None:
        """Show the item and up to two sentences, each with its tone: good, warning, error or info.

        Args:
            narrowed: whether only what one node depends on is shown, so that there is a way back.
        """
        self.all.setVisible(narrowed)
        icons = {"good": "circle-check", "warning": "triangle-alert", "error": "error", "info": "info"}
        self.stepper.setEnabled(item is not None)
        if item is not None:
            self.stepper.show_item(item)
            named = item.name if not (item.random or item.name.startswith("row ")) else ""
            self.label.set_text(item.label or named)
        for (line, icon, label), (tone, text) in zip(self._rows, [*lines[:2], ("", ""), ("", "")], strict=False):
            line.setVisible(bool(text))
            if text:
                icon.set_icon(icons.get(tone, "info"), tone if tone in icons and tone != "info" else "text2")
                label.set_text(text)
        self.set_busy(False)
        self.settle()

    def set_busy(self, busy: bool, text: str = "") -> None:
        """Say that something is under way, once it takes a while."""
        if not busy:
            self._waits.stop()
            self.ring.hide()
        elif not self._waits.isActive() and self.ring.isHidden():
            self.ring.set_fraction(None)
            self._waits.start()
        self.ring.setToolTip(text)

    def settle(self) -> None:
        """Below the bar that says where one is, at the left: strips lie at the right of their cards. Where a card is
        there, into another corner."""
        sizes, inset = theme.sizes(), theme.sizes().s12
        beside = self.parentWidget().width() // 2 - round(theme.scale() * HALF_CARD) - 2 * inset
        width = max(sizes.palette, min(sizes.inspector + sizes.tile, beside))
        self.stepper.set_narrow(width < sizes.inspector)
        self.setFixedWidth(width)
        self.adjustSize()
        self.move(self._free_corner())
        self.raise_()

    def look(self) -> None:
        """The canvas shows another part: once it rests, the bar gives way where it lies on a card."""
        if not self.isHidden():
            self._rests.start()

    def _on_rest(self) -> None:
        if not self.isHidden():
            self.move(self._free_corner())

    def _free_corner(self) -> QPoint:
        """Where it covers no card, the present place and the upper left corner first."""
        corners = self._corners()
        here = [one for one in corners if one == self.pos()]
        return min([*here, *corners], key=self._covered)

    def _corners(self) -> list[QPoint]:
        canvas, inset, gap = self.parentWidget(), theme.sizes().s12, theme.sizes().s8
        top = self._above.geometry().bottom() + gap
        right, bottom = canvas.width() - self.width() - inset, canvas.height() - self.height() - inset
        left = inset + theme.sizes().minimap_width + gap  # the map has the lower left corner
        return [QPoint(inset, top), QPoint(right, top), QPoint(right, bottom), QPoint(left, bottom)]

    def _covered(self, corner: QPoint) -> int:
        """How many cards it would cover there."""
        canvas = self.parentWidget()
        if not isinstance(canvas, Canvas):
            return 0
        under = canvas.items(QRect(canvas.viewport().mapFrom(canvas, corner), self.size()))
        return sum(isinstance(one, NodeItem) for one in under)

    def paintEvent(self, event) -> None:
        box(start(self), QRectF(self.rect()), theme.sizes().r6, "panel", "line")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show) and not self.isHidden():
            self.settle()
        return False

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and not self.isHidden():
            self.settle()
