"""Findings with their cause and repair: the Doctor of the Train page, the quality report of the Data page."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from widgets import theme
from widgets.controls.base import Line, Themed, column, row
from widgets.controls.buttons import Button
from widgets.controls.labels import IconLabel, Label
from widgets.values import Advice

_ICONS = {"error": "error", "warning": "triangle-alert", "info": "info", "good": "circle-check"}
_ORDER = ("error", "warning", "info", "good")


class Finding(QWidget):
    """One finding: sign, title, text and at most one button."""

    pressed = Signal(str)

    def __init__(self, advice: Advice, primary: bool, parent: QWidget | None = None):
        super().__init__(parent)
        sizes = theme.sizes()
        self.advice = advice
        inside = row(self, space=sizes.s8)
        inside.setContentsMargins(0, sizes.s8, 0, sizes.s12)
        sign = IconLabel(_ICONS.get(advice.level, "info"), advice.level, sizes.icon, self)
        sign.setAccessibleName(advice.level)
        inside.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        words = column(space=sizes.s2)
        words.addWidget(Label(advice.title, "name", wrap=True, parent=self))
        if advice.text:
            words.addWidget(Label(advice.text, "secondary", "text2", wrap=True, parent=self))
        if advice.action:
            words.addSpacing(sizes.s6)
            self.button = Button(advice.action, None, "primary" if primary else "plain", self)
            self.button.set_small(True)
            self.button.clicked.connect(lambda: self.pressed.emit(self.advice.key))
            words.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        inside.addLayout(words, 1)
        self.setAccessibleName(f"{advice.level}: {advice.title}. {advice.text}")


class Findings(Themed, QWidget):
    """All findings, worst first; the first one with a button has the filled one."""

    action = Signal(str)
    wants_ring = False

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self._shown: tuple[Advice, ...] = ()
        self._rows: list[Finding] = []
        self._column = column(self)

    def rows(self) -> list[Finding]:
        return list(self._rows)

    def set_findings(self, findings, filled: bool = True) -> None:
        wanted = tuple(sorted(findings, key=lambda item: _ORDER.index(item.level) if item.level in _ORDER else 2))
        if wanted == self._shown:
            return
        self._shown = wanted
        while self._column.count():
            old = self._column.takeAt(0).widget()
            old.hide()
            old.deleteLater()
        self._rows = []
        for at, advice in enumerate(wanted):
            if at:
                self._column.addWidget(Line(self))
            first = filled and advice.action and not any(row.advice.action for row in self._rows)
            shown = Finding(advice, bool(first), self)
            shown.pressed.connect(self.action)
            self._column.addWidget(shown)
            self._rows.append(shown)
