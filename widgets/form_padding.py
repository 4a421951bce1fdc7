"""The editor of padding: as much as keeps the size, none, or numbers, which then stand below."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.params import Param
from widgets import theme
from widgets.controls import NumberField, Segmented
from widgets.controls.base import row
from widgets.form_editors import Editor, SizeEditor
from widgets.views import FormContext

_TIPS = {"same": "As much as keeps the size (“same”)", "none": "No padding (“valid”)", "number": "So much on each side"}


class PaddingEditor(Editor):
    """One of three ways; None is the one that keeps the size."""

    def __init__(self, param: Param, context: FormContext):
        ways = Segmented()
        for key, words in param.choices:
            ways.add(key, words, tip=_TIPS.get(key, ""))
        super().__init__(ways)
        self._count = len(param.axes)
        self._way = ""
        ways.changed.connect(self._on_chosen)
        self.numbers = SizeEditor(replace(param, optional=False, choices=()), context)
        self.numbers.edited.connect(self.edited)
        self._row.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)  # what differs is said below
        self._beside = not context.narrow and self._count < 3  # the label stands beside it, not above
        self.below = QWidget()
        self._line = row(self.below)
        self._line.addWidget(self.numbers, 1)
        self.below.hide()
        self._restyle()

    def _restyle(self) -> None:
        sizes = theme.sizes()
        self._line.setContentsMargins(sizes.form_label + sizes.s8 if self._beside else 0, 0, 0, sizes.s4)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and self.below is not None:
            self._restyle()

    def _numbers(self) -> list[NumberField]:
        return self.numbers._numbers()

    def _on_chosen(self, way: str) -> None:
        if way == self._way:  # clicked once more: the numbers stay
            return
        self.edited.emit({"same": None, "none": [0] * self._count}.get(way, [1] * self._count))

    def show_value(self, value: Any) -> None:
        sides = [value] if isinstance(value, int | float) else value
        way = self._way = "same" if sides is None else "number" if any(sides) else "none"
        self.inner.set_current(way)
        self.below.setVisible(way == "number")
        if way == "number":
            self.numbers.show_value(value)

    def show_mixed(self) -> None:
        self._way = ""
        self.inner.set_none()
        self.below.hide()

    def set_error(self, sentence: str) -> None:
        self.numbers.set_error(sentence)

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self.numbers.setAccessibleName(f"{name} on each side")
