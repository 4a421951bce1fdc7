"""The line of numbers above a test: what was reached, with a note, and how it was tested."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets import theme
from widgets.controls.base import Themed, box, column, row, start, surface, text, width_of
from widgets.controls.buttons import Button
from widgets.controls.fields import Choice
from widgets.controls.labels import Label
from widgets.values import Fact


class Number(Themed, QWidget):
    """One large number with words above and a note beside it."""

    wants_ring = False

    def __init__(self, fact: Fact, parent: QWidget):
        super().__init__(parent)
        self._fact = fact
        self.setToolTip(fact.tip)
        self.setAccessibleName(f"{fact.words}: {fact.value} {fact.note}".strip())
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)

    def sizeHint(self):
        fact = self._fact
        line = width_of(fact.value, "page_title") + theme.sizes().s8 + width_of(fact.note, "caption")
        return QSize(round(max(width_of(fact.words, "secondary"), line)) + theme.sizes().s16, theme.sizes().row_head)

    def minimumSizeHint(self):
        wide = max(width_of(self._fact.words, "secondary"), width_of(self._fact.value, "page_title"))
        return QSize(round(wide), theme.sizes().row_head)

    def paintEvent(self, event):
        painter, sizes, fact = start(self), theme.sizes(), self._fact
        first, second = theme.line_height("secondary"), theme.line_height("page_title")
        top = (self.height() - first - second - sizes.s2) / 2
        text(painter, QRectF(0, top, self.width(), first), fact.words, "secondary", "text2")
        line = QRectF(0, top + first + sizes.s2, self.width(), second)
        text(painter, line, fact.value, "page_title")
        beside = line.adjusted(width_of(fact.value, "page_title") + sizes.s8, sizes.s4, 0, 0)
        text(painter, beside, fact.note, "caption", "text2")


class Signs(Themed, QWidget):
    """What the colors of the matrix mean."""

    wants_ring = False
    _REST = "Rows: the truth. Columns: the model's answer."

    def __init__(self, parent: QWidget):
        super().__init__(parent)
        self.setAccessibleName(f"Blue is right, orange is wrong. {self._REST}")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def sizeHint(self):
        return QSize(theme.sizes().palette, theme.sizes().row_fact)

    def paintEvent(self, event):
        painter, sizes, x = start(self), theme.sizes(), 0.0
        for color, words_ in (("right", "right"), ("wrong", "wrong"), (None, self._REST)):
            if color:
                side = sizes.icon_tiny
                box(painter, QRectF(x, (self.height() - side) / 2, side, side), sizes.gap, color)
                x += side + sizes.s6
            text(painter, QRectF(x, 0, self.width() - x, self.height()), words_, "caption", "text2")
            x += width_of(words_, "caption") + sizes.s16


class Numbers(Themed, QWidget):
    """The row on top: which model, its numbers."""

    model_chosen = Signal(str)
    test_wanted = Signal()
    wants_ring = False

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        surface(self, "panel")
        sizes = theme.sizes()
        self._line = row(self, space=sizes.s24)
        self._line.setContentsMargins(sizes.s16, 0, sizes.s16, 0)
        block = column(space=sizes.s4)
        block.addStretch(1)
        block.addWidget(Label("Model", "secondary", "text2", parent=self))
        self.model = Choice(self)
        self.model.setAccessibleName("Model")
        self.model.setMinimumWidth(sizes.palette_least)
        self.model.chosen.connect(self.model_chosen)
        block.addWidget(self.model)
        block.addStretch(1)
        self._line.addLayout(block)
        self._shown: list[QWidget] = []
        self._line.addStretch(1)
        self.again = Button("Test again", "refresh-cw", parent=self)
        self.again.clicked.connect(self._on_again)
        self._line.addWidget(self.again)
        self._restyle()

    def set_facts(self, facts: tuple[Fact, ...]) -> None:
        for old in self._shown:
            old.hide()
            old.deleteLater()
        self._shown = [Number(fact, self) for fact in facts[:5]]
        for at, made in enumerate(self._shown, 1):
            self._line.insertWidget(at, made)

    def _on_again(self) -> None:
        self.test_wanted.emit()

    def _restyle(self) -> None:
        if hasattr(self, "again"):
            self.setFixedHeight(theme.sizes().test_numbers)
